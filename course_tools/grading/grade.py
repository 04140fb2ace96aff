"""Grade what a class has handed in: `python3 -m course_utils grade SUBMISSIONS`.

Each submission becomes one record, `DIR/records/ASSIGNMENT/STUDENT.json`, written whole when it is
done. All reports are made from the records, in the end and in the order of their names: so a run
that was stopped goes on where it stopped, and how many jobs there were leaves no trace.
"""

import argparse
import csv
import hashlib
import json
import os
import secrets
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from pathlib import Path

from course_tools.exercises import NOTEBOOKS
from course_tools.grading.collect import CollectError, Unreadable, collect, read_notebook
from course_tools.grading.judge import Assignment, judge
from course_tools.grading.report import (
    MarksError,
    ReportError,
    merge_marks,
    read_records,
    write_reports,
)
from course_tools.grading.sandbox import MEGABYTE, Limits, Nursery, SandboxError

VERSION = 1  # of the records
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


class GradeError(Exception):
    """Something the instructor can mend; the message is for them."""


# -- one record ----------------------------------------------------------------------------------


def make_record(submission, assignment, nursery, run):
    """Return the record of one submission; whatever it does, this returns one.

    Args:
        submission: `collect.Submission`.
        assignment: its `judge.Assignment`, None where it is not known.
        nursery: `sandbox.Nursery`.
        run: dict with the keys "seed", "release" and "due".
    """
    cells, verdict = [], {"state": submission.state, "reason": submission.reason}
    try:
        if not submission.state:
            cells = read_notebook(submission.read())
            verdict = judge(assignment, cells, nursery)
    except (Unreadable, OSError) as error:
        verdict = {"state": "unreadable", "reason": str(error)}
    except SandboxError:
        raise
    except Exception as error:  # of ours: no submission may stop the others
        reason = f"the grader itself failed ({type(error).__name__}: {error})"
        verdict = {"state": "needs a person", "reason": reason[:300]}
    nothing = {"exercises": [], "written": []}
    if assignment is not None:
        nothing = assignment.nothing(cells)
    return nothing | known_before(submission, run) | verdict


def known_before(submission, run):
    """Return the part of a submission's record that is known before it runs."""
    return {
        "version": VERSION,
        "student": submission.student,
        "identifier": submission.identifier,
        "assignment": submission.assignment,
        "file": submission.file,
        "sha256": submission.sha256,
        "submitted": submission.submitted,
        "late": is_late(submission, run["due"].get(submission.assignment)),
        "before": [submission.state, submission.reason],
        "seed": run["seed"],
        "release": run["release"],
    }


def ran_out_of_time(record):
    """Return whether any of a submission did, so that it is to be run once more, and alone.

    Beside others it may have been they who took the processor.
    """
    findings = [entry["finding"] for entry in record["exercises"]]
    return "out of time" in (record["state"], *findings)


def is_late(submission, due):
    """Return whether a submission came after the date it was due, None where nobody knows."""
    # Where the platform says it, its word counts: the times in a zip may be those of the download.
    if submission.late is not None or not due or not submission.submitted:
        return submission.late
    try:
        submitted = datetime.fromisoformat(submission.submitted)
        return submitted.astimezone() > datetime.fromisoformat(due).astimezone()
    except (ValueError, OverflowError):
        return None


def record_path(folder, submission):
    """Return where the record of a submission is kept."""
    return folder / "records" / (submission.assignment or "unknown") / f"{submission.student}.json"


