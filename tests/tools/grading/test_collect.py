"""What students hand in, and the ways in which platforms hand it on."""

import json
import os
import stat
import struct
import tracemalloc
import warnings
import zipfile

from course_tools.grading import collect, record
from course_tools.grading.collect import CollectError, Unreadable

import pytest
from handing_in import fill, fill_zip, notebook
from hypothesis import given
from hypothesis import strategies as st

LESSONS = {"01": "01_recurrent_neuron", "02": "02_unrolling"}


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
    assert submissions[0].cells == collect.read_notebook(notebook())


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
    assert [cell.source for cell in there[0].cells] == ["eleventh"]


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
    assert len(submissions) == len({record.record_path(tmp_path, s) for s in submissions}) == 6
    for submission in submissions:
        record.write_record(tmp_path, submission, {})


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
    assert submissions[3].reason == "it is a link, and links are not followed"
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
    assert {s.reason for s in submissions if s.state == "unreadable"} == {
        "it is a link, and links are not followed"
    }
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


def test_a_notebook_of_millions_of_parts_is_refused():
    data = b'{"a": "' + b"[" * 8_000_000 + b'", "cells": [' + b"[]," * 3_000_001 + b"[]]}"
    with pytest.raises(Unreadable, match="millions of parts"):
        collect.read_notebook(data)


@pytest.mark.parametrize("text", ['"[' * 4_000_000, "\\" * 12_000_000, "\n" * 12_000_000])
def test_what_a_large_output_holds_are_no_parts(text):
    output = {"output_type": "stream", "text": text}
    cell = {"cell_type": "code", "source": "1", "outputs": [output]}
    data = json.dumps({"cells": [cell]}).encode()
    tracemalloc.start()
    assert collect.read_notebook(data) == (collect.Cell("code", "1"),)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(data)


def test_a_text_that_does_not_end_is_refused():
    for end in ('"', "", "\\"):
        with pytest.raises(Unreadable, match="not JSON"):
            collect.read_notebook(b'"a[" {"' + b'\\"[' * 10**7 + end.encode())


def test_words_are_kept_in_part_and_code_in_full():
    words, code = "a" * 200_000, "1\n" * 200_000
    cells = [
        {"cell_type": "markdown", "source": words, "metadata": {}},
        {"cell_type": "code", "source": code, "metadata": {}},
    ]
    found = collect.read_notebook(json.dumps({"cells": cells}).encode())
    assert [cell.source for cell in found] == [words[: collect.LONGEST_TEXT], code]
    with pytest.raises(Unreadable, match="too many"):
        collect.read_notebook(json.dumps({"cells": cells * 20}).encode())


@pytest.mark.skipif(os.name != "posix", reason="needs files with holes")
def test_no_more_is_read_of_a_file_than_a_notebook_may_have(tmp_path):
    """Of a terabyte of zeros, which no memory holds, nor of a zip that unpacks to a gigabyte."""
    place = tmp_path / "folder" / "ada" / "01.ipynb"
    place.parent.mkdir(parents=True)
    try:
        with open(place, "wb") as file:
            file.truncate(2**40)
    except OSError:
        pytest.skip("this file system has no such files")
    (submission,) = collect.collect(tmp_path / "folder", LESSONS)[0]
    assert submission.reason == "it is larger than 150 MB"


def test_no_more_is_unpacked_than_a_notebook_may_have(tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "LARGEST", 2**20)
    with zipfile.ZipFile(tmp_path / "s.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/01.ipynb", bytes(50 * 2**20))
    tracemalloc.start()
    (submission,) = collect.collect(tmp_path / "s.zip", LESSONS)[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert submission.reason == "it is larger than 1 MB" and peak < 5 * 2**20


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
    assert collect.read_notebook(text.encode(encoding)) == (collect.Cell("code", "ö = '文'\n"),)


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
