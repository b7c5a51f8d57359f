"""Figures of a class, as SVG that takes the colours of its page."""

import io
import re
from collections import Counter

import matplotlib.pyplot as plt

from vae_course.checks import lesson_of
from vae_course.grading.whole_class.records import (
    FAILED,
    MISSING,
    NOT_GRADED,
    NOT_STARTED,
    PASSED,
)
from vae_course.plots.style import (
    CLASS_COLOURS,
    FAINT,
    GREY,
    LINE_COLOURS,
    new_figure,
)

# In the order in which bars are stacked.
COLOURS = {
    PASSED: LINE_COLOURS[0],
    FAILED: LINE_COLOURS[1],
    NOT_STARTED: GREY,
    MISSING: FAINT,
    NOT_GRADED: CLASS_COLOURS[4],
}
# Told apart in print too, where several colours are one grey.
HATCHES = {FAILED: "////", NOT_STARTED: "....", MISSING: "\\\\\\\\"}
# Colours that no figure uses, for the page's text and ground. The bars' are
# the page's too, which has others on a dark ground.
TEXT, GROUND = "#010203", "#010204"
FROM_THE_PAGE = {TEXT: "currentColor", GROUND: "var(--ground)"} | {
    colour: f"var(--{status.replace(' ', '-')}, {colour})"
    for status, colour in COLOURS.items()
}
PAGE = {
    "text.color": TEXT,
    "axes.edgecolor": TEXT,
    "axes.labelcolor": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "svg.fonttype": "none",
}
BINS = 20
# Between two lessons, in widths of a bar.
GAP = 0.7
# A size of its own, styles for all of the page, and ids that two share.
NEEDLESS = re.compile(
    r'(?:width|height)="[\d.]+pt" |<style.*?</style>|(?<=<g) id="[^"]*"',
    re.DOTALL,
)


def how_exercises_ended(items):
    """Draw how each exercise ended, in the order of the course.

    Args:
        items: list of `Item`, not empty.

    Returns:
        str, an SVG element.
    """
    with plt.rc_context({**PAGE, "svg.hashsalt": "exercises"}):
        figure, axes = new_figure(width=9.5, height=3.2)
        numbers = [item.exercise for item in items]
        places = [
            place + GAP * int(lesson_of(number))
            for place, number in enumerate(numbers)
        ]
        _stack_bars(axes, places, [item.counts for item in items])
        axes.set_xticks(places, numbers, rotation=90)
        axes.set(xlim=(places[0] - 1, places[-1] + 1), xlabel="exercise")
        _count_learners(axes)
        axes.legend(
            ncols=5, loc="lower left", bbox_to_anchor=(0, 1), frameon=False
        )
        return _svg(figure)


def points_of_the_class(totals, out_of):
    """Draw how many learners have how many points.

    Args:
        totals: list of int, each learner's points.
        out_of: int, the points of the whole course.

    Returns:
        str, an SVG element.
    """
    width = max(1, -(-out_of // BINS))
    bars = Counter(min(total, out_of - 1) // width for total in totals)
    with plt.rc_context({**PAGE, "svg.hashsalt": "points"}):
        figure, axes = new_figure(width=5.8, height=2.1)
        axes.bar(
            [(number + 0.5) * width for number in bars],
            bars.values(),
            width=0.92 * width,
            color=COLOURS[PASSED],
        )
        axes.set(xlim=(0, out_of), xlabel=f"points, of {out_of}")
        _count_learners(axes)
        return _svg(figure)


def _stack_bars(axes, places, counts):
    bottom = [0] * len(places)
    for status, colour in COLOURS.items():
        heights = [each[status] for each in counts]
        if any(heights):
            axes.bar(
                places,
                heights,
                bottom=bottom,
                width=0.84,
                color=colour,
                edgecolor=GROUND,
                hatch=HATCHES.get(status),
                label=status,
            )
            bottom = list(map(sum, zip(bottom, heights, strict=True)))


def _count_learners(axes):
    axes.set_ylabel("learners")
    axes.yaxis.get_major_locator().set_params(integer=True)


def _svg(figure):
    """Return a figure as an element that grows and shrinks with its page."""
    file = io.StringIO()
    nothing = dict.fromkeys(["Creator", "Date", "Format", "Type"])
    figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    _, start, rest = file.getvalue().partition("<svg ")
    element = start + NEEDLESS.sub("", rest)
    for colour, name in FROM_THE_PAGE.items():
        element = element.replace(colour, name)
    return element
