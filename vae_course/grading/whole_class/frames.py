"""Messages over a pair of pipes, each with its length before it.

Whoever is at the other end may be dead, silent, slow or lying.
"""

import os
import select
import struct
import time

LENGTH = struct.Struct("<I")
TICK = 0.1
# So much goes into a pipe that has room at all, without waiting.
AT_ONCE = select.PIPE_BUF
FOREVER = float("inf")


class Broken(Exception):
    """Raised where no message comes or goes any more.

    Args:
        how: "ended", "late", "too much", or another word of a `tick`.
    """

    def __init__(self, how):
        super().__init__(how)
        self.how = how


class Channel:
    """Send and receive bytes.

    Args:
        read: file descriptor to read from.
        write: file descriptor to write to.
        most: int, how many bytes a message may have that comes in.
    """

    def __init__(self, read, write, most):
        self.read, self.write, self.most = read, write, most
        self._next_tick = 0.0

    def send(self, content, until=FOREVER, tick=lambda: None):
        """Send a message.

        Args:
            content: bytes.
            until: `time.monotonic()` at which to give up.
            tick: called at most ten times a second, and so often while
                waiting; what it raises ends the waiting.

        Raises:
            Broken: if it cannot be sent.
        """
        rest = memoryview(LENGTH.pack(len(content)) + content)
        while rest:
            self._wait(self.write, select.POLLOUT, until, tick)
            try:
                rest = rest[os.write(self.write, rest[:AT_ONCE]) :]
            except OSError:
                raise Broken("ended") from None

    def receive(self, until=FOREVER, tick=lambda: None):
        """Return the next message; arguments as for `send`.

        Raises:
            Broken: if none comes, or one that is too long.
        """
        [length] = LENGTH.unpack(self._take(LENGTH.size, until, tick))
        if length > self.most:
            raise Broken("too much")
        return self._take(length, until, tick)

    def close(self):
        """Close both descriptors."""
        os.close(self.read)
        os.close(self.write)

    def _take(self, length, until, tick):
        content = bytearray()
        while len(content) < length:
            self._wait(self.read, select.POLLIN, until, tick)
            try:
                part = os.read(self.read, min(length - len(content), 2**20))
            except OSError:
                part = b""
            if not part:
                raise Broken("ended")
            content += part
        return bytes(content)

    def _wait(self, descriptor, event, until, tick):
        poll = select.poll()
        poll.register(descriptor, event)
        is_ready = False
        while not is_ready:
            is_ready = poll.poll(TICK * 1000)
            self._look(until, tick)

    def _look(self, until, tick):
        """Look at the clock, also where a message comes byte by byte."""
        now = time.monotonic()
        if now > until:
            raise Broken("late")
        if now >= self._next_tick:
            self._next_tick = now + TICK
            tick()
