# ruff: noqa
# === 01a wrong conceptual: tanh is applied to each term before the sum
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = np.tanh(x_t @ W_x) + np.tanh(h_prev @ W_h) + b_h
    z = h_t @ W_o + b_o
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True), h_t


# === 01a wrong careless: softmax divides by the sums of the columns
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = np.tanh(np.dot(x_t, W_x) + np.dot(h_prev, W_h) + b_h)
    z = np.dot(h_t, W_o) + b_o
    z = z - np.amax(z, axis=1)[:, None]
    return np.exp(z) / np.exp(z).sum(axis=0), h_t


# === 01a wrong misread: returns the number of the best output instead of probabilities
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b_h)
    guess = np.argmax(h_t @ W_o + b_o, axis=1)
    return guess, h_t


# === 01a wrong over-clever: clips the scores at 500, so larger ones become equal
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b_h)
    e = np.exp(np.clip(h_t @ W_o + b_o, -500, 500))  # never overflows
    return e / e.sum(1, keepdims=True), h_t


# === 01a wrong two: the recurrent weights are transposed and nothing is subtracted before exp
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    a = x_t @ W_x + h_prev @ W_h.T + b_h
    h = np.tanh(a)
    expo = np.exp(h @ W_o + b_o)
    o = expo / expo.sum(axis=1, keepdims=True)
    return o, h


# === 01a wrong hole: subtracts the largest score of the batch, so a row far below it becomes nan
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b_h)
    scores = h_t @ W_o + b_o
    scores = scores - np.max(scores)
    exps = np.exp(scores)
    o_t = exps / exps.sum(axis=1, keepdims=True)
    return o_t, h_t


# === 01a right style: one product of joined tables, softmax through logaddexp
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = np.tanh(np.hstack([x_t, h_prev]) @ np.vstack([W_x, W_h]) + b_h)
    z = h_t @ W_o + b_o
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True)), h_t


# === 01b wrong conceptual: every step starts again from h_0, nothing is handed on
def run_backwards(x, h_0, W_x, W_h, b_h):
    states = []
    for t in reversed(range(x.shape[1])):
        states.append(np.tanh(x[:, t] @ W_x + h_0 @ W_h + b_h))
    return np.stack(states[::-1], axis=1)


# === 01b wrong careless: the countdown ends before step 0, whose state stays zero
def run_backwards(x, h_0, W_x, W_h, b_h):
    batch, time, _ = x.shape
    states = np.zeros((batch, time, W_h.shape[0]))
    h = h_0
    for t in range(time - 1, 0, -1):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        states[:, t] = h
    return states


# === 01b wrong two: the bias is forgotten and the states come in the order of reading
def run_backwards(x, h_0, W_x, W_h, b_h):
    hs = [h_0]
    for t in range(1, x.shape[1] + 1):
        hs.append(np.tanh(x[:, -t] @ W_x + hs[-1] @ W_h))
    return np.array(hs[1:]).swapaxes(0, 1)


# === 01b wrong hole: the states get the dtype of h_0, so whole-number zeros cut them to 0
def run_backwards(x, h_0, W_x, W_h, b_h):
    states = np.zeros((x.shape[0], x.shape[1], W_h.shape[1]), dtype=h_0.dtype)
    h = h_0
    for t in range(x.shape[1])[::-1]:
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        states[:, t] = h
    return states


# === 01b right style: accumulate over the reversed steps
def run_backwards(x, h_0, W_x, W_h, b_h):
    from itertools import accumulate

    steps = [x[:, t] for t in reversed(range(x.shape[1]))]
    read = accumulate(steps, lambda h, x_t: np.tanh(x_t @ W_x + h @ W_h + b_h), initial=h_0)
    _, *states = read
    return np.stack(states[::-1], axis=1)


# === 01c wrong conceptual: counts different pairs of window and follower
def count_ceiling(words, k):
    pairs = set()
    for word in words:
        for i in range(1, len(word)):
            pairs.add((word[max(0, i - k):i], word[i]))
    return len(pairs)


# === 01c wrong careless: the letter guessed is one too far to the right
def count_ceiling(words, k):
    from collections import Counter, defaultdict

    table = defaultdict(Counter)
    for w in words:
        for i in range(1, len(w) - 1):
            table[w[max(0, i - k):i]][w[i + 1]] += 1
    return sum(max(c.values()) for c in table.values())


# === 01c wrong misread: the first letter of each word is guessed too
def count_ceiling(words, k):
    from collections import Counter, defaultdict

    seen = defaultdict(Counter)
    for word in words:
        for i, letter in enumerate(word):
            seen[word[max(i - k, 0):i]][letter] += 1
    return sum(c.most_common(1)[0][1] for c in seen.values())


# === 01c wrong over-clever: joins the words, so a window sees the end of the word before
def count_ceiling(words, k):
    from collections import Counter, defaultdict

    text = " " + " ".join(words)
    seen = defaultdict(Counter)
    for i in range(2, len(text)):
        if text[i] != " " and text[i - 1] != " ":
            seen[text[max(1, i - k):i]][text[i]] += 1
    return sum(max(c.values()) for c in seen.values())


# === 01c wrong two: each word has a table of its own and guesses begin only after k letters
def count_ceiling(words, k):
    from collections import Counter

    right = 0
    for word in words:
        table = {}
        for i in range(max(k, 1), len(word)):
            table.setdefault(word[i - k:i], Counter())[word[i]] += 1
        right += sum(max(c.values()) for c in table.values())
    return right


# === 01c wrong hole: with k = 0 the slice [-0:] is the whole beginning of the word
def count_ceiling(words, k):
    from collections import Counter, defaultdict

    table = defaultdict(Counter)
    for word in words:
        for i in range(1, len(word)):
            table[word[:i][-k:]][word[i]] += 1
    return sum(max(counter.values()) for counter in table.values())


# === 01c right style: a deque of length k slides along, groupby counts what was sorted
def count_ceiling(words, k):
    from collections import deque
    from itertools import groupby

    guesses = []
    for word in words:
        window = deque(maxlen=k)
        for before, after in zip(word, word[1:]):
            window.append(before)
            guesses.append(("".join(window), after))
    runs = [(pair[0], len(list(same))) for pair, same in groupby(sorted(guesses))]
    return sum(max(n for _, n in group) for _, group in groupby(runs, key=lambda run: run[0]))


# === 01d wrong conceptual: a negative trace counts as small, since its sign is kept
def count_memory(w_h, fraction):
    if abs(w_h) >= 1:
        return None
    n, trace = 1, w_h
    while trace >= fraction:
        trace *= w_h
        n += 1
    return n


# === 01d wrong careless: returns the last step that is not yet below the fraction
def count_memory(w_h, fraction):
    if abs(w_h) >= 1:
        return None
    n = 0
    while abs(w_h) ** (n + 1) >= fraction:
        n += 1
    return n


# === 01d wrong two: an equal trace counts as below and a neuron that never forgets gives infinity
def count_memory(w_h, fraction):
    if abs(w_h) >= 1:
        return float("inf")
    n = 1
    while abs(w_h) ** n > fraction:
        n += 1
    return n


# === 01d wrong hole: looks no further than 1,000 steps and then says never
def count_memory(w_h, fraction):
    for n in range(1, 1001):
        if abs(w_h) ** n < fraction:
            return n
    return None


# === 01d right style: a generator of traces and next
def count_memory(w_h, fraction):
    from itertools import count, takewhile

    size = abs(float(w_h))
    return None if size >= 1 else 1 + sum(1 for _ in takewhile(lambda n: size ** n >= fraction,
                                                                count(1)))
