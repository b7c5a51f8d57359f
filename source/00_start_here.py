# %% [markdown]
# # 00 · Start here
#
# **Is everything in place, and how does this course work?**
#
# In ten minutes you will
# - know what this machine computes with and where the pictures come from,
# - have seen the pictures that the whole course is about,
# - have solved your first exercise, opened a hint and read a check's answer,
# - know how to grade your own work.
#
# Run a cell with **Shift + Enter**. Run all of them from top to bottom: a
# cell may need what an earlier one made.

# %% [markdown]
# ## What we work with
#
# NumPy holds the pictures, Matplotlib draws them, Keras on TensorFlow trains
# the networks. `vae_course` is the course's small helper library. Loading
# TensorFlow takes a few seconds, once in each notebook that needs it.

# %% role="setup"
import numpy as np

from vae_course import data, plots, progress, runtime
from vae_course.checks import lesson_00 as check

plots.use_style()
tf = runtime.start_tensorflow()

# %% role="setup"
SEED = 0
ROWS_OF_FIGURE = 6

rng = np.random.default_rng(SEED)

# %% [markdown]
# `SEED` fixes the chance. Whoever runs this notebook sees the same pictures,
# and so do you when you run it again.
#
# ## This machine

# %%
print("TensorFlow", tf.__version__)
print("computes on", runtime.describe_device())
print("quick mode:", "on" if runtime.quick_mode() else "off")

# %% [markdown]
# A CPU is enough: each lesson computes for at most a minute on two cores. A
# GPU that TensorFlow finds is used without any setting; the README says what
# to install for one.
#
# *Quick mode* shortens every training. It is for grading and for trying
# things out. You need it rarely; to have it, start the course from a terminal
# with `VAE_COURSE_QUICK=1 make lab`.

# %% [markdown]
# ## The pictures
#
# **Fashion-MNIST** holds photographs of clothing, 28 × 28 grey pixels each,
# in ten classes. The next cell looks for them on this machine, then on the
# network. If neither has them, it takes 12,000 of them that come with the
# course. It says which it used.

# %%
(x_train, y_train), (x_test, y_test) = data.load_fashion_mnist()

# %% [markdown]
# `x` are images, `y` their labels. Networks learn from the training pair; the
# test pair is kept back, to judge what they learned on pictures that they
# never saw. Before we compute with an array we always ask it three things:
# its shape, its type and its range.

# %%
arrays = {"x_train": x_train, "y_train": y_train}
arrays |= {"x_test": x_test, "y_test": y_test}
for name, array in arrays.items():
    print(
        f"{name:7}: shape {array.shape}, {array.dtype},"
        f" from {array.min()} to {array.max()}"
    )

# %% [markdown]
# The first axis counts images, the other two are rows and columns of pixels.
# `uint8` is a whole number from 0 to 255. Here 0 is the empty background, and
# we draw it white; 255 is drawn black.
#
# What do they show?

# %%
labels = np.tile(np.arange(10), ROWS_OF_FIGURE)
chosen = [rng.choice(np.flatnonzero(y_train == label)) for label in labels]
plots.image_grid(
    x_train[chosen],
    titles=data.CLASS_NAMES,
    heading="Fashion-MNIST: a class in each column",
)

# %% [markdown]
# *Figure: six rows of ten small grey photographs. Every column holds one
# class: T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker,
# bag, ankle boot.*
#
# Read down a column and you see how much one class varies. Read along a row
# and you see classes that are hard to tell apart: pullover, coat and shirt.
# Keep this in mind. A network that never sees a label will place them close
# together, too.

# %% [markdown]
# ## Why the pictures need preparing
#
# The course's network halves the sides of a picture three times. Halving 28
# gives 14, then 7, then 3.5 pixels, and there is no half pixel:

# %%
for side in (28, 32):
    print(side, "->", [side / 2**halvings for halvings in (1, 2, 3)])

# %% [markdown]
# So we put a border of two zeros around every picture: 28 + 2 + 2 = 32. There
# are two more things to do. Networks learn best from numbers near 1, so grey
# values become fractions of 255, the largest that a `uint8` can be; and Keras
# expects a last axis for colour channels, of which a grey picture has one.
#
# $$x = \frac{\text{grey value}}{255} \in [0, 1]$$

# %% [markdown]
# ### On two rows of two pixels
#
# The picture below is small enough to check by hand. With a border of one,
# two rows become four.

# %%
tiny = np.array([[0, 51], [102, 255]], dtype=np.uint8)
print(np.pad(tiny / 255, 1))

# %% [markdown]
# In `np.pad(array, widths)`, a single number pads every axis at both ends.
# One pair `(before, after)` for each axis pads each axis in its own way, and
# `(0, 0)` leaves an axis as it is. Indexing with `np.newaxis` adds an axis of
# length 1. Here are two tiny pictures in one array:

# %%
two = np.stack([tiny, tiny])
print("two pictures", two.shape)
print("with a border", np.pad(two, ((0, 0), (1, 1), (1, 1))).shape)
print("with one more axis", two[..., np.newaxis].shape)

# %% [markdown]
# ## Your first exercise
#
# Every exercise looks like the next one: what to do, a table of what goes in
# and comes out, a *stub* for you to fill in, and one line that checks it.
# Under the check two hints are folded away. A click on the small triangle
# opens one.

