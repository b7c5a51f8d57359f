"""An attempt: the learner's own object, called with care and watched."""

import copy
import inspect
import re
import sysconfig
import traceback
from pathlib import Path

import numpy as np

from vae_course.checks.failure import ExerciseFailed

LIBRARIES = [
    Path(__file__).parents[1],
    *(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")),
]
INSTALLED = {"site-packages", "dist-packages"}
BRACKETS = (
    "Did that line make the layer, call it, or both? Count its pairs of "
    "brackets."
)
BEFORE_THE_DOT = (
    "Of which type is what stands before the dot, and from where should it "
    "have something of that name?"
)
# The first kind of error that fits, and whose message holds the pattern.
QUESTIONS = [
    (
        UnboundLocalError,
        "",
        "Inside a function a name cannot mean both something from outside "
        "and your result. Which name stands left of an = there?",
    ),
    (
        ImportError,
        "",
        "Is that name spelled right, and is its package installed here? The "
        "packages that the lesson imports are enough.",
    ),
    (
        NameError,
        "",
        "Where is that name made, is it spelled the same there, and has "
        "that cell been run?",
    ),
    (
        AttributeError,
        r"module '(keras|tensorflow)",
        "Was that line written for an older Keras? Which functions do the "
        "cells above use for the same?",
    ),
    (
        AttributeError,
        "no attribute '_id'$",
        "A tape follows tensors. Which line before that one leaves "
        "TensorFlow, so that it cannot follow?",
    ),
    (
        AttributeError,
        "no attribute '_unique_id'$",
        "In which order does an optimizer take slopes and weights? Look at "
        "the cell where it was called before.",
    ),
    (AttributeError, "", BEFORE_THE_DOT),
    (ValueError, "Only input tensors may be passed as positional", BRACKETS),
    (
        NotImplementedError,
        r"Model \w+ does not have a `call",
        "Which model did that line call: the whole one, or a part of it?",
    ),
    (
        TypeError,
        "required .*argument|positional argument|unexpected keyword"
        "|multiple values",
        "Which arguments does the call pass, and which does the first line "
        "of what it calls name?",
    ),
    (
        ValueError,
        "Unrecognized keyword",
        "Which argument is not known there, and is it spelled as in the "
        "cells above?",
    ),
    (
        ValueError,
        r"expects \d+ .*input",
        "How many tensors does what you call take, how many did it get, and "
        "which of them are meant for it?",
    ),
    (
        ValueError,
        "`grads` without `variables`",
        "What does `apply` want besides the slopes? Look at the cell where "
        "it was called before.",
    ),
    (
        ValueError,
        "Unknown variable",
        "An optimizer keeps to the weights of its first step. Whose "
        "optimizer is it, and did that step get all of the weights?",
    ),
    (
        ValueError,
        "scale < 0",
        "Which number does the generator take for a spread there, and may "
        "a spread be below 0?",
    ),
    (
        ValueError,
        "expected finite",
        "Which step before that line makes numbers that are not finite, and "
        "what does it get?",
    ),
    (
        (TypeError, ValueError),
        "truth value of an array|boolean negative",
        "One True or False, or an array of them: which is it there, and what "
        "does NumPy write for the same on every element?",
    ),
    (
        TypeError,
        "converted to Python scalar",
        "That function takes a single number. What did it get, and which "
        "library here has it for many at once?",
    ),
    (
        RuntimeError,
        "",
        "What does the message forbid, and where does your code do it?",
    ),
    (
        BaseException,
        "",
        "What are the shapes and types of the values on that line? Print "
        "them, or try it on two numbers.",
    ),
]


class NotStarted(Exception):
    """Raised where the stub still raises NotImplementedError."""


class Attempt:
    """A learner's function or class, and the name it should go by.

    Args:
        answer: what the learner wrote.
        name: the name under which the exercise asked for it.
    """

    def __init__(self, answer, name):
        self.answer, self.name = answer, name

    def __call__(self, **inputs):
        """Call the answer with copies of the inputs, named or in order.

        Args:
            **inputs: the arguments, in the order of the signature.

        Returns:
            What the answer returns.

        Raises:
            NotStarted: if the stub's own NotImplementedError comes back.
            ExerciseFailed: if it crashes, cannot be called like this,
                changes what it was given, or returns nothing.
        """
        given = copy.deepcopy(inputs)
        args, kwargs = self._bind(given)
        call = f"{self.name}({_in_words(inputs)})"
        result = _guard(call, self.answer, *args, **kwargs)
        self._look_for_changes(inputs, given)
        if result is None:
            raise ExerciseFailed(
                f"{self.name} returns its result",
                "nothing (None)",
                "Does every way through the function end in `return`, and has "
                "what stands behind it a value?",
                "returns_nothing",
            )
        return result

    def run(self, function, *args, **kwargs):
        """Run any part of the answer; turn what it raises into a verdict.

        Args:
            function: the learner's object, or a method of it.
            *args: passed on.
            **kwargs: passed on.
        """
        return _guard(self.name, function, *args, **kwargs)

    def _bind(self, inputs):
        """Find how the answer takes the inputs: by name, else in order.

        What a wrapper takes as ``**kwargs`` may have other names inside:
        there the order comes first. np.vectorize hides a signature.
        """
        asked = f"{self.name}({', '.join(inputs)})"
        if not callable(self.answer):
            raise ExerciseFailed(
                f"{asked}, something that can be called",
                f"{self.name} is of type {type(self.answer).__name__}",
                "Did you give the check the function itself, without "
                "calling it, and does no variable share its name?",
                "wrong_type",
            )
        try:
            signature = inspect.signature(
                getattr(self.answer, "pyfunc", self.answer)
            )
        except (TypeError, ValueError):
            return tuple(inputs.values()), {}
        ways = [((), inputs), (tuple(inputs.values()), {})]
        if not signature.parameters.keys() >= inputs.keys():
            ways.reverse()
        for args, kwargs in ways:
            try:
                signature.bind(*args, **kwargs)
            except TypeError:
                continue
            return args, kwargs
        raise ExerciseFailed(
            f"it can be called as {asked}",
            f"yours is {self.name}{signature}",
            "Which arguments does the stub's first line name?",
        )

    def _look_for_changes(self, inputs, given):
        for name, before in inputs.items():
            if not _same(before, given[name]):
                raise ExerciseFailed(
                    f"{self.name} leaves its arguments as they were",
                    f"`{name}` had other values after the call",
                    "Which line works in place (`x += …`, `x[…] = …`, "
                    "`out=`) on something the caller still needs?",
                    "changes_its_input",
                )


def _guard(call, function, *args, **kwargs):
    """Run a function of the learner's; `call` says in words what is run."""
    try:
        return function(*args, **kwargs)
    except (ExerciseFailed, NotStarted):
        raise
    except NotImplementedError as error:
        if not _raised_by_learner(error):
            raise crash_report(call, error) from None
        raise NotStarted(error) from None
    except (Exception, SystemExit) as error:
        raise crash_report(call, error) from None


def _in_words(inputs):
    """Name the inputs of a call, arrays with their shapes."""
    words = []
    for name, value in inputs.items():
        if getattr(value, "shape", ()):
            name += f" of shape {tuple(value.shape)}"
        elif isinstance(value, bool):
            name += f" = {value}"
        elif isinstance(value, int | float):
            name += f" = {value:g}"
        words.append(name)
    return ", ".join(words)


def crash_report(name, error):
    """Say that an answer crashed, and at which of its own lines.

    Args:
        name: the name of what was called.
        error: the exception it raised.

    Returns:
        The ExerciseFailed to raise.
    """
    got = f"{type(error).__name__}: {_short(error)}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_learners(frame)
    ]
    if frames and frames[-1].line and not _is_rewritten(frames[-1]):
        first, last = frames[0].name, frames[-1].name
        helper = f" of {last}" if last.isidentifier() and last != first else ""
        got += f"\nat your line {frames[-1].lineno}{helper}: {frames[-1].line}"
    return ExerciseFailed(
        f"{name} runs without an error",
        got,
        _question(error),
    )


