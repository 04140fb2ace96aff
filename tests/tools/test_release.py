"""A release: all that students need, nothing that solves an exercise, the same bytes each time."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

from course_tools import bank
from course_tools import release as kit
from course_tools.exercises import BEGIN, END, NOTEBOOKS, STUB
from course_tools.files import TEMPLATES, list_files
from course_tools.release import ROOT, ReleaseError
from course_utils import checks
from course_utils.datasets import CHECKSUMS
from course_utils.start import child_environment

import nbformat
import numpy as np
import pytest

NAME = "01_recurrent_neuron"
DUE = "2026-12-01T23:59+01:00"
SOURCES = sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    kit.release(["01"], folder, DUE, ["01a=3", "01e=0.5"], say=lambda line: None)
    return folder


def read(path):
    return nbformat.read(path, as_version=4)


def roles(cell):
    return cell.metadata.get("nbgrader", {})


def texts(folder):
    """Return the text of every file of a release that holds text, by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".npz", ".png", ".csv", ".bin"):
            found[path.relative_to(folder).as_posix()] = path.read_text("utf-8")
    return found


def in_student_copy(folder, code):
    """Run code with a release's package, as a student's interpreter would; return its output."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- what is in it --------------------------------------------------------------------------------


def test_students_get_what_they_need(released):
    paths = set(texts(released / NAME))
    assert {
        "README.md",
        "ASSIGNMENT_01.md",
        "requirements.txt",
        "environment.yml",
        "pyproject.toml",
        f"notebooks/{NAME}.ipynb",
        f"notebooks/exercises/{NAME}.ipynb",
        "notebooks/00_start_here.ipynb",
        "course_utils/__main__.py",
        "course_utils/checks/__init__.py",
        "datasets/README.md",
    } <= paths
    assignment = (released / NAME / "ASSIGNMENT_01.md").read_text("utf-8")
    assert "Due 2026-12-01 23:59 (UTC+01:00)." in assignment and "| 01a | 3 |" in assignment


def test_the_package_is_released_as_it_is_in_the_repository(released):
    # Files that are about to be committed count as well; what is ignored does not.
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run([*command, "course_utils"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this copy of the course is no repository")
    paths = {ROOT / path for path in listed.stdout.split("\0") if path}
    tracked = {path for path in paths if path.exists()}
    folder = released / NAME / "course_utils"
    copies = [path for path in folder.rglob("*") if path.is_file()]
    assert {ROOT / path.relative_to(released / NAME) for path in copies} == tracked
    for path in copies:
        assert path.read_bytes() == (ROOT / path.relative_to(released / NAME)).read_bytes()


def test_of_what_makes_the_course_nothing_is_released(released):
    folder = released / NAME
    assert {path.name for path in folder.iterdir()} == {
        *("README.md", "ASSIGNMENT_01.md", "course_utils", "datasets", "notebooks"),
        *kit.TOP_FILES,
    }
    names = [path.relative_to(folder / "notebooks").as_posix() for path in folder.rglob("*.ipynb")]
    assert sorted(names) == ["00_start_here.ipynb", f"{NAME}.ipynb", f"exercises/{NAME}.ipynb"]
    assert {path.name for path in (folder / "datasets").iterdir()} == {"README.md", *CHECKSUMS}


def test_a_file_added_to_the_tools_is_not_released(tmp_path, monkeypatch):
    """Tried in a copy of the course, which gets a module, a solution and a test more."""
    course = tmp_path / "course"
    for name in ("course_utils", "course_tools", "notebooks", "datasets"):
        for path in list_files(ROOT / name):
            target = course / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for name in kit.TOP_FILES:
        shutil.copy(ROOT / name, course)
    for name in ("course_tools", "course_tools/grading", "notebooks/solutions", "tests", "."):
        (course / name).mkdir(exist_ok=True)
        (course / name / "added.py").write_text("SECRET = 42\n")
    (course / "course_utils" / "__pycache__").mkdir(exist_ok=True)
    (course / "course_utils" / "__pycache__" / "cells.pyc").write_bytes(b"SECRET")
    monkeypatch.setattr(kit, "ROOT", course)
    kit.release(["01"], tmp_path / "out", say=lambda line: None)
    released = tmp_path / "out" / NAME
    assert not [path for path in list_files(released) if b"SECRET" in path.read_bytes()]
    assert {path.relative_to(released) for path in list_files(released / "course_utils")} == {
        path.relative_to(ROOT) for path in list_files(ROOT / "course_utils")
    }


def test_the_zip_holds_the_folder_and_says_nothing_about_when_and_where(released):
    folder = released / NAME
    with zipfile.ZipFile(released / f"{NAME}.zip") as archive:
        entries = archive.infolist()
        for entry in entries:
            path = folder / entry.filename.removeprefix("rnn-course/")
            assert archive.read(entry) == path.read_bytes()
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(entries) == len(files)


def test_the_same_release_gives_the_same_bytes(released, tmp_path):
    kit.release(["1", "01"], tmp_path, DUE, ["01a=3", "01e=0.5"], say=lambda line: None)
    for name in (f"{NAME}.zip", "release.json"):
        assert (tmp_path / name).read_bytes() == (released / name).read_bytes()


# -- what is not in it ----------------------------------------------------------------------------


def lines_of(text):
    """Return the lines of code that say something, without comments and indentation."""
    lines = (line.split("  #")[0].strip() for line in text.split("\n"))
    return [line for line in lines if len(line) > 3 and not line.startswith("#")]


def passages(path):
    """Return what would give solutions away, of code and of text.

    Code counts as given away where two of its lines follow one another, or the only one stands;
    a single line of several is often the lesson's, too. Text counts sentence by sentence.
    """
    code, sentences = set(), set()
    for cell in read(path).cells:
        if roles(cell).get("solution") and cell.cell_type == "code":
            lines = lines_of(cell.source[cell.source.index(BEGIN) + len(BEGIN) :].split(END)[0])
            code |= set(zip(lines, lines[1:], strict=False)) or {tuple(lines)}
        elif roles(cell).get("solution"):
            parts = re.split(r"(?<=[.:?])\s+", cell.source)
            sentences |= {part for part in parts if len(part) > 30}
    return code, sentences


def given_away(path, text, code, sentences):
    """Return the passages that a file holds."""
    if path.suffix == ".ipynb":
        text = "\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
    lines = lines_of(text)
    held = {(line,) for line in lines} | set(zip(lines, lines[1:], strict=False))
    return (code & held) | {sentence for sentence in sentences if sentence in text}


def test_the_search_finds_what_it_looks_for():
    for source in SOURCES:
        code, sentences = passages(source)
        assert len(code) >= 8 and len(sentences) >= 5
        found = given_away(source, source.read_text("utf-8"), code, sentences)
        assert found == code | sentences


def test_no_solution_and_no_model_answer_is_in_it(released):
    found = texts(released / NAME)
    shown = "\n".join(
        cell.source for path in NOTEBOOKS.glob("[0-9]*.ipynb") for cell in read(path).cells
    )
    for source in SOURCES:
        code, sentences = passages(source)
        code -= given_away(
            Path("lessons.py"), shown, code, set()
        )  # what lessons teach is no secret
        for path, text in found.items():
            assert not given_away(Path(path), text, code, sentences), (source.name, path)
    for path, text in found.items():
        assert "BEGIN SOLUTION" not in text and "Notes for the marker" not in text, path


def test_no_answer_key_and_no_mistake_is_in_it(released):
    """What a check knows of them are outcomes; a lesson's declaration is nowhere."""
    found = texts(released / NAME)
    (path,) = (NOTEBOOKS / "solutions").glob("01_*.py")
    tree = ast.parse(path.read_text("utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert names
    for name in names:
        assert not [path for path, text in found.items() if f"def {name}(" in text]
    copy = checks.load_lesson("01").exercises
    assert [exercise.answer for exercise in copy] == [None] * len(copy)
    assert not [m.function for exercise in copy for m in exercise.mistakes if m.function]


def test_inputs_of_the_grader_are_not_in_it():
    """What a copy knows are the inputs of the check in the notebook; a grader draws others."""
    copy = checks.load_lesson("01").exercises
    known = [array for exercise in copy for array in arrays(exercise.cases())]
    assert len(known) > 50
    for exercise in bank.load_lesson("01").exercises:
        drawn = exercise.cases(seed=20261201)[len(exercise.examples) :]
        for array in arrays(drawn):
            if array.size > 3 and array.dtype.kind == "f" and len(np.unique(array)) > 2:
                assert not any(np.array_equal(array, other) for other in known)
    with pytest.raises(ValueError, match="seed 0 alone"):
        copy[0].cases(seed=1)


def arrays(cases):
    return [v for case in cases for v in case.arguments.values() if isinstance(v, np.ndarray)]


# -- it works -------------------------------------------------------------------------------------


def test_the_package_of_a_release_checks_exercises(released):
    """The solutions, put into the released notebook, pass its checks; a mistake is recognised."""
    exercise = read(released / NAME / "notebooks" / "exercises" / f"{NAME}.ipynb")
    source = {cell.id: cell.source for cell in read(SOURCES[0]).cells}
    code = ["import course_utils", "print(course_utils.__file__)"]
    for cell in exercise.cells:
        if cell.cell_type == "code":
            code.append(source[cell.id] if STUB in cell.source else cell.source)
    name = re.search(r"def (\w+)", source["01a"])[1]
    code += ["import sys", "assert 'tensorflow' not in sys.modules"]
    code += [f"good = {name}", "def worse(x_t, h_prev, **others):"]
    code += ["    return good(x_t=x_t, h_prev=0 * h_prev, **others)"]
    names = re.search(r"def \w+\(([^)]*)\)", source["01a"])[1]
    code += [f"def wrong({names}):", "    here = locals(); return worse(**here)"]
    code += ["try:", "    checks.check('01a', wrong)", "except checks.CheckFailed as e:"]
    code += ["    print(e)"]
    output = in_student_copy(released / NAME, "\n".join(code))
    assert output.startswith(str(released))
    for number in "abcd":
        assert f"✓ 01{number}" in output
    assert "4 of 4 checks, 9 of 9 points" in output
    assert "it looks as if the previous state is missing." in output


def test_all_imports_of_the_released_lessons_resolve(released):
    wanted = set()
    for path in sorted((released / NAME / "notebooks").rglob("*.ipynb")):
        for cell in read(path).cells:
            if cell.cell_type == "code":
                for node in ast.walk(ast.parse(re.sub(r"(?m)^[%!].*", "", cell.source))):
                    if isinstance(node, ast.ImportFrom) and node.module.startswith("course_utils"):
                        wanted |= {(node.module, alias.name) for alias in node.names}
    assert ("course_utils", "checks") in wanted
    for module, name in wanted:
        place = released / NAME / module.replace(".", "/")
        if not ((place / f"{name}.py").exists() or (place / name / "__init__.py").exists()):
            file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
            assert re.search(rf"\b{name}\b", file.read_text("utf-8"))


def test_students_are_offered_only_what_they_can_use(released):
    code = "from course_utils.start import main; main([]); main(['release'])"
    output = in_student_copy(released / NAME, code)
    assert "lab" in output and "release" not in output and "test" not in output


# -- points and dates -----------------------------------------------------------------------------


def test_points_stand_in_the_metadata_the_text_the_check_and_the_manifest(released):
    notebook = read(released / NAME / "notebooks" / "exercises" / f"{NAME}.ipynb")
    points = {"01a": 3, "01b": 2, "01c": 2, "01d": 2, "01e": 0.5}
    assert kit.points_of(notebook) == points
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "*3 points*" in text and "*0.5 points, marked by a person*" in text
    assert kit.read_manifest(released)["lessons"]["01"]["points"] == points


def test_nbgraders_metadata_is_kept(released):
    made = read(released / NAME / "notebooks" / "exercises" / f"{NAME}.ipynb")
    source = read(SOURCES[0])
    for cell, original in zip(made.cells, source.cells, strict=True):
        expected = dict(roles(original))
        if expected.get("points") is not None:
            expected["points"] = roles(cell)["points"]
        assert (cell.id, roles(cell)) == (original.id, expected)


def test_a_manifest_gains_lessons(released, tmp_path):
    folder = tmp_path / "release"
    shutil.copytree(released, folder)
    kit.release(["03"], folder, say=lambda line: None)
    lessons = kit.read_manifest(folder / "release.json")["lessons"]
    assert list(lessons) == ["01", "03"]
    assert lessons["01"]["due"] == "2026-12-01T23:59:00+01:00" and lessons["03"]["due"] is None
    digest = hashlib.sha256((folder / "03_one_to_one.zip").read_bytes()).hexdigest()
    assert lessons["03"]["zip"] == digest


@pytest.mark.parametrize(
    "text, remedy",
    [
        ("2026-12-01", "it takes a time and a time zone"),
        ("2026-12-01T23:59", "it takes a time and a time zone"),
        ("tomorrow", r"that is no date and time; write it like 2026-12-01T23:59\+01:00"),
        ("2026-02-30T10:00Z", "that is no date and time"),
    ],
)
def test_a_wrong_due_date_is_refused(text, remedy):
    with pytest.raises(ReleaseError, match=remedy):
        kit.read_due(text)


@pytest.mark.parametrize("setting", ["01a=-1", "01a=", "01a", "01a=two", "01a=inf", "01a=nan"])
def test_points_that_are_none_are_refused(setting):
    with pytest.raises(ReleaseError, match="points are a number, 0 or more; write it like 01a=3"):
        kit.read_points([setting], {"01": {"01a": 2}})


def test_points_of_exercises_that_are_not_there_are_refused():
    with pytest.raises(ReleaseError, match="there is no exercise 01z; lesson 01 has 01a, 01e"):
        kit.read_points(["01z=2"], {"01": {"01a": 2, "01e": 2}})
    with pytest.raises(ReleaseError, match="lesson 02 is not in this release"):
        kit.read_points(["02a=2"], {"01": {"01a": 2}})


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_lesson_can_be_given_other_points(source):
    notebook = read(source)
    points = dict.fromkeys(kit.points_of(notebook), 7)
    kit.set_points(notebook, points)
    assert kit.points_of(notebook) == points
    text = "\n".join(cell.source for cell in notebook.cells)
    assert text.count("*7 points") == len(points)


def test_points_that_the_text_does_not_state_are_an_error():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("## 01a Step\nGo.")])
    with pytest.raises(ReleaseError, match="01a does not state its points"):
        kit.set_points(notebook, {"01a": 3})


