"""The data of the course: each source, and what happens when it is broken."""

import contextlib
import functools
import gzip
import hashlib
import http.server
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest

from vae_course import data, download
from vae_course.data import load_fashion_mnist, prepare_images

FULL_SET = data.DEBIAN_FOLDER
TOOL = Path(__file__).parents[1] / "tools" / "make_subset.py"
NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
# Name in the gzip header, seconds since 1970 there, MD5 of the README.
PUBLISHED = {
    NAMES[0]: (1504176606, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
    NAMES[1]: (1504176606, "25c81989df183df01b3e8a0aad5dffbe"),
    NAMES[2]: (1504176627, "bef4ecab320f06d8554ea6380940ec79"),
    NAMES[3]: (1504176627, "bb300cfdad3c16e7a12a480ee83cd310"),
}
SUBSET_SAID = "10,000 training and 2,000 test images from the subset"
TINY_SAID = "20 training and 10 test images from "
DOES_NOT_HANG = 20  # seconds; what hangs here, hangs for a minute

needs_full_set = pytest.mark.skipif(
    not FULL_SET.is_dir(),
    reason="needs the full set: Debian's package dataset-fashion-mnist",
)


def idx(array, axes=None):
    axes = array.ndim if axes is None else axes
    lengths = [struct.pack(">I", length) for length in array.shape]
    return bytes([0, 0, 8, axes]) + b"".join(lengths) + array.tobytes()


@pytest.fixture(scope="module")
def tiny():
    """The four files of a set of 20 and 10 images, unpacked, by name."""
    rng = np.random.default_rng(0)
    labels = np.arange(10, dtype=np.uint8)
    return {
        NAMES[0]: idx(rng.integers(0, 256, (20, 28, 28), np.uint8)),
        NAMES[1]: idx(np.tile(labels, 2)),
        NAMES[2]: idx(rng.integers(0, 256, (10, 28, 28), np.uint8)),
        NAMES[3]: idx(labels),
    }


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch, tmp_path):
    """A machine with no set on it, no network and an empty home."""
    for name in ("VAE_COURSE_DATA", "VAE_COURSE_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in [n for n in os.environ if n.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(
        data, "_spare_keras_home", lambda: str(tmp_path / "spare")
    )
    monkeypatch.setattr(data, "DEBIAN_FOLDER", tmp_path / "debian")
    monkeypatch.setattr(data, "ORIGIN", "http://127.0.0.1:9/")


@pytest.fixture
def tiny_is_whole(monkeypatch, tiny):
    """Let the tiny set stand for the published one."""
    hashes = {n: hashlib.sha256(c).hexdigest() for n, c in tiny.items()}
    monkeypatch.setattr(data, "SHA256", hashes)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "keras" / "datasets" / "fashion-mnist"


def write(folder, files, packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return folder


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20])


@contextlib.contextmanager
def serve(folder, handler=http.server.SimpleHTTPRequestHandler):
    """Serve a folder on this machine; yields the URL and the requests."""
    requests = []

    class Handler(handler):
        def log_request(self, code="-", size="-"):
            requests.append((self.command, self.path))

        def log_error(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=folder)
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def origin(monkeypatch, tmp_path, tiny, tiny_is_whole):
    """A server with the tiny set; the folder it serves and its requests."""
    folder = write(tmp_path / "server", tiny)
    with serve(folder) as (url, requests):
        monkeypatch.setattr(data, "ORIGIN", url)
        yield folder, requests


@pytest.fixture
def silent_server():
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@contextlib.contextmanager
def does_not_hang():
    start = time.monotonic()
    yield
    assert time.monotonic() - start < DOES_NOT_HANG


def files_below(folder):
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def assert_is_tiny(loaded, tiny):
    (x_train, y_train), (x_test, y_test) = loaded
    for array, name in zip(
        (x_train, y_train, x_test, y_test), NAMES, strict=True
    ):
        assert array.dtype == np.uint8
        assert idx(array) == tiny[name]


# The folder that the user names


