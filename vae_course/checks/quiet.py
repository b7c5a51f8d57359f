"""Quiet for what a learner should not see."""

import contextlib
import io
import warnings

import numpy as np


@contextlib.contextmanager
def quietly():
    """Keep what is printed and warned of inside from being seen."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield
