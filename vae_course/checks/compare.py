"""Compare what came out with an independent road, and name known slips."""

import numpy as np

from vae_course.checks.failure import ExerciseFailed


def as_array(value, asked):
    """Turn a number, list, array or tensor into a float or int array.

    Args:
        value: what an answer returned.
        asked: what it should be, for the message.

    Returns:
        A NumPy array of numbers.

    Raises:
        ExerciseFailed: if there are no numbers in it.
    """
    try:
        array = np.asarray(value)
    except Exception:
        array = np.asarray(None)
    if array.dtype.kind not in "fiub" and not _is_bfloat16(array):
        raise ExerciseFailed(
            asked,
            f"something of type {type(value).__name__}: {_brief(value)}",
            "Which type should the result have, and which line makes it?",
            "wrong_type",
        )
    return array


def compare(
    value,
    right,
    *,
    asked,
    slips=(),
    question="Which term is off? Try one entry by hand.",
    rtol=1e-5,
    atol=1e-8,
    parts=(),
    inputs=None,
):
    """Do nothing if a value is right; else name the slip that gives it.

    Args:
        value: what an answer returned.
        right: what an independent road gives, array of the exact shape.
        asked: one phrase that says what the result should be.
        slips: list of (slug, what that slip gives, the question that leads
            out of it).
        question: what to ask where the numbers differ and no slip is known.
        rtol: relative tolerance of each entry.
        atol: absolute tolerance, of all entries or of each, in units of the
            result.
        parts: where the first axis counts several results, their names,
            each as it stands before "at index".
        inputs: function of an entry's index, a tuple, that returns one line
            on what that entry was made of, or nothing; for the message.

    Raises:
        ExerciseFailed: with the slug of the slip, or with the first place
            where the value differs.
    """
    right = np.asarray(right)
    value = as_array(value, asked)
    if _agree(value, right, rtol, atol):
        return
    for mistake, wrong, its_question in slips:
        if _agree(value, np.asarray(wrong), rtol, atol, equal_nan=True):
            got = _difference(value, right, rtol, atol, parts, inputs)
            raise ExerciseFailed(asked, got, its_question, mistake)
    raise ExerciseFailed(
        asked,
        _difference(value, right, rtol, atol, parts, inputs),
        _general_question(value, right) or question,
        None if np.all(np.isfinite(value)) else "not_finite",
    )


def with_questions(questions, *slips):
    """Give every value that a slip leads to the question of that slip.

    Args:
        questions: dict from slug to the question that leads out of it.
        *slips: pairs of a slug and a list of what that slip gives.

    Returns:
        list of (slug, what that slip gives, question), as `compare` takes.
    """
    return [
        (slug, value, questions[slug])
        for slug, values in slips
        for value in values
    ]


def _agree(value, other, rtol, atol, equal_nan=False):
    return value.shape == other.shape and np.allclose(
        value.astype("float64"),
        other.astype("float64"),
        rtol,
        atol,
        equal_nan=equal_nan,
    )


def _difference(value, right, rtol, atol, parts, inputs):
    """Describe shapes that differ, else the first entry that does.

    An entry that is not finite says more than the others.
    """
    named = 1 if parts else 0
    if value.shape != right.shape:
        return f"shape {value.shape[named:]}, expected {right.shape[named:]}"
    wrong = ~np.isclose(value, right, rtol, atol)
    worst = wrong & ~np.isfinite(value)
    shown = worst if worst.any() else wrong
    first = tuple(int(i) for i in np.argwhere(shown)[0])
    part = parts[first[0]] if parts else ""
    place = f"at index {list(first[named:])} " if first[named:] else ""
    share = f" ({wrong.sum()} of {wrong.size} differ)" if first else ""
    numbers = f"{value[first]:.6g}, expected {right[first]:.6g}"
    made_of = inputs(first) if inputs else None
    return f"{part}{place}{numbers}{share}" + (f"\n{made_of}" * bool(made_of))


def _general_question(value, right):
    """Ask about a shape or about overflow, where that is what is wrong."""
    if value.shape != right.shape:
        return (
            "Print the shape after each step. Which step makes, drops or "
            "keeps an axis that it should not?"
        )
    if np.any(np.isnan(value)):
        return (
            "Which step gets a number that it is not made for, such as the "
            "root or the logarithm of a negative one?"
        )
    if not np.all(np.isfinite(value)):
        return "Which step leaves the range of floating-point numbers?"
    return None


def _is_bfloat16(array):
    return array.dtype.name == "bfloat16"


def _brief(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + " …"
