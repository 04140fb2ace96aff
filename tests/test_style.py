"""The code of the package, the tests, the data's makers and the notebooks follows one style."""

import subprocess
import sys

from course_utils.start import ROOT

import pytest


@pytest.mark.parametrize(
    "arguments",
    [["check", "."], ["format", "--check", "course_utils", "datasets", "tests"]],
    ids=["lint", "format"],
)
def test_ruff_finds_nothing(arguments):
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--quiet"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert ruff.returncode == 0, ruff.stdout + ruff.stderr
