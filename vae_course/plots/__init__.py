"""Figures of the course, from arrays; each returns its figure or axes.

A returned figure is shown once, as the value of the cell that made it.
"""

from vae_course.plots.bounds import evidence_bound, jensen
from vae_course.plots.classes import CODE_AXES, codes_in_plane
from vae_course.plots.densities import (
    covariance_ellipses,
    density_curves,
    ellipse,
    estimates,
    move_ellipses,
    radii,
)
from vae_course.plots.diagnosis import (
    kl_by_dimension,
    patient_chart,
    rate_distortion,
)
from vae_course.plots.divergence import (
    fitted_bells,
    kl_integrand,
    kl_pull,
    move_integrand,
)
from vae_course.plots.images import compare_images, image_grid
from vae_course.plots.latent import (
    clouds,
    code_map,
    decoded_point,
    gaps,
    latent_plane,
    noise_held,
)
from vae_course.plots.manifold import (
    PERCENTILE_AXES,
    codes_and_prior,
    decoded_points,
    latent_planes,
    manifold,
)
from vae_course.plots.networks import hourglass
from vae_course.plots.progress import progress_map
from vae_course.plots.reparametrisation import (
    move_reparametrisation,
    reparametrisation,
)
from vae_course.plots.speed import training_times
from vae_course.plots.style import (
    CLASS_COLOURS,
    CLASS_MARKERS,
    RED,
    code,
    new_figure,
    use_style,
)
from vae_course.plots.tradeoff import move_tradeoff, tradeoff
from vae_course.plots.training import loss_terms

__all__ = [
    "CLASS_COLOURS",
    "CLASS_MARKERS",
    "CODE_AXES",
    "PERCENTILE_AXES",
    "RED",
    "clouds",
    "code",
    "code_map",
    "codes_and_prior",
    "codes_in_plane",
    "compare_images",
    "covariance_ellipses",
    "decoded_point",
    "decoded_points",
    "density_curves",
    "ellipse",
    "estimates",
    "fitted_bells",
    "evidence_bound",
    "gaps",
    "hourglass",
    "image_grid",
    "kl_by_dimension",
    "kl_integrand",
    "kl_pull",
    "jensen",
    "latent_plane",
    "latent_planes",
    "loss_terms",
    "manifold",
    "move_ellipses",
    "move_integrand",
    "move_tradeoff",
    "move_reparametrisation",
    "new_figure",
    "noise_held",
    "patient_chart",
    "progress_map",
    "radii",
    "rate_distortion",
    "tradeoff",
    "training_times",
    "reparametrisation",
    "use_style",
]
