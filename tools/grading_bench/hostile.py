"""Wrong answers that harm, and wrong answers that deceive."""

from dataclasses import replace

from grading_bench.exercises import ROOT
from grading_bench.known import Known
from grading_bench.module import Module

TESTS = ROOT / "tests" / "grading" / "test_worker.py"
# Where the sandbox had a hole, it would end whatever this user runs.
LEFT_OUT = {"kill of all"}
LIBRARY = """\
from vae_course.checks import library_version
_, {name} = library_version("{number}")"""
CALL_OF_LIBRARY = """\
def {name}(*args, **kwargs):
    from vae_course.checks import library_version
    return library_version("{number}")[1](*args, **kwargs)"""
IN_PUBLIC_ALONE = """\
{solution}


def _in_public_alone(right):
    import functools, sys

    @functools.wraps(right)
    def answer(*args, **kwargs):
        frame = sys._getframe()
        while frame:
            if ".probes." in frame.f_globals.get("__name__", ""):
                return 0.0
            frame = frame.f_back
        return right(*args, **kwargs)

    return answer


{name} = _in_public_alone({name})"""
DECEIT = {
    "the library's own": LIBRARY,
    "a call of the library's own": CALL_OF_LIBRARY,
    "right where it shows": IN_PUBLIC_ALONE,
}


def read_hostile():
    """Return a dict from a name to code that a worker has to survive."""
    module, names = Module(TESTS), {}
    both = "{**HOSTILE, **SLY}"
    for each in module.needed(both):
        exec(each.code, names)
    found = eval(both, names)
    return {name: found[name] for name in found if name not in LEFT_OUT}


def harmful(code, name, wrong):
    """Put code above a wrong answer: whatever it does, it earns nothing.

    Args:
        code: str, what `read_hostile` has by that name.
        name: str.
        wrong: `Known`.
    """
    return replace(
        wrong,
        origin=f"hostile: {name}, above {wrong.origin}",
        source=f"{code}\n{wrong.source}",
        hostile=True,
    )


def deceitful(exercise, name):
    """Make an answer that does not do its own work, or not for all inputs.

    Args:
        exercise: `Exercise`, of a function.
        name: str, a key of DECEIT.
    """
    source = DECEIT[name].format(
        name=exercise.name,
        number=exercise.number,
        solution=exercise.solution,
    )
    origin = f"hostile: {name}"
    return Known(exercise.number, origin, source, False, hostile=True)