@pytest.mark.parametrize("packed", [True, False])
def test_a_named_folder_is_read_packed_or_not(tmp_path, tiny, packed):
    folder = write(tmp_path / "mine", tiny, packed)
    assert_is_tiny(load_fashion_mnist(folder), tiny)


def test_a_named_folder_may_be_a_string(tmp_path, tiny):
    folder = write(tmp_path / "mine", tiny)
    assert_is_tiny(load_fashion_mnist(str(folder)), tiny)


def test_the_environment_names_a_folder(monkeypatch, tmp_path, tiny):
    folder = write(tmp_path / "mine", tiny)
    monkeypatch.setenv("VAE_COURSE_DATA", str(folder))
    assert_is_tiny(load_fashion_mnist(), tiny)


def test_the_argument_comes_before_the_environment(
    monkeypatch, tmp_path, tiny
):
    monkeypatch.setenv("VAE_COURSE_DATA", str(tmp_path / "elsewhere"))
    folder = write(tmp_path / "mine", tiny)
    assert_is_tiny(load_fashion_mnist(folder), tiny)


def test_a_named_folder_comes_before_the_cache(
    tmp_path, cache, tiny, tiny_is_whole, capsys
):
    write(cache, tiny)
    folder = write(tmp_path / "mine", tiny)
    load_fashion_mnist(folder)
    assert TINY_SAID + str(folder) in capsys.readouterr().out


def test_a_tilde_in_a_named_folder_is_the_home(monkeypatch, tmp_path, tiny):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write(tmp_path / "mine", tiny)
    assert_is_tiny(load_fashion_mnist("~/mine"), tiny)


def test_loaded_arrays_can_be_written_to(tmp_path, tiny):
    (x_train, _), _ = load_fashion_mnist(write(tmp_path / "mine", tiny))
    assert x_train.flags.writeable


def test_a_missing_named_folder_is_an_error_that_names_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^folder: .*nothing_here"):
        load_fashion_mnist(tmp_path / "nothing_here")


def test_a_missing_folder_in_the_environment_is_an_error(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("VAE_COURSE_DATA", str(tmp_path / "nothing_here"))
    with pytest.raises(FileNotFoundError, match=r"^VAE_COURSE_DATA: .*noth"):
        load_fashion_mnist()


def test_a_file_in_place_of_a_named_folder_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match="not a folder"):
        load_fashion_mnist(tmp_path / "file")


def test_a_number_in_place_of_a_named_folder_is_an_error():
    with pytest.raises(TypeError, match=r"^folder: expected .* got 3"):
        load_fashion_mnist(3)


@pytest.mark.parametrize("name", NAMES)
def test_an_incomplete_named_folder_is_an_error_that_names_the_file(
    tmp_path, tiny, name
):
    folder = write(tmp_path / "mine", tiny)
    (folder / f"{name}.gz").unlink()
    with pytest.raises(FileNotFoundError, match=name):
        load_fashion_mnist(folder)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_file_in_a_named_folder_is_an_error_that_names_it(
    tmp_path, tiny, name, packed
):
    folder = write(tmp_path / "mine", tiny, packed)
    truncate(folder / (f"{name}.gz" if packed else name))
    with pytest.raises(ValueError, match=f"{name}.*expected .*got "):
        load_fashion_mnist(folder)


