"""The bank: exercises and known mistakes, as `notebooks/solutions/NN_topic.py` declares them.

The notebook of the same name holds a lesson's titles, points, axes (in the docstrings) and
solutions; all four are read from there. A known mistake is an edit of the solution, as a student
would have made it. A table of mistakes holds, for each,

    the output is read from the previous state | h_t @ W_o -> h_prev @ W_o
        checking which state has seen x_t: the output is read from that one

a name in the present tense, which ends the sentence "it looks as if ...", an edit, and a hint,
which begins with a verb in -ing. Edits are

    old -> new            text of the solution below its docstring, wherever it occurs
    W_h: W_h.T            an argument, on its way in
    return: result[::-1]  what is returned, on its way out
    a, then b             one after the other

In the last two kinds Python sees the arguments, `given` (a dict of them), what the setup cell and
the lesson's file define, and in `return:` also `result` (of the solution edited so far) and `right`
(the solution as it is). A long edit goes on in lines that begin with "|", and mistakes that follow
one another may share a hint.

Mistakes that follow from the axes alone are in `FAMILIES`; every exercise gets those that fit it.
"""

import ast
import builtins
import importlib.util
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from inspect import getsource, signature
from textwrap import dedent

from course_utils import ROOT
from course_utils.checks.engine import Case, Exercise, Lesson, Mistake, Question, Result

import numpy as np

SOLUTIONS = ROOT / "notebooks" / "solutions"
SIZES = (  # of the inputs drawn: (label, the axis it is about, sizes)
    ("", "", dict(batch=3, time=5, features=2, units=4, outputs=5)),
    ("", "", dict(batch=2, time=4, features=5, units=3, outputs=4)),
    ("a batch of one", "batch", dict(batch=1, time=4, features=3, units=4, outputs=2)),
    ("a sequence of one", "time", dict(batch=3, time=1, features=4, units=2, outputs=3)),
    ("one unit", "units", dict(batch=4, time=3, features=2, units=1, outputs=3)),
    ("float32", "", dict(batch=4, time=3, features=3, units=5, outputs=2, dtype="float32")),
    ("float32", "", dict(batch=2, time=6, features=4, units=6, outputs=3, dtype="float32")),
)
SMALL = defaultdict(lambda: 2, batch=1, time=3, features=1, units=1)  # sizes of the examples
FAMILIES = {  # what an exercise has: the mistakes of all that have it; {0} is its name
    "bias": """
        {0} is missing | {0}: 0 * {0}
            setting everything but {0} to zero: the result should still depend on it
    """,
    "square matrix": """
        {0} is transposed | {0}: {0}.T
            writing the shapes under the product: rows are examples, so it is h @ {0}
    """,
    "h_0": """
        the run starts from zeros, not from h_0 | h_0: 0 * h_0
            looking for h_0 in your function: the first step should start from it
    """,
    "mask": """
        the mask is ignored | mask: np.ones_like(mask)
            printing h before and after a masked step: it should not change
        the mask is inverted | mask: ~mask
            reading the mask aloud: True is a real step, False is padding
    """,
    "directions": """
        both directions use the forward weights
            | W_x: W_x[[0, 0]], then W_h: W_h[[0, 0]], then b_h: b_h[[0, 0]]
        both directions use the backward weights
            | W_x: W_x[[1, 1]], then W_h: W_h[[1, 1]], then b_h: b_h[[1, 1]]
        the two directions use each other's weights
            | W_x: W_x[::-1], then W_h: W_h[::-1], then b_h: b_h[::-1]
            using W_x[0], W_h[0] and b_h[0] in the forward run, those with [1] in the backward run
    """,
    "two results": """
        the two results are in the wrong order | return: result[::-1]
            ending with: return {0}
    """,
    "states": """
        the axes batch and time are swapped | return: result.swapaxes(0, 1)
            using np.stack(list_of_states, axis=1): np.array(list_of_states) puts time first
        the states come back as a Python list | return: list(result.swapaxes(0, 1))
            using np.stack(list_of_states, axis=1): it makes one array, with time as second axis
    """,
}


class BankError(Exception):
    """A lesson's declaration does not fit its notebook; the message says where and why."""


# ---------------------------------------------------------------------------------------------
# What a lesson's file calls
# ---------------------------------------------------------------------------------------------


