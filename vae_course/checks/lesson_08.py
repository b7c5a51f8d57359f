"""Checks of lesson 08, Train it."""

import numpy as np

from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.pictures import lesson_08 as draw

BATCH_SIZE = 5
LENGTHS = [5, 5, 5, 5, 3]
SEED, OTHER_SEED = 7, 0
BATCHES = "a tf.data.Dataset of batches of images, float (batch_size, …)"
WHOLE = "every image once in an epoch, 23 of them in batches of 5"


@exercise("8.1", points=3, library="vae_course.data:make_dataset")
def make_dataset(attempt):
    """Judge the batches of two epochs by the numbers of their images."""
    images = _numbered(23, (4, 3, 1))
    _judge_order_kept(_epochs(attempt, images, shuffle=False, seed=SEED))
    _judge_without_a_rest(attempt)
    shuffled = _epochs(attempt, images, shuffle=True, seed=SEED)
    _judge_shuffled(shuffled)
    _look_for_a_small_buffer(attempt)
    _judge_anew(shuffled)
    _judge_seed(attempt, images, shuffled)


def _numbered(n, shape):
    """Make images whose first pixel tells their number."""
    images = np.random.default_rng(8).random((n, *shape), dtype="float32")
    images[:, 0, 0, 0] = (np.arange(n) + 0.5) / n
    return images


