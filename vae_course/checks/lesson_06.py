"""Checks of lesson 06, From likelihood to loss."""

import types

import numpy as np
from scipy.special import expit, log_expit

from vae_course.checks.attempt import Attempt, NotStarted
from vae_course.checks.compare import as_array, compare, with_questions
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.kl_slips import slips_of_kl
from vae_course.checks.pictures import lesson_06 as draw

PIXELS = (1, 2, 3)
# Shape of the pictures, and how many numbers a code has.
SIZES = ((3, 4, 5, 1), 7), ((5, 6, 2, 1), 3)
SMALLEST = (1, 1, 2, 1), 1


@exercise(
    "6.1",
    points=2,
    library="vae_course.losses:log_likelihood",
    pictures=draw.log_likelihood,
)
def log_likelihood(attempt):
    """Judge (x, x_logits) -> nats for each picture."""
    for seed, (shape, _) in enumerate(SIZES):
        inputs = _pictures(seed, shape)
        compare(
            attempt(**_tensors(inputs)),
            _likelihood(**inputs),
            asked="the log-likelihood of each picture, nats, summed over its "
            "pixels",
            slips=_slips_of_likelihood(**inputs),
            question="Take one pixel alone, first inked, then blank, at "
            "logits of -3 and 3. Where does yours go wrong?",
            rtol=1e-4,
        )
    inputs = _pictures(2, SMALLEST[0])
    _judge_smallest(attempt, inputs, _likelihood(**inputs))
    inputs = _huge_logits()
    _judge_huge_logits(attempt, inputs, _likelihood(**inputs))
    _judge_gradients(attempt, inputs, _slope_of_likelihood(**inputs))


@exercise(
    "6.2",
    points=2,
    library="vae_course.losses:elbo",
    pictures=draw.elbo,
)
def elbo(attempt):
    """Judge (x, x_logits, z_mean, z_log_var) -> nats for each picture."""
    try:
        _judge_elbo(attempt)
    except (ExerciseFailed, NotStarted):
        _look_for_likelihood_to_blame(attempt)
        raise


def _judge_elbo(attempt):
    for seed, (shape, latent_dim) in enumerate(SIZES):
        pictures = _pictures(seed, shape)
        codes = _codes(seed, (shape[0], latent_dim))
        compare(
            attempt(**_tensors(pictures | codes)),
            _likelihood(**pictures) - _kl(**codes),
            asked="the ELBO of each picture, nats, summed over pixels and "
            "over latent dimensions",
            slips=_slips_of_elbo(pictures, codes),
            question="Where z_mean and z_log_var are 0, the KL is 0. Is "
            "yours right there? What does that say of the two terms?",
            rtol=1e-4,
        )
    pictures, codes = _pictures(2, SMALLEST[0]), _codes(3, (1, SMALLEST[1]))
    right = _likelihood(**pictures) - _kl(**codes)
    _judge_smallest(attempt, pictures | codes, right)
    pictures, codes = _huge_logits(), _codes(2, (3, 4))
    inputs = pictures | codes
    right = _likelihood(**pictures) - _kl(**codes)
    _judge_huge_logits(attempt, inputs, right)
    slopes = _slope_of_likelihood(**pictures) | _slope_of_kl(**codes)
    _judge_gradients(attempt, inputs, slopes)


def _look_for_likelihood_to_blame(attempt):
    """Refuse an elbo that the library's log_likelihood would make right."""
    answer = attempt.answer
    if not isinstance(answer, types.FunctionType):
        return
    if "log_likelihood" not in answer.__code__.co_names:
        return
    mended = types.FunctionType(
        answer.__code__,
        answer.__globals__ | {"log_likelihood": log_likelihood.library()},
        answer.__name__,
        answer.__defaults__,
        answer.__closure__,
    )
    mended.__kwdefaults__ = answer.__kwdefaults__
    try:
        _judge_elbo(Attempt(mended, attempt.name))
    except (ExerciseFailed, NotStarted):
        return
    _refuse_other_type(answer.__globals__.get("log_likelihood"))
    raise ExerciseFailed(
        "the ELBO of each picture, with a log_likelihood that is right",
        "your elbo is right, but the log_likelihood that it calls is not yet",
        "Does the check of 6.1 pass, and did you run it after your last "
        "change there? Then run this one again.",
        "likelihood_unfinished",
    )


