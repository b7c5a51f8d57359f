"""Leave with an error unless this Python can run the course."""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "The course needs Python 3.11, 3.12 or 3.13; this is "
        + sys.version.split()[0]
    )
