"""From the numbers of all runs to one table."""

import statistics


def summarise(results, target):
    """Take medians over the runs of each contestant.

    Args:
        results: list of dicts, as `measure` returns them.
        target: float, the loss to be reached, or None.

    Returns:
        dict from the contestant's name to a dict of medians; None where a
        number was not measured, or the loss not reached in every run.
    """
    names = dict.fromkeys(result["name"] for result in results)
    return {
        name: _medians([r for r in results if r["name"] == name], target)
        for name in names
    }


def _medians(runs, target):
    numbers = {
        key: statistics.median(run[key] for run in runs)
        for key in ("images_a_second", "first_call", "peak_mib")
    }
    for key in ("seconds", "loss", "negative_elbo"):
        last = [run["epochs"][-1][key] for run in runs if run["epochs"]]
        numbers[key] = statistics.median(last) if last else None
    times = [seconds_to(target, run["epochs"]) for run in runs]
    reached = None not in times
    numbers["to_target"] = statistics.median(times) if reached else None
    return numbers


def seconds_to(target, epochs):
    """Find the end of the first epoch with that loss or less, or None."""
    if target is None:
        return None
    reached = (e["seconds"] for e in epochs if e["loss"] <= target)
    return next(reached, None)


def own_time(published, n_images):
    """Say how long the published program takes, and how we know.

    Args:
        published: dict of its medians.
        n_images: int, how many images its five epochs show in all.

    Returns:
        float, seconds, and bool, whether they were measured. What was not
        measured is its first call, then all images at its speed.
    """
    if published["seconds"] is not None:
        return published["seconds"], True
    speed = published["images_a_second"]
    return published["first_call"] + n_images / speed, False


def table(medians, titles, own_seconds):
    """Write the medians as Markdown.

    Args:
        medians: as `summarise` returns them.
        titles: dict from names to what they are called.
        own_seconds: float, of the published program, or None without it.

    Returns:
        str.
    """
    lines = [
        "| | images a second | first call, s | all epochs, s | to the target,"
        " s | published ÷ this | loss | −ELBO, nats | peak, MiB |",
        "|---|" + "---:|" * 8,
    ]
    for name, row in medians.items():
        to_target = row["to_target"]
        known = own_seconds and to_target
        cells = [
            titles[name],
            f"{row['images_a_second']:,.0f}",
            _number(row["first_call"]),
            _number(row["seconds"]),
            _number(to_target),
            _number(own_seconds / to_target if known else None),
            _number(row["loss"], 2),
            _number(row["negative_elbo"], 2),
            f"{row['peak_mib']:,.0f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value, digits=1):
    return "–" if value is None else f"{value:,.{digits}f}"
