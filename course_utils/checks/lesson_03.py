"""Exercises of lesson 03: cross-entropy, a convolution, answers by class, patches as steps."""

from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, load_keras, numbers

import numpy as np

# -- 03a: cross-entropy with missing labels ----------------------------------------------------


def _answer_entropy(scores, labels):
    def measure(reduction):
        options = dict(from_logits=True, ignore_class=-1, dtype=scores.dtype.name)
        loss = load_keras().losses.SparseCategoricalCrossentropy(reduction=reduction, **options)
        return np.array(loss(labels, scores))

    return measure(None), measure("sum_over_batch_size").item()


def _draw_entropy(rng, batch, classes, missing=True, dtype="float64"):
    scores = 2 * draw_arrays(rng, dtype, scores=(batch, classes))["scores"]
    labels = rng.integers(0, classes, batch)
    if missing:
        labels[rng.permutation(batch)[: batch // 3]] = -1
    return dict(scores=scores, labels=labels)


def _example_entropy(label, scores, labels):
    return Case(dict(scores=np.array(scores, float), labels=np.array(labels)), label)


def _shift(scores):
    return scores - scores.max(axis=1, keepdims=True)


def _softmax(scores):
    powers = np.exp(_shift(scores))
    return powers / powers.sum(axis=1, keepdims=True)


def _log_softmax(scores, shift=_shift, axis=1):
    shifted = shift(scores)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _log_of_large_powers(scores):
    powers = np.exp(scores)
    return np.log(powers / powers.sum(axis=1, keepdims=True))


def _pick(table, labels):
    return table[np.arange(len(labels)), labels]


def _mean_of_labelled(losses, labels):
    return losses.sum() / max(1, (labels >= 0).sum())


def _entropy(
    scores,
    labels,
    log=_log_softmax,
    pick=_pick,
    missing=lambda labels: labels < 0,
    mean=_mean_of_labelled,
):
    """Return losses and their mean; the switches make wrong answers.

    `log(scores)`: logarithms of the probabilities; `pick(log, labels)`: one for each image;
    `missing(labels)`: which images get a loss of 0; `mean(losses, labels)`.
    """
    losses = np.where(missing(labels), 0, -pick(log(scores), labels))
    return losses, mean(losses, labels)


def _entropy_with(**options):
    return lambda **arguments: _entropy(**arguments, **options)


def _entropy_shown(change):
    """Return a function that changes the losses, by labels, after their mean has been taken."""

    def run(scores, labels):
        losses, mean = _entropy(scores, labels)
        return change(losses, scores, labels), mean

    return run


def _entropy_spread(losses, scores, labels):
    return np.where(labels[:, None] == np.arange(scores.shape[1]), losses[:, None], 0)


def _entropy_all_pairs(scores, labels):
    losses = -_log_softmax(scores)[:, labels]
    losses[labels < 0] = 0
    return losses, _mean_of_labelled(losses, labels)


def _entropy_overwriting(scores, labels):
    scores -= scores.max(axis=1, keepdims=True)
    return _entropy(scores, labels)


def _read_as_class(number):
    """Return a function that takes images without a label for images of a class."""

    def run(scores, labels):
        labels = np.where(labels < 0, number % scores.shape[1], labels)
        return _entropy(scores, labels)

    return run


def _raised_to(floor):
    return _entropy_with(log=lambda scores: np.log(np.maximum(_softmax(scores), floor)))


_STAY_WITH_LOGARITHMS = (
    "the logarithm on paper: log(e^s / sum) = s - log(sum), with no probability in between"
)
_SHIFT_EACH_ROW = (
    "subtracting each row's largest score before np.exp: the probabilities stay the same"
)

ENTROPY = Exercise(
    id="03a",
    title="cross-entropy with missing labels",
    points=2,
    key="keras.losses.SparseCategoricalCrossentropy",
    results=(Result("losses", ("batch",)), Result("mean")),
    answer=_answer_entropy,
    examples=(
        _example_entropy("equal scores", [[0, 0, 0, 0]], [1]),
        _example_entropy("one image", [[2, 2, 0]], [2]),
        _example_entropy("one of two without a label", [[2, 2, 0], [2, 2, 0]], [0, -1]),
        _example_entropy("large scores", [[1000, 1000, 998]], [0]),
        _example_entropy("a class without a chance", [[0, 0, -1000]], [2]),
        _example_entropy("large and small scores", [[1000, 1000], [-1000, -1000]], [0, 1]),
        _example_entropy("no label at all", [[2, 2, 0]], [-1]),
    ),
    draw=_draw_entropy,
    sizes=(
        ("", dict(batch=6, classes=3)),
        ("", dict(batch=9, classes=4)),
        ("every image with a label", dict(batch=5, classes=4, missing=False)),
        ("two classes", dict(batch=7, classes=2)),
        ("a batch of one", dict(batch=1, classes=5)),
        ("float32", dict(batch=8, classes=10, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "exponentials of large scores were divided by each other",
            _entropy_with(log=_log_of_large_powers),
            _SHIFT_EACH_ROW,
        ),
        Mistake(
            "the logarithm were taken of a sum of exponentials of large scores",
            _entropy_with(log=lambda scores: _log_softmax(scores, shift=lambda s: s)),
            _SHIFT_EACH_ROW,
        ),
        Mistake(
            "the largest score of the whole batch were subtracted in every row",
            _entropy_with(log=lambda scores: _log_softmax(scores, shift=lambda s: s - s.max())),
            "scores.max(axis=1, keepdims=True): each row has a largest score of its own",
        ),
        Mistake(
            "the logarithm were taken of a probability that had become 0",
            _entropy_with(log=lambda scores: np.log(_softmax(scores))),
            _STAY_WITH_LOGARITHMS,
        ),
        *(
            Mistake(
                f"a probability of 0 were raised to {floor:g}, and the loss limited with it",
                _raised_to(floor),
                _STAY_WITH_LOGARITHMS,
            )
            for floor in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
        ),
        Mistake(
            "the mean over no label at all were 0 divided by 0",
            _entropy_with(mean=lambda losses, y: losses.sum() / (y >= 0).sum()),
            "a batch in which every label is -1: the task says what its mean is",
        ),
        Mistake(
            "an image without a label were taken for one of the last class",
            _read_as_class(-1),
            "finding the images with labels >= 0 first: in Python, index -1 is the last entry",
        ),
        Mistake(
            "an image without a label were taken for one of class 0",
            _read_as_class(0),
            "setting the loss to 0 where the label is -1, after all losses are known",
        ),
        Mistake(
            "images of class 0 were left out as if they had no label",
            _entropy_with(missing=lambda labels: labels <= 0),
            "labels >= 0 for images with a label: 0 is a class",
        ),
        Mistake(
            "images without a label kept a loss, though the mean leaves them out",
            _entropy_shown(lambda losses, scores, labels: -_pick(_log_softmax(scores), labels)),
            "np.where(labels >= 0, losses, 0)",
        ),
        Mistake(
            "images without a label were missing from losses",
            _entropy_shown(lambda losses, scores, labels: losses[labels >= 0]),
            "keeping every image in its place: where the label is -1, the loss is 0",
        ),
        Mistake(
            "the sum were divided by the number of all images",
            _entropy_with(mean=lambda losses, labels: losses.mean()),
            "counting with (labels >= 0).sum(): only images with a label count",
        ),
        Mistake(
            "the sum of the losses were not divided",
            _entropy_with(mean=lambda losses, labels: losses.sum()),
            "dividing by (labels >= 0).sum(), the number of images with a label",
        ),
        Mistake(
            "the losses were divided by the number of classes",
            _entropy_with(pick=lambda table, y: _pick(table, y) / table.shape[1]),
            "four equal scores: the loss is log(4) = 1.386; a mean over the classes is too much",
        ),
        Mistake(
            "softmax ran over the images and not over the classes",
            _entropy_with(log=lambda scores: _log_softmax(scores - scores.max(axis=0), axis=0)),
            "axis=1, keepdims=True: the probabilities of each row add up to 1",
        ),
        Mistake(
            "softmax were left out and the scores taken for probabilities",
            _entropy_with(log=np.log),
            "printing the row you take a logarithm of: are its numbers positive, is their sum 1?",
        ),
        Mistake(
            "the score of the right class alone made the loss",
            _entropy_with(log=lambda scores: scores),
            "four equal scores of 0: the loss is log(4) = 1.386, since the others count too",
        ),
        Mistake(
            "the minus sign were forgotten",
            _entropy_with(pick=lambda table, y: -_pick(table, y)),
            "the sign: a loss is never below 0",
        ),
        Mistake(
            "the logarithm were to the base 2",
            _entropy_with(log=lambda scores: _log_softmax(scores) / np.log(2)),
            "np.log, the natural logarithm",
        ),
        Mistake(
            "the probabilities themselves were returned, without a logarithm",
            _entropy_with(log=lambda scores: -_softmax(scores)),
            "a network that is sure and right: its loss is 0, and not 1",
        ),
        Mistake(
            "1 minus the probability were taken in place of a logarithm",
            _entropy_with(log=lambda scores: _softmax(scores) - 1),
            "a network that is sure and wrong: its loss has no upper limit",
        ),
        Mistake(
            "the class with the highest score were taken for the right one",
            _entropy_with(pick=lambda table, y: table.max(axis=1)),
            "picking the column that the label names, not the largest: this loss knows no labels",
        ),
        Mistake(
            "the classes were counted from 1",
            _entropy_with(pick=lambda table, y: _pick(table, y - 1)),
            "using the label as it is: label 0 is column 0",
        ),
        Mistake(
            "every image were paired with the labels of all images",
            _entropy_all_pairs,
            "table[np.arange(len(labels)), labels]: row i with the label of image i",
        ),
        Mistake(
            "the losses were still spread over the classes",
            _entropy_shown(_entropy_spread),
            "adding up over the classes, axis=1: one loss for each image",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _entropy(**arguments)[::-1],
            "ending with: return losses, mean",
        ),
        Mistake(
            "scores were overwritten on the way",
            _entropy_overwriting,
            "scores = scores - ... where you have scores -= ..., which changes the caller's array",
        ),
    ),
)


# -- 03b: a convolution by hand ----------------------------------------------------------------


def _answer_convolution(images, W, b):
    layer = load_keras().layers.Conv2D(
        len(b),
        W.shape[:2],
        padding="same",
        kernel_initializer="zeros",
        name="answer_key",
        dtype=W.dtype.name,
    )
    layer.build(images.shape)
    layer.set_weights([W, b])
    return np.array(layer(images))


def _draw_convolution(rng, batch, height, width, channels, window, filters, dtype="float64"):
    shapes = dict(images=(batch, height, width, channels), W=(*window, channels, filters))
    return draw_arrays(rng, dtype, **shapes, b=filters)


def _example_convolution(label, image, window, bias=0.0):
    """Return a case of one image with one channel and one filter."""
    image, window = np.array(image, float), np.array(window, float)
    return Case(
        numbers(images=image[None, :, :, None], W=window[:, :, None, None], b=[bias]), label
    )


def _convolve(images, W, b, mode="constant", centred=True):
    """Convolve; `mode` says how the image goes on outside, `centred` where the window lies."""
    height, width = images.shape[1:3]
    rows, columns = W.shape[:2]
    up, left = (rows // 2, columns // 2) if centred else (0, 0)
    edges = ((0, 0), (up, rows - 1 - up), (left, columns - 1 - left), (0, 0))
    padded = np.pad(images, edges, mode=mode)
    places = np.ndindex(rows, columns)
    return sum(padded[:, i : i + height, j : j + width] @ W[i, j] for i, j in places) + b


def _convolve_with(**options):
    return lambda **arguments: _convolve(**arguments, **options)


def _inside(images, W):
    """Return the slices of the pixels around which the whole window fits."""
    margins = [size // 2 for size in W.shape[:2]]
    sizes = images.shape[1:3]
    return [slice(edge, size - edge) for edge, size in zip(margins, sizes, strict=True)]


def _convolve_without_padding(images, W, b):
    rows, columns = _inside(images, W)
    return _convolve(images, W, b)[:, rows, columns]


def _convolve_leaving_edges(images, W, b):
    full, (rows, columns) = _convolve(images, W, b), _inside(images, W)
    output = np.zeros_like(full)
    output[:, rows, columns] = full[:, rows, columns]
    return output


def _convolve_stopping_early(**arguments):
    output = _convolve(**arguments)
    output[:, -1] = 0
    output[:, :, -1] = 0
    return output


def _convolve_in_one_ring(images, W, b):
    # Raises, as the students' loop does, where a window reaches farther than the ring.
    height, width = images.shape[1:3]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    places = np.ndindex(W.shape[:2])
    return sum(padded[:, i : i + height, j : j + width] @ W[i, j] for i, j in places) + b


def _convolve_averaging(images, W, b):
    return _convolve(images, W / (W.shape[0] * W.shape[1]), b)


def _convolve_adding_bias_often(images, W, b):
    return _convolve(images, W, b * W.shape[0] * W.shape[1])


def _first_of_axis(axis):
    """Return a function that repeats the first entry of an axis in place of the others."""
    return lambda W: np.broadcast_to(W.take([0], axis=axis), W.shape)


CONVOLUTION = Exercise(
    id="03b",
    title="a convolution by hand",
    points=2,
    key="keras.layers.Conv2D",
    results=(Result("output", ("batch", "height", "width", "filters")),),
    answer=_answer_convolution,
    examples=(
        _example_convolution("a window of one pixel", [[1, 2], [3, 4]], [[2]]),
        _example_convolution("only the bias", [[0, 0], [0, 0]], [[0]], bias=1.0),
        _example_convolution(
            "one bright pixel in the middle",
            [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
            [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
        ),
        _example_convolution("one row, a window of one row", [[1, 2, 4]], [[-1, 0, 1]]),
        _example_convolution(
            "an image smaller than the window", [[1, 2]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
        ),
    ),
    draw=_draw_convolution,
    sizes=(
        ("", dict(batch=3, height=6, width=5, channels=2, window=(3, 3), filters=4)),
        ("", dict(batch=2, height=7, width=8, channels=3, window=(5, 3), filters=2)),
        ("a wide window", dict(batch=2, height=4, width=7, channels=2, window=(1, 5), filters=3)),
        ("a batch of one", dict(batch=1, height=5, width=5, channels=1, window=(3, 3), filters=1)),
        (
            "float32",
            dict(
                batch=2,
                height=8,
                width=8,
                channels=1,
                window=(3, 5),
                filters=3,
                dtype="float32",
            ),
        ),
    ),
    mistakes=(
        Mistake(
            "the window were turned upside down and left to right",
            altered(_convolve, W=lambda W: W[::-1, ::-1]),
            "one bright pixel to the left of where you stand: the left column of W meets it",
        ),
        Mistake(
            "rows and columns of the window were swapped",
            altered(_convolve, W=lambda W: W.swapaxes(0, 1)),
            "the order of indices: W[row, column] goes with images[:, row, column]",
        ),
        Mistake(
            "the image had not been padded",
            _convolve_without_padding,
            "np.pad(images, ((0, 0), (up, up), (left, left), (0, 0))), up being half of the rows",
        ),
        Mistake(
            "pixels were left at 0 where the window reaches over the edge",
            _convolve_leaving_edges,
            "padding with zeros first: then the window fits everywhere",
        ),
        Mistake(
            "the window hung from its upper left corner",
            _convolve_with(centred=False),
            "putting as many rows of zeros above as below: the window's middle is on the pixel",
        ),
        Mistake(
            "one ring of zeros were added, however large the window is",
            _convolve_in_one_ring,
            "rows // 2 rows of zeros above and below, columns // 2 columns left and right",
        ),
        Mistake(
            "the image were padded with its own edge pixels",
            _convolve_with(mode="edge"),
            "np.pad with zeros, its usual way: outside of the image there is nothing",
        ),
        Mistake(
            "the image went on at its other side",
            _convolve_with(mode="wrap"),
            "np.pad with zeros, where you have np.roll or a negative index",
        ),
        Mistake(
            "the last row and the last column were never reached",
            _convolve_stopping_early,
            "range(height) and range(width), without a -1",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_convolve, b=np.zeros_like),
            "setting all images to 0: the output should be b everywhere",
        ),
        Mistake(
            "the bias were added once for each place in the window",
            _convolve_adding_bias_often,
            "adding b after the loop: it comes once to each sum",
        ),
        Mistake(
            "the sum over the window were divided by its size",
            _convolve_averaging,
            "a weighted sum, np.sum where you have np.mean",
        ),
        Mistake(
            "only the first channel of the images were read",
            altered(_convolve, W=lambda W: W * (np.arange(W.shape[2]) == 0)[:, None]),
            "summing over the channels as well: pixels @ W[i, j] does it",
        ),
        Mistake(
            "every channel got the weights of the first",
            altered(_convolve, W=_first_of_axis(2)),
            "W[i, j] of shape (channels, filters): each channel has a row of its own",
        ),
        Mistake(
            "every filter had the weights of the first",
            altered(_convolve, W=_first_of_axis(3)),
            "W[i, j] of shape (channels, filters): each filter has a column of its own",
        ),
        Mistake(
            "all places of the window had the weights of the first",
            altered(_convolve, W=lambda W: np.broadcast_to(W[:1, :1], W.shape)),
            "indexing W with the place inside the window: W[i, j]",
        ),
        Mistake(
            "the filters were added up",
            lambda **arguments: _convolve(**arguments).sum(axis=-1),
            "keeping the last axis: each filter makes a picture of its own",
        ),
        Mistake(
            "the filters came before the rows",
            lambda **arguments: np.moveaxis(_convolve(**arguments), -1, 1),
            "np.stack(pictures, axis=-1): the filters take the place of the channels",
        ),
        Mistake(
            "sums below 0 were cut off",
            lambda **arguments: np.maximum(_convolve(**arguments), 0),
            "leaving the activation out: relu is a step of its own",
        ),
    ),
)


# -- 03c: right answers, class by class --------------------------------------------------------


def _answer_tally(probabilities, labels):
    from sklearn.metrics import confusion_matrix, recall_score

    answers, classes = probabilities.argmax(axis=1), np.arange(probabilities.shape[1])
    confusion = confusion_matrix(labels, answers, labels=classes)
    options = dict(labels=classes, zero_division=0)
    recall = recall_score(labels, answers, average=None, **options)
    options["labels"] = np.unique(labels)
    return confusion, recall, float(recall_score(labels, answers, average="macro", **options))


def _draw_tally(rng, batch, classes, dtype="float64"):
    # Every class occurs, the first ones more often; most answers are right.
    shares = 1 / np.arange(1, classes + 1)
    more = rng.choice(classes, batch - classes, p=shares / shares.sum())
    labels = rng.permutation(np.concatenate([np.arange(classes), more]))
    scores = rng.normal(0, 1, (batch, classes)) + 1.2 * np.eye(classes)[labels]
    return dict(probabilities=_softmax(scores).astype(dtype), labels=labels)


def _example_tally(label, answers, labels, classes=3):
    """Return a case whose answers have a probability of 0.8."""
    probabilities = np.full((len(answers), classes), 0.2 / (classes - 1))
    probabilities[np.arange(len(answers)), answers] = 0.8
    return Case(dict(probabilities=probabilities, labels=np.array(labels)), label)


def _count_pairs(probabilities, labels):
    confusion = np.zeros((probabilities.shape[1],) * 2)
    np.add.at(confusion, (labels, probabilities.argmax(axis=1)), 1)
    return confusion


def _by_truth(confusion):
    return np.diag(confusion) / np.maximum(1, confusion.sum(axis=1))


def _mean_of_present(recall, confusion):
    return recall[confusion.sum(axis=1) > 0].mean()


def _tally(probabilities, labels, count=_count_pairs, recall=_by_truth, mean=_mean_of_present):
    """Return the three results; the switches make wrong answers."""
    confusion = count(probabilities, labels)
    shares = recall(confusion)
    return confusion, shares, mean(shares, confusion)


def _tally_with(**options):
    return lambda **arguments: _tally(**arguments, **options)


def _tally_showing(change):
    """Return a function that changes its table after the rest has been computed."""

    def run(**arguments):
        confusion, *rest = _tally(**arguments)
        return change(confusion), *rest

    return run


def _count_pairs_once(probabilities, labels):
    confusion = np.zeros((probabilities.shape[1],) * 2)
    confusion[labels, probabilities.argmax(axis=1)] += 1
    return confusion


def _count_sure_ones(probabilities, labels):
    sure = probabilities.max(axis=1) > 0.5
    return _count_pairs(probabilities[sure], labels[sure])


def _count_probabilities(probabilities, labels):
    confusion = np.zeros((probabilities.shape[1],) * 2)
    np.add.at(confusion, labels, probabilities)
    return confusion


def _count_known_classes(probabilities, labels):
    known = np.union1d(labels, probabilities.argmax(axis=1))
    return _count_pairs(probabilities, labels)[np.ix_(known, known)]


def _divided_by_zero(confusion):
    return np.diag(confusion) / confusion.sum(axis=1)


_TRUTH_IN_ROWS = "reading one entry aloud: row is the true class, column the class answered"

TALLY = Exercise(
    id="03c",
    title="right answers, class by class",
    points=2,
    key="sklearn.metrics.confusion_matrix and recall_score",
    results=(
        Result("confusion", ("truth", "answers")),
        Result("recall", ("classes",)),
        Result("balanced"),
    ),
    answer=_answer_tally,
    examples=(
        _example_tally("every answer right", [0, 1, 2, 1], [0, 1, 2, 1]),
        _example_tally("one answer wrong", [0, 1, 2, 1], [0, 1, 2, 2]),
        _example_tally("a class that never occurs", [0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1]),
        _example_tally("a class that is only answered", [0, 2, 0], [0, 0, 1]),
        _example_tally("a batch of one", [1], [1]),
    ),
    draw=_draw_tally,
    sizes=(
        ("", dict(batch=14, classes=3)),
        ("", dict(batch=30, classes=4)),
        ("two classes", dict(batch=12, classes=2)),
        ("ten classes", dict(batch=80, classes=10)),
        ("float32", dict(batch=25, classes=5, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "rows were the answers and columns the truth, throughout",
            _tally_with(count=lambda probabilities, y: _count_pairs(probabilities, y).T),
            _TRUTH_IN_ROWS,
        ),
        Mistake(
            "the table had the answers in its rows",
            _tally_showing(np.transpose),
            _TRUTH_IN_ROWS,
        ),
        Mistake(
            "the table held shares and not counts",
            _tally_showing(lambda table: table / np.maximum(1, table.sum(axis=1, keepdims=True))),
            "returning the table before anything is divided: its entries add up to the batch",
        ),
        Mistake(
            "right answers were left out of the table",
            _tally_showing(lambda table: table * (1 - np.eye(len(table)))),
            "counting every image: right answers stand on the diagonal",
        ),
        Mistake(
            "wrong answers were left out of the table",
            _tally_showing(lambda table: table * np.eye(len(table))),
            "counting every image: the entries of the table add up to the batch",
        ),
        Mistake(
            "a pair that occurs many times were counted once",
            _tally_with(count=_count_pairs_once),
            "a loop over the images, or np.add.at: table[rows, columns] += 1 adds once per place",
        ),
        Mistake(
            "probabilities had been added up in place of answers",
            _tally_with(count=_count_probabilities),
            "one answer for each image: probabilities.argmax(axis=1)",
        ),
        Mistake(
            "an answer counted only if its probability is above one half",
            _tally_with(count=_count_sure_ones),
            "probabilities.argmax(axis=1): the largest is the answer, however small it is",
        ),
        Mistake(
            "the last image were not counted",
            _tally_with(count=lambda probabilities, y: _count_pairs(probabilities[:-1], y[:-1])),
            "range(len(labels)), without a -1",
        ),
        Mistake(
            "recall were divided by how often a class is answered",
            _tally_with(recall=lambda table: np.diag(table) / np.maximum(1, table.sum(axis=0))),
            "dividing by the images that are of the class: a row's sum, axis=1",
        ),
        Mistake(
            "recall were divided by the whole batch",
            _tally_with(recall=lambda table: np.diag(table) / table.sum()),
            "dividing by the images that are of the class: a row's sum, axis=1",
        ),
        Mistake(
            "recall held the numbers of right answers, not their shares",
            _tally_with(recall=np.diag),
            "dividing by the images that are of the class: a row's sum, axis=1",
        ),
        Mistake(
            "recall held the shares of wrong answers",
            _tally_with(recall=lambda table: 1 - _by_truth(table)),
            "the diagonal: right answers stand there",
        ),
        Mistake(
            "the mean counted every image alike, so that it is the plain accuracy",
            _tally_with(mean=lambda recall, table: np.trace(table) / table.sum()),
            "averaging recall: a rare class counts as much as a common one",
        ),
        Mistake(
            "the recalls were added up and not averaged",
            _tally_with(mean=lambda recall, table: recall.sum()),
            "dividing by the number of classes that occur",
        ),
        Mistake(
            "a class that never occurs were in the mean, as a 0",
            _tally_with(mean=lambda recall, table: recall.mean()),
            "averaging only where confusion.sum(axis=1) > 0: no image, no verdict",
        ),
        Mistake(
            "0 had been divided by 0 for a class that never occurs",
            _tally_with(recall=_divided_by_zero, mean=lambda recall, table: recall.mean()),
            "np.maximum(1, count) as the divisor: 0 of 0 becomes 0 of 1",
        ),
        Mistake(
            "the recall of a class that never occurs were nan, though the mean is right",
            _tally_with(recall=_divided_by_zero, mean=lambda recall, table: np.nanmean(recall)),
            "np.maximum(1, count) as the divisor: 0 of 0 becomes 0 of 1",
        ),
        Mistake(
            "a class that never occurs counted as all right",
            _tally_with(
                recall=lambda table: np.where(table.sum(axis=1) > 0, _by_truth(table), 1.0)
            ),
            "0 as the recall of a class that never occurs",
        ),
        Mistake(
            "the table had no place for classes that never occur",
            _tally_with(count=_count_known_classes),
            "np.zeros((classes, classes)), with classes from probabilities.shape[1]",
        ),
        Mistake(
            "the last two results were returned in the other order",
            lambda **arguments: tuple(_tally(**arguments)[i] for i in (0, 2, 1)),
            "ending with: return confusion, recall, balanced",
        ),
    ),
)


# -- 03d: an image as a sequence of patches ----------------------------------------------------


def _answer_patches(images, size):
    keras = load_keras()
    padded = np.pad(images, ((0, 0), *((0, -length % size) for length in images.shape[1:])))
    patches = keras.ops.image.extract_patches(padded[..., None], size, padding="valid")
    return np.array(patches).reshape(len(images), -1, size * size)


def _draw_patches(rng, batch, height, width, size, dtype="float64"):
    return draw_arrays(rng, dtype, images=(batch, height, width)) | dict(size=size)


def _example_patches(label, height, width, size):
    """Return a case of one image whose pixels are 1, 2, 3 ..."""
    image = np.arange(1.0, height * width + 1).reshape(1, height, width)
    return Case(dict(images=image, size=size), label)


def _extend(images, before, after, mode="constant"):
    """Pad height and width by `before(length)` and `after(length)` pixels."""
    edges = [(before(length), after(length)) for length in images.shape[1:]]
    return np.pad(images, [(0, 0), *edges], mode=mode)


def _fill(images, size):
    return _extend(images, lambda n: 0, lambda n: -n % size)


def _grid(images, size, fill=_fill):
    """Return images cut up: (batch, rows, size, columns, size)."""
    filled = fill(images, size)
    batch, height, width = filled.shape
    return filled.reshape(batch, height // size, size, width // size, size)


def _patches(images, size, fill=_fill, order=(0, 1, 3, 2, 4)):
    """Return patches; `fill` makes the image fit, `order` is that of the axes of the grid."""
    return _grid(images, size, fill).transpose(order).reshape(len(images), -1, size * size)


def _patches_with(**options):
    return lambda **arguments: _patches(**arguments, **options)


def _patches_as_stretches(images, size):
    return _fill(images, size).reshape(len(images), -1, size * size)


def _patches_from_all_over(images, size):
    filled = _fill(images, size)
    batch, height, width = filled.shape
    spread = filled.reshape(batch, size, height // size, size, width // size)
    return spread.transpose(0, 2, 4, 1, 3).reshape(batch, -1, size * size)


def _patches_at_every_pixel(images, size):
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return windows.reshape(len(images), -1, size * size)


def _patches_of_any_size(images, size):
    # Raises, as the students' loop does, where there are patches of several sizes.
    height, width = images.shape[1:]
    corners = [(i, j) for i in range(0, height, size) for j in range(0, width, size)]
    patches = [images[:, i : i + size, j : j + size].reshape(len(images), -1) for i, j in corners]
    return np.stack(patches, axis=1)


def _cut(images, size):
    height, width = (length // size * size for length in images.shape[1:])
    return images[:, :height, :width]


_BY_ROWS = "the rows in the outer loop, the columns in the inner one: a page is read line by line"

PATCHES = Exercise(
    id="03d",
    title="an image as a sequence of patches",
    points=2,
    key="keras.ops.image.extract_patches",
    results=(Result("sequence", ("batch", "time", "features")),),
    answer=_answer_patches,
    examples=(
        _example_patches("two patches side by side", 2, 4, 2),
        _example_patches("two patches one below the other", 4, 2, 2),
        _example_patches("a width that does not divide evenly", 2, 3, 2),
        _example_patches("a height that does not divide evenly", 4, 3, 3),
        _example_patches("neither divides evenly", 4, 5, 3),
        _example_patches("a patch larger than the image", 1, 2, 3),
    ),
    draw=_draw_patches,
    sizes=(
        ("", dict(batch=3, height=4, width=6, size=2)),
        ("", dict(batch=2, height=9, width=6, size=3)),
        ("patches of one pixel", dict(batch=2, height=3, width=4, size=1)),
        ("one patch, the whole image", dict(batch=3, height=4, width=4, size=4)),
        ("a batch of one", dict(batch=1, height=6, width=4, size=2)),
        ("float32", dict(batch=4, height=8, width=8, size=4, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "each step were a stretch of the rows and not a square",
            _patches_as_stretches,
            "images[:, row : row + size, column : column + size] for one patch",
        ),
        Mistake(
            "the patches were taken column by column",
            _patches_with(order=(0, 3, 1, 2, 4)),
            _BY_ROWS,
        ),
        Mistake(
            "the pixels of each patch were read column by column",
            _patches_with(order=(0, 1, 3, 4, 2)),
            "patch.reshape(batch, -1) of a patch (batch, size, size): rows come first",
        ),
        Mistake(
            "rows and columns of the images were swapped",
            _patches_with(order=(0, 3, 1, 4, 2)),
            "the order of the axes: images are (batch, height, width)",
        ),
        Mistake(
            "the pixels of each patch came from all over the image",
            _patches_from_all_over,
            "reshape to (batch, rows, size, columns, size): a row of patches has size rows",
        ),
        Mistake(
            "the patches overlapped, one beginning at every pixel",
            _patches_at_every_pixel,
            "range(0, height, size): the next patch begins where this one ends",
        ),
        Mistake(
            "what does not fill a patch were cut off",
            _patches_with(fill=_cut),
            "filling up with zeros first: the last patch of a row holds what is left",
        ),
        Mistake(
            "patches at the edge were smaller than the others",
            _patches_of_any_size,
            "np.pad(images, ((0, 0), (0, below), (0, right))) before anything is cut",
        ),
        Mistake(
            "zeros were added also where the image divides evenly",
            _patches_with(
                fill=lambda images, size: _extend(images, lambda n: 0, lambda n: size - n % size)
            ),
            "-height % size zeros: none if height is a multiple of size",
        ),
        Mistake(
            "the zeros stood above and to the left",
            _patches_with(
                fill=lambda images, size: _extend(images, lambda n: -n % size, lambda n: 0)
            ),
            "np.pad(images, ((0, 0), (0, below), (0, right))): the image begins in its corner",
        ),
        Mistake(
            "the zeros had been shared between both sides",
            _patches_with(
                fill=lambda images, size: _extend(
                    images, lambda n: -n % size // 2, lambda n: -n % size - -n % size // 2
                )
            ),
            "np.pad(images, ((0, 0), (0, below), (0, right))): the image begins in its corner",
        ),
        Mistake(
            "the image were filled up with its own edge pixels",
            _patches_with(
                fill=lambda images, size: _extend(
                    images, lambda n: 0, lambda n: -n % size, mode="edge"
                )
            ),
            "filling up with zeros: 0 is paper",
        ),
        Mistake(
            "the patches had kept their two axes",
            lambda images, size: _patches(images, size).reshape(len(images), -1, size, size),
            "reshape(batch, -1, size * size): the pixels of a patch become the features of a step",
        ),
        Mistake(
            "the patches still stood in rows and columns",
            lambda images, size: (
                _grid(images, size)
                .swapaxes(2, 3)
                .reshape(len(images), *(-(-n // size) for n in images.shape[1:]), -1)
            ),
            "reshape(batch, -1, size * size): a sequence has one axis for its steps",
        ),
        Mistake(
            "the patches of all images made one long sequence",
            lambda images, size: _patches(images, size).reshape(-1, size * size),
            "reshape(batch, -1, size * size): each image is a sequence of its own",
        ),
        Mistake(
            "the axes time and features were swapped",
            lambda **arguments: _patches(**arguments).swapaxes(1, 2),
            "np.stack(list_of_patches, axis=1), with patches of shape (batch, features)",
        ),
        Mistake(
            "the axes batch and time were swapped",
            lambda **arguments: _patches(**arguments).swapaxes(0, 1),
            "np.stack(list_of_patches, axis=1): np.array(list_of_patches) puts time first",
        ),
        Mistake(
            "the patches were returned as a Python list",
            lambda **arguments: list(_patches(**arguments).swapaxes(0, 1)),
            "np.stack(list_of_patches, axis=1): it makes one array, with time as the second axis",
        ),
        Mistake(
            "each patch were averaged to one number",
            lambda **arguments: _patches(**arguments).mean(axis=2),
            "keeping all pixels of a patch: they are the features of the step",
        ),
    ),
)

EXERCISES = (ENTROPY, CONVOLUTION, TALLY, PATCHES)
QUESTION = Question("03e", "what a layer takes for granted", points=2)
