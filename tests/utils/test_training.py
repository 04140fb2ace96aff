"""Seeds, the progress line and the quiet start."""

import os
import subprocess
import sys

from course_utils.cells import lstm_step, sigmoid
from course_utils.training import ProgressLine, read_gates, set_seed

import keras
import numpy as np
import pytest


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


@pytest.mark.slow
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


@pytest.mark.slow
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


# -- gates -------------------------------------------------------------------------------------

KINDS = ["LSTM", "GRU"]
OPTIONS = [
    {},
    {"use_bias": False},
    {"activation": "relu", "recurrent_activation": "hard_sigmoid"},
    {"activation": None},
    {"go_backwards": True},
    {"unroll": True},
    {"implementation": 1},
    {"dropout": 0.5, "recurrent_dropout": 0.5},
]
LAYERS = [("LSTM", options) for options in OPTIONS]
LAYERS += [("GRU", o | {"reset_after": after}) for o in OPTIONS for after in (True, False)]


def make_gated(kind, features=3, units=4, **options):
    """Return a built layer that gives back every state, with no weight at zero."""
    set_seed(1)
    defaults = dict(bias_initializer="random_normal", return_sequences=True, return_state=True)
    layer = getattr(keras.layers, kind)(units, **defaults | options)
    layer.build((2, 6, features))
    return layer


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def draw_states(kind, batch=2, units=4):
    return [*draw(2 if kind == "LSTM" else 1, batch, units, seed=9)]


def assert_equal(gates, outputs):
    """Compare what was read with what the layer returned: all states, then the last ones."""
    states, *last = outputs
    np.testing.assert_allclose(gates["state"], states, atol=1e-5)
    for name, values in zip(["state", "cell"], last, strict=False):
        np.testing.assert_allclose(gates[name][:, -1], values, atol=1e-5)


@pytest.mark.parametrize("kind, options", LAYERS)
def test_gates_lead_to_what_the_layer_returns(kind, options):
    layer, x = make_gated(kind, **options), draw(2, 6, 3)
    assert_equal(read_gates(layer, x), layer(x))
    start = draw_states(kind)
    gates = read_gates(layer, x, initial_state=start)
    assert_equal(gates, layer(x, initial_state=start))
    for values in gates.values():
        assert values.shape == (2, 6, 4) and values.dtype == np.float32

    before = dict(zip(["state", "cell"], start, strict=False))
    before = {
        name: np.concatenate([first[:, None], gates[name][:, :-1]], axis=1)
        for name, first in before.items()
    }
    if kind == "LSTM":
        cell = gates["forget"] * before["cell"] + gates["input"] * gates["candidate"]
        np.testing.assert_allclose(gates["cell"], cell, atol=1e-5)
        shown = gates["output"] * np.asarray(layer.activation(cell))
        np.testing.assert_allclose(gates["state"], shown, atol=1e-5)
    else:
        z = gates["update"]
        state = z * before["state"] + (1 - z) * gates["candidate"]
        np.testing.assert_allclose(gates["state"], state, atol=1e-5)


def test_gates_of_an_lstm_stand_under_their_names():
    layer = make_gated("LSTM")
    assert list(read_gates(layer, draw(2, 1, 3))) == [
        "input", "forget", "candidate", "output", "cell", "state",
    ]  # fmt: skip
    x, (h, c) = draw(2, 6, 3), draw_states("LSTM")
    gates = read_gates(layer, x, [h, c])
    W_x, W_h, b_h = layer.get_weights()
    for t in range(6):
        z = np.split(x[:, t] @ W_x + h @ W_h + b_h, 4, axis=1)
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
        by_hand = [sigmoid(z[0]), sigmoid(z[1]), np.tanh(z[2]), sigmoid(z[3]), c, h]
        for name, values in zip(gates, by_hand, strict=True):
            np.testing.assert_allclose(gates[name][:, t], values, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("after", [True, False])
def test_gates_of_a_gru_stand_under_their_names(after):
    layer = make_gated("GRU", reset_after=after)
    x, (h,) = draw(2, 6, 3), draw_states("GRU")
    gates = read_gates(layer, x, h)
    assert list(gates) == ["update", "reset", "candidate", "state"]
    W_x, W_h, b = layer.get_weights()
    b_x, b_h = b if after else (b, 0 * b)
    for t in range(6):
        x_z, x_r, x_g = np.split(x[:, t] @ W_x + b_x, 3, axis=1)
        h_z, h_r, h_g = np.split(h @ W_h + b_h, 3, axis=1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        g = np.tanh(x_g + (r * h_g if after else (r * h) @ W_h[:, 8:]))
        h = z * h + (1 - z) * g
        for name, values in zip(gates, [z, r, g, h], strict=True):
            np.testing.assert_allclose(gates[name][:, t], values, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"go_backwards": True}])
