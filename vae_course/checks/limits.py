"""An end for answers that never return."""

import contextlib
import ctypes
import signal
import threading

TIME_LIMIT = 20.0
AGAIN = 1.0


class TookTooLong(BaseException):
    """Raised inside an answer whose time is up.

    Not an ``Exception``, so that an answer's ``except Exception`` does not
    swallow it.
    """


@contextlib.contextmanager
def time_limit(seconds):
    """Raise TookTooLong in this thread once ``seconds`` have passed.

    It is raised again every second, in case the code caught it. A call
    into compiled code is stopped when it comes back to Python.
    """
    if _alarm_works_here():
        stop = _alarm(seconds)
    else:
        stop = _watchdog(seconds, threading.get_ident())
    try:
        yield
    finally:
        stop()


def _alarm_works_here():
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
    )


def _alarm(seconds):
    def ring(signum, frame):
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)

    def stop():
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    return stop


def _watchdog(seconds, thread_id):
    """Do the same where there is no alarm: Windows, and other threads."""
    done = threading.Event()

    def watch():
        wait = seconds
        while not done.wait(wait):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread_id), ctypes.py_object(TookTooLong)
            )
            wait = AGAIN

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()

    def stop():
        done.set()
        watcher.join()

    return stop
