"""Take the README's figures out of the solutions, where they are made.

python tools/readme_figures.py

Run it after a solution was built anew; a test says when it is due.
"""

import base64
from pathlib import Path

import nbformat

SOLUTIONS = Path(__file__).parents[1] / "solutions"
FOLDER = SOLUTIONS / "figures"
# The name of the file, and the cell whose figure it is.
CELLS = {
    "two_maps.png": "09-two-maps-of-the-same-pictures-1",
    "manifold.png": "09-exercise-9-2-a-grid-even-in-percentiles-2",
    "ten_classes.png": "10-train-it-and-ask-3",
}


def figures():
    """Read the figures from the stored outputs.

    Returns:
        dict from the name of a file to its bytes.
    """
    return {name: _figure(cell_id) for name, cell_id in CELLS.items()}


def main():
    """Write the figures."""
    FOLDER.mkdir(exist_ok=True)
    for name, png in figures().items():
        (FOLDER / name).write_bytes(png)
        print(f"{FOLDER / name}: {len(png) // 1000} kB")


def _figure(cell_id):
    [path] = SOLUTIONS.glob(f"{cell_id[:2]}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    [cell] = [cell for cell in cells if cell.id == cell_id]
    [png] = [
        output.data["image/png"]
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    return base64.b64decode(png)


if __name__ == "__main__":
    main()