def exercise(
    id,
    key,
    returns,
    examples,
    mistakes,
    answer=None,
    draw=None,
    sizes=None,
    without=(),
    hints=(),
    task=None,
):
    """Return the `engine.Exercise` that a lesson declares.

    Args:
        id: lesson number and a letter, "01a".
        key: what the answer is compared with, in words.
        returns: names and axes of the results, one on each line: "h_t (batch, units)".
        examples: dict from labels to arguments; arrays that are left out are zero, a mask True.
        mistakes: table, see above.
        answer: the answer key, called by name; None where the solution is the only one.
        draw: `draw(rng, **size)` returns the arguments of one input; None where all of them are
            arrays of normally distributed numbers.
        sizes: pairs (label, size) for `draw`; None for those of `SIZES`.
        without: names of families that this exercise names better in its own table.
        hints: three hints, of which each says more than the one before: the idea, the line, nearly
            the answer; () where those of the mistakes are enough.
        task: triple (title, points, solution), of an exercise without a solutions notebook.

    Raises:
        BankError: an edit, a table or an axis does not fit the notebook.
    """
    if task is None:
        task = _read_tasks(id[:2])[id]
    else:
        title, points, solution = task
        task = _Task(id, title, points, getsource(solution), False, "import numpy as np")
    axes = _read_axes(task.source.split("Args:")[1].split("Returns:")[0])
    results = _read_axes(returns) or {returns.strip(): []}
    used = {"", *re.findall(r"[a-z]+", " ".join(sum(axes.values(), [])))}
    sizes = sizes or [(label, size) for label, axis, size in SIZES if axis in used]

    def draw_all(rng, dtype="float64", **size):
        shapes = {name: _shape(parts, size) for name, parts in axes.items()}
        return draw_arrays(rng, dtype, **shapes)

    rows = dict(_read_families(axes, results, without))
    for name, *rest in (table := list(_read_table(id, mistakes))):
        if [other for other, _, _ in table].count(name) > 1:
            raise BankError(f"{id}: {name!r} twice")
        rows[name] = rest
    edits = {name: _Edited(f"{id}, {name!r}", task, edit) for name, (edit, _) in rows.items()}
    right = _Edited(f"{id}, the solution", task, "")
    return Exercise(
        id=id,
        title=task.title,
        points=task.points,
        key=key,
        results=tuple(Result(name, tuple(parts)) for name, parts in results.items()),
        answer=answer or right,
        examples=tuple(Case(_fill(axes, terms), label) for label, terms in examples.items()),
        draw=draw or draw_all,
        sizes=tuple(sizes),
        mistakes=tuple(Mistake(name, edits[name], hint) for name, (_, hint) in rows.items()),
        axes={name: tuple(parts) for name, parts in axes.items()},
        hints=tuple(hints),
    )


def draw_arrays(rng, dtype="float64", **shapes):
    """Return normally distributed arrays, one for each named shape; standard deviation 0.7.

    One named "mask" holds truth values, with gaps, and something to see in each row.
    """
    arrays = {}
    for name, shape in shapes.items():
        arrays[name] = rng.normal(0, 0.7, shape).astype(dtype)
        if name == "mask":
            arrays[name] = rng.random(shape) < 0.7
            arrays[name][np.arange(shape[0]), rng.integers(0, shape[1], shape[0])] = True
    return arrays


def through_the_batch(run, arguments, last=-1):
    """Return what `run` gives if each sequence begins where the one before it has ended.

    Args:
        run: takes `x`, (batch, time, features), and `h_0`, (batch, units), beside others; returns
            states, (batch, time, units).
        arguments: dict of what it takes.
        last: index of the state that is handed on.
    """
    states, state = [], arguments["h_0"][:1]
    for example in arguments["x"]:
        states.append(run(**arguments | {"x": example[None], "h_0": state})[0])
        state = states[-1][last][None]
    return np.stack(states)


