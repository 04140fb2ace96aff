"""What a run keeps: who is graded at the next call, who is not, and by what."""

import csv
import hashlib
import json
import os
import shutil
import types
from pathlib import Path

from course_tools.files import list_files
from course_tools.grading import collect, grade, record, sandbox
from course_utils import ROOT

import pytest
from handing_in import fill, notebook

VERSION_0_1 = Path(__file__).parent / "version_0_1"  # results, a release and a student's work


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that grades a folder as the command does, without running anything."""
    calls = types.SimpleNamespace(judged=[], error=None, meanwhile=lambda: None)

    class Nursery:
        warning = ""

        def __init__(self, limits, hidden, isolated):
            calls.limits, calls.hidden, calls.isolated = limits, hidden, isolated

        def __enter__(self):
            calls.meanwhile()
            return self

        def __exit__(self, *error):
            pass

        def wait(self):
            pass

        close = wait

    class Assignment:
        def __init__(self, number, seed, points):
            calls.seed, calls.points, self.number = seed, points, number

        def nothing(self, cells):
            question = {"id": f"{self.number}e", "maximum": 2, "points": None}
            return {"exercises": [], "written": [question | {"question": "Why?", "answer": "So."}]}

    def judge(assignment, cells, nursery):
        if calls.error:
            raise calls.error
        calls.judged.append(cells[0].source)
        return {"state": "graded", "reason": ""} | assignment.nothing(cells)

    def call(source, *more):
        calls.judged.clear()
        calls.code = grade.main([str(source), "--out", str(tmp_path / "out"), *map(str, more)])
        return calls

    monkeypatch.setattr(record, "Nursery", Nursery)
    monkeypatch.setattr(record, "Assignment", Assignment)
    monkeypatch.setattr(record, "judge", judge)
    monkeypatch.setattr(grade, "course_digest", lambda: "this course")
    return call


def column(path, place):
    """Return a column of a CSV file."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [row[place] for row in csv.reader(file)]


def read_record(tmp_path, student):
    return json.loads((tmp_path / "out" / "records" / "01" / f"{student}.json").read_text("utf-8"))


# -- going on ------------------------------------------------------------------------------------


def test_work_handed_in_anew_is_graded_anew_and_no_other(run, tmp_path):
    source = fill(tmp_path / "class", {f"{n}/01.ipynb": notebook(text=n) for n in ("ada", "bob")})
    assert sorted(run(source).judged) == ["ada", "bob"]
    assert run(source, "--resume").judged == []
    (source / "ada" / "01.ipynb").write_bytes(notebook(text="new"))
    assert run(source, "--resume").judged == ["new"]
    digest = hashlib.sha256(notebook(text="new")).hexdigest()
    assert read_record(tmp_path, "ada")["sha256"] == digest
    assert run(source, "--resume").judged == []


def test_a_run_keeps_its_seed_and_draws_another_one_each_time(run, tmp_path, capsys):
    source, seeds = fill(tmp_path / "class", {"ada/01.ipynb": notebook()}), set()
    for _ in range(3):
        seeds.add(run(source).seed)
        assert read_record(tmp_path, "ada")["seed"] == json.loads(note(tmp_path))["seed"]
        assert run(source).code == 1 and "--resume goes on with it" in capsys.readouterr().err
        (source / "ada" / "01.ipynb").write_bytes(notebook(text=str(len(seeds))))
        before = run(source, "--resume").seed
        assert before in seeds and run(source, "--resume", "--seed", before + 1).code == 1
        assert f"was graded with the seed {before}, not" in capsys.readouterr().err
        shutil.rmtree(tmp_path / "out")
    assert len(seeds) == 3


def note(tmp_path):
    return (tmp_path / "out" / "run.json").read_text("utf-8")


def test_records_of_another_seed_are_made_anew(run, tmp_path):
    source = fill(tmp_path / "class", {"ada/01.ipynb": notebook()})
    run(source, "--seed", 5)
    (tmp_path / "out" / "run.json").unlink()
    assert run(source, "--seed", 6).judged == ["x = 1"]
    assert read_record(tmp_path, "ada")["seed"] == 6


