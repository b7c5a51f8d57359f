"""The contract of every check, seen from a learner's side."""

import json
import math
import re
import subprocess
import sys
import threading
import time
import types

import numpy as np
import pytest

from vae_course.checks import (
    ExerciseFailed,
    checks_of_lesson,
    contract,
    library_version,
)
from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.limits import TookTooLong, time_limit
from vae_course.densities import kl_discrete


def library_double(x):
    return 2 * x


@exercise("0.9", points=2, library=f"{__name__}:library_double")
def double(attempt):
    x = np.array([1.5, -2.25, 7.0])
    compare(
        attempt(x=x),
        [3.0, -4.5, 14.0],
        asked="twice x, shape (3,)",
        slips=[("half_missing", x, "Which factor is it?")],
    )


def failure_of(answer):
    with pytest.raises(ExerciseFailed) as caught:
        double(answer)
    return caught.value


def test_right_answer_comes_back_itself():
    def answer(x):
        return x + x

    assert double(answer) is answer


def test_stub_gives_the_librarys_version():
    def stub(x):
        raise NotImplementedError("Exercise 0.9")

    assert double(stub).__name__ == "library_double"


def test_stub_of_another_exercise_is_named():
    def stub(x):
        raise NotImplementedError("Exercise 0.8")

    asked, got, _, _ = failure_of(lambda x: 2 * stub(x)).args
    assert "0.9" in asked
    assert "exercise 0.8" in got


def test_librarys_version_is_no_answer(capsys):
    assert double(library_double) is library_double
    assert "not started" in capsys.readouterr().out


def test_who_has_started_learns_how_to_be_heard(capsys):
    double(library_double)
    assert "Run its cell again" in capsys.readouterr().out


def test_not_implemented_error_of_a_library_is_a_crash():
    def answer(x):
        import keras

        return keras.layers.Layer()(x)

    assert "NotImplementedError" in str(failure_of(answer))


def test_known_slip_is_named():
    assert failure_of(lambda x: x).mistake == "half_missing"


def test_unknown_slip_shows_the_first_difference():
    text = str(failure_of(lambda x: 2 * x + np.array([0, 1, 0])))
    assert "at index [1] -3.5, expected -4.5" in text


def test_unknown_slip_gets_the_question_of_no_known_one():
    text = str(failure_of(lambda x: 2 * x + np.array([0, 1, 0])))
    assert "Which term is off?" in text
    assert "Which factor is it?" not in text


def test_lines_of_a_message_begin_below_each_other():
    def lines(words):
        return str(ExerciseFailed("a", "b", words)).splitlines()[3:]

    for length in range(60, 80):
        words = "x" * length + " and then more words of the question" * 3
        margins = {len(line) - len(line.lstrip()) for line in lines(words)}
        assert margins == {2, 9}


def test_message_in_a_notebook_is_emphasised_by_weight_alone():
    told = "\n".join(ExerciseFailed("a", "b", "c")._render_traceback_())
    assert set(re.findall(r"\x1b\[(\d+)m", told)) == {"0", "1"}


def test_message_keeps_the_indentation_of_code():
    text = str(ExerciseFailed("a", "def f():\n    return", "c"))
    assert "\n" + 13 * " " + "return" in text


def test_wrong_shape_is_said():
    assert "shape (1, 3), expected (3,)" in str(
        failure_of(lambda x: 2 * x[None])
    )


def test_nan_never_passes():
    assert failure_of(lambda x: x * np.nan).mistake == "not_finite"


def test_first_entry_that_is_not_finite_is_shown():
    text = str(failure_of(lambda x: x / [1, np.nan, 1]))
    assert "at index [1] nan, expected -4.5 (3 of 3 differ)" in text
    assert "logarithm of a negative one" in text


def test_overflow_is_not_asked_for_a_negative_number():
    text = str(failure_of(lambda x: x * np.array([2, 2, np.inf])))
    assert "at index [2] inf" in text
    assert "leaves the range" in text


def test_crash_points_at_the_learners_own_line():
    def answer(x):
        return np.linalg.inv(x)

    text = str(failure_of(answer))
    assert "LinAlgError" in text
    assert "return np.linalg.inv(x)" in text
    assert "attempt.py" not in text


def ask_a_tape_twice(x):
    import tensorflow as tf

    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = 2 * x
    return tape.gradient(y, x), tape.gradient(y, x)


