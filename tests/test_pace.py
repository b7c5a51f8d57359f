"""The time left is told once it is known, and counts down."""

import pytest

from vae_course.pace import Pace


def run(pace, epochs, steps=10, compilation=9.0, validation=0.0, held_up=()):
    """Run epochs of one step a second; yield after every step and epoch."""
    now = 0.0
    for epoch in range(epochs):
        now += compilation if epoch == 0 else 0.0
        for taken in range(1, steps + 1):
            now += 61.0 if (epoch, taken) in held_up else 1.0
            pace.step(taken, now)
            yield
        now += validation
        pace.epoch(now)
        yield


def left_after(pace, epochs, **options):
    for _ in run(pace, epochs, **options):
        pass
    return pace.left()


def test_nothing_is_said_before_it_can_be_known():
    pace = Pace(epochs=3, steps=10)
    told = [pace.left()]
    for taken, now in enumerate((9.0, 9.5, 9.9), 1):
        pace.step(taken, now)
        told.append(pace.left())
    assert told == [None] * 4
    pace.step(4, now=10.5)
    assert pace.left() == pytest.approx(26 * 0.5)


def test_the_compilation_in_the_first_step_is_not_counted():
    assert left_after(Pace(3, steps=10), 1) == pytest.approx(20.0)
    assert left_after(Pace(3, steps=10), 1, compilation=0.0) == pytest.approx(
        20.0
    )


def test_the_time_left_counts_down_to_nothing():
    pace = Pace(epochs=3, steps=4)
    told = [pace.left() for _ in run(pace, 3, steps=4)]
    # After the fourth step, and again when its epoch is over.
    expected = [10, 9, 8, 8, 7, 6, 5, 4, 4, 3, 2, 1, 0, 0]
    assert told[0] is None
    assert told[1:] == pytest.approx(expected)


def test_validation_is_counted_once_it_has_been_seen():
    # Of the first epoch it is known too well: its first step is not timed.
    left = left_after(Pace(3, steps=10), 1, validation=5.0)
    assert 30 <= left < 32
    left = left_after(Pace(3, steps=10), 2, validation=5.0)
    assert left == pytest.approx(15.0)


def test_an_epoch_that_was_held_up_spoils_nothing():
    left = left_after(Pace(9, steps=10), 4, held_up={(2, 5)})
    assert left == pytest.approx(50.0)


def test_a_first_epoch_that_was_held_up_is_forgotten():
    left = left_after(Pace(4, steps=10), 2, held_up={(0, 5)})
    assert left == pytest.approx(20.0)


def test_a_length_that_is_not_known_is_known_after_an_epoch():
    pace = Pace(epochs=3)
    told = [(pace.left(), pace.done) for _ in run(pace, 2, steps=4)]
    assert told[:4] == [(None, 0.5)] * 4
    lefts, dones = zip(*told[4:], strict=True)
    assert lefts == pytest.approx([8, 7, 6, 5, 4, 4])
    assert dones == (1.0, 1.25, 1.5, 1.75, 2.0, 2.0)


def test_calls_of_several_steps_may_count_more_than_there_are():
    pace = Pace(epochs=2, steps=10)
    for taken, now in ((4, 20.0), (8, 24.0), (12, 26.0)):
        pace.step(taken, now)
    assert pace.done == 1.0
    assert pace.left() == pytest.approx(10.0)


def test_an_epoch_of_one_call_is_timed_from_the_second_on():
    pace = Pace(epochs=4, steps=16)
    pace.step(16, 9.0)
    pace.epoch(9.5)
    assert pace.left() is None
    pace.step(16, 11.5)
    pace.epoch(12.5)
    assert pace.left() == pytest.approx(6.0)


def test_a_resumed_training_counts_from_its_epoch():
    pace = Pace(epochs=5, first=4, steps=10)
    assert pace.done == 3.0
    assert left_after(pace, 1) == pytest.approx(10.0)
    assert pace.complete == 4
