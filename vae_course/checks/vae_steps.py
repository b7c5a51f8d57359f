"""Judge the steps of a learner's VAE (exercises 7.3 and 7.4)."""

import inspect
import itertools
import tempfile
from pathlib import Path

import numpy as np

from vae_course.checks.attempt import Attempt
from vae_course.checks.compare import as_array, compare, with_questions
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.tiny import WEIGHTS, TinyNetworks, cost_of_pixels
from vae_course.checks.vae_class import (
    BETA,
    ROUNDING,
    got,
    images,
    make,
    own_networks,
    trace,
)
from vae_course.checks.vae_terms import TERMS, with_right_losses

RATE = 0.1
NAMES = ["total_loss", *TERMS]


def judge_training(attempt):
    """Judge train_step: one step down the slope, and the running means.

    Args:
        attempt: `Attempt` at the class VAE.

    Raises:
        ExerciseFailed: with what is wrong.
    """
    _require_a_property(attempt)
    tiny = TinyNetworks(3)
    attempt = with_right_losses(attempt, tiny)
    with own_networks(attempt, "train_step"):
        vae = _compiled(attempt, tiny)
        _judge_reports(attempt, "train_step", vae, tiny)
        _judge_step(attempt, vae, tiny)


def judge_test(attempt):
    """Judge test_step: the running means, no weight moved; and `metrics`.

    Args:
        attempt: `Attempt` at the class VAE.

    Raises:
        ExerciseFailed: with what is wrong.
    """
    _require_a_property(attempt)
    tiny = TinyNetworks(3)
    attempt = with_right_losses(attempt, tiny)
    vae = _compiled(attempt, tiny, RATE)
    _require_running_means(attempt, vae)
    _require_a_clean_start(attempt, vae)
    with own_networks(attempt, "test_step"):
        _judge_reports(attempt, "test_step", vae, tiny)
    _judge_reset(attempt, vae, tiny)
    _judge_metrics(attempt, vae)
    other = _judge_evaluate(attempt)
    _judge_saving(attempt, vae, other)


def _compiled(attempt, tiny, rate=0.0):
    """Make the learner's VAE, to be run from Python."""
    import keras

    vae = make(attempt, tiny)
    optimizer = keras.optimizers.SGD(rate)
    attempt.run(vae.compile, optimizer, run_eagerly=True)
    return vae


def _judge_reports(attempt, method, vae, tiny):
    """Hand over unlike batches, packed in the ways of Keras."""
    step = Attempt(getattr(vae, method), method)
    many, few = images(5), images(3)
    labels, weights = np.arange(5), np.linspace(0.5, 2, 5, dtype="float32")
    terms = {len(x): _terms(tiny, np.asarray(x)) for x in (many, few)}
    seen, before = [terms[5]], tiny.weights()
    result = _first_result(step, many)
    _require_stillness(before, tiny, method)
    _compare_report(result, seen, method)
    for words, data in [
        ("(x,)", (few,)),
        ("(x, targets)", (many, labels)),
        ("(x, targets, sample_weights)", (many, labels, weights)),
    ]:
        seen.append(terms[len(data[0])])
        try:
            result = step(data=data)
        except ExerciseFailed as failure:
            raise _not_unpacked(words, "x alone", failure) from None
        _compare_report(result, seen, method)
    graph = trace(attempt, vae, method, lambda x: (x, x))
    for x in many, few:
        seen.append(terms[len(x)])
        _compare_report(attempt.run(graph, (x, x)), seen, method)


def _terms(tiny, x):
    """Return both terms, and what drawings of z_mean would cost, (3, n)."""
    z_mean, _, _ = tiny.heads(x)
    of_mean = cost_of_pixels(x, tiny.decode(z_mean)).sum(axis=1)
    return np.stack([*tiny.losses(x), of_mean])


