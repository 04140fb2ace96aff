"""Grading strangers' notebooks: each gets what it earns, and nothing else happens.

The notebooks of `hostile` are graded in one batch, honest ones among them. They run only where
there is a sandbox: without one they would do what they try to do.
"""

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import types
from collections import Counter
from pathlib import Path

from course_tools import exercises
from course_tools.grading import collect, grade, report, sandbox

import hostile
import hostile_shapes  # noqa: F401  (adds to hostile.HOSTILE)
import pytest
from processes import list_processes

LINUX = sys.platform == "linux"
TIMEOUT, KILLED = 20.25, 61.5  # seconds, by which a run's processes can be told from others
SECRET = "SECRET_OF_THE_INSTRUCTOR"


def start(arguments, **options):
    """Start the command in a process of its own."""
    command = [sys.executable, "-m", "course_utils", "grade", *map(str, arguments)]
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return subprocess.Popen(command, cwd=exercises.NOTEBOOKS.parent, **pipes, **options)


def read_records(folder):
    """Return the texts of all records, by assignment and student."""
    paths = sorted((folder / "records").glob("*/*.json"))
    return {(path.parent.name, path.stem): path.read_text("utf-8") for path in paths}


def points(record):
    return tuple(entry["points"] for entry in record["exercises"])


def digest(folder):
    """Return a digest of all files in a folder, and of their names and times."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found.update(f"{path} {status.st_mode} {status.st_mtime_ns} {status.st_size}".encode())
        if path.is_file() and not path.is_symlink() and status.st_size < 10**6:
            found.update(path.read_bytes())
    return found.hexdigest()


# -- one batch of hostile and broken notebooks ---------------------------------------------------


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """The records of all hostile notebooks, and what else there is to know about the run."""
    obstacle = sandbox.find_obstacle() if LINUX else "this is not Linux"
    if obstacle:
        pytest.skip(f"hostile notebooks run only in a sandbox: {obstacle}")
    folder = tmp_path_factory.mktemp("class")
    submissions, results = folder / "submissions", folder / "results"
    for name, case in hostile.HOSTILE.items():
        path = submissions / name / f"{hostile.STEM}.ipynb"
        path.parent.mkdir(parents=True)
        case.made(path) if callable(case.made) else path.write_bytes(case.made)
    before = digest(submissions)
    with socket.create_server(("127.0.0.1", hostile.PORT)) as listener:
        listener.settimeout(0.1)
        arguments = [submissions, "--out", results, "--timeout", TIMEOUT, "--memory", 700]
        process = start(
            [*arguments, "--jobs", 2, "--assignment", "02"], env={**os.environ, SECRET: SECRET}
        )
        out, err = process.communicate()
        try:
            called = listener.accept()
        except TimeoutError:
            called = None
    texts = {student: text for (_, student), text in read_records(results).items()}
    return dict(
        texts=texts,
        records={student: json.loads(text) for student, text in texts.items()},
        code=process.returncode,
        out=out,
        err=err,
        called=called,
        altered=before != digest(submissions),
        results=results,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", hostile.HOSTILE)
def test_a_notebook_gets_its_state_and_its_points(name, batch):
    case, record = hostile.HOSTILE[name], batch["records"][name]
    if name in hostile.BOMBS and record["state"] == "needs a person":
        return  # whether a fork fails in the bomb or in what sets up its next process is chance
    assert (record["state"], points(record)) == (case.state, case.points), record["reason"]
    assert case.says in batch["texts"][name]
    assert bool(record["reason"]) == (case.state != "graded")


@pytest.mark.slow
def test_the_batch_adds_up(batch):
    assert batch["code"] == 0, batch["err"]
    total, rest = batch["out"].strip().splitlines()[-1].split(" submissions: ")
    assert int(total) == len(hostile.HOSTILE) == len(batch["records"])
    assert sum(int(part.split()[0]) for part in rest.split(", ")) == int(total)
    assert "NOT PROTECTED" not in batch["err"]


@pytest.mark.slow
def test_nothing_got_out_and_nothing_is_left(batch):
    assert batch["called"] is None
    assert not batch["altered"]
    assert SECRET not in "".join(batch["texts"].values()) + batch["out"] + batch["err"]
    assert not list_processes(hostile.MARK)
    assert not list_processes(f'"seconds": {TIMEOUT}')
    for place in map(Path, ("/tmp", "/dev/shm", "/var/tmp")):
        assert not list(place.glob(hostile.MARK))
    names = {path.name for path in batch["results"].iterdir()}
    assert not list(batch["results"].rglob("*.part")), names


# -- honest work ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A small class, graded by one job: ada solves all lessons and bob none.

    old has version 0.1 of the course, and hands in what was right there.
    """
    if not LINUX:
        pytest.skip("needs Linux")
    folder = tmp_path_factory.mktemp("course")
    for path in sorted((exercises.NOTEBOOKS / "solutions").glob("*.ipynb")):
        for student, kind in (("ada", "solutions"), ("bob", "exercises")):
            target = folder / "submissions" / student / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((exercises.NOTEBOOKS / kind / path.name).read_bytes())
    earlier = Path(__file__).parent / "version_0_1" / "submissions" / "ada"
    shutil.copytree(earlier, folder / "submissions" / "old")
    process = start(
        [folder / "submissions", "--out", folder / "one", "--seed", 5, "--jobs", 1],
    )
    _, err = process.communicate()
    assert process.returncode == 0, err
    return folder


