"""Checks of lesson 10, Diagnose, and beyond."""

import numpy as np
from scipy.special import logsumexp

from vae_course import clinic
from vae_course.checks.compare import as_array, compare, with_questions
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.pictures import lesson_10 as draw

ASK_ABOUT_UNITS = {
    "mean_for_variance": "A dimension whose codes all stand at 3 tells no "
    "image from another. Which number of your column says so?",
    "mean_not_subtracted": "If all codes of a dimension are 3, how large is "
    "what you compare with the threshold, and how much do they vary?",
    "std_for_variance": "The threshold is in the unit of z squared. In which "
    "unit is what you compare with it?",
    "axis_mixed_up": "Along which axis do the codes of one dimension stand, "
    "and over which axis do you go?",
    "axis_forgotten": "How many numbers did you compare with the threshold? "
    "One is asked for each dimension.",
    "share_for_count": "How many, not which share of them?",
    "counts_collapsed": "Is a dimension in use when its codes vary more "
    "than the threshold, or less?",
    "threshold_ignored": "Two thresholds were tried and you gave one answer. "
    "Which line looks at the argument?",
    "mask_length": "How long is a row of True and False, and how many in it "
    "are True? Which of the two did you count?",
    "variances_summed": "Add one for each active dimension: what do you add "
    "for it?",
    "count_missing": "You have found the dimensions themselves, or a number "
    "for each. What is asked for is one number.",
}
ASK_ABOUT_BOUND = {
    "mean_of_logs": "By hand: the weights 1 and 3 have the mean 2. What do "
    "you get for the logs 0 and log 3? What is averaged, weights or logs?",
    "sum_not_mean": "By hand: what do you get for the weights 2 and 2, "
    "whose mean is 2?",
    "sign": "By hand: what do you get for the weights 2 and 2, whose mean is "
    "2? Check the sign of each term.",
    "k_for_its_log": "A division of the weights by k: what becomes of it "
    "once you have taken the log?",
    "axis_mixed_up": "A row holds the draws of one image. Which axis "
    "should be gone in the end, and how long is it?",
    "axis_forgotten": "One number is asked for each image. Which of your "
    "steps runs over all rows, where each row should have its own?",
    "max_for_mean": "Where do the other draws come in?",
    "log_missing": "Where do the weights that you average become nats again?",
    "largest_not_added": "What you took out of the exponential has to come "
    "back after the logarithm. Does it?",
    "largest_not_taken_out": "What you add after the logarithm must have been "
    "taken out of the exponential. Was it?",
    "bits": "Which logarithm is that? The weights' logs are natural ones.",
}
ASK_ABOUT_CONDITION = {
    "labels_not_one_hot": "Is class 8 twice class 4? How does the lesson "
    "write a class, so that no class is more than another?",
    "wrong_axis": "Print the shapes. What should a row of the result hold, "
    "and how many rows should there be?",
    "order_swapped": "Which comes first in a row, the code or the class?",
    "classes_from_batch": "How wide is the part of yours that holds the "
    "class, and what does n_classes say? Need every class be in a batch?",
    "one_hot_shifted": "Labels count from 0. In which column is your one "
    "where the label is 0?",
    "added_not_joined": "The class should stand beside the code. Can a "
    "decoder still tell them apart in your sum or product?",
    "z_missing": "The width is right for the class alone. Where is the code?",
}
POINT_AT = {
    "averages_pixels": "Look at panel 1: how large is the reconstruction "
    "loss that its code reports, and about how many times as large is the "
    "star?",
    "kl_left_out": "Look at panels 1 and 2: the total and the reconstruction "
    "loss as reported, and the KL term at the same epoch. Do they add up?",
    "activation_on_head": "Look at panel 4: where are there codes, where are "
    "there none, and is that so in the healthy chart? Would your slip forbid "
    "the ones that are missing?",
    "metrics_not_reset": "Look at panels 1 and 2: where do the curves end, "
    "and where are the stars? Compare the shape of the curves with those of "
    "the healthy chart. What of the rest is ill at all?",
    "decoder_fed_mean": "Look at the star in panel 1, at the pictures, and at "
    "panel 5. Which of them would your slip leave as they are in health?",
    "half_missing": "Look at panel 5: where should all dots lie? Take one "
    "and read off both its numbers. How does one come from the other?",
}


