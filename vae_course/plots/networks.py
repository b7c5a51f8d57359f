"""The shape of a network."""

import numpy as np

from vae_course.plots.style import RED, new_figure


def hourglass(shapes, heading="How many numbers describe an image"):
    """Draw how many numbers each layer holds, the fewest in red.

    Args:
        shapes: list of pairs (name, shape of one image's values).
        heading: title of the figure.

    Returns:
        The figure, with a logarithmic axis.
    """
    counts = [int(np.prod(shape)) for _, shape in shapes]
    labels = [
        f"{name}  {' × '.join(map(str, shape))}" for name, shape in shapes
    ]
    colours = [RED if n == min(counts) else "#a9b4bc" for n in counts]
    figure, axis = new_figure(width=7.0, height=0.3 * len(shapes) + 0.9)
    places = range(len(counts))
    bars = axis.barh(places, counts, color=colours)
    axis.set_yticks(places, labels)
    axis.bar_label(bars, [f"{n:,}" for n in counts], padding=3, fontsize=9)
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.set(
        title=heading,
        xlabel="numbers for one image (logarithmic)",
        xlim=(1, 3 * max(counts)),
    )
    return figure
