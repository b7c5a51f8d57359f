"""What verdicts rest on, in a few letters and in words."""

import hashlib
import importlib.metadata
import platform
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
PACKAGES = "vae-course", "tensorflow", "keras", "numpy", "scipy"


def version_of_checks(lessons):
    """Make a digest of all that can change a verdict.

    That is the code of this package, but for what writes reports, and the
    lessons that answers run in.

    Args:
        lessons: str or path, the folder of the pristine lessons.

    Returns:
        str of 64 hexadecimal digits.
    """
    code = [
        path
        for path in PACKAGE.rglob("*.py")
        if "reports" not in path.relative_to(PACKAGE).parts
    ]
    digest = hashlib.sha256()
    for root, paths in [
        (PACKAGE, code),
        (Path(lessons), Path(lessons).glob("[0-9][0-9]_*.ipynb")),
    ]:
        for path in sorted(paths):
            content = path.read_bytes()
            title = f"{path.relative_to(root).as_posix()} {len(content)}\n"
            digest.update(title.encode() + content)
    return digest.hexdigest()


def versions():
    """Return a dict from the name of what is installed to its version."""
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }
