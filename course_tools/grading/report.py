"""Turn the records of a run into what instructors and students read.

All here is a function of `DIR/records`, the list in `DIR/run.json` of those that count, and
`DIR/marks.csv`: the same ones give the same bytes.

    grades.csv        a row for each submission, a column for each exercise
    canvas.csv        for the import of Canvas's gradebook
    moodle.csv        for the import of Moodle's gradebook; moodle_NN.csv is a grading worksheet
    feedback/NN/      a page for each student
    class.html        how each exercise went, which mistakes were made, what needs a person
    written.html      answers in words, without names, and marks.csv to enter points for them

What students wrote is hostile until shown otherwise. Pages escape it, run no scripts and fetch
nothing; cells of a spreadsheet that would be taken for a formula are quoted.
"""

import copy
import csv
import hashlib
import io
import math
import re
import statistics
import textwrap
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import quote

from course_tools.files import TEMPLATES, write_whole
from course_tools.grading.record import GradeError, read_records

import mistune
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

MARKS = "marks.csv"
MARK_COLUMNS = ("answer", "exercise", "maximum", "points", "comment")
# In these states nothing was run to the end, so nothing is known: a blank, where 0 were a verdict.
NO_VERDICT = ("missing", "unreadable", "needs a person")
# In the order in which a person should look into them.
ATTENTION = (
    "needs a person",
    "unreadable",
    "crashed",
    "out of memory",
    "out of time",
    "missing",
)
SIGNS = {"passed": "✓", "failed": "✗", "not written": "○", "not run": "○"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LETTERS = "bcdfghjkmnpqrstvwxz"  # no digits: a spreadsheet would take 12e5 for a number
KINDS = {
    "nothing": "nothing: there was no return",
    "type": "another type than expected",
    "count": "another number of results",
    "list": "a list where one array is expected",
    "shape": "an array of another shape",
    "not finite": "values that are not finite",
    "values": "the right shape, wrong values",
    "number": "another value",
    "arguments": "the function takes other arguments",
    "raised": "an exception",
    "out of time": "no answer in time",
    "out of memory": "no answer: too much memory",
    "crashed": "no answer: the process ended",
    "no data": "something that is no data",
    "changed": "the right values, but an argument changed",
    "unsteady": "another answer at the second call",
    "not a function": "there is no function of this name",
}


# ---------------------------------------------------------------------------------------------
# Records
# ---------------------------------------------------------------------------------------------


def answer_code(record, question):
    """Return the code that stands for an answer in place of its author's name.

    Args:
        record: of the submission.
        question: an entry of its "written".
    """
    text = "\n".join([str(record["seed"]), record["student"], question["id"]])
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    letters = ""
    for _ in range(8):
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return f"{letters[:4]}-{letters[4:]}"


def add_up(record):
    """Return the points of a record: a dict with points, maximum and the answers unmarked."""
    written = record["written"]
    parts = [*record["exercises"], *written]
    return {
        "points": sum(part["points"] or 0 for part in parts),
        "maximum": sum(part["maximum"] for part in parts),
        "unmarked": sum(part["points"] is None for part in written),
    }


def show_points(value):
    """Return points as text, without needless decimals: "2", "1.5"."""
    return f"{round(value, 4):g}"


# ---------------------------------------------------------------------------------------------
# Marks for answers in words
# ---------------------------------------------------------------------------------------------


def read_marks(path, records):
    """Return the marks in a file, checked against the records.

    Args:
        path: CSV with a column "points" and either "answer" (the code) or "student" and
            "exercise"; "comment" is optional. Comma, semicolon or tab may separate columns.
        records: as `read_records` returns them, both lists in one.

    Returns:
        Dict from codes of answers to pairs of points (None where there are none) and comment;
        a row without either says nothing.

    Raises:
        GradeError: the file is unreadable, or a row names nobody or holds no mark.
    """
    known, students = {}, defaultdict(list)
    for record in records:
        for question in record["written"]:
            code = answer_code(record, question)
            known[code] = question["maximum"]
            students[record["student"], question["id"]].append(code)
    marks = {}
    for number, row in read_table(path):
        if not row["points"] and not row.get("comment"):
            continue  # the template's rows that nobody has come to yet
        place = f"{path}, row {number}"
        code = row.get("answer", "").strip().lower()
        name, exercise = unquote(row.get("student", "")).strip(), row.get("exercise", "").strip()
        if not code and not name:
            raise GradeError(f"{place}: it names no answer: give its code, or student and exercise")
        if not code:
            if (name, exercise) not in students:
                what = f"no student {name!r} with a written answer {exercise!r}"
                raise GradeError(f"{place}: there is {what}; compare with grades.csv")
            (code,) = students[name, exercise]
        if code not in known:
            raise GradeError(f"{place}: there is no answer {code!r}; the codes are in {MARKS}")
        mark = (read_mark(row["points"], known[code], place), unquote(row.get("comment", "")))
        if marks.get(code, mark) != mark:
            raise GradeError(f"{place}: {code} was marked otherwise in a row above; remove one")
        marks[code] = mark
    return marks


def read_mark(text, maximum, place):
    """Return the points that a cell holds, None where it is empty.

    Args:
        text: of the cell; the decimal sign may be a comma.
        maximum: the most that can be given.
        place: where the cell is, for the message.

    Raises:
        GradeError: it holds no number from 0 to the maximum.
    """
    text = text.strip()
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= maximum:
        least_most = f"a number from 0 to {show_points(maximum)}"
        raise GradeError(f"{place}: points are {text!r}; give {least_most}, or leave it empty")
    return int(value) if value == int(value) else value


def read_table(path):
    """Return the rows of a CSV file as pairs (number as a spreadsheet counts, dict).

    Raises:
        GradeError: it cannot be read, or lacks the columns of marks.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise GradeError(f"{path}: {error.strerror}; give the file with the marks") from error
    except UnicodeDecodeError as error:
        raise GradeError(f"{path} is not in UTF-8; save it as CSV UTF-8") from error
    opening = text.split("\n", 1)[0]
    separator = max(",;\t", key=opening.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        lines = [[cell.strip() for cell in line] for line in reader]
    except csv.Error as error:
        raise GradeError(f"{path} is no CSV file ({error}); save it as CSV UTF-8") from error
    names = [name.lower() for name in lines[0]] if lines else []
    if "points" not in names or not ({"answer"} <= set(names) or {"student"} <= set(names)):
        found = ", ".join(names) or "nothing"
        wanted = ", ".join(MARK_COLUMNS)
        raise GradeError(f"{path}: the first row must name the columns {wanted}; found {found}")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if any(line):
            cells = [*line, *[""] * (len(names) - len(line))]
            rows.append((number, dict(zip(names, cells, strict=False))))
    return rows


def merge_marks(folder, path):
    """Take over marks that were entered by hand, and make all reports anew.

    Args:
        folder: the results of `grade`.
        path: CSV as `read_marks` takes it; empty cells leave earlier marks as they were.

    Returns:
        The number of answers in the reports that have a mark now.

    Raises:
        GradeError: a row cannot be taken over, and nothing is; or a file cannot be written, and
            the others are.
    """
    folder, (records, left_out) = Path(folder), read_records(folder)
    everything = [*records, *left_out]
    if not everything:
        raise GradeError(f"{folder} holds no records: give the folder that grade has written")
    entered = read_marks(path, everything)
    own = folder / MARKS
    marks = read_marks(own, everything) if own.exists() and not own.samefile(path) else {}
    for code, (points, comment) in entered.items():
        before = marks.get(code, (None, ""))
        marks[code] = (before[0] if points is None else points, comment or before[1])
    _write_all(folder, records, left_out, marks)
    codes = {answer_code(record, question) for record in records for question in record["written"]}
    return sum(points is not None for code, (points, _) in marks.items() if code in codes)


def apply_marks(records, marks):
    """Return copies of records with the marks in them; an empty answer has 0 points.

    Args:
        records: as `read_records` returns them.
        marks: as `read_marks` returns them.
    """
    records = copy.deepcopy(records)
    for record in records:
        for question in record["written"]:
            nothing = None if question["answer"].strip() else 0
            code = answer_code(record, question)
            points, question["comment"] = marks.get(code, (None, ""))
            question["points"] = nothing if points is None else points
    return records


# ---------------------------------------------------------------------------------------------
# Tables
# ---------------------------------------------------------------------------------------------


def quoted(text):
    """Return text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def unquote(text):
    """Return the text that `quoted` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def table(rows):
    """Return rows of text as CSV."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue()


def grades_table(records):
    """Return grades.csv: a row for each submission, a column for each exercise of any."""
    ids = sorted({part["id"] for r in records for part in r["exercises"] + r["written"]})
    rows = [["student", "assignment", "points", "maximum", "state", "late", *ids]]
    for record in records:
        total = add_up(record)
        cells = {part["id"]: part["points"] for part in record["exercises"] + record["written"]}
        rows.append(
            [
                quoted(record["student"]),
                record["assignment"],
                show_points(total["points"]),
                show_points(total["maximum"]),
                record["state"],
                {True: "yes", False: "no", None: ""}[record["late"]],
                *("" if cells.get(i) is None else show_points(cells[i]) for i in ids),
            ]
        )
    return table(rows)


def totals(records):
    """Return what the gradebooks of learning platforms need.

    Returns:
        Pair of a dict from assignments to their maximum, and a dict from students to pairs of
        their identifier and a dict from assignments to points as text, "" without a verdict.
    """
    maxima, students = {}, {}
    for record in records:
        number, total = record["assignment"], add_up(record)
        if not number:
            continue
        maxima[number] = max(maxima.get(number, 0), total["maximum"])
        identifier, points = students.get(record["student"], ("", {}))
        points[number] = "" if record["state"] in NO_VERDICT else show_points(total["points"])
        students[record["student"]] = (identifier or record.get("identifier", ""), points)
    return maxima, dict(sorted(students.items()))


def canvas_table(records):
    """Return canvas.csv, with the columns that the import of Canvas's gradebook expects."""
    maxima, students = totals(records)
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    possible = ["    Points Possible", "", "", "", ""]
    rows = [
        [*header, *(f"Assignment {number}" for number in maxima)],
        [*possible, *map(show_points, maxima.values())],
    ]
    for student, (identifier, points) in students.items():
        login = "" if identifier else quoted(student)
        cells = [quoted(student), identifier, "", login, ""]
        rows.append([*cells, *(points.get(number, "") for number in maxima)])
    return table(rows)


def moodle_table(records):
    """Return moodle.csv, for the import of Moodle's gradebook, which asks what columns mean."""
    maxima, students = totals(records)
    rows = [["Username", *(f"Assignment {number}" for number in maxima)]]
    for student, (_, points) in students.items():
        rows.append([quoted(student), *(points.get(number, "") for number in maxima)])
    return table(rows)


def moodle_worksheet(records):
    """Return one assignment's grading worksheet, None where no record came out of Moodle."""
    rows = [["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)"]]
    for record in records:
        if "_assignsubmission_" in record["file"] and record["state"] not in NO_VERDICT:
            total = add_up(record)
            points, maximum = show_points(total["points"]), show_points(total["maximum"])
            name, number = quoted(record["student"]), record["identifier"]
            rows.append([f"Participant {number}", name, points, maximum, "-"])
    return table(rows) if len(rows) > 1 else None


def marks_table(records):
    """Return marks.csv: a row for each answer in words, in an order that tells no names."""
    rows = []
    for record in records:
        for question in record["written"]:
            if question["answer"].strip() or question["points"] or question["comment"]:
                points = "" if question["points"] is None else show_points(question["points"])
                code, comment = answer_code(record, question), quoted(question["comment"])
                maximum = show_points(question["maximum"])
                rows.append([code, question["id"], maximum, points, comment])
    rows.sort(key=lambda row: (row[1], row[0]))
    return table([MARK_COLUMNS, *rows])


# ---------------------------------------------------------------------------------------------
# Pages
# ---------------------------------------------------------------------------------------------


def visible(text):
    """Return text whose invisible characters, which can reorder what is read, are spelled out."""

    def spell(character):
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs"):
            return character
        return f"\\u{ord(character):04x}"

    return "".join(map(spell, text.replace("\r\n", "\n")))


def message_body(message):
    """Return a check's message without its first line, which the page's heading says."""
    first, _, rest = message.partition("\n")
    return textwrap.dedent(rest) if first.startswith(tuple(SIGNS.values())) else message


def split_heading(text):
    """Return the heading of a question in Markdown, and what comes after it."""
    first, _, rest = text.partition("\n")
    return first.lstrip("# "), re.sub(r"\A\s*\*[^*\n]*\*\n", "", rest).strip()


def page_link(record):
    """Return where a record's feedback page is, from the folder of the results."""
    return f"feedback/{record['assignment'] or 'unknown'}/{record['student']}.html"


def make_environment():
    """Return jinja2's environment with the templates; it escapes all that is filled in."""
    to_html = mistune.create_markdown()  # which escapes, too
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "points": show_points,
        "count": lambda value, noun: f"{value} {noun}{'s' * (value != 1)}",
        "decimal": lambda value: f"{value:.1f}",
        "visible": visible,
        "body": message_body,
        "heading": lambda text: split_heading(text)[0],
        "without_heading": lambda text: Markup(to_html(split_heading(text)[1])),
    }
    return environment


