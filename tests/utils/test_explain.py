"""What explains wrong results: known mistakes, facts, simpler inputs; hints and progress."""

import json
from dataclasses import replace

from course_utils import checks
from course_utils.checks import engine, record
from course_utils.checks.engine import Case, Exercise, Mistake, Outcome, Result
from course_utils.checks.explain import fingerprint, kind_of, simplify
from course_utils.checks.frozen import freeze, thaw

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# -- a toy exercise: a running sum s_t = s_{t-1} * w + x_t + b, and its mean over the real steps --


def run(x, mask, w, b):
    states, state = [], np.zeros(len(x))
    for t in range(x.shape[1]):
        state = np.where(mask[:, t], state * w + x[:, t] + b, state)
        states.append(state)
    states = np.stack(states, axis=1)
    return states, (states * mask).sum(axis=1) / mask.sum(axis=1)


def draw(rng, batch, time, dtype="float64"):
    mask = rng.random((batch, time)) < 0.7
    mask[:, 0] = True
    mask[0, -1] = False
    x, w, b = rng.normal(size=(batch, time)), rng.normal(size=batch), rng.normal(size=batch)
    return {"x": x.astype(dtype), "mask": mask, "w": w.astype(dtype), "b": b.astype(dtype)}


class Edited:
    """A mistake that can be combined with another: arguments changed on their way in."""

    def __init__(self, **changes):
        self.changes = changes

    def __call__(self, x, mask, w, b):
        given = {"x": x, "mask": mask, "w": w, "b": b}
        return run(**given | {name: change(given[name]) for name, change in self.changes.items()})

    def combine(self, other):
        return Edited(**self.changes | other.changes)


NO_BIAS = Mistake("the bias is missing", Edited(b=lambda b: 0 * b), "setting x to zero")
ALL_REAL = Mistake("the mask is ignored", Edited(mask=np.ones_like), "a padded step")
SUM = Exercise(
    id="01x",
    title="a running sum",
    points=1,
    key="a loop",
    results=(Result("states", ("batch", "time")), Result("mean", ("batch",))),
    answer=run,
    examples=(
        Case(
            dict(x=np.ones((1, 2)), mask=np.ones((1, 2), bool), w=np.ones(1), b=np.zeros(1)),
            "only x",
        ),
    ),
    draw=draw,
    sizes=(
        ("", {"batch": 3, "time": 5}),
        ("", {"batch": 2, "time": 4}),
        ("", {"batch": 4, "time": 6}),
        ("float32", {"batch": 4, "time": 3, "dtype": "float32"}),
    ),
    mistakes=(NO_BIAS, ALL_REAL),
    axes={"x": ("batch", "time"), "mask": ("batch", "time"), "w": ("batch",), "b": ("batch",)},
)
FROZEN = thaw(freeze(engine.Lesson("01", (SUM,)))).exercises[0]


def ask(function, exercise=FROZEN):
    """Return the message about a function, None if it passes."""
    finding, _ = engine.examine(exercise, function)
    return finding and engine.render(exercise, finding)


# -- known mistakes ------------------------------------------------------------------------------


def test_two_mistakes_at_once_are_both_named():
    text = ask(lambda x, mask, w, b: run(x, np.ones_like(mask), w, 0 * b))
    assert "  it looks as if the bias is missing.\n  and as if the mask is ignored.\n" in text
    assert "  try       setting x to zero\n  try       a padded step" in text


def test_each_result_is_compared_alone():
    def function(x, mask, w, b):
        return run(x, mask, w, 0 * b)[0], run(x, mask, w, b)[1]

    assert "it looks as if the bias is missing, as far as states goes." in ask(function)

    def both(x, mask, w, b):
        return run(x, mask, w, 0 * b)[0], run(x, np.ones_like(mask), w, b)[1]

    assert "the bias is missing.\n  and as if the mask is ignored." in ask(both)

    def another(x, mask, w, b):
        return run(x, mask, w, 0 * b)[0], run(x, mask, w, b)[1] ** 2

    text = ask(another)
    assert "partly it looks as if the bias is missing, as far as states goes." in text
    assert "something else is wrong, too." in text


def test_a_mistake_in_most_of_what_is_wrong_is_named_in_part():
    def function(x, mask, w, b):
        states, mean = run(x, np.ones_like(mask), w, b)
        right, _ = run(x, mask, w, b)
        states[0, -1] = right[0, -1] + 3  # of what the mask decides, and wrong in another way
        return states, mean

    text = ask(function)
    assert "partly it looks as if the mask is ignored.\n  something else is wrong, too." in text


