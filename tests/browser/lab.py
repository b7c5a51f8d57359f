"""A JupyterLab of the tests' own, on copies of the lessons."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

LESSONS = Path(__file__).parents[2] / "lessons"
OWN_FOLDERS = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)
ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"
PATIENCE = 180
# Not through a proxy that the network may want for all else.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Lab:
    """A server that runs: where it listens, its token and its files."""

    address: str
    token: str
    files: Path

    def copy_lessons(self, lessons=LESSONS):
        """Give a new learner a copy of the lessons; return its folder."""
        folder = f"learner{len(list(self.files.iterdir())) + 1}"
        ignored = shutil.ignore_patterns(".ipynb_checkpoints", "trained")
        copy = self.files / folder / "lessons"
        shutil.copytree(lessons, copy, ignore=ignored)
        return folder

    def page_of(self, folder, lesson):
        return (
            f"{self.address}lab/workspaces/{folder}/tree/{folder}/lessons/"
            f"{lesson}.ipynb?token={self.token}"
        )

    def stop_kernels(self, folder):
        for session in self._ask("GET", "api/sessions"):
            if session["path"].startswith(f"{folder}/"):
                self._ask("DELETE", f"api/sessions/{session['id']}")

    def _ask(self, method, path):
        request = urllib.request.Request(
            self.address + path,
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with DIRECT.open(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or "null")


@contextlib.contextmanager
def running_lab(folder, log, quick=True):
    """Run JupyterLab, and stop it at the end.

    What it keeps for the next time goes into the folder, not to the user's
    own settings. Kernels train briefly, if quick, and never ask the network.
    """
    files, token = folder / "files", secrets.token_hex(16)
    files.mkdir()
    own = {name: str(folder / name.lower()) for name in OWN_FOLDERS}
    _ask_no_question_about_news(Path(own["JUPYTER_CONFIG_DIR"]))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser"]
    command += ["--allow-root", "--ServerApp.ip=127.0.0.1", "--port=0"]
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={files}"],
            env={
                **os.environ,
                **own,
                "JUPYTER_TOKEN": token,
                "VAE_COURSE_QUICK": str(int(quick)),
                "VAE_COURSE_OFFLINE": "1",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        runtime = Path(own["JUPYTER_RUNTIME_DIR"])
        yield Lab(_address(server, runtime, log), token, files)
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _ask_no_question_about_news(config):
    """Disable what `make lab` disables."""
    (config / "labconfig").mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(
        json.dumps({"disabledExtensions": {ANNOUNCEMENTS: True}})
    )


def _address(server, runtime, log):
    """Wait for the file in which a server that listens says where."""
    told = runtime / f"jpserver-{server.pid}.json"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(told.read_text())["url"]
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
