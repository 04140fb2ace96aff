"""The exercise engine: draw inputs, call a function, compare, and say what went wrong.

An `Exercise` knows its inputs and its answer key; a `Mistake` is a wrong answer with a name.
Drawing, calling, comparing and diagnosing are separate, and what passes between them is plain
data (arrays, numbers, strings, None, and lists, tuples or dicts of them), so that the call may
happen in another process than the rest. `checks.check` puts them together in a notebook.
"""

import builtins
import copy
import ctypes
import inspect
import io
import linecache
import math
import re
import reprlib
import textwrap
import threading
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import permutations
from pathlib import PurePath

import numpy as np

WIDTH = 98  # of a message, in characters
_GLUE = "\N{NO-BREAK SPACE}"  # keeps a name and its shape on one line while a message is wrapped


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
class Difference:
    """How a value differs from the expected one.

    Attributes:
        kind: "nothing", "type", "count", "list", "shape", "not finite", "values" or "number".
        returned: what came back, in words.
        expected: what was expected, in words; "" where only the values differ.
        hint: what to try; "" where nothing better than the exercise's own words is known.
    """

    kind: str
    returned: str
    expected: str = ""
    hint: str = ""


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

    def compare(self, expected, got):
        """Return the first `Difference` between two plain values, None if they agree."""
        if len(self.results) == 1:
            return _compare_one(self.results[0], expected, got, self.tolerance)
        wanted = f"{len(self.results)} results: {', '.join(str(r) for r in self.results)}"
        if got is None:
            return Difference("nothing", "None", wanted, _NOTHING)
        if not isinstance(got, (tuple, list)) or len(got) != len(self.results):
            names = ", ".join(result.name for result in self.results)
            return Difference("count", describe(got), wanted, f"ending with: return {names}")
        for result, value, got_value in zip(self.results, expected, got, strict=True):
            difference = _compare_one(result, value, got_value, self.tolerance)
            if difference is not None:
                return difference
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
                rows = (("called", f"your function with the names {names}"), *_trouble(outcome))
                return Finding("arguments", rows)
        attempts = [
            _Attempt(case, value, outcome, self._judge(value, outcome))
            for case, value, outcome in zip(cases, expected, outcomes, strict=False)
        ]
        wrong = [attempt for attempt in attempts if attempt.verdict is not None]
        if not wrong:
            return None
        complete = len(outcomes) == len(cases)
        mistake = self._recognise(attempts) if complete else None
        # Shapes are best read off an ordinary case, one without a label; a number off an example.
        arrays = any(result.axes for result in self.results)
        shown = min(wrong, key=lambda a: (a.case.hidden, arrays and bool(a.case.label)))
        rows = [("called", _show_call(shown.case)), *shown.verdict.rows]
        printed = shown.outcome.printed
        if shown.case.hidden:
            rows, printed = [(label, _conceal(label, text)) for label, text in rows], ""
        if mistake is not None:
            rows = [row for row in rows if row[0] in ("called", "returned", "expected")]
            rows += [(None, f"it looks as if {mistake.name}."), ("try", mistake.hint)]
            return Finding("mistake", tuple(rows), mistake.name)
        twice = outcomes[len(self.examples) :][:2]
        if complete and not same(*twice, self.tolerance):
            rows = (
                ("called", _show_call(cases[len(self.examples)]) + ", twice"),
                ("returned", "another answer the second time"),
                ("try", "looking for what your function keeps between calls, or draws at random"),
            )
            return Finding("unsteady", rows)
        hints = [row for row in rows if row[0] == "try"]
        rows = [row for row in rows if row[0] != "try"]
        again = len(self.examples) + 1
        rows += _right_or_wrong(attempts[:again] + attempts[again + 1 :])
        if shown.verdict.kind == "values":
            rows += self._by_hand(wrong)
        if printed:
            rows.append(("printed", printed))
        return Finding(shown.verdict.kind, tuple(rows + hints))

    def _judge(self, expected, outcome):
        """Return a Finding about one outcome, None if it is right."""
        if outcome.trouble:
            return Finding(outcome.trouble, _trouble(outcome))
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

    def _recognise(self, attempts):
        """Return the known mistake that explains the attempts, or None.

        Either it gives the same outcome in every case, or in every drawn case and some of
        these are wrong: then the examples, which hold the edge cases, show one mistake more.
        """
        drawn = attempts[len(self.examples) :]
        candidates = [attempts]
        if any(attempt.verdict is not None for attempt in drawn):
            candidates.append(drawn)
        for group in candidates:
            for mistake in self.mistakes:
                if all(same(a.outcome, mistake.outcome(a.case), self.tolerance) for a in group):
                    return mistake
        return None

    def _by_hand(self, wrong):
        """Return the row that shows the first failing example in numbers, if there is one."""
        for attempt in wrong:
            if attempt.case not in self.examples or attempt.verdict.kind != "values":
                continue
            pair = attempt.expected, attempt.outcome.value
            pairs = [pair] if len(self.results) == 1 else zip(*pair, strict=True)
            for result, (value, got) in zip(self.results, pairs, strict=True):
                if _compare_one(result, value, got, self.tolerance) is not None:
                    numbers = f"{_show_numbers(attempt.case)}: {result.name} "
                    verdict = f"{_show(value)} is expected, your function gives {_show(got)}"
                    remedy = "this example on paper, then a print after each line of your function"
                    return [("by hand", numbers + verdict), ("try", remedy)]
        return []


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
class _Attempt:
    case: Case
    expected: object
    outcome: Outcome
    verdict: Finding


