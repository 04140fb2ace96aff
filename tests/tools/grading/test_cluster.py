"""Grading on a cluster of two workers, one of which is killed half way, gives the same grades."""

import contextlib
import signal
import subprocess
import sys
import threading
import time

from course_tools.grading import cluster, grade, record
from course_utils.start import ROOT, child_environment

import pytest
from benchmark_grading import write_class

distributed = pytest.importorskip("distributed")
SEED = "--seed=20261201"


@contextlib.contextmanager
def dask(*arguments):
    """Run a part of a Dask cluster as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=child_environment(sys.executable),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def scheduler():
    """Run a scheduler, and yield its address."""
    options = ["--host=127.0.0.1", "--port=0", "--no-dashboard"]
    with dask("distributed.cli.dask_scheduler", *options) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Scheduler at:" in line:
                threading.Thread(target=process.stdout.read, daemon=True).start()
                yield line.split()[-1]
                return
        raise AssertionError("".join(lines))


@contextlib.contextmanager
def worker(address):
    options = [address, "--no-nanny", "--nthreads=1", "--no-dashboard"]
    with dask("distributed.cli.dask_worker", *options) as process:
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield process


@pytest.mark.slow
def test_a_worker_killed_half_way_changes_nothing(tmp_path, capsys):
    students = 8
    write_class(tmp_path / "class", "01", students)
    here, there = tmp_path / "here", tmp_path / "there"
    assert grade.main([str(tmp_path / "class"), "--out", str(here), SEED]) == 0
    with scheduler() as address, worker(address) as first, worker(address):
        wait_for_workers(address, 2)
        killed = threading.Event()

        def kill():
            while len(list(there.glob("records/*/*.json"))) < 3:
                time.sleep(0.02)
            first.send_signal(signal.SIGKILL)
            killed.set()

        threading.Thread(target=kill, daemon=True).start()
        arguments = [str(tmp_path / "class"), "--out", str(there), SEED, "--scheduler", address]
        assert grade.main(arguments) == 0
        assert killed.is_set() and first.wait(10) == -signal.SIGKILL
    assert f"{students} submissions: " in capsys.readouterr().out
    records = sorted(path.relative_to(here) for path in here.rglob("*.*"))
    assert len([path for path in records if path.suffix == ".json"]) == students + 1
    assert records == sorted(path.relative_to(there) for path in there.rglob("*.*"))
    for path in records:
        assert (there / path).read_bytes() == (here / path).read_bytes()


def wait_for_workers(address, count):
    with distributed.Client(address) as client:
        client.wait_for_workers(count, timeout=60)


def test_a_scheduler_that_is_not_there_is_named(tmp_path, monkeypatch, capsys):
    def refuse(address, **options):
        raise OSError("timed out")

    monkeypatch.setattr(cluster, "Client", refuse)
    write_class(tmp_path / "class", "01", 1)
    out = tmp_path / "out"
    arguments = [str(tmp_path / "class"), "--out", str(out), "--scheduler", "tcp://127.0.0.1:1"]
    assert grade.main(arguments) == 1
    said = capsys.readouterr().err
    assert "no Dask scheduler answers at tcp://127.0.0.1:1 (timed out); start one with" in said


def test_without_the_extra_the_remedy_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "Client", None)
    write_class(tmp_path / "class", "01", 1)
    out = tmp_path / "out"
    arguments = [str(tmp_path / "class"), "--out", str(out), "--scheduler", "tcp://127.0.0.1:1"]
    assert grade.main(arguments) == 1
    assert "pip install '.[cluster]'" in capsys.readouterr().err


def test_a_worker_with_another_release_is_refused(monkeypatch):
    grader = cluster.Grader(record.Run(seed=1, course="this course"))
    monkeypatch.setattr(cluster, "course_digest", lambda: "another")

    class Worker:
        address = "tcp://10.0.0.7:1234"

    with pytest.raises(record.GradeError, match="tcp://10.0.0.7:1234 has another release"):
        grader.setup(Worker())
