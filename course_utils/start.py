"""From a clone to a command that runs: standard library only.

`main` makes sure of an interpreter that has everything: the one it runs in, if that already
satisfies `pyproject.toml` (conda, Binder, JupyterHub, Colab), otherwise that of `.venv`, which
it builds from `requirements.txt`, and for whoever makes or gives the course from
`requirements-dev.txt` too. It then hands the command over to that interpreter.

`.venv/course.stamp` says what was installed. It is there from the first moment and says nothing
until the last: whatever is interrupted is built anew.
"""

import contextlib
import errno
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from course_utils import ROOT

WINDOWS = os.name == "nt"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "course.stamp"
LOG = VENV / "install.log"
LOCK = ROOT / ".venv.lock"
LAB_PINS, DEV_PINS = "requirements.txt", "requirements-dev.txt"  # the second includes the first

HELP = """usage: python3 -m course_utils COMMAND ...

  lab        open the lessons; takes JupyterLab's options, such as --no-browser"""

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


def prepare(dev: bool = False) -> str:
    """Make sure of an interpreter that has everything, building `.venv` if there is none.

    Args:
        dev: whether what tests and tools need is to be there too.

    Returns:
        The path of the interpreter.

    Raises:
        Problem: it cannot be built; the message names the remedy.
    """
    in_own = Path(sys.prefix).resolve() == VENV.resolve() and STAMP.is_file()
    if not in_own and satisfied(dev):
        return sys.executable
    try:
        if not installed(dev):
            with locked():
                if not installed(dev):
                    build(dev)
    except OSError as error:
        if error.errno in NO_SPACE:
            raise Problem(DISK_FULL) from error
        raise Problem(
            f"{error.filename or VENV}: {error.strerror}. The course must be able to write in its "
            "own folder: close what uses .venv, or clone the course elsewhere, and call again."
        ) from error
    return str(VENV_PYTHON)


def satisfied(dev: bool = False) -> bool:
    """Return whether this interpreter has everything, in the ranges of `pyproject.toml`."""
    try:
        from packaging.requirements import Requirement  # comes with JupyterLab
    except ImportError:
        return False
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = project["optional-dependencies"]["dev"] if dev else []
    for requirement in map(Requirement, project["dependencies"] + extra):
        if requirement.marker and not requirement.marker.evaluate():
            continue
        # TensorFlow with what serves graphics cards does what TensorFlow without it does.
        versions = map(version_of, {requirement.name, requirement.name.removesuffix("-cpu")})
        if not any(v and requirement.specifier.contains(v, prereleases=True) for v in versions):
            return False
    return True


