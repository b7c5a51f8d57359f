import pytest

from vae_course.grading import kernel as kernel_module
from vae_course.grading.kernel import PatientKernel

DIE = "import os; os._exit(1)"


@pytest.fixture
def kernel(tmp_path):
    kernel = PatientKernel(tmp_path)
    yield kernel
    kernel.stop()


def test_new_kernel_knows_what_the_dead_one_knew(kernel):
    fates = [
        kernel.run(source, limit=20).ended
        for source in ("x = 1", "y = undefined", DIE, "x", "y")
    ]
    assert fates == ["well", "error", "died", "well", "error"]


def test_cell_that_kills_when_run_again_is_left_out(kernel, tmp_path):
    treacherous = (
        "from pathlib import Path\n"
        "if Path('seen').exists(): import os; os._exit(1)\n"
        "Path('seen').touch()"
    )
    fates = [
        kernel.run(source, limit=20).ended
        for source in ("x = 1", treacherous, DIE, "x")
    ]
    assert fates == ["well", "well", "died", "well"]


def test_kernels_are_not_started_without_end(kernel, monkeypatch):
    monkeypatch.setattr(kernel_module, "MAX_STARTS", 1)
    fates = [kernel.run(DIE, limit=20).ended for _ in range(3)]
    assert fates == ["died", "no kernel", "no kernel"]


def test_kernel_that_cannot_start_is_tried_once(kernel, monkeypatch):
    starts = []

    def fail(*args, **kwargs):
        starts.append(args)
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(kernel_module.KernelManager, "start_kernel", fail)
    fates = [kernel.run("1", limit=20).ended for _ in range(2)]
    assert fates == ["no kernel", "no kernel"]
    assert len(starts) == 1


def test_error_is_told_with_the_learners_line(kernel):
    source = "x = 1\nassert x == 2, 'not yet'"
    told = kernel.run(source, limit=20).describe(source)
    assert told == (
        "AssertionError: not yet\nat your line 2: assert x == 2, 'not yet'"
    )