def make_layer(kind, units, weights, **options):
    """Return a Keras layer that holds the given weights.

    Args:
        kind: name of a class in `keras.layers`.
        units: number of units.
        weights: list of arrays in Keras's order, the input weights first.
        **options: more for the layer's constructor.

    Returns:
        The layer, built, in the dtype of the weights; whole numbers become floating-point ones.
    """
    keras = load_keras()
    weights = [array if array.dtype.kind == "f" else array.astype(float) for array in weights]
    recurrent = ("SimpleRNN", "LSTM", "GRU")
    if kind.startswith(recurrent):
        options["recurrent_initializer"] = "zeros"
    layer = getattr(keras.layers, kind)(
        units, kernel_initializer="zeros", name="answer_key", dtype=weights[0].dtype.name, **options
    )
    features = weights[0].shape[0]
    layer.build((None, None, features) if kind in recurrent else (None, features))
    layer.set_weights(weights)
    return layer


def load_keras():
    """Return the module `keras`, loaded quietly, and only when an answer key is asked for."""
    from course_utils import training  # it holds back TensorFlow's start-up lines

    return training.keras


# ---------------------------------------------------------------------------------------------
# What the tools call
# ---------------------------------------------------------------------------------------------


def list_lessons():
    """Return the numbers of the lessons that have exercises, such as ["00", "01"]."""
    return sorted(path.name[:2] for path in SOLUTIONS.glob("[0-9][0-9]_*.py"))


@cache
def load_lesson(number):
    """Return the `engine.Lesson` that a file declares, with answer keys and mistakes alive.

    Args:
        number: two digits, such as "01".

    Raises:
        LookupError: there is none.
        BankError: the file does not fit its notebook.
    """
    paths = list(SOLUTIONS.glob(f"{number}_*.py"))
    if not paths:
        known = ", ".join(list_lessons())
        raise LookupError(f"there are no exercises for a lesson {number}; there are {known}")
    spec = importlib.util.spec_from_file_location(f"solutions_{number}", paths[0])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for exercise in module.EXERCISES:
        for function in (exercise.answer, *(mistake.function for mistake in exercise.mistakes)):
            if isinstance(function, _Edited):
                function.scope = vars(module)
    questions = [task for task in _read_tasks(number).values() if task.by_hand]
    question = Question(*((t := questions[0]).id, t.title, t.points)) if questions else None
    return Lesson(number, tuple(module.EXERCISES), question)


# ---------------------------------------------------------------------------------------------
# Reading notebooks and tables
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Task:
    """What a solutions notebook says about one exercise; `setup` is its first code cell."""

    id: str
    title: str
    points: float
    source: str
    by_hand: bool
    setup: str


