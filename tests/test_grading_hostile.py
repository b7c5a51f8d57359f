"""Whatever is done to a notebook: a true report, soon, the file untouched.

The notebooks stand in grading/hostile.py.
"""

import pytest
from grading import hostile
from grading.hostile import BROKEN_FILES, HARMLESS, ONE_WRONG, STOPPED
from grading.run import Run, state
from grading.toy_notebooks import check, code, lesson, stub, stub_cell, write

ALL_COUNT = "  (3 of 3 exercises, 7 of 7 points)"
TWO_COUNT = "  (2 of 3 exercises, 5 of 7 points)"
NOT_RUN = ["90.1 check", "90.2 check", "90.3 check"]
OTHERS = {
    "half_done": hostile.half_done(),
    "answer_below_the_stubs_line": hostile.answered(
        "def square(x):\n    raise NotImplementedError\n    return x ** 2"
    ),
    "stub_outside_a_function": hostile.answered("raise NotImplementedError"),
    "asks_for_input": hostile.among("input('?')"),
    "loops": hostile.among("while True: pass"),
    "restarts_the_kernel": hostile.among(
        "get_ipython().kernel.do_shutdown(1)"
    ),
    "changes_the_checks": hostile.among("check.square = print"),
    "redefined_after_its_check": hostile.second(
        stub("90.2"), check("90.2"), code(hostile.TWICE)
    ),
    "setup_broken": [code("import nowhere"), *lesson()[1:]],
    "setup_broken_at_its_top": [
        code("import nowhere\nHALF = 0.5", {"role": "setup"}),
        *lesson(third=[stub("90.3", "return HALF * x"), check("90.3")]),
    ],
    "setup_broken_at_its_end": [
        code("HALF = 0.5\nimport nowhere", {"role": "setup"}),
        *lesson(
            second=[stub_cell("90.2", "import os\nos._exit(1)")],
            third=[stub("90.3", "return HALF * x"), check("90.3")],
        ),
    ],
    "setup_deleted": lesson()[1:],
    "setup_last": [*lesson()[1:], lesson()[0]],
    "all_but_one_deleted": lesson()[:1],
    "two_wrong": lesson(
        first=[stub("90.1", "return x * x"), check("90.1")],
        second=[stub_cell("90.2", ""), check("90.2")],
    ),
    "wrong_below_a_broken_cell_of_the_learners_own": [
        code("undefined"),
        *hostile.answered("def square(x):\n    return y ** 2"),
    ],
    "check_deleted_below_a_broken_cell": [
        code("undefined"),
        *hostile.second(stub("90.2")),
    ],
    "learners_own_names": hostile.second(
        stub_cell("90.2", "def square(x):\n    return 6\nmine = undefined"),
        check("90.2"),
        code("mine + 1"),
    ),
    "strange_metadata": [
        code("1", metadata={"vae_course": "no", "tags": None}),
        code("1", {"exercise": None, "role": "check"}),
        code("1", {"exercise": [], "role": {}}),
        *hostile.second(stub("90.2", "return 2 * x"), check("90.2")),
    ],
}


def grade(folder, notebooks, *options):
    for name, cells in notebooks.items():
        write(folder / f"90_{name}.ipynb", cells)
    before = state(folder)
    run = Run(folder, ".", "-q", "-n2", *options)
    run.unchanged = before == state(folder)
    return run


@pytest.fixture(scope="module")
def fine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fine")
    write(folder / "90_in_r.ipynb", lesson(), kernel="ir", language="R")
    old = folder / "90_format_3.ipynb"
    old.write_text(hostile.in_format_3(lesson()))
    sealed = folder / "90_read_only.ipynb"
    write(sealed, lesson())
    sealed.chmod(0o444)
    write(folder / "scratch.ipynb", [code("while True: pass")])
    (folder / "scratch.py").write_text("raise SystemExit('not to be run')")
    return grade(folder, HARMLESS)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    for name, content in BROKEN_FILES.items():
        content = content if isinstance(content, bytes) else content.encode()
        (folder / f"90_broken_{name}.ipynb").write_bytes(content)
    (folder / "90_dangling.ipynb").symlink_to(folder / "nowhere.ipynb")
    (folder / "90_a_folder.ipynb").mkdir()
    notebooks = {f"wrong_{name}": each[0] for name, each in ONE_WRONG.items()}
    notebooks |= {f"other_{name}": cells for name, cells in OTHERS.items()}
    return grade(folder, notebooks, "--nbval-cell-timeout=3")


@pytest.mark.parametrize("name", [*HARMLESS, "in_r", "format_3", "read_only"])
def test_what_is_harmless_takes_no_point(fine, name):
    assert fine.rows(f"90_{name}")[0] == ALL_COUNT
    assert "failure" not in fine.of(f"90_{name}").values()


def test_run_is_green_where_all_is_harmless(fine):
    assert fine.code == 0
    assert "warning" not in fine.output.lower()


def test_notebook_of_no_lesson_is_not_run_beside_lessons(fine):
    assert fine.of("scratch") == {"file": "skipped"}


