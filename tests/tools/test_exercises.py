"""The students' notebooks: made from the solutions, the same as nbgrader makes, and empty."""

import copy
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from course_tools import bank, exercises
from course_tools.exercises import BEGIN, END, PROMPT, STUB, ExerciseError
from course_utils import checks
from course_utils.checks.frozen import thaw

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SOURCES = sorted((exercises.NOTEBOOKS / "solutions").glob("*.ipynb"))
by_name = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def roles(cell):
    return cell.metadata.get("nbgrader", {})


def stored_exercise(path):
    return exercises.NOTEBOOKS / "exercises" / path.name


def run_cells(notebook, until):
    """Execute the imports and one exercise's cell, without a kernel; return the function made."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (cell,) = (cell for cell in code if roles(cell).get("grade_id") == until)
    namespace = {}
    exec(code[0].source, namespace)
    before = set(namespace)
    exec(cell.source, namespace)
    (name,) = set(namespace) - before
    return namespace[name]


# -- one cell ------------------------------------------------------------------------------------


def test_a_solution_region_becomes_a_stub():
    source = (
        f'def f(x):\n    """Twice x."""\n    {BEGIN}\n    y = 2 * x\n\n    return y\n    {END}\n'
    )
    assert exercises.clear_code(source) == f'def f(x):\n    """Twice x."""\n    {STUB}\n'


@pytest.mark.parametrize(
    "source, found",
    [
        ("y = 2", "found neither"),
        (f"{BEGIN}\ny = 2", f"found {BEGIN}"),
        (f"y = 2\n{END}", f"found {END}"),
        (f"{END}\ny = 2\n{BEGIN}", f"found {END}, then {BEGIN}"),
        (f"{BEGIN}\n{BEGIN}\ny = 2\n{END}", f"found {BEGIN}, then {BEGIN}, then {END}"),
        (f"{BEGIN}\ny = 2\n{END}\n{BEGIN}\ny = 3\n{END}", f"{END}, then {BEGIN}, then {END}"),
        ("# BEGIN SOLUTION\ny = 2\n# END SOLUTION", "found # BEGIN SOLUTION, then # END"),
    ],
)
def test_a_malformed_region_is_refused(source, found):
    with pytest.raises(ExerciseError, match=found):
        exercises.clear_code(source)


# -- a notebook ----------------------------------------------------------------------------------


def make_source():
    def metadata(grade_id, **more):
        known = {"grade": False, "locked": False, "solution": False, "schema_version": 3}
        return {"nbgrader": known | {"grade_id": grade_id} | more, "collapsed": True}

    code = new_code_cell(
        f"def f():\n    {BEGIN}\n    return 'secret'\n    {END}",
        metadata=metadata("07a", solution=True),
    )
    check = new_code_cell(
        "check(f)",
        execution_count=4,
        outputs=[nbformat.v4.new_output("stream", text="secret\n")],
        metadata=metadata("07a-check", grade=True, locked=True, points=2),
    )
    answer = new_markdown_cell(
        "secret", metadata=metadata("07e", grade=True, solution=True, points=3)
    )
    return new_notebook(
        cells=[new_markdown_cell("# Title"), code, check, answer], metadata={"hint": "secret"}
    )


def test_solutions_answers_and_outputs_are_taken_out():
    source = make_source()
    before = copy.deepcopy(source)
    made = exercises.make_exercise(source)
    assert source == before
    assert "secret" not in json.dumps(made)
    assert [cell.source for cell in made.cells] == [
        "# Title",
        f"def f():\n    {STUB}",
        "check(f)",
        PROMPT,
    ]
    assert [cell.id for cell in made.cells] == [cell.id for cell in source.cells]
    assert [dict(cell.metadata) for cell in made.cells] == [
        {},
        {"deletable": False, "nbgrader": roles(source.cells[1])},
        {"deletable": False, "editable": False, "nbgrader": roles(source.cells[2])},
        {"deletable": False, "nbgrader": roles(source.cells[3])},
    ]
    assert made.cells[2].execution_count is None


def test_an_error_names_the_notebook_the_cell_and_the_exercise(tmp_path):
    notebook = make_source()
    notebook.cells[1].source = f"{BEGIN}\ny = 2"
    path = tmp_path / "07_topic.ipynb"
    nbformat.write(notebook, path)
    with pytest.raises(ExerciseError, match=r"07_topic.ipynb: cell 2 \(07a\): expected ### BEGIN"):
        exercises.write_exercise(path, tmp_path / "made.ipynb")


def test_a_solution_outside_of_a_solution_cell_is_refused():
    notebook = make_source()
    notebook.cells[0].source += f"\n{BEGIN}\nsecret\n{END}"
    with pytest.raises(ExerciseError, match="cell 1: a solution stands in a cell"):
        exercises.make_exercise(notebook)


def test_what_is_no_notebook_is_refused(tmp_path):
    path = tmp_path / "07_topic.ipynb"
    path.write_text("{")
    with pytest.raises(ExerciseError, match="07_topic.ipynb"):
        exercises.write_exercise(path, tmp_path / "made.ipynb")


# -- the command ---------------------------------------------------------------------------------


DECLARED = """
from course_tools.bank import exercise

