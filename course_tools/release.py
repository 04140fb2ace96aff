"""Hand out lessons: `python3 -m course_utils release 01 02 --to DIR`.

For each lesson DIR gets a folder and the same as a zip: the lesson, its exercises, and
`course_utils` as it is, which is all that a student needs to run both. What makes the course and
what solves an exercise is elsewhere, and stays there.

`DIR/release.json` is for the instructor. It says what was handed out, when it is due and what it
is worth; `grade` reads it. The same course and arguments give the same bytes.
"""

import argparse
import errno
import hashlib
import io
import json
import math
import re
import sys
import zipfile
from datetime import datetime
from pathlib import Path

from course_tools.exercises import ExerciseError, make_exercise
from course_tools.files import TEMPLATES, list_files, write_folder, write_whole
from course_utils import ROOT, __version__
from course_utils.datasets import CHECKSUMS

import nbformat

MANIFEST = "release.json"
VERSION = 1  # of the manifest
TOP = "rnn-course"  # the one folder that the zips of all lessons unpack into
TOP_FILES = ("LICENSE", "LICENSE-text", "environment.yml", "pyproject.toml", "requirements.txt")


class ReleaseError(Exception):
    """A release that cannot be made or read; the message is one line and names the remedy."""


# ---------------------------------------------------------------------------------------------
# What the instructor asks for
# ---------------------------------------------------------------------------------------------


def find_lessons(wanted):
    """Return a dict from the numbers of lessons, in order, to the names of their notebooks.

    Args:
        wanted: numbers such as "01", or "1".

    Raises:
        ReleaseError: a lesson does not exist, or has no exercises.
    """
    known = {
        path.name[:2]: path.name
        for path in sorted((ROOT / "notebooks" / "solutions").glob("[0-9][0-9]_*.ipynb"))
    }
    numbers = sorted({number.zfill(2) for number in wanted})
    for number in numbers:
        if number not in known:
            raise ReleaseError(
                f"There are no exercises for a lesson {number}; there are {', '.join(known)}."
            )
    return {number: known[number] for number in numbers}


def read_due(text):
    """Return a due date in ISO format, to the second and with its distance from UTC.

    Args:
        text: such as "2026-12-01T23:59+01:00"; "" stands for none, as does None.

    Raises:
        ReleaseError: it is no date, or leaves the time or the time zone open.
    """
    if not text:
        return None
    example = "write it like 2026-12-01T23:59+01:00"
    try:
        due = datetime.fromisoformat(text)
    except ValueError:
        raise ReleaseError(f"--due {text}: that is no date and time; {example}.") from None
    if due.tzinfo is None:
        raise ReleaseError(
            f"--due {text}: it takes a time and a time zone, since servers keep another one than "
            f"students; {example} (Z for UTC)."
        )
    return due.isoformat(timespec="seconds")


def read_points(settings, defaults):
    """Return the points of every exercise to be released.

    Args:
        settings: strings such as "01a=3".
        defaults: dict from lessons to dicts from exercises to points, as the notebooks have them.

    Returns:
        A dict like `defaults`, with the points of `settings`.

    Raises:
        ReleaseError: an exercise is not in the release, or points are no number from 0 on.
    """
    points = {number: dict(exercises) for number, exercises in defaults.items()}
    for setting in settings:
        exercise, _, text = setting.partition("=")
        known = points.get(exercise[:2])
        if known is None:
            raise ReleaseError(
                f"--points {setting}: lesson {exercise[:2] or '?'} is not in this release "
                f"({', '.join(points)}); write it like {next(iter(points))}a=3."
            )
        if exercise not in known:
            raise ReleaseError(
                f"--points {setting}: there is no exercise {exercise}; lesson {exercise[:2]} has "
                f"{', '.join(known)}."
            )
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            raise ReleaseError(
                f"--points {setting}: points are a number, 0 or more; write it like {exercise}=3."
            )
        known[exercise] = int(value) if value == int(value) else value
    return points


# ---------------------------------------------------------------------------------------------
# What students get
# ---------------------------------------------------------------------------------------------


def points_of(notebook):
    """Return the points that a notebook's cells carry, as a dict from exercises to points."""
    found = {}
    for cell in notebook.cells:
        roles = cell.metadata.get("nbgrader", {})
        if roles.get("grade"):
            found[roles["grade_id"].removesuffix("-check")] = roles["points"]
    return found


def set_points(notebook, points):
    """Give exercises other points, in place: in nbgrader's metadata and in the text above them.

    Args:
        notebook: a lesson's exercises.
        points: dict from every exercise to its points.

    Raises:
        ReleaseError: the text does not state the points of an exercise.
    """
    for cell in notebook.cells:
        roles = cell.metadata.get("nbgrader", {})
        if roles.get("grade"):
            roles["points"] = points[roles["grade_id"].removesuffix("-check")]
    for exercise, value in points.items():
        stated = re.compile(rf"^(## {exercise} [^\n]*\n\*)[\d.]+ points?\b", re.MULTILINE)
        changed = rf"\g<1>{count(value, 'point')}"
        places = [cell for cell in notebook.cells if stated.search(cell.source)]
        if len(places) != 1:
            raise ReleaseError(f"exercise {exercise} does not state its points below its heading")
        places[0].source = stated.sub(changed, places[0].source)


def collect(number, name, points, due):
    """Return what students get for a lesson, as a dict from paths to bytes.

    Args:
        number: of the lesson, two digits.
        name: of its notebook.
        points: dict from its exercises to their points.
        due: when it is due, as `read_due` returns it.

    Raises:
        ReleaseError: the course itself is not in order; the message says where.
    """
    notebooks = ROOT / "notebooks"
    start = next(notebooks.glob("00_*.ipynb"))
    paths = [ROOT / name for name in TOP_FILES] + list_files(ROOT / "course_utils")
    paths += [ROOT / "datasets" / name for name in ("README.md", *CHECKSUMS)]
    paths += [start, notebooks / name]
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    try:
        exercises = make_exercise(nbformat.read(notebooks / "solutions" / name, as_version=4))
        set_points(exercises, points)
    except (ExerciseError, ReleaseError) as error:
        raise ReleaseError(f"notebooks/solutions/{name}: {error}") from error
    files[f"notebooks/exercises/{name}"] = (nbformat.writes(exercises) + "\n").encode()
    files["README.md"] = (TEMPLATES / "handout" / "README.md").read_bytes()
    when = f"Due {datetime.fromisoformat(due):%Y-%m-%d %H:%M (%Z)}." if due else "No date is set."
    text = (TEMPLATES / "handout" / "ASSIGNMENT.md").read_text("utf-8")
    assignment = text.format(
        number=number,
        name=name,
        title=title_of(name),
        due=when,
        rows="\n".join(f"| {exercise} | {value:g} |" for exercise, value in points.items()),
        total=f"{sum(points.values()):g}",
    )
    files[f"ASSIGNMENT_{number}.md"] = assignment.encode()
    return dict(sorted(files.items()))


def title_of(name):
    """Return the title of a lesson, without its number and in lower case."""
    opening = nbformat.read(ROOT / "notebooks" / name, as_version=4).cells[0].source
    return re.match(r"# \d\d (.+)", opening)[1]


