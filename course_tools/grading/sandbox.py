"""Where students' code runs: a nursery of warm processes inside bubblewrap, and a handle on each.

bubblewrap shows the nursery an interpreter, what students have of the course, the few modules of
`inside`, and nothing else of the machine: no network, no environment variables, nothing to write
to. Each process forked in there gets, once more, processes and files of its own (see `nursery`).
"""

import contextlib
import json
import os
import select
import shutil
import signal
import site
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from course_tools.grading.inside import wire
from course_tools.grading.inside.nursery import MEGABYTE, SCRATCH
from course_utils import ROOT

COURSE = (ROOT / "course_utils", ROOT / "datasets", Path(__file__).resolve().parent / "inside")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
SYSTEM += ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf")
SYSTEM += ("/etc/ld.so.conf.d", "/etc/localtime", "/etc/ssl")
DISK = 64 * MEGABYTE
STARTING = 180  # seconds that importing everything may take
UNPROTECTED = (
    "{why}, so submissions run under resource limits only. They can read every file that you can, "
    "the answer keys and other submissions among them; write wherever you can; and use the "
    "network. Install bubblewrap (Debian, Ubuntu: sudo apt install bubblewrap), or grade on a "
    "machine that holds nothing else."
)


class SandboxError(Exception):
    """No process for submissions can be started; the message says why."""


