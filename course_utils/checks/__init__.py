"""Checks that name the mistake: `checks.check("01a", your_function)` in a notebook.

`engine` judges. What it compares with are the frozen outcomes of each lesson's answer keys and
known mistakes, in the folder `outcomes`; `python3 -m course_utils exercises` makes them.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from course_utils import ROOT
from course_utils.checks.engine import CheckFailed, Exercise, Lesson, examine, render
from course_utils.checks.frozen import thaw

__all__ = [
    "CheckFailed",
    "check",
    "find_exercise",
    "list_lessons",
    "load_lesson",
    "progress",
    "redirect",
]

OUTCOMES = Path(__file__).parent / "outcomes"

_passed: dict[str, bool] = {}  # exercise id -> whether its last check passed, in this session
_receiver: Callable | None = None  # what takes the place of the examination, see `redirect`


def list_lessons() -> list[str]:
    """Return the numbers of the lessons that have exercises, such as ["00", "01"]."""
    return sorted(path.stem.removeprefix("lesson_") for path in OUTCOMES.glob("lesson_*.bin"))


@cache
def load_lesson(number: str) -> Lesson:
    """Return the exercises and the question of a lesson, with frozen outcomes.

    Args:
        number: two digits, such as "01".

    Raises:
        ValueError: there is no such lesson, or it has no exercises yet.
    """
    if number not in list_lessons():
        known = ", ".join(repr(lesson) for lesson in list_lessons())
        raise ValueError(f"there are no exercises for a lesson {number!r}, only for {known}")
    return thaw((OUTCOMES / f"lesson_{number}.bin").read_bytes())


def find_exercise(exercise_id: str) -> Exercise:
    """Return the exercise with an id such as "01a".

    Raises:
        ValueError: there is none; the message lists the ids of that lesson.
    """
    exercises = load_lesson(str(exercise_id)[:2]).exercises
    for exercise in exercises:
        if exercise.id == exercise_id:
            return exercise
    known = ", ".join(exercise.id for exercise in exercises)
    raise ValueError(f"there is no exercise {exercise_id!r}; the lesson has {known}")


def check(exercise_id: str, function: Callable, time_limit: float = 10.0) -> None:
    """Compare a function with the answer key and print one line if they agree.

    Args:
        exercise_id: such as "01a".
        function: the function itself, not what it returns.
        time_limit: seconds that one call may take.

    Raises:
        CheckFailed: they do not agree; the message says what was called, what came back and,
            where it resembles a known mistake, which.
        ValueError: there is no such exercise.
    """
    if _receiver is not None:
        return _receiver(exercise_id, function)
    exercise = find_exercise(exercise_id)
    finding, count = examine(exercise, function, time_limit)
    _passed[exercise_id] = finding is None
    if finding is not None:
        raise CheckFailed(render(exercise, finding), finding)
    print(f"✓ {exercise.id}  {exercise.title}: agrees with {exercise.key} on {count} inputs")


def redirect(receiver: Callable | None) -> None:
    """Let `receiver(exercise_id, function)` take what is given to `check`, unexamined.

    A grader, which examines elsewhere, learns so which function a notebook meant. None ends it.
    """
    global _receiver
    _receiver = receiver


def progress(lesson: str) -> None:
    """Print which exercises of a lesson have passed in this session, and the points.

    Args:
        lesson: two digits, such as "01".

    Raises:
        ValueError: there are no exercises for such a lesson.
    """
    exercises, question = load_lesson(lesson).exercises, load_lesson(lesson).question
    points = {task.id: task.points for task in (*exercises, *filter(None, [question]))}
    points |= _read_points(lesson)
    passed = [exercise for exercise in exercises if _passed.get(exercise.id)]
    for exercise in exercises:
        mark, state = "○", "not checked yet"
        if exercise.id in _passed:
            mark, state = ("✓", "passed") if exercise in passed else ("✗", "not right yet")
        print(
            f"{mark} {exercise.id}  {exercise.title:<44}{state:<18}{points[exercise.id]:g} points"
        )
    if question is not None:
        state = "marked by hand"
        print(f"  {question.id}  {question.title:<44}{state:<18}{points[question.id]:g} points")
    earned, total = (sum(points[e.id] for e in some) for some in (passed, exercises))
    print(f"{len(passed)} of {len(exercises)} checks, {earned:g} of {total:g} points")


def _read_points(lesson: str) -> dict:
    """Return the points that the exercises' notebook states: a release may change them."""
    for path in (ROOT / "notebooks" / "exercises").glob(f"{lesson}_*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        roles = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        return {r["grade_id"].removesuffix("-check"): r["points"] for r in roles if r.get("grade")}
    return {}
