"""A forked kernel is a kernel like any other, but for its start."""

import sys

import pytest

from vae_course.grading.kernel import PatientKernel

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="kernels are forked on Linux alone"
)


@pytest.fixture
def new_kernel(tmp_path):
    kernels = []

    def new():
        kernels.append(PatientKernel(tmp_path))
        return kernels[-1]

    yield new
    for kernel in kernels:
        kernel.stop()


def runs_well(kernel, source):
    outcome = kernel.run(source, limit=60)
    assert outcome.ended == "well", outcome.text()


def test_tensorflow_is_there_before_it_is_imported(new_kernel):
    runs_well(new_kernel(), "import sys; assert 'tensorflow' in sys.modules")


def test_a_network_trains(new_kernel):
    source = (
        "import numpy as np, keras\n"
        "model = keras.Sequential([keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((8, 2)), np.zeros((8, 1)), verbose=0)"
    )
    runs_well(new_kernel(), source)


def test_kernels_share_nothing(new_kernel):
    one, other = new_kernel(), new_kernel()
    runs_well(one, "import numpy; numpy.pi = 3; x = 1")
    runs_well(other, "import numpy; assert numpy.pi > 3.1")
    assert other.run("x", limit=60).error["ename"] == "NameError"


def test_kernels_draw_different_numbers(new_kernel, tmp_path):
    draw = (
        "import random, numpy as np\n"
        "print(random.random(), np.random.rand(), file=open({!r}, 'w'))"
    )
    paths = [tmp_path / "one", tmp_path / "other"]
    for path in paths:
        runs_well(new_kernel(), draw.format(str(path)))
    one, other = (path.read_text().split() for path in paths)
    assert one[0] != other[0] and one[1] != other[1]


def test_it_works_in_the_folder_of_its_notebook(new_kernel, tmp_path):
    runs_well(
        new_kernel(), f"import os; assert os.getcwd() == {str(tmp_path)!r}"
    )


def test_it_is_in_quick_mode_with_figures_inline(new_kernel):
    runs_well(
        new_kernel(),
        "import os, matplotlib\n"
        "assert os.environ['VAE_COURSE_QUICK'] == '1'\n"
        "assert 'inline' in matplotlib.get_backend()",
    )


def test_it_can_be_interrupted(new_kernel):
    kernel = new_kernel()
    assert kernel.run("while True: pass", limit=1).ended == "timeout"
    runs_well(kernel, "1")


def test_it_starts_cold_where_the_warm_process_was_killed(new_kernel):
    kill = "import os; os.kill(os.getppid(), 9)"
    new_kernel().run(kill, limit=60)
    runs_well(new_kernel(), "1")
    runs_well(new_kernel(), "import sys; assert 'tensorflow' in sys.modules")
