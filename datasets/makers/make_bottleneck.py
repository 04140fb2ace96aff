"""Train the translators of lesson 07 for longer than a lesson can wait; write bottleneck.csv.

    nice python datasets/makers/make_bottleneck.py

It takes about seven minutes on two processors, can be stopped, and goes on where it was: move the
file away to begin anew. Every row is a training of its own, with the network, the data, the batches
and the falling step size of the lesson; only the number of epochs is larger. Trained numbers repeat
on one machine, not across machines.
"""

import re

from course_utils import datasets
from course_utils.sequences import Vocabulary, pad
from course_utils.training import keras, set_seed, tf

import numpy as np
from making import ResultTable, choose_path

KEYS, RESULTS = ("arrangement", "units", "epochs", "seed"), ("exact",)
RUNS = [
    *[("attention", 64, 4, seed) for seed in (0, 1, 2)],
    *[("reversed", 64, epochs, 0) for epochs in (4, 8, 16)],
    *[("one vector", 64, epochs, 0) for epochs in (4, 8, 16)],
    *[("larger", 128, epochs, 0) for epochs in (4, 8, 16)],
]
BATCH = 128
PAD, START, END = 0, 1, 2


def read_pairs():
    """Return for train and test the arrays (source, reversed source, target), and both sizes."""
    dates = datasets.load_dates()
    rows = {
        (split, column): [re.findall(r"\d|[^\W\d]+|[^\w\s]", t) for t in dates[split][column]]
        for split in ("train", "test")
        for column in ("source", "target")
    }
    sources = Vocabulary((w for row in rows["train", "source"] for w in row), ["<pad>"])
    reserved = ["<pad>", "<start>", "<end>"]
    targets = Vocabulary((w for row in rows["train", "target"] for w in row), reserved)
    arrays = {}
    for split in ("train", "test"):
        x = [sources.encode(row) for row in rows[split, "source"]]
        y = [targets.encode([*row, "<end>"]) for row in rows[split, "target"]]
        backwards = pad([row[::-1] for row in x], PAD, 16)[0]
        arrays[split] = pad(x, PAD, 16)[0], backwards, pad(y, PAD, 11)[0]
    return arrays, len(sources), len(targets)


def masked_loss(target, scores):
    """Return the mean cross-entropy over the real steps."""
    each = keras.ops.sparse_categorical_crossentropy(target, scores, from_logits=True)
    real = keras.ops.cast(target != PAD, each.dtype)
    return keras.ops.sum(each * real) / keras.ops.sum(real)


class Translator(keras.Model):
    """The encoder and decoder of lesson 07, with or without attention."""

    def __init__(self, units, sizes, attends):
        super().__init__()
        layers = keras.layers
        self.embed_source = layers.Embedding(sizes[0], 32, mask_zero=True)
        self.encoder = layers.GRU(units, return_sequences=True, return_state=True)
        self.embed_target = layers.Embedding(sizes[1], 32)
        self.decoder = layers.GRU(units, return_sequences=True, return_state=True)
        self.attention = layers.Attention() if attends else None
        self.to_scores = layers.Dense(sizes[1])

    def encode(self, source):
        return self.encoder(self.embed_source(source))

    def decode(self, previous, state, memory, mask):
        hidden, state = self.decoder(self.embed_target(previous), initial_state=state)
        if self.attention is not None:
            context = self.attention([hidden, memory], mask=[None, mask])
            hidden = keras.ops.concatenate([hidden, context], axis=-1)
        return self.to_scores(hidden), state

    def call(self, inputs):
        source, previous = inputs
        memory, state = self.encode(source)
        return self.decode(previous, state, memory, source != PAD)[0]


def share_exact(model, x, y):
    """Return the share of rows that greedy decoding writes without a mistake."""
    memory, state = model.encode(x)
    token = np.full((len(x), 1), START, "int32")
    right = np.ones(len(x), bool)
    for step in range(y.shape[1]):
        scores, state = model.decode(token, state, memory, x != PAD)
        token = np.argmax(scores, axis=-1).astype("int32")
        right &= (token[:, 0] == y[:, step]) | (y[:, step] == PAD)
    return right.mean()


def run(arrays, sizes, arrangement, units, epochs, seed):
    """Return the share of exact test dates after one training."""
    (x, x_reversed, y), (x_test, x_test_reversed, y_test) = arrays["train"], arrays["test"]
    if arrangement == "reversed":
        x, x_test = x_reversed, x_test_reversed
    previous = np.concatenate([np.full((len(y), 1), START), y[:, :-1]], axis=1)
    set_seed(seed)
    model = Translator(units, sizes, attends=arrangement == "attention")
    rate = keras.optimizers.schedules.CosineDecay(0.006, epochs * -(-len(x) // BATCH))
    model.compile(keras.optimizers.Adam(rate), masked_loss, jit_compile=False)
    model.fit([x, previous], y, batch_size=BATCH, epochs=epochs, verbose=0)
    return share_exact(model, tf.constant(x_test), y_test)


def main():
    """Train what the file does not hold yet, and add it."""
    arrays, *sizes = read_pairs()
    table = ResultTable(choose_path("bottleneck.csv"), KEYS, RESULTS)
    table.fill(RUNS, lambda *training: [f"{run(arrays, sizes, *training):.4f}"])


if __name__ == "__main__":
    main()