def misspell_an_argument(x):
    import keras

    return keras.layers.Dense(3, activatoin="relu")


def name_a_result_as_a_function(x):
    library_double = library_double(x)  # noqa: F821, F823
    return library_double + 0


def hand_over_too_much(x):
    import keras

    one = keras.Input((3,))
    return keras.Model(one, one)([x[None], x[None]])


def forget_the_weights(x):
    import keras

    return keras.optimizers.SGD().apply([x])


def call_an_older_keras(x):
    import keras

    return keras.backend.random_normal(x.shape)


def import_what_is_not_there(x):
    import a_package_of_another_course

    return a_package_of_another_course.double(x)


def ask_for_the_slope_of_a_plain_number(x):
    import tensorflow as tf

    weights = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        loss = np.mean(weights)
    return tape.gradient(loss, weights)


def give_weights_before_slopes(x):
    import keras
    import tensorflow as tf

    return keras.optimizers.SGD().apply([keras.Variable(1.0)], [tf.ones(())])


def miss_a_method_of_a_tensor(x):
    import tensorflow as tf

    return tf.ones(3).reshape(1, 3)


def call_the_whole_model(x):
    import keras

    class Whole(keras.Model):
        pass

    return Whole()(np.ones((2, 3)))


def without_a_pair_of_brackets(make):
    """Give a layer in the making what it takes when it is called."""

    def answer(x):
        import keras

        return make(keras.layers, keras.Input((4, 4, 1)))

    return answer


def give_up(x):
    raise SystemExit


@pytest.mark.parametrize(
    "answer, question",
    [
        (lambda x: twise(x), "Where is that name made"),  # noqa: F821
        (import_what_is_not_there, "is its package installed"),
        (name_a_result_as_a_function, "Which name stands left of an ="),
        (lambda x: x.doubled(), "stands before the dot"),
        (miss_a_method_of_a_tensor, "stands before the dot"),
        (lambda x: np.nothing_of_that_name(x), "stands before the dot"),
        (lambda x: json.load("no file"), "shapes and types"),
        (ask_for_the_slope_of_a_plain_number, "leaves TensorFlow"),
        (give_weights_before_slopes, "In which order"),
        (call_the_whole_model, "the whole one, or a part"),
        *(
            (without_a_pair_of_brackets(make), "Count its pairs of brackets")
            for make in (
                lambda layers, x: layers.Flatten(x),
                lambda layers, x: layers.Dense(2, x),
                lambda layers, x: layers.Conv2D(x, 3),
                lambda layers, x: layers.Dense(2)(layers.Flatten()),
                lambda layers, x: layers.ReLU(x),
            )
        ),
        (
            without_a_pair_of_brackets(lambda layers, x: layers.Dense(2)(x).y),
            "stands before the dot",
        ),
        (call_an_older_keras, "for an older Keras"),
        (lambda x: math.exp(x), "takes a single number"),
        (lambda x: library_double(), "Which arguments does the call pass"),
        (lambda x: library_double(x, x), "Which arguments does the call pass"),
        (lambda x: library_double(y=x), "Which arguments does the call pass"),
        (misspell_an_argument, "is it spelled as in the cells above"),
        (hand_over_too_much, "How many tensors does what you call take"),
        (forget_the_weights, "What does `apply` want besides"),
        (ask_a_tape_twice, "What does the message forbid"),
        (lambda x: np.random.default_rng().normal(x, -x), "may a spread be"),
        (
            lambda x: kl_discrete([math.nan, 1], [0.5, 0.5]),
            "numbers that are not finite",
        ),
        (lambda x: x + "one", "shapes and types"),
        (lambda x: x @ np.ones(2), "shapes and types"),
        (give_up, "shapes and types"),
    ],
)
def test_crash_is_followed_by_a_question_that_fits(answer, question):
    assert question in failure_of(answer).args[2]


def test_crash_in_tensorflow_is_told_without_its_inner_names():
    def answer(x):
        import tensorflow as tf

        return tf.zeros(3) - tf.zeros(2)

    got = failure_of(answer).args[1]
    assert got.startswith("InvalidArgumentError: Incompatible shapes")
    assert "{{" not in got and "[Op:" not in got


def test_crash_inside_compiled_numpy_points_at_the_learners_own_line():
    def answer(x):
        return np.random.default_rng().normal(0, -1, size=3)

    got = failure_of(answer).args[1]
    assert "scale < 0" in got
    assert "return np.random.default_rng().normal(0, -1, size=3)" in got


