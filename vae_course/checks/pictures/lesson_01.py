"""Picture of lesson 01, The autoencoder."""

import math

import numpy as np

from vae_course.checks.pictures import Curves

SHAPE = 49, 4, 5, 1


def reconstruction_loss(attempt):
    """Yield what an even grey costs by the grey that it is drawn with."""
    x, drawn = 0.8, np.linspace(0.02, 0.98, 49)
    x_mean = np.broadcast_to(drawn[:, None, None, None], SHAPE)
    yield Curves(
        f"The cost of 20 pixels of grey {x}, each drawn as x_mean",
        drawn,
        [-20 * (x * math.log(m) + (1 - x) * math.log(1 - m)) for m in drawn],
        attempt(x=np.full(SHAPE, x, "float32"), x_mean=np.float32(x_mean)),
        "x_mean",
        "nats",
    )
