"""Judge a learner's VAE, and both terms of its loss (exercise 7.2)."""

import numpy as np

from vae_course.checks.attempt import Attempt, NotStarted
from vae_course.checks.compare import as_array, compare, with_questions
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.kl_slips import slips_of_kl
from vae_course.checks.tiny import WEIGHTS, TinyNetworks, cost_of_pixels, kl
from vae_course.checks.vae_class import (
    BETA,
    ROUNDING,
    images,
    make,
    own_networks,
    trace,
)

TERMS = ["reconstruction_loss", "kl_loss"]


def judge(attempt):
    """Judge compute_losses: x -> (reconstruction_loss, kl_loss).

    Args:
        attempt: `Attempt` at the class VAE.

    Raises:
        ExerciseFailed: with what is wrong.
    """
    tiny = TinyNetworks(2)
    vae = make(attempt, tiny)
    _judge_default(attempt)
    with own_networks(attempt, "compute_losses"):
        for rows in 5, 3:
            _judge_values(vae, tiny, images(rows))
    _judge_slopes(attempt, vae, tiny)
    _judge_graph(attempt, vae, tiny)


def with_right_losses(attempt, tiny):
    """Put right terms in the place of wrong ones, which 7.2 judges."""
    from vae_course.losses import kl_loss, reconstruction_loss

    class Judged(attempt.answer):
        """The learner's class with the terms of the library."""

        def __init__(self, encoder, decoder, **options):
            super().__init__(encoder, decoder, **options)
            self.encoder, self.decoder = encoder, decoder

        def compute_losses(self, x, *args, **kwargs):
            """Return both terms of the loss."""
            z_mean, z_log_var, z = self.encoder(x)
            nats = reconstruction_loss(x, self.decoder(z))
            return nats, kl_loss(z_mean, z_log_var)

    Judged.__name__ = attempt.answer.__name__
    try:
        x = images(5)
        pair = _pair(_losses(make(attempt, tiny))(x=x))
        _compare_losses(pair, tiny, np.asarray(x))
    except (ExerciseFailed, NotStarted):
        return Attempt(Judged, attempt.name)
    return attempt


def _judge_values(vae, tiny, x):
    losses = _losses(vae)
    first, again = (_pair(losses(x=x)) for _ in range(2))
    for name, one, other in zip(TERMS, first, again, strict=True):
        if not np.array_equal(one, other, equal_nan=True):
            raise ExerciseFailed(
                "losses of the z that the encoder gives; here it gives the "
                "same one each time",
                f"another {name} at the second call",
                "Where does the z come from that your decoder gets?",
                "z_drawn_again",
            )
    _compare_losses(first, tiny, np.asarray(x))


def _losses(vae):
    return Attempt(getattr(vae, "compute_losses", None), "compute_losses")


def _pair(result):
    """Return both terms as arrays."""
    asked = "a pair: reconstruction_loss and kl_loss, one number an image"
    if not isinstance(result, list | tuple) or len(result) != 2:
        several = isinstance(result, list | tuple)
        raise ExerciseFailed(
            asked,
            f"a {type(result).__name__}"
            + (f" of {len(result)}" if several else ""),
            "What stands behind `return`? The two terms stay apart here, "
            "and are added up later.",
            "wrong_type",
        )
    return [as_array(term, asked) for term in result]


def _compare_losses(pair, tiny, x):
    reconstruction, divergence = tiny.losses(x)
    compare(
        pair[1],
        divergence,
        asked="second, the KL divergence of each image's cloud from N(0, I), "
        "nats, summed over the latents",
        slips=_slips_of_kl(tiny, x),
        question="Take one image. What are its z_mean and z_log_var, and "
        "what is the formula of lesson 05 for them?",
        rtol=ROUNDING,
    )
    compare(
        pair[0],
        reconstruction,
        asked="first, the cross-entropy of each image and what the decoder "
        "draws from z, nats, summed over the pixels",
        slips=_slips_of_reconstruction(tiny, x),
        question="What goes into the decoder, and what is compared with "
        "what? Follow one image.",
        rtol=ROUNDING,
    )


def _slips_of_kl(tiny, x):
    m, v, z = tiny.heads(x)
    reconstruction, right = tiny.losses(x)
    orders = (m, z), (v, m), (v, z), (z, m), (z, v)
    swapped = [kl(*order) for order in orders]
    each = (np.square(m) + np.exp(v) - v - 1) / 2
    yield from with_questions(
        _QUESTIONS,
        ("terms_swapped", [reconstruction]),
        ("outputs_swapped", swapped),
        ("beta_too_early", [BETA * right]),
        ("averages_latent", [each.mean(1), each.mean(), each]),
        ("sums_batch", [right.sum(), right.mean()]),
        ("axis_mixed_up", [each.sum(0), each.mean(0)]),
        ("sign", [-right]),
        *(
            (slug, [wrong.sum(1), wrong.mean(1)])
            for slug, wrong in slips_of_kl(m, v)
        ),
    )