def test_no_mistake_is_named_that_is_wrong_where_the_student_is_right():
    def function(x, mask, w, b):
        states, mean = run(x, np.ones_like(mask), w, b)
        right, _ = run(x, mask, w, b)
        states[1] = right[1]
        return states[:, ::-1], -mean

    assert "it looks as if" not in ask(function)


def test_exceptions_are_compared_by_what_they_say():
    def fail(message):
        def function(x, mask, w, b):
            raise ValueError(message)

        return function

    mistake = Mistake("the shapes do not fit", fail("shapes (3,2) (2,) do not fit"), "printing")
    exercise = replace(SUM, mistakes=(mistake,))
    frozen = thaw(freeze(engine.Lesson("01", (exercise,)))).exercises[0]
    for known in (exercise, frozen):
        assert "it looks as if the shapes do not fit" in ask(fail("shapes (9,1) (8,)"), known)
        assert "it looks as if" not in ask(fail("operands 'a' and 'b'"), known)
    assert kind_of(Outcome(message="KeyError: 'a'")) == ("KeyError", "")


def test_a_change_in_place_is_mentioned_beside_wrong_values():
    def function(x, mask, w, b):
        x += 1
        return run(x, mask, w, b)

    text = ask(function)
    assert "besides, your function changes x in place." in text

    def known(x, mask, w, b):
        w *= 0.5
        return run(x, np.ones_like(mask), 2 * w, b)

    text = ask(known)
    assert (
        "it looks as if the mask is ignored.\n  besides, your function changes w in place." in text
    )


@pytest.mark.parametrize(
    "one, other",
    [
        (np.ones(3), np.ones((3, 1))),
        ([1, 2], [2, 1]),
        ("ab", "ba"),
        (None, 0.0),
        ([[1], []], [[], [1]]),
        ({"a": 1}, {"a": 2}),
        (np.array([np.nan, 1]), np.array([0.0, 1])),
    ],
)
def test_fingerprints_tell_values_apart(one, other):
    marks = [fingerprint(Outcome(value))[0] for value in (one, other)]
    assert abs(marks[0] - marks[1]) > 1e-3
    assert fingerprint(Outcome(one)) == fingerprint(Outcome(one))


# -- facts and conditions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, fact",
    [
        (lambda states, mean, x: (-states, mean), "the sign of states is flipped."),
        (
            lambda states, mean, x: (states * len(x), mean),
            "all values of states are 3 times too large: the size of the batch.",
        ),
        (
            lambda states, mean, x: (states, mean / x.shape[1]),
            "all values of mean are 5 times too small: the number of steps.",
        ),
        (
            lambda states, mean, x: (2 * states, 2 * mean),
            "all values of states and mean are 2 times what is expected.",
        ),
        (lambda states, mean, x: (states, mean + 0.5), "all values of mean are 0.5 too large."),
        (lambda states, mean, x: (states, mean / np.log(2)), "the base of a logarithm."),
        (
            lambda states, mean, x: (states[:, ::-1], mean),
            "states is in reverse order along the axis time.",
        ),
        (
            lambda states, mean, x: (np.roll(states, 1, axis=1), mean),
            "states comes one place too late along the axis time.",
        ),
        (lambda states, mean, x: (mean, states), "states and mean are in each other's place."),
    ],
)
def test_a_fact_about_all_values(change, fact):
    text = ask(lambda x, mask, w, b: change(*run(x, mask, w, b), x))
    assert fact in " ".join(text.split())


def test_a_condition_is_named_only_if_it_separates():
    def by_mask(x, mask, w, b):
        return run(x if mask.all() else x + 1, mask, w, b)

    assert "  right     on 1 of 5 inputs: only x\n" in ask(by_mask)
    sizes = tuple((label, size) for label, size in SUM.sizes) + (("", {"batch": 1, "time": 4}),)
    exercise = replace(SUM, sizes=(*sizes, ("one row", {"batch": 1, "time": 3})))

    def by_batch(x, mask, w, b):
        return run(x, mask, w, b + (len(x) > 1))

    # Three inputs are right; two of them have labels, one has none.
    assert "  right     on 3 of 7 inputs: where batch is 1\n" in ask(by_batch, exercise)

    def by_time(x, mask, w, b):
        return run(x, mask, w, b + (x.shape[1] in (3, 5)))

    assert "  wrong     on 3 of 7 inputs\n" in ask(by_time, exercise)


# -- simpler inputs ------------------------------------------------------------------------------


def test_an_argument_without_influence():
    def function(x, mask, w, b):
        return run(x, mask, np.full_like(w, 0.5), b)

    assert "  w has no influence on states and mean.\n" in ask(function)


