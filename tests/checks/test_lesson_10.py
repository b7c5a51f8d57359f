"""The checks of lesson 10 pass right answers and name each slip."""

import collections
import functools
import itertools
import math
import statistics

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy.special import logsumexp
from spoil import change_input
from tables import ANY, answer_tests, right_pairs, spoiled_test

from vae_course import clinic, evaluate, models
from vae_course.checks import lesson_10 as check

# --- 10.1 -------------------------------------------------------------------


def units(z_mean, threshold=0.01):
    return int(np.sum(z_mean.var(axis=0) > threshold))


def units_by_loops(z_mean, threshold=0.01):
    count = 0
    for column in range(z_mean.shape[1]):
        values = [float(row[column]) for row in z_mean]
        if statistics.pvariance(values) > threshold:
            count += 1
    return count


def units_with_ddof(z_mean, threshold=0.01):
    return np.count_nonzero(np.var(z_mean, axis=0, ddof=1) > threshold)


def units_by_covariance(codes, least=0.01):
    return len(np.flatnonzero(np.diag(np.cov(codes.T)) >= least))


def units_by_squares(z_mean, threshold=0.01):
    off = z_mean - z_mean.mean(0)
    return (np.mean(off**2, axis=0) > threshold).sum()


def units_by_tensorflow(z_mean, threshold=0.01):
    variance = tf.math.reduce_variance(z_mean, axis=0)
    return tf.reduce_sum(tf.cast(variance > threshold, "int32"))


def units_by_keras(z_mean, threshold=0.01):
    return ops.sum(ops.var(z_mean, axis=0) > threshold)


RIGHT_UNITS = [
    evaluate.active_units,
    units,
    units_by_loops,
    units_with_ddof,
    units_by_covariance,
    units_by_squares,
    units_by_tensorflow,
    units_by_keras,
    lambda z, threshold=0.01: float(units(z, threshold)),
    functools.partial(units_with_ddof),
    lambda z, t=0.01: len([1 for c in z.T if np.ptp(c) and c.std() > t**0.5]),
    lambda z, t=0.01: tf.math.count_nonzero(tf.nn.moments(z, [0])[1] > t),
    lambda z, t=0.01: units(z.astype("float32"), t),
]


def count(number_of_column):
    """Make an answer that counts where a number exceeds the threshold."""

    def answer(z_mean, threshold=0.01):
        return int(np.sum(number_of_column(z_mean) > threshold))

    return answer


def no_default(z_mean, threshold):
    return units(z_mean, threshold)


def means_by_tensorflow(z_mean, threshold=0.01):
    means = tf.abs(tf.reduce_mean(z_mean, axis=0))
    return tf.math.count_nonzero(means > threshold)


def images_by_loops(z_mean, threshold=0.01):
    count = 0
    for code in z_mean:
        if statistics.pvariance(code.tolist()) > threshold:
            count += 1
    return count


def images_by_covariance(z_mean, threshold=0.01):
    return np.sum(np.diag(np.cov(z_mean)) > threshold)


