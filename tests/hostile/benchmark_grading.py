"""Measure how fast a class is graded, beside nbgrader, and make a class to try things with.

    python3 tests/hostile/benchmark_grading.py make DIR --students 30    a folder for each
    python3 tests/hostile/benchmark_grading.py compare --students 60     beside `nbgrader autograde`
    python3 tests/hostile/benchmark_grading.py grow --students 30 100 300

It stands among the tests, and not in the instructor's kit, because it needs nbgrader and holds
the solutions of students who never were. It prints what it measured and asserts nothing.
"""

import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from course_tools.exercises import BEGIN, END, NOTEBOOKS, PROMPT, STUB
from course_utils.start import child_environment

import nbformat

FIRST = "Ada Ben Chiara Dmitri Elif Femi Grace Hiro Ines Jonas Kaveh Lena Mateo Nia Oskar".split()
LAST = "Abara Berg Costa Dahl Eriksen Fofana Garcia Haddad Ito Jansen Kowalska Lopez".split()
ANSWERS = (
    "The state is a summary of everything before, so one step is enough to carry it on.",
    "I think it depends on the weights: with small ones the past fades away after a few steps.",
    "No.",
    "Because the same matrix is used at every step, there are not more weights, only more work.",
)
# What a student may have written in place of the right thing, wherever it stands in a solution.
SLIPS = (
    ("np.tanh(", "("),
    (" + b_h", ""),
    ("@ W_h", "@ W_h.T"),
    ("axis=1", "axis=0"),
    ("[::-1]", ""),
    ("reversed(", "("),
    ("range(1, ", "range(0, "),
    ("max(", "min("),
    ("= 0, 1.0", "= 1, 1.0"),
    ("return None", "return 0"),
    ("return ", "print("),
)


