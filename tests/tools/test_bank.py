"""The bank: each mistake is called by its own name, and a slip in a lesson's file is an error."""

import json
import zlib
from dataclasses import replace

from course_tools import bank
from course_utils import checks
from course_utils.checks import OUTCOMES, engine
from course_utils.checks.frozen import FrozenMistake, agree, freeze, thaw

import numpy as np
import pytest

EXERCISES = [
    exercise for number in bank.list_lessons() for exercise in bank.load_lesson(number).exercises
]
by_id = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
by_number = pytest.mark.parametrize("number", bank.list_lessons())


def make_known(exercise, cases):
    """Return an exercise whose mistakes have made their outcomes once and for all."""
    known = []
    for mistake in exercise.mistakes:
        outcomes = {case: mistake.outcome(case) for case in cases}
        known.append(FrozenMistake(mistake.name, None, mistake.hint, outcomes))
    return replace(exercise, mistakes=tuple(known))


def name_all(exercise, seed):
    """Return the names that a check finds for the solution, None, and for the known mistakes."""
    cases = exercise.cases(seed)
    exercise, expected = make_known(exercise, cases), exercise.expect(cases)
    findings = [exercise.diagnose(cases, expected, list(map(engine.Outcome, expected)))]
    for mistake in exercise.mistakes:
        findings.append(exercise.diagnose(cases, expected, list(map(mistake.outcome, cases))))
    return [finding and finding.mistake for finding in findings]


# -- what the lessons' files declare -------------------------------------------------------------


@by_id
def test_a_frozen_copy_calls_each_mistake_by_its_own_name(exercise):
    frozen = checks.find_exercise(exercise.id)
    names = [mistake.name for mistake in exercise.mistakes]
    assert [mistake.name for mistake in frozen.mistakes] == names, "run: course_utils exercises"
    findings = [engine.examine(frozen, mistake.function)[0] for mistake in exercise.mistakes]
    assert [finding and finding.mistake for finding in findings] == names
    assert len(set(names)) == len(names) >= 5


@by_id
def test_no_mistake_raises_because_of_a_slip_in_its_edit(exercise):
    slips = ("NameError", "TypeError", "AttributeError", "SyntaxError", "BankError")
    for mistake in exercise.mistakes:
        for case in checks.find_exercise(exercise.id).cases():
            message = mistake.outcome(case).message
            assert not message.startswith(slips), (mistake.name, case.label, message)


@pytest.mark.slow
@by_id
def test_a_mistake_that_is_not_known_still_fails(exercise):
    frozen = checks.find_exercise(exercise.id)
    for mistake in exercise.mistakes:
        others = tuple(other for other in frozen.mistakes if other.name != mistake.name)
        finding, _ = engine.examine(replace(frozen, mistakes=others), mistake.function)
        assert finding is not None and finding.mistake != mistake.name


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 20261201])  # the frozen copy's is 0
@by_id
def test_each_mistake_has_its_own_name_whatever_is_drawn(exercise, seed):
    assert name_all(exercise, seed) == [None, *(mistake.name for mistake in exercise.mistakes)]


@pytest.mark.slow
@by_id
def test_no_seed_gives_points_for_a_mistake(exercise):
    # What the examples catch is caught whatever a grader draws; the rest must not hang on luck.
    def find_passing(mistakes, cases):
        for case in cases:
            if mistakes:
                (expected,) = exercise.expect([case])
                outcomes = [(m, m.outcome(case)) for m in mistakes]
                mistakes = [m for m, outcome in outcomes if passes(exercise, expected, outcome)]
        return mistakes

    loose = find_passing(exercise.mistakes, exercise.examples)
    for seed in range(1, 41) if loose else ():
        passing = find_passing(loose, exercise.cases(seed)[len(exercise.examples) + 1 :])
        assert not passing, (seed, [mistake.name for mistake in passing])


def passes(exercise, expected, outcome):
    right = not outcome.trouble and not outcome.changed
    return right and exercise.compare(expected, outcome.value) is None


@by_id
def test_inputs_come_from_the_seed(exercise):
    def numbers(seed):
        return [case.arguments for case in exercise.cases(seed)[len(exercise.examples) :]]

    assert engine.alike(numbers(5), numbers(5), 0)
    assert not engine.alike(numbers(5), numbers(6), 0)


@by_id
def test_a_slightly_wrong_answer_fails(exercise):
    def spoil(value):
        if isinstance(value, tuple):
            return (*value[:-1], spoil(value[-1]))
        if isinstance(value, list):
            return value[:-1] if value else [0]
        if isinstance(value, np.ndarray):
            value = value.copy()
            whole = value.dtype.kind not in "fc"
            value.flat[-1] += 1 if whole else 5e-4 + 2e-3 * abs(value.flat[-1])
            return value
        if isinstance(value, float):
            return value + 1 + 2e-3 * abs(value)
        return 0 if value is None else value + 1

    frozen = checks.find_exercise(exercise.id)
    for value in frozen.expect(frozen.cases()):
        assert frozen.compare(value, spoil(value)) is not None
        assert frozen.compare(value, value) is None


