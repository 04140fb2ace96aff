"""The engine on a toy exercise, then checks as a notebook calls them."""

import subprocess
import sys
import time
from dataclasses import replace
from textwrap import dedent

from course_utils import checks
from course_utils.checks import engine
from course_utils.checks.engine import Case, Exercise, Mistake, Result

import numpy as np
import pytest

# -- a toy exercise: y_t = x_t + 2 * h -----------------------------------------------------------


def toy_answer(x, h):
    return x + 2.0 * h[:, None]


def draw_toy(rng, batch, time, dtype="float64"):
    return {
        "x": rng.normal(size=(batch, time)).astype(dtype),
        "h": rng.normal(size=batch).astype(dtype),
    }


TOY = Exercise(
    id="00a",
    title="a toy",
    points=1,
    key="a sum",
    results=(Result("y", ("batch", "time")),),
    answer=toy_answer,
    examples=(
        Case({"x": np.ones((1, 2)), "h": np.zeros(1)}, "only x"),
        Case({"x": np.zeros((1, 2)), "h": np.ones(1)}, "only h"),
    ),
    draw=draw_toy,
    sizes=(
        ("", {"batch": 2, "time": 3}),
        ("a batch of one", {"batch": 1, "time": 3}),
        ("float32", {"batch": 3, "time": 4, "dtype": "float32"}),
    ),
    mistakes=(
        Mistake("h is missing", lambda x, h: x, "setting x to zero: does y follow h?"),
        Mistake("h is added once", lambda x, h: x + h[:, None], "counting the h in the equation"),
    ),
)
PAIR = replace(
    TOY,
    results=(Result("y", ("batch", "time")), Result("n")),
    answer=lambda x, h: (toy_answer(x, h), x.shape[1]),
    mistakes=(),
)


def ask(function, exercise=TOY, **options):
    """Return the message about a function, None if it passes."""
    finding, _ = engine.examine(exercise, function, **options)
    return finding and engine.render(exercise, finding)


def message(text):
    return dedent(text).strip()


def test_a_right_function_passes():
    assert ask(toy_answer) is None
    assert ask(lambda x, h: (toy_answer(x, h), x.shape[1]), PAIR) is None


def test_a_known_mistake_is_named():
    assert ask(lambda x, h: x) == message("""
✗ 00a  a toy
  called    your function with x (2, 3), h (2,)
  returned  y (2, 3) float64: the shape is right, the values are not (6 of 6 differ, by up to 2.6)
  it looks as if h is missing.
  try       setting x to zero: does y follow h?
""")


def test_a_stub_is_not_written_yet():
    def stub(x, h):
        raise NotImplementedError("not written yet")

    assert ask(stub) == "○ 00a  a toy: not written yet"


@pytest.mark.parametrize("thing", [np.ones(3), None, 3, "toy"])
def test_what_a_function_returned_is_not_a_function(thing):
    assert ask(thing) == message(f"""
        ✗ 00a  a toy
          given     {type(thing).__name__}, which is not a function
          try       check("00a", name), with no parentheses after the name
        """)


@pytest.mark.parametrize("function", [lambda x: x, lambda x, state: x, lambda a, b, c: a])
def test_other_arguments(function):
    names = ", ".join(function.__code__.co_varnames)
    assert ask(function) == message(f"""
        ✗ 00a  a toy
          called    your function with the names x, h
          defined   as your function of {names}
          try       keeping the first line of the exercise as it was, with all its names
        """)


def test_an_exception_shows_the_students_line():
    def helper(x, h):
        return x @ h[:-1]

    def function(x, h):
        return helper(x, h)

    text = ask(function)
    line = helper.__code__.co_firstlineno + 1
    assert "  raised    ValueError: matmul" in text
    assert f"  at        line {line}: return x @ h[:-1]\n" in text
    assert "(a, b) @ (b, c) gives (a, c)" in text