WRONG_UNITS = [
    ("mean_for_variance", means_by_tensorflow),
    (
        "mean_for_variance",
        count(lambda z: np.einsum("ij->j", z) ** 2 / len(z) ** 2),
    ),
    ("axis_mixed_up", images_by_loops),
    ("axis_mixed_up", images_by_covariance),
    ("axis_mixed_up", count(lambda z: ops.var(z, axis=-1))),
    ("mask_length", lambda z, t=0.01: len(z.var(axis=0) > t)),
    ("mask_length", lambda z, t=0.01: np.size(np.var(z, 0) > t)),
    ("mask_length", lambda z, t=0.01: len([c.var() > t for c in z.T])),
    ("variances_summed", lambda z, t=0.01: sum(v for v in z.var(0) if v > t)),
    (
        "variances_summed",
        lambda z, t=0.01: np.sum(z.var(axis=0), where=z.var(axis=0) > t),
    ),
    (ANY, count(lambda z: z.mean(axis=1))),
    (ANY, lambda z, t=0.01: int(np.sum(z.std(axis=0) < t))),
    (ANY, lambda z, t=0.01: np.mean(z.mean(axis=0) > t)),
    (ANY, lambda z, t=0.01: np.sum(z.std(axis=0) > 0.01)),
    (ANY, lambda z, t=0.01: z.shape[1] - np.sum(z.mean(axis=0) > t)),
    (ANY, count(lambda z: np.sqrt((z**2).mean(axis=0)))),
    (ANY, lambda z, t=0.01: np.mean(z.var(axis=1) > t)),
    ("mean_for_variance", count(lambda z: z.mean(axis=0))),
    ("mean_for_variance", count(lambda z: abs(np.mean(z, 0)))),
    (
        "mean_for_variance",
        lambda z, t=0.01: sum(sum(c) / len(c) > t for c in z.T),
    ),
    ("mean_not_subtracted", count(lambda z: (z**2).mean(axis=0))),
    ("mean_not_subtracted", count(lambda z: ops.mean(ops.square(z), axis=0))),
    ("std_for_variance", count(lambda z: z.std(axis=0))),
    ("std_for_variance", count(lambda z: np.sqrt(np.var(z, 0)))),
    ("axis_mixed_up", count(lambda z: z.var(axis=1))),
    ("axis_mixed_up", count(lambda z: z.T.var(axis=0))),
    ("axis_mixed_up", count(lambda z: z.std(axis=1))),
    ("axis_forgotten", count(lambda z: z.var())),
    ("axis_forgotten", lambda z, t=0.01: z.var() > t),
    ("share_for_count", lambda z, t=0.01: np.mean(z.var(axis=0) > t)),
    ("share_for_count", lambda z, t=0.01: units(z, t) / z.shape[1]),
    ("share_for_count", lambda z, t=0.01: units(z, t) / len(z)),
    ("counts_collapsed", lambda z, t=0.01: int(sum(z.var(axis=0) < t))),
    ("counts_collapsed", lambda z, t=0.01: z.shape[1] - units(z, t)),
    ("threshold_ignored", lambda z, threshold=0.01: units(z)),
    ("threshold_ignored", lambda z, threshold=0.01: sum(np.var(z, 0) > 0.01)),
    ("count_missing", lambda z, t=0.01: z.var(axis=0) > t),
    ("count_missing", lambda z, t=0.01: z.var(axis=0)),
    ("count_missing", lambda z, t=0.01: z.var(axis=0)[z.var(axis=0) > t]),
    ("count_missing", lambda z, t=0.01: np.flatnonzero(z.var(axis=0) > t)),
    ("axis_forgotten", lambda z, t=0.01: z.var(axis=0).sum() > t),
    (None, lambda z, threshold=0.02: units(z, threshold)),
    (None, lambda z, threshold=0.005: units(z, threshold)),
    (None, lambda z, t=0.01: np.sum(z > t)),
    (None, lambda z, t=0.01: int(np.mean(z.var(axis=0) > t))),
    (None, lambda z, t=0.01: units(z, t) + 1),
    (None, lambda z, t=0.01: units(z[:5], t) - units(z[:, 1:], t)),
    ("mask_length", lambda z, t=0.01: z.shape[1]),
    (None, lambda z, t=0.01: units(z, t) * 2),
    (None, lambda z, t=0.02: units(z, 0.1 if t == 0.02 else t)),
    (None, no_default),
    change_input(units, "z_mean"),
]

# --- 10.2 -------------------------------------------------------------------


def bound(log_weights):
    largest = log_weights.max(axis=1, keepdims=True)
    mean = np.exp(log_weights - largest).mean(axis=1)
    return largest[:, 0] + np.log(mean)


def bound_by_scipy(log_weights):
    return logsumexp(log_weights, axis=1) - math.log(log_weights.shape[1])


def bound_by_scipy_with_shares(log_weights):
    return logsumexp(log_weights, b=1 / log_weights.shape[1], axis=-1)


