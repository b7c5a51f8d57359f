"""Tables, bars, planes and shades in plain characters, 72 columns wide."""

import itertools

import numpy as np

BAR = 30
PLANE_ROWS, PLANE_COLUMNS = 10, 33
SHADES = " .:-=+*#%@"


def table(heads, rows):
    """Lay numbers out below their heads.

    Args:
        heads: list of names, one a column.
        rows: list of as many numbers each.

    Returns:
        list of lines.
    """
    return _columns(
        [heads, *([f"{number:.4g}" for number in row] for row in rows)]
    )


def pairs(asked, yours, most):
    """Lay points out in two columns, numbered from 1.

    Args:
        asked: float (n, 2).
        yours: float (m, 2).
        most: int, how many rows there may be.

    Returns:
        list of lines.
    """
    both = list(itertools.zip_longest(map(_point, asked), map(_point, yours)))
    rows = [
        [str(number), one or "-", other or "-"]
        for number, (one, other) in enumerate(both[:most], start=1)
    ]
    more = [["…", "…", "…"]] if len(both) > most else []
    return _columns([["", "asked", "yours"], *rows, *more])


def bars(edges, asked, yours):
    """Draw the shares in bins: a bar for yours, a mark for what was asked.

    Args:
        edges: float (n + 1,), the ends of the bins.
        asked: float (n,), shares, of 1 in all.
        yours: float (n,), likewise.

    Returns:
        list of lines.
    """
    longest = max(*asked, *yours)
    lines = _columns(
        [
            ["from", "to", "asked", "yours"],
            *(
                [f"{low:.3g}", f"{high:.3g}", f"{one:.1%}", f"{other:.1%}"]
                for low, high, one, other in zip(
                    edges, edges[1:], asked, yours, strict=False
                )
            ),
        ]
    )
    drawn = [
        _bar(round(one / longest * BAR), round(other / longest * BAR))
        for one, other in zip(asked, yours, strict=True)
    ]
    return [
        f"{line}  {bar}".rstrip()
        for line, bar in zip(lines, ["", *drawn], strict=True)
    ]


def plane(layers, span):
    """Put clouds of points into a plane, each with its own character.

    Args:
        layers: list of (character, float (n, 2)), later ones on top.
        span: the lower left and the upper right corner, float (2,) each.

    Returns:
        list of lines, the largest second number on top.
    """
    low, high = span
    size = np.array([PLANE_COLUMNS - 1, PLANE_ROWS - 1])
    canvas = np.full((PLANE_ROWS, PLANE_COLUMNS), " ")
    for sign, points in layers:
        column, row = ((points - low) / (high - low) * size).round().T
        canvas[PLANE_ROWS - 1 - row.astype(int), column.astype(int)] = sign
    return ["".join(row) for row in canvas]


def shades(image, low, high):
    """Turn numbers into characters, two rows of numbers a line.

    Args:
        image: float (rows, columns).
        low: float, the number of the lightest character.
        high: float, that of the darkest.

    Returns:
        list of lines; "?" stands where a number is not finite.
    """
    halves = np.stack([image[:-1:2], image[1::2]]).mean(axis=0)
    steps = (halves - low) / ((high - low) or 1) * (len(SHADES) - 1)
    return [
        "".join(
            SHADES[round(step)] if np.isfinite(step) else "?" for step in row
        )
        for row in steps
    ]


def beside(left, right):
    """Put two blocks of lines side by side.

    Args:
        left: list of lines.
        right: list of as many lines.

    Returns:
        list of lines.
    """
    width = max(map(len, left))
    return [
        f"  {one:{width}} | {other}".rstrip()
        for one, other in zip(left, right, strict=True)
    ]


def _columns(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(f"{c:>{w}}" for c, w in zip(row, widths, strict=True))
        for row in rows
    ]


def _point(point):
    return f"({point[0]:.3g}, {point[1]:.3g})"


def _bar(mark, length):
    bar = f"{'#' * length:{mark + 1}}"
    return f"{bar[:mark]}|{bar[mark + 1 :]}"
