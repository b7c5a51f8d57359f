"""The models of the course, made of an encoder and a decoder."""

import keras

from vae_course.losses import reconstruction_loss


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
        for name, part in {"encoder": encoder, "decoder": decoder}.items():
            if not isinstance(part, keras.Layer):
                raise TypeError(
                    f"{name}: expected a Keras model, got {part!r}"
                )
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
        return keras.ops.mean(nats)

    def get_config(self):
        """Return what `from_config` needs to make the model again."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config):
        """Make the model from what `get_config` returned."""
        parts = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in ("encoder", "decoder")
        }
        return cls(**{**config, **parts})
