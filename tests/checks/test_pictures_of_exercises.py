"""Which exercises draw, and that each draws what was asked and what came."""

import functools
import re

import numpy as np
import pytest

from vae_course.checks import ExerciseFailed, checks_of_lesson
from vae_course.checks.attempt import Attempt
from vae_course.checks.pictures.figures import png

CHECKS = {
    check.exercise: check
    for lesson in range(11)
    for check in checks_of_lesson(f"{lesson:02}")
    if check.pictures
}
FUNCTIONS = [name for name in CHECKS if name != "4.2"]
# What is drawn of the others is not the result itself, or has chance in it.
OTHERS = "2.1", "3.2", "5.2", "9.2", "9.3"
TABLES = [name for name in FUNCTIONS if name not in OTHERS]


def wrong(check, change):
    """Make an answer that changes what the library's version returns."""
    library = check.library()

    @functools.wraps(library)
    def answer(*args, **kwargs):
        result = library(*args, **kwargs)
        if isinstance(result, tuple):
            return tuple(map(change, result))
        return change(result)

    return answer


def wrong_layer(change):
    import keras

    from vae_course.layers import Sampling

    class Wrong(Sampling):
        def call(self, inputs):
            return change(super().call(inputs))

    return keras.saving.register_keras_serializable("tests")(Wrong)


def picture_of(check, answer):
    with pytest.raises(ExerciseFailed) as caught:
        check(answer)
    return caught.value.picture


