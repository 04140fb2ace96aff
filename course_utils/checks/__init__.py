"""Checks that name the mistake: `checks.check("01a", your_function)` in a notebook.

`engine` judges, `lesson_NN` holds the exercises of a lesson. A lesson's module has

    EXERCISES   a tuple of `engine.Exercise`
    QUESTION    an `engine.Question`, answered in words and marked by a person, if it has one
"""

from importlib import import_module
from pkgutil import iter_modules

from course_utils.checks.engine import CheckFailed, examine, render

__all__ = ["CheckFailed", "check", "find_exercise", "list_lessons", "load_lesson", "progress"]

_passed = {}  # exercise id -> whether its last check passed, in this session


def list_lessons():
    """Return the numbers of the lessons that have exercises, such as ["01", "02"]."""
    names = (module.name for module in iter_modules(__path__))
    return sorted(name.removeprefix("lesson_") for name in names if name.startswith("lesson_"))


def load_lesson(number):
    """Return the module with the exercises of a lesson.

    Args:
        number: two digits, such as "01".

    Raises:
        ValueError: there is no such lesson, or it has no exercises yet.
    """
    if number not in list_lessons():
        known = ", ".join(repr(lesson) for lesson in list_lessons())
        raise ValueError(f"there are no exercises for a lesson {number!r}, only for {known}")
    return import_module(f"{__name__}.lesson_{number}")


def find_exercise(exercise_id):
    """Return the `engine.Exercise` with an id such as "01a".

    Raises:
        ValueError: there is none; the message lists the ids of that lesson.
    """
    exercises = load_lesson(str(exercise_id)[:2]).EXERCISES
    for exercise in exercises:
        if exercise.id == exercise_id:
            return exercise
    known = ", ".join(exercise.id for exercise in exercises)
    raise ValueError(f"there is no exercise {exercise_id!r}; the lesson has {known}")


def check(exercise_id, function, time_limit=10.0):
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
    exercise = find_exercise(exercise_id)
    finding, count = examine(exercise, function, time_limit)
    _passed[exercise_id] = finding is None
    if finding is not None:
        raise CheckFailed(render(exercise, finding), finding)
    print(f"✓ {exercise.id}  {exercise.title}: agrees with {exercise.key} on {count} inputs")


def progress(lesson):
    """Print which exercises of a lesson have passed in this session, and the points.

    Args:
        lesson: two digits, such as "01".

    Raises:
        ValueError: there are no exercises for such a lesson.
    """
    module = load_lesson(lesson)
    passed = [exercise for exercise in module.EXERCISES if _passed.get(exercise.id)]
    for exercise in module.EXERCISES:
        mark, state = "○", "not checked yet"
        if exercise.id in _passed:
            mark, state = ("✓", "passed") if exercise in passed else ("✗", "not right yet")
        print(f"{mark} {exercise.id}  {exercise.title:<44}{state:<18}{exercise.points} points")
    question = getattr(module, "QUESTION", None)
    if question is not None:
        print(
            f"  {question.id}  {question.title:<44}{'marked by hand':<18}{question.points} points"
        )
    points = sum(exercise.points for exercise in passed)
    total = sum(exercise.points for exercise in module.EXERCISES)
    print(f"{len(passed)} of {len(module.EXERCISES)} checks, {points} of {total} points")
