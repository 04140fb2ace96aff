"""Messages: what `engine` and `explain` have found, in rows of words, and on lines."""

import builtins
import re
import textwrap

from course_utils.checks.values import show

import numpy as np

WIDTH = 98  # of a message, in characters
_GLUE = "\N{NO-BREAK SPACE}"  # keeps a name and its shape on one line while a message is wrapped


def show_call(case):
    parts = []
    for name, value in case.arguments.items():
        shown = value.shape if isinstance(value, np.ndarray) else show(value)
        if case.hidden and not isinstance(value, np.ndarray):
            sized = isinstance(value, (list, tuple, dict))
            shown = f"a {type(value).__name__}" + (f" of {len(value)} items" if sized else "")
        part = f"{name} {shown}"
        parts.append(part.replace(" ", _GLUE))
    note = f" ({case.label})" if case.label else ""
    return f"your function with {', '.join(parts)}{note}"


def conceal(label, text):
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


def show_numbers(case):
    """Return a case's arguments in numbers, those that are all zero summed up."""
    values = case.arguments.items()
    shown = [f"{n} {show(v)}" for n, v in values if not isinstance(v, np.ndarray) or v.any()]
    rest = ", the rest zero" if len(shown) < len(case.arguments) else ""
    return ", ".join(shown) + rest


def tell_trouble(outcome):
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


REST = "something else is wrong, too."


def tell_story(story, changed):
    """Return the rows about known mistakes."""
    where = f", as far as {story.result} goes" if story.result else ""
    opening = "partly it looks as if" if story.partly else "it looks as if"
    rows = [(None, f"{opening} {story.names[0]}{where}.")]
    rows += [(None, f"and as if {name}.") for name in story.names[1:]]
    if story.rest:
        rows.append((None, REST))
    return [*rows, *changed, *(("try", hint) for hint in dict.fromkeys(story.hints))]


def mention_changed(wrong):
    """Return the row about arguments that calls changed in place, beside wrong values."""
    names = dict.fromkeys(name for attempt in wrong for name in attempt.outcome.changed)
    if not names:
        return ()
    return ((None, f"besides, your function changes {' and '.join(names)} in place."),)


def locate(result, expected, difference, case):
    """Return in words where a value differs first, and what of the input stands there."""
    place, detail = difference.place, difference.detail
    names = result.axes or ("item",) + ("its item",) * (len(place) - 1)
    where = ", ".join(f"{name} {i}" for name, i in zip(names, place, strict=False))
    for name, value in case.arguments.items():
        nested = isinstance(value, list) and value and isinstance(value[0], (list, str))
        if nested and len(value) == len(expected) and place[0] < len(value):
            detail += f"; there {name}[{place[0]}] is {show(value[place[0]])}"
            break
    return f"{result.name}, {where}: {detail}"


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
            lines.append(wrap((rest if part else first) + line, rest))
    return "\n".join(lines).replace(_GLUE, " ")


def wrap(text, indent):
    """Return a text in lines of at most `WIDTH` characters, all but the first indented."""
    start = len(text) - len(text.lstrip())
    lines = textwrap.wrap(
        text[start:],
        WIDTH,
        initial_indent=text[:start],
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def suggest(exercise, finding):
    """Return hints for an exercise, of which each says more than the one before; [] if none fit.

    Args:
        exercise: the `Exercise`.
        finding: what its last check found, None if it was not checked or is right.
    """
    if exercise.hints:
        return list(exercise.hints)
    if finding is None or finding.kind == "not written":
        return []
    ideas = [f"try {text}" for label, text in finding.rows if label == "try"]
    places = [text for label, text in finding.rows if label in (None, "at", "first", "by hand")]
    return list(dict.fromkeys([*ideas[:1], *places[:1], *ideas[1:2], *places[1:]]))[:3]
