"""The course as a map: a square for each exercise."""

from vae_course.plots.style import new_figure

LOOKS = {
    "passed": {"facecolor": "#1f5f9e", "edgecolor": "#1f5f9e"},
    "failed": {"facecolor": "white", "edgecolor": "#bd1f01"},
    "not started": {"facecolor": "white", "edgecolor": "#717581"},
}
SIGNS = {"passed": ("✓", "white"), "failed": ("×", "#bd1f01")}


def progress_map(lessons):
    """Draw how each exercise of each lesson stands.

    Args:
        lessons: dict from a lesson's name to its list of
            `vae_course.progress.Standing`.

    Returns:
        matplotlib Figure: a row for each lesson; passed is a full square
        with a tick, failed has a cross, not started is empty.
    """
    figure, axis = new_figure(width=6.4, height=0.6 + 0.36 * len(lessons))
    for row, standings in enumerate(lessons.values()):
        for column, standing in enumerate(standings):
            _square(axis, column, row, standing)
    everything = [each for standings in lessons.values() for each in standings]
    solved = sum(each.status == "passed" for each in everything)
    axis.set(
        title=f"{solved} of {len(everything)} exercises solved",
        xlim=(-0.6, max(map(len, lessons.values()), default=1) - 0.4),
        ylim=(len(lessons) - 0.4, -0.6),
        xticks=[],
        yticks=range(len(lessons)),
        yticklabels=[name.replace("_", " ") for name in lessons],
        aspect="equal",
    )
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    return figure


def _square(axis, column, row, standing):
    from matplotlib.patches import Rectangle

    corner = column - 0.4, row - 0.4
    axis.add_patch(Rectangle(corner, 0.8, 0.8, **LOOKS[standing.status]))
    sign, colour = SIGNS.get(standing.status, ("", "black"))
    axis.text(column, row, sign, color=colour, ha="center", va="center")
