# ruff: noqa
# === 03a wrong conceptual: the label -1 is taken for the last class, nothing is left out
def compute_losses(scores, labels):
    z = scores - scores.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    losses = -log_p[np.arange(len(labels)), labels]
    return losses, losses.mean()


# === 03a wrong careless: the mean is taken over all images, those without a label too
def compute_losses(scores, labels):
    top = scores.max(axis=1)
    log_sum = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    losses = []
    for i in range(len(labels)):
        if labels[i] == -1:
            losses.append(0.0)
        else:
            losses.append(log_sum[i] - scores[i, labels[i]])
    return np.array(losses), np.mean(losses)


# === 03a wrong two: softmax runs over the images and the logarithm has base 10
def compute_losses(scores, labels):
    z = scores - scores.max(axis=0)
    p = np.exp(z) / np.exp(z).sum(axis=0)
    losses = np.zeros(len(labels))
    real = np.flatnonzero(labels >= 0)
    losses[real] = -np.log10(p[real, labels[real]])
    if len(real) == 0:
        return losses, 0.0
    return losses, losses[real].mean()


# === 03a wrong hole: losses get the dtype of the scores, so whole-number scores cut them off
def compute_losses(scores, labels):
    losses = np.zeros_like(scores[:, 0])
    for i, (row, label) in enumerate(zip(scores, labels)):
        if label == -1:
            continue
        row = row - row.max()
        losses[i] = np.log(np.exp(row).sum()) - row[label]
    known = labels != -1
    return losses, losses[known].mean() if np.any(known) else 0


# === 03a right style: row by row with the math module, a list and a plain float
def compute_losses(scores, labels):
    import math

    losses, counted = [], 0
    for row, label in zip(scores, labels):
        if label < 0:
            losses.append(0.0)
            continue
        counted += 1
        gaps = [float(score) - float(row[label]) for score in row]
        top = max(gaps)
        losses.append(top + math.log(sum(math.exp(gap - top) for gap in gaps)))
    if not counted:
        return losses, 0
    return losses, math.fsum(losses) / counted


