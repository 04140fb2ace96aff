"""The verdict on a notebook, formed from what its functions answer: without processes.

The functions here are ours, so they may run in this process. A small exercise in the place of 01a
shows what a verdict is; then every exercise of the course meets every known mistake.
"""

import dataclasses
import signal

from course_tools import bank, exercises
from course_tools.grading import judge, sandbox
from course_tools.grading.collect import Cell
from course_tools.grading.inside import worker
from course_utils.checks.codec import decode, encode
from course_utils.checks.engine import Case, Exercise, Lesson, Mistake, Outcome, Question, Result

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGALRM"), reason="workers need Linux or macOS"
)
LESSONS = sorted(path.name[:2] for path in (exercises.NOTEBOOKS / "exercises").glob("*.ipynb"))


class Here:
    """A nursery whose workers are this process, in which each name has stood for some things."""

    limits = sandbox.Limits(seconds=10_000)

    def __init__(self, versions):
        self.session = worker.Session(None, {})
        self.session.versions = versions
        self.session.run = lambda *arguments: None

    def open_worker(self, deadline):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def ask(self, wait=None, **request):
        def over(value):
            return decode(encode(value)[4:])

        return over(self.session.answer(over(request)))


# -- a small exercise ----------------------------------------------------------------------------

TWICE = Exercise(
    id="01a",
    title="twice",
    points=2,
    key="a sum",
    results=(Result("y", ("items",)),),
    answer=lambda x, word: x + x,
    examples=(Case({"x": np.ones(2), "word": "shown"}, "only ones"),),
    draw=lambda rng, items: {"x": rng.normal(size=items), "word": draw_word(rng)},
    sizes=(("", {"items": 3}), ("", {"items": 4})),
    mistakes=(Mistake("x is halved", lambda x, word: x / 2, "doubling x"),),
)
OTHER = dataclasses.replace(TWICE, id="01b", answer=lambda x, word: x)
LESSON = Lesson("01", (TWICE, OTHER), Question("01e", "a question", 2))


def draw_word(rng):
    return "".join(rng.choice(list("QXZVW"), 12))


@pytest.fixture
def grade(monkeypatch):
    """Return a function that grades what the name of 01a has stood for, the latest last."""
    monkeypatch.setattr(judge, "load_lesson", lambda number: LESSON)
    assignment = judge.Assignment("01", 7)

    def call(*things, assignment=assignment):
        here = Here({assignment.tasks[0].name: list(things)})
        return judge.judge(assignment, (), here)["exercises"][0]

    call.assignment = assignment
    return call


def right(x, word):
    return 2 * x


def wrong(x, word):
    return 3 * x


def stub(x, word):
    raise NotImplementedError("not written yet")


def test_a_right_function_earns_all_and_a_known_mistake_is_named(grade):
    passed = grade(right)
    assert (passed["points"], passed["state"], passed["message"]) == (2, "passed", "")
    failed = grade(lambda x, word: 0.5 * x)
    assert (failed["points"], failed["state"]) == (0, "failed")
    assert (failed["mistake"], failed["hint"]) == ("x is halved", "doubling x")
    assert "it looks as if x is halved." in failed["message"]


@pytest.mark.parametrize(
    "things, state",
    [
        ((right, wrong), "failed"),
        ((wrong, right), "passed"),
        ((right, stub), "passed"),
        ((right, np.zeros(3)), "passed"),
        ((wrong, stub), "failed"),
        ((right, wrong, stub, 7), "failed"),
        ((stub,), "not written"),
        ((7, stub), "not written"),
        ((stub, 7), "failed"),
        ((), "not written"),
    ],
)
def test_the_last_definition_counts_and_stubs_and_numbers_are_none(things, state, grade):
    entry = grade(*things)
    assert (entry["state"], entry["points"]) == (state, 2 * (state == "passed"))


