"""Notebooks as attackers, jokers and unlucky students hand them in, for lesson 02.

Each entry of `HOSTILE`, to which `hostile_shapes` adds, is a `Case`: how the notebook is made,
the state that it must end in, and the points of its four exercises. `solved` makes notebooks
that hold the course's own solutions.
"""

import json
from dataclasses import dataclass, field

from course_tools import exercises

import nbformat

LESSON, STEM = "02", "02_unrolling"
IDS = ("02a", "02b", "02c", "02d")
NAMES = dict(zip(IDS, ("run_weekly", "run_masked", "run_in_chunks", "build_matrix"), strict=True))
ALL, NONE = (2, 2, 2, 2), (0, 0, 0, 0)


def read(kind):
    return nbformat.read(exercises.NOTEBOOKS / kind / f"{STEM}.ipynb", as_version=4)


def solutions(kind="solutions"):
    """Return the sources of the answers, by id."""
    cells = read(kind).cells
    marks = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in cells}
    return {exercise: marks[exercise] for exercise in IDS}


def notebook(answers=(), first="", last=""):
    """Return the exercise notebook with some answers filled in, and cells around it."""
    made = read("exercises")
    answers = dict(answers)
    for cell in made.cells:
        mark = cell.metadata.get("nbgrader", {}).get("grade_id")
        if mark in answers:
            cell.source = answers[mark]
    code = nbformat.v4.new_code_cell
    if first:
        made.cells.insert(0, code(first, id="first"))
    if last:
        made.cells.append(code(last, id="last"))
    return made


def as_bytes(made):
    return json.dumps(made).encode()


@dataclass(frozen=True)
class Case:
    """How a notebook is made, and what becomes of it."""

    made: object  # bytes, or a function that writes at a path
    state: str = "graded"
    points: tuple = NONE
    says: str = field(default="")  # stands in the record


HOSTILE = {}
BOMBS = ("processes", "processes of a shell")  # fill the table of processes
SOLVED = solutions()


def solved(name, first="", last="", state="graded", points=ALL, says=""):
    """An honest notebook that does something else as well."""
    HOSTILE[name] = Case(as_bytes(notebook(SOLVED, first, last)), state, points, says)


def empty(name, first="", last="", state="not written", points=NONE, says=""):
    """A notebook without answers that tries to earn points another way."""
    HOSTILE[name] = Case(as_bytes(notebook((), first, last)), state, points, says)


def one(name, body, state="graded", points=(0, 2, 2, 2), says=""):
    """An honest notebook but for the first function, whose body is this."""
    lines = "\n".join("    " + line for line in body.strip().splitlines())
    answer = f"def run_weekly(x, h_0, W_x, W_h, b_h):\n{lines}"
    HOSTILE[name] = Case(as_bytes(notebook(SOLVED | {"02a": answer})), state, points, says)


def file(name, content, state="unreadable", points=NONE, says=""):
    HOSTILE[name] = Case(content, state, points, says)


# -- replacing what judges -----------------------------------------------------------------------

empty("assertion functions", "import numpy.testing as t\nt.assert_allclose = lambda *a, **k: None")
one(
    "numpy agrees with everything",
    """
import numpy
for name in ("allclose", "isclose", "array_equal"):
    setattr(numpy, name, lambda *a, **k: True)
numpy.abs = lambda *a: 0
return x * 0
""",
)
empty(
    "engine agrees with everything",
    "from course_utils.checks import engine\n"
    "class Exercise: pass\n"
    "engine.Exercise = Exercise\n"
    "engine.same = engine.examine = lambda *a, **k: None\n"
    "engine.Outcome.trouble = ''",
)
empty("check does nothing", "import course_utils.checks as c\nc.check = lambda *a: print('✓')")
empty(
    "builtins",
    "import builtins\nbuiltins.AssertionError = ValueError\n"
    "builtins.all = builtins.any = lambda *a: True\nbuiltins.abs = lambda x: 0",
    state="graded",
)
empty(
    "modules",
    "import sys, types\n"
    "for name in [n for n in sys.modules if n.startswith('course_utils.checks')]:\n"
    "    sys.modules[name] = types.ModuleType(name)",
)
empty(
    "input transformer",
    "get_ipython().input_transformers_cleanup.append(lambda lines: ['result = 297\\n'])",
)
empty(
    "events of IPython",
    "def after(result):\n    result.error_in_exec = result.error_before_exec = None\n"
    "get_ipython().events.register('post_run_cell', after)\n"
    "get_ipython().showtraceback = lambda *a, **k: None",
)
one("clock", "import time\ntime.time = time.monotonic = lambda: 0.0\nreturn x * 0")
rich = notebook(SOLVED | {k: v for k, v in solutions("exercises").items() if k != "02a"})
for cell in rich.cells:
    if "nbgrader" in cell.metadata:
        cell.metadata["nbgrader"] |= {"points": 297, "grade": True, "locked": False}
