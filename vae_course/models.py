"""The models of the course, made of an encoder and a decoder."""

import keras
import tensorflow as tf
from keras import ops

from vae_course.arguments import demand_count, demand_shape, real_array
from vae_course.layers import Sampling  # noqa: F401, to load what has one
from vae_course.losses import kl_loss, reconstruction_loss
from vae_course.optimizers import FusedAdam  # noqa: F401, likewise


@keras.saving.register_keras_serializable("vae_course")
class Autoencoder(keras.Model):
    """Squeeze images through a code and learn to draw them again.

    `fit(x)` needs no targets: the images are their own. Training and
    `evaluate` report one number, `reconstruction_loss`: nats an image,
    summed over its pixels, averaged over all images of the epoch.

    Args:
        encoder: keras.Model, (n, 32, 32, 1) -> (n, latent_dim).
        decoder: keras.Model, (n, latent_dim) -> (n, 32, 32, 1) in (0, 1).
        **options: of `keras.Model`, such as `name`.

    Raises:
        TypeError: if the encoder or the decoder is not a Keras layer.

    Source: Hinton and Salakhutdinov (2006), "Reducing the Dimensionality
    of Data with Neural Networks".
    """

    def __init__(self, encoder, decoder, **options):
        super().__init__(**options)
        _demand_layers(encoder=encoder, decoder=decoder)
        self.encoder, self.decoder = encoder, decoder
        self.loss_of_images = keras.metrics.Mean("reconstruction_loss")

    @property
    def metrics(self):
        """List what Keras reports, and resets with every epoch."""
        return [self.loss_of_images]

    def call(self, x, training=None):
        """Draw every image from its code.

        Args:
            x: float (n, 32, 32, 1), in [0, 1].
            training: handed on to the encoder and the decoder.

        Returns:
            x_mean, float, same shape, in (0, 1).
        """
        z = self.encoder(x, training=training)
        return self.decoder(z, training=training)

    def compute_loss(
        self,
        x=None,
        y=None,
        y_pred=None,
        sample_weight=None,
        training=True,
    ):
        """Average the reconstruction loss over the batch.

        Args:
            x: float (n, 32, 32, 1), the images.
            y: ignored, for the images are the targets.
            y_pred: float, same shape as x, their reconstructions.
            sample_weight: ignored, every image counts alike.
            training: ignored.

        Returns:
            float scalar, nats an image.
        """
        nats = reconstruction_loss(x, y_pred)
        self.loss_of_images.update_state(nats)
        return _mean_of_batch(nats)

    def get_config(self):
        """Return what `from_config` needs to make the model again."""
        return {**super().get_config(), **_config_of_parts(self)}

    @classmethod
    def from_config(cls, config):
        """Make the model from what `get_config` returned."""
        return cls(**keras.saving.deserialize_keras_object(config))


