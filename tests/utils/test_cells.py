"""The NumPy cells: numbers worked out by hand, and equality with Keras over random shapes."""

from course_utils.cells import gru_step, lstm_step, relu, rnn_step, run_rnn, sigmoid, softmax
from course_utils.training import set_seed

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def identity(z):
    return z


def test_rnn_step_by_hand():
    W_x = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 1.0]])
    W_h = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    b_h = np.array([0.0, 0.0, 1.0])
    h_1 = rnn_step(np.array([[1.0, 2.0]]), np.zeros((1, 3)), W_x, W_h, b_h, identity)
    np.testing.assert_array_equal(h_1, [[1.0, 2.0, 2.0]])
    h_2 = rnn_step(np.array([[1.0, 0.0]]), h_1, W_x, W_h, b_h, identity)
    np.testing.assert_array_equal(h_2, [[3.0, 1.0, 2.0]])


def test_the_default_activation_is_tanh():
    one = np.ones((1, 1))
    assert rnn_step(one, 0 * one, 0.5 * one, one, np.zeros(1)) == pytest.approx(np.tanh(0.5))


def test_run_rnn_counts_with_a_recurrent_weight_of_one():
    x = np.array([1.0, 0, 1, 1, 0, 1]).reshape(1, 6, 1)
    one = np.ones((1, 1))
    states = run_rnn(x, np.zeros((1, 1)), one, one, np.zeros(1), identity)
    np.testing.assert_array_equal(states[0, :, 0], [1, 1, 2, 3, 3, 4])


def test_run_rnn_starts_from_the_given_state():
    one = np.ones((1, 1))
    states = run_rnn(np.zeros((1, 2, 1)), 8 * one, one, 0.5 * one, np.zeros(1), identity)
    np.testing.assert_array_equal(states[0, :, 0], [4, 2])


def test_run_rnn_refuses_a_single_step():
    one = np.ones((1, 1))
    with pytest.raises(ValueError, match=r"batch, time, features.*\(1, 1\)"):
        run_rnn(one, one, one, one, np.zeros(1))


@settings(max_examples=15, deadline=None)
@given(batch=sizes, time=sizes, features=sizes, units=sizes, seed=seeds)
def test_run_rnn_equals_keras(batch, time, features, units, seed):
    set_seed(seed)
    layer = keras.layers.SimpleRNN(units, return_sequences=True, bias_initializer="glorot_normal")
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(batch, time, features)).astype("float32")
    h_0 = rng.normal(size=(batch, units)).astype("float32")
    expected = np.array(layer(x, initial_state=h_0))
    states = run_rnn(x, h_0, *layer.get_weights())
    assert states.dtype == np.float32
    np.testing.assert_allclose(states, expected, atol=1e-5)


def test_lstm_step_by_hand():
    # One unit, all sums written into the bias: input gate 1/4, forget gate 1/2, candidate 3/5,
    # output gate 3/4. The cell held 2: it keeps 1 and gains 0.15.
    b_h = np.array([-np.log(3), 0.0, np.log(2), np.log(3)])
    nothing = np.zeros((1, 4))
    h_t, c_t = lstm_step(
        np.ones((1, 1)), np.ones((1, 1)), np.full((1, 1), 2.0), *[nothing] * 2, b_h
    )
    np.testing.assert_allclose(c_t, [[1.15]])
    np.testing.assert_allclose(h_t, [[0.75 * np.tanh(1.15)]])


def test_lstm_step_sums_inputs_states_and_bias():
    zero = np.zeros((1, 1))
    x_t, h_prev = np.array([[2.0, 1.0]]), np.array([[3.0]])
    W_x, W_h = np.zeros((2, 4)), np.zeros((1, 4))
    b_h = np.array([50.0, -50.0, 0.25, 50.0])  # all comes in, nothing is kept, all is shown
    W_x[:, 2], W_h[:, 2] = [0.5, -0.25], 0.1
    h_t, c_t = lstm_step(x_t, h_prev, zero + 9, W_x, W_h, b_h)
    np.testing.assert_allclose(c_t, [[np.tanh(1.0 - 0.25 + 0.3 + 0.25)]])
    np.testing.assert_allclose(h_t, np.tanh(c_t))


@settings(max_examples=15, deadline=None)
@given(batch=sizes, time=sizes, features=sizes, units=sizes, seed=seeds)
def test_lstm_steps_equal_keras(batch, time, features, units, seed):
    set_seed(seed)
    layer = keras.layers.LSTM(units, return_state=True, bias_initializer="glorot_normal")
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(batch, time, features)).astype("float32")
    h, c = rng.normal(size=(2, batch, units)).astype("float32")
    _, *expected = layer(x, initial_state=[h, c])
    for t in range(time):
        h, c = lstm_step(x[:, t], h, c, *layer.get_weights())
    assert h.dtype == c.dtype == np.float32
    np.testing.assert_allclose([h, c], expected, atol=1e-5)


def test_gru_step_by_hand():
    # One unit, its gates in the biases: update gate 3/4, reset gate 1/2. The state was 2, and
    # W_h is 1 for the candidate: 1 is seen of the state, and a quarter of the candidate comes in.
    b_x, b_h = np.array([np.log(3), 0.0, 0.5]), np.zeros(3)
    x_t, h_prev = np.ones((1, 1)), np.full((1, 1), 2.0)
    W_x, W_h = np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0]])
    for reset_after in (True, False):
        h_t = gru_step(x_t, h_prev, W_x, W_h, b_x, b_h, reset_after)
        np.testing.assert_allclose(h_t, [[1.5 + 0.25 * np.tanh(1.5)]])


def test_gru_step_resets_the_second_bias_only_if_after():
    closed = np.array([-50.0, -50.0, 0.0])  # takes the candidate, sees nothing of the state
    nothing = np.zeros((1, 3))
    x_t, h_prev, b_h = np.ones((1, 1)), np.ones((1, 1)), np.array([0.0, 0.0, 1.0])
    after = gru_step(x_t, h_prev, nothing, nothing, closed, b_h)
    before = gru_step(x_t, h_prev, nothing, nothing, closed, b_h, reset_after=False)
    np.testing.assert_allclose([after, before], [[[0.0]], [[np.tanh(1)]]], atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(batch=sizes, time=sizes, features=sizes, units=sizes, seed=seeds, reset_after=st.booleans())
def test_gru_steps_equal_keras(batch, time, features, units, seed, reset_after):
    set_seed(seed)
    layer = keras.layers.GRU(units, reset_after=reset_after, bias_initializer="glorot_normal")
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(batch, time, features)).astype("float32")
    h = rng.normal(size=(batch, units)).astype("float32")
    expected = layer(x, initial_state=h)
    W_x, W_h, bias = layer.get_weights()
    for t in range(time):
        h = gru_step(x[:, t], h, W_x, W_h, *np.atleast_2d(bias), reset_after=reset_after)
    assert h.dtype == np.float32
    np.testing.assert_allclose(h, expected, atol=1e-5)


def test_activations_at_known_points():
    np.testing.assert_allclose(sigmoid(np.array([0.0, np.log(3)])), [0.5, 0.75])
    np.testing.assert_array_equal(relu(np.array([-2.0, 0.0, 3.0])), [0, 0, 3])
    np.testing.assert_allclose(
        softmax(np.log([[1.0, 3.0], [2.0, 2.0]])), [[0.25, 0.75], [0.5, 0.5]]
    )


def test_activations_do_not_overflow():
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(sigmoid(np.array([-1e4, 1e4])), [0, 1])
        np.testing.assert_allclose(softmax(np.array([1000.0, 1000.0])), [0.5, 0.5])
