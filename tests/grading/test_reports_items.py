"""Numbers of a class: who failed what, and by which slip."""

import ast
import re
from pathlib import Path

import pytest
from class_records import CHECKS, failure, record, small_class
from slips import SLIPS

from vae_course import checks
from vae_course.checks import ExerciseFailed, lesson_09
from vae_course.checks.pictures import Curves
from vae_course.grading import whole_class
from vae_course.grading.whole_class.options import LESSONS
from vae_course.grading.whole_class.records import (
    FAILED,
    MISSING,
    NOT_GRADED,
    NOT_STARTED,
    PASSED,
)
from vae_course.grading.whole_class.reports import words
from vae_course.grading.whole_class.reports.items import items
from vae_course.grading.whole_class.reports.items_page import everywhere
from vae_course.grading.whole_class.reports.message import Message, read
from vae_course.grading.whole_class.reports.slips import MEANINGS, meaning
from vae_course.grading.whole_class.reports.titles import read_titles

ANYWHERE = {
    "changes_its_input",
    "left_to_library",
    "not_finite",
    "only_visible_inputs",
    "returns_nothing",
    "takes_too_long",
    "wrong_type",
}
# Of the words that stand where slugs do, those that are none. The questions
# of 9.2 lead out of slips that go by fewer names.
NO_SLUGS = {"failed", *lesson_09.ASK_ABOUT_GRID} - {"infinite_ends"}


def item_of(exercise, *ends):
    records = [
        record(f"learner {number}", {exercise: end})
        for number, end in enumerate(ends)
    ]
    [item] = [each for each in items(records) if each.exercise == exercise]
    return item


def sizes(reasons):
    return [len(reason.learners) for reason in reasons]


def test_every_exercise_is_counted_in_the_order_of_the_course():
    assert [item.exercise for item in items(small_class())] == [
        check.exercise for check in CHECKS
    ]


def test_statuses_are_counted():
    ends = PASSED, failure("1"), failure("2"), NOT_STARTED, MISSING, NOT_GRADED
    item = item_of("5.5", *ends)
    assert item.counts == {
        PASSED: 1,
        FAILED: 2,
        NOT_STARTED: 1,
        MISSING: 1,
        NOT_GRADED: 1,
    }
    assert item.tried == 3


def test_slips_come_by_how_often_they_were_made():
    one, two = failure("1", "sign"), failure("2", "bits")
    item = item_of("5.5", one, two, two)
    assert [slip.mistake for slip in item.slips] == ["bits", "sign"]
    assert item.slips[0].learners == ("learner 1", "learner 2")
    assert item.clusters == []


def test_the_same_result_is_one_cluster_whatever_its_last_digits():
    item = item_of(
        "5.5",
        failure("at index [0] 0.528079, expected 1.69227"),
        failure("at index [0] 0.9, expected 1.69227"),
        failure("at index [0] 0.528081, expected 1.69227"),
    )
    assert sizes(item.clusters) == [2, 1]
    assert item.clusters[0].learners == ("learner 0", "learner 2")
    assert item.unexplained == 3


def test_results_of_one_kind_are_a_cluster_where_none_is_the_same():
    item = item_of(
        "5.5",
        failure("at index [0] 0.5, expected 1.7"),
        failure("NameError: name 'beta' is not defined\nat your line 3: x"),
        failure("NameError: name 'alpha' is not defined\nat your line 9: y"),
        failure("at index [2] -3e-05, expected 1.7"),
        failure("shape (4, 3), expected (4,)"),
    )
    assert sizes(item.clusters) == [2, 2, 1]
    assert [each.came for each in item.clusters] == [
        "at index [#] #, expected #",
        "NameError: name '…' is not defined",
        "shape (4, 3), expected (4,)",
    ]


def test_different_shapes_are_different_kinds():
    item = item_of("5.5", failure("shape (4, 3)"), failure("shape (4,)"))
    assert sizes(item.clusters) == [1, 1]


def test_a_message_without_parts_is_clustered_by_its_first_line():
    told = FAILED, None, "Its process ended.\nmore"
    assert sizes(item_of("5.5", told, told).clusters) == [2]


@pytest.mark.parametrize("got", ["9" * 8000, "1." * 4000, "'" * 8000])
def test_endless_results_cost_little_time(got):
    ends = [(FAILED, None, f"x\n  Asked  a\n  Got    {got}\n  Think  b")] * 20
    assert sizes(item_of("5.5", *ends).clusters) == [20]


def test_why_names_the_commonest_slips_and_the_commonest_result():
    item = item_of(
        "5.5",
        *[failure("1", "averages_latent")] * 3,
        *[failure("2", "bits")] * 2,
        failure("3", "sign"),
        *[failure("shape (4, 3)")] * 2,
        failure("shape ()"),
    )
    assert [told.replace("\u00a0", " ") for told in words.why(item)] == [
        "3 × mean over the latent dimensions, not the sum",
        "2 × a logarithm to another base than e, so not in nats",
        "1 other slip, 3 unexplained, of which 2 × “shape (4, 3)”",
    ]