DOUBLE = exercise(
    "{number}a",
    key="a sum",
    returns="y (batch)",
    examples={{"one": dict(x=[1])}},
    mistakes='''
        the numbers are squared | 2 * -> x *
            reading "twice" again
    ''',
)
EXERCISES = (DOUBLE,)
"""
DOUBLE = f'''def double(x):
    """Return twice the numbers.

    Args:
        x: numbers, (batch,).

    Returns:
        The numbers, doubled, (batch,).
    """
    {BEGIN}
    return 2 * x
    {END}'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A course of two lessons, 97 and 98, each with one exercise."""
    notebooks = tmp_path / "notebooks"
    monkeypatch.setattr(exercises, "ROOT", tmp_path)
    monkeypatch.setattr(exercises, "NOTEBOOKS", notebooks)
    monkeypatch.setattr(exercises, "OUTCOMES", tmp_path / "outcomes")
    monkeypatch.setattr(bank, "SOLUTIONS", notebooks / "solutions")
    (notebooks / "solutions").mkdir(parents=True)
    for number, name in {"97": "97_topic", "98": "98_other"}.items():
        lesson = make_source()
        lesson.cells[0].source = f"# Title\n\n## {number}a A toy"
        lesson.cells[1].source = DOUBLE
        for cell, role in zip(lesson.cells[1:], ["a", "a-check", "e"], strict=True):
            roles(cell)["grade_id"] = number + role
        lesson.cells[3].source = f"## {number}e A question"
        lesson.cells.insert(1, new_code_cell("import numpy as np"))
        nbformat.write(lesson, notebooks / "solutions" / f"{name}.ipynb")
        (notebooks / "solutions" / f"{name}.py").write_text(DECLARED.format(number=number))
    yield tmp_path
    bank.load_lesson.cache_clear()


