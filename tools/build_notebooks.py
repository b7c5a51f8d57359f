"""Build lessons/ and solutions/ from source/."""

import argparse
import sys
from pathlib import Path

from notebooks.course import Course, build, orphans, out_of_step
from notebooks.source import BrokenSource

from vae_course.checks import checks_of_lesson

ROOT = Path(__file__).resolve().parents[1]
COURSE = Course(
    ROOT / "source", ROOT / "lessons", ROOT / "solutions", checks_of_lesson
)


def main(arguments=None, course=COURSE):
    """Run the command line; return the exit status."""
    options = _options(arguments)
    paths = course.sources(options.lesson)
    if options.lesson and not paths:
        print(f"{course.source.name}/: no source of lesson {options.lesson}")
        return 1
    if options.check:
        return _check(course, paths, whole=not options.lesson)
    done = [_build(course, path, options) for path in paths]
    return 0 if all(done) else 1


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "lesson", nargs="?", help="two digits, such as 03; without: all"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check",
        action="store_true",
        help="write nothing; say what is out of step, and exit with 1",
    )
    what.add_argument(
        "--lessons-only", action="store_true", help="leave solutions/ alone"
    )
    what.add_argument(
        "--execute",
        action="store_true",
        help="run solutions, also where their code is the same as before",
    )
    return parser.parse_args(arguments)


def _check(course, paths, whole):
    problems = orphans(course) if whole else []
    for path in paths:
        problems += out_of_step(course, path)
    print("\n".join(problems) or f"in step: {len(paths)} sources")
    return 1 if problems else 0


def _build(course, path, options):
    try:
        build(
            course,
            path,
            solutions=not options.lessons_only,
            force=options.execute,
        )
    except BrokenSource as broken:
        print(broken)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