def test_not_implemented_error_of_compiled_code_is_a_crash():
    def answer(x):
        exec(compile("raise NotImplementedError", "numpy/some.pyx", "exec"))

    assert "NotImplementedError" in str(failure_of(answer))


def test_crash_in_a_graph_shows_the_learners_code_as_it_stands():
    import tensorflow as tf

    @tf.function
    def answer(x):
        return tf.cast(x, "no such type")

    got = failure_of(answer).args[1]
    assert "tf.cast(x, " in got
    assert "ag__" not in got


def test_stub_made_into_a_graph_is_not_started():
    import tensorflow as tf

    @tf.function
    def stub(x):
        raise NotImplementedError("Exercise 0.9")

    assert double(stub) is library_double


def test_crash_in_another_function_names_it():
    def distance(x):
        return x.missing

    def answer(x):
        return distance(x)

    text = str(failure_of(answer))
    assert re.search(r"line \d+ of distance: return x\.missing", text)


def test_crash_says_how_the_answer_was_called():
    assert "double(x of shape (3,)) runs without an error" in str(
        failure_of(lambda x: x @ np.eye(2))
    )


def test_crash_in_a_keras_layer_shows_the_error_and_not_the_page_around_it():
    def answer(x):
        import keras

        class Layer(keras.layers.Layer):
            def call(self, inputs):
                raise ValueError("the reason")

        return Layer()(x)

    got = failure_of(answer).args[1]
    assert got.startswith("ValueError: the reason\nat your line")


def test_arguments_may_be_renamed():
    assert double(lambda anything: 2 * anything)


def test_arguments_are_matched_by_name_in_any_order():
    @exercise("0.8", points=1, library=f"{__name__}:library_double")
    def minus(attempt):
        compare(attempt(a=3.0, b=5.0), -2.0, asked="a minus b")

    assert minus(lambda b, a: a - b)


@exercise("0.7", points=1, library=f"{__name__}:library_double")
def minus(attempt):
    compare(attempt(a=3.0, b=5.0), -2.0, asked="a minus b")


def test_arguments_may_be_renamed_behind_a_wrapper():
    def wrapped(*args, **kwargs):
        return (lambda one, other: one - other)(*args, **kwargs)

    assert minus(wrapped) is wrapped


def test_arguments_may_be_renamed_in_a_vectorised_function():
    assert minus(np.vectorize(lambda one, other: one - other))


def test_arguments_of_a_vectorised_function_are_matched_by_name():
    assert minus(np.vectorize(lambda b, a: a - b))


def test_arguments_may_come_as_a_dict():
    assert minus(lambda **kwargs: kwargs["a"] - kwargs["b"])


def test_model_may_stand_for_a_function():
    import keras

    assert double(keras.Sequential([keras.layers.Rescaling(2.0)]))


def test_wrong_signature_is_said():
    assert "double(x)" in str(failure_of(lambda x, y: x))


def test_result_passed_in_place_of_function_is_wrong_type():
    assert failure_of(np.ones(3)).mistake == "wrong_type"


def test_missing_return_is_named():
    assert failure_of(lambda x: None).mistake == "returns_nothing"
    assert "has what stands behind it a value" in str(
        failure_of(lambda x: print(x)).args[2]
    )


def test_changed_input_is_named():
    def answer(x):
        x *= 2
        return x

    assert failure_of(answer).mistake == "changes_its_input"


@exercise("0.7", points=1, library=f"{__name__}:library_double")
def first_sum(attempt):
    arrays = [np.array([1.5, 2.0]), np.array([4.0])]
    names = {"and": [1.0, 2.0, {"more": 3}]}
    compare(attempt(arrays=arrays, names=names), 3.5, asked="first sum")


def test_arrays_in_a_list_may_be_read():
    assert first_sum(lambda arrays, names: arrays[0].sum())


def change_an_array_in_a_list(arrays, names):
    arrays[1] += 1


def change_a_list(arrays, names):
    arrays.append(3)


def change_a_number_in_a_dict(arrays, names):
    names["and"][2]["more"] = 4


