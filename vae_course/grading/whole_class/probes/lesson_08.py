"""Probes of lesson 08: batches, a warm-up, and the best epoch."""

import itertools
import operator
from functools import partial

import numpy as np

from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    as_plain,
    call,
)

SHUFFLED = "shuffled", "shuffled, second epoch", "seed 0"
AGAIN = "shuffled again", "shuffled again, second epoch", "seed 0 again"


# --- 8.1 --------------------------------------------------------------------


def _images(rng):
    """Draw images for whole batches and a rest, and how many are many."""
    batch_size, rest = int(rng.integers(6, 10)), int(rng.integers(2, 5))
    n = batch_size * int(rng.integers(9, 12)) + rest
    return {
        "images": rng.random((n, 4, 3, 1), dtype="float32"),
        "batch_size": batch_size,
        "seed": int(rng.integers(1, 2**30)),
        "many": int(rng.integers(59_000, 61_000)),
    }


def _epochs(answer, images, batch_size, seed, many):
    """Read datasets twice each, and the first batches of many images."""

    def dataset(images, batch_size, shuffle, seed):
        inputs = {"images": images, "batch_size": batch_size}
        inputs |= {"shuffle": shuffle, "seed": seed}
        return call(answer, "make_dataset", **inputs)

    whole = images[: len(images) // batch_size * batch_size]
    in_order = dataset(images, batch_size, False, seed)
    without_a_rest = dataset(whole, batch_size, False, seed)
    shuffled = dataset(images, batch_size, True, seed)
    again = dataset(images, batch_size, True, seed)
    zero, zero_again = (dataset(images, batch_size, True, 0) for _ in "12")
    read = {
        "in order": _read(in_order),
        "without a rest": _read(without_a_rest),
        "shuffled": _read(shuffled),
        "shuffled, second epoch": _read(shuffled),
        "shuffled again": _read(again),
        "shuffled again, second epoch": _read(again),
        "seed 0": _read(zero),
        "seed 0 again": _read(zero_again),
    }
    numbers = np.arange(many, dtype="float32").reshape(-1, 1, 1, 1)
    first = dataset(numbers, 50, True, seed).take(10)
    return {
        **{name: np.concatenate(batches) for name, batches in read.items()},
        **{
            f"lengths of batches, {name}": np.array(list(map(len, batches)))
            for name, batches in read.items()
        },
        "first of many": np.ravel(_read(first)),
    }


def _read(dataset):
    """Read an epoch, or the first of more batches than there are here."""
    return [_batch(each) for each in itertools.islice(dataset, 99)]


def _batch(element):
    """Return the images of a batch; targets must be the images themselves."""
    x, *targets = element if isinstance(element, tuple) else (element,)
    batch = as_plain(x)
    for target in targets:
        if target is not None and not np.array_equal(target, batch):
            raise ValueError("targets that are not the images")
    return batch


def _are_epochs(observed, expected, inputs):
    """Demand all images once, mixed anew, and by the seed alone."""
    plain = {
        name: right
        for name, right in expected.items()
        if name not in (*SHUFFLED, *AGAIN, "first of many")
    }
    if fault := agrees(observed, plain, inputs):
        return fault
    every = np.arange(len(inputs["images"]))
    orders = [every]
    for name in SHUFFLED:
        orders.append(_order(observed[name], inputs["images"]))
        if np.any(np.sort(orders[-1]) != every):
            return f"{name}: not every image once"
    for name, other in zip(SHUFFLED, AGAIN, strict=True):
        if not np.array_equal(observed[name], observed[other]):
            return f"{other}: another order for the same seed"
    for first, second in itertools.combinations(orders, 2):
        if _together(first, second, inputs["batch_size"]) > 0.5:
            return "shuffled: batches of images that were together before"
    return _fault_of_a_small_buffer(observed["first of many"], inputs["many"])


def _order(epoch, images):
    """Find the numbers of the images, -1 for what is none of them."""
    flat = images.reshape(len(images), -1)
    off = np.abs(epoch.reshape(len(epoch), 1, -1) - flat).max(axis=-1)
    return np.where(off.min(axis=1) < 1e-6, off.argmin(axis=1), -1)


def _together(first, second, batch_size):
    """Return the share of the pairs in a batch that share another as well.

    In orders drawn at random it is near batch_size / n, a tenth, with a
    standard deviation below 0.02.
    """
    batches = [np.argsort(order) // batch_size for order in (first, second)]
    pairs = [np.equal.outer(batch, batch) for batch in batches]
    n = len(first)
    return (np.sum(pairs[0] & pairs[1]) - n) / (np.sum(pairs[0]) - n)


def _fault_of_a_small_buffer(numbers, many):
    """Look for the last twentieth of many images among the first 500.

    None of it is there less than once in 10^11, a buffer for 60,000 images
    included less than once in ten million.
    """
    if len(np.unique(numbers)) < len(numbers) or numbers.max() >= many:
        return "first of many: not every image once"
    if numbers.max() < 0.95 * many:
        return "first of many: none from the end"
    return None


# --- 8.2 and 8.3 ------------------------------------------------------------


def _warmups(rng):
    return {
        "warmup_epochs": int(rng.integers(4, 12)),
        "beta": float(np.exp(rng.uniform(0.2, 1.5) * rng.choice([-1, 1]))),
    }


def _betas(answer, warmup_epochs, beta):
    def weights(warmup_epochs, epochs):
        inputs = {"warmup_epochs": warmup_epochs, "beta": beta}
        return np.stack(
            [
                as_plain(call(answer, "warmup_beta", epoch=epoch, **inputs))
                for epoch in range(epochs)
            ]
        )

    return {
        "beta from epoch to epoch": weights(warmup_epochs, 2 * warmup_epochs),
        "beta after one epoch of warm-up": weights(1, 3),
        "beta without warm-up": weights(0, 3),
    }


def _histories(rng):
    """Draw losses whose sums lie 4 nats apart or more, and where nan is.

    Half of the histories are a thousand times as large.
    """
    n_histories, n_epochs = 8, int(rng.integers(9, 14))
    shape = n_histories, n_epochs
    ranks = rng.permuted(
        np.tile(np.arange(n_epochs), (n_histories, 1)), axis=1
    )
    total = 240 + 7 * ranks + rng.uniform(0, 3, shape)
    kl_loss = rng.uniform(2, 80, shape)
    scale = rng.permutation([1, 1000] * (n_histories // 2))[:, None]
    return {
        "reconstruction_loss": scale * (total - kl_loss),
        "kl_loss": scale * kl_loss,
        "broken": _broken(rng, ranks),
    }


def _broken(rng, ranks):
    """Choose which of both losses are nan: the best epoch's, and others."""
    broken = rng.random((2, *ranks.shape)) < 0.15
    first = rng.integers(2, size=len(ranks))
    rows = np.arange(len(ranks))
    broken[first, rows, ranks.argmin(axis=1)] = True
    # One epoch at least has both.
    broken[:, rows, np.where(ranks == 1)[1]] = False
    return broken


def _best_epochs(answer, reconstruction_loss, kl_loss, broken):
    losses = np.stack([reconstruction_loss, kl_loss])

    def best(losses):
        names = "reconstruction_loss", "kl_loss"
        pairs = (
            dict(zip(names, pair, strict=True))
            for pair in losses.swapaxes(0, 1).tolist()
        )
        places = [call(answer, "best_epoch", **pair) for pair in pairs]
        # A place that no list takes between its brackets is none.
        return np.array([operator.index(place) for place in places])

    return {
        "best epochs": best(losses),
        "best epochs beside nan": best(np.where(broken, np.nan, losses)),
    }


PROBES = (
    Probe("8.1", _images, _epochs, _are_epochs, 1),
    Probe("8.2", _warmups, _betas, partial(agrees, rtol=1e-5)),
    Probe("8.3", _histories, _best_epochs),
)
