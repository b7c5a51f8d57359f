"""The class graded by `vae-course grade`: time, memory and verdicts."""

import csv
import json
import os
import subprocess
import sys
import time

from grading_bench.exercises import ROOT
from grading_bench.memory import Peak

COMMAND = "import sys; from vae_course.command import main; sys.exit(main())"
PASSED = "passed"


def grade(folder, out, jobs, seed):
    """Grade a class in a process of its own.

    Args:
        folder: Path of the class.
        out: Path of the results.
        jobs: int, how many submissions at a time.
        seed: int, of the hidden inputs.

    Returns:
        dict of numbers, for JSON. "seconds" is all of it, "start" the time
        until the first record, "per_minute_warm" the speed from then on
        until the last.
    """
    command = [sys.executable, "-c", COMMAND, "grade", folder]
    command += ["--out", out, "--jobs", jobs, "--seed", seed]
    log = out.with_suffix(".log")
    began = time.time()
    with open(log, "wb") as stream:
        process = subprocess.Popen(
            list(map(str, command)), cwd=ROOT, stdout=stream, stderr=stream
        )
        with process, Peak(os.getpid()) as peak:
            process.wait()
    seconds = time.time() - began
    if process.returncode:
        raise RuntimeError(log.read_text(encoding="utf-8"))
    written = sorted(
        path.stat().st_mtime - began for path in out.glob("records/*.json")
    )
    return {
        "n": len(written),
        "jobs": jobs,
        "seconds": seconds,
        "start": written[0],
        "end": seconds - written[-1],
        "per_minute": 60 * len(written) / seconds,
        "per_minute_warm": _speed(written, jobs),
        "peak_mib": peak.mib,
        "shared_once": peak.shared_once,
    }


def _speed(written, jobs):
    """Return records a minute, without those that the start was part of."""
    first = min(jobs, len(written) - 1)
    span = written[-1] - written[first - 1] if first else 0.0
    return 60 * (len(written) - first) / span if span else None


def verdicts(learners, out):
    """Compare what came out with the truth.

    Args:
        learners: list of `Learner`.
        out: Path of the results.

    Returns:
        dict of how many verdicts there are, how many must pass, and the
        lists of false passes and false fails, with all there is to tell.
    """
    rows, records = _rows(out), _outcomes(out)
    told = {"verdicts": 0, "right": 0, "false_passes": [], "false_fails": []}
    for learner in learners:
        for number, right in learner.truth().items():
            row = rows[learner.name, number]
            told["verdicts"] += 1
            told["right"] += right
            if (row["status"] == PASSED) != right:
                kind = "false_fails" if right else "false_passes"
                outcome = records[learner.name, number]
                told[kind].append(_case(learner, number, outcome))
    told["seconds_of_hostile"] = sum(
        records[learner.name, number]["seconds"]
        for learner in learners
        for number, known in learner.answers.items()
        if known.hostile and (learner.name, number) in records
    )
    return told


def _rows(out):
    with open(out / "grades.csv", encoding="utf-8-sig") as stream:
        return {
            (row["learner"], row["exercise"]): row
            for row in csv.DictReader(stream)
        }


def _outcomes(out):
    records = map(json.loads, map(_text, out.glob("records/*.json")))
    return {
        (record["learner"], outcome["exercise"]): outcome
        for record in records
        for outcome in record["outcomes"]
    }


def _text(path):
    return path.read_text(encoding="ascii")


def _case(learner, number, outcome):
    known = learner.answers[number]
    return {
        "learner": learner.name,
        "exercise": number,
        "origin": known.origin,
        "status": outcome["status"],
        "mistake": outcome["mistake"],
        "message": outcome["message"],
        "helpers": known.helpers,
        "source": known.source,
    }
