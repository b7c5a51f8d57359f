"""Pages that stand alone: no script, no other file, nothing left unescaped."""

import functools
from pathlib import Path

import jinja2
from markupsafe import Markup

from vae_course.grading.whole_class.file_names import file_name
from vae_course.grading.whole_class.records import STATUSES
from vae_course.grading.whole_class.reports import words
from vae_course.grading.whole_class.reports.legible import one_line
from vae_course.grading.whole_class.reports.message import read
from vae_course.grading.whole_class.reports.slips import meaning

TEMPLATES = Path(__file__).with_name("templates")


def feedback_path(learner):
    """Return where a learner's page is, as seen from the class's pages."""
    return f"feedback/{file_name(learner)}.html"


def render(template, **values):
    """Fill a template.

    Args:
        template: the name of a file in `templates`.
        **values: what it names.

    Returns:
        str, HTML. What is a str among the values is escaped.
    """
    return _environment().get_template(template).render(values)


@functools.cache
def _environment():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    environment.globals |= {"css": Markup(css), "statuses": STATUSES}
    environment.filters |= {
        "feedback_path": feedback_path,
        "in_words": words.of_counts,
        "meaning": meaning,
        "number_of": words.number_of,
        "one_line": one_line,
        "read": read,
        "why": words.why,
    }
    return environment