@pytest.mark.slow
def test_solutions_earn_everything_and_stubs_nothing(course):
    for (number, student), text in read_records(course / "one").items():
        record = json.loads(text)
        maxima = tuple(entry["maximum"] for entry in record["exercises"])
        if student == "ada" or (student, number) == ("old", "01"):
            assert (record["state"], points(record)) == ("graded", maxima), (number, text)
            assert len(record["written"]) == 1 and record["written"][0]["answer"]
            assert all(entry["code"] for entry in record["exercises"])
        elif student == "old":
            assert record["state"] == "missing"
        else:
            assert (record["state"], sum(points(record))) == ("not written", 0)
            assert record["written"][0]["answer"] == ""


@pytest.mark.slow
def test_a_killed_run_goes_on_and_gives_the_same(course):
    lessons = ("01", "02", "03", "04")
    for path in (course / "submissions").glob("*/*.ipynb"):
        if path.name[:2] in lessons:
            target = course / "some" / path.relative_to(course / "submissions")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    everything = read_records(course / "one")
    wanted = {key: text for key, text in everything.items() if key[0] in lessons}
    results = course / "killed"
    arguments = [course / "some", "--out", results, "--seed", 5, "--jobs", 3]
    process = start([*arguments, "--timeout", KILLED])
    while len(list((results / "records").glob("*/*.json"))) < 2:
        assert process.poll() is None and time.sleep(0.02) is None
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while list_processes(f'"seconds": {KILLED}') and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not list_processes(f'"seconds": {KILLED}')
    done = {path: path.stat().st_mtime_ns for path in (results / "records").glob("*/*.json")}
    assert 2 <= len(done) < len(wanted)

    refused = start(arguments)
    assert "--resume goes on" in refused.communicate()[1] and refused.returncode == 1
    resumed = start([*arguments, "--resume"])
    _, err = resumed.communicate()
    assert resumed.returncode == 0 and f"{len(done)} of them were graded before" in err
    assert read_records(results) == wanted
    assert all(path.stat().st_mtime_ns == then for path, then in done.items())

    again = course / "again"  # the reports, made of the records of the run with one job
    for (number, student), text in wanted.items():
        path = again / "records" / number / f"{student}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    report.write_reports(again)
    tables = [path.name for path in results.glob("*.csv")]
    assert "grades.csv" in tables
    for name in tables:
        assert (again / name).read_bytes() == (results / name).read_bytes(), name


# -- one after the other -------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_only_a_time_out_that_came_alone_counts(jobs, monkeypatch):
    runs, under_way, alone, findings = Counter(), set(), set(), {}

    def make_record(submission, *others):
        name = submission.student
        runs[name] += 1
        under_way.add(name)
        if under_way == {name} and runs[name] == 2:
            alone.add(name)
        finding = "out of time" if name == "loop" or name == "slow" and runs[name] == 1 else ""
        time.sleep(0.05)
        under_way.remove(name)
        return {"state": "graded", "exercises": [{"finding": finding}]}

    def finish(submission, record):
        findings[submission.student] = record["exercises"][0]["finding"]

    nursery = types.SimpleNamespace(warning="", wait=lambda: None, close=lambda: None)
    run = types.SimpleNamespace(start_nursery=lambda: contextlib.nullcontext(nursery))
    monkeypatch.setattr(grade, "make_record", make_record)
    class_ = [collect.Submission(name, "") for name in ("slow", "loop", "ada", "bob")]
    grade.grade_all(class_, run, jobs, finish)
    slow = "out of time" if jobs == 1 else ""
    assert findings == {"ada": "", "bob": "", "loop": "out of time", "slow": slow}
    assert alone == (set() if jobs == 1 else {"loop", "slow"})
    assert runs == {"ada": 1, "bob": 1, "loop": jobs, "slow": jobs}


# -- the command ---------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs Linux or macOS")
def test_what_cannot_be_graded_is_said(tmp_path, capsys):
    (tmp_path / "empty").mkdir()

    def said(*arguments):
        assert grade.main([str(a) for a in arguments]) == 1
        return capsys.readouterr().err

    out = ["--out", tmp_path / "out"]
    assert "does not exist" in said(tmp_path / "nowhere", *out)
    assert "one folder per student" in said(tmp_path / "empty", *out)
    assert "no exercises for a lesson 99" in said(tmp_path, "--assignment", "99", *out)
    assert "lies inside" in said(tmp_path, *out)
    assert not (tmp_path / "out").exists()
