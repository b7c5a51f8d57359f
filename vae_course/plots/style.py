"""One style for all figures of the course."""

import matplotlib.pyplot as plt

# Petroff's ten colours, told apart by colour-blind readers too
# (Petroff 2021, "Accessible Color Sequences for Data Visualization").
CLASS_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
CLASS_MARKERS = "osD^vP*X<>"
RED = "#bd1f01"
LINE_COLOURS = "#3f90da", "#e76300", "#832db6", "#a96b59", "#717581"
# What stands behind: dots that are legible, and what only leads the eye.
GREY, FAINT = "#87929a", "#c3cbd0"
LITERAL = {"_": r"\_", " ": r"\ ", ":": "{:}", ",": "{,}"}
STYLE = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.dpi": 96,
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=LINE_COLOURS),
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.w_pad": 0.08,
    "image.cmap": "gray_r",
    "legend.frameon": False,
}


def use_style():
    """Draw all further figures of this session in the course's style."""
    plt.rcParams.update(STYLE)


def code(name):
    """Typeset a name of the code for the text of a figure.

    Args:
        name: such as "z_log_var".

    Returns:
        str, the name in the letters of a typewriter, as mathtext.
    """
    # In braces no sign is spaced as it would be in a formula.
    for sign, literal in LITERAL.items():
        name = name.replace(sign, literal)
    return rf"$\mathtt{{{name}}}$"


def new_figure(rows=1, columns=1, width=8.0, height=3.5, **options):
    """Make a figure in the course's style, shown only where it is returned.

    Args:
        rows: how many rows of axes.
        columns: how many columns of axes.
        width: of the whole figure, inches.
        height: of the whole figure, inches.
        **options: passed on to `matplotlib.pyplot.subplots`.

    Returns:
        The figure and its axes: one, or an array where there are several.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            rows,
            columns,
            figsize=(width, height),
            layout="constrained",
            **options,
        )
    plt.close(figure)
    return figure, axes