def _refuse_other_type(own_log_likelihood):
    """Refuse right nats that TensorFlow adds to no other's."""
    inputs = _tensors(_pictures(0, SIZES[0][0]))
    try:
        found = own_log_likelihood(*inputs.values()).dtype.name
    except Exception:
        return  # Not its type is to blame.
    if found != "float32":
        raise ExerciseFailed(
            "the ELBO of each picture, float32 as its arguments",
            "your elbo is right, but the log_likelihood that it calls gives "
            f"{found}, and TensorFlow mixes no types",
            "Which line of your log_likelihood changes the type, and which "
            "could change it back before the return?",
            "type_changed",
        )


@exercise("6.3", points=2, library="vae_course.losses:effective_beta")
def effective_beta(attempt):
    """Judge sizes, weights and reductions -> beta, one number."""
    for arguments in [
        (45, 7, 4, "sum", 2.5, "sum"),
        (80, 3, 300, "mean", 1.5, "sum"),
        (33, 6, 0.6, "sum", 30, "mean"),
        (52, 5, 90, "mean", 0.35, "mean"),
    ]:
        named = dict(zip(_ARGUMENTS, arguments, strict=True))
        words = ", ".join(f"{k}={v!r}" for k, v in named.items())
        compare(
            attempt(**named),
            _beta_by_example(*arguments),
            asked=f"beta for {words}",
            slips=_slips_of_beta(*arguments),
            question="Write this loss with two sums. Which number then "
            "stands before each of them?",
        )
    arguments = (45, 7, 4, "mean", 0, "sum")
    compare(
        attempt(**dict(zip(_ARGUMENTS, arguments, strict=True))),
        0.0,
        asked="a beta of 0 where kl_weight is 0",
        question="A KL that weighs nothing: which step of yours still lets "
        "it count, or cannot bear a 0?",
    )


_ARGUMENTS = (
    "n_pixels",
    "latent_dim",
    "reconstruction_weight",
    "reconstruction_reduction",
    "kl_weight",
    "kl_reduction",
)


# --- inputs -----------------------------------------------------------------


def _pictures(seed, shape):
    """Make grey pictures and moderate logits."""
    rng = np.random.default_rng(60 + seed)
    x, x_logits = rng.uniform(0.03, 0.97, shape), rng.uniform(-4, 4, shape)
    return {"x": x, "x_logits": x_logits}


def _codes(seed, shape):
    """Make means and log-variances of either sign, none near 0."""
    rng = np.random.default_rng(70 + seed)
    signs = rng.choice([-1, 1], (2, *shape))
    z_mean = signs[0] * rng.uniform(0.3, 2.2, shape)
    z_log_var = signs[1] * rng.uniform(0.2, 1.4, shape)
    return {"z_mean": z_mean, "z_log_var": z_log_var}


def _huge_logits():
    """Make a row of -1000, one of 1000, and one between."""
    rng = np.random.default_rng(80)
    x = rng.uniform(0.2, 0.8, (3, 4, 5, 1))
    x_logits = np.full_like(x, -1000)
    x_logits[1] = 1000
    x_logits[2] = rng.choice([-40, 2, 40], (4, 5, 1))
    return {"x": x, "x_logits": x_logits}


def _tensors(inputs):
    import tensorflow as tf

    return {k: tf.constant(v, "float32") for k, v in inputs.items()}


# --- the right numbers by a second road -------------------------------------


def _nats_of_pixels(x, x_logits):
    return x * log_expit(x_logits) + (1 - x) * log_expit(-x_logits)


