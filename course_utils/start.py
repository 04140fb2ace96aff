"""The commands of the course and the environment they need: standard library only.

`main` makes sure of an interpreter that has everything: the one it runs in, if that already
satisfies `pyproject.toml` (conda, Binder, JupyterHub, Colab), otherwise that of `.venv`, which
it builds from `requirements.txt`. It then hands the command over to that interpreter.

`.venv/course.stamp` says what the environment was built from. It is there from the first
moment and reads "unfinished" until the last: whatever is interrupted is built anew.
"""

import contextlib
import errno
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from ast import literal_eval
from pathlib import Path

from course_utils import ROOT

WINDOWS = os.name == "nt"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "course.stamp"
LOG = VENV / "install.log"
LOCK = ROOT / ".venv.lock"
UNFINISHED = "unfinished"

NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
DISK_FULL = "The disk is full: the environment needs about 3 GB. Free some space and call again."
NO_NETWORK = (
    "No network: the packages of the course cannot be fetched. Connect and call again "
    "(behind a proxy set HTTPS_PROXY; with a mirror set PIP_INDEX_URL)."
)
# What pip and uv print, in lower case; the first that matches is the cause.
CAUSES = [
    (r"no space left on device|os error (28|112|122)\b|errno (28|122)\b|quota exceeded", DISK_FULL),
    (
        r"certificate verify failed|invalid peer certificate",
        "The network answers with a certificate this computer does not trust. "
        "Point PIP_CERT and SSL_CERT_FILE to your institution's certificate and call again.",
    ),
    (
        r"newconnectionerror|connecttimeouterror|readtimeouterror|proxyerror|dns error"
        r"|error sending request|failed to fetch|connection (refused|reset|timed out)"
        r"|name resolution|network is unreachable",
        NO_NETWORK,
    ),
    (
        r"long path support",
        "Windows refuses paths of this length. Move the course to a folder near the drive's root, "
        "such as C:\\course, and call again.",
    ),
    (
        r"tensorflow.*(no wheels|no matching)|no matching distribution found for tensorflow",
        f"There is no TensorFlow for this computer ({platform.system()} {platform.machine()}). "
        "Use one with 64-bit Windows, Linux or an Apple chip, or Binder.",
    ),
]


class Problem(Exception):
    """Something the user can mend; the message is one line and names the remedy."""


# ---------------------------------------------------------------------------------------------
# The environment
# ---------------------------------------------------------------------------------------------


def satisfied(extras=()):
    """Return whether this interpreter has everything, in the ranges of `pyproject.toml`.

    Args:
        extras: names of optional dependencies that are needed too, such as "test".
    """
    try:
        from packaging.requirements import Requirement  # comes with JupyterLab
    except ImportError:
        return False
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    for requirement in map(Requirement, wanted):
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            return False
        if not requirement.specifier.contains(version, prereleases=True):
            return False
    return True


def prepare(extras=()):
    """Make sure of an interpreter that has everything, building `.venv` if there is none.

    Args:
        extras: names of optional dependencies that this command needs too.

    Returns:
        The path of the interpreter.

    Raises:
        Problem: it cannot be built; the message names the remedy.
    """
    if not (ROOT / "requirements.txt").is_file():
        raise Problem(f"{ROOT} is not the course: clone it, and call again inside the clone.")
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    if not (inside and STAMP.exists()) and satisfied(extras):
        return sys.executable
    if not inside and VENV_PYTHON.exists() and read_stamp() is None:
        return str(VENV_PYTHON)  # made by hand: it looks for itself whether it has everything
    try:
        if not stamp_is_current():
            with locked():
                if not stamp_is_current():
                    build()
    except OSError as error:
        if error.errno in NO_SPACE:
            raise Problem(DISK_FULL) from error
        raise Problem(
            f"{error.filename or VENV}: {error.strerror}. The course must be able to write in its "
            "own folder: close what uses .venv, or clone the course elsewhere, and call again."
        ) from error
    return str(VENV_PYTHON)


