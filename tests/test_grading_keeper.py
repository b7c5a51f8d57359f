"""What one exercise's code changes is put back before the next one's."""

import os
import sys
import warnings

import keras
import numpy as np
import pytest

from vae_course.grading.keeper import Keeper


@pytest.fixture
def kept():
    """Return a keeper, and the namespace of a notebook that it keeps."""
    namespace = {"np": np, "keras": keras, "open": open, "x": 1}
    keeper = Keeper(namespace)
    yield keeper, namespace
    keeper.settle()


def test_names_of_modules_come_back(kept):
    keeper, namespace = kept
    namespace["np"] = None
    del namespace["keras"]
    keeper.restore()
    assert namespace["np"] is np and namespace["keras"] is keras


def test_a_module_imported_under_a_known_name_stays(kept):
    keeper, namespace = kept
    namespace["np"] = keras.ops
    keeper.restore()
    assert namespace["np"] is keras.ops


def test_names_of_python_come_back(kept):
    keeper, namespace = kept
    namespace["print"] = namespace["open"] = 3
    keeper.restore()
    assert "print" not in namespace and namespace["open"] is open


def test_names_of_the_learners_own_stay(kept):
    keeper, namespace = kept
    namespace |= {"x": 2, "answer": len}
    keeper.restore()
    assert (namespace["x"], namespace["answer"]) == (2, len)


def test_what_a_lesson_names_is_remembered(kept):
    keeper, namespace = kept
    namespace["sum"] = np.sum
    keeper.remember()
    namespace["sum"] = 3
    keeper.restore()
    assert namespace["sum"] is np.sum


def test_functions_of_numpy_and_python_come_back(kept):
    keeper, _ = kept
    right = np.add
    np.add = print
    keeper.settle()
    assert np.add is right


def test_state_of_the_process_comes_back(kept, tmp_path):
    keeper, _ = kept
    before = os.getcwd(), sys.stdout, sys.getrecursionlimit(), np.geterr()
    filters = list(warnings.filters)
    os.chdir(tmp_path)
    sys.stdout = None
    sys.setrecursionlimit(before[2] + 77)
    np.seterr(all="raise")
    warnings.simplefilter("always")
    keeper.settle()
    after = os.getcwd(), sys.stdout, sys.getrecursionlimit(), np.geterr()
    assert after == before and warnings.filters == filters


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
