"""The clinic of lesson 10: what six trained VAEs show, each with one slip.

`tools/make_patients.py` trains them and writes their charts.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDER = Path(__file__).parent / "clinic_charts"
HEALTHY = "healthy"
PATIENTS = "ABCDEF"
TERMS = "total_loss", "reconstruction_loss", "kl_loss"
# Those to choose from; half of them occur.
SLIPS = (
    "activation_on_head",
    "averages_latent",
    "averages_pixels",
    "decoder_fed_mean",
    "forward_outside_tape",
    "half_missing",
    "heads_shared",
    "kl_left_out",
    "last_batch_metrics",
    "metrics_not_reset",
    "no_noise",
    "sign",
)


class Chart(NamedTuple):
    """What is known of a trained VAE, in nats an image where it is a loss.

    Attributes:
        history: dict from a name of `TERMS`, also with "val_" before it for
            the test images, to float (epochs,): what its own code reported.
        reconstruction: float, its reconstruction loss on test images, as
            measured after training by the library.
        kl: float (latent_dim,), its KL divergence in each dimension, as
            measured likewise.
        z_mean: float (n, latent_dim), the means of some codes.
        std: float (n, latent_dim), exp(z_log_var / 2) of the same.
        drawn_std: float (n, latent_dim), the standard deviation of many z
            that its own Sampling layer drew for each.
        images: uint8 (m, 32, 32), some test images.
        from_mean: uint8 (m, 32, 32), the same, decoded from z_mean.
        from_draw: uint8 (m, 32, 32), the same, decoded from a right draw.
        from_prior: uint8 (2 * m, 32, 32), decoded from N(0, I).
    """

    history: dict
    reconstruction: float
    kl: np.ndarray
    z_mean: np.ndarray
    std: np.ndarray
    drawn_std: np.ndarray
    images: np.ndarray
    from_mean: np.ndarray
    from_draw: np.ndarray
    from_prior: np.ndarray


def load_chart(patient):
    """Load what is known of a patient.

    Args:
        patient: "A" to "F", or "healthy" for one without a slip.

    Returns:
        Chart.

    Raises:
        ValueError: if there is no such patient.

    >>> load_chart("healthy").kl.shape
    (4,)
    """
    with _open(patient) as stored:
        names = [f"{part}{term}" for part in ("", "val_") for term in TERMS]
        history = dict(zip(names, stored["history"], strict=True))
        fields = [_as_measured(stored[name]) for name in Chart._fields[1:]]
    return Chart(history, *fields)


def diagnose():
    """Name the slip in every patient. You do it in exercise 10.4.

    Returns:
        dict from "A" to "F" to a slug of `SLIPS`.

    >>> "".join(diagnose()), set(diagnose().values()) <= set(SLIPS)
    ('ABCDEF', True)
    """
    slips = {}
    for patient in PATIENTS:
        with _open(patient) as stored:
            slips[patient] = str(stored["slip"])
    return slips


def _as_measured(array):
    """Undo the 16 bits in which numbers are stored."""
    return array.astype("float64") if array.dtype == np.float16 else array


def _open(patient):
    known = *PATIENTS, HEALTHY
    if patient not in known:
        raise ValueError(
            f"patient: expected one of {', '.join(known)}, got {patient!r}"
        )
    return np.load(FOLDER / f"{patient}.npz")
