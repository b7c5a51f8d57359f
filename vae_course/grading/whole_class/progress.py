"""How far a run is, and how long the rest takes, on standard error."""

import sys
import time

# Seconds between two lines where there is no terminal.
PAUSE = 30.0
# Seconds over which a bar looks back to estimate the time left.
LOOK_BACK = 600.0


def show_progress(doing, total, stream=None):
    """Make a context manager that shows how far a run is.

    Args:
        doing: str, what is done, such as "Grading".
        total: int, how many submissions it is done to.
        stream: text stream; None means standard error.

    Returns:
        `Bar` on a terminal, else `Lines`.
    """
    stream = stream or sys.stderr
    return (Bar if stream.isatty() else Lines)(doing, total, stream)


class Bar:
    """A bar that moves, with the time left.

    Args:
        doing: str, what is done.
        total: int, how many steps there are.
        stream: text stream, a terminal.
    """

    def __init__(self, doing, total, stream):
        from rich import progress
        from rich.console import Console

        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("time left"),
            progress.TimeRemainingColumn(),
            console=Console(file=stream),
            speed_estimate_period=LOOK_BACK,
        )
        self._task = self._bar.add_task(doing, total=total)

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *error):
        self._bar.stop()

    def step(self):
        """Note that one more is done."""
        self._bar.advance(self._task)

    def say(self, line):
        """Write a line above the bar."""
        self._bar.console.print(
            line, markup=False, highlight=False, emoji=False
        )


class Lines:
    """A line now and then, for a log.

    Args:
        doing: str, what is done.
        total: int, how many steps there are.
        stream: text stream.
        clock: function that returns seconds.
    """

    def __init__(self, doing, total, stream, clock=time.monotonic):
        self._doing, self._total = doing, total
        self._stream, self._clock = stream, clock
        self._done, self._began = 0, clock()
        self._said = self._began

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def step(self):
        """Note that one more is done."""
        self._done += 1
        now = self._clock()
        if self._done < self._total and now - self._said < PAUSE:
            return
        self._said = now
        each = (now - self._began) / self._done
        left = in_words(each * (self._total - self._done))
        done = f"{self._done} of {self._total}"
        self.say(f"{self._doing}: {done}, {left} left")

    def say(self, line):
        """Write a line."""
        print(line, file=self._stream, flush=True)


def in_words(seconds):
    """Say roughly how long that is.

    Args:
        seconds: float.

    Returns:
        str.

    Example:
        >>> in_words(250)
        'about 4 minutes'
    """
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 90 * 60:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {seconds / 3600:.1f} hours"
