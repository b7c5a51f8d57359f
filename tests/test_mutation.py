"""The mutation tool finds what a check lets through."""

import ast
from types import SimpleNamespace

import pytest
from mutate_solutions import judge_mutants, main
from mutation.operators import apply, edits
from mutation.stubs import Stub, answer_lines
from notebooks.source import Cell

from vae_course.checks import ExerciseFailed, contract


def mutants(source):
    tree = ast.parse(source)
    return {apply(tree, edit) for edit in edits(tree, range(1, 100))}


@pytest.mark.parametrize(
    "source, mutant",
    [
        ("a = b - c", "a = c - b"),
        ("a = b - c", "a = b + c"),
        ("a = b * c", "a = b"),
        ("a = -b", "a = b"),
        ("a = f(b, axis=1)", "a = f(b)"),
        ("a = f(b, axis=1)", "a = f(b, axis=0)"),
        ("a = np.sum(b)", "a = np.mean(b)"),
        ("a = np.sum(b)", "a = b"),
        ("a = self.b(c)", "a = b(c)"),
        ("def f(x, y):\n    return x", "def f(x, y):\n    return y"),
        ("a = b[1:]", "a = b[:]"),
        ("a = (b, c)", "a = (c, b)"),
        ("a = {b: 1, c: 2}", "a = {c: 2}"),
        ("a = {b: 1, c: 2}", "a = {b: 2, c: 1}"),
        ("a = b > 0", "a = b <= 0"),
        ("a += b", "a -= b"),
        ("a = 'same'", "a = 'valid'"),
        ("with f():\n    a = 1", "if True:\n    a = 1"),
    ],
)
def test_a_change_is_among_the_mutants(source, mutant):
    assert mutant in mutants(source)


def test_changes_of_what_is_given_are_left_out():
    tree = ast.parse("a = 1\nb = 2")
    changed = {apply(tree, edit) for edit in edits(tree, range(2, 3))}
    assert changed and all(source.startswith("a = 1\n") for source in changed)


def test_two_changes_are_made_together():
    tree = ast.parse("a = b - c\nd = 2")
    minus = edits(tree, range(1, 2))[1]
    two = edits(tree, range(2, 3))[-1]
    assert apply(tree, minus, two) == "a = b + c\nd = 4"


def test_an_answer_in_two_places_is_found_in_both():
    marked = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    lines = "a = 1", marked.format("b = 2"), "c = 3", marked.format("d = 4")
    assert answer_lines(Cell("code", 7, {}, "\n".join(lines))) == {2, 4}


def stub_with(check):
    check.name, check.exercise = "double", "90.1"
    return Stub(check, "def double(x):\n    return 2 * x", range(2, 3), {})


def test_a_careless_check_lets_mutants_live():
    fates, survivors = judge_mutants(stub_with(lambda answer: answer(2)))
    assert fates["alive"] > 5
    assert "return 2 * x -> return 2 + x" in survivors


def test_a_careful_check_kills_them():
    def check(answer):
        if [answer(3), answer(5.5)] != [6, 11]:
            raise ExerciseFailed("", "", "", "doubled")

    fates, survivors = judge_mutants(stub_with(check))
    assert survivors == [] and fates["named"] > 5


def test_pairs_are_drawn_the_same_each_time():
    stub = stub_with(lambda answer: answer(2))
    assert judge_mutants(stub, pairs=9) == judge_mutants(stub, pairs=9)


def test_a_survivor_that_nobody_explained_is_told(monkeypatch, capsys):
    stub = stub_with(lambda answer: answer(2))
    monkeypatch.setattr("mutate_solutions.stubs", lambda path: [stub])
    monkeypatch.setattr("mutate_solutions.contract", SimpleNamespace())
    monkeypatch.setattr("mutate_solutions._is_chosen", lambda *names: True)
    assert main(["00"]) == 1
    assert "    return 2 * x -> return 2 + x" in capsys.readouterr().out


QUICK = (
    "2.2",
    "2.3",
    "03",
    "5.1",
    "5.3",
    "5.4",
    "5.5",
    "5.6",
    "6.3",
    "8.2",
    "09",
    "10",
)


def test_no_mutant_of_a_quick_solution_survives_unexplained(
    monkeypatch, capsys
):
    monkeypatch.setattr(contract, "TIME_LIMIT", contract.TIME_LIMIT)
    status = main(QUICK)
    assert status == 0, capsys.readouterr().out