def bound_by_loops(log_weights):
    result = []
    for row in log_weights:
        top = max(row)
        mean = sum(math.exp(w - top) for w in row) / len(row)
        result.append(top + math.log(mean))
    return result


def bound_by_pairs(log_weights):
    sums = np.logaddexp.reduce(log_weights, axis=1)
    return sums - np.log(log_weights.shape[1])


def bound_by_tensorflow(log_weights):
    k = tf.cast(tf.shape(log_weights)[1], "float64")
    return tf.reduce_logsumexp(log_weights, axis=1) - tf.math.log(k)


def bound_by_keras(log_weights):
    k = ops.shape(log_weights)[1]
    weights = ops.convert_to_tensor(log_weights, "float32")
    return ops.logsumexp(weights, axis=1) - math.log(k)


def bound_from_the_middle(w):
    """Take out half a maximum too many, which these numbers still bear."""
    shift = w.max(axis=1, keepdims=True) + 5.0
    return np.log(np.exp(w - shift).mean(axis=1)) + shift.squeeze(axis=1)


def bound_by_loop_over_draws(log_weights):
    total = log_weights[:, 0]
    for draws in log_weights.T[1:]:
        top = np.maximum(total, draws)
        total = top + np.log1p(np.exp(-np.abs(total - draws)))
    return total - np.log(log_weights.shape[1])


def bound_by_einsum(log_weights):
    top = np.max(log_weights, axis=1)
    shares = np.exp(log_weights - top[:, None])
    return top + np.log(np.einsum("ij->i", shares) / shares.shape[1])


RIGHT_BOUND = [
    bound_by_loop_over_draws,
    bound_by_einsum,
    evaluate.importance_weighted_bound,
    bound,
    bound_by_scipy,
    bound_by_scipy_with_shares,
    bound_by_loops,
    bound_by_pairs,
    bound_by_tensorflow,
    bound_by_keras,
    bound_from_the_middle,
    lambda w: np.apply_along_axis(lambda row: bound(row[None])[0], 1, w),
    lambda w: [bound_by_keras(row[None])[0] for row in w],
    lambda w: bound(w.astype("float32")),
    lambda w: logsumexp(w - math.log(w.shape[1]), axis=1),
]


def naive(w):
    return np.log(np.exp(w).mean(axis=1))


def global_largest(w):
    return w.max() + np.log(np.exp(w - w.max()).mean(axis=1))


def largest_of_columns(w):
    top = w.max(axis=0)
    return np.log(np.exp(w - top).mean(axis=1)) + top.max()


def without_largest(w):
    return np.log(np.exp(w - w.max(axis=1, keepdims=True)).mean(axis=1))


def log_k(w):
    return np.log(w.shape[1])


def naive_by_loops(w):
    return [math.log(sum(map(math.exp, row)) / len(row)) for row in w]


def naive_where_it_overflows(w):
    return naive_by_loops(np.minimum(w, 700.0))


def global_largest_and_a_little(w):
    return w.max() + np.log(np.exp(w - w.max()).mean(axis=1) + 1e-12)


def share(w):
    """Give each image's mean weight, with its largest weight as the unit."""
    return np.exp(w - w.max(axis=1, keepdims=True)).mean(axis=1)


def mean_of_logs_by_loops(log_weights):
    result = []
    for row in log_weights:
        total = 0.0
        for nats in row:
            total += nats / len(row)
        result.append(total)
    return result


def sum_by_loops(log_weights):
    result = []
    for row in log_weights:
        top = max(row)
        result.append(top + math.log(sum(math.exp(w - top) for w in row)))
    return result


def around(centre):
    """Make an answer that takes out another number than the largest."""

    def answer(log_weights):
        shift = centre(log_weights, axis=1, keepdims=True)
        mean = np.exp(log_weights - shift).mean(axis=1)
        return shift[:, 0] + np.log(mean)

    return answer