def _first_result(step, x):
    """Call it with the images alone; if it crashes, find out why."""
    try:
        return step(data=x)
    except ExerciseFailed as failure:
        if "No gradients provided" in got(failure):
            raise ExerciseFailed(
                "the tape finds a gradient for every weight",
                got(failure),
                "The tape records what happens inside its `with` block. "
                "Which line computes the losses, and where does it stand?",
                "forward_outside_tape",
            ) from None
        if _runs(step, (x, x)):
            raise _not_unpacked("x alone", "(x, x)", failure) from None
        raise


def _runs(step, data):
    try:
        step(data=data)
    except ExerciseFailed:
        return False
    return True


def _not_unpacked(refused, taken, failure):
    return ExerciseFailed(
        "a step takes whatever `fit` and `evaluate` hand over: x alone, (x,), "
        "(x, targets) or (x, targets, sample_weights)",
        f"{taken} runs, but for {refused} there is a\n{got(failure)}",
        "Which function of Keras takes all of these apart, how many "
        "parts does it give, and which of them does a VAE learn from?",
        "tuple_not_unpacked",
    )


def _compare_report(result, seen, method):
    images_seen = ", ".join(str(terms.shape[1]) for terms in seen)
    compare(
        _report(result, method),
        _means(seen),
        asked="total_loss, reconstruction_loss and kl_loss, nats, averaged "
        f"over all images so far (batches of {images_seen}; beta = {BETA})",
        slips=_slips_of_report(seen),
        question="What is added up for the total, with which factors, and "
        "which number goes into which running mean?",
        rtol=ROUNDING,
        parts=[f"{name} " for name in NAMES],
    )


def _report(result, method):
    """Return the three numbers in the order of NAMES."""
    asked = (
        f"{method} returns a dict with a number each for total_loss, "
        "reconstruction_loss and kl_loss"
    )
    if not isinstance(result, dict):
        raise ExerciseFailed(
            asked,
            f"a {type(result).__name__}",
            "What does Keras show beside its progress bar, and where does "
            "it get the names from?",
            "wrong_type",
        )
    if missing := [name for name in NAMES if name not in result]:
        raise ExerciseFailed(
            asked,
            f"the names {list(result)}, without {', '.join(missing)}",
            "Which names did the running means get when they were made?",
            "names_missing",
        )
    values = [as_array(result[name], asked) for name in NAMES]
    if shapes := {v.shape for v in values} - {()}:
        raise ExerciseFailed(
            asked,
            f"values of shape {shapes.pop()}",
            "What does `result()` of a running mean give, and what does a "
            "single batch?",
        )
    return np.array(values)


def _means(seen):
    """Average total, reconstruction and KL over all images of batches."""
    reconstruction, kl, _ = np.concatenate(seen, axis=1).mean(axis=1)
    return _with_total((reconstruction, kl))


def _with_total(terms, of_reconstruction=1, of_kl=BETA):
    total = of_reconstruction * terms[0] + of_kl * terms[1]
    return np.array([total, *terms])


def _slips_of_report(seen):
    right = _means(seen)
    _, *terms = right
    of_mean = np.concatenate(seen, axis=1)[2].mean()
    each = np.array([_means([batch]) for batch in seen])
    by_batch = each.mean(axis=0)
    last, count = each[-1], seen[-1].shape[1]
    late = [last, count * last] if len(seen) > 1 else []
    yield from with_questions(
        _QUESTIONS,
        ("kl_left_out", [_with_total(terms, 1, 0)]),
        ("reconstruction_left_out", [_with_total(terms, 0, BETA)]),
        ("beta_on_reconstruction", [_with_total(terms, BETA, 1)]),
        ("beta_on_both", [_with_total(terms, BETA, BETA)]),
        ("beta_squared", [_with_total(terms, 1, BETA**2)]),
        ("beta_left_out", [_with_total(terms, 1, 1)]),
        ("sign", [_with_total(terms, 1, -BETA), _with_total(terms, -1, BETA)]),
        ("terms_swapped", [_with_total(terms, BETA, 1)[[0, 2, 1]]]),
        ("kl_reported_with_beta", [right * [1, 1, BETA]]),
        ("means_swapped", [right[list(order)] for order in _ORDERS]),
        ("metrics_not_updated", [right * told for told in _TOLD]),
        (
            "sums_batch",
            [
                count * right,
                [count, 1, 1] * right,
                _with_total(terms, count, BETA),
                _with_total(terms, 1, count * BETA),
            ],
        ),
        ("decoder_fed_mean", [_with_total((of_mean, terms[1]))]),
        ("last_batch_metrics", late),
        ("averages_batches", [by_batch, [by_batch[0], *right[1:]]]),
    )


