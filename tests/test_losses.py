"""The terms of the losses agree with plain loops and exact values."""

import math

import keras
import numpy as np
import pytest
from lesson_solutions import solution
from scipy import integrate, stats

from vae_course.checks import lesson_01, lesson_06
from vae_course.densities import kl_to_standard_normal
from vae_course.losses import (
    effective_beta,
    elbo,
    kl_loss,
    log_likelihood,
    reconstruction_loss,
)


def plain_loop(x, x_mean):
    costs = []
    for image, mean in zip(x, x_mean, strict=True):
        pairs = zip(image.ravel(), mean.ravel(), strict=True)
        costs.append(
            -sum(
                float(a) * math.log(m) + (1 - float(a)) * math.log(1 - m)
                for a, m in ((a, float(m)) for a, m in pairs)
            )
        )
    return costs


@pytest.fixture
def images():
    return np.random.default_rng(5).uniform(0.02, 0.98, (2, 4, 32, 32, 1))


@pytest.mark.parametrize("grey", [0.0, 0.3, 1.0])
def test_a_constant_half_costs_1024_ln_2(grey):
    x = np.full((3, 32, 32, 1), grey)
    nats = reconstruction_loss(x, np.full_like(x, 0.5))
    np.testing.assert_allclose(nats, [1024 * math.log(2)] * 3, rtol=1e-6)


def test_reconstruction_loss_agrees_with_a_plain_loop(images):
    x, x_mean = images
    np.testing.assert_allclose(
        reconstruction_loss(x, x_mean), plain_loop(x, x_mean), rtol=1e-5
    )


def test_reconstruction_loss_agrees_with_keras(images):
    x, x_mean = images
    theirs = keras.losses.binary_crossentropy(x, x_mean)
    np.testing.assert_allclose(
        reconstruction_loss(x, x_mean),
        keras.ops.sum(theirs, axis=(1, 2)),
        rtol=1e-5,
    )


def test_it_is_smallest_where_the_reconstruction_is_the_image(images):
    x, other = images
    best = reconstruction_loss(x, x)
    for share in (0.01, 0.1, 1.0):
        worse = reconstruction_loss(x, x + share * (other - x))
        assert np.all(np.asarray(worse) > np.asarray(best))


def test_certain_and_right_costs_nothing():
    x = np.array([[0.0, 1.0, 1.0]])
    np.testing.assert_allclose(reconstruction_loss(x, x), [0], atol=1e-6)


def test_certain_and_wrong_is_finite_and_dear():
    x = np.array([[0.0, 1.0], [0.25, 0.5]])
    nats = np.asarray(reconstruction_loss(x, 1 - x.round()))
    assert np.all(np.isfinite(nats))
    assert nats[0] > 30


