"""What a check said, taken apart again to be laid out anew."""

import re
from dataclasses import dataclass

from vae_course.grading.whole_class.reports.legible import lines

PARTS = re.compile(
    r"  Asked  (?P<asked>.*?)\n  Got    (?P<got>.*?)\n  Think  (?P<think>.*?)"
    r"(?:\n\s*\n(?P<picture>.*))?",
    re.DOTALL,
)
WIDTH = 70


@dataclass(frozen=True)
class Message:
    """What a check said of an answer.

    Attributes:
        text: str, all of it where it is not in parts, else empty.
        asked: str, what the exercise wants.
        got: str, what came out.
        think: str, the question that leads on.
        picture: str, lines of characters to be set as they are, or empty.
    """

    text: str = ""
    asked: str = ""
    got: str = ""
    think: str = ""
    picture: str = ""


def read(message):
    """Take a message apart, as `checks.failure` put it together.

    Args:
        message: str; nothing is assumed of it.

    Returns:
        A `Message`, legible: of parts, or of one text where it has none.
    """
    message = lines(message).strip("\n")
    _, _, parts = message.partition("\n")
    found = PARTS.fullmatch(parts)
    if not found:
        return Message(text=message)
    picture = found["picture"] or ""
    parts = {
        name: _unwrapped(found[name]) for name in ("asked", "got", "think")
    }
    return Message(**parts, picture=picture.strip("\n"))


def _unwrapped(text):
    """Undo the breaks that `textwrap` made, and keep those of the text."""
    first, *others = [line.strip() for line in text.split("\n")]
    whole, last = first, first
    for line in others:
        word = line.partition(" ")[0]
        if line and len(last) + 1 + len(word) > WIDTH:
            whole += line if re.search(r"\w-$", last) else f" {line}"
        else:
            whole += f"\n{line}"
        last = line
    return whole