def stamp_is_current():
    """Return whether `.venv` was built to the end, from these pins, for this folder."""
    return read_stamp() == expected_stamp(python_version())


def read_stamp():
    """Return the text of the stamp, or None where there is none."""
    try:
        return STAMP.read_text("utf-8")
    except FileNotFoundError:
        return None


def expected_stamp(version):
    """Return the stamp of a finished environment.

    Args:
        version: of its Python, such as "3.12", or None.
    """
    # The folder counts because an editable install points to it: a clone may be moved.
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes() + str(ROOT).encode())
    return f"{digest.hexdigest()} {version}"


def python_version():
    """Return the version of `.venv`'s Python, such as "3.12", or None if it does not start."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run(
            [VENV_PYTHON, "-I", "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


@contextlib.contextmanager
def locked():
    """Hold the lock file; the system takes it back when the process ends, however it ends."""
    with open(LOCK, "a+") as file:
        # Children inherit it: should this process be killed, its pip still holds the lock.
        os.set_inheritable(file.fileno(), True)
        if not try_lock(file):
            say("Another call is preparing the environment; waiting for it.")
            while not try_lock(file):
                time.sleep(0.5)
        yield


def try_lock(file):
    """Take the lock of an open file if nobody has it, and return whether that went well."""
    try:
        if WINDOWS:
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        # Some network file systems have no locks: better to go on than to refuse.
    return True


def build():
    """Build `.venv`, or bring a finished one to the present pins.

    Raises:
        Problem: it cannot be built; the message names the remedy.
    """
    stamp, version = read_stamp(), python_version()
    if VENV.exists() and stamp is None:
        raise Problem(
            f"{VENV} was not made by this command and lacks packages: install requirements.txt "
            "into it, or remove it, and call again."
        )
    fresh = stamp is None or version is None or not stamp.endswith(f" {version}")
    if fresh and importlib.util.find_spec("ensurepip") is None:
        name = f"python3.{sys.version_info.minor}-venv"
        raise Problem(
            "This Python has no ensurepip and cannot make an environment. On Debian or Ubuntu: "
            f"sudo apt install {name}. Then call again."
        )
    say("Preparing the environment in .venv; the next start will find it ready.")
    VENV.mkdir(exist_ok=True)
    STAMP.write_text(UNFINISHED, "utf-8")
    if fresh:
        for path in VENV.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path != STAMP:
                path.unlink()
        # The base interpreter, because the one of .venv would make itself out of itself.
        base = getattr(sys, "_base_executable", sys.executable)
        run_step("making .venv", [base, "-m", "venv", VENV])
    install()
    STAMP.write_text(expected_stamp(python_version()), "utf-8")


def install():
    """Install the pins and this package into `.venv`: with uv, or with pip where uv fails.

    Raises:
        Problem: neither can; the message names the remedy.
    """
    what = ["-r", ROOT / "requirements.txt", "-e", ROOT]
    pip = [VENV_PYTHON, "-m", "pip"]
    uv = [VENV_PYTHON, "-m", "uv", "pip", "install", "--python", VENV_PYTHON]
    try:
        # A personal pip configuration may ask for --user, which no .venv can do.
        run_step("fetching uv", [*pip, "install", "--no-user", "uv"])
    except Problem as problem:
        # What stops pip here stops it below; that uv is missing from a mirror does not.
        if str(problem) in [remedy for _, remedy in CAUSES]:
            raise
    else:
        try:
            return run_step("installing", [*uv, *what], {**pip_index(), "NO_COLOR": "1"})
        except Problem as problem:
            if str(problem) == DISK_FULL:
                raise
            say("uv could not; trying pip, which reads its own configuration.")
            what.append("--force-reinstall")  # uv may have left halves behind
    run_step("installing with pip", [*pip, "install", "--no-user", *what])


def pip_index():
    """Return uv's variable for the package index that pip is configured to use, if any.

    uv reads none of pip's files and variables. Who works behind a mirror has often told pip alone.
    """
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_NO_INDEX")):
        return {}
    listing = subprocess.run(
        [VENV_PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True
    ).stdout
    found = dict(re.findall(r"^(\S+)\.index-url=(.*)$", listing, re.MULTILINE))
    for section in (":env:", "install", "global"):  # in pip's order of precedence
        if section in found:
            return {"UV_DEFAULT_INDEX": literal_eval(found[section])}
    return {}


def run_step(label, command, variables=None):
    """Run a program, showing one line: what it does, for how long, and what it says last.

    Args:
        label: what is being done.
        command: list of the program and its arguments.
        variables: environment variables to set beside those of this process.

    Raises:
        Problem: it failed; the message names the cause and the remedy.
    """
    lines = []
    moving = sys.stderr.isatty()
    start = time.monotonic()
    if not moving:
        say(f"  {label} ...")
    with subprocess.Popen(
        list(map(str, command)),
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        close_fds=False,
    ) as process:

        def read():
            for line in process.stdout:
                lines.append(line.strip())

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            while reader.is_alive():
                reader.join(0.2)
                if moving:
                    seconds = time.monotonic() - start
                    show(f"  {label} {seconds:4.0f} s  {lines[-1] if lines else ''}")
        except BaseException:
            process.kill()
            raise
    if moving:
        show(f"  {label} {time.monotonic() - start:4.0f} s")
        say("")
    if process.returncode:
        output = "\n".join(lines)
        with contextlib.suppress(OSError):
            LOG.write_text(output, "utf-8")
        raise Problem(explain(output))


def explain(output):
    """Return one line that says what the output of a failed pip, uv or venv means."""
    for pattern, remedy in CAUSES:
        if re.search(pattern, output.lower()):
            return remedy
    if shutil.disk_usage(ROOT).free < 50e6:
        return DISK_FULL  # venv keeps what its pip said to itself
    lines = [line for line in output.splitlines() if line]
    last = next((line for line in reversed(lines) if "error" in line.lower()), "".join(lines[-1:]))
    return f"The installation failed: {last} (The whole output is in {LOG}.)"


def show(text):
    """Write `text` over the present line of the terminal."""
    width = shutil.get_terminal_size().columns - 1
    sys.stderr.write("\r" + text[:width].ljust(width))
    sys.stderr.flush()


def say(text):
    """Print a line for the user, beside the output of the command."""
    print(text, file=sys.stderr, flush=True)


# ---------------------------------------------------------------------------------------------
# The commands
# ---------------------------------------------------------------------------------------------


def lab(arguments):
    """Open the course in JupyterLab; the arguments are JupyterLab's.

    What does not depend on the machine is set in `course_utils/jupyter`: the notebook that opens,
    a quiet log, no question about news, and nbgrader's panels off, which only tests make use of.
    """
    server = running_server()
    if server:
        token = f"?token={server['token']}" if server.get("token") else ""
        raise Problem(
            f"JupyterLab is already running here: open {server['url']}lab{token} or stop it with "
            f"Ctrl-C in its window (or: {sys.executable} -m jupyter server stop {server['port']})."
        )
    check_port(option(arguments, "--port"), option(arguments, "--ip"))
    settings = [str(ROOT / "course_utils" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH")]
    return hand_over(
        [sys.executable, "-m", "jupyterlab", *lab_options(arguments)],
        {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings))},
    )


def lab_options(arguments):
    """Return JupyterLab's arguments: the user's, and ours where they say nothing."""
    options = []
    if not any(re.match(r"--(ServerApp\.root_dir|notebook-dir)(=|$)", a) for a in arguments):
        options.append(f"--ServerApp.root_dir={ROOT}")  # given twice, JupyterLab refuses it
    if getattr(os, "geteuid", lambda: 1)() == 0 and "--allow-root" not in arguments:
        say("You are root, which JupyterLab refuses by default; adding --allow-root.")
        options.append("--allow-root")
    if option(arguments, "--token") is not None:
        # The quiet log holds the address only where JupyterLab has made up the token.
        options.append("--ServerApp.log_level=INFO")
    # JupyterLab lost the short name, but the world's instructions still use it.
    return options + [re.sub(r"^--token(?==|$)", "--IdentityProvider.token", a) for a in arguments]


def option(arguments, name):
    """Return the value of `--name value` or `--name=value`, the last one given, or None."""
    value = None
    for index, argument in enumerate(arguments):
        if argument.startswith(name + "="):
            value = argument[len(name) + 1 :]
        elif argument == name and index + 1 < len(arguments):
            value = arguments[index + 1]
    return value


def check_port(port, ip):
    """Refuse a port that another program uses: JupyterLab would silently take the next one.

    Args:
        port: as given by the user, or None.
        ip: as given by the user, or None.

    Raises:
        Problem: the port is taken.
    """
    if port is None or not port.isdigit():
        return
    address = "" if ip in ("*", "0.0.0.0", "::") else ip or "localhost"
    try:
        socket.create_server((address, int(port))).close()
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise Problem(
                f"Port {port} is taken or reserved: give another one (--port {int(port) + 1}) "
                "or none, and JupyterLab finds a free one."
            ) from error


def running_server():
    """Return the note of the Jupyter server that runs in this folder, or None."""
    from jupyter_core.paths import jupyter_runtime_dir

    for path in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
        with contextlib.suppress(OSError, ValueError):  # half written, or just removed
            server = json.loads(path.read_text("utf-8"))
            if Path(server["root_dir"]) in (ROOT, ROOT / "notebooks") and answers(server["url"]):
                return server
    return None


def answers(url):
    """Return whether a Jupyter server answers: its note outlives it when it is killed."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(url + "api", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def child_environment(python):
    """Return the environment variables of the programs that a command starts.

    Args:
        python: the interpreter whose programs, such as `jupyter`, are to be found first.
    """

    def first(value, variable):
        parts = [str(value), *os.environ.get(variable, "").split(os.pathsep)]
        return os.pathsep.join(dict.fromkeys(filter(None, parts)))

    return {
        **os.environ,
        # Kernels start in the notebook's folder and must find the package all the same.
        "PYTHONPATH": first(ROOT, "PYTHONPATH"),
        "PATH": first(Path(python).parent, "PATH"),
        "PYTHONUTF8": "1",
    }


