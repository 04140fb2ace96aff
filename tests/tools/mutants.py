"""Slips made mechanically in the solutions: `python tests/tools/mutants.py [--named] [NN or NNa]`.

Each mutant differs from its solution in one place. One that passes its check is either equivalent
(it gives the same for whatever the exercise's text allows; tests/data/equivalent_mutants.txt says
why) or a hole, to be closed by an input; holes are listed. With --named the others are put to the
whole check, which says whether it can name them; with -v those that have no name are listed, too.
"""

import argparse
import ast
import copy
import re
import warnings
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from course_tools import bank
from course_utils import checks
from course_utils.checks import engine

from apart import call_apart

CALL_LIMIT = 1  # seconds
EQUIVALENT = Path(__file__).parents[1] / "data" / "equivalent_mutants.txt"
SWAPS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


def shifted(node):
    """Return a whole number's node, and others as an expression, one less and one more."""
    if isinstance(node, ast.Constant):
        return [ast.Constant(node.value + step) for step in (-1, 1)]
    return [ast.BinOp(node, operator(), ast.Constant(1)) for operator in (ast.Sub, ast.Add)]


def change(node, field, value):
    """Return a copy of a node with one field replaced."""
    return type(node)(**{**dict(ast.iter_fields(node)), field: value})


def without(node, field):
    """Yield copies of a node that lack one item of a field, other than a guard, strict=."""
    items = getattr(node, field)
    for i, item in enumerate(items):
        if getattr(item, "arg", "") != "strict":
            yield change(node, field, items[:i] + items[i + 1 :])


def replace_expression(node, names):
    """Yield what may stand in place of an expression; `names` may stand for each other."""
    if isinstance(node, (ast.BinOp, ast.BoolOp)):
        yield from (change(node, "op", new()) for new in SWAPS.get(type(node.op), ()))
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
        if isinstance(node.op, (ast.MatMult, ast.Sub, ast.Div)):
            yield ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.BoolOp):
        yield from without(node, "values")
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from (change(node, "ops", [new()]) for new in SWAPS[type(node.ops[0])])
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, (int, float)):
            yield from shifted(node)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from (ast.Name(name, ast.Load()) for name in sorted(names))
    elif isinstance(node, ast.Call):
        yield from without(node, "args")
        yield from without(node, "keywords")
        yield from node.args[:1]
        if isinstance(node.func, ast.Attribute):
            yield node.func.value
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Subscript):
        yield node.value
        if isinstance(node.slice, ast.Name):
            yield from (change(node, "slice", index) for index in shifted(node.slice))
        if isinstance(node.slice, ast.Tuple):
            for i, part in enumerate(node.slice.elts):
                if isinstance(part, ast.Name):
                    for index in shifted(part):
                        parts = [*node.slice.elts[:i], index, *node.slice.elts[i + 1 :]]
                        yield change(node, "slice", ast.Tuple(parts, ast.Load()))
    elif isinstance(node, ast.Slice):
        for field in ("lower", "upper", "step"):
            if (old := getattr(node, field)) is not None:
                yield change(node, field, None)
                if field != "step" and not isinstance(old, ast.Constant):
                    yield from (change(node, field, index) for index in shifted(old))
    elif isinstance(node, ast.Set) or (
        isinstance(node, (ast.List, ast.Tuple)) and isinstance(node.ctx, ast.Load)
    ):
        yield from without(node, "elts")
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        for i, part in enumerate(node.generators):
            for less in without(part, "ifs"):
                parts = [*node.generators[:i], less, *node.generators[i + 1 :]]
                yield change(node, "generators", parts)


def replace_statement(node):
    """Yield what may stand in place of a statement."""
    yield ast.Pass()
    if isinstance(node, ast.AugAssign):
        target = change(node.target, "ctx", ast.Store())
        yield ast.Assign([target], node.value)
        yield from (change(node, "op", new()) for new in SWAPS.get(type(node.op), ()))
    elif isinstance(node, (ast.Assign, ast.Return)) and not isinstance(node.value, ast.Tuple):
        if not re.match(r"0|np\.zeros", ast.unparse(node.value)):
            yield change(node, "value", ast.UnaryOp(ast.USub(), node.value))
    elif isinstance(node, ast.If):
        yield from (change(node, "test", ast.Constant(truth)) for truth in (True, False))