def version_of(package: str) -> str | None:
    """Return the version of a package that this interpreter has, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def installed(dev: bool) -> bool:
    """Return whether `.venv` was built to the end, for this folder and from these pins."""
    return set(stamp_lines(dev)) <= set(read_stamp())


def read_stamp() -> list[str]:
    """Return what the stamp says; where there is none, nothing."""
    return STAMP.read_text("utf-8").splitlines() if STAMP.is_file() else []


def stamp_lines(dev: bool) -> list[str]:
    """Return what the stamp of a finished environment says: for what, then what is installed."""
    pins = [LAB_PINS, DEV_PINS] if dev else [LAB_PINS]
    digests = [hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in pins]
    # An environment cannot be moved, nor does it outlive its Python.
    return [f"{python_version()} in {ROOT}", *map("{} {}".format, pins, digests)]


def python_version() -> str | None:
    """Return the version of `.venv`'s Python, such as "3.12", or None if it does not start."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.check_output([VENV_PYTHON, "-I", "-c", code], text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return None


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Hold the lock file; the system takes it back when the process ends, however it ends."""
    with open(LOCK, "a+") as file:
        if not try_lock(file):
            say("Another call is preparing the environment; waiting for it.")
            while not try_lock(file):
                time.sleep(0.5)
        yield


def try_lock(file: IO[str]) -> bool:
    """Take the lock of an open file if nobody has it, and return whether that went well."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network file systems have no locks: better to go on than to refuse.
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def build(dev: bool) -> None:
    """Build `.venv`, or install what a finished one lacks.

    Raises:
        Problem: it cannot be built; the message names the remedy.
    """
    if VENV.exists() and not STAMP.is_file():
        code = f"from course_utils.start import satisfied; raise SystemExit(not satisfied({dev}))"
        with contextlib.suppress(OSError):
            if not subprocess.call([VENV_PYTHON, "-c", code], cwd=ROOT):
                return
        raise Problem(
            f"{VENV} was not made by this command and lacks packages: install "
            f"{DEV_PINS if dev else LAB_PINS} into it, or remove it, and call again."
        )
    if VENV.is_symlink():
        raise Problem(f"{VENV} is a link, and what it leads to is another's: remove the link.")
    before = read_stamp()
    fresh = stamp_lines(dev)[0] not in before
    if fresh and importlib.util.find_spec("ensurepip") is None:
        name = f"python3.{sys.version_info.minor}-venv"
        raise Problem(
            "This Python has no ensurepip and cannot make an environment. On Debian or Ubuntu: "
            f"sudo apt install {name}. Then call again."
        )
    say("Preparing the environment in .venv; the next start will find it ready.")
    VENV.mkdir(exist_ok=True)
    STAMP.write_text("", "utf-8")
    if fresh:
        for path in VENV.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
        # The base interpreter, because the one of .venv would make itself out of itself.
        base = getattr(sys, "_base_executable", sys.executable)
        run_step("making .venv", [base, "-m", "venv", VENV])
        # An editable installation of the course, without fetching what builds one.
        packages = sysconfig.get_path("purelib", "venv", {"base": str(VENV)})
        Path(packages, "course.pth").write_text(str(ROOT), "locale")
    try:
        install(DEV_PINS if dev else LAB_PINS)
    except Problem as problem:
        if str(problem) == NO_NETWORK and not fresh:
            STAMP.write_text("\n".join(before), "utf-8")  # both fetch all before they change any
        raise
    STAMP.write_text("\n".join(stamp_lines(dev)), "utf-8")


def install(pins: str) -> None:
    """Install the pins into `.venv`: with uv, or with pip where uv fails.

    Raises:
        Problem: neither can; the message names the remedy.
    """
    what = ["-r", ROOT / pins]
    # A personal pip configuration may ask for --user, which no .venv can do.
    pip = [VENV_PYTHON, "-m", "pip", "install", "--no-user"]
    try:
        run_step("fetching uv", [*pip, "uv"])
    except Problem as problem:
        # What stops pip here stops it below; that uv is missing from a mirror does not.
        if str(problem) in dict(CAUSES).values():
            raise
    else:
        uv = [VENV_PYTHON, "-m", "uv", "pip", "install", "--python", VENV_PYTHON]
        try:
            return run_step("installing", [*uv, *what], {**pip_index(), "NO_COLOR": "1"})
        except Problem as problem:
            if str(problem) == DISK_FULL:
                raise
            say("uv could not; trying pip, which reads its own configuration.")
            what.append("--force-reinstall")  # uv may have left halves behind
    run_step("installing with pip", [*pip, *what])