@exercise("10.1", points=1, library="vae_course.evaluate:active_units")
def active_units(attempt):
    """Judge counts for two thresholds, and for the one by default."""
    # Of each kind of dimension: how many, their mean, their variance.
    kinds = [
        (3, 2.0, 0.5),
        (2, -1.5, 0.16),
        (4, 3.0, 0.008),
        (1, -2.0, 1e-6),
        (6, 0.004, 0.012),
    ]
    z_mean = _codes(kinds, n=40)
    thresholds = 0.01, 0.3
    asked = (
        "how many of 16 dimensions are active over 40 images, once with the "
        "threshold 0.01 and once with 0.3"
    )
    one, other = (
        as_array(attempt(z_mean=z_mean, threshold=t), asked)
        for t in thresholds
    )
    right = [sum(n for n, _, v in kinds if v > t) for t in thresholds]
    compare(
        # Arrays of two lengths are no counts; then the first says it all.
        np.stack([one, other if one.shape == other.shape else one]),
        right,
        asked=asked,
        parts=[f"threshold {t}: " for t in thresholds],
        slips=_slips_of_units(z_mean, thresholds, right),
        question="Compute the variance of one column by hand. Is the column "
        "active, and do you count it?",
    )
    compare(
        attempt(z_mean=z_mean),
        right[0],
        asked="how many of the 16 dimensions are active with the threshold "
        "that is there by default, 0.01",
        question="What does the stub's first line say about the threshold, "
        "and what does yours?",
    )


def _codes(kinds, n):
    """Make columns whose mean and variance are known, in a mixed order."""
    rng = np.random.default_rng(10)
    columns = []
    for number, mean, variance in kinds:
        noise = rng.normal(size=(n, number))
        noise = (noise - noise.mean(axis=0)) / noise.std(axis=0)
        columns.append(mean + np.sqrt(variance) * noise)
    return rng.permutation(np.hstack(columns), axis=1)


def _slips_of_units(z_mean, thresholds, right):
    n, latent_dim = z_mean.shape
    mean, variance = z_mean.mean(axis=0), z_mean.var(axis=0)

    def counts(numbers):
        return [np.sum(numbers > t) for t in thresholds]

    collapsed = [latent_dim - count for count in right]
    active = variance > thresholds[0]
    return with_questions(
        ASK_ABOUT_UNITS,
        (
            "mean_for_variance",
            [counts(mean), counts(abs(mean)), counts(mean**2)],
        ),
        ("mean_not_subtracted", [counts(np.mean(z_mean**2, axis=0))]),
        ("std_for_variance", [counts(np.sqrt(variance))]),
        ("axis_mixed_up", [[n, n], counts(z_mean.mean(axis=1))]),
        ("axis_forgotten", [[1, 1], [True, True]]),
        (
            "share_for_count",
            [np.divide(right, latent_dim), np.divide(right, n)],
        ),
        ("counts_collapsed", [collapsed]),
        ("threshold_ignored", [[right[0]] * 2]),
        ("mask_length", [[latent_dim] * 2]),
        (
            "variances_summed",
            [[variance[variance > t].sum() for t in thresholds]],
        ),
        (
            "count_missing",
            [
                [variance > t for t in thresholds],
                *([x, x] for x in (variance, variance[active])),
                [np.flatnonzero(active)] * 2,
            ],
        ),
    )


@exercise(
    "10.2",
    points=2,
    library="vae_course.evaluate:importance_weighted_bound",
    pictures=draw.importance_weighted_bound,
)
@np.errstate(all="ignore")
def importance_weighted_bound(attempt):
    """Judge weights that any way can add, then those that few can."""
    rng = np.random.default_rng(102)
    log_weights = rng.normal(-1.7, 1.3, (4, 6))
    _judge_bound(attempt, log_weights, "4 images with 6 draws each")
    _judge_bound(attempt, log_weights[:, :1], "4 images with 1 draw each")
    _judge_bound(attempt, log_weights[:1], "1 image with 6 draws")
    # So far apart that no one number makes the exponentials of all bearable.
    levels = [[-2600.0], [-240.0], [1500.0]]
    log_weights = rng.normal(levels, 4.0, (3, 5))
    _look_for_overflow(attempt, log_weights)
    _judge_bound(attempt, log_weights, "3 images with 5 draws each, far apart")
    # So far apart in a row that it bears no other number than its largest.
    log_weights = rng.uniform(-2000, 2000, (2, 7))
    _look_for_overflow(attempt, log_weights)
    _judge_bound(attempt, log_weights, "2 images with 7 draws each, far apart")