def _likelihood(x, x_logits):
    return _nats_of_pixels(x, x_logits).sum(axis=PIXELS)


def _slope_of_likelihood(x, x_logits):
    return {"x_logits": x - expit(x_logits)}


def _kl(z_mean, z_log_var):
    """Integrate q (log q - log p) over every latent dimension, and add."""
    epsilon = np.linspace(-12, 12, 2401)
    log_var = z_log_var[..., None]
    z = z_mean[..., None] + np.exp(log_var / 2) * epsilon
    bell = np.exp(-(epsilon**2) / 2) / np.sqrt(2 * np.pi)
    surplus = (z**2 - epsilon**2 - log_var) / 2
    step = epsilon[1] - epsilon[0]
    return step * np.sum(bell * surplus, axis=(-1, -2))


def _slope_of_kl(z_mean, z_log_var):
    return {"z_mean": -z_mean, "z_log_var": (1 - np.exp(z_log_var)) / 2}


def _beta_by_example(
    n_pixels, latent_dim, weight, reduction, kl_weight, kl_reduction
):
    """Apply both reductions to numbers, and see what each sum counts."""
    pixels, latents = np.arange(1.0, n_pixels + 1), np.arange(1.0, latent_dim)
    latents = np.append(latents, latent_dim)
    before_pixels = weight * getattr(np, reduction)(pixels) / pixels.sum()
    before_kl = kl_weight * getattr(np, kl_reduction)(latents) / latents.sum()
    return before_kl / before_pixels


# --- what both 6.1 and 6.2 have to bear -------------------------------------


def _judge_smallest(attempt, inputs, right):
    compare(
        attempt(**_tensors(inputs)),
        right,
        asked="one number also for a single picture of 1 × 2 pixels",
        rtol=1e-4,
    )


def _judge_huge_logits(attempt, inputs, right):
    asked = "finite and right where the logits are -1000, 1000 and ±40"
    with np.errstate(all="ignore"):
        value = as_array(attempt(**_tensors(inputs)), asked)
    good = np.isclose(value, right, rtol=1e-4)
    if np.all(good):
        return
    mistake, question = "sigmoid_then_log", _TOO_LATE
    if good[2] and np.all(np.isfinite(value)):
        mistake, question = "capped", _CAPPED
    elif good[2]:
        question = _OUT_OF_RANGE
        # A sigmoid fails so on both sides, a softplus by hand on one.
        mistake = "overflow" if good[0] != good[1] else mistake
    raise ExerciseFailed(
        asked, f"{value} nats, expected {right.round(2)}", question, mistake
    )


_TOO_LATE = (
    "A wholly wrong pixel costs 40 nats at a logit of 40, and 1000 at 1000. "
    "Which step of yours makes the two nearly the same number, before the "
    "logarithm sees them?"
)
_CAPPED = (
    "A wholly wrong pixel costs 40 nats at a logit of 40, which comes out "
    "right, and 1000 at 1000. Which step of yours stops it on the way there?"
)
_OUT_OF_RANGE = (
    "Logits of ±40 come out right, but not all of ±1000. Which step makes a "
    "number of those that is too large, or too near to 0, for floating point?"
)


def _judge_gradients(attempt, inputs, slopes):
    """Differentiate the sum of all nats by the inputs named in slopes."""
    import tensorflow as tf

    tensors = _tensors(inputs)
    watched = [tensors[name] for name in slopes]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        nats = tf.convert_to_tensor(attempt(**tensors))
    found = tape.gradient(nats, watched)
    for (name, right), slope in zip(slopes.items(), found, strict=True):
        if slope is None:
            raise ExerciseFailed(
                f"nats that the tape can trace back to {name}",
                "the right numbers, but a gradient that is None",
                "Which line leaves TensorFlow, so that the tape cannot "
                "follow it?",
                "gradient_lost",
            )
        # Rows that were picked one by one come back as a sparse slope.
        _judge_slope(name, tf.convert_to_tensor(slope).numpy(), right)