@pytest.mark.parametrize(
    "error, remedy",
    [
        (NameError("name 'W' is not defined"), "spelling"),
        (IndexError("index 3 is out of bounds"), "indices run from 0"),
        (SystemExit("bye"), ""),
        (ZeroDivisionError(), ""),
    ],
)
def test_any_exception_is_told(error, remedy):
    def function(x, h):
        raise error

    text = ask(function)
    assert f"raised    {type(error).__name__}" in text and remedy in text
    assert ("  try  " in text) == bool(remedy)


def test_an_interrupt_by_the_user_passes_through():
    def function(x, h):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(function)


def test_nothing_returned():
    def function(x, h):
        toy_answer(x, h)

    assert ask(function) == message("""
        ✗ 00a  a toy
          called    your function with x (2, 3), h (2,)
          returned  None
          expected  y (2, 3), that is (batch, time)
          try       ending your function with return: without it Python returns None
        """)
    assert "returned  None" in ask(function, PAIR)


def test_the_number_of_results():
    text = ask(toy_answer, PAIR)
    assert "  returned  (2, 3) float64\n  expected  2 results: y (batch, time), n\n" in text
    assert "ending with: return y, n" in text
    assert "a tuple of 2 items" in ask(lambda x, h: (toy_answer(x, h), 3))


def test_a_list_of_steps():
    assert ask(lambda x, h: list(toy_answer(x, h).T)) == message("""
        ✗ 00a  a toy
          called    your function with x (2, 3), h (2,)
          returned  a list of 3 arrays, the first (2,) float64
          expected  one array, y (2, 3), that is (batch, time)
          try       returning np.stack(..., axis=1) of it: that puts the steps on the second axis
        """)
    assert ask(lambda x, h: toy_answer(x, h).tolist()) is None
    assert "np.array or np.stack" in ask(lambda x, h: [[1], [1, 2]])


@pytest.mark.parametrize("value", [3.0, "y", {"y": 1}, True])
def test_another_type(value):
    assert "  expected  an array, y (2, 3), that is (batch, time)" in ask(lambda x, h: value)


@pytest.mark.parametrize(
    "value, kind",
    [
        (len, "a function"),
        (object(), "an object of type object"),
        (10**5000, "a whole number too large to compare"),
    ],
    ids=["function", "object", "number"],
)
def test_what_holds_no_numbers(value, kind):
    assert f"  returned  {kind}\n" in ask(lambda x, h: value)


def test_shapes():
    assert "yours look like (time, batch)" in ask(lambda x, h: toy_answer(x, h).T)
    assert "keeping the axis time" in ask(lambda x, h: toy_answer(x, h)[:, -1])
    assert "time is 2, not 3" in ask(lambda x, h: toy_answer(x, h)[:, 1:])
    assert "returned  y (2, 3, 1) float64" in ask(lambda x, h: toy_answer(x, h)[..., None])


def test_values_that_are_not_finite():
    text = ask(lambda x, h: np.log(-1 - toy_answer(x, h) ** 2))
    assert "6 of 6 values are not finite (nan or inf)" in text


def test_an_input_changed_in_place():
    def function(x, h):
        x += 2 * h[:, None]
        return x

    assert ask(function) == message("""
        ✗ 00a  a toy
          called    your function with x (2, 3), h (2,)
          returned  the right values, but x changed during the call
          right     on 1 of 5 inputs: only x
          try       working on a copy: x.copy()
        """)


def test_a_function_that_remembers():
    seen = []

    def function(x, h):
        seen.append(h)
        return toy_answer(x, h if len(seen) < 4 else seen[-2][: len(h)] + 1)

    text = ask(function)
    assert "  called    your function with x (2, 3), h (2,), twice\n" in text
    assert "  returned  another answer the second time" in text


def test_other_wrong_values():
    assert ask(lambda x, h: x - h[:, None]) == message("""
✗ 00a  a toy
  called    your function with x (2, 3), h (2,)
  returned  y (2, 3) float64: the shape is right, the values are not (6 of 6 differ, by up to 3.9)
  right     on 1 of 5 inputs: only x
  by hand   h [1], the rest zero: y [[2, 2]] is expected, your function gives [[-1, -1]]
  right as soon as h is zero: look at how h enters.
  try       this example on paper, then a print after each line of your function
""")


