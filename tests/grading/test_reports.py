"""What is written of a class can be read by people and by programs."""

import csv
import io
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from class_records import CHECKS, HOSTILE, MACHINES, record, small_class

from vae_course.grading.whole_class.options import LESSONS
from vae_course.grading.whole_class.records import (
    FAILED,
    MISSING,
    NOT_GRADED,
    NOT_STARTED,
)
from vae_course.grading.whole_class.reports import write_all
from vae_course.grading.whole_class.reports.grades import grades, totals
from vae_course.grading.whole_class.reports.junit import junit
from vae_course.grading.whole_class.reports.legible import lines, one_line
from vae_course.grading.whole_class.reports.titles import read_titles

EXERCISES = [check.exercise for check in CHECKS]
IN_ALL = sum(check.points for check in CHECKS)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def suites(records):
    return ET.fromstring(junit(records, read_titles(EXERCISES, LESSONS)))


def test_grades_have_a_row_for_each_learner_and_exercise():
    records = small_class()
    rows = rows_of(grades(records))
    assert len(rows) == len(records) * len(CHECKS)
    assert [*rows[0]] == ["learner", "exercise", "points", "status", "mistake"]
    assert rows[0] == {
        "learner": "finished",
        "exercise": "0.1",
        "points": "1",
        "status": "passed",
        "mistake": "",
    }


def test_totals_are_the_sums_of_the_grades():
    records = small_class()
    rows = rows_of(grades(records))
    for total in rows_of(totals(records)):
        own = [row for row in rows if row["learner"] == total["learner"]]
        points = sum(int(row["points"]) for row in own)
        lessons = [
            int(value)
            for name, value in total.items()
            if name.startswith("lesson_")
        ]
        assert int(total["points"]) == points == sum(lessons)
        assert len(lessons) == 11
        assert int(total["out_of"]) == IN_ALL


def test_totals_count_what_is_not_graded():
    half_way = rows_of(totals(small_class()))[1]
    assert half_way["not_graded"] == "1"


def test_totals_name_the_page_of_feedback(tmp_path):
    write_all(small_class(), tmp_path, {})
    rows = rows_of((tmp_path / "totals.csv").read_text("utf-8-sig"))
    assert len({row["feedback"] for row in rows}) == len(rows)
    assert all((tmp_path / row["feedback"]).is_file() for row in rows)


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@A1", " =1", "＝1+1", "\t=1", "\r=1", "\n@A1"],
)
@pytest.mark.parametrize("write", [grades, totals])
def test_no_cell_is_a_formula(write, name):
    for row in rows_of(write([record(name)])):
        assert row["learner"][0] in "'\\"


def test_a_name_cannot_forge_a_cell():
    names = 'a";"=1', "b,5.1,9", "c\n=1,d", 'd"'
    rows = rows_of(grades([record(name) for name in names]))
    assert [row["learner"] for row in rows[:: len(CHECKS)]] == [
        one_line(name) for name in names
    ]


def test_a_name_cannot_forge_a_cell_where_semicolons_part_them():
    text = grades([record("a;=1")]).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert all(len(row) == 1 for row in rows)


def test_ordinary_names_stay_as_they_are():
    names = "Zoë", "O'Neil", "田中 かおり", "سارا", "Ana-María 2", "न्द्र"
    rows = rows_of(totals([record(name) for name in names]))
    assert tuple(row["learner"] for row in rows) == names


def test_junit_has_a_suite_for_each_learner_with_the_right_counts():
    root = suites(small_class())
    assert [suite.get("name") for suite in root] == [
        "finished",
        "half-way",
        one_line(HOSTILE),
        "=1+1",
        "absent",
    ]
    for suite in root:
        cases = suite.findall("testcase")
        for count, tag in [
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ]:
            found = suite.findall(f"testcase/{tag}")
            assert int(suite.get(count)) == len(found)
        assert int(suite.get("tests")) == len(cases) == len(CHECKS)
    assert int(root.get("failures")) == 4
    assert int(root.get("errors")) == 2


@pytest.mark.parametrize(
    "status, tag",
    [
        (FAILED, "failure"),
        (NOT_STARTED, "skipped"),
        (MISSING, "skipped"),
        (NOT_GRADED, "error"),
    ],
)
def test_junit_tells_how_an_exercise_ended(status, tag):
    told = status, None, "what the check said"
    root = suites([record("one", {"5.5": told})])
    case = root.find(".//testcase[@name='5.5 kl_to_standard_normal']")
    assert [each.tag for each in case] == [tag]
    assert case[0].text == "what the check said"


def test_junit_names_slips_and_tells_problems_of_files():
    root = suites(small_class())
    types = [each.get("type") for each in root.iter("failure")]
    assert "averages_latent" in types and "wrong" in types
    said = [each.text for each in root.iter("system-err")]
    assert said == [one_line(HOSTILE), "No notebook was found."]


def test_one_line_shows_what_would_hide():
    assert one_line("a\u202eb\x00\ud800\ufeff\n") == (
        "a\\u202eb\\x00\\ud800\\ufeff\\n"
    )


def test_lines_drop_colours_and_keep_lines():
    assert lines("\x1b[1;31mred\x1b[0m\n\x07\ta") == "red\n\\x07   a"


def test_endless_messages_are_cut():
    assert len(lines("x" * 10**6)) < 10**4


def test_the_same_records_give_the_same_files(tmp_path):
    for folder in ("one", "two"):
        write_all(small_class(), tmp_path / folder, MACHINES)
    one, two = (
        {
            path.relative_to(tmp_path / folder): path.read_bytes()
            for path in (tmp_path / folder).rglob("*")
            if path.is_file()
        }
        for folder in ("one", "two")
    )
    assert one == two
    assert len(one) == 5 + len(small_class())


def test_reports_need_records(tmp_path):
    with pytest.raises(ValueError, match="records"):
        write_all([], tmp_path, {})


def test_reports_are_written_without_tensorflow(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from class_records import small_class\n"
        "from vae_course.grading.whole_class.reports import write_all\n"
        "assert 'matplotlib' not in sys.modules\n"
        "write_all(small_class(), sys.argv[1], {})\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    here = Path(__file__).parent
    subprocess.run([sys.executable, "-c", code, tmp_path, here], check=True)
