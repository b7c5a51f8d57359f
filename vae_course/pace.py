"""How long a training still takes."""

import statistics

# Seconds of steps that must be seen before they tell anything.
ENOUGH = 1.0


class Pace:
    """Estimate the time left from the times of the steps so far.

    The first step is left out, for it contains the compilation of the
    graph; so is the first epoch once another is over, for it contains that
    of the validation. Of the others the median counts, so that an epoch
    that was held up spoils nothing. During the first, its steps must do.

    Args:
        epochs: int, the number of the last epoch.
        first: int, the number of the epoch with which training begins.
        steps: int, how many steps an epoch has, or None where only the end
            of the first will tell.

    Attributes:
        complete: int, the number of the last epoch that is over.
    """

    def __init__(self, epochs, first=1, steps=None):
        self.epochs, self.first, self.steps = epochs, first, steps
        self.complete, self._taken = first - 1, 0
        self._begin, self._now = None, None
        self._seconds = []

    def step(self, taken, now):
        """Note a step.

        Args:
            taken: int, how many steps of this epoch have been taken with
                it; a call of several may count more than there are.
            now: float, seconds by any clock.
        """
        self._taken = min(taken, self.steps or taken)
        self._begin = self._begin or (self._taken, now)
        self._now = now

    def epoch(self, now):
        """Note that an epoch is over, and its validation.

        Args:
            now: float, seconds by the same clock.
        """
        self.steps = self.steps or self._taken
        if self._begin and self._begin[0] < self.steps:
            self._seconds.append(self._whole_epoch(self.steps, now))
        self.complete, self._taken = self.complete + 1, 0
        self._begin, self._now = (0, now), now

    @property
    def done(self):
        """The number of epochs done, a float.

        An epoch under way counts for a half where its length is unknown.
        """
        if not self._taken:
            return float(self.complete)
        return self.complete + (
            self._taken / self.steps if self.steps else 0.5
        )

    def left(self):
        """Estimate how long the rest takes.

        Returns:
            float, seconds, or None where nothing can be said yet.
        """
        if self._seconds:
            expected = statistics.median(self._seconds[1:] or self._seconds)
        elif self._has_seen_enough():
            expected = self._whole_epoch(self._taken, self._now)
        else:
            return None
        return expected * (self.epochs - self.done)

    def _has_seen_enough(self):
        if not self.steps or not self._begin:
            return False
        taken, since = self._begin
        return self._taken > taken and self._now - since >= ENOUGH

    def _whole_epoch(self, taken, now):
        """Seconds that an epoch takes, by its steps after the first."""
        before, since = self._begin
        return (now - since) * self.steps / (taken - before)
