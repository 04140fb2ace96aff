"""What explains wrong results: a known mistake, a fact about the numbers, simpler inputs.

`recognise` compares with known mistakes, each result alone; `find_facts` looks for a factor, an
order or a shift; `find_condition` for what the inputs that fail have in common. All three need
outcomes alone. `simplify` and `find_cure` make inputs simpler until a function is right: they call
it again.
"""

import math
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from course_utils.checks.values import alike, as_array, compare, differs, plain

import numpy as np


@dataclass(frozen=True)
class Story:
    """Known mistakes that explain outcomes.

    Attributes:
        names: of the mistakes.
        hints: of these.
        rest: whether something else is wrong, too.
        partly: whether the mistakes explain a part of what is wrong in most inputs.
        result: name of the one result they explain, "" where it is all of them.
    """

    names: tuple
    hints: tuple
    rest: bool = False
    partly: bool = False
    result: str = ""


# -- known mistakes --------------------------------------------------------------------------


def same(one, other, tolerance):
    """Say whether two outcomes are the same: values, kind of trouble, arguments changed."""
    return one.changed == other.changed and _same_values(one, other, tolerance)


def _same_values(one, other, tolerance):
    if one.trouble or other.trouble:
        return one.trouble == other.trouble and kind_of(one) == kind_of(other)
    return alike(one.value, other.value, tolerance)


def kind_of(outcome):
    """Return the type of an exception and the part of its message that does not change.

    What stands in quotes, and whatever follows the first number, depends on the input.
    """
    name, _, text = outcome.message.partition(":")
    return name, re.split(r"""[\d'"(\[{]""", text)[0].strip()


def recognise(exercise, attempts, examples):
    """Return the `Story` of the known mistakes behind some attempts, None if there is none.

    Args:
        exercise: `engine.Exercise`, of which the results, mistakes and tolerance count.
        attempts: pairs of a case, the value expected in it, the student's `engine.Outcome` and
            its verdict, None where it is right.
        examples: number of attempts, the first ones, that are examples.
    """
    tolerance = exercise.tolerance
    tables = [(m, [m.outcome(attempt.case) for attempt in attempts]) for m in exercise.mistakes]
    values_wrong = any(not _same_values(a.right, a.outcome, tolerance) for a in attempts)
    for equal in (same, _same_values) if values_wrong else (same,):
        for mistake, outcomes in tables:
            pairs = zip(attempts, outcomes, strict=True)
            if all(equal(attempt.outcome, other, tolerance) for attempt, other in pairs):
                return Story((mistake.name,), (mistake.hint,))
    if not values_wrong:
        return None
    if two := _find_pair(exercise, attempts):
        return two
    # The examples hold the edge cases, and may show one mistake more.
    if any(attempt.verdict for attempt in attempts[examples:]):
        for mistake, outcomes in tables:
            pairs = zip(attempts[examples:], outcomes[examples:], strict=True)
            if all(_same_values(a.outcome, other, tolerance) for a, other in pairs):
                return Story((mistake.name,), (mistake.hint,), rest=True)
    return _find_parts(exercise, attempts, tables)


def _find_pair(exercise, attempts):
    """Return the Story of two mistakes made together, None if no two give these outcomes."""
    known = {mistake.name: mistake for mistake in exercise.mistakes}
    marks = [fingerprint(attempt.outcome) for attempt in attempts]
    for names, others in exercise.pairs.items():
        if all(_agree(mark, other) for mark, other in zip(marks, others, strict=False)):
            return Story(names, tuple(known[name].hint for name in names))
    return None


def fingerprint(outcome):
    """Return one number that says what an outcome gave, and how large what it sums up is."""
    if outcome.trouble:
        return float(_number("".join((outcome.trouble, *kind_of(outcome))))), 0.0
    total = size = place = 0.0
    waiting = [outcome.value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, tuple)):
            waiting += [len(value), *value]
        elif isinstance(value, dict):
            waiting += [len(value), *value.values()]
        else:
            if not isinstance(value, np.ndarray):
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                value = np.array(value if number else _number(repr(value)))
            if value.dtype.kind not in "fiub":
                value = np.array(value.size)
            numbers = np.append(np.nan_to_num(value.astype(float).ravel(), nan=7e5), value.shape)
            weights = np.cos(place + np.arange(len(numbers))) + 1.1
            numbers = np.clip(numbers, -1e6, 1e6)
            total += float(weights @ numbers)
            size += float(weights @ np.abs(numbers))
            place += len(numbers)
    return total, size


