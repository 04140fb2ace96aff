# ruff: noqa
# === 02a wrong conceptual: each set of weights keeps a state of its own
def run_weekly(x, h_0, W_x, W_h, b_h):
    n = len(W_x)
    memory = [h_0 for _ in range(n)]
    states = []
    for t in range(x.shape[1]):
        i = t % n
        memory[i] = np.tanh(x[:, t] @ W_x[i] + memory[i] @ W_h[i] + b_h[i])
        states.append(memory[i])
    return np.stack(states, axis=1)


# === 02a wrong careless: steps are counted from 1, so the first step uses set 1
def run_weekly(x, h_0, W_x, W_h, b_h):
    n = W_h.shape[0]
    h_t = h_0
    states = []
    for t in range(1, x.shape[1] + 1):
        i = t % n
        h_t = np.tanh(x[:, t - 1] @ W_x[i] + h_t @ W_h[i] + b_h[i])
        states.append(h_t)
    return np.stack(states, axis=1)


# === 02a wrong misread: the set is chosen by the number of the sequence, not of the step
def run_weekly(x, h_0, W_x, W_h, b_h):
    rows = []
    for b in range(len(x)):
        i = b % len(W_x)
        h = h_0[b]
        row = []
        for x_t in x[b]:
            h = np.tanh(x_t @ W_x[i] + h @ W_h[i] + b_h[i])
            row.append(h)
        rows.append(row)
    return np.array(rows)