def _judge_slope(name, slope, right):
    asked = f"the slope of the nats by {name}, which training follows"
    if not np.all(np.isfinite(slope)):
        raise ExerciseFailed(
            asked,
            "the right nats, but a slope that is infinite or NaN",
            "Which number do you compute everywhere, though you use it in "
            "some places only? How large is it in the others, where the "
            "tape still follows it?",
            "not_finite",
        )
    compare(
        slope,
        right,
        asked=asked,
        question="The nats are right, their slope is not. Which step "
        "hides a number from the tape?",
        rtol=1e-4,
        atol=1e-5,
    )


# --- slips ------------------------------------------------------------------


def _slips_of_likelihood(x, x_logits):
    pixels = _nats_of_pixels(x, x_logits)
    right = pixels.sum(axis=PIXELS)
    wrong_pixels = _wrong_pixels(x, x_logits)
    return with_questions(
        _QUESTIONS,
        ("averages_pixels", _means(pixels)),
        ("pixels_not_added", _pixels_left(pixels)),
        ("sums_batch", _one_for_all(right)),
        ("divides_by_batch", [right / len(right)]),
        *(
            (slug, reduce(wrong))
            for slug, wrong in wrong_pixels
            for reduce in (_sums, _means, _pixels_left)
        ),
    )


def _sums(pixels):
    return pixels.sum(axis=PIXELS), pixels.sum()


def _means(pixels):
    """Take the mean over rows, columns or all, and sum or keep the rest."""
    for axes in (1,), (2,), (1, 2), (0, 1, 2):
        kept = pixels.mean(axes, keepdims=True)
        yield from (kept, kept[..., 0], kept.sum(PIXELS), pixels.mean(axes))
    yield pixels.mean()


def _pixels_left(pixels):
    """Sum over rows, columns or neither, and keep the rest."""
    for axes in (), (1,), (2,):
        kept, summed = pixels.sum(axes, keepdims=True), pixels.sum(axes)
        yield from (kept, kept[..., 0], summed, summed[..., 0])


def _one_for_all(right):
    """Sum or average over the batch, in the shapes that this may leave."""
    for one in right.sum(), right.mean():
        for shape in (), (1,), (1, 1), right.shape:
            yield np.broadcast_to(one, shape)


def _wrong_pixels(x, x_logits):
    """List what a slip makes of the nats of every pixel."""
    right, x_mean = _nats_of_pixels(x, x_logits), expit(x_logits)
    # In float32, as the learner's: it rounds what is left of 1.
    taken = np.clip(x_logits.astype("float32"), 1e-7, 1 - 1e-7)
    squares = (x - x_mean) ** 2, (x - x_logits) ** 2
    mixed = x * x_mean + (1 - x) * expit(-x_logits)
    return [
        ("sign", -right),
        *_wrong_logarithms(x, x_logits),
        ("arguments_swapped", _nats_of_pixels(x_logits, x)),
        ("ink_and_blank_swapped", _nats_of_pixels(x, -x_logits)),
        ("greys_rounded", _nats_of_pixels(x.round(), x_logits)),
        ("sigmoid_missing", x * np.log(taken) + (1 - x) * np.log1p(-taken)),
        ("sigmoid_twice", _nats_of_pixels(x, x_mean)),
        *(
            ("sigmoid_then_log", _lifted(x, x_mean, margin))
            for margin in (1e-2, 1e-3, 1e-4)
        ),
        ("mean_before_log", np.log(mixed)),
        *(("bits", right / np.log(base)) for base in (2, 10)),
        *(("size_fixed", right / x[0].size * size) for size in (1024, 784)),
        *(
            ("squared_error", factor * square)
            for square in squares
            for factor in (-1, 1, -0.5, 0.5)
        ),
        ("squared_error", -0.5 * (squares[0] + np.log(2 * np.pi))),
    ]


