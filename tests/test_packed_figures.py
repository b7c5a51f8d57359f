"""A figure of an executed solution is stored smaller, and looks the same."""

import base64
import io

import numpy as np
from notebooks.figures import pack
from PIL import Image

from vae_course import clinic, plots


def png_of(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=96)
    return base64.b64encode(file.getvalue()).decode("ascii")


def pixels_of(png):
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    return np.asarray(image, dtype=float)


def test_a_packed_figure_is_half_as_large_and_looks_the_same():
    png = png_of(plots.patient_chart(clinic.load_chart("F"), "F"))
    packed = pack(png)
    assert len(packed) < 0.6 * len(png)
    off = np.abs(pixels_of(packed) - pixels_of(png))
    # Steps of grey that no eye tells apart.
    assert off.mean() < 0.5 and np.quantile(off, 0.999) < 25


def test_a_figure_that_cannot_shrink_stays_as_it_was():
    file = io.BytesIO()
    Image.new("L", (1, 1)).save(file, "PNG", optimize=True)
    png = base64.b64encode(file.getvalue()).decode("ascii")
    assert pack(png) == png