WRONG_BOUND = [
    ("mean_of_logs", mean_of_logs_by_loops),
    ("mean_of_logs", lambda w: tf.reduce_mean(w, axis=1)),
    ("mean_of_logs", lambda w: np.einsum("ij->i", w) / w.shape[1]),
    ("sum_not_mean", sum_by_loops),
    ("sum_not_mean", lambda w: tf.reduce_logsumexp(w, axis=1)),
    ("sum_not_mean", lambda w: np.logaddexp.reduce(w, axis=1)),
    ("overflow", around(np.min)),
    ("overflow", around(np.mean)),
    ("overflow", around(np.median)),
    ("overflow", lambda w: ops.log(ops.mean(ops.exp(w), axis=1))),
    (ANY, lambda w: np.log(np.exp(w).sum(axis=0))),
    (ANY, lambda w: -w.mean(axis=1)),
    (ANY, lambda w: np.log2(np.exp(w).sum(axis=1))),
    (ANY, lambda w: naive(w) - w.max(axis=1)),
    (ANY, lambda w: logsumexp(w) + np.log(w.size)),
    (ANY, lambda w: np.log(share(w)) / np.log(2)),
    (ANY, lambda w: w.mean()),
    ("mean_of_logs", lambda w: w.mean(axis=1)),
    ("mean_of_logs", lambda w: [sum(row) / len(row) for row in w]),
    ("mean_of_logs", lambda w: np.log(np.exp(w)).mean(axis=1)),
    ("sum_not_mean", lambda w: logsumexp(w, axis=1)),
    ("sum_not_mean", lambda w: np.log(np.exp(w).sum(axis=1))),
    ("sum_not_mean", lambda w: w.sum(axis=1)),
    ("overflow", naive),
    ("overflow", lambda w: tf.math.log(tf.reduce_mean(tf.exp(w), axis=1))),
    ("overflow", global_largest),
    (
        "overflow",
        lambda w: [
            math.log(np.exp(row).mean() or 5e-324)
            if row.max() < 700
            else math.inf
            for row in w
        ],
    ),
    (
        "overflow",
        lambda w: np.nan_to_num(naive(w), nan=np.inf, neginf=-np.inf),
    ),
    ("overflow", naive_by_loops),
    ("overflow", naive_where_it_overflows),
    ("overflow", global_largest_and_a_little),
    ("overflow", lambda w: naive(np.clip(w, -700, 700))),
    ("overflow", lambda w: np.log(np.exp(w).mean(axis=1) + 1e-10)),
    ("sign", lambda w: logsumexp(w, axis=1) + log_k(w)),
    ("sign", lambda w: np.log(share(w)) - w.max(axis=1)),
    ("sign", lambda w: -bound(w)),
    ("k_for_its_log", lambda w: logsumexp(w, axis=1) - w.shape[1]),
    ("k_for_its_log", lambda w: logsumexp(w, axis=1) / w.shape[1]),
    ("axis_mixed_up", lambda w: bound(w.T)),
    ("axis_mixed_up", lambda w: logsumexp(w, axis=0) - log_k(w)),
    ("axis_mixed_up", lambda w: w.mean(axis=0)),
    ("axis_mixed_up", lambda w: logsumexp(w, axis=1) - np.log(len(w))),
    ("axis_forgotten", lambda w: logsumexp(w) - np.log(w.size)),
    ("axis_forgotten", lambda w: np.log(np.exp(w).mean())),
    ("axis_forgotten", lambda w: bound(w).mean()),
    ("axis_forgotten", lambda w: logsumexp(w) - log_k(w)),
    ("axis_forgotten", lambda w: w.max(axis=1) + np.log(share(w).mean())),
    ("max_for_mean", lambda w: w.max(axis=1)),
    ("max_for_mean", lambda w: [max(row) for row in w]),
    ("log_missing", lambda w: np.exp(w).mean(axis=1)),
    ("log_missing", lambda w: np.exp(bound(w))),
    ("log_missing", lambda w: w.max(axis=1) + share(w)),
    ("largest_not_added", without_largest),
    ("largest_not_added", lambda w: bound(w - w.max(axis=1, keepdims=True))),
    ("largest_not_taken_out", lambda w: w.max(axis=1) + naive(w)),
    (
        "largest_not_taken_out",
        lambda w: [max(r) + math.log(np.exp(r).mean()) for r in w],
    ),
    (
        "largest_not_taken_out",
        lambda w: tf.reduce_max(w, 1) + bound_by_tensorflow(w),
    ),
    ("bits", lambda w: bound(w) / math.log(2)),
    ("bits", lambda w: w.max(axis=1) + np.log2(share(w))),
    ("bits", lambda w: np.log2(np.exp(w).mean(axis=1))),
    (None, largest_of_columns),
    (None, lambda w: bound(w)[:, None]),
    (None, lambda w: w.max(axis=1, keepdims=True) + np.log(share(w))),
    (None, lambda w: logsumexp(w, axis=1, keepdims=True).squeeze() - log_k(w)),
    (None, lambda w: bound(w[:, 1:]) if w.shape[1] > 1 else bound(w)),
    (None, lambda w: np.median(w, axis=1)),
    (None, lambda w: w[:, 0]),
    (None, lambda w: bound(w).round(2)),
    ("not_finite", lambda w: np.log(w.mean())),
    change_input(bound, "log_weights"),
]

