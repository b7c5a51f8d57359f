r"""The warm process: imports what lessons import, then forks for learners.

    python -P -m vae_course.grading.whole_class.worker \
        LESSONS SCRATCH LIMITS taken|kept

It computes nothing, never sees an answer, and gives back a clean scratch.
"""

import gc
import importlib
import os
import shutil
import sys
from pathlib import Path

from vae_course.grading.whole_class import linux
from vae_course.grading.whole_class.frames import Broken, Channel
from vae_course.grading.whole_class.guard import LOST, guard
from vae_course.grading.whole_class.limits import Limits
from vae_course.grading.whole_class.spoiled import State

READY, BEGIN = b"ready", b"begin"
MODULES = (
    "tensorflow",
    "keras",
    "matplotlib.pyplot",
    "scipy.integrate",
    "scipy.special",
    "scipy.stats",
    "numpy.testing",
    "IPython.display",
    "unittest.mock",
    "vae_course.checks.tiny_layers",
)


def main(lessons, scratch, limits, network):
    """Serve until there are no requests.

    Args:
        lessons: str, folder of the lessons as they are handed out.
        scratch: str, folder to write to.
        limits: str of `Limits.as_text`.
        network: "kept" where nobody took the network away.
    """
    linux.drop_root()
    outside = _take_streams(Limits.from_text(limits).frame)
    exam = _warm_up(Path(lessons), Limits.from_text(limits))
    linux.hide()
    linux.adopt_orphans()
    gc.collect()
    gc.freeze()
    try:
        outside.send(READY)
        _serve(
            exam,
            State(Path(scratch)),
            outside,
            Limits.from_text(limits),
            network,
        )
    except Broken:
        return


def _serve(exam, state, outside, limits, network):
    while True:
        if outside.receive() != BEGIN:
            # Left over from a learner's process that was ended.
            continue
        number = os.fork()
        if not number:
            _guard(exam, state, outside, limits, network != "kept")
        _, status = os.waitpid(number, 0)
        if status:
            outside.send(LOST + b"ended")
        if not linux.end_descendants() or not _is_emptied(state.scratch):
            return


def _guard(*args):
    """Run `guard` in a forked process, which ends with it."""
    try:
        guard(*args)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _take_streams(most):
    """Keep the pipes to the outside from whatever prints or reads."""
    outside = Channel(os.dup(0), os.dup(1), most)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return outside


def _warm_up(lessons, limits):
    """Import all that is needed and read the lessons; return the exam."""
    for module in MODULES:
        importlib.import_module(module)
    from vae_course.checks import checks_of_lesson
    from vae_course.grading.whole_class.exam import Exam
    from vae_course.grading.whole_class.pristine import read_lessons
    from vae_course.grading.whole_class.probes.probe import all_probes

    read = read_lessons(lessons)
    for lesson in read:
        for check in checks_of_lesson(lesson):
            check.library()
    return Exam(read, all_probes(), limits.check)


def _is_emptied(scratch):
    """Empty the scratch folder; where that fails, this process is done."""
    for path in scratch.iterdir():
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except (OSError, RecursionError):
            return False
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