def test_another_release_is_graded_anew(run, tmp_path):
    source = fill(tmp_path / "class", {"ada/01.ipynb": notebook()})
    run(source, "--release", VERSION_0_1)
    manifest = json.loads((VERSION_0_1 / "release.json").read_text("utf-8"))
    manifest["lessons"]["01"]["points"]["01a"] = 5
    (tmp_path / "release.json").write_text(json.dumps(manifest))
    calls = run(source, "--release", tmp_path, "--resume")
    assert calls.judged == ["x = 1"] and calls.points["01a"] == 5
    assert run(source, "--release", tmp_path, "--resume").judged == []


def test_what_turns_out_to_be_late_is_late_after_the_next_call(run, tmp_path):
    place, times = tmp_path / "class" / "submitted" / "ada" / "01", []
    fill(tmp_path, {f"{place}/01.ipynb": notebook()})
    for month in (11, 12):
        (place / "timestamp.txt").write_text(f"2026-{month}-20 08:30:00 UTC")
        run(tmp_path / "class", "--release", VERSION_0_1, "--resume")
        times.append(read_record(tmp_path, "ada")["late"])
    assert times == [False, True]


def test_whether_work_is_late_is_not_for_another_machine_to_say(run, tmp_path, monkeypatch):
    """A worker of a cluster may be in another time zone."""
    make_record = grade.make_record

    def make_there(*arguments):
        return make_record(*arguments) | {"late": True, "submitted": "yesterday"}

    monkeypatch.setattr(grade, "make_record", make_there)
    run(fill(tmp_path / "class", {"ada/01.ipynb": notebook()}))
    assert read_record(tmp_path, "ada")["late"] is None


def test_limits_and_sandbox_are_what_the_command_line_says(run, tmp_path):
    source = fill(tmp_path / "class", {"ada/01.ipynb": notebook()})
    calls = run(source)
    assert calls.isolated is None and calls.limits == sandbox.Limits(60, 2048 * 2**20)
    shutil.rmtree(tmp_path / "out")
    calls = run(source, "--unsafe", "--timeout", "7.5", "--memory", "300")
    assert calls.isolated is False and calls.limits == sandbox.Limits(7.5, 300 * 2**20)


def test_where_no_sandbox_starts_nobody_is_judged(run, tmp_path, capsys):
    source = fill(tmp_path / "class", {"ada/01.ipynb": notebook()})
    calls = run(tmp_path / "empty")
    calls.error = sandbox.SandboxError("no process for submissions starts")
    assert run(source).code == 1
    assert "no process for submissions starts" in capsys.readouterr().err
    assert not (tmp_path / "out" / "records").exists()
    calls.error = RuntimeError("a fault of ours")
    assert run(source, "--resume").code == 0
    record = read_record(tmp_path, "ada")
    assert record["state"] == "needs a person" and "a fault of ours" in record["reason"]


@pytest.mark.skipif(os.name != "posix", reason="needs links")
@pytest.mark.parametrize("change", ["replaced", "swapped for a link", "removed"])
def test_what_is_graded_is_what_was_collected(change, run, tmp_path):
    """Each file is read once, so what happens to it afterwards changes nothing."""
    source = fill(tmp_path / "class", {"ada/01.ipynb": notebook(text="mine")})
    fill(tmp_path, {"elsewhere/01.ipynb": notebook(text="another's")})

    def meanwhile():
        if change == "replaced":
            shutil.copy(tmp_path / "elsewhere" / "01.ipynb", source / "ada")
        else:
            (source / "ada").rename(tmp_path / "gone")
        if change == "swapped for a link":
            (source / "ada").symlink_to(tmp_path / "elsewhere")

    calls = run(tmp_path / "empty")  # which says that there is nothing, and sets nothing up
    calls.meanwhile = meanwhile
    assert run(source).judged == ["mine"]
    digest = hashlib.sha256(notebook(text="mine")).hexdigest()
    assert read_record(tmp_path, "ada")["sha256"] == digest


