"""What a learner reads when an answer is not right yet."""

import textwrap

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


class ExerciseFailed(Exception):
    """Say what was asked, what came out, and ask what leads on.

    Args:
        asked: what the exercise wants of the result.
        got: what came out instead, and where it differs first.
        question: a question or pointer that leads on, never the answer.
        mistake: the slug of a known slip, or None.

    Attributes:
        exercise: the exercise's number, such as "5.4".
        mistake: as given.
        picture: one of the kinds in `checks.pictures`, or None.
    """

    exercise = picture = None

    def __init__(self, asked, got, question, mistake=None):
        super().__init__(asked, got, question, mistake)
        self.mistake = mistake
        self._parts = {"Asked": asked, "Got": got, "Think": question}

    def __str__(self):
        drawn = ["", *self.picture.lines()] if self.picture else []
        return "\n".join([self._title(), *self._paragraphs(), *drawn])

    def _render_traceback_(self):
        """Show IPython the message alone, in place of a traceback.

        The picture is not in it: IPython displays that by itself. No letter
        is coloured: JupyterLab's ground is, and no red is legible on it in
        both of its themes.
        """
        *facts, question = self._paragraphs()
        return [
            f"{BOLD}{self._title()}{PLAIN}",
            *facts,
            f"{BOLD}{question}{PLAIN}",
        ]

    def _title(self):
        return f"Exercise {self.exercise} is not right yet."

    def _paragraphs(self):
        return [_paragraph(name, text) for name, text in self._parts.items()]


def _paragraph(name, text):
    """Wrap a text beside its name, keeping its own line breaks."""
    margin = " " * 9
    lines = [
        wrapped
        for line in text.splitlines()
        for wrapped in textwrap.wrap(line, 70, break_long_words=False) or [""]
    ]
    return f"  {name:7}" + f"\n{margin}".join(lines)