@pytest.mark.parametrize("name", ONE_WRONG)
def test_what_is_wrong_fails_one_exercise_alone(run, name):
    notebook = f"90_wrong_{name}"
    [(failure, fate), *rest] = run.of(notebook).items()
    assert fate == "failure" and failure.startswith("90.2 ")
    assert rest in ([], [("90.2 check", "skipped")])
    assert ONE_WRONG[name][1] in run.message(notebook, failure)
    rows = run.rows(notebook)
    assert rows[0] == TWO_COUNT
    assert rows[2].startswith("  90.2 square                          failed")


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_file_that_is_no_notebook_fails_once(run, name):
    assert run.of(f"90_broken_{name}") == {
        "file": "failure",
        **dict.fromkeys(NOT_RUN, "skipped"),
    }


def test_no_file_is_written_to(run, fine):
    assert run.unchanged and fine.unchanged


def test_run_is_red(run):
    assert run.code == 1


def test_half_done_lesson_misses_only_what_is_not_started(run):
    assert run.of("90_other_half_done") == {"90.3 check": "skipped"}


@pytest.mark.parametrize(
    "name, item",
    [
        ("answer_below_the_stubs_line", "90.2 check"),
        ("stub_outside_a_function", "90.2 stub"),
    ],
)
def test_answer_that_the_stubs_line_hides_is_not_started(run, name, item):
    notebook = f"90_other_{name}"
    assert run.of(notebook)[item] == "skipped"
    assert set(run.of(notebook)) <= {item, "90.2 check"}
    skip = run.cases[notebook, item].find("skipped").get("message")
    assert "`raise NotImplementedError` stands in the way" in skip


@pytest.mark.parametrize(
    "name, why",
    [
        ("loops", STOPPED),
        ("restarts_the_kernel", hostile.DIED),
        ("asks_for_input", hostile.NO_INPUT),
        ("changes_the_checks", hostile.TAMPERED),
    ],
)
def test_cell_of_the_learners_own_fails_alone(run, name, why):
    assert run.of(f"90_other_{name}") == {"cell 5": "failure"}
    assert why in run.message(f"90_other_{name}", "cell 5")
    assert run.rows(f"90_other_{name}")[0] == ALL_COUNT


def test_answer_that_is_redefined_after_its_check_fails_a_later_cell(run):
    notebook = "90_other_redefined_after_its_check"
    assert run.of(notebook) == {"cell 8 · demo": "failure"}
    assert run.rows(notebook)[0] == ALL_COUNT


def test_broken_setup_is_one_failure_and_harms_no_exercise(run):
    assert run.of("90_other_setup_broken") == {"cell 1": "failure"}
    message = run.message("90_other_setup_broken", "cell 1")
    assert "ModuleNotFoundError: No module named 'nowhere'" in message
    assert run.rows("90_other_setup_broken")[0] == ALL_COUNT


def test_what_a_broken_cell_did_not_define_blocks_an_exercise(run):
    notebook = "90_other_setup_broken_at_its_top"
    assert run.of(notebook) == {
        "cell 1 · setup": "failure",
        "90.3 check": "skipped",
    }
    blocked = "  90.3 halve                           blocked        0/4"
    assert f"{blocked}  by cell 1 · setup" in run.rows(notebook)


def test_what_a_broken_cell_did_define_outlives_a_dead_kernel(run):
    assert run.of("90_other_setup_broken_at_its_end") == {
        "cell 1 · setup": "failure",
        "90.2 stub": "failure",
        "90.2 check": "skipped",
    }


@pytest.mark.parametrize(
    "name",
    [
        "wrong_below_a_broken_cell_of_the_learners_own",
        "check_deleted_below_a_broken_cell",
    ],
)
def test_a_broken_cell_excuses_no_exercise_that_needs_nothing_of_it(run, name):
    fates = run.of(f"90_other_{name}")
    assert fates == {"cell 1": "failure", "90.2 check": "failure"}


@pytest.mark.parametrize("name", ["setup_deleted", "setup_last"])
def test_setup_elsewhere_harms_no_exercise_that_needs_none(run, name):
    assert run.of(f"90_other_{name}") == {}


def test_deleted_cells_are_missed(run):
    fates = run.of("90_other_all_but_one_deleted")
    assert fates == dict.fromkeys(NOT_RUN, "failure")


def test_second_wrong_exercise_is_not_laid_to_the_first(run):
    fates = run.of("90_other_two_wrong")
    assert fates == {"90.1 check": "failure", "90.2 check": "failure"}


def test_cell_that_needs_what_a_failed_stub_leaves_out_is_blocked(run):
    assert run.of("90_other_learners_own_names") == {
        "90.2 stub": "failure",
        "90.2 check": "skipped",
        "cell 7": "skipped",
    }


def test_strange_metadata_harms_nothing(run):
    assert run.of("90_other_strange_metadata") == {"90.2 check": "failure"}


def test_one_wrong_check_of_two_fails_the_exercise(run):
    assert run.of("90_wrong_copied") == {"90.2 check": "failure"}
    assert ("90_wrong_copied", "90.2 check (2)") in run.cases
