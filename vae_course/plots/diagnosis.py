"""What a trained VAE shows: its rate, its latents, its bound, its chart."""

import numpy as np

from vae_course.arguments import demand_shape, real_array
from vae_course.plots.style import (
    CLASS_COLOURS,
    CLASS_MARKERS,
    GREY,
    RED,
    code,
    new_figure,
)

BLUE, ORANGE = "#1f5f9e", "#e76300"
SIGMA = r"$\sigma = \exp(\mathtt{z\_log\_var}\,/\,2)$"


def rate_distortion(betas, rates, distortions):
    """Draw the reconstruction loss over the KL term, a point for each beta.

    Args:
        betas: float (k,), the weights of the KL term.
        rates: float (k,), the KL terms, nats an image.
        distortions: float (k,), the reconstruction losses, nats an image.

    Returns:
        The figure. Dashed lines join places of one unweighted sum of both;
        the lowest, in red, goes through the point of the best bound.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if the three differ in length.

    Source: Alemi et al. (2018), arXiv:1711.00464, figure 1.
    """
    betas = real_array("betas", betas, ("k",))
    rates = real_array("rates", rates)
    distortions = real_array("distortions", distortions)
    demand_shape("rates", rates.shape, "betas", betas.shape)
    demand_shape("distortions", distortions.shape, "betas", betas.shape)
    figure, axis = new_figure(width=7.2, height=4.4)
    right = 1.15 * max(rates.max(), 1.0)
    totals = np.sort(rates + distortions)
    for total in totals[1:]:
        axis.plot(
            [0, right], [total, total - right], "--", color=GREY, linewidth=1
        )
    axis.plot(
        [0, right],
        [totals[0], totals[0] - right],
        "--",
        color=RED,
        label=f"rate + distortion = {totals[0]:.0f}, the least",
    )
    order = np.argsort(rates)
    axis.plot(rates[order], distortions[order], "o-", color=BLUE)
    for beta, rate, distortion in zip(betas, rates, distortions, strict=True):
        axis.annotate(
            rf"$\beta = {beta:g}$",
            (rate, distortion),
            (7, 7),
            textcoords="offset points",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    axis.margins(y=0.1)
    axis.set(
        title="What the pictures cost, over what the codes cost",
        xlabel="rate: KL term, nats an image",
        ylabel="distortion: reconstruction loss,\nnats an image",
    )
    axis.legend()
    return figure


def kl_by_dimension(panels):
    """Draw the KL divergence of each latent dimension, largest first.

    Args:
        panels: dict from title to float (latent_dim,), nats an image.

    Returns:
        The figure, panels beside each other on one scale.

    Raises:
        TypeError: if a panel does not hold real numbers.
        ValueError: if one is no row of finite numbers.
    """
    figure, axes = new_figure(
        1,
        len(panels),
        width=1.8 * len(panels) + 0.6,
        height=2.7,
        squeeze=False,
        sharey=True,
    )
    for axis, (title, kl) in zip(axes[0], panels.items(), strict=True):
        kl = np.sort(real_array("panels", kl, ("latent_dim",)))[::-1]
        places = np.arange(1, len(kl) + 1)
        axis.bar(places, kl, color=BLUE)
        axis.set(title=title, xlabel="dimension, by rank", xticks=places)
    axes[0, 0].set_ylabel("KL, nats an image")
    return figure


def patient_chart(chart, heading):
    """Draw what is known of a trained VAE, in six panels.

    Args:
        chart: clinic.Chart.
        heading: title of the figure.

    Returns:
        The figure: the loss and the KL term as the VAE's own code reported
        them, each with a star for what was measured; the KL of each
        dimension; means and spreads of codes; the spread of z asked for and
        drawn; pictures.
    """
    figure, axes = new_figure(
        2, 3, width=9.8, height=5.8, width_ratios=[1, 1, 1.35]
    )
    loss, kl_term, bars, codes, noise, pictures = axes.flat
    looks = {
        "total_loss": ("total", BLUE, ""),
        "reconstruction_loss": ("reconstr.", ORANGE, "s"),
    }
    _reported(loss, chart.history, looks, chart.reconstruction)
    looks = {"kl_loss": ("KL", BLUE, "")}
    _reported(kl_term, chart.history, looks, chart.kl.sum())
    _bars(bars, chart.kl)
    _codes(codes, chart.z_mean, chart.std)
    _noise(noise, chart.std, chart.drawn_std)
    _pictures(pictures, chart)
    loss.set_title("1  Loss, as reported")
    kl_term.set(title="2  KL term, as reported", ylim=(0, None))
    bars.set(title="3  KL, measured", ylabel="nats an image")
    bars.set_xlabel("dimension of $z$")
    figure.suptitle(heading, x=0.01, ha="left", fontsize=12.5)
    return figure


def _reported(axis, history, looks, measured):
    """Draw curves of training and test, and a star for what was measured."""
    epochs = np.arange(1, len(history["total_loss"]) + 1)
    for term, (label, colour, marker) in looks.items():
        line = {"color": colour, "marker": marker, "ms": 4, "markevery": 4}
        line["label"] = f"{label}, training"
        axis.plot(epochs, history[term], linewidth=1.3, **line)
        line["label"] = f"{label}, test"
        axis.plot(epochs, history[f"val_{term}"], ":", linewidth=2.4, **line)
    axis.plot(
        epochs[-1],
        measured,
        "*",
        color=RED,
        markersize=12,
        label="test, measured",
        clip_on=False,
    )
    axis.set(xlabel="epoch", ylabel="nats an image")
    axis.legend(fontsize=9)


def _bars(axis, kl):
    places = np.arange(1, len(kl) + 1)
    axis.bar(places, kl, color=BLUE)
    axis.set_xticks(places)
    # A scale on which a dimension without information shows as none.
    axis.set_ylim(0, max(0.5, 1.12 * np.max(kl)))
    for place, nats in zip(places, kl, strict=True):
        text = {"ha": "center", "va": "bottom", "fontsize": 9}
        axis.text(place, nats, f"{nats:.1f}", **text)


def _codes(axis, z_mean, std):
    pairs = zip(z_mean.T, std.T, strict=True)
    for dimension, (means, spreads) in enumerate(pairs):
        axis.scatter(
            means,
            spreads,
            s=11,
            linewidths=0,
            marker=CLASS_MARKERS[dimension],
            color=CLASS_COLOURS[2 * dimension],
            label=f"dimension {dimension + 1}",
        )
    axis.axhline(1, color=GREY, linestyle="--", linewidth=1)
    axis.axvline(0, color=GREY, linestyle="--", linewidth=1)
    axis.set(
        title="4  Codes",
        xlabel=code("z_mean"),
        ylabel=SIGMA,
        ylim=(0, 1.1 * max(1, std.max())),
    )
    # Framed, lest its markers pass for codes.
    axis.legend(fontsize=9, markerscale=1.6, frameon=True)
    axis.xaxis.get_major_locator().set_params(nbins=4)


def _noise(axis, std, drawn_std):
    ends = [0, 1.05 * max(std.max(), drawn_std.max())]
    axis.plot(ends, ends, "--", color=GREY, linewidth=1)
    axis.scatter(std, drawn_std, s=9, color=BLUE, linewidths=0)
    axis.set(
        title="5  Spread of $z$",
        xlabel=f"asked for, {SIGMA}",
        ylabel="found in many draws",
    )


def _pictures(axis, chart):
    half = len(chart.from_prior) // 2
    rows = {
        "image": chart.images,
        f"from {code('z_mean')}": chart.from_mean,
        "from $z$": chart.from_draw,
        "from $N(0, I)$": chart.from_prior[:half],
        "again": chart.from_prior[half:],
    }
    mosaic = np.vstack([np.hstack(list(row)) for row in rows.values()])
    axis.imshow(mosaic, cmap="gray_r", vmin=0, vmax=255)
    side = chart.images.shape[1]
    middles = side * (np.arange(len(rows)) + 0.5)
    axis.set_yticks(middles, list(rows), fontsize=9)
    axis.set(title="6  Pictures", xticks=[])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
