"""Time the course's training beside two known programs; print a table.

    python tools/bench_training.py --target 132.7
    python tools/bench_training.py --whole all --out bench_training.json
    python tools/bench_training.py --whole published --only published,dense-1
    python tools/bench_training.py --target bench_training.json

Each contestant trains in a process of its own, one after another, and all of
them once before any comes again. The clock runs from images as they are
stored to the end of an epoch: it counts their preparation, the building of
the model and all compilation, and neither imports nor the losses on test
images. The slow ones train some seconds only, for their speed and memory;
those that --whole names train their five epochs, which takes minutes each.
What was measured by then is in the file after every training.

The target is the published program's loss on the test images at its end,
500 × the mean cross-entropy over 1,024 pixels + KL: given by --target, as a
number or the file of an earlier run, else measured, which needs --whole. All
train for that loss, but Keras's example, which weighs the KL term by one half
of it. Nothing is asserted: machines differ, ratios count.
"""

import argparse
import json
import os
import statistics
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

# Before the children import TensorFlow, and heard by them all.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from training_bench import report  # noqa: E402

SECONDS_OF_SLOW = 20.0
PUBLISHED = "published"


def main():
    """Measure, write the file as it grows, print the table."""
    options = _options()
    results = []
    with _processes() as processes:
        titles, slow = processes.submit(_contestants).result()
        machine = processes.submit(_machine).result()
        names = options.only.split(",") if options.only else list(titles)
        for result in _measure_all(processes, names, slow, options):
            results.append(result)
            told = {"machine": machine, **_conclude(results, titles, options)}
            if options.out:
                options.out.write_text(json.dumps(told, indent=1) + "\n")
    print(_heading(told))
    print(report.table(told["medians"], titles, told["published_seconds"]))


def _conclude(results, titles, options):
    """Take medians, and say how long the published program took."""
    target = _target(options.target, results)
    medians = report.summarise(results, target)
    own_seconds, measured = None, False
    if PUBLISHED in medians:
        shown = 2 * 500 if options.tiny else 5 * 60_000
        own_seconds, measured = report.own_time(medians[PUBLISHED], shown)
        # Its own end is the target, whatever single runs of it come to.
        medians[PUBLISHED]["to_target"] = own_seconds
    return {
        "n_runs": options.runs,
        "target": target,
        "published_seconds": own_seconds,
        "published_seconds_measured": measured,
        "titles": {name: titles[name] for name in medians},
        "medians": medians,
        "runs": results,
    }


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--whole", default="", help="slow ones to train to their end, or all"
    )
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--only", help="names, separated by commas")
    parser.add_argument("--target", help="a loss, or a file of a run")
    parser.add_argument("--out", type=Path, help="a JSON file to be written")
    return parser.parse_args()


def _processes():
    """Have each task in a process of its own, with the imports done."""
    context = get_context("forkserver")
    # An installed module: where it imports this, it does not know our path.
    context.set_forkserver_preload(["vae_course.training"])
    return ProcessPoolExecutor(1, context, max_tasks_per_child=1)


def _measure_all(processes, names, slow, options):
    whole = slow if options.whole == "all" else options.whole.split(",")
    for run in range(options.runs):
        for name in names:
            part = name in slow and name not in whole and not options.tiny
            limit = SECONDS_OF_SLOW if part else None
            task = processes.submit(_measure, name, run, options.tiny, limit)
            yield task.result()


# Imported by the children alone, so that this process stays small.


def _contestants():
    from training_bench.contestants import CONTESTANTS

    titles = {name: c.title for name, c in CONTESTANTS.items()}
    return titles, [name for name, c in CONTESTANTS.items() if c.slow]


def _machine():
    from training_bench.measure import machine

    return machine()


def _measure(*arguments):
    from training_bench.measure import measure

    return measure(*arguments)


def _target(given, results):
    """Take the target that was given, else the published program's end."""
    if given is not None and given.endswith(".json"):
        return json.loads(Path(given).read_text())["target"]
    if given is not None:
        return float(given)
    losses = [
        result["epochs"][-1]["loss"]
        for result in results
        if result["name"] == PUBLISHED and result["epochs"]
    ]
    return statistics.median(losses) if losses else None


def _heading(told):
    machine, own_seconds = told["machine"], told["published_seconds"]
    lines = [f"{machine['device']}, Keras {machine['keras']}"]
    if own_seconds is not None:
        measured = told["published_seconds_measured"]
        how = "measured" if measured else "projected from its speed"
        lines.append(f"published program: {own_seconds:.0f} s, {how}")
    if told["target"] is not None:
        lines.append(f"target: {told['target']:.2f}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