# -- the command ----------------------------------------------------------------------------------


def test_a_released_lesson_is_written_over_only_when_told(released, tmp_path, capsys):
    folder = tmp_path / "release"
    shutil.copytree(released, folder)
    (folder / NAME / "README.md").write_text("mine")
    assert kit.main(["01", "03", "--to", str(folder)]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "was released before" in message and "--force" in message
    assert (folder / NAME / "README.md").read_text() == "mine"
    assert not (folder / "03_one_to_one").exists()
    readme = (TEMPLATES / "handout" / "README.md").read_text("utf-8")
    assert kit.main(["01", "--to", str(folder), "--force", "--due", DUE]) == 0
    assert (folder / NAME / "README.md").read_text() == readme
    said = capsys.readouterr().out
    assert f"{NAME}.zip" in said and "release.json" in said and "10 points: 01a 2" in said
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["77"], "There are no exercises for a lesson 77; there are 01, 02, "),
        (["01", "--due", "2026-12-01T23:59"], "time zone"),
        (["01", "--points", "01a=-3"], "0 or more"),
    ],
)
def test_bad_arguments_give_one_line_and_write_nothing(arguments, message, tmp_path, capsys):
    assert kit.main([*arguments, "--to", str(tmp_path / "new")]) == 1
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_gives_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert kit.main(["01", "--to", str(tmp_path / "file")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "--to" in said


WITHOUT_A_ZONE = {
    "version": 1,
    "course": "1",
    "lessons": {"01": {"due": "2026-12-01", "points": {}}},
}


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"lessons": {"01": {}}}', '{"lessons": []}', json.dumps(WITHOUT_A_ZONE)],
)
def test_a_damaged_manifest_is_named(text, tmp_path):
    (tmp_path / "release.json").write_text(text)
    with pytest.raises(ReleaseError, match="release.json is damaged"):
        kit.read_manifest(tmp_path)
    with pytest.raises(ReleaseError, match="written by release"):
        kit.read_manifest(tmp_path / "nowhere.json")