def _number(text):
    return zlib.crc32(text.encode()) % 100_003  # small enough for float32


def _agree(mark, other):
    (total, size), number = mark, float(other)
    return math.isnan(number) or abs(total - number) <= 1e-5 * size + 1e-5


def _find_parts(exercise, attempts, tables):
    """Return the Story of mistakes that explain each result alone, or a part of what is wrong.

    They are wrong nowhere where the student is right.
    """
    cells = _compare_all(exercise, attempts)
    wrong = {j for j, i in cells if cells[j, i].wrong.any()}
    found = [(m, *_explain(exercise, attempts, cells, outcomes)) for m, outcomes in tables]
    whole = []  # pairs of a mistake and the results of which it explains all that is wrong
    for mistake, parts, harmed in found:
        results = {j for j in wrong - harmed if _is_whole(parts, j)}
        whole += [(mistake, results)] * bool(results)
    if whole:
        first, results = max(whole, key=lambda entry: len(entry[1]))
        second, more = max(whole, key=lambda entry: len(entry[1] - results))
        if wrong == results:
            return Story((first.name,), (first.hint,), result=_list_names(exercise, results))
        if wrong == results | more:
            return Story((first.name, second.name), (first.hint, second.hint))
    harmless = [
        (np.mean([part.mean() for part in parts.values()]), mistake, parts)
        for mistake, parts, harmed in found
        if parts and not harmed
    ]
    if harmless:
        share, first, parts = max(harmless, key=lambda entry: entry[0])
        for _, second, more in harmless:
            if second is not first and all((parts[cell] | more[cell]).all() for cell in parts):
                return Story((first.name, second.name), (first.hint, second.hint))
        if share >= 0.5:
            return Story((first.name,), (first.hint,), rest=True, partly=True)
    if whole:
        first, results = max(whole, key=lambda entry: len(entry[1]))
        names = _list_names(exercise, results)
        return Story((first.name,), (first.hint,), rest=True, partly=True, result=names)
    return None


def _is_whole(parts, result):
    own = [part for (j, _), part in parts.items() if j == result]
    return len(own) > 1 and all(part.all() for part in own)


def _list_names(exercise, results):
    names = [exercise.results[j].name for j in sorted(results)]
    return " and ".join(names) if len(names) < len(exercise.results) else ""


@dataclass(frozen=True, eq=False)
class _Cell:
    """One result of one attempt; `mine` is None where there is none, `wrong` says where it is."""

    case: object
    right: object
    mine: object
    wrong: np.ndarray


def _compare_all(exercise, attempts):
    """Return a dict from (number of a result, number of an attempt) to a `_Cell`."""
    cells = {}
    for i, attempt in enumerate(attempts):
        right, mine = (_split(exercise, outcome) for outcome in (attempt.right, attempt.outcome))
        for j, value in enumerate(right):
            wrong = differs(value, mine[j], exercise.tolerance) if mine else np.array([True])
            cells[j, i] = _Cell(attempt.case, value, mine[j] if mine else None, wrong)
    return cells


def _split(exercise, outcome):
    """Return the values of an outcome, one for each result; None if there are none."""
    count = len(exercise.results)
    if outcome.trouble:
        return None
    if count == 1:
        return [outcome.value]
    fits = isinstance(outcome.value, (list, tuple)) and len(outcome.value) == count
    return list(outcome.value) if fits else None


def _explain(exercise, attempts, cells, outcomes):
    """Return what of the wrong results a mistake gives, too, and which results it would harm.

    Returns:
        Dict from the keys of the cells that are wrong to arrays of truth values, and the set of
        the results in which the mistake is wrong where the student is right.
    """
    tolerance, parts, harmed = exercise.tolerance, {}, set()
    split = [_split(exercise, outcome) for outcome in outcomes]
    for (j, i), cell in cells.items():
        theirs = split[i]
        harm = differs(cell.right, theirs[j], tolerance) if theirs else np.ones_like(cell.wrong)
        given = np.array([False])
        if cell.mine is not None and theirs and harm.shape == cell.wrong.shape:
            if (harm & ~cell.wrong).any():
                harmed.add(j)
            equal = ~differs(cell.mine, theirs[j], tolerance)
            given = equal[cell.wrong] if equal.shape == cell.wrong.shape else given
        elif not cell.wrong.any() and harm.any():
            harmed.add(j)
        elif cell.mine is None and not theirs:
            given = np.array([_same_values(attempts[i].outcome, outcomes[i], tolerance)])
        if cell.wrong.any():
            parts[j, i] = given
    return parts, harmed


