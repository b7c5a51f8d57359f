"""What a network must not have that its exercise did not ask for."""

import math
from collections import Counter

import numpy as np

from vae_course.checks.failure import ExerciseFailed


def look_at_weights(model, shapes, call):
    """Refuse a model with other weights than the layers named have.

    Args:
        model: keras.Model, built.
        shapes: list of tuples, of all weights that it should have.
        call: str, how it was made.

    Raises:
        ExerciseFailed: if it has others, or leaves some untrained.
    """
    found = [tuple(weight.shape) for weight in model.trainable_weights]
    idle = [tuple(weight.shape) for weight in model.non_trainable_weights]
    if not idle and sorted(found) == sorted(shapes):
        return
    odd = Counter(found + idle) - Counter(shapes)
    lacking = Counter(shapes) - Counter(found + idle)
    sizes = "; ".join(" × ".join(map(str, shape)) for shape in odd)
    raise ExerciseFailed(
        f"{call} has {_count(shapes):,} weights, all of them trained",
        f"{_count(found):,} trained and {_count(idle):,} not"
        + (f"\nnot asked for are those of shape {sizes}" if odd else ""),
        *_what_may_lead_on(odd, lacking),
    )


def look_at_training(model, calm, training):
    """Refuse layers that are at work in training alone.

    Args:
        model: keras.Model.
        calm: float array, what it answered.
        training: float array, what it answered with `training=True`.

    Raises:
        ExerciseFailed: if the two differ, or it adds to the loss by itself.
    """
    if not np.allclose(training, calm, rtol=0, atol=1e-4 * np.ptp(calm)):
        raise ExerciseFailed(
            "the same input gives the same answer, also while training",
            "another answer with `training=True`",
            "Which layer throws dice, or works differently while training, "
            "and does the exercise ask for it?",
            "layer_not_asked_for",
        )
    if getattr(model, "losses", []):
        raise ExerciseFailed(
            "a network that adds nothing to the loss by itself",
            f"penalties that training would add: {len(model.losses)}",
            "Which argument of a layer punishes large weights or codes, and "
            "does the exercise ask for it?",
            "penalty_not_asked_for",
        )


def look_for_shared_weights(model, other):
    """Refuse two models, built by two calls, that share weights.

    Args:
        model: keras.Model.
        other: keras.Model.

    Raises:
        ExerciseFailed: if they share any.
    """
    if {id(w) for w in model.weights} & {id(w) for w in other.weights}:
        raise ExerciseFailed(
            "each call builds a network with weights of its own",
            "two calls gave two networks that share weights",
            "Are all layers made inside the function, each time it is called?",
            "layers_shared",
        )


def _what_may_lead_on(odd, lacking):
    """Return a question and a slug, from the shapes too many and missing."""
    if not odd and not lacking:
        return (
            "Which line tells Keras to leave weights as they are while it "
            "trains?",
            "not_trainable",
        )
    if not lacking:
        return (
            "Which layer of `summary()` has weights and is not in the "
            "exercise?",
            "layer_not_asked_for",
        )
    if not odd and all(len(shape) == 1 for shape in lacking):
        return (
            "Every one of these layers adds a number to each of its sums. "
            "Which argument takes that away?",
            "bias_missing",
        )
    got, asked = (
        [shape for shape in shapes.elements() if len(shape) == 4]
        for shapes in (odd, lacking)
    )
    if got and sorted(s[2:] for s in got) == sorted(s[2:] for s in asked):
        return (
            "How many rows and columns of pixels does a kernel weigh at a "
            "time, and which argument says so?",
            "wrong_kernel_size",
        )
    three_wide = got and all(shape[:2] == (3, 3) for shape in got)
    other_kind = sorted(map(sorted, got)) == sorted(map(sorted, asked))
    if three_wide and len(got) == len(asked) and not other_kind:
        return (
            "The last two numbers of a kernel's shape are channels. How many "
            "come out of each layer, and in which order?",
            "wrong_channels",
        )
    return (
        "Compare `summary()` with the exercise, a layer at a time. Which is "
        "missing, which is not asked for, and which is of another kind or "
        "differs in its channels, kernel, stride or padding?",
        None,
    )


def _count(shapes):
    return sum(math.prod(shape) for shape in shapes)
