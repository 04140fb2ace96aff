"""Train the readers of lesson 10 for every distance and several seeds; write recall.csv.

    nice python datasets/makers/make_recall.py

It takes about fifteen minutes on two processors, can be stopped, and goes on where it was: move
the file away to begin anew. Every row is a training of its own, with the network, the data and the
rates of the lesson. Trained numbers repeat on one machine, not across machines.
"""

from course_utils.datasets import ALLERGIES, RECALL_WORDS, make_recall
from course_utils.training import keras, set_seed

import numpy as np
from making import ResultTable, choose_path

# (layer, start, even): see the card.
READERS = [
    ("SimpleRNN", "keras", False),
    ("LSTM", "keras", False),
    ("GRU", "keras", False),
    ("LSTM", "chrono", False),
    ("GRU", "chrono", False),
    ("LSTM", "zero", False),
    ("LSTM", "forget", False),
    ("SimpleRNN", "keras", True),
]
# (seed, sentences in between)
DISTANCES = [(seed, n) for seed in (0, 1, 2) for n in (0, 1, 2, 4, 8)]
DISTANCES += [(seed, n) for seed in (0, 1) for n in (16, 32)]
UNITS = 16
BATCH, BLOCK, BLOCKS = 64, 100, 6  # stories in a batch, batches in a block, blocks at most
RATES = {"SimpleRNN": 0.003, "LSTM": 0.02, "GRU": 0.02}  # best of a search with two distractors
KEYS, RESULTS = ("layer", "start", "even", "distractors", "seed"), ("steps", "accuracy")


def build_reader(kind, start, time, seed):
    """Return the compiled network: embedding, recurrent layer, one of eight answers."""
    set_seed(seed)
    layer = getattr(keras.layers, kind)(UNITS)
    model = keras.Sequential(
        [
            keras.Input((time,), dtype="int32"),
            keras.layers.Embedding(len(RECALL_WORDS), 8),
            layer,
            keras.layers.Dense(len(ALLERGIES), activation="softmax"),
        ]
    )
    W_x, W_h, bias = layer.get_weights()
    # Tallec and Ollivier (2018): a gate of sigmoid(log(k)) forgets in about k steps.
    spans = np.log(np.random.default_rng(seed).uniform(1, time - 1, UNITS))
    if (kind, start) == ("LSTM", "zero"):
        bias[:] = 0
    elif (kind, start) == ("LSTM", "forget"):
        bias[UNITS : 2 * UNITS] = spans
    elif (kind, start) == ("LSTM", "chrono"):
        bias[:UNITS], bias[UNITS : 2 * UNITS] = -spans, spans
    elif (kind, start) == ("GRU", "chrono"):
        bias[0, :UNITS] = spans
    layer.set_weights([W_x, W_h, bias])
    optimizer = keras.optimizers.Adam(RATES[kind], clipnorm=1.0)
    model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=False)
    return model


def run(kind, start, even, distractors, seed):
    """Return the number of training steps and the accuracy on 500 new stories."""
    x_test, y_test = make_recall(500, distractors, 10**6, even)
    model = build_reader(kind, start, x_test.shape[1], seed)
    for block in range(BLOCKS):
        x, y = make_recall(BATCH * BLOCK, distractors, 1000 * seed + block, even)
        model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
        accuracy = np.mean(np.argmax(model(x_test), axis=-1) == y_test)
        if accuracy > 0.99:
            break
    return BLOCK * (block + 1), accuracy


def measure(*training):
    """Return the values of `RESULTS` after one training, as they are written."""
    steps, accuracy = run(*training)
    return steps, f"{accuracy:.3f}"


def main():
    """Train what the file does not hold yet, and add it."""
    trainings = [
        (kind, start, int(even), distractors, seed)
        for seed, distractors in DISTANCES
        for kind, start, even in READERS
    ]
    ResultTable(choose_path("recall.csv"), KEYS, RESULTS).fill(trainings, measure)


if __name__ == "__main__":
    main()
