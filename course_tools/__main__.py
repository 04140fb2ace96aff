"""The second half of `python3 -m course_utils COMMAND`, which prepares the environment first."""

import sys

from course_tools.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
