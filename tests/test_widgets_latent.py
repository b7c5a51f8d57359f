"""The views of the latent space show what belongs to the point."""

import base64

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import ops

from vae_course import plots, widgets
from vae_course.latent import interpolate
from vae_course.widgets import ground as walked
from vae_course.widgets.latent import WALK
from vae_course.widgets.plane import backdrop_of

NAMES = [f"class {label}" for label in range(10)]
RNG = np.random.default_rng(7)
Z, LABELS = RNG.normal(size=(50, 2)), np.arange(50) % 10
IMAGES = RNG.random((50, 8, 8, 1))
FAR = 30 * Z + 7
PNG = b"\x89PNG"


def decoder(points):
    """Paint a picture in a grey of both numbers."""
    grey = ops.sigmoid(points[:, 0] - 2 * points[:, 1])
    return ops.ones((8, 8, 1)) * ops.reshape(grey, (-1, 1, 1, 1))


def grey_at(x, y):
    return 1 / (1 + np.exp(2 * y - x))


def ground(**options):
    return walked.Ground(decoder, Z, LABELS, NAMES, **options)


def explorer():
    return widgets.latent_explorer(decoder, Z, LABELS, NAMES, IMAGES)


def pair():
    models = {"one": (decoder, Z), "other": (decoder, FAR)}
    return widgets.paired_explorer(models, LABELS, NAMES, IMAGES)


def ink_of(view):
    """Return the pictures that a view has sent."""
    ink = np.frombuffer(view.pictures, dtype=np.uint8)
    return ink.reshape(-1, *view.shape)


def touch(view, x, y, serial=1):
    """Move the point as the front end does."""
    message = {"numbers": [x, y], "serial": serial}
    view._handle_custom_msg(message, [])


def places(numbers):
    return np.frombuffer(numbers, dtype=np.float32).reshape(-1, 2)


# --- the functions under the views ------------------------------------------


def test_compiled_decoder_answers_as_the_decoder_itself():
    decode = walked.compiled(decoder)
    for points in (Z[:1], Z[:7]):
        expected = grey_at(*points.T)[:, None, None, None] * np.ones((8, 8, 1))
        np.testing.assert_allclose(decode(points), expected, rtol=1e-5)


def test_decoder_is_traced_once_whatever_the_batch():
    traces = []

    def counting(points):
        traces.append(points)
        return decoder(points)

    decode = walked.compiled(counting)
    for n in (1, 3, 3, 50):
        decode(Z[:n])
    assert len(traces) == 1


def test_ink_is_0_to_255_and_never_wraps_round():
    images = [0, 0.2, 1, 1.01, -0.01, np.nan, np.inf]
    expected = [0, 51, 255, 255, 0, 0, 255]
    assert walked.as_ink(images).tolist() == expected


def test_trail_forgets_its_beginning_and_repeats_nothing():
    trail = np.empty((0, 2))
    for k in (1, 2, 2, 3, 4):
        trail = walked.extend_trail(trail, [k, -k], longest=3)
    assert trail.tolist() == [[2, -2], [3, -3], [4, -4]]


def test_pictures_at_a_code_are_its_decoded_one_and_its_own():
    decoded, nearest = ground(images=IMAGES).pictures_at(Z[13]).items()
    np.testing.assert_allclose(decoded[1], grey_at(*Z[13]), rtol=1e-5)
    assert nearest[0] == "nearest garment:\nclass 3"
    np.testing.assert_array_equal(nearest[1], IMAGES[13])


def test_without_images_only_the_decoded_picture_is_shown():
    assert list(ground().pictures_at(Z[0])) == ["what it decodes to"]


def test_words_tell_a_hole_from_a_place_near_a_code():
    area = ground()
    far_out = Z.max(axis=0) + area.reach
    assert "near a code" in area.words_at(Z[4])
    assert "class 4, 0.00 away" in area.words_at(Z[4])
    assert "in a hole" in area.words_at(far_out)


def test_words_give_both_numbers_of_the_point():
    assert "z = (−1.50, 0.00)" in ground().words_at([-1.5, -0.001])


def test_each_code_needs_its_image():
    with pytest.raises(ValueError, match="images: expected 50.*got 49"):
        ground(images=IMAGES[1:])


