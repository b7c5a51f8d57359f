"""The builder, on small sources of its own."""

import json
import re
from types import SimpleNamespace

import pytest
from build_notebooks import main
from nbformat import v4
from notebooks.course import Course, build, orphans, out_of_step
from notebooks.notebook import build_lesson, build_solution, cell_ids, to_text
from notebooks.rules import find_problems
from notebooks.source import BrokenSource, read_lesson

HEAD = """\
# %% [markdown]
# # 03 · Doubling
#
# What is twice a number?

# %% role="setup" tags=["nbval-skip"]
from vae_course.checks import lesson_03 as check

# %% [markdown]
# ## A toy

# %% role="train"
total = 1 + 1

# %% [markdown]
# ### Exercise 3.1 · Twice
#
# Double it.

"""
STUB = '''\
# %% exercise="3.1" role="stub"
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

'''
CHECK = """\
# %% exercise="3.1" role="check"
double = check.double(double)

"""
HINTS = """\
# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Think of a sum.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Both terms are the same.
#
# </details>

"""
ANSWER = """\
# %% [markdown] exercise="3.1" role="answer"
# **The usual slip:** squaring, which agrees at 2.

"""
TAIL = """\
# %% [markdown]
# ## What we saw
#
# Two of one.
"""
SOURCE = HEAD + STUB + CHECK + HINTS + ANSWER + TAIL

SECOND = "# %% [markdown]\n# ### Exercise 3.2 · Half\n\n" + (
    STUB + CHECK + HINTS
).replace("3.1", "3.2").replace("double", "half")

# No exercise: it can be executed without a check of its own.
RUNS = """\
# %% [markdown]
# # 04 · A run

# %% role="demo"
import os

print("one")
print("quick" if os.environ.get("VAE_COURSE_QUICK") else "full")

# %%
object()
"""

DISPLAYS = """\
# %%
import os, sys, sysconfig, time

print("first")
sys.stdout.flush()
time.sleep(0.3)
print("second")
print(sysconfig.get_path("purelib") + os.sep + "numpy")

# %%
from IPython.display import display

widget = "application/vnd.jupyter.widget-view+json"
result = "application/vnd.vae-course.result+json"
display({widget: {"model_id": "a"}, "text/plain": "Box(…)"}, raw=True)
display({result: {"seconds": 0.123}, "text/plain": ""}, raw=True)

# %% [markdown]
# An error on purpose.

# %% tags=["raises-exception"]
1 / 0
"""

DRAWS = """\
# %%
from IPython.display import display

pixel = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB"
    "5Sfe/AAAAABJRU5ErkJggg=="
)
display({"image/png": pixel}, raw=True)

# %% [markdown]
# *Figure: one black pixel, and
# nothing else.*
#
# *Darkness.*
"""


def fake_check(name="double", exercise="3.1", points=2, variable=None):
    return SimpleNamespace(
        __name__=name,
        exercise=exercise,
        points=points,
        name=variable or name,
    )


