"""The table of results that a run ends with."""

from vae_course.grading.verdicts import FATES

COLOURS = {
    "passed": {"green": True},
    "failed": {"red": True},
    "blocked": {"yellow": True},
    "not started": {},
}


def table(results):
    """Write a table by notebook and exercise, and what to do next.

    Args:
        results: list of dict, each a test's properties (`items.CellItem`).

    Returns:
        list of (line, dict of how pytest's terminal should mark it).
    """
    results, lines, bold = _merge(results), [], {"bold": True}
    for notebook in sorted({result["notebook"] for result in results}):
        here = [each for each in results if each["notebook"] == notebook]
        lines.append((f"{notebook}  ({_sum(here)})", bold))
        for result in here:
            lines.append((_row(result), COLOURS[result["status"]]))
    lines.append((f"In all: {_sum(results)}", bold))
    lines.append((_next_step(results), bold))
    return lines


def _merge(results):
    """Keep the worst result of each exercise, in the order of numbers."""
    merged = {}
    for result in sorted(
        results, key=lambda each: FATES.index(each["status"]), reverse=True
    ):
        merged[result["notebook"], result["what"]] = result
    return sorted(merged.values(), key=_place)


def _place(result):
    exercise = result["exercise"] or "999.0"
    numbers = [int(part) for part in exercise.split(".")]
    return result["notebook"], numbers, result["what"]


def _sum(results):
    exercises = [each for each in results if each["exercise"]]
    solved = sum(each["status"] == "passed" for each in exercises)
    return (
        f"{solved} of {len(exercises)} exercises, "
        f"{sum(each['points'] for each in exercises)} of "
        f"{sum(each['points_possible'] for each in exercises)} points"
    )


def _row(result):
    points = ""
    if result["exercise"]:
        points = f"{result['points']}/{result['points_possible']}"
    why = result["mistake"]
    if result["status"] == "blocked":
        why = result["message"].split(": ")[0].removeprefix("blocked ")
    return (
        f"  {result['what']:36} {result['status']:12} {points:>5}  {why}"
    ).rstrip()


def _next_step(results):
    for fate in ("failed", "not started"):
        for result in results:
            if result["status"] == fate:
                return f"Next: {_where(result)}"
    return "Every exercise here is solved."


def _where(result):
    if not result["exercise"]:
        return f"{result['notebook']}, {result['what']}"
    lesson = int(result["exercise"].split(".")[0])
    return (
        f"lesson {lesson:02}, exercise {result['exercise']} in "
        f"{result['notebook']}"
    )
