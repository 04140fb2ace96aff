"""From a clone to a command: which Python, what is built when, and what is said if it fails."""

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path

from course_utils import ROOT, start
from course_utils import __main__ as entry
from course_utils.start import Problem

import pytest

# The right Python


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_pythons_are_accepted(version):
    assert entry.wrong_python(version, ["lab"]) is None


@pytest.mark.parametrize("version, fault", [((3, 8), "old"), ((3, 10), "old"), ((3, 14), "new")])
def test_other_pythons_are_refused_and_a_right_one_is_named(version, fault):
    message = entry.wrong_python(version, ["lab"], works=lambda command: command[0] == "python3.12")
    assert f"too {fault}" in message
    assert message.endswith("Start it with: python3.12 -m course_utils lab")
    assert "\n" not in message


def test_without_a_right_python_one_is_to_be_installed():
    message = entry.wrong_python((3, 8), [], works=lambda command: False)
    assert "Install Python 3.12" in message


def test_a_name_that_starts_nothing_is_no_python():
    assert entry.works([sys.executable])
    assert not entry.works(["python-that-is-not-there"])
    assert not entry.works([sys.executable, "--no-such-option"])


@pytest.mark.parametrize("name", ["__init__", "__main__"])
def test_old_pythons_can_read_what_refuses_them(name):
    source = (ROOT / "course_utils" / f"{name}.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 8))


# An interpreter that has everything


def test_this_interpreter_satisfies_the_ranges():
    assert start.satisfied() and start.satisfied(dev=True)


@pytest.mark.parametrize(
    "package, version", [("numpy", "1.9"), ("numpy", "99.0"), ("numpy", None), ("pytest", None)]
)
def test_a_wrong_or_missing_package_does_not_satisfy(monkeypatch, package, version):
    real = start.version_of
    monkeypatch.setattr(
        start, "version_of", lambda name: version if name == package else real(name)
    )
    assert not start.satisfied(dev=True)
    assert start.satisfied() == (package == "pytest")


def test_tensorflow_for_graphics_cards_satisfies_too(monkeypatch):
    real = start.version_of
    tensorflows = {"tensorflow-cpu": None, "tensorflow": "2.20.0"}
    monkeypatch.setattr(start, "version_of", lambda name: tensorflows.get(name) or real(name))
    assert start.satisfied()


# When what is built


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """An empty clone; the list of its steps, which are noted instead of run."""
    steps = []

    def note(label, command, variables=None):
        if label == "making .venv":
            start.VENV_PYTHON.parent.mkdir(parents=True)
            start.VENV_PYTHON.touch()
            packages = sysconfig.get_path("purelib", "venv", {"base": str(start.VENV)})
            Path(packages).mkdir(parents=True)
        pins = [Path(part).name for part in command if "requirements" in str(part)]
        steps.append(" ".join([label, *pins]))

    (tmp_path / "requirements.txt").write_text("numpy==2.0\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "VENV_PYTHON": venv / start.VENV_PYTHON.relative_to(start.VENV),
        "STAMP": venv / "course.stamp",
        "LOG": venv / "install.log",
        "LOCK": tmp_path / ".venv.lock",
        "run_step": note,
        "satisfied": lambda dev=False: False,
        "python_version": lambda: "3.12" if start.VENV_PYTHON.exists() else None,
        "pip_index": dict,
    }.items():
        monkeypatch.setattr(start, name, value)
    return steps


MADE = ["making .venv", "fetching uv"]
LAB, DEV = "installing requirements.txt", "installing requirements-dev.txt"


def steps_of(clone, dev=False):
    """Prepare, and return the steps that this took."""
    clone.clear()
    assert start.prepare(dev) == str(start.VENV_PYTHON)
    return list(clone)


def test_the_first_call_builds_and_the_second_does_nothing(clone):
    assert steps_of(clone) == [*MADE, LAB]
    assert steps_of(clone) == []


def test_the_environment_finds_the_course_from_everywhere(clone, tmp_path, monkeypatch):
    def make(label, command, variables=None):
        if label == "making .venv":
            subprocess.run([*command, "--without-pip"], check=True)

    monkeypatch.setattr(start, "run_step", make)
    code = "import sys; sys.exit(sys.argv[1] not in sys.path)"
    assert subprocess.call([start.prepare(), "-I", "-c", code, str(tmp_path)]) == 0


def test_tests_and_tools_come_later_into_the_same_environment(clone):
    steps_of(clone)
    assert steps_of(clone, dev=True) == ["fetching uv", DEV]
    assert steps_of(clone) == steps_of(clone, dev=True) == []


def test_who_begins_with_the_tests_can_open_the_lab(clone):
    assert steps_of(clone, dev=True) == [*MADE, DEV]
    assert steps_of(clone) == []


def test_other_pins_are_installed_into_what_is_there(clone):
    steps_of(clone, dev=True)
    (start.ROOT / "requirements-dev.txt").write_text("pytest==9.0\n")
    assert steps_of(clone) == []
    assert steps_of(clone, dev=True) == ["fetching uv", DEV]
    (start.ROOT / "requirements.txt").write_text("numpy==2.1\n")
    assert steps_of(clone) == ["fetching uv", LAB]
    assert steps_of(clone, dev=True) == ["fetching uv", DEV]


def test_an_interrupted_install_is_built_anew(clone, monkeypatch):
    steps_of(clone)
    half = start.VENV / "lib" / "half-installed"
    half.mkdir(parents=True)

    with monkeypatch.context() as patched:

        def interrupt(pins):
            raise KeyboardInterrupt

        patched.setattr(start, "install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            start.prepare(dev=True)
    assert steps_of(clone) == [*MADE, LAB]
    assert not half.exists()


def test_without_network_the_lab_that_was_there_still_opens(clone, monkeypatch):
    steps_of(clone)

    with monkeypatch.context() as patched:

        def fail(pins):
            raise Problem(start.explain(["error: dns error"]))

        patched.setattr(start, "install", fail)
        with pytest.raises(Problem, match="No network"):
            start.prepare(dev=True)
    assert steps_of(clone) == []
    assert steps_of(clone, dev=True) == ["fetching uv", DEV]


def test_another_python_is_built_anew(clone, monkeypatch):
    steps_of(clone)
    monkeypatch.setattr(start, "python_version", lambda: "3.13")
    assert steps_of(clone) == [*MADE, LAB]


def test_a_moved_clone_is_built_anew(clone, monkeypatch):
    steps_of(clone)
    moved = start.ROOT / "moved"
    moved.mkdir()
    shutil.copy(start.ROOT / "requirements.txt", moved)
    monkeypatch.setattr(start, "ROOT", moved)
    assert steps_of(clone) == [*MADE, LAB]


def test_an_environment_of_version_0_1_is_built_anew(clone):
    start.VENV.mkdir()
    start.STAMP.write_text("f00f 3.12")
    assert steps_of(clone) == [*MADE, LAB]


def test_an_interpreter_that_has_everything_is_used_as_it_is(clone, monkeypatch):
    monkeypatch.setattr(start, "satisfied", lambda dev: True)
    assert start.prepare() == sys.executable
    assert not start.VENV.exists()


@pytest.mark.parametrize("complete", [True, False])
def test_an_environment_made_by_hand_is_asked_and_never_removed(clone, monkeypatch, complete):
    precious = start.VENV / "precious"
    precious.mkdir(parents=True)
    package = start.ROOT / "course_utils"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "start.py").write_text(f"def satisfied(dev): return {complete}")
    monkeypatch.setattr(start, "VENV_PYTHON", Path(sys.executable))
    if complete:
        assert start.prepare() == sys.executable
    else:
        with pytest.raises(Problem, match="not made by this command"):
            start.prepare()
    assert precious.exists() and clone == []


def test_what_a_link_leads_to_is_never_emptied(clone, tmp_path):
    other = tmp_path / "other"
    (other / "bin").mkdir(parents=True)
    (other / start.STAMP.name).write_text("3.12 in elsewhere")
    start.VENV.symlink_to(other, target_is_directory=True)
    with pytest.raises(Problem, match="remove the link"):
        start.prepare()
    assert (other / "bin").exists() and clone == []


def test_without_ensurepip_debian_is_told_what_to_install(clone, monkeypatch):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Problem, match=r"sudo apt install python3\.\d+-venv"):
        start.prepare()
    assert not start.VENV.exists()


