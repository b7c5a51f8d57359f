"""Change solutions in small ways, to see what the checks let through."""