@cache
def _read_tasks(number):
    """Return a dict from the ids of a lesson's exercises to their `_Task`."""
    path = next(SOLUTIONS.glob(f"{number}_*.ipynb"), None)
    if path is None:
        return {}
    cells = json.loads(path.read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    roles = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    titles = dict(re.findall(r"^## (\d\d[a-z]) (.+)", "\n".join(sources), re.M))
    points = {
        role["grade_id"].removesuffix("-check"): role["points"]
        for role in roles
        if role.get("grade")
    }
    setup = next(s for s, cell in zip(sources, cells, strict=True) if cell["cell_type"] == "code")
    tasks = {}
    for source, cell, role in zip(sources, cells, roles, strict=True):
        if role.get("solution"):
            id, by_hand = role["grade_id"], cell["cell_type"] == "markdown"
            title = re.sub(r"^[A-Z](?![A-Z0-9])", lambda m: m[0].lower(), titles[id])  # not of F1
            tasks[id] = _Task(id, title, points[id], source, by_hand, setup)
    return tasks


def _read_axes(text):
    """Return a dict from names to axes; a line reads "p_i, p_f: peepholes, each (units,)."."""
    rows = re.findall(r"^ *((?:\w+, )*\w+)(?:[: ].*?)?(?:\(([\w*+, ]+)\)[^()\n]*)?$", text, re.M)
    return {
        name: [axis.strip() for axis in axes.split(",") if axis.strip()]
        for names, axes in rows
        for name in names.split(", ")
    }


def _read_families(axes, results, without):
    """Yield (name, (edit, hint)) of all that `FAMILIES` says about an exercise."""
    found = []
    for name, parts in axes.items():
        found += [("bias", name)] * (name == "b" or name.startswith("b_"))
        found += [("square matrix", name)] * (parts == ["units", "units"])
        found += [(name, name)] * (name in ("h_0", "mask"))
        found += [("directions", "")] * (name == "W_x" and parts[:1] == ["2"])
    found += [("two results", ", ".join(results))] * (len(results) == 2)
    found += [("states", "")] * ([parts[:2] for parts in results.values()] == [["batch", "time"]])
    for family, name in found:
        if family in without:
            continue
        alone = [kind for kind, _ in found].count(family) == 1
        for mistake, edit, hint in _read_table(family, FAMILIES[family].format(name)):
            yield re.sub("^b_?h?(?= is)", "the bias", mistake) if alone else mistake, (edit, hint)


def _read_table(place, text):
    """Yield (name, edit, hint) of a table of mistakes."""
    waiting = []
    for line in dedent(text).strip("\n").splitlines():
        if not line.strip():
            continue
        if not line.startswith(" "):
            name, _, edit = line.partition(" | ")
            waiting.append([name.strip(), edit.strip()])
        elif not waiting:
            raise BankError(f"{place}: this line follows no mistake: {line.strip()}")
        elif line.strip().startswith("|"):
            waiting[-1][1] += " " + line.strip()[1:].strip()
        else:
            yield from ((name, edit.strip(), line.strip()) for name, edit in waiting)
            waiting = []
    if waiting:
        raise BankError(f"{place}: no hint follows {waiting[0][0]!r}")


def _shape(parts, size):
    return [eval(part, {"__builtins__": builtins}, size) for part in parts]


def _fill(axes, terms):
    """Return the arguments of an example: lists become arrays, and what is left out is zero."""
    filled = {}
    for name, parts in axes.items():
        if name in terms:
            value = terms[name]
            if parts and isinstance(value, (list, int, float)):
                value = np.array(value)
                value = value if value.dtype == bool else value.astype(float)
        else:
            shape = _shape(parts, SMALL)
            value = np.ones(shape, bool) if name == "mask" else np.zeros(shape)
        filled[name] = value
    return filled | {name: value for name, value in terms.items() if name not in axes}


class _Edited:
    """A solution after some edits; made when it is first called, and called by name."""

    def __init__(self, place, task, edits):
        self.place, self.task, self.edits = place, task, edits
        self.scope = {}  # what the lesson's file defines; `load_lesson` says it
        self.before, self.after = [], None
        # Only what a student writes is edited: not the first line, nor what the docstring says.
        self.head, body = re.fullmatch(r'(.*?""".*?"""\n)(.*)', task.source, re.S).groups()
        self.body = body
        arguments = [argument.arg for argument in ast.parse(task.source).body[0].args.args]
        for edit in filter(None, map(str.strip, edits.split(", then "))):
            if " ->" in edit:
                old, new = edit.split(" ->", 1)
                if old not in self.body:
                    raise BankError(f"{self.place}: {old!r} is not in the solution:\n{body}")
                self.body = self.body.replace(old, new.removeprefix(" "))
            elif edit.startswith("return: "):
                self.after = self._compile(edit.removeprefix("return: "), "eval")
            elif (argument := edit.split(": ")[0]) in arguments:
                code = self._compile(edit.removeprefix(argument + ": "), "eval")
                self.before.append((argument, code))
            else:
                raise BankError(f"{self.place}: {edit!r} is no edit; see course_tools/bank.py")
        self.code = self._compile(self.head + self.body, "exec")
        self._made = None

    def _compile(self, source, mode):
        try:
            return compile(source, self.place, mode)
        except SyntaxError as error:
            raise BankError(f"{self.place}: {error}, in\n{source}") from error

    def combine(self, other):
        """Return the solution after the edits of both, None if they do not go together."""
        try:
            both = _Edited(self.place, self.task, f"{self.edits}, then {other.edits}")
        except BankError:
            return None
        both.scope = self.scope
        return both

    @property
    def __signature__(self):
        return signature(self._make()[0])

    def _make(self):
        """Return the solution, the edited solution, and the names that edits see."""
        if self._made is None:
            names = dict(self.scope)
            exec(self.task.setup, names)
            name = re.search(r"^def (\w+)", self.task.source, re.M)[1]
            functions = []
            for code in (self.task.source, self.code):
                own = dict(names)
                exec(code, own)
                functions.append(own[name])
            self._made = (*functions, names)
        return self._made

    def __call__(self, **given):
        right, edited, names = self._make()
        taken = dict(given)
        for argument, code in self.before:
            taken[argument] = eval(code, names, taken)
        result = edited(**taken)
        if not self.after:
            return result
        return eval(self.after, names | given | dict(given=given, right=right, result=result))