def _judge_step(attempt, vae, tiny):
    """Let `fit` take one step of plain gradient descent."""
    x = images(5)
    slopes, before = tiny.slopes(np.asarray(x)), tiny.weights()
    vae.optimizer.learning_rate = RATE
    attempt.run(vae.fit, _in_fives(x), verbose=0)
    steps = [
        (old - new).ravel() / RATE
        for old, new in zip(before, tiny.weights(), strict=True)
    ]
    _name_the_still(
        {name for name, s in zip(WEIGHTS, steps, strict=True) if not s.any()}
    )
    step = np.concatenate(steps)
    factors = np.linalg.lstsq(slopes.T, step)[0]
    asked = (
        "a step = learning rate · (a · slope of the mean reconstruction loss "
        f"+ b · slope of the mean KL), with [a, b] = [1, beta] = [1, {BETA}]"
    )
    rest = step - factors @ slopes
    if np.linalg.norm(rest) > 0.01 * np.linalg.norm(step):
        raise ExerciseFailed(
            asked,
            "a step in another direction, whatever a and b",
            "Which number does the tape differentiate, and is each gradient "
            "given to the weight that it belongs to?",
        )
    compare(
        factors,
        [1, BETA],
        asked=asked,
        slips=_slips_of_step(len(x)),
        question="Which number does the tape differentiate, and what becomes "
        "of the gradients then?",
        rtol=0.01,
        parts=["a = ", "b = "],
    )
    _require_the_optimizer(vae)


def _in_fives(data):
    """Cut data into batches as Keras would, which takes four times as long."""
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(data).batch(5)


def _require_the_optimizer(vae):
    """Refuse steps made by hand: Adam's would be others."""
    if vae.optimizer.iterations == 0:
        raise ExerciseFailed(
            "the optimizer that `compile` was given moves the weights",
            "a right step, of which the optimizer knows nothing: it has "
            "counted 0 steps",
            "Would your step be another one with Adam? Which method of the "
            "optimizer did the toy with one weight call?",
            "optimizer_unused",
        )


def _name_the_still(still):
    """Say what it means that these weights did not move, if there are any."""
    if not still:
        return
    layers = " ".join(sorted({name.split()[0] for name in still}))
    mistake, question = {
        "decoder z z_log_var z_mean": ("gradients_not_applied", _APPLY),
        "z_log_var z_mean": ("kl_left_out", _HEADS_APART),
        "decoder z": ("reconstruction_left_out", _BOTH_TERMS),
        "z": ("decoder_fed_mean", _QUESTIONS["decoder_fed_mean"]),
    }.get(layers, ("forward_outside_tape", _TAPE))
    raise ExerciseFailed(
        f"one step moves all {len(WEIGHTS)} weight arrays of the check's "
        "networks",
        f"these stayed where they were: {', '.join(sorted(still))}",
        question,
        mistake,
    )


def _slips_of_step(rows):
    too_long = (
        f"The batch has {rows} images, and a is {rows}. Should a step be "
        "longer for more images?"
    )
    yield from with_questions(
        _QUESTIONS | {"sums_batch": too_long},
        ("beta_on_reconstruction", [np.array([BETA, 1])]),
        ("beta_left_out", [np.ones(2)]),
        ("beta_on_both", [np.array([BETA, BETA])]),
        ("beta_squared", [np.array([1, BETA**2])]),
        (
            "sums_batch",
            [
                np.array([1, BETA]) * scale
                for scale in (rows, [1, rows], [rows, 1], [rows, rows / BETA])
            ],
        ),
        ("sign", [-np.array([1, BETA]), np.array([1, -BETA])]),
        ("applied_twice", [2 * np.array([1, BETA])]),
    )