def test_slips_over_all_lessons_count_learners_once():
    sign, bits = failure("1", "sign"), failure("2", "bits")
    found = everywhere(
        items(
            [
                record("a", {"5.5": sign, "1.3": sign, "5.1": bits}),
                record("b", {"5.5": sign}),
            ]
        )
    )
    assert [(each.mistake, each.learners) for each in found] == [
        ("sign", 2),
        ("bits", 1),
    ]
    assert found[0].exercises == ["1.3", "5.5"]


def words_in(node):
    """List the words that an expression may be, if they stand there."""
    if isinstance(node, ast.IfExp):
        return words_in(node.body) + words_in(node.orelse)
    if isinstance(node, ast.BoolOp):
        return sum(map(words_in, node.values), [])
    value = getattr(node, "value", None)
    text = isinstance(node, ast.Constant) and isinstance(value, str)
    return [value] if text and re.fullmatch("[a-z][a-z0-9_]+", value) else []


def slugs_of_failure(node):
    """List the slugs with which a node of a module's tree fails an answer.

    They come last in a call, or are bound to `mistake`.
    """
    match node:
        case ast.Call(
            func=ast.Name("ExerciseFailed" | "_refuse"), args=[*_, last]
        ):
            return words_in(last)
        case ast.keyword("mistake", value):
            return words_in(value)
        case ast.Assign([ast.Tuple(names)], ast.Tuple(values)):
            pairs = zip(names, values, strict=False)
        case ast.Assign(names, value):
            pairs = [(name, value) for name in names]
        case _:
            return []
    return [
        word
        for name, value in pairs
        if isinstance(name, ast.Name) and name.id == "mistake"
        for word in words_in(value)
    ]


def slugs_of_table(node):
    """List the slugs in a row of a check's tables.

    They are the only word of a tuple, or stand before a question.
    """
    match node:
        case ast.Tuple([_, _, *_] as parts):
            found = [words_in(part) for part in parts]
            return sum(found, []) if sum(map(bool, found)) == 1 else []
        case ast.Dict(keys, values):
            return [
                word
                for key, value in zip(keys, values, strict=True)
                if isinstance(value, ast.Constant | ast.JoinedStr)
                and "?" in ast.unparse(value)
                for word in words_in(key)
            ]
    return []


def nodes(paths):
    for path in paths:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def raised():
    """Collect the slugs that stand in the code of the checks."""
    found = set()
    for node in nodes(Path(*checks.__path__).glob("*.py")):
        found.update(slugs_of_failure(node), slugs_of_table(node))
    for node in nodes(Path(*whole_class.__path__).rglob("*.py")):
        found.update(slugs_of_failure(node))
    return found - NO_SLUGS


def test_every_listed_slip_is_found_in_the_code(raised):
    listed = {slug for slips in SLIPS.values() for slug in slips}
    assert raised >= listed | ANYWHERE


def test_every_slip_of_the_course_has_a_meaning(raised):
    assert sorted(raised) == list(MEANINGS)


def test_meanings_are_short_phrases():
    assert all(len(each) <= 60 for each in MEANINGS.values())
    assert not any(each.endswith(".") for each in MEANINGS.values())


def test_another_slip_is_told_by_its_own_words():
    assert meaning("another_slip") == "another slip"


CURVE = Curves("Title", [0, 1, 2], [0, 1, 4], [0, 2, 8], "x", "y, nats")


@pytest.mark.parametrize("picture", [None, CURVE])
@pytest.mark.parametrize(
    "got",
    [
        "nothing (None)",
        "NameError: name 'x' is not defined\nat your line 3: return x",
        "words " * 40 + "and the end",
        "a well-known and much-discussed two-dimensional " * 6 + "end",
        "1.5\n" + "a row of numbers, 0.79, 0.79, -0.94 and more " * 3 + "0.1",
    ],
)
def test_a_message_comes_apart_into_what_it_was_made_of(got, picture):
    failed = ExerciseFailed("what is asked", got, "Which one is it?")
    failed.exercise, failed.picture = "5.5", picture
    told = read(str(failed))
    assert (told.asked, told.got, told.think) == (
        "what is asked",
        got,
        "Which one is it?",
    )
    assert told.picture.split("\n") == (picture.lines() if picture else [""])


@pytest.mark.parametrize("message", ["", "plain", "  Asked  x", "a\n\nb"])
def test_any_other_message_stays_one_text(message):
    assert read(message) == Message(text=message)


def test_every_lesson_and_exercise_has_its_title():
    numbers = [check.exercise for check in CHECKS]
    titles = read_titles(numbers, LESSONS)
    assert titles.title("05") == "The KL divergence, derived"
    assert all(re.search("[A-Z]", titles.title(each)) for each in numbers)


def test_without_lessons_an_exercise_is_called_by_its_name(tmp_path):
    assert read_titles(["5.5"], tmp_path).title("5.5") == (
        "kl_to_standard_normal"
    )
