import pytest

from vae_course import densities, models
from vae_course.checks import ExerciseFailed
from vae_course.grading.strict import NotStarted, strictly


def half(x, mean, variance):
    return 0.5 * densities.normal_pdf(x, mean, variance)


def right(x, mean, variance):
    return densities.normal_pdf(x, mean, variance)


def stub(x, mean, variance):
    raise NotImplementedError("Exercise 3.1")


def test_right_answer_is_kept():
    names = {"normal_pdf": right}
    assert strictly("3.1", names).normal_pdf(right) is right
    assert names == {"normal_pdf": right}


def test_wrong_answer_raises_and_makes_way_for_the_librarys():
    names = {"normal_pdf": half}
    with pytest.raises(ExerciseFailed, match="Exercise 3.1 is not right"):
        strictly("3.1", names).normal_pdf(half)
    assert names == {"normal_pdf": densities.normal_pdf}


@pytest.mark.parametrize("answer", [stub, densities.normal_pdf])
def test_what_is_not_started_raises_and_makes_way(answer):
    names = {"normal_pdf": answer}
    with pytest.raises(NotStarted, match="Exercise 3.1 is not started"):
        strictly("3.1", names).normal_pdf(answer)
    assert names == {"normal_pdf": densities.normal_pdf}


def test_name_that_no_cell_has_made_counts_as_not_started():
    names = {}
    check = strictly("3.1", names)
    with pytest.raises(NotStarted):
        check.normal_pdf(names["normal_pdf"])


def test_variable_may_have_another_name_than_its_check():
    names = {}
    with pytest.raises(ExerciseFailed):
        strictly("7.3", names).train_step(int)
    assert names == {"VAE": models.VAE}


def test_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match="expected an exercise's, got '3.9'"):
        strictly("3.9", {})