def _require_stillness(before, tiny, method):
    """Refuse a test that trains, and training past the optimizer."""
    moved = [
        name
        for name, old, new in zip(WEIGHTS, before, tiny.weights(), strict=True)
        if np.any(old != new)
    ]
    if moved:
        asked, question, mistake = _STILL[method]
        raise ExerciseFailed(
            asked, f"these moved: {', '.join(moved)}", question, mistake
        )


def _require_a_clean_start(attempt, vae):
    """Look at the running means of a VAE made after another was at work."""
    result = attempt.run(vae.get_metrics_result)
    if any(np.any(np.asarray(value) != 0) for value in result.values()):
        raise ExerciseFailed(
            "two VAEs share nothing",
            "another VAE was at work before, and the running means of a new "
            "one are not at 0",
            "What is kept outside of `self`?",
            "state_shared",
        )


def _judge_reset(attempt, vae, tiny):
    """Begin a new epoch, as Keras does, after unlike batches."""
    x = images(3)
    attempt.run(vae.reset_metrics)
    value = _report(attempt.run(vae.test_step, x), "test_step")
    right = _means([_terms(tiny, np.asarray(x))])
    kept = np.abs(value - right) > ROUNDING * right
    if np.any(kept):
        names = ", ".join(np.array(NAMES)[kept])
        raise ExerciseFailed(
            "each epoch starts from nothing: Keras resets what `metrics` "
            "lists",
            f"after a reset, these still count the images before: {names}",
            "Which running means does your `metrics` list?",
            "metrics_not_reset",
        )


def _require_a_property(attempt):
    found = inspect.getattr_static(attempt.answer, "metrics")
    if inspect.isfunction(found):
        raise ExerciseFailed(
            "`vae.metrics` is a list, without brackets behind it",
            "`metrics` is a method, to be called",
            "Which line stands above `metrics` in the exercise, and what "
            "does it do?",
            "property_missing",
        )


def _require_running_means(attempt, vae):
    """Demand what Keras can reset; which ones is judged later."""
    import keras

    listed = attempt.run(lambda: vae.metrics)
    if not isinstance(listed, list | tuple) or not all(
        isinstance(metric, keras.Metric) for metric in listed
    ):
        raise ExerciseFailed(
            "`metrics` is a list of running means",
            f"{listed!r:.200}",
            "What did `__init__` make the running means with, and where does "
            "it keep them? Keras resets the objects themselves.",
            "wrong_type",
        )


def _judge_metrics(attempt, vae):
    names = [metric.name for metric in attempt.run(lambda: vae.metrics)]
    if sorted(names) != sorted(NAMES):
        raise ExerciseFailed(
            f"`metrics` lists the three running means, {', '.join(NAMES)}",
            f"{names}",
            "Does your class say itself what `metrics` is? Keras's own list "
            "begins with a `loss` that nobody updates here."
            if "loss" in names
            else "Where are the running means made, and what are they called?",
            "metrics_missing",
        )


def _judge_evaluate(attempt):
    """Let another VAE measure unlike batches, the last one short."""
    tiny = TinyNetworks(5)
    vae = _compiled(attempt, tiny)
    _require_a_clean_start(attempt, vae)
    x = np.concatenate([images(5), images(3)])
    batches = _in_fives((x, x))
    result = attempt.run(vae.evaluate, batches, verbose=0, return_dict=True)
    compare(
        _report(result, "evaluate"),
        _means([_terms(tiny, x)]),
        asked="what `evaluate` reports for 8 images in batches of 5: "
        f"{', '.join(NAMES)}, averaged over the images",
        rtol=ROUNDING,
    )
    return vae


