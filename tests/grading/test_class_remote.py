"""A class is graded by a cluster, and a machine that is lost costs nothing."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from grading import fake_class
from grading.fake_class import Class

pytest.importorskip("distributed", reason="the extra `class` brings it")

from vae_course.grading.whole_class import remote  # noqa: E402

LEARNERS = [f"learner{number:02}" for number in range(12)]
ALL_PASSED = dict.fromkeys(LEARNERS, "passed")
TESTS = str(Path(__file__).parents[1])
KILLS_ITS_MACHINE = """
import os, signal
if os.getpid() != {here}:
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Cluster:
    """A scheduler and workers on loopback, each a process of its own."""

    def __init__(self, folder, log):
        self.folder, self.processes = folder, []
        self.environment = {
            **os.environ,
            "LOG": str(log),
            "PYTHONPATH": TESTS,
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        where = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--scheduler-file", where
        )
        wait_until(where.exists)
        with remote.Client(scheduler_file=str(where)) as client:
            self.address = client.scheduler.address

    def add_worker(self, *options):
        return self._start(
            "worker",
            self.address,
            "--nthreads",
            "1",
            "--local-directory",
            self.folder,
            *options,
        )

    def wait_for_workers(self, number):
        with remote.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(number, timeout=60)

    def _start(self, kind, *options):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "dask", kind),
                *("--host", "127.0.0.1", "--no-dashboard"),
                *map(str, options),
            ],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def end(self):
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return Class(tmp_path, LEARNERS, answer="seconds(0.2)")


@pytest.fixture
def cluster(tmp_path, course):
    cluster = Cluster(tmp_path, course.log)
    try:
        yield cluster
    finally:
        cluster.end()


def grade(course, cluster, *options):
    return fake_class.main(
        [*course.arguments, "--dask", cluster.address, *options]
    )


def wait_until(fact, seconds=60):
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


def graded_by(course):
    """Return (learner, process) of all that was graded so far."""
    text = course.log.read_text() if course.log.exists() else ""
    return [
        (learner, int(process))
        for learner, process, _ in map(str.split, text.splitlines())
    ]


@contextlib.contextmanager
def in_mid_run(course, happens):
    """Have something happen once a few are graded."""

    def watch():
        wait_until(lambda: len(graded_by(course)) >= 4)
        happens()

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield
    watcher.join()


def test_all_machines_of_a_cluster_grade_each_submission_once(course, cluster):
    cluster.add_worker()
    cluster.add_worker()
    cluster.wait_for_workers(2)
    assert grade(course, cluster) == 0
    assert course.grades() == ALL_PASSED
    machines = {process for _, process in graded_by(course)}
    assert len(machines - {os.getpid()}) == 2
    assert course.graded() == LEARNERS
    assert grade(course, cluster) == 0
    assert course.graded() == []


def test_killed_machine_costs_no_result_and_blames_nobody(
    course, cluster, capsys
):
    for _ in range(2):
        cluster.add_worker("--no-nanny")
    with in_mid_run(
        course, lambda: os.kill(graded_by(course)[-1][1], signal.SIGKILL)
    ):
        assert grade(course, cluster) == 0
    assert course.grades() == ALL_PASSED
    assert "again" not in capsys.readouterr().err


def test_submission_that_kills_machines_is_graded_here_at_the_end(
    course, cluster, capsys
):
    cluster.add_worker()
    cluster.add_worker()
    course.hand_in("learner03", KILLS_ITS_MACHINE.format(here=os.getpid()))
    assert grade(course, cluster) == 0
    assert course.grades() == ALL_PASSED
    assert ("learner03", os.getpid()) in graded_by(course)
    assert "graded again, one at a time" in capsys.readouterr().err


def test_lost_grader_of_a_machine_is_no_verdict(course, cluster):
    cluster.add_worker()
    course.hand_in(
        "learner05",
        f"import os\nif os.getpid() != {os.getpid()}:\n    raise OSError",
    )
    assert grade(course, cluster) == 0
    assert course.grades() == ALL_PASSED


