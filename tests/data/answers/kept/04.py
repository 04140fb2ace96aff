# ruff: noqa
# === 04a wrong conceptual: the best word gets its share first, the line is not in the order of the vocabulary
def sample_top_k(scores, draws, temperature, k):
    batch, words = scores.shape
    k = min(k, words)
    probabilities = np.zeros((batch, words))
    chosen = np.zeros(batch, dtype=int)
    for i in range(batch):
        best = np.argsort(-scores[i])[:k]
        z = scores[i, best] / temperature
        p = np.exp(z - z.max())
        p /= p.sum()
        probabilities[i, best] = p
        place = np.searchsorted(np.cumsum(p), draws[i], side="right")
        chosen[i] = best[min(place, k - 1)]
    return chosen, probabilities


# === 04a wrong careless: a share includes its right end, so a draw of 0 takes a word that was cut off
def sample_top_k(scores, draws, temperature, k):
    from course_utils.cells import softmax

    masked = np.full(scores.shape, -np.inf)
    for row, line in enumerate(scores):
        keep = np.argsort(line)[::-1][:k]
        masked[row, keep] = line[keep] / temperature
    probabilities = softmax(masked)
    ends = np.cumsum(probabilities, axis=1)
    chosen = np.array([np.searchsorted(ends[i], draws[i]) for i in range(len(draws))])
    return chosen, probabilities


# === 04a wrong two: the draw of the first row is used for all and the temperature is left out
def sample_top_k(scores, draws, temperature, k):
    k = min(k, scores.shape[1])
    kept = scores >= np.sort(scores, axis=1)[:, [-k]]
    e = np.exp(scores - scores.max(axis=1, keepdims=True)) * kept
    p = e / e.sum(axis=1, keepdims=True)
    chosen = (np.cumsum(p, axis=1) <= draws[0]).sum(axis=1)
    return np.minimum(chosen, scores.shape[1] - 1), p


# === 04a wrong hole: nothing is subtracted before exp, so a low temperature overflows
def sample_top_k(scores, draws, temperature, k):
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    weights = np.where(ranks < k, np.exp(scores / temperature), 0)
    p = weights / weights.sum(axis=1, keepdims=True)
    chosen = []
    for row, draw in zip(p, draws):
        total = 0
        for word, share in enumerate(row):
            total += share
            if draw < total:
                break
        chosen.append(word)
    return np.array(chosen), p


# === 04a right style: argpartition and take_along_axis, without a loop
def sample_top_k(scores, draws, temperature, k):
    scores = np.asarray(scores, dtype=float)
    words = scores.shape[1]
    z = np.full(scores.shape, -np.inf)
    if k >= words:
        z = scores / temperature
    else:
        best = np.argpartition(scores, words - k, axis=1)[:, words - k:]
        kept = np.take_along_axis(scores, best, axis=1) / temperature
        np.put_along_axis(z, best, kept, axis=1)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    ends = np.cumsum(p, axis=1)
    last = words - 1 - np.argmax(p[:, ::-1] > 0, axis=1)  # rounding may end the line below 1
    return np.minimum((ends <= np.asarray(draws)[:, None]).sum(axis=1), last), p


# === 04b wrong conceptual: the score is the product of the probabilities, without logarithm
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    from course_utils.cells import softmax

    tokens, score = [], []
    for h in h_0:
        word, said, p_all = start, [], 1.0
        while len(said) < longest and (not said or said[-1] != stop):
            h = np.tanh(W_x[word] + h @ W_h + b_h)
            p = softmax(h @ W_o + b_o)
            word = int(np.argmax(p))
            p_all = p_all * p[word]
            said.append(word)
        tokens.append(said + [stop] * (longest - len(said)))
        score.append(p_all)
    return np.array(tokens), np.array(score)


# === 04b wrong careless: a row is marked as finished too early, so the stop itself does not count
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    batch = h_0.shape[0]
    tokens = np.full((batch, longest), stop)
    score = np.zeros(batch)
    alive = np.ones(batch, dtype=bool)
    word, h = np.array([start] * batch), h_0
    for t in range(longest):
        h = np.tanh(W_x[word] + h @ W_h + b_h)
        z = h @ W_o + b_o
        z = z - z.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        word = log_p.argmax(axis=1)
        alive = alive & (word != stop)
        score[alive] += log_p[alive, word[alive]]
        tokens[alive, t] = word[alive]
    return tokens, score


