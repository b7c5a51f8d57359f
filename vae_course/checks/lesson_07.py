"""Checks of lesson 07, Build the VAE."""

import contextlib
import warnings

from vae_course.checks import vae_steps, vae_terms, variational_encoder
from vae_course.checks.contract import exercise
from vae_course.checks.own_methods import own_methods

VAE = "vae_course.models:VAE"


@contextlib.contextmanager
def _without_words_of_keras():
    """Silence warnings of what right answers may do, or we have words for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@exercise(
    "7.1", points=2, library="vae_course.networks:build_variational_encoder"
)
def build_variational_encoder(attempt):
    """Judge latent_dim -> a model, images -> [z_mean, z_log_var, z]."""
    with _without_words_of_keras():
        variational_encoder.judge(attempt)


@exercise("7.2", points=3, library=VAE, name="VAE")
def compute_losses(attempt):
    """Judge x -> (reconstruction_loss, kl_loss), each (n,)."""
    with _without_words_of_keras(), own_methods(attempt, "compute_losses"):
        vae_terms.judge(attempt)


@exercise("7.3", points=4, library=VAE, name="VAE")
def train_step(attempt):
    """Judge data -> one step down the slope, and the running means."""
    with _without_words_of_keras(), own_methods(attempt, "train_step"):
        vae_steps.judge_training(attempt)


@exercise("7.4", points=3, library=VAE, name="VAE")
def test_step(attempt):
    """Judge data -> the running means, no weight moved; and `metrics`."""
    own = own_methods(attempt, "test_step", "metrics")
    with _without_words_of_keras(), own:
        vae_steps.judge_test(attempt)
