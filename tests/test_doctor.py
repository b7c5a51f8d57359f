"""The doctor finds what is wrong and says how to mend it."""

import importlib.metadata
import sys
import types
from pathlib import Path

import pytest

from vae_course import command, doctor

ROOT = Path(__file__).parents[1]


def findings(monkeypatch, folder=ROOT):
    """Examine all but what needs a process of its own."""
    sound = doctor.Finding("process", "sound")
    monkeypatch.setattr(doctor, "_tensorflow", lambda: [sound])
    monkeypatch.setattr(doctor, "_data", lambda: sound)
    return {each.what: each for each in doctor.examine(folder)}


def test_sound_installation_has_nothing_to_mend(capsys):
    assert command.main(["doctor", str(ROOT)]) == 0
    said = capsys.readouterr().out
    assert "problem" not in said and "The course can start." in said
    for what in ("Python", "packages", "TensorFlow", "lessons", "data"):
        assert f"ok       {what}: " in said


def test_old_python_is_a_problem(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    found = findings(monkeypatch)["Python"]
    assert found.said == "3.9.18"
    assert "3.11, 3.12 or 3.13" in found.mend


def test_package_of_another_version_is_named(monkeypatch):
    installed = importlib.metadata.version

    def version(name):
        return "1.26.4" if name == "numpy" else installed(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    found = findings(monkeypatch)
    assert found["numpy"].said.startswith("1.26.4, the course needs")
    assert "pip install" in found["numpy"].mend
    assert "packages" not in found


def test_missing_package_is_named(monkeypatch):
    installed = importlib.metadata.version

    def version(name):
        if name == "nbval":
            raise importlib.metadata.PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert findings(monkeypatch)["nbval"].said == "is not installed"


def test_missing_plugin_is_a_problem(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **group: [])
    assert findings(monkeypatch)["grader"].mend


@pytest.mark.parametrize(
    "spec, said",
    [
        ('{"argv": ["/nowhere/bin/python"]}', "/nowhere/bin/python, which"),
        ('{"argv": [', "its kernel.json cannot be read"),
        ('{"argv": []}', "its kernel.json cannot be read"),
        ('{"argv": ["/bin/sh"]}', "/bin/sh in place of"),
    ],
)
def test_kernel_of_another_python_is_a_problem(
    monkeypatch, tmp_path, spec, said
):
    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(spec)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = findings(monkeypatch)["notebook kernel"]
    assert said in found.said
    assert found.mend == "python -m ipykernel install --sys-prefix"


def test_missing_library_of_another_backend_is_told(monkeypatch):
    said = "ModuleNotFoundError: No module named 'jax'"
    monkeypatch.setattr(doctor, "_run", lambda code: said)
    [found] = doctor._tensorflow()
    assert found.said == said and "KERAS_BACKEND" in found.mend


def test_folder_without_lessons_is_a_problem(monkeypatch, tmp_path):
    assert findings(monkeypatch, tmp_path)["lessons"].mend


def test_data_folder_that_is_wrong_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_COURSE_DATA", str(tmp_path / "nowhere"))
    found = doctor._data()
    assert "nowhere" in found.said
    assert "VAE_COURSE_DATA" in found.mend


@pytest.mark.parametrize(
    "code, said",
    [
        ("raise ImportError('no such library')", "no such library"),
        ("import os; os._exit(9)", "ended with code 9"),
        ("import time; time.sleep(60)", "no answer within 1 seconds"),
    ],
)
def test_process_that_fails_is_told_in_words(monkeypatch, code, said):
    monkeypatch.setattr(doctor, "TIME_LIMIT", 1)
    assert said in doctor._run(code)


def test_other_backend_is_a_problem(monkeypatch):
    answer = '["2.21.0", "jax", "CPU (2 cores)"]'
    monkeypatch.setattr(
        doctor, "_run", lambda code: types.SimpleNamespace(stdout=answer)
    )
    found = {each.what: each for each in doctor._tensorflow()}
    assert found["Keras"].said == "computes with jax"
    assert not found["TensorFlow"].mend


def test_driver_without_gpu_is_a_note_and_no_problem(monkeypatch, capsys):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(doctor, "examine", lambda folder: doctor._tensorflow())
    assert command.main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "note     GPU: " in said and "The course can start." in said


def test_problem_gives_exit_code_1(tmp_path, capsys):
    assert command.main(["doctor", str(tmp_path)]) == 1
    assert "Mend the first problem." in capsys.readouterr().out
