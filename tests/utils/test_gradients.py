"""Backpropagation through time: against numbers on paper, finite differences and TensorFlow."""

from course_utils.gradients import (
    backward,
    cross_entropy,
    forward,
    numerical_gradient,
    output_error,
    relative_difference,
)
from course_utils.training import keras, tf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sizes = st.integers(1, 5)


def make(seed, batch=3, time=4, features=2, units=4, outputs=3):
    rng = np.random.default_rng(seed)
    shapes = {
        "W_x": (features, units),
        "W_h": (units, units),
        "b_h": units,
        "W_o": (units, outputs),
        "b_o": outputs,
    }
    weights = {name: rng.normal(0, 0.7, shape) for name, shape in shapes.items()}
    x = rng.normal(size=(batch, time, features))
    return x, rng.integers(0, outputs, (batch, time)), rng.normal(size=(batch, units)), weights


def by_hand(x, y, h_0, weights):
    h, p = forward(x, weights, h_0)
    return backward(x, h, output_error(p, y), weights)[0]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), sizes, sizes, sizes, sizes, st.integers(2, 4))
def test_gradients_equal_finite_differences(seed, batch, time, features, units, outputs):
    x, y, h_0, weights = make(seed, batch, time, features, units, outputs)
    found = by_hand(x, y, h_0, weights)
    right = numerical_gradient(lambda w: cross_entropy(forward(x, w, h_0)[1], y), weights)
    for name in weights:
        np.testing.assert_allclose(found[name], right[name], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_equal_the_tape(seed):
    x, y, h_0, weights = make(seed, time=7)
    layer = keras.layers.SimpleRNN(4, return_sequences=True, dtype="float64")
    dense = keras.layers.Dense(3, dtype="float64")
    dense(layer(x))
    layer.set_weights([weights["W_x"], weights["W_h"], weights["b_h"]])
    dense.set_weights([weights["W_o"], weights["b_o"]])
    with tf.GradientTape() as tape:
        each = keras.losses.sparse_categorical_crossentropy(
            y, dense(layer(x, initial_state=h_0)), from_logits=True
        )
        loss = tf.reduce_mean(tf.reduce_sum(each, axis=1))
    by_tape = tape.gradient(loss, layer.trainable_variables + dense.trainable_variables)
    for ours, theirs in zip(by_hand(x, y, h_0, weights).values(), by_tape, strict=True):
        assert relative_difference(ours, theirs.numpy()) < 1e-10


def test_one_step_on_paper():
    one, W_o = np.ones((1, 1)), np.array([[1.0, 0.0]])
    weights = {"W_x": one, "W_h": one, "b_h": np.zeros(1), "W_o": W_o, "b_o": np.zeros(2)}
    h, p = forward(np.zeros((1, 1, 1)), weights, 0.5 * one)
    state = np.tanh(0.5)
    np.testing.assert_allclose(h.ravel(), [0.5, state])
    share = 1 / (1 + np.exp(-state))
    np.testing.assert_allclose(p.ravel(), [share, 1 - share])
    grads, da = backward(np.zeros((1, 1, 1)), h, output_error(p, np.array([[0]])), weights)
    np.testing.assert_allclose(grads["b_o"], [share - 1, 1 - share])
    np.testing.assert_allclose(da.item(), (share - 1) * (1 - state**2))
    np.testing.assert_allclose(grads["W_h"].item(), 0.5 * da.item())
    assert grads["W_x"].item() == 0


def test_the_last_steps_alone_give_the_truncated_gradient():
    x, y, h_0, weights = make(5, time=6)
    h, p = forward(x, weights, h_0)
    errors = output_error(p, y)
    errors[:, :-1] = 0
    _, da = backward(x, h, errors, weights)
    cut, cut_da = backward(x[:, -2:], h[:, -3:], errors[:, -2:], weights)
    np.testing.assert_allclose(cut_da, da[:, -2:])
    np.testing.assert_allclose(cut["W_h"], np.einsum("bti,btj->ij", h[:, -3:-1], da[:, -2:]))


def test_float32_stays_float32():
    x, y, h_0, weights = make(1)
    weights = {name: value.astype("float32") for name, value in weights.items()}
    h, p = forward(x.astype("float32"), weights, h_0)
    grads, da = backward(x.astype("float32"), h, output_error(p, y), weights)
    assert {array.dtype.name for array in [h, p, da, *grads.values()]} == {"float32"}


def test_relative_difference():
    assert relative_difference([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_difference([0.0], [0.0]) == 0
    assert relative_difference([0.0, 0.0], [3.0, 4.0]) == 1
    assert relative_difference([1.0], [-1.0]) == 2


def test_what_does_not_fit_is_refused():
    x, y, h_0, weights = make(0)
    h, p = forward(x, weights)
    with pytest.raises(ValueError, match=r"x must be \(batch, time, features\)"):
        forward(x[0], weights)
    with pytest.raises(ValueError, match="give one more, h_0 first"):
        backward(x, h[:, 1:], output_error(p, y), weights)
    with pytest.raises(ValueError, match="give W_x, W_h, b_h, W_o, b_o, in order"):
        forward(x, dict(reversed(weights.items())))
