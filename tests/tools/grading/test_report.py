"""Reports: what a class earned, told to gradebooks, students and instructors, safe to open."""

import csv
import html.parser
import io
import json
import random
import shutil

from course_tools.grading import grade, report
from course_tools.grading.record import GradeError, read_records

import pytest

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\"'&amp;"
NAMES = ["ada", "Zoë Łukasz", "O'Brien, Pat", "=cmd-' -C calc'!A0", "+1", "-2", "@sum", '"q"']
TITLES = ["one step with an output", "a run that can be stopped", "backwards", "two units"]
MISTAKES = [
    ("the previous state is missing", "setting W_x to zero: does h_t still change?"),
    ("tanh is missing", "looking for a state above 1 or below -1"),
]


def make_record(
    student, assignment="01", state="graded", results="pppp", answer="Because.", **more
):
    """Return a record; `results` has a letter for each exercise: passed, mistake, failed, empty."""
    exercises = []
    for place, result in enumerate(results):
        name, hint = MISTAKES[(place + len(student)) % 2]
        exercise = {
            "id": f"{assignment}{'abcd'[place]}",
            "title": TITLES[place],
            "maximum": 2,
            "points": 2 if result == "p" else 0,
            "state": {"p": "passed", "e": "not written", "n": "not run"}.get(result, "failed"),
            "finding": {"m": "mistake", "f": "shape"}.get(result, ""),
            "mistake": name if result == "m" else "",
            "message": "",
            "hint": hint if result in "mf" else "",
            "code": f"def step(x_t, h_prev):\n    return x_t @ W  # {student}",
        }
        if result in "mf":
            what = f"  it looks as if {name}." if result == "m" else "  returned  (3, 4)"
            first = f"✗ {exercise['id']}  {exercise['title']}"
            exercise["message"] = f"{first}\n  called    your function\n{what}"
        exercises.append(exercise)
    question = {
        "id": f"{assignment}e",
        "maximum": 2,
        "points": None,
        "question": f"## {assignment}e A hundred layers\n*2 points, marked by a person*\n\nWhy?",
        "answer": answer,
    }
    return {
        "version": 1,
        "student": student,
        "identifier": "",
        "assignment": assignment,
        "file": f"{student}/{assignment}_topic.ipynb",
        "sha256": "0" * 64,
        "state": state,
        "reason": "" if state == "graded" else "cell 3: its process was ended",
        "submitted": "2026-11-30T12:00:00",
        "late": False,
        "seed": 7,
        "release": "",
        "exercises": exercises,
        "written": [question],
    } | more


def make_class():
    """Return the records of a class in which everything happens."""
    rng = random.Random(3)
    records = [
        make_record(f"student {n:02}", results="".join(rng.choices("pmfe", [6, 3, 1, 1], k=4)))
        for n in range(20)
    ]
    records += [make_record(name, results="pmfe") for name in NAMES]
    records += [
        make_record("nothing yet", state="not written", results="eeee", answer=""),
        make_record("loop", state="out of time", results="pfnn", late=True),
        make_record("big", state="out of memory", results="nnnn"),
        make_record("killed", state="crashed", results="pnnn"),
        make_record("empty file", state="unreadable", results="nnnn", answer=""),
        make_record("absent", state="missing", results="nnnn", answer="", submitted="", late=None),
        make_record("twice", state="needs a person", results="nnnn", reason=ATTACK),
        make_record("nowhere", assignment="", exercises=[], written=[], state="needs a person"),
        make_record("ada", assignment="02", results="pppm"),
    ]
    hostile = make_record("mallory", results="pffp", answer=ATTACK)
    for exercise in hostile["exercises"]:
        exercise |= {"code": ATTACK, "message": exercise["message"] and ATTACK}
    return [*records, hostile]


def store(folder, records):
    for record in records:
        path = folder / "records" / (record["assignment"] or "unknown")
        path.mkdir(parents=True, exist_ok=True)
        name = record["student"].replace("/", "-") + ".json"
        (path / name).write_text(json.dumps(record), "utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    store(tmp_path, make_class())
    report.write_reports(tmp_path)
    return tmp_path


def rows(path):
    return list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))


def contents(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in paths}


