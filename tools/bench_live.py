"""Time what the training view takes of the trainings of lessons 07 and 08.

    python tools/bench_live.py [repeats]

Each training runs in a notebook's kernel, as a learner's does, without and
with the view in turns; beside the two medians stands the share of its own
time that a watched training spent in the view. Nothing is asserted: machines
differ.
"""

import os
import statistics
import sys
import time

import nbformat
from nbclient import NotebookClient

CELLS = "import sys; sys.path.insert(0, {folder!r})", "import bench_live"


def main():
    """Print the table."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{os.cpu_count()} cores, {repeats} pairs of trainings\n")
    print("lesson  seconds without  with the view  drawings  share of time")
    for lesson in ("lesson_07", "lesson_08"):
        print(_in_a_kernel(f"bench_live.row('{lesson}', {repeats})"))


def _in_a_kernel(call):
    folder = os.path.dirname(os.path.abspath(__file__))
    sources = [cell.format(folder=folder) for cell in CELLS]
    cells = [nbformat.v4.new_code_cell(source) for source in [*sources, call]]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=900, kernel_name="python3").execute()
    return cells[-1].outputs[-1]["data"]["text/plain"].strip("'")


def row(lesson, repeats):
    """Train in turns; return a line of the table."""
    from vae_course import data, live, runtime

    runtime.start_tensorflow()

    class Timed(live.TrainingView):
        taken, drawings = 0.0, 0

        def _draw(self, ended=False):
            started = time.perf_counter()
            super()._draw(ended)
            self.taken += time.perf_counter() - started
            self.drawings += 1

    images = data.prepare_images(data.load_fashion_mnist()[0][0])
    without, watched, shares = [], [], []
    for _ in range(repeats):
        without.append(globals()[lesson](images, []))
        view = Timed(images[:10])
        watched.append(globals()[lesson](images, [view]))
        shares.append(view.taken / watched[-1])
    medians = [statistics.median(each) for each in (without, watched, shares)]
    return (
        f"{lesson[-2:]:6} {medians[0]:16.1f} {medians[1]:14.1f}"
        f" {view.drawings:9} {medians[2]:13.1%}"
    )


def lesson_07(images, callbacks):
    """Train as lesson 07 does; return the seconds."""
    import keras

    from vae_course import models, networks, runtime

    runtime.set_seed(1)
    vae = models.VAE(
        networks.build_variational_encoder(), networks.build_dense_decoder()
    )
    vae.compile(keras.optimizers.Adam(0.002), jit_compile=False)
    started = time.perf_counter()
    vae.fit(
        images[:10_000],
        batch_size=64,
        epochs=5,
        validation_data=images[-1000:],
        callbacks=callbacks,
        verbose=0,
    )
    return time.perf_counter() - started


def lesson_08(images, callbacks):
    """Train as lesson 08 does on a CPU; return the seconds."""
    from vae_course import models, networks, runtime, training

    runtime.set_seed(0)
    vae = models.VAE(
        networks.build_dense_variational_encoder(),
        networks.build_dense_decoder(),
    )
    started = time.perf_counter()
    training.train(vae, images[:55_000], 5, callbacks)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
