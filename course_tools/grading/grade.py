"""Grade what a class has handed in: `python3 -m course_utils grade SUBMISSIONS`.

Each submission becomes one record (see `record`). All reports are made from the records, in the
end and in the order of their names: so a run that was stopped goes on where it stopped, and how
many jobs there were leaves no trace.
"""

import argparse
import csv
import hashlib
import json
import os
import secrets
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from course_tools.exercises import NOTEBOOKS
from course_tools.files import write_whole
from course_tools.grading.collect import CollectError, collect
from course_tools.grading.inside.nursery import MEGABYTE
from course_tools.grading.record import (
    VERSION,
    GradeError,
    Run,
    course_digest,
    is_done,
    known_before,
    make_record,
    ran_out_of_time,
    read_records,
    record_path,
    to_text,
    write_record,
)
from course_tools.grading.report import merge_marks, write_reports
from course_tools.grading.sandbox import Limits, SandboxError
from course_tools.progress import show_progress
from course_tools.release import ReleaseError, points_of, read_manifest

import nbformat
from rich.console import Console

STATES = (
    "graded",
    "not written",
    "crashed",
    "out of time",
    "out of memory",
    "unreadable",
    "missing",
    "needs a person",
)


def grade_all(submissions, run, jobs, finish):
    """Grade submissions; no time-out counts that came beside others.

    Args:
        submissions: list of `collect.Submission`.
        run: `Run`.
        jobs: how many submissions run at the same time.
        finish: called with each submission and its record, as they are done.
    """
    with run.start_nursery() as nursery:
        if nursery.warning:
            say(f"NOT PROTECTED: {nursery.warning}")
        numbers = sorted({s.assignment for s in submissions if s.assignment})
        # TensorFlow starts over there and here at the same time.
        assignments = {number: run.make_assignment(number) for number in numbers}
        nursery.wait()

        def work(submission):
            return make_record(submission, assignments.get(submission.assignment), nursery, run)

        again = []
        for crowd, most in ((submissions, jobs), (again, 1)):
            with ThreadPoolExecutor(most) as pool:
                waiting = {pool.submit(work, submission): submission for submission in crowd}
                try:
                    for done in as_completed(waiting):
                        submission = waiting.pop(done)
                        if most > 1 and ran_out_of_time(done.result()):
                            again.append(submission)
                        else:
                            finish(submission, done.result())
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    nursery.close()  # and so nobody waits for what is still running
                    raise


def grade(source, folder, options):
    """Grade what is in a folder or zip file and write all results.

    Args:
        source: path of the submissions.
        folder: path of the results.
        options: what `parse` returns.

    Raises:
        GradeError, CollectError, SandboxError: something cannot be graded; the message says why.
    """
    lessons = {path.name[:2]: path.stem for path in (NOTEBOOKS / "exercises").glob("*.ipynb")}
    if options.assignment and options.assignment not in lessons:
        known = ", ".join(sorted(lessons))
        raise GradeError(f"there are no exercises for a lesson {options.assignment}; only {known}")
    if folder.resolve().is_relative_to(Path(source).resolve()):
        raise GradeError(f"{folder} lies inside of {source}: results of a run are no submissions")
    roster = read_roster(options.roster) if options.roster else ()
    submissions, strays = collect(source, lessons, options.assignment, roster)
    submissions = [s for s in submissions if s.assignment in lessons or not s.assignment]
    run = start_run(source, folder, options, submissions)
    left = [s for s in submissions if not is_done(folder, s, run)]
    say(f"{len(submissions)} submissions, seed {run.seed}; results go to {folder}")
    if len(left) < len(submissions):
        say(f"{len(submissions) - len(left)} of them were graded before; {len(left)} are left")
    for stray in strays[:10]:
        say(f"nobody's: {stray}")
    lost = grade_left(left, folder, run, options) if left else []
    print(summarise(folder, [s for s in submissions if s not in lost]))
    write_reports(folder)
    say_left_out(folder)
    if lost:
        raise GradeError(
            f"{len(lost)} records could not be written, see above: make room, or mend who may "
            "write there; then the same call with --resume grades what is left"
        )


