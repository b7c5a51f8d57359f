"""Names of files for learners whose folders may be named anything."""

import hashlib
import re
import unicodedata

LONGEST = 40


def file_name(learner):
    """Make a name that every file system takes, one for each learner.

    Args:
        learner: str, the name of the folder or of the zip.

    Returns:
        str of letters, digits and hyphens: what can be read of the name,
        then eight digits that tell apart what reads alike.

    Example:
        >>> file_name("Zoë O'Neil")
        'zoe-o-neil-5b7652dd'
    """
    plain = unicodedata.normalize("NFKD", learner).encode("ascii", "ignore")
    words = re.findall("[a-z0-9]+", plain.decode("ascii").lower())
    readable = "-".join(words)[:LONGEST].strip("-") or "learner"
    digest = hashlib.sha256(learner.encode("utf-8", "surrogatepass"))
    return f"{readable}-{digest.hexdigest()[:8]}"