# === 04b wrong misread: start is returned as the first word
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    from course_utils.cells import softmax

    batch = h_0.shape[0]
    tokens = np.full((batch, longest), stop)
    tokens[:, 0] = start
    score = np.zeros(batch)
    for b in range(batch):
        h, word = h_0[b], start
        for t in range(1, longest):
            h = np.tanh(W_x[word] + h @ W_h + b_h)
            p = softmax(h @ W_o + b_o)
            word = p.argmax()
            tokens[b, t] = word
            score[b] += np.log(p[word])
            if word == stop:
                break
    return tokens, score


# === 04b wrong over-clever: the loop ends for all rows as soon as one has said stop
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    from course_utils.cells import softmax

    h, word = h_0, np.repeat(start, len(h_0))
    tokens = np.full((len(h_0), longest), stop)
    score = np.zeros(len(h_0))
    for t in range(longest):
        h = np.tanh(W_x[word] + h @ W_h + b_h)
        p = softmax(h @ W_o + b_o)
        word = p.argmax(1)
        tokens[:, t] = word
        score += np.log(p.max(1))
        if np.any(word == stop):
            break
    return tokens, score


# === 04b wrong two: every step starts from h_0 and rows that have stopped are not filled with stop
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    from course_utils.cells import softmax

    word = np.array([start for _ in h_0])
    ended = np.array([False for _ in h_0])
    tokens, score = [], 0
    for _ in range(longest):
        h = np.tanh(W_x[word] + h_0 @ W_h + b_h)
        p = softmax(h @ W_o + b_o)
        word = np.argmax(p, axis=1)
        score = score + np.log(np.max(p, axis=1)) * ~ended
        ended = ended | (word == stop)
        tokens.append(word)
    return np.stack(tokens, axis=1), score


# === 04b wrong hole: leaves off early when all have stopped and returns fewer than longest columns
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    from course_utils.cells import softmax

    h, word = h_0, np.full(len(h_0), start)
    running = np.ones(len(h_0), dtype=bool)
    columns, score = [], np.zeros(len(h_0))
    while running.any() and len(columns) < longest:
        h = np.tanh(W_x[word] + h @ W_h + b_h)
        p = softmax(h @ W_o + b_o)
        word = np.where(running, np.argmax(p, axis=1), stop)
        score += running * np.log(p[np.arange(len(p)), word])
        running &= word != stop
        columns.append(word)
    return np.stack(columns, axis=1), score


# === 04b right style: decodes to the end first, then finds the stops with cumsum
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    onehot = np.eye(len(b_o))
    fed = np.tile(onehot[start], (len(h_0), 1))
    h, words, gains = h_0, [], []
    for _ in range(longest):
        h = np.tanh(fed @ W_x + h @ W_h + b_h)
        z = h @ W_o + b_o
        best = z.argmax(axis=1)
        words.append(best)
        gains.append(-np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1)))
        fed = onehot[best]
    words, gains = np.array(words).T, np.array(gains).T
    stopped_before = np.cumsum(words == stop, axis=1) - (words == stop)
    return (np.where(stopped_before > 0, stop, words),
            np.where(stopped_before > 0, 0.0, gains).sum(axis=1))


# === 04c wrong conceptual: divides by the number of all pairs, a joint probability
def score_by_bigrams(melodies, melody, notes, alpha):
    table = np.full((notes, notes), float(alpha))
    for song in melodies:
        for i in range(len(song) - 1):
            table[song[i], song[i + 1]] += 1
    table = table / table.sum()
    loss = 0.0
    for i in range(len(melody) - 1):
        loss -= np.log(table[melody[i], melody[i + 1]])
    return loss


# === 04c wrong careless: the table is read with first and second note swapped
def score_by_bigrams(melodies, melody, notes, alpha):
    counts = np.zeros((notes, notes))
    for m in melodies:
        for now, after in zip(m[:-1], m[1:]):
            counts[now][after] += 1
    probs = (counts + alpha) / (counts.sum(axis=1, keepdims=True) + alpha * notes)
    return float(sum(-np.log(probs[after][now]) for now, after in zip(melody[:-1], melody[1:])))


