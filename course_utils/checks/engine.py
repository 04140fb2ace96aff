"""The exercise engine: draw inputs, call a function, compare, and say what went wrong.

An `Exercise` knows its inputs and its answer key; a `Mistake` is a wrong answer with a name.
Drawing, calling, comparing and diagnosing are separate, and what passes between them is plain
data (`values`), so that the call may happen in another process than the rest; `explain` finds
what is behind wrong results. `checks.check` puts them together in a notebook.
"""

import copy
import ctypes
import inspect
import io
import linecache
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from course_utils.checks import explain
from course_utils.checks.explain import same
from course_utils.checks.messages import (
    REST,
    conceal,
    locate,
    mention_changed,
    render,
    show_call,
    show_numbers,
    suggest,
    tell_story,
    tell_trouble,
    wrap,
)
from course_utils.checks.values import (
    NOTHING,
    Difference,
    NoData,
    alike,
    compare,
    describe,
    identical,
    plain,
    show,
)

import numpy as np

# What others look for here, beside the rest.
__all__ = ["alike", "describe", "plain", "render", "same", "suggest", "wrap"]

FURTHER = 2.0  # seconds for calls on simpler inputs, all together


class CheckFailed(AssertionError):
    """A function did not pass its check; `str()` of it is the message for the student.

    Attributes:
        finding: the `Finding` the message was made from.
    """

    def __init__(self, message, finding):
        super().__init__(message)
        self.finding = finding

    def _render_traceback_(self):
        # IPython shows these lines in place of a traceback through our internals.
        return str(self).splitlines()


@dataclass(frozen=True)
class Result:
    """Something a function returns: its name, and the names of its axes if it is an array."""

    name: str
    axes: tuple = ()

    def __str__(self):
        return f"{self.name} ({', '.join(self.axes)})" if self.axes else self.name


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that students give.

    Attributes:
        name: ends the sentence "it looks as if ...".
        function: gives the wrong answer; called like the right one.
        hint: where to look; begins with a verb in -ing ("setting W_x to zero: ...").
    """

    name: str
    function: Callable
    hint: str

    def outcome(self, case):
        """Return the `Outcome` of making this mistake in a `Case`."""
        return call(self.function, case.arguments, None)


@dataclass(frozen=True, eq=False)
class Case:
    """Arguments for one call, and what is special about them ("" where nothing is).

    Of a hidden case no message shows the values: a grader gives it to many.
    """

    arguments: dict
    label: str = ""
    hidden: bool = False


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one call gave.

    Attributes:
        value: the value returned, as plain data.
        trouble: "" or what went wrong instead: "not written", "arguments", "raised",
            "out of time", "no data".
        message: says more about the trouble: the exception, the signature, the type.
        line: the student's own line that raised, with its number.
        changed: names of the arguments that the call changed in place.
        printed: the beginning of what the call printed.
    """

    value: object = None
    trouble: str = ""
    message: str = ""
    line: str = ""
    changed: tuple = ()
    printed: str = ""


@dataclass(frozen=True)
class Finding:
    """Why a function failed its check.

    Attributes:
        kind: a `trouble` of Outcome, a `kind` of Difference, or "mistake", "changed",
            "unsteady", "not a function".
        rows: pairs (label, text) of the message; a label of None makes a line of its own.
        mistake: the name of the known mistake; "" where none fits.
    """

    kind: str
    rows: tuple
    mistake: str = ""


