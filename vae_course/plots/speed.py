"""How long each way to train takes, from the benchmark's numbers."""

from vae_course.plots.style import LINE_COLOURS, new_figure

# Beyond the longest bar, for what is written behind it.
ROOM = 12


def training_times(told, names):
    """Draw the seconds that trainings took to reach one and the same loss.

    Args:
        told: dict, as `tools/bench_training.py` writes it.
        names: list of str, the contestants to be shown, the slowest first.

    Returns:
        The figure: a bar for each, on a logarithmic axis, with its seconds
        and how many times faster than the first it is.

    Raises:
        ValueError: if one of them did not reach the loss.
    """
    seconds = [told["medians"][name]["to_target"] for name in names]
    if None in seconds:
        lost = [n for n, s in zip(names, seconds, strict=True) if s is None]
        raise ValueError(
            f"names: expected trainings that reached the loss, got {lost}"
        )
    figure, axis = new_figure(width=8.4, height=0.9 + 0.42 * len(names))
    bars = axis.barh(
        [told["titles"][name] for name in names],
        seconds,
        color=[LINE_COLOURS[-1]] + [LINE_COLOURS[0]] * (len(names) - 1),
    )
    texts = [f"{s:,.1f} s ({seconds[0] / s:,.0f} ×)" for s in seconds]
    texts[0] = f"{seconds[0]:,.0f} s"
    axis.bar_label(bars, texts, padding=4)
    axis.set_xscale("log")
    axis.set_xlim(1, seconds[0] * ROOM)
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.invert_yaxis()
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel(
        f"seconds to a test loss of {told['target']:.1f} (logarithmic axis)"
    )
    axis.set_title(f"To the same loss, on a {told['machine']['device']}")
    return figure
