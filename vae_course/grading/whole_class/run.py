"""Grade submissions, several at a time, and keep each record as it comes."""

import queue
import threading
import time
from dataclasses import replace

from vae_course.checks import lesson_of
from vae_course.grading.whole_class.records import Record
from vae_course.grading.whole_class.warm_process import WorkerLost

# Seconds between two looks at whether any thread is still at work.
GLANCE = 0.2


class Stopped(Exception):
    """Raised once what was under way is kept, if a run is to stop."""


class Pool:
    """Threads that grade one submission after another.

    Iterate over it for what comes out, until all have ended.

    Args:
        submissions: list of Submission.
        open_grader: function that returns a context manager of a function
            from a Submission to a list of Claim. Each thread opens its own,
            and opens it anew after an error. On WorkerLost, and where it
            cannot be opened, the thread ends and leaves the rest to others.
        jobs: int, how many threads.

    Attributes:
        reason: str, the last error.
    """

    def __init__(self, submissions, open_grader, jobs):
        self._open, self._lost, self.reason = open_grader, [], ""
        self._todo, self._done = queue.SimpleQueue(), queue.SimpleQueue()
        for each in submissions:
            self._todo.put(each)
        self._threads = [
            threading.Thread(target=self._work, daemon=True)
            for _ in range(min(jobs, len(submissions)))
        ]
        for thread in self._threads:
            thread.start()

    def __iter__(self):
        """Yield (submission, claims, seconds) as they come."""
        # Looking at the threads, since Ctrl-C could lose a word of their end.
        while self._is_at_work() or not self._done.empty():
            try:
                done = self._done.get(timeout=GLANCE)
            except queue.Empty:
                continue
            yield done

    def stop(self):
        """Have each thread end after the submission it is at."""
        self._lost.extend(iter(self._next, None))

    def left(self):
        """Return what was lost or not begun; to be asked after the end."""
        return [*self._lost, *iter(self._next, None)]

    def _is_at_work(self):
        return any(thread.is_alive() for thread in self._threads)

    def _next(self):
        try:
            return self._todo.get_nowait()
        except queue.Empty:
            return None

    def _work(self):
        try:
            while not self._todo.empty():
                with self._open() as grade:
                    self._grade_until_lost(grade)
        except Exception as error:
            self.reason = _in_words(error)

    def _grade_until_lost(self, grade):
        for submission in iter(self._next, None):
            began = time.perf_counter()
            try:
                claims = grade(submission)
            except Exception as error:
                self.reason = _in_words(error)
                self._lost.append(submission)
                if isinstance(error, WorkerLost):
                    raise
                return
            seconds = time.perf_counter() - began
            self._done.put((submission, claims, seconds))


class Run:
    """Grade what has no record yet.

    Args:
        results: Results, where records are kept.
        key: str, that of its records.
        kept: dict from a learner's name to a list of Outcome that hold from
            an earlier run, for those whose answers are here in part.
        outcomes: function from a Submission and its claims to a list of
            Outcome, one for each exercise. An answer that no claim tells of
            is not graded.
        progress: what `show_progress` returned.
        until_ready: function that returns once `outcomes` can be called.

    Attributes:
        records: dict from a learner's name to the Record, so far.
    """

    def __init__(self, results, key, kept, outcomes, progress, until_ready):
        self._results, self._key, self._kept = results, key, kept
        self._outcomes, self._progress = outcomes, progress
        self._until_ready = until_ready
        self.records = {}

    def grade(self, submissions, open_grader, open_alone, jobs):
        """Grade them all; what is lost on the way, again and alone.

        Args:
            submissions: list of Submission.
            open_grader: what a `Pool` takes.
            open_alone: the same, for what was lost: it is run on this
                machine, one at a time, so that nobody pays for another.
            jobs: int, how many at a time.

        Raises:
            Stopped: on KeyboardInterrupt, once what was under way is kept.
            NotWritten: if a record cannot be written.
        """
        pool = Pool(submissions, open_grader, jobs)
        self._keep_all(pool)
        if left := pool.left():
            self._progress.say(
                f"{len(left)} of {len(submissions)} are graded again, one at "
                f"a time: {pool.reason}"
            )
            pool = Pool(left, open_alone, jobs=1)
            self._keep_all(pool)
        for submission in pool.left():
            self._progress.say(
                f"{submission.learner!r} is not graded: {pool.reason}"
            )
            self._keep(submission, [], 0.0)

    def _keep_all(self, pool):
        try:
            self._until_ready()
            for done in pool:
                self._keep(*done)
        except KeyboardInterrupt:
            pool.stop()
            self._progress.say(
                "Stopping, once what is under way is graded and kept. "
                "Ctrl-C again stops at once."
            )
            for done in pool:
                self._keep(*done)
            raise Stopped from None
        finally:
            pool.stop()

    def _keep(self, submission, claims, seconds):
        kept = self._kept.get(submission.learner, [])
        kept = {outcome.exercise: outcome for outcome in kept}
        record = Record(
            submission.learner,
            self._key,
            submission.digests,
            tuple(
                kept.get(outcome.exercise, outcome)
                for outcome in self._outcomes(submission, claims)
            ),
            submission.problems,
            seconds,
        )
        self._results.keep(record)
        self.records[record.learner] = record
        self._progress.step()


def take_over(submissions, results, key):
    """Take over what an earlier run has found out about the same answers.

    Args:
        submissions: list of Submission.
        results: Results.
        key: str, that of the records.

    Returns:
        dict from a learner's name to the Record, where nothing is left to
        grade: it tells of the files' problems as they are now; and dict
        from a learner's name to a list of Outcome, where something is.

    Raises:
        NotWritten: if a record that tells of others cannot be written anew.
    """
    whole, kept = {}, {}
    for submission in submissions:
        record = results.record(submission.learner, key)
        settled = record.settled(submission.digests) if record else []
        if not record or len(settled) < len(record.outcomes):
            kept[submission.learner] = settled
            continue
        if record.problems != submission.problems:
            record = replace(record, problems=submission.problems)
            results.keep(record)
        whole[submission.learner] = record
    return whole, kept


def without_settled(submission, outcomes):
    """Leave out the answers of lessons of which there are outcomes.

    Args:
        submission: Submission.
        outcomes: list of Outcome.

    Returns:
        Submission, with all its digests.
    """
    lessons = {lesson_of(each.exercise) for each in outcomes}
    left = (
        each
        for each in submission.answers
        if lesson_of(each.exercise) not in lessons
    )
    return replace(submission, answers=tuple(left))


def _in_words(error):
    return f"{type(error).__name__}: {error}" if str(error) else repr(error)
