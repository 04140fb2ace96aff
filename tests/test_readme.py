"""What the README and lesson 00 promise is there."""

import re

from course_tools.commands import COMMANDS
from course_tools.run import NOTEBOOKS, README_FIGURE, ROOT, readme_picture
from course_utils import cells
from course_utils.checks import CheckFailed, check

import nbformat
import pytest

README = (ROOT / "README.md").read_text("utf-8")
START = NOTEBOOKS / "00_start_here.ipynb"
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def stated_times(path):
    """Return the minutes for reading and the seconds for running at the top of a lesson."""
    opening = nbformat.read(path, as_version=4).cells[0].source
    return re.search(r"\*\*Reading\*\* (\d+) min\w*, \*\*running\*\* (\d+) s", opening).groups()


def map_row(path):
    """Return how a lesson stands in the maps, from its file name to its times."""
    return rf"{path.name}\) \| [^|]+ \| {{}} min, {{}} s \|".format(*stated_times(path))


@pytest.mark.parametrize("path", LESSONS[1:], ids=lambda path: path.stem)
def test_both_maps_show_every_lesson_with_its_times(path):
    start = "\n".join(cell.source for cell in nbformat.read(START, as_version=4).cells)
    assert re.search(r"\(notebooks/" + map_row(path), README), "README.md"
    assert re.search(r"\(" + map_row(path), start), START.name


def test_the_figure_is_the_one_that_lesson_01_shows():
    lesson = nbformat.read(LESSONS[1], as_version=4)
    assert "notebooks/readme.png" in README
    assert README_FIGURE.read_bytes() == readme_picture(lesson)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_and_folders_resolve(name):
    text = (ROOT / name).read_text("utf-8")
    targets = re.findall(r"\]\((?!http)([^)#]+)", text)
    targets += re.findall(r"^\| `([a-z_/]+)` \|", text, re.MULTILINE)
    assert targets and not [target for target in targets if not (ROOT / target).exists()]


def test_the_commands_of_the_documents_exist():
    documents = README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    commands = set(re.findall(r"python3 -m course_utils (\w+)", documents))
    assert commands == {"lab", *COMMANDS}


def test_the_message_shown_is_what_a_check_says():
    def step_without_memory(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
        h_t = cells.rnn_step(x_t, 0 * h_prev, W_x, W_h, b_h)
        return cells.softmax(h_t @ W_o + b_o), h_t

    with pytest.raises(CheckFailed) as failure:
        check("01a", step_without_memory)
    assert f"```\n{failure.value}\n```" in README.replace("\xa0", " ")
