"""What students hand in, and the ways in which platforms hand it on."""

import csv
import json
import os
import stat
import struct
import tracemalloc
import types
import warnings
import zipfile

from course_tools.grading import collect, grade, wire
from course_tools.grading.collect import CollectError, Unreadable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

LESSONS = {"01": "01_recurrent_neuron", "02": "02_unrolling"}


def notebook(number="01", text="x = 1"):
    """Return the bytes of a small notebook that answers a lesson."""
    nbgrader = {"nbgrader": {"grade_id": f"{number}a"}}
    cells = [{"cell_type": "code", "source": [text], "metadata": nbgrader}]
    return json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}).encode()


def fill(folder, files):
    """Write files under a folder; "" stands for a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content == "":
            path.mkdir()
        else:
            path.write_bytes(content)
    return folder


def fill_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 8, 30, 0)), content)
    return path


def found(source, only="", roster=()):
    """Return (student, assignment, state) of all submissions but the missing ones."""
    submissions, _ = collect.collect(source, LESSONS, only, roster)
    return [(s.student, s.assignment, s.state) for s in submissions if s.state != "missing"]


# -- layouts -------------------------------------------------------------------------------------


def test_a_folder_for_each_student(tmp_path):
    files = {
        "ada/01_recurrent_neuron.ipynb": notebook(),
        "ada/02_unrolling.ipynb": notebook("02"),
        "bob/deep/down/renamed.ipynb": notebook("02"),
        "bob/.ipynb_checkpoints/renamed-checkpoint.ipynb": notebook("01"),
        "cy": "",
        ".DS_Store": b"x",
    }
    submissions, strays = collect.collect(fill(tmp_path, files), LESSONS)
    states = {(s.student, s.assignment): s.state for s in submissions}
    assert states == {
        ("ada", "01"): "",
        ("ada", "02"): "",
        ("bob", "01"): "missing",
        ("bob", "02"): "",
        ("cy", "01"): "missing",
        ("cy", "02"): "missing",
    }
    assert strays == []
    assert submissions == sorted(submissions, key=lambda s: (s.assignment, s.student))


def test_one_assignment_alone(tmp_path):
    files = {"ada/x.ipynb": notebook(), "bob/y.ipynb": notebook("02"), "cy/z.ipynb": b"{}"}
    assert found(fill(tmp_path, files), "01") == [("ada", "01", ""), ("cy", "01", "unreadable")]


def test_names_in_a_flat_folder(tmp_path):
    files = {
        "01_recurrent_neuron_ada.ipynb": notebook(),
        "bob-02_unrolling.ipynb": notebook("02"),
        "Zoë Müller 01.ipynb": notebook(),
        "notes.txt": b"remember the milk",
    }
    source = fill(tmp_path, files)
    assert found(source) == [("Zoë Müller", "01", ""), ("ada", "01", ""), ("bob", "02", "")]
    assert collect.collect(source, LESSONS)[1] == ["notes.txt"]


def test_a_notebook_of_nobody_waits_for_a_person(tmp_path):
    files = {"01_recurrent_neuron.ipynb": notebook(), "01_recurrent_neuron_ada.ipynb": notebook()}
    assert found(fill(tmp_path, files)) == [
        ("01_recurrent_neuron.ipynb", "01", "needs a person"),
        ("ada", "01", ""),
    ]


def test_the_folder_of_nbgrader(tmp_path):
    files = {
        "submitted/ada/01/01_recurrent_neuron.ipynb": notebook(),
        "submitted/ada/01/timestamp.txt": b"2026-11-20 08:30:00.123456 UTC",
        "submitted/bob/02/02_unrolling.ipynb": notebook("02"),
    }
    source = fill(tmp_path, files)
    assert found(source) == found(source / "submitted") == [("ada", "01", ""), ("bob", "02", "")]
    ada = collect.collect(source, LESSONS)[0][0]
    assert ada.submitted == "2026-11-20T08:30:00.123456+00:00"


def test_a_folder_around_the_folders(tmp_path):
    files = {"class/ada/01.ipynb": notebook(), "class/bob/work/01.ipynb": notebook()}
    assert found(fill(tmp_path, files)) == [("ada", "01", ""), ("bob", "01", "")]
    files = {"ada/01/01.ipynb": notebook(), "ada/02/02.ipynb": notebook("02")}
    assert found(fill_zip(tmp_path / "a.zip", files)) == [("ada", "01", ""), ("ada", "02", "")]


def test_the_zip_of_moodle(tmp_path):
    files = {
        "Ada Lovelace_11_assignsubmission_file_/01_recurrent_neuron.ipynb": notebook(),
        "Ada Lovelace_12_assignsubmission_file_/work.ipynb": notebook(),
        "Bob_13_assignsubmission_file_01_recurrent_neuron.ipynb": notebook(),
        "Bob_13_assignsubmission_onlinetext_/onlinetext.html": b"<p>see the file</p>",
    }
    submissions, _ = collect.collect(fill_zip(tmp_path / "m.zip", files), LESSONS)
    assert [(s.student, s.identifier, s.submitted, s.late) for s in submissions] == [
        ("Ada Lovelace (11)", "11", "2026-11-20T08:30:00", None),
        ("Ada Lovelace (12)", "12", "2026-11-20T08:30:00", None),
        ("Bob", "13", "2026-11-20T08:30:00", None),
    ]
    assert submissions[0].read() == notebook()


def test_the_zip_of_canvas(tmp_path):
    files = {
        "lovelaceada_101_5001_01_recurrent_neuron.ipynb": notebook(text="first try"),
        "lovelaceada_101_5002_01_recurrent_neuron-1.ipynb": notebook(text="second"),
        "lovelaceada_101_5003_01_recurrent_neuron-10.ipynb": notebook(text="eleventh"),
        "bob_LATE_102_5004_homework.ipynb": notebook("02"),
    }
    submissions, _ = collect.collect(fill_zip(tmp_path / "c.zip", files), LESSONS)
    there = [s for s in submissions if not s.state]
    assert [(s.student, s.identifier, s.assignment, s.late) for s in there] == [
        ("lovelaceada", "101", "01", False),
        ("bob", "102", "02", True),
    ]
    assert b"eleventh" in there[0].read()


def test_a_roster_says_who_is_missing(tmp_path):
    source = fill(tmp_path, {"ada/01.ipynb": notebook()})
    submissions, _ = collect.collect(source, LESSONS, "", ["Ada", "Bob", ""])
    assert [(s.student, s.state) for s in submissions] == [("Bob", "missing"), ("ada", "")]


@pytest.mark.parametrize("files", [{}, {"notes.txt": b"x"}, {"01_recurrent_neuron.ipynb": b"{}"}])
def test_an_unknown_layout_shows_what_was_found_and_expected(tmp_path, files):
    with pytest.raises(CollectError) as caught:
        collect.collect(fill(tmp_path, files), LESSONS)
    assert (next(iter(files)) if files else "nothing") in str(caught.value)
    assert "the zip of Moodle" in str(caught.value)


def test_what_is_neither_folder_nor_zip(tmp_path):
    path = tmp_path / "a.zip"
    with pytest.raises(CollectError, match="does not exist"):
        collect.collect(path, LESSONS)
    path.write_bytes(b"PK but no zip")
    with pytest.raises(CollectError, match="neither a folder nor a zip file"):
        collect.collect(path, LESSONS)


# -- students ------------------------------------------------------------------------------------


def test_two_files_of_one_student(tmp_path):
    files = {
        "ada/01.ipynb": notebook(),
        "ada/01 (1).ipynb": notebook(),
        "bob/01.ipynb": notebook(),
        "bob/new.ipynb": notebook(text="another"),
        "cy/01.ipynb": notebook(),
        "cy/broken.ipynb": b"",
        "cy/01_plot.png": b"png",
    }
    submissions, _ = collect.collect(fill(tmp_path, files), LESSONS)
    assert [(s.student, s.state) for s in submissions] == [
        ("ada", ""),
        ("bob", "needs a person"),
        ("cy", ""),
    ]
    assert "bob/01.ipynb, bob/new.ipynb" in submissions[1].reason


def test_names_are_made_fit_for_files_and_screens():
    assert collect.clean("../../etc/passwd") == "-..-etc-passwd"
    assert collect.clean("a\u202eb\x1b[2J\nc") == "a b [2J c"
    assert collect.clean("Zoe\u0308") == "Zo\u00eb"
    assert collect.clean(" .. ") == "unnamed"
    assert collect.clean("x" * 500) == "x" * 180
    assert collect.clean("x" + "\U0001f600" * 63) == "x" + "\U0001f600" * 44


def test_a_notebook_of_nobody_that_a_zip_holds_twice_is_there_twice(tmp_path):
    path = tmp_path / "s.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("ada/01.ipynb", notebook())
        for text in ("one", "two"):
            archive.writestr("01_recurrent_neuron.ipynb", notebook(text=text))
    submissions, _ = collect.collect(path, LESSONS)
    waiting = [s for s in submissions if s.state == "needs a person"]
    assert len({s.student for s in waiting}) == len({s.sha256 for s in waiting}) == 2


@pytest.mark.parametrize("letter", ["\U0001f600", "\u6587", "x"])
def test_long_names_fit_into_file_names(letter, tmp_path):
    long = letter * (240 // len(letter.encode()))
    files = {f"{long}{end}/01.ipynb": notebook(text=end) for end in "ab"}
    digits = "1" * 100
    files |= {f"{long[:30]}_{end}{digits}_assignsubmission_file_/01.ipynb": b"{}" for end in "12"}
    files |= {f"{long}{end}.ipynb": notebook(text=end) for end in "ab"}
    submissions, _ = collect.collect(fill_zip(tmp_path / "s.zip", files), LESSONS)
    paths = {grade.record_path(tmp_path, s) for s in submissions}
    assert len(submissions) == len(paths) == 6
    for path in paths:
        grade.write_whole(path, "")


def test_students_whose_names_differ_in_case_alone(tmp_path):
    files = {"Ada/01.ipynb": notebook(), "ada/01.ipynb": notebook(text="y")}
    archive = fill_zip(tmp_path / "s.zip", files)
    assert [name for name, _, _ in found(archive)] == ["Ada", "ada (2)"]


# -- traps ---------------------------------------------------------------------------------------


def test_a_zip_leads_nowhere_else(tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/01_recurrent_neuron.ipynb", notebook())
        archive.writestr("bob/../../01_recurrent_neuron.ipynb", notebook())
        archive.writestr("cy/01_recurrent_neuron.ipynb", bytes(collect.LARGEST + 1))
        link = zipfile.ZipInfo("dee/01_recurrent_neuron.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    submissions, _ = collect.collect(path, LESSONS)
    assert [(s.student, s.state) for s in submissions] == [
        ("ada", ""),
        ("bob", "unreadable"),
        ("cy", "unreadable"),
        ("dee", "unreadable"),
    ]
    assert "larger than 150 MB" in submissions[2].reason
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes")
def test_links_and_pipes_are_not_followed(tmp_path):
    source = fill(tmp_path / "s", {"ada/01.ipynb": notebook()})
    for name in ("bob", "cy", "dee"):
        (source / name).mkdir()
    (source / "bob" / "01.ipynb").symlink_to(source / "ada" / "01.ipynb")
    os.mkfifo(source / "cy" / "01.ipynb")
    (source / "dee" / "work").symlink_to(source / "ada")
    (source / "eve").symlink_to(source / "ada")
    submissions, strays = collect.collect(source, LESSONS)
    assert [(s.student, s.state) for s in submissions if s.assignment] == [
        ("ada", ""),
        ("bob", "unreadable"),
        ("cy", "unreadable"),
    ]
    assert strays == ["eve"]


def test_a_name_that_leads_out_of_the_zip_is_said(tmp_path):
    files = {"../../01_recurrent_neuron_ada.ipynb": notebook(), "../bob/01.ipynb": notebook()}
    files |= {".": b"x", "..": b"x"}
    submissions, strays = collect.collect(fill_zip(tmp_path / "s.zip", files), LESSONS)
    assert [(s.student, s.state) for s in submissions] == [
        ("ada", "unreadable"),
        ("bob", "unreadable"),
    ]
    assert submissions[1].reason == "its name in the zip, ../bob/01.ipynb, leads out of it"
    assert strays == []


def test_two_members_of_one_name_are_both_seen(tmp_path):
    path = tmp_path / "s.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")
        for name, text in [("ada", "1"), ("ada", "2"), ("bob", "1"), ("bob", "1")]:
            archive.writestr(f"{name}/01.ipynb", notebook(text=text))
    assert found(path) == [("ada", "01", "needs a person"), ("bob", "01", "")]


def damage(path, name, offset, value):
    """Overwrite bytes of a zip's member, `offset` bytes behind the header's start."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(name).header_offset
    data[start + offset : start + offset + len(value)] = value
    path.write_bytes(data)