def _slips_of_reconstruction(tiny, x):
    z_mean, z_log_var, z = tiny.heads(x)
    right = tiny.losses(x)[0]
    pixels = cost_of_pixels(x, tiny.decode(z)).reshape(x.shape)
    means = [
        kept
        for axes in ((1, 2, 3), (1, 2), (1,), (2,))
        for mean in [pixels.mean(axes, keepdims=True)]
        for kept in (mean.sum((1, 2, 3)), mean[..., 0], pixels.mean(axes))
    ]
    means += [pixels[..., 0], pixels, pixels.mean()]
    fed_mean, fed_log_var = (
        cost_of_pixels(x, tiny.decode(head)) for head in (z_mean, z_log_var)
    )
    drawn = tiny.decode(z)
    swapped = cost_of_pixels(drawn, x.reshape(drawn.shape))
    squares = np.square(x - drawn.reshape(x.shape))
    distances = [
        squares.sum((1, 2, 3)),
        squares.mean((1, 2, 3)),
        squares[..., 0],
        squares,
        squares.mean(),
        squares.sum((1, 2, 3)) / 2,
    ]
    twice = cost_of_pixels(x, 1 / (1 + np.exp(-drawn)))
    of_lesson = [size * pixels.mean((1, 2, 3)) for size in (1024, 784)]
    yield from with_questions(
        _QUESTIONS,
        ("decoder_fed_mean", [fed_mean.sum(1), fed_mean.mean(1)]),
        ("outputs_swapped", [fed_log_var.sum(1)]),
        ("beta_on_reconstruction", [BETA * right]),
        ("arguments_swapped", [swapped.sum(1), swapped.mean(1)]),
        ("averages_pixels", means),
        ("sums_batch", [right.sum(), right.mean()]),
        ("sign", [-right]),
        ("squared_error", distances),
        ("sigmoid_twice", [twice.sum(1), -twice.sum(1), twice.mean(1)]),
        ("size_fixed", of_lesson),
    )


def _judge_default(attempt):
    """Make a second VAE, which must not disturb the first, without beta."""
    others = TinyNetworks(4)
    vae = attempt.run(attempt.answer, others.encoder, others.decoder)
    beta = getattr(vae, "beta", 1)
    if beta != 1:
        raise ExerciseFailed(
            "VAE(encoder, decoder) has beta = 1",
            f"{beta}",
            "What does the first line of `__init__` say of beta?",
        )


def _judge_slopes(attempt, vae, tiny):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        pair = attempt.run(vae.compute_losses, images(5))
        total = sum(tf.reduce_sum(term) for term in pair)
    slopes = tape.gradient(total, tiny.variables())
    lost = [n for n, s in zip(WEIGHTS, slopes, strict=True) if s is None]
    if lost:
        raise ExerciseFailed(
            "a tape can follow both terms back to every weight",
            f"the gradient is None for: {', '.join(lost)}",
            "Which line leaves TensorFlow, or stops the gradient, so that the "
            "tape cannot follow it?",
            "gradient_lost",
        )


def _judge_graph(attempt, vae, tiny):
    graph = trace(attempt, vae, "compute_losses", lambda x: x)
    for rows in 5, 3:
        pair = _pair(attempt.run(graph, images(rows)))
        _compare_losses(pair, tiny, np.asarray(images(rows)))


_QUESTIONS = {
    "decoder_fed_mean": "Which of its three outputs does the encoder make "
    "for the decoder? What remains of the cloud if only its middle is drawn?",
    "outputs_swapped": "In which order does the encoder give its three "
    "outputs, and under which names do you take them?",
    "terms_swapped": "In which order does the exercise want the two terms?",
    "beta_too_early": "These are the bare terms. Where is beta to come in?",
    "beta_on_reconstruction": "Which of the two terms does beta belong to?",
    "averages_pixels": "1024 undecided pixels cost 709.78 nats. Over which "
    "axes does your code take a mean, and what does the exercise say of them?",
    "averages_latent": "What would a second latent just like the first add: "
    "as much again, or nothing?",
    "sums_batch": "How many images went in, and how many numbers came out?",
    "axis_mixed_up": "One number is asked for each image. Which axis counts "
    "the images, and which did your sum take away?",
    "arguments_swapped": "Of which of the two, image or drawing, is the "
    "logarithm taken?",
    "squared_error": "That is a squared distance. Where is the logarithm?",
    "sigmoid_twice": "What does your function expect: what comes before a "
    "sigmoid or what comes after it? And which of them does the decoder give?",
    "size_fixed": "The check's images have 24 pixels. Which number in your "
    "code counts the pixels of the lesson's?",
    "sign": "Can a drawing cost less than nothing, or a divergence lie "
    "below 0?",
    "half_missing": "What stands before the sum of lesson 05?",
    "log_var_as_log_std": "Of what is z_log_var the logarithm: σ or σ²?",
    "std_for_variance": "What does the exponential of a log-variance give, "
    "and what did you take it of?",
    "log_term_halved": "The formula has the log of the variance, z_log_var. "
    "Which logarithm stands in yours?",
    "exp_missing": "One term of the formula holds the variance itself. Is "
    "that what you added?",
    "mean_not_squared": "Is a mean of −1 any nearer to 0 than a mean of 1?",
    "half_twice": "How many halves stand before each term of lesson 05, and "
    "how many before yours?",
    "sum_too_early": "Square and exponential belong to a single latent. "
    "What does your code take them of?",
    "mean_missing": "Does your divergence grow as the mean leaves 0?",
    "variance_missing": "Does your divergence grow as the cloud gets wide?",
    "two_pi_left": "Log 2π stands in both log-densities. What is left of it "
    "in their difference?",
    "log_term_missing": "Which of the four terms of lesson 05 is missing?",
    "one_missing": "What should the divergence be where the mean and the "
    "log-variance are 0, in each dimension?",
    "reversed": "Whose divergence from whom is asked for: the cloud's from "
    "N(0, I), or N(0, I)'s from the cloud?",
    "bits": "To which base is the logarithm of a nat?",
}