IMAGES = np.zeros((20, 28, 28), np.uint8)
LABELS = np.zeros(20, np.uint8)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        (NAMES[0], idx(IMAGES[:, :27]), r"28 by 28 .*got .*\(20, 27, 28\)"),
        (NAMES[0], idx(IMAGES[:0]), r"at least one .*got .*\(0, 28, 28\)"),
        (NAMES[0], idx(LABELS), "00 00 08 03.*got .*00 00 08 01"),
        (NAMES[0], idx(IMAGES, axes=4), "00 00 08 03.*got .*00 00 08 04"),
        (NAMES[0], b"<html>log in</html>", "00 00 08 03.*got 19 bytes"),
        (NAMES[0], b"\0\0\x08\x03\0\0", "3 lengths, got 6 bytes"),
        (NAMES[0], b"", "got 0 bytes that open with nothing"),
        (NAMES[0], idx(IMAGES) + b"\0", "15,696 unpacked.*got 15,697"),
        (NAMES[1], idx(LABELS[:19]), "each of the 20 images, got 19"),
        (NAMES[1], idx(LABELS + 10), "0 to 9, got 10"),
    ],
    ids=[
        "rows",
        "empty set",
        "labels for images",
        "axes",
        "a web page",
        "half a header",
        "empty file",
        "too long",
        "too few labels",
        "label out of range",
    ],
)
def test_a_wrong_file_in_a_named_folder_is_an_error(
    tmp_path, tiny, name, content, complaint
):
    folder = write(tmp_path / "mine", tiny | {name: content})
    with pytest.raises(ValueError, match=f"{name}.*{complaint}"):
        load_fashion_mnist(folder)


def test_a_file_that_is_not_gzip_in_a_named_folder_is_an_error(tmp_path, tiny):
    folder = write(tmp_path / "mine", tiny)
    (folder / f"{NAMES[2]}.gz").write_bytes(tiny[NAMES[2]])
    with pytest.raises(ValueError, match=f"{NAMES[2]}.gz: .*whole gzip"):
        load_fashion_mnist(folder)


def test_a_flipped_byte_in_a_gzip_file_is_an_error(tmp_path, tiny):
    folder = write(tmp_path / "mine", tiny)
    path = folder / f"{NAMES[0]}.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{NAMES[0]}.gz: .*whole gzip"):
        load_fashion_mnist(folder)


# Keras's cache and Debian's package


def test_the_cache_of_keras_is_used(cache, tiny, tiny_is_whole, capsys):
    write(cache, tiny)
    assert_is_tiny(load_fashion_mnist(), tiny)
    assert capsys.readouterr().out == (
        f"Fashion-MNIST: {TINY_SAID}Keras's cache.\n"
    )


def test_the_cache_of_keras_is_below_the_home_when_nothing_is_set(
    monkeypatch, tmp_path, tiny, tiny_is_whole
):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write(tmp_path / ".keras" / "datasets" / "fashion-mnist", tiny)
    assert_is_tiny(load_fashion_mnist(), tiny)