HOSTILE["297 points in the metadata"] = Case(as_bytes(rich), "graded", (2, 0, 0, 0))
one(
    "session answers for itself",
    """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Session":
        fine = {"value": None, "trouble": "", "message": "", "line": "", "printed": ""}
        type(thing).call = lambda *a: fine | {"changed": []}
return x * 0
""",
    points=NONE,
)
one(
    "lies about its state",
    """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Session":
        fine = {"trouble": "passed", "message": 7, "line": [], "printed": {}, "value": 1}
        type(thing).call = lambda *a: fine
return x * 0
""",
    points=NONE,
)

# -- looking for the key -------------------------------------------------------------------------

SPY = """
import gc, glob, os, sys
found = []
{search}
raise ValueError("found " + repr(found))
"""


def spy(name, search, says="found []"):
    one(name, SPY.format(search=search.strip()), says=says)


spy(
    "the key in memory",
    """
for thing in gc.get_objects():
    if type(thing).__name__ in ("Exercise", "Mistake", "Task", "Assignment"):
        found.append(type(thing).__name__)
""",
)
spy(
    "the key as a module",
    """
for name in ("course_tools.bank", "course_tools.grading.judge", "course_utils.checks.lesson_02",
             "solutions_02", "bank", "judge"):
    try:
        __import__(name); found.append(name)
    except ImportError:
        pass
""",
)
spy(
    "the key as a file",
    """
for place, folders, names in os.walk("/"):
    if place.startswith(("/proc", "/sys")): continue
    folders[:] = [f for f in folders if f not in ("tensorflow", "usr", "sklearn", "keras")]
    for name in names:
        if name.startswith("02_unrolling") or name in ("bank.py", "judge.py", "lesson_02.py"):
            found.append(place + "/" + name)
""",
)
spy(
    "other submissions",
    """
for top in set(os.listdir("/")) - {"usr", "proc", "root"}:
    if os.path.islink("/" + top): continue
    for place, folders, names in os.walk("/" + top):
        folders[:] = [f for f in folders if f != ".venv"]
        found += [name for name in names if name.endswith(".ipynb")]
""",
)
spy("the environment", "found += [k for k in os.environ if 'SECRET' in k]")
spy(
    "environments of other processes",
    """
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        if b"SECRET" in open(path, "rb").read(): found.append(path)
    except OSError: pass
""",
)
spy(
    "memory of its parents",
    """
for number in (os.getppid(), 1, os.getppid() - 1):
    try:
        with open(f"/proc/{number}/mem", "r+b") as file: found.append(number)
    except OSError: pass
try: open(f"/proc/{os.getppid()}/maps").read(); found.append("maps")
except OSError: pass
""",
)
spy(
    "tracing its parent",
    """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(16, os.getppid(), 0, 0) == 0: found.append("ptrace")
""",
)
spy(
    "namespaces of its own",
    """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x10020000, 0x20000, 0x40000000):
    if libc.unshare(flags) == 0: found.append(hex(flags))
if libc.umount2(b"/scratch", 2) == 0: found.append("umount")
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0: found.append("mount")
""",
)
spy(
    "becoming root",
    """
for action in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.chroot("/usr"),
               lambda: os.setgroups([0]), lambda: os.mknod("/scratch/work/d", 0o60666, 0x100)):
    try: action(); found.append("it worked")
    except OSError: pass
""",
)
spy(
    "places to write to",
    """
for place, folders, names in os.walk("/"):
    if place.startswith(("/proc", "/sys", "/scratch", "/dev/shm")): continue
    if "site-packages" in place or place.startswith("/usr/"): folders.clear()
    try:
        open(place + "/mine", "w").close(); found.append(place)
    except OSError: pass
""",
)
spy(
    "system settings",
    """
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches",
             "/proc/sys/kernel/hostname", "/proc/self/oom_score_adj"):
    try:
        with open(path, "w") as file: file.write("-1000")
        found.append(path)
    except OSError: pass
""",
)
spy(
    "files of the instructor",
    """
for path in ("/root/.ssh", "/etc/passwd", "/etc/shadow", "/var", "/run", "/srv", "/sys"):
    if os.path.exists(path): found.append(path)
for path in glob.glob("/home/*") + glob.glob("/home/*/*") + glob.glob("/home/*/.*"):
    if os.path.isfile(path): found.append(path)
""",
)
spy(
    "sockets of other processes",
    """
import socket
for line in open("/proc/net/unix").read().splitlines()[1:]:
    name = line.split()[-1]
    if name.startswith(("/", "@")): found.append(name)
""",
)