def _wrong_logarithms(x, x_logits):
    """List what becomes of a pixel if one of its two terms goes wrong."""
    ink, blank = log_expit(x_logits), log_expit(-x_logits)
    inked, blanked = x * ink, (1 - x) * blank
    complements = (ink, np.log1p(-ink), log_expit(1 - x_logits))
    return [
        ("sign", inked - blanked),
        ("sign", blanked - inked),
        ("sign", x * x_logits - blank),
        ("sign", -_nats_of_pixels(x, -x_logits)),
        ("sign", blanked - x * blank),
        ("term_missing", inked),
        ("term_missing", blanked),
        *(("complement_wrong", inked + (1 - x) * c) for c in complements),
        ("complement_wrong", x * x_logits + ink),
        *(
            ("logarithm_first", inked + (1 - x) * (1 + s * ink))
            for s in (-1, 1)
        ),
        ("ink_wrong", x * blank + blanked),
        ("term_not_weighed", inked + blank),
        ("term_not_weighed", ink + blanked),
        ("term_not_weighed", ink + blank),
    ]


def _lifted(x, x_mean, margin):
    """Keep logarithms of probabilities finite by adding a margin."""
    blank = np.log(1 - x_mean + margin)
    return x * np.log(x_mean + margin) + (1 - x) * blank


def _slips_of_elbo(pictures, codes):
    likelihood, kl = _likelihood(**pictures), _kl(**codes)
    pixels = _nats_of_pixels(**pictures)
    averages = [pixels.mean(), pixels.mean(axis=PIXELS)]
    averages += _half_averages(pixels)
    latent_dim = codes["z_mean"].shape[1]
    right, averaged = likelihood - kl, likelihood - kl / latent_dim
    mixed = pixels.sum() - kl, likelihood.mean() - kl
    n = len(right)
    divided = right / n, likelihood / n - kl, likelihood - kl / n
    return with_questions(
        _QUESTIONS,
        ("kl_added", [likelihood + k * kl for k in (1, 2, 1 / latent_dim)]),
        ("sign", [-right, -likelihood - kl]),
        ("kl_left_out", [likelihood, -likelihood]),
        ("likelihood_left_out", [kl, -kl]),
        ("averages_latent", [averaged, -averaged]),
        ("averages_latent", [likelihood - kl.mean() / latent_dim]),
        *(
            ("averages_pixels", [mean - cost, cost - mean])
            for mean in averages
            for cost in (kl, -kl, kl / latent_dim)
        ),
        ("sums_batch", [*_one_for_all(right), *_one_for_all(-right), *mixed]),
        ("kl_sums_batch", [likelihood - kl.sum(), likelihood - kl.mean()]),
        ("divides_by_batch", divided),
        ("bits", [right / np.log(base) for base in (2, 10)]),
        *((slug, [likelihood - wrong]) for slug, wrong in _wrong_kls(**codes)),
        *(
            (slug, [wrong.sum(axis=PIXELS) - kl])
            for slug, wrong in _wrong_pixels(**pictures)
        ),
    )


def _half_averages(pixels):
    """Average over rows or columns, sum over the other."""
    return [pixels.mean(axis=axis).sum(axis=(1, 2)) for axis in (1, 2)]


def _wrong_kls(z_mean, z_log_var):
    """List what the slips of lesson 05 make of each row's divergence."""
    right, latent_dim = _kl(z_mean, z_log_var), z_mean.shape[1]
    # What Keras's function of that name makes of them.
    p, q = np.clip([z_mean, z_log_var], 1e-7, 1)
    discrete = np.sum(p * np.log(p / q), axis=1)
    return [
        ("half_missing", 2 * right / latent_dim),
        ("codes_swapped", _kl(z_log_var, z_mean)),
        ("discrete_kl", discrete),
        ("discrete_kl", discrete.mean()),
        *(
            (_NAMES_HERE.get(slug, slug), wrong.sum(axis=1))
            for slug, wrong in slips_of_kl(z_mean, z_log_var)
        ),
    ]


