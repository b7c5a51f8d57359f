"""Film the README's two explorers, in the solutions as they run.

    python tools/explorer_pictures.py

It takes some minutes, since the models are trained in full. GIFs, since
GitHub halts these for readers who asked for less motion.
"""

import io

from browse import ROOT, run_in_browser
from PIL import Image

SOLUTIONS = ROOT / "solutions"
FOLDER = SOLUTIONS / "figures"
MOVING, STILL = 90, 1_000  # ms that a picture stays
COLOURS = 40


def main():
    """Write the films."""
    names = [name for name, _, _ in FILMS.values()]
    notebooks = run_in_browser(SOLUTIONS, names, quick=False)
    for (file, (_, cell, film)), notebook in zip(
        FILMS.items(), notebooks, strict=True
    ):
        notebook.page.wait_for_timeout(STILL)  # its formulas take their place
        write(FOLDER / file, *film(notebook.cell(id=cell)))
        print(f"{FOLDER / file}: {(FOLDER / file).stat().st_size // 1000} kB")


def walk(cell):
    """Film the walks in two planes; begin between their ends."""
    planes, clock = cell.planes(2), cell.page.clock
    clock.install(time=0)
    clock.pause_at(1)
    for plane in planes:
        plane.button("Walk from A to B").click()
    pictures = []
    while planes[0].button("Stop").count():
        clock.run_for(MOVING)
        for plane in planes:
            plane.wait_until_answered()
        pictures.append(cell.film())
    half = len(pictures) // 2
    stays = [MOVING] * (len(pictures) - 1) + [STILL]
    return pictures[half:] + pictures[:half], stays[half:] + stays[:half]


def kl(cell):
    """Film how q becomes p: first its mean moves, then its width."""
    picture = cell.picture()
    picture.look()
    pictures = [cell.film()]
    for name in "z_mean", "z_log_var":
        slider = cell.slider(name)
        key = "ArrowRight" if float(slider.input_value()) < 0 else "ArrowLeft"
        while float(slider.input_value()):
            before = picture.look()
            slider.press(key)
            picture.wait_for_another_than(before)
            pictures.append(cell.film())
    stays = [STILL] + [MOVING] * (len(pictures) - 2) + [STILL]
    return pictures, stays


# The name of the file, the notebook, its cell, and what is played there.
FILMS = {
    "walk.gif": ("09_latent_space", "09-explore-1", walk),
    "kl.gif": ("05_kl_divergence", "05-three-roads-to-one-number-3", kl),
}


def write(path, pictures, stays):
    """Write a film of PNGs, each with its own time on the screen."""
    frames = [Image.open(io.BytesIO(png)).convert("RGB") for png in pictures]
    # One for all, or what stands still would flicker.
    palette = palette_of(frames[len(frames) // 2])
    first, *others = (
        frame.quantize(palette=palette, dither=Image.Dither.NONE)
        for frame in frames
    )
    first.save(
        path, save_all=True, append_images=others, duration=stays, loop=0
    )


def palette_of(frame):
    """Return greys, and the colours of a frame, also those of thin lines."""
    colours = frame.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    greys = [grey for grey in range(0, 256, 15) for _ in "RGB"]
    palette = Image.new("P", (1, 1))
    palette.putpalette(greys + colours.getpalette())
    return palette


if __name__ == "__main__":
    main()