def hand_over(command, variables=None):
    """Let another program take the place of this one.

    Args:
        command: list of the program and its arguments.
        variables: environment variables to set beside those of `child_environment`.

    Returns:
        Its exit code, on Windows; elsewhere this does not return.
    """
    environment = {**child_environment(command[0]), **(variables or {})}
    os.chdir(ROOT)
    if not WINDOWS:
        os.execve(command[0], command, environment)
    # On Windows exec gives the prompt back at once. So wait, and leave Ctrl-C to the program.
    with subprocess.Popen(command, env=environment) as process:
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return process.wait()


def main(argv):
    """Run a command of the course.

    Args:
        argv: the command and its arguments, as in ["lab", "--no-browser"].

    Returns:
        The exit code; 1 after a problem that the user can mend.
    """
    made_here = (ROOT / "course_tools").is_dir()  # else this is a student's copy
    command, arguments = (argv or ["--help"])[0], argv[1:]
    if command in ("-h", "--help"):
        print("usage: python3 -m course_utils COMMAND ...\n")
        print("  lab        open the lessons; takes JupyterLab's options, such as --no-browser")
        if made_here:
            # Started, not imported: the tools build on this package, never the reverse.
            subprocess.run([sys.executable, "-m", "course_tools", "--help"], cwd=ROOT)
        return 0
    try:
        if command != "lab" and not made_here:
            raise Problem(f"This copy of the course has the command lab alone, not {command}.")
        python = prepare([] if command == "lab" else ["test"])
        if command != "lab":
            return hand_over([python, "-m", "course_tools", command, *arguments])
        if python != sys.executable and Path(sys.prefix).resolve() != VENV.resolve():
            return hand_over([python, "-m", "course_utils", *argv])
        return lab(arguments)
    except Problem as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("\nStopped. The next call takes up from here.")
        return 130
