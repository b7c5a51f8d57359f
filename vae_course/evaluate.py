"""Numbers about a trained model, in NumPy: holes, units in use, bounds."""

import numpy as np

from vae_course.arguments import demand_count, real_array, real_table


def nearest_distance(queries, points):
    """Measure how far each query is from the point nearest to it.

    You write this in exercise 2.2. There every query meets every point;
    here a tree spares most of the meetings.

    Args:
        queries: float (n_queries, latent_dim).
        points: float (n_points, latent_dim).

    Returns:
        float64 (n_queries,): Euclidean distances, in the unit of the
        arguments; 0 where a query is one of the points.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not a finite table with a row and a column
            at least, or they differ in latent_dim.

    >>> nearest_distance([[0.0, 0.0], [9.0, 5.0]], [[3.0, 4.0], [9.0, 7.0]])
    array([5., 2.])

    Source: Bentley (1975), Multidimensional binary search trees used for
    associative searching.
    """
    queries, points = _tables(queries=queries, points=points)
    distances, _ = _tree(points).query(queries)
    return distances


def nearest_image(images, among):
    """Find for each image the one among many that is nearest to it.

    A tree gains nothing in so many dimensions. Multiplied out,
    |a - b|^2 = |a|^2 - 2 a b + |b|^2, all pairs are one matrix product, and
    |b|^2 is the same for all candidates.

    Args:
        images: float array (n, ...), such as (n, 32, 32, 1).
        among: float array (n_among, ...), of the same shape but for the
            first axis. The product has n_among * n numbers.

    Returns:
        The indices of the nearest, int (n,), and their distances, (n,): the
        root of the summed squares over the pixels, exactly 0 for a copy.

    Raises:
        TypeError: if an argument does not hold floats.
        ValueError: if there are no images, or their shapes differ.

    >>> among = np.array([[0.0, 0.5], [1.0, 1.0], [0.5, 0.0]])
    >>> nearest, distances = nearest_image(np.array([[1.0, 0.75]]), among)
    >>> nearest.tolist(), distances.tolist()
    ([1], [0.25])
    """
    images, among = np.asarray(images), np.asarray(among)
    for name, array in {"images": images, "among": among}.items():
        if array.dtype.kind != "f":
            raise TypeError(f"{name}: expected floats, got {array.dtype}")
        if not array.size:
            raise ValueError(
                f"{name}: expected one image at least, got shape {array.shape}"
            )
    if images.shape[1:] != among.shape[1:]:
        raise ValueError(
            f"among: expected images of shape {images.shape[1:]}, "
            f"got {among.shape[1:]}"
        )
    images, among = (x.reshape(len(x), -1) for x in (images, among))
    squares = np.einsum("ij,ij->i", among, among)[:, np.newaxis]
    nearest = (squares - 2 * among @ images.T).argmin(axis=0)
    return nearest, np.linalg.norm(images - among[nearest], axis=1)


def code_reach(z, quantile=0.99):
    """Measure how far codes are from each other: beyond that is a hole.

    Args:
        z: float (n_codes, latent_dim), at least two codes.
        quantile: float in [0, 1], of the distances from each code to the
            nearest other one.

    Returns:
        float, in the unit of the codes.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if z is not a finite table, there is but one code, or
            the quantile is not in [0, 1].

    >>> z = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [4.0, 0.0]]
    >>> code_reach(z, quantile=1), code_reach(z, quantile=0.5)
    (2.0, 1.0)
    """
    z = real_table("z", z)
    if len(z) < 2:
        raise ValueError(f"z: expected at least two codes, got {len(z)}")
    quantile = real_array("quantile", quantile)
    if quantile.ndim or not 0 <= quantile <= 1:
        raise ValueError(
            f"quantile: expected one number in [0, 1], got {quantile}"
        )
    # The nearest code to a code is itself, or its double, at distance 0.
    own, _ = _tree(z).query(z, k=[2])
    return float(np.quantile(own, quantile))


def hole_share(samples, z, quantile=0.99):
    """Count the samples that are further from every code than codes are.

    Each code's own distance is that to the nearest other code. A sample
    lies in a hole if it is further from its nearest code than the given
    quantile of these. So about 1 - quantile of the codes themselves would
    count, each taken out in turn: the number to compare with.

    Args:
        samples: float (n_samples, latent_dim), where one would decode.
        z: float (n_codes, latent_dim), at least two codes.
        quantile: float in [0, 1], of the codes' own distances.

    Returns:
        float in [0, 1]: a share of the samples.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if the tables are not finite, are empty or differ in
            latent_dim, there is but one code, or the quantile is not in
            [0, 1].

    >>> z = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [9.0, 0.0], [9.5, 0.0]]
    >>> samples = [[0.5, 0.0], [1.5, 0.6], [5.0, 0.0], [5.0, 8.0]]
    >>> hole_share(samples, z)
    0.5
    """
    distances = nearest_distance(*_tables(samples=samples, z=z))
    return float(np.mean(distances > code_reach(z, quantile)))


