# ruff: noqa
# === 03a wrong conceptual: the other classes are charged too, as for many yes-or-no questions
def compute_losses(scores, labels):
    z = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    losses = np.zeros(len(labels))
    for i, y in enumerate(labels):
        if y >= 0:
            for k in range(scores.shape[1]):
                losses[i] -= np.log(p[i, k]) if k == y else np.log(1 - p[i, k])
    n = (labels >= 0).sum()
    return losses, losses.sum() / n if n else 0.0


# === 03a wrong careless: the minus sign is missing
def compute_losses(scores, labels):
    shifted = scores - scores.max(1)[:, None]
    log_p = shifted - np.log(np.exp(shifted).sum(1))[:, None]
    has = labels != -1
    losses = np.where(has, log_p[np.arange(len(labels)), labels], 0)
    return losses, losses.sum() / max(has.sum(), 1)


# === 03a wrong misread: returns the sum of the losses where the mean was asked for
def compute_losses(scores, labels):
    biggest = np.max(scores, axis=-1, keepdims=True)
    lse = biggest[:, 0] + np.log(np.sum(np.exp(scores - biggest), axis=-1))
    losses = (lse - scores[range(len(labels)), labels]) * (labels >= 0)
    return losses, float(losses.sum())


# === 03a wrong over-clever: a small number inside the logarithm, so no loss can exceed 20.7
def compute_losses(scores, labels):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    known = labels >= 0
    losses = np.where(known, -np.log(p[np.arange(len(p)), labels] + 1e-9), 0.0)
    return losses, losses[known].mean() if known.any() else 0.0


# === 03a wrong two: nothing is subtracted from large scores and the mean counts unlabelled images
def compute_losses(scores, labels):
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    losses = np.array([0.0 if y < 0 else -np.log(p[i, y]) for i, y in enumerate(labels)])
    return losses, losses.mean()


# === 03a wrong hole: without a single label the mean is nan
def compute_losses(scores, labels):
    z = scores - scores.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    mask = labels >= 0
    losses = -log_p[np.arange(len(labels)), labels] * mask
    return losses, losses.sum() / mask.sum()


# === 03a right style: logaddexp.reduce and np.average with weights
def compute_losses(scores, labels):
    known = np.asarray(labels) >= 0
    own = np.take_along_axis(scores, np.where(known, labels, 0)[:, None], axis=1)[:, 0]
    losses = np.where(known, np.logaddexp.reduce(scores, axis=1) - own, 0.0)
    return losses, np.average(losses, weights=known) if known.any() else 0.0


