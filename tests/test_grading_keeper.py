"""What one exercise's code changes is put back before the next one's."""

import builtins
import os
import random
import sys
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from vae_course import densities
from vae_course.grading.keeper import Keeper


@pytest.fixture
def kept():
    """Return a keeper, and the namespace of a notebook that it keeps."""
    namespace = {"np": np, "keras": keras, "open": open, "x": 1}
    keeper = Keeper(namespace)
    yield keeper, namespace
    keeper.settle()


def test_names_of_modules_come_back_where_they_are_needed(kept):
    keeper, namespace = kept
    namespace["np"] = None
    del namespace["keras"]
    keeper.restore("np.sum(keras.ops.ones(2))")
    assert namespace["np"] is np and namespace["keras"] is keras


def test_a_name_that_only_a_function_above_needs_comes_back(kept):
    keeper, namespace = kept
    keeper.restore("def total(x):\n    return np.sum(x)")
    namespace["np"] = None
    keeper.restore("total([1, 2])")
    assert namespace["np"] is np


@pytest.mark.parametrize(
    "source", ["np.append(3)", "np[0]", "np = [1]", "x", "syntax error"]
)
def test_a_name_that_is_the_learners_own_now_stays_theirs(kept, source):
    keeper, namespace = kept
    namespace["np"] = own = [1, 2]
    keeper.restore(source)
    assert namespace["np"] is own


def test_a_module_that_can_do_the_same_stays(kept):
    keeper, namespace = kept
    namespace["np"] = keras.ops
    keeper.restore("np.sum(x)")
    assert namespace["np"] is keras.ops


def test_a_module_that_cannot_does_not(kept):
    keeper, namespace = kept
    namespace["np"] = random
    keeper.remember()
    keeper.restore("np.sum(x)")
    assert namespace["np"] is np


def test_names_of_python_come_back(kept):
    keeper, namespace = kept
    namespace["print"] = namespace["open"] = 3
    keeper.remember()
    keeper.restore("print(open(x))")
    assert namespace["print"] is print and namespace["open"] is open


def test_functions_under_pythons_names_stay(kept):
    keeper, namespace = kept
    namespace |= {"sum": np.sum, "max": lambda *args: 0}
    before = dict(namespace)
    keeper.restore("sum(x) + max(x)")
    assert namespace == before


def test_names_of_the_learners_own_stay(kept):
    keeper, namespace = kept
    namespace |= {"x": 2, "answer": len}
    keeper.restore("answer(x)")
    assert (namespace["x"], namespace["answer"]) == (2, len)


def test_what_a_lesson_names_is_remembered(kept):
    keeper, namespace = kept
    namespace["sum"] = np.sum
    keeper.remember()
    namespace["sum"] = 3
    keeper.restore("sum(x)")
    assert namespace["sum"] is np.sum


def test_functions_of_numpy_and_python_come_back(kept):
    keeper, _ = kept
    right = np.add
    np.add = print
    keeper.settle()
    assert np.add is right


def test_state_of_the_process_comes_back(kept, tmp_path):
    keeper, _ = kept
    before = os.getcwd(), sys.stdout, np.geterr()
    filters = list(warnings.filters)
    os.chdir(tmp_path)
    sys.stdout = None
    np.seterr(all="raise")
    warnings.simplefilter("always")
    keeper.settle()
    after = os.getcwd(), sys.stdout, np.geterr()
    assert after == before and warnings.filters == filters


@pytest.mark.parametrize("change, allowed", [(-77, 0), (77, 77)])
def test_stack_may_be_deeper_but_not_shallower(kept, change, allowed):
    keeper, _ = kept
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + change)
    keeper.settle()
    after = sys.getrecursionlimit()
    sys.setrecursionlimit(before)
    assert after == before + allowed


@pytest.mark.parametrize(
    "setting, value",
    [
        ("floatx", "float16"),
        ("epsilon", 0.5),
        ("image_data_format", "channels_first"),
        ("dtype_policy", "mixed_float16"),
    ],
)
def test_settings_of_keras_come_back(kept, setting, value):
    keeper, _ = kept
    before = getattr(keras.config, setting)()
    getattr(keras.config, f"set_{setting}")(value)
    keeper.settle()
    assert getattr(keras.config, setting)() == before


def test_settings_stay_those_of_the_start_whatever_cells_leave(kept):
    keeper, _ = kept
    before = keras.config.floatx()
    keras.config.set_floatx("float16")
    keeper.remember()
    keeper.settle()
    assert keras.config.floatx() == before


def test_tensorflow_computes_at_once_and_in_graphs_again(kept):
    keeper, _ = kept
    tf.config.run_functions_eagerly(True)
    tf.compat.v1.disable_eager_execution()
    tf.zeros(1)
    keeper.settle()
    assert tf.executing_eagerly() and tf.zeros(1).numpy() == 0
    assert not tf.config.functions_run_eagerly()


def test_a_cell_that_throws_keras_out_harms_no_other(kept, monkeypatch):
    keeper, _ = kept
    with monkeypatch.context() as patched:
        patched.delitem(sys.modules, "keras")
        keeper.settle()


def vouches(keeper):
    keeper.names.namespace["kl_discrete"] = print
    return keeper.vouches_for("vae_course.checks.lesson_05", "kl_discrete")


def test_a_pass_that_changed_nothing_is_vouched_for(kept):
    keeper, _ = kept
    assert vouches(keeper)


@pytest.mark.parametrize("owner, name", [(np, "allclose"), (builtins, "len")])
def test_a_pass_that_changed_what_checks_count_with_is_not(
    kept, monkeypatch, owner, name
):
    keeper, _ = kept
    monkeypatch.setattr(owner, name, lambda *args: True)
    told = vouches(keeper)
    monkeypatch.undo()
    assert not told


def test_a_pass_of_what_was_not_started_is_not_vouched_for(kept):
    keeper, namespace = kept
    namespace["kl_discrete"] = densities.kl_discrete
    assert not keeper.vouches_for("vae_course.checks.lesson_05", "kl_discrete")