def area_in_use(z, cells=50, box=None):
    """Measure how much of a box has codes in it.

    The box is cut into cells x cells equal rectangles. No more can be in
    use than there are codes: compare shares only of equally many codes.
    The smallest box that holds all codes hangs on the two or three furthest
    of them, and even a normal cloud leaves about half of it empty; two
    standard deviations either way of the mean make a box in which clouds
    can be compared.

    Args:
        z: float (n_codes, 2), codes in the plane, not all on a line along
            an axis.
        cells: int > 0, how many rectangles along each side.
        box: pair (low, high), each float (2,), its lowest and its highest
            corner; codes outside do not count. None stands for the
            smallest box that holds all codes.

    Returns:
        float in [0, 1]: the share of the rectangles that hold at least
        one code.

    Raises:
        TypeError: if z or box does not hold real numbers, or cells is not
            an int.
        ValueError: if z is not a finite table with two columns, the box is
            not one of finite numbers with an area, or cells is below 1.

    >>> z = [[0.0, 0.0], [0.2, 0.1], [1.0, 9.0]]
    >>> area_in_use(z, cells=2)
    0.5
    >>> area_in_use(z, cells=2, box=([0.0, 0.0], [0.5, 0.5]))
    0.25
    """
    z = real_table("z", z)
    if z.shape[1] != 2:
        raise ValueError(f"z: expected shape (n_codes, 2), got {z.shape}")
    demand_count("cells", cells, smallest=1)
    if box is None:
        if not np.all(np.ptp(z, axis=0)):
            raise ValueError(
                "z: expected a box with an area, got a line or point"
            )
        box = z.min(axis=0), z.max(axis=0)
    box = real_array("box", box)
    if box.shape != (2, 2) or not np.all(box[0] < box[1]):
        raise ValueError(
            "box: expected two corners (2,), the first below the second in "
            f"both columns, got {box.tolist()}"
        )
    counts, _, _ = np.histogram2d(*z.T, bins=cells, range=box.T)
    return float(np.mean(counts > 0))


def active_units(z_mean, threshold=0.01):
    """Count the latent dimensions that tell one image from another.

    A dimension is active if the mean of its code varies over the images by
    more than the threshold. In one that has collapsed onto the prior, the
    encoder says the same of every image. You write this in exercise 10.1.

    Args:
        z_mean: float (n, latent_dim), the means of the codes of n >= 2
            images.
        threshold: float >= 0, in the unit of z squared.

    Returns:
        int from 0 to latent_dim.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if z_mean is not a finite table with two rows at least,
            or the threshold is negative.

    >>> active_units([[-1.0, 3.0], [0.0, 3.0], [1.0, 3.01]])
    1

    Source: Burda, Grosse and Salakhutdinov (2016), arXiv:1509.00519,
    section 5.2, with this threshold.
    """
    z_mean = real_table("z_mean", z_mean)
    if len(z_mean) < 2:
        raise ValueError(
            f"z_mean: expected at least two images, got {len(z_mean)}"
        )
    threshold = real_array("threshold", threshold, shape=())
    if threshold < 0:
        raise ValueError(f"threshold: expected at least 0, got {threshold}")
    return int(np.sum(z_mean.var(axis=0) > threshold))


def importance_weighted_bound(log_weights):
    """Average weights that are given by their logs; return logs again.

    With log_weights = log p(x, z) - log q(z | x) for k draws of z from q,
    this bounds log p(x) from below, on average over the draws: the ELBO for
    k = 1, tighter for every further draw. The largest weight of each image
    is taken out before the exponential, which then neither overflows nor
    leaves nothing. You write this in exercise 10.2.

    Args:
        log_weights: float (n, k), nats, for n images and k draws each.

    Returns:
        float64 (n,), nats: the log of the mean over the k draws.

    Raises:
        TypeError: if it does not hold real numbers.
        ValueError: if it is not a finite table, (n, k), neither of them 0.

    >>> from math import log
    >>> importance_weighted_bound([[log(1.0), log(3.0)]]).round(4)
    array([0.6931])
    >>> importance_weighted_bound([[-2000.0, -2000.0, -2000.0]])
    array([-2000.])

    Source: Burda, Grosse and Salakhutdinov (2016), arXiv:1509.00519,
    equation 8.
    """
    log_weights = real_table("log_weights", log_weights)
    largest = log_weights.max(axis=1, keepdims=True)
    share_of_largest = np.exp(log_weights - largest).mean(axis=1)
    return largest[:, 0] + np.log(share_of_largest)


def _tree(points):
    from scipy.spatial import cKDTree

    return cKDTree(points)


def _tables(**arguments):
    """Return two tables that agree in the number of columns."""
    first, second = arguments
    tables = [real_table(name, value) for name, value in arguments.items()]
    dims = [table.shape[1] for table in tables]
    if dims[0] != dims[1]:
        raise ValueError(
            f"{second}: expected the latent_dim of {first}, {dims[0]}, "
            f"got {dims[1]}"
        )
    return tables