def test_the_command_makes_notebooks_and_outcomes_of_all_or_those_named(folder, capsys):
    def read_made():
        made = [*folder.glob("notebooks/exercises/*"), *folder.glob("outcomes/*")]
        return {path.name: path.read_bytes() for path in made}

    assert exercises.main(["98"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "notebooks/exercises/98_other.ipynb  5 points"
    assert lines[1].startswith("outcomes/lesson_98.bin  ") and len(lines) == 2
    assert exercises.main([]) == 0
    made = read_made()
    names = {"97_topic.ipynb", "98_other.ipynb", "lesson_97.bin", "lesson_98.bin"}
    assert set(made) == names
    assert thaw(made["lesson_97.bin"]).exercises[0].title == "a toy"
    assert exercises.main([]) == 0
    assert made == read_made()


def test_outcomes_that_differ_by_rounding_alone_are_left(folder, monkeypatch):
    assert exercises.main([]) == 0
    path = folder / "outcomes" / "lesson_97.bin"
    kept = path.read_bytes()

    def spoil(factor):
        lesson = bank.load_lesson("97")
        exercise = replace(lesson.exercises[0], answer=lambda x: x * 2 * factor)
        return lambda number: replace(lesson, exercises=(exercise,))

    monkeypatch.setattr(exercises, "load_lesson", spoil(1 + 1e-12))
    assert exercises.main(["97"]) == 0 and path.read_bytes() == kept
    monkeypatch.setattr(exercises, "load_lesson", spoil(1 + 1e-3))
    assert exercises.main(["97"]) == 0 and path.read_bytes() != kept


def test_the_command_fails_with_one_line(folder, capsys):
    assert exercises.main(["99"]) == 1
    assert capsys.readouterr().err == "no solutions for lesson 99; there are 97, 98\n"
    declared = folder / "notebooks" / "solutions" / "97_topic.py"
    declared.write_text(DECLARED.format(number=97).replace("2 *", "3 *"))
    assert exercises.main([]) == 1
    error = capsys.readouterr().err
    assert error.startswith("97a, 'the numbers are squared': '3 *' is not in the solution")
    (folder / "notebooks" / "solutions" / "97_topic.ipynb").write_text("{}")
    assert exercises.main([]) == 1
    assert capsys.readouterr().err.startswith("solutions/97_topic.ipynb: ")


# -- the course's own ----------------------------------------------------------------------------


def test_every_source_has_its_exercises_and_the_reverse():
    stored = {path.name for path in (exercises.NOTEBOOKS / "exercises").glob("*.ipynb")}
    assert stored == {path.name for path in SOURCES}


@by_name
def test_the_stored_exercises_are_those_of_the_source(path, tmp_path):
    exercises.write_exercise(path, tmp_path / path.name)
    made = (tmp_path / path.name).read_bytes()
    assert made == stored_exercise(path).read_bytes(), "run: python3 -m course_utils exercises"


@by_name
def test_no_solution_is_left(path):
    kept = stored_exercise(path).read_text(encoding="utf-8")
    for cell in read(path).cells:
        if roles(cell).get("solution"):
            text = cell.source
            if cell.cell_type == "code":
                text = text[text.index(BEGIN) + len(BEGIN) : text.index(END)]
            for line in text.split("\n"):
                line = line.split("  #")[0].strip()
                assert len(line) < 12 or json.dumps(line)[1:-1] not in kept, line
    assert "SOLUTION" not in kept


@by_name
def test_cells_and_exercises_agree(path):
    lesson = checks.load_lesson(path.name[:2])
    cells = {roles(cell).get("grade_id"): cell for cell in read(path).cells if roles(cell)}
    expected = {}
    for exercise in lesson.exercises:
        expected[exercise.id] = ("code", True, False, False, None)
        expected[exercise.id + "-check"] = ("code", False, True, True, exercise.points)
        assert cells[exercise.id + "-check"].source.startswith(f'checks.check("{exercise.id}", ')
    question = lesson.question
    expected[question.id] = ("markdown", True, True, False, question.points)
    assert len(lesson.exercises) >= 3
    for name, cell in cells.items():
        role = roles(cell)
        assert role["schema_version"] == 3 and role["task"] is False
        found = (role["solution"], role["grade"], role["locked"], role.get("points"))
        assert (cell.cell_type, *found) == expected.pop(name)
    assert not expected


EXERCISES = [
    pytest.param(path, exercise, id=exercise.id)
    for path in SOURCES
    for exercise in checks.load_lesson(path.name[:2]).exercises
]


@pytest.mark.parametrize("path, exercise", EXERCISES)
def test_every_solution_passes_its_check(path, exercise, capsys):
    checks.check(exercise.id, run_cells(read(path), exercise.id))
    assert capsys.readouterr().out.startswith(f"✓ {exercise.id}  {exercise.title}: agrees with ")


@pytest.mark.parametrize("path, exercise", EXERCISES)
def test_every_stub_is_not_written_yet(path, exercise):
    stub = run_cells(read(stored_exercise(path)), exercise.id)
    with pytest.raises(checks.CheckFailed) as caught:
        checks.check(exercise.id, stub)
    assert str(caught.value) == f"○ {exercise.id}  {exercise.title}: not written yet"


# -- nbgrader ------------------------------------------------------------------------------------


def release(notebook):
    """Return what nbgrader's own preprocessors make of an instructor's notebook."""
    from nbgrader.preprocessors import (
        CheckCellMetadata,
        ClearOutput,
        ClearSolutions,
        ComputeChecksums,
        LockCells,
    )

    resources = {}
    for preprocessor in [
        CheckCellMetadata(),
        LockCells(),
        ClearSolutions(code_stub={"python": STUB}, text_stub=PROMPT),
        ClearOutput(),
        ComputeChecksums(),
        CheckCellMetadata(),
    ]:
        notebook, resources = preprocessor.preprocess(notebook, resources)
    return notebook


@by_name
def test_nbgrader_makes_the_same_of_the_source(path):
    ours, theirs = read(stored_exercise(path)), release(read(path))
    nbformat.validate(theirs)
    for mine, other in zip(ours.cells, theirs.cells, strict=True):
        for added in ("checksum", "cell_type"):
            roles(other).pop(added, None)
        assert (mine.source, mine.metadata) == (other.source, other.metadata)


@by_name
def test_nbgrader_accepts_the_exercises(path):
    from nbgrader.nbgraderformat import MetadataValidator

    MetadataValidator().validate_nb(read(stored_exercise(path)))


@pytest.mark.slow
def test_nbgrader_generates_the_assignments(tmp_path, monkeypatch):
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    # nbgrader starts alembic, for its database, by name.
    folder = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    for path in SOURCES:
        folder = tmp_path / "source" / path.stem
        folder.mkdir(parents=True)
        shutil.copy(path, folder)
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = PROMPT
    api = NbGraderAPI(config=config)
    for path in SOURCES:
        done = api.generate_assignment(path.stem)
        assert done["success"], done["log"]
        theirs = read(tmp_path / "release" / path.stem / path.name)
        ours = read(stored_exercise(path))
        assert [cell.source for cell in theirs.cells] == [cell.source for cell in ours.cells]