def test_what_a_person_has_sorted_out_is_graded_at_the_next_call(run, tmp_path):
    source = tmp_path / "class"
    fill(source, {"ada/01.ipynb": notebook(), "ada/new.ipynb": notebook(text="2")})
    assert run(source).judged == []
    (source / "ada" / "new.ipynb").unlink()
    assert run(source, "--resume").judged == ["x = 1"]
    assert run(source, "--resume").judged == []
    assert column(tmp_path / "out" / "grades.csv", 4) == ["state", "graded"]
    (source / "ada" / "new.ipynb").write_bytes(notebook(text="2"))
    run(source, "--resume")
    assert column(tmp_path / "out" / "grades.csv", 4) == ["state", "needs a person"]


def test_a_student_of_another_name_stands_in_the_reports_once(run, tmp_path, capsys):
    source, out = tmp_path / "class", tmp_path / "out"
    fill(source, {"ada/01.ipynb": notebook(), "bob/01.ipynb": notebook(text="2")})
    run(source)
    marks = (out / "marks.csv").read_text("utf-8-sig").replace("01e,2,,", "01e,2,1,")
    (out / "marks.csv").write_text(marks, "utf-8")
    (source / "ada").rename(source / "adele")
    assert "left out" not in capsys.readouterr().err
    assert run(source, "--resume").code == 0
    said = capsys.readouterr().err
    assert said.count("left out of the reports: 1 earlier records, such as ada (01)") == 1
    for name in ("grades.csv", "moodle.csv"):
        assert column(out / name, 0)[1:] == ["adele", "bob"]
    assert sorted(p.stem for p in out.glob("feedback/01/*.html")) == ["adele", "bob"]
    assert sorted(p.stem for p in out.glob("records/01/*.json")) == ["ada", "adele", "bob"]
    assert sorted(column(out / "marks.csv", 3)) == ["", "1", "1", "points"]
    assert grade.main([str(out), "--marks", str(out / "marks.csv")]) == 0
    told = capsys.readouterr()
    assert "with a mark: 1;" in told.out and "left out of the reports: 1" in told.err
    assert column(out / "grades.csv", 0)[1:] == ["adele", "bob"]
    (source / "adele").rename(source / "ada")
    assert run(source, "--resume").judged == []
    assert column(out / "grades.csv", 2) == ["points", "1", "1"]


def test_a_second_student_of_the_name_does_not_double_the_first(run, tmp_path):
    first = {"Ada_1_assignsubmission_file_/01.ipynb": notebook()}
    second = {"Ada_2_assignsubmission_file_/01.ipynb": notebook()}
    run(fill(tmp_path / "class", first))
    run(fill(tmp_path / "class", second), "--resume")
    assert column(tmp_path / "out" / "canvas.csv", 1)[2:] == ["1", "2"]
    participants = ["Participant 1", "Participant 2"]
    assert column(tmp_path / "out" / "moodle_01.csv", 0)[1:] == participants


def test_lessons_graded_one_by_one_stay_in_the_reports(run, tmp_path):
    source = fill(tmp_path / "class", {"a/01.ipynb": notebook(), "a/02.ipynb": notebook("02")})
    run(source, "--assignment", "01")
    run(source, "--assignment", "02", "--resume")
    assert column(tmp_path / "out" / "grades.csv", 1)[1:] == ["01", "02"]
    (source / "a").rename(source / "b")
    run(source, "--assignment", "02", "--resume")
    assert column(tmp_path / "out" / "grades.csv", 0)[1:] == ["a", "b"]


@pytest.mark.skipif(os.name != "posix", reason="needs names that are bytes")
def test_names_in_another_encoding_are_graded_once(run, tmp_path):
    place = tmp_path / "class" / "ada" / os.fsdecode(b"01_\xff.ipynb")
    place.parent.mkdir(parents=True)
    try:
        place.write_bytes(notebook())
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    assert run(tmp_path / "class").judged == ["x = 1"]
    assert run(tmp_path / "class", "--resume").judged == []