@dataclass(frozen=True, eq=False)
class Exercise:
    """A function to write, with all that is needed to judge it.

    Attributes:
        id: lesson number and a letter, "01a".
        title: a few words in lower case.
        points: what a right answer is worth.
        key: what the answer is compared with, in words.
        results: a `Result` for each thing returned.
        answer: the answer key: called with the arguments of a case, returns plain data.
        examples: labelled cases of a few numbers, the same for everybody.
        draw: `draw(rng, **size)` returns the arguments of one case.
        sizes: pairs (label, size), one for each case drawn.
        mistakes: known wrong answers.
        tolerance: largest relative difference that is no error.
        axes: dict from the names of arguments to the names of their axes, as far as known.
        hints: three hints that lead to the answer, () where there are none.
        pairs: dict from the names of two mistakes to a number for each case, see
            `explain.fingerprint`: what they give when they are made together.
    """

    id: str
    title: str
    points: int
    key: str
    results: tuple
    answer: Callable
    examples: tuple
    draw: Callable
    sizes: tuple
    mistakes: tuple
    tolerance: float = 1e-4
    axes: dict = field(default_factory=dict)
    hints: tuple = ()
    pairs: dict = field(default_factory=dict)

    def cases(self, seed=0):
        """Return the examples and one drawn case per size, the first of these twice.

        Args:
            seed: of the drawn cases; a grader takes one that students do not know.

        Returns:
            List of `Case`. The one that comes twice in a row catches a function that keeps
            something between calls.
        """
        rng = np.random.default_rng(seed)
        drawn = [Case(self.draw(rng, **size), label) for label, size in self.sizes]
        return [*self.examples, drawn[0], *drawn]

    def expect(self, cases):
        """Return the answer key's value for each case, as plain data."""
        return [plain(self.answer(**copy.deepcopy(case.arguments))) for case in cases]

    def simpler(self, case):
        """Return pairs (`explain.Variant`, value expected) of simpler inputs than a case."""
        return explain.answer_simpler(self, case, call)

    def compare(self, expected, got):
        """Return the first `Difference` between two plain values, None if they agree."""
        if len(self.results) == 1:
            return compare(self.results[0], expected, got, self.tolerance)
        wanted = f"{len(self.results)} results: {', '.join(str(r) for r in self.results)}"
        if got is None:
            return Difference("nothing", "None", wanted, NOTHING)
        if not isinstance(got, (tuple, list)) or len(got) != len(self.results):
            names = ", ".join(result.name for result in self.results)
            return Difference("count", describe(got), wanted, f"ending with: return {names}")
        for result, value, got_value in zip(self.results, expected, got, strict=True):
            difference = compare(result, value, got_value, self.tolerance)
            if difference is not None and isinstance(value, np.ndarray):
                return difference
            if difference is not None:
                texts = difference.returned, difference.expected
                returned, expected = (f"{result.name} {text}" for text in texts)
                return replace(difference, returned=returned, expected=expected)
        return None

    def diagnose(self, cases, expected, outcomes):
        """Return the `Finding` that explains the outcomes best, None if all are right.

        Args:
            cases: list of `Case`, as `cases` returns it.
            expected: what `expect` returns for them.
            outcomes: list of `Outcome` of the same cases; it may end early with a trouble.

        Raises:
            ValueError: outcomes are missing, and the last one does not say why.
        """
        if len(outcomes) < len(cases) and not (outcomes and outcomes[-1].trouble):
            raise ValueError(f"{len(cases)} cases, but only {len(outcomes)} outcomes")
        for outcome in outcomes:
            if outcome.trouble == "not written":
                return Finding("not written", ())
            if outcome.trouble == "arguments":
                names = ", ".join(cases[0].arguments)
                rows = (("called", f"your function with the names {names}"), *tell_trouble(outcome))
                return Finding("arguments", rows)
        attempts = self.attempts(cases, expected, outcomes)
        wrong = [attempt for attempt in attempts if attempt.verdict is not None]
        if not wrong:
            return None
        complete = len(outcomes) == len(cases)
        story = explain.recognise(self, attempts, len(self.examples))
        twice = [attempt.outcome for attempt in attempts[len(self.examples) :][:2]]
        if complete and not same(*twice, self.tolerance) and (story is None or story.rest):
            rows = (
                ("called", show_call(cases[len(self.examples)]) + ", twice"),
                ("returned", "another answer the second time"),
                ("try", "looking for what your function keeps between calls, or draws at random"),
            )
            return Finding("unsteady", rows)
        shown = self._choose(wrong)
        rows = [("called", show_call(shown.case)), *shown.verdict.rows]
        printed = shown.outcome.printed
        if shown.case.hidden:
            rows, printed = [(label, conceal(label, text)) for label, text in rows], ""
        hints = [row for row in rows if row[0] == "try"]
        rows = [row for row in rows if row[0] != "try"]
        changed = () if shown.verdict.kind == "changed" else mention_changed(wrong)
        if story is not None and not story.rest:
            rows = [row for row in rows if row[0] in ("called", "returned", "expected")]
            return Finding("mistake", (*rows, *tell_story(story, changed)), story.names[0])
        again = len(self.examples) + 1
        attempts = attempts[:again] + attempts[again + 1 :]  # the case that comes twice
        facts = explain.find_facts(self, attempts[len(self.examples) :]) if complete else []
        rows += explain.find_condition(self, attempts)
        if story is not None:
            rows += tell_story(story, changed)
            return Finding("mistake", tuple(rows), story.names[0])
        rows += [(None, fact) for fact in facts]
        if shown.verdict.kind in ("values", "items"):
            rows += self._show_difference(wrong, shown, hints)
        if printed:
            rows.append(("printed", printed))
        return Finding(shown.verdict.kind, (*rows, *changed, *hints))

    def attempts(self, cases, expected, outcomes):
        """Return an `Attempt` for each outcome."""
        triples = zip(cases, expected, outcomes, strict=False)
        return [Attempt(*triple, self._judge(*triple[1:])) for triple in triples]

    def _choose(self, wrong):
        """Return the attempt that a message is about.

        Shapes are best read off an ordinary case, one without a label; a number or a list off
        the smallest case.
        """
        if any(result.axes for result in self.results):
            return min(wrong, key=lambda a: (a.case.hidden, bool(a.case.label)))
        return min(
            wrong,
            key=lambda a: (
                a.case.hidden,
                bool(a.outcome.trouble),
                len(show(list(a.case.arguments.values()), 500)),
            ),
        )

    def explain_further(self, finding, attempts, function, seconds):
        """Return a finding with what calls on simpler inputs tell.

        Args:
            finding: what `diagnose` returned.
            attempts: what it was about.
            function: what the student wrote.
            seconds: that all these calls may take together.
        """
        drawn = attempts[len(self.examples)]
        labels = [label for label, _ in finding.rows]
        open_question = finding.kind in ("values", "items", "number", "not finite")
        open_question = open_question or (None, REST) in finding.rows
        if not open_question or drawn.verdict is None or drawn.outcome.trouble:
            return finding
        end = time.monotonic() + seconds

        def probe(arguments):
            left = end - time.monotonic()
            outcome = call(function, arguments, left) if left > 0 else None
            return None if outcome is None or outcome.trouble == "out of time" else outcome

        lines = explain.find_cure(self, drawn, probe)
        place = labels.index("try") if "try" in labels else len(labels)
        rows = (*finding.rows[:place], *((None, line) for line in lines), *finding.rows[place:])
        return replace(finding, rows=rows)

    def _judge(self, expected, outcome):
        """Return a Finding about one outcome, None if it is right."""
        if outcome.trouble:
            return Finding(outcome.trouble, tell_trouble(outcome))
        difference = self.compare(expected, outcome.value)
        if difference is not None:
            rows = [("returned", difference.returned)]
            if difference.expected:
                rows.append(("expected", difference.expected))
            if difference.hint:
                rows.append(("try", difference.hint))
            return Finding(difference.kind, tuple(rows))
        if outcome.changed:
            names = " and ".join(outcome.changed)
            rows = (
                ("returned", f"the right values, but {names} changed during the call"),
                ("try", f"working on a copy: {outcome.changed[0]}.copy()"),
            )
            return Finding("changed", rows)
        return None

    def _show_difference(self, wrong, shown, hints):
        """Return rows: the first place that differs, and a failing example in numbers."""
        rows = []
        for attempt in wrong:
            # An example on paper, else the first item of a list.
            if attempt.verdict.kind != "values" or attempt.case not in self.examples:
                continue
            for result, value, got in self._pair(attempt):
                if compare(result, value, got, self.tolerance) is not None:
                    numbers = f"{show_numbers(attempt.case)}: {result.name} "
                    verdict = f"{show(value)} is expected, your function gives {show(got)}"
                    remedy = "this example on paper, then a print after each line of your function"
                    hints.append(("try", remedy))
                    return [("by hand", numbers + verdict)]
        for result, value, got in self._pair(shown):
            difference = compare(result, value, got, self.tolerance)
            if difference is not None and difference.place and not shown.case.hidden:
                rows.append(("first", locate(result, value, difference, shown.case)))
                break
        return rows

    def _pair(self, attempt):
        """Return triples (result, value expected, value returned) of an attempt with values."""
        if len(self.results) == 1:
            return [(self.results[0], attempt.expected, attempt.outcome.value)]
        return list(zip(self.results, attempt.expected, attempt.outcome.value, strict=True))