def test_padding_that_has_an_influence():
    def function(x, mask, w, b):
        states, mean = run(x, mask, w, b)
        return states + 0.1 * x.sum(axis=1, keepdims=True), mean

    assert "states depends on x where mask is False." in ask(function)


@pytest.mark.parametrize(
    "change, sentence",
    [
        (dict(w=lambda w: w**2), "right as soon as w is zero: look at how w enters."),
        (dict(b=lambda b: np.roll(b, 1)), "right for one sequence alone: in a batch they mix."),
    ],
)
def test_what_makes_it_right(change, sentence):
    function = Edited(**change)
    text = ask(lambda x, mask, w, b: function(x, mask, w, b), replace(FROZEN, mistakes=()))
    assert sentence in " ".join(text.split())


def test_a_mask_that_makes_it_right():
    def function(x, mask, w, b):
        states, mean = run(x, mask, w, b)
        return states * mask, mean

    sentence = "right as soon as mask is all True: look at what happens where mask is False."
    assert sentence in " ".join(ask(function, replace(FROZEN, mistakes=())).split())


def test_further_calls_share_a_time_limit():
    calls = []

    def function(x, mask, w, b):
        calls.append(len(calls))
        if len(calls) > 6:
            while True:
                pass
        return run(x, mask, w, b + 1)

    finding, _ = engine.examine(FROZEN, function, time_limit=0.2)
    assert finding.kind == "values" and len(calls) == 7


def test_a_grader_calls_nothing():
    cases = SUM.cases(3)
    outcomes = [Outcome(run(**case.arguments | {"b": 1 + case.arguments["b"]})) for case in cases]
    calls = []
    exercise = replace(SUM, answer=lambda **given: calls.append(given))
    assert exercise.diagnose(cases, SUM.expect(cases), outcomes).kind == "values"
    assert not calls


def test_blocks_of_gates_and_items_of_lists():
    axes = {"W": ("units", "4*units"), "V": ("2", "units")}
    names = [v.name for v in simplify({"W": np.ones((2, 8)), "V": np.ones((2, 2))}, axes)]
    assert names == [
        "W",
        *(f"the {nth} of the 4 blocks of W" for nth in ("first", "second", "third", "fourth")),
        "V",
        *(f"the {nth} of the 2 blocks of V" for nth in ("first", "second")),
    ]
    given = {"words": ["a", "b"], "tags": ["x", "y"], "others": ["p", "q", "r"]}
    cut = {v.name: v.arguments for v in simplify(given, {}) if v.kind == "item"}
    assert list(cut)[:2] == ["words[0] and tags[0]", "words[1] and tags[1]"]
    assert cut["words[1] and tags[1]"] == {"words": ["b"], "tags": ["y"], "others": list("pqr")}


# -- lists, numbers, strings, and odd values -------------------------------------------------------


def reverse(sentences):
    return [sentence[::-1] for sentence in sentences]


LISTS = Exercise(
    id="06x",
    title="backwards",
    points=1,
    key="slices",
    results=(Result("turned"),),
    answer=reverse,
    examples=(
        Case({"sentences": [["a", "b"], ["c", "d", "e"], []]}, "three"),
        Case({"sentences": [["a", "b"]]}, "one"),
    ),
    draw=lambda rng, n: {"sentences": [list("abcd"[:i]) for i in rng.integers(1, 5, n)]},
    sizes=(("", {"n": 4}), ("", {"n": 5})),
    mistakes=(),
)


def test_the_first_item_that_differs_in_the_smallest_input():
    def function(sentences):
        return [s[::-1] if len(s) < 3 else s[:0:-1] for s in sentences]

    text = " ".join(ask(function, LISTS).split())
    assert "with sentences [['a', 'b'], ['c', 'd', 'e'], []] (three)" in text
    assert (
        "first turned, item 1, its item 2: 2 items where 3 are expected: 'c' is missing; "
        "there sentences[1] is ['c', 'd', 'e']"
    ) in text


def test_what_goes_from_one_item_to_the_next():
    def function(sentences):
        turned = reverse(sentences)
        return turned if len(sentences) == 1 else [*turned[1:], turned[0]]

    assert "right for each item alone: look at what goes from one to the next." in ask(
        function, LISTS
    )


def test_long_texts_show_where_they_part():
    exercise = replace(LISTS, answer=lambda sentences: "to be or not to be, that is the question")
    text = ask(lambda sentences: "to be or not to do, that is the question", exercise)
    # Where a value is one text, both are shown.
    assert "returned  'to be or not to do, that" in text


