"""What is wrong with an installation, and how to mend it."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

INSTALL = (
    "python -m pip install --constraint constraints.txt --editable . "
    "in the folder of the course"
)
BACKEND = (
    "Set KERAS_BACKEND=tensorflow, or unset it and see which backend "
    "keras.json in the folder .keras of your home names."
)
KERNEL = "python -m ipykernel install --sys-prefix"
TIME_LIMIT = 120
DISK_NEEDED = 500e6
FIND_DATA = "from vae_course import data; data.load_fashion_mnist()"
FIND_TENSORFLOW = (
    "import json; from vae_course import runtime;"
    "tf = runtime.start_tensorflow(); import keras;"
    "print(json.dumps([tf.__version__, keras.backend.backend(),"
    " str(runtime.describe_device())]))"
)


@dataclass(frozen=True)
class Finding:
    """What one look at the installation found.

    Attributes:
        what: that was looked at.
        said: what was found.
        mend: what to do about it; empty where all is well.
        blocks: whether the course cannot be worked through like this.
    """

    what: str
    said: str
    mend: str = ""
    blocks: bool = True

    def __str__(self):
        sign = ("problem" if self.blocks else "note") if self.mend else "ok"
        lines = [f"{sign:8} {self.what}: {self.said}"]
        return "\n".join(lines + [f"{'':8} -> {self.mend}"] * bool(self.mend))


def examine(folder="."):
    """Look at everything that the course needs.

    Args:
        folder: str or path, the course's own folder.

    Yields:
        A `Finding` for each look, in the order in which to mend.
    """
    yield _python()
    yield from _packages()
    yield _plugin()
    yield from _tensorflow()
    yield _kernel()
    yield from _lessons(Path(folder))
    yield _data()


def _python():
    version = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    mend = "Make an environment with Python 3.11, 3.12 or 3.13."
    return Finding("Python", version, "" if fits else mend)


def _packages():
    """Hold what is installed against what the course asks for."""
    from packaging.requirements import Requirement

    try:
        asked = importlib.metadata.requires("vae-course") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("vae-course", "is not installed", INSTALL)
        return
    requirements = map(Requirement, asked)
    needed = [each for each in requirements if "extra" not in str(each.marker)]
    wrong = [found for each in needed if (found := _package(each))]
    yield from wrong
    if not wrong:
        yield Finding("packages", f"all {len(needed)} as the course needs")


def _package(requirement):
    """Return a finding where a package is missing or of another version."""
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(requirement.name, "is not installed", INSTALL)
    if requirement.specifier.contains(version, prereleases=True):
        return None
    said = f"{version}, the course needs {requirement.specifier}"
    return Finding(requirement.name, said, INSTALL)


def _plugin():
    entries = importlib.metadata.entry_points(group="pytest11")
    there = any(each.name == "vae_course" for each in entries)
    said = "known to pytest" if there else "not known to pytest"
    return Finding("grader", said, "" if there else INSTALL)


def _tensorflow():
    done = _run(FIND_TENSORFLOW)
    if isinstance(done, str):
        lacks_another = re.search(r"No module named '(jax|torch)", done)
        yield Finding(
            "TensorFlow", done, BACKEND if lacks_another else INSTALL
        )
        return
    version, backend, device = json.loads(done.stdout.splitlines()[-1])
    yield Finding("TensorFlow", f"{version}, computes on {device}")
    if backend != "tensorflow":
        yield Finding("Keras", f"computes with {backend}", BACKEND)
    if "GPU" not in device and shutil.which("nvidia-smi"):
        yield Finding(
            "GPU",
            "there is an NVIDIA driver, but TensorFlow sees no GPU",
            'On Linux: python -m pip install --editable ".[gpu]"',
            blocks=False,
        )


def _run(code, **variables):
    """Run code in a process of its own, which may crash.

    Returns what subprocess says of it, or in words what went wrong.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            env={**os.environ, **variables},
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {TIME_LIMIT} seconds"
    if done.returncode:
        said = done.stderr.strip().splitlines()
        return said[-1] if said else f"ended with code {done.returncode}"
    return done


def _kernel():
    """Find out which Python JupyterLab's `python3` would start."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("notebook kernel", "there is none", INSTALL)
    except (ValueError, LookupError, TypeError) as error:
        said = f"its kernel.json cannot be read ({error})"
        return Finding("notebook kernel", said, KERNEL)
    started = Path(shutil.which(command) or command)
    if not started.exists():
        said = f"{started}, which does not exist"
        return Finding("notebook kernel", said, KERNEL)
    if re.fullmatch(r"python[\d.]*", command) or started.samefile(
        sys.executable
    ):
        return Finding("notebook kernel", "this Python")
    said = f"{started} in place of {sys.executable}"
    return Finding("notebook kernel", said, KERNEL)


def _lessons(folder):
    lessons = folder / "lessons"
    count = len(list(lessons.glob("[0-9][0-9]_*.ipynb")))
    if not count:
        yield Finding(
            "lessons",
            f"none in {lessons}",
            "Run this in the folder of the course.",
        )
        return
    yield Finding("lessons", f"{count} in {lessons}")
    if not os.access(lessons, os.W_OK):
        yield Finding(
            "lessons",
            "the folder cannot be written to, nothing can be saved",
            "Copy the course to a folder of your own.",
        )
    free = shutil.disk_usage(lessons).free
    if free < DISK_NEEDED:
        yield Finding(
            "disk",
            f"{free / 1e6:.0f} MB free",
            f"Make room for {DISK_NEEDED / 1e6:.0f} MB.",
            blocks=False,
        )


def _data():
    """Say from where the images come, without a download."""
    done = _run(FIND_DATA, VAE_COURSE_OFFLINE="1")
    if isinstance(done, str):
        return Finding("data", done, "Mend or unset VAE_COURSE_DATA.")
    return Finding("data", done.stdout.strip())
