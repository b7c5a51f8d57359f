"""Checks of lesson 08, Train it."""

import numpy as np

from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed

BATCH_SIZE = 5
LENGTHS = [5, 5, 5, 5, 3]
SEED = 7
BATCHES = "a tf.data.Dataset of batches of images, float (batch_size, …)"
WHOLE = "every image once in an epoch, 23 of them in batches of 5"


@exercise("8.1", points=3, library="vae_course.data:make_dataset")
def make_dataset(attempt):
    """Judge the batches of two epochs by the numbers of their images."""
    images = _numbered(23, (4, 3, 1))
    _judge_order_kept(_epochs(attempt, images, shuffle=False, seed=SEED))
    shuffled = _epochs(attempt, images, shuffle=True, seed=SEED)
    for epoch in shuffled:
        _judge_shuffled(epoch)
    _judge_seed(attempt, images, shuffled)
    _look_for_a_small_buffer(attempt)


def _numbered(n, shape):
    """Make images whose first pixel tells their number."""
    images = np.random.default_rng(8).random((n, *shape), dtype="float32")
    images[:, 0, 0, 0] = (np.arange(n) + 0.5) / n
    return images


def _epochs(attempt, images, shuffle, seed):
    """Read two epochs: the numbers of the images, batch by batch."""
    dataset = _dataset(attempt, images, BATCH_SIZE, shuffle, seed)
    return [attempt.run(_read, dataset, images) for _ in range(2)]


def _dataset(attempt, images, batch_size, shuffle, seed):
    import tensorflow as tf

    dataset = attempt(
        images=images, batch_size=batch_size, shuffle=shuffle, seed=seed
    )
    if not isinstance(dataset, tf.data.Dataset):
        raise ExerciseFailed(
            BATCHES,
            f"something of type {type(dataset).__name__}",
            "What does each of your steps return, and is it the dataset that "
            "the last one made?",
            "wrong_type",
        )
    return dataset


def _read(dataset, images):
    epoch = []
    for element in dataset:
        epoch.append(_numbers(element, images))
        if sum(map(len, epoch)) > len(images):
            raise ExerciseFailed(
                WHOLE + ", and then an end",
                f"{sum(map(len, epoch))} images and no end",
                "Who counts the epochs, your dataset or `fit`? Which step "
                "begins again?",
                "repeats_forever",
            )
    return epoch


def _numbers(element, images):
    """Find which images a batch holds; x, (x,) and (x, x) are welcome."""
    x, *targets = element if isinstance(element, tuple) else (element,)
    batch = as_array(x, BATCHES)
    if batch.shape == images.shape[1:]:
        raise ExerciseFailed(
            BATCHES,
            f"single images, shape {batch.shape}",
            "Which method puts several elements into one?",
            "not_batched",
        )
    if batch.shape[1:] != images.shape[1:]:
        raise ExerciseFailed(
            f"batches of shape {('n', *images.shape[1:])}".replace("'", ""),
            f"shape {batch.shape}",
            "What does one element of the dataset hold before you batch it?",
        )
    first = np.floor(batch[:, 0, 0, 0].astype("float64") * len(images))
    numbers = np.clip(first, 0, len(images) - 1).astype(int)
    if not np.allclose(batch, images[numbers], atol=1e-6):
        raise ExerciseFailed(
            "the images as they were given",
            "a batch with other pixels in it",
            "Which step changes the images themselves?",
        )
    if any(y is not None and not _equal(y, batch) for y in targets):
        raise ExerciseFailed(
            "targets, if there are any, that are the images themselves",
            "pairs whose second part is not their first",
            "An image is its own target. Where do the two part?",
            "targets_out_of_step",
        )
    return numbers.tolist()


def _equal(target, batch):
    target = np.asarray(target)
    return target.shape == batch.shape and np.allclose(target, batch)


def _judge_order_kept(epochs):
    for epoch in epochs:
        order = sum(epoch, [])
        if sorted(order) == list(range(23)) != order:
            raise ExerciseFailed(
                "with shuffle=False, the images in their own order",
                f"the images numbered {order[:6]} first",
                "What does your function do with the argument `shuffle`?",
                "shuffled_unasked",
            )
        _judge_whole(epoch)