# --- 10.3 -------------------------------------------------------------------


def condition(z, labels, n_classes):
    return np.concatenate([z, np.eye(n_classes)[labels]], axis=1)


def condition_by_keras(z, labels, n_classes):
    rows = ops.one_hot(labels, n_classes)
    return ops.concatenate([z, rows], axis=-1)


def condition_by_tensorflow(z, labels, n_classes):
    return tf.concat([z, tf.one_hot(labels, n_classes)], 1)


def condition_by_category(z, labels, n_classes):
    return np.hstack([z, keras.utils.to_categorical(labels, n_classes)])


def condition_by_filling(codes, classes, count):
    result = np.zeros((len(codes), codes.shape[1] + count))
    result[:, : codes.shape[1]] = codes
    result[np.arange(len(codes)), codes.shape[1] + classes] = 1
    return result


def condition_by_loops(z, labels, n_classes):
    return [
        [*map(float, row), *(float(k == label) for k in range(n_classes))]
        for row, label in zip(z, labels, strict=True)
    ]


def condition_by_comparing(z, labels, n_classes):
    return np.c_[z, labels[:, None] == np.arange(n_classes)]


def condition_by_scattering(z, labels, n_classes):
    places = tf.stack([tf.range(len(z), dtype="int64"), labels], axis=1)
    rows = tf.scatter_nd(places, tf.ones(len(z)), (len(z), n_classes))
    return tf.concat([z, rows], axis=1)


def condition_by_padding(z, labels, n_classes):
    result = np.pad(z, [(0, 0), (0, n_classes)])
    for row, label in zip(result, labels, strict=True):
        row[z.shape[1] + label] = 1.0
    return result


RIGHT_CONDITION = [
    condition_by_scattering,
    condition_by_padding,
    models.condition_decoder_input,
    condition,
    condition_by_keras,
    condition_by_tensorflow,
    condition_by_category,
    condition_by_filling,
    condition_by_loops,
    condition_by_comparing,
    lambda z, y, n: keras.layers.Concatenate()([z, keras.ops.one_hot(y, n)]),
    lambda z, y, n: np.append(z, tf.gather(tf.eye(n), y), axis=-1),
    lambda z, y, n: np.column_stack([z, *(y == k for k in range(n))]),
    lambda z, y, n: np.concatenate([z.T, np.eye(n)[:, y]]).T,
]


def rows_of(labels, n_classes):
    return np.eye(n_classes)[labels]


def label_by_loops(z, labels, n_classes):
    return [
        [*map(float, code), float(label)]
        for code, label in zip(z, labels, strict=True)
    ]