def test_a_record_that_cannot_be_written_stops_no_other(run, tmp_path, monkeypatch, capsys):
    write_whole = record.write_whole

    def fail(path, text):
        if path.name == "ada.json":
            raise OSError(36, "File name too long")
        write_whole(path, text)

    source = fill(tmp_path / "class", {f"{n}/01.ipynb": notebook(text=n) for n in ("ada", "bob")})
    with monkeypatch.context() as patch:
        patch.setattr(record, "write_whole", fail)
        assert run(source).code == 1
    told = capsys.readouterr()
    assert "ada.json cannot be written: [Errno 36]" in told.err
    assert "1 records could not be written" in told.err and "--resume" in told.err
    assert told.out == "1 submissions: 1 graded\n"
    assert column(tmp_path / "out" / "grades.csv", 0)[1:] == ["bob"]
    assert run(source, "--resume").judged == ["ada"] and run(source, "--resume").code == 0


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_what_is_hidden_has_a_path_that_holds_anywhere(run, tmp_path, monkeypatch):
    fill(tmp_path / "class", {"ada/01.ipynb": notebook()})
    (tmp_path / "link").symlink_to("class")
    monkeypatch.chdir(tmp_path)
    for source in ("class", "link"):
        hidden = run(source, "--resume", "--seed", "1").hidden
        assert hidden == (tmp_path / "class", tmp_path / "out")
        (tmp_path / "out" / "records" / "01" / "ada.json").unlink()


def test_a_date_decides_what_is_late():
    def late(submitted, due, marked=None):
        return record.is_late(collect.Submission("a", "01", submitted=submitted, late=marked), due)

    due = "2026-12-01T23:59:00+01:00"
    assert late("2026-12-01T22:58:00+00:00", due) is False
    assert late("2026-12-01T23:00:00+00:00", due) is True
    assert late("", due) is late("2026-12-01T22:00:00", None) is late("garbage", due) is None
    assert late("", "", True) is True
    assert late("2026-12-05T00:00:00+00:00", due, False) is False  # the platform's own word


# -- another version of the course ---------------------------------------------------------------


def test_another_version_of_the_course_grades_anew_with_the_same_seed(
    run, tmp_path, monkeypatch, capsys
):
    source = fill(tmp_path / "class", {"ada/01.ipynb": notebook()})
    run(source, "--seed", 5)
    assert "another version" not in capsys.readouterr().err
    monkeypatch.setattr(grade, "course_digest", lambda: "another course")
    assert run(source, "--resume").judged == ["x = 1"]
    assert "was graded by another version of the course" in capsys.readouterr().err
    known = read_record(tmp_path, "ada")
    assert (known["seed"], known["course"]) == (5, "another course")
    assert run(source, "--resume").judged == []


