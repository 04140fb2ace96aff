"""Checks that name the mistake: `checks.check("01a", your_function)` in a notebook.

`engine` judges. What it compares with are the frozen outcomes of each lesson's answer keys and
known mistakes, in the folder `outcomes`; `python3 -m course_utils exercises` makes them.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from course_utils import ROOT
from course_utils.checks import record
from course_utils.checks.engine import (
    CheckFailed,
    Exercise,
    Finding,
    Lesson,
    examine,
    render,
    suggest,
    wrap,
)
from course_utils.checks.frozen import thaw

__all__ = [
    "CheckFailed",
    "check",
    "find_exercise",
    "forget",
    "hint",
    "list_lessons",
    "load_lesson",
    "progress",
    "redirect",
]

OUTCOMES = Path(__file__).parent / "outcomes"

_passed: dict[str, bool] = {}  # exercise id -> whether its last check passed, in this session
_findings: dict[str, Finding | None] = {}  # what its last check found
_told: dict[str, int] = {}  # how many hints have been given since then
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
    if finding != _findings.get(exercise_id):
        _told[exercise_id] = 0
    _findings[exercise_id] = finding
    if finding is None or finding.kind != "not written":
        record.remember(exercise_id, finding is None)
    if finding is not None:
        raise CheckFailed(render(exercise, finding), finding)
    print(f"✓ {exercise.id}  {exercise.title}: agrees with {exercise.key} on {count} inputs")


def redirect(receiver: Callable | None) -> None:
    """Let `receiver(exercise_id, function)` take what is given to `check`, unexamined.

    A grader, which examines elsewhere, learns so which function a notebook meant. None ends it.
    """
    global _receiver
    _receiver = receiver


def hint(exercise_id: str) -> None:
    """Print the next of up to three hints: the idea, the line, nearly the answer.

    Where an exercise has none of its own, they come from what the last check found.

    Args:
        exercise_id: such as "01a".

    Raises:
        ValueError: there is no such exercise.
    """
    exercise = find_exercise(exercise_id)
    hints = suggest(exercise, _findings.get(exercise_id))
    told = _told.get(exercise_id, 0)
    if not hints:
        print(f'{exercise_id}  first run checks.check("{exercise_id}", your_function)')
    elif told >= len(hints):
        print(f"{exercise_id}  that was the last hint; show your function to somebody")
    else:
        _told[exercise_id] = told + 1
        print(wrap(f"{exercise_id}  hint {told + 1} of {len(hints)}: {hints[told]}", "     "))


def progress(lesson: str | None = None) -> None:
    """Print which exercises have passed: of a lesson in this session, or of the whole course.

    What has passed once is kept in a file beside the exercises' notebooks, until `forget`.

    Args:
        lesson: two digits, such as "01"; None for the whole course.

    Raises:
        ValueError: there are no exercises for such a lesson.
    """
    if lesson is None:
        return _show_course()
    exercises, question = load_lesson(lesson).exercises, load_lesson(lesson).question
    points = _read_points(lesson)
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


def _show_course() -> None:
    known = record.recall() | {id: True for id, passed in _passed.items() if passed}
    earned = total = 0.0
    for number in list_lessons():
        exercises, points = load_lesson(number).exercises, _read_points(number)
        marks = []
        for exercise in exercises:
            state = known.get(exercise.id, _passed.get(exercise.id))
            marks.append({True: "✓", False: "✗", None: "○"}[state] + exercise.id[2:])
        got = sum(points[e.id] for e in exercises if known.get(e.id))
        most = sum(points[e.id] for e in exercises)
        earned, total = earned + got, total + most
        title = next((path.stem for path in _find_notebooks(number)), number).replace("_", " ")
        print(f"{title:<38}{'  '.join(marks):<24}{got:g} of {most:g} points")
    print(f"✓ passed  ✗ not right yet  ○ not checked yet{'':<18}{earned:g} of {total:g} points")


def forget() -> None:
    """Forget which exercises have passed, in this session and before."""
    _passed.clear()
    record.forget()


def _find_notebooks(lesson: str) -> list[Path]:
    return list((ROOT / "notebooks" / "exercises").glob(f"{lesson}_*.ipynb"))


def _read_points(lesson: str) -> dict:
    """Return the points of exercises and question: a release may change them in its notebook."""
    loaded = load_lesson(lesson)
    own = {task.id: task.points for task in (*loaded.exercises, loaded.question) if task}
    for path in _find_notebooks(lesson):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        roles = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        grades = [role for role in roles if role.get("grade")]
        return own | {r["grade_id"].removesuffix("-check"): r["points"] for r in grades}
    return own