def write_class(folder, lesson, students, seed=0):
    """Write the submissions of a class: right, wrong and unwritten answers, about 6 : 3 : 1.

    Args:
        folder: gets a folder for each student.
        lesson: number, such as "01".
        students: how many.
        seed: of what they write.

    Returns:
        How many answers of each kind there are.
    """
    (source,) = (NOTEBOOKS / "solutions").glob(f"{lesson}_*.ipynb")
    solved = nbformat.read(source, as_version=4)
    empty = nbformat.read(NOTEBOOKS / "exercises" / source.name, as_version=4)
    rng, kinds = random.Random(seed), Counter()
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    rng.shuffle(names)
    names += [f"{name} {n}" for n in range(2, students // len(names) + 2) for name in names]
    for name in sorted(names[:students]):
        notebook = nbformat.from_dict(empty.copy())
        notebook.cells = [cell.copy() for cell in empty.cells]
        for cell, key in zip(notebook.cells, solved.cells, strict=True):
            if cell.source == PROMPT:
                cell.source = rng.choice([*ANSWERS, PROMPT])
            elif STUB in cell.source:
                kind = rng.choices(["right", "wrong", "not written"], [6, 3, 1])[0]
                kinds[kind] += 1
                if kind != "not written":
                    cell.source = answer(key.source, kind == "wrong", rng)
        target = folder / name / source.name
        target.parent.mkdir(parents=True)
        nbformat.write(notebook, target)
    return kinds


def answer(source, wrong, rng):
    """Return a solution cell as a student hands it in, with a slip in it if it is to be wrong."""
    head, rest = source.split(f"{BEGIN}\n")
    body, _, tail = rest.partition(END)
    if wrong:
        slips = [slip for slip in SLIPS if slip[0] in body]
        old, new = rng.choice(slips)
        # The last place: an earlier `return` often guards a loop that would never end.
        before, _, after = body.rpartition(old)
        if new == "print(":
            after = after.replace("\n", ")\n", 1)
        body = before + new + after
    return f"{head.rstrip(' ')}{body.rstrip(' ')}{tail.lstrip()}".rstrip()


def timed(command, folder, log):
    """Run a command, its output going to a file, and return the seconds it took."""
    start = time.perf_counter()
    with open(log, "w", encoding="utf-8") as output:
        done = subprocess.run(
            [sys.executable, "-m", *map(str, command)],
            cwd=folder,
            env=child_environment(sys.executable),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    seconds = time.perf_counter() - start
    if done.returncode:
        print(f"exit code {done.returncode}; the end of {log}:")
        print("\n".join(Path(log).read_text("utf-8").splitlines()[-15:]))
    return seconds


def grade_ours(work, submissions, jobs):
    """Grade a class with this course's command.

    Args:
        work: folder for results.
        submissions: folder as `write_class` fills it.
        jobs: submissions side by side, None for the command's own choice.

    Returns:
        Pair of the seconds and a dict from students to points.
    """
    out = work / f"ours-{time.monotonic_ns()}"
    command = ["course_utils", "grade", submissions, "--out", out, "--seed", 1]
    seconds = timed([*command, *(["--jobs", jobs] if jobs else [])], work, work / "ours.log")
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        points = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    return seconds, points


def grade_with_nbgrader(work, submissions, lesson):
    """Grade a class with `nbgrader autograde`, from the same sources.

    Returns:
        Pair of the seconds and a dict from students to points.
    """
    from nbgrader.api import Gradebook

    course = work / "nbgrader"
    (source,) = (NOTEBOOKS / "solutions").glob(f"{lesson}_*.ipynb")
    (course / "source" / lesson).mkdir(parents=True)
    shutil.copy(source, course / "source" / lesson)
    (course / "nbgrader_config.py").write_text("c = get_config()\n", "utf-8")
    students = {}
    for path in submissions.iterdir():
        students[path.name.replace(" ", "_")] = path.name
        shutil.copytree(path, course / "submitted" / path.name.replace(" ", "_") / lesson)
    timed(["nbgrader", "generate_assignment", lesson], course, work / "generate.log")
    seconds = timed(["nbgrader", "autograde", lesson], course, work / "nbgrader.log")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        graded = book.assignment_submissions(lesson)
        points = {students[each.student.id]: each.score for each in graded}
    return seconds, points


def describe(name, students, seconds):
    """Print a line of results."""
    speed = 60 * students / seconds
    print(f"{name:<20} {students:4} submissions {seconds:8.1f} s {speed:8.1f} a minute")


def compare(options, work):
    """Grade the same class with both, and print how fast each was and whether they agree."""
    students = options.students[0]
    kinds = write_class(work / "class", options.lesson, students)
    print(f"lesson {options.lesson}, answers: {dict(kinds)}; {os.cpu_count()} processors")
    ours, points = grade_ours(work, work / "class", options.jobs)
    describe("ours", students, ours)
    theirs, others = grade_with_nbgrader(work, work / "class", options.lesson)
    describe("nbgrader autograde", students, theirs)
    same = sum(others.get(name) == value for name, value in points.items())
    print(f"ratio {theirs / ours:.1f}; the same points for {same} of {students} students")


def grow(options, work):
    """Grade classes of several sizes, and print how the time grows."""
    for students in options.students:
        folder = work / f"class-{students}"
        write_class(folder, options.lesson, students)
        seconds, _ = grade_ours(work, folder, options.jobs)
        describe("ours", students, seconds)


def main():
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["make", "compare", "grow"])
    parser.add_argument("folder", nargs="?", type=Path, help="for make: where the class goes")
    parser.add_argument("--students", type=int, nargs="+", metavar="N")
    parser.add_argument("--lesson", default="01", metavar="NN")
    parser.add_argument("--jobs", type=int, help="of our command")
    options = parser.parse_args()
    usual = {"make": [30], "compare": [60], "grow": [30, 100, 300]}
    options.students = options.students or usual[options.what]
    if options.what == "make":
        if options.folder is None or options.folder.exists():
            parser.error("make needs a folder that does not exist yet")
        print(dict(write_class(options.folder, options.lesson, options.students[0])))
        return
    with tempfile.TemporaryDirectory() as work:
        {"compare": compare, "grow": grow}[options.what](options, Path(work))


if __name__ == "__main__":
    main()
