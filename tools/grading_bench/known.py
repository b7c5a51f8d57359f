"""An answer of which it is known whether it is right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A learner's code for an exercise, and the truth about it.

    Attributes:
        exercise: str, its number.
        origin: str, where it comes from, in a few words.
        source: str, the code of its cell.
        right: bool, whether it deserves its points.
        helpers: str, code of a cell above it; empty where there is none.
        alone: bool, whether it looks up no other exercise's answer.
        hostile: bool, whether it is meant to harm or to deceive.
    """

    exercise: str
    origin: str
    source: str
    right: bool
    helpers: str = ""
    alone: bool = False
    hostile: bool = False