def test_these_exercises_draw():
    assert list(CHECKS) == [
        *("0.1", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4"),
        *("4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6"),
        *("6.1", "6.2", "8.2", "9.1", "9.2", "9.3", "10.2"),
    ]


@pytest.mark.parametrize("exercise", CHECKS)
def test_right_answer_looks_as_asked(exercise):
    check = CHECKS[exercise]
    pictures = list(check.pictures(Attempt(check.library(), check.name)))
    assert pictures
    assert not any(picture.tells() for picture in pictures)


@pytest.mark.parametrize("exercise", TABLES)
def test_picture_holds_what_was_asked_and_what_came(exercise):
    check = CHECKS[exercise]
    picture = picture_of(check, wrong(check, lambda y: y * 0.8 + 0.1))
    expected = 0.8 * picture.asked + 0.1
    if exercise == "0.1":
        assert picture.yours.shape == (32, 32)
    assert picture.yours == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_vector_is_drawn_from_the_mean_of_those_without():
    check = CHECKS["9.3"]
    picture = picture_of(check, wrong(check, lambda y: 2 * y))
    start, end = picture.asked
    assert picture.yours == pytest.approx(np.stack([start, 2 * end - start]))


@pytest.mark.parametrize("exercise", ["2.1", "3.2"])
def test_draws_that_came_are_drawn(exercise):
    check, made = CHECKS[exercise], []

    def record(draws):
        made.append(0.5 * draws)
        return made[-1]

    picture = picture_of(check, wrong(check, record))
    assert np.array_equal(picture.yours, made[-1])


def test_box_that_was_asked_for_is_that_of_the_codes():
    picture = picture_of(
        CHECKS["2.1"], wrong(CHECKS["2.1"], lambda draws: 0.5 * draws)
    )
    codes = picture.background["codes"]
    low, high = codes.min(axis=0), codes.max(axis=0)
    assert np.all((picture.asked >= low) & (picture.asked <= high))
    assert np.ptp(picture.asked, axis=0) == pytest.approx(high - low, 0.05)


def test_bell_that_was_asked_for_has_the_variance_of_the_title():
    picture = picture_of(
        CHECKS["3.2"],
        lambda mean, variance, n, rng: (
            mean + variance * rng.standard_normal(n)
        ),
    )
    assert "mean = 3, variance = 6.25" in picture.title
    assert (picture.asked.mean, picture.asked.variance) == (3, 6.25)
    assert picture.yours.std() == pytest.approx(6.25, rel=0.03)


def test_layers_draws_are_drawn():
    picture = picture_of(CHECKS["4.2"], wrong_layer(lambda z: 2 * z))
    assert (picture.asked.mean, picture.asked.stdev) == (2, 3)
    assert picture.yours.mean() == pytest.approx(4, abs=0.2)
    assert picture.yours.std() == pytest.approx(6, rel=0.03)


def test_picture_leaves_the_dice_as_they_were():
    import keras

    def next_draw(call):
        keras.utils.set_random_seed(3)
        call()
        return float(keras.random.normal(()))

    check = CHECKS["4.2"]
    answer = wrong_layer(lambda z: 2 * z)
    attempt = Attempt(answer, check.name)
    with_picture, again = (
        next_draw(lambda: list(check.pictures(attempt))) for _ in range(2)
    )
    assert with_picture == again


def turned(grid):
    return grid[:, ::-1]


def upside_down(grid):
    return grid.reshape(3, 3, 2)[::-1].reshape(-1, 2)


@pytest.mark.parametrize("lay_out", [turned, upside_down])
@pytest.mark.parametrize(
    "shares", [(1 / 6, 1 / 2, 5 / 6), (1 / 4, 1 / 2, 3 / 4)]
)
def test_grid_is_asked_for_at_the_percentiles_that_were_chosen(
    lay_out, shares
):
    from scipy.stats import norm

    def answer(n):
        ends = shares[0] if n == 3 else 0.1
        across = norm.ppf(np.linspace(ends, 1 - ends, n))
        grid = np.array([[a, b] for b in across[::-1] for a in across])
        return lay_out(grid) if n == 3 else grid[::-1]

    picture = picture_of(CHECKS["9.2"], answer)
    assert picture.asked == pytest.approx(lay_out(picture.yours))
    assert picture.joined == 3


def test_estimates_are_drawn_over_what_they_estimate():
    check = CHECKS["5.2"]
    picture = picture_of(check, wrong(check, lambda y: 3 * y))
    assert picture.yours / 3 == pytest.approx(picture.asked, abs=0.6)


def cost_of_blank(logits):
    return np.log1p(np.exp(np.asarray(logits)))


@pytest.mark.parametrize("column", [0, 1])
def test_elbo_can_be_computed_from_the_title(column):
    check = CHECKS["6.2"]
    pictures = check.pictures(Attempt(check.library(), check.name))
    picture = list(pictures)[column]
    logit, mean = (0.5, picture.x) if column == 0 else (picture.x, 0.5)
    held = "logits 0.5" if column == 0 else "z_mean (0.5, 0, 0)"
    assert picture.title == (
        f"The ELBO: 2 pixels of grey 0.8, {held}, z_log_var -1 each"
    )
    nats = 2 * (0.8 * logit - cost_of_blank(logit))
    kl = (mean**2 + 3 * np.exp(-1)) / 2
    assert picture.asked == pytest.approx(nats - kl)


def test_log_likelihood_can_be_computed_from_the_title():
    check = CHECKS["6.1"]
    picture = next(check.pictures(Attempt(check.library(), check.name)))
    assert picture.title == "The log-likelihood of 2 pixels of grey 0.8"
    assert picture.x_label == "logit of both pixels"
    nats = 2 * (0.8 * picture.x - cost_of_blank(picture.x))
    assert picture.asked == pytest.approx(nats)


def far_out(x, x_logits):
    from scipy.special import expit

    share = expit(np.asarray(x_logits, "float64"))
    with np.errstate(all="ignore"):
        pixels = np.log(share**x * (1 - share) ** (1 - np.asarray(x)))
    return pixels.sum(axis=(1, 2, 3))


def overflow(log_weights):
    with np.errstate(all="ignore"):
        return np.log(np.exp(log_weights).mean(axis=1))


@pytest.mark.parametrize(
    "exercise, answer", [("6.1", far_out), ("10.2", overflow)]
)
def test_what_leaves_the_range_is_drawn_over_a_wide_one(exercise, answer):
    picture = picture_of(CHECKS[exercise], answer)
    assert np.ptp(picture.x) > 1000
    assert not np.isfinite(picture.yours).all()


def test_slope_that_is_wrong_is_drawn():
    def answer(z_mean, z_log_var):
        return z_mean, np.exp(z_log_var) - 1

    assert picture_of(CHECKS["5.6"], answer).x_label == "x = z_log_var[:, 0]"


@pytest.mark.parametrize("exercise", ["5.4", "5.5", "5.6"])
def test_title_names_the_numbers_that_are_held(exercise):
    from scipy import stats

    picture = picture_of(
        CHECKS[exercise], wrong(CHECKS[exercise], lambda y: 2 * y)
    )
    numbers = re.search(
        r"\((\S+), (\S+)\), .*\((\S+), (\S+)\)$", picture.title
    )
    z_mean, z_log_var = np.split(
        np.array(
            [
                picture.x if number == "x" else np.full(len(picture.x), number)
                for number in numbers.groups()
            ],
            "float64",
        ),
        2,
    )
    halves, weights = np.polynomial.hermite_e.hermegauss(8)
    z = z_mean[..., None] + np.exp(z_log_var / 2)[..., None] * halves
    values = stats.norm.logpdf(z)
    if exercise != "5.4":
        std = np.exp(z_log_var / 2)[..., None]
        values = stats.norm.logpdf(z, z_mean[..., None], std) - values
    drawn = picture.curve if exercise == "5.6" else picture.asked
    assert drawn == pytest.approx((values @ weights).sum(0) / weights.sum())


@pytest.mark.parametrize(
    "log_term, square, over",
    [(0, 2, "x = z_log_var[:, 0]"), (1, 1, "x = z_mean[:, 0]")],
)
def test_divergence_is_drawn_where_its_form_differs(log_term, square, over):
    def answer(z_mean, z_log_var):
        each = 1 + log_term * z_log_var - z_mean**square - np.exp(z_log_var)
        return -0.5 * each.sum(axis=1)

    assert picture_of(CHECKS["5.5"], answer).x_label == over


def test_log_density_that_fails_far_out_is_drawn_far_out():
    def answer(x, mean, log_var):
        right = CHECKS["3.4"].library()(x, mean, log_var)
        with np.errstate(divide="ignore"):
            return np.log(np.exp(right))

    picture = picture_of(CHECKS["3.4"], answer)
    assert np.ptp(picture.x) > 100
    assert np.isinf(picture.yours).sum() > len(picture.x) / 4


def test_unscaled_greys_are_left_to_the_message():
    check = CHECKS["0.1"]
    assert picture_of(check, wrong(check, lambda y: 255 * y)) is None


HOSTILE = [
    None,
    "words",
    object(),
    np.empty(0),
    np.empty((0, 2)),
    np.nan,
    np.inf,
    1j,
    np.zeros((2, 3, 4, 5)),
    np.full((5, 2), 1e308),
    [[1], [2, 3]],
    {"z": 1},
    print,
    (1, 2),
    (np.ones(49), print),
]


@pytest.mark.parametrize("exercise", FUNCTIONS)
def test_message_comes_whatever_is_returned(exercise):
    check = CHECKS[exercise]
    for value in HOSTILE:
        with pytest.raises(ExerciseFailed) as caught:
            check(wrong(check, lambda y, value=value: value))
        assert "Think" in str(caught.value)


@pytest.mark.parametrize("exercise", FUNCTIONS)
@pytest.mark.parametrize("factor", [np.nan, -1e300])
def test_numbers_of_any_size_are_drawn_or_left_out(exercise, factor):
    check = CHECKS[exercise]
    with np.errstate(all="ignore"):
        picture = picture_of(check, wrong(check, lambda y: y * factor))
    if picture:
        assert picture.lines()
        assert png(picture)
