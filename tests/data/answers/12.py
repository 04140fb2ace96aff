# === 12a wrong conceptual: the backward run begins at the last column, so it reads the padding first
from course_utils.cells import run_rnn


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    zero = np.zeros((len(x), W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    backward = run_rnn(x[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[:, ::-1]
    return np.concatenate([forward, backward], axis=-1) * mask[:, :, None]


# === 12a wrong careless: the backward network uses the forward one's recurrent weights
from course_utils.cells import rnn_step


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    units = b_h.shape[1]
    f, b = np.zeros((batch, units)), np.zeros((batch, units))
    halves = np.zeros((2, batch, time, units))
    for t in range(time):
        f = rnn_step(x[:, t], f, W_x[0], W_h[0], b_h[0])
        halves[0, :, t] = f * mask[:, t, None]
    for t in reversed(range(time)):
        b = rnn_step(x[:, t], b, W_x[1], W_h[0], b_h[1]) * mask[:, t, None]
        halves[1, :, t] = b
    return np.concatenate(halves, axis=-1)


# === 12a wrong misread: padded steps show the state that was kept, as the mask of lesson 02 does
from course_utils.cells import rnn_step


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    def one_way(direction, steps):
        h = np.zeros((len(x), W_h.shape[-1]))
        states = {}
        for t in steps:
            new = rnn_step(x[:, t], h, W_x[direction], W_h[direction], b_h[direction])
            h = np.where(mask[:, t, None], new, h)
            states[t] = h
        return np.stack([states[t] for t in sorted(states)], axis=1)

    time = x.shape[1]
    return np.concatenate([one_way(0, range(time)), one_way(1, range(time)[::-1])], axis=-1)


# === 12a wrong over-clever: turns all rows at once and rolls them by the padding of the longest row
from course_utils.cells import run_rnn


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    longest = mask.sum(axis=1).max()
    zero = np.zeros((len(x), W_h.shape[-1]))
    shift = x.shape[1] - longest
    turned = np.roll(x[:, ::-1], -shift, axis=1)
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    backward = run_rnn(turned, zero, W_x[1], W_h[1], b_h[1])
    backward = np.roll(backward[:, ::-1], -shift, axis=1)
    return np.where(mask[..., None], np.concatenate([forward, backward], axis=-1), 0.0)


# === 12a wrong two: the padding is read by the backward run and the forward half is cut off one step early
from course_utils.cells import run_rnn


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    zero = np.zeros((len(x), W_h.shape[-1]))
    f = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    b = run_rnn(x[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[:, ::-1]
    lengths = mask.sum(axis=1)[:, None, None]
    steps = np.arange(x.shape[1])[None, :, None]
    f = f * (steps < lengths - 1)
    b = b * (steps < lengths)
    return np.concatenate([f, b], axis=-1)


# === 12a wrong hole: padding is set to zero and read backwards, which leaves the state at zero only without a bias
from course_utils.cells import run_rnn


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    real = mask[:, :, None]
    x = np.where(real, x, 0)
    zero = np.zeros((len(x), W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    backward = run_rnn(x[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[:, ::-1]
    return np.concatenate([forward, backward], axis=-1) * real


# === 12a right style: every row is turned within its length by an index, then two plain runs
from course_utils.cells import run_rnn


def run_masked_both_ways(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    last = mask.sum(axis=1, keepdims=True) - 1
    place = last - np.arange(time)
    place = np.where(place >= 0, place, np.arange(time))[:, :, None]
    zero = np.zeros((batch, W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    turned = np.take_along_axis(x, place, axis=1)
    backward = run_rnn(turned, zero, W_x[1], W_h[1], b_h[1])
    backward = np.take_along_axis(backward, place, axis=1)
    return np.where(mask[:, :, None], np.dstack([forward, backward]), 0.0)


# === 12b wrong conceptual: measures up to the last changed step instead of the first
def find_look_ahead(x, y):
    best = 0
    for r in range(1, len(x)):
        changed = np.flatnonzero((x[r] != x[0]).any(axis=-1))
        moved = np.flatnonzero((np.abs(y[r] - y[0]) > 1e-6).any(axis=-1))
        if len(changed) == 0:
            continue
        early = moved[moved < changed[0]]
        if len(early):
            best = max(best, int(changed[-1] - early[0]))
    return best


# === 12b wrong careless: the difference has no absolute value, an output that became smaller is overlooked
def find_look_ahead(x, y):
    best = 0
    for x_r, y_r in zip(x[1:], y[1:]):
        changed = np.where((x_r != x[0]).any(axis=1))[0]
        moved = np.where((y_r - y[0] > 1e-6).any(axis=1))[0]
        if changed.size and moved.size:
            best = max(best, int(changed.min() - moved.min()))
    return best


# === 12b wrong misread: counts how many outputs moved before the first change, not how far away they are
def find_look_ahead(x, y):
    counts = [0]
    for r in range(1, len(x)):
        changed = np.flatnonzero((x[r] != x[0]).any(axis=-1))
        if not changed.size:
            continue
        moved = (np.abs(y[r] - y[0]) > 1e-6).any(axis=-1)
        counts.append(int(moved[:changed[0]].sum()))
    return max(counts)


# === 12b wrong over-clever: the moved outputs of all runs are joined first and compared with the latest first change
def find_look_ahead(x, y):
    changed = (x[1:] != x[0]).any(axis=2)
    moved = (np.abs(y[1:] - y[0]) > 1e-6).any(axis=2)
    firsts = [np.flatnonzero(row)[0] for row in changed if row.any()]
    steps = np.flatnonzero(moved.any(axis=0))
    if not firsts or not len(steps):
        return 0
    return int(max(0, max(firsts) - steps[0]))


# === 12b wrong two: every output must have moved, all in place of any, and the nearest moved step counts instead of the farthest
def find_look_ahead(x, y):
    best = 0
    for r in range(1, len(x)):
        changed = np.flatnonzero((x[r] != x[0]).any(axis=-1))
        moved = np.flatnonzero((np.abs(y[r] - y[0]) > 1e-6).all(axis=-1))
        if len(changed):
            early = moved[moved < changed[0]]
            if len(early):
                best = max(best, int(changed[0] - early[-1]))
    return best


# === 12b wrong hole: a run in which no input changed is taken as changed after its end, so a mere repetition proves something
def find_look_ahead(x, y):
    best, time = 0, x.shape[1]
    for r in range(1, len(x)):
        changed = np.append(np.flatnonzero((x[r] != x[0]).any(axis=-1)), time)
        moved = np.flatnonzero((np.abs(y[r] - y[0]) > 1e-6).any(axis=-1))
        for t in moved:
            if t < changed[0]:
                best = max(best, int(changed[0] - t))
    return best


# === 12b wrong hole: inputs are compared with the tolerance meant for outputs, so a very small change is no change
def find_look_ahead(x, y):
    best = 0
    for r in range(1, len(x)):
        changed = [t for t in range(x.shape[1]) if np.abs(x[r, t] - x[0, t]).max() > 1e-6]
        moved = [t for t in range(x.shape[1]) if np.abs(y[r, t] - y[0, t]).max() > 1e-6]
        if changed and moved:
            best = max(best, changed[0] - moved[0])
    return best


# === 12b right style: cumulative sums instead of searching, all runs at once
def find_look_ahead(x, y):
    x, y = np.asarray(x), np.asarray(y)
    changed = (x != x[:1]).any(axis=2)
    moved = (abs(y - y[:1]) > 1e-6).any(axis=2)
    untouched = np.cumsum(changed, axis=1) == 0
    proof = moved & untouched & changed.any(axis=1, keepdims=True)
    still_to_go = np.cumsum(untouched[:, ::-1], axis=1)[:, ::-1]
    return int((still_to_go * proof).max(initial=0))


# === 12c wrong conceptual: both readers hand over their state at the last real step, where the backward one has read a single word
from course_utils.cells import run_rnn


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    zero = np.zeros((1, W_h.shape[-1]))
    f, b = [], []
    for row, n in zip(x, lengths):
        row = row[None, :n]
        f.append(run_rnn(row, zero, W_x[0], W_h[0], b_h[0])[0, n - 1])
        b.append(run_rnn(row[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[0, ::-1][n - 1])
    f, b = np.array(f), np.array(b)
    if merge_mode == "concat":
        return np.concatenate([f, b], axis=-1)
    return {"sum": f + b, "mul": f * b, "ave": (f + b) / 2}[merge_mode]


# === 12c wrong careless: the backward loop stops before step 0, so the first word is never read
from course_utils.cells import rnn_step


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    units = W_h.shape[-1]
    F, B = np.zeros((len(x), units)), np.zeros((len(x), units))
    for i, n in enumerate(lengths):
        for t in range(n):
            F[i] = rnn_step(x[i, t], F[i], W_x[0], W_h[0], b_h[0])
        for t in range(n - 1, 0, -1):
            B[i] = rnn_step(x[i, t], B[i], W_x[1], W_h[1], b_h[1])
    if merge_mode == "concat":
        return np.concatenate([F, B], axis=1)
    if merge_mode == "sum":
        return F + B
    if merge_mode == "mul":
        return F * B
    return 0.5 * (F + B)


# === 12c wrong misread: the vector is the mean of all states of each reader, not the state after everything was read
from course_utils.cells import run_rnn


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    zero = np.zeros((1, W_h.shape[-1]))
    pairs = []
    for row, n in zip(x, lengths):
        there, back = row[None, :n], row[None, :n][:, ::-1]
        pairs.append((run_rnn(there, zero, W_x[0], W_h[0], b_h[0]).mean(axis=1)[0],
                      run_rnn(back, zero, W_x[1], W_h[1], b_h[1]).mean(axis=1)[0]))
    f, b = map(np.array, zip(*pairs))
    merge = {"concat": lambda: np.hstack([f, b]), "sum": lambda: f + b,
             "mul": lambda: f * b, "ave": lambda: (f + b) / 2}
    return merge[merge_mode]()


# === 12c wrong two: the forward reader hands over its state in the last column, padding included, and "concat" puts the backward one first
from course_utils.cells import run_rnn


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    zero = np.zeros((len(x), W_h.shape[-1]))
    f = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])[:, -1]
    b = np.zeros_like(f)
    for i, n in enumerate(lengths):
        b[i] = run_rnn(x[i:i + 1, :n][:, ::-1], zero[:1], W_x[1], W_h[1], b_h[1])[0, -1]
    if merge_mode == "concat":
        return np.concatenate([b, f], axis=-1)
    return f + b if merge_mode == "sum" else f * b if merge_mode == "mul" else (f + b) / 2


# === 12c wrong hole: padding is set to zero before the backward reader begins in it, harmless only without a bias
from course_utils.cells import run_rnn


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    lengths = np.asarray(lengths)
    real = np.arange(x.shape[1]) < lengths[:, None]
    clean = x * real[..., None]
    zero = np.zeros((len(x), W_h.shape[-1]))
    f = run_rnn(clean, zero, W_x[0], W_h[0], b_h[0])[np.arange(len(x)), lengths - 1]
    b = run_rnn(np.flip(clean, axis=1), zero, W_x[1], W_h[1], b_h[1])[:, -1]
    if merge_mode == "concat":
        return np.concatenate([f, b], axis=-1)
    merged = {"sum": np.add, "mul": np.multiply}.get(merge_mode)
    return merged(f, b) if merged else np.add(f, b) / 2


# === 12c right style: reduce over the words of each row, the merging from a table of functions
from functools import reduce


def summarise(x, lengths, W_x, W_h, b_h, merge_mode):
    def read(words, d):
        start = np.zeros(W_h[d].shape[0])
        return reduce(lambda h, w: np.tanh(w @ W_x[d] + h @ W_h[d] + b_h[d]), words, start)

    merge = {
        "concat": lambda f, b: [*f, *b],
        "sum": lambda f, b: list(f + b),
        "mul": lambda f, b: list(f * b),
        "ave": lambda f, b: list((f + b) / 2),
    }[merge_mode]
    return [merge(read(row[:n], 0), read(row[:n][::-1], 1)) for row, n in zip(x, lengths)]


# === 12d wrong conceptual: one backward run over everything, shown `ahead` steps late, in place of a new start for each step
from course_utils.cells import run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    time = x.shape[1]
    zero = np.zeros((len(x), W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    backward = run_rnn(x[:, ::-1], zero, W_x[1], W_h[1], b_h[1])[:, ::-1]
    places = np.minimum(np.arange(time) + ahead, time - 1)
    return np.concatenate([forward, backward[:, places]], axis=-1)


# === 12d wrong careless: starts one step too early, at t + ahead - 1, as the end of a range is not in it
from course_utils.cells import rnn_step, run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    batch, time, _ = x.shape
    units = W_h.shape[-1]
    forward = run_rnn(x, np.zeros((batch, units)), W_x[0], W_h[0], b_h[0])
    backward = np.zeros((batch, time, units))
    for t in range(time):
        h = np.zeros((batch, units))
        for s in reversed(range(t, min(t + max(ahead, 1), time))):
            h = rnn_step(x[:, s], h, W_x[1], W_h[1], b_h[1])
        backward[:, t] = h
    return np.concatenate([forward, backward], axis=-1)


# === 12d wrong misread: the window is read forwards, from t to t + ahead
from course_utils.cells import run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    zero = np.zeros((len(x), W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[0], W_h[0], b_h[0])
    seen = [run_rnn(x[:, t:t + ahead + 1], zero, W_x[1], W_h[1], b_h[1])[:, -1]
            for t in range(x.shape[1])]
    return np.concatenate([forward, np.stack(seen, axis=1)], axis=-1)


# === 12d wrong over-clever: all windows at once on a sequence filled up with zeros, and a bias turns these zeros into states
def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    batch, time, features = x.shape
    units = W_h.shape[-1]
    forward, h = [], np.zeros((batch, units))
    for t in range(time):
        h = np.tanh(x[:, t] @ W_x[0] + h @ W_h[0] + b_h[0])
        forward.append(h)
    longer = np.concatenate([x, np.zeros((batch, ahead, features))], axis=1)
    h = np.zeros((batch, time, units))
    for k in range(ahead, -1, -1):
        h = np.tanh(longer[:, k:k + time] @ W_x[1] + h @ W_h[1] + b_h[1])
    return np.concatenate([np.stack(forward, axis=1), h], axis=-1)


# === 12d wrong two: the weights of the two directions are exchanged and the window has one step too many
from course_utils.cells import run_rnn


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    zero = np.zeros((len(x), W_h.shape[-1]))
    forward = run_rnn(x, zero, W_x[1], W_h[1], b_h[1])
    backward = []
    for t in range(x.shape[1]):
        window = x[:, t:t + ahead + 2][:, ::-1]
        backward.append(run_rnn(window, zero, W_x[0], W_h[0], b_h[0])[:, -1])
    return np.concatenate([forward, np.stack(backward, axis=1)], axis=-1)


# === 12d wrong hole: the states are stored in an array of the type of x, so whole numbers as inputs are cut
from course_utils.cells import rnn_step


def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    batch, time, _ = x.shape
    units = W_h.shape[-1]
    out = np.empty((batch, time, 2 * units), x.dtype)
    f = np.zeros((batch, units))
    for t in range(time):
        f = rnn_step(x[:, t], f, W_x[0], W_h[0], b_h[0])
        b = np.zeros((batch, units))
        for s in range(min(t + ahead, time - 1), t - 1, -1):
            b = rnn_step(x[:, s], b, W_x[1], W_h[1], b_h[1])
        out[:, t, :units], out[:, t, units:] = f, b
    return out


# === 12d right style: all windows move together, a step that starts later keeps its zeros until then
def run_with_look_ahead(x, W_x, W_h, b_h, ahead):
    batch, time, _ = x.shape
    units = W_h.shape[-1]
    drive = x @ W_x[1] + b_h[1]
    backward = np.zeros((batch, time, units))
    for distance in range(min(ahead, time - 1), -1, -1):
        n = time - distance
        backward[:, :n] = np.tanh(drive[:, distance:] + backward[:, :n] @ W_h[1])
    forward, h = np.empty((batch, time, units)), np.zeros((batch, units))
    for t in range(time):
        forward[:, t] = h = np.tanh(x[:, t] @ W_x[0] + h @ W_h[0] + b_h[0])
    return np.concatenate([forward, backward], axis=-1)
