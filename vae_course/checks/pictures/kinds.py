"""Pictures of what was asked beside what came, for messages that teach.

Each kind holds numbers alone and has two faces: `draw()` gives a figure for
a notebook, `lines()` the same in characters for a terminal and a grader.
`tells()` says whether a reader would see a difference; a check leaves a
picture out that shows none. Nothing here imports Matplotlib until it draws.
"""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from vae_course.checks.compare import as_array
from vae_course.checks.pictures import characters

VISIBLE = 0.01
# Of 20,000 right draws the distance exceeds this less than once in 10^15.
VISIBLE_SHARE = 0.03
# Two clouds of 600 points with one distribution stay below 0.15.
VISIBLE_CLOUD = 0.2
FEW = 12
# So many heights of the asked curve is yours followed above it and below.
FOLLOWED = 3
# So far beside its place is a tangent compared with its curve, in numbers.
STEP = 0.1


@dataclass(frozen=True, eq=False)
class Curves:
    """A function of one variable, as it was asked for and as it came.

    Args:
        title: one line that says what is drawn.
        x: float (n,), where it was computed, in order.
        asked: float (n,), what was asked for there, finite.
        yours: float (n,), what came; entries may be infinite or NaN.
        x_label: name and unit of x, at most 24 characters.
        y_label: name and unit of the values.
        visible: float, the share of the asked curve's height by which
            curves must part to tell something; more where yours is chance.

    Raises:
        ValueError: if the shapes differ or nothing of yours is finite.
        ExerciseFailed: if something holds no numbers.
    """

    title: str
    x: np.ndarray
    asked: np.ndarray
    yours: np.ndarray
    x_label: str
    y_label: str
    visible: float = VISIBLE

    def __post_init__(self):
        _keep_numbers(self, "x", "asked", "yours")
        _demand_one_shape(self.x, self.asked, self.yours)
        _demand_something_finite(self.yours)

    def span(self):
        """Return the lowest and the highest value that is drawn.

        Yours is followed no further than leaves the asked one a shape.
        """
        low, high = self.asked.min(), self.asked.max()
        reach = FOLLOWED * _height(self.asked)
        yours = self.yours[np.isfinite(self.yours)]
        yours = yours.clip(low - reach, high + reach)
        return min(low, yours.min()), max(high, yours.max())

    def tells(self):
        """Say whether the curves part, or yours is not there somewhere."""
        return _differ(self.asked, self.yours, self.visible)

    def lines(self):
        """Return a table of all places if they are ten, else of nine."""
        shown = np.linspace(0, len(self.x) - 1, _rows_shown(len(self.x)))
        rows = np.transpose([self.x, self.asked, self.yours])
        return [
            f"{self.title}, {self.y_label}",
            *characters.table(
                [self.x_label, "asked", "yours"],
                rows[shown.round().astype(int)],
            ),
        ]

    def draw(self):
        """Return a Matplotlib figure of both curves."""
        from vae_course.checks.pictures import figures

        return figures.curves(self)


@dataclass(frozen=True, eq=False)
class Tangents:
    """A known curve, and lines that should touch it.

    The slopes that were asked for are not shown: whether a line touches is
    seen without them.

    Args:
        title: one line that says what is drawn.
        x: float (n,), where the curve was computed, in order.
        curve: float (n,), its values there, finite.
        places: float (k,), where slopes were asked for, at most ten of them
            and each a step of 0.1 or more before the end of x.
        asked: float (k,), the slopes that were asked for, finite.
        yours: float (k,), what came; entries may be infinite or NaN.
        x_label: name and unit of x, at most 24 characters.
        y_label: name and unit of the curve.

    Raises:
        ValueError: if the shapes differ or nothing of yours is finite.
        ExerciseFailed: if something holds no numbers.
    """

    title: str
    x: np.ndarray
    curve: np.ndarray
    places: np.ndarray
    asked: np.ndarray
    yours: np.ndarray
    x_label: str
    y_label: str

    def __post_init__(self):
        _keep_numbers(self, "x", "curve", "places", "asked", "yours")
        _demand_one_shape(self.x, self.curve)
        _demand_one_shape(self.places, self.asked, self.yours)
        _demand_something_finite(self.yours)

    def height_at(self, places):
        """Return the curve's height at other places."""
        return np.interp(places, self.x, self.curve)

    def tells(self):
        """Say whether a line does not touch, or is not there."""
        return _differ(self.asked, self.yours)

    def lines(self):
        """Return the curve and the lines, a small step to the right."""
        here = self.height_at(self.places)
        further = self.height_at(self.places + STEP)
        on_line = here + STEP * self.yours
        return [
            f"{self.title}, {self.y_label}",
            *characters.table(
                [self.x_label, "curve", f"{STEP} further", "on your line"],
                np.transpose([self.places, here, further, on_line]),
            ),
        ]

    def draw(self):
        """Return a Matplotlib figure of the curve and the lines."""
        from vae_course.checks.pictures import figures

        return figures.tangents(self)


