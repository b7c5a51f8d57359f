"""What makes ``pytest --nbval lessons/`` a grader.

Without ``--nbval`` nothing here does anything. Each code cell of a lesson is
a test, each exercise is counted once, by its check.
"""

from pluggy import HookimplMarker

from vae_course.grading import RESULT

# pytest.hookimpl is this; taken from here, it costs no import of pytest.
hookimpl = HookimplMarker("pytest")

NBVAL_TIMEOUT, TIMEOUT = 2000, 300.0
# Editors write such notebooks, and a scratch notebook beside the lessons
# must not stop a run whose configuration turns warnings into errors.
NOTEBOOK_WARNINGS = "Cell is missing an id field", "Non-unique cell id"
COLOURS = {
    "passed": {"green": True},
    "failed": {"red": True},
    "blocked": {"yellow": True},
    "not started": {},
}


def pytest_addoption(parser):
    """Offer the option that demands every exercise."""
    group = parser.getgroup("vae_course", "VAE course")
    group.addoption(
        "--all-solved",
        action="store_true",
        help="with --nbval: an exercise that is not started fails",
    )


@hookimpl(tryfirst=True)
def pytest_configure(config):
    """Set what ``--nbval`` needs to grade lessons, unless it was set."""
    if not _is_grading(config):
        return
    option = config.option
    option.nbval_lax = True
    option.nbval_current_env = option.nbval_kernel_name is None
    if option.nbval_cell_timeout == NBVAL_TIMEOUT:
        option.nbval_cell_timeout = TIMEOUT
    option.doctestmodules = False
    if getattr(option, "dist", None) == "load":
        option.dist = "loadfile"
    for message in NOTEBOOK_WARNINGS:
        config.addinivalue_line("filterwarnings", f"ignore:{message}")
    if option.reportchars == "fE":
        option.reportchars = ""


@hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect a lesson as ours; leave every other notebook to nbval."""
    collectors = yield
    if file_path.suffix != ".ipynb" or not _is_grading(parent.config):
        return collectors
    from vae_course.grading.cells import is_lesson
    from vae_course.grading.items import LessonFile

    if not is_lesson(file_path):
        return collectors
    return [LessonFile.from_parent(parent, path=file_path)]


def pytest_terminal_summary(terminalreporter):
    """Show the table of results and the next thing to do."""
    results = _merge(_results(terminalreporter))
    if not results:
        return
    write = terminalreporter.write_line
    terminalreporter.write_sep("=", "your exercises")
    for notebook in sorted({result["notebook"] for result in results}):
        here = [each for each in results if each["notebook"] == notebook]
        write(f"{notebook}  ({_sum(here)})", bold=True)
        for result in here:
            write(_row(result), **COLOURS[result["fate"]])
    write(f"In all: {_sum(results)}", bold=True)
    write(_next_step(results), bold=True)


def _is_grading(config):
    return config.getoption("nbval", False) or config.getoption(
        "nbval_lax", False
    )


def _results(reporter):
    """Collect what the tests told, also those of other processes."""
    return [
        result
        for reports in reporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, result in report.user_properties
        if name == RESULT
    ]


def _merge(results):
    """Keep the worst result of each exercise, in the order of numbers."""
    from vae_course.grading.verdicts import FATES

    merged = {}
    for result in sorted(
        results, key=lambda each: FATES.index(each["fate"]), reverse=True
    ):
        merged[result["notebook"], result["what"]] = result
    return sorted(merged.values(), key=_place)


def _place(result):
    exercise = result["exercise"] or "999.0"
    numbers = [int(part) for part in exercise.split(".")]
    return result["notebook"], numbers, result["what"]


def _points(result):
    return result["points"] if result["fate"] == "passed" else 0


def _sum(results):
    exercises = [each for each in results if each["exercise"]]
    solved = sum(each["fate"] == "passed" for each in exercises)
    return (
        f"{solved} of {len(exercises)} exercises, "
        f"{sum(map(_points, exercises))} of "
        f"{sum(each['points'] for each in exercises)} points"
    )


def _row(result):
    points = ""
    if result["exercise"]:
        points = f"{_points(result)}/{result['points']}"
    return (
        f"  {result['what']:36} {result['fate']:12} {points:>5}  "
        f"{result['mistake'] or ''}"
    ).rstrip()


def _next_step(results):
    for fate in ("failed", "not started"):
        for result in results:
            if result["fate"] == fate:
                return f"Next: {_where(result)}"
    return "Every exercise here is solved."


def _where(result):
    if not result["exercise"]:
        return f"{result['notebook']}, {result['what']}"
    lesson = int(result["exercise"].split(".")[0])
    return (
        f"lesson {lesson:02}, exercise {result['exercise']} in "
        f"{result['notebook']}"
    )