def _epochs(attempt, images, shuffle, seed):
    """Read two epochs: the numbers of the images, batch by batch."""
    dataset = _dataset(attempt, images, BATCH_SIZE, shuffle, seed)
    first, second = (attempt.run(_read, dataset, images) for _ in range(2))
    if first and not second:
        raise ExerciseFailed(
            "the images once more whenever it is read from its start",
            "nothing when it was read a second time",
            "What of yours is used up after one pass, and who makes it anew?",
            "used_up",
        )
    return first, second


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
        if sum(map(len, epoch)) >= 2 * len(images):
            raise ExerciseFailed(
                WHOLE + ", and then an end",
                f"{sum(map(len, epoch))} images in one epoch",
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
            "not_sliced" if batch.shape[1:] == images.shape else None,
        )
    shares = np.nan_to_num(batch[:, 0, 0, 0].astype("float64"))
    last = len(images) - 1
    numbers = np.clip(shares * len(images), 0, last).astype(int)
    if not np.allclose(batch, images[numbers], atol=1e-6):
        raise ExerciseFailed(
            "the images as they were given",
            "a batch with other pixels in it",
            "Which step changes the images themselves?",
            "images_changed",
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


def _judge_without_a_rest(attempt):
    images = _numbered(20, (4, 3, 1))
    dataset = _dataset(attempt, images, BATCH_SIZE, shuffle=False, seed=SEED)
    lengths = [len(batch) for batch in attempt.run(_read, dataset, images)]
    if lengths != [5, 5, 5, 5]:
        raise ExerciseFailed(
            "20 images in 4 batches of 5",
            f"batches of {lengths}",
            "How many batches do you count on, and what is left for the last "
            "one where nothing is left over?",
            "empty_batch" if 0 in lengths else "remainder_dropped",
        )


def _judge_shuffled(epochs):
    in_order = [sum(epoch, []) == list(range(23)) for epoch in epochs]
    neighbours = all(
        max(batch) - min(batch) < len(batch)
        for epoch in epochs
        for batch in epoch
    )
    # Five whole batches may keep their order by chance, though not twice.
    if all(in_order) or (any(in_order) and not neighbours):
        raise ExerciseFailed(
            "with shuffle=True, the images in another order",
            "the order in which they were given",
            "Which line shuffles? A dataset's methods return a new dataset: "
            "who keeps it? And among how many images does it choose?",
            "not_shuffled",
        )
    if neighbours:
        raise ExerciseFailed(
            "with shuffle=True, batches mixed anew from all images",
            f"batches that hold neighbours, such as {sorted(epochs[0][0])}",
            "What does a dataset's element consist of at the moment when you "
            "shuffle: one image, or several?",
            "shuffle_after_batch",
        )
    for epoch in epochs:
        _judge_whole(epoch)


def _judge_whole(epoch):
    """Demand every image once, in batches of which the last is short."""
    lengths, order = [len(batch) for batch in epoch], sum(epoch, [])
    got = f"batches of {lengths}, with {len(set(order))} of 23 images in them"
    if lengths == LENGTHS[:-1] and len(set(order)) == 20:
        raise ExerciseFailed(
            WHOLE,
            got,
            "23 is not a multiple of 5. Where are the last three images?",
            "remainder_dropped",
        )
    if sorted(order) != list(range(23)):
        raise ExerciseFailed(
            WHOLE,
            got,
            "Which step leaves an image out, or takes one twice?",
            "not_every_image_once",
        )
    if sorted(lengths) == sorted(LENGTHS) and lengths != LENGTHS:
        raise ExerciseFailed(
            "the short batch last",
            got,
            "Which step moves whole batches about?",
            "shuffle_after_batch",
        )
    if lengths != LENGTHS:
        raise ExerciseFailed(
            "full batches, and a last one with what is left",
            got,
            "Which number says how large a batch is?",
            "wrong_batch_size",
        )


def _judge_anew(epochs):
    """Demand another order, and other batches, in the second epoch."""
    first, second = epochs
    if first == second:
        raise ExerciseFailed(
            "a new order in every epoch",
            "the same order in both of two epochs",
            "When is the order drawn: once, while the dataset is made, or "
            "each time that it is read from its start?",
            "order_fixed",
        )
    if sorted(map(sorted, first)) == sorted(map(sorted, second)):
        raise ExerciseFailed(
            "batches mixed anew in every epoch",
            f"images that stay together, such as {sorted(first[0])}",
            "Which of your steps draws anew in every epoch, and what does it "
            "mix: images, or whole batches?",
            "shuffle_after_batch",
        )


def _judge_seed(attempt, images, shuffled):
    again = _epochs(attempt, images, shuffle=True, seed=SEED)
    other = _epochs(attempt, images, shuffle=True, seed=OTHER_SEED)
    _judge_shuffled(other)
    once_more = _epochs(attempt, images, shuffle=True, seed=OTHER_SEED)
    for wrong, got in [
        (again != shuffled, "other orders for the same seed"),
        (once_more != other, f"other orders for the same seed, {OTHER_SEED}"),
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
    """Refuse a buffer that lacks a twentieth of the images, or more.

    More images than any set of the lesson holds, in case the buffer's size
    is taken from one of those. Of a right answer's first 500 images none is
    among the last 5 % less than once in 10^11.
    """
    images = _numbered(60_011, (2, 1, 1))
    dataset = _dataset(attempt, images, 50, shuffle=True, seed=SEED)
    seen = attempt.run(_read, dataset.take(10), images)
    lengths = [len(batch) for batch in seen]
    if lengths != 10 * [50]:
        raise ExerciseFailed(
            "batches of 50 images, where batch_size is 50",
            f"batches of {lengths}",
            "Which number says how large a batch is?",
            "wrong_batch_size",
        )
    if max(map(max, seen)) < 57_000:
        raise ExerciseFailed(
            "any of 60,011 images may stand in the first ten batches of 50",
            f"no image in them beyond number {max(map(max, seen))}",
            "A shuffle chooses among the images that lie in its buffer. How "
            "many does yours hold, and how many images are there?",
            "small_buffer",
        )


@exercise(
    "8.2",
    points=1,
    library="vae_course.training:warmup_beta",
    pictures=draw.warmup_beta,
)
@np.errstate(all="ignore")
def warmup_beta(attempt):
    """Judge a line from 0 to beta, and beta from then on."""
    beta, epochs = 0.8, np.arange(12)
    right = beta * np.minimum(epochs / 6, 1)
    value = np.array([_beta(attempt, e, 6, beta) for e in epochs.tolist()])
    if not np.allclose(value, right, rtol=1e-5):
        _name_the_slip(value, right, beta)
    first = "Which epoch is the first with the whole beta?"
    compare(
        [_beta(attempt, epoch, 1, 2.5) for epoch in range(3)],
        [0.0, 2.5, 2.5],
        asked="the weights of epochs 0, 1 and 2 with warmup_epochs = 1",
        slips=[
            ("reaches_early", [2.5, 2.5, 2.5], first),
            ("reaches_late", [0.0, 0.0, 2.5], first),
        ],
        question=first,
    )
    _judge_no_warmup(attempt)


def _beta(attempt, epoch, warmup_epochs, beta):
    asked = "one number, the weight for this epoch"
    try:
        value = as_array(
            attempt(epoch=epoch, warmup_epochs=warmup_epochs, beta=beta), asked
        )
    except ExerciseFailed as failure:
        if "ZeroDivisionError" not in str(failure):
            raise
        raise _division_by_zero(epoch, warmup_epochs) from None
    if value.shape:
        raise ExerciseFailed(
            asked,
            f"an array of shape {value.shape}",
            "For how many epochs does one call ask?",
        )
    return float(value)


def _division_by_zero(epoch, warmup_epochs):
    return ExerciseFailed(
        f"the weight at epoch {epoch} where warmup_epochs is {warmup_epochs}",
        "a division by zero",
        "Which number do you divide by there? And where there is no line, "
        "what is there to divide?"
        if warmup_epochs == 0
        else "Which of the two numbers do you divide by, and which epoch is "
        "the first?",
        "divides_by_zero",
    )


def _name_the_slip(value, right, beta):
    asked = (
        "with warmup_epochs = 6 and beta = 0.8: 0 at epoch 0, a straight "
        "line to 0.8 at epoch 6, then 0.8"
    )
    for holds, slug, question in _rules(value, right, beta):
        if holds:
            shown = ", ".join(f"{number:.3g}" for number in value[:9])
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
            value[6:].max() > beta + 1e-6,
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
            value[0] > 1e-6,
            "starts_above_zero",
            "Epochs are counted from 0. What should the first one get?",
        ),
        (
            np.all(np.isclose(value, 0) | np.isclose(value, beta)),
            "jumps",
            "What should stand half-way, and what do you get there?",
        ),
        (first < 6, "reaches_early", steps),
        (first > 6, "reaches_late", steps),
    ]