@pytest.mark.parametrize(
    "error, remedy",
    [
        (OSError(28, "No space left on device"), "disk is full"),
        (PermissionError(13, "Permission denied", "/course/.venv"), "/course/.venv: Permission"),
    ],
)
def test_files_that_cannot_be_written(clone, monkeypatch, error, remedy):
    def fail(dev):
        raise error

    monkeypatch.setattr(start, "build", fail)
    with pytest.raises(Problem, match=remedy):
        start.prepare()


# uv, and pip where uv fails


def install_with(monkeypatch, failures):
    """Install with steps that fail as told; return the commands by label."""
    commands = {}

    def step(label, command, variables=None):
        commands[label] = [str(part) for part in command]
        if label in failures:
            raise Problem(start.explain([failures[label]]))

    monkeypatch.setattr(start, "run_step", step)
    start.install("requirements.txt")
    return commands


def test_a_mirror_without_uv_is_served_by_pip(clone, monkeypatch):
    commands = install_with(
        monkeypatch, {"fetching uv": "ERROR: No matching distribution found for uv"}
    )
    assert list(commands) == ["fetching uv", "installing with pip"]
    assert "--force-reinstall" not in commands["installing with pip"]


def test_where_uv_finds_no_network_pip_may(clone, monkeypatch):
    commands = install_with(monkeypatch, {"installing": "error: Failed to fetch: dns error"})
    assert list(commands) == ["fetching uv", "installing", "installing with pip"]
    assert "--force-reinstall" in commands["installing with pip"]


