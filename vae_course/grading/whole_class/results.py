"""The folder that a run writes to, kept so that a stopped run can go on."""

import contextlib
import json
import os
from pathlib import Path

from vae_course.grading.whole_class.file_names import file_name
from vae_course.grading.whole_class.records import Record

HALF_WRITTEN = ".part"
SECRET, SHARED = 0o600, 0o666
BROKEN = KeyError, TypeError, ValueError, AttributeError, RecursionError


class InUse(Exception):
    """Raised where another run is at work in the same folder."""


class NotWritten(Exception):
    """Raised where results cannot be written, say on a full disk."""


class Results:
    """A folder of results, held by one run at a time.

    A context manager: it makes the folder, and holds it until the end.

    Args:
        folder: str or path.

    Raises:
        InUse: on entering, if another run holds it.
        NotWritten: on entering, if it cannot be made or written to.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self._lock = None

    def __enter__(self):
        with self.writing():
            (self.folder / "records").mkdir(parents=True, exist_ok=True)
            self._lock = _hold(self.folder / ".lock")
            for left_over in self.folder.rglob(f".*{HALF_WRITTEN}"):
                left_over.unlink()
        return self

    def __exit__(self, *error):
        os.close(self._lock)

    @contextlib.contextmanager
    def writing(self):
        """Say where it cannot be written to, and why: raise NotWritten."""
        try:
            yield
        except OSError as error:
            raise NotWritten(
                f"{error.filename or self.folder}: {error.strerror or error}"
            ) from error

    def enforced(self):
        """Return what machines enforced, as the last run has noted it.

        Returns:
            dict from a machine to a dict from what should be enforced to ""
            or to why it was not, also of runs before it whose records were
            taken over; empty where there was no run.
        """
        try:
            told = _read(self.folder / "run.json")["enforced"].items()
            return {machine: dict(facts) for machine, facts in told}
        except BROKEN:
            return {}

    def forget_about(self):
        """Drop what was noted of runs of which no record is left."""
        with self.writing():
            (self.folder / "run.json").unlink(missing_ok=True)

    def keep_about(self, about):
        """Write what holds for the whole run; the seed is in it.

        Args:
            about: dict that JSON can hold, with "seed" and "enforced".

        Raises:
            NotWritten: if it cannot be written.
        """
        path = self.folder / "run.json"
        with self.writing():
            write_whole(path, as_json(about), mode=SECRET)

    def record(self, learner, key):
        """Return the record of a learner, if there is one of these checks.

        Args:
            learner: str, the learner's name.
            key: str, what the record's key must be.

        Returns:
            Record, or None where all answers have to be graded.
        """
        try:
            record = Record.from_dict(_read(self._path(learner)))
        except BROKEN:
            return None
        fits = (record.learner, record.key) == (learner, key)
        return record if fits else None

    def keep(self, record):
        """Write a record; it is there in whole, or not at all.

        Raises:
            NotWritten: if it cannot be written, say on a full disk.
        """
        path = self._path(record.learner)
        with self.writing():
            write_whole(path, as_json(record.as_dict()))

    def _path(self, learner):
        return self.folder / "records" / f"{file_name(learner)}.json"


def write_whole(path, content, mode=SHARED):
    """Write a file so that nobody ever finds half of it.

    Args:
        path: Path of the file; one that is there is replaced.
        content: bytes.
        mode: int, who may read it, less the process's umask.

    Raises:
        OSError: if it cannot be written; the file is then as it was.
    """
    part = path.with_name(f".{path.name}{HALF_WRITTEN}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        with open(os.open(part, flags, mode), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def as_json(told):
    """Write lines of JSON in ASCII, which any learner's name fits into."""
    return (json.dumps(told, indent=1) + "\n").encode("ascii")


def _read(path):
    """Return what JSON a file holds, or None where it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _hold(path):
    """Return a lock that lasts until it is closed or this process ends."""
    import fcntl

    lock = os.open(path, os.O_RDWR | os.O_CREAT, SHARED)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode()
        os.close(lock)
        raise InUse(
            f"{path.parent}: another run is at work there, process {holder}. "
            "Wait for it, or choose another folder."
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock
