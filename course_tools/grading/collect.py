"""Find out what was handed in: whose it is, for which lesson, and whether it can be read.

Nothing is unpacked and nothing followed: archives are read member by member, links are refused.
"""

import functools
import hashlib
import json
import os
import re
import stat
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

LARGEST = 150 * 2**20  # bytes of one notebook; pictures and logs in outputs can be many
MOST_TEXT = 4 * 2**20  # characters of all cells of one notebook, which stay in memory
MOST_CELLS = 2000
LONGEST_TEXT = 100_000  # characters of a cell in words, which may hold pictures
MOST_PARTS = 3_000_000
MOST_FILES = 100_000
MOST_NOTEBOOKS = 40  # of one student
LONGEST_NAME = 180  # bytes: file names may have 255, and " (identifier).json" is added
EXPECTED = """expected one of these:
  one folder per student           SUBMISSIONS/ada/01_recurrent_neuron.ipynb
  notebooks with the student's name  SUBMISSIONS/01_recurrent_neuron_ada.ipynb
  the zip of Moodle                Ada Lovelace_123_assignsubmission_file_/01_recurrent_neuron.ipynb
  the zip of Canvas                lovelaceada_123_456_01_recurrent_neuron.ipynb
  nbgrader's folder submitted      submitted/ada/01/01_recurrent_neuron.ipynb"""
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)"
)
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<rest>.+)")
_AGAIN = re.compile(r"(.*)-(\d+)(\.\w+)")  # how Canvas names a file handed in again
_IGNORED = re.compile(r"\.|__MACOSX$|Thumbs\.db$|desktop\.ini$|~\$", re.I)
_LESSON = re.compile(r"(?<!\d)(\d\d)(?!\d)")
_LINK = "it is a link, and links are not followed"


class CollectError(Exception):
    """The submissions cannot be told apart; the message shows what was found and expected."""


class Unreadable(Exception):
    """A file holds no notebook; the message says what it is instead."""


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: "code" or "markdown", its text, and nbgrader's name of it or ""."""

    kind: str
    source: str
    mark: str = ""


@dataclass(frozen=True)
class Entry:
    """A file somewhere in the submissions; `refused` says why it is not to be read, or ""."""

    parts: tuple
    read: Callable
    when: str = ""
    refused: str = ""

    def __str__(self):
        return "/".join(self.parts)


@dataclass(frozen=True)
class Submission:
    """One student's work for one assignment.

    Attributes:
        student: unique, and fit for the name of a file.
        assignment: number of the lesson, "" where it cannot be told.
        file: where it was found.
        cells: of the notebook, tuple of `Cell`; it is read this once, and its outputs are dropped.
        sha256: of the bytes that were read, in hexadecimal.
        submitted: ISO time, "" where it is not known.
        late: True where the learning platform says so, None where it does not.
        identifier: of the student in the learning platform, or "".
        state, reason: where they are known before anything is run.
    """

    student: str
    assignment: str
    file: str = ""
    cells: tuple = field(default=(), repr=False)
    sha256: str = ""
    submitted: str = ""
    late: bool | None = None
    identifier: str = ""
    state: str = ""
    reason: str = ""


# -- reading notebooks ---------------------------------------------------------------------------


def read_notebook(data):
    """Return the cells of a notebook as a tuple, whatever release of Jupyter wrote it.

    Args:
        data: its bytes: UTF-8, or UTF-16 or UTF-32 with a byte order mark.

    Raises:
        Unreadable: it is none.
    """
    if not data.strip():
        raise Unreadable("the file is empty")
    text = _decode(data).lstrip("\ufeff")
    if text.lstrip()[:1] == "<":
        raise Unreadable("it is a web page (HTML) and no notebook")
    if len(text) > 10**7 and _count_parts(text) > MOST_PARTS:
        raise Unreadable("it has millions of parts, which no notebook has")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("it is no notebook: its text is not JSON, or only a part of it") from None
    if not isinstance(notebook, dict):
        raise Unreadable("it is JSON, but no notebook")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # Jupyter before 2015
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(cells, list):
        raise Unreadable("it is JSON, but no notebook: it has no cells")
    found = tuple(_read_cell(cell) for cell in cells if isinstance(cell, dict))
    size = sum(len(cell.source) + len(cell.mark) for cell in found)
    if size > MOST_TEXT or len(found) > MOST_CELLS:
        raise Unreadable(f"it holds {len(found)} cells, {size} characters in them: too many")
    return found


