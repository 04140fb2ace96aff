"""Honest notebooks in odd shapes, and files that are no notebooks, beside those of `hostile`."""

import json
import os

import nbformat
from hostile import (
    ALL,
    HOSTILE,
    NAMES,
    NONE,
    SOLVED,
    Case,
    as_bytes,
    file,
    notebook,
    read,
    solutions,
)

# -- honest, in odd shapes -----------------------------------------------------------------------

HOSTILE["honest"] = Case(as_bytes(notebook(SOLVED)), "graded", ALL)
HOSTILE["honest half"] = Case(
    as_bytes(notebook({k: SOLVED[k] for k in ("02a", "02c")})), "graded", (2, 0, 2, 0)
)
HOSTILE["untouched"] = Case(as_bytes(notebook()), "not written")
KERAS = """
def run_weekly(x, h_0, W_x, W_h, b_h):
    import keras
    x, h_0, W_x, W_h, b_h = (1.0 * array for array in (x, h_0, W_x, W_h, b_h))
    cells = [keras.layers.SimpleRNNCell(h_0.shape[1], dtype=str(x.dtype)) for _ in b_h]
    for cell, *weights in zip(cells, W_x, W_h, b_h):
        cell.build((None, x.shape[2]))
        cell.set_weights(weights)
    h, states = keras.ops.convert_to_tensor(h_0), []
    for t in range(x.shape[1]):
        h, _ = cells[t % len(cells)](x[:, t], [h])
        states.append(h)
    return keras.ops.stack(states, axis=1)
"""
TENSORS = """
def build_matrix(W_x, W_h, time):
    import tensorflow as tf
    W_x, W_h = 1.0 * W_x, 1.0 * W_h
    with tf.GradientTape() as tape:
        W = tf.Variable(W_x)
        y = tf.reduce_sum(W * W) / 2
    block, blocks = tape.gradient(y, W), []                      # the gradient is W_x itself
    for _ in range(time):
        blocks.append(block)
        block = block @ W_h
    zero = tf.zeros_like(block)
    rows = [[blocks[j - i] if j >= i else zero for j in range(time)] for i in range(time)]
    return tf.concat([tf.concat(row, axis=1) for row in rows], axis=0)
"""
HOSTILE["keras as an answer"] = Case(
    as_bytes(notebook(SOLVED | {"02a": KERAS, "02d": TENSORS})), "graded", ALL
)
turned = notebook(SOLVED)
turned.cells.reverse()
HOSTILE["cells in reverse"] = Case(as_bytes(turned), "graded", ALL)
HOSTILE["cells twice"] = Case(
    as_bytes({**read("exercises"), "cells": notebook(SOLVED).cells * 2}), "graded", ALL
)
below = notebook(SOLVED)
below.cells += [nbformat.v4.new_code_cell(source) for source in solutions("exercises").values()]
HOSTILE["stubs below the answers"] = Case(as_bytes(below), "graded", ALL)
WRONG = SOLVED["02a"].partition("    ### BEGIN")[0] + "\n    return 0 * x @ W_x[0]"
HOSTILE["a wrong answer in the place of a right one"] = Case(
    as_bytes(notebook(SOLVED | {"02a": WRONG}, first=SOLVED["02a"])), "graded", (0, 2, 2, 2)
)
bare = notebook(SOLVED)
bare.metadata, bare.cells = {}, [c for c in bare.cells if "check(" not in c.source]
for number, cell in enumerate(bare.cells):
    cell.metadata, cell.id = {}, f"x{number}"
HOSTILE["no checks and no metadata"] = Case(as_bytes(bare), "graded", ALL)
other = notebook(SOLVED | {"02a": SOLVED["02a"].replace("run_weekly", "weekly_run")})
for cell in other.cells:
    cell.source = cell.source.replace("run_weekly", "weekly_run")
