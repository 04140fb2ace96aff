"""What `test` runs, and what is said to an unknown command."""

from pathlib import Path

from course_tools import commands
from course_utils import ROOT

import pytest


@pytest.fixture
def given(monkeypatch):
    """The arguments that pytest would have been called with."""
    arguments = []
    monkeypatch.setattr(pytest, "main", lambda these: arguments.extend(these) or 5)
    monkeypatch.chdir(ROOT)
    return arguments


def test_the_whole_test_runs_lessons_and_solutions_but_no_exercises(given):
    assert commands.main(["test", "--maxfail=1"]) == 5
    assert {"tests", "--nbval", "--nbval-current-env", "--maxfail=1"} <= set(given)
    lessons = {ROOT / part for part in given if part.endswith(".ipynb")}
    notebooks = ROOT / "notebooks"
    assert lessons == {*notebooks.glob("*.ipynb"), *notebooks.glob("solutions/*.ipynb")}


def test_the_quick_test_leaves_out_what_is_slow(given):
    commands.main(["test", "--quick", "-x"])
    assert "--nbval" not in given and "--quick" not in given
    assert given[given.index("-m") + 1] == "not slow"
    assert given[-2:] == ["tests", "-x"]


def test_paths_given_replace_the_default(given):
    here = Path(__file__).relative_to(ROOT)
    commands.main(["test", f"{here}::test_paths_given_replace_the_default"])
    assert "tests" not in given
    assert given[-1].startswith(str(here))


def test_an_unknown_command_is_answered_with_the_known_ones(capsys):
    assert commands.main(["tests"]) == 1
    assert "lab, test, run, exercises, release, grade" in capsys.readouterr().err
