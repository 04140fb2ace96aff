"""Checks of lesson 03: cross-entropy, a convolution, answers by class, patches as steps."""

from course_tools.bank import draw_arrays, exercise, load_keras
from course_utils.cells import softmax

import numpy as np


def entropy(scores, labels):
    scores = scores if scores.dtype.kind == "f" else scores.astype(float)
    options = dict(from_logits=True, ignore_class=-1, dtype=scores.dtype.name)
    loss = load_keras().losses.SparseCategoricalCrossentropy
    losses = loss(reduction=None, **options)(labels, scores)
    mean = loss(reduction="sum_over_batch_size", **options)(labels, scores)
    return np.array(losses), float(mean)


def draw_entropy(rng, batch, classes, missing=True, dtype="float64"):
    scores = 2 * draw_arrays(rng, dtype, scores=(batch, classes))["scores"]
    labels = rng.integers(0, classes, batch)
    if missing:
        labels[rng.permutation(batch)[: batch // 3]] = -1
    return dict(scores=scores, labels=labels)


def naive_softmax(z):
    powers = np.exp(z)
    return powers / powers.sum(axis=1, keepdims=True)


LIMITED = "\n        ".join(
    f"a probability of 0 is raised to {floor:g}, and the loss limited with it"
    f" | log_total - shifted[ -> -np.log(np.maximum(softmax(scores), {floor}))["
    for floor in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
)
ENTROPY = exercise(
    "03a",
    key="keras.losses.SparseCategoricalCrossentropy",
    answer=entropy,
    returns="losses (batch)\nmean",
    examples={
        "equal scores": dict(scores=[[0, 0, 0, 0]], labels=np.array([1])),
        "one image": dict(scores=[[2, 2, 0]], labels=np.array([2])),
        "one of two without a label": dict(scores=[[2, 2, 0]] * 2, labels=np.array([0, -1])),
        "large scores": dict(scores=[[1000, 1000, 998]], labels=np.array([0])),
        "a class without a chance": dict(scores=[[0, 0, -1000]], labels=np.array([2])),
        "large and small scores": dict(
            scores=[[1000, 1000], [-1000, -1000]], labels=np.array([0, 1])
        ),
        "no label at all": dict(scores=[[2, 2, 0]], labels=np.array([-1])),
        "scores of whole numbers": dict(
            scores=np.array([[3, 1, 0], [0, -2, 2]]), labels=np.array([1, -1])
        ),
    },
    draw=draw_entropy,
    sizes=(
        ("", dict(batch=6, classes=3)),
        ("", dict(batch=9, classes=4)),
        ("every image with a label", dict(batch=5, classes=4, missing=False)),
        ("two classes", dict(batch=7, classes=2)),
        ("a batch of one", dict(batch=1, classes=5)),
        ("float32", dict(batch=8, classes=10, dtype="float32")),
    ),
    mistakes=f"""
        exponentials of large scores are divided by each other
            | log_total - shifted[ -> -np.log(naive_softmax(scores))[
        exponentials of large scores are summed before the logarithm
            | - scores.max(axis=1, keepdims=True) ->
            subtracting each row's largest score before np.exp: the probabilities stay the same
        the largest score of the whole batch is subtracted in every row
            | max(axis=1, keepdims=True) -> max()
            using scores.max(axis=1, keepdims=True): each row has a largest score of its own
        a probability is already 0 when its logarithm is taken
            | log_total - shifted[ -> -np.log(softmax(scores))[
        {LIMITED}
            taking the logarithm on paper: log(e^s / sum) = s - log(sum), no probability in between
        the mean over no label at all is 0 divided by 0 | max(1, labelled.sum()) -> labelled.sum()
            trying a batch in which every label is -1: the task says what its mean is
        an image without a label is taken for one of the last class
            | np.where(labelled, losses, 0) -> losses, then labelled.sum() -> len(labels)
            finding the images with labels >= 0 first: in Python, index -1 is the last entry
        an image without a label is taken for one of class 0 | labels: np.maximum(labels, 0)
            setting the loss to 0 where the label is -1, after all losses are known
        images of class 0 are left out, as if unlabelled
            | np.where(labelled -> np.where(labels > 0
        images of class 0 are left out, and not counted in the mean either
            | labels >= 0 -> labels > 0
            using labels >= 0 for images with a label: 0 is a class
        images without a label keep a loss, though the mean leaves them out
            | np.where(labelled, losses, 0) -> losses, then losses.sum() -> losses[labelled].sum()
            blanking those losses: np.where(labels >= 0, losses, 0)
        images without a label are missing from losses
            | np.where(labelled, losses, 0) -> losses[labelled]
            keeping every image in its place: where the label is -1, the loss is 0
        the sum is divided by the number of all images | max(1, labelled.sum()) -> len(labels)
            counting with (labels >= 0).sum(): only images with a label count
        the sum of the losses is not divided | / max(1, labelled.sum()) ->
            dividing by (labels >= 0).sum(), the number of images with a label
        the losses are divided by the number of classes | losses, 0) -> losses / scores.shape[1], 0)
            working out four equal scores: the loss is log(4) = 1.386, with no mean over the classes
        softmax runs over the batch
            | scores: scores - scores.max(axis=0), then .sum(axis=1) -> .sum(axis=0)
            | , then log_total - shifted[ -> (log_total - shifted)[
        softmax takes both its largest score and its sum over the batch
            | axis=1 -> axis=0, then log_total - shifted[ -> (log_total - shifted)[
        the exponentials are added up over the batch, not over the classes
            | .sum(axis=1) -> .sum(axis=0), then log_total - shifted[ -> (log_total - shifted)[
            using axis=1, keepdims=True: the probabilities of each row add up to 1
        softmax is missing, and the scores are taken for probabilities
            | log_total - shifted[ -> -np.log(scores)[
            printing the row before its logarithm: are its numbers positive, and is their sum 1?
        the loss is the score of the right class alone | log_total - shifted[ -> -scores[
            working out four equal scores of 0: the loss is log(4) = 1.386, as the others count too
        the sign is flipped | losses, 0) -> -losses, 0)
            checking the sign: a loss is never below 0
        the logarithm is to base 2 | losses, 0) -> losses / np.log(2), 0)
            using np.log, the natural logarithm
        the probabilities themselves are returned, without a logarithm
            | log_total - shifted[ -> softmax(scores)[
            imagining a network that is sure and right: its loss is 0, not 1
        the loss is 1 minus the probability, with no logarithm
            | log_total - shifted[ -> 1 - softmax(scores)[
            imagining a network that is sure and wrong: its loss has no upper limit
        the class with the highest score is taken for the right one
            | [np.arange(len(labels)), labels] -> .max(axis=1)
            picking the column that the label names: the largest score knows no labels
        the classes are counted from 1 | , labels] -> , labels - 1]
            using the label as it is: label 0 is column 0
        every image is paired with the labels of all images
            | log_total - shifted[np.arange(len(labels)), -> log_total[:, None] - shifted[:,
            | , then np.where(labelled -> np.where(labelled[:, None]
            picking scores[np.arange(len(labels)), labels]: row i with the label of image i
        the losses are still spread over the classes
            | return losses -> return losses[:, None] * np.eye(scores.shape[1])[labels]
            adding up over the classes, axis=1: one loss for each image
        the scores are overwritten
            | shifted = scores - scores.max -> shifted = scores; shifted -= scores.max
            writing scores = scores - ... where you have scores -= ..., which changes the argument
    """,
)


def convolution(images, W, b):
    options = dict(kernel_initializer="zeros", name="answer_key", dtype=W.dtype.name)
    layer = load_keras().layers.Conv2D(len(b), W.shape[:2], padding="same", **options)
    layer.build(images.shape)
    layer.set_weights([W, b])
    return np.array(layer(images.astype(W.dtype)))


def one_channel(image, window, bias=0):
    """Return an example: one image with one channel, one filter."""
    image, window = np.array(image, float), np.array(window, float)
    return dict(images=image[None, :, :, None], W=window[:, :, None, None], b=[bias])


def inside(images, W):
    """Return the slices of the pixels around which the whole window fits."""
    pairs = zip(images.shape[1:3], W.shape[:2], strict=True)
    return [slice(window // 2, image - window // 2) for image, window in pairs]


NINE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
CONVOLUTION = exercise(
    "03b",
    key="keras.layers.Conv2D",
    answer=convolution,
    returns="output (batch, height, width, filters)",
    examples={
        "a window of one pixel": one_channel([[1, 2], [3, 4]], [[2]]),
        "only the bias": one_channel([[0, 0], [0, 0]], [[0]], bias=1),
        "one bright pixel in the middle": one_channel([[0, 0, 0], [0, 1, 0], [0, 0, 0]], NINE),
        "one row, a window of one row": one_channel([[1, 2, 4]], [[-1, 0, 1]]),
        "an image smaller than the window": one_channel([[1, 2]], NINE),
        "a tall window on a tall image": one_channel([[1], [2], [4]], [[1], [2], [3], [4], [5]]),
        "a wide window on a wide image": one_channel([[1, 2, 4]], [[1, 2, 3, 4, 5]]),
        "an image of one pixel": one_channel([[2]], np.arange(25).reshape(5, 5)),
        "an image of bytes": dict(
            images=np.array([[[[200], [3], [255]]]], dtype="uint8"), W=[[[[-0.5]], [[0.25]], [[2]]]]
        )
        | dict(b=[0.5]),
    },
    sizes=(
        ("", dict(batch=3, height=6, width=5, rows=3, columns=3, channels=2, filters=4)),
        ("", dict(batch=2, height=7, width=8, rows=5, columns=3, channels=3, filters=2)),
        (
            "a wide window",
            dict(batch=2, height=4, width=7, rows=1, columns=5, channels=2, filters=3),
        ),
        (
            "a batch of one",
            dict(batch=1, height=5, width=6, rows=5, columns=7, channels=1, filters=1),
        ),
        (
            "float32",
            dict(batch=2, height=8, width=8, rows=3, columns=5, channels=1, filters=3)
            | dict(dtype="float32"),
        ),
    ),
    mistakes="""
        the window is flipped, upside down and left to right | W[r, s] -> W[-1 - r, -1 - s]
            lighting one pixel, to the left of where you are: the left column of W meets it
        rows and columns of the window are swapped | W: W.swapaxes(0, 1)
            checking the order of indices: W[row, column] goes with images[:, row, column]
        the image is not padded | return: result[:, *inside(images, W)]
            using np.pad(images, ((0, 0), (up, up), (left, left), (0, 0))), up being rows // 2
        pixels are left at 0 where the window reaches over the edge
            | return output -> part = (slice(None), *inside(images, W)); seen = 0 * output;
            | seen[part] = output[part]; return seen
            padding with zeros first: then the window fits everywhere
        the window hangs from its upper left corner
            | (up, up), (left, left) -> (0, rows - 1), (0, columns - 1)
            putting as many rows of zeros above as below: the window's middle is on the pixel
        one ring of zeros is added, however large the window is
            | (up, up), (left, left) -> (1, 1), (1, 1)
            adding rows // 2 rows of zeros above and below, columns // 2 columns left and right
        the image is padded with its own edge pixels | (0, 0))) -> (0, 0)), mode="edge")
            using np.pad with zeros, its default: outside the image there is nothing
        the image goes on at its other side | (0, 0))) -> (0, 0)), mode="wrap")
            using np.pad with zeros, where you have np.roll or a negative index
        the last row and the last column are never reached
            | return output -> output[:, -1] = 0; output[:, :, -1] = 0; return output
            looping over range(height) and range(width), without a -1
        the bias is missing | + b ->
            setting all images to 0: the output should be b everywhere
        the bias is added once for each place in the window | + b ->, then W[r, s] -> W[r, s] + b
            adding b after the loop: each sum gets it once
        the sum over the window is divided by its size | W[r, s] -> W[r, s] / (rows * columns)
            using a weighted sum: np.sum where you have np.mean
        only the first channel of the images is read
            | pixels @ W[r, s] -> pixels[..., :1] @ W[r, s, :1]
            summing over the channels as well: pixels @ W[i, j] does it
        every channel gets the weights of the first | W: 0 * W + W[:, :, :1]
            using W[i, j] of shape (channels, filters): each channel has a row of its own
        every filter has the weights of the first | W: 0 * W + W[..., :1]
            using W[i, j] of shape (channels, filters): each filter has a column of its own
        all places of the window have the weights of the first | W[r, s] -> W[0, 0]
            indexing W with the place inside the window: W[i, j]
        the filters are added up | return: result.sum(axis=-1)
            keeping the last axis: each filter makes a picture of its own
        the filters come before the rows | return: np.moveaxis(result, -1, 1)
            using np.stack(pictures, axis=-1): the filters take the place of the channels
        sums below 0 are cut off | return: np.maximum(result, 0)
            leaving the activation out: relu is a step of its own
    """,
)


def tally(probabilities, labels):
    from sklearn.metrics import confusion_matrix, recall_score

    answers, classes = probabilities.argmax(axis=1), np.arange(probabilities.shape[1])

    def recall(average, classes):
        options = dict(labels=classes, average=average, zero_division=0)
        return recall_score(labels, answers, **options)

    confusion = confusion_matrix(labels, answers, labels=classes)
    return confusion, recall(None, classes), float(recall("macro", np.unique(labels)))


def draw_tally(rng, batch, classes, dtype="float64"):
    # Every class occurs, the first ones more often; most answers are right.
    shares = 1 / np.arange(1, classes + 1)
    more = rng.choice(classes, batch - classes, p=shares / shares.sum())
    labels = rng.permutation(np.concatenate([np.arange(classes), more]))
    scores = rng.normal(0, 1, (batch, classes)) + 1.2 * np.eye(classes)[labels]
    return dict(probabilities=softmax(scores).astype(dtype), labels=labels)


def answered(answers, labels):
    """Return an example of three classes whose answers have a probability of 0.8."""
    probabilities = np.where(np.array(answers)[:, None] == np.arange(3), 0.8, 0.1)
    return dict(probabilities=probabilities, labels=np.array(labels))


TALLY = exercise(
    "03c",
    key="sklearn.metrics.confusion_matrix and recall_score",
    answer=tally,
    returns="confusion (truth, answers)\nrecall (classes)\nbalanced",
    examples={
        "every answer right": answered([0, 1, 2, 1], [0, 1, 2, 1]),
        "one answer wrong": answered([0, 1, 2, 1], [0, 1, 2, 2]),
        "a class that never occurs": answered([0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1]),
        "a class that is only answered": answered([0, 2, 0], [0, 0, 1]),
        "a batch of one": answered([1], [1]),
        "hundreds of images of one class": answered([0] * 290 + [1, 2], [0] * 280 + [1] * 12),
    },
    draw=draw_tally,
    sizes=(
        ("", dict(batch=14, classes=3)),
        ("", dict(batch=30, classes=4)),
        ("two classes", dict(batch=12, classes=2)),
        ("ten classes", dict(batch=80, classes=10)),
        ("float32", dict(batch=25, classes=5, dtype="float32")),
    ),
    mistakes="""
        rows are the answers and columns the truth, throughout | [truth, answer] -> [answer, truth]
        the table has the answers in its rows | return confusion -> return confusion.T
            reading one entry aloud: the row is the true class, the column the class answered
        the table holds shares, not counts
            | return confusion -> return confusion / np.maximum(1, images)[:, None]
            returning the table before anything is divided: its entries add up to the batch
        right answers are left out of the table
            | return confusion -> return confusion * (1 - np.eye(classes))
            counting every image: right answers are on the diagonal
        wrong answers are left out of the table
            | return confusion -> return confusion * np.eye(classes)
            counting every image: the entries of the table add up to the batch
        a pair that occurs many times is counted once | += 1 -> = 1
            looping over the images, or np.add.at: table[rows, columns] += 1 adds once per place
        probabilities are added up in place of answers
            | .argmax(axis=1) ->, then [truth, answer] += 1 -> [truth] += answer
            taking one answer for each image: probabilities.argmax(axis=1)
        an answer counts only if its probability is above one half
            | answers, strict -> probabilities > 0.5, strict
            using probabilities.argmax(axis=1): the largest is the answer, however small it is
        the last image is not counted | labels, answers, -> labels[:-1], answers[:-1],
            looping over range(len(labels)), without a -1
        recall is divided by how often a class is answered
            | np.maximum(1, images) -> np.maximum(1, confusion.sum(axis=0))
        recall is divided by the whole batch | np.maximum(1, images) -> len(labels)
        recall holds the numbers of right answers, not their shares | / np.maximum(1, images) ->
            dividing by the images that are of the class: a row's sum, axis=1
        recall holds the shares of wrong answers | recall = np -> recall = 1 - np
            looking at the diagonal: that is where right answers are
        the mean counts every image alike, which makes it plain accuracy
            | recall[images > 0].mean() -> np.mean(answers == labels)
            averaging recall: a rare class counts as much as a common one
        the recalls are added up, not averaged | .mean() -> .sum()
            dividing by the number of classes that occur
        a class that never occurs enters the mean as a 0 | recall[images > 0] -> recall
            averaging only where confusion.sum(axis=1) > 0: no image, no verdict
        a class that never occurs leads to 0 divided by 0
            | np.maximum(1, images) -> images, then recall[images > 0] -> recall
        the recall of a class that never occurs is nan, though the mean is right
            | np.maximum(1, images) -> images
            dividing by np.maximum(1, count): 0 of 0 becomes 0 of 1
        a class that never occurs counts as all right
            | np.maximum(1, images) -> np.maximum(1, images) + (images == 0)
            setting the recall of a class that never occurs to 0
        the table has no place for classes that never occur
            | images = confusion -> known = np.union1d(labels, answers);
            | confusion = confusion[known][:, known]; images = confusion
            using np.zeros((classes, classes)), with classes from probabilities.shape[1]
        the last two results are in the wrong order
            | recall, recall[images > 0].mean() -> recall[images > 0].mean(), recall
            ending with: return confusion, recall, balanced
    """,
)


def patches(images, size):
    padded = np.pad(images, ((0, 0), *((0, -length % size) for length in images.shape[1:])))
    padded = padded if padded.dtype.kind == "f" else padded.astype(float)
    cut = load_keras().ops.image.extract_patches(padded[..., None], size, padding="valid")
    return np.array(cut).reshape(len(images), -1, size * size)


def draw_patches(rng, batch, height, width, size, dtype="float64"):
    return draw_arrays(rng, dtype, images=(batch, height, width)) | dict(size=size)


def counted(height, width, size):
    """Return an example of one image whose pixels are 1, 2, 3 ..."""
    return dict(images=np.arange(1.0, height * width + 1).reshape(1, height, width), size=size)


PATCHES = exercise(
    "03d",
    key="keras.ops.image.extract_patches",
    answer=patches,
    returns="sequence (batch, time, features)",
    examples={
        "two patches side by side": counted(2, 4, 2),
        "two patches one below the other": counted(4, 2, 2),
        "a width that does not divide evenly": counted(2, 3, 2),
        "a height that does not divide evenly": counted(4, 3, 3),
        "neither divides evenly": counted(4, 5, 3),
        "a patch larger than the image": counted(1, 2, 3),
        "a last patch with one column of pixels": counted(3, 4, 3),
        "an image of bytes": dict(images=np.array([[[200, 3, 255]]], dtype="uint8"), size=2),
    },
    draw=draw_patches,
    sizes=(
        ("", dict(batch=3, height=4, width=6, size=2)),
        ("", dict(batch=2, height=9, width=6, size=3)),
        ("neither divides evenly", dict(batch=4, height=5, width=7, size=2)),
        ("patches of one pixel", dict(batch=2, height=3, width=4, size=1)),
        ("one patch, the whole image", dict(batch=3, height=4, width=4, size=4)),
        ("a batch of one", dict(batch=1, height=6, width=4, size=2)),
        ("float32", dict(batch=4, height=8, width=8, size=4, dtype="float32")),
    ),
    without=("states",),
    mistakes="""
        each step is a stretch of the rows, not a square
            | np.stack(steps, axis=1) -> padded.reshape(batch, -1, size * size)
            cutting out images[:, row : row + size, column : column + size] for one patch
        the patches are taken column by column
            | images: images.swapaxes(1, 2), then patch.reshape -> patch.swapaxes(1, 2).reshape
            looping over rows outside, over columns inside: a page is read line by line
        the pixels of each patch are read column by column
            | patch.reshape -> patch.swapaxes(1, 2).reshape
            using patch.reshape(batch, -1) of a patch (batch, size, size): rows come first
        rows and columns of the images are swapped | images: images.swapaxes(1, 2)
            checking the order of the axes: images are (batch, height, width)
        the pixels of each patch come from all over the image
            | row : row + size -> row // size :: -(-height // size)
            | , then column : column + size -> column // size :: -(-width // size)
            reshaping to (batch, rows, size, columns, size): a row of patches has size rows
        the patches overlap, one beginning at every pixel
            | (0, height, size): -> (height - size + 1):
            | , then (0, width, size): -> (width - size + 1):
            looping over range(0, height, size): the next patch begins where this one ends
        what does not fill a patch is cut off
            | (0, height, size): -> (0, height - size + 1, size):
            | , then (0, width, size): -> (0, width - size + 1, size):
            | , then np.stack(steps, axis=1) ->
            | np.reshape(steps, (-1, batch, size * size)).swapaxes(0, 1)
        what does not fill a patch is cut off, and a small image leaves nothing to stack
            | (0, height, size): -> (0, height - size + 1, size):
            | , then (0, width, size): -> (0, width - size + 1, size):
            padding with zeros first: the last patch of a row holds what is left
        patches at the edge are smaller than the others
            | padded[:, row -> images[:, row, then batch, size * size -> batch, -1
            using np.pad(images, ((0, 0), (0, below), (0, right))) before anything is cut
        zeros are added even where the image divides evenly
            | -height % size -> size - height % size, then -width % size -> size - width % size
            | , then height, size): -> height + 1, size):, then width, size): -> width + 1, size):
            adding -height % size zeros: none if height is a multiple of size
        the zeros are above and to the left
            | (0, -height % size), (0, -width % size) -> (-height % size, 0), (-width % size, 0)
        the zeros are shared between both sides
            | (0, -height % size), (0, -width % size) ->
            | *((-n % size // 2, (-n % size + 1) // 2) for n in (height, width))
            using np.pad(images, ((0, 0), (0, below), (0, right))): the image begins in its corner
        the image is padded with its own edge pixels
            | width % size))) -> width % size)), mode="edge")
            padding with zeros: 0 is paper
        the patches keep their two axes | patch.reshape(batch, size * size) -> patch
            using reshape(batch, -1, size * size): a patch's pixels become the features of a step
        the patches are still in rows and columns
            | axis=1) -> axis=1).reshape(batch, -(-height // size), -1, size * size)
            using reshape(batch, -1, size * size): a sequence has one axis for its steps
        the patches of all images make one long sequence | axis=1) -> axis=1).reshape(-1, size**2)
            using reshape(batch, -1, size * size): each image is a sequence of its own
        the axes time and features are swapped | axis=1 -> axis=2
            using np.stack(list_of_patches, axis=1), with patches of shape (batch, features)
        the axes batch and time are swapped | axis=1 -> axis=0
            using np.stack(list_of_patches, axis=1): np.array(list_of_patches) puts time first
        the patches come back as a Python list | np.stack(steps, axis=1) -> steps
            using np.stack(list_of_patches, axis=1): it makes one array, with time as second axis
        each patch is averaged to one number | return: result.mean(axis=2)
            keeping all pixels of a patch: they are the features of the step
    """,
)

EXERCISES = (ENTROPY, CONVOLUTION, TALLY, PATCHES)
