"""Text of learners, made fit to be shown: nothing hidden, nothing that acts.

What a page, a table or XML would still take for its own signs is left to
what writes them.
"""

import re
import unicodedata

COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# Scripts such as Persian and Sinhala spell with these two.
JOINERS = "\u200c\u200d"
# Kinds of signs that show nothing, but may turn the text beside them.
UNSEEN = "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"
LONGEST = 8000


def one_line(text):
    r"""Return a text on one line, with signs that show nothing spelled out.

    Args:
        text: str, such as a learner's name.

    >>> print(one_line("Ana\n\u202eeve"))
    Ana\n\u202eeve
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def lines(text):
    r"""Return a text of several lines, without colours and not too long.

    Args:
        text: str, such as what a check said.

    >>> lines("\x1b[1mred\x1b[0m\nnot\x00")
    'red\nnot\\x00'
    """
    text = COLOUR.sub("", text).expandtabs(4)
    if len(text) > LONGEST:
        text = text[:LONGEST] + " …"
    return "\n".join(map(one_line, text.splitlines()))


def _shown(sign):
    if sign in JOINERS or unicodedata.category(sign) not in UNSEEN:
        return sign
    return sign.encode("unicode_escape").decode("ascii")