# -- facts about the numbers -----------------------------------------------------------------


def find_facts(exercise, attempts):
    """Return sentences about what all wrong results have in common with the right ones.

    Args:
        exercise: `engine.Exercise`.
        attempts: the drawn ones, see `recognise`.
    """
    cells = _compare_all(exercise, attempts)
    for one, other in combinations(range(len(exercise.results)), 2):
        if _are_swapped(exercise, cells, one, other):
            names = exercise.results[one].name, exercise.results[other].name
            return [f"{' and '.join(names)} are in each other's place."]
    facts = {}
    for j, result in enumerate(exercise.results):
        wrong = [cell for key, cell in cells.items() if key[0] == j and cell.wrong.any()]
        if len(wrong) >= 2 and all(cell.mine is not None for cell in wrong):
            fact = _find_factor(exercise, result, wrong) or _find_order(exercise, result, wrong)
            facts.setdefault(fact, []).append(result.name)
    return [fact.format(" and ".join(names)) for fact, names in facts.items() if fact]


def _are_swapped(exercise, cells, one, other):
    """Return whether two results are always right in each other's place, not in their own."""
    own = crossed = True
    for (j, i), cell in cells.items():
        if j in (one, other):
            own = own and not cell.wrong.any()
            stranger = cells[one + other - j, i].mine
            crossed = crossed and not differs(cell.right, stranger, exercise.tolerance).any()
    return crossed and not own


def _find_factor(exercise, result, cells):
    """Return a sentence about a factor or an offset, the same in all cells; "" if there is none."""
    ratios, offsets = [], []
    for cell in cells:
        right, mine = as_array(cell.right), as_array(cell.mine)
        if right is None or mine is None or right.shape != mine.shape or not right.size:
            return ""
        right, mine = right.astype(float), mine.astype(float)
        if not np.isfinite(mine).all():
            return ""
        some = np.abs(right) > 1e-6
        ratio = float(np.median(mine[some] / right[some])) if some.any() else math.nan
        ratios.append(ratio if np.allclose(mine, ratio * right, rtol=1e-3) else math.nan)
        offset = float(np.median(mine - right))
        offsets.append(offset if np.allclose(mine, right + offset, 1e-3, 1e-5) else math.nan)
    what = "all values of {} are" if result.axes else "{} is"
    if not result.axes and len(cells) < 3:
        return ""
    if np.isfinite(ratios).all() and all(ratios):
        if np.allclose(ratios, -1, rtol=1e-3):
            return "the sign of {} is flipped."
        for text, numbers in _count(exercise, [cell.case for cell in cells]):
            for power, word in ((1, "large"), (-1, "small")):
                if np.allclose(np.power(ratios, power), numbers, rtol=1e-3):
                    return f"{what} {numbers[0]:.4g} times too {word}: {text}."
        if np.allclose(ratios, ratios[0], rtol=1e-3):
            bits = math.isclose(abs(math.log(abs(ratios[0]))), -math.log(math.log(2)), rel_tol=1e-2)
            why = ": the base of a logarithm" if bits else ""
            return f"{what} {ratios[0]:.4g} times what is expected{why}."
    if np.isfinite(offsets).all() and np.allclose(offsets, offsets[0], rtol=1e-3):
        word = "large" if offsets[0] > 0 else "small"
        return f"{what} {abs(offsets[0]):.4g} too {word}." if abs(offsets[0]) > 1e-4 else ""
    return ""