_NOTHING = "ending your function with return: without it Python returns None"


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
    except _NoData as error:
        return Outcome(trouble="no data", message=str(error), printed=printed.text)
    except (Exception, SystemExit) as error:
        message = f"{type(error).__name__}: {error}".removesuffix(": ")
        return Outcome(None, "raised", message, _own_line(error, function), (), printed.text)
    changed = tuple(name for name in arguments if not _identical(arguments[name], given[name]))
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


# -- plain data ------------------------------------------------------------------------------


class _NoData(Exception):
    """A value holds nothing that could be compared."""


def plain(value):
    """Return a copy of a value as plain data; tensors and array-likes become NumPy arrays.

    Raises:
        _NoData: the value holds something else; the message says what.
    """
    if isinstance(value, int) and abs(value) >= 2**63:
        raise _NoData("a whole number too large to compare")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            raise _NoData(f"an array {value.shape} of Python objects and not of numbers")
        return np.array(value)
    if isinstance(value, (list, tuple)):
        items = [plain(item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "__array__"):
        try:
            return np.array(value)
        except Exception:
            pass  # a symbolic tensor has the method but no numbers
    kind = "a function" if callable(value) else f"an object of type {type(value).__name__}"
    raise _NoData(kind)


def _identical(a, b):
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return type(a) is type(b) and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, (list, tuple)) and type(a) is type(b) and len(a) == len(b):
        return all(_identical(*pair) for pair in zip(a, b, strict=True))
    return a == b


def same(one, other, tolerance):
    """Say whether two outcomes are the same: values, kind of trouble, arguments changed."""
    if one.trouble or other.trouble:
        kinds = [(outcome.trouble, outcome.message.split(":")[0]) for outcome in (one, other)]
        return kinds[0] == kinds[1]
    return one.changed == other.changed and alike(one.value, other.value, tolerance)


