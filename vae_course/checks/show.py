"""How a result reaches the screen, the saved notebook and the grader."""

import base64
import html
import re
import sys

from vae_course.checks.quiet import quietly

MIME = "application/vnd.vae-course.result+json"
COLOURS = {"passed": "#2e8540", "not started": "#8a8a8a"}


def show(result, text, picture=None):
    """Display a result: as a line to read and as data to count.

    Args:
        result: dict with exercise, status, mistake, points and seconds,
            and with the picture in characters where there is one.
        text: one line for the reader; empty where an exception follows
            that says it all.
        picture: what that exception cannot show in a notebook, or None.
    """
    if not _in_a_notebook():
        if text:
            print(text)
        return
    from IPython.display import display

    bundle, metadata = {MIME: result, "text/plain": text}, {}
    if text:
        bundle["text/html"] = _html(text, COLOURS[result["status"]])
    if picture:
        bundle["text/plain"] = "\n".join(picture.lines())
        _add_image(picture, bundle, metadata)
    display(bundle, metadata=metadata, raw=True)


def _add_image(picture, bundle, metadata):
    """Draw a picture, unless its numbers are such that nothing can."""
    try:
        from vae_course.checks.pictures.figures import png

        with quietly():
            image, (width, height) = png(picture)
    except Exception:
        return
    bundle["image/png"] = base64.b64encode(image).decode("ascii")
    metadata["image/png"] = {"width": width, "height": height}


def _in_a_notebook():
    """Tell whether IPython runs, without importing it where it does not."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def _html(text, colour):
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", html.escape(text))
    return (
        f'<div role="status" style="border-left: 4px solid {colour};'
        f' padding: 0.3em 0.8em">{text}</div>'
    )
