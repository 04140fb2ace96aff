"""What the exercises of all lessons are put together from."""

import numpy as np


def numbers(**values):
    """Return keyword arguments with every (nested) list made a float64 array."""
    return {
        name: np.array(value, dtype=float) if isinstance(value, list) else value
        for name, value in values.items()
    }


def draw_arrays(rng, dtype="float64", **shapes):
    """Return normally distributed arrays, standard deviation 0.7, one for each named shape."""
    return {name: rng.normal(0, 0.7, shape).astype(dtype) for name, shape in shapes.items()}


def altered(function, **changes):
    """Return `function` with some of its arguments changed on their way in.

    Args:
        function: called by name.
        **changes: maps the name of an argument to a function of its value.
    """

    def call(**arguments):
        for name, change in changes.items():
            arguments[name] = change(arguments[name])
        return function(**arguments)

    return call


def load_keras():
    """Return the module `keras`, loaded quietly, and only when an answer key is asked for."""
    from course_utils import training  # it holds back TensorFlow's start-up lines

    return training.keras


def make_layer(kind, units, weights, **options):
    """Return a Keras layer that holds the given weights.

    Args:
        kind: name of a class in `keras.layers`.
        units: number of units.
        weights: list of arrays in Keras's order, the input weights first.
        **options: more for the layer's constructor.

    Returns:
        The layer, built, in the dtype of the weights. Making it draws no random number and
        leaves Keras's counter of layer names alone, so that a notebook goes on undisturbed.
    """
    keras = load_keras()
    recurrent = ("SimpleRNN", "LSTM", "GRU")
    if kind.startswith(recurrent):
        options["recurrent_initializer"] = "zeros"
    layer = getattr(keras.layers, kind)(
        units, kernel_initializer="zeros", name="answer_key", dtype=weights[0].dtype.name, **options
    )
    features = weights[0].shape[0]
    layer.build((None, None, features) if kind in recurrent else (None, features))
    layer.set_weights(weights)
    return layer
