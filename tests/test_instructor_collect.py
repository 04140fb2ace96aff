"""What students hand in, and the ways in which platforms hand it on."""

import json
import os
import stat
import zipfile

from course_utils.instructor import collect, wire
from course_utils.instructor.collect import CollectError, Unreadable

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
    assert len(collect.clean("x" * 500)) == 80


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
    except wire.WireError:
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
    except wire.WireError:
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
    with pytest.raises(wire.WireError):
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
    with pytest.raises(wire.WireError):
        wire.encode(value)