# Where a slip of the likelihood has the name, or two slips have one question.
_NAMES_HERE = {
    "sign": "sign_in_bracket",
    "sums_batch": "kl_sums_batch",
    "mean_missing": "kl_term_missing",
    "variance_missing": "kl_term_missing",
}


def _slips_of_beta(
    n_pixels, latent_dim, weight, reduction, kl_weight, kl_reduction
):
    """List wrong factors of the weights' ratio, and the ratio inverted."""
    over_pixels, over_latents = reduction == "mean", kl_reduction == "mean"
    n = n_pixels if over_pixels else 1
    d = latent_dim if over_latents else 1
    mixed_up = over_pixels and not over_latents
    ratio = kl_weight / weight
    swapped = ratio * latent_dim**over_pixels / n_pixels**over_latents
    ignored = [
        ratio * pixels / latents
        for pixels in (n, n_pixels)
        for latents in (d, latent_dim)
    ]
    return with_questions(
        _QUESTIONS_OF_BETA,
        ("inverted", [d / n / ratio, n / d / ratio]),
        ("pixels_forgotten", [ratio / d, ratio] * over_pixels),
        ("latents_forgotten", [ratio * n] * over_latents),
        ("pixels_divided", [ratio / n / d] * over_pixels),
        ("latents_multiplied", [ratio * n * d] * over_latents),
        ("sizes_swapped", [swapped] * (over_pixels or over_latents)),
        ("words_swapped", [ratio / latent_dim] * mixed_up),
        ("reduction_ignored", ignored),
        (
            "weight_forgotten",
            [n / d, kl_weight * n / d, n / d / weight, weight / n],
        ),
        ("weights_multiplied", [kl_weight * weight * n / d]),
    )


# --- questions --------------------------------------------------------------

