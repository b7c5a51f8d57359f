"""Find and read notebooks in a folder that nobody trusts.

Nothing is written, no link is followed, and no file is read that is not an
ordinary one of a bearable size.
"""

import errno
import os
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

NOTEBOOK_LIMIT, ZIP_LIMIT = 32_000_000, 200_000_000
FILES_LIMIT = 100_000
# A pipe would wait for somebody to write; Windows has neither of these.
CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
CAREFULLY |= getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Found:
    """A file, or what is wrong with it.

    Attributes:
        name: str, the path inside of the submission, with slashes.
        content: bytes, or None.
        problem: str that goes on from the name, or None.
    """

    name: str
    content: bytes | None = None
    problem: str | None = None


def is_notebook(name):
    """Tell a notebook by its name."""
    return name.lower().endswith(".ipynb")


def is_shown(name):
    """Tell what learners see of their folders from what programs keep.

    Args:
        name: str, a path with slashes.
    """
    parts = PurePosixPath(name).parts
    hidden = [each for each in parts if each[0] == "." and each != ".."]
    return not hidden and "__MACOSX" not in parts


def files_in(folder):
    """Walk through a folder, links excepted.

    Args:
        folder: str, its path.

    Yields:
        `Found` without content for each file, in the order of the names;
        with a problem for what cannot be looked into and for links out.
    """
    todo, left = [""], FILES_LIMIT
    while todo:
        below = todo.pop()
        try:
            with os.scandir(os.path.join(folder, below)) as scan:
                entries = list(islice(scan, left + 1))
        except OSError as error:
            yield Found(below, problem=in_words(error))
            continue
        if len(entries) > left:
            yield Found(below, problem=f"is one of over {FILES_LIMIT:,} files")
            return
        left -= len(entries)
        for entry in sorted(entries, key=lambda entry: entry.name):
            name = f"{below}/{entry.name}" if below else entry.name
            if not is_shown(entry.name):
                continue
            if entry.is_symlink():
                if _leads_out(entry.path, folder):
                    problem = "is a link out of the folder, not followed"
                    yield Found(name, problem=problem)
            elif entry.is_dir(follow_symlinks=False):
                todo.append(name)
            else:
                yield Found(name)


def open_file(path, limit):
    """Open an ordinary file of a bearable size, to be read.

    Args:
        path: str.
        limit: int, the most bytes.

    Returns:
        Binary file object, and its size in bytes.

    Raises:
        OSError: if it cannot be read, is a link, a pipe, a folder ..., or
            is too large.
    """
    handle = os.open(path, os.O_RDONLY | CAREFULLY)
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no ordinary file")
    if about.st_size > limit:
        os.close(handle)
        raise OSError(errno.EFBIG, f"it is larger than {limit / 1e6:.0f} MB")
    return os.fdopen(handle, "rb"), about.st_size


def in_words(error):
    """Say why a file or folder was not read; goes on from its name.

    Args:
        error: OSError.
    """
    return f"cannot be read: {error.strerror or error}"


def _leads_out(link, folder):
    target, home = os.path.realpath(link), os.path.realpath(folder)
    return os.path.commonpath([target, home]) != home or target == home