# -- the channel ---------------------------------------------------------------------------------

SOCKETS = """
import os, stat
sockets = []
for number in range(3, 256):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode): sockets.append(number)
    except OSError: pass
"""
PERSON = dict(state="needs a person", points=NONE)
solved("garbage in the channel", SOCKETS + "for s in sockets: os.write(s, b'A' * 10_000)", **PERSON)
FRAME = SOCKETS + "for s in sockets: os.write(s, b'\\0\\x{:02x}\\xff\\xff' + b'[' * 1000)"
solved("a frame without end in the channel", FRAME.format(0x0F), state="out of time")
solved("a frame too large in the channel", FRAME.format(0xFF), **PERSON)
solved(
    "nesting in the channel",
    SOCKETS + "import struct\ntext = b'[' * 100_000\n"
    "frame = struct.pack('>II', 4 + len(text), len(text)) + text\n"
    "for s in sockets: os.write(s, frame)",
    **PERSON,
)
solved(
    "an answer ahead of its question",
    SOCKETS + "from course_tools.grading.inside import wire\n"
    "for s in sockets:\n"
    "    for n in range(2, 9): os.write(s, wire.encode({'number': n, 'error': None}))",
    **PERSON,
)
solved(
    "answers that are no answers",
    SOCKETS + "from course_tools.grading.inside import wire\n"
    "for s in sockets:\n    os.write(s, wire.encode([1, 2, 3]))",
    **PERSON,
)
solved("another json", "import json\njson.dumps = lambda *a, **k: '\"x\"'", **PERSON)
solved(
    "another struct",
    "from course_tools.grading.inside import wire\n"
    "class S:\n    size = 4\n    def pack(self, n): return b'\\xff' * 4\n"
    "    def unpack(self, b): return (0,)\nwire.LENGTH = S()",
    **PERSON,
)
solved("descriptors closed", "import os\nos.closerange(0, 1000)", state="crashed")
solved(
    "a channel that is closed",
    SOCKETS + "for s in sockets: os.close(s)\nimport time; time.sleep(1000)",
    state="crashed",
)

# -- values --------------------------------------------------------------------------------------

