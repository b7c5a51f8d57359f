import pytest

from vae_course.checks import ExerciseFailed, contract


@pytest.fixture(autouse=True)
def short_time_limit(monkeypatch):
    """Stop endless answers soon; right ones need far less."""
    monkeypatch.setattr(contract, "TIME_LIMIT", 5.0)


@pytest.fixture
def mistake_of(monkeypatch):
    """Run a check on a wrong answer and return the slug it gives."""

    def run(check, answer, time_limit=5.0):
        monkeypatch.setattr(contract, "TIME_LIMIT", time_limit)
        with pytest.raises(ExerciseFailed) as caught:
            check(answer)
        assert caught.value.exercise == check.exercise
        assert "Think" in str(caught.value)
        return caught.value.mistake

    return run