def _count(exercise, cases):
    """Yield what can be counted in cases: (in words, a number above 0 for each case)."""
    counts = []
    for case in cases:
        found = {_SIZES.get(a, f"the size of {a}"): n for a, n in sizes(exercise, case).items()}
        for one, other in combinations(list(found), 2):
            found[f"{one}, times {other}"] = found[one] * found[other]
        for name, value in case.arguments.items():
            if isinstance(value, np.ndarray) and value.dtype == bool:
                found[f"the number of True in {name}"] = int(value.sum())
            elif isinstance(value, (list, tuple)):
                found[f"the number of items in {name}"] = len(value)
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                found[name] = value
        counts.append(found)
    for text in counts[0]:
        numbers = [found.get(text, 0) for found in counts]
        if all(number > 0 for number in numbers) and set(numbers) != {1}:
            yield text, numbers


_SIZES = {"batch": "the size of the batch", "time": "the number of steps"}


def sizes(exercise, case):
    """Return a dict from the names of axes to their sizes in a case."""
    found = {}
    for name, axes in exercise.axes.items():
        value = case.arguments.get(name)
        if isinstance(value, np.ndarray) and value.ndim == len(axes):
            found |= {a: n for a, n in zip(axes, value.shape, strict=True) if a.isidentifier()}
    return found


def _find_order(exercise, result, cells):
    """Return a sentence about values that are right but in another place; "" if they are not."""
    found = Counter()
    for cell in cells:
        right, mine = cell.right, cell.mine
        arrays = isinstance(right, np.ndarray) and isinstance(mine, np.ndarray)
        if not arrays or right.shape != mine.shape or mine.dtype.kind not in "fiub":
            return ""

        def fits(a, b):
            return a.size > 1 and not differs(a, b, exercise.tolerance).any()

        if right.ndim == 2 and right.shape[0] == right.shape[1] and fits(right.T, mine):
            found["{} is transposed."] += 1
        for axis, name in enumerate(result.axes):
            if right.shape[axis] < 2:
                continue
            a, b = np.moveaxis(right, axis, 0), np.moveaxis(mine, axis, 0)
            if fits(a[::-1], b):
                found[f"{{}} is in reverse order along the axis {name}."] += 1
            if fits(a[:-1], b[1:]):
                found[f"{{}} comes one place too late along the axis {name}."] += 1
            if fits(a[1:], b[:-1]):
                found[f"{{}} comes one place too early along the axis {name}."] += 1
    texts = [text for text, count in found.items() if count >= max(2, len(cells) - 2)]
    return texts[0] if texts else ""


# -- what the inputs that fail have in common ------------------------------------------------


def find_condition(exercise, attempts):
    """Return the row that says which inputs are right, or which wrong; [] if all are wrong.

    A label or a property is named only if it separates the one from the other.
    """
    wrong = [attempt for attempt in attempts if attempt.verdict is not None]
    right = [attempt for attempt in attempts if attempt.verdict is None]
    if not right:
        return []
    word, few, many = (
        ("right", right, wrong) if len(right) <= len(wrong) else ("wrong", wrong, right)
    )
    text = f"on {len(few)} of {len(attempts)} inputs"
    properties = _name_properties(exercise, few, many)
    labels = dict.fromkeys(attempt.case.label for attempt in few)
    clear = labels.keys().isdisjoint(attempt.case.label for attempt in many)
    if "" in labels or not clear or len(labels) > 3 or (properties and len(labels) > 1):
        labels = ()
    if labels and not (properties and "float32" in labels):
        text += f": {'; '.join(labels)}"
    elif properties:
        text += f": where {properties[0]}"
    return [(word, text)]


def _name_properties(exercise, few, many):
    """Return in words the properties that all cases of the one group have, and none of the other.

    Each group needs two cases, else chance finds one.
    """
    if min(len(few), len(many)) < 2:
        return []
    sets = [[_properties(exercise, attempt.case) for attempt in group] for group in (few, many)]
    return sorted(set.intersection(*sets[0]) - set.union(*sets[1]), key=len)


