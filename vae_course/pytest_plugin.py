"""What makes ``pytest --nbval lessons/`` a grader.

Without ``--nbval`` nothing here does anything. Each code cell of a lesson is
a test, each exercise is counted once, by its check.
"""

from pluggy import HookimplMarker

# pytest.hookimpl is this; taken from here, it costs no import of pytest.
hookimpl = HookimplMarker("pytest")

NBVAL_TIMEOUT, TIMEOUT = 2000, 300.0
# Editors write such notebooks, and a scratch notebook beside the lessons
# must not stop a run whose configuration turns warnings into errors.
NOTEBOOK_WARNINGS = "Cell is missing an id field", "Non-unique cell id"


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
    """Collect a lesson as ours; leave what is not beside one to nbval."""
    collectors = yield
    if file_path.suffix != ".ipynb" or not _is_grading(parent.config):
        return collectors
    from vae_course.grading.cells import is_lesson
    from vae_course.grading.items import LessonFile, OtherFile

    if is_lesson(file_path):
        return [LessonFile.from_parent(parent, path=file_path)]
    if any(map(is_lesson, file_path.parent.glob("*.ipynb"))):
        return [OtherFile.from_parent(parent, path=file_path)]
    return collectors


def pytest_terminal_summary(terminalreporter):
    """Show the table of results and the next thing to do."""
    results = _results(terminalreporter)
    if not results:
        return
    from vae_course.grading.table import table

    terminalreporter.write_sep("=", "your exercises")
    for line, markup in table(results):
        terminalreporter.write_line(line, **markup)


def _is_grading(config):
    return config.getoption("nbval", False) or config.getoption(
        "nbval_lax", False
    )


def _results(reporter):
    """Collect what the tests told, also those of other processes."""
    told = [
        dict(report.user_properties)
        for reports in reporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
    ]
    return [result for result in told if "points_possible" in result]
