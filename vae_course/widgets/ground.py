"""What the views of the latent space walk on: plain functions."""

import numpy as np

from vae_course import plots
from vae_course.evaluate import code_reach
from vae_course.latent import nearest_code

LONGEST_TRAIL = 300  # points


class Ground:
    """What an explorer walks on: codes, their pictures, and a decoder.

    Args:
        decoder, z, labels, names, images: as in
            `vae_course.widgets.latent_explorer`.

    Attributes:
        z: float64 (n, 2).
        labels: int (n,).
        names: names of the classes.
        reach: float, how far codes are from each other; a point farther
            from every code is in a hole.
    """

    def __init__(self, decoder, z, labels, names, images=None):
        self.z, self.labels = plots.codes_in_plane(z, labels, names)
        self.z = self.z.astype(np.float64)
        self.names, self._images = names, images
        if images is not None and len(images) != len(self.z):
            raise ValueError(
                f"images: expected {len(self.z)}, one a code, "
                f"got {len(images)}"
            )
        self.reach = code_reach(self.z)
        self._decode = compiled(decoder)

    def pictures_at(self, point):
        """Decode a point; return it and its nearest garment, by caption."""
        [image] = self._decode(np.reshape(point, (1, 2)))
        pictures = {"what it decodes to": image}
        if self._images is not None:
            nearest, _ = nearest_code(point, self.z)
            name = self.names[self.labels[nearest]]
            pictures[f"nearest garment:\n{name}"] = self._images[nearest]
        return pictures

    def words_at(self, point):
        """Say where a point is, and how far from the nearest code."""
        nearest, distance = nearest_code(point, self.z)
        where = "in a hole" if distance > self.reach else "near a code"
        x, y = (f"{number:z.2f}".replace("-", "−") for number in point)
        return (
            f"z = ({x}, {y})\n"
            f"nearest code: {self.names[self.labels[nearest]]}, "
            f"{distance:.2f} away\n"
            f"{where} (a hole begins at {self.reach:.2f})"
        )

    def middle_of(self, label):
        """Return the median code of a class."""
        return np.median(self.z[self.labels == label], axis=0)


def compiled(decoder):
    """Compile a decoder once, for a batch of any size.

    Args:
        decoder: Keras model, or function of tensors, (n, 2) float32 ->
            (n, ...).

    Returns:
        A function from float (n, 2) to the decoder's answer as a NumPy
        array, which has been called once.
    """
    import tensorflow as tf

    graph = tf.function(
        lambda points: decoder(points),
        input_signature=[tf.TensorSpec([None, 2], tf.float32)],
        jit_compile=False,
    )

    def decode(points):
        return graph(np.asarray(points, dtype=np.float32)).numpy()

    decode(np.zeros((1, 2)))
    return decode


def as_ink(images):
    """Return images in [0, 1] as uint8, 255 for 1; what is no number is 0."""
    ink = np.nan_to_num(np.asarray(images, dtype=np.float32))
    return np.rint(255 * ink.clip(0, 1)).astype(np.uint8)


def extend_trail(trail, point, longest=LONGEST_TRAIL):
    """Add a point to the end of a trail, which forgets its beginning.

    Args:
        trail: float (n, 2), where one has been.
        point: float (2,), where one is.
        longest: int > 0, how many points are kept.

    Returns:
        float32 (at most longest, 2); the same trail if it ends there.

    >>> extend_trail([[0.0, 1.0], [2.0, 3.0]], [4.0, 5.0], longest=2)
    array([[2., 3.],
           [4., 5.]], dtype=float32)
    """
    point = np.asarray(point, dtype=np.float32)
    if len(trail) and np.array_equal(trail[-1], point):
        return trail
    return np.vstack([trail, point]).astype(np.float32)[-longest:]
