# ruff: noqa
# === 02a wrong conceptual: the sets are used in blocks, the first part of the steps has set 0
def run_weekly(x, h_0, W_x, W_h, b_h):
    sets, time = W_x.shape[0], x.shape[1]
    h, out = h_0, []
    for t in range(time):
        i = t * sets // time
        h = np.tanh(x[:, t] @ W_x[i] + h @ W_h[i] + b_h[i])
        out.append(h)
    return np.stack(out, 1)


# === 02a wrong careless: the bias of set 0 is added at every step
def run_weekly(x, h_0, W_x, W_h, b_h):
    from course_utils.cells import rnn_step

    h, states = h_0, []
    for t in range(x.shape[1]):
        day = t % len(b_h)
        h = rnn_step(x[:, t], h, W_x[day], W_h[day], b_h[0])
        states.append(h)
    return np.stack(states, axis=1)


# === 02a wrong two: the state before each step is returned and the recurrent set is one ahead
def run_weekly(x, h_0, W_x, W_h, b_h):
    n = W_x.shape[0]
    h = h_0
    result = np.zeros((x.shape[0], x.shape[1], h_0.shape[1]))
    for t in range(x.shape[1]):
        result[:, t] = h
        h = np.tanh(x[:, t] @ W_x[t % n] + h @ W_h[(t + 1) % n] + b_h[t % n])
    return result


# === 02a wrong hole: the states get the dtype of x, so whole-number inputs cut them to 0
def run_weekly(x, h_0, W_x, W_h, b_h):
    batch, time = x.shape[:2]
    states = np.empty((batch, time, h_0.shape[-1]), dtype=x.dtype)
    h = h_0
    for t in range(time):
        i = t % len(W_x)
        h = np.tanh(x[:, t] @ W_x[i] + h @ W_h[i] + b_h[i])
        states[:, t] = h
    return states


# === 02a right style: einsum over weights gathered for all steps at once
def run_weekly(x, h_0, W_x, W_h, b_h):
    which = np.arange(x.shape[1]) % len(W_x)
    driven = np.einsum("btf,tfu->btu", x, W_x[which]) + b_h[which]
    states = np.empty(driven.shape, dtype=np.result_type(driven, h_0, 0.0))
    previous = h_0
    for t, i in enumerate(which):
        states[:, t] = np.tanh(driven[:, t] + np.einsum("bv,vu->bu", previous, W_h[i]))
        previous = states[:, t]
    return states


# === 02b wrong conceptual: the inputs are masked, but the state still moves at masked steps
def run_masked(x, mask, W_x, W_h, b_h):
    from course_utils.cells import run_rnn

    m = mask[:, :, None]
    states = run_rnn(x * m, np.zeros((len(x), len(b_h))), W_x, W_h, b_h)
    return states, (states * m).sum(1) / m.sum(1)


# === 02b wrong careless: the sum over real steps is divided by the number of all steps
def run_masked(x, mask, W_x, W_h, b_h):
    batch, time, features = x.shape
    units = W_h.shape[0]
    states = np.zeros((batch, time, units))
    mean = np.zeros((batch, units))
    for i in range(batch):
        h = np.zeros(units)
        for t in range(time):
            if mask[i, t]:
                h = np.tanh(x[i, t] @ W_x + h @ W_h + b_h)
                mean[i] += h
            states[i, t] = h
    return states, mean / time


# === 02b wrong misread: the mean is taken over all steps shown, masked ones included
def run_masked(x, mask, W_x, W_h, b_h):
    h_t, states = np.zeros((x.shape[0], len(b_h))), []
    for t in range(x.shape[1]):
        candidate = np.tanh(x[:, t] @ W_x + h_t @ W_h + b_h)
        h_t = np.where(mask[:, [t]], candidate, h_t)
        states.append(h_t)
    states = np.stack(states, axis=1)
    return states, states.mean(axis=1)


# === 02b wrong over-clever: runs without a mask and repeats the state at the length of the row, so only padding at the end is right
def run_masked(x, mask, W_x, W_h, b_h):
    from course_utils.cells import run_rnn

    states = np.array(run_rnn(x, np.zeros((len(x), len(b_h))), W_x, W_h, b_h))
    lengths = mask.sum(axis=1)
    means = []
    for row, n in zip(states, lengths):
        row[n:] = row[n - 1]
        means.append(row[:n].mean(axis=0))
    return states, np.stack(means)


# === 02b wrong two: masked steps show zeros although the state is kept and the bias is forgotten
def run_masked(x, mask, W_x, W_h, b_h):
    h = np.zeros((x.shape[0], W_x.shape[1]))
    shown = []
    for t in range(x.shape[1]):
        keep = mask[:, t, np.newaxis]
        h = np.where(keep, np.tanh(x[:, t] @ W_x + h @ W_h), h)
        shown.append(h * keep)
    shown = np.stack(shown, axis=1)
    return shown, shown.sum(axis=1) / mask.sum(axis=1, keepdims=True)


# === 02b wrong hole: real steps are counted by their states, so a state of exactly zero is left out
def run_masked(x, mask, W_x, W_h, b_h):
    h, states = np.zeros((len(x), len(b_h))), []
    for x_t, m in zip(x.transpose(1, 0, 2), mask.T):
        h = np.where(m[:, None], np.tanh(x_t @ W_x + h @ W_h + b_h), h)
        states.append(h)
    states = np.stack(states, 1)
    real = np.where(mask[:, :, None], states, 0)
    return states, real.sum(1) / np.count_nonzero(real, axis=1)