def alike(a, b, tolerance):
    """Return whether two plain values are the same within a relative tolerance."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        pairs = zip(a, b, strict=False)
        return len(a) == len(b) and all(alike(*pair, tolerance) for pair in pairs)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key], tolerance) for key in a)
    numbers = (bool, int, float, np.ndarray)
    if not isinstance(a, numbers) or not isinstance(b, numbers):
        return type(a) is type(b) and a == b
    if not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray):  # lists may be long
        if a == b or (a != a and b != b):
            return True
        finite = math.isfinite(a) and math.isfinite(b)
        return finite and abs(a - b) <= tolerance / 10 + tolerance * abs(b)
    if np.shape(a) != np.shape(b):
        return False
    if {np.asarray(value).dtype.kind for value in (a, b)} - set("fiubc"):
        return np.array_equal(a, b)
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance / 10, equal_nan=True))


# -- comparing -------------------------------------------------------------------------------


def _compare_one(result, expected, got, tolerance):
    """Return the Difference between one expected and one returned value, None if none."""
    if isinstance(expected, np.ndarray):
        return _compare_arrays(result, expected, got, tolerance)
    if isinstance(got, np.ndarray) and got.size == 1:
        got = got.item()
    if expected is None or got is None or isinstance(got, (str, bool, list, tuple, dict)):
        right = expected is None and got is None
        right = right or (type(got) is type(expected) and got == expected)
    else:
        right = np.ndim(got) == 0 and bool(
            np.isclose(got, expected, rtol=tolerance, atol=tolerance / 10)
        )
    if right:
        return None
    kind = "nothing" if got is None else "number"
    return Difference(kind, describe(got), describe(expected))


def _compare_arrays(result, expected, got, tolerance):
    wanted = f"{result.name} {expected.shape}, that is ({', '.join(result.axes)})"
    if got is None:
        return Difference("nothing", "None", wanted, _NOTHING)
    if isinstance(got, (list, tuple)):
        return _compare_list(result, expected, got, wanted)
    if not isinstance(got, np.ndarray):
        return Difference("type", describe(got), "an array, " + wanted)
    returned = f"{result.name} {describe(got)}"
    if got.shape != expected.shape:
        return Difference("shape", returned, wanted, _explain_shape(result, expected, got))
    if got.dtype.kind not in "fiub":
        return Difference("type", returned, "an array of floating-point numbers")
    wrong = ~np.isclose(got, expected, rtol=tolerance, atol=tolerance / 10)
    if not wrong.any():
        return None
    if got.dtype.kind != "f" and expected.dtype.kind == "f":
        hint = "making the array with dtype=float: one of whole numbers cuts the decimals off"
        return Difference("type", returned, "an array of floating-point numbers", hint)
    share = f"{wrong.sum()} of {wrong.size}"
    if not np.isfinite(got).all():
        bad = (~np.isfinite(got)).sum()
        text = f"{returned}: {bad} of {got.size} values are not finite (nan or inf)"
        hint = "looking for an exponential of a large number, or for 0 divided by 0"
        return Difference("not finite", text, "", hint)
    largest = np.abs(got.astype(float) - expected).max()  # two arrays of bool have no difference
    text = f"{returned}: the shape is right, the values are not ({share} differ, by up to "
    text += f"{largest:.2g}){_pattern(result, wrong, got)}"
    return Difference("values", text)


def _compare_list(result, expected, got, wanted):
    returned = describe(got)
    try:
        array = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.shape == expected.shape:
        hint = "returning np.array(...) of it, once the list is complete"
    elif np.shape(np.swapaxes(array, 0, 1) if array.ndim > 1 else array) == expected.shape:
        hint = "returning np.stack(..., axis=1) of it: that puts the steps on the second axis"
    else:
        hint = "making one array of it, np.array or np.stack, and looking at its shape"
    return Difference("list", returned, "one array, " + wanted, hint)


def _explain_shape(result, expected, got):
    """Return what to try about a wrong shape."""
    for order in permutations(range(expected.ndim)):
        if got.shape == tuple(expected.shape[axis] for axis in order):
            names = ", ".join(result.axes[axis] for axis in order)
            return f"putting the axes in order: yours look like ({names})"
    if got.ndim == expected.ndim - 1:
        for axis, name in enumerate(result.axes):
            if got.shape == expected.shape[:axis] + expected.shape[axis + 1 :]:
                return f"keeping the axis {name}: yours is one slice of what is expected, or a sum"
    if got.ndim == expected.ndim:
        pairs = zip(result.axes, expected.shape, got.shape, strict=True)
        wrong = [f"{name} is {b}, not {a}" for name, a, b in pairs if a != b]
        return f"printing the shape after each line: {' and '.join(wrong)}"
    return "printing the shape after each line of your function"


def _pattern(result, wrong, got):
    """Return in words where an array is right, if it is so in an orderly way."""
    if got.size > 1 and np.all(got == got.flat[0]):
        return f"; every value is {got.flat[0]:.4g}"
    for axis, name in enumerate(result.axes):
        size = wrong.shape[axis]
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        good = ~wrong.any(axis=others)
        if size > 1 and good.any():
            places = ", ".join(str(i) for i in np.flatnonzero(good))
            return f"; right where {name} is {places}, and only there"
    return ""


# -- words -----------------------------------------------------------------------------------


# What a stranger's function returned may be of any size and depth: neither may cost time here.
_BRIEF = reprlib.Repr()
_BRIEF.maxlevel, _BRIEF.maxlist, _BRIEF.maxtuple, _BRIEF.maxdict = 3, 30, 30, 30
_BRIEF.maxstring = _BRIEF.maxlong = _BRIEF.maxother = 80


def describe(value, levels=3):
    """Return a plain value in a few words: an array by shape and dtype, a number by itself.

    Args:
        value: plain data.
        levels: how far to go into lists whose first item is a list.
    """
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.dtype}"
    if isinstance(value, (list, tuple)):
        kind = type(value).__name__
        inside = "arrays" if all(isinstance(item, np.ndarray) for item in value) else "items"
        if not value:
            return f"an empty {kind}"
        if inside == "items" and len(brief := _BRIEF.repr(value)) <= 60 and "..." not in brief:
            return brief
        first = f", the first {describe(value[0], levels - 1)}" if levels else ""
        return f"a {kind} of {len(value)} {inside}{first}"
    if isinstance(value, dict):
        keys = [str(key)[:40] for key in list(value)[:10]] + ["..."] * (len(value) > 10)
        return f"a dict with the keys {', '.join(keys)}"
    return _show(value)


def _show(value):
    """Return a plain value in numbers, shortened."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"[{', '.join(map(_show, value))}]"
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.4g}"
    return textwrap.shorten(repr(value)[:500], 60, placeholder=" ...")


