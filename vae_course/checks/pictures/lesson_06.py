"""Pictures of lesson 06, From likelihood to loss."""

import math
from statistics import NormalDist

import numpy as np

from vae_course.checks.pictures import Curves

SHAPE = 49, 1, 2, 1
GREYS, LOGITS = (0.8, 0.3), (0.5, -1.5)
MEANS, LOG_VARS = (0.7, 0.7, -1.2), (-0.6, 0.4, 0.5)
STANDARD = NormalDist()


def log_likelihood(attempt):
    """Yield the log-likelihood over one logit, then over larger ones."""
    for reach in 4, 800:
        logits = np.linspace(-reach, reach, 49)
        yield Curves(
            f"The log-likelihood of two pixels, one of grey {GREYS[0]}",
            logits,
            _likelihood(logits),
            attempt(**_images(logits)),
            "x_logits[:, 0, 0, 0]",
            "nats",
        )


def elbo(attempt):
    """Yield the ELBO over one mean, then over one logit."""
    steps, held = np.linspace(-3, 3, 49), np.full(49, 0.5)
    for name, logits, means in (
        ("z_mean[:, 0]", held, steps),
        ("x_logits[:, 0, 0, 0]", steps, held),
    ):
        yield Curves(
            "The ELBO of two pixels and three latent dimensions",
            steps,
            _likelihood(logits) - _kl(means),
            attempt(**_images(logits), **_codes(means)),
            name,
            "nats",
        )


def _images(logits):
    import tensorflow as tf

    x, x_logits = np.empty(SHAPE), np.empty(SHAPE)
    x[:, 0, :, 0], x_logits[:, 0, :, 0] = GREYS, LOGITS
    x_logits[:, 0, 0, 0] = logits
    return {
        "x": tf.constant(x, "float32"),
        "x_logits": tf.constant(x_logits, "float32"),
    }


def _codes(means):
    import tensorflow as tf

    z_mean = np.tile(MEANS, (len(means), 1))
    z_mean[:, 0] = means
    z_log_var = np.tile(LOG_VARS, (len(means), 1))
    return {
        "z_mean": tf.constant(z_mean, "float32"),
        "z_log_var": tf.constant(z_log_var, "float32"),
    }


def _likelihood(logits):
    """Add what two pixels pay, one of them at each of the logits."""
    held = _pixel(GREYS[1], LOGITS[1])
    return np.array([_pixel(GREYS[0], logit) + held for logit in logits])


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

    def one(mean, log_var):
        q = NormalDist(mean, math.exp(log_var / 2))
        ratios = [
            math.log(q.pdf(z) / STANDARD.pdf(z))
            for z in q.mean + q.stdev * nodes
        ]
        return weights @ ratios / weights.sum()

    held = sum(map(one, MEANS[1:], LOG_VARS[1:]))
    return np.array([one(mean, LOG_VARS[0]) + held for mean in means])
