"""`python3 -m course_utils lab` and its sisters; see `course_utils.start`.

Kept readable for old Pythons: whoever starts it with one must see a sentence, not a SyntaxError.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

OLDEST, NEWEST = (3, 11), (3, 13)


def works(command: list[str]) -> bool:
    """Return whether a command starts a Python."""
    try:
        # pyenv leaves names on the search path that start nothing, so looking is not enough.
        return not subprocess.call(command + ["-c", ""], stderr=subprocess.DEVNULL)
    except OSError:
        return False


def wrong_python(
    version: tuple[int, int], arguments: list[str], works: Callable[[list[str]], bool] = works
) -> str | None:
    """Return what to say about a Python that TensorFlow has no release for.

    Args:
        version: (major, minor).
        arguments: what came after `course_utils` on the command line.
        works: tells whether a command starts a Python.

    Returns:
        One line with the remedy, or None where the version is right.
    """
    if OLDEST <= version <= NEWEST:
        return None
    names = [f"3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    candidates = [["python" + name] for name in names] + [["py", "-" + name] for name in names]
    for command in candidates:
        if works(command):
            remedy = "Start it with: " + " ".join(command + ["-m", "course_utils"] + arguments)
            break
    else:
        remedy = "Install Python " + names[1] + " (" + names[2] + " and " + names[0] + " do too)."
    fault = "old" if version < OLDEST else "new"
    return f"This is Python {version[0]}.{version[1]}, too {fault} for TensorFlow. {remedy}"


if __name__ == "__main__":
    complaint = wrong_python(sys.version_info[:2], sys.argv[1:])
    if complaint:
        sys.exit(complaint)
    from course_utils.start import main

    sys.exit(main(sys.argv[1:]))
