"""The authors' command `run`: execute notebooks in fresh kernels and store what they print.

A stored notebook says nothing about where, when and by whom it was made. Running a deterministic
notebook twice gives the same bytes, so that a difference in git is a difference in the lesson.
"""

import argparse
import base64
import hashlib
import io
import os
import re
import sys
import time
from pathlib import Path

from course_tools.files import write_whole
from course_tools.progress import show_progress
from course_utils import ROOT

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image
from rich.console import Console
from rich.table import Table

NOTEBOOKS = ROOT / "notebooks"
README_FIGURE = NOTEBOOKS / "readme.png"
CELL_TIMEOUT = 600  # seconds

# The whole metadata of a stored notebook; the version of Python, which editors add, is left out.
NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
CELL_METADATA = ("jupyter", "nbgrader", "tags")  # the rest is timing and the state of an editor
IMAGE_METADATA = ("height", "width")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

PERSONAL_PATH = re.compile(
    r"(/home/|/Users/|[A-Za-z]:[\\/]+Users[\\/]+)[^\s\"'/\\]+|/root\b|ipykernel_\d+|site-packages"
)


class NotebookError(Exception):
    """A notebook that cannot be stored; the message names the notebook, the cell and the error."""


# ---------------------------------------------------------------------------------------------
# Normalising
# ---------------------------------------------------------------------------------------------


def normalise(notebook):
    """Take out of a notebook what differs between runs, editors and computers, in place.

    Cell ids are made from the source (or the `grade_id`), streams are merged and progress lines
    reduced to their last state, widget views go (they point to a kernel that is gone).

    Args:
        notebook: `nbformat.NotebookNode`, version 4.

    Returns:
        The same notebook.
    """
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    taken = set()
    for cell in notebook.cells:
        cell.metadata = keep(cell.metadata, CELL_METADATA)
        cell.id = cell_id(cell, taken)
        taken.add(cell.id)
        if cell.cell_type == "code":
            cell.outputs = normal_outputs(cell.outputs)
    return notebook


def keep(metadata, names):
    """Return the entries of `metadata` that have one of the names and are not empty."""
    return nbformat.from_dict({name: metadata[name] for name in names if metadata.get(name)})