def _judge_shuffled(epoch):
    order = sum(epoch, [])
    if order == list(range(23)):
        raise ExerciseFailed(
            "with shuffle=True, the images in another order",
            "the order in which they were given",
            "Which line shuffles? A dataset's methods return a new dataset: "
            "who keeps it? And among how many images does it choose?",
            "not_shuffled",
        )
    if all(max(batch) - min(batch) < len(batch) for batch in epoch):
        raise ExerciseFailed(
            "with shuffle=True, batches mixed anew from all images",
            f"batches that hold neighbours, such as {sorted(epoch[0])}",
            "What does a dataset's element consist of at the moment when you "
            "shuffle: one image, or several?",
            "shuffle_after_batch",
        )
    _judge_whole(epoch)


def _judge_whole(epoch):
    """Demand every image once, in batches of which the last is short."""
    lengths, order = [len(batch) for batch in epoch], sum(epoch, [])
    got = f"batches of {lengths}, together {len(set(order))} of 23 images"
    if lengths == LENGTHS[:-1] and len(set(order)) == 20:
        raise ExerciseFailed(
            WHOLE,
            got,
            "23 is not a multiple of 5. Where are the last three images?",
            "remainder_dropped",
        )
    if len(set(order)) < 23:
        raise ExerciseFailed(
            WHOLE, got, "Which step leaves an image out, or takes one twice?"
        )
    if lengths != LENGTHS:
        raise ExerciseFailed(
            "full batches, and a last one with what is left",
            got,
            "Which number says how large a batch is?",
            "wrong_batch_size",
        )


def _judge_seed(attempt, images, shuffled):
    first, second = shuffled
    if first == second:
        raise ExerciseFailed(
            "a new order in every epoch",
            "the same order in both of two epochs",
            "When is the order drawn: once, while the dataset is made, or "
            "each time that it is read from its start?",
            "order_fixed",
        )
    again = _epochs(attempt, images, shuffle=True, seed=SEED)
    other = _epochs(attempt, images, shuffle=True, seed=SEED + 1)
    for wrong, got in [
        (again != shuffled, "other orders for the same seed"),
        (other == shuffled, "the same orders for another seed"),
    ]:
        if wrong:
            raise ExerciseFailed(
                "the same orders for the same seed, others for another",
                got,
                "Where does the seed go, and who asks for it?",
                "seed_ignored",
            )


def _look_for_a_small_buffer(attempt):
    """Refuse a buffer of half the images; a right one never looks so.

    None of 500 images among the last 47 % of 20,011: less than once in
    10^100.
    """
    images = _numbered(20_011, (2, 1, 1))
    dataset = _dataset(attempt, images, 500, shuffle=True, seed=SEED)
    first = max(_numbers(next(iter(dataset)), images))
    if first < 10_500:
        raise ExerciseFailed(
            "any of 20,011 images may stand in the first batch of 500",
            f"no image in it beyond number {first}",
            "A shuffle chooses among the images that lie in its buffer. How "
            "many does yours hold, and how many images are there?",
            "small_buffer",
        )


@exercise("8.2", points=1, library="vae_course.training:warmup_beta")
def warmup_beta(attempt):
    """Judge a line from 0 to beta, and beta from then on."""
    beta, epochs = 0.8, np.arange(12)
    right = beta * np.minimum(epochs / 5, 1)
    value = np.array([_beta(attempt, e, 5, beta) for e in epochs.tolist()])
    if not np.allclose(value, right, rtol=1e-5):
        _name_the_slip(value, right, beta)
    compare(
        [_beta(attempt, epoch, 1, 2.5) for epoch in range(3)],
        [0.0, 2.5, 2.5],
        asked="the weights of epochs 0, 1 and 2 with warmup_epochs = 1",
        question="Which epoch is the first with the whole beta?",
    )
    _judge_no_warmup(attempt)


def _beta(attempt, epoch, warmup_epochs, beta):
    asked = "one number, the weight for this epoch"
    value = as_array(
        attempt(epoch=epoch, warmup_epochs=warmup_epochs, beta=beta), asked
    )
    if value.shape:
        raise ExerciseFailed(
            asked,
            f"an array of shape {value.shape}",
            "For how many epochs does one call ask?",
        )
    return float(value)


def _name_the_slip(value, right, beta):
    asked = (
        "with warmup_epochs = 5 and beta = 0.8: 0 at epoch 0, a straight "
        "line to 0.8 at epoch 5, then 0.8"
    )
    for holds, slug, question in _rules(value, right, beta):
        if holds:
            shown = ", ".join(f"{number:.3g}" for number in value[:8])
            got = f"from epoch 0: {shown}, …"
            raise ExerciseFailed(asked, got, question, slug)
    compare(
        value,
        right,
        asked=asked,
        question="By how much does the weight grow from one epoch to the "
        "next, and is it the same each time?",
    )


