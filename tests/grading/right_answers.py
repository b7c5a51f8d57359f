"""The solutions as text, as learners might hand them in."""

import re
from pathlib import Path

from vae_course.grading.whole_class.records import Answer, Submission

SOURCE = Path(__file__).parents[2] / "source"


def right_answers():
    """Return a dict from each exercise's number to its solution's code."""
    answers = {}
    for path in sorted(SOURCE.glob("[0-9][0-9]_*.py")):
        text = path.read_text(encoding="utf-8")
        _, *parts = re.split(r"^# %%(.*)\n", text, flags=re.MULTILINE)
        for options, code in zip(parts[::2], parts[1::2], strict=True):
            stub = re.search(r'exercise="(.*?)" role="stub"', options)
            if stub:
                answers[stub[1]] = code
    return answers


def submission(answers):
    """Return a submission of a dict from exercise to code."""
    handed_in = tuple(Answer(*each) for each in answers.items())
    return Submission("a learner", handed_in, (), {})
