"""The style: legible on white, at the size at which a notebook shows it."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text

from vae_course import clinic, plots
from vae_course.plots import style

LEAST_CONTRAST = 3  # for what is no text: WCAG 2.2, success criterion 1.4.11
SMALLEST_TEXT = 9  # points


def luminance(colour):
    """Weigh a colour by what the eye sees of it, as WCAG defines it."""
    rgb = np.array(to_rgb(colour))
    low = rgb <= 0.04045
    linear = np.where(low, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast_with_white(colour):
    return 1.05 / (luminance(colour) + 0.05)


def test_contrast_of_black_with_white_is_21():
    assert contrast_with_white("black") == pytest.approx(21)


@pytest.mark.parametrize(
    "colour", [*style.LINE_COLOURS, style.RED, style.GREY]
)
def test_lines_and_dots_stand_out_from_white(colour):
    assert contrast_with_white(colour) >= LEAST_CONTRAST


def test_edges_of_all_classes_stand_out_from_white():
    labels = np.arange(10)
    codes = np.random.default_rng(0).normal(size=(10, 2))
    plane = plots.latent_plane(codes, labels, list("abcdefghij")).axes[0]
    edges = [dots.get_edgecolor()[0, :3] for dots in plane.collections]
    assert len(edges) == 10
    assert min(map(contrast_with_white, edges)) >= LEAST_CONTRAST


@pytest.mark.parametrize("name", ["z_log_var", "z[:, 0]", "exp(a, b)"])
def test_code_is_typeset_letter_by_letter(name):
    parsed = MathTextParser("path").parse(plots.code(name))
    letters = "".join(chr(number) for _, _, number, *_ in parsed.glyphs)
    assert letters.replace(" ", "") == name.replace(" ", "")
    fonts = {font.family_name for font, *_ in parsed.glyphs}
    assert fonts == {"DejaVu Sans Mono"}


def test_no_text_of_the_densest_figure_is_small():
    figure = plots.patient_chart(clinic.load_chart("A"), "Patient A")
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in texts) >= SMALLEST_TEXT
