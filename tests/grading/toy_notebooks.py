"""Toy notebooks in every state that learners leave them in."""

import json

NAMES = {"90.1": "double", "90.2": "square", "90.3": "halve"}
ANSWERS = {"90.1": "2 * x", "90.2": "x ** 2", "90.3": "0.5 * x"}
MESSAGE = "What do you see at x = 3?"


def code(source, tag=None, **changes):
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"vae_course": tag} if tag else {},
        "outputs": [],
        "source": source,
    }
    return cell | changes


def setup():
    source = "from vae_course.checks import lesson_90 as check"
    return code(source, {"role": "setup"})


def stub(number, body=None):
    body = body or f"return {ANSWERS[number]}"
    return stub_cell(number, f"def {NAMES[number]}(x):\n    {body}")


def stub_cell(number, source):
    return code(source, {"exercise": number, "role": "stub", "points": 1})


def check(number, source=None):
    name = NAMES[number]
    source = source or f"{name} = check.{name}({name})"
    return code(source, {"exercise": number, "role": "check", "points": 1})


def demo(number, right):
    return code(f"assert {NAMES[number]}(4) == {right}", {"role": "demo"})


def unanswered(number):
    body = f'raise NotImplementedError("Exercise {number}")'
    return [stub(number, body), check(number)]


def lesson(first=None, second=None, third=None):
    """Return a lesson's cells; each argument replaces an exercise's."""
    exercises = {"90.1": first, "90.2": second, "90.3": third}
    first, second, third = (
        [stub(number), check(number)] if cells is None else cells
        for number, cells in exercises.items()
    )
    return [
        setup(),
        *first,
        demo("90.1", 8),
        *second,
        demo("90.2", 16),
        *third,
        demo("90.3", 2),
    ]


def untouched():
    return lesson(*map(unanswered, NAMES))


def write(path, cells, kernel="python3", language="python"):
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel},
            "language_info": {"name": language},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook), encoding="utf-8")
