"""Grade on many machines, through dask.distributed.

A task is thin: it hands one submission to a warm process of the machine
that it runs on, and returns the claims. It never raises and may run twice.
What is judged and kept is so on this side alone.
"""

import contextlib
import hashlib
import platform
import queue
import threading
import time

from distributed import Client, KilledWorker, WorkerPlugin, get_worker

from vae_course.grading.whole_class.version import version_of_checks
from vae_course.grading.whole_class.warm_process import WorkerLost

# Seconds to wait for a scheduler, and for a machine that works for it.
PATIENCE = 30.0
# Seconds until a submission is sent again that met a machine that cannot.
DETOUR = 1.0


class ClusterLost(Exception):
    """Raised where a cluster cannot grade."""


class Graders(WorkerPlugin):
    """The warm processes of one of the cluster's machines.

    Args:
        open_grader: function that returns a context manager of a function
            from a Submission to a list of Claim; it travels by pickle.
        enforced: function without arguments; returns a dict from what the
            machine should enforce to "" or to why it cannot.
        must_enforce: bool, whether a machine that cannot is not to grade.
        lessons: Path of the folder of the pristine lessons.

    Attributes:
        enforced: dict, what that function returned on this machine.
        ready: bool, whether it can grade.
    """

    def __init__(self, open_grader, enforced, must_enforce, lessons):
        self._open, self._version = open_grader, version_of_checks(lessons)
        self._ask, self._must_enforce = enforced, must_enforce
        self._lessons, self.enforced, self.ready = lessons, {}, False

    def setup(self, worker):
        """Start a process; refuse a machine with other checks."""
        self._idle = queue.LifoQueue()
        if version_of_checks(self._lessons) != self._version:
            raise ClusterLost(
                f"{worker.address} has another version of the course, or of "
                "what it computes with"
            )
        self.enforced = self._ask()
        if self._must_enforce and any(self.enforced.values()):
            # It stays in the cluster, and its tasks go on to others.
            return
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
        meet: function of a dict from a machine's address to what it
            enforces; called for those that are there, and for each that
            comes later, before what it graded counts.
    """

    def __init__(self, client, name, meet):
        self._client, self._name, self._meet = client, name, meet
        self._lock, self._met = threading.Lock(), set()
        self._note(client.run(what_is_enforced, name))

    @property
    def threads(self):
        """How many submissions the machines grade at a time."""
        return sum(self._client.nthreads().values())

    @contextlib.contextmanager
    def open_grader(self):
        """Yield a function from a Submission to a list of Claim.

        It raises ClusterLost where none came back for this submission,
        and WorkerLost where the cluster is gone.
        """
        yield self._grade

    def _grade(self, submission):
        try:
            claims, reason, machine = self._result(submission)
        except KilledWorker:
            reason = "the machines that graded it were lost, one by one"
        except Exception as error:
            raise WorkerLost(f"the cluster is gone: {error!r}") from error
        self._note(machine)
        if reason:
            raise ClusterLost(reason)
        return claims

    def _note(self, machines):
        with self._lock:
            new = {
                address: enforced
                for address, enforced in machines.items()
                if enforced and address not in self._met
            }
            if new:
                self._meet(new)
            self._met |= new.keys()

    def _result(self, submission):
        """Try as long as there is a machine that can grade.

        One that met a machine that cannot goes to those that can; the
        scheduler alone may send it to the same idle machine for ever.
        """
        until, wanted = time.monotonic() + PATIENCE, {}
        while True:
            task = self._client.submit(
                grade_one, self._name, submission, pure=False, **wanted
            )
            if result := self._wait(task):
                return result
            if time.monotonic() > until:
                self._demand_a_machine()
            time.sleep(DETOUR)
            if ready := self._ready():
                wanted = {"workers": ready, "allow_other_workers": True}

    def _wait(self, task):
        while True:
            try:
                return task.result(timeout=PATIENCE)
            except TimeoutError:
                self._demand_a_machine()

    def _demand_a_machine(self):
        self._client.wait_for_workers(1, timeout=PATIENCE)
        if not self._ready():
            raise ClusterLost("no machine can grade")

    def _ready(self):
        """List the addresses of the machines that can grade."""
        told = self._client.run(is_ready, self._name, on_error="ignore")
        return [address for address, ready in told.items() if ready]


@contextlib.contextmanager
def connect(address, graders, meet, results):
    """Make a cluster's machines ready to grade.

    Args:
        address: str, its scheduler's, such as "tcp://10.0.0.1:8786".
        graders: `Graders`, theirs.
        meet: see `Cluster`.
        results: path of the folder that the run writes to.

    Yields:
        `Cluster`.

    Raises:
        ClusterLost: if there is no scheduler or no machine, or one cannot
            grade.
    """
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
            client.register_plugin(graders, name=name)
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterLost(f"{address}: {error}") from error
        yield Cluster(client, name, meet)


def grade_one(name, submission):
    """Grade a submission on the machine where this runs.

    Args:
        name: str, that of its `Graders`.
        submission: Submission.

    Returns:
        A list of Claim, or None; None, or a str where it could not be
        graded; a dict from the machine's address to what it enforces. None
        in place of all three where this machine cannot grade.
    """
    worker = get_worker()
    if not is_ready(name, worker):
        return None
    graders = worker.plugins[name]
    machine = {worker.address: graders.enforced}
    try:
        return graders.grade(submission), None, machine
    except Exception as error:
        return None, f"{worker.address}: {error!r}", machine


def is_ready(name, dask_worker):
    """Tell whether a machine can grade.

    Args:
        name: str, that of its `Graders`.
        dask_worker: distributed.Worker; `Client.run` gives its own.
    """
    graders = dask_worker.plugins.get(name)
    return graders is not None and graders.ready


def what_is_enforced(name, dask_worker):
    """Return what a machine enforces, if its `Graders` has found out.

    Args:
        name: str, that of its `Graders`.
        dask_worker: distributed.Worker; `Client.run` gives its own.
    """
    graders = dask_worker.plugins.get(name)
    return {} if graders is None else graders.enforced


def _forget(client, name):
    """Have the machines end their warm processes, if they are there."""
    with contextlib.suppress(OSError, TimeoutError, ValueError, KeyError):
        if client.status == "running":
            client.unregister_worker_plugin(name)
