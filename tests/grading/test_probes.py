"""The probes tell right answers from wrong ones on inputs of their own."""

import importlib

import numpy as np
import pytest
from tables import right_pairs

from vae_course.checks import checks_of_lesson, lesson_of
from vae_course.grading.whole_class.arrays import pack_round, unpack_round
from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    all_probes,
    as_plain,
)

# What answers warn of is not what is looked at here.
pytestmark = pytest.mark.filterwarnings("ignore")
CHECKS = {
    check.exercise: check
    for lesson in range(11)
    for check in checks_of_lesson(f"{lesson:02}")
}
PROBES = all_probes()
# Of the answers that a check rejects, a probe alone sees through so many:
# at least this share, but where a slip is in no number that comes out.
SHARE = 0.9
SHARES = {"4.2": 0.85, "7.1": 0.8}
# One in so many of the wrong answers is tried.
STRIDE = 6


def table_of(exercise):
    lesson = lesson_of(exercise)
    table = importlib.import_module(f"test_lesson_{lesson}").CASES
    [row] = [row for row in table if row[0] is CHECKS[exercise]]
    return row


def rounds_of(exercise, seed):
    probe = PROBES[exercise]
    rng = np.random.default_rng(seed)
    library = CHECKS[exercise].library()
    for _ in range(probe.rounds):
        inputs = probe.inputs(rng)
        yield inputs, probe.observe(library, **inputs)


def fault_of(exercise, answer, rounds):
    """Say what a probe finds, after the way through the sandbox."""
    probe = PROBES[exercise]
    for inputs, expected in rounds:
        try:
            observed = probe.observe(answer, **inputs)
            observed = unpack_round(pack_round(observed))
        except (Exception, SystemExit) as error:
            return f"raised {error!r}"
        fault = probe.fault(observed, expected, inputs)
        if fault:
            return fault
    return None


def test_every_exercise_has_its_probe():
    assert PROBES.keys() == CHECKS.keys()


@pytest.mark.parametrize("exercise", PROBES)
def test_right_answers_agree(exercise):
    pairs = right_pairs([table_of(exercise)])
    rounds = list(rounds_of(exercise, seed=len(pairs)))
    faults = [fault_of(exercise, answer, rounds) for _, answer in pairs]
    assert faults == [None] * len(pairs)


@pytest.mark.parametrize("exercise", PROBES)
def test_wrong_answers_are_seen_through(exercise):
    _, _, wrong = table_of(exercise)
    some = wrong[::STRIDE]
    rounds = list(rounds_of(exercise, seed=len(wrong)))
    found = [
        answer for _, answer in some if fault_of(exercise, answer, rounds)
    ]
    share = SHARES.get(exercise, SHARE)
    assert len(found) >= share * len(some)


@pytest.mark.parametrize("exercise", PROBES)
def test_inputs_are_fresh_for_each_seed_and_small(exercise):
    probe = PROBES[exercise]
    one, same, other = (
        pack_round(probe.inputs(np.random.default_rng(seed)))
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    assert len(str(one)) < 1e6


class Recorded:
    """A right answer at first, then what it gave to the inputs it has met."""

    def __init__(self, right):
        self.right, self.met, self.last = right, {}, None

    def __call__(self, **inputs):
        known = str(
            [
                str(value.bit_generator.state)
                if isinstance(value, np.random.Generator)
                else np.asarray(value).tobytes()
                for value in inputs.values()
            ]
        )
        if self.right:
            self.met[known] = self.last = self.right(**inputs)
        return self.met.get(known, self.last)


@pytest.mark.parametrize(
    "exercise",
    [
        *("0.1", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4"),
        *("4.3", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6"),
        *("6.3", "8.2", "8.3", "9.1", "9.2", "9.3", "10.1", "10.2", "10.3"),
    ],
)
def test_answers_learned_by_heart_are_seen_through(exercise):
    check = CHECKS[exercise]
    answer = Recorded(check.library())
    check(answer)
    answer.right = None
    assert check(answer) is answer
    assert fault_of(exercise, answer, rounds_of(exercise, seed=3))


@pytest.mark.parametrize(
    "value, told",
    [
        ([1.0, 2.5], "result: other numbers"),
        ([1.0, np.nan], "result: numbers that are not finite"),
        ([[1.0, 2.0]], "result: shape (1, 2), expected (2,)"),
        (["1.0", "2.0"], "result: no numbers, or none of a common kind"),
        ([1.0, 2.0j], "result: no numbers, or none of a common kind"),
    ],
)
def test_fault_is_told_in_words(value, told):
    probe = Probe("0.0", inputs=dict, observe=dict)
    observed = {"result": np.array(value)}
    assert probe.fault(observed, {"result": np.array([1.0, 2.0])}, {}) == told


@pytest.mark.parametrize(
    "observed", [None, [], {}, {"other": np.ones(2)}, {"result": [1.0, 2.0]}]
)
def test_what_is_no_array_of_that_name_is_a_fault(observed):
    probe = Probe("0.0", inputs=dict, observe=dict)
    assert probe.fault(observed, {"result": np.array([1.0, 2.0])}, {})


def test_words_agree_only_as_a_whole():
    right = {"kind": np.array("float32")}
    wrong = {"kind": np.array("float64")}
    assert agrees(right, right, {}) is None
    assert agrees(wrong, right, {}) == "kind: another word"


@pytest.mark.parametrize("value", ["1.5", None, 1j, {"a": 1}, [[1], [1, 2]]])
def test_what_holds_no_numbers_is_not_sent(value):
    with pytest.raises((TypeError, ValueError)):
        as_plain(value)


def test_numbers_of_any_kind_are_sent_as_plain_ones():
    import keras

    half = keras.ops.cast([1.0, 2.0], "bfloat16")
    for value in half, [True, True], np.longdouble(3), (1, 2.5), 7:
        array = as_plain(value)
        assert array.dtype.kind in "fi"
        assert array.dtype.itemsize <= 8


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("least, most", [(1e-7, 1 - 2e-7), (1e-6, 1 - 1e-7)])
def test_black_and_white_may_be_clipped_unlike(least, most, seed):
    def reconstruction_loss(x, x_mean):
        x, x_mean = np.float64(x), np.float64(x_mean).clip(least, most)
        cost = x * np.log(x_mean) + (1 - x) * np.log1p(-x_mean)
        return -cost.sum(axis=(1, 2, 3))

    rounds = rounds_of("1.3", seed)
    assert not fault_of("1.3", reconstruction_loss, rounds)