def _judge_bound(attempt, log_weights, kind):
    first = ", ".join(f"{nats:.4g}" for nats in log_weights[0])
    compare(
        attempt(log_weights=log_weights),
        logsumexp(log_weights, axis=1) - np.log(log_weights.shape[1]),
        asked=f"the log of the mean weight of each image, {kind}; the first "
        f"has the log-weights {first}",
        slips=_slips_of_bound(log_weights),
        question="Try it on one row by hand: the logs of the weights 1 and 3, "
        "whose mean is 2.",
        # Single precision is welcome.
        rtol=1e-6,
        atol=1e-5,
    )


def _look_for_overflow(attempt, log_weights):
    """Look for a crash, or a mean outside what it is a mean of."""
    question = (
        "What is the exponential of such a number in floating point? What "
        "does the lesson take out of every row first?"
    )
    asked = "the log of the mean weight of each image, whatever its weights"
    try:
        value = as_array(attempt(log_weights=log_weights), asked)
    except ExerciseFailed as crash:
        if crash.mistake:
            raise
        got = f"{crash.args[1]}\nfor log-weights {_range(log_weights)}"
        raise ExerciseFailed(asked, got, question, "overflow") from None
    for nats, row in zip(np.ravel(value), log_weights, strict=False):
        if not row.min() <= nats <= row.max():
            got = f"{nats:.6g} for an image with log-weights {_range(row)}"
            raise ExerciseFailed(asked, got, question, "overflow")


def _range(log_weights):
    return f"from {log_weights.min():.1f} to {log_weights.max():.1f}"


def _slips_of_bound(log_weights):
    n, k = log_weights.shape
    total, other = logsumexp(log_weights, axis=1), logsumexp(log_weights, 0)
    right = total - np.log(k)
    largest, mean = log_weights.max(axis=1), log_weights.mean(axis=1)
    overall = logsumexp(log_weights)
    share = right - largest
    slips = [
        ("mean_of_logs", [mean]),
        ("sum_not_mean", [total, log_weights.sum(axis=1)]),
        ("sign", [total + np.log(k), -right, share - largest]),
        ("k_for_its_log", [total - k, total / k]),
        (
            "axis_mixed_up",
            [
                other,
                *(other - np.log(count) for count in (n, k)),
                log_weights.mean(axis=0),
                total - np.log(n),
            ],
        ),
        (
            "axis_forgotten",
            [
                overall,
                *(overall - np.log(count) for count in (n, k, n * k)),
                np.mean(right),
                np.sum(right),
                np.mean(mean),
                largest + np.log(np.mean(np.exp(share))),
            ],
        ),
        ("max_for_mean", [largest]),
        (
            "log_missing",
            [np.exp(x) for x in (right, total)] + [largest + np.exp(share)],
        ),
        ("largest_not_added", [share, total - largest]),
        ("largest_not_taken_out", [right + largest]),
        ("bits", [right / np.log(2), largest + share / np.log(2)]),
    ]
    # With one draw or image many a slip is right, or like another.
    return with_questions(ASK_ABOUT_BOUND, *slips) if min(n, k) > 1 else ()


@exercise(
    "10.3",
    points=1,
    library="vae_course.models:condition_decoder_input",
)
def condition_decoder_input(attempt):
    """Judge codes with their classes beside them."""
    rng = np.random.default_rng(103)
    # First as many images as latents as classes: what joins them along the
    # wrong axis runs to its end here.
    for n, latent_dim, n_classes in (5, 5, 5), (6, 3, 7):
        z = rng.uniform(1.2, 3.0, (n, latent_dim)).astype("float32")
        z *= rng.choice([-1, 1], z.shape).astype("float32")
        # The last class is missing in both; the second lacks others as well.
        labels = np.array([2, 0, 3, 1, 3] if n == 5 else [5, 2, 3, 2, 3, 2])
        rows = np.array([[k == i for k in range(n_classes)] for i in labels])
        compare(
            attempt(z=z, labels=labels, n_classes=n_classes),
            np.hstack([z, rows]),
            asked=f"{n} rows: {latent_dim} numbers of the code, then "
            f"{n_classes} places with a one in that of the class",
            slips=_slips_of_condition(z, labels, rows.astype("float64")),
            question="Print one row of yours beside its code and its label. "
            "Where does which of the two stand?",
        )


