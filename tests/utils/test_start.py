"""The two commands: which Python, which pins, what is built when, and what is said if it fails."""

import ast
import http.server
import importlib.metadata
import json
import os
import re
import socket
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

from course_utils import __main__ as entry
from course_utils import start
from course_utils.start import ROOT, Problem

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = [
    Requirement(line)
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def plain(name):
    """Return a package name in the one spelling that compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


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


@pytest.mark.parametrize("name", ["__init__", "__main__", "start"])
def test_old_pythons_can_read_what_refuses_them(name):
    source = (ROOT / "course_utils" / f"{name}.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 8))


# The pins


def test_every_pin_is_exact():
    for pin in PINS:
        assert re.fullmatch(r"==[^*]+", str(pin.specifier)), pin
    assert len({plain(pin.name) for pin in PINS}) == len(PINS)


def test_pins_lie_in_the_ranges():
    pins = {plain(pin.name): str(pin.specifier)[2:] for pin in PINS}
    for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[plain(requirement.name)]), text


def test_pins_are_complete():
    """Whatever a pinned package needs on this computer is pinned too."""
    here = {plain(pin.name): pin for pin in PINS if not pin.marker or pin.marker.evaluate()}
    for name, pin in here.items():
        if not pin.specifier.contains(importlib.metadata.version(name)):
            pytest.skip(f"other versions than the pinned ones are installed, such as {name}")
    pending = [
        Requirement(text)
        for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    ]
    seen = set()
    while pending:
        requirement = pending.pop()
        for extra in {"", *requirement.extras}:
            key = (plain(requirement.name), extra)
            if key in seen:
                continue
            seen.add(key)
            assert key[0] in here, f"{key[0]} is needed and not pinned"
            for text in importlib.metadata.requires(key[0]) or []:
                needed = Requirement(text)
                if not needed.marker or needed.marker.evaluate({"extra": extra}):
                    pending.append(needed)
    assert {name for name, _ in seen} == set(here), "pinned, but nothing needs it"


def test_conda_gets_the_same_pins_and_a_supported_python():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    assert {"pip": ["-r requirements.txt", "-e ."]} in conda
    (python,) = [line for line in conda if str(line).startswith("python=")]
    assert python == "python=3.12"


def test_supported_pythons_agree():
    oldest, newest = entry.OLDEST, entry.NEWEST
    versions = [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]
    allowed = SpecifierSet(PROJECT["requires-python"])
    around = [f"3.{minor}" for minor in range(oldest[1] - 1, newest[1] + 2)]
    assert [version for version in around if version in allowed] == versions
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == versions


def test_no_file_names_a_package_registry():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("this copy of the course is no git clone, so nothing tells what belongs to it")
    files = [name for name in listing.stdout.split("\0") if name]
    assert not {"uv.lock", "package-lock.json"} & set(files), "lock files hold addresses"
    hosts = ["pypi", "pythonhosted", "anaconda", "npmjs", "yarnpkg"]
    address = re.compile(rb"\b(%s)\.(org|com|io)\b" % "|".join(hosts).encode())
    for name in files:
        if (ROOT / name).is_file():
            assert not address.search((ROOT / name).read_bytes()), name


def test_ci_runs_the_readme_command():
    script = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    assert "python3 -m course_utils test < /dev/null" in script and "set -euo pipefail" in script
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    assert workflow["jobs"]["test"]["steps"][-1]["run"] == "python -m course_utils test"


# An interpreter that has everything


def test_this_interpreter_satisfies_the_ranges():
    assert start.satisfied(["test"])


@pytest.mark.parametrize("version", ["1.9", "99.0", None])
def test_a_wrong_or_missing_package_does_not_satisfy(monkeypatch, version):
    real = importlib.metadata.version

    def pretend(name):
        if name != "numpy":
            return real(name)
        if version is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(importlib.metadata, "version", pretend)
    assert not start.satisfied()


# When what is built


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """An empty clone whose steps are noted instead of run."""
    steps = []

    def note(label, command, variables=None):
        steps.append(label)
        if label == "making .venv":
            start.VENV_PYTHON.parent.mkdir(parents=True)
            start.VENV_PYTHON.touch()

    (tmp_path / "requirements.txt").write_text("numpy==2.0\n")
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "VENV_PYTHON": venv / "bin" / "python",
        "STAMP": venv / "course.stamp",
        "LOG": venv / "install.log",
        "LOCK": tmp_path / ".venv.lock",
        "run_step": note,
        "satisfied": lambda extras=(): False,
        "python_version": lambda: "3.12" if start.VENV_PYTHON.exists() else None,
        "pip_index": dict,
    }.items():
        monkeypatch.setattr(start, name, value)
    return steps


def test_the_first_call_builds_and_the_second_does_nothing(clone):
    assert start.prepare() == str(start.VENV_PYTHON)
    assert clone == ["making .venv", "fetching uv", "installing"]
    clone.clear()
    start.prepare()
    assert clone == []


def test_other_pins_are_installed_into_what_is_there(clone):
    start.prepare()
    clone.clear()
    (start.ROOT / "requirements.txt").write_text("numpy==2.1\n")
    start.prepare()
    assert clone == ["fetching uv", "installing"]


def test_an_interrupted_install_is_built_anew(clone, monkeypatch):
    start.prepare()
    (start.ROOT / "requirements.txt").write_text("numpy==2.1\n")
    half = start.VENV / "half-installed"
    half.touch()

    with monkeypatch.context() as patched:

        def interrupt():
            raise KeyboardInterrupt

        patched.setattr(start, "install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            start.prepare()
    clone.clear()
    start.prepare()
    assert clone == ["making .venv", "fetching uv", "installing"]
    assert not half.exists()


def test_another_python_is_built_anew(clone, monkeypatch):
    start.prepare()
    clone.clear()
    monkeypatch.setattr(start, "python_version", lambda: "3.13")
    start.prepare()
    assert clone[0] == "making .venv"


def test_a_moved_clone_is_installed_again(clone, monkeypatch):
    before = start.expected_stamp("3.12")
    moved = start.ROOT / "moved"
    moved.mkdir()
    (start.ROOT / "requirements.txt").rename(moved / "requirements.txt")
    monkeypatch.setattr(start, "ROOT", moved)
    assert start.expected_stamp("3.12") != before


def test_an_interpreter_that_has_everything_is_used_as_it_is(clone, monkeypatch):
    monkeypatch.setattr(start, "satisfied", lambda extras=(): True)
    assert start.prepare() == sys.executable
    assert not start.VENV.exists()


def test_an_environment_made_by_hand_is_asked_and_never_removed(clone):
    start.VENV.mkdir()
    precious = start.VENV / "precious"
    precious.touch()
    with pytest.raises(Problem, match="not made by this command"):
        start.prepare()
    start.VENV_PYTHON.parent.mkdir()
    start.VENV_PYTHON.touch()
    assert start.prepare() == str(start.VENV_PYTHON)
    assert precious.exists() and clone == []


def test_outside_a_clone_there_is_nothing_to_prepare(clone):
    (start.ROOT / "requirements.txt").unlink()
    with pytest.raises(Problem, match="clone it"):
        start.prepare()


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
    def fail():
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
            raise Problem(start.explain(failures[label]))

    monkeypatch.setattr(start, "run_step", step)
    start.install()
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
    message = start.explain(output)
    assert re.search(remedy, message)
    assert "\n" not in message


def test_an_almost_full_disk_is_the_cause_of_what_nothing_else_explains(monkeypatch):
    class Usage:
        free = 1e6

    monkeypatch.setattr(start.shutil, "disk_usage", lambda path: Usage)
    assert start.explain("Command ensurepip failed") == start.DISK_FULL


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


def test_on_a_terminal_the_progress_is_one_line(monkeypatch, capsys):
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
    monkeypatch.setattr(start, "stamp_is_current", lambda: next(current))
    start.prepare()
    assert clone == []


# lab


def test_lab_passes_options_on(monkeypatch):
    monkeypatch.setattr(start.os, "geteuid", lambda: 1000, raising=False)
    given = ["--no-browser", "--port", "9999", "--ip=0.0.0.0", "--collaborative"]
    ours, theirs = start.lab_options(given)[:1], start.lab_options(given)[1:]
    assert ours == [f"--ServerApp.root_dir={ROOT}"]
    assert theirs == given


@pytest.mark.parametrize("name", ["--ServerApp.root_dir", "--notebook-dir"])
def test_lab_takes_another_folder(name, monkeypatch):
    monkeypatch.setattr(start.os, "geteuid", lambda: 1000, raising=False)
    for given in ([f"{name}=/elsewhere"], [name, "/elsewhere"]):
        assert start.lab_options(given) == given


@pytest.mark.parametrize("given", [["--token=abc"], ["--token", "abc"]])
def test_the_token_reaches_jupyterlab_under_its_present_name(given):
    options = start.lab_options(given)
    assert " ".join(options).replace("=", " ").endswith("--IdentityProvider.token abc")


def test_root_is_let_in_and_told(monkeypatch, capsys):
    monkeypatch.setattr(start.os, "geteuid", lambda: 0, raising=False)
    assert start.lab_options([]).count("--allow-root") == 1
    assert "--allow-root" in capsys.readouterr().err
    assert start.lab_options(["--allow-root"]).count("--allow-root") == 1


def test_option_reads_both_spellings_and_the_last():
    assert start.option(["--port", "1", "--port=2"], "--port") == "2"
    assert start.option(["--ports=2", "--port"], "--port") is None


def test_a_taken_port_is_refused_and_a_free_one_is_not():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(Problem, match=f"Port {port} is taken"):
            start.check_port(port, "127.0.0.1")
    start.check_port(port, "127.0.0.1")
    start.check_port(None, None)


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    """Return a function that leaves a server's note, as Jupyter does."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))

    def note(port, folder):
        server = {"url": f"http://127.0.0.1:{port}/", "port": port, "token": "secret"}
        text = json.dumps({**server, "root_dir": str(folder)})
        (tmp_path / f"jpserver-{port}.json").write_text(text)

    return note


def test_a_lab_that_runs_here_is_named_with_its_address(runtime, monkeypatch, capsys):
    monkeypatch.setattr(start, "prepare", lambda extras: sys.executable)
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        runtime(server.server_port, ROOT)
        assert start.main(["lab"]) == 1
        server.shutdown()
    message = capsys.readouterr().err
    assert f"http://127.0.0.1:{server.server_port}/lab?token=secret" in message
    assert "stop" in message


def test_notes_of_dead_or_foreign_servers_do_not_count(runtime, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    runtime(port, ROOT)
    runtime(1, tmp_path)
    (tmp_path / "jpserver-2.json").write_text("{half")
    assert start.running_server() is None


def test_the_settings_switch_off_every_panel_of_nbgrader():
    files = importlib.metadata.files("nbgrader")
    (path,) = [file for file in files if file.match("jupyter_server_config.d/nbgrader.json")]
    panels = json.loads(path.locate().read_text())["ServerApp"]["jpserver_extensions"]
    ours = json.loads((ROOT / "course_utils/jupyter/jupyter_server_config.json").read_text())
    assert ours["ServerApp"]["jpserver_extensions"] == dict.fromkeys(panels, False)


# test, and handing over


@pytest.fixture
def handed(monkeypatch):
    """The commands that would have taken the place of this process."""
    commands = []

    def note(command, variables=None):
        commands.append(command)
        return 0

    monkeypatch.setattr(start, "hand_over", note)
    monkeypatch.setattr(start, "prepare", lambda extras: sys.executable)
    monkeypatch.chdir(ROOT)
    return commands


def test_the_whole_test_runs_lessons_and_solutions_but_no_exercises(handed):
    assert start.main(["test", "--maxfail=1"]) == 0
    (command,) = handed
    assert command[:3] == [sys.executable, "-m", "pytest"]
    assert {"tests", "--nbval", "--nbval-current-env", "--maxfail=1"} <= set(command)
    lessons = [Path(part) for part in command if part.endswith(".ipynb")]
    assert lessons == [
        path.relative_to(ROOT)
        for path in sorted(
            [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("notebooks/solutions/*.ipynb")]
        )
    ]
    assert not any("exercises" in path.parts for path in lessons)


def test_the_quick_test_leaves_out_what_is_slow(handed):
    start.main(["test", "--quick", "-x"])
    (command,) = handed
    assert "--nbval" not in command and "--quick" not in command
    assert command[command.index("-m", 3) + 1] == "not slow"
    assert command[-2:] == ["tests", "-x"]


def test_paths_given_replace_the_default(handed):
    start.main(["test", "tests/utils/test_start.py::test_every_pin_is_exact"])
    (command,) = handed
    assert "tests" not in command
    assert command[-1].startswith("tests/utils/test_start.py::")


def test_what_takes_over_finds_the_package_and_its_own_programs(monkeypatch):
    """Through a real process, as on Windows, where the exit code comes back to us."""
    monkeypatch.setattr(start, "WINDOWS", True)
    monkeypatch.chdir(ROOT / "notebooks")
    code = (
        "import os, sys; os.chdir('notebooks'); import course_utils\n"
        "first = os.environ['PATH'].split(os.pathsep)[0]\n"
        "good = first == os.path.dirname(sys.executable) and os.environ['EXTRA'] == 'yes'\n"
        "sys.exit(7 if good else 1)"
    )
    assert start.hand_over([sys.executable, "-c", code], {"EXTRA": "yes"}) == 7


def test_an_unknown_command_is_answered_with_the_known_ones(capsys):
    assert start.main(["labs"]) == 1
    assert "lab, test, run, exercises" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["--help"]])
def test_help_lists_the_commands(argv, capsys):
    assert start.main(argv) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in start.COMMANDS)


def test_the_interrupt_key_ends_without_a_traceback(monkeypatch, capsys):
    def interrupt(extras):
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "prepare", interrupt)
    assert start.main(["lab"]) == 130
    assert "Stopped" in capsys.readouterr().err
