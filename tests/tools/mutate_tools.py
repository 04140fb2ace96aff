"""One-line slips in the course's own code: `python tests/tools/mutate_tools.py [--count N]`.

Draws mutants of the checks' engine and of the grader, puts each into a copy of the course, and runs
the tests that should notice; first the quick ones, then, for those that got through, the slow ones.
Who survives is listed with the line: it is equivalent, of no consequence, or a test is missing.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils import ROOT

from mutants import replace_expression, replace_statement

ROOMS = {  # what is mutated: the tests that should notice
    "course_utils/checks": ["tests/utils/test_checks.py", "tests/utils/test_explain.py"],
    "course_tools/grading": ["tests/tools/grading", "tests/tools/test_release.py"],
}
TIMEOUT = 240  # seconds


def list_mutants(tree):
    """Yield (parent, field, place, new node) of every slip in the functions of a module."""
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        for parent in [node for part in function.body for node in ast.walk(part)]:
            if isinstance(parent, ast.FunctionDef | ast.JoinedStr | ast.FormattedValue | ast.Raise):
                continue  # functions inside have a turn of their own; wording is no behaviour
            for field, value in ast.iter_fields(parent):
                for place, node in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(node, ast.expr):
                        news = replace_expression(node, ())
                    elif isinstance(node, ast.Return) and node.value is None:
                        news = [ast.Pass()]
                    elif isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef):
                        news = replace_statement(node)
                    else:
                        continue
                    for new in news:
                        yield parent, field, place, new


def write(tree, parent, field, place, new):
    """Return the source of a module with one node replaced, and the line as it was and is."""
    before, value = ast.unparse(tree), getattr(parent, field)
    changed = [*value[:place], new, *value[place + 1 :]] if isinstance(value, list) else new
    setattr(parent, field, changed)
    try:
        after = ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))
        compile(after, "mutant", "exec")
    finally:
        setattr(parent, field, value)
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return after, next(((a.strip(), b.strip()) for a, b in pairs if a != b), None)


def draw(rooms, count, seed):
    """Yield (room, file, source, lines) of so many mutants, equally many from each room."""
    rng = random.Random(seed)
    for room in rooms:
        found = []
        for path in sorted((ROOT / room).glob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            found += [(path, tree, *mutant) for mutant in list_mutants(tree)]
        rng.shuffle(found)
        left = count // len(rooms)
        while left and found:
            path, tree, *mutant = found.pop()
            try:
                source, lines = write(tree, *mutant)
            except (SyntaxError, ValueError):
                continue
            if lines:
                left -= 1
                yield room, path.relative_to(ROOT), source, lines


def notices(folder, tests, marker):
    """Return whether tests fail in a folder, or do not end."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", marker]
    there = [test for test in tests if (folder / test).exists()]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(
            [*command, *there], cwd=folder, env=environment, capture_output=True, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode not in (0, 5)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100, help="mutants to draw (100)")
    parser.add_argument("--room", choices=ROOMS, action="append", help="only these rooms")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (0)")
    parser.add_argument("--quick", action="store_true", help="leave the slow tests out")
    options = parser.parse_args()
    rooms, killed, survived = options.room or list(ROOMS), 0, []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "course"
        ignored = shutil.ignore_patterns(".venv", ".git", "build", "__pycache__", "kept")
        shutil.copytree(ROOT, folder, ignore=ignored)
        for room in rooms:
            if notices(folder, ROOMS[room], "not slow"):
                sys.exit(f"the tests of {room} fail without any mutant")
        for room, path, source, lines in draw(rooms, options.count, options.seed):
            (folder / path).write_text(source, "utf-8")
            noticed = notices(folder, ROOMS[room], "not slow")
            if not noticed and not options.quick:
                noticed = notices(folder, ROOMS[room], "slow")
            (folder / path).write_bytes((ROOT / path).read_bytes())
            killed += noticed
            if not noticed:
                survived.append(path)
                print(f"survived  {path}\n    {lines[0]}\n    {lines[1]}", flush=True)
    print(f"{killed + len(survived)} mutants, {killed} noticed, {len(survived)} survived")


if __name__ == "__main__":
    main()