HOSTILE["a function renamed"] = Case(as_bytes(other), "graded", ALL)
HOSTILE["syntax errors"] = Case(
    as_bytes(notebook(SOLVED | {"02a": "def run_weekly(:\n"}, "((((", "%nosuchmagic\n%%nor this")),
    "graded",
    (0, 2, 2, 2),
)
one_line = {id: f"def {name}(:\n" for id, name in NAMES.items()}
HOSTILE["nothing but syntax errors"] = Case(
    as_bytes(notebook(one_line)), "graded", NONE, "SyntaxError"
)
HOSTILE["another function given to the check"] = Case(
    as_bytes(
        notebook(
            {k: SOLVED[k] for k in ("02b", "02c", "02d")},
            last=SOLVED["02a"].replace("def run_weekly", "def mine")
            + "\nfrom course_utils.checks import check\ncheck('02a', mine)",
        )
    ),
    "graded",
    ALL,
)
HOSTILE["a name used again"] = Case(
    as_bytes(notebook(SOLVED, last="run_weekly = np.zeros(3)")), "graded", ALL
)
HOSTILE["a file of its own"] = Case(
    as_bytes(
        notebook(
            SOLVED | {"02a": "from helper import run_weekly"},
            first="%%writefile helper.py\nfrom course_utils.cells import rnn_step\n"
            "import numpy as np\n" + SOLVED["02a"],
        )
    ),
    "graded",
    ALL,
)
HOSTILE["magics"] = Case(
    as_bytes(notebook(SOLVED, "%matplotlib inline\n%load_ext autoreload\n!pip list", "%%time\n1")),
    "graded",
    ALL,
)
HOSTILE["await"] = Case(
    as_bytes(notebook(SOLVED, "import asyncio\nawait asyncio.sleep(0.01)")), "graded", ALL
)

# -- files ---------------------------------------------------------------------------------------

text = as_bytes(notebook(SOLVED)).decode()
file("an empty file", b"", says="the file is empty")
file("a web page", b"<!DOCTYPE html><title>02_unrolling</title>", says="web page")
file("half a notebook", text[: len(text) // 2].encode(), says="not JSON")
file("a list", b"[1, 2, 3]", says="no notebook")
file("other JSON", b'{"cells": {"a": 1}}', says="no cells")
file("nested JSON", b'{"cells": ' + b"[" * 10**6, says="not JSON")
file("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, says="no text")
file("zeros", bytes(10_000), says="")
file(
    "odd cells",
    json.dumps({"cells": [1, None, {"source": 7}, {"metadata": []}]}).encode(),
    state="not written",
)
file("UTF-16", text.encode("utf-16"), "graded", ALL)
file("a byte order mark", text.encode("utf-8-sig"), "graded", ALL)
windows = json.dumps(notebook(SOLVED), indent=1).replace("\\n", "\\r\\n").replace("\n", "\r\n")
file("Windows", windows.encode(), "graded", ALL)
file(
    "Latin 1",
    json.dumps(notebook(SOLVED, "name = 'Zoë'"), ensure_ascii=False).encode("latin-1", "replace"),
    "graded",
    ALL,
)
old = notebook(SOLVED)
sheets = [
    {
        "cells": [
            {"cell_type": c.cell_type, "input": c.source.splitlines(True)}
            if c.cell_type == "code"
            else dict(c)
            for c in old.cells
        ]
    }
]
file(
    "Jupyter of 2013",
    json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}).encode(),
    "graded",
    ALL,
)


def write_large(path):
    """Write a notebook of 100 MB, most of it output."""
    large = notebook(SOLVED)
    output = nbformat.v4.new_output("stream", text="A" * 100_000_000)
    next(cell for cell in large.cells if cell.cell_type == "code").outputs.append(output)
    path.write_bytes(as_bytes(large))


def write_huge(path):
    """Write a file of 300 MB that takes no room on the disk."""
    with open(path, "wb") as file:
        file.truncate(300_000_000)


def write_link(path):
    """Hand in a link to somebody else's notebook."""
    path.symlink_to("../honest/02_unrolling.ipynb")


def write_pipe(path):
    """Hand in a named pipe, which never ends."""
    os.mkfifo(path)


file("a notebook of 100 MB", write_large, "graded", ALL)
file("a file of 300 MB", write_huge, says="larger than")
file("a link", write_link, says="links are not followed")
file("a pipe", write_pipe, says="")
file(
    "ten thousand cells",
    json.dumps({"cells": [{"cell_type": "code", "source": "1"}] * 10_000}).encode(),
    says="too many",
)
