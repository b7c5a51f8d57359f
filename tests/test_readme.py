"""The README tells of the course as it is."""

import json
import re
from pathlib import Path

import explorer_pictures
import pytest
import readme_figures
from PIL import Image
from PIL.ImageSequence import Iterator

from vae_course import training
from vae_course.checks import checks_of_lesson

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))


@pytest.mark.parametrize("name", readme_figures.CELLS)
def test_figures_are_those_of_the_solutions(name):
    stored = (readme_figures.FOLDER / name).read_bytes()
    assert stored == readme_figures.figures()[name]


def test_speeds_in_the_readme_are_those_of_the_benchmark():
    told = json.loads(training.BENCHMARK.read_text(encoding="utf-8"))
    section = README.split("## How fast")[1].split("\n## ")[0]
    rows = re.findall(r"(?m)^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", section)
    names = {title: name for name, title in told["titles"].items()}
    first = told["medians"]["published"]
    assert len(rows) > 3
    for title, *numbers in rows[2:]:
        row = told["medians"][names[title]]
        speed = row["images_a_second"] / first["images_a_second"]
        times = first["to_target"] / row["to_target"]
        assert numbers == [
            f"{row['to_target']:.1f}",
            f"{times:.0f} ×" if times >= 10 else f"{times:.1f} ×",
            f"{speed:.0f} ×" if speed >= 10 else f"{speed:.1f} ×",
        ]
    assert f"test loss of {told['target']:.1f}" in " ".join(section.split())


def test_every_link_to_a_file_leads_somewhere():
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert len(links) > len(LESSONS)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_figure_has_an_alt_text():
    figures = re.findall(r"!\[(.*?)\]", README, re.DOTALL)
    films = len(explorer_pictures.FILMS)
    assert len(figures) == len(readme_figures.CELLS) + films
    assert min(map(len, figures)) > 40


@pytest.mark.parametrize("name", explorer_pictures.FILMS)
def test_films_are_short_and_small(name):
    path = explorer_pictures.FOLDER / name
    assert path.stat().st_size < 600_000
    with Image.open(path) as film:
        stays = [frame.info["duration"] for frame in Iterator(film)]
    assert len(stays) > 20
    assert 3_000 < sum(stays) < 6_000


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_map_has_every_lesson(lesson):
    assert f"| {lesson.stem[:2]} | [" in README
    assert f"(lessons/{lesson.name})" in README


def test_sums_in_the_readme_are_those_of_the_checks():
    checks = [
        check
        for lesson in LESSONS
        for check in checks_of_lesson(lesson.stem[:2])
    ]
    points = sum(check.points for check in checks)
    assert f"{len(checks)} exercises, {points} points" in README