def test_a_masked_step_moves_nothing_and_has_no_gates(kind, options):
    layer, x = make_gated(kind, **options), draw(3, 6, 3)
    mask = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [0, 1, 0, 1, 1, 0]], bool)
    gates = read_gates(layer, x, mask=mask)
    assert_equal(gates, layer(x, mask=mask))
    read = mask[:, ::-1] if options else mask
    for name in set(gates) - {"cell", "state"}:
        np.testing.assert_array_equal(np.isnan(gates[name]), np.repeat(~read[..., None], 4, 2))
        assert gates[name].dtype == np.float32
    assert not np.isnan(gates["state"]).any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_mask_of_an_embedding_counts(kind):
    layer = make_gated(kind)
    model = keras.Sequential([keras.layers.Embedding(9, 3, mask_zero=True), layer])
    tokens = np.array([[4, 2, 7, 0, 0, 0], [1, 2, 3, 4, 5, 6]])
    gates = read_gates(model.layers[1], model.layers[0](tokens))
    assert_equal(gates, layer(model.layers[0](tokens)))
    assert np.isnan(gates["candidate"][0, 3:]).all() and not np.isnan(gates["candidate"][1]).any()


@pytest.mark.parametrize("kind", KINDS)
def test_both_directions_of_a_bidirectional_layer_can_be_read(kind):
    layer = keras.layers.Bidirectional(make_gated(kind))
    x = draw(2, 6, 3)
    both = np.asarray(layer(x)[0])
    np.testing.assert_allclose(
        read_gates(layer.forward_layer, x)["state"], both[..., :4], atol=1e-5
    )
    backward = read_gates(layer.backward_layer, x)["state"][:, ::-1]
    np.testing.assert_allclose(backward, both[..., 4:], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stateful_layer_is_read_from_where_it_stands_and_left_there(kind):
    layer, x = make_gated(kind, stateful=True), draw(2, 6, 3)
    first = read_gates(layer, x)
    assert_equal(first, layer(x))
    second = read_gates(layer, x)
    np.testing.assert_array_equal(read_gates(layer, x)["state"], second["state"])
    assert_equal(second, layer(x))
    assert not np.allclose(first["state"], second["state"])


def test_reading_follows_a_training():
    model = keras.Sequential([keras.Input((6, 3)), make_gated("LSTM", return_state=False)])
    model.compile(loss="mse", jit_compile=False)
    x = draw(2, 6, 3)
    before = read_gates(model.layers[0], x)
    model.fit(x, np.ones((2, 6, 4)), epochs=2, verbose=0)
    after = read_gates(model.layers[0], x)
    np.testing.assert_allclose(after["state"], model(x), atol=1e-5)
    assert not np.allclose(before["forget"], after["forget"])


@pytest.mark.parametrize("kind", KINDS)
def test_gates_in_double_precision(kind):
    layer, x = make_gated(kind, dtype="float64"), draw(2, 6, 3)
    gates = read_gates(layer, x)
    assert {values.dtype for values in gates.values()} == {np.dtype("float64")}
    np.testing.assert_allclose(gates["state"], layer(x)[0], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    "make, remedy",
    [
        (lambda: keras.layers.SimpleRNN(2), "SimpleRNN: it has no gates"),
        (lambda: keras.layers.Bidirectional(keras.layers.LSTM(2)), r"\.forward_layer"),
        (lambda: keras.layers.LSTMCell(2), "give the LSTM or GRU layer"),
        (lambda: keras.layers.GRUCell(2), "give the LSTM or GRU layer"),
        (lambda: keras.layers.RNN(keras.layers.LSTMCell(2)), "RNN: give a keras.layers.LSTM"),
        (lambda: keras.Sequential([keras.layers.LSTM(2)]), "one of its layers"),
        (lambda: keras.layers.LSTM, "a LSTM: give a layer, not its class"),
        (lambda: np.zeros(2), "ndarray: give a keras.layers.LSTM"),
    ],
)
def test_other_layers_are_refused(make, remedy):
    with pytest.raises(TypeError, match=remedy):
        read_gates(make(), draw(2, 6, 3))


def test_a_layer_without_weights_is_refused():
    with pytest.raises(ValueError, match="no weights yet; call it on a batch"):
        read_gates(keras.layers.LSTM(4), draw(2, 6, 3))


@pytest.mark.parametrize("shape", [(6, 3), (2, 6), (2, 6, 5), (2, 0, 3), (2, 6, 3, 1)])
def test_inputs_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match=r"\(batch, time, 3\), got \(.*the layer before it"):
        read_gates(make_gated("LSTM"), draw(*shape))


def test_masks_and_states_that_do_not_fit_are_refused():
    x, h = draw(2, 6, 3), draw(2, 4)
    with pytest.raises(ValueError, match=r"mask must be \(batch, time\), \(2, 6\), got \(6,\)"):
        read_gates(make_gated("LSTM"), x, mask=np.ones(6))
    with pytest.raises(ValueError, match=r"\[h_0, c_0\] .*\(2, 4\), \(2, 4\)\], got \[\(2, 4\)\]"):
        read_gates(make_gated("LSTM"), x, initial_state=h)
    with pytest.raises(ValueError, match=r"must be h_0 .*\[\(2, 4\)\], got \[\(2, 4\), \(2, 4\)\]"):
        read_gates(make_gated("GRU"), x, initial_state=[h, h])
    with pytest.raises(ValueError, match=r"got \[\(2, 5\)\]"):
        read_gates(make_gated("GRU"), x, initial_state=draw(2, 5))