def test_a_function_that_changes_what_it_is_given_earns_nothing(grade):
    def changing(x, word):
        x *= 2
        return x

    entry = grade(changing)
    assert (entry["points"], entry["finding"]) == (0, "changed")
    assert "x changed during the call" in entry["message"]


def test_inputs_are_those_of_the_seed_and_not_the_public_ones(grade):
    def drawn(assignment):
        return [tuple(c.arguments["x"]) for c in assignment.tasks[0].cases if c.hidden]

    public = [tuple(case.arguments["x"]) for case in TWICE.cases()]
    first, again, other = (drawn(judge.Assignment("01", seed)) for seed in (7, 7, 8))
    assert first == again and not set(first) & set(other) and not set(first) & set(public)


@pytest.mark.parametrize("factor, points", [(1 + 1e-6, 2), (1 + 1e-3, 0), (1 + 5e-3, 0)])
def test_what_differs_by_rounding_is_right_and_by_a_thousandth_wrong(factor, points, grade):
    assert grade(lambda x, word: 2 * x * factor)["points"] == points


def test_no_message_tells_what_a_hidden_input_was(grade):
    """Each function is right on the example, and else hands on what it was given."""

    def told(reveal):
        return grade(lambda x, word: 2 * x if word == "shown" else reveal(x, word))

    def raising(error):
        def reveal(x, word):
            raise error(word)

        return reveal

    def raise_named(x, word):
        raise type(word, (Exception,), {})(word)

    ways = [
        raising(KeyError),
        raising(ValueError),
        raise_named,
        lambda x, word: {word: x},
        lambda x, word: [word, word],
        lambda x, word: (word, x),
        lambda x, word: word,
        lambda x, word: float(x[0]),
        lambda x, word: list(x),
        lambda x, word: print(word, x),
    ]
    secrets = []
    for case in grade.assignment.tasks[0].cases:
        if case.hidden:
            secrets += [case.arguments["word"], *(f"{v:.3g}" for v in case.arguments["x"])]
    assert len(secrets) > 10
    for way in ways:
        entry = told(way)
        assert (entry["state"], entry["points"]) == ("failed", 0)
        shown = entry["message"] + entry["hint"] + entry["mistake"] + entry["finding"]
        assert not [secret for secret in secrets if secret in shown], shown
    assert "'shown'" in grade(lambda x, word: [word, 1])["message"]


def test_what_is_of_any_size_and_depth_is_told_in_a_few_lines(grade):
    deep = list(range(100_000))
    for _ in range(200):
        deep = [deep]
    arrays = [np.ones(1000)] * 500 + [1]
    for value in (
        deep,
        {"[" * 2_000_000: 1},
        "[" * 2_000_000,
        arrays,
        {str(n): n for n in range(9999)},
    ):
        entry = grade(lambda x, word, value=value: value)
        assert entry["state"] == "failed" and len(entry["message"]) < 1500


def test_a_value_made_to_confuse_is_wrong_and_stops_nothing(grade):
    for value in (2**62, np.array([[["a"]]]), np.array(1j), (), {}, True, float("nan")):
        entry = grade(lambda x, word, value=value: value)
        assert (entry["state"], entry["points"]) == ("failed", 0), value


def test_a_line_that_is_not_in_the_notebook_is_not_repeated():
    answer = {"trouble": "raised", "message": "KeyError: 'a'", "printed": "", "changed": []}
    for line, shown in [("line 3: y = x['a']", "line 3: y = x['a']"), ("line 3: secret", "")]:
        outcome = judge.read_outcome(answer | {"line": line}, Case({"x": 1}), {"y = x['a']"})
        assert outcome.line == shown