def _show_call(case):
    parts = []
    for name, value in case.arguments.items():
        shown = value.shape if isinstance(value, np.ndarray) else _show(value)
        if case.hidden and not isinstance(value, np.ndarray):
            sized = isinstance(value, (list, tuple, dict))
            shown = f"a {type(value).__name__}" + (f" of {len(value)} items" if sized else "")
        part = f"{name} {shown}"
        parts.append(part.replace(" ", _GLUE))
    note = f" ({case.label})" if case.label else ""
    return f"your function with {', '.join(parts)}{note}"


def _conceal(label, text):
    """Return a row's text without the values that a hidden case may have left in it."""
    if label == "at":
        return text
    if label == "raised":  # a name may be made of the inputs, too
        name = text.split(":")[0]
        known = any(hasattr(module, name) for module in (builtins, np.exceptions, np.linalg))
        return name if known else "an exception of its own"
    if re.fullmatch(r"(?i)[-+]?[\d.]+(e[-+]?\d+)?|[-+]?(nan|inf)|true|false", text):
        return "a number" if label == "returned" else "another number"
    text = re.sub(r" with the keys .*|, the first .*", "", text[:2000], flags=re.S)
    return re.sub(r"""\[.*\]|'.*'|".*\"""", "...", text, flags=re.S)


def _show_numbers(case):
    """Return a case's arguments in numbers, those that are all zero summed up."""
    values = case.arguments.items()
    shown = [f"{n} {_show(v)}" for n, v in values if not isinstance(v, np.ndarray) or v.any()]
    rest = ", the rest zero" if len(shown) < len(case.arguments) else ""
    return ", ".join(shown) + rest


def _trouble(outcome):
    """Return the rows of the message about an outcome that has trouble."""
    if outcome.trouble == "arguments":
        remedy = "keeping the first line of the exercise as it was, with all its names"
        return (("defined", outcome.message), ("try", remedy))
    if outcome.trouble == "no data":
        return (("returned", outcome.message), ("try", "returning arrays or numbers"))
    if outcome.trouble == "out of time":
        remedy = "printing inside each loop: does what ends it ever come true?"
        return (("stopped", outcome.message), ("try", remedy))
    rows = [("raised", outcome.message)]
    if outcome.line:
        rows.append(("at", outcome.line))
    for key, remedy in _REMEDIES.items():
        if key in outcome.message:
            rows.append(("try", remedy))
            break
    return tuple(rows)


_REMEDIES = {
    "matmul": "printing both shapes just before that line: (a, b) @ (b, c) gives (a, c)",
    "broadcast": "printing both shapes just before that line",
    "truth value": "np.where(condition, this, that): `if` takes one truth value, an array has many",
    "NameError": "comparing the spelling with the arguments; has the setup cell been run?",
    "UnboundLocalError": "giving the name a value before the loop",
    "IndexError": "printing the index and the shape: indices run from 0 to length - 1",
    "RecursionError": "using a loop: your function calls itself without end",
}


def _right_or_wrong(attempts):
    """Return the row that says which labelled cases are right, or which wrong, if that is less."""
    wrong = [attempt for attempt in attempts if attempt.verdict is not None]
    right = [attempt for attempt in attempts if attempt.verdict is None]
    if not right:
        return []
    label, few = ("right", right) if len(right) <= len(wrong) else ("wrong", wrong)
    names = "; ".join(dict.fromkeys(attempt.case.label for attempt in few if attempt.case.label))
    return [(label, f"on {len(few)} of {len(attempts)} inputs: {names}".removesuffix(": "))]


def render(exercise, finding):
    """Return the message for the student.

    Args:
        exercise: the `Exercise`.
        finding: what `diagnose` returned, not None.

    Returns:
        A string of a few lines, each at most `WIDTH` characters where words allow.
    """
    if finding.kind == "not written":
        return f"○ {exercise.id}  {exercise.title}: not written yet"
    lines = [f"✗ {exercise.id}  {exercise.title}"]
    for label, text in finding.rows:
        first = "  " if label is None else f"  {label:<10}"
        rest = first if label is None else " " * 12
        for part, line in enumerate(text.splitlines() or [""]):
            lines += textwrap.wrap(
                line,
                WIDTH,
                initial_indent=rest if part else first,
                subsequent_indent=rest,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines).replace(_GLUE, " ")


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
    return exercise.diagnose(cases, expected, outcomes), len(cases) - 1