@pytest.mark.parametrize(
    "failures, remedy",
    [
        ({"fetching uv": "Temporary failure in name resolution"}, "No network"),
        ({"installing": "No space left on device (os error 28)"}, "disk is full"),
    ],
)
def test_what_pip_cannot_mend_stops_at_once(clone, monkeypatch, failures, remedy):
    with pytest.raises(Problem, match=remedy):
        install_with(monkeypatch, failures)


@pytest.mark.parametrize(
    "output, remedy",
    [
        ("NewConnectionError('...: Failed to establish a new connection: [Errno 111]", "No netw"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("OSError: [Errno 122] Disk quota exceeded", "disk is full"),
        ("failed to copy: There is not enough space on the disk. (os error 112)", "disk is full"),
        ("SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "PIP_CERT"),
        ("HINT: ... does not have Windows Long Path support enabled", "near the drive's root"),
        ("Because tensorflow==2.21.0 has no wheels with a matching platform", "no TensorFlow for"),
        ("ERROR: No matching distribution found for tensorflow==2.21.0", "no TensorFlow for"),
        ("building\nerror: gremlins in the wheel\nbye", "gremlins in the wheel .*install.log"),
    ],
)
def test_causes_are_told_apart(output, remedy):
    message = start.explain(output.splitlines())
    assert re.search(remedy, message)
    assert "\n" not in message


def test_an_almost_full_disk_is_the_cause_of_what_nothing_else_explains(monkeypatch):
    class Usage:
        free = 1e6

    monkeypatch.setattr(start.shutil, "disk_usage", lambda path: Usage)
    assert start.explain(["Command ensurepip failed"]) == start.DISK_FULL


@pytest.fixture
def pip_configured(tmp_path, monkeypatch):
    """Return a function that gives pip a configuration file, and nothing else counts."""
    pytest.importorskip("pip")
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(start, "VENV_PYTHON", sys.executable)

    def configure(text):
        (tmp_path / "pip.conf").write_text(text)
        monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))

    return configure


def test_uv_is_told_of_the_mirror_that_pip_knows(pip_configured, monkeypatch):
    pip_configured("[global]\nindex-url = https://mirror.example/simple\n")
    assert start.pip_index() == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}
    monkeypatch.setenv("PIP_INDEX_URL", "https://nearer.example/simple")
    assert start.pip_index() == {"UV_DEFAULT_INDEX": "https://nearer.example/simple"}
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert start.pip_index() == {}


