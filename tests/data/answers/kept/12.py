# === 12a wrong conceptual: the backward states stand in the order in which they were read, not at their step
from course_utils.cells import run_rnn


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    units = W_h.shape[-1]
    out = np.zeros((batch, time, 2 * units))
    for i in range(batch):
        n = mask[i].sum()
        row = x[i:i + 1, :n]
        zero = np.zeros((1, units))
        out[i, :n, :units] = run_rnn(row, zero, W_x[0], W_h[0], b_h[0])[0]
        out[i, :n, units:] = run_rnn(row[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[0]
    return out


# === 12a wrong careless: the zeros at padded steps are set in the backward half only
from course_utils.cells import rnn_step, run_rnn


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    h = np.zeros((batch, W_h.shape[2]))
    forward = run_rnn(x, h, W_x[0], W_h[0], b_h[0])
    backward = np.zeros_like(forward)
    for t in range(time - 1, -1, -1):
        h = np.where(mask[:, t, None], rnn_step(x[:, t], h, W_x[1], W_h[1], b_h[1]), 0)
        backward[:, t] = h
    return np.concatenate([forward, backward], axis=2)


# === 12a wrong misread: the two halves stand side by side with the backward one first
from course_utils.cells import rnn_step


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    units = W_h.shape[-1]
    out = np.zeros((batch, time, 2 * units))
    f = b = np.zeros((batch, units))
    for t in range(time):
        f = rnn_step(x[:, t], f, W_x[0], W_h[0], b_h[0])
        out[:, t, units:] = np.where(mask[:, t, None], f, 0)
        s = time - 1 - t
        b = np.where(mask[:, s, None], rnn_step(x[:, s], b, W_x[1], W_h[1], b_h[1]), 0)
        out[:, s, :units] = b
    return out


# === 12a wrong two: the backward run goes on from the last forward state instead of zeros and the biases of the directions are exchanged
from course_utils.cells import rnn_step


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    units = W_h.shape[-1]
    out = np.zeros(x.shape[:2] + (2 * units,))
    for i, n in enumerate(mask.sum(axis=1)):
        h = np.zeros(units)
        for t in range(n):
            h = rnn_step(x[i, t], h, W_x[0], W_h[0], b_h[1])
            out[i, t, :units] = h
        for t in range(n - 1, -1, -1):
            h = rnn_step(x[i, t], h, W_x[1], W_h[1], b_h[0])
            out[i, t, units:] = h
    return out


# === 12a wrong hole: the states are stored in the number type of x, so whole numbers as inputs give zeros
from course_utils.cells import rnn_step


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    units = W_h.shape[-1]
    out = np.zeros((batch, time, 2 * units), dtype=x.dtype)
    for i in range(batch):
        steps = np.flatnonzero(mask[i])
        h = np.zeros(units)
        for t in steps:
            h = rnn_step(x[i, t], h, W_x[0], W_h[0], b_h[0])
            out[i, t, :units] = h
        h = np.zeros(units)
        for t in steps[::-1]:
            h = rnn_step(x[i, t], h, W_x[1], W_h[1], b_h[1])
            out[i, t, units:] = h
    return out


# === 12a right style: one function that reads a list in any order, lists come back
def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    units = W_h.shape[-1]

    def read(row, order, d):
        found, h = {}, np.zeros(units)
        for t in order:
            h = np.tanh(row[t] @ W_x[d] + h @ W_h[d] + b_h[d])
            found[t] = h
        return found

    answer = []
    for row, real in zip(x, mask):
        steps = [t for t, is_real in enumerate(real) if is_real]
        there, back = read(row, steps, 0), read(row, steps[::-1], 1)
        nothing = np.zeros(units)
        answer.append([
            list(there.get(t, nothing)) + list(back.get(t, nothing)) for t in range(len(row))
        ])
    return answer


# === 12b wrong conceptual: any changed step after a moved output counts, although an earlier change may explain it as memory
def find_look_ahead(x, y):
    longest = 0
    for run in range(1, x.shape[0]):
        for t in range(x.shape[1]):
            if np.abs(y[run, t] - y[0, t]).max() <= 1e-6:
                continue
            later = [s for s in range(t + 1, x.shape[1]) if np.any(x[run, s] != x[0, s])]
            if later:
                longest = max(longest, later[0] - t)
    return longest


# === 12b wrong careless: each run is compared with the run before it, not with run 0
def find_look_ahead(x, y):
    result = 0
    for r in range(1, len(x)):
        changed = np.flatnonzero(np.any(x[r] != x[r - 1], axis=-1))
        moved = np.flatnonzero(np.any(np.abs(y[r] - y[r - 1]) > 1e-6, axis=-1))
        if len(changed) and len(moved) and moved[0] < changed[0]:
            result = max(result, int(changed[0] - moved[0]))
    return result


# === 12b wrong misread: returns the look ahead that all runs with a proof agree on, the smallest
def find_look_ahead(x, y):
    proofs = []
    for r in range(1, len(x)):
        changed = np.flatnonzero((x[r] != x[0]).any(axis=-1))
        moved = np.flatnonzero((np.abs(y[r] - y[0]) > 1e-6).any(axis=-1))
        if len(changed) and len(moved) and moved[0] < changed[0]:
            proofs.append(int(changed[0] - moved[0]))
    return min(proofs, default=0)


# === 12b wrong over-clever: argmax finds the first moved output, and says 0 where none has moved
def find_look_ahead(x, y):
    changed = (x[1:] != x[0]).any(axis=-1)
    moved = (np.abs(y[1:] - y[0]) > 1e-6).any(axis=-1)
    first_changed = changed.argmax(axis=1)
    first_moved = moved.argmax(axis=1)
    return int(np.max(first_changed - first_moved, initial=0))


# === 12b wrong two: the tolerance is left out, so rounding counts as moving, and the distance is one too large
def find_look_ahead(x, y):
    best = 0
    for r in range(1, x.shape[0]):
        first = None
        for t in range(x.shape[1]):
            if (x[r, t] != x[0, t]).any():
                first = t
                break
        if first is None:
            continue
        for t in range(first):
            if (y[r, t] != y[0, t]).any():
                best = max(best, first - t + 1)
                break
    return best


# === 12b wrong hole: np.isclose adds a relative tolerance, so large outputs may move unseen
def find_look_ahead(x, y):
    best = 0
    for r in range(1, len(x)):
        changed = np.flatnonzero((x[r] != x[0]).any(axis=-1))
        moved = np.flatnonzero(~np.isclose(y[r], y[0], atol=1e-6).all(axis=-1))
        if len(changed) and len(moved):
            best = max(best, int(changed[0]) - int(moved[0]))
    return best


# === 12b right style: plain loops over numbers with next and a generator
def find_look_ahead(x, y):
    def differs(a, b, tolerance):
        return any(abs(float(p) - float(q)) > tolerance for p, q in zip(a, b))

    def proofs():
        yield 0
        for run_x, run_y in zip(x[1:], y[1:]):
            s = next((t for t in range(len(run_x)) if differs(run_x[t], x[0][t], 0)), None)
            if s is None:
                continue
            for t in range(s):
                if differs(run_y[t], y[0][t], 1e-6):
                    yield s - t

    return max(proofs())


# === 12c wrong conceptual: the backward reader starts in the padding, at the last column
from course_utils.cells import run_rnn


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    zero = np.zeros((len(x), W_h.shape[-1]))
    states = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    f = states[np.arange(len(x)), lengths - 1]
    b = run_rnn(x[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[:, -1]
    if merge_mode == "concat":
        return np.hstack([f, b])
    elif merge_mode == "sum":
        return f + b
    elif merge_mode == "mul":
        return f * b
    return (f + b) / 2


# === 12c wrong careless: "ave" is not halved, both it and "sum" end in the last line
from course_utils.cells import rnn_step


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    f = b = np.zeros((len(x), W_h.shape[-1]))
    time = x.shape[1]
    for t in range(time):
        real = (t < lengths)[:, None]
        f = np.where(real, rnn_step(x[:, t], f, W_x[0], W_h[0], b_h[0]), f)
    for t in range(time)[::-1]:
        real = (t < lengths)[:, None]
        b = np.where(real, rnn_step(x[:, t], b, W_x[1], W_h[1], b_h[1]), b)
    if merge_mode == "concat":
        return np.concatenate([f, b], axis=-1)
    if merge_mode == "mul":
        return f * b
    return f + b


# === 12c wrong misread: "ave" is the mean over the units, one number for each sequence and reader
from course_utils.cells import rnn_step


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    vectors = []
    for i in range(len(x)):
        f = b = np.zeros(W_h.shape[-1])
        for t in range(lengths[i]):
            f = rnn_step(x[i, t], f, W_x[0], W_h[0], b_h[0])
            b = rnn_step(x[i, lengths[i] - 1 - t], b, W_x[1], W_h[1], b_h[1])
        if merge_mode == "concat":
            vectors.append(np.concatenate([f, b]))
        elif merge_mode == "sum":
            vectors.append(f + b)
        elif merge_mode == "mul":
            vectors.append(f * b)
        else:
            vectors.append(np.array([f.mean(), b.mean()]))
    return np.array(vectors)


# === 12c wrong over-clever: the product is made with logarithms, which states below zero do not have
from course_utils.cells import run_rnn


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    units = W_h.shape[-1]
    last = []
    for row, n in zip(x, lengths):
        part = np.stack([row[:n], row[:n][::-1]])
        last.append([
            run_rnn(part[d:d + 1], np.zeros((1, units)), W_x[d], W_h[d], b_h[d])[0, -1]
            for d in (0, 1)
        ])
    last = np.array(last)                                     # (batch, 2, units)
    merge = {
        "concat": lambda s: s.reshape(len(s), -1),
        "sum": lambda s: s.sum(axis=1),
        "ave": lambda s: s.mean(axis=1),
        "mul": lambda s: np.exp(np.log(s).sum(axis=1)),
    }
    return merge[merge_mode](last)


# === 12c wrong two: each reader stops one word early, lengths - 1, and both use the forward bias
from course_utils.cells import rnn_step


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    units = W_h.shape[-1]
    f, b = np.zeros((len(x), units)), np.zeros((len(x), units))
    for i in range(len(x)):
        n = lengths[i] - 1
        for t in range(n):
            f[i] = rnn_step(x[i, t], f[i], W_x[0], W_h[0], b_h[0])
        for t in range(n - 1, -1, -1):
            b[i] = rnn_step(x[i, t], b[i], W_x[1], W_h[1], b_h[0])
    modes = {"concat": np.hstack([f, b]), "sum": f + b, "mul": f * b, "ave": (f + b) / 2}
    return modes[merge_mode]


# === 12c wrong hole: every row is cut to the first one's length, right only if the rows are equally long
from course_utils.cells import run_rnn


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    real = x[:, :lengths[0]]
    zero = np.zeros((len(x), W_h.shape[-1]))
    f = run_rnn(real, zero, W_x[0], W_h[0], b_h[0])[:, -1]
    b = run_rnn(real[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[:, -1]
    match merge_mode:
        case "concat":
            return np.concatenate([f, b], axis=-1)
        case "sum":
            return f + b
        case "mul":
            return f * b
        case _:
            return (f + b) / 2


# === 12c right style: both directions in one einsum, an axis for the direction in front, masked states
def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    batch, time, _ = x.shape
    h = np.zeros((2, batch, W_h.shape[-1]))
    for k in range(time):
        steps = np.array([k, time - 1 - k])
        now = np.moveaxis(x[:, steps], 1, 0)
        a = np.einsum("dbf,dfu->dbu", now, W_x) + np.einsum("dbu,duv->dbv", h, W_h)
        real = steps[:, None] < np.asarray(lengths)[None]
        h = np.where(real[..., None], np.tanh(a + b_h[:, None]), h)
    if merge_mode == "concat":
        return h.transpose(1, 0, 2).reshape(batch, -1)
    if merge_mode == "mul":
        return h.prod(axis=0)
    return h.sum(axis=0) / (2 if merge_mode == "ave" else 1)


# === 12d wrong conceptual: reads in blocks of ahead + 1 steps, so a step at the end of a block sees no future
from course_utils.cells import run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    zero = np.zeros((len(x), W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    parts = []
    for begin in range(0, x.shape[1], ahead + 1):
        block = x[:, begin:begin + ahead + 1]
        parts.append(run_rnn(block[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[:, ::-1])
    return np.concatenate([forward, np.concatenate(parts, axis=1)], axis=-1)


# === 12d wrong careless: the backward reader is not set back to zeros at the next step, the line stands outside of the loop
from course_utils.cells import rnn_step, run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    batch, time, _ = x.shape
    zero = np.zeros((batch, W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    h = zero
    states = []
    for t in range(time):
        for s in range(min(t + ahead, time - 1), t - 1, -1):
            h = rnn_step(x[:, s], h, W_x[1], W_h[1], b_h[1])
        states.append(h)
    return np.concatenate([forward, np.stack(states, axis=1)], axis=-1)


# === 12d wrong misread: the backward reader does not read x_t itself, only what comes after it
from course_utils.cells import rnn_step, run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    batch, time, _ = x.shape
    zero = np.zeros((batch, W_h.shape[-1]))
    out = [run_rnn(x, zero, W_x[0], W_h[0], b_h[0]), np.zeros((batch, time, W_h.shape[-1]))]
    for t in range(time):
        h = zero
        for s in range(min(t + ahead, time - 1), t, -1):
            h = rnn_step(x[:, s], h, W_x[1], W_h[1], b_h[1])
        out[1][:, t] = h
    return np.concatenate(out, axis=-1)


# === 12d wrong two: the forward reader sees only the last few steps too and the halves are added instead of set side by side
from course_utils.cells import run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    zero = np.zeros((len(x), W_h.shape[-1]))
    rows = []
    for t in range(x.shape[1]):
        past = x[:, max(0, t - ahead):t + 1]
        future = x[:, t:t + ahead + 1][:, ::-1]
        f = run_rnn(past, zero, W_x[0], W_h[0], b_h[0])[:, -1]
        b = run_rnn(future, zero, W_x[1], W_h[1], b_h[1])[:, -1]
        rows.append(f + b)
    return np.stack(rows, axis=1)


# === 12d wrong hole: where the sequence ends before t + ahead the full backward run is shown from t = time - ahead on, a negative place if ahead is longer
from course_utils.cells import rnn_step, run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    batch, time, _ = x.shape
    zero = np.zeros((batch, W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    full = run_rnn(x[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[:, ::-1]
    backward = np.zeros_like(full)
    backward[:, time - ahead:] = full[:, time - ahead:]
    for t in range(time - ahead):
        h = zero
        for s in range(t + ahead, t - 1, -1):
            h = rnn_step(x[:, s], h, W_x[1], W_h[1], b_h[1])
        backward[:, t] = h
    return np.concatenate([forward, backward], axis=-1)


# === 12d right style: each step cuts its own window, one row after the other, lists come back
def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    def last_state(words, d):
        h = 0 * b_h[d]
        for word in words:
            h = np.tanh(word @ W_x[d] + h @ W_h[d] + b_h[d])
        return h.tolist()

    answer = []
    for row in x:
        words = list(row)
        states = []
        for t in range(len(words)):
            window = words[t:t + ahead + 1]
            states.append(last_state(words[:t + 1], 0) + last_state(window[::-1], 1))
        answer.append(states)
    return answer
