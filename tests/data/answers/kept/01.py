# ruff: noqa
# === 01a wrong conceptual: the guess is made from the state before the step
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    # first the output of the memory, then the memory is renewed
    scores = h_prev @ W_o + b_o
    scores = scores - np.max(scores, axis=-1, keepdims=True)
    o_t = np.exp(scores) / np.sum(np.exp(scores), axis=-1, keepdims=True)
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b_h)
    return o_t, h_t


# === 01a wrong careless: state and output are returned in the wrong order
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    def softmax(z):
        z = z - z.max(axis=-1, keepdims=True)
        return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)

    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b_h)
    o_t = softmax(h_t @ W_o + b_o)
    return h_t, o_t


# === 01a wrong two: the returned state lacks its tanh and softmax runs over the whole table
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = x_t @ W_x + h_prev @ W_h + b_h
    z = np.tanh(h_t) @ W_o + b_o
    z = z - z.max()
    o_t = np.exp(z) / np.exp(z).sum()
    return o_t, h_t


# === 01a wrong hole: subtracts the largest size, so very negative scores all underflow
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b_h)
    z = h_t @ W_o + b_o
    biggest = np.abs(z).max(axis=1, keepdims=True)
    p = np.exp(z - biggest)
    return p / p.sum(axis=1, keepdims=True), h_t


# === 01a right style: plain loops over numbers, lists returned
def elman_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    import math

    outputs, states = [], []
    for b in range(len(x_t)):
        state = []
        for u in range(len(b_h)):
            total = float(b_h[u])
            for f in range(len(W_x)):
                total += float(x_t[b][f]) * float(W_x[f][u])
            for v in range(len(W_h)):
                total += float(h_prev[b][v]) * float(W_h[v][u])
            state.append(math.tanh(total))
        scores = [
            sum(state[u] * float(W_o[u][o]) for u in range(len(state))) + float(b_o[o])
            for o in range(len(b_o))
        ]
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        outputs.append([power / sum(powers) for power in powers])
        states.append(state)
    return outputs, states


# === 01b wrong conceptual: reads forwards and only turns the list of states round
def run_backwards(x, h_0, W_x, W_h, b_h):
    h = h_0
    states = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        states.append(h)
    states.reverse()  # backwards
    return np.stack(states, axis=1)


# === 01b wrong careless: stores the state before the step is read
def run_backwards(x, h_0, W_x, W_h, b_h):
    out = np.empty((x.shape[0], x.shape[1], len(b_h)))
    h = h_0
    t = x.shape[1] - 1
    while t >= 0:
        out[:, t, :] = h
        h = np.tanh(x[:, t, :] @ W_x + h @ W_h + b_h)
        t -= 1
    return out


# === 01b wrong misread: returns the states in the order of reading
def run_backwards(x, h_0, W_x, W_h, b_h):
    h, states = h_0, []
    for x_t in x[:, ::-1].transpose(1, 0, 2):
        h = np.tanh(x_t @ W_x + h @ W_h + b_h)
        states.append(h)
    return np.stack(states, axis=1)


# === 01b wrong over-clever: flips all axes, so batch and features are turned round as well
def run_backwards(x, h_0, W_x, W_h, b_h):
    from course_utils.cells import run_rnn

    return np.flip(run_rnn(np.flip(x), h_0, W_x, W_h, b_h))


# === 01b wrong two: starts from zeros instead of h_0 and reads step 0 before the last
def run_backwards(x, h_0, W_x, W_h, b_h):
    T = x.shape[1]
    h = np.zeros_like(h_0, dtype=float)
    states = np.zeros((len(x), T, h_0.shape[1]))
    for t in range(T):
        h = np.tanh(x[:, -t] @ W_x + h @ W_h + b_h)
        states[:, -t] = h
    return states


# === 01b wrong hole: the start of the first sequence is used for all sequences
def run_backwards(x, h_0, W_x, W_h, b_h):
    batch, time = x.shape[:2]
    h = np.tile(h_0[0], (batch, 1))
    states = [None] * time
    for t in range(time - 1, -1, -1):
        h = np.tanh(np.einsum("bf,fu->bu", x[:, t], W_x) + np.einsum("bv,vu->bu", h, W_h) + b_h)
        states[t] = h
    return np.stack(states, axis=1)


