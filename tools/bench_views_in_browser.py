"""Time how many pictures a second the views show in a browser.

    python tools/bench_views_in_browser.py

In JupyterLab, while a point or a slider is dragged to and fro, or a point
walks; a picture counts once the page has loaded or painted it. Lessons train
in quick mode, which leaves the networks their size. Nothing is asserted:
machines differ, and a busy one says nothing.
"""

import itertools
import os
import time
from functools import partial

import numpy as np
from browse import ROOT, run_in_browser

SECONDS, WALK = 3.0, 2.5
THERE, BACK = 0.15, 0.85  # shares of the way
STEPS = 60
CELLS = {
    "02_holes": ["02-explore-1"],
    "03_normal_distribution": [
        "03-moved-and-widened-3",
        "03-turn-the-ellipse-1",
    ],
    "05_kl_divergence": ["05-three-roads-to-one-number-3"],
    "09_latent_space": ["09-explore-1"],
}
COUNT = """
window.drawn = 0;
const {prototype} = CanvasRenderingContext2D;
const paint = prototype.putImageData;
prototype.putImageData = function (...picture) {
    paint.apply(this, picture);
    window.drawn += 1;
};
document.addEventListener('load', ({target}) => {
    if (target.src?.startsWith('blob:')) window.drawn += 1;
}, true);
"""


def main():
    """Print the table."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("cell                            moved      pictures a second")
    lessons = ROOT / "lessons"
    for notebook in run_in_browser(lessons, CELLS, True, COUNT):
        for name in CELLS[notebook.name]:
            cell = notebook.cell(id=name)
            [view, *_] = cell.views()
            pictures = max(1, view.shown("canvas").count())
            for moved, move in moves_of(view).items():
                rate = drawn_a_second(view.page, move) / pictures
                print(f"{name:31} {moved:10} {rate:17.1f}", flush=True)


def moves_of(view):
    """Return the ways to move a view, by name: functions that do it."""
    axes = view.shown("[role=application] > svg")
    if axes.count():
        return {"point": partial(drag, axes), "walk": partial(walk, view)}
    return {
        f"slider {k}": partial(drag, slider)
        for k, slider in enumerate(view.shown("input").all(), 1)
    }


def drag(target):
    """Drag in an element from near one corner to the other, and back."""
    target.hover()  # which waits until the page no longer moves it
    box, mouse = target.bounding_box(), target.page.mouse
    there = np.linspace(THERE, BACK, STEPS)
    until = time.monotonic() + SECONDS
    for k, share in enumerate(itertools.cycle([*there, *there[::-1]])):
        x = box["x"] + share * box["width"]
        mouse.move(x, box["y"] + share * box["height"])
        if not k:
            mouse.down()
        if time.monotonic() > until:
            break
    mouse.up()


def walk(view):
    """Let a point walk, but not to the end."""
    view.button("Walk from A to B").click()
    view.page.wait_for_timeout(1e3 * WALK)
    view.button("Stop").click()


def drawn_a_second(page, move):
    """Count the pictures that are drawn while something moves."""
    before, started = page.evaluate("drawn"), time.perf_counter()
    move()
    drawn = page.evaluate("drawn") - before
    if not drawn:
        raise RuntimeError("nothing was drawn: the view did not move")
    return drawn / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
