"""The shape of a network."""

import numpy as np

from vae_course.plots.style import GREY, RED, new_figure


def hourglass(shapes):
    """Draw how many numbers each layer holds, the fewest in red.

    Dots, since the length of a bar means nothing on a logarithmic axis.

    Args:
        shapes: list of pairs (name, shape of one picture's values).

    Returns:
        The figure, with a logarithmic axis.
    """
    counts = [int(np.prod(shape)) for _, shape in shapes]
    labels = [
        f"{name}  {' × '.join(map(str, shape))}" for name, shape in shapes
    ]
    colours = [RED if n == min(counts) else "#5b6b73" for n in counts]
    figure, axis = new_figure(width=7.0, height=0.3 * len(shapes) + 0.9)
    places = range(len(counts))
    axis.plot(counts, places, color=GREY, zorder=1)
    axis.scatter(counts, places, s=55, color=colours, zorder=2)
    for place, n in enumerate(counts):
        axis.annotate(
            f"{n:,}",
            (n, place),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    axis.set_yticks(places, labels)
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.set(
        title="How many numbers describe a picture",
        xlabel="numbers for one picture (logarithmic)",
        xlim=(1, 3 * max(counts)),
    )
    return figure
