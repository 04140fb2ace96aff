"""Grading strangers' notebooks: each gets what it earns, and nothing else happens.

The notebooks of `hostile` are graded in one batch, honest ones among them. They run only where
there is a sandbox: without one they would do what they try to do.
"""

import hashlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import types
from collections import Counter
from pathlib import Path

from course_tools import exercises
from course_tools.grading import collect, grade, judge, report, sandbox, wire, worker
from course_utils import checks
from course_utils.checks import engine

import hostile
import hostile_shapes  # noqa: F401  (adds to hostile.HOSTILE)
import numpy as np
import pytest

LINUX = sys.platform == "linux"
LESSONS = sorted(path.name[:2] for path in (exercises.NOTEBOOKS / "exercises").glob("*.ipynb"))
TIMEOUT, KILLED = 12.25, 61.5  # seconds, by which a run's processes can be told from others
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


def list_processes(word):
    """Return the command lines, of all processes, that hold a word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found


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
    """A small class in which ada solves all lessons and bob none, graded by one job."""
    if not LINUX:
        pytest.skip("needs Linux")
    folder = tmp_path_factory.mktemp("course")
    for path in sorted((exercises.NOTEBOOKS / "solutions").glob("*.ipynb")):
        for student, kind in (("ada", "solutions"), ("bob", "exercises")):
            target = folder / "submissions" / student / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((exercises.NOTEBOOKS / kind / path.name).read_bytes())
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
        if student == "ada":
            assert (record["state"], points(record)) == ("graded", maxima), (number, text)
            assert len(record["written"]) == 1 and record["written"][0]["answer"]
            assert all(entry["code"] for entry in record["exercises"])
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


# -- the verdict, without processes --------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_only_a_time_out_that_came_alone_counts(jobs, tmp_path, monkeypatch):
    runs, under_way, alone = Counter(), set(), set()

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

    monkeypatch.setattr(grade, "make_record", make_record)
    class_ = [collect.Submission(name, "") for name in ("slow", "loop", "ada", "bob")]
    nursery = types.SimpleNamespace(wait=lambda: None, close=lambda: None)
    grade.grade_all(class_, tmp_path, nursery, {}, {}, jobs)
    found = {student: json.loads(text) for (_, student), text in read_records(tmp_path).items()}
    findings = {name: record["exercises"][0]["finding"] for name, record in found.items()}
    slow = "out of time" if jobs == 1 else ""
    assert findings == {"ada": "", "bob": "", "loop": "out of time", "slow": slow}
    assert alone == (set() if jobs == 1 else {"loop", "slow"})
    assert runs == {"ada": 1, "bob": 1, "loop": jobs, "slow": jobs}


class Here:
    """A nursery whose workers are this process: for functions that we wrote ourselves."""

    limits = sandbox.Limits(seconds=60)

    def __init__(self, functions):
        self.session = worker.Session(None, {})
        self.session.versions = {name: [function] for name, function in functions.items()}
        self.session.run = lambda *arguments: None

    def open_worker(self, deadline):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def ask(self, wait=None, **request):
        def over(value):
            return wire.decode(wire.encode(value)[4:])

        return over(self.session.answer(over(request)))


@pytest.fixture(scope="module")
def assignments():
    return {number: judge.Assignment(number, 11) for number in LESSONS}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="workers need Linux or macOS")
@pytest.mark.parametrize("number", LESSONS)
def test_every_known_mistake_is_told_and_earns_nothing(number, assignments):
    assignment = assignments[number]
    for task, exercise in zip(assignment.tasks, checks.load_lesson(number).EXERCISES, strict=True):
        hidden = [case for case in task.cases if case.hidden]
        secrets = {repr(v)[:60] for c in hidden for v in c.arguments.values() if type(v) is list}
        secrets -= {repr(v)[:60] for c in exercise.examples for v in c.arguments.values()}
        for mistake in exercise.mistakes:
            cells = [collect.Cell("code", f"def {task.name}(): pass", exercise.id)]
            verdict = judge.judge(assignment, cells, Here({task.name: mistake.function}))
            (entry,) = (e for e in verdict["exercises"] if e["id"] == exercise.id)
            assert (entry["points"], entry["state"]) == (0, "failed"), mistake.name
            assert entry["mistake"] == mistake.name
            assert entry["hint"] == mistake.hint
            assert entry["code"] == cells[0].source
            shown = entry["message"] + entry["hint"]
            assert not [secret for secret in secrets if secret[:30] in shown]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="workers need Linux or macOS")
def test_every_answer_key_passes(assignments):
    for number, assignment in assignments.items():
        module = checks.load_lesson(number)
        keys = {t.name: e.answer for t, e in zip(assignment.tasks, module.EXERCISES, strict=True)}
        verdict = judge.judge(assignment, [], Here(keys))
        assert {entry["state"] for entry in verdict["exercises"]} == {"passed"}, number


def test_a_message_shows_an_example_rather_than_a_hidden_input():
    exercise = judge.Assignment("02", 11).tasks[0].exercise
    case = engine.Case(dict(words=["hidden", "words"], k=3, x=np.ones((2, 3))), hidden=True)
    assert engine._show_call(case).replace("\xa0", " ") == (
        "your function with words a list of 2 items, k a int, x (2, 3)"
    )
    assert engine._conceal("raised", "KeyError: 'hidden'") == "KeyError"
    assert engine._conceal("raised", "LinAlgError: no") == "LinAlgError"
    assert engine._conceal("raised", "LEAK hidden words") == "an exception of its own"
    assert engine._conceal("returned", "a dict with the keys hidden, words") == "a dict"
    assert engine._conceal("returned", "-1.5e-07") == "a number"
    assert engine._conceal("expected", "11") == "another number"
    assert engine._conceal("returned", "['hidden', 'words']") == "..."
    assert engine._conceal("at", "line 3: x['a']") == "line 3: x['a']"
    assert exercise.cases(1)[0].hidden is False


def test_a_value_of_any_size_and_depth_is_described_at_once():
    deep = list(range(400_000))
    for _ in range(280):
        deep = [deep]
    start = time.perf_counter()
    for value in (deep, {"[" * 2_000_000: 1}, "[" * 2_000_000, [np.ones(1000)] * 5000 + [1]):
        assert len(engine.describe(value)) < 500
        engine._conceal("returned", engine.describe(value))
    engine._conceal("returned", "[" * 2_000_000)
    assert time.perf_counter() - start < 2
    assert engine.describe([[1, 2], [3]]) == "[[1, 2], [3]]"
    assert engine.describe([list(range(100))]).startswith("a list of 1 items, the first a list")


def test_a_line_that_is_not_in_the_notebook_is_not_repeated():
    case = engine.Case({"x": 1})
    answer = {"trouble": "raised", "message": "KeyError: 'a'", "printed": "", "changed": []}
    for line, shown in [("line 3: y = x['a']", "line 3: y = x['a']"), ("line 3: secret", "")]:
        outcome = judge.read_outcome(answer | {"line": line}, case, {"y = x['a']"})
        assert outcome.line == shown


def test_a_frame_cannot_grow():
    blob = np.zeros(250_000)
    assert wire.decode(wire.encode([blob, blob[:3]])[4:])[1].shape == (3,)
    text = json.dumps([{"array": ["<f8", [250_000], 0]}] * 2).encode()
    with pytest.raises(wire.CodecError, match="behind the other"):
        wire.decode(struct.pack(">I", len(text)) + text + blob.tobytes())
    text = b'{"complex": [1' + b"0" * 400 + b", 0]}"
    with pytest.raises(wire.CodecError, match="OverflowError"):
        wire.decode(struct.pack(">I", len(text)) + text)


KEYRING = """
import ctypes, os
from course_tools.grading import nursery
call, session = ctypes.CDLL(None).syscall, ctypes.c_long(-3)
call.restype = ctypes.c_long
add, control = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
def count():
    return max(0, call(control, 11, session, ctypes.create_string_buffer(400), 400)) // 4
