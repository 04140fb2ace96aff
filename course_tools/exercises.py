"""Make what students get of the exercises: `python3 -m course_utils exercises`.

`notebooks/solutions` is the source of the notebooks that students fill in, and of the frozen
outcomes that their checks compare with (`course_utils.checks.frozen`). A solution cell holds its
answer between the lines `### BEGIN SOLUTION` and `### END SOLUTION`; here the answer is taken out,
a stub put in. The cells carry nbgrader's metadata, and nbgrader makes the same code of them.
"""

import argparse
import sys

from course_tools.bank import BankError, list_lessons, load_lesson
from course_tools.files import write_whole
from course_utils import ROOT
from course_utils.checks import OUTCOMES
from course_utils.checks.frozen import agree, freeze

import nbformat
from nbformat.reader import NotJSONError

NOTEBOOKS = ROOT / "notebooks"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = 'raise NotImplementedError("not written yet")'
PROMPT = "*Write your answer here, in place of this line.*"


class ExerciseError(Exception):
    """A solutions notebook cannot be turned into exercises; the message says where and why."""


def clear_code(source):
    """Return the source of a code cell with its solution region replaced by the stub.

    Args:
        source: text with one line `### BEGIN SOLUTION` and, below it, one `### END SOLUTION`.

    Returns:
        The text with the region and its two lines replaced by one line that raises
        NotImplementedError, indented like the first of the two.

    Raises:
        ExerciseError: there is no such region, or more than one, or its lines are out of order.
    """
    lines = source.split("\n")
    marks = [(number, line) for number, line in enumerate(lines) if "SOLUTION" in line]
    if [line.strip() for _, line in marks] != [BEGIN, END]:
        found = ", then ".join(line.strip() for _, line in marks) or "neither"
        raise ExerciseError(f"expected {BEGIN} and below it {END}, found {found}")
    (first, line), (last, _) = marks
    indent = line[: len(line) - len(line.lstrip())]
    return "\n".join([*lines[:first], indent + STUB, *lines[last + 1 :]])


def make_exercise(solutions):
    """Return the students' notebook of an instructor's notebook.

    Args:
        solutions: notebook, as nbformat reads it; it is left as it is.

    Returns:
        A notebook without solutions, model answers and outputs. Checks and nbgrader's other
        locked cells can be neither edited nor deleted in JupyterLab.

    Raises:
        ExerciseError: a solution region or a cell's metadata is malformed.
    """
    cells = []
    for number, cell in enumerate(solutions.cells, start=1):
        roles = cell.metadata.get("nbgrader", {})
        source = cell.source
        try:
            if roles.get("solution"):
                source = clear_code(source) if cell.cell_type == "code" else PROMPT
            elif BEGIN in source or END in source:
                raise ExerciseError(
                    "a solution stands in a cell that nbgrader's metadata calls none"
                )
        except ExerciseError as error:
            name = f" ({roles['grade_id']})" if roles else ""
            raise ExerciseError(f"cell {number}{name}: {error}") from None
        metadata = {}
        if roles:
            metadata = {"deletable": False, "nbgrader": roles}
            if roles.get("locked"):
                metadata["editable"] = False
        make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        cells.append(make(source, id=cell.id, metadata=metadata))
    kept = ("kernelspec", "language_info")
    metadata = {name: solutions.metadata[name] for name in kept if name in solutions.metadata}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def write_exercise(source, target):
    """Make the students' notebook of one file and write it.

    Args:
        source: path of the instructor's notebook.
        target: path of the students' notebook; the same source gives the same bytes.

    Returns:
        The points that can be earned in it.

    Raises:
        ExerciseError: the source is malformed, or no notebook; the message names the file.
    """
    try:
        notebook = make_exercise(nbformat.read(source, as_version=4))
    except (ExerciseError, OSError, nbformat.ValidationError, NotJSONError) as error:
        raise ExerciseError(f"{source.parent.name}/{source.name}: {error}") from error
    write_whole(target, nbformat.writes(notebook) + "\n")
    return sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in notebook.cells)


def write_outcomes(number):
    """Make the frozen outcomes of a lesson, unless the file says the same but for rounding.

    Args:
        number: of the lesson, two digits.

    Returns:
        The path of the file.

    Raises:
        bank.BankError: the lesson's declaration does not fit its notebook.
    """
    path, data = OUTCOMES / f"lesson_{number}.bin", freeze(load_lesson(number))
    if not path.exists() or not agree(data, path.read_bytes()):
        write_whole(path, data)
    return path


def main(arguments):
    """Make notebooks and outcomes of the lessons named, or of all; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m course_utils exercises",
        description="Make notebooks/exercises and the checks' outcomes from notebooks/solutions.",
    )
    parser.add_argument("lessons", nargs="*", metavar="NN", help="such as 01; all if left out")
    lessons = parser.parse_args(arguments).lessons
    sources = {path.name[:2]: path for path in sorted((NOTEBOOKS / "solutions").glob("*.ipynb"))}
    for lesson in lessons:
        if lesson not in list_lessons():
            known = ", ".join(list_lessons())
            print(f"no solutions for lesson {lesson}; there are {known}", file=sys.stderr)
            return 1
    try:
        for lesson in lessons or list_lessons():
            if source := sources.get(lesson):
                points = write_exercise(source, NOTEBOOKS / "exercises" / source.name)
                print(f"notebooks/exercises/{source.name}  {points} points")
            outcomes = write_outcomes(lesson)
            print(f"{outcomes.relative_to(ROOT)}  {outcomes.stat().st_size / 1000:.0f} kB")
    except (ExerciseError, BankError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