def test_gradient_is_finite_at_zero_and_one():
    import tensorflow as tf

    x = tf.constant([[0.3, 0.0, 1.0, 0.2]])
    x_mean = tf.constant([[0.0, 0.0, 1.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(x_mean)
        nats = reconstruction_loss(x, x_mean)
    assert np.all(np.isfinite(tape.gradient(nats, x_mean)))


def test_half_precision_is_finite():
    x = keras.ops.zeros((3, 4, 5, 1), dtype="float16")
    assert np.all(np.isfinite(reconstruction_loss(x, x + 1)))


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"x_mean: .*\(3, 4, 4, 1\)"):
        reconstruction_loss(np.zeros((3, 4, 4, 1)), np.zeros((3, 4, 4)))


@pytest.mark.parametrize("n", [1, 4])
def test_batches_of_unlike_length_are_refused(n):
    with pytest.raises(ValueError, match=rf"x_mean: .*got \({n}, 4, 4, 1\)"):
        reconstruction_loss(np.zeros((3, 4, 4, 1)), np.zeros((n, 4, 4, 1)))


def test_solution_and_library_agree(images):
    theirs = solution("1.3")
    assert lesson_01.reconstruction_loss(theirs) is theirs
    np.testing.assert_allclose(
        theirs(*images), reconstruction_loss(*images), rtol=1e-5
    )


@pytest.fixture
def logits():
    return np.random.default_rng(6).normal(0, 3, (4, 32, 32, 1))


@pytest.fixture
def codes():
    """Return z_mean and z_log_var, one row an image."""
    return np.random.default_rng(7).normal(0, 1.3, (2, 4, 5))


def test_log_likelihood_agrees_with_scipy(images, logits):
    from scipy.special import log_expit

    x = images[0].astype("float32").astype("float64")
    a = logits.astype("float32").astype("float64")
    nats = x * log_expit(a) + (1 - x) * log_expit(-a)
    np.testing.assert_allclose(
        log_likelihood(x, a), nats.sum(axis=(1, 2, 3)), rtol=1e-5
    )


def test_log_likelihood_of_certain_pixels_is_a_log_probability():
    """Sum over all eight pictures of three pixels: together they are sure."""
    pictures = np.array(list(np.ndindex(2, 2, 2)), "float32")
    logits = np.broadcast_to([0.7, -2.0, 3.0], pictures.shape)
    probabilities = np.exp(log_likelihood(pictures, logits))
    assert probabilities.sum() == pytest.approx(1)


def test_it_is_the_reconstruction_loss_of_lesson_01_negated(images, logits):
    np.testing.assert_allclose(
        log_likelihood(images[0], logits),
        -reconstruction_loss(images[0], keras.ops.sigmoid(logits)),
        rtol=1e-4,
    )


def test_log_likelihood_is_exact_for_enormous_logits():
    x = [[1.0, 0.0], [0.0, 0.0], [0.25, 0.5]]
    a = [[1000.0, -1000.0], [1000.0, -1000.0], [1000.0, -1000.0]]
    np.testing.assert_array_equal(log_likelihood(x, a), [0, -1000, -1250])


def test_log_likelihood_keeps_the_digits_of_the_nearly_certain():
    nats = log_likelihood([[1.0]] * 3, [[10.0], [30.0], [80.0]])
    expected = [-math.log1p(math.exp(-a)) for a in (10, 30, 80)]
    np.testing.assert_allclose(nats, expected, rtol=1e-5)


def test_gradient_by_the_logits_is_the_missing_ink():
    import tensorflow as tf

    x = tf.constant([[0.3, 0.0, 1.0, 0.2]])
    logits = tf.constant([[0.0, 1000.0, -1000.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        nats = log_likelihood(x, logits)
    np.testing.assert_allclose(
        tape.gradient(nats, logits), x - tf.sigmoid(logits), rtol=1e-6
    )


def test_elbo_is_the_log_likelihood_where_posterior_equals_prior(
    images, logits
):
    nothing = np.zeros((4, 3))
    np.testing.assert_array_equal(
        elbo(images[0], logits, nothing, nothing),
        log_likelihood(images[0], logits),
    )


def test_elbo_falls_by_the_integrated_divergence(images, logits, codes):
    from scipy.integrate import quad
    from scipy.stats import norm

    def divergence(mean, log_var):
        q, p = norm(mean, np.exp(log_var / 2)), norm()
        return quad(
            lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)),
            *q.ppf([1e-13, 1 - 1e-13]),
        )[0]

    kl = np.vectorize(divergence)(*codes).sum(axis=1)
    # The float32 sums over 1024 pixels leave about 1e-3.
    np.testing.assert_allclose(
        log_likelihood(images[0], logits) - elbo(images[0], logits, *codes),
        kl,
        atol=2e-3,
    )


def test_elbo_bounds_the_evidence_of_a_toy_from_below():
    """One latent, three pixels: integrate the evidence over a grid."""
    rng = np.random.default_rng(8)
    weight, bias = rng.normal(size=(2, 3))
    x = np.array([[1.0, 0.0, 1.0]])
    z = np.linspace(-8, 8, 2001)
    likelihood = np.exp(
        log_likelihood(np.repeat(x, len(z), 0), np.outer(z, weight) + bias)
    )
    prior = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    log_evidence = math.log(np.trapezoid(likelihood * prior, z))
    for mean, log_var in (0.0, 0.0), (0.5, -0.3), (-2.0, 1.0):
        draws = mean + math.exp(log_var / 2) * rng.standard_normal(4000)
        row = np.ones((4000, 1))
        estimates = np.asarray(
            elbo(
                np.repeat(x, 4000, 0),
                np.outer(draws, weight) + bias,
                mean * row,
                log_var * row,
            ),
            "float64",
        )
        error = estimates.std() / math.sqrt(4000)
        assert estimates.mean() < log_evidence + 5 * error


@pytest.mark.parametrize("rows", [1, 3])
def test_elbo_refuses_codes_of_other_images(images, logits, rows):
    codes = np.zeros((rows, 2))
    with pytest.raises(ValueError, match=rf"z_mean: .*got \({rows},\)"):
        elbo(images[0], logits, codes, codes)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((np.zeros((3, 4)), np.zeros((3, 1))), r"x_logits: .*\(3, 1\)"),
        (
            (np.zeros((3, 4)), np.zeros((3, 4)), np.zeros((3, 2)), [[0.0]]),
            r"z_log_var: .*\(1, 1\)",
        ),
    ],
)
def test_pairs_of_unlike_shape_are_refused(arguments, message):
    function = elbo if len(arguments) == 4 else log_likelihood
    with pytest.raises(ValueError, match=message):
        function(*arguments)


def test_terms_of_the_elbo_work_in_a_graph_of_unknown_batch():
    import tensorflow as tf

    images, codes = (tf.TensorSpec((None, n)) for n in (6, 2))
    graph = tf.function(elbo, input_signature=[images, images, codes, codes])
    zeros = np.zeros((4, 6), "float32"), np.zeros((4, 2), "float32")
    np.testing.assert_allclose(
        graph(zeros[0], zeros[0], zeros[1], zeros[1]),
        [-6 * math.log(2)] * 4,
        rtol=1e-6,
    )


@pytest.mark.parametrize(
    "arguments, beta",
    [
        ((784, 2, 1, "sum", 1, "sum"), 1),
        ((1024, 2, 500, "mean", 1, "sum"), 2.048),
        ((1024, 2, 1, "sum", 1, "mean"), 0.5),
        ((784, 20, 1, "mean", 1, "mean"), 39.2),
        ((784, 20, 1, "sum", 4, "sum"), 4),
        ((784, 20, 1, "sum", 0, "mean"), 0),
    ],
)
def test_effective_beta_of_known_losses(arguments, beta):
    assert effective_beta(*arguments) == pytest.approx(beta, rel=1e-15)


@pytest.mark.parametrize("reconstruction", ["sum", "mean"])
@pytest.mark.parametrize("kl", ["sum", "mean"])
def test_effective_beta_gives_the_loss_up_to_a_factor(reconstruction, kl):
    rng = np.random.default_rng(9)
    pixels, latents = rng.uniform(size=(5, 30)), rng.uniform(size=(5, 4))
    written = 7.0 * getattr(pixels, reconstruction)(axis=1)
    written += 0.3 * getattr(latents, kl)(axis=1)
    beta = effective_beta(30, 4, 7.0, reconstruction, 0.3, kl)
    factor = written / (pixels.sum(axis=1) + beta * latents.sum(axis=1))
    np.testing.assert_allclose(factor, factor[0], rtol=1e-12)


GOOD = {
    "n_pixels": 9,
    "latent_dim": 2,
    "reconstruction_weight": 1.0,
    "reconstruction_reduction": "sum",
    "kl_weight": 1.0,
    "kl_reduction": "mean",
}


@pytest.mark.parametrize(
    "name, bad, error",
    [
        ("n_pixels", 0, ValueError),
        ("n_pixels", 9.0, TypeError),
        ("latent_dim", -1, ValueError),
        ("latent_dim", "two", TypeError),
        ("reconstruction_weight", 0.0, ValueError),
        ("reconstruction_weight", -2.0, ValueError),
        ("reconstruction_weight", "heavy", TypeError),
        ("kl_weight", -0.1, ValueError),
        ("kl_weight", float("nan"), ValueError),
        ("kl_weight", [1.0, 2.0], ValueError),
        ("reconstruction_reduction", "average", ValueError),
        ("reconstruction_reduction", None, ValueError),
        ("kl_reduction", "batch", ValueError),
        ("kl_reduction", "Mean", ValueError),
    ],
)
def test_effective_beta_refuses_and_names(name, bad, error):
    with pytest.raises(error, match=f"^{name}: expected"):
        effective_beta(**{**GOOD, name: bad})


def test_solutions_of_lesson_06_and_library_agree(images, logits, codes):
    theirs = [solution(number) for number in ("6.1", "6.2", "6.3")]
    assert lesson_06.log_likelihood(theirs[0]) is theirs[0]
    assert lesson_06.elbo(theirs[1]) is theirs[1]
    assert lesson_06.effective_beta(theirs[2]) is theirs[2]
    x, a, *code = (
        keras.ops.convert_to_tensor(array, "float32")
        for array in (images[0], logits, *codes)
    )
    np.testing.assert_allclose(
        theirs[0](x, a), log_likelihood(x, a), rtol=1e-5
    )
    np.testing.assert_allclose(
        theirs[1](x, a, *code), elbo(x, a, *code), rtol=1e-5
    )
    assert theirs[2](*GOOD.values()) == effective_beta(*GOOD.values())


def test_kl_loss_agrees_with_the_closed_form_in_numpy():
    z_mean, z_log_var = np.random.default_rng(6).normal(0, 2, (2, 5, 3))
    np.testing.assert_allclose(
        kl_loss(z_mean, z_log_var),
        kl_to_standard_normal(z_mean, z_log_var),
        rtol=1e-5,
    )


@pytest.fixture
def heads():
    """Return z_mean and z_log_var, float64 (4, 3) each."""
    rng = np.random.default_rng(6)
    return rng.uniform(-2, 2, (4, 3)), rng.uniform(-3, 2, (4, 3))


def kl_by_quadrature(mean, log_var):
    q = stats.norm(mean, math.exp(log_var / 2))

    def integrand(z):
        return q.pdf(z) * (q.logpdf(z) - stats.norm.logpdf(z))

    reach = 12 * q.std()
    return integrate.quad(integrand, mean - reach, mean + reach)[0]


def test_kl_agrees_with_the_integral_summed_over_latents(heads):
    right = np.vectorize(kl_by_quadrature)(*heads).sum(axis=1)
    np.testing.assert_allclose(kl_loss(*heads), right, rtol=1e-5)


def test_kl_agrees_with_draws_and_log_densities(heads):
    """A bound of 6 standard errors."""
    z_mean, z_log_var = heads
    q = stats.norm(z_mean, np.exp(z_log_var / 2))
    z = q.rvs((20_000, 4, 3), random_state=7)
    surprise = np.sum(q.logpdf(z) - stats.norm.logpdf(z), axis=2)
    error = surprise.std(axis=0) / math.sqrt(len(z))
    gap = np.asarray(kl_loss(*heads)) - surprise.mean(axis=0)
    assert np.all(np.abs(gap) < 6 * error)


def test_kl_is_zero_when_posterior_equals_prior_and_nowhere_else(heads):
    zeros = np.zeros((4, 3))
    np.testing.assert_array_equal(kl_loss(zeros, zeros), np.zeros(4))
    for share in (0.001, 0.1, 1.0):
        z_mean, z_log_var = (share * head for head in heads)
        assert np.all(np.asarray(kl_loss(z_mean, zeros)) > 0)
        assert np.all(np.asarray(kl_loss(zeros, z_log_var)) > 0)


def test_kl_of_twice_the_latents_is_twice_the_kl(heads):
    twice = [np.tile(head, (1, 2)) for head in heads]
    np.testing.assert_allclose(kl_loss(*twice), 2 * kl_loss(*heads), rtol=1e-6)


def test_kl_keeps_its_digits_near_zero():
    """There v - 1 - ln v is v²/2 to three digits; float32 has seven."""
    tiny = np.array([[1e-3, -1e-3, 2e-3]])
    np.testing.assert_allclose(
        kl_loss(0 * tiny, tiny), np.sum(tiny**2, axis=1) / 4, rtol=2e-3
    )


def test_slopes_of_kl_are_the_mean_and_half_the_excess_variance(heads):
    import tensorflow as tf

    z_mean, z_log_var = (tf.constant(head, "float32") for head in heads)
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        nats = kl_loss(z_mean, z_log_var)
    by_mean, by_log_var = tape.gradient(nats, [z_mean, z_log_var])
    np.testing.assert_allclose(by_mean, heads[0], rtol=1e-5)
    np.testing.assert_allclose(
        by_log_var, (np.exp(heads[1]) - 1) / 2, rtol=1e-4
    )


def test_kl_of_half_precision_is_counted_in_float32():
    ones = keras.ops.full((3, 4), 300.0, dtype="float16")
    np.testing.assert_allclose(kl_loss(ones, 0 * ones), [180_000.0] * 3)


@pytest.mark.parametrize("shape", [(4, 1), (1, 3), (3,), (3, 4)])
def test_heads_of_unlike_shape_are_refused(shape):
    with pytest.raises(ValueError, match="z_log_var: expected the shape"):
        kl_loss(np.zeros((4, 3)), np.zeros(shape))