@pytest.mark.parametrize(
    "change",
    [
        change_an_array_in_a_list,
        change_a_list,
        change_a_number_in_a_dict,
        lambda arrays, names: names.clear(),
        lambda arrays, names: arrays.insert(0, arrays.pop()),
    ],
)
def test_change_inside_a_container_is_named(change):
    def answer(arrays, names):
        result = arrays[0].sum()
        change(arrays, names)
        return result

    with pytest.raises(ExerciseFailed) as caught:
        first_sum(answer)
    assert caught.value.mistake == "changes_its_input"


def test_endless_answer_is_stopped(monkeypatch):
    monkeypatch.setattr(contract, "TIME_LIMIT", 0.2)

    def answer(x):
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    assert failure_of(answer).mistake == "takes_too_long"


def test_time_limit_works_outside_the_main_thread():
    stopped = []

    def work():
        try:
            with time_limit(0.2):
                while True:
                    time.sleep(0.01)
        except TookTooLong:
            stopped.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert stopped == [True]


def test_time_limit_leaves_no_alarm_behind():
    with time_limit(0.1):
        pass
    time.sleep(0.15)


def test_interrupt_by_the_learner_is_not_a_verdict():
    def answer(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        double(answer)


def test_tensors_and_lists_are_arrays():
    import keras

    for value in ([1, 2], keras.ops.array([1, 2]), (1.0, 2.0)):
        assert as_array(value, "numbers").tolist() == [1, 2]


def test_words_are_no_array():
    for value in ("12", {"a": 1}, [1, [2]], print, None):
        with pytest.raises(ExerciseFailed) as caught:
            as_array(value, "numbers")
        assert caught.value.mistake == "wrong_type"


def test_object_that_equals_everything_does_not_pass():
    class Yes:
        def __eq__(self, other):
            return True

        __hash__ = None

    assert failure_of(lambda x: Yes()).mistake == "wrong_type"


def test_library_version_knows_each_exercise():
    name, function = library_version("0.1")
    assert name == function.__name__ == "prepare_images"


def test_library_version_refuses_unknown_exercises():
    with pytest.raises(ValueError, match="number: .* got '0.7'"):
        library_version("0.7")


def test_lesson_that_does_not_exist_has_no_checks():
    assert checks_of_lesson("99") == []


def test_tenth_exercise_comes_after_the_second(monkeypatch):
    module = types.ModuleType("vae_course.checks.lesson_97")
    for number in ("97.10", "97.2"):
        make = exercise(number, points=1, library="math:sqrt", name="root")
        setattr(module, f"root_{number[3:]}", make(lambda attempt: None))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    numbers = [check.exercise for check in checks_of_lesson("97")]
    assert numbers == ["97.2", "97.10"]


def test_listing_checks_needs_no_tensorflow():
    code = (
        "import sys; from vae_course.checks import checks_of_lesson;"
        "n = [len(checks_of_lesson(f'{i:02}')) for i in range(11)];"
        "assert all(n), n;"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture(scope="module")
def cells_run_in_ipython():
    """Run three cells in IPython and collect what each displayed."""
    code = """
import json
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.run_cell("from vae_course.checks import lesson_00 as check")
shown = []
for cell in (
    "from vae_course import data\\n"
    "check.prepare_images(lambda images: data.prepare_images(images));",
    "def stub(images):\\n    raise NotImplementedError\\n"
    "check.prepare_images(stub);",
    "check.prepare_images(lambda images: None);",
):
    with capture_output() as caught:
        shell.run_cell(cell)
    shown.append([[o.data for o in caught.outputs], caught.stdout])
print(json.dumps(shown))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


MIME = "application/vnd.vae-course.result+json"


@pytest.mark.parametrize(
    "cell, status, mistake",
    [
        (0, "passed", None),
        (1, "not started", None),
        (2, "failed", "returns_nothing"),
    ],
)
def test_result_is_published(cells_run_in_ipython, cell, status, mistake):
    outputs, _ = cells_run_in_ipython[cell]
    results = [data[MIME] for data in outputs if MIME in data]
    assert len(results) == 1
    seconds = results[0].pop("seconds")
    assert 0 <= seconds < 20
    assert results[0] == {
        "exercise": "0.1",
        "status": status,
        "mistake": mistake,
        "points": 1,
    }


def test_failure_shows_its_message_without_traceback(cells_run_in_ipython):
    _, text = cells_run_in_ipython[2]
    assert "Exercise 0.1 is not right yet." in text
    assert "Traceback" not in text
    assert "contract.py" not in text