def pip_index() -> dict[str, str]:
    """Return uv's variable for the package index that pip is configured to use, if any.

    uv reads none of pip's files and variables. Who works behind a mirror has often told pip alone.
    """
    if any(re.match("UV_.*INDEX", name) for name in os.environ):
        return {}
    listing = subprocess.run(
        [VENV_PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True
    ).stdout
    found = dict(re.findall(r"^(\S+)\.index-url='(.*)'$", listing, re.MULTILINE))
    for section in (":env:", "install", "global"):  # in pip's order of precedence
        if section in found:
            return {"UV_DEFAULT_INDEX": found[section]}
    return {}


def run_step(label: str, command: list, variables: dict[str, str] | None = None) -> None:
    """Run a program, showing one line: what it does, for how long, and what it says last.

    Args:
        label: what is being done.
        command: the program and its arguments.
        variables: environment variables to set beside those of this process.

    Raises:
        Problem: it failed; the message names the cause and the remedy.
    """
    moving = sys.stderr.isatty()
    start = time.monotonic()
    if not moving:
        say(f"  {label} ...")
    with (
        open(LOG, "wb") as log,
        subprocess.Popen(
            list(map(str, command)),
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.2)
                if moving:
                    show(f"  {label} {time.monotonic() - start:4.0f} s  {logged()[-1]}")
        finally:
            process.kill()  # where it still runs, this is an interruption
    if moving:
        say("")
    if process.returncode:
        raise Problem(explain(logged()))


def logged() -> list[str]:
    """Return the lines of the log that say something, at least one."""
    lines = LOG.read_text("utf-8", errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip()] or [""]


def explain(lines: list[str]) -> str:
    """Return one line that says what the output of a failed pip, uv or venv means."""
    output = "\n".join(lines).lower()
    for pattern, remedy in CAUSES:
        if re.search(pattern, output):
            return remedy
    if shutil.disk_usage(ROOT).free < 50e6:
        return DISK_FULL  # venv keeps what its pip said to itself
    last = next((line for line in reversed(lines) if "error" in line.lower()), lines[-1])
    return f"The installation failed: {last} (The whole output is in {LOG}.)"


def show(text: str) -> None:
    """Write `text` over the present line."""
    width = shutil.get_terminal_size().columns - 1
    print("\r" + text[:width].ljust(width), end="", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Print a line for the user, beside the output of the command."""
    print(text, file=sys.stderr, flush=True)


# ---------------------------------------------------------------------------------------------
# The commands
# ---------------------------------------------------------------------------------------------


def child_environment(python: str) -> dict[str, str]:
    """Return the environment variables of the programs that a command starts.

    Args:
        python: the interpreter whose programs, such as `jupyter`, are to be found first.
    """

    def first(value: Path, variable: str) -> str:
        parts = [str(value), *os.environ.get(variable, "").split(os.pathsep)]
        return os.pathsep.join(dict.fromkeys(filter(None, parts)))

    environment = {
        **os.environ,
        # Kernels start in the notebook's folder and must find the package all the same.
        "PYTHONPATH": first(ROOT, "PYTHONPATH"),
        "PATH": first(Path(python).parent, "PATH"),
        "PYTHONUTF8": "1",
    }
    if Path(python).parent == VENV_PYTHON.parent:
        # Containers often forbid bytecode. Without it each kernel loads TensorFlow twice as long.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def hand_over(command: list[str], variables: dict[str, str] | None = None) -> int:
    """Let another program take the place of this one.

    Args:
        command: the program and its arguments.
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


def main(argv: list[str]) -> int:
    """Run a command of the course.

    Args:
        argv: the command and its arguments, as in ["lab", "--no-browser"].

    Returns:
        The exit code; 1 after a problem that the user can mend.
    """
    command, arguments = (argv or ["--help"])[0], argv[1:]
    tools = (ROOT / "course_tools").is_dir()  # else this is a student's copy
    try:
        if not (ROOT / LAB_PINS).is_file():
            raise Problem(f"The course is run from its folder, which {ROOT} is not: call it there.")
        if command in ("-h", "--help"):
            print(HELP, flush=True)
            if tools:  # started, not imported: they build on this package, never the reverse
                subprocess.call([sys.executable, "-m", "course_tools", "--help"], cwd=ROOT)
            return 0
        if command == "lab":
            return hand_over([prepare(), "-m", "course_utils.lab", *arguments])
        if not tools:
            raise Problem(f"This copy of the course has the command lab alone, not {command}.")
        return hand_over([prepare(dev=True), "-m", "course_tools", command, *arguments])
    except Problem as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("\nStopped. The next call takes up from here.")
        return 130