def _judge_saving(attempt, vae, other):
    """Save the weights, and where the class can say how, the whole model."""
    import keras

    whole = attempt.answer.get_config is not keras.Model.get_config
    vae.built = other.built = True
    models = [other]
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = Path(folder, "vae.weights.h5")
            attempt.run(vae.save_weights, path)
            attempt.run(other.load_weights, path)
            if whole:
                models.append(attempt.run(_save_and_load, vae, folder))
        except ExerciseFailed as failure:
            raise _not_loadable(got(failure)) from None
    right, *values = (
        _report(attempt.run(_measure, model), "test_step")
        for model in (vae, *models)
    )
    if not np.allclose(values, right, rtol=ROUNDING):
        raise _not_loadable(f"{values[-1]} where it was {right} before")


def _measure(vae):
    vae.reset_metrics()
    return vae.test_step(images(5))


def _save_and_load(vae, folder):
    import keras

    path = Path(folder, "vae.keras")
    vae.save(path)
    own = {type(vae).__name__: type(vae)}
    return keras.saving.load_model(path, custom_objects=own)


def _not_loadable(got):
    return ExerciseFailed(
        "saved and loaded, a VAE reports the same losses as before",
        got,
        "What does `__init__` keep of what it is given, and does all of it "
        "belong to `self`?",
        "not_loadable",
    )


_ORDERS = set(itertools.product(range(3), repeat=3)) - {(0, 1, 2)}
_TOLD = set(itertools.product((0, 1), repeat=3)) - {(1, 1, 1)}
_STILL = {
    "train_step": (
        "with a learning rate of 0 in `compile`, no weight moves",
        "Which line moves the weights, how far, and who was told the "
        "learning rate? The toy with one weight had a line for it.",
        "optimizer_unused",
    ),
    "test_step": (
        "test_step measures, and leaves every weight where it is",
        "Which lines of a training step move weights, and what are they for "
        "in a test?",
        "test_step_trains",
    ),
}
_BOTH_TERMS = (
    "Which of the two terms reaches the number that the tape differentiates?"
)
_HEADS_APART = (
    "The check's encoder makes z in a layer of its own, not from these two "
    f"heads, so only one of the terms moves them. {_BOTH_TERMS}"
)
_APPLY = (
    "The gradients say where each weight should go. Which line moves the "
    "weights, and does it get all of them?"
)
_TAPE = (
    "Was all of the forward pass inside the `with` block of the tape, and of "
    "which weights did you ask the gradient?"
)
_QUESTIONS = {
    "kl_left_out": "This is the loss of a plain autoencoder. What keeps the "
    "clouds from shrinking to points?",
    "reconstruction_left_out": "What does a decoder learn from this loss?",
    "beta_on_reconstruction": "Which of the two terms does beta belong to?",
    "beta_on_both": "Which of the two terms does beta belong to, and which "
    "one stays as it is?",
    "beta_squared": "How often does beta meet the KL term on its way into "
    "the total?",
    "beta_left_out": "With beta = 1 this would be right. Where does the "
    "model keep its beta?",
    "sign": "Does a cloud that costs more make the total larger or smaller? "
    "And does the step go up its slope, or down?",
    "kl_reported_with_beta": "Which number is kl_loss to show: the bare "
    "term, or what it adds to the total?",
    "terms_swapped": "In which order does `compute_losses` return its two "
    "terms?",
    "means_swapped": "Which number did each running mean get, and what is it "
    "called?",
    "metrics_not_updated": "A running mean at 0 has seen no image yet. Which "
    "line tells each of the three about this batch, and when?",
    "sums_batch": "Does this number grow with the number of images in the "
    "batch, and should it?",
    "last_batch_metrics": "This is the last batch alone. What do the running "
    "means know of the batches before it?",
    "averages_batches": "The last batch had fewer images than those before "
    "it, and counts as much. How many numbers does a running mean get of "
    "each batch?",
    "applied_twice": "How often are the gradients applied?",
    "decoder_fed_mean": "Which of its three outputs does the encoder make "
    "for the decoder? What remains of the cloud if only its middle is drawn?",
}
