"""Time the graders; print tables.

    python tools/bench_grading.py class --sizes 5,50,200 --rivals 4
    python tools/bench_grading.py class --lessons 03,05 --out told.json
    python tools/bench_grading.py lessons

`class` has `vae-course grade` grade classes of learners: all right in many
styles, mixed, unfinished, and hostile. It is known of each answer whether it
is right. Wrong ones are solutions with one change that the mutation suite
finds killed, and answers that tests/checks/ has rejected; right ones are
solutions, changes that were read and found equivalent, and answers that
tests/checks/ has accepted. Every verdict that is another is listed. Some of
the same submissions, none of them hostile since nothing fences them in
there, are graded by nbgrader, and run by nbclient, between one class and the
next: by one process each, in one kernel after another.

`lessons` has `pytest --nbval` grade copies of the lessons.

Nothing is asserted: machines differ, ratios count.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from grading_bench import by_nbval, ours, report
from grading_bench.exercises import ROOT
from grading_bench.learners import hand_in, make_learners
from grading_bench.pool import read_pools


def main(arguments=None):
    """Run the command line."""
    options = _options(arguments)
    if options.what == "lessons":
        by_nbval.main()
        return
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        told = measure(options, Path(folder))
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    print(report.tables(told))


def measure(options, folder):
    """Grade classes of each size, and some of their learners otherwise.

    Args:
        options: of the command line.
        folder: Path of an empty folder.

    Returns:
        dict, for JSON.
    """
    sizes = sorted(map(int, options.sizes.split(",")))
    pools = read_pools(options.lessons and options.lessons.split(","))
    lessons = {pool.exercise.lesson for pool in pools.values()}
    templates = [
        path
        for path in sorted((ROOT / "lessons").glob("*.ipynb"))
        if path.name[:2] in lessons
    ]
    learners = make_learners(sizes[-1], pools, options.seed)
    peaceful = [each for each in learners if each.kind != "hostile"]
    waiting = peaceful[: options.rivals]
    rivals = _rivals(folder, templates, lessons) if waiting else []
    runs = {rival.name: [] for rival in rivals}
    told = {"seed": options.seed, "load": os.getloadavg(), "sizes": []}
    told["rivals"] = runs
    for number, size in enumerate(sizes):
        _say(f"{size} submissions")
        told["sizes"].append(
            _grade(folder / str(size), learners[:size], templates, options)
        )
        _keep(told, options.out)
        # Some after each class, all of them by the last.
        first, last = (
            len(waiting) * place // len(sizes)
            for place in (number, number + 1)
        )
        for learner in waiting[first:last]:
            for rival in rivals:
                _say(f"{rival.name}: {learner.name}")
                told_of = {"learner": learner.name, **rival.grade(learner)}
                runs[rival.name].append(told_of)
                _keep(told, options.out)
    return told


def _keep(told, path):
    """Work out the ratios so far, and write what was measured by now."""
    told["summary"] = report.summarise(told["sizes"], told["rivals"])
    if path:
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _grade(folder, learners, templates, options):
    submissions, out = folder / "class", folder / "results"
    submissions.mkdir(parents=True)
    for learner in learners:
        hand_in(learner, templates, submissions)
    numbers = ours.grade(submissions, out, options.jobs, options.seed)
    return {**numbers, "verdicts": ours.verdicts(learners, out)}


def _rivals(folder, templates, lessons):
    # They bring nbgrader and its database with them.
    from grading_bench.rivals import Nbclient, Nbgrader

    nbgrader = Nbgrader(folder / "nbgrader", sorted(lessons))
    return [nbgrader, Nbclient(templates, folder)]


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("lessons", help="by pytest --nbval")
    each = commands.add_parser("class", help="by vae-course grade")
    each.add_argument("--sizes", default="5,50,200", help="(%(default)s)")
    each.add_argument("--lessons", help="two digits each; without: all")
    each.add_argument("--jobs", type=int, default=2)
    each.add_argument("--seed", type=int, default=7)
    each.add_argument(
        "--rivals",
        type=int,
        default=0,
        metavar="N",
        help="how many submissions others grade as well (%(default)s)",
    )
    each.add_argument("--scratch", type=Path, help="a folder to work in")
    each.add_argument(
        "--out", type=Path, help="a JSON file, written as it grows"
    )
    return parser.parse_args(arguments)


def _say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