def _judge_no_warmup(attempt):
    asked = "beta = 0.8 from epoch 0 on where warmup_epochs is 0"
    for epoch in (0, 1, 4):
        value = _beta(attempt, epoch, 0, 0.8)
        if not np.isfinite(value):
            raise _division_by_zero(epoch, 0)
        if not np.isclose(value, 0.8, rtol=1e-5):
            late = value < 0.8
            raise ExerciseFailed(
                asked,
                f"{value:.6g} at epoch {epoch}",
                "How many epochs should pass before beta is reached?"
                if late
                else "Which weight do you give, and which was asked for?",
                "reaches_late" if late else "overshoots",
            )


@exercise("8.3", points=1, library="vae_course.training:best_epoch")
def best_epoch(attempt):
    """Judge the place of the smallest sum among finite ones."""
    r = [310.0, 272.0, 267.0, 262.0, 266.0, 255.0, 255.3, 257.0, 281.0]
    kl = [2.0, 1.9, 2.0, 6.5, 7.5, 21.0, 13.5, 40.0, 9.0]
    _judge_sound(attempt, r, kl, 3)
    for broken in ([], [0]), ([0], []), ([], [2]), ([6, 7], [6]):
        _judge_broken(attempt, _break(r, broken[0]), _break(kl, broken[1]), 3)
    _judge_broken(attempt, _break(r, [3]), kl, 6)
    r, kl = ([1000 * loss for loss in losses] for losses in (r, kl))
    _look_for_a_finite_start(attempt, _break(r, [1]), kl, 3)


def _judge_sound(attempt, r, kl, right):
    asked = _smallest_of(r, kl)
    place = attempt(reconstruction_loss=r, kl_loss=kl)
    compare(
        place,
        right,
        asked=asked,
        slips=_slips_of_best_epoch(),
        question="Write down the sum of both terms for every epoch. Which is "
        "the smallest, and how do you count?",
    )
    if as_array(place, asked).dtype.kind not in "iu":
        raise ExerciseFailed(
            asked + ", an int",
            f"a {type(place).__name__}, {place!r}",
            "Which type must a number have that stands in the brackets of a "
            "list?",
            "wrong_type",
        )


def _smallest_of(r, kl):
    r, kl = (", ".join(f"{loss:g}" for loss in losses) for losses in (r, kl))
    return (
        f"the epoch with the smallest sum, for reconstruction_loss = [{r}] "
        f"and kl_loss = [{kl}]"
    )


def _break(losses, epochs):
    return [np.nan if i in epochs else x for i, x in enumerate(losses)]


def _judge_broken(attempt, r, kl, right):
    nan = np.flatnonzero(np.isnan(np.add(r, kl)))
    wins = (
        "How does your way of finding the smallest compare a number with "
        "nan? Try it on [2, nan, 1] and on [nan, 2, 1]."
    )
    dropped = "Once a list is shorter, which epochs do its places stand for?"
    compare(
        attempt(reconstruction_loss=r, kl_loss=kl),
        right,
        asked=_smallest_of(r, kl) + ", where nan never wins",
        slips=[
            ("nan_wins", nan[0], wins),
            ("nan_dropped", right - np.sum(nan < right), dropped),
        ],
        question=wins,
    )


def _look_for_a_finite_start(attempt, r, kl, right):
    """Try sums above what a search begins with, or takes for nan."""
    question = (
        "With which number does your search begin, or what does it put in "
        "place of nan? Can all sums be larger?"
    )
    compare(
        attempt(reconstruction_loss=r, kl_loss=kl),
        right,
        asked=_smallest_of(r, kl) + ", where nan never wins",
        slips=[("finite_start", place, question) for place in (0, 1, -1)],
        question=question,
    )


def _slips_of_best_epoch():
    zero = "As which number does Keras count the first epoch?"
    one = "Does one term alone say which epoch has the highest ELBO?"
    sign = "Which way does a larger KL move the ELBO, up or down?"
    weight = "How much does a nat of KL count in the ELBO?"
    low = "Is the best loss a large one or a small one?"
    index = "Which epoch was asked for, or how small its loss is?"
    joined = "What does `+` do with two lists?"
    last = "Did the last epoch have the smallest sum?"
    return [
        ("counts_from_one", 4, zero),
        ("kl_left_out", 5, one),
        ("reconstruction_left_out", 1, one),
        ("sign", 7, sign),
        ("kl_weighted", 2, weight),
        ("kl_weighted", 6, weight),
        ("largest_for_smallest", 0, low),
        ("value_for_place", 268.5, index),
        ("value_for_place", -268.5, index),
        ("lists_joined", 10, joined),
        ("last_for_best", 8, last),
        ("last_for_best", -1, last),
    ]
