"""The code of the packages, the tests and the data's makers follows one style and its types."""

import subprocess
import sys

from course_utils import ROOT

import pytest


@pytest.mark.parametrize(
    "command",
    [
        "ruff check --quiet .",
        "ruff format --quiet --check conftest.py course_utils course_tools datasets tests",
        "mypy --no-error-summary",
    ],
    ids=["lint", "format", "types"],
)
def test_nothing_is_found_by(command):
    found = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert found.returncode == 0, found.stdout + found.stderr