def _properties(exercise, case):
    found = set()
    for axis, size in sizes(exercise, case).items():
        found.add(f"{axis} is 1" if size == 1 else f"{axis} is above 1")
    for name, value in case.arguments.items():
        if isinstance(value, np.ndarray) and value.dtype == bool:
            found.add(f"{name} is True everywhere" if value.all() else f"{name} holds a False")
        elif isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
            found.add(f"{name} is not zero" if value.any() else f"{name} is zero")
            if value.dtype.kind in "iu":
                found.add(f"{name} holds whole numbers")
        elif isinstance(value, (bool, str)):
            found.add(f"{name} is {value!r}")
        elif isinstance(value, (int, float)):
            signs = ("below 0", "0", "above 0")
            found.add(f"{name} is {signs[(value > 0) - (value < 0) + 1]}")
            found.add(f"{name} is 1" if value == 1 else f"{name} is not 1")
        elif isinstance(value, (list, tuple)):
            if all(isinstance(item, (list, tuple, str)) for item in value):
                empty = any(len(item) == 0 for item in value)
                found.add(f"{name} holds an empty item" if empty else f"{name} has no empty item")
            found.add(
                f"{name} has one item" if len(value) == 1 else f"{name} has more than one item"
            )
    return found


# -- simpler inputs --------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Variant:
    """Simpler arguments of a case.

    Attributes:
        kind: "zero", "block", "mask", "padding", "alone", "step" or "item".
        name: what is simpler, in words: "W_h", "the last third of W_h".
        arguments: all of them.
        argument: the one that is simpler, "" where it is more than one.
    """

    kind: str
    name: str
    arguments: dict
    argument: str = ""


_ORDER = ("first", "second", "third", "fourth")


def simplify(arguments, axes):
    """Return a list of `Variant` of the arguments of a case, always in the same order.

    Args:
        arguments: dict of plain data.
        axes: dict from the names of arguments to those of their axes, as far as these are known.
    """
    variants = []
    for name, value in arguments.items():
        if not isinstance(value, np.ndarray):
            continue
        if value.dtype == bool:
            full = arguments | {name: np.ones_like(value)}
            variants.append(Variant("mask", name, full, name))
            for other, filled in arguments.items():
                fits = isinstance(filled, np.ndarray) and filled.shape[:2] == value.shape
                if fits and filled.dtype.kind == "f" and not value.all():
                    filled = filled.copy()
                    filled[~value] = 5.0
                    variants.append(Variant("padding", other, arguments | {other: filled}, name))
        elif value.dtype.kind == "f":
            variants.append(Variant("zero", name, arguments | {name: 0 * value}, name))
            for text, place in _blocks(value, axes.get(name, ())):
                part = value.copy()
                part[place] = 0
                text = text.format(name)
                variants.append(Variant("block", text, arguments | {name: part}, name))
    for axis, kind, place in (("batch", "alone", slice(-1, None)), ("time", "step", slice(0, 1))):
        cut = {}
        for name, parts in axes.items():
            if axis in parts and isinstance(arguments.get(name), np.ndarray):
                cut[name] = arguments[name][(slice(None),) * parts.index(axis) + (place,)]
        if cut:
            variants.append(Variant(kind, axis, arguments | cut))
    return variants + _take_items(arguments)


