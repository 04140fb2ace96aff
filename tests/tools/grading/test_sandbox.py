"""What students' code can see and reach: in a sandbox, and where there is none."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from course_tools.grading import collect, judge, sandbox
from course_utils import ROOT

import hostile
import hostile_shapes  # noqa: F401  (adds to hostile.HOSTILE)
import pytest
from processes import list_processes

LINUX = sys.platform == "linux"


def look_inside(code, hidden=()):
    """Run code inside a sandbox and return what it prints, as JSON."""
    obstacle = sandbox.find_obstacle() if LINUX else "this is not Linux"
    if obstacle:
        pytest.skip(f"needs a sandbox: {obstacle}")
    command = sandbox.bubblewrap_command([sys.executable, "-c", code], hidden)
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


LIST = """
import json, os, sys
print(json.dumps({place: sorted(os.listdir(place)) for place in PLACES}))
"""


def listed(places, hidden=()):
    """Return the names that are in some folders, seen from inside of a sandbox."""
    found = look_inside(LIST.replace("PLACES", repr(list(map(str, places)))), hidden)
    return {Path(place): names for place, names in found.items()}


def test_of_the_course_only_what_students_have_is_shown_and_what_runs_inside():
    tools = ROOT / "course_tools"
    found = listed([ROOT, tools, tools / "grading", tools / "grading" / "inside"])
    assert set(found[ROOT]) - {".venv"} == {"course_tools", "course_utils", "datasets"}
    assert (found[tools], found[tools / "grading"]) == (["grading"], ["inside"])
    names = {"__init__.py", "nursery.py", "wire.py", "worker.py"}
    assert set(found[tools / "grading" / "inside"]) - {"__pycache__"} == names


def test_what_is_to_be_hidden_is_empty_even_where_it_would_be_shown():
    place = ROOT / "datasets"
    assert "README.md" in listed([place])[place]
    assert listed([place], hidden=[place])[place] == []


CONNECT = """
import json, socket
reached = []
for host in ("127.0.0.1", "::1"):
    try:
        socket.create_connection((host, PORT), 1)
        reached.append(host)
    except OSError:
        pass
print(json.dumps(reached + [name for _, name in socket.if_nameindex() if name != "lo"]))
"""


def test_the_network_cannot_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()  # from out here it can
        assert look_inside(CONNECT.replace("PORT", str(port))) == []


WRITE = """
import json, os
written = []
for place in ("/", ROOT, ROOT + "/course_utils", ROOT + "/datasets", "/usr", "/etc", "/dev"):
    try:
        open(place + "/mine", "w").close()
        written.append(place)
    except OSError:
        pass
print(json.dumps(written))
"""


def test_nothing_that_is_shown_can_be_written_to():
    assert look_inside(WRITE.replace("ROOT", repr(str(ROOT)))) == []


KEYRING = """
import ctypes, os
from course_tools.grading.inside import nursery
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
            points = tuple(entry["points"] for entry in verdict["exercises"])
            assert (verdict["state"], points) == (case.state, case.points), name
        work = nursery._work.name
        assert not [path for path in Path(work).iterdir() if path.name.isdigit()]
    assert not Path(work).exists()
    assert not list_processes(hostile.MARK)
