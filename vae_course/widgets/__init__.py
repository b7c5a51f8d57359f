"""Interactive views, each a thin skin over functions that are tested."""

from vae_course.widgets.divergence import kl_explorer
from vae_course.widgets.explorer import Explorer, Slider
from vae_course.widgets.latent import latent_explorer, paired_explorer
from vae_course.widgets.normal import covariance_explorer, normal_explorer
from vae_course.widgets.reparametrisation import reparametrisation_explorer
from vae_course.widgets.tradeoff import beta_explorer

__all__ = [
    "Explorer",
    "Slider",
    "beta_explorer",
    "covariance_explorer",
    "kl_explorer",
    "latent_explorer",
    "normal_explorer",
    "paired_explorer",
    "reparametrisation_explorer",
]
