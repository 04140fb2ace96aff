"""The authors' command: what is stored, what is left out, and what happens to a failing cell."""

import base64
import io

from course_tools import run
from course_utils.plotting import plot_curve

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image


def write(path, *sources):
    """Write a notebook of code cells and return its path."""
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


def stored_outputs(path):
    return [cell.outputs for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of notebooks that the command takes for the course's."""
    monkeypatch.setattr(run, "NOTEBOOKS", tmp_path)
    return tmp_path


# Normalising needs no kernel.


@pytest.mark.parametrize(
    "written, shown",
    [
        ("plain\ntext\n", "plain\ntext\n"),
        ("\r1 of 3\r2 of 3\r3 of 3\ndone", "3 of 3\ndone"),
        ("a long line\rshort", "shortg line"),
        ("a long line\rshort      \n", "short\n"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("first\nsecond\rthird!\n", "first\nthird!\n"),
    ],
)
def test_carriage_returns_overwrite_as_on_a_terminal(written, shown):
    assert run.on_terminal(written) == shown


def test_streams_are_merged_until_another_output_comes():
    outputs = [
        new_output("stream", name="stdout", text="one\n"),
        new_output("stream", name="stdout", text="tw"),
        new_output("stream", name="stdout", text="o\n"),
        new_output("stream", name="stderr", text="oh\n"),
        new_output("display_data", data={"text/plain": "picture"}),
        new_output("stream", name="stdout", text="three\n"),
    ]
    merged = run.normal_outputs(outputs)
    assert [output.get("text") for output in merged] == ["one\ntwo\n", "oh\n", None, "three\n"]


def test_a_progress_line_sent_in_pieces_is_reduced():
    pieces = [new_output("stream", name="stdout", text=f"\repoch {n} of 2") for n in (1, 2)]
    assert run.normal_outputs(pieces)[0].text == "epoch 2 of 2"


def test_of_a_widget_only_what_stands_in_for_it_remains():
    view = {run.WIDGET_VIEW: {"model_id": "1f3c"}}
    outputs = [
        new_output(
            "display_data", data={**view, "image/svg+xml": "<svg/>", "text/plain": "sliders"}
        ),
        new_output("display_data", data=view),
    ]
    assert [output.data for output in run.normal_outputs(outputs)] == [
        {"image/svg+xml": "<svg/>", "text/plain": "sliders"}
    ]


def test_of_an_images_metadata_only_its_size_remains():
    output = new_output(
        "display_data",
        data={"image/jpeg": "/9j/"},
        metadata={"image/jpeg": {"width": 300, "made": "today"}, "editor": {"x": 1}},
    )
    assert run.normal_outputs([output])[0].metadata == {"image/jpeg": {"width": 300}}


def test_a_picture_keeps_its_look_and_loses_bytes():
    def pixels(picture):
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"), int)

    values = np.random.default_rng(0).normal(size=(3, 40)).cumsum(axis=1)
    file = io.BytesIO()
    plot_curve(dict(zip("abc", values, strict=True))).figure.savefig(file, dpi=150)
    before = base64.b64encode(file.getvalue()).decode()

    output = new_output("display_data", data={"image/png": before})
    after = run.normal_outputs([output])[0].data["image/png"]
    assert len(after) < len(before) / 2
    assert np.abs(pixels(after) - pixels(before)).mean() < 0.5
    assert run.with_palette(after) == after


def test_metadata_that_varies_is_left_out():
    cell = new_code_cell(
        "1",
        metadata={
            "execution": {"iopub.execute_input": "2025-01-01"},
            "collapsed": False,
            "tags": ["keep"],
            "nbgrader": {"grade_id": "ex-01a"},
        },
    )
    notebook = new_notebook(
        cells=[cell],
        metadata={
            "widgets": {"state": {}},
            "language_info": {"name": "python", "version": "3.11.7"},
        },
    )
    run.normalise(notebook)
    assert cell.metadata == {"tags": ["keep"], "nbgrader": {"grade_id": "ex-01a"}}
    assert notebook.metadata == run.NOTEBOOK_METADATA
    assert "version" not in notebook.metadata.language_info


def test_cell_ids_depend_on_the_source_alone_and_are_unique():
    def ids():
        cells = [
            new_code_cell("x = 1"),
            new_markdown_cell("x = 1"),
            new_code_cell("x = 1"),
            new_code_cell("x = 2", metadata={"nbgrader": {"grade_id": "ex-01a"}}),
        ]
        return [cell.id for cell in run.normalise(new_notebook(cells=cells)).cells]

    assert ids() == ids()
    assert len(set(ids())) == 4
    assert ids()[2] == ids()[0] + "-2"
    assert ids()[3] == "ex-01a"


def test_normalising_twice_changes_nothing():
    outputs = [new_output("stream", text="a\rb\n")]
    cells = [new_code_cell("x = 1", outputs=outputs) for _ in range(2)]
    once = nbformat.writes(run.normalise(new_notebook(cells=cells)))
    assert nbformat.writes(run.normalise(nbformat.reads(once, as_version=4))) == once


@pytest.mark.parametrize(
    "text, found",
    [
        ("saved in /home/ada/course", "/home/ada"),
        ("saved in /Users/ada/course", "/Users/ada"),
        (r"saved in C:\Users\ada\course", r"C:\Users\ada"),
        ("File /tmp/ipykernel_312/77.py", "ipykernel_312"),
        (f"in {run.ROOT}/notebooks", str(run.ROOT)),
        ("the home of the state, users of /data", None),
    ],
)
def test_personal_paths_are_found(text, found):
    assert run.personal_path(new_output("stream", text=text)) == found
    assert run.personal_path(new_output("display_data", data={"text/html": text})) == found


def test_the_bytes_of_a_picture_are_no_path(monkeypatch):
    monkeypatch.setattr(run.Path, "home", lambda: run.Path("/root"))
    picture = "iVBORw0KGgo" + "A" * 2000 + "/root" + "B" * 2000 + "=="
    sound = f'<audio src="data:audio/wav;base64,{picture}">'
    for data in ({"image/png": picture}, {"text/html": sound}):
        assert run.personal_path(new_output("display_data", data=data)) is None
    assert run.personal_path(new_output("stream", text=f"{picture} /root/x")) == "/root"


# Choosing.


def test_numbers_choose_in_order(folder):
    paths = [write(folder / f"0{number}_x.ipynb") for number in range(3)]
    write(folder / "draft.ipynb")
    assert run.choose(folder, []) == paths
    assert run.choose(folder, ["2", "00"]) == [paths[0], paths[2]]


def test_an_unknown_number_is_refused_with_what_there_is(folder, capsys):
    write(folder / "00_x.ipynb")
    write(folder / "01_x.ipynb")
    assert run.main(["01", "31"]) == 1
    assert "There is no 31" in (message := capsys.readouterr().err)
    assert "00, 01" in message


def test_an_empty_folder_is_refused(folder, capsys):
    assert run.main([]) == 1
    assert "no notebook" in capsys.readouterr().err


def test_solutions_are_looked_for_in_their_folder(folder, capsys):
    write(folder / "01_x.ipynb")
    assert run.main(["--solutions", "01"]) == 1
    assert "no 01" in capsys.readouterr().err


# Executing.


@pytest.mark.slow
def test_what_is_stored_is_the_same_in_every_run(folder):
    path = write(
        folder / "01_x.ipynb",
        "import os, sys\nprint(os.path.basename(os.getcwd()), os.environ['TF_CPP_MIN_LOG_LEVEL'])",
        "for n in range(3):\n    print(f'\\r{n} of 2', end='', flush=True)",
        "from course_utils import cells\n(sys.executable == " + repr(run.sys.executable) + ")",
    )
    assert run.main([]) == 0
    once = path.read_bytes()
    assert run.main([]) == 0
    assert path.read_bytes() == once

    first, second, third = stored_outputs(path)
    assert first[0].text == f"{folder.name} 3\n"
    assert second[0].text == "2 of 2"
    assert third[0].data["text/plain"] == "True"
    counts = [cell.execution_count for cell in nbformat.read(path, as_version=4).cells]
    assert counts == [1, 2, 3]


@pytest.mark.slow
def test_a_failing_cell_is_named_and_nothing_is_stored(folder, capsys):
    failing = write(folder / "01_fails.ipynb", "x = 1", "", "y = x +\\\n    unknown\nx")
    personal = write(folder / "02_personal.ipynb", "print('/home/' + 'ada/course')")
    following = write(folder / "03_follows.ipynb", "print('still run')")
    before = failing.read_bytes(), personal.read_bytes()

    assert run.main([]) == 1

    captured = capsys.readouterr()
    assert "01_fails.ipynb, cell [2]: NameError: name 'unknown' is not defined" in captured.err
    assert "    y = x +\\\n" in captured.err
    assert "02_personal.ipynb, cell [1]: the output contains '/home/ada'" in captured.err
    assert captured.out.count("failed") == 2
    assert (failing.read_bytes(), personal.read_bytes()) == before
    assert stored_outputs(following)[0][0].text == "still run\n"
    assert sorted(path.name for path in folder.iterdir()) == [
        "01_fails.ipynb",
        "02_personal.ipynb",
        "03_follows.ipynb",
    ]


@pytest.mark.slow
def test_a_kernel_that_dies_and_a_cell_without_end_are_named(folder, capsys, monkeypatch):
    monkeypatch.setattr(run, "CELL_TIMEOUT", 5)
    write(folder / "01_dies.ipynb", "import os\nos._exit(1)")
    write(folder / "02_endless.ipynb", "while True:\n    pass")
    assert run.main([]) == 1
    message = capsys.readouterr().err
    assert "01_dies.ipynb, cell [1]: the kernel died" in message
    assert "02_endless.ipynb, cell [1]: not finished after 5 s" in message
