"""Checks without their answer keys: what a release gives to students.

`freeze` calls the answer key and the known mistakes of a lesson on the cases that a check in a
notebook uses, and writes down what comes back. `thaw` makes exercises of that, which judge as the
first ones do. So a student's copy holds numbers, names and hints, but no code that solves
anything; and as a grader draws other inputs, the numbers are of no use to one who copies them.
"""

import base64
import json
from dataclasses import asdict, dataclass, field

from course_utils.checks.engine import Case, Exercise, Mistake, Outcome, Question, Result

import numpy as np


@dataclass(frozen=True, eq=False)
class FrozenMistake(Mistake):
    """A mistake whose outcomes are known already: a dict from each `Case` to its `Outcome`."""

    outcomes: dict = field(default_factory=dict)

    def outcome(self, case):
        """Return the `Outcome` of making this mistake in a `Case`."""
        return self.outcomes[case]


@dataclass(frozen=True, eq=False)
class FrozenExercise(Exercise):
    """An exercise with fixed cases: a dict from each `Case` to the value expected."""

    expected: dict = field(default_factory=dict)

    def cases(self, seed=0):
        """Return the examples and the drawn cases, the first of these twice.

        Args:
            seed: only 0, the one a check in a notebook uses.

        Raises:
            ValueError: another seed; only the answer key could say what is right there.
        """
        if seed != 0:
            raise ValueError("a check without its answer key knows the inputs of seed 0 alone")
        drawn = [case for case in self.expected if case not in self.examples]
        return [*self.examples, drawn[0], *drawn]

    def expect(self, cases):
        """Return the value expected for each case."""
        return [self.expected[case] for case in cases]


def freeze(exercises, question=None, points=None):
    """Return exercises as text, with the outcomes of answer keys and mistakes in their place.

    Args:
        exercises: sequence of `engine.Exercise`.
        question: the `engine.Question` of the lesson, or None.
        points: dict from ids to points, for those that differ from the exercises' own.

    Returns:
        JSON; the same exercises give the same text on the same machine.
    """
    points = points or {}

    def freeze_one(exercise):
        cases = exercise.cases()
        first = len(exercise.examples)
        del cases[first]  # it comes twice
        values = exercise.expect(cases)
        return {
            "id": exercise.id,
            "title": exercise.title,
            "points": points.get(exercise.id, exercise.points),
            "key": exercise.key,
            "results": [[result.name, result.axes] for result in exercise.results],
            "tolerance": exercise.tolerance,
            "examples": first,
            "cases": [
                {"label": case.label, "arguments": pack(case.arguments), "expected": pack(value)}
                for case, value in zip(cases, values, strict=True)
            ],
            "mistakes": [
                {
                    "name": mistake.name,
                    "hint": mistake.hint,
                    "outcomes": [_freeze_outcome(mistake.outcome(case)) for case in cases],
                }
                for mistake in exercise.mistakes
            ],
        }

    lesson = {"exercises": [freeze_one(exercise) for exercise in exercises], "question": None}
    if question is not None:
        lesson["question"] = asdict(question) | {"points": points.get(question.id, question.points)}
    return json.dumps(lesson, ensure_ascii=False, separators=(",", ":")) + "\n"


def _freeze_outcome(outcome):
    """Return what is compared of an outcome; its line and its message would quote code."""
    kept = {
        "value": pack(outcome.value),
        "trouble": outcome.trouble,
        "message": outcome.message.split(":")[0],
        "changed": outcome.changed,
    }
    return {name: part for name, part in kept.items() if part not in ("", (), None)}


def thaw(text):
    """Return the exercises and the question of a text that `freeze` made.

    Returns:
        Pair of a tuple of `FrozenExercise` and an `engine.Question` or None.
    """
    lesson = json.loads(text)
    question = lesson["question"]
    exercises = tuple(map(_thaw_one, lesson["exercises"]))
    return exercises, None if question is None else Question(**question)


def _thaw_one(frozen):
    cases = [Case(unpack(case["arguments"]), case["label"]) for case in frozen["cases"]]
    values = [unpack(case["expected"]) for case in frozen["cases"]]
    return FrozenExercise(
        id=frozen["id"],
        title=frozen["title"],
        points=frozen["points"],
        key=frozen["key"],
        results=tuple(Result(name, tuple(axes)) for name, axes in frozen["results"]),
        answer=None,
        examples=tuple(cases[: frozen["examples"]]),
        draw=None,
        sizes=(),
        mistakes=tuple(
            FrozenMistake(
                mistake["name"],
                None,
                mistake["hint"],
                dict(zip(cases, map(_thaw_outcome, mistake["outcomes"]), strict=True)),
            )
            for mistake in frozen["mistakes"]
        ),
        tolerance=frozen["tolerance"],
        expected=dict(zip(cases, values, strict=True)),
    )


def _thaw_outcome(kept):
    return Outcome(
        unpack(kept.get("value")),
        kept.get("trouble", ""),
        kept.get("message", ""),
        changed=tuple(kept.get("changed", ())),
    )


def pack(value):
    """Return plain data as what JSON can hold: arrays, tuples and dicts become marked objects.

    Raises:
        TypeError: the value holds something else, such as a function or an array of objects.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcU":
        data = np.ascontiguousarray(value, value.dtype.newbyteorder("<"))
        kind, text = data.dtype.str, base64.b64encode(data.tobytes()).decode()
        return {"array": text, "dtype": kind, "shape": value.shape}
    if isinstance(value, list):
        return [pack(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [pack(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[pack(key), pack(item)] for key, item in value.items()]}
    raise TypeError(f"an exercise holds {type(value).__name__}, which is not plain data")


def unpack(packed):
    """Return the plain data that `pack` was given."""
    if isinstance(packed, list):
        return [unpack(item) for item in packed]
    if not isinstance(packed, dict):
        return packed
    if "array" in packed:
        flat = np.frombuffer(base64.b64decode(packed["array"]), packed["dtype"])
        return flat.reshape(packed["shape"]).astype(flat.dtype.newbyteorder("="))
    if "tuple" in packed:
        return tuple(unpack(item) for item in packed["tuple"])
    return {unpack(key): unpack(item) for key, item in packed["dict"]}