@pytest.mark.parametrize(
    "method, header", [(zipfile.ZIP_DEFLATED, 0), (zipfile.ZIP_BZIP2, 0), (zipfile.ZIP_LZMA, 9)]
)
def test_a_damaged_member_of_a_zip_costs_no_other_its_grade(method, header, tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in ("ada", "bob", "cy"):
            archive.writestr(f"{name}/01.ipynb", notebook())
    damage(path, "bob/01.ipynb", 30 + len("bob/01.ipynb") + header, b"\xff" * 12)
    damage(path, "cy/01.ipynb", 0, b"\xff" * 8)
    assert found(path) == [
        ("ada", "01", ""),
        ("bob", "01", "unreadable"),
        ("cy", "01", "unreadable"),
    ]
    reasons = [s.reason for s in collect.collect(path, LESSONS)[0][1:]]
    assert all(reason.startswith("the zip file gives no text for it: ") for reason in reasons)


@pytest.mark.parametrize(
    "offset, value",
    [(8, struct.pack("<H", 0x800)), (6, b"\xff")],
    ids=["a name that is no UTF-8", "a version to come"],
)
def test_a_damaged_list_of_members_is_said(offset, value, tmp_path):
    path = fill_zip(tmp_path / "s.zip", {"ada/01.ipynb": notebook(), "b_b/01.ipynb": notebook()})
    data = bytearray(path.read_bytes().replace(b"b_b", b"b\xffb"))
    start = data.rindex(b"PK\1\2") + offset
    data[start : start + len(value)] = value
    path.write_bytes(data)
    with pytest.raises(CollectError, match=r"s.zip cannot be read as a zip file \(.*download it"):
        collect.collect(path, LESSONS)


def test_a_notebook_of_another_lesson_waits_for_a_person(tmp_path):
    files = {
        "ada/01_recurrent_neuron.ipynb": notebook("02"),
        "ada/02_unrolling.ipynb": notebook("02", "y = 2"),
        "bob/01_recurrent_neuron.ipynb": notebook("02"),
        "bob/homework.ipynb": notebook("01"),
        "cy/02_unrolling.ipynb": notebook("02"),
        "01_recurrent_neuron.ipynb": notebook("02"),
    }
    submissions, _ = collect.collect(fill(tmp_path, files), LESSONS, "01")
    assert [(s.student, s.assignment, s.state) for s in submissions] == [
        ("01_recurrent_neuron.ipynb", "01", "needs a person"),
        ("ada", "01", "needs a person"),
        ("bob", "01", ""),
        ("cy", "01", "missing"),
    ]
    assert submissions[1].reason == "it answers lesson 02, though its name says 01"


def test_one_student_with_a_thousand_files(tmp_path):
    files = {f"ada/{number}.ipynb": notebook() for number in range(1000)}
    assert found(fill(tmp_path, files)) == [("ada", "", "needs a person")]


@pytest.mark.parametrize("end", ['"', "", "\\"])
def test_a_notebook_that_is_large_because_of_its_parts(end):
    nested = b'{"a": "' + b"[" * 8_000_000 + b'", "cells": [' + b"[]," * 3_000_001 + b"[]]}"
    with pytest.raises(Unreadable, match="millions of parts"):
        collect.read_notebook(nested)
    text = '"a[" {' + '"' + '\\"[' * 10**6 + end
    assert collect._count_parts(text) == 1


def test_counting_parts_needs_no_memory_for_what_is_escaped():
    text = '{"a": "' + "\\n" * 10**6 + '"}'
    tracemalloc.start()
    assert collect._count_parts(text) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**6


def test_what_is_no_notebook_says_what_it_is():
    for data, reason in [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html>", "HTML"),
        (b"{", "not JSON"),
        (b'{"cells": ' + b"[" * 100_000, "not JSON"),
        (b"7", "JSON, but no notebook"),
        (b'{"cells": 7}', "no cells"),
        (b"\x89PNG\xff\xfe", "no text"),
        (b'{"cells": [' + b'{"cell_type": "code"},' * 3000 + b"{}]}", "too many"),
    ]:
        with pytest.raises(Unreadable, match=reason):
            collect.read_notebook(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings(encoding):
    text = json.dumps({"cells": [{"cell_type": "code", "source": "ö = '文'\r\n"}]})
    text = text.replace("\\u00f6", "ö").replace("\\u6587", "文")
    assert collect.read_notebook(text.encode(encoding)) == [collect.Cell("code", "ö = '文'\n")]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda part: (
            st.lists(part)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "cells",
                        "source",
                        "metadata",
                        "nbgrader",
                        "cell_type",
                        "worksheets",
                        "grade_id",
                        "id",
                        "input",
                    ]
                ),
                part,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(value):
    try:
        cells = collect.read_notebook(json.dumps(value).encode())
    except Unreadable:
        return
    assert all(isinstance(part, str) for cell in cells for part in (cell.source, cell.mark))


# -- going on with a run -------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that grades a folder as the command does, without running anything."""
    question = {"id": "01e", "maximum": 2, "points": None, "question": "Why?", "answer": "So."}
    calls = types.SimpleNamespace(judged=[], hidden=None)

    class Nursery:
        warning = ""

        def __init__(self, limits, hidden, isolated):
            calls.hidden = hidden

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        wait = close = __enter__

    class Assignment:
        def __init__(self, *arguments):
            pass

        def nothing(self, cells):
            return {"exercises": [], "written": [dict(question)]}

    def judge(assignment, cells, nursery):
        calls.judged.append(cells[0].source)
        return {"state": "graded", "reason": ""} | assignment.nothing(cells)

    def call(source, *more):
        calls.judged.clear()
        calls.code = grade.main([str(source), "--out", str(tmp_path / "out"), *more])
        return calls

    monkeypatch.setattr(grade, "Nursery", Nursery)
    monkeypatch.setattr(grade, "Assignment", Assignment)
    monkeypatch.setattr(grade, "judge", judge)
    return call


def column(path, place):
    """Return a column of a CSV file."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [row[place] for row in csv.reader(file)]


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
    write_whole = grade.write_whole

    def fail(path, text):
        if path.name == "ada.json":
            raise OSError(36, "File name too long")
        write_whole(path, text)

    source = fill(tmp_path / "class", {f"{n}/01.ipynb": notebook(text=n) for n in ("ada", "bob")})
    with monkeypatch.context() as patch:
        patch.setattr(grade, "write_whole", fail)
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


# -- the channel ---------------------------------------------------------------------------------

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(),
    lambda part: st.lists(part) | st.lists(part).map(tuple) | st.dictionaries(st.text(), part),
    max_leaves=20,
)
DTYPES = st.sampled_from(["?", "i1", "<i8", ">i4", "u2", "f4", ">f8", "f2", "c16", "U3"])


@given(PLAIN)
def test_plain_data_comes_out_as_it_went_in(value):
    back = wire.decode(wire.encode(value)[4:])
    assert back == value and repr(back) == repr(value)


@given(DTYPES.flatmap(lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, min_side=0))))
def test_arrays_come_out_as_they_went_in(array):
    kind, back = wire.decode(wire.encode(["array", array])[4:])
    assert back.dtype == array.dtype and back.shape == array.shape
    assert back.tobytes() == array.tobytes() and back.flags.writeable


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        wire.decode(data)
    except wire.CodecError:
        pass


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5),
        lambda part: (
            st.lists(part, max_size=4)
            | st.dictionaries(
                st.sampled_from(["array", "tuple", "dict", "complex", "x"]), part, max_size=2
            )
        ),
        max_leaves=12,
    )
)
def test_any_header_is_read_or_refused(header):
    text = json.dumps(header).encode()
    try:
        wire.decode(len(text).to_bytes(4, "big") + text + bytes(64))
    except wire.CodecError:
        pass


@pytest.mark.parametrize(
    "header",
    [
        {"array": ["O", [1], 0]},
        {"array": ["<f8", [2**40], 0]},
        {"array": ["<f8", [0, 2**62, 2**62], 0]},
        {"array": ["<f8", [-1], 0]},
        {"array": ["<f8", [1], 10**9]},
        {"array": ["<f8", [1.0], 0]},
        {"array": ["<f8", [1] * 40, 0]},
        {"array": ["V8", [1], 0]},
        {"array": ["<U99999", [1], 0]},
        {"tuple": 7},
        {"dict": [[1, 2]]},
        {"dict": [["a"]]},
        {"pickle": "x"},
        {},
        2**64,
    ],
)
def test_headers_that_lie_are_refused(header):
    text = json.dumps(header).encode()
    with pytest.raises(wire.CodecError):
        wire.decode(len(text).to_bytes(4, "big") + text + bytes(64))


@pytest.mark.parametrize(
    "value",
    [
        object(),
        np.array([object()]),
        np.zeros(3, dtype="M8[s]"),
        {1: 2},
        b"bytes",
        2**70,
        np.zeros(3_000_000),
        "a" * (wire.LARGEST + 1),
    ],
    ids=["object", "objects", "dates", "key", "bytes", "number", "large array", "long text"],
)
def test_what_is_no_plain_data_is_not_sent(value):
    with pytest.raises(wire.CodecError):
        wire.encode(value)