DECIDES = [
    "course_utils/sequences.py",
    "course_utils/checks/engine.py",
    "course_tools/grading/judge.py",
    "course_tools/bank.py",
    "notebooks/solutions/01_recurrent_neuron.py",
    "notebooks/solutions/01_recurrent_neuron.ipynb",
    "notebooks/exercises/01_recurrent_neuron.ipynb",
    "requirements.txt",
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of what the course's digest is made of, and of some files more."""
    course = tmp_path_factory.mktemp("course")
    folders = ("course_utils", "course_tools", "notebooks/solutions", "notebooks/exercises")
    paths = [path for folder in folders for path in list_files(ROOT / folder)]
    for path in [*paths, *ROOT.glob("*.txt"), ROOT / "README.md"]:
        target = course / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return course


def test_a_copy_of_the_course_has_its_digest(copied):
    assert record.course_digest(copied) == record.course_digest()
    fill(copied, {"course_utils/__pycache__/cells.pyc": b"x", ".venv/a.py": b"x"})
    (copied / "README.md").write_text("another one")
    assert record.course_digest(copied) == record.course_digest()


@pytest.mark.parametrize("name", DECIDES)
def test_whatever_decides_about_a_mark_changes_the_digest(name, copied):
    """An answer key that is one of `sequences`' functions, for instance."""
    before, text = record.course_digest(copied), (copied / name).read_bytes()
    (copied / name).write_bytes(text.replace(b"0", b"1", 1) if b"0" in text else text + b" ")
    changed = record.course_digest(copied)
    (copied / name).rename(copied / f"{name}.py")
    moved = record.course_digest(copied)
    (copied / f"{name}.py").unlink()
    (copied / name).write_bytes(text)
    assert len({before, changed, moved}) == 3 and record.course_digest(copied) == before


def test_results_of_version_0_1_are_made_anew_with_their_seed_and_marks(run, tmp_path, capsys):
    shutil.copytree(VERSION_0_1 / "results", tmp_path / "out")
    calls = run(VERSION_0_1 / "submissions", "--release", VERSION_0_1, "--resume")
    assert calls.code == 0 and len(calls.judged) == 1
    told = capsys.readouterr().err
    assert told.count("was graded by another version of the course: what is handed in is") == 1
    assert read_record(tmp_path, "ada")["seed"] == 5
    assert column(tmp_path / "out" / "marks.csv", 3) == ["points", "1.5"]
    assert column(tmp_path / "out" / "grades.csv", 2) == ["points", "1.5"]


def test_a_record_of_version_0_1_is_made_anew_even_where_all_else_is_the_same(run, tmp_path):
    source = fill(tmp_path / "class", {"ada/01.ipynb": notebook()})
    run(source)
    path = tmp_path / "out" / "records" / "01" / "ada.json"
    path.write_text(json.dumps(read_record(tmp_path, "ada") | {"version": 1}), "utf-8")
    assert run(source, "--resume").judged == ["x = 1"]


def test_marks_go_into_results_of_version_0_1(tmp_path):
    shutil.copytree(VERSION_0_1 / "results", tmp_path / "out")
    marks = tmp_path / "entered.csv"
    marks.write_text("student,exercise,points\nada,01e,2\n")
    assert grade.main([str(tmp_path / "out"), "--marks", str(marks)]) == 0
    assert column(tmp_path / "out" / "grades.csv", 2) == ["points", "11"]


def test_a_release_of_version_0_1_still_counts(run, tmp_path):
    calls = run(VERSION_0_1 / "submissions", "--release", VERSION_0_1)
    assert calls.code == 0 and calls.points == {"01a": 3, "01b": 2, "01c": 2, "01d": 2, "01e": 2}
    assert read_record(tmp_path, "ada")["late"] is None


def test_a_release_of_what_is_no_longer_there_is_refused_with_the_remedy(run, tmp_path, capsys):
    manifest = json.loads((VERSION_0_1 / "release.json").read_text("utf-8"))
    manifest["lessons"]["01"]["points"]["01z"] = 2
    (tmp_path / "release.json").write_text(json.dumps(manifest))
    assert run(VERSION_0_1 / "submissions", "--release", tmp_path).code == 1
    said = capsys.readouterr().err
    assert "has handed out 01z, which this version of the course lacks" in said
    assert "grade with version 0.1.0, which made the release" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    "text, remedy",
    [
        ("{", "is damaged: give another --out"),
        ("{}", "is damaged: give another --out"),
        ('{"version": 3, "seed": 1}', "by a newer version of the course: grade with that one"),
    ],
)
def test_results_that_cannot_be_gone_on_with_are_refused(text, remedy, run, tmp_path, capsys):
    source = fill(tmp_path / "class", {"ada/01.ipynb": notebook()})
    fill(tmp_path, {"out/run.json": text.encode()})
    assert run(source, "--resume").code == 1
    said = capsys.readouterr().err
    assert remedy in said and said.count("\n") == 1
    assert (tmp_path / "out" / "run.json").read_text() == text