def _count_parts(text):
    """Return how many values a JSON text holds, about: memory is needed for each of them."""
    # A string that does not end ends with the text: so each character is looked at once. "*+" keeps
    # no places to come back to, of which a hundred megabytes of "\n" would need gigabytes.
    bones = re.sub(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', "", text, flags=re.S)
    return sum(map(bones.count, "[{,"))


def _decode(data):
    marks = [(b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32")]
    marks += [(b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")]
    encoding = next((name for mark, name in marks if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if data[:4].strip()[:1] != b"{":
            raise Unreadable("it is no text, and so no notebook") from None
        return data.decode("cp1252", errors="replace")


def _read_cell(cell):
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    metadata = cell.get("metadata")
    roles = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    mark = roles.get("grade_id") if isinstance(roles, dict) else None
    mark = mark if isinstance(mark, str) else cell.get("id")
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    source = source.replace("\r\n", "\n") if isinstance(source, str) else ""
    if kind == "markdown":
        source = source[:LONGEST_TEXT]
    return Cell(kind, source, mark if isinstance(mark, str) else "")


# -- finding files -------------------------------------------------------------------------------


def list_folder(folder):
    """Return the entries of a folder and the names of the folders in it, links not followed."""
    entries, folders = [], []
    for place, inside, names in os.walk(folder):
        parts = Path(place).relative_to(folder).parts
        linked = [name for name in inside if (Path(place) / name).is_symlink()]
        inside[:] = sorted(n for n in inside if n not in linked and not _IGNORED.match(n))
        if not parts:
            folders = list(inside)
        for name in sorted([*names, *linked]):
            path = Path(place) / name
            if not _IGNORED.match(name):
                refused = "" if stat.S_ISREG(path.lstat().st_mode) else _LINK
                read = functools.partial(_read_file, path)
                entries.append(Entry((*parts, name), read, "", refused))
        if len(entries) > MOST_FILES:
            raise CollectError(f"{folder} holds more than {MOST_FILES} files: is it the right one?")
    return entries, folders


def _read_file(path):
    flags = ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")  # as far as this system has them
    with open(os.open(path, sum(getattr(os, flag, 0) for flag in flags)), "rb") as file:
        return _read_limited(file)


def _read_limited(file):
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(f"it is larger than {LARGEST // 2**20} MB")
    return data


def list_zip(path):
    """Return the entries of a zip file; it is read in place."""
    entries = []
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist()[:MOST_FILES]:
                names = re.split(r"[/\\]", member.filename)
                parts = tuple(name[:255] for name in names if name not in ("", ".", ".."))
                if not parts or member.is_dir() or any(map(_IGNORED.match, parts)):
                    continue
                refused = _LINK if stat.S_ISLNK(member.external_attr >> 16) else ""
                if ".." in names:
                    refused = f"its name in the zip, {member.filename[:255]}, leads out of it"
                try:
                    when = datetime(*member.date_time).isoformat()
                except ValueError:
                    when = ""
                read = functools.partial(_read_member, path, member)
                entries.append(Entry(parts, read, when, refused))
    except Exception as error:  # whatever the damage leads zipfile to
        what = str(error) or type(error).__name__
        raise CollectError(
            f"{path} cannot be read as a zip file ({what}): download it again, or give the folder "
            "that it unpacks to"
        ) from None
    return sorted(entries, key=lambda entry: entry.parts)


def _read_member(path, member):
    """Return the bytes of a member, by its `ZipInfo`: two may have the same name."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            return _read_limited(file)
    except Unreadable:
        raise
    except Exception as error:  # whatever the damage leads zipfile, zlib, bz2 and lzma to
        what = str(error) or type(error).__name__
        raise Unreadable(f"the zip file gives no text for it: {what}") from None


# -- whose it is ---------------------------------------------------------------------------------


def clean(name):
    """Return a student's name as it may stand in a file name and on a screen."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in name)
    name = re.sub(r'[/\\:*?"<>|]', "-", name)
    return _cut(re.sub(r" +", " ", name).strip(" ."), LONGEST_NAME).strip(" .") or "unnamed"


def _cut(text, most):
    """Return the start of a text, so many bytes of UTF-8 at most, and no half character."""
    return text.encode()[:most].decode(errors="ignore")


@dataclass(frozen=True)
class _Owner:
    """Who handed something in, as the layout tells it."""

    name: str
    identifier: str = ""
    late: bool | None = None
    attempt: int = 0


def is_wrapped(entries, lessons):
    """Return whether all entries lie in one folder that is nobody's, such as "submitted"."""
    tops = {entry.parts[0] for entry in entries}
    if len(tops) != 1 or min(len(entry.parts) for entry in entries) < 3:
        return False
    below = {entry.parts[1] for entry in entries}
    own = any(name[:2] in lessons for name in below)  # folders for lessons, inside a student's
    return tops == {"submitted"} or (len(below) > 1 and not own)


def find_owner(entry, lessons):
    """Return the `_Owner` of an entry, None where its place does not tell.

    Args:
        entry: `Entry`.
        lessons: dict from the numbers of the lessons to the stems of their notebooks.
    """
    top = entry.parts[0]
    if found := _MOODLE.fullmatch(top):
        return _Owner(found["name"], found["id"])
    if len(entry.parts) > 1:
        return _Owner(top)
    if found := _CANVAS.fullmatch(top):
        again = _AGAIN.fullmatch(top)
        attempt = int(again[2]) if again else 0
        return _Owner(found["name"], found["id"], bool(found["late"]), attempt)
    stem = top.rsplit(".", 1)[0]
    for known in [*lessons.values(), *lessons]:
        if known in stem:
            rest = stem.replace(known, "", 1).strip(" _-.()")
            return _Owner(rest) if rest else None
    return None


def find_lesson(entry, cells, lessons):
    """Return the number of the lesson that a notebook answers, "" where nothing tells."""
    marks = Counter(
        cell.mark[:2] for cell in cells if re.fullmatch(r"\d\d[a-z](-check)?", cell.mark)
    )
    if not marks:
        text = "\n".join(cell.source for cell in cells)
        marks = Counter(re.findall(r"""check\(\s*["'](\d\d)[a-z]["']""", text))
        marks = marks or Counter(re.findall(r"^## (\d\d)[a-z] ", text, re.M))
    known = [number for number, _ in marks.most_common() if number in lessons]
    if known:
        return known[0]
    for part in reversed(entry.parts):
        stem = part.split("assignsubmission")[-1]
        for number in _LESSON.findall(stem):
            if number in lessons:
                return number
    return ""


# -- all of it -----------------------------------------------------------------------------------


def collect(source, lessons, only="", roster=()):
    """Return all submissions, sorted, one for each student and assignment.

    Args:
        source: folder or zip file.
        lessons: dict from the numbers of the lessons to the stems of their notebooks.
        only: number of the one lesson to be graded, "" for all that are found.
        roster: names of students who should have handed in something.

    Returns:
        Pair of a list of `Submission` and a list of the files that are nobody's.

    Raises:
        CollectError: there is nothing, or no file's place tells whose it is.
    """
    source = Path(source)
    if source.is_dir():
        entries, folders = list_folder(source)
    elif zipfile.is_zipfile(source):
        entries, folders = list_zip(source), []
    else:
        what = "is neither a folder nor a zip file" if source.exists() else "does not exist"
        raise CollectError(f"{source} {what}; {EXPECTED}")
    if is_wrapped(entries, lessons):
        entries = [replace(entry, parts=entry.parts[1:]) for entry in entries]
        folders = []
    owned, strays = defaultdict(list), []
    for entry in entries:
        owner = find_owner(entry, lessons)
        if owner is None:
            strays.append(entry)
        else:
            owned[owner.name, owner.identifier].append((owner, entry))
    for name in folders:
        found = _MOODLE.fullmatch(name)
        owned[(found["name"], found["id"]) if found else (name, "")] += []
    if not any(owned.values()):
        found = [f"  {entry}" for entry in entries[:10]] or ["  nothing"]
        raise CollectError("\n".join([f"in {source} was found", *found, EXPECTED]))
    nobodys = [entry for entry in strays if entry.parts[-1].lower().endswith(".ipynb")]
    # The space, which `clean` drops, tells such a name from a student's; a zip may hold one twice.
    keys = [(f"{entry.parts[-1]} ", str(number)) for number, entry in enumerate(nobodys, start=1)]
    names = _unique_names({*owned, *keys})
    submissions = []
    for key, files in owned.items():
        submissions += _of_one_student(names[key], files, lessons, only)
    for key, entry in zip(keys, nobodys, strict=True):
        sub = _look(names[key], _Owner(""), entry, lessons)
        number = only if only and find_lesson(entry, [], lessons) == only else sub.assignment
        reason = "its name does not say whose it is"
        submissions.append(replace(sub, assignment=number, state="needs a person", reason=reason))
    strays = [str(entry) for entry in strays if entry not in nobodys]
    names = {key: names[key] for key in owned}
    if only:
        submissions = [s for s in submissions if s.assignment in ("", only)]
        submissions = [replace(s, assignment=only) for s in submissions]
    there = {name.casefold() for name in names.values()} | {i for _, i in names if i}
    absent = {clean(name) for name in roster if name.strip() and name.strip() not in there}
    absent = {name for name in absent if name.casefold() not in there}
    submissions += _missing([*names.values(), *sorted(absent)], submissions, only)
    return sorted(submissions, key=lambda s: (s.assignment, s.student)), strays


def _unique_names(owned):
    """Return for each key (name, identifier) a name that no other has, even in lower case."""
    counts = Counter(clean(name).casefold() for name, _ in owned)
    names, taken = {}, set()
    for name, identifier in sorted(owned):
        unique = cleaned = clean(name)
        if counts[cleaned.casefold()] > 1 and identifier:
            unique = f"{cleaned} ({_cut(identifier, 40)})"
        number = 2
        while unique.casefold() in taken:
            unique, number = f"{cleaned} ({number})", number + 1
        taken.add(unique.casefold())
        names[name, identifier] = unique
    return names


def _look(student, owner, entry, lessons):
    """Return the `Submission` of one file."""
    known = dict(file=str(entry), submitted=entry.when, late=owner.late)
    known["identifier"] = owner.identifier
    by_name = find_lesson(entry, [], lessons)
    if entry.refused:
        return Submission(student, by_name, **known, state="unreadable", reason=entry.refused)
    try:
        data = entry.read()
        known["sha256"] = hashlib.sha256(data).hexdigest()
        known["cells"] = read_notebook(data)
    except (Unreadable, OSError, MemoryError) as error:
        reason = str(error) or type(error).__name__
        return Submission(student, by_name, **known, state="unreadable", reason=reason)
    assignment = find_lesson(entry, known["cells"], lessons)
    if not assignment:
        known |= dict(state="needs a person", reason="nothing in it says which lesson it answers")
    return Submission(student, assignment, **known)


def _of_one_student(student, files, lessons, only):
    """Return the submissions among one student's files, at most one for each assignment."""
    times = {e.parts[:-1]: e for _, e in files if e.parts[-1] == "timestamp.txt"}
    notebooks = [(o, e) for o, e in files if e.parts[-1].lower().endswith(".ipynb")]
    if not notebooks:
        notebooks = [(o, e) for o, e in files if e.parts[-1] != "timestamp.txt"]
    if len(notebooks) > MOST_NOTEBOOKS:
        reason = f"there are {len(notebooks)} files, and nothing says which count"
        file = str(notebooks[0][1])
        return [Submission(student, only, file, state="needs a person", reason=reason)]
    groups, misnamed = defaultdict(list), []
    for owner, entry in notebooks:
        found = _look(student, owner, entry, lessons)
        if entry.parts[:-1] in times:
            found = replace(found, submitted=_timestamp(times[entry.parts[:-1]]))
        groups[found.assignment or only].append((owner.attempt, found))
        if only and find_lesson(entry, [], lessons) == only != found.assignment:
            misnamed.append(found)
    if len(groups) == 2 and "" in groups:  # a file that cannot be read, beside one that can
        groups[next(filter(None, groups))] += groups.pop("")
    submissions = []
    for group in groups.values():
        latest = max(attempt for attempt, _ in group)
        found = [submission for attempt, submission in group if attempt == latest]
        readable = [submission for submission in found if submission.state != "unreadable"]
        chosen = (readable or found)[0]
        if len({submission.sha256 for submission in readable}) > 1:
            files = ", ".join(submission.file for submission in readable)
            reason = f"there are several, and nothing says which counts: {files}"
            chosen = replace(chosen, state="needs a person", reason=reason)
        submissions.append(chosen)
    if misnamed and only not in groups:
        reason = f"it answers lesson {misnamed[0].assignment}, though its name says {only}"
        wrong = replace(misnamed[0], assignment=only, state="needs a person", reason=reason)
        submissions.append(wrong)
    return submissions


def _timestamp(entry):
    try:
        text = entry.read()[:100].decode("ascii", "replace").strip().removesuffix(" UTC")
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()
    except (OSError, ValueError, Unreadable):
        return ""


def _missing(students, submissions, only):
    """Return a `Submission` for each assignment that somebody else has handed in."""
    assignments = {s.assignment for s in submissions if s.assignment} or ({only} - {""})
    there = {(s.student, s.assignment) for s in submissions}
    unsure = {s.student for s in submissions if not s.assignment}
    return [
        Submission(student, number, state="missing", reason="nothing was handed in")
        for student in students
        for number in assignments
        if (student, number) not in there and student not in unsure
    ]