def test_steps_show_progress_and_explain_failure(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(start, "LOG", tmp_path / "install.log")
    start.run_step("counting", [sys.executable, "-c", "print(1)"])
    assert "counting" in capsys.readouterr().err
    code = "print('error: no gremlins left'); raise SystemExit(3)"
    with pytest.raises(Problem, match="no gremlins left"):
        start.run_step("failing", [sys.executable, "-c", code])
    assert "no gremlins left" in (tmp_path / "install.log").read_text()


def test_on_a_terminal_the_progress_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(start, "LOG", tmp_path / "install.log")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    code = "import time; print('half'); time.sleep(0.5)"
    start.run_step("working", [sys.executable, "-u", "-c", code])
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert re.search(r"\r  working +\d+ s  half", error)


# The lock


def hold_lock(path):
    """Start a process that holds the lock at `path`, and wait until it does."""
    code = (
        "import pathlib, sys, time; from course_utils import start\n"
        "start.LOCK = pathlib.Path(sys.argv[1])\n"
        "with start.locked(): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_call_waits_until_the_first_is_gone_even_if_killed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(start, "LOCK", tmp_path / "lock")
    with hold_lock(tmp_path / "lock") as holder:
        threading.Timer(0.3, holder.kill).start()
        with start.locked():
            assert holder.wait(timeout=10) != 0
    assert "waiting for it" in capsys.readouterr().err


def test_who_waited_finds_the_work_done(clone, monkeypatch):
    current = iter([False, True])
    monkeypatch.setattr(start, "installed", lambda dev: next(current))
    start.prepare()
    assert clone == []


# What is handed over to


def test_what_takes_over_finds_the_package_and_its_own_programs(monkeypatch):
    """Through a real process, as on Windows, where the exit code comes back to us."""
    monkeypatch.setattr(start, "WINDOWS", True)
    monkeypatch.chdir(ROOT / "notebooks")
    code = (
        "import os, sys; os.chdir('notebooks'); import course_utils\n"
        "first = os.environ['PATH'].split(os.pathsep)[0]\n"
        "sys.exit(7 if first == os.path.dirname(sys.executable) else 1)"
    )
    assert start.hand_over([sys.executable, "-c", code]) == 7


@pytest.mark.parametrize("own", [True, False])
def test_bytecode_is_written_into_the_own_environment_alone(monkeypatch, own):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(start, "VENV_PYTHON", Path(sys.executable) if own else Path("elsewhere"))
    code = "import sys; sys.exit(sys.dont_write_bytecode)"
    environment = start.child_environment(sys.executable)
    forbidden = subprocess.call([sys.executable, "-c", code], env=environment)
    assert forbidden == (not own)


def call(folder, *arguments, **variables):
    """Call the course in a folder, by an interpreter without packages; return (code, out, err)."""
    command = [sys.executable, "-S", "-m", "course_utils", *arguments]
    environment = {**os.environ, **variables}
    environment.pop("PYTHONUNBUFFERED", None)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def students_copy(tmp_path):
    """What students receive, without the lessons."""
    leave = shutil.ignore_patterns("__pycache__", "checks")
    shutil.copytree(ROOT / "course_utils", tmp_path / "copy" / "course_utils", ignore=leave)
    shutil.copy(ROOT / "requirements.txt", tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_the_commands_that_there_are(arguments, students_copy):
    code, out, error = call(ROOT, *arguments)
    assert (code, error) == (0, "")
    commands = re.findall(r"^  (\w+)  ", out, re.MULTILINE)
    assert commands == ["lab", "test", "run", "exercises", "release", "grade"]
    code, out, error = call(students_copy, *arguments)
    assert (code, error) == (0, "")
    assert re.findall(r"^  (\w+)  ", out, re.MULTILINE) == ["lab"]


def test_a_students_copy_has_the_lab_alone_and_says_so(students_copy):
    code, out, error = call(students_copy, "grade", "submissions")
    assert (code, out) == (1, "")
    assert error == "This copy of the course has the command lab alone, not grade.\n"
    assert not (students_copy / ".venv").exists()


@pytest.mark.parametrize("argument", ["lab", "grade", "--help"])
def test_an_installed_copy_says_that_the_course_is_run_from_its_folder(
    students_copy, tmp_path, argument
):
    (students_copy / "requirements.txt").unlink()
    code, out, error = call(tmp_path, argument, PYTHONPATH=str(students_copy))
    assert (code, out) == (1, "")
    assert re.fullmatch(r"The course is run from its folder, .*\n", error)


def test_the_interrupt_key_ends_without_a_traceback(monkeypatch, capsys):
    def interrupt(dev=False):
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "prepare", interrupt)
    assert start.main(["lab"]) == 130
    assert "Stopped" in capsys.readouterr().err
