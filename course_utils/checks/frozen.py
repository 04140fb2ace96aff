"""Frozen outcomes: what a check in a notebook compares with, in place of an answer key.

`freeze` calls the answer key and the known mistakes of a lesson on fixed inputs, and writes down
what comes back. `thaw` makes exercises of that, which judge as the first ones do, without
TensorFlow. So a student's copy holds numbers, names and hints, but no code that solves anything;
and as a grader draws other inputs, the numbers are of no use to one who copies them.
"""

import zlib
from dataclasses import asdict, dataclass, field
from itertools import combinations

from course_utils.checks.codec import LARGEST, LENGTH, decode, encode
from course_utils.checks.engine import (
    Case,
    Exercise,
    Lesson,
    Mistake,
    Outcome,
    Question,
    Result,
    alike,
    call,
    same,
)
from course_utils.checks.explain import answer_simpler, fingerprint, kind_of, simplify

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
    """An exercise with fixed cases: a dict from each `Case` to the value expected.

    Of the first drawn case it knows simpler ones, too: names of variants, and what is expected.
    """

    expected: dict = field(default_factory=dict)
    simpler_expected: tuple = ()

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

    def simpler(self, case):
        """Return pairs (`explain.Variant`, value expected) of the first drawn case."""
        variants = {(v.kind, v.name): v for v in simplify(case.arguments, self.axes)}
        return [(variants[kind, name], value) for kind, name, value in self.simpler_expected]


def freeze(lesson):
    """Return a lesson as bytes, with the outcomes of answer keys and mistakes in their place.

    Args:
        lesson: `engine.Lesson`; the same one gives the same bytes on the same machine.
    """
    frozen = {
        "number": lesson.number,
        "exercises": [_freeze_exercise(exercise) for exercise in lesson.exercises],
        "question": asdict(lesson.question) if lesson.question else None,
    }
    return zlib.compress(encode(frozen), 9)


def _freeze_exercise(exercise):
    cases = exercise.cases()
    examples = len(exercise.examples)
    del cases[examples]  # it comes twice
    values = exercise.expect(cases)
    return {
        "id": exercise.id,
        "title": exercise.title,
        "points": exercise.points,
        "key": exercise.key,
        "results": [[result.name, list(result.axes)] for result in exercise.results],
        "tolerance": exercise.tolerance,
        "axes": {name: list(axes) for name, axes in exercise.axes.items()},
        "hints": list(exercise.hints),
        "simpler": [
            [variant.kind, variant.name, value]
            for variant, value in answer_simpler(exercise, cases[examples], call)
        ],
        "pairs": _freeze_pairs(exercise, cases),
        "examples": examples,
        "cases": [
            {"label": case.label, "arguments": case.arguments, "expected": value}
            for case, value in zip(cases, values, strict=True)
        ],
        "mistakes": [
            {
                "name": mistake.name,
                "hint": mistake.hint,
                "outcomes": [
                    _freeze_outcome(mistake.outcome(case), value)
                    for case, value in zip(cases, values, strict=True)
                ],
            }
            for mistake in exercise.mistakes
        ],
    }


def _freeze_pairs(exercise, cases):
    """Return [first mistake, second, what both together give] of those that go together.

    A mistake goes together with another if its function has a method `combine`, which takes the
    other's function and returns one that makes both, or None.
    """

    def mark(make):
        marks = [np.nan if _is_long(case) else fingerprint(make(case))[0] for case in cases]
        return np.array(marks, "float32")

    known = [mark(mistake.outcome) for mistake in exercise.mistakes]
    known.append(mark(lambda case: Outcome(exercise.expect([case])[0])))
    pairs = []
    for i, j in combinations(range(len(exercise.mistakes)), 2):
        one, other = (exercise.mistakes[k] for k in (i, j))
        both = one.function.combine(other.function) if hasattr(one.function, "combine") else None
        if both is None:
            continue
        marks = mark(lambda case, both=both: call(both, case.arguments, None))
        if not any(np.allclose(marks, others, 1e-4, equal_nan=True) for others in known):
            known.append(marks)
            pairs.append([i, j, marks])
    return pairs


def _is_long(case):
    """Return whether a call may take long: there are many pairs of mistakes."""
    values = case.arguments.values()
    numbers = [value for value in values if isinstance(value, int)]
    texts = [len(repr(value)) / 8 for value in values if isinstance(value, (str, list))]
    return max([0, *numbers, *texts]) > 100


def _freeze_outcome(outcome, right):
    """Return what is compared of an outcome, None where the mistake does no harm.

    Its line and the rest of its message would quote code.
    """
    if same(outcome, Outcome(right), 0):
        return None
    if outcome.trouble:
        return {"trouble": outcome.trouble, "message": ": ".join(kind_of(outcome))}
    return {"value": outcome.value, "changed": list(outcome.changed)}


def thaw(data):
    """Return the `engine.Lesson` of bytes that `freeze` made.

    Raises:
        ValueError: they are none.
    """
    try:
        lesson = decode(_unpack(data))
        exercises = tuple(map(_thaw_exercise, lesson["exercises"]))
        question = Question(**lesson["question"]) if lesson["question"] else None
        return Lesson(lesson["number"], exercises, question)
    except (zlib.error, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"damaged outcomes of a lesson ({error}); restore the file") from error


def agree(one, other):
    """Return whether two frozen lessons say the same but for rounding, of another processor."""
    try:
        return alike(*(decode(_unpack(data)) for data in (one, other)), 1e-7)
    except (zlib.error, ValueError):
        return False


def _unpack(data):
    return zlib.decompressobj().decompress(data, LARGEST)[LENGTH.size :]


def _thaw_exercise(frozen):
    cases = [Case(case["arguments"], case["label"]) for case in frozen["cases"]]
    expected = [case["expected"] for case in frozen["cases"]]
    mistakes = []
    for mistake in frozen["mistakes"]:
        outcomes = map(_thaw_outcome, mistake["outcomes"], expected)
        known = dict(zip(cases, outcomes, strict=True))
        mistakes.append(FrozenMistake(mistake["name"], None, mistake["hint"], known))
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
        mistakes=tuple(mistakes),
        tolerance=frozen["tolerance"],
        axes={name: tuple(axes) for name, axes in frozen["axes"].items()},
        hints=tuple(frozen["hints"]),
        pairs=_thaw_pairs(frozen),
        simpler_expected=tuple(frozen["simpler"]),
        expected=dict(zip(cases, expected, strict=True)),
    )


def _thaw_pairs(frozen):
    """Return a dict from two names to what both mistakes give in each case."""
    names = [mistake["name"] for mistake in frozen["mistakes"]]
    again = frozen["examples"]  # the case that comes twice
    return {
        (names[i], names[j]): np.insert(marks, again, marks[again])
        for i, j, marks in frozen["pairs"]
    }


def _thaw_outcome(kept, right):
    if kept is None:
        return Outcome(right)
    changed = tuple(kept.get("changed", ()))
    return Outcome(kept.get("value"), kept.get("trouble", ""), kept.get("message", ""), "", changed)
