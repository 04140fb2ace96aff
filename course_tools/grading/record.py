"""What is kept of each submission, `DIR/records/ASSIGNMENT/STUDENT.json`, and what a run shares.

A record is written whole when it is done. `grade` makes records on this machine and `cluster` on
others, in the same way, and all reports are made from them.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from course_tools.files import list_files, write_whole
from course_tools.grading.judge import Assignment, judge
from course_tools.grading.sandbox import Limits, Nursery, SandboxError
from course_utils import ROOT

VERSION = 2  # of the records; 1 was that of version 0.1 of the course, which kept no digest of it


class GradeError(Exception):
    """Something the instructor can mend; the message is for them."""


@dataclass(frozen=True)
class Run:
    """What all submissions of a run share, on whatever machine they are graded.

    Attributes:
        seed: of the inputs.
        course: what `course_digest` returns.
        release: digest of points and dates that a release has set, "" where there is none.
        due: dict from lessons to the dates they are due, in ISO format, or None.
        points: dict from lessons to dicts from exercises to points.
        limits, hidden, isolated: as `sandbox.Nursery` takes them.
    """

    seed: int
    course: str = ""
    release: str = ""
    due: dict = field(default_factory=dict)
    points: dict = field(default_factory=dict)
    limits: Limits = Limits()
    hidden: tuple = ()
    isolated: bool | None = None

    def start_nursery(self):
        """Return the `sandbox.Nursery` of this run, which is starting."""
        return Nursery(self.limits, self.hidden, self.isolated)

    def make_assignment(self, number):
        """Return the `judge.Assignment` of a lesson."""
        return Assignment(number, self.seed, self.points.get(number))


def course_digest(root=ROOT):
    """Return a fingerprint of all in the course that decides about a mark.

    Args:
        root: folder of the course.
    """
    folders = ("course_utils", "course_tools", "notebooks/solutions", "notebooks/exercises")
    paths = [path for folder in folders for path in list_files(root / folder)]
    digest = hashlib.sha256()
    for path in [*paths, *sorted(root.glob("requirements*.txt"))]:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


# -- one record ----------------------------------------------------------------------------------


def make_record(submission, assignment, nursery, run):
    """Return the record of one submission; whatever it does, this returns one.

    Args:
        submission: `collect.Submission`.
        assignment: its `judge.Assignment`, None where it is not known.
        nursery: `sandbox.Nursery`.
        run: `Run`.
    """
    cells = () if submission.state else submission.cells
    verdict = {"state": submission.state, "reason": submission.reason}
    try:
        if not submission.state:
            verdict = judge(assignment, cells, nursery)
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
        "late": is_late(submission, run.due.get(submission.assignment)),
        "before": [submission.state, submission.reason],
        "seed": run.seed,
        "release": run.release,
        "course": run.course,
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


# -- all of them ---------------------------------------------------------------------------------


def record_path(folder, submission):
    """Return where the record of a submission is kept."""
    return folder / "records" / (submission.assignment or "unknown") / f"{submission.student}.json"


def write_record(folder, submission, record):
    """Keep a record.

    Raises:
        OSError, ValueError: it cannot be written there.
    """
    write_whole(record_path(folder, submission), to_text(record))


def to_text(value):
    """Return a record, or what is known of a run, as it is written."""
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def is_done(folder, submission, run):
    """Return whether a record exists in which all that is known before a run is still true."""
    try:
        record = json.loads(record_path(folder, submission).read_text("utf-8"))
        known = known_before(submission, run)
        # A zip that is made anew may have other times; the date that is due decides by "late".
        return all(record[key] == known[key] for key in known if key != "submitted")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read_records(folder):
    """Return the records of a run, ordered by assignment and student.

    Args:
        folder: the results of `grade`.

    Returns:
        Pair of the records that count, and of earlier ones, of which nothing was collected in
        the last run: a student's folder may have got another name.

    Raises:
        GradeError: a record is damaged.
    """
    records, note = [], Path(folder) / "run.json"
    for path in Path(folder).glob("records/*/*.json"):
        try:
            records.append(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            what = f"{path} cannot be read ({error})"
            raise GradeError(f"{what}: remove it; grade with --resume makes it anew") from None
    records.sort(key=lambda record: (record["assignment"], record["student"]))
    run = json.loads(note.read_text("utf-8")) if note.exists() else {}
    collected = set(run["collected"]) if "collected" in run else None
    kept, left_out = [], []
    for record in records:
        name = f"{record['assignment']}/{record['student']}"
        (kept if collected is None or name in collected else left_out).append(record)
    return kept, left_out