call(control, 1, None)
call(add, b"user", b"key of the course's tests", b"secret", 6, session)
before = count()
nursery.leave_keyring()
print(before, count())
"""


@pytest.mark.skipif(not LINUX, reason="only Linux has keyrings")
def test_the_keyring_of_the_session_is_left_behind():
    told = subprocess.run([sys.executable, "-c", KEYRING], capture_output=True, text=True)
    if told.stdout == "0 0\n":
        pytest.skip("the system keeps no keys")
    assert told.stdout == "1 0\n", told.stderr


def test_points_of_a_release_count():
    assignment = judge.Assignment("01", 3, {"01a": 7, "01e": 0.5})
    assert assignment.tasks[0].maximum == 7
    assert assignment.tasks[1].maximum == checks.find_exercise("01b").points
    assert assignment.nothing([])["written"][0]["maximum"] == 0.5


# -- without a sandbox ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not LINUX, reason="needs Linux")
def test_without_bubblewrap_limits_hold_and_a_line_says_what_is_open(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    limits = sandbox.Limits(seconds=12, memory=700 * sandbox.MEGABYTE)
    assignment = judge.Assignment("02", 1)
    kept = dict.fromkeys(("honest", "exit in a cell", "a loop in C", "memory", "a daemon"))
    with sandbox.Nursery(limits) as nursery:
        assert not nursery.isolated
        assert nursery.warning.startswith("bubblewrap is not installed, so submissions run under")
        assert "read every file" in nursery.warning and "apt install bubblewrap" in nursery.warning
        nursery.wait()
        os.killpg(nursery._process.pid, signal.SIGKILL)  # which costs nobody anything
        for name in kept:
            case = hostile.HOSTILE[name]
            cells = collect.read_notebook(case.made)
            verdict = judge.judge(assignment, cells, nursery)
            assert (verdict["state"], points(verdict)) == (case.state, case.points), name
        work = nursery._work.name
        assert not [path for path in Path(work).iterdir() if path.name.isdigit()]
    assert not Path(work).exists()
    assert not list_processes(hostile.MARK)


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


def test_a_date_decides_what_is_late():
    def late(submitted, due, marked=None):
        return grade.is_late(collect.Submission("a", "01", submitted=submitted, late=marked), due)

    due = "2026-12-01T23:59:00+01:00"
    assert late("2026-12-01T22:58:00+00:00", due) is False
    assert late("2026-12-01T23:00:00+00:00", due) is True
    assert late("", due) is late("2026-12-01T22:00:00", None) is late("garbage", due) is None
    assert late("", "", True) is True
    assert late("2026-12-05T00:00:00+00:00", due, False) is False  # the platform's own word


def test_progress_counts_to_the_end(capsys):
    progress = grade.Progress(3, sys.stderr)
    for _ in range(3):
        progress.step()
    last = capsys.readouterr().err.splitlines()[-1]
    assert re.match(r"\[####################\] 3 of 3", last)
