"""Probe of lesson 00: grey pictures of any number."""

import numpy as np

from vae_course.grading.whole_class.probes.probe import Probe, as_plain, call


def _pictures(rng):
    """Draw pictures of which none has the largest value of another."""
    n = int(rng.integers(3, 8))
    brightest = rng.permutation(np.arange(70, 250, 9))[:n, None, None]
    return {"images": rng.integers(1, brightest, (n, 28, 28), "uint8")}


def _prepared(answer, images):
    value = call(answer, "prepare_images", images=images)
    return {
        "pictures": as_plain(value),
        "dtype": np.array(np.asarray(value).dtype.name),
    }


PROBES = (Probe("0.1", _pictures, _prepared),)