_QUESTIONS = {
    "averages_pixels": "The probability of a picture is a product over its "
    "pixels. What does the logarithm make of a product? Over which axes does "
    "your code take a mean, and does it add up the rest?",
    "pixels_not_added": "How many numbers should one picture give? Which axes "
    "of your result are still pixels?",
    "averages_latent": "Every latent dimension that differs from the prior "
    "costs its own nats. If each were there twice, what should happen to "
    "the KL, and what happens to yours?",
    "sums_batch": "Does the likelihood of one picture depend on the others "
    "of its batch? How many numbers should come out?",
    "kl_sums_batch": "Does the KL of one cloud depend on the other clouds of "
    "its batch? How many numbers should your KL be?",
    "divides_by_batch": "If the batch held twice as many pictures, what "
    "should happen to the number of each, and what happens to yours?",
    "sign": "A probability below 1 has a logarithm below 0. Is a likelier "
    "picture a larger or a smaller number in yours?",
    "term_missing": "An inked pixel drawn blank must cost as much as a blank "
    "one drawn inked. Which of the two does yours forgive?",
    "complement_wrong": "Take your formula for a blank pixel alone, at "
    "logits of 0 and 3. Is it the logarithm of 1 - sigmoid(a) at both?",
    "logarithm_first": "You want the logarithm of 1 - sigmoid(a). Is that 1 "
    "minus, or plus, the logarithm of sigmoid(a)?",
    "ink_wrong": "Take your formula for an inked pixel alone, at logits of "
    "-3 and 3. Which of the two is likelier, and which is it in yours?",
    "term_not_weighed": "Of a wholly inked pixel, which of the two terms "
    "should be left? And which are left in yours?",
    "ink_and_blank_swapped": "Should a wholly inked picture get likelier or "
    "less likely as its logits grow, and what happens in yours?",
    "greys_rounded": "What becomes of a grey of 0.4 in your code, before it "
    "weighs anything?",
    "sigmoid_then_log": "Here no logit is large, and yet every pixel is a "
    "little off. What do you add to keep a logarithm finite, and which road "
    "needs no such thing?",
    "arguments_swapped": "Which of the two goes through the sigmoid, the "
    "picture or what the decoder gives?",
    "sigmoid_missing": "x_logits stand before the sigmoid and may be any "
    "real numbers. What does your code take them for?",
    "sigmoid_twice": "How often does a sigmoid act on x_logits in your code, "
    "counting what the functions that you call do by themselves?",
    "mean_before_log": "A grey pixel mixes ink and blank. Does the formula "
    "take the logarithm of a mean there, or the mean of two logarithms?",
    "size_fixed": "From where does your code take the number of pixels, and "
    "how many have these pictures?",
    "bits": "To which base is the logarithm of a nat?",
    "squared_error": "That is a squared distance. Which likelihood does it "
    "belong to, and which one is asked for?",
    "kl_added": "The ELBO is a lower bound. Should a cloud further from the "
    "prior raise or lower it?",
    "kl_left_out": "Which of the two terms is in your result?",
    "likelihood_left_out": "Which of the two terms is in your result?",
    "discrete_kl": "That divergence compares the probabilities of outcomes, "
    "which add up to 1. Are z_mean and z_log_var such numbers?",
    "codes_swapped": "Which of z_mean and z_log_var is squared in the "
    "formula, and which is in the exponential?",
    "half_missing": "Hold your KL for one latent dimension against the "
    "formula, a factor at a time. Which is missing?",
    "log_var_as_log_std": "Is z_log_var the log of a standard deviation or "
    "of a variance? What does the formula want of it?",
    "std_for_variance": "What is exp(z_log_var / 2): a variance, or its "
    "root? Which does the formula want?",
    "log_term_halved": "The formula has the log of the variance. Which "
    "logarithm stands in yours?",
    "exp_missing": "One term of the KL is the variance. Which function "
    "leads there from its logarithm?",
    "mean_not_squared": "How does the cost of a cloud grow with its distance "
    "from 0, and is it the same on the left and on the right?",
    "log_term_missing": "Every latent has four terms in the formula. How "
    "many has yours?",
    "kl_term_missing": "Every latent has four terms in the formula. How "
    "many has yours?",
    "sign_in_bracket": "Hold your KL for one latent dimension against the "
    "formula, a sign at a time. Which differs?",
    "half_twice": "Hold your KL for one latent dimension against the "
    "formula, a factor at a time. Which is there twice?",
    "sum_too_early": "Square and exponential belong to a single latent "
    "dimension. What does your code take them of?",
    "two_pi_left": "Log 2π stands in both log-densities. How often is it left "
    "in their difference, and how often in yours?",
    "one_missing": "What should the KL be at z_mean = 0 and z_log_var = 0, "
    "for each dimension, and what does yours give there?",
    "reversed": "From which of the two, the cloud or the prior, is the "
    "expectation taken?",
}
_QUESTIONS_OF_BETA = {
    "inverted": "If only kl_weight doubles, should beta double or halve? And "
    "if only the other weight doubles?",
    "pixels_forgotten": "A mean over the pixels is a sum times which number? "
    "So how much weight has the sum that is in it?",
    "latents_forgotten": "A mean over the latent dimensions is a sum times "
    "which number? So how much weight has the sum that is in it?",
    "pixels_divided": "A mean over the pixels makes the reconstruction "
    "lighter. Does that make the KL, beside it, weigh more or less?",
    "latents_multiplied": "A mean over the latent dimensions: does it make "
    "the KL weigh more or less?",
    "sizes_swapped": "Which of the two sizes belongs to which of the two "
    "terms?",
    "words_swapped": "Which of the two words speaks of the pixels, and which "
    "number does it change in your code?",
    "reduction_ignored": "Compare the two words in this call with what your "
    "code does for them. Where does it divide though it is told to sum, or "
    "the other way round?",
    "weight_forgotten": "This loss has two weights. Which of them moves your "
    "result?",
    "weights_multiplied": "Divide the whole loss by one number, so that the "
    "summed reconstruction stands alone. What happens to the other weight?",
}
