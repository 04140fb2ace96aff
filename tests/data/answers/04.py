# ruff: noqa
# === 04a wrong conceptual: the probabilities are cut but not made to add up to 1 again
def sample_top_k(scores, draws, temperature, k):
    from course_utils.cells import softmax

    p = softmax(scores / temperature)
    ranks = (-scores).argsort(axis=1).argsort(axis=1)
    p = np.where(ranks < k, p, 0)
    chosen = (p.cumsum(axis=1) <= draws[:, None]).sum(axis=1)
    return np.minimum(chosen, p.shape[1] - 1), p


# === 04a wrong careless: multiplies by the temperature instead of dividing
def sample_top_k(scores, draws, temperature, k):
    from course_utils.cells import softmax

    k = min(k, scores.shape[1])
    limit = np.sort(scores, axis=1)[:, -k][:, None]
    p = softmax(np.where(scores >= limit, scores * temperature, -np.inf))
    line = np.cumsum(p, axis=1)
    return np.array([np.searchsorted(l, d, side="right") for l, d in zip(line, draws)]), p


# === 04a wrong misread: the draws are not used, the best word is always chosen
def sample_top_k(scores, draws, temperature, k):
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    z = np.where(ranks < k, scores / temperature, -np.inf)
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p.argmax(axis=1), p


# === 04a wrong over-clever: one threshold for the whole batch, so rows keep different numbers of words
def sample_top_k(scores, draws, temperature, k):
    from course_utils.cells import softmax

    batch, words = scores.shape
    threshold = np.partition(scores, -min(k, words) * batch, axis=None)[-min(k, words) * batch]
    allowed = scores >= np.minimum(threshold, scores.max(axis=1, keepdims=True))
    p = softmax(np.where(allowed, scores / temperature, -np.inf))
    return (p.cumsum(1) <= draws[:, None]).sum(1), p


# === 04a wrong two: the k smallest scores are kept and the temperature is multiplied
def sample_top_k(scores, draws, temperature, k):
    from course_utils.cells import softmax

    order = np.argsort(scores, axis=1)[:, :k]
    z = np.full(scores.shape, -np.inf)
    np.put_along_axis(z, order, np.take_along_axis(scores, order, axis=1) * temperature, axis=1)
    p = softmax(z)
    chosen = [int((np.cumsum(row) <= d).sum()) for row, d in zip(p, draws)]
    return np.array(chosen), p


# === 04a wrong hole: cut scores are set to -100, which a high temperature lets back in
def sample_top_k(scores, draws, temperature, k):
    from course_utils.cells import softmax

    cut = scores.copy().astype(float)
    for row in cut:
        row[np.argsort(row)[:max(len(row) - k, 0)]] = -100
    p = softmax(cut / temperature)
    chosen = (p.cumsum(axis=1) <= np.asarray(draws)[:, None]).sum(axis=1)
    return np.minimum(chosen, p.shape[1] - 1), p


# === 04a right style: heapq finds the best words and a loop walks along the line
def sample_top_k(scores, draws, temperature, k):
    import heapq
    import math

    chosen, probabilities = [], []
    for row, draw in zip(scores, draws):
        row = [float(score) for score in row]
        kept = sorted(heapq.nlargest(k, range(len(row)), key=row.__getitem__))
        top = max(row)
        powers = {word: math.exp((row[word] - top) / temperature) for word in kept}
        whole = math.fsum(powers.values())
        place, answer = 0.0, None
        for word in kept:
            place += powers[word] / whole
            if powers[word] > 0 and (answer is None or draw >= left):
                answer = word
            left = place
        chosen.append(answer)
        probabilities.append([powers.get(word, 0.0) / whole for word in range(len(row))])
    return chosen, probabilities


# === 04b wrong conceptual: start is fed in at every step, not the word that was said
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    from course_utils.cells import softmax

    batch = len(h_0)
    h, done = h_0, np.zeros(batch, dtype=bool)
    tokens, score = np.full((batch, longest), stop), np.zeros(batch)
    for t in range(longest):
        h = np.tanh(W_x[start] + h @ W_h + b_h)
        p = softmax(h @ W_o + b_o)
        word = np.where(done, stop, p.argmax(axis=1))
        score += np.where(done, 0, np.log(p.max(axis=1)))
        tokens[:, t] = word
        done = done | (word == stop)
    return tokens, score


