"""The verdict on one notebook, formed here from what its functions answer over there.

The answer keys, the inputs that are still to come and the known mistakes exist in this process
alone. A worker gets one call's arguments at a time and sends back what came of it.
"""

import dataclasses
import re
import threading
import time

from course_tools.bank import load_lesson
from course_tools.exercises import NOTEBOOKS, PROMPT
from course_tools.grading.collect import read_notebook
from course_tools.grading.inside import wire
from course_tools.grading.sandbox import WorkerEnded
from course_utils.checks import engine

import numpy as np

CELL, CALL = 0.25, 1 / 6  # share of a submission's seconds for one cell, and for one call
CALL_SECONDS = 10  # at most, however many seconds a submission has
GRACE = 2  # seconds between stopping a call from inside and from outside
LONGEST = 2000  # characters of one line of a message
LONGEST_ANSWER = 50_000  # characters of an answer in words
RESTARTS = 12  # of one submission, each after a cell or a function that ended its process
_TROUBLES = ("", "not written", "arguments", "raised", "out of time", "no data")
# The first of these that happened is the state of a submission.
_WORST = ("needs a person", "crashed", "out of memory", "out of time")


class _Remembered:
    """A known mistake that is made once for each case, and not for each student again."""

    def __init__(self, mistake):
        self.name, self.hint, self._mistake = mistake.name, mistake.hint, mistake
        self._outcomes = {}

    def outcome(self, case):
        if id(case) not in self._outcomes:
            self._outcomes[id(case)] = self._mistake.outcome(case)
        return self._outcomes[id(case)]


@dataclasses.dataclass(frozen=True, eq=False)
class Task:
    """An exercise as it is graded: its cases and what is expected, worked out once."""

    exercise: engine.Exercise
    name: str  # of the function
    maximum: float
    cases: list
    expected: list


class Assignment:
    """The exercises of one lesson, with the inputs of one seed.

    Attributes:
        tasks: list of `Task`.
        question: `engine.Question` with the points for it, or None.
        handed_out: tuple of the cells of the exercises' notebook.
    """

    def __init__(self, number, seed, points=None):
        """Work out what each exercise's key answers.

        Args:
            number: of the lesson.
            seed: of the inputs.
            points: dict from ids such as "01a" to points, of a release: an exercise that is not in
                there was not handed out. None for the whole lesson with the course's own points.
        """
        lesson = load_lesson(number)
        own = {task.id: task.points for task in (*lesson.exercises, lesson.question) if task}
        points = own if points is None else points
        (path,) = (NOTEBOOKS / "exercises").glob(f"{number}_*.ipynb")
        self.handed_out = read_notebook(path.read_bytes())
        names = function_names(self.handed_out)
        self.tasks, self.question = [], None
        for exercise in lesson.exercises:
            if exercise.id in points:
                remembered = tuple(map(_Remembered, exercise.mistakes))
                exercise = dataclasses.replace(exercise, mistakes=remembered)
                cases, maximum = hide(exercise.cases(seed), exercise.examples), points[exercise.id]
                expected = exercise.expect(cases)
                self.tasks.append(Task(exercise, names[exercise.id], maximum, cases, expected))
        if lesson.question and lesson.question.id in points:
            maximum = points[lesson.question.id]
            self.question = dataclasses.replace(lesson.question, points=maximum)
        self._lock = threading.Lock()

    def nothing(self, cells):
        """Return the "exercises" and "written" of a record where no function was called."""
        run = _Run(self, cells, None)
        entries = [run.entry(task) for task in self.tasks]
        return {"exercises": entries, "written": written_answers(self, cells)}

    def find_fault(self, task, outcomes):
        """Return the `Finding` about a task's outcomes, None if all is right."""
        try:
            with self._lock, np.errstate(all="ignore"):
                finding = task.exercise.diagnose(task.cases, task.expected, outcomes)
        except Exception as error:  # a value made to confuse; right answers never come here
            text = f"something that cannot be compared ({type(error).__name__})"
            return engine.Finding("no data", (("returned", text),))
        if finding is None:
            return None
        # What a function returned may have names without end.
        rows = tuple((label, text[:LONGEST]) for label, text in finding.rows)
        return dataclasses.replace(finding, rows=rows)


def hide(cases, examples):
    """Return cases with all that are no examples hidden; one that comes twice stays one."""
    hidden = {id(case): dataclasses.replace(case, hidden=True) for case in cases}
    return [case if case in examples else hidden[id(case)] for case in cases]


def function_names(cells):
    """Return a dict from the ids of a notebook's exercises to the names of their functions."""
    text = "\n".join(cell.source for cell in cells if cell.kind == "code")
    return dict(re.findall(r'check\("(\w+)", (\w+)\)', text))


