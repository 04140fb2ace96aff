"""NumPy steps of the recurrent cells, each written out in a lesson before it is imported.

Row vectors, batch first: a batch of inputs x_t is (batch, features), a state (batch, units).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike


def sigmoid(z: ArrayLike) -> np.ndarray:
    """Return 1 / (1 + e^-z), elementwise.

    Args:
        z: array of any shape.

    Returns:
        Array of the shape and float type of `z`, values in [0, 1]. Written with tanh,
        sigmoid(z) = (1 + tanh(z/2)) / 2, so that no z overflows.
    """
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(z)))


def relu(z: ArrayLike) -> np.ndarray:
    """Return max(z, 0), elementwise, for an array of any shape."""
    return np.maximum(z, 0)


def softmax(z: np.ndarray) -> np.ndarray:
    """Return e^z / sum(e^z) over the last axis.

    Args:
        z: array (..., classes).

    Returns:
        Array of the same shape; the last axis sums to 1. The largest z of each row is
        subtracted first, which changes nothing but prevents overflow.
    """
    exponentials = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def rnn_step(
    x_t: np.ndarray,
    h_prev: np.ndarray,
    W_x: np.ndarray,
    W_h: np.ndarray,
    b_h: np.ndarray,
    activation: Callable = np.tanh,
) -> np.ndarray:
    """Return the next state of a simple recurrent layer (Elman 1990).

    h_t = activation(x_t @ W_x + h_prev @ W_h + b_h)

    Args:
        x_t: inputs of this step, (batch, features).
        h_prev: states after the step before, (batch, units).
        W_x: input weights, (features, units); Keras calls them `kernel`.
        W_h: recurrent weights, (units, units); Keras calls them `recurrent_kernel`.
        b_h: bias, (units,).
        activation: elementwise function.

    Returns:
        h_t, the states after this step, (batch, units).

    Raises:
        ValueError: from NumPy, when the shapes do not fit together.
    """
    return activation(x_t @ W_x + h_prev @ W_h + b_h)


def run_rnn(
    x: np.ndarray,
    h_0: np.ndarray,
    W_x: np.ndarray,
    W_h: np.ndarray,
    b_h: np.ndarray,
    activation: Callable = np.tanh,
) -> np.ndarray:
    """Return every state of a simple recurrent layer that reads a batch of sequences.

    Args:
        x: sequences, (batch, time, features).
        h_0: states before the first step, (batch, units).
        W_x, W_h, b_h, activation: as in `rnn_step`.

    Returns:
        The states h_1 ... h_T, (batch, time, units). The last one is `states[:, -1]`.

    Raises:
        ValueError: `x` has no time axis, or the shapes do not fit together.
    """
    if np.ndim(x) != 3:
        raise ValueError(f"x must be (batch, time, features), got shape {np.shape(x)}")
    states = np.empty((x.shape[0], x.shape[1], W_h.shape[0]), np.result_type(x, h_0, W_x, W_h, b_h))
    h_t = h_0
    for t in range(x.shape[1]):
        h_t = rnn_step(x[:, t], h_t, W_x, W_h, b_h, activation)
        states[:, t] = h_t
    return states


def lstm_step(
    x_t: np.ndarray,
    h_prev: np.ndarray,
    c_prev: np.ndarray,
    W_x: np.ndarray,
    W_h: np.ndarray,
    b_h: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the next state and cell state of an LSTM (Gers, Schmidhuber and Cummins 2000).

    i, f, o = sigmoid(...), g = tanh(...) of x_t @ W_x + h_prev @ W_h + b_h, one block each;
    c_t = f * c_prev + i * g and h_t = o * tanh(c_t)

    Args:
        x_t: inputs of this step, (batch, features).
        h_prev: states after the step before, (batch, units).
        c_prev: cell states after the step before, (batch, units).
        W_x: input weights, (features, 4 * units), the blocks in Keras's order: input gate,
            forget gate, candidate, output gate; Keras calls them `kernel`.
        W_h: recurrent weights, (units, 4 * units); Keras calls them `recurrent_kernel`.
        b_h: bias, (4 * units,).

    Returns:
        h_t, the states after this step, (batch, units).
        c_t, the cell states after this step, (batch, units).

    Raises:
        ValueError: from NumPy, when the shapes do not fit together.
    """
    i, f, g, o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c_t), c_t


def gru_step(
    x_t: np.ndarray,
    h_prev: np.ndarray,
    W_x: np.ndarray,
    W_h: np.ndarray,
    b_x: np.ndarray,
    b_h: np.ndarray | None = None,
    reset_after: bool = True,
) -> np.ndarray:
    """Return the next state of a GRU (Cho et al. 2014), h_t = z * h_prev + (1 - z) * candidate.

    z, r = sigmoid(...) of x_t @ W_x + b_x + h_prev @ W_h + b_h, one block each; the candidate is
    tanh(x_t @ W_x + b_x + r * (h_prev @ W_h + b_h)), or, with the reset before the product,
    tanh(x_t @ W_x + b_x + (r * h_prev) @ W_h + b_h).

    Args:
        x_t: inputs of this step, (batch, features).
        h_prev: states after the step before, (batch, units).
        W_x: input weights, (features, 3 * units), the blocks in Keras's order: update gate,
            reset gate, candidate; Keras calls them `kernel`.
        W_h: recurrent weights, (units, 3 * units); Keras calls them `recurrent_kernel`.
        b_x: bias beside the input, (3 * units,).
        b_h: bias beside the state, (3 * units,); zeros unless given. Keras's `bias` is the two of
            them, (2, 3 * units), with `reset_after`, and b_x alone without.
        reset_after: whether the reset gate acts after the product with W_h, as Keras and cuDNN
            have it, or before it, as Cho et al. have it.

    Returns:
        h_t, the states after this step, (batch, units).

    Raises:
        ValueError: from NumPy, when the shapes do not fit together.
    """
    b_h = np.zeros_like(b_x) if b_h is None else b_h
    x_z, x_r, x_g = np.split(x_t @ W_x + b_x, 3, axis=-1)
    h_z, h_r, h_g = np.split(h_prev @ W_h + b_h, 3, axis=-1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    if reset_after:
        candidate = np.tanh(x_g + r * h_g)
    else:
        W_g, b_g = np.split(W_h, 3, axis=-1)[2], np.split(b_h, 3)[2]
        candidate = np.tanh(x_g + (r * h_prev) @ W_g + b_g)
    return z * h_prev + (1 - z) * candidate
