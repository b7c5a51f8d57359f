"""What the machines that grade enforce: told, demanded and noted."""

from vae_course.grading.whole_class.version import versions

HERE, FORMERLY = "this machine", ", in an earlier run"


class NotEnforced(Exception):
    """Raised where a machine must enforce more than it can."""


class Machines:
    """The machines that grade in a run.

    Args:
        results: Results, where it is noted what they enforce.
        seed: int, the run's, noted beside it.
        must_enforce: bool, whether they must enforce all of it.
        say: function of a line for whoever runs the command.
    """

    def __init__(self, results, seed, must_enforce, say):
        self._results, self._seed = results, seed
        self._must_enforce, self._say = must_enforce, say
        self._enforced = _formerly_lacking(results.enforced())

    def meet(self, enforced):
        """Look at machines before they grade.

        Args:
            enforced: dict from a machine to a dict from what it should
                enforce to "" or to why it cannot.

        Raises:
            NotEnforced: if that must not be.
            NotWritten: if it cannot be noted.
        """
        lacking = [
            f"{machine}: {what} ({why})"
            for machine, facts in enforced.items()
            for what, why in facts.items()
            if why
        ]
        for line in lacking:
            self._say(f"Not enforced on {line}")
        if lacking and self._must_enforce:
            raise NotEnforced("Nothing is graded: the sandbox is required.")
        self._enforced |= enforced
        self._results.keep_about(
            {
                "seed": self._seed,
                "enforced": self._enforced,
                "versions": versions(),
            }
        )


def _formerly_lacking(enforced):
    """Keep what earlier runs could not enforce, under another name."""
    told = {}
    for machine, facts in enforced.items():
        if lacking := {what: why for what, why in facts.items() if why}:
            name = machine.removesuffix(FORMERLY) + FORMERLY
            told[name] = told.get(name, {}) | lacking
    return told