def test_where_an_array_is_right():
    def first_step(x, h):
        y = toy_answer(x, h)
        y[:, 1:] -= 1
        return y

    assert "right where time is 0, and only there" in ask(first_step)
    assert "every value is 0" in ask(lambda x, h: np.zeros_like(x))


def test_whole_numbers_where_fractions_belong():
    text = ask(lambda x, h: toy_answer(x, h).astype(int))
    assert "returned  y (2, 3) int64" in text and "cuts the decimals off" in text


def test_other_kinds_of_numbers():
    assert "of Python objects" in ask(lambda x, h: toy_answer(x, h).astype(object))
    assert "floating-point" in ask(lambda x, h: toy_answer(x, h).astype(str))
    assert "floating-point" in ask(lambda x, h: toy_answer(x, h) + 0j)
    assert ask(lambda x, h: toy_answer(x, h).astype("float32")) is None


def test_one_mistake_in_ordinary_inputs_and_another_in_an_edge_case():
    def function(x, h):
        return x + h[:, None] if x.shape[1] > 2 else np.full_like(x, np.nan)

    assert "it looks as if h is added once." in ask(function)


def test_a_known_mistake_needs_all_its_cases():
    assert "it looks as if" not in ask(lambda x, h: x if len(h) == 2 else x - 1)


def test_missing_outcomes_are_never_a_pass():
    cases = TOY.cases()
    expected = TOY.expect(cases)
    outcomes = [engine.Outcome(value) for value in expected]
    assert TOY.diagnose(cases, expected, outcomes) is None
    for count in (0, 3):
        with pytest.raises(ValueError, match=f"6 cases, but only {count} outcomes"):
            TOY.diagnose(cases, expected, outcomes[:count])
    late = engine.Outcome(trouble="out of time", message="after 1 seconds")
    assert TOY.diagnose(cases, expected, [*outcomes[:3], late]).kind == "out of time"


def test_tensors_are_taken_as_arrays():
    class Tensor:
        def __init__(self, array):
            self.array = array

        def __array__(self, dtype=None, copy=None):
            return np.array(self.array, dtype)

    class Symbol:
        def __array__(self, dtype=None, copy=None):
            raise NotImplementedError("no numbers")

    assert ask(lambda x, h: Tensor(toy_answer(x, h))) is None
    assert "an object of type Symbol" in ask(lambda x, h: Symbol())


def test_one_buffer_for_all_answers():
    buffer = np.zeros((9, 9))

    def function(x, h):
        view = buffer[: x.shape[0], : x.shape[1]]
        view[:] = toy_answer(x, h)
        return view

    assert ask(function) is None


def test_an_endless_loop_is_stopped():
    def function(x, h):
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                pass

    text = ask(function, time_limit=0.3)
    assert "  stopped   after 0.3 seconds your function was still running\n" in text


def test_a_function_that_ends_in_time_is_left_alone():
    for _ in range(50):
        outcome = engine.call(lambda seconds: time.sleep(seconds), {"seconds": 0.01}, 0.01)
        assert outcome.trouble in ("", "out of time")
    time.sleep(0.05)  # a late interrupt would end this test


def test_what_is_printed_is_held_back_and_shown_beside_a_failure(capsys):
    def function(x, h):
        for _ in range(10_000):
            print("h", h.shape)
        return x - h[:, None]

    assert "\n  printed   h (2,)\n            h (2,)\n" in ask(function)
    assert len(ask(function).splitlines()) < 80
    assert capsys.readouterr() == ("", "")


def test_arrays_of_truth_values_are_compared_too():
    exercise = replace(TOY, results=(Result("mask", ("time",)),))
    difference = exercise.compare(np.array([True, False]), np.array([True, True]))
    assert difference.kind == "values" and "1 of 2 differ" in difference.returned


