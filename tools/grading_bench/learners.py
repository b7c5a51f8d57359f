"""Learners of many kinds, and the folders and zips that they hand in."""

import itertools
import json
import random
import zipfile
from dataclasses import dataclass, field

from grading_bench.hostile import DECEIT, read_hostile
from vae_course.checks import lesson_of

# In this order, over and over: a class of any size has its share of each.
KINDS = "right", "mixed", "mixed", "unfinished", "hostile"
HOSTILE_ANSWERS = 2
ZIPPED = 4


@dataclass(frozen=True)
class Learner:
    """One learner.

    Attributes:
        name: str.
        kind: str, one of KINDS.
        answers: dict from the number of an exercise to `Known`.
        zipped: bool, whether a zip is handed in.
        lost: set of the lessons that are not handed in.
    """

    name: str
    kind: str
    answers: dict
    zipped: bool
    lost: set = field(default_factory=set)

    def truth(self):
        """Map each exercise to whether it must pass."""
        return {
            number: known.right and lesson_of(number) not in self.lost
            for number, known in self.answers.items()
        }


def make_learners(count, pools, seed):
    """Make a class, the same for the same seed.

    The first of a larger class are those of a smaller one.

    Args:
        count: int, how many.
        pools: what `read_pools` returned.
        seed: int.

    Returns:
        list of `Learner`.
    """
    attacks = _attacks(pools, random.Random(seed))
    return [
        _make(number, pools, attacks, random.Random(f"{seed} {number}"))
        for number in range(count)
    ]


def _make(number, pools, attacks, rng):
    kind = KINDS[number % len(KINDS)]
    draw = {"right": "draw_right"}.get(kind, "draw")
    answers = {each: getattr(pools[each], draw)(rng) for each in pools}
    lost = set()
    if kind == "unfinished":
        first = rng.randrange(len(pools))
        for each in list(pools)[first:]:
            answers[each] = pools[each].stub
        lessons = sorted({lesson_of(each) for each in pools})
        lost = set(rng.sample(lessons, len(lessons) // 4))
    if kind == "hostile":
        for attack in itertools.islice(attacks, HOSTILE_ANSWERS):
            known = attack(rng)
            answers[known.exercise] = known
    _keep_apart(answers, pools, rng)
    zipped = number % ZIPPED == ZIPPED - 1
    return Learner(f"learner-{number:03}", kind, answers, zipped, lost)


def _keep_apart(answers, pools, rng):
    """Let no right answer stand on another that is in a style of its own.

    Two that are right may not fit together: what one of them returns is
    slow, or of another type than the other counts on.
    """
    for number, pool in pools.items():
        below = [answers[each] for each in pool.stands_on]
        if answers[number].right and any(e.right and e.alone for e in below):
            answers[number] = pool.draw_alone(rng)


def _attacks(pools, rng):
    """Yield functions that draw one hostile answer each, without end."""
    codes, functions = (
        read_hostile(),
        [each for each in pools if pools[each].exercise.is_function()],
    )
    names = [*codes, *DECEIT]
    while True:
        rng.shuffle(names)
        for name in names:
            if name in codes:
                pool = pools[rng.choice(list(pools))]
                yield lambda own, pool=pool, name=name: pool.draw_harmful(
                    own, codes[name], name
                )
            else:
                pool = pools[rng.choice(functions)]
                yield lambda own, pool=pool, name=name: pool.deceitful(name)


def hand_in(learner, templates, folder):
    """Write what a learner hands in.

    Args:
        learner: `Learner`.
        templates: list of Path, the notebooks as they are handed out.
        folder: Path of the whole class.
    """
    files = {
        path.name: answered(path, learner.answers)
        for path in templates
        if path.name[:2] not in learner.lost
    }
    if learner.zipped:
        with zipfile.ZipFile(folder / f"{learner.name}.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(f"{learner.name}/{name}", content)
        return
    (folder / learner.name).mkdir(parents=True)
    for name, content in files.items():
        (folder / learner.name / name).write_text(content, encoding="utf-8")


def answered(path, answers):
    """Return a notebook as text, with answers in the place of its stubs.

    Args:
        path: Path of the notebook as it is handed out.
        answers: dict from the number of an exercise to `Known`.
    """
    notebook, cells = json.loads(path.read_text(encoding="utf-8")), []
    for cell in notebook["cells"]:
        tag = cell["metadata"].get("vae_course", {})
        if tag.get("role") == "stub":
            known = answers[tag["exercise"]]
            if known.helpers:
                own = {"id": f"{cell['id']}-own", "metadata": {}}
                cells.append({**cell, **own, "source": known.helpers})
            cell["source"] = known.source
        cells.append(cell)
    return json.dumps({**notebook, "cells": cells})
