"""Probes of lesson 01: networks with weights of ours, and their loss."""

import math

import numpy as np

from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    as_plain,
    call,
)

IMAGE = (32, 32, 1)
# No layer of the networks is so wide, so that no two weights have one shape.
WIDTHS = 3, 5, 6, 7, 9
ENCODER_SHAPES = [
    *((3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (3, 3, 64, 128), (128,)),
]
DECODER_SHAPES = [
    *((2048,), (3, 3, 128, 128), (128,), (3, 3, 64, 128), (64,)),
    *((3, 3, 32, 64), (32,), (3, 3, 32, 1), (1,)),
]
# A transposed convolution of stride 1 does the same, its kernel turned.
LAST_KERNEL, TURNED_KERNEL = (3, 3, 32, 1), (3, 3, 1, 32)
# Share of the range of an answer: a GPU keeps ten bits of a product.
ROUNDING = 0.003


def _inputs_of_encoder(rng):
    return {
        "latent_dim": int(rng.choice(WIDTHS)),
        "seed": int(rng.integers(2**31)),
        "images": rng.normal(size=(3, *IMAGE)).astype("float32"),
    }


def _inputs_of_decoder(rng):
    """Draw codes above 0: the dense layer may have a ReLU or none."""
    latent_dim = int(rng.choice(WIDTHS))
    return {
        "latent_dim": latent_dim,
        "seed": int(rng.integers(2**31)),
        "codes": rng.uniform(0.3, 1.5, (3, latent_dim)).astype("float32"),
    }


def _encode(answer, latent_dim, seed, images):
    name, head = "build_encoder", [(2048, latent_dim), (latent_dim,)]
    weights = _draw(seed, ENCODER_SHAPES + head)
    model = call(answer, name, latent_dim=latent_dim)
    behaviour = _behaviour(model, images, weights)
    return behaviour | _other_networks(answer, name, model, images)


def _decode(answer, latent_dim, seed, codes):
    name, dense = "build_decoder", (latent_dim, 2048)
    weights = _draw(seed, [dense, *DECODER_SHAPES])
    for shape in dense, (2048,):
        weights[shape] = np.abs(weights[shape])
    weights[TURNED_KERNEL] = weights[LAST_KERNEL][::-1, ::-1].swapaxes(2, 3)
    model = call(answer, name, latent_dim=latent_dim)
    behaviour = _behaviour(model, codes, weights)
    return behaviour | _other_networks(answer, name, model, codes[:, :2])


def _draw(seed, shapes):
    rng = np.random.default_rng(seed)
    return {
        shape: rng.normal(size=shape) * (2 / math.prod(shape[:-1])) ** 0.5
        for shape in shapes
    }


def _behaviour(model, x, weights):
    """Run a network with our weights; one of an unknown shape is an error."""
    # What knows no shape yet has its weights from here on.
    model(x)
    for weight in model.weights:
        weight.assign(weights[tuple(weight.shape)])
    facts = {
        "inputs": tuple(getattr(model, "input_shape", None) or x.shape)[1:],
        "weights": len(model.trainable_weights),
    }
    return {
        "answer": as_plain(model(x)),
        "answer while training": as_plain(model(x, training=True)),
        "network": np.array(f"{facts}, penalties: {len(model.losses)}"),
    }


def _other_networks(answer, name, model, x):
    """Build one with the code of two numbers that nobody asked for."""
    other = call(answer, name)
    shape = as_plain(other(x[:1])).shape
    shared = {id(w) for w in model.weights} & {id(w) for w in other.weights}
    facts = f"answers of shape {shape}, weights shared: {len(shared)}"
    return {"network of two latents": np.array(facts)}


def _agrees_but_for_rounding(observed, expected, inputs):
    atol = ROUNDING * np.ptp(expected["answer"])
    return agrees(observed, expected, inputs, rtol=0, atol=atol)


def _pictures_and_drawings(rng):
    """Draw greys, and what is drawn wholly wrong in some of its pixels."""
    sizes = rng.permutation(np.arange(2, 8))[:3]
    x, x_mean = rng.uniform(0.03, 0.97, (2, *sizes, 1)).astype("float32")
    pixels = 20
    missed = np.sort(rng.choice(np.arange(1, pixels), 3, replace=False))
    sure = np.repeat(rng.permutation([0.0, 1.0]), 3)[:, None]
    sure = sure * np.ones(pixels)
    wrong = np.arange(pixels) < np.tile(missed, 2)[:, None]
    drawn = np.where(wrong, 1 - sure, sure)
    sure, drawn = np.float32([sure, drawn]).reshape(2, 6, 4, 5, 1)
    return {"x": x, "x_mean": x_mean, "sure": sure, "drawn": drawn}


def _nats(answer, x, x_mean, sure, drawn):
    name = "reconstruction_loss"
    return {
        "nats": as_plain(call(answer, name, x=x, x_mean=x_mean)),
        "nats of one": as_plain(
            call(answer, name, x=x[:1], x_mean=x_mean[:1])
        ),
        "nats of what is missed": as_plain(
            call(answer, name, x=sure, x_mean=drawn)
        ),
    }


def _costs_are_right(observed, expected, inputs):
    """Compare costs, and allow any fair price for a pixel wholly missed.

    What is drawn white in place of ink may have another one than the
    reverse: in float32 no number lies as near to 1 as some lie to 0.
    """
    missed = np.abs(inputs["sure"] - inputs["drawn"]).sum(axis=(1, 2, 3))
    prices = observed["nats of what is missed"] / missed
    if prices.min() < 7 or prices.max() > 745:
        return "pixels wholly missed: no fair and finite price for each"
    is_ink = inputs["sure"].all(axis=(1, 2, 3))
    for alike in prices[is_ink], prices[~is_ink]:
        if not np.allclose(alike, alike[0], rtol=0.02):
            return "pixels wholly missed: not the same price for each"
    fair = {"nats of what is missed": expected["nats of what is missed"]}
    return agrees(observed | fair, expected, inputs)


PROBES = (
    Probe("1.1", _inputs_of_encoder, _encode, _agrees_but_for_rounding, 1),
    Probe("1.2", _inputs_of_decoder, _decode, _agrees_but_for_rounding, 1),
    Probe("1.3", _pictures_and_drawings, _nats, _costs_are_right),
)