# %% [markdown]
# ### Exercise 0.1 · Prepare the images
#
# *Easy · 5 minutes · 1 point*
#
# Scale the grey values, add the border, add the channel axis.
#
# | | name | shape | type and range |
# |---|---|---|---|
# | in | `images` | (n, 28, 28) | uint8, 0 to 255 |
# | out | | (n, 32, 32, 1) | float32, 0 to 1 |
#
# **Why:** every network of the course takes its pictures in this form.
#
# **Done when** the check says "passed".


# %% exercise="0.1" role="stub"
def prepare_images(images):
    """Scale, pad and shape images for the course's networks.

    Args:
        images: uint8, shape (n, 28, 28), grey values 0 to 255.

    Returns:
        float32, shape (n, 32, 32, 1), in [0, 1], with a border of two
        zeros on each side of every image.
    """
    ### BEGIN SOLUTION
    scaled = images.astype("float32") / 255
    padded = np.pad(scaled, ((0, 0), (2, 2), (2, 2)))
    return padded[..., np.newaxis]
    ### END SOLUTION


# %% exercise="0.1" role="check"
prepare_images = check.prepare_images(prepare_images)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Three steps, and you have seen each of them above on the tiny pictures. Do
# one, print the shape and the dtype of what comes out, then do the next.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Turn the integers into `float32` with `.astype` before you divide. Pad with
# one pair for each of the three axes, and let the pair of the first axis be
# zeros: no picture is added before or after the others. The new axis goes
# last.
#
# </details>

# %% [markdown] exercise="0.1" role="answer"
# **The usual slip:** `images / 255` is float64, twice the memory that a
# network needs. The other one is a border at one end only, `(0, 4)`, which
# gives the right shape and pushes every garment into a corner.

# %% [markdown]
# ### What the check told you
#
# As long as the stub stands as it was, the check says *not started* and
# hands you the library's version, so that you can always read on.
#
# Try a wrong answer as well: make your function `return images` and run both
# cells again. The check says what was asked, what it got, and asks you a
# question. It never minds how you wrote something, only what comes out. When
# you have seen it, put your answer back.
#
# A wrong answer stops *Run All Cells* at its check. To leave it for later,
# put back the line `raise NotImplementedError` and run the cell again.

# %% [markdown]
# ## Put together

# %%
x = prepare_images(x_train[chosen])
print(f"shape {x.shape}, {x.dtype}, from {x.min():.1f} to {x.max():.1f}")

# %%
figure, axes = plots.new_figure(
    1, 2, width=6.4, height=3.4, width_ratios=[28, 32]
)
for axis, image in zip(axes, [x_train[chosen[9]], x[9]], strict=True):
    axis.imshow(image)
    axis.spines[:].set_visible(True)
    axis.set(xlabel="column of pixels", ylabel="row of pixels")
axes[0].set_title("As it came: 28 × 28")
axes[1].set_title("Prepared: 32 × 32")
figure

# %% [markdown]
# *Figure: the same ankle boot twice, at the same size, each in a frame whose
# sides count pixels, rows downwards. The right frame is larger by two empty
# pixels on every side.*
#
# The garment itself has not changed. Only the frame around it grew.

# %% [markdown]
# ## The same number by a second road
#
# A habit of this course: whatever we compute, we compute again in another
# way. The border adds nothing, so all the grey in the prepared pictures,
# times 255, must be all the grey in the originals.

# %%
grey_before = x_train[chosen].sum(dtype="int64")
grey_after = 255 * x.sum(dtype="float64")
print(f"before {grey_before}, after {grey_after:.2f}")
print(f"relative difference {abs(grey_after / grey_before - 1):.1e}")

# %% [markdown]
# The difference that is left is what `float32` rounds away: it keeps about
# seven digits.

# %%
print(f"float32 rounds at {np.finfo('float32').eps:.1e}")

# %% [markdown]
# ## Grade your own work
#
# Save the notebook, open a terminal in the folder of the course (in
# JupyterLab: *File → New → Terminal*) and run
#
# ```
# pytest --nbval lessons/
# ```
#
# `pytest` is Python's usual tool for tests, and `--nbval` lets it run
# notebooks. It runs every lesson from the top, in quick mode, and ends with a
# table: each exercise with its points, and what to do next. It never changes
# your notebooks. To grade one lesson, name it:
#
# ```
# pytest --nbval lessons/00_start_here.ipynb
# ```

# %% [markdown]
# ### How far am I?
#
# Each check leaves its result in the notebook when you save it. This cell
# reads the saved notebooks beside this one and runs nothing. In a terminal
# `vae-course progress` prints the same as a table.

# %%
plots.progress_map(progress.read_progress("."))

# %% [markdown]
# *Figure: a row for each lesson, a square for each exercise. A full square
# with a tick is passed, one with a cross is wrong, an empty one is not started
# or not saved yet.*
#
# If something does not run as it should, `vae-course doctor` looks at the
# installation and says how to mend it.

# %% [markdown]
# ## What we saw
#
# - This machine computes, and the pictures are there.
# - A picture goes into our networks as 32 × 32 × 1 numbers from 0 to 1.
# - An exercise is a stub, a check and two hints. A wrong answer gets a
#   question, an unanswered one holds nothing up.
#
# **An open question:** one picture is now a list of numbers. How many would
# you need to tell a boot from a bag, if you could choose which?

# %%
print(f"{x[0].size} numbers a picture")

# %% [markdown]
# **Sources.** Xiao, Rasul and Vollgraf (2017), *Fashion-MNIST: a Novel Image
# Dataset for Benchmarking Machine Learning Algorithms*, arXiv:1708.07747.
#
# **Next:** lesson 01, where a network answers that question with two.
