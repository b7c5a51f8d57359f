"""The calls of checks are found in a cell, and nothing else is."""

import pytest

from vae_course.checks import checks_of_lesson
from vae_course.grading.calls import call, calls_in, cut, split

CHECKS = {check.exercise: check for check in checks_of_lesson("05")}
NAME = "kl_discrete"
LINE = f"{NAME} = check.{NAME}({NAME})"


@pytest.mark.parametrize(
    "source",
    [
        LINE,
        f"check.{NAME}({NAME})",
        f"{NAME}=check.{NAME}( {NAME} );  # mine",
        f"{NAME} = check.{NAME}(\n    {NAME}\n)",
        f"{NAME} = c.{NAME}({NAME})",
        f"{NAME} = vae_course.checks.lesson_05.{NAME}({NAME})",
        f"%%time\n{LINE}",
        f"%%capture output\n{LINE}",
        f"%matplotlib inline\n!true\n{LINE}",
        f"def {NAME}(p, q):\n    return 1\n\n\n{LINE}\nprint({NAME})",
    ],
)
def test_call_is_found(source):
    assert calls_in(source, CHECKS) == ["5.1"]


@pytest.mark.parametrize(
    "source",
    [
        "",
        f"# {LINE}",
        f"print({LINE!r})",
        f"if False:\n    {LINE}",
        f"try:\n    {LINE}\nexcept Exception:\n    pass",
        f"{NAME} = check.{NAME}(lambda p, q: 1)",
        f"{NAME} = check.{NAME}",
        f"other = check.{NAME}({NAME})",
        f"{NAME} = check.{NAME}({NAME}) or {NAME}",
        f"x = 1; {LINE}",
        f"%%bash\n{LINE}",
        f"{LINE}\nsyntax error",
        "\x00",
    ],
)
def test_what_is_no_call_is_left_alone(source):
    assert calls_in(source, CHECKS) == []
    [piece] = split(source, CHECKS)
    assert piece.source == source and piece.exercise is None


def test_pieces_keep_their_order_and_their_lines():
    source = f"x = 1\n\n{LINE}\ny = 2"
    before, check, after = split(source, CHECKS)
    assert before.source == "x = 1\n" and before.exercise is None
    assert check.source == f"#\n#\n{call(CHECKS['5.1'])}"
    assert check.exercise == "5.1"
    assert after.source == "#\n#\n#\ny = 2" and after.exercise is None


def test_whatever_stands_before_the_dot_the_check_itself_is_called():
    [piece] = split(f"{NAME} = mine.{NAME}({NAME})", CHECKS)
    assert piece.source == call(CHECKS["5.1"])


def test_magic_that_watches_a_cell_does_not_hide_its_check():
    before, check = split(f"%%time\nx = 1\n{LINE}", CHECKS)
    assert before.source == "#\nx = 1" and check.exercise == "5.1"


def test_cell_with_two_checks_is_cut_below_the_first():
    second = "check.kl_monte_carlo(kl_monte_carlo)"
    pieces = cut(f"x = 1\n{LINE}\ny = 2\n{second}\nz = 3", CHECKS)
    assert [piece.exercise for piece in pieces] == ["5.1", "5.2"]
    assert pieces[0].source == f"x = 1\n{LINE}"
    assert pieces[1].source == f"#\n#\ny = 2\n{second}\nz = 3"


def test_call_needs_no_name_of_the_notebook():
    namespace = {NAME: CHECKS["5.1"].library(), "check": None}
    exec(call(CHECKS["5.1"]), namespace)
    assert namespace[NAME] is CHECKS["5.1"].library()