# -- one submission ------------------------------------------------------------------------------


def judge(assignment, cells, nursery):
    """Run a notebook, call its functions and return what they earn.

    Args:
        assignment: `Assignment`.
        cells: of the notebook, tuple of `collect.Cell`.
        nursery: `sandbox.Nursery`.

    Returns:
        Dict with the keys "state", "reason", "exercises" and "written" of a record.
    """
    run = _Run(assignment, cells, nursery)
    run.finish()
    entries = [run.entry(task) for task in assignment.tasks]
    state, reason = "graded", ""
    if run.troubles:
        state, reason = min(run.troubles, key=lambda trouble: _WORST.index(trouble[0]))
    elif all(entry["state"] == "not written" for entry in entries):
        state, reason = "not written", "no function has been written"
    return {
        "state": state,
        "reason": reason,
        "exercises": entries,
        "written": written_answers(assignment, cells),
    }


class _Run:
    """One submission on its way through workers, more than one where it ends them."""

    def __init__(self, assignment, cells, nursery):
        self.assignment, self.cells, self.nursery = assignment, cells, nursery
        self.sources = [cell.source for cell in cells if cell.kind == "code"]
        self.numbers = list(range(1, len(self.sources) + 1))
        self.lines = {line.strip() for source in self.sources for line in source.splitlines()}
        self.errors = {}  # number of a cell -> what it raised
        self.findings = {}  # exercise id -> Finding, None where all is right
        self.troubles = []  # pairs (state, reason)
        self.left = list(assignment.tasks)

    def finish(self):
        """Judge all exercises, in a new worker whenever a cell or a function has ended one."""
        self.limit = self.nursery.limits.seconds
        deadline, lost = time.monotonic() + self.limit, None
        for _ in range(RESTARTS):
            try:
                with self.nursery.open_worker(deadline) as worker:
                    self._run_cells(worker)
                    while self.left:
                        self._examine(worker)
                return
            except WorkerEnded as end:
                if end.end == "lost":  # through no fault of this submission
                    deadline, lost = time.monotonic() + self.limit, end
                    continue
                broken = end.end == "broken"
                state = "needs a person" if broken else end.end
                self.troubles.append((state, f"{self.doing}: {end.reason}"))
                if broken or time.monotonic() > deadline:
                    return
                if self.calling:
                    rows = (("stopped", end.reason),)
                    self.findings[self.left.pop(0).exercise.id] = engine.Finding(end.end, rows)
                else:
                    self.numbers.remove(self.cell)
        again = f"the sandbox failed again and again: {lost}" if lost else ""
        self.troubles.append(("needs a person", again or "it ended its process again and again"))

    def _run_cells(self, worker):
        self.calling = False
        seconds = self.limit * CELL
        names = [task.name for task in self.assignment.tasks]
        for number in self.numbers:
            self.cell, self.doing = number, f"cell {number}"
            source = self.sources[number - 1]
            answer = worker.ask(
                seconds + GRACE, do="run", source=source, names=names, seconds=seconds
            )
            error = _texts(answer.get("error"))
            if error:
                self.errors[number] = ": ".join(error)
            if error == ["KeyboardInterrupt", wire.STOPPED]:
                self._note("out of time", f"was still running after {seconds:g} seconds")
            elif error[:1] in (["MemoryError"], ["_ArrayMemoryError"]):
                self._note("out of memory", "asked for more memory than a submission may use")

    def _note(self, state, what):
        if (state, f"{self.doing}: {what}") not in self.troubles:
            self.troubles.append((state, f"{self.doing}: {what}"))

    def _examine(self, worker):
        task = self.left[0]
        self.calling, self.doing = True, f"exercise {task.exercise.id}"
        found = worker.ask(2 * GRACE, do="find", id=task.exercise.id, name=task.name)
        kinds = found.get("kinds")
        kinds = kinds[-5:] if isinstance(kinds, list) else []
        findings = [] if kinds else [self._why_nothing(task)]
        # The last definition counts. A stub copied below an answer is none, nor is a number.
        for version in range(-1, -len(kinds) - 1, -1):
            if kinds[version] is not True:
                given = f"{task.name} is a {str(kinds[version])[:40]}, which is not a function"
                findings.append(engine.Finding("not a function", (("given", given),)))
                continue
            outcomes = self._call(worker, task, version)
            findings.append(self.assignment.find_fault(task, outcomes))
            if findings[-1] is None or findings[-1].kind != "not written":
                findings = findings[-1:]
                break
        self.findings[task.exercise.id] = findings[0]
        self.left.pop(0)

    def _why_nothing(self, task):
        """Return the Finding about a function that no cell has made."""
        for number in reversed(self.errors):
            if _defines(task.name, self.sources[number - 1]):
                rows = (
                    ("raised", self.errors[number][:LONGEST]),
                    ("try", "running the cell that defines it: it ends in this error"),
                )
                return engine.Finding("raised", rows)
        return engine.Finding("not written", ())

    def _call(self, worker, task, version):
        seconds = min(CALL_SECONDS, self.limit * CALL)
        outcomes = []
        for case in task.cases:
            answer = worker.ask(
                seconds + GRACE,
                do="call",
                id=task.exercise.id,
                name=task.name,
                version=version,
                arguments=case.arguments,
                seconds=seconds,
            )
            outcomes.append(read_outcome(answer, case, self.lines))
            if outcomes[-1].trouble == "out of time":
                self._note("out of time", f"a call was still running after {seconds:g} seconds")
            if outcomes[-1].message.startswith(("MemoryError", "_ArrayMemoryError")):
                self._note("out of memory", "a call asked for more memory than it may use")
            if outcomes[-1].trouble in ("not written", "arguments", "out of time"):
                break
        return outcomes

    def entry(self, task):
        """Return what a record says about one exercise."""
        exercise = task.exercise
        entry = {
            "id": exercise.id,
            "title": exercise.title,
            "maximum": task.maximum,
            "points": 0,
            "state": "not run",
            "finding": "",
            "mistake": "",
            "message": "",
            "hint": "",
            "code": find_code(self.cells, exercise.id, task.name),
        }
        if exercise.id not in self.findings:
            return entry
        finding = self.findings[exercise.id]
        if finding is None:
            return entry | {"points": task.maximum, "state": "passed"}
        shown = dataclasses.replace(
            finding, rows=tuple(row for row in finding.rows if row[0] != "try")
        )
        return entry | {
            "state": "not written" if finding.kind == "not written" else "failed",
            "finding": finding.kind,
            "mistake": finding.mistake,
            "message": engine.render(exercise, shown),
            "hint": "; ".join(text for label, text in finding.rows if label == "try"),
        }


