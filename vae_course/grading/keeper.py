"""What keeps one exercise's code from harming another's; runs in kernels.

Between two exercises it puts back what lessons rely on: names of modules and
of Python itself, the working folder, how warnings and floating-point errors
are treated, the streams, the settings of Keras and TensorFlow.
"""

import builtins
import contextlib
import importlib
import math
import os
import random
import sys
import warnings

import numpy as np
from IPython import get_ipython

from vae_course.grading.keras_state import settings_of_keras, settle_keras
from vae_course.grading.names import Names

PATCHABLE = builtins, math, random, np, np.linalg, np.random
SET_BY_KERNELS = {"input", "get_ipython"}


def start():
    """Make the keeper of this kernel, before any cell has run."""
    shell = get_ipython()
    shell.keeper = Keeper(shell.user_ns)


class Keeper:
    """Know the state in which a notebook starts, and put it back.

    Args:
        namespace: dict in which the notebook's cells run.
    """

    def __init__(self, namespace):
        self.names = Names(namespace)
        self.folder = os.getcwd()
        self.modules = [(module, dict(vars(module))) for module in PATCHABLE]
        self.streams = sys.stdout, sys.stderr
        self.filters = list(warnings.filters)
        self.floating_point = np.geterr()
        self.recursion = sys.getrecursionlimit()
        self.keras = {}
        self.remember()

    def remember(self):
        """Take what is imported by now for what lessons rely on."""
        self.names.remember()
        self.keras = self.keras or settings_of_keras()

    def settle(self):
        """Put back the state of the process, but no name of the notebook.

        An answer may need a deeper stack than the one at the start.
        """
        for module, names in self.modules:
            vars(module).update(names)
        with contextlib.suppress(OSError):
            os.chdir(self.folder)
        sys.stdout, sys.stderr = self.streams
        sys.setrecursionlimit(max(self.recursion, sys.getrecursionlimit()))
        warnings.filters[:] = self.filters
        warnings._filters_mutated()
        np.seterr(**self.floating_point)
        settle_keras(self.keras)

    def restore(self, source):
        """Put back that state, and the names that a cell needs.

        Args:
            source: str, the cell's code.
        """
        self.settle()
        self.names.restore(source)

    def vouches_for(self, module, check):
        """Tell whether a check that passed an answer could do its work.

        It could not where the answer, as it ran, changed what all checks
        count with. And who passes keeps what they wrote: the library's
        version stands for an answer that was not started.

        Args:
            module: str, the name of the module of the check.
            check: str, the name of the check.
        """
        check = getattr(importlib.import_module(module), check)
        untouched = all(
            vars(patchable).get(name) is value
            for patchable, names in self.modules
            for name, value in names.items()
            if name not in SET_BY_KERNELS
        )
        answer = self.names.namespace.get(check.name)
        return untouched and answer is not check.library()