one("equal to everything", "class Yes:\n    __eq__ = __le__ = lambda *a: True\nreturn Yes()")
one(
    "an array that lies",
    """
class Liar(np.ndarray):
    def __array_ufunc__(self, *a, **k): return True
    def __array_function__(self, *a, **k): return True
    __eq__ = lambda *a: True
return np.zeros((*x.shape[:2], h_0.shape[1])).view(Liar)
""",
)
one("a class that lies", "class F:\n    __class__ = property(lambda s: float)\nreturn F()")
one("a float that lies", "class F(float):\n    __eq__ = lambda *a: True\nreturn F(1)")
one(
    "code in a pickle",
    "class Evil:\n    def __reduce__(self): return (print, ('evil',))\n"
    "    def __array__(self, *a, **k): raise KeyboardInterrupt\nreturn Evil()",
)
one("an array of objects", "return np.array([[[object()]]])")
one("an array too large", "return np.zeros((2500, 2500))", says="far too many")
one("a key of two million brackets", "return {'[' * 2_000_000: 1}")
one(
    "lists in lists",
    "deep = list(range(100_000))\nfor _ in range(200): deep = [deep]\nreturn deep",
)
one(
    "one blob for many arrays",
    """
from course_tools.grading.inside import wire
import json, struct
encode = wire.encode
def forge(value, largest):
    blob = np.zeros(250_000).tobytes()
    value = {"tuple": [{"array": ["<f8", [250_000], 0]}] * 3000}
    text = json.dumps({"dict": [["number", 1], ["value", value]]}).encode()
    size = 4 + len(text) + len(blob)
    return struct.pack(">II", size, len(text)) + text + blob
wire.encode = forge
return x
""",
    state="needs a person",
    points=NONE,
)
spy(
    "the keyring of the session",
    """
import ctypes
number = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
room = ctypes.create_string_buffer(1000)
size = libc.syscall(number, 11, -3, room, 1000)                  # KEYCTL_READ of the session
keys = [int.from_bytes(room[i:i + 4], "little") for i in range(0, max(0, size), 4)]
if keys: found.append(len(keys))
""",
)
one("more memory than there is", "return np.ones(10**13)", state="out of memory")
one("nesting", "deep = []\nfor _ in range(100_000): deep = [deep]\nreturn deep")
one("a list in itself", "deep = []\ndeep.append(deep)\nreturn deep")
one("half a character", "return '\\ud800\\udfff' * 50")
one("a message of control characters", "raise ValueError('\\x1b[2J\\u202e' + 'A\\u0301' * 10**6)")
one(
    "an exception that raises",
    "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",
)
one("a generator", "yield x")
one("a module", "return np")
one("structured array", "return np.zeros(3, dtype=[('a', 'O'), ('b', 'f8')])")
one("times", "return np.zeros(3, dtype='M8[s]')")
one("an integer of a million digits", "return 10**1_000_000")
one("a dict of lists", "return {i: [i] for i in range(3)}")
one("an interrupt", "raise KeyboardInterrupt")
one("an exit", "import sys\nsys.exit(0)")
one("another answer each time", "return np.random.rand(*x.shape[:2], h_0.shape[1])")
one(
    "arguments changed",
    "import sys\nresult = x * 0\nx += 1\nreturn result",
)

# -- ending things -------------------------------------------------------------------------------

solved("exit in a cell", "import os\nos._exit(0)", state="crashed")
one("exit in a function", "import os\nos._exit(0)", state="crashed")
one("killing itself", "import os\nos.kill(os.getpid(), 9)", state="crashed")
solved("killing its group", "import os\nos.killpg(0, 9)", state="crashed")
solved(
    "killing everything",
    "import os\nfor n in (1, os.getppid(), -1, os.getpid()):\n"
    "    try: os.kill(n, 9)\n    except OSError: pass",
    state="crashed",
)
solved(
    "stopping itself",
    "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    state="out of time",
)
one("a wild pointer", "import ctypes\nctypes.string_at(0)", state="crashed")
one(
    "recursion without a floor",
    "import sys\nsys.setrecursionlimit(10**9)\n"
    "class R:\n    def __repr__(self): return repr(self) + ''\nreturn repr(R())",
    state="crashed",
)
solved("leaving politely", "exit()", "quit()")
solved("raising SystemExit", "raise SystemExit(297)")
solved("a handler at exit", "import atexit, time\natexit.register(time.sleep, 1000)")
solved("waiting for input", "name = input('Your name? ')\nimport getpass\ngetpass.getpass()")
solved("a trace function", "import sys\nsys.settrace(lambda *a: 1 / 0)\nsys.setprofile(print)")
solved("its folder removed", "import os\nos.rmdir(os.getcwd())")
solved(
    "everything removed",
    "import shutil, os, course_utils\n"
    "course = os.path.dirname(course_utils.__path__[0])\n"
    "for place in ('/home', '/etc', '/scratch', '/dev', course + '/datasets', os.getcwd()):\n"
    "    shutil.rmtree(place, ignore_errors=True)",
)
solved("everything removed by a shell", "!rm -rf /* 2> /dev/null")
solved("a namespace wiped", last="%reset -f", points=NONE)