def _blocks(value, axes):
    """Yield (in words, index) of each block along an axis such as 4*units or 2."""
    for axis, text in enumerate(axes):
        found = re.fullmatch(r"(\d)(?:\*\w+)?", text)
        if found and 1 < int(found[1]) <= len(_ORDER):
            count, size = int(found[1]), value.shape[axis]
            for i in range(count):
                place = slice(i * size // count, (i + 1) * size // count)
                words = f"the {_ORDER[i]} of the {count} blocks of {{}}"
                yield words, (slice(None),) * axis + (place,)


def _take_items(arguments, most=4):
    """Return a Variant for each of the first items of lists, those of one length cut together."""
    lists = {name: v for name, v in arguments.items() if isinstance(v, list) and len(v) > 1}
    variants = []
    for length in dict.fromkeys(map(len, lists.values())):
        names = [name for name in lists if len(lists[name]) == length]
        for i in range(min(length, most)):
            cut = {name: [lists[name][i]] for name in names}
            text = " and ".join(f"{name}[{i}]" for name in names)
            variants.append(Variant("item", text, arguments | cut, names[0]))
    return variants


def find_cure(exercise, attempt, probe):
    """Return sentences about which simpler inputs make a wrong function right.

    Args:
        exercise: `engine.Exercise`.
        attempt: a wrong one without trouble, of the first drawn case.
        probe: calls the function with arguments, returns the `engine.Outcome`, None when the time
            for it has run out.
    """
    trials = []
    for variant, expected in exercise.simpler(attempt.case):
        outcome = probe(variant.arguments)
        if outcome is None:
            break
        if mine := _split(exercise, outcome):
            right = [expected] if len(exercise.results) == 1 else expected
            trials.append((variant, right, mine))
    mine, right = (_split(exercise, outcome) for outcome in (attempt.outcome, attempt.right))
    triples = zip(exercise.results, right, mine or right, strict=True)
    wrong = [j for j, triple in enumerate(triples) if compare(*triple, exercise.tolerance)]
    if lines := _find_influence(exercise, wrong, right, mine, trials):
        return lines[:2]
    cures = {}
    for j in wrong:
        for variant, right, mine in trials:
            # Where nearly nothing is left, nearly everything is right.
            rich = isinstance(right[j], np.ndarray) and (right[j] != right[j].flat[0]).any()
            if not rich and variant.kind in ("zero", "block"):
                continue
            if compare(exercise.results[j], right[j], mine[j], exercise.tolerance) is None:
                cures.setdefault(variant, []).append(j)
    return _tell(exercise, wrong, trials, cures)


def _find_influence(exercise, wrong, right, mine, trials):
    """Return sentences about arguments without an influence that they should have, or with one."""
    lacking, padding = {}, {}
    for j in wrong:
        for variant, simpler_right, simpler_mine in trials:
            expected = differs(right[j], simpler_right[j], 100 * exercise.tolerance).any()
            given = differs(mine[j], simpler_mine[j], exercise.tolerance).any()
            if variant.kind in ("zero", "block") and expected and not given:
                lacking.setdefault(variant, []).append(exercise.results[j].name)
            if variant.kind == "padding" and given and not expected:
                padding.setdefault(variant, []).append(exercise.results[j].name)
    # Of an argument that has none at all, its blocks have none either.
    whole = {variant.argument for variant in lacking if variant.kind == "zero"}
    lines = [
        f"{variant.name} has no influence on {' and '.join(names)}."
        for variant, names in lacking.items()
        if variant.kind == "zero" or variant.argument not in whole
    ]
    for v, names in padding.items():
        verb = "depends" if len(names) == 1 else "depend"
        where = f"on {v.name} where {v.argument} is False"
        lines.append(f"{' and '.join(names)} {verb} {where}.")
    return lines


def _tell(exercise, wrong, trials, cures):
    """Return sentences about the variants that cure: a dict from each to the results it cures."""
    lines = []
    kinds = {kind: [v for v in cures if v.kind == kind] for kind in ("mask", "alone", "step")}
    zeros = [v for v in cures if v.kind in ("zero", "block")]
    whole = {v.argument for v in zeros if v.kind == "zero"}
    zeros = [v for v in zeros if v.kind == "zero" or v.argument not in whole] if whole else zeros

    def subject(variant):
        named = [exercise.results[j].name for j in cures[variant]]
        return "" if len(named) == len(wrong) else f"{' and '.join(named)}: "

    for variant in kinds["mask"][:1]:
        look = f"look at what happens where {variant.name} is False"
        lines.append(f"{subject(variant)}right as soon as {variant.name} is all True: {look}.")
    for variant in kinds["alone"][:1]:
        lines.append(f"{subject(variant)}right for one sequence alone: in a batch they mix.")
    if 0 < len(zeros) <= 3:
        names = [v.name for v in zeros]
        either = " or ".join(names)
        look = f"look at how {names[0]} enters" if len(names) == 1 else "look where they meet"
        lines.append(f"{subject(zeros[0])}right as soon as {either} is zero: {look}.")
    for variant in kinds["step"][:1]:
        look = "look at what a step hands to the next"
        lines.append(f"{subject(variant)}right for the first step alone: {look}.")
    items = [variant for variant, _, _ in trials if variant.kind == "item"]
    if items and all(variant in cures for variant in items):
        lines.append("right for each item alone: look at what goes from one to the next.")
    return lines[:2]


def answer_simpler(exercise, case, call):
    """Return pairs (`Variant`, value expected) of a case, as far as the answer key takes them.

    Args:
        exercise: `engine.Exercise` with its answer key.
        case: `engine.Case`.
        call: `engine.call`.
    """
    pairs = []
    for variant in simplify(case.arguments, exercise.axes):
        outcome = call(lambda **given: plain(exercise.answer(**given)), variant.arguments, None)
        if not outcome.trouble:
            pairs.append((variant, outcome.value))
    return pairs