WRONG_CONDITION = [
    ("labels_not_one_hot", label_by_loops),
    (
        "labels_not_one_hot",
        lambda z, y, n: tf.concat([z, tf.cast(y, "float32")[:, None]], 1),
    ),
    ("wrong_axis", lambda z, y, n: ops.concatenate([z, ops.one_hot(y, n)], 0)),
    ("wrong_axis", lambda z, y, n: tf.concat([z, tf.one_hot(y, n)], axis=0)),
    ("wrong_axis", lambda z, y, n: [*z, *rows_of(y, n)]),
    ("classes_from_batch", lambda z, y, n: np.c_[z, np.eye(len(z))[y]]),
    (ANY, lambda z, y, n: np.vstack([rows_of(y, n), z])),
    (ANY, lambda z, y, n: np.c_[y, z]),
    (ANY, lambda z, y, n: np.c_[rows_of(y - 1, n), z]),
    (ANY, lambda z, y, n: np.c_[z, keras.utils.to_categorical(y)[:, ::-1]]),
    (ANY, lambda z, y, n: np.c_[keras.utils.to_categorical(y), z]),
    (ANY, lambda z, y, n: z + rows_of(y - 1, n)),
    (ANY, lambda z, y, n: np.concatenate([z.T, rows_of(y, n - 1).T])),
    ("labels_not_one_hot", lambda z, y, n: np.c_[z, y]),
    ("labels_not_one_hot", lambda z, y, n: np.hstack([z, y[:, None]])),
    (
        "labels_not_one_hot",
        lambda z, y, n: ops.concatenate(
            [z, ops.cast(y, "float32")[:, None]], axis=1
        ),
    ),
    ("labels_not_one_hot", lambda z, y, n: z + y[:, None]),
    (
        "labels_not_one_hot",
        lambda z, y, n: np.hstack([z, np.tile(y[:, None], n)]),
    ),
    ("labels_not_one_hot", lambda z, y, n: np.c_[z, y / n]),
    ("labels_not_one_hot", lambda z, y, n: np.c_[z, y / (n - 1)]),
    ("wrong_axis", lambda z, y, n: np.append(z, rows_of(y, n))),
    ("wrong_axis", lambda z, y, n: np.vstack([z.T, rows_of(y, n).T])),
    ("wrong_axis", lambda z, y, n: (z, rows_of(y, n))),
    (
        "wrong_axis",
        lambda z, y, n: np.concatenate([z, rows_of(y, n)], axis=0),
    ),
    ("wrong_axis", lambda z, y, n: np.vstack([z, rows_of(y, n)])),
    ("wrong_axis", lambda z, y, n: np.concatenate([z, rows_of(y, n)])),
    ("wrong_axis", lambda z, y, n: np.stack([z, rows_of(y, n)], axis=1)),
    (
        "wrong_axis",
        lambda z, y, n: tf.concat([z, tf.one_hot(y, n, axis=0)], axis=1),
    ),
    ("order_swapped", lambda z, y, n: np.hstack([rows_of(y, n), z])),
    (
        "order_swapped",
        lambda z, y, n: tf.concat([tf.one_hot(y, n), z], axis=1),
    ),
    (
        "classes_from_batch",
        lambda z, y, n: np.hstack([z, rows_of(y, y.max() + 1)]),
    ),
    (
        "classes_from_batch",
        lambda z, y, n: np.hstack([z, keras.utils.to_categorical(y)]),
    ),
    (
        "one_hot_shifted",
        lambda z, y, n: np.hstack([z, np.eye(n)[y - 1]]),
    ),
    (
        "one_hot_shifted",
        lambda z, y, n: np.hstack([z, tf.one_hot(y + 1, n)]),
    ),
    (
        "one_hot_shifted",
        lambda z, y, n: ops.concatenate([z, ops.one_hot(y - 1, n)], axis=1),
    ),
    ("added_not_joined", lambda z, y, n: z + rows_of(y, n)),
    ("added_not_joined", lambda z, y, n: z * tf.one_hot(y, n)),
    ("z_missing", lambda z, y, n: rows_of(y, n)),
    ("z_missing", lambda z, y, n: ops.one_hot(y, n)),
    (None, lambda z, y, n: condition(z, np.unique(y, False, True)[1], n)),
    (None, lambda z, y, n: condition(z, y - y.min(), n)),
    (None, lambda z, y, n: np.hstack([z, rows_of(y, n), z])),
    (None, lambda z, y, n: condition(z, y, 10)),
    (None, lambda z, y, n: condition(z, y[::-1], n)),
    (None, lambda z, y, n: condition(z[:, :2], y, n)),
    (None, lambda z, y, n: condition(z, y, n).ravel()),
    (None, lambda z, y, n: condition(z, y, n).astype(int)),
    (None, lambda z, y, n: np.hstack([z, 1 - rows_of(y, n)])),
    change_input(condition, "z"),
    change_input(condition, "labels"),
]

