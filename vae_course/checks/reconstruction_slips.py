"""What the slips of exercise 1.3 make of the reconstruction loss."""

import numpy as np

PIXELS = (1, 2, 3)
_SIDES = (1,), (2,)


def cost_of_pixels(x, x_mean):
    """Add the entropy of every pixel to its divergence from x_mean.

    Args:
        x: float64 (n, rows, columns, 1), strictly between 0 and 1.
        x_mean: float64, the same shape and range.

    Returns:
        float64 of that shape, nats, nothing summed.
    """
    from scipy.special import entr, rel_entr

    entropy = entr(x) + entr(1 - x)
    return entropy + rel_entr(x, x_mean) + rel_entr(1 - x, 1 - x_mean)


def slips_of_loss(x, x_mean):
    """Yield (slug, what the slip makes of the loss, question).

    Args:
        x: float64 (n, rows, columns, 1), strictly between 0 and 1. Of a
            batch of one, only the slip that needs one is listed.
        x_mean: float64, the same shape and range.
    """
    pixels = cost_of_pixels(x, x_mean)
    right, size = pixels.sum(axis=PIXELS), pixels[0].size
    if len(x) == 1:
        yield "axis_squeezed", right[0], _SQUEEZED
        return
    yield from (("averages_pixels", w, _MEAN) for w in _means(pixels))
    yield from (("pixels_not_added", w, _LEFT) for w in _pixels_left(pixels))
    for wrong in right.sum(), right.mean():
        for shape in (), (1,), (1, 1, 1), (1, 1, 1, 1), right.shape:
            yield "sums_batch", np.broadcast_to(wrong, shape), _BATCH
    for summed in pixels, pixels[..., 0]:
        for axes in 0, (0, 1), (0, 2):
            yield "sums_batch", summed.sum(axes), _BATCH
    yield "sums_batch", right / len(right), _OTHERS
    for side in 32, 28:
        yield "image_size_fixed", right * side**2 / size, _SIZE
    for mistake, wrong, question in _wrong_costs(x, x_mean):
        yield mistake, wrong.sum(), question
        yield mistake, wrong.sum(axis=PIXELS), question
        for reduced in *_means(wrong), *_pixels_left(wrong):
            yield mistake, reduced, question


def _means(pixels):
    """Take the mean over rows, columns or all, and sum or keep the rest."""
    for axes in *_SIDES, (1, 2), (1, 3), (2, 3), PIXELS, (0, *PIXELS):
        kept = pixels.mean(axes, keepdims=True)
        yield from (kept, kept[..., 0], kept.sum(PIXELS), pixels.mean(axes))


def _pixels_left(pixels):
    """Sum over rows, columns or neither, and keep the rest."""
    for axes in (), *_SIDES:
        kept, summed = pixels.sum(axes, keepdims=True), pixels.sum(axes)
        yield from (kept, kept[..., 0], summed, summed[..., 0])


def _wrong_costs(x, x_mean):
    """List what a slip makes of the cost of every pixel."""
    right = cost_of_pixels(x, x_mean)
    lit = -x * np.log(x_mean)
    dark = right - lit
    logits = np.log1p(np.exp(x_mean)) - x * x_mean
    swapped = cost_of_pixels(x_mean, x)
    lit_swapped = -x_mean * np.log(x)
    dark_swapped = swapped - lit_swapped
    return [
        *(
            ("arguments_swapped", wrong, _SWAPPED)
            for wrong in (swapped, lit_swapped + dark, lit + dark_swapped)
        ),
        ("pictures_swapped", cost_of_pixels(1 - x, x_mean), _CROSSED),
        *(("sign", wrong, _SIGN) for wrong in (-right, lit - dark)),
        ("sign", dark - lit, _SIGN),
        *(("term_missing", wrong, _TERM) for wrong in (lit, dark)),
        ("bracket_missing", lit - 1 + x * np.log(1 - x_mean), _BRACKET),
        ("bits", right / np.log(2), _BITS),
        ("decimal_logarithm", right / np.log(10), _BITS),
        ("divergence", right - cost_of_pixels(x, x), _ENTROPY),
        ("divergence", x * np.log(x / x_mean), _ENTROPY),
        ("ink_rounded", cost_of_pixels(x.round(), x_mean), _ROUNDED),
        *(("margin_too_wide", w, _MARGIN) for w in _wide_margins(x, x_mean)),
        ("squared_error", (x - x_mean) ** 2, _SQUARE),
        ("absolute_error", np.abs(x - x_mean), _SQUARE),
        ("taken_for_logits", logits, _LOGITS),
    ]


def _wide_margins(x, x_mean):
    """Add too much to what the logarithms take, or clip too much off it."""
    for margin in 1e-4, 1e-3, 1e-2:
        blank = np.log(1 - x_mean + margin)
        yield -x * np.log(x_mean + margin) - (1 - x) * blank
    for margin in 0.05, 0.1:
        yield cost_of_pixels(x, np.clip(x_mean, margin, 1 - margin))


_MEAN = (
    "A constant 0.5 costs ln 2 a pixel, so 709.78 for 1024 of them. Over "
    "which axes does your code take a mean, and does it add up the rest?"
)
_LEFT = (
    "How many numbers should one picture give? Which axes of your result are "
    "still pixels?"
)
_BATCH = "How many pictures went in, and how many numbers came out?"
_OTHERS = "Does the price of one picture change when others join the batch?"
_SWAPPED = (
    "Of which of the two, the picture or its drawing, does the formula take "
    "the logarithm?"
)
_SIGN = (
    "What sign has ln 0.5? And each of the two terms: may it lower the cost?"
)
_TERM = (
    "An inked pixel drawn blank must cost as much as a blank one drawn inked. "
    "Which of the two does yours forgive?"
)
_CROSSED = (
    "An inked pixel drawn as ink should cost next to nothing. What does yours "
    "cost?"
)
_BRACKET = (
    "Python multiplies before it subtracts. Of what is each logarithm taken, "
    "and by what is it multiplied?"
)
_BITS = "To which base is the logarithm of a nat?"
_ENTROPY = (
    "A grey pixel costs something even where the drawing is the picture "
    "itself. Does it in yours?"
)
_ROUNDED = (
    "A pixel of 0.6 is neither ink nor blank. Which numbers does the formula "
    "multiply the logarithms by?"
)
_MARGIN = (
    "What keeps the logarithm from zero changes other pixels too, in their "
    "first four digits. How close to 0 and 1 may it stay?"
)
_SQUARE = "That is a distance between two greys. Where is the logarithm?"
_SQUEEZED = (
    "This time a single picture went in, of one row. Which axis disappears "
    "where it is 1 long, and should it?"
)
_LOGITS = (
    "Does x_mean come from before the sigmoid or from behind it, and which of "
    "the two does your code take it for?"
)
_SIZE = (
    "These pictures are smaller than 32 × 32. Where is a size written down "
    "that the input itself could tell you?"
)