# === 02a wrong over-clever: repeats the sets whole, so steps of an unfinished round are lost
def run_weekly(x, h_0, W_x, W_h, b_h):
    n, T = len(W_x), x.shape[1]
    k = max(T // n, 1)
    plan = zip(x.transpose(1, 0, 2), np.tile(W_x, (k, 1, 1)), np.tile(W_h, (k, 1, 1)),
               np.tile(b_h, (k, 1)))
    h, states = h_0, []
    for x_t, wx, wh, b in plan:
        h = np.tanh(x_t @ wx + h @ wh + b)
        states.append(h)
    return np.stack(states, axis=1)


# === 02a wrong two: a set is kept for n steps (t // n) and the run starts from zeros
def run_weekly(x, h_0, W_x, W_h, b_h):
    n = W_x.shape[0]
    h = np.zeros(h_0.shape)
    states = []
    for t in range(x.shape[1]):
        i = min(t // n, n - 1)
        h = np.tanh(x[:, t] @ W_x[i] + h @ W_h[i] + b_h[i])
        states.append(h)
    return np.stack(states, axis=1)


# === 02a wrong hole: the plan of sets is written out for 52 rounds, longer sequences stop with an error
def run_weekly(x, h_0, W_x, W_h, b_h):
    plan = list(range(len(W_x))) * 52  # a year
    states, h = [], h_0
    for t in range(x.shape[1]):
        s = plan[t]
        h = np.tanh(x[:, t] @ W_x[s] + h @ W_h[s] + b_h[s])
        states.append(h)
    return np.stack(states, axis=1)


# === 02a right style: cycle hands the sets out in turn
def run_weekly(x, h_0, W_x, W_h, b_h):
    from itertools import accumulate, cycle

    def step(h, job):
        x_t, (wx, wh, b) = job
        return np.tanh(x_t @ wx + h @ wh + b)

    jobs = zip(np.swapaxes(x, 0, 1), cycle(zip(W_x, W_h, b_h)))
    return np.stack(list(accumulate(jobs, step, initial=h_0))[1:], axis=1)


# === 02b wrong conceptual: a masked step sets the state back to zero
def run_masked(x, mask, W_x, W_h, b_h):
    h = np.zeros((x.shape[0], W_h.shape[0]))
    states = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = np.where(mask[:, t, None], h, 0)
        states.append(h)
    states = np.stack(states, axis=1)
    mean = states.sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return states, mean


# === 02b wrong careless: np.where has its two choices the wrong way round
def run_masked(x, mask, W_x, W_h, b_h):
    h = np.zeros((len(x), len(b_h)))
    states = []
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = np.where(mask[:, t][:, None], h, new)
        states.append(h)
    states = np.stack(states, axis=1)
    mean = (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None]
    return states, mean


# === 02b wrong two: the mask of the first sequence is used for all and the mean is divided by all steps
def run_masked(x, mask, W_x, W_h, b_h):
    h = np.zeros((x.shape[0], W_x.shape[1]))
    states, total = [], 0
    for t in range(x.shape[1]):
        if mask[0, t]:
            h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            total = total + h
        states.append(h)
    return np.stack(states, axis=1), total / x.shape[1]


# === 02b wrong hole: a step is skipped only where the whole batch is masked
def run_masked(x, mask, W_x, W_h, b_h):
    h = np.zeros((x.shape[0], W_h.shape[1]))
    states = np.zeros((x.shape[0], x.shape[1], W_h.shape[1]))
    for t in range(x.shape[1]):
        if mask[:, t].any():
            h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        states[:, t] = h
    mean = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
    return states, mean


# === 02b right style: row by row, with lists of the real states
def run_masked(x, mask, W_x, W_h, b_h):
    all_states, means = [], []
    for row, flags in zip(x, mask):
        h = np.zeros(len(b_h))
        shown, real = [], []
        for x_t, flag in zip(row, flags):
            if flag:
                h = np.tanh(x_t @ W_x + h @ W_h + b_h)
                real.append(h)
            shown.append(h)
        all_states.append(shown)
        means.append(sum(real) / len(real))
    return np.array(all_states), np.array(means)


# === 02c wrong conceptual: each chunk starts again from h_0
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    from course_utils.cells import run_rnn

    parts, carried = [], []
    for start in range(0, x.shape[1], length):
        part = run_rnn(x[:, start:start + length], h_0, W_x, W_h, b_h)
        parts.append(part)
        carried.append(part[:, -1])
    return np.concatenate(parts, axis=1), np.stack(carried)


# === 02c wrong careless: the range ends too early, so the shorter last chunk is not read
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    states = []
    carried = []
    h = h_0
    length = min(length, x.shape[1])
    for start in range(0, x.shape[1] - length + 1, length):
        for t in range(start, start + length):
            h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            states.append(h)
        carried.append(h)
    return np.stack(states, axis=1), np.array(carried)


# === 02c wrong misread: length is taken for the number of chunks
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    from course_utils.cells import run_rnn

    h, parts, carried = h_0, [], []
    for chunk in np.array_split(x, min(length, x.shape[1]), axis=1):
        part = run_rnn(chunk, h, W_x, W_h, b_h)
        h = part[:, -1]
        parts.append(part)
        carried.append(h)
    return np.concatenate(parts, axis=1), np.stack(carried)


# === 02c wrong over-clever: one long run and a slice, which misses the end of a shorter chunk
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    from course_utils.cells import run_rnn

    states = run_rnn(x, h_0, W_x, W_h, b_h)
    return states, states[:, length - 1::length].swapaxes(0, 1)


# === 02c wrong two: the chunks are made as equal as possible and h_0 is replaced by zeros
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    from math import ceil

    pieces = np.array_split(x, ceil(x.shape[1] / length), axis=1)
    h = np.zeros(h_0.shape)
    states, carried = [], []
    for piece in pieces:
        for t in range(piece.shape[1]):
            h = np.tanh(piece[:, t] @ W_x + h @ W_h + b_h)
            states.append(h)
        carried.append(h)
    return np.stack(states, 1), np.stack(carried)


# === 02c wrong hole: when the steps divide evenly, an empty chunk carries the last state once more
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    time = x.shape[1]
    full = time // length
    h = h_0
    states, carried = [], []
    for c in range(full + 1):
        for t in range(c * length, min((c + 1) * length, time)):
            h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            states.append(h)
        carried.append(h)
    return np.stack(states, axis=1), np.stack(carried)


# === 02c right style: a generator that cuts chunks off until nothing is left
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    def cut(rest):
        while rest.shape[1]:
            yield rest[:, :length]
            rest = rest[:, length:]

    h = h_0
    states, carried = [], []
    for chunk in cut(x):
        for x_t in np.moveaxis(chunk, 1, 0):
            h = np.tanh(x_t @ W_x + h @ W_h + b_h)
            states.append(h)
        carried.append(states[-1])
    return np.stack(states, axis=1), np.stack(carried)


# === 02d wrong conceptual: the powers of W_h are taken entry by entry
def build_matrix(W_x, W_h, time):
    features, units = W_x.shape
    M = np.zeros((time * features, time * units))
    for s in range(time):
        for t in range(s, time):
            block = W_x if t == s else W_x @ W_h ** (t - s)
            M[s * features:(s + 1) * features, t * units:(t + 1) * units] = block
    return M


# === 02d wrong careless: every block has one power of W_h too many
def build_matrix(W_x, W_h, time):
    f, u = W_x.shape
    M = np.zeros((time * f, time * u))
    for s in range(time):
        block = W_x
        for t in range(s, time):
            block = block @ W_h
            M[s * f:(s + 1) * f, t * u:(t + 1) * u] = block
    return M


# === 02d wrong two: W_h is transposed and the last column of blocks stays empty
def build_matrix(W_x, W_h, time):
    F, U = W_x.shape
    M = np.zeros((F * time, U * time))
    for s in range(time):
        block = W_x
        for t in range(s, time - 1):
            M[F * s:F * (s + 1), U * t:U * (t + 1)] = block
            block = block @ W_h.T
    return M


# === 02d wrong hole: the matrix gets the dtype of W_x, so a whole-number W_x cuts all fractions
def build_matrix(W_x, W_h, time):
    f, u = W_x.shape
    big = np.zeros((time * f, time * u), dtype=W_x.dtype)
    block = W_x
    for lag in range(time):
        for s in range(time - lag):
            t = s + lag
            big[s * f:s * f + f, t * u:t * u + u] = block
        block = block @ W_h
    return big


# === 02d right style: each row of the matrix is the run of a unit impulse
def build_matrix(W_x, W_h, time):
    features, units = W_x.shape
    rows = []
    for impulse in np.eye(time * features):
        h, states = np.zeros(units), []
        for x_t in impulse.reshape(time, features):
            h = x_t @ W_x + h @ W_h
            states.append(h)
        rows.append(np.concatenate(states))
    return np.array(rows)
