"""What keeps one exercise's code from harming another's; runs in kernels.

Between two exercises it puts back what lessons rely on: names of modules and
of Python itself, the working folder, how warnings and floating-point errors
are treated, the streams, Keras's settings.
"""

import builtins
import contextlib
import math
import os
import sys
import types
import warnings

import numpy as np
from IPython import get_ipython

PATCHABLE = builtins, math, np
KERAS = "floatx", "epsilon", "image_data_format", "dtype_policy"


def start():
    """Make the keeper of this kernel, before any cell has run."""
    shell = get_ipython()
    shell.keeper = Keeper(shell.user_ns)


class Keeper:
    """Remember what is shared, and put it back.

    Args:
        namespace: dict in which the notebook's cells run.
    """

    def __init__(self, namespace):
        self.namespace = namespace
        self.folder = os.getcwd()
        self.modules = [(module, dict(vars(module))) for module in PATCHABLE]
        self.remember()

    def remember(self):
        """Take what now is for what lessons rely on."""
        self.names = {
            name: value
            for name, value in self.namespace.items()
            if isinstance(value, types.ModuleType) or hasattr(builtins, name)
        }
        self.streams = sys.stdout, sys.stderr
        self.filters = list(warnings.filters)
        self.floating_point = np.geterr()
        self.recursion = sys.getrecursionlimit()
        self.keras = {name: _ask_keras(name) for name in KERAS}

    def settle(self):
        """Put back the state of the process, but no name of the notebook."""
        for module, names in self.modules:
            vars(module).update(names)
        with contextlib.suppress(OSError):
            os.chdir(self.folder)
        sys.stdout, sys.stderr = self.streams
        sys.setrecursionlimit(self.recursion)
        warnings.filters[:] = self.filters
        warnings._filters_mutated()
        np.seterr(**self.floating_point)
        for name, value in self.keras.items():
            if value is not None and _ask_keras(name) != value:
                getattr(sys.modules["keras"].config, f"set_{name}")(value)

    def restore(self):
        """Put back that state, and the names that a slip took away."""
        self.settle()
        for name, value in self.names.items():
            now = self.namespace.get(name)
            if not isinstance(now, types.ModuleType):
                self.namespace[name] = value
        for name in set(self.namespace) & set(vars(builtins)):
            if name not in self.names:
                del self.namespace[name]


def _ask_keras(name):
    """Return one of Keras's settings, or None where it is not imported."""
    keras = sys.modules.get("keras")
    config = getattr(keras, "config", None)
    return config and getattr(config, name)()