def test_lost_scheduler_costs_no_result(course, cluster, monkeypatch, capsys):
    cluster.add_worker()
    cluster.wait_for_workers(1)
    monkeypatch.setattr(remote, "PATIENCE", 2.0)
    with in_mid_run(course, cluster.scheduler.kill):
        assert grade(course, cluster) == 0
    assert course.grades() == ALL_PASSED
    assert "the cluster is gone" in capsys.readouterr().err


def test_long_submission_is_waited_for(course, cluster, monkeypatch, capsys):
    cluster.add_worker()
    cluster.wait_for_workers(1)
    monkeypatch.setattr(remote, "PATIENCE", 2.0)
    course.hand_in("learner00", "seconds(3)")
    assert grade(course, cluster) == 0
    assert course.grades() == ALL_PASSED
    assert "again" not in capsys.readouterr().err


def test_machine_with_other_checks_is_refused(
    course, cluster, capsys, monkeypatch
):
    cluster.add_worker()
    monkeypatch.setattr(remote, "version_of_checks", lambda lessons: "other")
    assert grade(course, cluster) == 2
    assert "another version of the course" in capsys.readouterr().err
    assert course.graded() == []


def test_machine_that_cannot_open_a_grader_is_refused(course, cluster, capsys):
    cluster.environment["CANNOT_OPEN"] = "1"
    cluster.add_worker()
    assert grade(course, cluster) == 2
    assert "no such program" in capsys.readouterr().err


def test_sandbox_is_required_of_every_machine(course, cluster, capsys):
    cluster.environment["NETWORK"] = "no bubblewrap"
    cluster.add_worker()
    assert grade(course, cluster, "--require-sandbox") == 2
    assert "Not enforced on tcp://127.0.0.1" in capsys.readouterr().err
    assert course.graded() == []


def join_without_network(cluster):
    """Have a machine join that cannot enforce what it should."""
    cluster.environment["NETWORK"] = "no bubblewrap"
    cluster.add_worker()
    cluster.wait_for_workers(2)


@contextlib.contextmanager
def joined_in_mid_run(course, cluster):
    """Have that happen in a run that is long enough."""
    cluster.add_worker()
    cluster.wait_for_workers(1)
    for learner in LEARNERS:
        course.hand_in(learner, "seconds(0.8)")
    with in_mid_run(course, lambda: join_without_network(cluster)):
        yield
    assert course.grades() == ALL_PASSED


def test_machine_that_joins_later_is_told_of(course, cluster, capsys):
    with joined_in_mid_run(course, cluster):
        assert grade(course, cluster) == 0
    assert len({process for _, process in graded_by(course)}) == 2
    told = json.loads((course.results / "run.json").read_text())["enforced"]
    assert sorted(facts["no network"] for facts in told.values()) == [
        "",
        "",
        "no bubblewrap",
    ]
    assert "Not enforced on tcp://127.0.0.1" in capsys.readouterr().err


def test_sandbox_is_required_of_a_machine_that_joins_later(course, cluster):
    with joined_in_mid_run(course, cluster):
        assert grade(course, cluster, "--require-sandbox") == 0
    assert len({process for _, process in graded_by(course)}) == 1


def test_cluster_without_machines_is_refused(
    course, cluster, capsys, monkeypatch
):
    monkeypatch.setattr(remote, "PATIENCE", 1.0)
    assert grade(course, cluster) == 2
    assert cluster.address in capsys.readouterr().err


def test_address_without_scheduler_is_refused(course, capsys, monkeypatch):
    monkeypatch.setattr(remote, "PATIENCE", 1.0)
    arguments = [*course.arguments, "--dask", "tcp://127.0.0.1:1"]
    assert fake_class.main(arguments) == 2
    assert "tcp://127.0.0.1:1" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    course, capsys, monkeypatch
):
    monkeypatch.setitem(
        sys.modules, "vae_course.grading.whole_class.remote", None
    )
    monkeypatch.delattr("vae_course.grading.whole_class.remote")
    arguments = [*course.arguments, "--dask", "tcp://127.0.0.1:1"]
    assert fake_class.main(arguments) == 2
    assert "vae-course[class]" in capsys.readouterr().err
