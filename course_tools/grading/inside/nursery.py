"""Forks a process for each submission from one that has imported everything: inside the sandbox.

Importing TensorFlow takes seconds, forking a process that has done so takes milliseconds. For
each submission there are three processes, of which only the last runs the student's code:

    supervisor  stays outside, watches what the others use, and ends them
    init        first process of its own namespaces: when it ends, the system ends all the rest
    worker      `worker.serve`

Every supervisor shares one socket with the grader. A byte or the end of it means: stop. The last
thing that comes back is one line of JSON, which says how it ended.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys

MEGABYTE = 2**20
TICK = 0.05  # seconds between two looks at what a submission uses
PROCESSES = 50  # of a submission
THREADS = 400  # of all its processes together; TensorFlow starts some for each core
STUDENT = 100_000  # plus a number: the user that code runs as where the grader is root
SCRATCH = "/scratch"  # in the sandbox: where a submission may write, beside /dev/shm
LINUX = sys.platform == "linux"

NEWNS, NEWUTS, NEWIPC = 0x20000, 0x4000000, 0x8000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, NOEXEC, REC, PRIVATE = 2, 4, 8, 0x4000, 0x40000
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 4, 24, 36, 38


def system(name, *arguments):
    """Call a function of the C library that returns 0 if it went well.

    Raises:
        OSError: it did not.
    """
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


# -- what a submission uses ----------------------------------------------------------------------


def read_processes():
    """Return for each process (parent, seconds of processor time, threads, start of its stack).

    Forked processes have the same start of the stack, 0 where it may not be known; a program
    that was started anew has another.
    """
    found = {}
    ticks = os.sysconf("SC_CLK_TCK")
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:  # it has just ended
                continue
            seconds = sum(map(int, fields[11:15])) / ticks
            found[int(entry)] = int(fields[1]), seconds, int(fields[17]), int(fields[25])
    return found


def list_family(root, processes):
    """Return the numbers of a process and all its descendants."""
    children = {}
    for number, (parent, *_) in processes.items():
        children.setdefault(parent, []).append(number)
    family, left = [], [root]
    while left:
        family.append(left.pop())
        left += children.get(family[-1], [])
    return [number for number in family if number in processes]


def read_memory(number):
    """Return the bytes of memory that a process has to itself, 0 where that is not known."""
    try:
        with open(f"/proc/{number}/status", encoding="ascii", errors="replace") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        return sum(int(fields[name].split()[0]) for name in ("RssAnon", "RssShmem")) * 1024
    except (OSError, KeyError):
        return 0


def read_shared_memory(number):
    """Return the bytes of memory without a file that a process shares, mapped or only open.

    What is not mapped, or was given back to the system, is in no process's own memory. Mappings
    count in full. 0 where that may not be known.
    """
    used = 0
    try:
        with open(f"/proc/{number}/maps", encoding="utf-8", errors="replace") as file:
            for line in file:
                place, kind = line.split(maxsplit=2)[:2]
                if kind[3] == "s" and ("/dev/zero" in line or "memfd:" in line):
                    first, last = (int(end, 16) for end in place.split("-"))
                    used += last - first
        for name in os.listdir(f"/proc/{number}/fd"):
            if "memfd:" in os.readlink(f"/proc/{number}/fd/{name}"):
                used += os.stat(f"/proc/{number}/fd/{name}").st_blocks * 512
    except (OSError, ValueError):
        pass
    return used


def find_excess(root, limits, inherited):
    """Return what a submission uses too much of, "" if nothing.

    Args:
        root: number of its first process.
        limits: dict with the keys "memory" (bytes) and "seconds" (of processor time).
        inherited: bytes that each of its processes has from the nursery, if it was forked.
    """
    if not LINUX:
        return ""  # the limits of `restrict` are all there is
    processes = read_processes()
    family = list_family(root, processes)
    threads = sum(processes[number][2] for number in family)
    if len(family) > PROCESSES or threads > THREADS:
        return "processes"
    if sum(processes[number][1] for number in family) > limits["seconds"]:
        return "time"
    stack = processes[os.getpid()][3]
    used = 0
    for number in family:
        forked = processes[number][3] in (0, stack)
        used += max(0, read_memory(number) - inherited * forked) + read_shared_memory(number)
    return "memory" if used > limits["memory"] else ""


# -- the three processes -------------------------------------------------------------------------


def supervise(status, channel, job, limits, serve):
    """Start a submission's processes, watch them to their end, and say how it came.

    Args:
        status: socket to the grader.
        channel: socket of the worker to the grader.
        job: number of the submission.
        limits: dict with the keys "memory", "disk" (bytes), "seconds" (of processor
            time), "isolated" (whether this is a sandbox) and "work" (a folder, where it is none).
        serve: runs the worker; called with `channel`.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    inherited = read_memory(os.getpid())
    if limits["isolated"]:
        enter_namespaces()
    elif LINUX:
        system("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans stay in the family
    init = os.fork()
    if not init:
        try:
            become_init(status, channel, job, limits, serve)
        finally:
            os._exit(1)
    channel.close()
    end = ""
    while not end:
        if select.select([status], [], [], TICK)[0]:
            end = "stopped"
        elif os.waitid(os.P_PID, init, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            end = "ended"
        else:
            end = find_excess(init, limits, inherited)
    code = end_family(init, limits)
    if not limits["isolated"]:
        shutil.rmtree(work_folder(job, limits), ignore_errors=True)
    say_end(status, end, code)


def work_folder(job, limits):
    """Return the folder in which a submission's code runs, and which is empty at first."""
    return f"{SCRATCH}/work" if limits["isolated"] else f"{limits['work']}/{job}"


def end_family(init, limits):
    """End a submission's processes and return the exit code of the worker."""
    if limits["isolated"]:
        os.kill(init, signal.SIGKILL)  # and the system ends all others of its namespace
        return os.waitstatus_to_exitcode(os.waitpid(init, 0)[1])
    code = -signal.SIGKILL
    while True:  # they may be starting new ones
        family = list_family(os.getpid(), read_processes())[1:] if LINUX else []
        for number in family:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.killpg(init, signal.SIGKILL)
        try:
            number, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return code
        if number == init:
            code = os.waitstatus_to_exitcode(status)


def enter_namespaces():
    """Give this process's children namespaces of their own: processes and network."""
    spaces = NEWUTS | NEWIPC | NEWPID | NEWNET
    if os.geteuid() == 0:
        system("unshare", spaces)
    else:
        user, group = os.geteuid(), os.getegid()
        system("unshare", spaces | NEWUSER)
        map_user(user, group)


def try_namespaces():
    """End this process with an error if its children cannot have namespaces of their own."""
    enter_namespaces()
    child = os.fork()
    if not child:
        try:
            mount_own_files(MEGABYTE)
            os._exit(0)
        except OSError as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(1)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def map_user(user, group):
    """Keep user and group their numbers in a user namespace just entered."""
    for name, text in [
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ]:
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def become_init(status, channel, job, limits, serve):
    """Set up what the worker may see and use, start it, and wait for its end."""
    try:
        os.setsid()
        work = work_folder(job, limits)
        if limits["isolated"]:
            mount_own_files(limits["disk"])
        os.mkdir(work)
        os.chdir(work)
        if os.geteuid() == 0:
            os.chown(work, STUDENT + job, STUDENT + job)
            become_student(STUDENT + job, limits["isolated"])
        if limits["isolated"]:
            drop_privileges()
        leave_keyring()
        restrict(limits)
    except OSError as error:
        say_end(status, "error", str(error))
        return
    status.close()
    worker = os.fork()
    if not worker:
        serve(channel)
    channel.close()
    if LINUX:
        system("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)  # the worker may not look into this process
    while True:
        number, state = os.wait()
        if number == worker:
            code = os.waitstatus_to_exitcode(state)
            os._exit(code if code >= 0 else 128 - code)


def say_end(status, end, code):
    """Tell the grader how a submission ended; the first of these lines counts."""
    with contextlib.suppress(OSError):
        status.sendall(json.dumps({"end": end, "code": code}).encode() + b"\n")


def mount_own_files(disk):
    """Mount what is this submission's alone: processes, and two places to write to."""
    system("unshare", NEWNS)  # here, since the supervisor goes on looking at its own /proc
    system("mount", b"none", b"/", None, PRIVATE | REC, None)
    try:
        system("mount", b"proc", b"/proc", b"proc", NOSUID | NODEV | NOEXEC, None)
    except OSError:  # inside some containers; without it a worker sees less, not more
        system("mount", b"none", b"/proc", b"tmpfs", NOSUID | NODEV | NOEXEC, b"size=4k")
    options = f"size={disk},nr_inodes=10000,mode=1777".encode()
    for place in (SCRATCH.encode(), b"/dev/shm"):
        system("mount", b"tmpfs", place, b"tmpfs", NOSUID | NODEV, options)


def become_student(user, isolated):
    """Become a user whom nothing on this machine belongs to."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    if isolated:
        system("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self belongs to root
        try:
            system("unshare", NEWUSER)
            map_user(user, user)
        except OSError:  # user namespaces are switched off: the worker cannot make one either
            pass


def drop_privileges():
    """Give up, for good, what being first in a user namespace allows."""
    try:
        with open("/proc/sys/user/max_user_namespaces", "w") as file:
            file.write("0")  # of this namespace: no worker enters another one
    except OSError:
        pass
    with contextlib.suppress(OSError):
        with open("/proc/sys/kernel/shmmax", "w") as file:
            file.write("0")  # System V's shared memory counts as nobody's
    for capability in range(64):
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    system("capset", header, (ctypes.c_uint32 * 6)())
    system("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def leave_keyring():
    """Take a new, empty session keyring: the instructor's holds keys, and all would share it."""
    keyctl = {"x86_64": 250, "aarch64": 219}.get(os.uname().machine)
    if LINUX and keyctl:
        ctypes.CDLL(None).syscall(keyctl, 1, None)  # KEYCTL_JOIN_SESSION_KEYRING


def restrict(limits):
    """Set the limits that the system keeps for each process."""
    seconds = int(limits["seconds"]) + 1
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": seconds + 1,
        "RLIMIT_FSIZE": limits["disk"],
        "RLIMIT_NOFILE": 256,
    }
    if limits["isolated"]:
        wanted["RLIMIT_NPROC"] = 2 * THREADS
    if LINUX:
        with open("/proc/self/statm") as file:
            present = int(file.read().split()[5]) * resource.getpagesize()
        # Twice, so that memory really used is noticed by the supervisor, which says so.
        wanted["RLIMIT_DATA"] = present + 2 * limits["memory"]
    for name, value in wanted.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


# -- the nursery ---------------------------------------------------------------------------------


def main(descriptor, limits):
    """Import what notebooks import, then fork one supervisor for each byte that comes.

    Args:
        descriptor: number of a socket; each byte brings the two descriptors of a submission.
        limits: as in `supervise`.
    """
    import course_utils.training  # noqa: F401  (TensorFlow, quietly)
    from course_tools.grading.inside import worker

    import matplotlib.pyplot  # noqa: F401
    import sklearn.linear_model  # noqa: F401

    shell = worker.make_shell()
    given = worker.receive_checks()
    quiet = os.open(os.devnull, os.O_RDWR)
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the supervisors
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.sendall(b"r")
    for name in (0, 1, 2):
        os.dup2(quiet, name)
    job = 0
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not message:
            os._exit(0)
        job = (job + 1) % 50_000
        status, channel = (socket.socket(fileno=number) for number in descriptors)
        if not os.fork():
            try:
                control.close()
                signal.signal(signal.SIGINT, signal.default_int_handler)
                supervise(status, channel, job, limits, lambda c: worker.serve(c, shell, given))
            except OSError as error:
                say_end(status, "error", str(error))
            finally:
                os._exit(0)
        status.close()
        channel.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