class WorkerEnded(Exception):
    """A worker gives no more answers.

    Attributes:
        end: "crashed", "out of time", "out of memory", "broken" where what came through the
            channel was no answer, or "lost" where something else has ended it.
        reason: says it in a sentence.
    """

    def __init__(self, end, reason):
        super().__init__(reason)
        self.end, self.reason = end, reason


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds (of the clock, and of the processor) and bytes."""

    seconds: float = 60
    memory: int = 2048 * MEGABYTE
    disk: int = DISK


def bubblewrap_command(program, hidden=()):
    """Return the command line that runs a program inside bubblewrap.

    Args:
        program: list of the program and its arguments.
        hidden: folders that must stay invisible, wherever they are.
    """
    command = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--die-with-parent", "--new-session"]
    if os.geteuid() != 0:
        command.append("--unshare-user")
    for path in map(Path, SYSTEM):
        if path.is_symlink() and not path.is_relative_to("/etc"):
            command += ["--symlink", os.readlink(path), path]
        elif path.exists():
            command += ["--ro-bind", path, path]
    folders = interpreter_folders()
    shown = [*(Path(path) for path in SYSTEM if Path(path).is_dir()), *folders, *COURSE]

    def place(path, *mount):
        # bubblewrap would make the folders above for itself alone, and workers may be another user.
        for parent in reversed(path.parents[:-1]):
            command.extend(["--perms", "0755", "--dir", parent])
        command.extend([*mount, path])

    for path in folders:
        if not path.is_relative_to(ROOT):
            place(path, "--ro-bind", path)
    place(ROOT, "--tmpfs")  # of what is inside, nothing is shown but what follows
    for path in (*folders, *COURSE):
        if path.is_relative_to(ROOT):
            place(path, "--ro-bind", path)
    # A second, installed copy of the course may be an older one, which has answer keys inside.
    places = {Path(folder).resolve() for folder in filter(None, sys.path)} - {ROOT}
    copies = [place / name for place in places for name in ("course_utils", "course_tools")]
    for path in [*hidden, *sorted(copies)]:
        if path.exists() and any(path.is_relative_to(other) for other in shown):
            command += ["--tmpfs", path] if path.is_dir() else ["--ro-bind", os.devnull, path]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", SCRATCH]
    if not any(path.is_relative_to("/tmp") for path in (*shown, ROOT)):
        command += ["--symlink", SCRATCH, "/tmp"]
    command += ["--chdir", "/"]
    command += ["--remount-ro", ROOT, "--remount-ro", "/dev", "--remount-ro", "/"]
    return [str(part) for part in [*command, *program]]


def interpreter_folders():
    """Return the folders that this interpreter and its packages are in, outermost first."""
    folders = {sys.prefix, sys.base_prefix, Path(sys.executable).resolve().parent}
    folders |= {*sysconfig.get_paths().values(), *site.getsitepackages()}
    if site.ENABLE_USER_SITE:
        folders.add(site.getusersitepackages())
    found = sorted({Path(folder).resolve() for folder in folders if Path(folder).is_dir()})
    # One that holds the course itself would show its solutions; one inside another is shown.
    found = [folder for folder in found if not ROOT.is_relative_to(folder)]
    return [f for f in found if not any(f != o and f.is_relative_to(o) for o in found)]


def find_obstacle():
    """Return why there can be no sandbox here, "" where there can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    # As a worker does it: a process with namespaces of its own, inside of bubblewrap's.
    trial = "from course_tools.grading.inside import nursery; nursery.try_namespaces()"
    done = subprocess.run(
        bubblewrap_command([sys.executable, "-c", trial]),
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
        return f"bubblewrap does not work here ({said})"
    return ""


class Nursery:
    """A process that has imported everything and forks a worker for each submission.

    Attributes:
        isolated: whether submissions run inside a sandbox.
        warning: "" or what is not protected.
    """

    def __init__(self, limits, hidden=(), isolated=None):
        """Start it; this returns at once, and `open_worker` waits until it is ready.

        Args:
            limits: `Limits` of each submission.
            hidden: folders that no submission may see.
            isolated: False to do without bubblewrap; None to do without where it fails.
        """
        self.limits, self.hidden, self.warning = limits, hidden, ""
        self._lock, self._closed = threading.Lock(), False
        why = "You asked for no sandbox" if isolated is False else find_obstacle()
        self.isolated = not why
        if why:
            self.warning = UNPROTECTED.format(why=why)
        # Inside the sandbox each submission has a folder that nobody else sees.
        self._work = None if self.isolated else tempfile.TemporaryDirectory(prefix="grading-")
        self._home = f"{SCRATCH}/work" if self.isolated else self._work.name
        self._start()

    def _start(self):
        limits = {
            "memory": self.limits.memory,
            "disk": self.limits.disk,
            "seconds": self.limits.seconds,
            "isolated": self.isolated,
            "work": self._home,
        }
        self._control, theirs = socket.socketpair()
        os.set_inheritable(theirs.fileno(), True)
        program = [sys.executable, "-m", "course_tools.grading.inside.nursery"]
        program += [str(theirs.fileno()), json.dumps(limits)]
        self._said = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            bubblewrap_command(program, self.hidden) if self.isolated else program,
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
            env=self._environment(),
            cwd="/",
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._ready = False

    def _environment(self):
        return {
            "HOME": self._home,
            "IPYTHONDIR": f"{self._home}/.ipython",
            "LANG": "C.UTF-8",
            "MPLBACKEND": "agg",
            "MPLCONFIGDIR": f"{self._home}/.matplotlib",
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": SCRATCH if self.isolated else self._home,
            # Workers run side by side; each keeps to one core, and no thread runs before a fork.
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
            **dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
            "CUDA_VISIBLE_DEVICES": "-1",
        }

    def wait(self):
        """Return when everything has been imported.

        Raises:
            SandboxError: it cannot be.
        """
        with self._lock:
            self._wait()

    def _wait(self):
        if self._ready:
            return
        self._control.settimeout(STARTING)
        try:
            self._ready = self._control.recv(1) == b"r"
        except TimeoutError:
            pass
        if not self._ready:
            self._said.seek(0)
            said = self._said.read().decode(errors="replace").strip().splitlines()
            raise SandboxError(f"no process for submissions starts: {(said or ['no word'])[-1]}")

    def open_worker(self, deadline):
        """Return a `Worker` for one submission; use it in a `with` statement.

        Args:
            deadline: when it has to be done, in `time.monotonic` seconds.
        """
        status, their_status = socket.socketpair()
        channel, their_channel = socket.socketpair()
        with their_status, their_channel, self._lock:
            for attempt in (1, 2):
                self._wait()
                try:
                    socket.send_fds(
                        self._control, [b"f"], [their_status.fileno(), their_channel.fileno()]
                    )
                    break
                except OSError:  # it has been killed
                    if attempt == 2 or self._closed:
                        raise SandboxError("the process that starts submissions ends") from None
                    self._start()
        return Worker(status, channel, deadline)

    def close(self):
        """End the nursery and all that it has started."""
        if self._closed:
            return
        self._closed = True
        self._control.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()
        if self._work:
            self._work.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class Worker:
    """The grader's end of one submission's process."""

    def __init__(self, status, channel, deadline):
        self._status, self._channel, self._deadline = status, channel, deadline
        self._number = 0

    def ask(self, wait=None, **request):
        """Send a request and return the answer, a dict that the student may have made up.

        Args:
            wait: seconds that the answer may take; None for all that is left to the submission.
            **request: plain data, see `worker.Session.answer`.

        Raises:
            WorkerEnded: no answer came, or something else did.
        """
        self._number += 1
        until = self._deadline
        if wait is not None:
            until = min(until, time.monotonic() + wait)
        try:
            self._send(wire.encode(request | {"number": self._number}), until)
            answer = wire.receive(lambda count: self._read(count, until), wire.ANSWER)
        except TimeoutError:
            end = self._stop()
            if end["end"] == "stopped":
                raise WorkerEnded("out of time", "it did not end by itself") from None
            raise self._explain(end) from None
        except OSError:
            answer = None
        except wire.CodecError as error:
            self._stop()
            raise WorkerEnded("broken", f"it answered with {error}") from None
        if answer is None:
            raise self._explain(self._wait_for_end())
        if not isinstance(answer, dict) or answer.get("number") != self._number:
            self._stop()
            raise WorkerEnded("broken", "it answered what was not asked")
        return answer

    def _send(self, frame, until):
        sent = memoryview(frame)
        while sent:
            self._channel.settimeout(max(0.001, until - time.monotonic()))
            sent = sent[self._channel.send(sent) :]

    def _read(self, count, until):
        parts = []
        while count:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._channel.settimeout(left)
            part = self._channel.recv(min(count, 2**18))
            if not part:
                break
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _wait_for_end(self):
        """Return how the worker ended: it closed the channel, and has a moment to do so."""
        select.select([self._status], [], [], 1)
        return self._stop()

    def _stop(self):
        """End whatever is left and return how it had ended."""
        if self._status.fileno() == -1:
            return {"end": "stopped", "code": 0}
        said = b""
        with contextlib.suppress(OSError):
            self._status.settimeout(30)
            with contextlib.suppress(OSError):
                self._status.sendall(b"s")
            while part := self._status.recv(4096):
                said += part
        self._status.close()
        self._channel.close()
        try:
            return json.loads(said.splitlines()[0])
        except (ValueError, IndexError):
            return {"end": "lost", "code": 0}

    def _explain(self, end):
        kind, code = end["end"], end["code"]
        if kind == "error":
            return WorkerEnded("lost", f"no process could be set up for it: {code}")
        if kind == "lost":
            return WorkerEnded("lost", "it was ended from outside")
        if kind == "memory":
            return WorkerEnded("out of memory", "it used more memory than a submission may")
        if kind == "time":
            return WorkerEnded("out of time", "it used more processor time than a submission may")
        if kind == "processes":
            return WorkerEnded("crashed", "it started more processes than a submission may")
        if kind == "ended" and code == 128 + signal.SIGXCPU:
            return WorkerEnded("out of time", "it used more processor time than a submission may")
        if kind == "ended":
            how = f"by signal {code - 128}" if code > 128 else f"with exit code {code}"
            return WorkerEnded("crashed", f"its process ended {how}")
        return WorkerEnded("crashed", "its process stopped talking")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stop()
