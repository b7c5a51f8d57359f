"""What verdicts rest on, in a few letters and in words."""

import hashlib
import importlib.metadata
import platform
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
PACKAGES = "vae-course", "tensorflow", "keras", "numpy", "scipy"


def version_of_checks(lessons):
    """Make a digest of all that can change a verdict.

    That is this package, with its data, but for what writes reports; the
    lessons that answers run in; and what both compute with.

    Args:
        lessons: str or path, the folder of the pristine lessons.

    Returns:
        str of 64 hexadecimal digits.
    """
    package = [path for path in PACKAGE.rglob("*") if _counts(path)]
    digest = hashlib.sha256(repr(versions()).encode())
    for root, paths in [
        (PACKAGE, package),
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


def _counts(path):
    """Tell the package's files from reports and what programs keep."""
    parts = path.relative_to(PACKAGE).parts
    is_kept = any(part.startswith((".", "__pycache__")) for part in parts)
    return path.is_file() and not is_kept and "reports" not in parts