def _rules(value, right, beta):
    """List (whether it holds, slug, question), the plainest slips first."""
    whole = np.flatnonzero(value >= beta - 1e-6)
    first = whole[0] if whole.size else np.inf
    steps = (
        "At which epoch is yours first at beta? Into how many equal steps "
        "do you divide the way?"
    )
    return [
        (
            not np.all(np.isfinite(value)),
            "not_finite",
            "Which step leaves the range of ordinary numbers?",
        ),
        (
            np.allclose(value, right / beta),
            "beta_forgotten",
            "Which weight do you reach, and which one was asked for?",
        ),
        (
            value.max() > beta + 1e-6,
            "overshoots",
            "What should happen after the warm-up has ended?",
        ),
        (
            not whole.size,
            "never_reaches_beta",
            "What does your formula give where epoch and warmup_epochs are "
            "equal, and later?",
        ),
        (
            abs(value[0]) > 1e-6,
            "starts_above_zero",
            "Epochs are counted from 0. What should the first one get?",
        ),
        (
            first == 5 and np.allclose(value[:5], 0),
            "jumps",
            "What should stand half-way, and what do you get there?",
        ),
        (first < 5, "reaches_early", steps),
        (first > 5, "reaches_late", steps),
    ]


def _judge_no_warmup(attempt):
    asked = "beta = 0.8 from epoch 0 on where warmup_epochs is 0"
    division = ExerciseFailed(
        asked,
        "a division by zero",
        "For warmup_epochs = 0 there is no line. What do you divide by?",
        "divides_by_zero",
    )
    for epoch in (0, 1, 4):
        try:
            value = _beta(attempt, epoch, 0, 0.8)
        except ExerciseFailed as failure:
            if "ZeroDivisionError" in str(failure):
                raise division from None
            raise
        if not np.isfinite(value):
            raise division
        if not np.isclose(value, 0.8, rtol=1e-5):
            raise ExerciseFailed(
                asked,
                f"{value:.6g} at epoch {epoch}",
                "How many epochs should pass before beta is reached?",
                "reaches_late" if value < 0.8 else "overshoots",
            )


@exercise("8.3", points=1, library="vae_course.training:best_epoch")
def best_epoch(attempt):
    """Judge the place of the smallest sum among finite ones."""
    reconstruction = [310.0, 272.0, 266.0, 262.0, 270.0, 255.0, 258.0, 281.0]
    kl = [2.0, 1.9, 5.5, 6.5, 7.0, 21.0, 16.0, 9.0]
    asked = "the epoch with the smallest reconstruction_loss + kl_loss"
    compare(
        attempt(reconstruction_loss=reconstruction, kl_loss=kl),
        3,
        asked=asked,
        slips=_slips_of_best_epoch(),
        question="Write down the sum of both terms for every epoch. Which is "
        "the smallest, and how do you count?",
    )
    for broken in ([0], [2], [6, 7]):
        nan = [np.nan if i in broken else r for i, r in enumerate(kl)]
        compare(
            attempt(reconstruction_loss=reconstruction, kl_loss=nan),
            3,
            asked=asked + ", where a loss that is nan never wins",
            slips=[("nan_wins", broken[0], _question_of_nan())],
            question=_question_of_nan(),
        )


def _question_of_nan():
    return (
        "How does your way of finding the smallest compare a number with "
        "nan? Try it on [2, nan, 1] and on [nan, 2, 1]."
    )


def _slips_of_best_epoch():
    zero = "As which number does Keras count the first epoch?"
    one = "Does one term alone say which epoch has the highest ELBO?"
    low = "Is the best loss a large one or a small one?"
    index = "Which epoch was asked for, or how small its loss is?"
    joined = "What does `+` do with two lists?"
    last = "Did the last epoch have the smallest sum?"
    return [
        ("counts_from_one", 4, zero),
        ("kl_left_out", 5, one),
        ("reconstruction_left_out", 1, one),
        ("largest_for_smallest", 0, low),
        ("value_for_place", 268.5, index),
        ("lists_joined", 9, joined),
        ("last_for_best", 7, last),
        ("last_for_best", -1, last),
    ]