@pytest.mark.parametrize(
    "answer",
    [{"trouble": "passed"}, {"trouble": None}, {"message": 7}, {"line": []}, {"printed": {}}],
)
def test_what_is_no_answer_is_no_data(answer):
    honest = {"value": 1, "trouble": "", "message": "", "line": "", "printed": "", "changed": []}
    assert judge.read_outcome(honest, Case({"x": 1}), set()).trouble == ""
    outcome = judge.read_outcome(honest | answer, Case({"x": 1}), set())
    assert outcome.trouble == "no data" and isinstance(outcome, Outcome)


# -- points and words ----------------------------------------------------------------------------


def test_the_points_of_a_release_count_and_what_it_lacks_was_not_handed_out(monkeypatch):
    monkeypatch.setattr(judge, "load_lesson", lambda number: LESSON)

    def maxima(points):
        nothing = judge.Assignment("01", 3, points).nothing(())
        return {part["id"]: part["maximum"] for kind in nothing.values() for part in kind}

    assert maxima(None) == {"01a": 2, "01b": 2, "01e": 2}
    assert maxima({"01a": 7, "01b": 2, "01e": 0.5}) == {"01a": 7, "01b": 2, "01e": 0.5}
    assert maxima({"01b": 3}) == {"01b": 3}


def test_a_right_function_earns_the_points_of_the_release(grade):
    entry = grade(right, assignment=judge.Assignment("01", 3, {"01a": 7}))
    assert (entry["points"], entry["maximum"]) == (7, 7)


def test_an_answer_in_words_is_found_with_and_without_its_mark(grade):
    def answer(*cells):
        (written,) = grade.assignment.nothing(cells)["written"]
        return written["answer"]

    handed_out = grade.assignment.handed_out
    assert answer(*handed_out) == ""
    assert answer(*handed_out, Cell("markdown", "Because.", "01e")) == "Because."
    assert answer(*(Cell(c.kind, c.source) for c in handed_out), Cell("markdown", "So.")) == "So."
    long = answer(Cell("markdown", "a" * 60_000, "01e"))
    assert long == "a" * judge.LONGEST_ANSWER + "\n\n[The rest is left out.]"


# -- every exercise of the course ----------------------------------------------------------------


@pytest.fixture(scope="module")
def assignments():
    return {number: judge.Assignment(number, 11) for number in LESSONS}


@pytest.mark.slow
@pytest.mark.parametrize("number", LESSONS)
def test_every_known_mistake_is_told_and_earns_nothing(number, assignments):
    assignment = assignments[number]
    own = bank.load_lesson(number).exercises
    for task, exercise in zip(assignment.tasks, own, strict=True):
        hidden = [case for case in task.cases if case.hidden]
        secrets = {repr(v)[:30] for c in hidden for v in c.arguments.values() if type(v) is list}
        secrets -= {repr(v)[:30] for c in exercise.examples for v in c.arguments.values()}
        secrets = {secret for secret in secrets if len(secret) > 8}  # "[0]" may be in a hint
        for mistake in exercise.mistakes:
            cells = (Cell("code", f"def {task.name}(): pass", exercise.id),)
            verdict = judge.judge(assignment, cells, Here({task.name: [mistake.function]}))
            (entry,) = (e for e in verdict["exercises"] if e["id"] == exercise.id)
            assert (entry["points"], entry["state"]) == (0, "failed"), mistake.name
            assert entry["mistake"] == mistake.name
            assert entry["hint"] == mistake.hint
            assert entry["code"] == cells[0].source
            shown = entry["message"] + entry["hint"]
            assert not [secret for secret in secrets if secret in shown]


@pytest.mark.slow
def test_every_answer_key_passes(assignments, monkeypatch):
    monkeypatch.setattr(judge, "CALL_SECONDS", 1000)  # keys that call Keras step by step take long
    for number, assignment in assignments.items():
        own = bank.load_lesson(number).exercises
        keys = {t.name: [e.answer] for t, e in zip(assignment.tasks, own, strict=True)}
        verdict = judge.judge(assignment, (), Here(keys))
        assert {entry["state"] for entry in verdict["exercises"]} == {"passed"}, number