def _slips_of_condition(z, labels, rows):
    column = labels[:, None].astype("float64")
    seen, n_classes = labels.max() + 1, rows.shape[1]
    joined = [
        (
            "labels_not_one_hot",
            [
                np.hstack([z, column / scale])
                for scale in (1, n_classes, n_classes - 1)
            ],
        ),
        ("order_swapped", [np.hstack([rows, z])]),
        (
            "classes_from_batch",
            [np.hstack([z, rows[:, :width]]) for width in (seen - 1, seen)],
        ),
        (
            "one_hot_shifted",
            [
                *(np.hstack([z, np.roll(rows, step, 1)]) for step in (1, -1)),
                # Keras makes a row of zeros where a label is -1.
                np.hstack([z, rows[:, 1:], 0 * column]),
            ],
        ),
        ("z_missing", [rows, rows.T]),
        ("labels_not_one_hot", [np.hstack([column, z]), z + column]),
    ]
    if z.shape == rows.shape:
        repeated = np.repeat(column, n_classes, axis=1)
        joined += [
            (
                "wrong_axis",
                [
                    np.vstack([z, rows]),
                    np.vstack([rows, z]),
                    np.stack([z, rows]),
                    np.stack([z, rows], axis=1),
                    np.stack([z, rows], axis=2),
                    np.hstack([z, rows.T]),
                    np.vstack([z, rows.T]),
                    np.hstack([z, rows]).T,
                    np.append(z, rows),
                ],
            ),
            ("added_not_joined", [z + rows, z * rows]),
            ("labels_not_one_hot", [np.hstack([z, repeated])]),
        ]
    return with_questions(ASK_ABOUT_CONDITION, *joined)


@exercise("10.4", points=3, library="vae_course.clinic:diagnose")
def diagnose(attempt):
    """Judge a diagnosis of each patient; point at the first wrong one."""
    asked = (
        f'a dict with a slug for each of the patients "{clinic.PATIENTS[0]}" '
        f'to "{clinic.PATIENTS[-1]}"'
    )
    diagnoses = attempt()
    if not isinstance(diagnoses, dict):
        raise ExerciseFailed(
            asked,
            f"something of type {type(diagnoses).__name__}",
            "Between which brackets does a dict stand, and what stands on "
            "the two sides of each colon?",
            "wrong_type",
        )
    missing = [p for p in clinic.PATIENTS if p not in diagnoses]
    if missing:
        raise ExerciseFailed(
            asked,
            f"none for {', '.join(missing)}",
            "Has every patient an entry, and does its letter, a capital, "
            "stand left of the colon?",
            "patient_missing",
        )
    slips = {str(diagnoses[patient]) for patient in clinic.PATIENTS}
    if len(slips) == 1 and slips <= set(clinic.SLIPS):
        raise ExerciseFailed(
            "six different slips: each of the table occurs once, or not at "
            "all",
            f"{slips.pop()!r} for every patient",
            "Do all six charts fail the same one of the four questions? For "
            "which of them is your slip the best guess?",
            "one_for_all",
        )
    for patient, slip in clinic.diagnose().items():
        _judge_diagnosis(patient, diagnoses[patient], slip)


def _judge_diagnosis(patient, diagnosis, slip):
    asked = f"the slip in patient {patient}"
    if str(diagnosis) not in clinic.SLIPS:
        raise ExerciseFailed(
            f"{asked}, one of {', '.join(clinic.SLIPS)}",
            repr(diagnosis),
            "One word of this list is asked for. How is the slip that you "
            "mean spelled there?",
            "unknown_slug",
        )
    if str(diagnosis) != slip:
        raise ExerciseFailed(
            asked,
            f"{diagnosis!r}, which does not fit all that its chart shows",
            POINT_AT[slip],
            "wrong_diagnosis",
        )