# === 03b wrong conceptual: the channels are averaged first and share the weights of the first channel
def convolve(images, W, b):
    R, C = W.shape[:2]
    H, N = images.shape[1:3]
    grey = images.mean(axis=-1)
    grey = np.pad(grey, ((0, 0), (R // 2, R // 2), (C // 2, C // 2)))
    out = np.zeros(images.shape[:3] + (len(b),))
    for r in range(R):
        for c in range(C):
            out = out + grey[:, r:r + H, c:c + N, None] * W[r, c, 0]
    return out + b


# === 03b wrong careless: rows and columns of the window are mixed up in the padding
def convolve(images, W, b):
    rows, cols = W.shape[0] // 2, W.shape[1] // 2
    padded = np.pad(images, ((0, 0), (cols, cols), (rows, rows), (0, 0)))
    batch, height, width = images.shape[:3]
    out = np.zeros((batch, height, width, W.shape[-1]))
    for i in range(height):
        for j in range(width):
            patch = padded[:, i:i + W.shape[0], j:j + W.shape[1]]
            out[:, i, j] = np.tensordot(patch, W, axes=3) + b
    return out


# === 03b wrong misread: only places where the whole window fits are returned
def convolve(images, W, b):
    R, C = W.shape[0], W.shape[1]
    H, N = images.shape[1] - R + 1, images.shape[2] - C + 1
    out = 0
    for r in range(R):
        for s in range(C):
            out = out + images[:, r:r + H, s:s + N, :] @ W[r, s]
    return out + b


# === 03b wrong over-clever: np.roll moves the image, so what leaves on one side comes in on the other
def convolve(images, W, b):
    R, C = W.shape[:2]
    return b + sum(
        np.roll(images, (R // 2 - r, C // 2 - s), axis=(1, 2)) @ W[r, s]
        for r in range(R) for s in range(C)
    )


# === 03b wrong two: the corner of the window is put on the pixel and negative sums become zero
def convolve(images, W, b):
    R, C = W.shape[:2]
    B, H, N, _ = images.shape
    x = np.pad(images, ((0, 0), (0, R - 1), (0, C - 1), (0, 0)))
    out = np.zeros((B, H, N, W.shape[3]))
    for i in range(H):
        for j in range(N):
            for f in range(W.shape[3]):
                out[:, i, j, f] = (x[:, i:i + R, j:j + C] * W[..., f]).sum(axis=(1, 2, 3)) + b[f]
    return np.maximum(out, 0)


# === 03b wrong hole: slices are cut without padding and go wrong where the window is much larger than the image
def convolve(images, W, b):
    R, C = W.shape[:2]
    B, H, N, _ = images.shape
    out = np.tile(np.asarray(b, dtype=float), (B, H, N, 1))
    for r in range(R):
        for s in range(C):
            di, dj = r - R // 2, s - C // 2
            part = images[:, max(0, di):H - max(0, -di), max(0, dj):N - max(0, -dj)]
            out[:, max(0, -di):H - max(0, di), max(0, -dj):N - max(0, dj)] += part @ W[r, s]
    return out


# === 03b right style: the formula letter by letter, with an if for what lies outside
def convolve(images, W, b):
    batch, height, width, channels = images.shape
    rows, columns, _, filters = W.shape
    o = np.zeros((batch, height, width, filters))
    for i in range(height):
        for j in range(width):
            total = np.zeros((batch, filters)) + b
            for r in range(rows):
                for s in range(columns):
                    y, x = i + r - rows // 2, j + s - columns // 2
                    if 0 <= y < height and 0 <= x < width:
                        for c in range(channels):
                            total = total + np.outer(images[:, y, x, c], W[r, s, c])
            o[:, i, j] = total
    return o


# === 03c wrong conceptual: sums up probabilities instead of counting answers
def judge_classes(probabilities, labels):
    truth = np.eye(probabilities.shape[1])[labels]
    confusion = truth.T @ probabilities
    counts = truth.sum(axis=0)
    recall = np.diag(confusion) / np.where(counts > 0, counts, 1)
    return confusion, recall, recall[counts > 0].mean()


# === 03c wrong careless: the mean of recall includes classes without images
def judge_classes(probabilities, labels):
    n = probabilities.shape[1]
    answers = np.argmax(probabilities, axis=-1)
    confusion = np.array([[np.sum((labels == i) & (answers == j)) for j in range(n)]
                          for i in range(n)])
    recall = []
    for i in range(n):
        total = confusion[i].sum()
        recall.append(confusion[i, i] / total if total > 0 else 0.0)
    return confusion, np.array(recall), np.mean(recall)


# === 03c wrong two: recall is given in per cent and balanced weighs each class by its images
def judge_classes(probabilities, labels):
    classes = probabilities.shape[-1]
    confusion = np.zeros((classes, classes))
    for i in range(len(labels)):
        confusion[labels[i]][probabilities[i].argmax()] += 1
    images = confusion.sum(axis=1)
    recall = np.zeros(classes)
    for k in range(classes):
        if images[k]:
            recall[k] = 100 * confusion[k][k] / images[k]
    balanced = (recall * images).sum() / images.sum()
    return confusion, recall, balanced


# === 03c wrong hole: counts are kept in one byte, so from 256 on they begin again at 0
def judge_classes(probabilities, labels):
    n = probabilities.shape[1]
    confusion = np.zeros((n, n), dtype=np.uint8)
    np.add.at(confusion, (labels, probabilities.argmax(axis=1)), 1)
    images = confusion.sum(axis=1)
    recall = np.diag(confusion) / np.maximum(images, 1)
    return confusion, recall, recall[images > 0].mean()


# === 03c right style: Counter and nested lists, no array returned
def judge_classes(probabilities, labels):
    from collections import Counter
    from statistics import mean

    rows = [list(map(float, p)) for p in probabilities]
    classes = range(len(rows[0]))
    pairs = Counter((int(y), p.index(max(p))) for y, p in zip(labels, rows))
    confusion = [[pairs[i, j] for j in classes] for i in classes]
    recall = [row[i] / sum(row) if any(row) else 0.0 for i, row in enumerate(confusion)]
    return confusion, recall, mean(recall[i] for i in classes if any(confusion[i]))


# === 03d wrong conceptual: the patches overlap, each begins one pixel after the last
def split_into_patches(images, size):
    B, H, W = images.shape
    images = np.pad(images, ((0, 0), (0, -H % size), (0, -W % size)))
    patches = []
    for i in range(images.shape[1] - size + 1):
        for j in range(images.shape[2] - size + 1):
            patches.append(images[:, i:i + size, j:j + size].reshape(B, -1))
    return np.stack(patches, axis=1)


# === 03d wrong careless: an image that divides evenly gets a whole patch of zeros more
def split_into_patches(images, size):
    b, h, w = images.shape
    h2 = h + size - h % size
    w2 = w + size - w % size
    x = np.zeros((b, h2, w2))
    x[:, :h, :w] = images
    x = x.reshape(b, h2 // size, size, w2 // size, size).transpose(0, 1, 3, 2, 4)
    return x.reshape(b, -1, size * size)


# === 03d wrong misread: what does not fill a patch is cut away instead of filled up
def split_into_patches(images, size):
    b, h, w = images.shape
    rows, cols = h // size, w // size
    x = images[:, :rows * size, :cols * size]
    x = x.reshape(b, rows, size, cols, size).swapaxes(2, 3)
    return x.reshape(b, rows * cols, size * size)


# === 03d wrong over-clever: a shortcut for a single patch that forgets to fill it up
def split_into_patches(images, size):
    b, h, w = images.shape
    if size >= max(h, w):  # one patch, nothing to do
        return images.reshape(b, 1, -1)
    x = np.pad(images, ((0, 0), (0, -h % size), (0, -w % size)))
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return view[:, ::size, ::size].reshape(b, -1, size * size)


# === 03d wrong two: what does not fill a patch is dropped and patches come column by column
def split_into_patches(images, size):
    answer = []
    for image in images:
        h, w = image.shape
        sequence = []
        for j in range(w // size):
            for i in range(h // size):
                piece = image[i * size:(i + 1) * size, j * size:(j + 1) * size]
                sequence.append(piece.flatten())
        answer.append(sequence)
    return np.array(answer)


# === 03d wrong hole: fills up only where the width is uneven, not where the height alone is
def split_into_patches(images, size):
    b, h, w = images.shape
    if w % size != 0:
        images = np.pad(images, ((0, 0), (0, -h % size), (0, size - w % size)))
        b, h, w = images.shape
    blocks = images.reshape(b, h // size, size, w // size, size)
    return np.einsum("bisjt->bijst", blocks).reshape(b, -1, size * size)


# === 03d right style: np.split twice, returned as nested lists
def split_into_patches(images, size):
    x = np.pad(images, ((0, 0), (0, -images.shape[1] % size), (0, -images.shape[2] % size)))
    return [
        [
            patch.ravel().tolist()
            for band in np.split(image, image.shape[0] // size, axis=0)
            for patch in np.split(band, image.shape[1] // size, axis=1)
        ]
        for image in x
    ]