def test_a_manifest_of_a_newer_version_is_refused_with_the_remedy(tmp_path):
    text = json.dumps({"version": kit.VERSION + 1, "course": "9.9", "lessons": []})
    (tmp_path / "release.json").write_text(text)
    with pytest.raises(ReleaseError, match="made by a newer version, 9.9, of the course: use"):
        kit.read_manifest(tmp_path)


# -- nbgrader -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_nbgrader_generates_assignments_from_our_sources(tmp_path, monkeypatch):
    """One assignment for each lesson, by nbgrader's own command, from the sources as they are."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    monkeypatch.setenv("PATH", child_environment(sys.executable)["PATH"])  # it starts alembic
    for source in SOURCES:
        folder = tmp_path / "source" / source.stem
        folder.mkdir(parents=True)
        shutil.copy(source, folder)
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.ClearSolutions.code_stub = {"python": STUB}
    api = NbGraderAPI(config=config)
    for source in SOURCES:
        result = api.generate_assignment(source.stem)
        assert result["success"], textwrap.shorten(result.get("log", ""), 500)
        theirs = read(tmp_path / "release" / source.stem / source.name)
        ours = read(ROOT / "notebooks" / "exercises" / source.name)
        code = [cell.source for cell in theirs.cells if cell.cell_type == "code"]
        assert code == [cell.source for cell in ours.cells if cell.cell_type == "code"]
        assert not any(BEGIN in source for source in code)
