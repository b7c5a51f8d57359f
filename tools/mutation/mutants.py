"""What a change makes of a source, and how it is called."""

import difflib


def compiles(source):
    """Tell whether a source is Python."""
    try:
        compile(source, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def difference(before, after):
    """Tell in one line what a source has in place of another's lines."""
    lines = [
        line
        for line in difflib.ndiff(before.splitlines(), after.splitlines())
        if line[:2] in ("- ", "+ ")
    ]
    sides = [
        " | ".join(line[2:].strip() for line in lines if line[0] == sign)
        for sign in "-+"
    ]
    return " -> ".join(sides)