def test_keras_finds_its_files_where_we_look_for_them(tmp_path, cache, tiny):
    write(cache, tiny)
    script = (
        "from keras.datasets import fashion_mnist\n"
        "(x_train, _), (x_test, _) = fashion_mnist.load_data()\n"
        "print(len(x_train), len(x_test))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"KERAS_HOME": str(tmp_path / "keras")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.split() == ["20", "10"]


def test_debians_package_is_used(tmp_path, tiny, tiny_is_whole, capsys):
    write(tmp_path / "debian", tiny)
    assert_is_tiny(load_fashion_mnist(), tiny)
    assert "Debian's package" in capsys.readouterr().out


def test_the_cache_of_keras_comes_before_debians_package(
    tmp_path, cache, tiny, tiny_is_whole, capsys
):
    write(cache, tiny)
    write(tmp_path / "debian", tiny)
    load_fashion_mnist()
    assert "Keras's cache" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_in_the_cache_is_warned_of_and_the_next_source_serves(
    tmp_path, cache, tiny, tiny_is_whole, capsys, name
):
    write(cache, tiny)
    truncate(cache / f"{name}.gz")
    write(tmp_path / "debian", tiny)
    with pytest.warns(UserWarning, match=f"{name}.gz: .*delete that file"):
        loaded = load_fashion_mnist()
    assert_is_tiny(loaded, tiny)
    assert "Debian's package" in capsys.readouterr().out


def test_a_whole_file_with_other_images_in_the_cache_is_not_used(
    cache, tiny, tiny_is_whole, capsys
):
    write(cache, tiny | {NAMES[0]: idx(IMAGES)})
    with pytest.warns(UserWarning, match=f"{NAMES[0]}.gz: .*SHA-256"):
        load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out


def test_a_broken_file_in_the_cache_is_left_as_it_is(
    cache, tiny, tiny_is_whole
):
    write(cache, tiny)
    truncate(cache / f"{NAMES[0]}.gz")
    before = (cache / f"{NAMES[0]}.gz").read_bytes()
    with pytest.warns(UserWarning):
        load_fashion_mnist()
    assert (cache / f"{NAMES[0]}.gz").read_bytes() == before


def test_the_warning_points_at_the_line_that_asked(cache, tiny, tiny_is_whole):
    write(cache, tiny)
    truncate(cache / f"{NAMES[0]}.gz")
    with pytest.warns(UserWarning) as caught:
        load_fashion_mnist()
    assert caught[0].filename == __file__


def test_an_incomplete_cache_is_passed_over(
    tmp_path, cache, tiny, tiny_is_whole
):
    write(cache, {NAMES[0]: tiny[NAMES[0]]})
    write(tmp_path / "debian", tiny)
    assert_is_tiny(load_fashion_mnist(), tiny)


@needs_full_set
def test_the_full_set_is_whole_and_balanced(monkeypatch, capsys):
    monkeypatch.setattr(data, "DEBIAN_FOLDER", FULL_SET)
    (x_train, y_train), (x_test, y_test) = load_fashion_mnist()
    assert x_train.shape == (60000, 28, 28)
    assert x_test.shape == (10000, 28, 28)
    assert np.bincount(y_train).tolist() == [6000] * 10
    assert np.bincount(y_test).tolist() == [1000] * 10
    assert capsys.readouterr().out == (
        "Fashion-MNIST: 60,000 training and 10,000 test images from "
        "Debian's package dataset-fashion-mnist.\n"
    )


@needs_full_set
@pytest.mark.parametrize("name", NAMES)
def test_our_hash_is_of_the_file_that_zalando_published(name):
    # Debian left name and time out of the gzip header; put them back.
    seconds, md5 = PUBLISHED[name]
    packed = (FULL_SET / f"{name}.gz").read_bytes()
    header = b"\x1f\x8b\x08\x08" + struct.pack("<I", seconds) + b"\x00\x03"
    published = header + name.encode() + b"\x00" + packed[10:]
    assert hashlib.md5(published).hexdigest() == md5
    content = gzip.decompress(published)
    assert hashlib.sha256(content).hexdigest() == data.SHA256[name]


# The download


def test_a_download_gives_the_set_and_keeps_it(origin, cache, tiny, capsys):
    assert_is_tiny(load_fashion_mnist(), tiny)
    assert f"{TINY_SAID}a download" in capsys.readouterr().out
    assert files_below(cache.parent) == sorted(f"{n}.gz" for n in NAMES)


def test_a_second_load_takes_the_download_from_the_cache(origin, tiny, capsys):
    load_fashion_mnist()
    _, requests = origin
    asked = len(requests)
    capsys.readouterr()
    assert_is_tiny(load_fashion_mnist(), tiny)
    assert "Keras's cache" in capsys.readouterr().out
    assert len(requests) == asked


def test_a_download_shows_its_progress(origin, capsys):
    load_fashion_mnist()
    assert "Downloading data from http" in capsys.readouterr().out


def test_a_download_leaves_the_time_limit_of_sockets_as_it_was(origin):
    load_fashion_mnist()
    assert socket.getdefaulttimeout() is None


def test_debians_package_comes_before_a_download(origin, tmp_path, tiny):
    write(tmp_path / "debian", tiny)
    load_fashion_mnist()
    assert origin[1] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_download_is_neither_used_nor_kept(
    origin, cache, capsys, name
):
    truncate(origin[0] / f"{name}.gz")
    with pytest.warns(UserWarning, match=f"download.*{name}.gz: expected"):
        load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out
    assert files_below(cache) == []


def test_a_download_that_breaks_off_is_neither_used_nor_kept(
    monkeypatch, tmp_path, tiny, tiny_is_whole, cache, capsys
):
    class Breaking(http.server.SimpleHTTPRequestHandler):
        def copyfile(self, source, outputfile):
            outputfile.write(source.read()[:-20])

    folder = write(tmp_path / "server", tiny)
    with serve(folder, Breaking) as (url, _):
        monkeypatch.setattr(data, "ORIGIN", url)
        with pytest.warns(UserWarning, match="download .*failed"):
            load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out
    assert files_below(cache) == []


def test_a_page_in_place_of_the_files_is_neither_used_nor_kept(
    origin, cache, capsys
):
    for name in NAMES:
        (origin[0] / f"{name}.gz").write_text("<html>log in</html>")
    with pytest.warns(UserWarning, match="whole gzip file"):
        load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out
    assert files_below(cache) == []


def test_a_missing_file_on_the_server_is_neither_used_nor_kept(
    origin, cache, capsys
):
    (origin[0] / f"{NAMES[3]}.gz").unlink()
    with pytest.warns(UserWarning, match="download .*404"):
        load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out
    assert files_below(cache) == []


def test_an_interrupted_download_keeps_nothing(monkeypatch, origin, cache):
    import keras

    get_file = keras.utils.get_file

    def interrupted(**arguments):
        if NAMES[2] in arguments["origin"]:
            raise KeyboardInterrupt
        return get_file(**arguments)

    monkeypatch.setattr(keras.utils, "get_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load_fashion_mnist()
    assert ("GET", f"/{NAMES[1]}.gz") in origin[1]
    assert files_below(cache) == []


def test_a_download_mends_the_cache_and_deletes_nothing(origin, cache, tiny):
    write(cache, tiny)
    broken = cache / f"{NAMES[0]}.gz"
    truncate(broken)
    before = broken.read_bytes()
    with pytest.warns(UserWarning, match=broken.name):
        load_fashion_mnist()
    assert (cache / f"{broken.name}.replaced").read_bytes() == before
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_is_tiny(load_fashion_mnist(), tiny)


def test_a_home_that_cannot_be_written_to_keeps_the_download_in_the_spare(
    monkeypatch, origin, tmp_path, tiny
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file" / "keras"))
    assert_is_tiny(load_fashion_mnist(), tiny)
    assert files_below(tmp_path / "spare") == sorted(f"{n}.gz" for n in NAMES)


def test_where_no_cache_can_be_written_a_download_serves_once(
    monkeypatch, origin, tmp_path, tiny
):
    (tmp_path / "file").touch()
    (tmp_path / "temporary").mkdir()
    unwritable = str(tmp_path / "file" / "keras")
    monkeypatch.setenv("KERAS_HOME", unwritable)
    monkeypatch.setattr(data, "_spare_keras_home", lambda: unwritable)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    assert_is_tiny(load_fashion_mnist(), tiny)
    assert files_below(tmp_path / "temporary") == []


def test_where_nothing_can_be_written_the_subset_serves(
    monkeypatch, origin, capsys
):
    def refuse(*args, **kwargs):
        raise PermissionError("read-only file system")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.warns(UserWarning, match="read-only file system"):
        load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out


@needs_full_set
def test_the_full_set_comes_whole_through_a_download(
    monkeypatch, cache, capsys
):
    with serve(FULL_SET) as (url, _):
        monkeypatch.setattr(data, "ORIGIN", url)
        (x_train, _), (x_test, _) = load_fashion_mnist()
    assert (len(x_train), len(x_test)) == (60000, 10000)
    assert "a download" in capsys.readouterr().out
    assert len(files_below(cache)) == 4


LOAD_ELSEWHERE = """
import pathlib, sys
from vae_course import data
url, hashes, spare = sys.argv[1:]
data.ORIGIN = url
data.SHA256 = dict(pair.split("=") for pair in hashes.split())
data.DEBIAN_FOLDER = pathlib.Path("/nowhere")
data._spare_keras_home = lambda: spare
data.load_fashion_mnist()
print("tensorflow" in sys.modules)
"""


def start_process(url, tmp_path):
    hashes = " ".join(f"{n}={h}" for n, h in data.SHA256.items())
    return subprocess.Popen(
        [
            sys.executable,
            "-W",
            "error::UserWarning",
            "-c",
            LOAD_ELSEWHERE,
            url,
            hashes,
            str(tmp_path / "spare"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_may_download_at_the_same_moment(
    monkeypatch, tmp_path, cache, tiny, tiny_is_whole
):
    both = threading.Barrier(2, timeout=60)

    class TogetherAtTheLastFile(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            if NAMES[3] in self.path:
                both.wait()
            super().do_GET()

    folder = write(tmp_path / "server", tiny)
    with serve(folder, TogetherAtTheLastFile) as (url, _):
        processes = [start_process(url, tmp_path) for _ in range(2)]
        said = [process.communicate(timeout=120) for process in processes]
    for process, (out, err) in zip(processes, said, strict=True):
        assert process.returncode == 0, err
        assert f"{TINY_SAID}a download" in out
    assert files_below(cache.parent) == sorted(f"{n}.gz" for n in NAMES)
    assert_is_tiny(load_fashion_mnist(), tiny)


# No network


def test_a_host_that_refuses_means_the_subset_without_a_warning(capsys):
    with does_not_hang():
        load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out


def test_a_host_without_an_address_means_the_subset(monkeypatch, capsys):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out


def test_a_name_service_that_hangs_means_the_subset(monkeypatch, capsys):
    released = threading.Event()

    def hangs(*args, **kwargs):
        released.wait(3 * DOES_NOT_HANG)
        raise socket.gaierror(socket.EAI_AGAIN, "Try again")

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with does_not_hang():
        load_fashion_mnist()
    released.set()
    assert SUBSET_SAID in capsys.readouterr().out


def test_a_host_that_never_answers_means_the_subset(
    monkeypatch, silent_server, capsys
):
    monkeypatch.setattr(data, "ORIGIN", silent_server)
    with does_not_hang():
        load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out


def test_a_proxy_that_swallows_means_the_subset(
    monkeypatch, silent_server, capsys
):
    monkeypatch.setenv("http_proxy", silent_server)
    monkeypatch.setattr(data, "ORIGIN", "http://example.invalid/")
    with does_not_hang():
        load_fashion_mnist()
    assert SUBSET_SAID in capsys.readouterr().out


def test_a_download_that_stands_still_means_the_subset(
    monkeypatch, tmp_path, tiny, tiny_is_whole, cache, capsys
):
    released = threading.Event()

    class Stalling(http.server.SimpleHTTPRequestHandler):
        def copyfile(self, source, outputfile):
            released.wait(3 * DOES_NOT_HANG)

    monkeypatch.setattr(download, "STALL_SECONDS", 0.5)
    folder = write(tmp_path / "server", tiny)
    with serve(folder, Stalling) as (url, _):
        monkeypatch.setattr(data, "ORIGIN", url)
        import keras  # noqa: F401 (its import is not what we time)

        with (
            does_not_hang(),
            pytest.warns(UserWarning, match="download .*timed out"),
        ):
            load_fashion_mnist()
        released.set()
    assert SUBSET_SAID in capsys.readouterr().out
    assert files_below(cache) == []


def test_offline_never_asks_the_network(monkeypatch, origin, capsys):
    monkeypatch.setenv("VAE_COURSE_OFFLINE", "1")
    load_fashion_mnist()
    assert origin[1] == []
    assert SUBSET_SAID in capsys.readouterr().out


def test_without_a_network_tensorflow_is_not_imported(tmp_path, tiny_is_whole):
    process = start_process("http://127.0.0.1:9/", tmp_path)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.splitlines()[-1] == "False"


# The embedded subset


def test_the_subset_is_balanced():
    (_, y_train), (_, y_test) = load_fashion_mnist()
    assert np.bincount(y_train).tolist() == [1000] * 10
    assert np.bincount(y_test).tolist() == [200] * 10


def test_the_subset_takes_at_most_six_megabytes():
    sizes = [p.stat().st_size for p in data.SUBSET_FOLDER.iterdir()]
    assert sum(sizes) <= 6_000_000


def test_the_subset_has_its_licence_and_provenance():
    files = files_below(data.SUBSET_FOLDER)
    assert files == sorted(
        ["LICENSE", "PROVENANCE.md", *(f"{n}.gz" for n in NAMES)]
    )


def test_provenance_states_the_hashes_of_the_subset():
    provenance = (data.SUBSET_FOLDER / "PROVENANCE.md").read_text("utf-8")
    for name in NAMES:
        packed = (data.SUBSET_FOLDER / f"{name}.gz").read_bytes()
        content = gzip.decompress(packed)
        assert hashlib.sha256(content).hexdigest() in provenance


@needs_full_set
def test_the_subset_follows_its_rule():
    full = load_fashion_mnist(FULL_SET)
    subset = load_fashion_mnist(data.SUBSET_FOLDER)
    for (images, labels), chosen, size in zip(
        full, subset, (1000, 200), strict=True
    ):
        seen = dict.fromkeys(range(10), 0)
        places = []
        for place, label in enumerate(labels.tolist()):
            if seen[label] < size:
                places.append(place)
            seen[label] += 1
        np.testing.assert_array_equal(chosen[0], images[places])
        np.testing.assert_array_equal(chosen[1], labels[places])


@pytest.fixture(scope="module")
def rebuilt_subset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt")
    subprocess.run(
        [sys.executable, str(TOOL), str(folder), str(FULL_SET)], check=True
    )
    return folder


@needs_full_set
@pytest.mark.parametrize("name", NAMES)
def test_the_tool_rebuilds_the_subset(rebuilt_subset, name):
    rebuilt = (rebuilt_subset / f"{name}.gz").read_bytes()
    kept = (data.SUBSET_FOLDER / f"{name}.gz").read_bytes()
    assert gzip.decompress(rebuilt) == gzip.decompress(kept)


@needs_full_set
@pytest.mark.skipif(
    "ng" in zlib.ZLIB_RUNTIME_VERSION,
    reason="zlib-ng packs the same content into other bytes",
)
@pytest.mark.parametrize("name", NAMES)
def test_the_tool_rebuilds_the_subset_to_the_byte(rebuilt_subset, name):
    rebuilt = (rebuilt_subset / f"{name}.gz").read_bytes()
    assert rebuilt == (data.SUBSET_FOLDER / f"{name}.gz").read_bytes()


# Preparing images


def test_prepared_images_are_scaled_inside_a_border_of_zeros():
    images = np.random.default_rng(3).integers(
        1, 256, (3, 28, 28), dtype=np.uint8
    )
    x = prepare_images(images)
    assert x.shape == (3, 32, 32, 1)
    for n, row, column in np.ndindex(3, 32, 32):
        inside = 2 <= row < 30 and 2 <= column < 30
        grey = int(images[n, row - 2, column - 2]) if inside else 0
        assert x[n, row, column, 0] == np.float32(grey / 255)


def test_prepared_images_are_float32():
    assert prepare_images(IMAGES).dtype == np.float32


def test_preparing_leaves_the_images_as_they_were():
    images = np.full((3, 28, 28), 7, np.uint8)
    prepare_images(images)
    assert (images == 7).all()


@pytest.mark.parametrize(
    ("images", "got"),
    [
        (IMAGES.astype(np.float32), "ndarray of float32"),
        (IMAGES.tolist(), "got list"),
        ((IMAGES, LABELS), "got tuple"),
        (None, "got NoneType"),
    ],
)
def test_images_that_are_not_uint8_arrays_are_refused(images, got):
    with pytest.raises(TypeError, match=f"images: expected .*uint8, .*{got}"):
        prepare_images(images)


@pytest.mark.parametrize("shape", [(28, 28), (3, 32, 32), (3, 28, 28, 1)])
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"images: expected shape \(n, 28"):
        prepare_images(np.zeros(shape, np.uint8))


def test_class_names_are_those_of_keras_in_label_order():
    import keras

    table = keras.datasets.fashion_mnist.load_data.__doc__
    named = [
        tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
        for line in table.splitlines()
        if line.strip().startswith("|")
    ]
    assert named[2:] == [(str(k), n) for k, n in enumerate(data.CLASS_NAMES)]
