"""The benchmark of the graders: what it grades, and what it measures."""

import json
import math
import random
import subprocess
import sys
from pathlib import Path

import pytest
from grading_bench import report
from grading_bench.hostile import DECEIT, read_hostile
from grading_bench.learners import KINDS, answered, hand_in, make_learners
from grading_bench.pool import read_pools

ROOT = Path(__file__).parents[1]
LESSON = ROOT / "lessons" / "03_normal_distribution.ipynb"


@pytest.fixture(scope="module")
def pools():
    return read_pools(["03"])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Grade two submissions of two lessons in every way."""
    out = tmp_path_factory.mktemp("bench") / "told.json"
    settings = "class --sizes 2 --lessons 03,05 --rivals 1 --jobs 1"
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "bench_grading.py"]
        + [*settings.split(), "--out", out],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text()), done.stdout


def numbers(told):
    """Yield every number in what JSON holds."""
    match told:
        case dict():
            told = list(told.values())
        case int() | float():
            yield told
    for each in told if isinstance(told, list) else ():
        yield from numbers(each)


def test_every_number_is_measured(tiny):
    told, _ = tiny
    assert all(map(math.isfinite, numbers(told)))
    [size] = told["sizes"]
    assert size["n"] == 2
    assert 0 < size["start"] < size["seconds"]
    assert size["per_minute"] > 0 and size["per_minute_warm"] > 0
    assert size["peak_mib"] > 100
    assert set(told["rivals"]) == {"nbgrader autograde", "nbclient"}
    for runs in told["rivals"].values():
        assert [each["notebooks_given_up"] for each in runs] == [0]
        assert runs[0]["seconds"] > 0


def test_every_verdict_is_the_truth(tiny):
    told, _ = tiny
    verdicts = told["sizes"][0]["verdicts"]
    assert verdicts["verdicts"] == 2 * 10
    assert verdicts["false_passes"] == verdicts["false_fails"] == []
    assert 0 < verdicts["right"] < verdicts["verdicts"]
    [by_nbgrader] = told["rivals"]["nbgrader autograde"]
    assert by_nbgrader["not_the_truth"] == []


def test_a_row_is_printed_for_each_class_and_each_rival(tiny):
    _, printed = tiny
    rows = [line for line in printed.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 1 + 2 + 2


def judge(pool, known):
    """Tell whether the course's own check lets an answer through."""
    import numpy as np

    names = {"np": np}
    try:
        exec(f"{known.helpers}\n{known.source}", names)
        pool.exercise.check(names[pool.exercise.name])
    except Exception:
        return False
    return True


@pytest.mark.filterwarnings("ignore")
def test_the_truth_is_what_the_check_says(pools):
    rng = random.Random(3)
    for pool in pools.values():
        known = [*pool.right, *pool.solutions, *pool.wrong[::5]]
        known += [pool.draw(rng) for _ in range(20)]
        known = [each for each in known if each is not pool.stub]
        assert {True, False} == {each.right for each in known}
        false = [each for each in known if judge(pool, each) != each.right]
        assert false == []


def test_each_exercise_has_answers_of_every_kind():
    rng = random.Random(0)
    for pool in read_pools().values():
        assert pool.right
        assert not pool.draw_harmful(rng, "1 / 0", "zero").right
        assert "NotImplementedError" in pool.stub.source
        assert "NotImplementedError" not in pool.solutions[0].source


def test_a_table_s_answer_brings_all_that_it_needs(pools):
    [known] = [
        each
        for each in pools["3.1"].right
        if each.source == "normal_pdf = pdf_as_list"
    ]
    for part in ("import numpy as np", "def pdf_by_scipy", "def pdf_as_list"):
        assert part in known.helpers
    assert "def pdf_by_log" not in known.helpers


def test_what_the_library_does_is_no_answer(pools):
    sources = [each.source for each in pools["3.1"].right]
    assert "normal_pdf = densities.normal_pdf" not in sources


def test_two_slips_at_once_are_wrong(pools):
    two = [e for e in pools["3.1"].wrong if e.origin.startswith("two slips")]
    assert len(two) > 5 and not any(each.right for each in two)


def test_a_small_class_is_the_beginning_of_a_large_one(pools):
    large = make_learners(12, pools, seed=5)
    assert make_learners(7, pools, seed=5) == large[:7]
    assert make_learners(7, pools, seed=6) != large[:7]
    assert {each.kind for each in large} == set(KINDS)


def test_no_right_answer_stands_on_one_of_another_style():
    pools = read_pools(["07"])
    assert pools["7.4"].stands_on == ["7.2", "7.3"]
    for learner in make_learners(60, pools, seed=2):
        right = [each for each in learner.answers.values() if each.right]
        own = [each.alone for each in right if each.exercise != "7.1"]
        assert own == sorted(own)


def test_hostile_learners_alone_are_hostile_and_in_many_ways(pools):
    hostile = set()
    for learner in make_learners(5 * 20, pools, seed=1):
        found = [e for e in learner.answers.values() if e.hostile]
        assert bool(found) == (learner.kind == "hostile")
        assert not any(each.right for each in found)
        hostile |= {each.origin.split(", above ")[0] for each in found}
    assert len(hostile) > 0.6 * len({**read_hostile(), **DECEIT})


def test_answers_are_handed_in_where_stubs_stood(pools, tmp_path):
    [learner, *_] = make_learners(1, pools, seed=1)
    hand_in(learner, [LESSON], tmp_path)
    path = tmp_path / learner.name / LESSON.name
    written = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for known in learner.answers.values():
        [place] = [
            place
            for place, cell in enumerate(written)
            if cell["source"] == known.source
        ]
        assert written[place]["metadata"]["vae_course"]["role"] == "stub"
        if known.helpers:
            assert written[place - 1]["source"] == known.helpers


def test_a_lesson_with_its_own_stubs_is_the_lesson(pools):
    stubs = {number: pool.stub for number, pool in pools.items()}
    cells = json.loads(answered(LESSON, stubs))["cells"]
    pristine = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    assert ["".join(cell["source"]) for cell in cells] == [
        "".join(cell["source"]) for cell in pristine
    ]


def size(n, seconds, warm):
    return {
        "n": n,
        "seconds": seconds,
        "per_minute": 60 * n / seconds,
        "per_minute_warm": warm,
    }


def test_ratios_are_those_of_the_largest_class():
    sizes = [size(5, 20.0, None), size(50, 110.0, 40.0)]
    runs = {"slow": [{"seconds": 50.0}, {"seconds": 70.0}], "none": []}
    told = report.summarise(sizes, runs)
    assert told["seconds_for_one_more"] == [2.0]
    assert list(told["rivals"]) == ["slow"]
    slow = told["rivals"]["slow"]
    assert slow["per_minute"] == 1.0 and slow["ratio_warm"] == 40.0
    assert slow["ratio"] == pytest.approx(60 * 50 / 110)
