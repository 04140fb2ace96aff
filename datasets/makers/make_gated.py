"""Train SimpleRNN, GRU and LSTM side by side for lesson 11; write gated.csv.

    nice python datasets/makers/make_gated.py

Every row is a training of its own. It takes about fifty minutes on two processors, can be stopped,
and goes on where it was: move the file away to begin anew. Trained numbers repeat on one machine,
not across machines.
"""

import functools
import re
from itertools import product

from course_utils import datasets
from course_utils.sequences import Vocabulary, WordViews, entity_f1, pad
from course_utils.training import keras, set_seed, tf

import numpy as np
from making import ResultTable, choose_path

KEYS = ("task", "layer", "units", "size", "budget", "rate", "seed")
RESULTS = ("validation", "test", "steps")
UNITS = {
    "entities": {"SimpleRNN": 78, "GRU": 39, "LSTM": 32},
    "reviews": {"SimpleRNN": 76, "GRU": 38, "LSTM": 32},
    "chorales": {"SimpleRNN": 100, "GRU": 46, "LSTM": 36},
}
BATCH = {"entities": 64, "reviews": 128, "chorales": 32}
# Rows of training data, and training steps. The larger sets twice: is a shorter training enough?
SIZES = {
    "entities": [(300, 400), (7_000, 400), (7_000, 1600)],
    "reviews": [(4_000, 480), (11_000, 480), (11_000, 960)],
    "chorales": [(404, 640)],
}
CHECK = 40  # training steps before each look; the weights at the best look are kept
RATES = (0.003, 0.01)  # the better one for seed 0, on the validation set, serves the others
SEEDS = range(5)
LESS_IS_BETTER = {"chorales"}
layers = keras.layers


def read_reviews():
    """Return the parts of the data, each (x, y), what builds a model, and what scores it."""
    data = datasets.load_reviews()
    words = {
        part: [re.findall(r"[a-z]+(?:'[a-z]+)?|[.,;:?!]", t.lower()) for t in data[part]["text"]]
        for part in ("train", "validation", "test")
    }
    known = Vocabulary((w for row in words["train"] for w in row), ("<pad>", "<unknown>"))
    parts = {
        part: (pad([known.encode(row) for row in rows])[0], data[part]["label"])
        for part, rows in words.items()
    }

    def build(recurrent, units):
        return keras.Sequential([
            keras.Input((None,), dtype="int32"),
            layers.Embedding(len(known), 32, mask_zero=True),
            layers.Dropout(0.2),
            recurrent(units),
            layers.Dense(1, activation="sigmoid"),
        ]), "binary_crossentropy"  # fmt: skip

    def score(model, part):
        """Return the share of right answers."""
        x, y = parts[part]
        return np.mean((np.array(model(x))[:, 0] > 0.5) == y)

    return parts, build, score


def read_entities():
    """Return the parts of the data, each (x, y), what builds a model, and what scores it."""
    data = datasets.load_entities()
    names = ("train", "validation", "test")
    views = WordViews(data["train"]["tokens"])
    tags = Vocabulary(sorted({tag for row in data["train"]["tags"] for tag in row}))
    parts = {
        part: (
            views.encode(data[part]["tokens"], length=21),
            pad([tags.encode(row) for row in data[part]["tags"]], length=21)[0],
        )
        for part in names
    }

    def build(recurrent, units):
        inputs = {n: keras.Input((None,), dtype="int32", name=n) for n in views.vocabularies}
        vectors = []
        for name, size, rate in (("word", 32, 0.2), ("ending", 16, 0.2), ("shape", 4, 0.0)):
            embed = layers.Embedding(len(views.vocabularies[name]), size, mask_zero=True)
            drop = layers.Dropout(rate, noise_shape=(None, None, 1))
            vectors.append(drop(embed(inputs[name])))
        states = recurrent(units, return_sequences=True)(layers.Concatenate()(vectors))
        answers = layers.Dense(len(tags), activation="softmax")(states)
        return keras.Model(inputs, answers), "sparse_categorical_crossentropy"

    def score(model, part):
        """Return the F1 of whole names."""
        numbers, true = np.argmax(model(parts[part][0]), axis=-1), data[part]["tags"]
        rows = zip(numbers, true, strict=True)
        return entity_f1(true, [tags.decode(row[: len(words)]) for row, words in rows])[-1]

    return parts, build, score