def cell_id(cell, taken):
    """Return the id that a cell's `grade_id` or source determines.

    Args:
        cell: notebook cell.
        taken: ids of the cells before it; equal cells are told apart by a number.
    """
    stem = cell.metadata.get("nbgrader", {}).get("grade_id")
    if not stem:
        stem = hashlib.sha1(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
    candidate, copies = stem, 1
    while candidate in taken:
        copies += 1
        candidate = f"{stem}-{copies}"
    return candidate


def normal_outputs(outputs):
    """Return outputs, streams merged, progress and pictures reduced, views of widgets gone."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if output.output_type == "stream":
            if last and last.output_type == "stream" and last.name == output.name:
                last.text += output.text
            else:
                merged.append(nbformat.from_dict(output))
            continue
        if "data" in output:
            output.data.pop(WIDGET_VIEW, None)
            if "image/png" in output.data:
                output.data["image/png"] = with_palette(output.data["image/png"])
            output.metadata = nbformat.from_dict(
                {
                    mime: kept
                    for mime, values in output.metadata.items()
                    if mime in output.data and (kept := keep(values, IMAGE_METADATA))
                }
            )
        if output.get("data", True):
            merged.append(output)
    for output in merged:
        if output.output_type == "stream":
            output.text = on_terminal(output.text)
    return merged


def with_palette(picture):
    """Return a PNG in base64 with 256 colours: the eye sees no difference, a third of the bytes."""
    drawn = Image.open(io.BytesIO(base64.b64decode(picture)))
    if drawn.mode == "P":
        return picture
    reduced = io.BytesIO()
    drawn.convert("RGB").quantize().save(reduced, "png", optimize=True)
    return base64.b64encode(reduced.getvalue()).decode()


def on_terminal(text):
    """Return what a terminal shows at the end of `text`, in which carriage returns overwrite."""
    return "\n".join(map(overwritten, text.split("\n")))


def overwritten(line):
    """Return one line after its carriage returns."""
    if "\r" not in line:
        return line
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :]
    return shown.rstrip()


def personal_path(output):
    """Return a path in an output that names a person or an installation, or None.

    Args:
        output: one output of a code cell.
    """
    texts = [output.get("text", ""), *output.get("data", {}).values(), *output.get("traceback", [])]
    for text in texts:
        # The bytes of a picture or a sound may spell "/root" by chance.
        text = re.sub(r"[A-Za-z0-9+/=\n]{1000,}", "", str(text))
        for path in (str(ROOT), str(Path.home())):
            # A short home such as "/" occurs everywhere and gives nobody away.
            if len(path) > 3 and path in text:
                return path
        if match := PERSONAL_PATH.search(text):
            return match[0]
    return None


# ---------------------------------------------------------------------------------------------
# Executing
# ---------------------------------------------------------------------------------------------


def execute(path, after_cell=lambda: None):
    """Execute a notebook in a fresh kernel of this interpreter and store it.

    Args:
        path: of the notebook, which is also where its kernel runs.
        after_cell: called without arguments after each code cell.

    Returns:
        Seconds from the start of the kernel to the end of the last cell.

    Raises:
        NotebookError: a cell failed or printed a personal path; the file is as it was.
    """
    notebook = nbformat.read(path, as_version=4)
    start = time.perf_counter()
    started, ended = [], [start]  # code cells, seconds

    def note_end(**_):
        ended.append(time.perf_counter())
        after_cell()

    client = NotebookClient(
        notebook,
        # No kernelspec directory: what remains is the interpreter that runs this.
        km=AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[])),
        resources={"metadata": {"path": str(path.parent)}},
        timeout=CELL_TIMEOUT,
        record_timing=False,
        # It warns about sockets that only this computer can reach.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        on_cell_execute=lambda cell, **_: started.append(cell),
        on_cell_executed=note_end,
    )
    search_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    try:
        client.execute(env={**os.environ, "PYTHONPATH": search_path})
    except CellExecutionError as error:
        raise fault(path, started, f"{error.ename}: {error.evalue}") from error
    except CellTimeoutError as error:
        raise fault(path, started, f"not finished after {CELL_TIMEOUT} s") from error
    except DeadKernelError as error:
        raise fault(path, started, "the kernel died") from error
    for index, cell in enumerate(started, start=1):
        for output in cell.outputs:
            if found := personal_path(output):
                message = f"the output contains {found!r}; print a relative path or only the name"
                raise fault(path, started[:index], message)
    write_whole(path, nbformat.writes(normalise(notebook)) + "\n")
    if picture := readme_picture(notebook):
        write_whole(README_FIGURE, picture)
    return ended[-1] - start


def readme_picture(notebook):
    """Return the PNG that a cell with the tag "readme" has drawn, or None."""
    for cell in notebook.cells:
        if "readme" in cell.metadata.get("tags", ()):
            for output in cell.outputs:
                if picture := output.get("data", {}).get("image/png"):
                    return base64.b64decode(picture)
    return None


def fault(path, cells, message):
    """Return the error for the last of the code cells executed so far."""
    first_line = cells[-1].source.strip().split("\n")[0] if cells else ""
    return NotebookError(f"{path.name}, cell [{len(cells)}]: {message}\n    {first_line}")


# ---------------------------------------------------------------------------------------------
# The command
# ---------------------------------------------------------------------------------------------


def main(argv):
    """Execute notebooks one after the other and print a table of them.

    Args:
        argv: numbers of lessons, none for all; with "--solutions" the exercises' sources.

    Returns:
        The exit code: 1 if a number is unknown or a notebook failed.
    """
    parser = argparse.ArgumentParser(prog="python3 -m course_utils run", description=__doc__)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="lesson numbers; none: all")
    parser.add_argument(
        "--solutions",
        action="store_true",
        help="the sources of the exercises (notebooks/solutions) instead of the lessons",
    )
    parser.add_argument(
        "--normalise", action="store_true", help="execute nothing; store what is there as run does"
    )
    options = parser.parse_args(argv)
    try:
        paths = choose(NOTEBOOKS / "solutions" if options.solutions else NOTEBOOKS, options.numbers)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    if options.normalise:
        return normalise_stored(paths)
    console = Console(highlight=False, markup=False)
    table = Table("notebook")
    for heading in ("cells", "seconds", "kB"):
        table.add_column(heading, justify="right")
    failed = 0
    for path in paths:
        cells = sum(
            cell.cell_type == "code" and bool(cell.source.strip())
            for cell in nbformat.read(path, as_version=4).cells
        )
        try:
            with show_progress(console, path.stem, cells, "cells") as advance:
                seconds = f"{execute(path, advance):.1f}"
        except NotebookError as error:
            failed += 1
            seconds = "failed"
            print(error, file=sys.stderr)
        table.add_row(path.stem, str(cells), seconds, f"{path.stat().st_size / 1000:.0f}")
    console.print(table)
    return 1 if failed else 0


def normalise_stored(paths):
    """Bring notebooks to the form in which `run` stores them; return 1 if any was in another."""
    changed = 0
    for path in paths:
        before = path.read_bytes()
        write_whole(path, nbformat.writes(normalise(nbformat.read(path, as_version=4))) + "\n")
        if path.read_bytes() != before:
            changed = 1
            print(f"{path.relative_to(ROOT)}  now as run stores it")
    return changed


def choose(folder, numbers):
    """Return the notebooks of a folder with these numbers, in order.

    Args:
        folder: path that holds `NN_topic.ipynb`.
        numbers: such as ["01", "2"]; empty for all.

    Raises:
        LookupError: there is no such notebook; the message lists those there are.
    """
    notebooks = {path.name[:2]: path for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
    wanted = {number.zfill(2) for number in numbers} or set(notebooks)
    unknown = sorted(wanted - set(notebooks))
    if unknown or not notebooks:
        there = ", ".join(notebooks) or "no notebook"
        where = folder.relative_to(ROOT) if ROOT in folder.parents else folder
        missing = f"There is no {' and no '.join(unknown)}" if unknown else "Nothing to run"
        raise LookupError(f"{missing}: {where} holds {there}.")
    return [path for number, path in notebooks.items() if number in wanted]