def grade_left(submissions, folder, run, options):
    """Grade submissions here or on a cluster; return those whose records cannot be written."""
    lost = []
    progress = show_progress(Console(stderr=True), "grading", len(submissions), "submissions")
    with progress as step:

        def finish(submission, record):
            try:
                # What is known here counts: a worker's clock may be in another time zone.
                write_record(folder, submission, record | known_before(submission, run))
            except (OSError, ValueError) as error:  # which stops no others
                lost.append(submission)
                say(f"{record_path(folder, submission)} cannot be written: {error}")
            step()

        if options.scheduler:
            from course_tools.grading.cluster import grade_on_cluster  # loads Dask

            grade_on_cluster(options.scheduler, submissions, run, finish, say)
        else:
            grade_all(submissions, run, options.jobs, finish)
    return lost


def read_roster(path):
    """Return the names in the column "student" of a CSV file, or else in its first one.

    Raises:
        GradeError: there are none.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if any(row)]
    except (OSError, ValueError, csv.Error) as error:
        raise GradeError(f"{path} is no roster: {error}") from None
    if len(rows) < 2:
        raise GradeError(f"{path} is no roster: a line of headings, then a student in each line")
    headings = [heading.strip().lower() for heading in rows[0]]
    column = headings.index("student") if "student" in headings else 0
    return [row[column] for row in rows[1:] if len(row) > column and row[column].strip()]


def start_run(source, folder, options, submissions):
    """Return what all submissions share, and keep it for the next run and for the reports.

    Args:
        source: path of the submissions.
        folder: where results are kept.
        options: what `parse` returns.
        submissions: list of `collect.Submission`: reports tell of these and of no earlier ones.

    Returns:
        `Run`.

    Raises:
        GradeError: the folder holds another run's results.
    """
    numbers = sorted({s.assignment for s in submissions if s.assignment})
    points, due, release = {}, {}, ""
    if options.release:
        points, due, release = read_release(options.release, numbers)
    collected = {f"{s.assignment}/{s.student}" for s in submissions}
    note, seed, course = folder / "run.json", options.seed, course_digest()
    if note.exists():
        if not options.resume:
            raise GradeError(
                f"{folder} holds the results of an earlier run: --resume goes on with it, "
                "another --out keeps both"
            )
        earlier = read_note(note)
        if options.assignment:  # what was collected of other lessons was not looked at now
            own = f"{options.assignment}/"
            collected |= {c for c in earlier.get("collected", ()) if not c.startswith(own)}
        if seed is not None and seed != earlier["seed"]:
            raise GradeError(f"{folder} was graded with the seed {earlier['seed']}, not {seed}")
        seed = earlier["seed"]
        if earlier.get("course") != course:
            say(
                f"{folder} was graded by another version of the course: what is handed in is "
                "graded anew, with the same seed; marks for answers in words are kept"
            )
    if seed is None:
        seed = secrets.randbelow(2**53)
    kept = {"seed": seed, "course": course, "release": release, "due": due}
    try:
        write_whole(note, to_text({"version": VERSION, "collected": sorted(collected), **kept}))
    except OSError as error:
        raise GradeError(f"{note} cannot be written ({error}): give another --out") from None
    return Run(
        **kept,
        points=points,
        limits=Limits(options.timeout, options.memory * MEGABYTE),
        # The sandbox knows no working directory, and where links lead has another name.
        hidden=(Path(source).resolve(), folder.resolve()),
        isolated=False if options.unsafe else None,
    )


def read_note(path):
    """Return what an earlier run has kept in run.json.

    Raises:
        GradeError: it is damaged, or of a version to come.
    """
    try:
        earlier = json.loads(path.read_text("utf-8"))
        if earlier["version"] > VERSION:
            raise GradeError(
                f"{path} was written by a newer version of the course: grade with that one, or "
                "give another --out"
            )
        return earlier | {"seed": int(earlier["seed"])}
    except (OSError, ValueError, KeyError, TypeError):
        raise GradeError(f"{path} is damaged: give another --out") from None


def read_release(path, numbers):
    """Return what a release has set: points, due dates, and a digest of both.

    Args:
        path: of the release.
        numbers: of the lessons that are to be graded.

    Returns:
        Triple of a dict from lessons to dicts from exercises to points, a dict from lessons to
        dates or None, and text.

    Raises:
        GradeError: there is none, or it holds exercises that the course no longer has.
    """
    try:
        manifest = read_manifest(path)
    except ReleaseError as error:
        raise GradeError(str(error)) from None
    points = {number: lesson["points"] for number, lesson in manifest["lessons"].items()}
    due = {number: lesson["due"] for number, lesson in manifest["lessons"].items()}
    for number in numbers:
        (notebook,) = (NOTEBOOKS / "exercises").glob(f"{number}_*.ipynb")
        gone = set(points.get(number, ())) - set(points_of(nbformat.read(notebook, as_version=4)))
        if gone:
            raise GradeError(
                f"{path} has handed out {', '.join(sorted(gone))}, which this version of the "
                f"course lacks: grade with version {manifest['course']}, which made the release"
            )
    digest = hashlib.sha256(json.dumps([points, due], sort_keys=True).encode()).hexdigest()
    return points, due, digest


def summarise(folder, submissions):
    """Return one line that says how many submissions are in which state."""
    counts = Counter()
    for submission in submissions:
        record = json.loads(record_path(folder, submission).read_text("utf-8"))
        counts[record["state"]] += 1
    parts = [f"{counts[state]} {state}" for state in STATES if counts[state]]
    return f"{len(submissions)} submissions: {', '.join(parts)}"


def say_left_out(folder):
    """Say which records the reports leave out, if any."""
    if left_out := read_records(folder)[1]:
        some = ", ".join(f"{r['student']} ({r['assignment'] or '?'})" for r in left_out[:3])
        say(
            f"left out of the reports: {len(left_out)} earlier records, such as {some}, of which "
            "nothing was collected this time; they and marks for them are kept"
        )


def say(text):
    """Print a line for the instructor, beside the output of the command."""
    print(text, file=sys.stderr, flush=True)


# -- the command ---------------------------------------------------------------------------------


def positive(kind):
    """Return a function that reads a number above zero, for argparse."""

    def read(text):
        number = kind(text)
        if not 0 < number < 10**9:
            raise ValueError
        return number

    read.__name__ = "number above zero"
    return read


def parse(arguments):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 -m course_utils grade",
        description="Grade notebooks that a class has handed in, each in a sandbox of its own.",
    )
    parser.add_argument("submissions", type=Path, help="a folder, or the zip of Moodle or Canvas")
    parser.add_argument(
        "--marks",
        type=Path,
        metavar="FILE",
        help="put marks for written answers into results: grade RESULTS --marks marks.csv",
    )
    parser.add_argument("--assignment", default="", metavar="NN", help="this lesson alone")
    parser.add_argument("--out", type=Path, default=Path("graded"), help="where results go")
    parser.add_argument("--release", type=Path, help="folder of the release: points and due dates")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster that does it")
    parser.add_argument("--roster", type=Path, help="CSV with a column student: who is missing")
    parser.add_argument("--resume", action="store_true", help="go on with the results in --out")
    parser.add_argument("--seed", type=int, help="of the inputs; drawn where it is left out")
    parser.add_argument(
        "--jobs", type=positive(int), default=os.cpu_count() or 1, help="submissions side by side"
    )
    parser.add_argument(
        "--timeout", type=positive(float), default=60, help="seconds for one submission"
    )
    parser.add_argument(
        "--memory", type=positive(int), default=2048, help="megabytes for one submission"
    )
    parser.add_argument(
        "--unsafe", action="store_true", help="do without a sandbox even where there is one"
    )
    return parser.parse_args(arguments)


def main(arguments):
    """Grade what the command line names; return the exit code."""
    options = parse(arguments)
    if options.marks:
        try:
            count = merge_marks(options.submissions, options.marks)
            say_left_out(options.submissions)
        except GradeError as error:
            say(str(error))
            return 1
        print(f"written answers with a mark: {count}; the reports are made anew")
        return 0
    if not hasattr(os, "fork"):
        say("Grading needs Linux or macOS; on Windows run it in WSL (wsl --install).")
        return 1
    try:
        grade(options.submissions, options.out, options)
    except (GradeError, CollectError, SandboxError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say(f"\nStopped. What is done stays in {options.out}; the same call with --resume goes on.")
        return 130
    return 0