@dataclass(frozen=True, eq=False)
class Histogram:
    """Draws that came, over the normal distribution that was asked for.

    Args:
        title: one line that says what is drawn.
        asked: a `statistics.NormalDist`.
        yours: float (n,), draws; what is not finite is left out.
        x_label: name and unit of a draw.

    Raises:
        ValueError: if it is not one axis of at least one finite draw.
        ExerciseFailed: if the draws are no numbers.
    """

    title: str
    asked: NormalDist
    yours: np.ndarray
    x_label: str

    def __post_init__(self):
        _keep_numbers(self, "yours")
        if self.yours.ndim != 1 or not np.isfinite(self.yours).any():
            raise ValueError(f"yours: expected draws, got {self.yours!r}")

    @property
    def finite(self):
        """Return the draws that are finite, in order."""
        return np.sort(self.yours[np.isfinite(self.yours)])

    def tells(self):
        """Say whether the shares below some point are clearly apart."""
        return np.max(np.abs(self._shares_off())) > VISIBLE_SHARE

    def span(self):
        """Return the ends of what is drawn: the bell, and most draws."""
        reach = 3.5 * self.asked.stdev
        low, high = np.quantile(self.finite, [0.005, 0.995])
        return (
            min(low, self.asked.mean - reach),
            max(high, self.asked.mean + reach),
        )

    def lines(self):
        """Return ten bins, with a bar and a mark for the shares."""
        edges = np.linspace(*self.span(), 11)
        counted = np.histogram(self.finite, edges)[0] / len(self.finite)
        below = [self.asked.cdf(edge) for edge in edges]
        return [
            f"{self.title} (# yours, | asked)",
            *characters.bars(edges, np.diff(below), counted),
        ]

    def draw(self):
        """Return a Matplotlib figure of the draws and the bell."""
        from vae_course.checks.pictures import figures

        return figures.histogram(self)

    def _shares_off(self):
        draws = self.finite
        ranks = (np.arange(len(draws)) + 0.5) / len(draws)
        return ranks - np.vectorize(self.asked.cdf)(draws)


@dataclass(frozen=True, eq=False)
class Points:
    """Points of the plane as they were asked for and as they came.

    Args:
        title: one line that says what is drawn.
        asked: float (n, 2); at most 12 of them are numbered in their order,
            more are a cloud, of which only the places count.
        yours: float (m, 2); what is not finite is left out.
        joined: int, how many points a line joins, beginning with the first.
        background: dict from a name to float (k, 2), points to find one's
            way by.
        axes: names and units of the two numbers of a point.

    Raises:
        ValueError: if a shape is another or no point of yours is finite.
        ExerciseFailed: if something holds no numbers.
    """

    title: str
    asked: np.ndarray
    yours: np.ndarray
    joined: int = 0
    background: dict = field(default_factory=dict)
    axes: tuple = ("z[:, 0]", "z[:, 1]")

    def __post_init__(self):
        _keep_numbers(self, "asked", "yours")
        for points in (self.asked, self.yours):
            if points.ndim != 2 or points.shape[1] != 2:
                raise ValueError(f"points: expected (n, 2), got {points!r}")
        if not len(finite_rows(self.yours)):
            raise ValueError("yours: expected a finite point, got none")

    @property
    def few(self):
        """Say whether the order of the points counts, and is shown."""
        return len(self.asked) <= FEW

    def span(self):
        """Return the lower left and the upper right corner of all points."""
        everything = np.concatenate(
            [self.asked, finite_rows(self.yours), *self.background.values()]
        )
        low, high = everything.min(axis=0), everything.max(axis=0)
        room = np.where(high > low, (high - low) / (8 if self.few else 20), 1)
        return low - room, high + room

    def tells(self):
        """Say whether the points, or where the clouds are dense, differ."""
        if not self.few:
            return self._share_elsewhere() > VISIBLE_CLOUD
        return self.asked.shape != self.yours.shape or any(
            _differ(*column)
            for column in zip(self.asked.T, self.yours.T, strict=True)
        )

    def lines(self):
        """Return a table of few points, or two planes of many."""
        if not self.few:
            return [self.title, *self._planes()]
        return [
            self.title,
            *characters.pairs(self.asked, self.yours, FEW - 2),
        ]

    def draw(self):
        """Return a Matplotlib figure, asked on the left, yours right."""
        from vae_course.checks.pictures import figures

        return figures.points(self)

    def _planes(self):
        signs = dict(zip(self.background, "x+*", strict=False))
        guides = [(signs[name], at) for name, at in self.background.items()]
        legend = "".join(f"  {sign} {name}" for name, sign in signs.items())
        return characters.beside(
            *(
                [f"o {name}{legend}", *characters.plane(layers, self.span())]
                for name, layers in (
                    ("asked", [("o", self.asked), *guides]),
                    ("yours", [("o", finite_rows(self.yours)), *guides]),
                )
            )
        )

    def _share_elsewhere(self):
        """Give the share of points that would have to move to another cell."""
        ends = np.transpose(self.span())
        shares = [
            np.histogramdd(cloud, bins=6, range=ends)[0] / len(cloud)
            for cloud in (self.asked, finite_rows(self.yours))
        ]
        return np.abs(shares[0] - shares[1]).sum() / 2