@pytest.mark.slow
@by_id
def test_a_result_of_the_wrong_kind_fails_in_words(exercise):
    frozen = checks.find_exercise(exercise.id)
    kinds = [None, 1.5, 1j, "text", [], {}, [[1], [1, 2]], (None, None), [np.zeros(2), "b"]]
    kinds += [np.zeros(3), np.array(["a", "b"]), np.zeros((2, 3), object), len, float("nan")]
    for kind in kinds:
        finding, _ = engine.examine(frozen, lambda kind=kind, **arguments: kind)
        assert finding is not None and engine.render(frozen, finding).count("\n") > 1


# -- what is frozen of them ----------------------------------------------------------------------


def test_every_lesson_of_the_bank_is_frozen_and_small():
    assert checks.list_lessons() == bank.list_lessons()
    assert sum(path.stat().st_size for path in OUTCOMES.iterdir()) < 3_000_000


@pytest.mark.slow
@by_number
def test_the_stored_outcomes_are_those_of_the_bank(number):
    stored = (OUTCOMES / f"lesson_{number}.bin").read_bytes()
    assert agree(freeze(bank.load_lesson(number)), stored), "run: python3 -m course_utils exercises"


@by_number
def test_the_stored_outcomes_hold_no_code_but_what_a_hint_quotes(number):
    stored = zlib.decompress((OUTCOMES / f"lesson_{number}.bin").read_bytes())
    for exercise in bank.load_lesson(number).exercises:
        for mistake in exercise.mistakes:
            stored = stored.replace(json.dumps(mistake.hint).encode(), b"")
        for mistake in exercise.mistakes:
            for line in mistake.function.body.splitlines():
                line = line.split("  #")[0].strip()
                assert len(line) < 20 or line.encode() not in stored, line


def test_outcomes_agree_but_for_rounding():
    lesson = bank.load_lesson("01")
    lesson = replace(lesson, exercises=[e for e in lesson.exercises if e.id == "01c"])
    data = freeze(lesson)
    assert freeze(lesson) == data and agree(data, data)
    (exercise,) = lesson.exercises
    assert thaw(data).exercises[0].mistakes[0].name == exercise.mistakes[0].name
    renamed = replace(exercise.mistakes[0], name="it is a different one")
    other = replace(exercise, mistakes=(renamed, *exercise.mistakes[1:]))
    assert not agree(data, freeze(replace(lesson, exercises=[other])))
    assert not agree(data, b"no outcomes")


# -- slips in a lesson's file --------------------------------------------------------------------


def declare(mistakes, returns="o_t (batch, outputs)\nh_t (batch, units)"):
    return bank.exercise("01a", key="a key", returns=returns, examples={}, mistakes=mistakes)


@pytest.mark.parametrize(
    "mistakes, words",
    [
        (
            "tanh is missing | np.tanh[ -> (\n    a hint",
            "01a, 'tanh is missing': 'np.tanh[' is not in the solution",
        ),
        ("tanh is missing | np.tanh( -> (", "01a: no hint follows 'tanh is missing'"),
        ("    a hint\nit is so | W_q: 0", "01a: this line follows no mistake: a hint"),
        ("it is so | W_q: 0\n    a hint", "01a, 'it is so': 'W_q: 0' is no edit"),
        ("it is so | np.tanh\n    a hint", "01a, 'it is so': 'np.tanh' is no edit"),
        ("it is so | np.tanh( -> \n    a hint", "01a, 'it is so': unmatched ')'"),
        ("it is so | b_h: 2 *\n    a hint", "01a, 'it is so': invalid syntax"),
        ("it is so | return: result[\n    a hint", "01a, 'it is so': '[' was never closed"),
        (
            "it is so | b_h: 2 * b_h\n    a hint\nit is so | b_h: 3 * b_h\n    a hint",
            "01a: 'it is so' twice",
        ),
    ],
)
def test_a_slip_in_a_table_is_an_error_that_names_the_place(mistakes, words):
    with pytest.raises(bank.BankError) as caught:
        declare(mistakes)
    assert words in str(caught.value)


def test_mistakes_may_share_a_hint_and_an_edit_may_go_on():
    declared = declare("""
        the bias is added twice | b_h: 2 * b_h
        softmax is missing and the bias is halved
            | return o_t -> return scores
            |, then b_h: b_h / 2
            counting the biases
    """)
    known = {mistake.name: mistake for mistake in declared.mistakes}
    hints = [known[name].hint for name in list(known)[-2:]]
    assert list(known)[-2:] == [
        "the bias is added twice",
        "softmax is missing and the bias is halved",
    ]
    assert hints == ["counting the biases"] * 2
    # Those that follow from the axes come first: of each bias, of the square W_h, of two results.
    assert "W_h is transposed" in known and "b_o is missing" in known
    zeros = {"x_t": (1, 1), "h_prev": (1, 2), "W_x": (1, 2), "W_h": (2, 2), "W_o": (2, 2), "b_o": 2}
    arguments = {name: np.zeros(shape) for name, shape in zeros.items()} | {"b_h": np.ones(2)}
    scores, h = known["softmax is missing and the bias is halved"].function(**arguments)
    assert np.allclose(h, np.tanh(0.5)) and np.allclose(scores, 0)
    assert np.allclose(known["the bias is added twice"].function(**arguments)[1], np.tanh(2))


def test_an_unknown_lesson():
    with pytest.raises(LookupError, match="no exercises for a lesson 99; there are 00, 01"):
        bank.load_lesson("99")
