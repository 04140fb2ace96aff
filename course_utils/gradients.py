"""Backpropagation through time in NumPy, as lesson 08 derives it, and the check of a gradient.

The network is a tanh layer with a softmax on top; its weights are a dict

    W_x (features, units), W_h (units, units), b_h (units,), W_o (units, outputs), b_o (outputs,)

in this order. States have one place more than there are steps: `h[:, 0]` is h_0 and `h[:, t]` is
h_t, while the input x_t is `x[:, t - 1]`. A gradient has the shape of what it belongs to. The
numbers in parentheses are those of the lesson's equations.
"""

from collections.abc import Callable

from course_utils.cells import rnn_step, softmax

import numpy as np
from numpy.typing import ArrayLike


def forward(
    x: np.ndarray, weights: dict[str, np.ndarray], h_0: float | np.ndarray = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return all states and the probabilities of every step, equations (1) to (4).

    Args:
        x: sequences, (batch, time, features).
        weights: dict of arrays as in the module's description.
        h_0: states before the first step, (batch, units) or a number.

    Returns:
        Pair of the states, h_0 first, (batch, time + 1, units), and the probabilities,
        (batch, time, outputs).

    Raises:
        ValueError: `x` has no time axis, or the shapes do not fit together.
    """
    if np.ndim(x) != 3:
        raise ValueError(f"x must be (batch, time, features), got shape {np.shape(x)}")
    W_x, W_h, b_h, W_o, b_o = _unpack(weights)
    h = np.empty((x.shape[0], x.shape[1] + 1, len(b_h)), np.result_type(x, W_h))
    h[:, 0] = h_0
    for t in range(1, h.shape[1]):
        h[:, t] = rnn_step(x[:, t - 1], h[:, t - 1], W_x, W_h, b_h)  # (1), (2)
    return h, softmax(h[:, 1:] @ W_o + b_o)  # (3), (4)


def cross_entropy(p: np.ndarray, y: np.ndarray) -> float:
    """Return the loss: mean over the batch, sum over the steps, equation (5).

    Args:
        p: probabilities, (batch, time, outputs).
        y: number of the right class of every step, integers (batch, time).
    """
    right = np.take_along_axis(p, y[..., None], axis=-1)
    return -np.log(right).sum() / len(p)


def output_error(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the gradient of `cross_entropy` with respect to the outputs, equation (6).

    Args:
        p: probabilities, (batch, time, outputs).
        y: number of the right class of every step, integers (batch, time).

    Returns:
        do, the gradient with respect to what the softmax received, (batch, time, outputs).
        Set it to zero where a step has no loss.
    """
    return (p - np.eye(p.shape[-1], dtype=p.dtype)[y]) / len(p)


def backward(
    x: np.ndarray, h: np.ndarray, do: np.ndarray, weights: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the gradients of all weights by backpropagation through time (Werbos 1990).

    Equations (7) to (13). Called with the last k steps of everything (of `h` the last k + 1),
    it walks back k steps only: truncated backpropagation.

    Args:
        x: sequences, (batch, time, features).
        h: states, h_0 first, (batch, time + 1, units), as `forward` returns them.
        do: gradient with respect to the outputs, (batch, time, outputs).
        weights: dict of arrays as in the module's description.

    Returns:
        Pair of the gradients, a dict like `weights`, and da, the gradient with respect to the
        sums before the tanh, (batch, time, units).

    Raises:
        ValueError: `h` does not have one step more than `x`, or the shapes do not fit together.
    """
    W_x, W_h, b_h, W_o, b_o = _unpack(weights)
    if h.shape[1] != x.shape[1] + 1:
        raise ValueError(
            f"h has {h.shape[1]} steps for {x.shape[1]} inputs; give one more, h_0 first"
        )
    grads = {name: np.zeros_like(value) for name, value in weights.items()}
    da = np.zeros_like(h[:, 1:])
    from_future = 0.0
    for t in range(x.shape[1], 0, -1):
        do_t = do[:, t - 1]
        grads["W_o"] += h[:, t].T @ do_t  # (7)
        grads["b_o"] += do_t.sum(axis=0)  # (8)
        dh_t = do_t @ W_o.T + from_future  # (9)
        da_t = dh_t * (1 - h[:, t] ** 2)  # (10)
        grads["W_x"] += x[:, t - 1].T @ da_t  # (11)
        grads["W_h"] += h[:, t - 1].T @ da_t  # (12)
        grads["b_h"] += da_t.sum(axis=0)  # (13)
        from_future = da_t @ W_h.T
        da[:, t - 1] = da_t
    return grads, da


def numerical_gradient(
    loss: Callable, weights: dict[str, np.ndarray], step: float = 1e-5
) -> dict[str, np.ndarray]:
    """Return the gradient of any loss by central differences: two calls for each number.

    Args:
        loss: function of a dict like `weights`; returns a number.
        weights: dict of float arrays; use float64, in float32 rounding hides the slope.
        step: how far each entry is nudged up and down.

    Returns:
        Dict of arrays like `weights`.
    """
    result = {}
    for name, value in weights.items():
        result[name] = np.zeros_like(value)
        for place in np.ndindex(value.shape):
            losses = []
            for nudge in (+step, -step):
                nudged = value.copy()
                nudged[place] += nudge
                losses.append(loss(weights | {name: nudged}))
            result[name][place] = (losses[0] - losses[1]) / (2 * step)
    return result


def relative_difference(a: ArrayLike, b: ArrayLike) -> float:
    """Return the length of a - b divided by the length of the longer one; 0 if both are zero.

    Args:
        a, b: arrays of one shape.
    """
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    return float(np.linalg.norm(np.subtract(a, b)) / max(*lengths, np.finfo(float).tiny))


def _unpack(weights):
    names = ("W_x", "W_h", "b_h", "W_o", "b_o")
    if tuple(weights) != names:
        raise ValueError(f"weights has {', '.join(weights)}; give {', '.join(names)}, in order")
    return weights.values()