def test_whole_numbers_are_exact():
    exercise = replace(LISTS, answer=lambda sentences: 17100)
    assert ask(lambda sentences: 17100.0, exercise) is None
    assert "returned  17101" in ask(lambda sentences: 17101, exercise)


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=3)
    | st.sampled_from(
        [
            np.ones((3, 5)),
            np.ones((3, 5), dtype=object),
            np.ones((3, 5)) * 1j,
            np.full((3, 5), "x"),
            np.full((3, 5), np.datetime64("2026-01-01")),
            np.zeros((0, 5)),
            np.array(3),
            np.ma.masked_array([1.0, 2.0], [True, False]),
            np.zeros(2, dtype=[("a", int)]),
            np.float16(3),
            np.ones((3, 5), dtype=np.uint64),
            b"bytes",
            {1, 2},
            range(3),
            len,
            object(),
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ODD)
def test_no_odd_value_stops_a_check(value):
    for exercise in (FROZEN, LISTS):
        for function in (
            lambda **given: value,
            lambda **given: (value, value),
            lambda **given: [value, value, value, value],
        ):
            text = ask(function, exercise)
            assert text.startswith(f"✗ {exercise.id}") and "  called  " in text


def test_lists_of_numbers_and_longer_floats_are_accepted():
    def as_lists(x, mask, w, b):
        return [part.tolist() for part in run(x, mask, w, b)]

    def longer(x, mask, w, b):
        return run(x.astype(float), mask, w.astype(float), b.astype(float))

    assert ask(as_lists) is None and ask(longer) is None


# -- hints and progress --------------------------------------------------------------------------


def test_hints_come_one_by_one(capsys, monkeypatch):
    monkeypatch.setattr(checks, "find_exercise", lambda id: FROZEN)
    monkeypatch.setattr(checks, "_findings", {})
    checks.hint("01x")
    assert capsys.readouterr().out == '01x  first run checks.check("01x", your_function)\n'
    with pytest.raises(checks.CheckFailed):
        checks.check("01x", lambda x, mask, w, b: run(x, mask, w, 0 * b))
    for _ in range(3):
        checks.hint("01x")
    assert capsys.readouterr().out == (
        "01x  hint 1 of 2: try setting x to zero\n"
        "01x  hint 2 of 2: it looks as if the bias is missing.\n"
        "01x  that was the last hint; show your function to somebody\n"
    )
    own = replace(FROZEN, hints=("the idea", "the line", "nearly the answer"))
    monkeypatch.setattr(checks, "find_exercise", lambda id: own)
    with pytest.raises(checks.CheckFailed):
        checks.check("01x", lambda x, mask, w, b: run(x, mask, w, b + 1))
    for _ in range(3):
        checks.hint("01x")
    assert capsys.readouterr().out == (
        "01x  hint 1 of 3: the idea\n01x  hint 2 of 3: the line\n"
        "01x  hint 3 of 3: nearly the answer\n"
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "PATH", tmp_path / ".progress.json")
    monkeypatch.setattr(checks, "_passed", {})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_progress_of_the_whole_course_is_kept(folder, capsys, monkeypatch):
    record.remember("01a", True)
    record.remember("01b", False)
    record.remember("01a", False)  # what has passed stays so
    assert json.loads(record.PATH.read_text()) == {"01a": True, "01b": False}
    assert [path.name for path in folder.iterdir()] == [".progress.json"]
    checks.progress()
    lines = capsys.readouterr().out.splitlines()
    assert "01 recurrent neuron                   ✓a  ✗b  ○c  ○d          2 of 8 points" in lines
    assert len(lines) == len(checks.list_lessons()) + 1
    checks.forget()
    assert not record.PATH.exists() and record.recall() == {}
    checks.forget()


def test_progress_is_noted_in_the_folder_of_the_exercises_alone(folder, monkeypatch):
    checks.check("01d", span)
    assert record.recall() == {"01d": True}
    record.forget()
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    checks.check("01d", span)
    assert record.recall() == {}


def span(w_h, fraction):
    steps, trace = 0, 1.0
    while abs(w_h) < 1 and abs(trace) >= fraction:
        steps, trace = steps + 1, trace * w_h
    return steps or None


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"01a": "yes"}', "\ud800"])
def test_a_damaged_record_is_none(folder, text):
    record.PATH.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert not any(record.recall().values())
    record.remember("01a", True)
    assert record.recall()["01a"] is True


def test_a_record_that_cannot_be_written_is_no_failure(folder, monkeypatch):
    monkeypatch.setattr(record, "PATH", folder / "missing" / ".progress.json")
    monkeypatch.setattr(record.Path, "cwd", lambda: folder / "missing")
    checks.check("01d", span)
    assert record.recall() == {}
