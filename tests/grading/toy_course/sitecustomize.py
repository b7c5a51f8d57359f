"""Let every Python with this folder on its path know the toy lesson."""

import importlib.abc
import importlib.util
import sys
from pathlib import Path


class ToyLessons(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "vae_course.checks.lesson_90":
            return None
        file = Path(__file__).with_name("lesson_90.py")
        return importlib.util.spec_from_file_location(name, file)


sys.meta_path.append(ToyLessons())