# === 02b right style: only the sequences whose step is real are moved, nanmean at the end
def run_masked(x, mask, W_x, W_h, b_h):
    mask = np.asarray(mask, dtype=bool)
    h = np.zeros((x.shape[0], W_h.shape[0]))
    states = []
    for t in range(x.shape[1]):
        rows = np.flatnonzero(mask[:, t])
        h = h.copy()
        h[rows] = np.tanh(x[rows, t] @ W_x + h[rows] @ W_h + b_h)
        states += [h]
    states = np.stack(states, axis=1)
    return states, np.nanmean(np.where(mask[..., None], states, np.nan), axis=1)


# === 02c wrong conceptual: carried holds the states at the beginning of the chunks
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    h = h_0
    states, carried = [], []
    for t in range(x.shape[1]):
        if t % length == 0:
            carried.append(h)  # handed to the new chunk
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        states.append(h)
    return np.stack(states, axis=1), np.stack(carried)


# === 02c wrong careless: the carried states are stacked with the batch first
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    h, states, carried = h_0, [], []
    T = x.shape[1]
    for t in range(T):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        states.append(h)
        if (t + 1) % length == 0 or t == T - 1:
            carried.append(h)
    return np.stack(states, axis=1), np.stack(carried, axis=1)


# === 02c wrong two: the last chunk is filled up with zeros that move its carried state and the bias is forgotten
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    batch, time, features = x.shape
    missing = -time % length
    padded = np.concatenate([x, np.zeros((batch, missing, features))], axis=1)
    h, states, carried = h_0, [], []
    for t in range(padded.shape[1]):
        h = np.tanh(padded[:, t] @ W_x + h @ W_h)
        states.append(h)
        if t % length == length - 1:
            carried.append(h)
    return np.stack(states, axis=1)[:, :time], np.stack(carried)


# === 02c wrong hole: an error where length is more than there is, since no full chunk was found
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    from course_utils.cells import run_rnn

    states = run_rnn(x, h_0, W_x, W_h, b_h)
    ends = list(range(length - 1, x.shape[1], length))
    if ends[-1] != x.shape[1] - 1:
        ends.append(x.shape[1] - 1)
    return states, np.stack([states[:, e] for e in ends])


# === 02c right style: one long run, ends found with minimum, nested lists returned
def run_in_chunks(x, h_0, W_x, W_h, b_h, length):
    h, states = h_0, []
    for t in range(x.shape[1]):
        h = np.tanh(np.dot(x[:, t], W_x) + np.dot(h, W_h) + b_h)
        states.append(h)
    T = len(states)
    ends = [min(start + length, T) - 1 for start in range(0, T, length)]
    return [[s[b].tolist() for s in states] for b in range(len(x))], [states[e].tolist() for e in ends]


# === 02d wrong conceptual: an input reaches its own state and the next one, and no further
def build_matrix(W_x, W_h, time):
    here = np.kron(np.eye(time), W_x)
    after = np.kron(np.eye(time, k=1), W_x @ W_h)
    return here + after


# === 02d wrong careless: the places of the blocks are mirrored, below the diagonal instead of above
def build_matrix(W_x, W_h, time):
    rows = []
    for s in range(time):
        row = []
        for t in range(time):
            if s >= t:
                row.append(W_x @ np.linalg.matrix_power(W_h, s - t))
            else:
                row.append(np.zeros_like(W_x, dtype=float))
        rows.append(row)
    return np.block(rows)


# === 02d wrong misread: rows and columns are sorted by feature and unit first, by step second
def build_matrix(W_x, W_h, time):
    F, U = W_x.shape
    M = np.zeros((F, time, U, time))
    for s in range(time):
        for t in range(s, time):
            M[:, s, :, t] = W_x @ np.linalg.matrix_power(W_h, t - s)
    return M.reshape(F * time, U * time)


# === 02d wrong over-clever: powers from eigh, which takes W_h to be symmetric
def build_matrix(W_x, W_h, time):
    values, vectors = np.linalg.eigh(W_h)  # W_h^k = V L^k V^T

    def power(k):
        return (vectors * values ** k) @ vectors.T

    none = np.zeros(W_x.shape)
    return np.block([[W_x @ power(t - s) if t >= s else none for t in range(time)]
                     for s in range(time)])


# === 02d wrong two: the power is the distance in either direction and grows by two a step
def build_matrix(W_x, W_h, time):
    blocks = []
    for s in range(time):
        blocks.append([W_x @ np.linalg.matrix_power(W_h, 2 * abs(t - s)) for t in range(time)])
    return np.block(blocks)


# === 02d wrong hole: powers are divided out again with the inverse, which a singular W_h has not
def build_matrix(W_x, W_h, time):
    back = np.linalg.inv(W_h)
    first = [W_x]
    for _ in range(time - 1):
        first.append(first[-1] @ W_h)
    rows = [first]
    for s in range(1, time):
        shifted = [block @ back for block in rows[-1]]
        rows.append([np.zeros(W_x.shape) if t < s else shifted[t] for t in range(time)])
    return np.block(rows)


# === 02d right style: the linear equations of the run are solved with kron
def build_matrix(W_x, W_h, time):
    units = len(W_h)
    memory = np.eye(time * units) - np.kron(np.eye(time, k=1), W_h)
    return np.linalg.solve(memory.T, np.kron(np.eye(time), W_x).T).T