def write_whole(path, text):
    """Write a file so that it is there in full or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)


def record_text(record):
    """Return a record as it is written; lone surrogates, which no encoding has, become "?"."""
    text = json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def write_record(folder, submission, record):
    """Keep the record of a submission where `record_path` says; a failure stops no others."""
    path = record_path(folder, submission)
    try:
        write_whole(path, record_text(record))
    except (OSError, ValueError) as error:
        say(f"{path} cannot be written: {error}")


def is_done(path, submission, run):
    """Return whether a record exists in which all that is known before a run is still true."""
    try:
        record = json.loads(path.read_text("utf-8"))
        known = json.loads(record_text(known_before(submission, run)))
        # A zip that is made anew may have other times; the date that is due decides by "late".
        return all(record[key] == known[key] for key in known if key != "submitted")
    except (OSError, ValueError, KeyError, TypeError):
        return False


# -- all of them ---------------------------------------------------------------------------------


class Progress:
    """One line on the terminal that is rewritten: how many are done, and the time left."""

    def __init__(self, total, stream):
        self.total, self.done, self.stream = total, 0, stream
        self.start, self.shown = time.monotonic(), -10.0

    def step(self):
        """Count one more submission."""
        self.done += 1
        now = time.monotonic()
        moving = self.stream.isatty()
        if now - self.shown < (0.2 if moving else 10) and self.done < self.total:
            return
        self.shown = now
        left = (now - self.start) / self.done * (self.total - self.done)
        bar = "#" * (20 * self.done // self.total)
        text = f"[{bar:<20}] {self.done} of {self.total}"
        text += f", about {int(left) // 60}:{int(left) % 60:02} left" if left >= 1 else " " * 18
        print(f"\r{text} " if moving else text, end="" if moving else "\n", file=self.stream)
        self.stream.flush()
        if moving and self.done == self.total:
            print(file=self.stream)


def grade_all(submissions, folder, nursery, run, points, jobs):
    """Grade submissions and write their records; no time-out counts that came beside others.

    Args:
        submissions: list of `collect.Submission`.
        folder: where results are kept.
        nursery: `sandbox.Nursery`.
        run: dict with the keys "seed", "release" and "due".
        points: dict from lessons to dicts from exercises to points.
        jobs: how many submissions run at the same time.
    """
    numbers = sorted({s.assignment for s in submissions if s.assignment})
    # TensorFlow starts over there and here at the same time.
    assignments = {n: Assignment(n, run["seed"], points.get(n)) for n in numbers}
    nursery.wait()
    progress = Progress(len(submissions), sys.stderr)

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
                        continue
                    write_record(folder, submission, done.result())
                    progress.step()
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
        MarksError, ReportError: the same of the reports.
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
    run, points = start_run(folder, options, submissions)
    left = [s for s in submissions if not is_done(record_path(folder, s), s, run)]
    limits = Limits(options.timeout, options.memory * MEGABYTE)
    say(f"{len(submissions)} submissions, seed {run['seed']}; results go to {folder}")
    if len(left) < len(submissions):
        say(f"{len(submissions) - len(left)} of them were graded before; {len(left)} are left")
    for stray in strays[:10]:
        say(f"nobody's: {stray}")
    isolated = False if options.unsafe else None
    # The sandbox knows no working directory, and where links lead has another name.
    hidden = (Path(source).resolve(), folder.resolve())
    if left and options.scheduler:
        grade_elsewhere(left, folder, run, points, limits, hidden, isolated, options)
    elif left:
        with Nursery(limits, hidden=hidden, isolated=isolated) as nursery:
            if nursery.warning:
                say(f"NOT PROTECTED: {nursery.warning}")
            grade_all(left, folder, nursery, run, points, options.jobs)
    lost = [s for s in left if not is_done(record_path(folder, s), s, run)]
    print(summarise(folder, [s for s in submissions if s not in lost]))
    write_reports(folder)
    say_left_out(folder)
    if lost:
        raise GradeError(
            f"{len(lost)} records could not be written, see above: make room, or mend who may "
            "write there; then the same call with --resume grades what is left"
        )


def grade_elsewhere(submissions, folder, run, points, limits, hidden, isolated, options):
    """Grade submissions on the cluster that the options name, and write their records here."""
    from course_tools.grading.cluster import ClusterError, grade_on_cluster

    progress = Progress(len(submissions), sys.stderr)

    def finish(submission, record):
        # What is known here counts: a worker's clock may be in another time zone.
        write_record(folder, submission, record | known_before(submission, run))
        progress.step()

    try:
        grade_on_cluster(
            options.scheduler, submissions, finish, run, points, limits, hidden, isolated, say
        )
    except ClusterError as error:
        raise GradeError(str(error)) from error


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


def start_run(folder, options, submissions):
    """Return what a run needs to know, and keep it for the next one and for the reports.

    Args:
        folder: where results are kept.
        options: what `parse` returns.
        submissions: list of `collect.Submission`: reports tell of these and of no earlier ones.

    Returns:
        Pair of a dict with the keys "seed", "release", "due" and the dict of points.

    Raises:
        GradeError: the folder holds another run's results.
    """
    release, due, points = "", {}, {}
    if options.release:
        from course_tools.release import ReleaseError, read_manifest

        try:
            lessons = read_manifest(options.release)["lessons"]
        except ReleaseError as error:
            raise GradeError(str(error)) from None
        points = {number: lesson["points"] for number, lesson in lessons.items()}
        due = {number: lesson["due"] for number, lesson in lessons.items()}
        release = hashlib.sha256(json.dumps([points, due], sort_keys=True).encode()).hexdigest()
    collected = {f"{s.assignment}/{s.student}" for s in submissions}
    note = folder / "run.json"
    seed = options.seed
    if note.exists():
        if not options.resume:
            raise GradeError(
                f"{folder} holds the results of an earlier run: --resume goes on with it, "
                "another --out keeps both"
            )
        try:
            earlier = json.loads(note.read_text("utf-8"))
            before = earlier["seed"]
            if options.assignment:  # what was collected of other lessons was not looked at now
                own = f"{options.assignment}/"
                collected |= {c for c in earlier.get("collected", ()) if not c.startswith(own)}
        except (OSError, ValueError, KeyError, TypeError):
            raise GradeError(f"{note} is damaged: give another --out") from None
        if seed is not None and seed != before:
            raise GradeError(f"{folder} was graded with the seed {before}, not {seed}")
        seed = before
    if seed is None:
        seed = secrets.randbelow(2**53)
    run = {"seed": seed, "release": release, "due": due}
    kept = {"version": VERSION, "collected": sorted(collected), **run}
    try:
        write_whole(note, json.dumps(kept, indent=1, sort_keys=True) + "\n")
    except OSError as error:
        raise GradeError(f"{note} cannot be written ({error}): give another --out") from None
    return run, points


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
        except (MarksError, ReportError) as error:
            say(str(error))
            return 1
        print(f"written answers with a mark: {count}; the reports are made anew")
        return 0
    if not hasattr(os, "fork"):
        say("Grading needs Linux or macOS; on Windows run it in WSL (wsl --install).")
        return 1
    try:
        grade(options.submissions, options.out, options)
    except (GradeError, CollectError, MarksError, ReportError, SandboxError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say(f"\nStopped. What is done stays in {options.out}; the same call with --resume goes on.")
        return 130
    return 0
