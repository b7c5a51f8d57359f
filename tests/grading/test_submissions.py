import errno
import io
import json
import os
import random
import stat
import threading
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from grading import handed_in
from grading.handed_in import PDF, answered, as_bytes

from vae_course.grading.whole_class import files, submissions, zips
from vae_course.grading.whole_class.course import read_course
from vae_course.grading.whole_class.submissions import (
    HandedIn,
    find_submissions,
    left_out,
    read_submission,
)

NAME = "03_normal_distribution.ipynb"
PRISTINE = as_bytes(handed_in.lesson("03"))
ANSWERED = as_bytes(answered(PDF))
ODD_NAMES = [
    "Ada Lovelace",
    'O\'Brien "Bob"',
    "two\nlines",
    "Jürgen Größe 李",
    "=cmd()",
    "-rf",
    "a;b$(c)`d`",
    "%s",
    "a" * 200,
]


@pytest.fixture(scope="module")
def course():
    return read_course(handed_in.LESSONS)


@pytest.fixture
def read(course):
    return lambda path: read_submission(HandedIn("ada", str(path)), course)


@pytest.fixture
def ada(tmp_path):
    folder = tmp_path / "class" / "ada"
    folder.mkdir(parents=True)
    return folder


def state_of(folder):
    """Tell all of a folder that a change would change."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in [folder, *folder.rglob("*")]
    }


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def is_answered(submission):
    return any("np.exp" in answer.source for answer in submission.answers)


def only_problem(submission):
    [problem] = submission.problems
    assert problem.endswith(".")
    assert problem.isprintable()
    return problem


def test_a_class_is_listed_by_its_folders_and_zips(tmp_path):
    for name in ("bob", "ada lovelace", ".git", "__MACOSX"):
        (tmp_path / name).mkdir()
    zipped(tmp_path / "Cem.ZIP", {})
    (tmp_path / "readme.txt").write_text("hello")
    (tmp_path / ".DS_Store").write_text("hello")
    found = find_submissions(tmp_path)
    assert [each.learner for each in found] == ["Cem", "ada lovelace", "bob"]
    assert [Path(each.path).name for each in found] == [
        *("Cem.ZIP", "ada lovelace", "bob")
    ]
    [sentence] = left_out(tmp_path)
    assert sentence.startswith("readme.txt is neither a folder nor a zip")


def test_a_folder_counts_where_there_is_a_zip_too(ada, read, course):
    (ada / NAME).write_bytes(ANSWERED)
    zipped(ada.with_suffix(".zip"), {NAME: PRISTINE})
    [found] = find_submissions(ada.parent)
    submission = read_submission(found, course)
    assert is_answered(submission)
    assert "ada.zip was handed in too" in only_problem(submission)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_read_and_kept(tmp_path, course, name):
    folder = tmp_path / name
    folder.mkdir()
    (folder / f"{name[:100]}.ipynb").write_bytes(ANSWERED)
    (folder / f"{name[:99]}2.ipynb").write_bytes(b"no notebook")
    zipped(tmp_path / f"{name}z.zip", {f"{name}.ipynb": ANSWERED})
    found = find_submissions(tmp_path)
    assert [each.learner for each in found] == [name, f"{name}z"]
    in_folder, in_zip = (read_submission(each, course) for each in found)
    assert is_answered(in_folder) and is_answered(in_zip)
    assert "cannot be read as a notebook" in only_problem(in_folder)
    assert in_zip.problems == ()


def test_a_name_that_is_no_text_is_written_with_escapes(tmp_path, course):
    folder = os.fsencode(tmp_path) + b"/M\xe4rz"
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("this disk takes no such name")
    with open(folder + b"/\xff.ipynb", "wb") as file:
        file.write(b"")
    [found] = find_submissions(tmp_path)
    assert found.learner == "M\\xe4rz"
    problem = only_problem(read_submission(found, course))
    assert problem.startswith("\\udcff.ipynb cannot be read")


def test_renamed_notebooks_are_known_by_what_they_hold(ada, read):
    deep = ada / "my work" / "week 1"
    deep.mkdir(parents=True)
    (deep / "Untitled7.IPYNB").write_bytes(ANSWERED)
    submission = read(ada)
    assert is_answered(submission)
    assert submission.problems == ()


def test_answers_are_in_the_order_of_the_course(ada, read, course):
    for path in handed_in.LESSONS.glob("*.ipynb"):
        (ada / f"{99 - int(path.name[:2])}.ipynb").write_bytes(
            path.read_bytes()
        )
    asked = [each for lesson in course.values() for each in lesson.checks]
    assert [each.exercise for each in read(ada).answers] == asked


@pytest.mark.parametrize("kept", [".ipynb_checkpoints", "__MACOSX", ".trash"])
def test_what_programs_keep_is_not_looked_at(ada, read, kept):
    (ada / kept).mkdir()
    (ada / kept / NAME).write_bytes(ANSWERED)
    (ada / f".{NAME}").write_bytes(ANSWERED)
    problem = only_problem(read(ada))
    assert problem == "There is no notebook in it."
    path = zipped(ada / "w.zip", {f"{kept}/{NAME}": ANSWERED, "._a.ipynb": ""})
    assert only_problem(read(path)) == problem


def test_nothing_handed_in_is_told_of(ada, read):
    assert "no notebook" in only_problem(read(ada))
    (ada / "essay.docx").write_bytes(b"hello")
    submission = read(ada)
    assert "no notebook" in only_problem(submission)
    assert submission.answers == ()


def test_a_notebook_of_another_course_is_told_of(ada, read):
    (ada / NAME).write_bytes(ANSWERED)
    (ada / "essay.ipynb").write_bytes(as_bytes({"cells": [], "nbformat": 4}))
    submission = read(ada)
    assert is_answered(submission)
    assert only_problem(submission) == (
        "essay.ipynb is no lesson of this course and was left out."
    )


def test_of_two_notebooks_the_one_with_more_answers_counts(ada, read):
    (ada / "1 mine.ipynb").write_bytes(ANSWERED)
    (ada / "2 copy.ipynb").write_bytes(PRISTINE)
    submission = read(ada)
    assert is_answered(submission)
    problem = only_problem(submission)
    assert "2 notebooks of lesson 03. 1 mine.ipynb was taken" in problem
    assert "most exercises are answered (1)" in problem
    assert problem.endswith("left out: 2 copy.ipynb.")


def test_of_two_equal_notebooks_the_newest_name_counts(ada, read):
    other = as_bytes(answered(PDF.replace("np.exp", "np.exp2")))
    for version, content in [(9, ANSWERED), (10, other), (8, ANSWERED)]:
        (ada / f"version {version}.ipynb").write_bytes(content)
    submission = read(ada)
    assert any("np.exp2" in each.source for each in submission.answers)
    problem = only_problem(submission)
    assert "version 10.ipynb was taken" in problem
    assert "left out: version 8.ipynb, version 9.ipynb" in problem


def test_numbers_too_long_to_be_an_int_are_compared_by_their_size(ada, read):
    other = as_bytes(answered(PDF.replace("np.exp", "np.exp2")))
    numbers = {"2" * 5_000: ANSWERED, "1" + "0" * 5_000: other}
    numbers |= {"0" * 6_000 + "9": ANSWERED}
    members = {f"{number}.ipynb": numbers[number] for number in numbers}
    submission = read(zipped(ada / "work.zip", members))
    assert any("np.exp2" in each.source for each in submission.answers)


def test_a_damaged_notebook_costs_itself_alone(ada, read):
    (ada / NAME).write_bytes(ANSWERED)
    (ada / "05_kl_divergence.ipynb").write_bytes(PRISTINE[:9000])
    submission = read(ada)
    assert is_answered(submission)
    assert only_problem(submission).startswith(
        "05_kl_divergence.ipynb cannot be read as a notebook"
    )


def test_a_link_out_of_the_folder_is_not_followed(tmp_path, ada, read):
    secret = tmp_path / "other"
    secret.mkdir()
    (secret / NAME).write_bytes(ANSWERED)
    (ada / "file.ipynb").symlink_to(secret / NAME)
    (ada / "folder").symlink_to(secret)
    (ada / "up").symlink_to("..")
    (ada / "gone.ipynb").symlink_to("/no/such/file")
    (ada / "round").symlink_to("round")
    submission = read(ada)
    assert submission.answers == ()
    told = {each.split()[0] for each in submission.problems}
    assert told >= {"file.ipynb", "folder", "up", "gone.ipynb"}
    assert all("link out of the folder" in p for p in submission.problems)


def test_a_link_inside_of_the_folder_is_no_second_notebook(ada, read):
    (ada / NAME).write_bytes(ANSWERED)
    (ada / "again.ipynb").symlink_to(NAME)
    submission = read(ada)
    assert is_answered(submission)
    assert submission.problems == ()


def test_a_submission_that_is_a_link_is_not_followed(tmp_path, ada, read):
    (ada / NAME).write_bytes(ANSWERED)
    for name, target in [("bob", ada), ("cem.zip", ada / NAME)]:
        (ada.parent / name).symlink_to(target)
        submission = read(ada.parent / name)
        assert submission.answers == ()
        assert only_problem(submission) == (
            f"{name} is a link and was not followed."
        )


@pytest.mark.parametrize("name", ["bob", "cem.zip"])
@pytest.mark.parametrize("target", [None, "a" * 300], ids=["itself", "long"])
def test_a_link_that_cannot_be_followed_costs_its_learner_alone(
    ada, course, name, target
):
    (ada / NAME).write_bytes(ANSWERED)
    (ada.parent / name).symlink_to(target or name)
    found = find_submissions(ada.parent)
    assert [each.learner for each in found] == ["ada", name[:3]]
    assert left_out(ada.parent) == []
    right, lost = (read_submission(each, course) for each in found)
    assert is_answered(right)
    assert only_problem(lost) == f"{name} is a link and was not followed."


def test_a_pipe_does_not_stop_the_run(ada, read):
    os.mkfifo(ada / "pipe.ipynb")
    (ada / NAME).write_bytes(ANSWERED)
    submissions_read = []
    reader = threading.Thread(
        target=lambda: submissions_read.append(read(ada)), daemon=True
    )
    reader.start()
    reader.join(60)
    [submission] = submissions_read
    assert is_answered(submission)
    assert "pipe.ipynb cannot be read: it is no ordinary file" in (
        only_problem(submission)
    )


def deny(monkeypatch, module, name, denied):
    """Refuse one file or folder, as a disk would; root may read any."""
    real = getattr(os, name)

    def refuse(path, *args, **kwargs):
        if Path(path) == denied:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **kwargs)

    monkeypatch.setattr(module.os, name, refuse)


def test_an_unreadable_file_costs_itself_alone(ada, read, monkeypatch):
    (ada / NAME).write_bytes(ANSWERED)
    (ada / "secret.ipynb").write_bytes(ANSWERED)
    deny(monkeypatch, files, "open", ada / "secret.ipynb")
    submission = read(ada)
    assert is_answered(submission)
    assert only_problem(submission) == (
        "secret.ipynb cannot be read: Permission denied."
    )


def test_an_unreadable_folder_costs_itself_alone(ada, read, monkeypatch):
    (ada / NAME).write_bytes(ANSWERED)
    (ada / "private").mkdir()
    deny(monkeypatch, files, "scandir", ada / "private")
    submission = read(ada)
    assert is_answered(submission)
    assert "private cannot be read: Permission denied." in submission.problems


def test_a_huge_file_is_not_read(ada, read):
    with open(ada / "huge.ipynb", "wb") as file:
        file.truncate(10**11)
    (ada / NAME).write_bytes(ANSWERED)
    submission = read(ada)
    assert is_answered(submission)
    assert only_problem(submission) == (
        "huge.ipynb cannot be read: it is larger than 32 MB."
    )


def test_endless_files_end(ada, read, monkeypatch):
    monkeypatch.setattr(files, "FILES_LIMIT", 20)
    for number in range(30):
        (ada / f"{number}.txt").touch()
    assert "over 20 files" in read(ada).problems[0]


def test_endless_notebooks_end(ada, read, monkeypatch):
    monkeypatch.setattr(submissions, "NOTEBOOKS_LIMIT", 3)
    (ada / "0.ipynb").write_bytes(ANSWERED)
    for number in range(1, 8):
        (ada / f"{number}.ipynb").write_bytes(PRISTINE)
    submission = read(ada)
    assert is_answered(submission)
    assert "more than 3 notebooks; 3.ipynb" in submission.problems[0]


def test_endless_problems_are_counted(ada, read):
    for number in range(200):
        (ada / f"{number}.ipynb").symlink_to("/")
    problems = read(ada).problems
    assert len(problems) == submissions.PROBLEMS_LIMIT + 1
    assert problems[-1] == "There are 170 more problems."


def test_a_deep_folder_is_read(ada, read):
    deep = ada.joinpath(*["d"] * 200)
    deep.mkdir(parents=True)
    (deep / NAME).write_bytes(ANSWERED)
    assert is_answered(read(ada))


@pytest.mark.parametrize("place", ["", "week 1/", "./a/"])
def test_a_zip_is_read_like_a_folder(ada, read, place):
    path = zipped(ada / "work.zip", {f"{place}{NAME}": ANSWERED, "a.txt": ""})
    for submission in (read(path), read(ada)):
        assert is_answered(submission)
        assert submission.problems == ()


def test_a_zip_that_its_disk_does_not_give_is_told_of():
    class Failing(io.BytesIO):
        def read(self, size=-1):
            raise OSError(errno.EIO, "Input/output error")

    [found] = zips.notebooks_in_zip(Failing(b"PK"), 2)
    assert found.problem == "cannot be read: Input/output error"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip" * 99])
def test_a_broken_zip_is_told_of(ada, read, content):
    (ada / "work.zip").write_bytes(content)
    submission = read(ada / "work.zip")
    assert submission.answers == ()
    assert only_problem(submission).startswith("work.zip is broken")


def test_every_cut_of_a_zip_is_told_of(ada, read):
    path = zipped(ada / "work.zip", {NAME: ANSWERED})
    whole = path.read_bytes()
    for length in range(0, len(whole), 997):
        path.write_bytes(whole[:length])
        assert only_problem(read(path)).startswith("work.zip is broken")


def test_damage_inside_of_a_zip_costs_its_notebook_alone(ada, read):
    members = {"a.ipynb": PRISTINE, NAME: ANSWERED}
    path = zipped(ada / "work.zip", members)
    whole = bytearray(path.read_bytes())
    whole[500:900] = bytes(400)
    path.write_bytes(whole)
    submission = read(path)
    assert is_answered(submission)
    assert only_problem(submission) == "a.ipynb is damaged inside its zip."


def test_damaged_bytes_of_a_zip_raise_nothing():
    file, dice = io.BytesIO(), random.Random(3)
    zipped(file, {NAME: b'{"cells": []}' * 9, "b/c.ipynb": b"", "d": b"d"})
    whole = file.getvalue()
    for _ in range(800):
        damaged = bytearray(whole)
        for _ in range(dice.choice([1, 2, 5])):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        for found in zips.notebooks_in_zip(io.BytesIO(damaged), len(whole)):
            assert (found.content is None) == bool(found.problem)


def test_a_member_without_a_name_is_passed_over(ada, read):
    path = zipped(ada / "w.zip", {"xxxxxx": b"", NAME: ANSWERED})
    path.write_bytes(path.read_bytes().replace(b"xxxxxx", bytes(6)))
    assert is_answered(read(path))


def test_what_breaks_the_reader_itself_does_not_end_the_run(
    ada, read, monkeypatch
):
    (ada / NAME).write_bytes(ANSWERED)

    def broken(content, course):
        raise KeyError("never thought of")

    monkeypatch.setattr(submissions, "read_notebook", broken)
    assert "cannot be read here: KeyError" in only_problem(read(ada))


@pytest.mark.parametrize(
    "name",
    [
        f"../{NAME}",
        f"a/../../{NAME}",
        f"/etc/{NAME}",
        f"..\\{NAME}",
        f"C:\\{NAME}",
        f"C:{NAME}",
        f"\\\\host\\share\\{NAME}",
    ],
)
def test_what_would_unpack_outside_is_left_out(ada, read, name):
    before = state_of(ada.parent.parent)
    path = zipped(ada / "w.zip", {name: ANSWERED})
    submission = read(path)
    assert submission.answers == ()
    assert "would be unpacked outside of its" in only_problem(submission)
    path.unlink()
    assert state_of(ada.parent.parent).keys() == before.keys()
    path = zipped(ada / "w.zip", {name: PRISTINE, "mine.ipynb": ANSWERED})
    assert is_answered(read(path))


def test_a_zip_that_grows_a_hundredfold_is_not_opened(ada, read):
    path = zipped(ada / "bomb.zip", {NAME: ANSWERED, "zeros": bytes(20**6)})
    submission = read(path)
    assert submission.answers == ()
    assert "would unpack to 64 MB from 0.1 MB" in only_problem(submission)


def test_a_zip_that_lies_about_its_size_is_told_of(ada, read):
    path = zipped(ada / "liar.zip", {NAME: bytes(40_000_000)})
    whole = path.read_bytes()
    size = (40_000_000).to_bytes(4, "little")
    assert whole.count(size) == 2
    path.write_bytes(whole.replace(size, (1000).to_bytes(4, "little")))
    assert only_problem(read(path)).startswith(f"{NAME} is damaged")


def test_a_large_notebook_in_a_zip_is_not_read(ada, read):
    noise = os.urandom(1_000_000) * 33
    path = zipped(ada / "w.zip", {NAME: noise}, zipfile.ZIP_STORED)
    assert only_problem(read(path)) == f"{NAME} is larger than 32 MB."


def test_a_zip_with_endless_names_is_not_opened(ada, read, monkeypatch):
    monkeypatch.setattr(zips, "FILES_LIMIT", 50)
    path = zipped(ada / "w.zip", dict.fromkeys(map(str, range(60)), b""))
    assert only_problem(read(path)) == "w.zip holds more than 50 files."


def test_headers_are_counted_over_blocks(monkeypatch):
    monkeypatch.setattr(zips, "BLOCK", 5)
    assert zips._count(io.BytesIO(b"xxx" + zips.HEADER * 7 + b"PK\x01")) == 7


def test_a_zip_in_a_zip_is_told_of(ada, read):
    inner = zipped(ada / "in.zip", {NAME: ANSWERED}).read_bytes()
    path = zipped(ada / "out.zip", {"a/in.zip": inner})
    assert only_problem(read(path)) == (
        "a/in.zip is a zip inside a zip and was not opened."
    )


def test_a_link_in_a_zip_is_not_followed(ada, read):
    link = zipfile.ZipInfo(NAME)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(ada / "w.zip", {link: "/etc/passwd"})
    assert only_problem(read(path)) == (
        f"{NAME} is a link and was not followed."
    )


def test_a_locked_zip_is_told_of(ada, read):
    path = zipped(ada / "w.zip", {NAME: ANSWERED})
    whole = bytearray(path.read_bytes())
    for header, offset in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)]:
        whole[whole.index(header) + offset] |= 1
    path.write_bytes(whole)
    assert only_problem(read(path)) == f"{NAME} is locked with a password."


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"]
)
def test_a_rare_packing_is_told_of(ada, read, compression):
    path = zipped(ada / "w.zip", {NAME: ANSWERED}, compression)
    assert "packed in a way" in only_problem(read(path))


def test_reading_changes_nothing(ada, read):
    (ada / NAME).write_bytes(ANSWERED)
    (ada / "old.ipynb").write_bytes(PRISTINE)
    (ada / "bad.ipynb").write_bytes(b"{")
    (ada / "out").symlink_to("/etc")
    zipped(ada / "w.zip", {f"../{NAME}": ANSWERED, NAME: ANSWERED})
    before = state_of(ada.parent.parent)
    read(ada)
    read(ada / "w.zip")
    assert state_of(ada.parent.parent) == before


@pytest.mark.parametrize(
    "content",
    {
        "more values than allowed": b"[" + b"{}," * 10_600_000 + b"0]",
        "as many values as allowed": b"[" + b'{"":0},' * 990_000 + b"0]",
        "as deep as allowed": b"[" * 1_990_000,
        "wide letters": b'["\xf0\x9f\x99\x82' + b"a" * 31_000_000 + b'"]',
        "too long": b" " * 32_000_001,
    }.items(),
    ids=lambda case: case[0],
)
def test_memory_stays_below_a_bound_whatever_is_handed_in(ada, read, content):
    (ada / "a.ipynb").write_bytes(content[1])
    tracemalloc.start()
    submission = read(ada)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert only_problem(submission).startswith("a.ipynb ")
    assert most < 400e6


def test_the_digest_stays_while_only_outputs_and_names_change(ada, read):
    (ada / NAME).write_bytes(ANSWERED)
    [digest] = read(ada).digests.values()
    notebook = json.loads(ANSWERED)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            text = {"output_type": "stream", "name": "stdout", "text": "hi"}
            cell["outputs"], cell["execution_count"] = [text], 5
    notebook["cells"].insert(0, handed_in.code("print('a trial')"))
    (ada / NAME).unlink()
    (ada / "renamed.ipynb").write_bytes(as_bytes(notebook))
    assert [*read(ada).digests.values()] == [digest]


@pytest.mark.parametrize(
    "cells",
    [
        [PDF.replace("np.pi", "3")],
        [handed_in.code("PI = 3"), PDF.replace("np.pi", "PI")],
    ],
    ids=["answer", "helper"],
)
def test_the_digest_changes_with_an_answer(ada, read, cells):
    digests = set()
    for content in (ANSWERED, as_bytes(answered(*cells))):
        (ada / NAME).write_bytes(content)
        digests.update(read(ada).digests.values())
    assert len(digests) == 2


def test_the_digest_changes_with_a_helper(ada, read):
    digests = set()
    for value in (3, 4):
        cells = handed_in.code(f"PI = {value}"), PDF.replace("np.pi", "PI")
        (ada / NAME).write_bytes(as_bytes(answered(*cells)))
        digests.update(read(ada).digests.values())
    assert len(digests) == 2


def test_each_lesson_has_a_digest_of_its_own(ada, read):
    (ada / NAME).write_bytes(ANSWERED)
    other = as_bytes(handed_in.lesson("04"))
    (ada / "04.ipynb").write_bytes(other)
    before = read(ada).digests
    (ada / NAME).write_bytes(PRISTINE)
    after = read(ada).digests
    assert before.keys() == after.keys() == {"03", "04"}
    assert before["03"] != after["03"]
    assert before["04"] == after["04"]