# --- 10.4 -------------------------------------------------------------------

TRUTH = clinic.diagnose()


def diagnose_anew():
    return dict(TRUTH)


def with_more_patients():
    return {**TRUTH, "healthy": "none"}


def backwards():
    return dict(reversed(TRUTH.items()))


def diagnosing(**changes):
    """Make an answer that is right but for some patients."""
    return lambda: {**TRUTH, **changes}


def from_two_lists():
    return dict(zip("ABCDEF", TRUTH.values(), strict=True))


def as_keywords():
    return collections.OrderedDict(
        A=TRUTH["A"],
        B=TRUTH["B"],
        C=TRUTH["C"],
        D=TRUTH["D"],
        E=TRUTH["E"],
        F=TRUTH["F"],
    )


def one_by_one():
    diagnoses = collections.defaultdict(str)
    for slip in clinic.SLIPS:
        for patient in clinic.PATIENTS:
            if TRUTH[patient] == slip:
                diagnoses[patient] = np.str_(slip)
    return diagnoses


def from_the_charts():
    """Read each chart by the lesson's four questions, in numbers."""
    charts = {p: clinic.load_chart(p) for p in clinic.PATIENTS}
    return {patient: read_chart(chart) for patient, chart in charts.items()}


def read_chart(chart):
    total, reconstruction, kl = (
        chart.history[f"val_{term}"][-1] for term in clinic.TERMS
    )
    if chart.reconstruction > 500 * reconstruction:
        return "averages_pixels"
    if abs(total - reconstruction) < 0.1 * kl:
        return "kl_left_out"
    if chart.z_mean.min() >= 0:
        return "activation_on_head"
    if chart.reconstruction > 2 * reconstruction:
        return "decoder_fed_mean"
    spread = chart.drawn_std / chart.std**2
    if abs(np.median(spread) - 1) < 0.05:
        return "half_missing"
    return "metrics_not_reset"


class Clinic:
    """A class with a method, and a name for each slip."""

    averages, left_out = "averages_pixels", "kl_left_out"

    def diagnose(self):
        known = {"A": self.averages, "B": self.left_out}
        return known | {p: TRUTH[p] for p in "CDEF"}


