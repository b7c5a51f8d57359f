"""Tell whether an answer has left the process as it found it.

What learners change by the way is put back. Where more was changed, the
answers after it are better run in a new process.
"""

import gc
import operator
import os
import shutil
import signal
import sys
import threading
import types
import warnings
from pathlib import Path

import numpy as np

from vae_course.grading.keras_state import settings_of_keras, settle_keras

MUCH_MEMORY = 2**29
WATCHED = (
    "builtins",
    "gc",
    "inspect",
    "json",
    "linecache",
    "math",
    "os",
    "random",
    "signal",
    "time",
    "traceback",
    "unittest.mock",
    "numpy",
    "numpy.linalg",
    "numpy.random",
    "numpy.testing",
    "scipy.special",
    "scipy.stats",
    "keras",
    "keras.activations",
    "keras.backend",
    "keras.config",
    "keras.initializers",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.ops",
    "keras.optimizers",
    "keras.random",
    "keras.utils",
    "tensorflow.math",
    "tensorflow.random",
)
CLASSES = "keras.layers", "keras.metrics", "keras.optimizers", "keras.random"
# Set by whoever runs code, not by an answer.
NOT_COMPARED = "_", "__warningregistry__", "__builtins__", "__main__"

CODE = operator.attrgetter("__code__")


class State:
    """Remember a process before any answer has run in it.

    Args:
        scratch: Path of the folder that answers may write to.
    """

    def __init__(self, scratch):
        self.scratch = scratch
        self.names = [(each, _items(each)) for each in _watched_namespaces()]
        self.functions = [
            value
            for _, (_, values) in self.names
            for value in values
            if isinstance(value, types.FunctionType)
        ]
        self.code = list(map(CODE, self.functions))
        self.filters = list(warnings.filters)
        self.floating_point = np.geterr()
        self.recursion = sys.getrecursionlimit()
        self.streams = sys.stdin, sys.stdout, sys.stderr
        self.environment = dict(os.environ)
        self.keras = settings_of_keras()
        self.handlers = _handlers()
        self.modules = _items(sys.modules)
        self.memory = 0

    def begin(self):
        """Take the memory of a new process for what it begins with."""
        self.memory = _memory()

    def settle(self):
        """Put back what an answer may change without meaning harm."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        gc.enable()
        sys.settrace(None)
        sys.setprofile(None)
        sys.stdin, sys.stdout, sys.stderr = self.streams
        sys.setrecursionlimit(self.recursion)
        warnings.filters[:] = self.filters
        warnings._filters_mutated()
        np.seterr(**self.floating_point)
        if os.environ != self.environment:
            os.environ.clear()
            os.environ.update(self.environment)
        settle_keras(self.keras)
        os.chdir(self.scratch)
        _empty(self.scratch)

    def is_spoiled(self):
        """Tell whether there is harm that `settle` cannot undo."""
        return (
            any(_differs(names, items) for names, items in self.names)
            or not _are(map(CODE, self.functions), self.code)
            or _differs(sys.modules, self.modules)
            or threading.active_count() > 1
            or _handlers() != self.handlers
            or bool(signal.pthread_sigmask(signal.SIG_BLOCK, []))
            or _has_children()
            or any(self.scratch.iterdir())
            or _memory() > self.memory + MUCH_MEMORY
        )


def _watched_namespaces():
    """List the dicts of modules, classes and functions to watch."""
    modules = [sys.modules[name] for name in WATCHED if name in sys.modules]
    modules += [
        module
        for name, module in sys.modules.items()
        if name.startswith("vae_course")
    ]
    namespaces = [vars(module) for module in modules]
    for module in modules:
        if module.__name__.startswith(("vae_course", *CLASSES)):
            namespaces += [
                vars(value)
                for value in vars(module).values()
                if isinstance(value, type)
            ]
    return namespaces


def _items(names):
    """Return the names in a namespace, and what they stand for."""
    items = [item for item in names.items() if item[0] not in NOT_COMPARED]
    return tuple(zip(*items, strict=True)) if items else ((), ())


def _differs(names, items):
    keys, values = items
    return not _are(map(names.get, keys), values)


def _are(objects, others):
    """Tell whether all are the same objects, tens of thousands of them."""
    return all(map(operator.is_, objects, others))


def _handlers():
    return {
        number: signal.getsignal(number) for number in signal.valid_signals()
    }


def _has_children():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _memory():
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _empty(folder):
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
