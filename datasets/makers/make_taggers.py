"""Train the taggers of lesson 12 with several seeds; write taggers.csv.

    nice python datasets/makers/make_taggers.py

Every row is a training of its own, with the network, the data and the batches of the lesson.
It can be stopped, and goes on where it was: move the file away to measure all again.
Trained numbers repeat on one machine, not across machines.
"""

from course_utils import datasets
from course_utils.sequences import Vocabulary, WordViews, entity_f1, pad
from course_utils.training import keras, set_seed

import numpy as np
from making import ResultTable, choose_path

# (cell, arrangement, units, epochs, seeds). The units give about equal numbers of parameters:
# those of "forward" are the measure, and the others come as near to it as whole units can.
RUNS = [
    ("SimpleRNN", "forward", 128, 3, range(5)),
    ("SimpleRNN", "concat", 83, 3, range(5)),
    ("SimpleRNN", "sum", 86, 3, range(5)),
    ("SimpleRNN", "ave", 86, 3, range(5)),
    ("SimpleRNN", "mul", 86, 3, range(5)),
    ("SimpleRNN", "backward", 128, 3, range(3)),
    ("GRU", "forward", 64, 3, range(3)),
    ("GRU", "concat", 40, 3, range(3)),
    ("GRU", "sum", 41, 3, range(3)),
    ("SimpleRNN", "forward", 128, 9, range(3)),
    ("SimpleRNN", "concat", 83, 9, range(3)),
    ("SimpleRNN", "sum", 86, 9, range(3)),
    ("SimpleRNN", "mul", 86, 9, range(3)),
]
KEYS = ("cell", "arrangement", "units", "epochs", "seed")
SCORES = ("f1", "left", "both", "right", "patterns")
BATCH = 32

layers = keras.layers


class Entities:
    """The sentences as numbers, and how tags are scored."""

    def __init__(self):
        self.data = datasets.load_entities()
        train = self.data["train"]
        self.longest = max(map(len, train["tokens"]))
        self.views = WordViews(train["tokens"])
        kinds = ["LOC", "PER", "ORG", "LANG", "CUR", "DATE"]
        self.tags = Vocabulary(["O"] + [f"{prefix}-{kind}" for kind in kinds for prefix in "BI"])
        self.x = self.views.encode(train["tokens"], self.longest)
        encoded = [self.tags.encode(tags) for tags in train["tags"]]
        self.y = pad(encoded, length=self.longest)[0]

    def tag(self, model, split):
        """Return a list of tags for each sentence of a split."""
        tokens = self.data[split]["tokens"]
        numbers = np.argmax(model(self.views.encode(tokens, self.longest)), axis=-1)
        pairs = zip(numbers, tokens, strict=True)
        return [self.tags.decode(row[: len(words)]) for row, words in pairs]

    def score(self, model):
        """Return the columns of `SCORES`."""
        test, patterns = self.data["test"], self.data["test_patterns"]
        given = self.tag(model, "test")
        scores = {"f1": entity_f1(test["tags"], given)[2]}
        for clue in ("left", "both", "right"):
            rows = np.flatnonzero(test["clue"] == clue)
            places = [(row, test["position"][row]) for row in rows]
            scores[clue] = np.mean([test["tags"][row][at] == given[row][at] for row, at in places])
        scores["patterns"] = entity_f1(patterns["tags"], self.tag(model, "test_patterns"))[2]
        return [f"{scores[name]:.4f}" for name in SCORES]


class TurnBack(layers.Layer):
    """Turn a sequence round; the mask, which has never been turned, goes on as it is."""

    def __init__(self):
        super().__init__()
        self.supports_masking = True

    def call(self, x):
        return keras.ops.flip(x, axis=1)


def make_middle(cell, arrangement, units):
    """Return the recurrent part: a function from vectors to states."""
    backwards = arrangement == "backward"
    layer = getattr(layers, cell)(units, return_sequences=True, go_backwards=backwards)
    if arrangement == "forward":
        return layer
    if backwards:
        turn_back = TurnBack()
        return lambda x: turn_back(layer(x))
    return layers.Bidirectional(layer, merge_mode=arrangement)


def build_tagger(views, tags, middle):
    """Return the tagger of lesson 06 round a recurrent part."""
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in views.vocabularies}
    vectors = []
    for name, size, rate in [("word", 32, 0.2), ("ending", 16, 0.2), ("shape", 4, 0.0)]:
        embed = layers.Embedding(len(views.vocabularies[name]), size, mask_zero=True)
        drop = layers.Dropout(rate, noise_shape=(None, None, 1))
        vectors.append(drop(embed(inputs[name])))
    states = middle(layers.Concatenate()(vectors))
    return keras.Model(inputs, layers.Dense(len(tags), activation="softmax")(states))


def run(entities, cell, arrangement, units, epochs, seed):
    """Return the parameters behind the embeddings, and the scores, of one training."""
    set_seed(seed)
    model = build_tagger(entities.views, entities.tags, make_middle(cell, arrangement, units))
    steps = epochs * -(-len(entities.y) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(0.005, steps)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(entities.x, entities.y, batch_size=BATCH, epochs=epochs, verbose=0)
    return [count_behind_embeddings(model), *entities.score(model)]


def count_behind_embeddings(model):
    """Return the number of parameters of all layers but the embeddings."""
    counted = [layer for layer in model.layers if not isinstance(layer, layers.Embedding)]
    return sum(layer.count_params() for layer in counted)


def main():
    """Train what the file does not hold yet, and add it."""
    entities = Entities()
    trainings = [(*variant, seed) for *variant, seeds in RUNS for seed in seeds]
    table = ResultTable(choose_path("taggers.csv"), KEYS, ("parameters", *SCORES))
    table.fill(trainings, lambda *training: run(entities, *training))


if __name__ == "__main__":
    main()