def roll_loss(y, scores):
    """Return the negative log-likelihood of the keys, (batch, time), summed over the 88."""
    each = keras.ops.relu(scores) - scores * y + keras.ops.softplus(-keras.ops.abs(scores))
    return keras.ops.sum(each, axis=-1)


def read_chorales():
    """Return the parts of the data, each (x, y, w), what builds a model, and what scores it.

    A chord a beat, as 88 keys that are down or up; the first chord is predicted from silence.
    Pieces are cut into windows of 48 beats for training.
    """
    data, parts = datasets.load_chorales(), {}
    for part in ("train", "validation", "test"):
        rolls = [np.eye(128, dtype="float32")[p[::4]].max(axis=1) for p in data[part]["pitches"]]
        rolls = [roll[:, 21:109] for roll in rolls]
        if part == "train":
            cuts = [roll[i : i + 48] for roll in rolls for i in range(0, len(roll), 48)]
            rolls = [roll for roll in cuts if len(roll) > 4]
        y, mask = pad(rolls)
        x = np.concatenate([np.zeros_like(y[:, :1]), y[:, :-1]], axis=1)
        parts[part] = x.astype("float32"), y.astype("float32"), mask.astype("float32")

    def build(recurrent, units):
        quiet = keras.initializers.Constant(-3.0)
        return keras.Sequential([
            keras.Input((None, 88)),
            recurrent(units, return_sequences=True),
            layers.Dense(88, bias_initializer=quiet),
        ]), roll_loss  # fmt: skip

    def score(model, part):
        """Return the negative log-likelihood of a chord, in nats."""
        x, y, w = parts[part]
        return np.sum(roll_loss(y, model(x)) * w) / np.sum(w)

    return parts, build, score


def train(task, layer, units, size, budget, rate, seed, parts, build):
    """Return a model trained on some rows, and the steps after which it was best."""
    set_seed(seed)
    model, loss = build(getattr(layers, layer), units)
    chosen = np.random.default_rng(seed).permutation(len(parts["train"][1]))[:size]
    rows = keras.tree.map_structure(lambda column: column[chosen], parts["train"])
    batches = tf.data.Dataset.from_tensor_slices(rows).shuffle(size, seed=seed).repeat()
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss, jit_compile=False)
    checks = budget // CHECK
    history = model.fit(
        batches.batch(BATCH[task]),
        steps_per_epoch=CHECK,
        epochs=checks,
        validation_data=parts["validation"],
        validation_batch_size=500,
        callbacks=[keras.callbacks.EarlyStopping(patience=checks, restore_best_weights=True)],
        shuffle=False,  # the batches are drawn in random order already
        verbose=0,
    )
    return model, CHECK * (1 + int(np.argmin(history.history["val_loss"])))


def choose_rate(rows, *variant):
    """Return the rate at which seed 0 did better on the validation set.

    Args:
        rows: dicts from column to text, as in the table.
        variant: (task, layer, units, size, budget).
    """
    scores = {
        float(row["rate"]): float(row["validation"])
        for row in rows
        if [row[key] for key in KEYS[:5]] == list(map(str, variant)) and row["seed"] == "0"
    }
    return (min if variant[0] in LESS_IS_BETTER else max)(scores, key=scores.get)


def list_trainings(rows):
    """Yield the values of `KEYS` for all trainings; the rows of seed 0 decide the others' rate."""
    variants = [
        (task, layer, units, size, budget)
        for task in UNITS
        for size, budget in SIZES[task]
        for layer, units in UNITS[task].items()
    ]
    for seed, variant in product(SEEDS, variants):
        for rate in RATES if seed == 0 else [choose_rate(rows, *variant)]:
            yield (*variant, rate, seed)


@functools.cache
def read_task(task):
    """Return the parts of a task's data, what builds a model, and what scores it."""
    readers = {"entities": read_entities, "reviews": read_reviews, "chorales": read_chorales}
    return readers[task]()


def run(task, *others):
    """Return the values of `RESULTS` after one training."""
    parts, build, score = read_task(task)
    model, steps = train(task, *others, parts, build)
    return [*(f"{score(model, part):.4f}" for part in ("validation", "test")), steps]


def main():
    """Train what the file does not hold yet, and add it."""
    table = ResultTable(choose_path("gated.csv"), KEYS, RESULTS)
    table.fill(list_trainings(table.rows), run)


if __name__ == "__main__":
    main()
