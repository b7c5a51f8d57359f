"""What surrounds the process that runs answers, and what it keeps out."""

import dataclasses
import functools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import vae_course

# No name that a course or an environment may lie below.
SCRATCH = Path("/vae-course-scratch")
INSIDE = "vae_course.grading.whole_class.inside"
SYSTEM = "/usr", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/alternatives"
LINKS = "bin", "sbin", "lib", "lib32", "lib64", "libx32"
ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Each process would write kernels for itself that answers hardly use.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "VAE_COURSE_OFFLINE": "1",
    "VAE_COURSE_QUICK": "1",
}
# For what runs the command: bubblewrap's own may be read from inside.
OUTER_ENVIRONMENT = {"PATH": os.defpath}
MAY_TAKE = 60
# Root needs no user namespace, in which it could not become nobody.
AS_ROOT = ["--unshare-ipc", "--unshare-pid", "--unshare-net"]
AS_ROOT += ["--unshare-uts", "--unshare-cgroup-try"]
AS_ROOT += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]


@dataclasses.dataclass(frozen=True)
class Sandbox:
    """A way to start Python apart from the rest of the machine.

    Attributes:
        bubblewrap: path of the program, or None to start Python as it is.
        enforced: dict from what should be enforced to "", or to why it is
            not.
        becomes_nobody: bool, whether bubblewrap is to leave root the right
            to become another user, which the process then does.
    """

    bubblewrap: str | None
    enforced: dict
    becomes_nobody: bool = False

    def command(self, python, readable, scratch, most):
        """Return the command that runs Python in here.

        It is to be started with OUTER_ENVIRONMENT.

        Args:
            python: list of str, what follows the interpreter's name.
            readable: list of Path of what it may read besides Python.
            scratch: Path of the folder that it may write to; inside
                bubblewrap it is SCRATCH, and empty.
            most: int, bytes that all files there may have together.

        Returns:
            list of str.
        """
        environment = {
            **ENVIRONMENT,
            **{
                name: str(self.scratch(scratch)) for name in ("HOME", "TMPDIR")
            },
        }
        settings = [f"{name}={value}" for name, value in environment.items()]
        command = ["env", "-i", *settings, sys.executable, "-P", *python]
        if self.bubblewrap is None:
            return command
        return [
            self.bubblewrap,
            *_walls(readable, most, self.becomes_nobody),
            *command,
        ]

    def scratch(self, outside):
        """Return where the process finds its scratch folder."""
        return SCRATCH if self.bubblewrap else outside

    @property
    def network(self):
        """Say whether bubblewrap has "taken" it, or it is still "kept"."""
        return "taken" if self.bubblewrap else "kept"


@functools.cache
def find_sandbox():
    """Find out what this machine can enforce.

    Returns:
        A `Sandbox`.

    Raises:
        OSError: if Python cannot even start without the user's environment.
    """
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        return _without_walls(
            "bubblewrap (the program bwrap) is not installed"
        )
    for as_nobody in [True, False] if os.geteuid() == 0 else [False]:
        try:
            return _tried(Sandbox(bubblewrap, {}, as_nobody), "")
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            words = _last_words(error)
    return _without_walls(f"bubblewrap cannot start here: {words}")


def probe():
    """Say what this machine can enforce.

    Returns:
        dict from what should be enforced to "", or to why it is not.
    """
    return find_sandbox().enforced


def in_sight(folders, lessons):
    """Say whether what answers may read holds folders that they must not.

    Args:
        folders: list of Path.
        lessons: Path of the lessons, which they may read.

    Returns:
        dict from what should be enforced to "", or to why it is not.
    """
    fact = "submissions and results out of sight"
    if why := probe()["private files"]:
        return {fact: why}
    readable = [Path(path).resolve() for path in _needed([Path(lessons)])]
    seen = [
        f"{folder} lies in {path}"
        for folder in folders
        for path in readable
        if folder.resolve().is_relative_to(path)
    ]
    return {fact: ", ".join(seen)}


def _tried(sandbox, why_no_walls):
    """Let Python look around in a sandbox; return it with what it saw."""
    with tempfile.TemporaryDirectory(prefix="vae-course-") as folder:
        secret = Path(folder) / "secret"
        secret.write_text("secret", encoding="ascii")
        scratch = Path(folder) / "scratch"
        scratch.mkdir(mode=0o777)
        os.chmod(folder, 0o755)
        os.chmod(scratch, 0o777)
        command = sandbox.command(
            ["-m", INSIDE, str(secret), str(os.getpid()), sandbox.network],
            [],
            scratch,
            2**20,
        )
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MAY_TAKE,
            check=True,
            env=OUTER_ENVIRONMENT,
        )
    enforced = {"a sandbox": why_no_walls, **json.loads(done.stdout)}
    return dataclasses.replace(sandbox, enforced=enforced)


def _without_walls(why):
    try:
        return _tried(Sandbox(None, {}), why)
    except subprocess.SubprocessError as error:
        raise OSError(
            "Python does not find the course without this user's "
            f"environment: {_last_words(error)}"
        ) from error


def _last_words(error):
    """Return the last line that a program wrote, or else how it ended."""
    said = getattr(error, "stderr", None) or ""
    # After a timeout it is bytes, whatever was asked for.
    if isinstance(said, bytes):
        said = said.decode("utf-8", "replace")
    lines = said.strip().splitlines() or str(error).splitlines()
    return lines[-1] if lines else repr(error)


def _walls(readable, most, becomes_nobody):
    """Return bubblewrap's options."""
    options = ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    options += AS_ROOT if becomes_nobody else ["--unshare-all"]
    options += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for path in _needed(readable):
        for parent in reversed(Path(path).parents[:-1]):
            options += ["--perms", "0755", "--dir", str(parent)]
        options += ["--ro-bind", path, path]
    for name in LINKS:
        options += _link_or_bind(Path("/") / name)
    options += ["--perms", "1777", "--size", str(most)]
    options += ["--tmpfs", str(SCRATCH), "--chdir", str(SCRATCH)]
    for path in ("/tmp", "/dev", "/"):
        options += ["--remount-ro", path]
    return options


def _needed(readable):
    """List what Python needs to run, no folder inside another of them."""
    paths = [Path(path) for path in SYSTEM]
    paths += [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
    paths += [
        Path(sysconfig.get_path(name)) for name in ("platlib", "scripts")
    ]
    paths += [Path(sys.prefix), Path(sys.base_prefix)]
    paths += [Path(vae_course.__file__).parent, *readable]
    paths = {Path(os.path.abspath(path)) for path in paths if path.exists()}
    return sorted(str(path) for path in paths if not paths & set(path.parents))


def _link_or_bind(path):
    if path.is_symlink():
        return ["--symlink", os.readlink(path), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.exists() else []