# === 01b right style: sequence by sequence, a deque filled from the left, lists returned
def run_backwards(x, h_0, W_x, W_h, b_h):
    from collections import deque

    answer = []
    for sequence, state in zip(x, h_0):
        read = deque()
        for x_t in sequence[::-1]:
            state = np.tanh(x_t @ W_x + state @ W_h + b_h)
            read.appendleft(state.tolist())
        answer.append(list(read))
    return answer


# === 01c wrong conceptual: only windows with a single possible follower count as right
def count_ceiling(words, k):
    followers = {}
    for word in words:
        for i in range(1, len(word)):
            followers.setdefault(word[max(0, i - k):i], []).append(word[i])
    # a guess is right only if the network can be sure
    return sum(len(f) for f in followers.values() if len(set(f)) == 1)


# === 01c wrong careless: the window begins at a negative index near the start of a word
def count_ceiling(words, k):
    counts = {}
    for word in words:
        for i in range(1, len(word)):
            window = word[i - k:i]
            letter = word[i]
            if window not in counts:
                counts[window] = {}
            counts[window][letter] = counts[window].get(letter, 0) + 1
    total = 0
    for window in counts:
        total += max(counts[window].values())
    return total


# === 01c wrong two: takes the rarest follower instead of the commonest and returns a share
def count_ceiling(words, k):
    followers = {}
    n = 0
    for word in words:
        for i in range(1, len(word)):
            n += 1
            key = word[max(0, i - k):i]
            followers[key] = followers.get(key, "") + word[i]
    good = sum(min(f.count(c) for c in set(f)) for f in followers.values())
    return good / n if n else 0


# === 01c wrong hole: small letters are made of capitals, so different letters become one
def count_ceiling(words, k):
    from collections import Counter

    pairs = Counter()
    for word in map(str.lower, words):
        pairs.update((word[max(0, i - k):i], word[i]) for i in range(1, len(word)))
    best = {}
    for (window, _), n in pairs.items():
        best[window] = max(best.get(window, 0), n)
    return sum(best.values())


# === 01c right style: a dictionary of dictionaries, written out step by step, with an early return
def count_ceiling(words, k):
    if not words:
        return 0
    table = {}
    for word in words:
        for position in range(1, len(word)):
            first = position - k
            if first < 0:
                first = 0
            row = table.setdefault(word[first:position], {})
            row[word[position]] = row.get(word[position], 0) + 1
    answer = 0
    for row in table.values():
        answer += sorted(row.values())[-1]
    return answer


# === 01d wrong conceptual: the trace is taken to lose the same amount at every step
def count_memory(w_h, fraction):
    w = abs(w_h)
    if w >= 1:
        return None
    trace = 1.0
    steps = 0
    while trace >= fraction:
        trace -= 1 - w
        steps += 1
    return steps


# === 01d wrong careless: a trace equal to the fraction already counts as below it
def count_memory(w_h, fraction):
    size = abs(w_h)
    if size >= 1:
        return None
    count, trace = 1, size
    while trace > fraction:
        trace = trace * size
        count = count + 1
    return count


# === 01d wrong misread: asks when the given fraction is gone, not when only it is left
def count_memory(w_h, fraction):
    from itertools import count

    if abs(w_h) >= 1:
        return None
    return next(n for n in count(1) if 1 - abs(w_h) ** n > fraction)


# === 01d wrong over-clever: rounds the quotient of logarithms up, so an equal trace counts
def count_memory(w_h, fraction):
    import math

    if w_h == 0:
        return 1
    if abs(w_h) >= 1:
        return None
    return math.ceil(math.log(fraction) / math.log(abs(w_h)))


# === 01d wrong two: negative weights are said never to forget and one step too many is counted
def count_memory(w_h, fraction):
    if w_h < 0 or w_h >= 1:
        return None
    trace, steps = 1, 1
    while trace >= fraction:
        trace *= w_h
        steps += 1
    return steps


# === 01d wrong hole: rounds the trace to six places, so tiny fractions are undercut too early
def count_memory(w_h, fraction):
    if abs(w_h) >= 1:
        return None
    trace = abs(w_h)
    n = 1
    while round(trace, 6) >= fraction:
        trace *= abs(w_h)
        n += 1
    return n


# === 01d right style: guesses with logarithms, then corrects step by step
def count_memory(w_h, fraction):
    import math

    w_h = abs(w_h)
    if w_h >= 1:
        return None
    if w_h < fraction:
        return 1
    n = int(math.log(fraction) / math.log(w_h))
    while w_h ** n >= fraction:
        n += 1
    while n > 1 and w_h ** (n - 1) < fraction:
        n -= 1
    return n
