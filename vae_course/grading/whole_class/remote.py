"""Grade on many machines, through dask.distributed.

A task is thin: it hands one submission to a warm process of the machine
that it runs on, and returns the claims. It never raises and may run twice.
What is judged and kept is so on this side alone.
"""

import contextlib
import hashlib
import platform
import queue
import time

from distributed import (
    Client,
    KilledWorker,
    Reschedule,
    WorkerPlugin,
    get_worker,
)

from vae_course.grading.whole_class.version import version_of_checks
from vae_course.grading.whole_class.warm_process import WorkerLost

# Seconds to wait for a scheduler, and for a machine that works for it.
PATIENCE = 30.0
# Seconds that a machine that cannot grade keeps a task from the others.
DETOUR = 1.0


class ClusterLost(Exception):
    """Raised where a cluster cannot grade."""


class Graders(WorkerPlugin):
    """The warm processes of one of the cluster's machines.

    Args:
        open_grader: function that returns a context manager of a function
            from a Submission to a list of Claim; it travels by pickle.
        version: str, what `version_of_checks` gives where it was made.
        lessons: str, the folder of the pristine lessons.
    """

    def __init__(self, open_grader, version, lessons):
        self._open, self._version = open_grader, version
        self._lessons, self.ready = lessons, False

    def setup(self, worker):
        """Start a process; refuse a machine with other checks."""
        self._idle = queue.LifoQueue()
        if version_of_checks(self._lessons) != self._version:
            raise ClusterLost(
                f"{worker.address} has another version of the course, or of "
                "what it computes with"
            )
        self._idle.put(self._new())
        self.ready = True

    def teardown(self, worker):
        """End the processes; those at work end after it."""
        self.ready = False
        while not self._idle.empty():
            self._idle.get()[0].close()

    def grade(self, submission):
        """Return the claims of an idle process, or of a new one."""
        try:
            opened, grade = self._idle.get_nowait()
        except queue.Empty:
            opened, grade = self._new()
        with opened:
            claims = grade(submission)
            if self.ready:
                self._idle.put((opened.pop_all(), grade))
        return claims

    def _new(self):
        opened = contextlib.ExitStack()
        return opened, opened.enter_context(self._open())


class Cluster:
    """A cluster whose machines are ready to grade.

    Args:
        client: distributed.Client.
        name: str, that of its `Graders`.
    """

    def __init__(self, client, name):
        self._client, self._name = client, name

    @property
    def threads(self):
        """How many submissions the machines grade at a time."""
        return sum(self._client.nthreads().values())

    def ask(self, function):
        """Return what a function returns on each machine, by its address."""
        return self._client.run(function)

    @contextlib.contextmanager
    def open_grader(self):
        """Yield a function from a Submission to a list of Claim.

        It raises ClusterLost where none came back for this submission,
        and WorkerLost where the cluster is gone.
        """
        yield self._grade

    def _grade(self, submission):
        try:
            task = self._client.submit(
                grade_one, self._name, submission, pure=False
            )
            claims, reason = self._result(task)
        except KilledWorker:
            reason = "the machines that graded it were lost, one by one"
        except Exception as error:
            raise WorkerLost(f"the cluster is gone: {error!r}") from error
        if reason:
            raise ClusterLost(reason)
        return claims

    def _result(self, task):
        """Wait as long as there is a machine."""
        while True:
            try:
                return task.result(timeout=PATIENCE)
            except TimeoutError:
                self._client.wait_for_workers(1, timeout=PATIENCE)
                if not any(self._client.run(is_ready, self._name).values()):
                    raise ClusterLost("no machine can grade") from None


@contextlib.contextmanager
def connect(address, open_grader, lessons, results):
    """Make a cluster's machines ready to grade.

    Args:
        address: str, its scheduler's, such as "tcp://10.0.0.1:8786".
        open_grader: see `Graders`.
        lessons: see `Graders`.
        results: path of the folder that the run writes to.

    Yields:
        `Cluster`.

    Raises:
        ClusterLost: if there is no scheduler or no machine, or one cannot
            grade.
    """
    plugin = Graders(open_grader, version_of_checks(lessons), lessons)
    # The same for a run that goes on: it takes the place of what is left.
    home = f"{platform.node()} {results}"
    name = f"vae-course-{hashlib.sha256(home.encode()).hexdigest()}"
    with contextlib.ExitStack() as opened:
        try:
            client = opened.enter_context(
                Client(address, timeout=PATIENCE, set_as_default=False)
            )
            client.wait_for_workers(1, timeout=PATIENCE)
            opened.callback(_forget, client, name)
            client.register_plugin(plugin, name=name)
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterLost(f"{address}: {error}") from error
        yield Cluster(client, name)


def grade_one(name, submission):
    """Grade a submission on the machine where this runs.

    Args:
        name: str, that of its `Graders`.
        submission: Submission.

    Returns:
        (list of Claim, None), or (None, str) where it could not be graded.
    """
    if not is_ready(name, get_worker()):
        time.sleep(DETOUR)
        raise Reschedule
    try:
        return get_worker().plugins[name].grade(submission), None
    except Exception as error:
        return None, f"{get_worker().address}: {error!r}"


def is_ready(name, dask_worker):
    """Tell whether a machine can grade.

    Args:
        name: str, that of its `Graders`.
        dask_worker: distributed.Worker; `Client.run` gives its own.
    """
    graders = dask_worker.plugins.get(name)
    return graders is not None and graders.ready


def _forget(client, name):
    """Have the machines end their warm processes, if they are there."""
    with contextlib.suppress(OSError, TimeoutError, ValueError, KeyError):
        if client.status == "running":
            client.unregister_worker_plugin(name)