# === 03b wrong conceptual: the window is turned round before it slides
def convolve(images, W, b):
    R, C = W.shape[:2]
    W = W[::-1, ::-1]  # a convolution flips its kernel
    batch, height, width, _ = images.shape
    x = np.pad(images, ((0, 0), (R // 2, R // 2), (C // 2, C // 2), (0, 0)))
    out = np.zeros((batch, height, width, W.shape[3])) + b
    for r in range(R):
        for s in range(C):
            out += x[:, r:r + height, s:s + width] @ W[r, s]
    return out


# === 03b wrong careless: the bias is added once for every place of the window
def convolve(images, W, b):
    R, C, _, F = W.shape
    B, H, N, _ = images.shape
    x = np.pad(images, [(0, 0), (R // 2, R // 2), (C // 2, C // 2), (0, 0)])
    out = np.zeros((B, H, N, F))
    for r in range(R):
        for s in range(C):
            out += np.einsum("bhwc,cf->bhwf", x[:, r:r + H, s:s + N], W[r, s]) + b
    return out


# === 03b wrong two: the edge pixels are repeated outside and the bias is forgotten
def convolve(images, W, b):
    R, C = W.shape[0], W.shape[1]
    B, H, N, _ = images.shape
    x = np.pad(images, ((0, 0), (R // 2,) * 2, (C // 2,) * 2, (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(x, (R, C), axis=(1, 2))
    return np.einsum("bhwcrs,rscf->bhwf", windows, W)


# === 03b wrong hole: the output gets the dtype of the images, so whole-number images cut it off
def convolve(images, W, b):
    R, C, _, F = W.shape
    B, H, N, _ = images.shape
    x = np.pad(images, ((0, 0), (R // 2, R // 2), (C // 2, C // 2), (0, 0)))
    out = np.empty((B, H, N, F), dtype=images.dtype)
    for i in range(H):
        for j in range(N):
            out[:, i, j, :] = np.einsum("brsc,rscf->bf", x[:, i:i + R, j:j + C], W) + b
    return out


# === 03b right style: TensorFlow's own convolution
def convolve(images, W, b):
    import tensorflow as tf

    images, W = tf.cast(images, tf.float64), tf.cast(W, tf.float64)
    return tf.nn.conv2d(images, W, strides=1, padding="SAME") + tf.cast(b, tf.float64)


# === 03c wrong conceptual: divides by how often a class was answered, which is precision
def judge_classes(probabilities, labels):
    n = probabilities.shape[1]
    confusion = np.zeros((n, n), dtype=int)
    for p, y in zip(probabilities, labels):
        confusion[y, np.argmax(p)] += 1
    answered = confusion.sum(axis=0)
    recall = np.diag(confusion) / np.maximum(answered, 1)
    return confusion, recall, recall[np.unique(labels)].mean()


# === 03c wrong careless: the answer is in the rows of the table and the true class in the columns
def judge_classes(probabilities, labels):
    classes = probabilities.shape[1]
    answers = probabilities.argmax(axis=1)
    confusion = np.zeros((classes, classes), int)
    np.add.at(confusion, (answers, labels), 1)
    images = confusion.sum(axis=0)
    recall = np.divide(confusion.diagonal(), images, out=np.zeros(classes), where=images > 0)
    return confusion, recall, recall[images > 0].mean()


# === 03c wrong misread: balanced is the plain share of right answers
def judge_classes(probabilities, labels):
    k = probabilities.shape[1]
    pred = probabilities.argmax(1)
    confusion = np.bincount(labels * k + pred, minlength=k * k).reshape(k, k)
    recall = np.diag(confusion) / np.maximum(confusion.sum(1), 1)
    balanced = (pred == labels).mean()
    return confusion, recall, balanced


# === 03c wrong over-clever: adds with a list of indices, which counts a repeated pair once
def judge_classes(probabilities, labels):
    n = probabilities.shape[1]
    confusion = np.zeros((n, n), dtype=int)
    confusion[labels, probabilities.argmax(axis=1)] += 1
    images = np.bincount(labels, minlength=n)
    recall = np.diag(confusion) / np.maximum(images, 1)
    return confusion, recall, recall[images > 0].mean()


# === 03c wrong two: the number of classes is that of the labels seen and the table is transposed
def judge_classes(probabilities, labels):
    answers = np.argmax(probabilities, axis=1)
    n = max(labels.max(), answers.max()) + 1
    confusion = np.zeros((n, n), dtype=int)
    for a, y in zip(answers, labels):
        confusion[a, y] += 1
    images = confusion.sum(axis=0)
    recall = np.diag(confusion) / np.maximum(images, 1)
    return confusion, recall, recall[images > 0].mean()


# === 03c wrong hole: the answer is the class above one half, and class 0 where there is none
def judge_classes(probabilities, labels):
    n = probabilities.shape[1]
    answers = (probabilities > 0.5).argmax(axis=1)
    confusion = np.zeros((n, n), dtype=int)
    for i, j in zip(labels, answers):
        confusion[i, j] += 1
    images = confusion.sum(axis=1)
    recall = np.diag(confusion) / np.maximum(images, 1)
    return confusion, recall, recall[images > 0].mean()


# === 03c right style: product of two tables of ones and zeros
def judge_classes(probabilities, labels):
    one = np.eye(np.shape(probabilities)[1], dtype=int)
    confusion = one[labels].T @ one[np.argmax(probabilities, axis=1)]
    images = confusion.sum(axis=1)
    recall = np.divide(np.diag(confusion), images, out=np.zeros(len(one)), where=images > 0)
    return confusion, recall, recall.sum() / np.count_nonzero(images)


# === 03d wrong conceptual: a bare reshape, so a step is a piece of a line and not a square
def split_into_patches(images, size):
    b, h, w = images.shape
    images = np.pad(images, ((0, 0), (0, -h % size), (0, -w % size)))
    return images.reshape(b, -1, size * size)


# === 03d wrong careless: the loops are the wrong way round, patches come column by column
def split_into_patches(images, size):
    batch, height, width = images.shape
    down, right = (size - height % size) % size, (size - width % size) % size
    x = np.pad(images, [(0, 0), (0, down), (0, right)])
    out = []
    for left in range(0, width + right, size):
        for top in range(0, height + down, size):
            out.append(x[:, top:top + size, left:left + size].reshape(batch, size * size))
    return np.stack(out, axis=1)


# === 03d wrong two: zeros are put above and on the left and each patch is laid out by columns
def split_into_patches(images, size):
    b, h, w = images.shape
    x = np.pad(images, ((0, 0), (-h % size, 0), (-w % size, 0)))
    patches = []
    for i in range(0, x.shape[1], size):
        for j in range(0, x.shape[2], size):
            patch = x[:, i:i + size, j:j + size]
            patches.append(patch.swapaxes(1, 2).reshape(b, size * size))
    return np.stack(patches, axis=1)


# === 03d wrong hole: as many patches across as down, right for square images alone
def split_into_patches(images, size):
    b, h, w = images.shape
    n = -(-h // size)
    x = np.zeros((b, n * size, max(n * size, w)), dtype=images.dtype)
    x[:, :h, :w] = images
    steps = []
    for i in range(n):
        for j in range(n):
            steps.append(x[:, i * size:(i + 1) * size, j * size:(j + 1) * size].reshape(b, -1))
    return np.stack(steps, axis=1)


# === 03d right style: every pixel is put into its place with divmod
def split_into_patches(images, size):
    batch, height, width = images.shape
    down, across = -(-height // size), -(-width // size)
    out = np.zeros((batch, down * across, size * size))
    for i in range(height):
        for j in range(width):
            (row, r), (column, c) = divmod(i, size), divmod(j, size)
            out[:, row * across + column, r * size + c] = images[:, i, j]
    return out