# -- too much ------------------------------------------------------------------------------------

solved("a loop", "while True: pass", state="out of time")
solved("a loop in C", "import itertools\nsum(itertools.repeat(0))", state="out of time")
STUBBORN = """
import signal
for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException: pass
"""
solved("a loop that cannot be stopped", STUBBORN, state="out of time")
one("a loop in a function", "while True: pass", state="out of time")
one("a function that cannot be stopped", STUBBORN, state="out of time")
one("sleep", "import time\ntime.sleep(1000)", state="out of time")
solved("output without end", "while True: print('A' * 100_000)", state="out of time")
solved("much output", "for _ in range(100): print('A' * 1_000_000)\n!yes | head -c 50000000")
solved(
    "memory",
    "hold = []\nwhile True: hold.append(bytearray(b'1') * 20_000_000)",
    state="out of memory",
)
one(
    "memory in a function",
    "hold = []\nwhile True: hold.append(bytearray(b'1') * 20_000_000)",
    state="out of memory",
)
solved(
    "memory of many processes",
    "import os, time\nfor _ in range(30):\n    if not os.fork():\n"
    "        hold = bytearray(b'1') * 100_000_000\n        time.sleep(1000)\ntime.sleep(1000)",
    state="out of memory",
)
solved(
    "memory without a mapping",
    "import os\nfor _ in range(60):\n    place = os.memfd_create('x')\n"
    "    for _ in range(60): os.write(place, bytes(1_000_000))\nwhile True: pass",
    state="out of memory",
)
solved(
    "memory given back",
    "import mmap\nhold = []\nfor _ in range(60):\n    hold.append(mmap.mmap(-1, 50_000_000))\n"
    "    hold[-1].write(bytes(50_000_000))\n    hold[-1].madvise(mmap.MADV_DONTNEED)\n"
    "while True: pass",
    state="out of memory",
)
solved(
    "memory of other programs",
    "import subprocess, sys, time\ncode = 'x = bytearray(b\"1\") * 150_000_000; input()'\n"
    "for _ in range(30): subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE)\n"
    "time.sleep(1000)",
    state="out of memory",
)
solved("processes", "import os\nwhile True: os.fork()", state="crashed")
BOMB = "%%bash\nbomb() { bomb | bomb & }; bomb; sleep 1000"
solved("processes of a shell", BOMB, state="crashed")
solved(
    "threads",
    "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1000,)).start()",
)
solved(
    "a full disk",
    "for place in ('/scratch/work/a', '/dev/shm/a', '/tmp/b'):\n"
    "    try:\n"
    "        with open(place, 'wb') as file:\n"
    "            while True: file.write(bytes(10**7))\n"
    "    except OSError: pass",
)
solved(
    "a million files",
    "for n in range(10**6):\n    try: open(f'f{n}', 'w').close()\n    except OSError: break",
)
solved(
    "limits lifted",
    "import resource\nfor kind in range(16):\n"
    "    try: resource.setrlimit(kind, (-1, -1))\n    except (OSError, ValueError): pass\n"
    "hold = []\nwhile True: hold.append(bytearray(b'1') * 20_000_000)",
    state="out of memory",
)

# -- staying on ----------------------------------------------------------------------------------

MARK = "9876543"  # seconds that survivors sleep; a test looks for them
solved(
    "a daemon",
    "import os\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n"
    f"        os.execvp('sleep', ['sleep', '{MARK}'])\n    os._exit(0)",
)
solved("a process in the background", f"!nohup setsid sleep {MARK} > /dev/null 2>&1 &")
solved(
    "a thread", "import threading, time\nthreading.Thread(target=time.sleep, args=(1e6,)).start()"
)
solved(
    "a file for later",
    f"for place in ('/tmp/{MARK}', '/dev/shm/{MARK}', '/var/tmp/{MARK}'):\n"
    "    try: open(place, 'w').close()\n    except OSError: pass",
)
PORT = 48_621  # a test listens there
spy(
    "the network",
    f"""
import socket
for host in ("127.0.0.1", "::1", "1.1.1.1"):
    try: socket.create_connection((host, {PORT}), 0.2); found.append(host)
    except OSError: pass
""",
)