RIGHT_DIAGNOSES = [
    from_two_lists,
    as_keywords,
    one_by_one,
    from_the_charts,
    Clinic().diagnose,
    functools.partial(dict, TRUTH),
    clinic.diagnose,
    diagnose_anew,
    with_more_patients,
    backwards,
]
WRONG_DIAGNOSES = [
    *(
        ("one_for_all", functools.partial(dict.fromkeys, "ABCDEF", slip))
        for slip in ("sign", "kl_left_out", np.str_("half_missing"))
    ),
    ("unknown_slug", lambda: dict.fromkeys("ABCDEF", "none")),
    ("unknown_slug", lambda: dict.fromkeys("ABCDEF")),
    *(
        ("wrong_diagnosis", diagnosing(**{a: TRUTH[b], b: TRUTH[a]}))
        for a, b in itertools.combinations(clinic.PATIENTS, 2)
    ),
    *(
        (
            "wrong_diagnosis",
            lambda step=step: {
                patient: TRUTH[clinic.PATIENTS[(i + step) % 6]]
                for i, patient in enumerate(clinic.PATIENTS)
            },
        )
        for step in range(1, 6)
    ),
    (
        "wrong_diagnosis",
        lambda: dict(zip("ABCDEF", clinic.SLIPS, strict=False)),
    ),
    ("patient_missing", lambda: {v: k for k, v in TRUTH.items()}),
    ("patient_missing", lambda: dict(enumerate(TRUTH.values(), 1))),
    ("patient_missing", lambda: {f"Patient {k}": TRUTH[k] for k in TRUTH}),
    ("unknown_slug", lambda: {k: [v] for k, v in TRUTH.items()}),
    ("unknown_slug", lambda: {k: f"{v} " for k, v in TRUTH.items()}),
    ("unknown_slug", lambda: {k: (v, "sign") for k, v in TRUTH.items()}),
    ("wrong_type", lambda: set(TRUTH.values())),
    ("wrong_type", lambda: list(TRUTH.items())),
    ("wrong_type", lambda: str(TRUTH)),
    (None, lambda chart: TRUTH),
    (ANY, lambda: {"a": "sign", "B": "kl_left_out"}),
    (ANY, lambda: list(dict.fromkeys("ABCDEF", "sign").items())),
    (ANY, diagnosing(A="flu", B="sign")),
    (ANY, diagnosing(B="sign", F="no_noise")),
    (ANY, lambda: dict.fromkeys("ABCDE", "averages_pixels")),
    *(
        ("wrong_diagnosis", diagnosing(**{patient: "sign"}))
        for patient in clinic.PATIENTS
    ),
    *(
        ("wrong_diagnosis", diagnosing(A=slip))
        for slip in clinic.SLIPS
        if slip != TRUTH["A"]
    ),
    ("unknown_slug", diagnosing(C="flu")),
    ("unknown_slug", diagnosing(D="Kl_left_out")),
    ("unknown_slug", diagnosing(E=None)),
    ("unknown_slug", diagnosing(F=["half_missing"])),
    ("unknown_slug", diagnosing(B="healthy")),
    ("unknown_slug", diagnosing(A=np.array(["averages_pixels", "sign"]))),
    ("patient_missing", dict),
    ("patient_missing", lambda: {k: v for k, v in TRUTH.items() if k != "F"}),
    ("patient_missing", lambda: {k.lower(): v for k, v in TRUTH.items()}),
    ("wrong_type", lambda: list(TRUTH.values())),
    ("wrong_type", lambda: "averages_pixels"),
    ("wrong_type", TRUTH),
    ("returns_nothing", lambda: None),
    (None, lambda: {}["A"]),
]

# --- all four ---------------------------------------------------------------

CASES = [
    (check.active_units, RIGHT_UNITS, WRONG_UNITS),
    (check.importance_weighted_bound, RIGHT_BOUND, WRONG_BOUND),
    (check.condition_decoder_input, RIGHT_CONDITION, WRONG_CONDITION),
    (check.diagnose, RIGHT_DIAGNOSES, WRONG_DIAGNOSES),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test(CASES[:3])


@pytest.mark.parametrize("judge, answer", right_pairs(CASES))
def test_floating_point_that_raises_elsewhere_raises_not_here(judge, answer):
    with np.errstate(all="raise"):
        assert judge(answer) is answer


@pytest.mark.parametrize("answer", [naive, naive_by_loops])
def test_an_overflow_is_shown_with_the_weights_that_made_it(answer):
    with pytest.raises(check.ExerciseFailed) as caught:
        check.importance_weighted_bound(answer)
    assert "from -26" in str(caught.value)
    assert "take out of every row" in str(caught.value)


def test_a_wrong_diagnosis_is_pointed_at_the_first_patient_and_no_slip():
    wrong = diagnosing(C="sign", E="sign")
    with pytest.raises(check.ExerciseFailed) as caught:
        check.diagnose(wrong)
    message = str(caught.value)
    assert "patient C" in message and "patient E" not in message
    assert "panel" in message
    assert not any(slip in message for slip in TRUTH.values())


def test_an_unknown_slug_is_answered_with_the_list():
    with pytest.raises(check.ExerciseFailed) as caught:
        check.diagnose(diagnosing(C="flu"))
    assert all(slip in str(caught.value) for slip in clinic.SLIPS)
