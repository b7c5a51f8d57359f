"""The start is quiet, seeded and light."""

import os
import subprocess
import sys

import numpy as np
import pytest

from vae_course import runtime


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.parametrize("module", ["vae_course", "vae_course.pytest_plugin"])
def test_import_brings_no_heavy_library(module):
    run(
        f"import sys, {module};"
        "heavy = {'tensorflow', 'keras', 'scipy', 'matplotlib', 'IPython'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )


def test_what_needs_no_training_brings_no_tensorflow():
    library = ["clinic", "data", "evaluate", "latent", "plots", "widgets"]
    lessons = [f"checks.lesson_{number:02}" for number in range(11)]
    imports = ", ".join(f"vae_course.{name}" for name in library + lessons)
    run(
        f"import sys, {imports};"
        "heavy = {'tensorflow', 'keras'} & set(sys.modules);"
        "assert not heavy, heavy"
    )


def test_tensorflow_starts_without_a_line_of_noise():
    done = run(
        "from vae_course import runtime; tf = runtime.start_tensorflow();"
        "runtime.set_seed(1); import keras;"
        "keras.layers.Dense(2)(tf.ones((1, 3)))"
    )
    assert done.stdout == done.stderr == ""


def test_training_several_models_raises_no_false_alarm():
    done = run(
        "from vae_course import runtime; tf = runtime.start_tensorflow();"
        "graphs = [tf.function(lambda x: x + 1) for _ in range(9)];"
        "one = [tf.function(f.python_function) for f in graphs[:1] * 9];"
        "[f(tf.zeros(i)) for f in one for i in range(9)]"
    )
    assert done.stdout == done.stderr == ""


def test_errors_after_the_start_are_still_seen():
    done = run(
        "import sys; from vae_course import runtime;"
        "runtime.start_tensorflow(); print('here', file=sys.stderr)"
    )
    assert done.stderr == "here\n"


def test_one_seed_gives_one_sequence():
    def draw():
        import keras

        runtime.set_seed(5)
        return np.append(np.random.rand(2), keras.random.normal((2,)))

    assert np.array_equal(draw(), draw())


@pytest.mark.parametrize("seed", [1.5, "1", None, True])
def test_seed_that_is_no_int_is_refused(seed):
    with pytest.raises(TypeError, match="seed: expected an int"):
        runtime.set_seed(seed)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match="seed: expected 0 to"):
        runtime.set_seed(seed)


def test_device_is_described_in_words():
    device = runtime.describe_device()
    assert device.kind in ("CPU", "GPU")
    assert device.count >= 1
    assert str(device).startswith(device.kind)


def test_cores_count_only_those_this_process_may_use():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system cannot bind a process to cores")
    if runtime.describe_device().kind != "CPU":
        pytest.skip("this machine computes on a GPU")
    code = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]);"
        "from vae_course import runtime; print(runtime.describe_device())"
    )
    assert run(code).stdout == "CPU (1 core)\n"


@pytest.mark.parametrize(
    "value, quick", [(None, False), ("", False), ("0", False), ("1", True)]
)
def test_quick_mode_follows_the_environment(value, quick, monkeypatch):
    monkeypatch.delenv("VAE_COURSE_QUICK", raising=False)
    if value is not None:
        monkeypatch.setenv("VAE_COURSE_QUICK", value)
    assert runtime.quick_mode() is quick
    assert runtime.pick(full=5, quick=1) == (1 if quick else 5)


def test_trained_models_lie_beside_the_notebook(tmp_path, monkeypatch):
    monkeypatch.delenv("VAE_COURSE_QUICK", raising=False)
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        folder = runtime.trained_folder()
        assert folder.resolve() == (tmp_path / "trained").resolve()
        assert folder.is_dir()


def test_quick_models_never_lie_beside_the_notebook(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_QUICK", "1")
    monkeypatch.chdir(tmp_path)
    folder = runtime.trained_folder()
    assert folder.is_dir()
    assert folder == runtime.trained_folder()
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_quick_models_ends_with_the_process():
    done = run(
        "import os; os.environ['VAE_COURSE_QUICK'] = '1';"
        "from vae_course import runtime;"
        "folder = runtime.trained_folder();"
        "(folder / 'vae.keras').write_text('x'); print(folder)"
    )
    assert done.stdout.strip()
    assert not os.path.exists(done.stdout.strip())
