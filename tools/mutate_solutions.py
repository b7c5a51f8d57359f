"""Change every solution a little, many times; list what its check passes.

    python tools/mutate_solutions.py [5.5 | 05 ...] [--pairs 200]

A survivor is a hole in a check, or no slip at all. Those that were read and
found equivalent stand, with the reason, in tools/mutation/equivalent.toml.
The exit status is 0 where no other survives.
"""

import argparse
import contextlib
import io
import itertools
import os
import random
import sys
import tomllib
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from mutation.mutants import compiles, difference
from mutation.operators import apply, edits
from mutation.stubs import stubs

from vae_course.checks import ExerciseFailed, contract, lesson_of

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENT = Path(__file__).parent / "mutation" / "equivalent.toml"
TIME_LIMIT = 4.0


def main(arguments=None):
    """Print a row for each exercise; return the exit status."""
    options = _options(arguments)
    known = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    contract.TIME_LIMIT = TIME_LIMIT
    print("exercise  mutants  killed  by name  equivalent  alive")
    alive = 0
    for path in sorted((ROOT / "source").glob("*.py")):
        if not _wanted(path.name[:2], options.chosen):
            continue
        for stub in stubs(path):
            if _is_chosen(stub.check.exercise, options.chosen):
                reasons = known.get(stub.check.exercise, {})
                alive += _print_row(stub, options.pairs, reasons)
    return 1 if alive else 0


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chosen", nargs="*", help="such as 5.5, or 05")
    parser.add_argument(
        "--pairs",
        type=int,
        default=0,
        metavar="N",
        help="in place of single changes, N pairs of them",
    )
    return parser.parse_args(arguments)


def _wanted(lesson, chosen):
    return not chosen or any(lesson_of(name) == lesson for name in chosen)


def _is_chosen(exercise, chosen):
    return not chosen or bool({exercise, lesson_of(exercise)} & set(chosen))


def _print_row(stub, pairs, reasons):
    fates, survivors = judge_mutants(stub, pairs)
    alive = [name for name in survivors if name not in reasons]
    print(
        f"{stub.check.exercise:8} {fates.total():8} "
        f"{fates.total() - fates['alive']:7} {fates['named']:8} "
        f"{len(survivors) - len(alive):11} {len(alive):6}",
        flush=True,
    )
    for name in alive:
        print(f"    {name}")
    return len(alive)


def judge_mutants(stub, pairs=0):
    """Judge every mutant of a stub.

    Args:
        stub: a `Stub`.
        pairs: int; where not 0, that many pairs of changes in place of
            single ones, drawn with a fixed seed.

    Returns:
        Counter of "named", "unnamed" and "alive"; and the survivors, each
        as what was there and what stands there now.
    """
    tree = stub.tree()
    fates, survivors = Counter(), []
    seen = {apply(tree)}
    for chosen in _choose(edits(tree, stub.answer), pairs):
        source = apply(tree, *chosen)
        if source in seen or not compiles(source):
            continue
        seen.add(source)
        fate = _fate(stub, source)
        fates[fate] += 1
        if fate == "alive":
            survivors.append(difference(apply(tree), source))
    return fates, survivors


def _choose(single, pairs):
    if not pairs:
        return [(edit,) for edit in single]
    both = [
        (one, other)
        for one, other in itertools.combinations(single, 2)
        if one.place != other.place
    ]
    return random.Random(0).sample(both, min(pairs, len(both)))


def _fate(stub, source):
    """Tell whether a mutant passes, and if not, whether its slip is named."""
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        try:
            stub.check(stub.make(source))
        except ExerciseFailed as failure:
            return "named" if failure.mistake else "unnamed"
        except Exception:
            # It breaks before it reaches its check.
            return "unnamed"
    return "alive"


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    sys.exit(main())