def _question(error):
    """Return the first of QUESTIONS that fits.

    Two depend on what the learner's line did: whether the dot is its own,
    and whether it made a layer, of what only a call takes.
    """
    inside = _functions_inside(error)
    if inside[:1] == ["__init__"] and "kerastensor" in str(error).lower():
        return BRACKETS
    own_dot = set(inside) <= {"__getattr__", "__getattribute__"}
    return next(
        question
        for kind, pattern, question in QUESTIONS
        if isinstance(error, kind)
        and re.search(pattern, str(error))
        and (own_dot or question is not BEFORE_THE_DOT)
    )


def _functions_inside(error):
    """List what was at work, from the learner's last line inwards."""
    inside = []
    for frame in traceback.extract_tb(error.__traceback__):
        inside = [] if _is_learners(frame) else [*inside, frame.name]
    return inside


def _short(error):
    """Keep the head of a message: Keras and TensorFlow write pages.

    Keras wraps an error in a page of its own and sets it in bold there.
    Where it could not tell a shape, the error itself comes last there.
    TensorFlow puts a name of its own in double braces before it.
    """
    bold = re.search(r"\x1b\[1m(.*?)\x1b\[0m", str(error), re.DOTALL)
    text = bold.group(1) if bold else str(error)
    text = text.split("Error encountered:")[-1]
    text = re.sub(r"\{\{.*?\}\}|\[Op:\w+\] name: *$", "", text).strip()
    return text if len(text) <= 400 else text[:400] + " …"


def _raised_by_learner(error):
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and _is_learners(frames[-1])


def _is_learners(frame):
    """Tell a learner's frame from Python's, a package's and Cython's."""
    path = Path(frame.filename)
    if frame.filename.startswith("<frozen") or path.suffix == ".pyx":
        return False
    if INSTALLED & set(path.parts):
        return False
    return not any(path.is_relative_to(library) for library in LIBRARIES)


def _is_rewritten(frame):
    """Tell code that TensorFlow made of the learner's, for a graph."""
    return "__autograph_generated_file" in frame.filename


def _same(before, after):
    """Compare numbers and arrays, and what holds them, to any depth."""
    if type(before) is not type(after):
        return False
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(
            _same(value, after[key]) for key, value in before.items()
        )
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, np.ndarray | int | float):
        before, after = np.asarray(before), np.asarray(after)
        return before.dtype == after.dtype and np.array_equal(
            before, after, equal_nan=True
        )
    return True
