"""The networks of lesson 01 by a second road, whole and with slips."""

import numpy as np


def _as_it_is(a):
    return a


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))


def _relu(a):
    return np.maximum(a, 0)


def encode(weights, images, bends=(1, 1, 1), pads=(1, 1, 1)):
    """Run the encoder; a 0 leaves out the ReLU or padding of its layer.

    Args:
        weights: list of float arrays, kernel and bias of layer after layer.
        images: float (n, 32, 32, 1).
        bends: for each convolution, whether it has its ReLU.
        pads: for each convolution, whether it has its padding.

    Returns:
        float64 (n, k), the codes.
    """
    return convolve(weights, images, bends, pads) @ weights[6] + weights[7]


def convolve(weights, images, bends=(1, 1, 1), pads=(1, 1, 1)):
    """Run the encoder's convolutions, as above; float64 (n, features)."""
    x = images.astype("float64")
    for layer, (bend, pad) in enumerate(zip(bends, pads, strict=True)):
        kernel, bias = weights[2 * layer : 2 * layer + 2]
        x = _convolve(x, kernel, stride=2, pad=pad) + bias
        x = _relu(x) if bend else x
    return x.reshape(len(x), -1)


def decode_both_ways(weights, codes):
    """Run the decoder without and with a ReLU on its dense layer.

    Args:
        weights: list of float arrays, kernel and bias of layer after layer.
        codes: float (n, k).

    Returns:
        list of two float64 (n, 32, 32, 1), the drawings.
    """
    return [_decode(weights, codes, dense) for dense in (_as_it_is, _relu)]


def _decode(weights, codes, dense, bends=(1, 1, 1), last=_sigmoid):
    """Run the decoder; a 0 in bends leaves out the ReLU of its layer."""
    x = dense(codes @ weights[0] + weights[1]).reshape(-1, 4, 4, 128)
    for layer, bend in enumerate(bends, start=1):
        kernel, bias = weights[2 * layer : 2 * layer + 2]
        x = _stamp(x, kernel) + bias
        x = _relu(x) if bend else x
    return last(_convolve(x, weights[8], stride=1, pad=1) + weights[9])


def _convolve(x, kernel, stride, pad):
    """Weigh what lies below each of nine places of the window."""
    side = x.shape[1]
    steps = -(-side // stride) if pad else (side - 3) // stride + 1
    border = max((steps - 1) * stride + 3 - side, 0)
    hang = border // 2, border - border // 2
    x = np.pad(x, ((0, 0), hang, hang, (0, 0)))
    reach = (steps - 1) * stride + 1
    return sum(
        x[:, i : i + reach : stride, j : j + reach : stride] @ kernel[i, j]
        for i, j in np.ndindex(3, 3)
    )


def _stamp(x, kernel):
    """Stamp the kernel two pixels apart, cut off what hangs over."""
    n, side, _, _ = x.shape
    canvas = np.zeros((n, 2 * side + 1, 2 * side + 1, kernel.shape[2]))
    reach = 2 * side - 1
    for i, j in np.ndindex(3, 3):
        canvas[:, i : i + reach : 2, j : j + reach : 2] += x @ kernel[i, j].T
    return canvas[:, :-1, :-1]


def slips_of_encoder(weights, images):
    """Yield (slug, what the slip makes of the codes, question)."""
    for some in _SOME:
        yield "activation_missing", encode(weights, images, some), _AFFINE
    for pads in (0, 1, 1), (1, 0, 1), (0, 0, 1):
        wrong = encode(weights, images, pads=pads)
        yield "padding_missing", wrong, PADDING
    yield "scaled_twice", encode(weights, images / 255), _SCALED


def slips_of_decoder(weights, codes):
    """Yield (slug, what the slip makes of the drawings, question)."""
    for dense in _as_it_is, _relu:
        for some in _SOME:
            wrong = _decode(weights, codes, dense, some)
            yield "activation_missing", wrong, _AFFINE
        a = _decode(weights, codes, dense, last=_as_it_is)
        for b in _sigmoid(a), _relu(a), np.tanh(a):
            yield "activation_twice", _sigmoid(b), _TWICE
        yield "output_not_bounded", np.clip(a, 0, 1), BOUNDED


_SOME = [some for some in np.ndindex(2, 2, 2) if 0 in some]
_AFFINE = (
    "Without something that bends between them, what do two layers in a row "
    "amount to? Which argument of a convolution puts it there, and does each "
    "of the three have it?"
)
PADDING = (
    "What happens to a window that hangs over the border, and which argument "
    "adds what it lacks? Does each of the three have it?"
)
_SCALED = (
    "In which range are the pictures before they come to the encoder? Is "
    "there a layer that divides them once more?"
)
BOUNDED = (
    "Which function takes any real number into that range without cutting it "
    "off?"
)
_TWICE = (
    "Which numbers can reach the _sigmoid, and which greys can then never be "
    "drawn?"
)