def parse(folder, text, name="03_doubling.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_lesson(path)


def problems_of(folder, text, checks=None):
    checks = [fake_check()] if checks is None else checks
    try:
        return find_problems(parse(folder, text), checks)
    except BrokenSource as broken:
        return broken.problems


def edited(old, new, source=SOURCE):
    assert source.count(old) == 1
    return source.replace(old, new)


def line_of(text, snippet):
    assert text.count(snippet) == 1
    return text[: text.index(snippet)].count("\n") + 1


def cell_of(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


@pytest.fixture
def lesson(tmp_path):
    return parse(tmp_path, SOURCE)


def make_course(root, text):
    """Return a course of one source that needs no check to run."""
    folders = [root / name for name in ("source", "lessons", "solutions")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / "04_run.py").write_text(text, encoding="utf-8")
    return Course(*folders, lambda number: [])


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path, RUNS)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Return the same course, built once for all tests."""
    course = make_course(tmp_path_factory.mktemp("executed"), RUNS)
    build(course, source_of(course), say=lambda line: None)
    return course


@pytest.fixture
def built(executed, course):
    """Return a copy of it that a test may spoil."""
    for kind in ("lessons", "solutions"):
        stored = getattr(executed, kind) / "04_run.ipynb"
        (getattr(course, kind) / stored.name).write_bytes(stored.read_bytes())
    return course


def source_of(course):
    return course.source / "04_run.py"


def solution_of(course):
    return course.solutions / "04_run.ipynb"


def change(path, alter):
    notebook = v4.reads(path.read_text(encoding="utf-8"))
    alter(notebook)
    path.write_text(to_text(notebook), encoding="utf-8")


# --- what is built ----------------------------------------------------------


def test_a_right_source_is_not_refused(tmp_path):
    assert problems_of(tmp_path, SOURCE) == []


def test_lesson_raises_where_the_answer_stood(lesson):
    stub = cell_of(build_lesson(lesson, [fake_check()]), "03-1-stub")
    assert stub.source == (
        'def double(x):\n    """Return twice x."""\n'
        '    raise NotImplementedError("Exercise 3.1")'
    )


def test_no_part_of_an_answer_is_left_in_the_lesson(lesson):
    text = to_text(build_lesson(lesson, [fake_check()]))
    for secret in ("2 * x", "usual slip", "SOLUTION"):
        assert secret not in text


def test_solution_keeps_the_answer_without_the_marks(lesson):
    stub = cell_of(build_solution(lesson, [fake_check()]), "03-1-stub")
    assert stub.source == (
        'def double(x):\n    """Return twice x."""\n    return 2 * x'
    )


def test_answer_cell_stands_in_the_solution(lesson):
    answer = cell_of(build_solution(lesson, [fake_check()]), "03-1-answer")
    assert answer.source.startswith("**The usual slip:**")


def test_each_of_several_answers_is_removed_at_its_indentation(tmp_path):
    source = edited(
        STUB,
        '# %% exercise="3.1" role="stub"\n'
        "class double:\n"
        "    def one(self):\n"
        "        if True:\n"
        "            ### BEGIN SOLUTION\n"
        "            return 1\n"
        "            ### END SOLUTION\n"
        "\n"
        "    def two(self):\n"
        "        ### BEGIN SOLUTION\n"
        "        return 2\n"
        "        ### END SOLUTION\n\n",
    )
    lesson = parse(tmp_path, source)
    stub = cell_of(build_lesson(lesson, [fake_check()]), "03-1-stub")
    assert stub.source == (
        "class double:\n"
        "    def one(self):\n"
        "        if True:\n"
        '            raise NotImplementedError("Exercise 3.1")\n'
        "\n"
        "    def two(self):\n"
        '        raise NotImplementedError("Exercise 3.1")'
    )


def test_untouched_stub_raises_not_implemented(lesson):
    stub = cell_of(build_lesson(lesson, [fake_check()]), "03-1-stub")
    names = {}
    exec(stub.source, names)
    with pytest.raises(NotImplementedError, match=r"^Exercise 3\.1$"):
        names["double"](1)


@pytest.mark.parametrize("role", ["stub", "check"])
def test_points_come_from_the_check(lesson, role):
    notebook = build_lesson(lesson, [fake_check(points=3)])
    assert cell_of(notebook, f"03-1-{role}").metadata == {
        "vae_course": {"exercise": "3.1", "role": role, "points": 3}
    }


def test_other_cells_have_a_role_and_tags_at_most(lesson):
    notebook = build_lesson(lesson, [fake_check()])
    assert cell_of(notebook, "03-doubling-1").metadata == {
        "tags": ["nbval-skip"],
        "vae_course": {"role": "setup"},
    }


def test_cell_without_options_has_no_metadata(lesson):
    notebook = build_lesson(lesson, [fake_check()])
    assert cell_of(notebook, "03-doubling-0").metadata == {}


def test_lesson_has_no_outputs(lesson):
    cells = build_lesson(lesson, [fake_check()]).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert [(c.outputs, c.execution_count) for c in code] == [([], None)] * 4


def test_notebook_names_no_version_of_python(lesson):
    notebook = build_lesson(lesson, [fake_check()])
    assert "version" not in notebook.metadata.language_info


def test_notebook_is_of_format_4_5_with_sorted_keys(lesson):
    text = to_text(build_lesson(lesson, [fake_check()]))
    content = json.loads(text)
    due = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert text == due + "\n"


@pytest.mark.parametrize("make", [build_lesson, build_solution])
def test_building_twice_gives_the_same_text(tmp_path, make):
    first, second = (
        to_text(make(parse(tmp_path, SOURCE), [fake_check()])) for _ in "12"
    )
    assert first == second


# --- cell ids ---------------------------------------------------------------


def test_ids_come_from_exercise_or_heading(lesson):
    assert cell_ids(lesson) == [
        "03-doubling-0",
        "03-doubling-1",
        "03-a-toy-0",
        "03-a-toy-1",
        "03-exercise-3-1-twice-0",
        "03-1-stub",
        "03-1-check",
        "03-exercise-3-1-twice-1",
        "03-1-answer",
        "03-what-we-saw-0",
    ]


def test_ids_elsewhere_stay_when_a_cell_is_inserted(tmp_path, lesson):
    more = edited('# %% role="train"', '# %%\n1 + 1\n\n# %% role="train"')
    added = set(cell_ids(parse(tmp_path, more))) ^ set(cell_ids(lesson))
    assert added == {"03-a-toy-2"}


def test_ids_stay_unique_under_headings_of_one_name(tmp_path):
    text = "# %% [markdown]\n# ## Try\n\n# %%\n1\n\n"
    ids = cell_ids(parse(tmp_path, text * 3))
    assert len(set(ids)) == 6


@pytest.mark.parametrize(
    "title", ["Größe · ½ Σ", "σ²", "x" * 200, "# hash #", "a_b.c/d"]
)
def test_ids_are_legal_whatever_the_heading(tmp_path, title):
    text = f"# %% [markdown]\n# ## {title}\n"
    [name] = cell_ids(parse(tmp_path, text))
    assert re.fullmatch(r"[A-Za-z0-9-_]{1,64}", name)


def test_comment_in_fenced_code_is_no_heading(tmp_path):
    text = "# %% [markdown]\n# ## A\n#\n# ```\n# # no\n# ```\n\n# %%\n1\n"
    assert cell_ids(parse(tmp_path, text))[-1] == "03-a-1"


# --- what is refused, and where ---------------------------------------------

LONG_TEXT = "word " * 121
LONG_CODE = "\n".join(f"x{n} = {n}" for n in range(26))
BROKEN = {
    "begin_without_end": (
        "    ### END SOLUTION\n",
        "",
        "### BEGIN",
        "BEGIN SOLUTION without its END",
    ),
    "end_without_begin": (
        "    ### BEGIN SOLUTION\n",
        "    ### BEGIN SOLUTION\n    ### END SOLUTION\n",
        "    ### END SOLUTION\n\n",
        "END SOLUTION without its BEGIN",
    ),
    "nested_begin": (
        "    return 2 * x\n",
        "    ### BEGIN SOLUTION\n    return 2 * x\n",
        "    ### BEGIN SOLUTION\n    return",
        "BEGIN SOLUTION inside the one of line 23",
    ),
    "misspelt_mark": (
        "    ### BEGIN SOLUTION\n",
        "    ### BEGIN SOLUTION\n    # begin solution\n",
        "# begin solution",
        "not quite a mark: ### BEGIN or ### END SOLUTION",
    ),
    "solution_outside_a_stub": (
        "total = 1 + 1\n",
        "### BEGIN SOLUTION\ntotal = 2\n### END SOLUTION\n",
        '# %% role="train"',
        "a solution outside a stub",
    ),
    "stub_that_does_not_parse_without_its_answer": (
        "    return 2 * x\n    ### END SOLUTION\n",
        "    try:\n        y = x\n    ### END SOLUTION\n"
        "    finally:\n        return 2 * y\n",
        '# %% exercise="3.1" role="stub"',
        "the stub does not parse once its answer is removed: invalid syntax",
    ),
    "solution_that_does_not_parse": (
        "return 2 * x",
        "return 2 x",
        "return 2 x",
        "does not parse: invalid syntax",
    ),
    "demo_that_does_not_parse": (
        "total = 1 + 1",
        "total = 1 +",
        "total = 1 +",
        "does not parse: invalid syntax",
    ),
    "check_of_another_form": (
        "double = check.double(double)",
        "check.double(double)",
        '# %% exercise="3.1" role="check"',
        "a check is exactly: answer = check.name(answer)",
    ),
    "unknown_role": (
        'role="train"',
        'role="trian"',
        'role="trian"',
        "unknown role 'trian' of a code cell; "
        "known: check, demo, setup, stub, train",
    ),
    "unknown_option": (
        'role="train"',
        'points="2"',
        'points="2"',
        "unknown option: points='2'",
    ),
    "title_of_a_cell": (
        '# %% role="train"',
        "# %% Training",
        "# %% Training",
        "unknown option: title='Training'",
    ),
    "role_without_exercise": (
        'role="train"',
        'exercise="3.1"',
        '# %% exercise="3.1"\ntotal',
        "exercise= goes with role= stub, check or answer",
    ),
    "tags_that_are_no_list": (
        'tags=["nbval-skip"]',
        'tags="nbval-skip"',
        'tags="nbval-skip"',
        "an illegal option: 'nbval-skip' is not of type 'array'",
    ),
    "raw_cell": (
        '# %% role="train"\ntotal',
        "# %% [raw]\n# total",
        "# %% [raw]",
        "unknown kind of cell: raw",
    ),
    "missing_heading": (
        "# ### Exercise 3.1 · Twice",
        "# ### Twice",
        '# %% exercise="3.1" role="stub"',
        "the heading above is not '### Exercise 3.1 · …'",
    ),
    "heading_of_another_level": (
        "# ### Exercise 3.1 · Twice",
        "# ## Exercise 3.1 · Twice",
        '# %% exercise="3.1" role="stub"',
        "the heading above is not '### Exercise 3.1 · …'",
    ),
    "missing_hints": (
        HINTS,
        "",
        '# %% exercise="3.1" role="stub"',
        "0 of 2 hints in <details>",
    ),
    "no_blank_line_after_summary": (
        "Hint 1</summary>\n#\n",
        "Hint 1</summary>\n",
        "Hint 1</summary>",
        "a blank line must follow </summary>",
    ),
    "open_details": (
        "# Both terms are the same.\n#\n# </details>\n",
        "# Both terms are the same.\n",
        "# %% [markdown]\n# <details><summary>Hint 1",
        "<details> and </details> do not match",
    ),
    "long_text": (
        "# Two of one.",
        f"# {LONG_TEXT}",
        "# %% [markdown]\n# ## What we saw",
        "124 words in a cell, at most 120",
    ),
    "long_code": (
        "total = 1 + 1",
        LONG_CODE,
        '# %% role="train"',
        "26 lines of code, at most 25",
    ),
    "wide_code": (
        "total = 1 + 1",
        "total = " + " + ".join("1" * 20),
        "total = ",
        "85 columns, at most 79",
    ),
    "three_code_cells_in_a_row": (
        "total = 1 + 1\n",
        "total = 1\n\n# %%\ntotal = 2\n\n# %%\nlast = 3\n",
        "# %%\nlast = 3",
        "3 code cells in a row, at most 2",
    ),
    "checks_not_imported": (
        "from vae_course.checks import lesson_03 as check",
        "from vae_course.checks import lesson_02 as check",
        "# %% [markdown]\n# # 03",
        "no cell says: from vae_course.checks import lesson_03 as check",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_source_is_refused_with_its_line(tmp_path, case):
    old, new, at, message = BROKEN[case]
    text = edited(old, new)
    [problem] = problems_of(tmp_path, text)
    assert (problem.line, problem.message) == (line_of(text, at), message)


def test_exercise_number_without_quotes_is_refused(tmp_path):
    text = edited('exercise="3.1" role="stub"', 'exercise=3.1 role="stub"')
    message = 'exercise= needs quotes, such as exercise="3.1"'
    assert message in [p.message for p in problems_of(tmp_path, text)]


def test_two_stubs_of_one_exercise_are_refused(tmp_path):
    text = edited(STUB, STUB + "# %% [markdown]\n# Again.\n\n" + STUB)
    line = line_of(SOURCE, '# %% exercise="3.1" role="stub"')
    [problem] = problems_of(tmp_path, text)
    assert problem.message == (
        f"a second stub of 3.1; the first stands in line {line}"
    )


def test_two_checks_of_one_exercise_are_refused(tmp_path):
    text = edited(CHECK, CHECK + "# %% [markdown]\n# Again.\n\n" + CHECK)
    [problem] = problems_of(tmp_path, text)
    assert problem.message.startswith("a second check of 3.1;")


def test_stub_without_check_is_refused(tmp_path):
    text = edited(CHECK, "")
    [problem] = problems_of(tmp_path, text, checks=[])
    assert problem.message == "exercise 3.1 has no check"


def test_check_without_stub_is_refused(tmp_path):
    text = edited(STUB, "")
    assert "exercise 3.1 has no stub" in [
        problem.message for problem in problems_of(tmp_path, text)
    ]


def test_stub_without_solution_is_refused(tmp_path):
    text = re.sub(r" +### \w+ SOLUTION\n", "", SOURCE)
    [problem] = problems_of(tmp_path, text)
    assert problem.message == "a stub without a solution"


def test_exercise_of_another_lesson_is_refused(tmp_path):
    text = SOURCE.replace("3.1", "4.1")
    messages = {
        problem.message
        for problem in problems_of(
            tmp_path, text, [fake_check(exercise="4.1")]
        )
    }
    assert messages == {"exercise 4.1 is not of this lesson"}


def test_exercises_out_of_order_are_refused(tmp_path):
    first = (STUB + CHECK + HINTS + ANSWER).join(
        ["# %% [markdown]\n# ### Exercise 3.1 · Twice\n\n", ""]
    )
    text = HEAD.split("# %% [markdown]\n# ### Exercise")[0] + SECOND + first
    checks = [fake_check(), fake_check("half", "3.2")]
    [problem] = problems_of(tmp_path, text, checks)
    assert problem.message == "exercises out of order: 3.1 stands after 3.2"


def test_exercise_ten_may_follow_exercise_nine(tmp_path):
    text = SOURCE.replace("3.1", "3.9") + SECOND.replace("3.2", "3.10")
    checks = [fake_check(exercise="3.9"), fake_check("half", "3.10")]
    assert problems_of(tmp_path, text, checks) == []


def test_check_below_another_exercise_is_refused(tmp_path):
    text = edited(CHECK, "") + "\n" + SECOND + CHECK
    checks = [fake_check(), fake_check("half", "3.2")]
    messages = [p.message for p in problems_of(tmp_path, text, checks)]
    assert messages[-1] == "not below the stub of 3.1"


def test_check_without_function_is_refused(tmp_path):
    messages = [
        problem.message
        for problem in problems_of(tmp_path, SOURCE, [fake_check("triple")])
    ]
    assert "vae_course.checks.lesson_03 has no check double" in messages


def test_function_without_check_cell_is_refused(tmp_path):
    checks = [fake_check(), fake_check("half", "3.2")]
    [problem] = problems_of(tmp_path, SOURCE, checks)
    assert problem.message == (
        "vae_course.checks.lesson_03.half (exercise 3.2) is never used"
    )


def test_check_of_another_exercise_is_refused(tmp_path):
    [problem] = problems_of(tmp_path, SOURCE, [fake_check(exercise="3.2")])
    assert problem.message == "double checks exercise 3.2"


def test_check_of_another_variable_is_refused(tmp_path):
    [problem] = problems_of(tmp_path, SOURCE, [fake_check(variable="twice")])
    assert problem.message == "double checks twice, not double"


def test_check_may_be_named_unlike_the_variable(tmp_path):
    text = edited("check.double(double)", "check.triple(double)")
    check = fake_check("triple", variable="double")
    assert problems_of(tmp_path, text, [check]) == []


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    text = edited("total = 1 + 1", "total = 1 +")
    text = edited("Hint 1</summary>\n#\n", "Hint 1</summary>\n", text)
    assert len(problems_of(tmp_path, text)) == 2


def test_problem_is_written_as_file_line_message(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [problem] = problems_of(tmp_path, edited("= 1 + 1", "= 1 +"))
    assert str(problem) == (
        "03_doubling.py:13: does not parse: invalid syntax"
    )


def test_tables_and_formulas_are_no_words(tmp_path):
    table = "# | a |\n" * 150 + "#\n# $$\n" + "# x + y\n" * 100 + "# $$"
    assert problems_of(tmp_path, edited("# Two of one.", table)) == []


def test_docstrings_are_no_lines_of_code(tmp_path):
    long = '"""Return twice x.\n\n' + "    more\n" * 30 + '    """'
    text = edited('"""Return twice x."""', long)
    assert problems_of(tmp_path, text) == []


def test_magics_parse(tmp_path):
    text = edited("total = 1 + 1", "# %matplotlib inline")
    assert problems_of(tmp_path, text) == []


def test_answer_cell_does_not_part_code_cells(tmp_path):
    text = edited(CHECK, CHECK + ANSWER + "# %%\ntwo = 2\n\n")
    text = text.replace(HINTS + ANSWER, HINTS)
    [problem] = problems_of(tmp_path, text)
    assert problem.message == "3 code cells in a row, at most 2"


def test_invalid_escape_is_refused(tmp_path):
    [problem] = problems_of(tmp_path, edited("= 1 + 1", r'= "\s"'))
    assert "invalid escape sequence" in problem.message


def test_marker_inside_a_string_is_refused(tmp_path):
    text = edited("total = 1 + 1", 'total = """\n# %% no cell\n"""')
    [problem] = problems_of(tmp_path, text)
    assert problem.line == line_of(text, '# %% role="train"')


def test_indented_marker_is_refused(tmp_path):
    text = edited("total = 1 + 1", "if True:\n    # %% no cell\n    pass")
    [problem] = problems_of(tmp_path, text)
    assert problem.line == line_of(text, "    # %% no cell")


def test_text_above_the_first_cell_is_refused(tmp_path):
    [problem] = problems_of(tmp_path, "import this\n\n" + SOURCE)
    assert problem.line == 1


def test_empty_source_is_refused(tmp_path):
    [problem] = problems_of(tmp_path, "")
    assert problem.message.startswith("a source begins with a cell")


def test_header_of_jupytext_is_allowed(tmp_path):
    header = "# ---\n# jupyter:\n#   jupytext:\n#     x: 1\n# ---\n\n"
    assert problems_of(tmp_path, header + SOURCE) == []


def test_name_without_number_is_refused(tmp_path):
    with pytest.raises(BrokenSource, match="is not named NN_name.py"):
        parse(tmp_path, SOURCE, "doubling.py")


# --- execution --------------------------------------------------------------


def test_executed_solution_keeps_its_outputs(executed):
    notebook = v4.reads(solution_of(executed).read_text(encoding="utf-8"))
    first, _ = [c for c in notebook.cells if c.cell_type == "code"]
    assert first.outputs[0].text == "one\nfull\n"


def test_addresses_do_not_vary_in_outputs(executed):
    assert "<object at 0x0>" in solution_of(executed).read_text()


def test_executing_again_gives_the_same_bytes(built, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_QUICK", "1")
    before = solution_of(built).read_bytes()
    build(built, source_of(built), force=True, say=lambda line: None)
    assert solution_of(built).read_bytes() == before


def test_solution_with_the_same_code_is_not_executed_again(built):
    said = []
    build(built, source_of(built), say=said.append)
    assert said == [
        "lessons/04_run.ipynb: unchanged",
        "solutions/04_run.ipynb: same code, not executed again "
        "(--execute does)",
        "solutions/04_run.ipynb: unchanged",
    ]


def test_new_text_reaches_the_solution_without_a_run(built):
    path = source_of(built)
    path.write_text(edited("A run", "Another", RUNS), encoding="utf-8")
    build(built, path, say=lambda line: None)
    assert out_of_step(built, path) == []


def test_new_code_is_executed(built):
    path = source_of(built)
    path.write_text(edited('"one"', '"two"', RUNS), encoding="utf-8")
    build(built, path, say=lambda line: None)
    assert '"two\\n' in solution_of(built).read_text(encoding="utf-8")


def test_lessons_only_leaves_solutions_alone(course):
    build(course, source_of(course), solutions=False, say=lambda line: None)
    assert [p.parent.name for p in course.source.parent.glob("*/*.ipynb")] == [
        "lessons"
    ]


@pytest.fixture(scope="module")
def displayed(tmp_path_factory):
    """Return the outputs of three cells, and the course they are of."""
    course = make_course(tmp_path_factory.mktemp("displayed"), DISPLAYS)
    build(course, source_of(course), say=lambda line: None)
    notebook = v4.reads(solution_of(course).read_text(encoding="utf-8"))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return course, [cell.outputs for cell in code]


def test_prints_in_pieces_are_stored_as_one(displayed):
    [stream] = displayed[1][0]
    assert stream.text.startswith("first\nsecond\n")


def test_paths_of_this_machine_are_not_stored(displayed):
    [stream] = displayed[1][0]
    assert stream.text.endswith("\n<packages>/numpy\n")


def test_widget_without_state_is_stored_as_a_sentence(displayed):
    assert displayed[1][1][0].data == {
        "text/plain": "An interactive view: run this cell to use it."
    }


def test_seconds_of_a_check_are_rounded(displayed):
    bundle = displayed[1][1][1].data
    assert bundle["application/vnd.vae-course.result+json"] == {"seconds": 0}


def test_figure_with_its_text_below_is_in_step(course):
    source_of(course).write_text(DRAWS, encoding="utf-8")
    build(course, source_of(course), say=lambda line: None)
    assert out_of_step(course, source_of(course)) == []


def test_stored_figure_without_its_text_is_out_of_step(course):
    text = edited("*Figure:", "*Drawn:", DRAWS)
    source_of(course).write_text(text, encoding="utf-8")
    build(course, source_of(course), solutions=False, say=lambda line: None)
    notebook = v4.reads((course.lessons / "04_run.ipynb").read_text("utf-8"))
    picture = v4.new_output("display_data", {"image/png": "a"})
    notebook.cells[0].update(execution_count=1, outputs=[picture])
    solution_of(course).write_text(to_text(notebook), encoding="utf-8")
    [found] = out_of_step(course, source_of(course))
    assert found == (
        "solutions/04_run.ipynb: cell 04-start-0: has a figure, but the text "
        "cell below it says no '*Figure: …*'"
    )


@pytest.mark.parametrize(
    "spoilt",
    [
        edited("*Figure: one", "*Drawn: one", DRAWS),
        edited("else.*", "else.", DRAWS),
        edited("# %% [markdown]", "# %%\ntwo = 2\n\n# %% [markdown]", DRAWS),
        DRAWS[: DRAWS.index("# %% [markdown]")],
    ],
    ids=["no word", "no end", "not next below", "no text"],
)
def test_figure_without_its_text_below_is_refused(course, spoilt):
    source_of(course).write_text(spoilt, encoding="utf-8")
    with pytest.raises(BrokenSource, match=":1: a figure, but"):
        build(course, source_of(course), say=lambda line: None)
    assert not solution_of(course).exists()


def test_error_on_purpose_is_in_step(displayed):
    course, outputs = displayed
    assert outputs[2][0].ename == "ZeroDivisionError"
    assert out_of_step(course, source_of(course)) == []


@pytest.fixture
def failing(course):
    path = source_of(course)
    path.write_text(
        "# %%\ndef fail():\n    raise ValueError('far too small')\n\n"
        "# %% [markdown]\n# Now.\n\n# %%\nfail()\n",
        encoding="utf-8",
    )
    return course


def test_error_in_a_solution_names_cell_line_and_error(failing):
    with pytest.raises(BrokenSource) as caught:
        build(failing, source_of(failing), say=lambda line: None)
    [problem] = caught.value.problems
    assert (problem.line, problem.message) == (
        3,
        "cell 04-start-2 (line 8) fails: ValueError: far too small",
    )


def test_failed_solution_is_not_written(failing):
    with pytest.raises(BrokenSource):
        build(failing, source_of(failing), say=lambda line: None)
    assert not solution_of(failing).exists()


def test_ended_kernel_stops_the_build(course):
    path = source_of(course)
    path.write_text("# %%\nimport os\n\nos._exit(1)\n", encoding="utf-8")
    with pytest.raises(BrokenSource, match="its kernel died"):
        build(course, path, say=lambda line: None)


def test_too_large_solution_names_its_largest_outputs(course):
    path = source_of(course)
    path.write_text("# %%\nprint('x' * 1_100_000)\n", encoding="utf-8")
    with pytest.raises(BrokenSource, match=r":1: .* 1\.10 MB.*04-start-0"):
        build(course, path, say=lambda line: None)


# --- in step ----------------------------------------------------------------


def spoil_source(notebook):
    notebook.cells[1].source += "\nprint(2)"


def spoil_id(notebook):
    notebook.cells[1].id = "other"


def spoil_metadata(notebook):
    notebook.cells[1].metadata.vae_course.role = "train"


def spoil_order(notebook):
    notebook.cells.reverse()


def spoil_number(notebook):
    notebook.cells.pop()


def spoil_notebook_metadata(notebook):
    notebook.metadata.language_info.version = "3.11.7"


SPOILT = {
    spoil_source: "cell 04-a-run-1, line 5: 'print(2)' where None is due",
    spoil_id: "cell 04-a-run-1 is due where other stands",
    spoil_metadata: "cell 04-a-run-1: metadata ",
    spoil_order: "cell 04-a-run-0 is due where 04-a-run-2 stands",
    spoil_number: "cell 04-a-run-2 is missing",
    spoil_notebook_metadata: "the notebook's metadata differ",
}


def test_built_notebooks_are_in_step(built):
    assert out_of_step(built, source_of(built)) == []


@pytest.mark.parametrize("kind", ["lessons", "solutions"])
@pytest.mark.parametrize("spoil", SPOILT)
def test_first_difference_is_named(built, kind, spoil):
    change(getattr(built, kind) / "04_run.ipynb", spoil)
    [found] = out_of_step(built, source_of(built))
    assert found.startswith(f"{kind}/04_run.ipynb: {SPOILT[spoil]}")


@pytest.mark.parametrize("kind", ["lessons", "solutions"])
def test_missing_notebook_is_out_of_step(built, kind):
    (getattr(built, kind) / "04_run.ipynb").unlink()
    [found] = out_of_step(built, source_of(built))
    assert found == f"{kind}/04_run.ipynb: is missing or no notebook"


def test_outputs_in_a_lesson_are_out_of_step(built):
    lesson = built.lessons / "04_run.ipynb"
    lesson.write_bytes(solution_of(built).read_bytes())
    [found] = out_of_step(built, source_of(built))
    assert found.endswith("cell 04-a-run-1: has outputs or an execution count")


def test_other_bytes_of_the_same_lesson_are_out_of_step(built):
    lesson = built.lessons / "04_run.ipynb"
    lesson.write_text(lesson.read_text(encoding="utf-8") + "\n")
    [found] = out_of_step(built, source_of(built))
    assert "line 6" in found


def test_solution_that_was_never_executed_is_out_of_step(built):
    lesson = built.lessons / "04_run.ipynb"
    solution_of(built).write_bytes(lesson.read_bytes())
    [found] = out_of_step(built, source_of(built))
    assert found.endswith("cell 04-a-run-1: was never executed")


def test_solution_with_an_error_is_out_of_step(built):
    error = v4.new_output("error", ename="ValueError", evalue="no")
    change(solution_of(built), lambda nb: nb.cells[1].outputs.append(error))
    [found] = out_of_step(built, source_of(built))
    assert found.endswith("its output is an error, ValueError: no")


def test_too_large_solution_is_out_of_step(built):
    flood = v4.new_output("stream", text="x" * 1_100_000)
    change(solution_of(built), lambda nb: nb.cells[1].outputs.append(flood))
    [found] = out_of_step(built, source_of(built))
    assert found.endswith("has 1.10 MB, at most 1")


def test_broken_source_is_out_of_step(built):
    source_of(built).write_text("# %%\n1 +\n", encoding="utf-8")
    [found] = out_of_step(built, source_of(built))
    assert found.endswith("04_run.py:2: does not parse: invalid syntax")


def test_notebook_without_source_is_an_orphan(built):
    source_of(built).unlink()
    assert orphans(built) == [
        "lessons/04_run.ipynb: has no source",
        "solutions/04_run.ipynb: has no source",
    ]


# --- the command line -------------------------------------------------------


def test_check_of_notebooks_in_step_exits_with_0(built):
    assert main(["--check"], built) == 0


def test_check_of_notebooks_out_of_step_exits_with_1(course):
    assert main(["--check"], course) == 1


def test_check_writes_nothing(course):
    main(["--check"], course)
    assert list(course.source.parent.glob("*/*.ipynb")) == []


def test_one_lesson_can_be_named(course):
    other = course.source / "05_other.py"
    other.write_text("# %% [markdown]\n# # 05\n", encoding="utf-8")
    main(["5", "--lessons-only"], course)
    assert [p.name for p in course.lessons.iterdir()] == ["05_other.ipynb"]


def test_unknown_lesson_exits_with_1(course):
    assert main(["17"], course) == 1


def test_refused_source_is_said_and_exits_with_1(course, capsys):
    source_of(course).write_text("# %%\n1 +\n", encoding="utf-8")
    assert main(["--lessons-only"], course) == 1
    assert "04_run.py:2: does not parse" in capsys.readouterr().out
