"""Values that functions return: as plain data, compared, and in words.

Plain data are arrays, numbers, strings, None, and lists, tuples or dicts of them. Nothing here
raises because a value is odd: it may come from anybody.
"""

import math
import reprlib
import textwrap
from dataclasses import dataclass
from itertools import permutations

import numpy as np

_WHOLE = 1e-6  # relative difference of whole numbers that is none: 1710 is not 1711
_NUMBERS = (bool, int, float, np.ndarray)
NOTHING = "ending your function with return: without it Python returns None"


@dataclass(frozen=True)
class Difference:
    """How a value differs from the expected one.

    Attributes:
        kind: "nothing", "type", "count", "list", "shape", "not finite", "values", "number" or
            "items".
        returned: what came back, in words.
        expected: what was expected, in words; "" where only the values differ.
        hint: what to try; "" where nothing better than the exercise's own words is known.
        place: indices of the first thing that differs, () where there is no place.
        detail: what is there and what should be, in words; "" where there is no place.
    """

    kind: str
    returned: str
    expected: str = ""
    hint: str = ""
    place: tuple = ()
    detail: str = ""


# -- plain data ------------------------------------------------------------------------------


class NoData(Exception):
    """A value holds nothing that could be compared."""


def plain(value):
    """Return a copy of a value as plain data; tensors and array-likes become NumPy arrays.

    Raises:
        NoData: the value holds something else; the message says what.
    """
    if isinstance(value, int) and abs(value) >= 2**63:
        raise NoData("a whole number too large to compare")
    for kind in (bool, int, float, str):  # of a class derived from one, only the value counts
        if isinstance(value, kind):
            return kind(value)
    if value is None:
        return None
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind not in "biufcU":
            raise NoData(f"an array {value.shape} of {_NAMES.get(value.dtype.kind, 'objects')}")
        return np.array(value) if isinstance(value, np.ndarray) else plain(value.item())
    if isinstance(value, (list, tuple)):
        items = [plain(item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "__array__"):
        try:
            array = np.array(value)
        except Exception:
            array = None  # a symbolic tensor has the method but no numbers
        if type(array) is np.ndarray:
            return plain(array)
    if isinstance(value, complex):
        return value
    kind = "a function" if callable(value) else f"an object of type {type(value).__name__}"
    raise NoData(kind)


_NAMES = {"O": "Python objects and not of numbers", "M": "dates", "m": "times", "S": "bytes"}


def identical(a, b):
    """Return whether two plain values are the same to the last bit."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return type(a) is type(b) and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, (list, tuple)) and type(a) is type(b) and len(a) == len(b):
        return all(identical(*pair) for pair in zip(a, b, strict=True))
    return a == b


def alike(a, b, tolerance):
    """Return whether two plain values are the same within a relative tolerance.

    Lists and tuples are the same thing here, and so is one number and an array of one number.
    """
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        pairs = zip(a, b, strict=False)
        return len(a) == len(b) and all(alike(*pair, tolerance) for pair in pairs)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key], tolerance) for key in a)
    if not isinstance(a, _NUMBERS) or not isinstance(b, _NUMBERS):
        return type(a) is type(b) and a == b
    if not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray):  # lists may be long
        if a == b or (a != a and b != b):
            return True
        if isinstance(a, int) and isinstance(b, int):
            return False
        finite = math.isfinite(a) and math.isfinite(b)
        relative = tolerance if isinstance(a, float) and isinstance(b, float) else _WHOLE
        return finite and abs(a - b) <= tolerance / 10 + relative * abs(b)
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return False
    if {a.dtype.kind, b.dtype.kind} - set("fiubc"):
        return np.array_equal(a, b)
    return bool(close(a, b, tolerance).all())


def close(a, b, tolerance):
    """Return where two arrays of one shape hold the same numbers: an array of truth values."""
    whole = {a.dtype.kind, b.dtype.kind} & set("iu")
    relative = min(tolerance, _WHOLE) if whole else tolerance
    if {a.dtype.kind, b.dtype.kind} & set("iub"):
        a, b = (x.astype(complex if x.dtype.kind == "c" else float) for x in (a, b))
    with np.errstate(all="ignore"):  # this is np.isclose, three times as fast
        near = np.abs(a - b) <= tolerance / 10 + relative * np.abs(b)
    return (near & np.isfinite(b)) | (a == b) | ((a != a) & (b != b))


def differs(a, b, tolerance):
    """Return where two plain values differ: an array of truth values, one where there is no where.

    Arrays of one shape are compared number by number, lists of one length item by item.
    """
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and len(a) == len(b) > 0:
        return np.array([not alike(x, y, tolerance) for x, y in zip(a, b, strict=True)])
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape == b.shape:
        if not {a.dtype.kind, b.dtype.kind} - set("fiub"):
            return ~close(a, b, tolerance)
    return np.array([not alike(a, b, tolerance)])


# -- comparing -------------------------------------------------------------------------------


def as_array(value):
    """Return nested lists of numbers as an array; None if they are none."""
    try:
        array = np.array(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return array if array.dtype.kind in "fiub" else None


def compare(result, expected, got, tolerance):
    """Return the `Difference` between one expected and one returned value, None if none.

    Args:
        result: `engine.Result`, what the value is.
        expected: plain data.
        got: plain data, of anybody.
        tolerance: largest relative difference that is none.
    """
    if isinstance(expected, np.ndarray):
        return _compare_arrays(result, expected, got, tolerance)
    if isinstance(expected, (list, tuple)):
        got = _without_arrays(got)
    if isinstance(got, np.ndarray) and got.size == 1:
        got = got.item()
    if _is_of_one_kind(got, expected) and alike(got, expected, tolerance):
        return None
    if got is None:
        return Difference("nothing", "None", describe(expected))
    place, detail = _find_item(expected, got, tolerance)
    kind = "items" if detail else "number"
    return Difference(kind, describe(got), describe(expected), "", place, detail)


def _without_arrays(value):
    if isinstance(value, (list, tuple)):
        return type(value)(map(_without_arrays, value))
    return value.tolist() if isinstance(value, np.ndarray) else value


def _is_of_one_kind(a, b):
    """Return whether two values are both lists, both tuples, both truth values or none of these."""
    kinds = (list, tuple, bool)
    if [isinstance(a, kind) for kind in kinds] != [isinstance(b, kind) for kind in kinds]:
        return False
    pairs = zip(a, b, strict=False) if isinstance(a, (list, tuple)) else ()
    return all(_is_of_one_kind(*pair) for pair in pairs)


def _find_item(expected, got, tolerance, place=()):
    """Return the indices of the first item that differs, and what is there, in words."""
    if isinstance(expected, str) and isinstance(got, str) and len(expected) > 20:
        pairs = zip(expected, got, strict=False)
        same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(map(len, (expected, got))))
        wanted, given = (text[max(0, same - 8) :][:20] for text in (expected, got))
        return place, f"from letter {same} on: {wanted!r} is expected, yours is {given!r}"
    if not isinstance(expected, (list, tuple)) or not isinstance(got, (list, tuple)):
        if not place:
            return (), ""
        return place, f"{show(expected)} is expected, yours is {describe(got)}"
    for i, (wanted, given) in enumerate(zip(expected, got, strict=False)):
        if not (_is_of_one_kind(given, wanted) and alike(given, wanted, tolerance)):
            return _find_item(wanted, given, tolerance, (*place, i))
    if len(got) == len(expected):
        return place, f"a {type(expected).__name__} is expected, yours is a {type(got).__name__}"
    few, many = sorted((expected, got), key=len)
    what = "is missing" if many is expected else "is too much"
    count = f"{len(got)} items where {len(expected)} are expected"
    return (*place, len(few)), f"{count}: {show(many[len(few)])} {what}"


def _compare_arrays(result, expected, got, tolerance):
    wanted = f"{result.name} {expected.shape}"
    wanted += f", that is ({', '.join(result.axes)})" if result.axes else ""
    if got is None:
        return Difference("nothing", "None", wanted, NOTHING)
    if isinstance(got, (list, tuple)):
        array = as_array(got)
        if array is None or array.shape != expected.shape:
            return _compare_list(expected, got, array, wanted)
        got = array
    if not isinstance(got, np.ndarray):
        return Difference("type", describe(got), "an array, " + wanted)
    returned = f"{result.name} {describe(got)}"
    if got.shape != expected.shape:
        return Difference("shape", returned, wanted, _explain_shape(result, expected, got))
    if got.dtype.kind not in "fiub":
        return Difference("type", returned, "an array of floating-point numbers")
    wrong = ~close(got, expected, tolerance)
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
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    detail = f"{show(expected[place])} is expected, yours is {show(got[place])}"
    return Difference("values", text, "", "", place, detail)


def _compare_list(expected, got, array, wanted):
    if array is not None and array.ndim > 1 and array.swapaxes(0, 1).shape == expected.shape:
        hint = "returning np.stack(..., axis=1) of it: that puts the steps on the second axis"
    else:
        hint = "making one array of it, np.array or np.stack, and looking at its shape"
    return Difference("list", describe(got), "one array, " + wanted, hint)


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
        good = ~wrong.any(axis=tuple(i for i in range(wrong.ndim) if i != axis))
        if size > 1 and good.any():
            few, word = (good, "right") if 2 * good.sum() <= size else (~good, "wrong")
            if few.sum() > 4:
                continue
            places = ", ".join(str(i) for i in np.flatnonzero(few))
            return f"; {word} where {name} is {places}, and only there"
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
    return show(value)


def show(value, width=60):
    """Return a plain value in numbers, shortened."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.4g}"
    return textwrap.shorten(_BRIEF.repr(value)[:500], width, placeholder=" ...")