@pytest.mark.parametrize("x, y", [(0.3, -0.8), (-1.2, 1.1)])
def test_a_point_stands_in_the_backdrop_where_matplotlib_puts_it(x, y):
    figure = plots.code_map(Z, LABELS, NAMES)
    found = backdrop_of(figure)
    across, down = figure.axes[0].transData.transform((x, y))
    width, height = figure.bbox.size
    expected = across / width, 1 - down / height
    left, right, bottom, top = found["limits"]
    shares = (x - left) / (right - left), (y - top) / (bottom - top)
    sides = np.reshape(found["area"], (2, 2))
    np.testing.assert_allclose(sides[0] + sides[1] * shares, expected)
    assert found["backdrop"].startswith(PNG)


# --- the plane that is touched ----------------------------------------------


def test_pictures_words_and_trail_follow_the_point():
    view = explorer()
    start = view.point
    touch(view, 0.25, -0.5)
    decoded, nearest = ink_of(view)
    assert np.all(decoded == walked.as_ink(grey_at(0.25, -0.5)))
    closest = np.linalg.norm(Z - [0.25, -0.5], axis=1).argmin()
    expected = walked.as_ink(IMAGES[closest, ..., 0])
    np.testing.assert_array_equal(nearest, expected)
    assert "(0.25, −0.50)" in view.words
    np.testing.assert_allclose(places(view.trail), [start, [0.25, -0.5]])


def test_one_message_of_a_move_is_answered_once(monkeypatch):
    view, asked = explorer(), []
    monkeypatch.setattr(
        view.ground,
        "pictures_at",
        lambda point, answer=view.ground.pictures_at: (
            asked.append(tuple(point)) or answer(point)
        ),
    )
    touch(view, 0.25, -0.5)
    assert asked == [(0.25, -0.5)]


def test_every_move_is_answered_also_one_that_goes_wrong(monkeypatch):
    view = explorer()
    touch(view, 0.25, -0.5, serial=7)
    assert view.answered == 7
    monkeypatch.setattr(view.ground, "pictures_at", lambda point: 1 / 0)
    touch(view, 0.5, 0.5, serial=8)
    assert view.answered == 8


def test_the_point_starts_among_the_codes_and_inside_the_plane():
    view = explorer()
    low, high = np.reshape(view.limits, (2, 2)).T
    assert np.all(low < Z.min(axis=0)) and np.all(high > Z.max(axis=0))
    np.testing.assert_allclose(view.point, np.median(Z, axis=0))


def test_a_walk_leads_from_one_chosen_end_to_the_other():
    view = explorer()
    ends = [[1.0, 2.0], [-0.5, 0.25]]
    view.set_state({"ends": ends})
    expected = interpolate(*ends, WALK)
    np.testing.assert_allclose(places(view.walk), expected, atol=1e-6)


def test_a_walk_waits_from_the_first_class_to_the_last():
    ends = [np.median(Z[k == LABELS], axis=0) for k in (0, 9)]
    np.testing.assert_allclose(explorer().ends, ends)


def test_a_single_class_can_be_explored():
    view = widgets.latent_explorer(decoder, Z[:3], [3, 3, 3], NAMES)
    np.testing.assert_allclose(view.ends, 2 * [np.median(Z[:3], axis=0)])
    touch(view, 0.25, -0.5)
    assert "class 3" in view.words


def test_each_plane_of_a_pair_has_its_own_point():
    one, other = pair().children
    before, words = other.point, other.words
    touch(one, 0.1, 0.2)
    assert "(0.10, 0.20)" in one.words
    np.testing.assert_array_equal(other.point, before)
    assert other.words == words


def test_the_plane_has_a_name_for_a_screen_reader():
    for view, name in zip(pair().children, ("one", "other"), strict=True):
        assert name in view.label and "Arrow keys" in view.label


# --- without a front end ----------------------------------------------------


@pytest.mark.parametrize("make", [explorer, pair])
def test_a_view_is_a_still_picture_without_a_front_end(make):
    bundle = make()._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert base64.b64decode(data["image/png"]).startswith(PNG)


def test_a_view_leaves_open_figures_and_their_settings_alone():
    first, second = plt.figure(), plt.figure()
    plt.figure(first)
    settings = mpl.rcParams.copy()
    try:
        view = explorer()
        touch(view, 0.5, 0.5)
        view._repr_mimebundle_()
        assert plt.gcf() is first
        assert set(plt.get_fignums()) == {first.number, second.number}
        assert mpl.rcParams == settings
    finally:
        plt.close(first)
        plt.close(second)
