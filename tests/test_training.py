"""Seeds, the progress line and the quiet start."""

import os
import subprocess
import sys

from course_utils.training import ProgressLine, set_seed

import keras
import numpy as np


def build():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse", jit_compile=False)
    return model


def test_a_seed_repeats_weights_and_numpy():
    set_seed(3)
    first = [*build().get_weights(), np.random.rand()]
    set_seed(3)
    second = [*build().get_weights(), np.random.rand()]
    set_seed(4)
    third = build().get_weights()
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0], third[0])


def test_what_remains_of_a_training_is_one_line(capsys):
    x = np.zeros((4, 2))
    build().fit(x, x[:, :1], epochs=3, verbose=0, callbacks=[ProgressLine("plain")])
    written = capsys.readouterr().out
    last = written.split("\r")[-1]
    assert last.startswith("plain  trained 3 epochs in ")
    assert last.endswith("s, final loss 0.0000\n")
    assert written.count("\n") == 1


def test_a_long_training_shows_where_it_is(capsys, monkeypatch):
    ticks = iter(range(100))
    monkeypatch.setattr("course_utils.training.time.perf_counter", lambda: next(ticks))
    x = np.zeros((4, 2))
    build().fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[ProgressLine()])
    assert capsys.readouterr().out.startswith("\repoch 1 of 2, loss 0.0000\repoch 2 of 2")


def test_tensorflow_starts_without_a_word():
    code = (
        "from course_utils.training import set_seed; import keras, numpy as np;"
        "m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]); m.compile(loss='mse');"
        "m.fit(np.zeros((4, 2)), np.zeros((4, 1)), verbose=0)"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_failing_import_is_not_hidden():
    code = (
        "from course_utils import training; import os\n"
        "with training._quiet_descriptor():\n"
        "    os.write(2, b'the reason'); raise ImportError('no')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "the reason" in done.stderr and "ImportError: no" in done.stderr


def test_rooms_without_tensorflow_do_not_load_it():
    rooms = "cells, claims, datasets, sequences, checks, plotting, diagrams"
    code = f"from course_utils import {rooms}; import sys; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
