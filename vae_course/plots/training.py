"""How the loss falls."""

from vae_course.plots.style import LINE_COLOURS, new_figure

TERMS = {
    "reconstruction_loss": "Reconstruction loss",
    "kl_loss": "KL loss",
}
LINES = {
    "": ("o-", "training images"),
    "val_": ("s--", "images held back"),
}


def loss_terms(history, first_epoch=1, running=None, epochs=None, title=None):
    """Draw both terms of the loss, epoch by epoch, on axes of their own.

    The first training mean, which still knows the untrained network, may
    lie above the axes: there it is written at their top.

    Args:
        history: dict from `reconstruction_loss` and `kl_loss`, and from the
            same with `val_` before it where images were held back, to a
            list of means in nats an image, one an epoch, as `fit` returns
            it; other entries are ignored.
        first_epoch: int, the number of the first epoch in it.
        running: pair of how many epochs are done, a float, and a dict from
            the names of the terms to the means since the epoch began; drawn
            as hollow dots. None where no epoch is under way.
        epochs: int, how many there will be; None for those there are.
        title: of the whole figure, or None.

    Returns:
        The figure.

    Raises:
        ValueError: if the history has one of the two terms without the
            other, or its lists are of unlike length.
    """
    _demand_both_terms(history)
    figure, axes = new_figure(1, 2, width=8.4, height=3.3)
    for axis, (term, heading) in zip(axes, TERMS.items(), strict=True):
        for (prefix, (style, label)), colour in zip(
            LINES.items(), LINE_COLOURS, strict=False
        ):
            means = history.get(prefix + term, [])
            numbers = range(first_epoch, first_epoch + len(means))
            axis.plot(numbers, means, style, color=colour, label=label)
        if running:
            done, so_far = running
            hollow = {"color": LINE_COLOURS[0], "markerfacecolor": "white"}
            axis.plot(done, so_far[term], "o", **hollow)
        last = epochs or first_epoch + len(history.get(term, [])) - 1
        axis.set(
            title=heading,
            xlabel="epochs",
            ylabel="nats an image",
            xlim=(first_epoch - 1, max(last, first_epoch) + 0.3),
        )
        axis.xaxis.get_major_locator().set_params(integer=True)
        _cut_off_the_first(axis, history, term, first_epoch)
    axes[0].legend(loc="upper right")
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11.5)
    return figure


def _demand_both_terms(history):
    for prefix in LINES:
        lengths = {len(history.get(prefix + term, ())) for term in TERMS}
        if len(lengths) > 1:
            raise ValueError(
                f"history: expected as many {prefix}reconstruction_loss as "
                f"{prefix}kl_loss, got {sorted(lengths)}"
            )


def _cut_off_the_first(axis, history, term, first_epoch):
    """End an axis below the first training mean, where it dwarfs the rest."""
    first, *rest = history.get(term, []) or [0.0]
    rest = rest + list(history.get(f"val_{term}", []))
    if len(rest) < 2:
        return
    low, high = min(rest), max(rest)
    top = high + 0.25 * (high - low)
    if first <= top:
        return
    axis.set_ylim(low - 0.1 * (high - low), top)
    axis.annotate(
        f"↑ {first:.1f}",
        (first_epoch, 0.97),
        xycoords=("data", "axes fraction"),
        ha="center",
        va="top",
        fontsize=9,
        color=LINE_COLOURS[0],
    )
