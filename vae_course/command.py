"""The command `vae-course`, for a terminal."""

import argparse
import sys
from pathlib import Path

from vae_course.grading.whole_class.options import add_grade


def main(arguments=None):
    """Run what the command line asks for.

    Args:
        arguments: list of str; None means those of the process.

    Returns:
        int, the exit code: 0 where all is well.
    """
    parser = argparse.ArgumentParser(
        prog="vae-course", description="Helpers for the VAE course."
    )
    commands = parser.add_subparsers(required=True)
    progress = commands.add_parser(
        "progress", help="show what is solved, from the saved notebooks"
    )
    progress.add_argument(
        "folder",
        nargs="?",
        help="where the notebooks are (lessons/, or this folder)",
    )
    progress.set_defaults(run=_progress)
    doctor = commands.add_parser(
        "doctor", help="say what is wrong with the installation"
    )
    doctor.add_argument(
        "folder", nargs="?", default=".", help="of the course (this one)"
    )
    doctor.set_defaults(run=_doctor)
    add_grade(commands).set_defaults(run=_grade)
    options = parser.parse_args(arguments)
    # A console that lacks a sign shows another, and nothing ends for it.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    return options.run(options)


def _progress(options):
    from vae_course.progress import read_progress, table

    lessons = Path("lessons")
    folder = options.folder or (lessons if lessons.is_dir() else ".")
    found = read_progress(folder)
    if not found:
        print(
            f"{folder}: expected the course's lessons, NN_name.ipynb, and "
            "found none",
            file=sys.stderr,
        )
        return 2
    print(table(found))
    return 0


def _doctor(options):
    from vae_course.doctor import examine

    sound = True
    for finding in examine(options.folder):
        print(finding, flush=True)
        sound = sound and not (finding.mend and finding.blocks)
    print("The course can start." if sound else "Mend the first problem.")
    return 0 if sound else 1


def _grade(options):
    if sys.platform != "linux":
        print(
            "vae-course grade: expected Linux, on whose processes and limits "
            f"its fence stands, got {sys.platform}",
            file=sys.stderr,
        )
        return 2
    from vae_course.grading.whole_class.grade import grade_class
    from vae_course.grading.whole_class.parts import PARTS

    return grade_class(options, PARTS)