def test_a_number_as_a_result():
    text = ask(lambda x, h: (toy_answer(x, h), 7), PAIR)
    assert text.endswith("  returned  n 7\n  expected  n 3")
    assert ask(lambda x, h: (toy_answer(x, h), np.float64(x.shape[1])), PAIR) is None
    assert ask(lambda x, h: [toy_answer(x, h), np.array([x.shape[1]])], PAIR) is None
    assert "  returned  n None\n  expected  n 3" in ask(lambda x, h: (toy_answer(x, h), None), PAIR)
    assert "  returned  n (3,) float64\n" in ask(lambda x, h: (toy_answer(x, h), np.ones(3)), PAIR)


# -- in a notebook -------------------------------------------------------------------------------


def count_ceiling(words, k):
    return sum(max(map(letters.count, letters)) for letters in collect_followers(words, k).values())


def collect_followers(words, k):
    followers = {}
    for word in words:
        for i in range(1, len(word)):
            followers.setdefault(word[max(0, i - k) : i], []).append(word[i])
    return followers


def test_check_prints_one_line(capsys):
    checks.check("01c", count_ceiling)
    out = capsys.readouterr().out
    assert out.startswith("✓ 01c  the ceiling with a window: agrees with an exact count on ")
    assert out.endswith(" inputs\n") and out.count("\n") == 1


def test_check_raises_an_assertion_that_reads_as_one_message():
    with pytest.raises(AssertionError) as caught:
        checks.check("01c", lambda words, k: 16)
    assert isinstance(caught.value, checks.CheckFailed)
    assert caught.value.finding.kind == "mistake"
    lines = caught.value._render_traceback_()
    assert lines[0] == "✗ 01c  the ceiling with a window"
    assert "\n".join(lines) == str(caught.value)


def ask_fresh(code):
    """Return what some code prints in an interpreter of its own, with `checks` imported."""
    code = "from course_utils import checks\n" + dedent(code)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert not done.stderr
    return done.stdout


def test_progress_counts_what_passed_last():
    printed = ask_fresh("""
        def span(w_h, fraction):
            steps, trace = 0, 1.0
            while abs(w_h) < 1 and abs(trace) >= fraction:
                steps, trace = steps + 1, trace * w_h
            return steps or None

        checks.check("01d", span)
        for function in (span, None, 3):
            try:
                checks.check("01c", function)
            except checks.CheckFailed:
                pass
        checks.progress("01")
    """)
    assert printed.split("\n", 1)[1] == (
        message("""
        ○ 01a  one step with an output                     not checked yet   2 points
        ○ 01b  reading from the end                        not checked yet   2 points
        ✗ 01c  the ceiling with a window                   not right yet     2 points
        ✓ 01d  how long a neuron remembers                 passed            2 points
          01e  a window or a memory                        marked by hand    2 points
        1 of 4 checks, 2 of 8 points
        """)
        + "\n"
    )


@pytest.mark.parametrize(
    "name, words",
    [("01z", "the lesson has 01a, 01b"), ("1a", "'1a', only for '0"), (1, "only for")],
)
def test_an_unknown_exercise(name, words):
    with pytest.raises(ValueError, match=words):
        checks.check(name, count_ceiling)


def test_a_first_check_loads_no_tensorflow():
    printed = ask_fresh("""
        import sys

        count = 0
        for number in checks.list_lessons():
            for exercise in checks.load_lesson(number).exercises:
                try:
                    checks.check(exercise.id, lambda **arguments: None)
                except checks.CheckFailed:
                    count += 1
        print(count, *{"keras", "tensorflow"} & set(sys.modules))
    """)
    exercises = [
        e for number in checks.list_lessons() for e in checks.load_lesson(number).exercises
    ]
    assert printed == f"{len(exercises)}\n"


@pytest.mark.slow
def test_a_failed_check_in_a_kernel_shows_the_message_alone():
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    source = "def f(words, k):\n    return len(words) / k\n\n\nchecks.check('01c', f)"
    cells = [new_code_cell("from course_utils import checks"), new_code_cell(source)]
    notebook = NotebookClient(new_notebook(cells=cells), allow_errors=True).execute()
    (output,) = notebook.cells[1].outputs
    assert output.ename == "CheckFailed"
    text = "\n".join(output.traceback)
    assert text.startswith("✗ 01c  ") and "\n  expected  3\n" in text
    assert "course_utils" not in text