def describe_assignment(number, records):
    """Return what class.html shows of one assignment: points earned, and how exercises went."""
    run = [record for record in records if record["state"] not in NO_VERDICT]
    earned = sorted(add_up(record)["points"] for record in run)
    maximum = max((add_up(record)["maximum"] for record in records), default=0)
    exercises = {}
    for record in records:
        for exercise in record["exercises"]:
            counts = exercises.setdefault(exercise["id"], (exercise["title"], Counter()))[1]
            counts[exercise["state"]] += 1
    rows = []
    for exercise, (title, counts) in sorted(exercises.items()):
        names = {"passed": "passed", "failed": "failed", "empty": "not written", "unrun": "not run"}
        row = {kind: counts[state] for kind, state in names.items()}
        whole = sum(row.values())
        shares = [(kind, f"{100 * row[kind] / whole:.2f}") for kind in names if row[kind]]
        rows.append({"id": exercise, "title": title, "shares": shares, **row})
    return {
        "number": number,
        "count": len(records),
        "graded": len(run),
        "maximum": maximum,
        "mean": statistics.mean(earned) if earned else 0,
        "median": statistics.median_low(earned) if earned else 0,
        "columns": histogram(earned, maximum),
        "exercises": rows,
    }


def histogram(earned, maximum):
    """Return how many earned how much: dicts with label, count, height in rem.

    Args:
        earned: points of each submission.
        maximum: that could be earned.
    """
    step = max(1, math.ceil(maximum / 20))
    counts = Counter(math.floor(points / step) for points in earned)
    most = max(counts.values(), default=1)
    columns = []
    for place in range(math.floor(maximum / step) + 1):
        first, last = place * step, min(place * step + step - 1, math.floor(maximum))
        label = str(first) if first == last else f"{first}-{last}"
        height = f"{6 * counts[place] / most:.2f}"
        columns.append({"label": label, "count": counts[place], "height": height})
    return columns