@dataclass(frozen=True)
class Question:
    """A question answered in words and marked by a person."""

    id: str
    title: str
    points: int


@dataclass(frozen=True, eq=False)
class Lesson:
    """The exercises of a lesson: its number, a tuple of `Exercise`, a `Question` or None."""

    number: str
    exercises: tuple
    question: Question | None = None


@dataclass(frozen=True, eq=False)
class Attempt:
    """An outcome, what was expected in its place, and the `Finding` about it, None if right."""

    case: Case
    expected: object
    outcome: Outcome
    verdict: Finding

    @property
    def right(self):
        """The outcome of the answer key."""
        return Outcome(self.expected)


# -- calling ---------------------------------------------------------------------------------


class _OutOfTime(BaseException):
    """Raised inside a call that takes too long; not an Exception, so that few catch it."""


class _Beginning(io.TextIOBase):
    """Keeps the first characters written to it, however many come."""

    def __init__(self, room=400):
        self.text, self.room = "", room

    def write(self, text):
        self.text += text[: max(0, self.room - len(self.text))]
        return len(text)


def call(function, arguments, time_limit=10.0):
    """Call a function on copies of the arguments and return the `Outcome`; never raise.

    Args:
        function: anything callable.
        arguments: dict of plain data, passed by name.
        time_limit: seconds after which Python code is stopped, None for no limit. A call that
            is inside a library's compiled code is stopped when it comes back to Python.

    Returns:
        The `Outcome`. Only an interrupt by the user (KeyboardInterrupt) passes through.
    """
    try:
        signature = inspect.signature(function)
        signature.bind(**arguments)
    except TypeError:
        message = f"as your function of {', '.join(signature.parameters) or 'nothing'}"
        return Outcome(trouble="arguments", message=message)
    except ValueError:  # compiled functions may have no signature: the call itself will tell
        pass
    given = copy.deepcopy(arguments)
    printed = _Beginning()
    try:
        with warnings.catch_warnings(), redirect_stdout(printed):
            warnings.simplefilter("ignore")
            value = plain(_call_within(time_limit, function, given))
    except _OutOfTime:
        message = f"after {time_limit:g} seconds your function was still running"
        return Outcome(trouble="out of time", message=message, printed=printed.text)
    except NotImplementedError:
        return Outcome(trouble="not written")
    except NoData as error:
        return Outcome(trouble="no data", message=str(error), printed=printed.text)
    except (Exception, SystemExit) as error:
        message = f"{type(error).__name__}: {error}".removesuffix(": ")
        return Outcome(None, "raised", message, _own_line(error, function), (), printed.text)
    changed = tuple(name for name in arguments if not identical(arguments[name], given[name]))
    return Outcome(value, changed=changed, printed=printed.text)


