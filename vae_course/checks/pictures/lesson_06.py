"""Pictures of lesson 06, From likelihood to loss."""

import math
from statistics import NormalDist

import numpy as np

from vae_course.checks.pictures import Curves

# Few and equal numbers, so that each curve can be computed from its title.
GREY, LOGIT, MEAN, LOG_VAR = 0.8, 0.5, 0.5, -1
PIXELS, LATENT_DIM = 2, 3
STANDARD = NormalDist()


def log_likelihood(attempt):
    """Yield the log-likelihood over one logit, then over larger ones."""
    for reach in 4, 800:
        logits = np.linspace(-reach, reach, 49)
        yield Curves(
            f"The log-likelihood of {PIXELS} pixels of grey {GREY}",
            logits,
            _likelihood(logits),
            attempt(**_images(logits)),
            "logit of both pixels",
            "nats",
        )


def elbo(attempt):
    """Yield the ELBO over one mean, then over one logit."""
    steps = np.linspace(-3, 3, 49)
    for held, logits, means, name in (
        (f"logits {LOGIT}", LOGIT, steps, "a in z_mean = (a, 0, 0)"),
        (f"z_mean ({MEAN}, 0, 0)", steps, MEAN, "logit of both pixels"),
    ):
        logits, means = np.broadcast_arrays(logits, means)
        yield Curves(
            f"The ELBO: {PIXELS} pixels of grey {GREY}, {held}, "
            f"z_log_var {LOG_VAR} each",
            steps,
            _likelihood(logits) - _kl(means),
            attempt(**_images(logits), **_codes(means)),
            name,
            "nats",
        )


def _images(logits):
    import tensorflow as tf

    x_logits = np.tile(logits[:, None, None, None], (1, 1, PIXELS, 1))
    return {
        "x": tf.constant(GREY, "float32", x_logits.shape),
        "x_logits": tf.constant(x_logits, "float32"),
    }


def _codes(means):
    import tensorflow as tf

    z_mean = np.zeros((len(means), LATENT_DIM))
    z_mean[:, 0] = means
    return {
        "z_mean": tf.constant(z_mean, "float32"),
        "z_log_var": tf.constant(LOG_VAR, "float32", z_mean.shape),
    }


def _likelihood(logits):
    return PIXELS * np.array([_pixel(GREY, logit) for logit in logits])


def _pixel(grey, logit):
    """Weigh two outcomes, of which the unlikely one costs its logit."""
    likely = -math.log1p(math.exp(-abs(logit)))
    unlikely = likely - abs(logit)
    return grey * (likely if logit > 0 else unlikely) + (1 - grey) * (
        unlikely if logit > 0 else likely
    )


def _kl(means):
    """Average log q - log p over q, at four nodes, which is exact."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)

    def one(mean):
        q = NormalDist(mean, math.exp(LOG_VAR / 2))
        ratios = [
            math.log(q.pdf(z) / STANDARD.pdf(z))
            for z in q.mean + q.stdev * nodes
        ]
        return weights @ ratios / weights.sum()

    others = (LATENT_DIM - 1) * one(0)
    return np.array([one(mean) + others for mean in means])
