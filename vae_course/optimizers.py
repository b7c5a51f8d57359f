"""Adam in one operation of TensorFlow for each array of weights."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("vae_course")
class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, each array of weights moved by one operation, not ten.

    The step is Keras's own up to rounding. Fewer operations are written
    down and made ready sooner, for which a short training waits longest. On
    several devices, and for `amsgrad`, the step is left to Keras.

    Args:
        As `keras.optimizers.Adam`.

    Source: Kingma and Ba (2015), arXiv:1412.6980, the remark after
    algorithm 1; TensorFlow's operation ResourceApplyAdam.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Move one array of weights.

        Args:
            gradient: float tensor of the variable's shape.
            variable: tf.Variable, or keras.Variable; it is changed.
            learning_rate: float scalar.
        """
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        if self.amsgrad or replicas > 1:
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=_handle(variable),
            m=_handle(self._momentums[index]),
            v=_handle(self._velocities[index]),
            beta1_power=tf.pow(tf.cast(self.beta_1, step.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, step.dtype), step),
            lr=tf.cast(learning_rate, step.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, step.dtype),
        )


def _handle(variable):
    """Find what TensorFlow's operations change."""
    if isinstance(variable, keras.Variable):
        variable = variable.value
    return variable.handle
