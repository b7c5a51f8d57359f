"""Download files through Keras without ever hanging or half keeping them."""

import contextlib
import filecmp
import http.client
import os
import socket
import tempfile
import threading
import urllib.request
from pathlib import Path

from vae_course.runtime import start_tensorflow

PROBE_SECONDS = 1.5
STALL_SECONDS = 10.0


def answers(url):
    """Tell within two seconds whether a web server has this file.

    Cheap beside the import of Keras. The question is put in a thread of its
    own, because the look-up of a host's name knows no time limit.

    Args:
        url: str.

    Returns:
        True if the server answers a HEAD request for the file with success.
    """
    answered = threading.Event()

    def ask():
        request = urllib.request.Request(url, method="HEAD")
        with (
            contextlib.suppress(
                OSError, ValueError, http.client.HTTPException
            ),
            urllib.request.urlopen(request, timeout=PROBE_SECONDS),
        ):
            answered.set()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return answered.is_set()


def download(urls, caches, read):
    """Download files, read them, and keep them only if that succeeds.

    Safe beside other processes that do the same: files come into a new
    folder and enter the cache by renaming, when all are known to be good. A
    different file that has one's name in the cache stays beside it, with
    `.replaced` added to its name.

    Args:
        urls: list of str; the last part of each is the file's name.
        caches: list of paths, the folders to keep the files in, best first;
            the first that can be written to is used, or none.
        read: function of the folder that holds the files; it raises an
            exception if one of them is not as it should be.

    Returns:
        What `read` returns.

    Raises:
        Exception: if a download fails or stands still for ten seconds
            (Keras names no narrower class), or what `read` raises.
    """
    with _new_folder(caches) as name:
        folder = Path(name)
        _fetch(urls, folder)
        data = read(folder)
        if folder.parent in caches:
            _keep(folder, folder.parent)
    return data


def _new_folder(caches):
    for cache in caches:
        with contextlib.suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True)
            return tempfile.TemporaryDirectory(dir=cache, prefix="download-")
    return tempfile.TemporaryDirectory(prefix="download-")


def _fetch(urls, folder):
    start_tensorflow()
    import keras

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALL_SECONDS)  # get_file has no timeout
    try:
        for url in urls:
            keras.utils.get_file(origin=url, cache_dir=folder, cache_subdir="")
    finally:
        socket.setdefaulttimeout(before)


def _keep(folder, cache):
    # What cannot be kept (Windows: another process reads the file) is used
    # all the same.
    with contextlib.suppress(OSError):
        for file in sorted(folder.iterdir()):
            kept = cache / file.name
            if kept.exists() and not filecmp.cmp(file, kept, shallow=False):
                kept.replace(f"{kept}.replaced")
            os.replace(file, kept)