# === 04b wrong careless: the words after the stop go on counting
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    from course_utils.cells import softmax

    h = h_0
    word = np.full(len(h_0), start)
    finished = np.zeros(len(h_0), dtype=bool)
    tokens, score = [], np.zeros(len(h_0))
    for _ in range(longest):
        h = np.tanh(W_x[word] + h @ W_h + b_h)
        p = softmax(h @ W_o + b_o)
        word = p.argmax(axis=-1)
        score = score + np.log(p.max(axis=-1))
        word[finished] = stop
        finished |= word == stop
        tokens.append(word)
    return np.stack(tokens, axis=1), score


# === 04b wrong two: raw scores are summed instead of log-probabilities and they count after the stop too
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    h = h_0
    word = np.full(h_0.shape[0], start)
    done = np.zeros(h_0.shape[0], bool)
    total = np.zeros(h_0.shape[0])
    out = []
    for _ in range(longest):
        h = np.tanh(W_x[word] + h @ W_h + b_h)
        z = h @ W_o + b_o
        word = np.where(done, stop, z.argmax(axis=1))
        total += z[np.arange(len(word)), word]
        done = done | (word == stop)
        out.append(word)
    return np.array(out).T, total


# === 04b wrong hole: where start and stop are the same number, nothing is said at all
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    from course_utils.cells import softmax

    tokens = np.full((h_0.shape[0], longest), stop)
    score = np.zeros(h_0.shape[0])
    for i, h in enumerate(h_0):
        word, t = start, 0
        while word != stop and t < longest:
            h = np.tanh(W_x[word] + h @ W_h + b_h)
            p = softmax(h @ W_o + b_o)
            word = np.argmax(p)
            tokens[i, t] = word
            score[i] += np.log(p[word])
            t += 1
    return tokens, score