@dataclass(frozen=True, eq=False)
class Images:
    """A table of numbers as it was asked for and as it came, in shades.

    Args:
        title: one line that says what is drawn.
        asked: float (rows, columns), finite, the first row on top.
        yours: float (rows, columns); entries may be infinite or NaN.
        value_label: name and unit of the numbers.
        extent: (left, right, bottom, top) in units of the axes.
        axes: names and units of the axes.

    Raises:
        ValueError: if the shapes differ or nothing of yours is finite.
        ExerciseFailed: if something holds no numbers.
    """

    title: str
    asked: np.ndarray
    yours: np.ndarray
    value_label: str
    extent: tuple
    axes: tuple

    def __post_init__(self):
        _keep_numbers(self, "asked", "yours")
        _demand_one_shape(self.asked, self.yours)
        if self.asked.ndim != 2:
            raise ValueError(f"yours: expected an image, got {self.yours!r}")
        _demand_something_finite(self.yours)

    def tells(self):
        """Say whether a shade differs, or is not there."""
        return _differ(self.asked, self.yours)

    def span(self):
        """Return 0 or the smallest number, and the largest of both."""
        both = np.stack([self.asked, self.yours])
        both = both[np.isfinite(both)]
        return min(both.min(), 0.0), both.max()

    def lines(self):
        """Return both side by side, two rows of numbers in a line."""
        low, high = self.span()
        ends = f"' ' is {low:.3g}, '@' is {high:.3g}"
        return [
            f"{self.title}: {self.value_label}, {ends}",
            *characters.beside(
                ["asked", *characters.shades(self.asked, low, high)],
                ["yours", *characters.shades(self.yours, low, high)],
            ),
        ]

    def draw(self):
        """Return a Matplotlib figure, asked on the left, yours right."""
        from vae_course.checks.pictures import figures

        return figures.images(self)


def finite_rows(points):
    """Return the rows in which every number is finite.

    Args:
        points: float (n, k).
    """
    return points[np.isfinite(points).all(axis=1)]


def _rows_shown(n):
    return n if n <= 10 else 9


def _keep_numbers(picture, *names):
    """Replace fields by arrays of their own that nobody can change."""
    for name in names:
        array = as_array(getattr(picture, name), name).astype("float64")
        array.setflags(write=False)
        object.__setattr__(picture, name, array)


def _demand_one_shape(*arrays):
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1 or not arrays[0].size:
        raise ValueError(f"expected arrays of one shape, got {shapes}")


def _demand_something_finite(yours):
    if not np.isfinite(yours).any():
        raise ValueError(f"yours: expected finite numbers, got {yours!r}")


def _differ(asked, yours, visible=VISIBLE):
    """Tell whether numbers part by what an eye sees, or are not there."""
    return not np.all(np.abs(yours - asked) < visible * _height(asked))


def _height(asked):
    return np.ptp(asked) or 1