def _call_within(seconds, function, arguments):
    """Return `function(**arguments)`, or raise _OutOfTime inside it after some seconds.

    An exception set from a watching thread works on every system and in every thread, unlike
    an alarm signal.
    """
    if seconds is None:
        return function(**arguments)
    thread = ctypes.c_ulong(threading.get_ident())
    lock, finished = threading.Lock(), False

    def interrupt():
        with lock:
            if not finished:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_OutOfTime))

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        return function(**arguments)
    finally:
        with lock:
            finished = True
        timer.cancel()


def _own_line(error, function):
    """Return the student's line that raised, with its number: the deepest one in their files."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    # The cells of one notebook are files in one folder, or names like <ipython-input-3>.
    folder = PurePath(code.co_filename).parent
    found, trace = "", error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if PurePath(path).parent == folder and path != __file__:
            line = linecache.getline(path, trace.tb_lineno).strip()
            found = f"line {trace.tb_lineno}: {line}" if line else f"line {trace.tb_lineno}"
        trace = trace.tb_next
    return found


# -- in a notebook ---------------------------------------------------------------------------


def examine(exercise, function, time_limit=10.0, seed=0):
    """Call a function on an exercise's cases, in this process, and judge it.

    Args:
        exercise: the `Exercise`.
        function: what the student wrote.
        time_limit: seconds that one call may take.
        seed: of the drawn cases.

    Returns:
        Pair of the `Finding`, None if all is right, and the number of different inputs.
    """
    if not callable(function):
        given = f"{type(function).__name__}, which is not a function"
        remedy = f'check("{exercise.id}", name), with no parentheses after the name'
        return Finding("not a function", (("given", given), ("try", remedy))), 0
    cases, outcomes = exercise.cases(seed), []
    for case in cases:
        outcomes.append(call(function, case.arguments, time_limit))
        if outcomes[-1].trouble in ("not written", "arguments", "out of time"):
            break
    # A stub needs no answer key, and so no TensorFlow.
    expected = exercise.expect(cases) if outcomes[0].trouble != "not written" else []
    finding = exercise.diagnose(cases, expected, outcomes)
    if finding is not None and len(outcomes) == len(cases):
        attempts = exercise.attempts(cases, expected, outcomes)
        finding = exercise.explain_further(finding, attempts, function, min(time_limit, FURTHER))
    return finding, len(cases) - 1