# === 04b right style: one row at a time with a generator, padded at the end
def decode_until_stop(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    def speak(h):
        word = start
        for _ in range(longest):
            h = np.tanh(W_x[word] + h @ W_h + b_h)
            z = h @ W_o + b_o
            word = int(np.argmax(z))
            yield word, z[word] - np.logaddexp.reduce(z)
            if word == stop:
                return

    tokens, scores = [], []
    for row in h_0:
        said = list(speak(row))
        words = [word for word, _ in said]
        tokens.append(words + [stop] * (longest - len(words)))
        scores.append(float(sum(log_p for _, log_p in said)))
    return tokens, scores


# === 04c wrong conceptual: only pairs that never occurred get alpha, the rest is left as it was
def score_by_bigrams(melodies, melody, notes, alpha):
    counts = np.zeros((notes, notes))
    for m in melodies:
        for a, b in zip(m, m[1:]):
            counts[a, b] += 1
    counts[counts == 0] = alpha
    p = counts / counts.sum(axis=1, keepdims=True)
    return -sum(np.log(p[a, b]) for a, b in zip(melody, melody[1:]))


# === 04c wrong careless: alpha stands only once below the line, without the number of notes
def score_by_bigrams(melodies, melody, notes, alpha):
    from collections import Counter
    from math import log

    pairs, firsts = Counter(), Counter()
    for m in melodies:
        pairs.update(zip(m, m[1:]))
        firsts.update(m[:-1])
    return sum(-log((pairs[a, b] + alpha) / (firsts[a] + alpha)) for a, b in zip(melody, melody[1:]))


# === 04c wrong misread: returns the mean loss of a pair, not the sum
def score_by_bigrams(melodies, melody, notes, alpha):
    if len(melody) < 2:
        return 0.0
    counts = np.full((notes, notes), alpha, dtype=float)
    for m in melodies:
        np.add.at(counts, (m[:-1], m[1:]), 1)
    log_p = np.log(counts / counts.sum(axis=1)[:, None])
    return -np.mean([log_p[a, b] for a, b in zip(melody, melody[1:])])


# === 04c wrong over-clever: counts pairs as pieces of text, which misses repeats that overlap
def score_by_bigrams(melodies, melody, notes, alpha):
    import math

    texts = ["".join(chr(65 + n) for n in m) for m in melodies]
    judged = "".join(chr(65 + n) for n in melody)

    def count(piece):
        return sum(text.count(piece) for text in texts)

    loss = 0.0
    for i in range(len(judged) - 1):
        pair = judged[i:i + 2]
        followed = sum(text[:-1].count(pair[0]) for text in texts)
        loss -= math.log((count(pair) + alpha) / (followed + alpha * notes))
    return loss


# === 04c wrong two: last notes count as followed by something and the logarithm has base 2
def score_by_bigrams(melodies, melody, notes, alpha):
    pair_counts = {}
    note_counts = {}
    for m in melodies:
        for note in m:
            note_counts[note] = note_counts.get(note, 0) + 1
        for pair in zip(m, m[1:]):
            pair_counts[pair] = pair_counts.get(pair, 0) + 1
    bits = 0.0
    for a, b in zip(melody, melody[1:]):
        p = (pair_counts.get((a, b), 0) + alpha) / (note_counts.get(a, 0) + alpha * notes)
        bits += -np.log2(p)
    return bits


# === 04c wrong hole: multiplies the probabilities first, which underflows in a long melody
def score_by_bigrams(melodies, melody, notes, alpha):
    counts = np.zeros((notes, notes))
    for m in melodies:
        for a, b in zip(m, m[1:]):
            counts[a, b] += 1
    p = (counts + alpha) / (counts.sum(axis=1, keepdims=True) + alpha * notes)
    probability = 1.0
    for a, b in zip(melody, melody[1:]):
        probability *= p[a, b]
    return -np.log(probability)


# === 04c right style: one-hot products and an einsum
def score_by_bigrams(melodies, melody, notes, alpha):
    one = np.eye(notes)
    counts = np.zeros((notes, notes))
    for m in melodies:
        rows = one[np.array(m, dtype=int)]
        counts += np.einsum("ta,tb->ab", rows[:-1], rows[1:])
    log_p = np.log(counts + alpha) - np.log(counts.sum(axis=1) + alpha * notes)[:, None]
    judged = one[np.array(melody, dtype=int)]
    return -np.einsum("ta,ab,tb->", judged[:-1], log_p, judged[1:])


# === 04d wrong conceptual: the exponential of each loss is averaged, not the loss
def measure_perplexity(scores, targets):
    total, n = 0.0, 0
    for s, y in zip(scores, targets):
        for row, target in zip(s, y):
            if target >= 0:
                total += np.exp(np.logaddexp.reduce(row) - row[target])
                n += 1
    return total / n


# === 04d wrong careless: 2 to the power of a loss in nats
def measure_perplexity(scores, targets):
    z = scores - scores.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    mask = targets >= 0
    own = np.take_along_axis(log_p, np.where(mask, targets, 0)[..., None], axis=-1)[..., 0]
    return 2 ** (-own[mask].mean())


# === 04d wrong two: divides by all steps, padding too, and takes logarithms of base 2
def measure_perplexity(scores, targets):
    from course_utils.cells import softmax

    p = softmax(scores)
    loss = 0
    for b, row in enumerate(targets):
        for t, y in enumerate(row):
            if y >= 0:
                loss -= np.log2(p[b, t, y])
    return np.exp(loss / targets.size)


# === 04d right style: the softmax of all steps first, and a loop over those that are real
def measure_perplexity(scores, targets):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    losses = [-np.log(p[i, t, y]) for i, row in enumerate(targets)
              for t, y in enumerate(row) if y != -1]
    return np.exp(np.mean(losses))


# === 04d right style: the flat list of real steps and logaddexp
def measure_perplexity(scores, targets):
    flat = np.reshape(scores, (-1, np.shape(scores)[-1])).astype(float)
    wanted = np.ravel(targets)
    flat, wanted = flat[wanted >= 0], wanted[wanted >= 0]
    losses = np.logaddexp.reduce(flat, axis=1) - flat[np.arange(len(wanted)), wanted]
    return float(np.exp(losses.mean()))