def list_mistakes(records):
    """Return recognised mistakes, most frequent first, and the other failures, likewise."""
    mistakes, hints, others = Counter(), {}, defaultdict(list)
    for record in records:
        for exercise in record["exercises"]:
            if exercise["state"] != "failed":
                continue
            if exercise["mistake"]:
                key = (exercise["id"], exercise["mistake"])
                mistakes[key] += 1
                hints[key] = exercise["hint"]
            else:
                kind = KINDS.get(exercise["finding"], exercise["finding"])
                page = {"student": record["student"], "link": quote(page_link(record))}
                others[exercise["id"], kind].append(page)
    known = [
        {"count": count, "exercise": key[0], "mistake": key[1], "hint": hints[key]}
        for key, count in sorted(mistakes.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    unknown = [
        {"count": len(pages), "exercise": key[0], "kind": key[1], "pages": pages[:3]}
        for key, pages in sorted(others.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    return known, unknown


def describe_class(records):
    """Return what class.html shows."""
    numbers = sorted({record["assignment"] for record in records if record["assignment"]})
    states = Counter(record["state"] for record in records)
    mistakes, others = list_mistakes(records)
    attention = [
        {**record, "link": quote(page_link(record))}
        for state in ATTENTION
        for record in records
        if record["state"] == state
    ]
    return {
        "count": len(records),
        "states": ", ".join(f"{count} {state}" for state, count in states.most_common()),
        "unmarked": sum(add_up(record)["unmarked"] for record in records),
        "assignments": [
            describe_assignment(number, [r for r in records if r["assignment"] == number])
            for number in numbers
        ],
        "mistakes": mistakes,
        "others": others,
        "attention": attention,
    }


def list_questions(records):
    """Return what written.html shows: each question with its answers, in the order of codes."""
    questions = {}
    for record in records:
        for question in record["written"]:
            entry = questions.setdefault(
                question["id"],
                {
                    "text": question["question"],
                    "maximum": question["maximum"],
                    "answers": [],
                    "empty": 0,
                },
            )
            if question["answer"].strip():
                answer = {"code": answer_code(record, question), "text": question["answer"]}
                answer |= {"points": question["points"], "comment": question["comment"]}
                entry["answers"].append(answer)
            elif record["state"] not in NO_VERDICT:
                entry["empty"] += 1
    for question in questions.values():
        question["answers"].sort(key=lambda answer: answer["code"])
    return [questions[name] for name in sorted(questions)]


# ---------------------------------------------------------------------------------------------
# All of it
# ---------------------------------------------------------------------------------------------


def write_reports(folder):
    """Write all reports on the records of a run.

    Args:
        folder: the results of `grade`: `records`, and `marks.csv` if marks were entered.

    Returns:
        The number of records in them.

    Raises:
        GradeError: `marks.csv` holds what is no mark, and nothing is written; or a file cannot
            be written, and the others are.
    """
    folder, (records, left_out) = Path(folder), read_records(folder)
    own = folder / MARKS
    marks = read_marks(own, [*records, *left_out]) if own.exists() else {}
    _write_all(folder, records, left_out, marks)
    return len(records)


def _write_all(folder, records, left_out, marks):
    records = apply_marks(records, marks)
    # Marks that were entered stay in the file, also of those who are in no other report.
    marked = [r for r in left_out if any(answer_code(r, q) in marks for q in r["written"])]
    marked = [*records, *apply_marks(marked, marks)]
    environment = make_environment()
    files = {
        "grades.csv": grades_table(records),
        "canvas.csv": canvas_table(records),
        "moodle.csv": moodle_table(records),
        # For a spreadsheet, which without this mark takes the text for another encoding.
        MARKS: "\ufeff" + marks_table(marked),
        "class.html": environment.get_template("class.html").render(describe_class(records)),
        "written.html": environment.get_template("written.html").render(
            questions=list_questions(records)
        ),
    }
    for number in sorted({record["assignment"] for record in records}):
        sheet = moodle_worksheet([r for r in records if r["assignment"] == number])
        if sheet:
            files[f"moodle_{number or 'unknown'}.csv"] = sheet
    page = environment.get_template("feedback.html")
    for record in records:
        files[page_link(record)] = page.render(record=record, total=add_up(record), marks=SIGNS)
    for stale in [*folder.glob("feedback/*/*.html"), *folder.glob("moodle_[0-9][0-9].csv")]:
        files.setdefault(stale.relative_to(folder).as_posix(), None)
    failed = []
    for name, text in files.items():
        path = folder / name
        try:
            path.unlink() if text is None else write_whole(path, text)
        except (OSError, ValueError) as error:
            failed.append(f"{path} ({error})")
    if failed:
        raise GradeError(
            f"{len(failed)} reports could not be written, such as {failed[0]}: make room, or mend "
            "who may write there, and call again (grade: with --resume)"
        )