def _texts(value):
    """Return a claimed list of texts as one, [] where it is something else."""
    whole = isinstance(value, list) and all(isinstance(part, str) for part in value)
    return value if whole else []


def read_outcome(answer, case, lines):
    """Return the `Outcome` that a worker claims; what is no outcome becomes one without data.

    Args:
        answer: dict that came from the worker.
        case: the `Case` that it was given.
        lines: of the notebook. No other text is repeated as the line that raised.
    """
    text = {key: answer.get(key) for key in ("trouble", "message", "line", "printed")}
    changed = _texts(answer.get("changed"))
    honest = all(isinstance(value, str) for value in text.values())
    if not honest or text["trouble"] not in _TROUBLES:
        return engine.Outcome(trouble="no data", message="something that is no answer")
    short = {key: value[:500] for key, value in text.items()}
    number, _, line = short["line"].partition(": ")
    if line not in lines or not re.fullmatch(r"line \d{1,6}", number):
        short["line"] = ""
    named = tuple(name for name in case.arguments if name in changed)
    return engine.Outcome(answer.get("value"), changed=named, **short)


# -- what was handed in --------------------------------------------------------------------------


def _defines(name, source):
    return re.search(rf"^[ \t]*(async )?def {name}\b|^{name} *=", source, re.M) is not None


def find_code(cells, exercise_id, name):
    """Return the source of the cell that holds an exercise's answer, "" where there is none."""
    code = [cell for cell in cells if cell.kind == "code"]
    defining = [cell for cell in code if _defines(name, cell.source)]
    marked = [cell for cell in defining if cell.mark == exercise_id]
    return (marked or defining or [None])[-1].source if marked or defining else ""


def written_answers(assignment, cells):
    """Return the part of a record that holds the answer in words, for a person to mark."""
    question = assignment.question
    if question is None:
        return []
    handed_out = assignment.handed_out
    answers = [c.source for c in cells if c.kind == "markdown" and c.mark == question.id]
    if not answers:  # the mark is gone: then whatever words are the student's own
        known = {cell.source.strip() for cell in handed_out}
        answers = [
            c.source for c in cells if c.kind == "markdown" and c.source.strip() not in known
        ]
    marks = [cell.mark for cell in handed_out]
    answer = "\n\n".join(answer for answer in answers if answer.strip() != PROMPT)
    if len(answer) > LONGEST_ANSWER:
        answer = f"{answer[:LONGEST_ANSWER]}\n\n[The rest is left out.]"
    task = handed_out[marks.index(question.id) - 1].source if question.id in marks else ""
    return [
        {
            "id": question.id,
            "maximum": question.points,
            "points": None,
            "question": task or question.title,
            "answer": answer,
        }
    ]
