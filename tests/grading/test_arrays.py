"""What passes between processes is plain, and all else is refused."""

import json

import numpy as np
import pytest

from vae_course.grading.whole_class.arrays import (
    MOST_BYTES,
    pack,
    pack_round,
    unpack,
    unpack_round,
)

VALUES = [
    np.arange(24.0).reshape(2, 3, 4),
    np.float32([[0.1, np.nan, np.inf]]),
    np.float16([1.5]),
    np.arange(5, dtype=np.uint8),
    np.int64(-7),
    np.array(2.5),
    np.array([True, False]),
    np.array(["a", "ä€"]),
    np.zeros((0, 3)),
    np.zeros((3, 2)).T,
    np.arange(3, dtype=">f8"),
    True,
    7,
    -0.1,
    float("nan"),
    "word",
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(value):
    back = unpack(json.loads(json.dumps(pack(value))))
    np.testing.assert_array_equal(back, value)
    if isinstance(value, np.ndarray | np.generic):
        assert back.dtype == value.dtype.newbyteorder("=")
        assert back.flags.writeable
    else:
        assert type(back) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [1.0],
        object(),
        1j,
        np.array([None]),
        np.array([1j]),
        np.array(["2020"], dtype="M8[Y]"),
        np.zeros(1, dtype=[("a", "f8")]),
        b"bytes",
    ],
    ids=repr,
)
def test_what_is_no_array_of_numbers_or_words_is_not_packed(value):
    with pytest.raises(TypeError):
        pack(value)


def test_an_array_that_is_too_large_is_not_packed():
    with pytest.raises(ValueError):
        pack(np.zeros(MOST_BYTES // 8 + 1))


def told(dtype="<f8", shape=(1,), content="AAAAAAAA8D8="):
    return {"dtype": dtype, "shape": list(shape), "bytes": content}


def test_what_the_refused_ones_differ_from_is_accepted():
    assert unpack(told()) == [1.0]


@pytest.mark.parametrize(
    "forged",
    [
        None,
        [],
        3,
        {},
        {"value": None},
        {"value": [1]},
        {"value": 1, "more": 2},
        {"number": "one"},
        {"number": "0x1p99999"},
        {"number": 1.0},
        told("|O"),
        told("<f8,<f8"),
        told("<M8[s]"),
        told("<c16"),
        told("<U99999"),
        told("<V8"),
        told(">f8"),
        told("float64"),
        told(shape=[-1]),
        told(shape=[True]),
        told(shape=[1.0]),
        told(shape=["1"]),
        told(shape=[2]),
        told(shape=[2**22, 2**22, 0, 1]),
        told(shape=[1] * 60),
        told(shape=[2**62, 4]),
        told(content="not base64!"),
        told(content="AAAA"),
        told(content="ä"),
        told("<U2", content="/////////38="),
        {**told(), "more": 1},
    ],
    ids=repr,
)
def test_what_is_forged_is_refused(forged):
    with pytest.raises(ValueError):
        unpack(forged)


def test_a_third_truth_value_is_true():
    [value] = unpack(told("|b1", content="Bw=="))
    assert value.tobytes() == b"\1"


def test_a_round_keeps_its_names():
    back = unpack_round(pack_round({"x": np.arange(2), "n": 3}))
    assert list(back) == ["x", "n"] and back["n"] == 3
    with pytest.raises(ValueError):
        unpack_round([1])
