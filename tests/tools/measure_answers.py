"""What checks say to answers written blind: `python tests/tools/measure_answers.py [-v] [NN ...]`.

The answers in tests/data/answers were written by people who had seen the notebooks alone. A file
holds many, each below a line "# === 01a wrong careless: what is wrong in it", with np imported.
The table counts what the checks say about them:

    named      the message names a known mistake; -v shows which, as nothing here says if rightly
    partly     it names one, and says that something else is wrong, too
    located    it says where, when or in what way the result is wrong
    generic    it says only that values differ
    passed     no message
    refused    any message about a right answer
    crashed    the check itself failed, or did not end
"""

import argparse
import linecache
import re
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from course_utils import checks

import numpy as np
from apart import call_apart

ANSWERS = Path(__file__).parents[1] / "data" / "answers"
HEADING = re.compile(r"^# === (\d\d[a-z]) (right|wrong) ([\w-]+): (.+)\n", re.M)
VERDICTS = ("named", "partly", "located", "generic", "passed", "refused", "crashed")
CALL_LIMIT = 3  # seconds
PLAIN = {
    "called",
    "returned",
    "expected",
    "by hand",
    "printed",
    "try",
}  # they locate nothing


def read_answers(path):
    """Yield (exercise id, "right" or "wrong", kind, description, code) of a file's answers."""
    _, *parts = HEADING.split(path.read_text("utf-8"))
    for start in range(0, len(parts), 5):
        yield tuple(part.strip() for part in parts[start : start + 5])


def ask(exercise_id, code):
    """Return a check's finding and message; (None, "") if the answer passes."""
    linecache.cache["answer.py"] = (len(code), None, code.splitlines(keepends=True), "answer.py")
    if "tensorflow" in code or "keras" in code:
        from course_utils.training import keras  # noqa: F401  (its start is no part of a call)
    names = {"np": np}
    exec(compile(code, "answer.py", "exec"), names)
    function = list(filter(callable, names.values()))[-1]
    try:
        with redirect_stdout(StringIO()):
            checks.check(exercise_id, function, CALL_LIMIT)
    except checks.CheckFailed as failed:
        return failed.finding, str(failed)
    return None, ""


def judge(side, finding, message):
    """Return which of `VERDICTS` a finding is."""
    if finding is None:
        return "passed"
    if side == "right":
        return "refused"
    if finding.mistake:
        return "partly" if finding.kind != "mistake" or "partly" in message else "named"
    labels = {label for label, _ in finding.rows}
    plain = finding.kind in ("values", "number") and labels <= PLAIN
    return "generic" if plain and "right where" not in message else "located"


def answer(side, exercise_id, code):
    """Return the verdict about an answer, and the message."""
    finding, message = ask(exercise_id, code)
    return judge(side, finding, message), message


def shorten(message):
    """Return what a message says, without its first two lines, on one line."""
    lines = [line.strip() for line in message.splitlines()[1:]]
    named = [line for line in lines if "it looks as if" in line]
    start = lines.index(named[0]) if named else 1
    return " ".join(lines[start:])[:300] if message.count("\n") else message


def main():
    parser = argparse.ArgumentParser(description="Put blind answers to the checks and count.")
    parser.add_argument("lessons", nargs="*", metavar="NN", help="such as 01; all if left out")
    parser.add_argument("--kept", action="store_true", help="the half that is kept to the end")
    parser.add_argument("-v", "--verbose", action="store_true", help="list every answer")
    options = parser.parse_args()
    folder = ANSWERS / "kept" if options.kept else ANSWERS
    table = {}
    for path in sorted(folder.glob("*.py")):
        if options.lessons and path.stem[:2] not in options.lessons:
            continue
        for exercise_id, side, kind, description, code in read_answers(path):
            try:
                verdict, message = call_apart(answer, side, exercise_id, code)
            except RuntimeError as error:
                verdict, message = "crashed", str(error)
            kind = "right" if side == "right" else kind
            table.setdefault(kind, Counter())[verdict] += 1
            if options.verbose:
                print(f"{verdict:<8} {exercise_id} {kind}: {description}\n{shorten(message)}\n")
    table["all wrong"] = sum((table[kind] for kind in table if kind != "right"), Counter())
    print(f"{'':<12}" + "".join(f"{verdict:>9}" for verdict in VERDICTS))
    for kind, counts in sorted(table.items(), key=lambda row: row[0] in ("right", "all wrong")):
        print(f"{kind:<12}" + "".join(f"{counts[verdict]:>9}" for verdict in VERDICTS))


if __name__ == "__main__":
    main()
