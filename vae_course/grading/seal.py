"""Tell whether the checks are still what they were; runs in kernels.

A digest is taken of every function, class and constant of the checks, before
the first cell and again and again. Where they differ, something in the
notebook has changed the checks, and what they say is no result.
"""

import hashlib
import importlib
import inspect
import sys
import types

SEALED = "vae_course.checks"
PLAIN = int, float, complex, str, bytes, type(None), type(Ellipsis)
NOT_SEALED = "__dict__", "__weakref__", "__builtins__", "__annotations__"


def digests(names=()):
    """Return a digest of each module of the checks that is imported.

    Args:
        names: of modules to import first.

    Returns:
        dict from a module's name to a str of hexadecimal digits, the same
        in every process that runs the same files.
    """
    for name in names:
        importlib.import_module(name)
    modules = {
        name: module
        for name, module in list(sys.modules.items())
        if name == SEALED or name.startswith(f"{SEALED}.")
    }
    return {name: digest(module) for name, module in sorted(modules.items())}


def digest(module):
    """Return a digest of what a module's names stand for.

    Args:
        module: types.ModuleType.
    """
    names = {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("__")
        # A submodule is an attribute once it is imported, and has its own.
        and not isinstance(value, types.ModuleType)
    }
    modules = {
        name: value.__name__
        for name, value in vars(module).items()
        if isinstance(value, types.ModuleType)
        and not value.__name__.startswith(f"{module.__name__}.")
    }
    told = repr([_tell(names, []), _tell(modules, [])])
    return hashlib.sha256(told.encode()).hexdigest()


def _tell(value, above):
    """Write an object down without addresses; `above` ends cycles."""
    if isinstance(value, PLAIN):
        return repr(value)
    if any(value is each for each in above):
        return "itself"
    above = [*above, value]
    kind = type(value).__qualname__
    return [kind, *(_tell(part, above) for part in _parts(value))]


def _parts(value):
    """List what an object is made of, as far as it can be changed."""
    match value:
        case dict():
            return [part for item in value.items() for part in item]
        case list() | tuple():
            return value
        case set() | frozenset():
            return sorted(value, key=repr)
        case types.CodeType():
            return value.co_code, value.co_names, value.co_consts
        case types.FunctionType():
            return _parts_of_function(value)
        case type():
            return _parts_of_class(value)
        case property():
            return value.fget, value.fset
    name = getattr(value, "__name__", "")
    wrapped = inspect.getattr_static(value, "__wrapped__", None)
    return [name, getattr(value, "__module__", ""), wrapped]


def _parts_of_function(function):
    parts = [function.__module__, function.__qualname__, function.__code__]
    if not _is_sealed(function):
        return parts
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    defaults = [function.__defaults__, function.__kwdefaults__]
    return [*parts, *defaults, *cells, vars(function)]


def _parts_of_class(cls):
    parts = [cls.__module__, cls.__qualname__]
    if not _is_sealed(cls):
        return parts
    names = {
        name: value
        for name, value in vars(cls).items()
        if name not in NOT_SEALED
    }
    return [*parts, names]


def _is_sealed(value):
    return str(value.__module__).startswith(SEALED)
