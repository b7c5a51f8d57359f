"""Keras and TensorFlow as lessons rely on them, put back after any cell.

Neither is imported here: what is not imported needs no putting back.
"""

import contextlib
import sys

SETTINGS = "floatx", "epsilon", "image_data_format", "dtype_policy"


def settings_of_keras():
    """Return Keras's settings by name, none where it is not imported."""
    config = _config()
    if config is None:
        return {}
    return {name: getattr(config, name)() for name in SETTINGS}


def settle_keras(before):
    """Put Keras's settings back, and compute at once and in graphs.

    Args:
        before: dict that `settings_of_keras` returned.
    """
    now = settings_of_keras()
    for name, value in before.items():
        if name in now and now[name] != value:
            getattr(_config(), f"set_{name}")(value)
    _compute_at_once()


def _config():
    return getattr(sys.modules.get("keras"), "config", None)


def _compute_at_once():
    """Leave the modes that TensorFlow 2 does not begin in."""
    tf = sys.modules.get("tensorflow")
    if tf is None or not hasattr(tf, "executing_eagerly"):
        return
    if tf.config.functions_run_eagerly():
        tf.config.run_functions_eagerly(False)
    if not tf.executing_eagerly():
        # Inside another graph there is nothing to be done.
        with contextlib.suppress(AssertionError, ValueError):
            tf.compat.v1.reset_default_graph()
            tf.compat.v1.enable_eager_execution()
