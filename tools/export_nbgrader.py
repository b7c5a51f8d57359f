"""Write the lessons as a course of nbgrader's, one assignment a lesson."""

import argparse
import sys
from pathlib import Path

from build_notebooks import COURSE
from notebooks.nbgrader import export
from notebooks.source import BrokenSource


def main(arguments=None, course=COURSE):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the nbgrader course")
    parser.add_argument(
        "lessons", nargs="*", help="two digits each, as in 03 05; without: all"
    )
    options = parser.parse_args(arguments)
    paths = []
    for number in options.lessons or [None]:
        found = course.sources(number)
        if not found:
            print(f"{course.source.name}/: no source of lesson {number}")
            return 1
        paths += found
    try:
        export(course, paths, options.folder)
    except (BrokenSource, OSError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
