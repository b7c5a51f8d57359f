"""One run of the grader on toy notebooks, and what it reported."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOY_COURSE = Path(__file__).parent / "toy_course"


class Run:
    """Run ``pytest --nbval`` in a process of its own.

    It has this repository's configuration, in which warnings are errors.
    """

    def __init__(self, folder, *options):
        report = folder / "report.xml"
        path = [str(TOY_COURSE), os.environ.get("PYTHONPATH", "")]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--nbval", *options]
            + ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={folder}"]
            + ["-p", "no:cacheprovider", f"--junit-xml={report}"],
            cwd=folder,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        )
        self.code, self.output = done.returncode, done.stdout
        self.cases = {
            (self.where(case), case.get("name")): case
            for case in ElementTree.parse(report).iter("testcase")
        }

    @staticmethod
    def where(case):
        return case.get("classname").removesuffix(".ipynb").split(".")[-1]

    def of(self, notebook):
        """Map the items of a notebook that did not pass to their fate."""
        fates = {}
        for (where, name), case in self.cases.items():
            kinds = [child.tag for child in case if child.tag != "properties"]
            if where == notebook and kinds:
                fates[name] = kinds[0]
        return fates

    def message(self, notebook, item):
        case = self.cases[notebook, item]
        return case.find("failure").text

    def properties(self, notebook, item):
        """Map the names of an item's properties to their values."""
        case = self.cases[notebook, item]
        return {
            each.get("name"): each.get("value")
            for each in case.iter("property")
        }

    def table(self):
        head = " your exercises "
        [_, table] = self.output.split(head)
        return table

    def rows(self, notebook):
        """List the lines of the table that tell of a notebook."""
        table = self.table().split(f"{notebook}.ipynb")[1]
        return table.splitlines()


def state(folder):
    """Map the notebooks of a folder to what must not change of them."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*.ipynb")
        if path.is_file()
    }