# === 04c wrong two: the melodies are joined into one and the first note is charged as well
def score_by_bigrams(melodies, melody, notes, alpha):
    joined = [note for m in melodies for note in m]
    counts = np.zeros((notes, notes)) + alpha
    for a, b in zip(joined, joined[1:]):
        counts[a, b] += 1
    p = counts / counts.sum(axis=1, keepdims=True)
    loss = np.log(notes)
    for a, b in zip(melody, melody[1:]):
        loss -= np.log(p[a, b])
    return loss


# === 04c wrong hole: a note that was never followed by anything stops it with a KeyError
def score_by_bigrams(melodies, melody, notes, alpha):
    from collections import Counter

    followers = {}
    for m in melodies:
        for a, b in zip(m, m[1:]):
            followers.setdefault(a, Counter())[b] += 1
    loss = 0.0
    for a, b in zip(melody, melody[1:]):
        c = followers[a]
        loss -= np.log((c[b] + alpha) / (sum(c.values()) + alpha * notes))
    return loss


# === 04c right style: list.count on lists of pairs, no table
def score_by_bigrams(melodies, melody, notes, alpha):
    from itertools import pairwise
    from math import fsum, log

    heard = [pair for tune in melodies for pair in pairwise(tune)]
    firsts = [first for first, _ in heard]
    return fsum(
        log(firsts.count(first) + alpha * notes) - log(heard.count((first, second)) + alpha)
        for first, second in pairwise(melody)
    )


# === 04d wrong conceptual: each sequence is averaged first, then the sequences
def measure_perplexity(scores, targets):
    from course_utils.cells import softmax

    p = softmax(scores)
    means = []
    for b in range(len(targets)):
        real = [t for t in range(len(targets[b])) if targets[b, t] != -1]
        means.append(np.mean([-np.log(p[b, t, targets[b, t]]) for t in real]))
    return float(np.exp(np.mean(means)))


# === 04d wrong careless: the minus is lost, the result is below 1
def measure_perplexity(scores, targets):
    from course_utils.cells import softmax

    log_p = np.log(softmax(scores))
    real = targets != -1
    b, t = np.nonzero(real)
    return np.exp(log_p[b, t, targets[b, t]].mean())


# === 04d wrong misread: takes the scores for log-probabilities already
def measure_perplexity(scores, targets):
    losses = []
    for b in range(targets.shape[0]):
        for t in range(targets.shape[1]):
            if targets[b, t] == -1:
                continue
            losses.append(-scores[b, t, targets[b, t]])
    return np.exp(sum(losses) / len(losses))


# === 04d wrong over-clever: the product of all probabilities to the power of -1/N, which underflows
def measure_perplexity(scores, targets):
    from course_utils.cells import softmax

    mask = targets >= 0
    p = np.take_along_axis(softmax(scores), targets[:, :, None] * mask[:, :, None], axis=2)[:, :, 0]
    return np.prod(p[mask]) ** (-1 / mask.sum())


# === 04d wrong two: softmax runs over the steps and padding counts as the last word
def measure_perplexity(scores, targets):
    z = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    rows, steps = np.indices(targets.shape)
    return np.exp(-np.log(p[rows, steps, targets]).mean())


# === 04d wrong hole: the real steps of the first sequence are taken for those of all
def measure_perplexity(scores, targets):
    n = int(np.sum(targets[0] >= 0))
    scores, targets = scores[:, :n], targets[:, :n]
    z = scores - scores.max(axis=2, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
    return np.exp(-np.take_along_axis(log_p, targets[:, :, None], axis=2).mean())


# === 04d right style: TensorFlow computes the losses, from float64 scores
def measure_perplexity(scores, targets):
    import tensorflow as tf

    real = tf.not_equal(targets, -1)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.boolean_mask(targets, real),
        logits=tf.boolean_mask(tf.cast(scores, tf.float64), real),
    )
    return float(tf.exp(tf.reduce_mean(losses)))
