"""The committed notebooks are what the sources give."""

import pytest
from build_notebooks import COURSE
from notebooks.course import orphans, out_of_step


@pytest.mark.parametrize("path", COURSE.sources(), ids=lambda path: path.stem)
def test_source_and_its_two_notebooks_are_in_step(path):
    assert out_of_step(COURSE, path) == []


def test_every_notebook_has_a_source():
    assert orphans(COURSE) == []


def test_there_is_a_source():
    assert COURSE.sources()
