"""Picture of lesson 10, Diagnose, and beyond."""

import numpy as np

from vae_course.checks.pictures import Curves

HELD = -1.0, 2.5


def importance_weighted_bound(attempt):
    """Yield the bound over one of three log-weights, then a wider range."""
    for reach in 8, 1_600:
        log_weights = np.tile([0.0, *HELD], (49, 1))
        log_weights[:, 0] = np.linspace(-reach, reach, 49)
        yield Curves(
            f"The bound of three log-weights, the others {HELD}",
            log_weights[:, 0],
            [np.logaddexp.reduce(row) - np.log(3) for row in log_weights],
            attempt(log_weights=log_weights),
            "log_weights[:, 0]",
            "nats",
        )
