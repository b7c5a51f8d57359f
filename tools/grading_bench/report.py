"""From what was measured to the tables that are printed."""

from itertools import pairwise


def summarise(sizes, rivals):
    """Work out the ratios.

    Args:
        sizes: list of dict as `ours.grade` returns them, each with its
            "verdicts", from the smallest class to the largest.
        rivals: dict from a rival's name to a list of dict of "seconds".

    Returns:
        dict, for JSON: the cost of each submission more, in seconds,
        between each size and the next; and for each rival its submissions a
        minute and how many times as many are ours, the start counted and
        not, in the largest class.
    """
    more = [
        (b["seconds"] - a["seconds"]) / (b["n"] - a["n"])
        for a, b in pairwise(sizes)
    ]
    largest, told = sizes[-1], {}
    for name, runs in rivals.items():
        if runs:
            speed = 60 * len(runs) / sum(each["seconds"] for each in runs)
            warm = largest["per_minute_warm"]
            told[name] = {
                "n": len(runs),
                "per_minute": speed,
                "ratio": largest["per_minute"] / speed,
                "ratio_warm": warm and warm / speed,
            }
    return {"seconds_for_one_more": more, "rivals": told}


def tables(told):
    """Write what was measured as Markdown.

    Args:
        told: dict, as it stands in the JSON file.

    Returns:
        str.
    """
    lines = [
        "| submissions | jobs | seconds | first after, s | a minute | after "
        "the start | peak, MiB | verdicts | false passes | false fails |",
        "|---:" * 10 + "|",
    ]
    lines += map(_row, told["sizes"])
    for (a, b), more in zip(
        pairwise(told["sizes"]),
        told["summary"]["seconds_for_one_more"],
        strict=True,
    ):
        lines.append(f"\n{a['n']} to {b['n']}: {more:.2f} s for one more")
    if told["summary"]["rivals"]:
        jobs = told["sizes"][-1]["jobs"]
        lines += [
            "",
            f"| by one process | submissions | a minute | ours, {jobs} jobs ÷ "
            "this | after the start |",
            "|---|" + "---:|" * 4,
        ]
    for name, rival in told["summary"]["rivals"].items():
        cells = name, rival["n"], _number(rival["per_minute"], 2)
        ratios = map(_number, (rival["ratio"], rival["ratio_warm"]))
        lines.append(_cells(*cells, *ratios))
    for size in told["sizes"]:
        for kind in ("false_passes", "false_fails"):
            lines += (_line(kind, each) for each in size["verdicts"][kind])
    return "\n".join(lines)


def _row(size):
    verdicts = size["verdicts"]
    wrong = (len(verdicts[f"false_{kind}"]) for kind in ("passes", "fails"))
    speeds = (size[key] for key in ("per_minute", "per_minute_warm"))
    return _cells(
        size["n"],
        size["jobs"],
        *map(_number, (size["seconds"], size["start"], *speeds)),
        _number(size["peak_mib"], 0),
        verdicts["verdicts"],
        *wrong,
    )


def _line(kind, case):
    what = {"false_passes": "pass", "false_fails": "fail"}[kind]
    return (
        f"\nfalse {what}: {case['exercise']} of {case['learner']}, "
        f"{case['status']} ({case['mistake']}): {case['origin']}"
    )


def _cells(*cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def _number(value, digits=1):
    return "–" if value is None else f"{value:,.{digits}f}"