@keras.saving.register_keras_serializable("vae_course")
class VAE(keras.Model):
    """A variational autoencoder, trained on the ELBO with a weight beta.

    `fit(x)` needs no targets. Training and `evaluate` report, in nats an
    image and averaged over all images of the epoch, `total_loss`, which
    is reconstruction_loss + beta · kl_loss, and these two. Written in
    exercises 7.2 to 7.4.

    Args:
        encoder: keras.Model, (n, 32, 32, 1) -> [z_mean, z_log_var, z],
            each (n, latent_dim).
        decoder: keras.Model, (n, latent_dim) -> (n, 32, 32, 1) in (0, 1).
        beta: float >= 0, the weight of the KL term; 1 makes the total loss
            the negative ELBO. It may be set anew while training goes on.
        **options: of `keras.Model`, such as `name`.

    Raises:
        TypeError: if the encoder or the decoder is not a Keras layer, or
            beta is no real number.
        ValueError: if beta is negative or not finite.

    Source: Kingma and Welling (2014), arXiv:1312.6114, equation 10, and for
    beta Higgins et al. (2017), "beta-VAE", equation 4.
    """

    def __init__(self, encoder, decoder, beta=1.0, **options):
        super().__init__(**options)
        _demand_layers(encoder=encoder, decoder=decoder)
        self.encoder, self.decoder = encoder, decoder
        # A variable, since a compiled graph would keep a number for good.
        self.weight_of_kl = keras.Variable(
            _real_weight(beta),
            trainable=False,
            dtype="float64",
            autocast=False,
            name="beta",
        )
        self.means = [
            keras.metrics.Mean(name)
            for name in ("total_loss", "reconstruction_loss", "kl_loss")
        ]
        # Keras saves and builds the optimizer of built models alone.
        self.built = encoder.built and decoder.built

    @property
    def beta(self):
        """The weight of the KL term, a float; set it at any time."""
        # A number also while a step of somebody's subclass is traced.
        with tf.init_scope():
            return float(self.weight_of_kl.numpy())

    @beta.setter
    def beta(self, beta):
        self.weight_of_kl.assign(_real_weight(beta))

    @property
    def metrics(self):
        """List what Keras reports, and resets with every epoch."""
        return list(self.means)

    def call(self, x, training=None):
        """Draw every image from the mean of its code, without chance.

        Args:
            x: float (n, 32, 32, 1), in [0, 1].
            training: handed on to the encoder and the decoder.

        Returns:
            x_mean, float, same shape, in (0, 1).
        """
        z_mean, _, _ = self.encoder(x, training=training)
        return self.decoder(z_mean, training=training)

    def compute_losses(self, x, training=None):
        """Measure both terms of the loss, with one drawn code an image.

        Args:
            x: float (n, 32, 32, 1), in [0, 1].
            training: handed on to the encoder and the decoder.

        Returns:
            reconstruction_loss and kl_loss, each float32 (n,), nats: summed
            over the pixels and over the latent dimensions.
        """
        z_mean, z_log_var, z = self.encoder(x, training=training)
        x_mean = self.decoder(z, training=training)
        return reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)

    def train_step(self, data):
        """Move the weights once, down the gradient of the batch's mean.

        Args:
            data: the images x, (x,) or (x, targets); targets are ignored.

        Returns:
            dict of the three running means, nats an image.
        """
        inputs = self._inputs_of(data)
        with tf.GradientTape() as tape:
            losses = self.compute_losses(inputs, training=True)
            loss = _mean_of_batch(self._report(*losses))
            loss = self.optimizer.scale_loss(loss)
        weights = self.trainable_weights
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return self.get_metrics_result()

    def test_step(self, data):
        """Measure a batch and leave the weights alone.

        Args:
            data: the images x, (x,) or (x, targets); targets are ignored.

        Returns:
            dict of the three running means, nats an image.
        """
        inputs = self._inputs_of(data)
        self._report(*self.compute_losses(inputs, training=False))
        return self.get_metrics_result()

    def _inputs_of(self, data):
        """Take what `compute_losses` needs out of what Keras hands over."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return x

    def _report(self, reconstruction, kl):
        """Add a batch to the running means; return its total, (n,)."""
        total = reconstruction + ops.cast(self.weight_of_kl, kl.dtype) * kl
        values = total, reconstruction, kl
        for mean, nats in zip(self.means, values, strict=True):
            mean.update_state(nats)
        return total

    def get_config(self):
        """Return what `from_config` needs to make the model again."""
        return {
            **super().get_config(),
            **_config_of_parts(self),
            "beta": self.beta,
        }

    @classmethod
    def from_config(cls, config):
        """Make the model from what `get_config` returned."""
        return cls(**keras.saving.deserialize_keras_object(config))


@keras.saving.register_keras_serializable("vae_course")
class ConditionalVAE(VAE):
    """A VAE that is told the class of every image, and can be asked for one.

    Encoder and decoder both get the label, as a row of zeros with a one in
    the place of the class. `fit(x, labels)` trains it; it reports what a
    `VAE` reports, a bound on the log-likelihood of x *given* its label.

    Args:
        encoder: keras.Model, the list of x, (n, 32, 32, 1), and the labels'
            rows, (n, n_classes), -> [z_mean, z_log_var, z], each
            (n, latent_dim).
        decoder: keras.Model, (n, latent_dim + n_classes) ->
            (n, 32, 32, 1) in (0, 1); what `condition_decoder_input` gives
            goes in.
        n_classes: int >= 1, how many classes there are.
        beta: float >= 0, the weight of the KL term.
        **options: of `keras.Model`, such as `name`.

    Raises:
        TypeError: if the encoder or the decoder is not a Keras layer,
            n_classes is no int, or beta no real number.
        ValueError: if n_classes is below 1, or beta negative or not finite.

    Source: Sohn, Lee and Yan (2015), "Learning Structured Output
    Representation using Deep Conditional Generative Models", equation 4,
    with the prior N(0, I) for every class; Kingma, Rezende, Mohamed and
    Welling (2014), arXiv:1406.5298, model M2.
    """

    def __init__(self, encoder, decoder, n_classes=10, beta=1.0, **options):
        super().__init__(encoder, decoder, beta, **options)
        self.n_classes = demand_count("n_classes", n_classes, smallest=1)

    def call(self, inputs, training=None):
        """Draw every image from the mean of its code, and its label.

        Args:
            inputs: the pair x, float (n, 32, 32, 1) in [0, 1], and labels,
                int (n,) from 0 to n_classes - 1.
            training: handed on to the encoder and the decoder.

        Returns:
            x_mean, float, the shape of x, in (0, 1).
        """
        x, labels = inputs
        z_mean, _, _ = self._encode(x, labels, training)
        return self._decode(z_mean, labels, training)

    def compute_losses(self, inputs, training=None):
        """Measure both terms of the loss, with one drawn code an image.

        Args:
            inputs: the pair x, float (n, 32, 32, 1) in [0, 1], and labels,
                int (n,) from 0 to n_classes - 1.
            training: handed on to the encoder and the decoder.

        Returns:
            reconstruction_loss and kl_loss, each float32 (n,), nats: summed
            over the pixels and over the latent dimensions.
        """
        x, labels = inputs
        z_mean, z_log_var, z = self._encode(x, labels, training)
        x_mean = self._decode(z, labels, training)
        return reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)

    def _inputs_of(self, data):
        x, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if labels is None:
            raise ValueError(
                "data: expected images and labels, as in fit(x, labels), "
                "got images alone"
            )
        return x, labels

    def _encode(self, x, labels, training):
        rows = ops.one_hot(labels, self.n_classes)
        return self.encoder(
            [ops.convert_to_tensor(x), rows], training=training
        )

    def _decode(self, z, labels, training):
        z = condition_decoder_input(z, labels, self.n_classes)
        return self.decoder(z, training=training)

    def get_config(self):
        """Return what `from_config` needs to make the model again."""
        return {**super().get_config(), "n_classes": self.n_classes}


def condition_decoder_input(z, labels, n_classes):
    """Put beside every code the class that is to be drawn from it.

    Written in exercise 10.3.

    Args:
        z: float tensor or array (n, latent_dim), the codes.
        labels: int tensor or array (n,), from 0 to n_classes - 1.
        n_classes: int >= 1, how many classes there are.

    Returns:
        float tensor (n, latent_dim + n_classes): in each row the code, then
        n_classes zeros with a one in the place of the label.

    Raises:
        TypeError: if n_classes is not an int, or a label none.
        ValueError: if n_classes is below 1, the shapes do not fit, or a
            label whose value is known is out of range.

    Source: Sohn, Lee and Yan (2015), "Learning Structured Output
    Representation using Deep Conditional Generative Models", section 4.

    >>> condition_decoder_input([[0.5, -2.0]], [1], n_classes=3).numpy()
    array([[ 0.5, -2. ,  0. ,  1. ,  0. ]], dtype=float32)
    """
    n_classes = demand_count("n_classes", n_classes, smallest=1)
    z, labels = ops.convert_to_tensor(z), ops.convert_to_tensor(labels)
    if len(z.shape) != 2:
        raise ValueError(
            f"z: expected shape (n, latent_dim), got {tuple(z.shape)}"
        )
    demand_shape("labels", labels.shape, "the rows of z", z.shape[:1])
    _demand_classes(labels, n_classes)
    rows = ops.one_hot(labels, n_classes, dtype=z.dtype)
    return ops.concatenate([z, rows], axis=-1)


def _demand_classes(labels, n_classes):
    """Refuse labels that are no ints, or out of range where that is known."""
    dtype = keras.backend.standardize_dtype(labels.dtype)
    if not keras.backend.is_int_dtype(dtype):
        raise TypeError(f"labels: expected ints, got {dtype}")
    if not tf.executing_eagerly() or not len(labels):
        return
    lowest, highest = int(ops.min(labels)), int(ops.max(labels))
    if lowest < 0 or highest >= n_classes:
        raise ValueError(
            f"labels: expected ints from 0 to {n_classes - 1}, got "
            f"{lowest if lowest < 0 else highest}"
        )


def _mean_of_batch(nats):
    """Average over the images of a batch, that of all replicas together.

    Each replica returns its part of that mean, since Keras adds up their
    gradients. A last batch need not split evenly: a replica may have none.
    """
    if tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return ops.mean(nats)
    count = tf.cast(tf.shape(nats)[0], nats.dtype)
    context = tf.distribute.get_replica_context()
    return ops.sum(nats) / context.all_reduce("sum", count)


def _real_weight(beta):
    weight = real_array("beta", beta, shape=())
    if weight < 0:
        raise ValueError(f"beta: expected at least 0, got {beta}")
    return float(weight)


def _demand_layers(**parts):
    for name, part in parts.items():
        if not isinstance(part, keras.Layer):
            raise TypeError(f"{name}: expected a Keras model, got {part!r}")


def _config_of_parts(model):
    return {
        name: keras.saving.serialize_keras_object(getattr(model, name))
        for name in ("encoder", "decoder")
    }
