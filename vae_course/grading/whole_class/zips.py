"""Read notebooks out of zips, with nothing ever unpacked to a disk."""

import stat
import zipfile
from pathlib import PurePosixPath, PureWindowsPath

from vae_course.grading.whole_class.files import (
    FILES_LIMIT,
    NOTEBOOK_LIMIT,
    Found,
    in_words,
    is_notebook,
    is_shown,
)

HEADER = b"PK\x01\x02"
BLOCK = 1 << 20
# A zip that unpacks to more than a hundred times its size is a trap, unless
# it is all small.
RATIO_LIMIT, SMALL = 100, 10_000_000
METHODS = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


def notebooks_in_zip(file, size):
    """Read the notebooks of a zip, one at a time.

    Args:
        file: binary file object of the zip, which can be sought.
        size: int, its size in bytes.

    Yields:
        `Found`, with names inside of the zip. What is wrong with the zip as
        a whole has an empty name.
    """
    try:
        count = _count(file)
    except OSError as error:
        yield Found("", problem=in_words(error))
        return
    if count > FILES_LIMIT:
        yield Found("", problem=f"holds more than {FILES_LIMIT:,} files")
        return
    try:
        with zipfile.ZipFile(file) as archive:
            yield from _notebooks(archive, size)
    # Damage makes zipfile raise anything, IndexError included.
    except Exception:
        yield Found(
            "",
            problem="is broken, or no zip at all; it may have been cut off, "
            "so ask for it again",
        )


def _count(file):
    """Count the headers of files, before anything is made of them."""
    count, end = 0, b""
    file.seek(0)
    while block := file.read(BLOCK):
        count += (end + block).count(HEADER)
        end = block[-len(HEADER) + 1 :]
    return count


def _notebooks(archive, size):
    named = [each for each in archive.infolist() if each.filename]
    members = [each for each in named if not each.is_dir()]
    unpacked = sum(each.file_size for each in members)
    if unpacked > max(SMALL, RATIO_LIMIT * size):
        yield Found(
            "",
            problem=f"would unpack to {unpacked / 1e6:,.0f} MB from "
            f"{size / 1e6:,.1f} MB and was not opened",
        )
        return
    for member in members:
        # Some programs on Windows write names as they are written there.
        name = member.filename.replace("\\", "/")
        if is_shown(name):
            yield from _found(archive, member, name)


def _found(archive, member, name):
    """Yield a member if it is a notebook, or what is wrong with it."""
    if _leads_out(name):
        problem = "would be unpacked outside of its folder and was left out"
    elif stat.S_ISLNK(member.external_attr >> 16):
        problem = "is a link and was not followed"
    elif name.lower().endswith(".zip"):
        problem = "is a zip inside a zip and was not opened"
    elif not is_notebook(name):
        return
    elif member.flag_bits & 1:
        problem = "is locked with a password"
    elif member.compress_type not in METHODS:
        problem = "is packed in a way that is not read here"
    elif member.file_size > NOTEBOOK_LIMIT:
        problem = f"is larger than {NOTEBOOK_LIMIT / 1e6:.0f} MB"
    else:
        yield _read(archive, member, name)
        return
    yield Found(name, problem=problem)


def _read(archive, member, name):
    try:
        with archive.open(member) as file:
            content = file.read(NOTEBOOK_LIMIT + 1)
    except Exception:
        return Found(name, problem="is damaged inside its zip")
    return Found(name, content)


def _leads_out(name):
    return any(
        path.is_absolute() or path.drive or path.root or ".." in path.parts
        for path in (PurePosixPath(name), PureWindowsPath(name))
    )
