"""Probes of lesson 10: measures of a trained model, and a diagnosis."""

from functools import partial

import numpy as np

from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    as_plain,
    call,
    result_of,
)

DEFAULT_THRESHOLD = 0.01


def _codes(rng):
    """Draw columns whose variance is well off two thresholds.

    In each of the three groups that these make, the means are large in some
    columns and next to nothing in others.
    """
    threshold = float(rng.uniform(0.1, 0.7))
    groups = [
        (0.1 * DEFAULT_THRESHOLD, 0.7 * DEFAULT_THRESHOLD),
        (1.5 * DEFAULT_THRESHOLD, 0.7 * threshold),
        (1.5 * threshold, 5 * threshold),
    ]
    numbers = rng.permutation([2, 3, 4, 6])[:3]
    columns = [
        _columns(rng, int(number), *variances)
        for number, variances in zip(numbers, groups, strict=True)
    ]
    z_mean = rng.permutation(np.hstack(columns), axis=1)
    return {"z_mean": z_mean, "threshold": threshold}


def _columns(rng, number, low, high, n=47):
    noise = rng.normal(size=(n, number))
    noise = (noise - noise.mean(axis=0)) / noise.std(axis=0)
    variance = np.geomspace(low, high, number)
    means = rng.uniform(1, 4, number) * rng.choice([-1, 1], number)
    means[rng.permutation(number)[: number // 2]] *= 0.001
    return means + np.sqrt(variance) * noise


def _counts(answer, z_mean, threshold):
    name = "active_units"
    return {
        "units by default": as_plain(call(answer, name, z_mean=z_mean)),
        "units for a threshold": as_plain(
            call(answer, name, z_mean=z_mean, threshold=threshold)
        ),
    }


def _log_weights(rng):
    """Draw rows that any way can add, and then rows that few can."""
    k = int(rng.integers(6, 11))
    near = rng.normal(-1.5, 1.3, (3, k))
    apart = rng.normal([[-2500], [1400]], 4, (2, k))
    far = rng.uniform(-2000, 2000, (1, k))
    return {"log_weights": np.concatenate([near, apart, far])}


def _bounds(answer, log_weights):
    def bound(log_weights):
        name = "importance_weighted_bound"
        return as_plain(call(answer, name, log_weights=log_weights))

    return {
        "bounds": bound(log_weights),
        "bounds of single draws": bound(log_weights[:, :1]),
        "bound of one image": bound(log_weights[:1]),
    }


def _codes_and_labels(rng):
    """Draw codes and labels; no image is of the first or the last class."""
    latent_dim, n, n_classes = np.sort(rng.permutation(np.arange(3, 12))[:3])
    return {
        "z": rng.normal(0, 2, (n, latent_dim)).astype("float32"),
        "labels": rng.integers(1, n_classes - 1, n),
        "n_classes": int(n_classes),
    }


def _patients(rng):
    return {"patients": "".join(rng.permutation(list("ABCDEF")))}


def _diagnoses(answer, patients):
    """Put the diagnoses into words, in a hidden order of the patients.

    The charts are the same for all and known to all, so no more is hidden
    here. But what is right is taken from outside of the sandbox, where no
    answer can change it.
    """
    diagnoses = call(answer, "diagnose")
    return {"diagnoses": np.array([str(diagnoses[p]) for p in patients])}


def _are_diagnoses(observed, expected, inputs):
    """Compare without a word of what is right: there are no other charts."""
    if np.array_equal(observed["diagnoses"], expected["diagnoses"]):
        return None
    return "not the six right diagnoses"


PROBES = (
    Probe("10.1", _codes, _counts),
    Probe(
        "10.2",
        _log_weights,
        _bounds,
        # Single precision is welcome.
        partial(agrees, rtol=1e-6, atol=1e-5),
    ),
    Probe("10.3", _codes_and_labels, result_of("condition_decoder_input")),
    Probe("10.4", _patients, _diagnoses, _are_diagnoses, rounds=1),
)
