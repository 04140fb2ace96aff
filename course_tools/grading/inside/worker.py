"""Runs one notebook and calls its functions, in the process that belongs to the student.

Nothing here is to be trusted once a cell has run: the student's code shares the interpreter. So
nothing here is a secret either, and what this process answers is the student's claim, which the
grader compares with what it worked out itself.
"""

import contextlib
import os
import signal
import sys

from course_tools.grading.inside import wire
from course_utils import checks
from course_utils.checks import engine

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

TEXT = 500  # characters of a message that are worth sending


def make_shell():
    """Return the interpreter of the cells: IPython, because cells hold magics and `!commands`."""
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "NoColor"
    shell = InteractiveShell.instance(config=settings)
    # Nobody reads tracebacks here, and making one takes longer than most cells.
    shell.showtraceback = shell.showsyntaxerror = lambda *arguments, **options: None
    # Recent IPython keeps all that is printed, however much that is.
    shell._tee = lambda channel: contextlib.nullcontext()
    return shell


def receive_checks():
    """Return a dict that will hold, for each exercise, the function last given to `check`."""
    given = {}
    checks.redirect(given.__setitem__)
    return given


@contextlib.contextmanager
def alarm(seconds, error):
    """Raise an exception in the block after some seconds, even out of a sleep."""

    def ring(number, frame):
        raise error

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def describe(error):
    """Return the name of an exception and its message, which may be code of the student's."""
    try:
        message = str(error)[:TEXT]
    except BaseException:
        message = ""
    return [type(error).__name__[:TEXT], message]


class Stopped(BaseException):
    """Ends a call that takes too long; not an Exception, so that few functions catch it."""


class Session:
    """A notebook that has been run, and whose functions can be called."""

    def __init__(self, shell, given):
        self.shell, self.given = shell, given
        self.versions = {}  # name -> the things it has stood for, the latest last

    def run(self, source, names, seconds):
        """Run one cell; return what it raised, as a pair of texts, or None.

        Args:
            source: of the cell.
            names: of the functions that will be called.
            seconds: that the cell may take.
        """
        try:
            with alarm(seconds, KeyboardInterrupt(wire.STOPPED)):
                result = self.shell.run_cell(source, store_history=False)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as caught:  # of a hook that the notebook has set
            error = caught
        for name in names:
            thing, versions = self.shell.user_ns.get(name), self.versions.setdefault(name, [])
            if thing is not None and not (versions and versions[-1] is thing):
                versions.append(thing)
        return None if error is None else describe(error)

    def find(self, exercise_id, name):
        """Return what was given to the check, and the things a name has stood for."""
        given, versions = self.given.get(exercise_id), self.versions.get(name, [])
        first = [] if given is None or any(given is thing for thing in versions) else [given]
        return first + versions[-4:]

    def call(self, function, arguments, seconds):
        """Call a function and return its Outcome as a dict."""
        stopped = engine.Outcome(
            trouble="out of time", message=f"after {seconds:g} seconds your function still ran"
        )
        try:
            # No time limit of the engine's: it would take a thread, and there may be none left.
            with alarm(seconds, Stopped):
                outcome = engine.call(function, arguments, None)
        except Stopped:
            outcome = stopped
        except BaseException as error:
            outcome = engine.Outcome(trouble="raised", message=type(error).__name__)
        return {
            "value": outcome.value,
            "trouble": outcome.trouble,
            "message": outcome.message[:TEXT],
            "line": outcome.line[:TEXT],
            "changed": list(outcome.changed),
            "printed": outcome.printed[:TEXT],
        }

    def answer(self, request):
        """Return the answer to one request of the grader."""
        if request["do"] == "run":
            return {"error": self.run(request["source"], request["names"], request["seconds"])}
        things = self.find(request["id"], request["name"])
        if request["do"] == "find":
            return {"kinds": [callable(t) or type(t).__name__[:TEXT] for t in things]}
        thing = things[request["version"]]
        return self.call(thing, request["arguments"], request["seconds"])


def serve(channel, shell, given):
    """Answer requests until the channel ends.

    Args:
        channel: socket.
        shell: what `make_shell` returns.
        given: what `receive_checks` returns.
    """
    sys.path.insert(0, "")  # as in a kernel: a notebook may import a file that it has written
    session = Session(shell, given)
    stream = channel.makefile("rb")
    while (request := wire.receive(stream.read)) is not None:
        answer = session.answer(request)
        try:
            frame = wire.encode(answer | {"number": request["number"]}, wire.ANSWER)
        except wire.CodecError as error:
            nothing = {"value": None, "trouble": "no data", "message": str(error)}
            rest = {"line": "", "changed": [], "printed": ""}
            frame = wire.encode({"number": request["number"], **nothing, **rest})
        channel.sendall(frame)
    os._exit(0)
