"""Help around Keras: a quiet start, seeds, one line of progress, and the gates of trained layers.

Import it before Keras or TensorFlow: the first import of these two is what has to be quiet.
"""

import contextlib
import os
import sys
import tempfile
import time
from typing import Any

import numpy as np


@contextlib.contextmanager
def _quiet_descriptor():
    """Hold back what is written to file descriptor 2; let it out only if the block fails.

    TensorFlow's C++ side writes some start-up lines there whatever its log level is, past
    `sys.stderr` and so past every notebook setting.
    """
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(original, held_back.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(original, 2)
            os.close(original)


with _quiet_descriptor():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()

# Its warnings about retracing address authors of graphs; in a lesson that compares many small
# models they are noise.
tf.get_logger().setLevel("ERROR")


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, so that a notebook repeats itself on the same machine.

    Args:
        seed: whole number.
    """
    keras.utils.set_random_seed(seed)


class ProgressLine(keras.callbacks.Callback):
    """Report a whole training in one line that is rewritten while it runs.

    Use with `model.fit(..., verbose=0, callbacks=[ProgressLine()])`. What remains at the end:

        trained 300 epochs in 3.2 s, final loss 0.0123

    Args:
        label: what stands before "trained", for example the model's name.
    """

    def __init__(self, label: str = "") -> None:
        super().__init__()
        self.label = label + "  " if label else ""

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.start = self.shown = time.perf_counter()
        self.epochs = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epochs = epoch + 1
        self.loss = logs["loss"]
        now = time.perf_counter()
        if now - self.shown > 0.5:
            self.shown = now
            total = self.params["epochs"]
            print(f"\r{self.label}epoch {self.epochs} of {total}, loss {self.loss:.4f}", end="")
            sys.stdout.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        seconds = time.perf_counter() - self.start
        unit = "epoch" if self.epochs == 1 else "epochs"
        print(
            f"\r{self.label}trained {self.epochs} {unit} in {seconds:.1f} s, "
            f"final loss {self.loss:.4f}"
        )


def read_gates(
    layer: Any, inputs: Any, initial_state: Any = None, mask: Any = None
) -> dict[str, np.ndarray]:
    """Return every gate and state of a Keras LSTM or GRU layer while it reads a batch.

    The layer stays as it is; it is read as at test time, without dropout.

    Args:
        layer: a built `keras.layers.LSTM` or `keras.layers.GRU`.
        inputs: what the layer receives, (batch, time, features): in a model, what the layer
            before it returns.
        initial_state: as the layer takes it: the pair [h_0, c_0] for an LSTM, h_0 for a GRU,
            each (batch, units). Zeros unless given; for a stateful layer, the states it holds.
        mask: booleans, (batch, time), True where the step is real. Unless given, the mask that
            comes with the inputs, if an `Embedding` or `Masking` layer made one.

    Returns:
        Dict of arrays (batch, time, units), float32 unless the layer computes in another type.
        LSTM: "input", "forget", "candidate", "output", "cell" and "state";
        c_t = forget * c_prev + input * candidate, h_t = output * tanh(c_t).
        GRU: "update", "reset", "candidate" and "state";
        h_t = update * h_prev + (1 - update) * candidate.
        "state" is h_t, what the layer returns, and "cell" c_t. At a masked step they are those
        of the step before, and the gates, which are not used, are NaN. A layer that goes
        backwards is shown in the order in which it reads: index 0 is the last input.

    Raises:
        TypeError: `layer` is not an LSTM or GRU layer.
        ValueError: the layer is not built, or the inputs, mask or states do not fit it.
    """
    _refuse_other_layers(layer)
    if mask is None:
        mask = getattr(inputs, "_keras_mask", None)
    inputs, mask = _fitting_inputs(layer, inputs, mask)
    states = _fitting_states(layer, initial_state, len(inputs))
    step = _lstm_step if isinstance(layer, keras.layers.LSTM) else _gru_step
    record = []
    for t in range(inputs.shape[1]):
        real = mask[:, t, None]
        gates, new = step(layer.cell, inputs[:, t], *states)
        gates = {name: keras.ops.where(real, gate, np.nan) for name, gate in gates.items()}
        states = [keras.ops.where(real, *pair) for pair in zip(new, states, strict=True)]
        record.append(gates | dict(zip(("state", "cell"), states, strict=False)))
    names = [*gates, "cell", "state"] if len(states) == 2 else [*gates, "state"]
    return {name: np.stack([step[name] for step in record], axis=1) for name in names}


def _lstm_step(cell, x_t, h_prev, c_prev):
    """Return the gates of one step of a Keras LSTM cell, and its new states h_t and c_t."""
    z = x_t @ cell.kernel + h_prev @ cell.recurrent_kernel
    z = z + cell.bias if cell.use_bias else z
    enter, forget, candidate, leave = keras.ops.split(z, 4, axis=-1)
    gates = {
        "input": cell.recurrent_activation(enter),
        "forget": cell.recurrent_activation(forget),
        "candidate": cell.activation(candidate),
        "output": cell.recurrent_activation(leave),
    }
    c_t = gates["forget"] * c_prev + gates["input"] * gates["candidate"]
    return gates, [gates["output"] * cell.activation(c_t), c_t]


def _gru_step(cell, x_t, h_prev):
    """Return the gates of one step of a Keras GRU cell, and its new state h_t."""
    units = cell.units
    b_x = b_h = keras.ops.zeros(3 * units, cell.compute_dtype)
    if cell.use_bias:
        b_x, b_h = keras.ops.unstack(cell.bias) if cell.reset_after else (cell.bias, b_h)
    x_z, x_r, x_g = keras.ops.split(x_t @ cell.kernel + b_x, 3, axis=-1)
    W_gates, W_g = cell.recurrent_kernel[:, : 2 * units], cell.recurrent_kernel[:, 2 * units :]
    h_z, h_r = keras.ops.split(h_prev @ W_gates + b_h[: 2 * units], 2, axis=-1)
    update, reset = cell.recurrent_activation(x_z + h_z), cell.recurrent_activation(x_r + h_r)
    if cell.reset_after:
        h_g = reset * (h_prev @ W_g + b_h[2 * units :])
    else:
        h_g = (reset * h_prev) @ W_g
    candidate = cell.activation(x_g + h_g)
    gates = {"update": update, "reset": reset, "candidate": candidate}
    return gates, [update * h_prev + (1 - update) * candidate]


def _refuse_other_layers(layer):
    """Raise unless `layer` is a built LSTM or GRU layer; say what to give instead."""
    layers = keras.layers
    if not isinstance(layer, (layers.LSTM, layers.GRU)):
        remedy = "give a keras.layers.LSTM or keras.layers.GRU"
        if isinstance(layer, layers.Bidirectional):
            remedy = "give its .forward_layer or its .backward_layer"
        elif isinstance(layer, (layers.LSTMCell, layers.GRUCell)):
            remedy = "a cell is one step; give the LSTM or GRU layer that runs it"
        elif isinstance(layer, layers.SimpleRNN):
            remedy = "it has no gates; its states are what it returns with return_sequences=True"
        elif isinstance(layer, keras.Model):
            remedy = "give one of its layers, and as inputs what the layer before it returns"
        elif isinstance(layer, type):
            remedy = "give a layer, not its class"
        kind = layer.__name__ if isinstance(layer, type) else type(layer).__name__
        raise TypeError(f"read_gates cannot read a {kind}: {remedy}")
    if not layer.built:
        raise ValueError(f"the layer {layer.name!r} has no weights yet; call it on a batch first")


def _fitting_inputs(layer, inputs, mask):
    """Return inputs and mask in the order in which the layer reads, or raise."""
    features = layer.cell.kernel.shape[0]
    inputs = keras.ops.convert_to_tensor(inputs, dtype=layer.compute_dtype)
    if len(inputs.shape) != 3 or inputs.shape[2] != features or 0 in inputs.shape:
        raise ValueError(
            f"the layer {layer.name!r} reads inputs (batch, time, {features}), got "
            f"{tuple(inputs.shape)}; in a model, give what the layer before it returns"
        )
    shape = tuple(inputs.shape[:2])
    mask = np.ones(shape, bool) if mask is None else np.asarray(mask).astype(bool)
    if mask.shape != shape:
        raise ValueError(f"the mask must be (batch, time), {shape}, got {mask.shape}")
    if layer.go_backwards:
        return keras.ops.flip(inputs, axis=1), mask[:, ::-1]
    return inputs, mask


def _fitting_states(layer, initial_state, batch):
    """Return the list [h_0, c_0] or [h_0] from which the layer starts, or raise."""
    if initial_state is None:
        states = layer.states if layer.stateful else layer.get_initial_state(batch)
    else:
        states = initial_state if isinstance(initial_state, (list, tuple)) else [initial_state]
    states = [keras.ops.convert_to_tensor(state, dtype=layer.compute_dtype) for state in states]
    wanted = [(batch, size) for size in layer.state_size]
    found = [tuple(state.shape) for state in states]
    if found != wanted:
        names = "[h_0, c_0]" if len(wanted) == 2 else "h_0"
        raise ValueError(f"the initial_state must be {names} of the shapes {wanted}, got {found}")
    return states