def make_zip(files):
    """Return files as a zip that holds no dates and owners, and so depends on them alone.

    Args:
        files: dict from paths to bytes.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{TOP}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, on every system: else the permissions mean nothing
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


# ---------------------------------------------------------------------------------------------
# The manifest and the command
# ---------------------------------------------------------------------------------------------


def read_manifest(path):
    """Return what a release says about itself.

    Args:
        path: `release.json`, or the folder that holds it.

    Returns:
        A dict with "course", the version that made it, and "lessons", a dict from numbers such as
        "01" to dicts with

            name       of the notebook, "01_recurrent_neuron.ipynb"
            title      of the lesson
            due        in ISO format with its distance from UTC, or None
            points     dict from exercises to points
            exercises  SHA-256 of the notebook that was handed out
            zip        SHA-256 of the zip

    Raises:
        ReleaseError: there is none, or it is damaged, or of a version to come.
    """
    path = Path(path)
    path = path / MANIFEST if path.is_dir() else path
    try:
        manifest = json.loads(path.read_text("utf-8"))
        course, is_newer = manifest["course"], manifest["version"] > VERSION
        for lesson in () if is_newer else manifest["lessons"].values():
            read_due(lesson["due"])
            if not all(value >= 0 for value in lesson["points"].values()):
                raise ValueError("negative points")
    except OSError as error:
        raise ReleaseError(
            f"{path}: {error.strerror}. It is written by release; give the folder that --to named."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, ReleaseError) as error:
        raise ReleaseError(
            f"{path} is damaged ({error}); restore it, or make the release again with --force."
        ) from error
    if is_newer:
        raise ReleaseError(
            f"{path} was made by a newer version, {course}, of the course: use that."
        )
    return manifest


def release(wanted, folder, due=None, points=(), force=False, say=print):
    """Write what students get for some lessons, and the manifest of the release.

    Args:
        wanted: numbers of lessons.
        folder: path to write to.
        due: date and time with a time zone, or None.
        points: strings such as "01a=3".
        force: whether to write over a lesson that was released there before.
        say: called with each line about what was written.

    Raises:
        ReleaseError: nothing was written, or not all; the message says why.
    """
    folder = Path(folder)
    lessons, due = find_lessons(wanted), read_due(due)
    solutions = ROOT / "notebooks" / "solutions"
    defaults = {
        number: points_of(nbformat.read(solutions / name, as_version=4))
        for number, name in lessons.items()
    }
    values = read_points(points, defaults)
    manifest = {"lessons": {}}
    if (folder / MANIFEST).exists():
        manifest = read_manifest(folder)
    targets = {number: folder / Path(name).stem for number, name in lessons.items()}
    for target in targets.values():
        for path in (target, target.with_suffix(".zip")):
            if path.exists() and not force:
                raise ReleaseError(
                    f"{path} was released before: give another --to, or --force to replace it."
                )
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in lessons.items():
        files, target = collect(number, name, values[number], due), targets[number]
        packed, content = target.with_suffix(".zip"), make_zip(files)
        write_folder(target, files)
        write_whole(packed, content)
        manifest["lessons"][number] = {
            "name": name,
            "title": title_of(name),
            "due": due,
            "points": values[number],
            "exercises": hashlib.sha256(files[f"notebooks/exercises/{name}"]).hexdigest(),
            "zip": hashlib.sha256(content).hexdigest(),
        }
        listed = ", ".join(f"{name} {value:g}" for name, value in values[number].items())
        say(f"{target}  {len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB")
        say(f"{packed}  {len(content) / 1e6:.1f} MB: the same, for students")
        say(f"  {count(sum(values[number].values()), 'point')}: {listed}")
        say(f"  due {due}" if due else "  no due date (--due): nothing will count as late")
    manifest |= {
        "version": VERSION,
        "course": __version__,
        "lessons": dict(sorted(manifest["lessons"].items())),
    }
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(folder / MANIFEST, text)
    say(f"{folder / MANIFEST}  due dates and points, for grade: keep it")


def count(value, noun):
    """Return a number and a noun, as in "1 point" and "2 points"."""
    return f"{value:g} {noun}" + ("" if value == 1 else "s")


def main(arguments):
    """Release lessons as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m course_utils release",
        description="Write what students get for each lesson: a folder and a zip.",
    )
    parser.add_argument("lessons", nargs="+", metavar="NN", help="such as 01")
    parser.add_argument("--to", required=True, metavar="DIR", help="the folder to write to")
    parser.add_argument("--due", metavar="TIME", help="such as 2026-12-01T23:59+01:00")
    parser.add_argument(
        "--points", nargs="+", action="extend", default=[], metavar="01a=3", help="other points"
    )
    parser.add_argument("--force", action="store_true", help="replace what was released before")
    options = parser.parse_args(arguments)
    try:
        release(options.lessons, options.to, options.due, options.points, options.force)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        full = error.errno == errno.ENOSPC
        remedy = "free some space" if full else "give a folder that can be written to with --to"
        print(f"{error.filename or options.to}: {error.strerror}; {remedy}.", file=sys.stderr)
        return 1
    return 0