def list_mutants(source):
    """Return a dict from the text of each mutant of a function to (line before, line after)."""
    tree = ast.parse(source)
    before = ast.unparse(tree)
    mutants = {}
    function = tree.body[0]
    nodes = list(ast.walk(function))
    names = {node.arg for node in nodes if isinstance(node, ast.arg)}
    names |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            nodes = value if isinstance(value, list) else [value]
            for i, node in enumerate(nodes):
                if parent is function and (field != "body" or i == 0):
                    continue  # the first line and the docstring
                if getattr(parent, "arg", "") == "strict":
                    continue  # a guard
                if isinstance(node, ast.expr):
                    # Of two arrays equally long, either may tell the length.
                    sized = re.match(r"len\(\w+\)$|\w+\.shape$", ast.unparse(parent))
                    replacements = replace_expression(node, () if sized else names)
                elif isinstance(node, ast.stmt):
                    replacements = replace_statement(node)
                else:
                    continue
                for new in replacements:
                    changed = [*nodes[:i], new, *nodes[i + 1 :]]
                    setattr(parent, field, changed if isinstance(value, list) else new)
                    try:
                        after = ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))
                        compile(after, "mutant", "exec")
                        if after != before:
                            mutants[after] = find_line(before, after)
                    except (SyntaxError, ValueError):
                        pass  # nothing that could be run
                    setattr(parent, field, value)
    return mutants


def find_line(before, after):
    """Return the first line that differs, as it was and as it is."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next(((a.strip(), b.strip()) for a, b in pairs if a != b), ("", ""))


def try_out(exercise, task, scope, named):
    """Yield (verdict, line before, line after) of each mutant of an exercise's solution."""
    names = dict(scope)
    exec(task.setup, names)
    cases = exercise.cases()
    expected = exercise.expect(cases)

    def ask(source):
        own = dict(names)
        exec(source, own)
        function = own[ast.parse(source).body[0].name]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for case, value in zip(cases, expected, strict=True):
                outcome = engine.call(function, case.arguments, CALL_LIMIT)
                wrong = outcome.trouble or outcome.changed
                if wrong or exercise.compare(value, outcome.value) is not None:
                    break
            else:
                return "passed"
            return "named" if named and name(function) else "unnamed"

    def name(function):
        with redirect_stdout(StringIO()):
            return engine.examine(exercise, function, CALL_LIMIT)[0].mistake

    assert ask(task.source) == "passed", f"{exercise.id}: the solution itself does not pass"
    for source, lines in list_mutants(task.source).items():
        try:
            yield call_apart(ask, source), *lines
        except RuntimeError:  # it took all memory, or all time
            yield "unnamed", *lines


def read_equivalent():
    """Return a dict from (exercise id, mutated line) to the reason why it is no mistake."""
    known, reason = {}, ""
    for line in EQUIVALENT.read_text("utf-8").splitlines():
        if line.startswith(" "):
            name, _, mutant = line.strip().partition(" ")
            known[name, mutant] = reason
        elif line and not line.startswith("#"):
            reason = line
    return known


def main():
    parser = argparse.ArgumentParser(description="Put slips made mechanically to the checks.")
    parser.add_argument("ids", nargs="*", metavar="NN", help="such as 01 or 01a; all if left out")
    parser.add_argument("--named", action="store_true", help="ask which are named; takes long")
    parser.add_argument("-v", "--verbose", action="store_true", help="list those unnamed, too")
    options = parser.parse_args()
    known, table = read_equivalent(), {}
    for number in bank.list_lessons():
        for declared in bank.load_lesson(number).exercises:
            if options.ids and not {number, declared.id} & set(options.ids):
                continue
            solution = declared.mistakes[0].function
            frozen = checks.find_exercise(declared.id)
            counts = table[declared.id] = Counter()
            mutants = try_out(frozen, solution.task, solution.scope, options.named)
            for verdict, before, after in mutants:
                if verdict == "passed" and (declared.id, after) in known:
                    verdict = "equivalent"
                counts.update(("tried", verdict))
                if verdict == "passed" or options.verbose and verdict == "unnamed":
                    print(f"{declared.id} {verdict:<8} {before}\n{'':<12} {after}", flush=True)
    columns = ("tried", "named", "unnamed", "equivalent", "passed")
    print(f"{'':<6}" + "".join(f"{column:>12}" for column in columns))
    for name, counts in [*table.items(), ("all", sum(table.values(), Counter()))]:
        print(f"{name:<6}" + "".join(f"{counts[column]:>12}" for column in columns))


if __name__ == "__main__":
    main()
