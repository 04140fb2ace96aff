"""The commands of authors and instructors: `test`, `run`, `exercises`, `release`, `grade`."""

import os
import sys
from importlib import import_module
from pathlib import Path

from course_utils import ROOT

COMMANDS = {  # name: (module whose `main` it is, what the help says)
    "test": (__name__, "run what CI runs; --quick: in a minute; takes pytest's options"),
    "run": ("course_tools.run", "execute lessons (01 02 ..., or all) and store the outputs"),
    "exercises": ("course_tools.exercises", "make notebooks/exercises from notebooks/solutions"),
    "release": ("course_tools.release", "write what students get for lessons 01 02 ..."),
    "grade": ("course_tools.grading.grade", "grade the notebooks in a folder or zip"),
}


def test(arguments):
    """Run what CI runs, or with `--quick` what takes a minute, or the paths given."""
    options = ["-n", "2", "--dist", "loadfile", "-rfEs"]
    if "--quick" in arguments:
        arguments = [argument for argument in arguments if argument != "--quick"]
        options += ["-m", "not slow"]
        targets = ["tests"]
    else:
        options += ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300"]
        options += ["--nbval-sanitize-with", "tests/sanitize.cfg"]
        notebooks = ROOT / "notebooks"
        lessons = sorted([*notebooks.glob("*.ipynb"), *notebooks.glob("solutions/*.ipynb")])
        targets = ["tests", *(str(path.relative_to(ROOT)) for path in lessons)]
    if any(Path(argument.split("::")[0]).exists() for argument in arguments):
        targets = []
    import pytest

    os.chdir(ROOT)
    return int(pytest.main([*options, *targets, *arguments]))


def main(argv):
    """Run a command; return its exit code.

    Args:
        argv: the command and its arguments, as in ["run", "01"]; ["--help"] lists the commands.
    """
    name, arguments = (argv or ["--help"])[0], argv[1:]
    if name == "--help":
        for command, (_, summary) in COMMANDS.items():
            print(f"  {command:<10} {summary}")
        return 0
    if name not in COMMANDS:
        known = ", ".join(["lab", *COMMANDS])
        print(f"There is no command {name!r}. There are: {known}.", file=sys.stderr)
        return 1
    if name == "test":
        return test(arguments)
    return import_module(COMMANDS[name][0]).main(arguments)