class Page(html.parser.HTMLParser):
    """Collects the tags, attributes and text of a page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.names, self.text = set(), set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


# -- tables ---------------------------------------------------------------------------------------


def test_grades_have_a_row_for_each_submission_and_a_column_for_each_exercise(folder):
    header, *lines = rows(folder / "grades.csv")
    exercises = [f"{lesson}{letter}" for lesson in ("01", "02") for letter in "abcde"]
    columns = ["student", "assignment", "points", "maximum", "state", "late", *exercises]
    assert header == columns
    assert len(lines) == len(make_class())
    by_student = {(line[0], line[1]): line for line in lines}
    ada = by_student["ada", "02"]
    assert ada == ["ada", "02", "6", "10", "graded", "no", *[""] * 5, "2", "2", "2", "0", ""]
    assert by_student["loop", "01"][4:6] == ["out of time", "yes"]
    assert by_student["absent", "01"][2:6] == ["0", "10", "missing", ""]
    assert by_student["nothing yet", "01"][6:11] == ["0"] * 5


def test_no_cell_is_a_formula(folder):
    names = set()
    for path in folder.glob("*.csv"):
        for line in rows(path):
            assert not [cell for cell in line if cell.startswith(("=", "+", "@", "\t", "\r"))]
            assert not [cell for cell in line if cell.startswith("-") and cell != "-"]
            names |= set(line)
    assert {"'=cmd-' -C calc'!A0", "'+1", "'-2", "'@sum", "O'Brien, Pat", '"q"'} <= names
    assert "Zoë Łukasz" in names


def test_canvas_gets_its_columns_and_points_possible(tmp_path):
    records = [
        make_record("lovelaceada", identifier="4711", results="ppmm"),
        make_record("babbage", results="pppp"),
        make_record("babbage", assignment="02", results="ppee"),
        make_record("late", state="missing", results="nnnn", answer=""),
        make_record("twice", state="needs a person", results="nnnn"),
        make_record("wrong", state="unreadable", results="nnnn", answer=""),
    ]
    report.write_reports(store(tmp_path, records))
    assert rows(tmp_path / "canvas.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Assignment 01"]
        + ["Assignment 02"],
        ["    Points Possible", "", "", "", "", "10", "10"],
        ["babbage", "", "", "babbage", "", "8", "4"],
        ["late", "", "", "late", "", "", ""],
        ["lovelaceada", "4711", "", "", "", "4", ""],
        ["twice", "", "", "twice", "", "", ""],
        ["wrong", "", "", "wrong", "", "", ""],
    ]
    assert rows(tmp_path / "moodle.csv") == [
        ["Username", "Assignment 01", "Assignment 02"],
        ["babbage", "8", "4"],
        ["late", "", ""],
        ["lovelaceada", "4", ""],
        ["twice", "", ""],
        ["wrong", "", ""],
    ]


def test_moodle_gets_a_worksheet_for_what_came_out_of_it(tmp_path):
    place = "Ada Lovelace_4711_assignsubmission_file_/01.ipynb"
    records = [
        make_record("Ada Lovelace", identifier="4711", file=place),
        make_record("Bad", identifier="4712", file=place, state="unreadable", results="nnnn"),
    ]
    report.write_reports(store(tmp_path, records))
    assert rows(tmp_path / "moodle_01.csv") == [
        ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)"],
        ["Participant 4711", "Ada Lovelace", "8", "10", "-"],
    ]


def test_what_came_from_elsewhere_has_no_worksheet(folder):
    assert not list(folder.glob("moodle_*.csv"))


# -- pages ----------------------------------------------------------------------------------------


def test_every_submission_has_a_page_and_no_other_page_stays(folder):
    pages = {path.relative_to(folder).as_posix() for path in folder.glob("feedback/*/*.html")}
    assert pages == {report.page_link(record) for record in make_class()}
    (folder / "records" / "01" / "loop.json").unlink()
    report.write_reports(folder)
    assert not (folder / "feedback" / "01" / "loop.html").exists()


def test_pages_run_no_scripts_and_fetch_nothing(folder):
    allowed = {"html", "head", "meta", "title", "style", "body", "p", "h1", "h2", "h3", "section"}
    allowed |= {"div", "span", "pre", "a", "table", "tr", "th", "td", "i", "b", "br", "strong"}
    allowed |= {"code"}
    pages = list(folder.rglob("*.html"))
    assert len(pages) == len(make_class()) + 2
    for path in pages:
        text = path.read_text("utf-8")
        page = Page(text)
        assert page.tags <= allowed
        assert not [name for name in page.names if name.startswith("on") or name == "src"]
        assert "default-src 'none'" in text.split("</head>")[0]
        assert "\u202e" not in text


def test_a_page_shows_code_message_hint_and_mistake(folder):
    record = make_record("student 00", results="pmfe")
    record["exercises"][1]["code"] = "def f(x):\n    return x < 1 and x > 0"
    page = Page(
        report.make_environment()
        .get_template("feedback.html")
        .render(
            record=report.apply_marks([record], {})[0],
            total=report.add_up(record),
            marks=report.SIGNS,
        )
    )
    for exercise in record["exercises"]:
        assert exercise["code"] in page.text and exercise["title"] in page.text
    mistake = record["exercises"][1]
    assert f"it looks as if {mistake['mistake']}." in page.text
    assert f"Try {mistake['hint']}" in page.text
    assert "2 of 10 points" in page.text and "not marked yet" in page.text
    assert "✗ 01b  a run" not in page.text  # the heading says it


def test_hostile_text_arrives_as_it_was_written(folder):
    page = Page((folder / "feedback" / "01" / "mallory.html").read_text("utf-8"))
    assert page.text.count(ATTACK.replace("\u202e", "\\u202e")) == 4 + 2 + 1


def test_the_reason_of_a_state_is_said(folder):
    page = Page((folder / "feedback" / "01" / "killed.html").read_text("utf-8"))
    assert "Crashed: cell 3: its process was ended" in page.text


def test_the_class_page_counts_mistakes_most_frequent_first(folder):
    records = make_class()
    shown = report.describe_class(records)
    counts = [row["count"] for row in shown["mistakes"]]
    assert counts == sorted(counts, reverse=True) and len(counts) > 3
    made = [e for r in records for e in r["exercises"] if e["mistake"]]
    assert sum(counts) == len(made)
    text = Page((folder / "class.html").read_text("utf-8")).text
    places = [text.index(row["mistake"]) for row in shown["mistakes"][:1]]
    assert places and all(row["hint"] in text for row in shown["mistakes"])
    assert {row["student"] for row in shown["attention"]} == {
        *("loop", "big", "killed", "empty file", "absent", "twice", "nowhere")
    }
    for row in shown["assignments"][0]["exercises"]:
        assert row["passed"] + row["failed"] + row["empty"] + row["unrun"] == len(records) - 2
        assert abs(sum(float(share) for _, share in row["shares"]) - 100) < 0.05


def test_every_submission_that_ran_is_in_the_histogram():
    columns = report.histogram([0, 0, 1.5, 8, 10], 10)
    assert [column["count"] for column in columns] == [2, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1]
    assert columns[0]["label"] == "0" and columns[-1]["label"] == "10"
    wide = report.histogram([0, 41, 42], 42)
    assert wide[0]["label"] == "0-2" and wide[-1]["label"] == "42" and len(wide) == 15
    assert sum(column["count"] for column in wide) == 3


def test_answers_are_shown_without_names(folder):
    text = (folder / "written.html").read_text("utf-8")
    record = make_class()[0]
    assert report.answer_code(record, record["written"][0]) in text
    for record in make_class():
        if len(record["student"]) > 3:
            assert record["student"] not in Page(text).text
            assert record["student"] not in (folder / "marks.csv").read_text("utf-8-sig")


def test_the_order_of_answers_tells_no_names(tmp_path):
    """Answers are in the order of codes, on the page and in marks.csv, and names in another."""
    records = [make_record(f"student {n:02}", answer=f"Answer {n}") for n in range(20)]
    report.write_reports(store(tmp_path, records))
    codes = [report.answer_code(record, record["written"][0]) for record in records]
    assert codes != sorted(codes)
    assert [row[0] for row in rows(tmp_path / "marks.csv")][1:] == sorted(codes)
    text = Page((tmp_path / "written.html").read_text("utf-8")).text
    assert sorted(codes, key=text.index) == sorted(codes)
    order = sorted(range(20), key=lambda n: text.index(f"Answer {n}\n"))
    assert [codes[n] for n in order] == sorted(codes)


def test_the_same_records_give_the_same_bytes(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    store(other, reversed(make_class()))
    report.write_reports(other)
    assert contents(other) == contents(folder)
    report.write_reports(other)
    assert contents(other) == contents(folder)


def test_records_of_what_is_not_collected_any_more_are_left_out(folder):
    place = "Ada Lovelace_4711_assignsubmission_file_/02.ipynb"
    store(folder, [make_record("gone", assignment="02", file=place, identifier="4711")])
    report.write_reports(folder)
    assert (folder / "moodle_02.csv").exists()
    names = [f"{r['assignment']}/{r['student']}" for r in make_class()]
    (folder / "run.json").write_text(json.dumps({"collected": names[1:]}), "utf-8")
    mark = "student,exercise,points\nstudent 00,01e,1\nada,01e,1\n"
    assert report.merge_marks(folder, marks_file(folder, mark)) == 1
    assert report.write_reports(folder) == len(names) - 1
    kept, left_out = read_records(folder)
    assert [r["student"] for r in left_out] == ["student 00", "gone"]
    text = (folder / "grades.csv").read_text("utf-8")
    assert "student 00" not in text and "gone" not in text and len(kept) == len(names) - 1
    assert not (folder / "moodle_02.csv").exists()
    assert f"{code_of('student 00')},01e,2,1," in (folder / "marks.csv").read_text("utf-8-sig")


def test_a_page_that_cannot_be_written_stops_no_other(folder):
    before = contents(folder)
    for path in folder.rglob("*.html"):
        path.unlink()
    (folder / "feedback" / "01" / "ada.html").mkdir()
    (folder / "feedback" / "01" / "ada.html" / "full").touch()
    with pytest.raises(GradeError, match="1 reports could not be written, such as .*ada.html"):
        report.write_reports(folder)
    shutil.rmtree(folder / "feedback" / "01" / "ada.html")
    after = contents(folder)
    assert [path.name for path in before.keys() - after.keys()] == ["ada.html"]


def test_a_damaged_record_is_named(folder):
    (folder / "records" / "01" / "ada.json").write_text("{", "utf-8")
    with pytest.raises(GradeError, match="ada.json cannot be read .*: remove it; .* --resume"):
        report.write_reports(folder)


def test_a_run_without_records_gives_empty_reports(tmp_path):
    assert report.write_reports(tmp_path) == 0
    assert rows(tmp_path / "grades.csv") == [
        ["student", "assignment", "points", "maximum", "state", "late"]
    ]


# -- marks ----------------------------------------------------------------------------------------


def code_of(student):
    (record,) = [r for r in make_class() if (r["student"], r["assignment"]) == (student, "01")]
    return report.answer_code(record, record["written"][0])


def marks_file(folder, text):
    path = folder / "entered.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def points_of(folder, student):
    (line,) = [r for r in rows(folder / "grades.csv") if r[0] == student and r[1] == "01"]
    return line[2], line[10]


def test_marks_entered_in_the_template_count(folder):
    lines = (folder / "marks.csv").read_text("utf-8-sig").splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith(code_of("student 00")))
    assert lines[place].endswith(",01e,2,,")
    before, _ = points_of(folder, "student 00")
    lines[place] = lines[place][:-2] + ',1.5,"=good, but short"'
    assert report.merge_marks(folder, marks_file(folder, "\n".join(lines))) == 1
    after, mark = points_of(folder, "student 00")
    assert float(after) == float(before) + 1.5 and mark == "1.5"
    page = Page((folder / "feedback" / "01" / "student 00.html").read_text("utf-8"))
    assert "=good, but short" in page.text and "1.5 of 2" in page.text
    kept = contents(folder)
    report.write_reports(folder)
    assert contents(folder) == kept


def test_marks_may_name_students_and_come_from_a_german_spreadsheet(folder):
    text = "Student;Exercise;Points\r\nZoë Łukasz;01e;0,5\r\n'=cmd-' -C calc'!A0;01e;2\r\n;;\r\n"
    assert report.merge_marks(folder, marks_file(folder, text)) == 2
    assert points_of(folder, "Zoë Łukasz")[1] == "0.5"
    assert points_of(folder, "'=cmd-' -C calc'!A0")[1] == "2"
    text = "student,exercise,points\nZoë Łukasz,01e,\nada,01e,1\n"
    assert report.merge_marks(folder, marks_file(folder, text)) == 3
    assert points_of(folder, "Zoë Łukasz")[1] == "0.5"


def test_points_and_comment_may_come_one_after_the_other(folder):
    for row in ("ada,01e,1.5,", "ada,01e,,Well put.", "bob,01e,,"):
        row = row.replace("bob", "student 00")
        report.merge_marks(folder, marks_file(folder, f"student,exercise,points,comment\n{row}\n"))
    assert points_of(folder, "ada")[1] == "1.5"
    page = Page((folder / "feedback" / "01" / "ada.html").read_text("utf-8"))
    assert "Well put." in page.text and "1.5 of 2" in page.text


def test_marks_may_be_entered_in_place_and_taken_back(folder):
    own = folder / "marks.csv"
    empty = own.read_bytes()
    text = own.read_text("utf-8-sig").replace(
        f"{code_of('ada')},01e,2,,", f"{code_of('ada')},01e,2,2,"
    )
    own.write_text(text, "utf-8")
    assert report.merge_marks(folder, own) == 1
    assert points_of(folder, "ada")[1] == "2"
    own.write_bytes(empty)
    report.write_reports(folder)
    assert points_of(folder, "ada")[1] == ""


def test_an_answer_left_empty_has_no_points_and_one_handed_in_on_paper_may_have_some(folder):
    assert points_of(folder, "nothing yet") == ("0", "0")
    text = "student,exercise,points\nnothing yet,01e,2\n"
    report.merge_marks(folder, marks_file(folder, text))
    assert points_of(folder, "nothing yet") == ("2", "2")
    report.write_reports(folder)
    assert points_of(folder, "nothing yet") == ("2", "2")


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "student,exercise,points\nada,01e,1\nnobody,01e,1\n",
            "row 3: there is no student 'nobody'",
        ),
        ("student,exercise,points\nada,01a,1\n", "row 2: there is no student 'ada' with a written"),
        ("student,exercise,points\nada,01e,2.5\n", r"row 2: points are '2.5'; give .* from 0 to 2"),
        ("student,exercise,points\nada,01e,-1\n", "row 2: points are '-1'"),
        ("student,exercise,points\nada,01e,two\n", "row 2: points are 'two'"),
        ("student,exercise,points\nada,01e,nan\n", "row 2: points are 'nan'"),
        ("student,exercise,points\n,01e,1\n", "row 2: it names no answer"),
        ("answer,points\nbcdf-bcdf,1\n", "row 2: there is no answer 'bcdf-bcdf'"),
        ("student,exercise,points\nada,01e,1\nada,01e,2\n", "row 3: .* was marked otherwise"),
        ("name,mark\nada,1\n", "must name the columns answer, exercise, .*; found name, mark"),
        ("", "must name the columns .*; found nothing"),
    ],
)
def test_marks_that_are_none_are_refused_and_change_nothing(folder, text, message):
    path = marks_file(folder, text)
    before = contents(folder)
    with pytest.raises(GradeError, match=message):
        report.merge_marks(folder, path)
    assert contents(folder) == before


def test_files_that_hold_no_marks_are_named(folder, tmp_path):
    with pytest.raises(GradeError, match="give the file with the marks"):
        report.merge_marks(folder, tmp_path / "nowhere.csv")
    (tmp_path / "latin.csv").write_bytes("student,points\nZoë,1\n".encode("latin-1"))
    with pytest.raises(GradeError, match="save it as CSV UTF-8"):
        report.merge_marks(folder, tmp_path / "latin.csv")
    with pytest.raises(GradeError, match="holds no records"):
        report.merge_marks(tmp_path / "elsewhere", tmp_path / "latin.csv")


def test_marks_damaged_in_place_are_not_written_over(folder):
    own = folder / "marks.csv"
    shutil.copy(own, folder / "copy")
    damaged = own.read_text("utf-8").replace("01e,2,,", "01e,2,many,", 1)
    own.write_text(damaged, "utf-8")
    with pytest.raises(GradeError, match="points are 'many'"):
        report.write_reports(folder)
    assert own.read_text("utf-8") == damaged


def test_codes_are_stable_differ_and_are_no_numbers():
    records = [make_record(f"s{n}") for n in range(500)]
    codes = {report.answer_code(record, record["written"][0]) for record in records}
    assert len(codes) == 500
    assert not [code for code in codes if any(c.isdigit() for c in code) or len(code) != 9]
    assert report.answer_code(records[0], records[0]["written"][0]) == "spdk-dqdj"


def test_the_command_merges_marks_or_says_why_not(folder, capsys):
    path = marks_file(folder, "student,exercise,points\nada,01e,1\n")
    assert grade.main([str(folder), "--marks", str(path)]) == 0
    assert capsys.readouterr().out.startswith("written answers with a mark: 1;")
    path = marks_file(folder, "student,exercise,points\nada,01e,7\n")
    assert grade.main([str(folder), "--marks", str(path)]) == 1
    said = capsys.readouterr().err
    assert "row 2: points are '7'" in said and said.count("\n") == 1
    assert points_of(folder, "ada")[1] == "1"
