# === 08a wrong conceptual: only each step's own loss is walked back, nothing comes from the future
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    da = (do @ W_o.T) * (1 - h[:, 1:] ** 2)
    dx = da @ W_x.T
    dh_0 = da[:, 0] @ W_h.T
    return dh_0, dx


# === 08a wrong careless: the walk back multiplies by W_h instead of its transpose
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dx, back = [], 0.0
    for t in range(x.shape[1], 0, -1):
        dh = do[:, t - 1] @ W_o.T + back
        da = dh * (1 - h[:, t] ** 2)
        dx.insert(0, da @ W_x.T)
        back = da @ W_h
    return back, np.stack(dx, axis=1)


# === 08a wrong misread: the loss is taken as a mean over the steps too
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y) / x.shape[1]
    dx = np.empty(x.shape)
    from_future = np.zeros_like(h[:, 0])
    for t in range(x.shape[1], 0, -1):
        da_t = (do[:, t - 1] @ W_o.T + from_future) * (1 - h[:, t] ** 2)
        dx[:, t - 1] = da_t @ W_x.T
        from_future = da_t @ W_h.T
    return from_future, dx


# === 08a wrong over-clever: gets dh_0 out of dx by undoing the product with W_x, which needs at least as many features as units
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dx = np.empty(x.shape)
    carry = 0.0
    for t in reversed(range(x.shape[1])):
        da = (do[:, t] @ W_o.T + carry) * (1 - h[:, t + 1] ** 2)
        dx[:, t] = da @ W_x.T
        carry = da @ W_h.T
    to_start = np.linalg.pinv(W_x.T) @ W_h.T
    return dx[:, 0] @ to_start, dx


# === 08a wrong two: the slope of tanh is missing and dh_0 is handed over without the last product with W_h
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dx = np.empty(x.shape)
    da = np.zeros_like(h[:, 0])
    for t in range(x.shape[1], 0, -1):
        da = do[:, t - 1] @ W_o.T + da @ W_h.T
        dx[:, t - 1] = da @ W_x.T
    return da, dx


# === 08a wrong hole: clips what walks back to between -5 and 5, which a large W_h or W_o goes beyond
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dx = np.empty(x.shape)
    from_future = np.zeros_like(h[:, 0])
    for t in range(x.shape[1], 0, -1):
        dh_t = np.clip(do[:, t - 1] @ W_o.T + from_future, -5, 5)
        da_t = dh_t * (1 - h[:, t] ** 2)
        dx[:, t - 1] = da_t @ W_x.T
        from_future = da_t @ W_h.T
    return from_future, dx


# === 08a right style: no walk at all, the numerical gradient of the lesson for both
from course_utils.gradients import cross_entropy, forward, numerical_gradient


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    given = {"h_0": np.array(h_0, float), "x": np.array(x, float)}
    found = numerical_gradient(
        lambda g: cross_entropy(forward(g["x"], weights, g["h_0"])[1], y), given
    )
    return found["h_0"], found["x"]


# === 08b wrong conceptual: every chunk starts anew from h_0, the state is not carried
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    dW_h, db_h = np.zeros_like(W_h), np.zeros_like(b_h)
    for begin in range(0, x.shape[1], length):
        x_c, y_c = x[:, begin:begin + length], y[:, begin:begin + length]
        h, p = forward(x_c, weights, h_0)
        do = output_error(p, y_c)
        future = 0.0
        for t in range(x_c.shape[1], 0, -1):
            da = (do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2)
            dW_h += h[:, t - 1].T @ da
            db_h += da.sum(axis=0)
            future = da @ W_h.T
    return dW_h, db_h


# === 08b wrong careless: the walk is cut one step off, in front of a chunk's first step instead of behind its last
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dW_h, db_h = np.zeros_like(W_h), np.zeros_like(b_h)
    future = np.zeros_like(h[:, 0])
    for t in range(x.shape[1], 0, -1):
        if (t - 1) % length == 0:
            future = np.zeros_like(future)
        da = (do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2)
        dW_h += h[:, t - 1].T @ da
        db_h += da.sum(axis=0)
        future = da @ W_h.T
    return dW_h, db_h


# === 08b wrong misread: the mean over the chunks instead of their sum
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    per_chunk_W, per_chunk_b = [], []
    for begin in range(0, x.shape[1], length):
        end = min(begin + length, x.shape[1])
        dW, db, future = np.zeros_like(W_h), np.zeros_like(b_h), 0.0
        for t in range(end, begin, -1):
            da = (do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2)
            dW += h[:, t - 1].T @ da
            db += da.sum(0)
            future = da @ W_h.T
        per_chunk_W.append(dW)
        per_chunk_b.append(db)
    return np.mean(per_chunk_W, axis=0), np.mean(per_chunk_b, axis=0)


# === 08b wrong over-clever: all chunks at once by reshape, which leaves out a last chunk with fewer steps
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    length = min(length, x.shape[1])
    chunks = x.shape[1] // length
    used = chunks * length
    after = h[:, 1:used + 1].reshape(-1, length, len(b_h))
    before = h[:, :used].reshape(-1, length, len(b_h))
    error = do[:, :used].reshape(-1, length, do.shape[-1])
    dW_h, db_h, future = np.zeros_like(W_h), np.zeros_like(b_h), 0.0
    for t in reversed(range(length)):
        da = (error[:, t] @ W_o.T + future) * (1 - after[:, t] ** 2)
        dW_h += before[:, t].T @ da
        db_h += da.sum(axis=0)
        future = da @ W_h.T
    return dW_h, db_h


# === 08b wrong two: dW_h uses the state after the step and nothing is cut at the borders
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dW_h, db_h, future = np.zeros_like(W_h), np.zeros_like(b_h), 0.0
    for begin in reversed(range(0, x.shape[1], length)):
        for t in reversed(range(begin, min(begin + length, x.shape[1]))):
            da = (do[:, t] @ W_o.T + future) * (1 - h[:, t + 1] ** 2)
            dW_h += h[:, t + 1].T @ da
            db_h += da.sum(axis=0)
            future = da @ W_h.T
    return dW_h, db_h


# === 08b wrong hole: in the first chunk the state before is taken for zero, whatever h_0 is
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dW_h, db_h = np.zeros_like(W_h), np.zeros_like(b_h)
    future = np.zeros_like(h[:, 0])
    for t in range(x.shape[1], 0, -1):
        if t % length == 0:
            future = np.zeros_like(future)
        da = (do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2)
        if t > 1:
            dW_h += h[:, t - 1].T @ da
        db_h += da.sum(axis=0)
        future = da @ W_h.T
    return dW_h, db_h


# === 08b right style: forward chunk by chunk with the carried state, a helper walks one chunk
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}

    def one_chunk(x, y, start):
        h, p = forward(x, weights, start)
        do, das, future = output_error(p, y), [], 0.0
        for t in range(x.shape[1], 0, -1):
            das.append((do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2))
            future = das[-1] @ W_h.T
        da = np.stack(das[::-1], axis=1)
        return np.einsum("bti,btj->ij", h[:, :-1], da), da.sum(axis=(0, 1)), h[:, -1]

    state, dW_h, db_h = h_0, 0.0, 0.0
    for begin in range(0, x.shape[1], length):
        part = slice(begin, begin + length)
        more_W, more_b, state = one_chunk(x[:, part], y[:, part], state)
        dW_h, db_h = dW_h + more_W, db_h + more_b
    return dW_h, db_h


# === 08c wrong conceptual: nothing is passed back along the plain arrow, the gradient ends at a masked step
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    for t in range(time):
        new = np.tanh(x[:, t] @ W_x + h[:, t] @ W_h + b_h)
        h[:, t + 1] = np.where(mask[:, t, None], new, h[:, t])
    p = softmax(h[:, 1:] @ W_o + b_o)
    right = np.where(mask, y, 0)
    do = (p - np.eye(len(b_o))[right]) * mask[..., None] / mask.sum()
    dW_h, dW_o, future = np.zeros_like(W_h), np.zeros_like(W_o), 0.0
    for t in reversed(range(time)):
        dW_o += h[:, t + 1].T @ do[:, t]
        da = (do[:, t] @ W_o.T + future) * (1 - h[:, t + 1] ** 2) * mask[:, t, None]
        dW_h += h[:, t].T @ da
        future = da @ W_h.T
    return dW_h, dW_o


# === 08c wrong careless: the carried gradient is added at real steps too, the mask of the arrow is forgotten
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    m = mask[:, :, None].astype(float)
    states = [np.zeros((len(x), len(b_h)))]
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ W_x + states[-1] @ W_h + b_h)
        states.append(m[:, t] * new + (1 - m[:, t]) * states[-1])
    h = np.stack(states, axis=1)
    p = softmax(h[:, 1:] @ W_o + b_o)
    target = np.eye(len(b_o))[np.where(mask, y, 0)]
    do = (p - target) * m / mask.sum()
    dW_h, dW_o = np.zeros_like(W_h), np.zeros_like(W_o)
    dh = np.zeros_like(states[0])
    for t in reversed(range(x.shape[1])):
        dh = dh + do[:, t] @ W_o.T
        da = dh * (1 - h[:, t + 1] ** 2) * m[:, t]
        dW_h += h[:, t].T @ da
        dW_o += h[:, t + 1].T @ do[:, t]
        dh = da @ W_h.T + dh
    return dW_h, dW_o


# === 08c wrong misread: a mean for each sequence over its real steps first, then the mean over the batch
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    for t in range(time):
        new = np.tanh(x[:, t] @ W_x + h[:, t] @ W_h + b_h)
        h[:, t + 1] = np.where(mask[:, t, None], new, h[:, t])
    p = softmax(h[:, 1:] @ W_o + b_o)
    counts = np.maximum(mask.sum(axis=1), 1)[:, None, None]
    do = (p - np.eye(len(b_o))[np.where(mask, y, 0)]) * mask[..., None] / counts / batch
    dW_h, dW_o, dh = np.zeros_like(W_h), np.zeros_like(W_o), np.zeros_like(h[:, 0])
    for t in reversed(range(time)):
        dW_o += h[:, t + 1].T @ do[:, t]
        dh = dh + do[:, t] @ W_o.T
        da = dh * (1 - h[:, t + 1] ** 2) * mask[:, t, None]
        dW_h += h[:, t].T @ da
        dh = np.where(mask[:, t, None], da @ W_h.T, dh)
    return dW_h, dW_o


# === 08c wrong two: a masked step sets the state to zero and the errors are divided by all steps, the masked ones included
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    batch, time, _ = x.shape
    m = mask[..., None] * 1.0
    h = np.zeros((batch, time + 1, len(b_h)))
    for t in range(time):
        h[:, t + 1] = np.tanh(x[:, t] @ W_x + h[:, t] @ W_h + b_h) * m[:, t]
    p = softmax(h[:, 1:] @ W_o + b_o)
    do = (p - np.eye(len(b_o))[np.where(mask, y, 0)]) * m / mask.size
    dW_h, dW_o, future = np.zeros_like(W_h), np.zeros_like(W_o), 0.0
    for t in reversed(range(time)):
        dW_o += h[:, t + 1].T @ do[:, t]
        da = (do[:, t] @ W_o.T + future) * (1 - h[:, t + 1] ** 2) * m[:, t]
        dW_h += h[:, t].T @ da
        future = da @ W_h.T
    return dW_h, dW_o


# === 08c wrong hole: looks up the right class of masked steps too, where y may hold any number
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    for t in range(time):
        new = np.tanh(x[:, t] @ W_x + h[:, t] @ W_h + b_h)
        h[:, t + 1] = np.where(mask[:, t, None], new, h[:, t])
    p = softmax(h[:, 1:] @ W_o + b_o)
    do = (p - np.eye(W_o.shape[1])[y]) * mask[..., None] / mask.sum()
    dW_h, dW_o, dh = np.zeros_like(W_h), np.zeros_like(W_o), np.zeros_like(h[:, 0])
    for t in reversed(range(time)):
        dW_o += h[:, t + 1].T @ do[:, t]
        dh = dh + do[:, t] @ W_o.T
        da = dh * (1 - h[:, t + 1] ** 2) * mask[:, t, None]
        dW_h += h[:, t].T @ da
        dh = np.where(mask[:, t, None], da @ W_h.T, dh)
    return dW_h, dW_o


# === 08c right style: each sequence alone, without its masked steps
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    N = np.count_nonzero(mask)
    dW_h = np.zeros(W_h.shape)
    dW_o = np.zeros(W_o.shape)
    for b in range(len(x)):
        steps = [t for t in range(x.shape[1]) if mask[b, t]]
        h = [np.zeros(len(b_h))]
        for t in steps:
            h.append(np.tanh(x[b, t] @ W_x + h[-1] @ W_h + b_h))
        dh = np.zeros(len(b_h))
        for k in range(len(steps), 0, -1):
            do = softmax(h[k] @ W_o + b_o)
            do[y[b, steps[k - 1]]] -= 1
            do = do / N
            dW_o += np.outer(h[k], do)
            da = (dh + W_o @ do) * (1 - h[k] ** 2)
            dW_h += np.outer(h[k - 1], da)
            dh = W_h @ da
    return dW_h, dW_o


# === 08d wrong conceptual: an output gets the error of its own loss only, the feedback is forgotten on the way back
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    o = np.zeros((batch, time + 1, len(b_o)))
    for t in range(1, time + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ W_x + o[:, t - 1] @ W_f + b_h)
        o[:, t] = h[:, t] @ W_o + b_o
    do = (o[:, 1:] - y) / batch
    da = do @ W_o.T * (1 - h[:, 1:] ** 2)
    dW_f = np.einsum("bto,btu->ou", o[:, :-1], da)
    dW_o = np.einsum("btu,bto->uo", h[:, 1:], do)
    return dW_f, dW_o


# === 08d wrong careless: dW_f is made with the output of the same step, not of the one before
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    B, T, _ = x.shape
    hs, os = [], [np.zeros((B, len(b_o)))]
    for t in range(T):
        hs.append(np.tanh(x[:, t] @ W_x + os[-1] @ W_f + b_h))
        os.append(hs[-1] @ W_o + b_o)
    dW_f = dW_o = 0
    from_next = 0
    for t in range(T - 1, -1, -1):
        do = (os[t + 1] - y[:, t]) / B + from_next
        da = (do @ W_o.T) * (1 - hs[t] ** 2)
        dW_o = dW_o + hs[t].T @ do
        dW_f = dW_f + os[t + 1].T @ da
        from_next = da @ W_f.T
    return dW_f, dW_o


# === 08d wrong misread: the right answer of the step before is fed back instead of the output
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    batch, time, _ = x.shape
    fed = np.concatenate([np.zeros_like(y[:, :1], dtype=float), y[:, :-1]], axis=1)
    h = np.tanh(x @ W_x + fed @ W_f + b_h)
    o = h @ W_o + b_o
    do = (o - y) / batch
    da = do @ W_o.T * (1 - h**2)
    return np.einsum("bto,btu->ou", fed, da), np.einsum("btu,bto->uo", h, do)


# === 08d wrong over-clever: W_o and W_f are merged into one recurrent matrix, which forgets that b_o is fed back as well
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    batch, time, _ = x.shape
    W_h = W_o @ W_f
    h = np.zeros((batch, time + 1, len(b_h)))
    for t in range(1, time + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ W_x + h[:, t - 1] @ W_h + b_h)
    o = h @ W_o + b_o
    o[:, 0] = 0
    dW_f, dW_o, back = np.zeros(W_f.shape), np.zeros(W_o.shape), 0.0
    for t in range(time, 0, -1):
        do = (o[:, t] - y[:, t - 1]) / batch + back
        da = do @ W_o.T * (1 - h[:, t] ** 2)
        dW_o += h[:, t].T @ do
        dW_f += o[:, t - 1].T @ da
        back = da @ W_f.T
    return dW_f, dW_o


# === 08d wrong two: the half in the loss is forgotten, so errors are doubled, and the slope of tanh is left out
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    o = np.zeros((batch, time + 1, len(b_o)))
    for t in range(1, time + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ W_x + o[:, t - 1] @ W_f + b_h)
        o[:, t] = h[:, t] @ W_o + b_o
    dW_f, dW_o, back = np.zeros(W_f.shape), np.zeros(W_o.shape), 0.0
    for t in range(time, 0, -1):
        do = 2 * (o[:, t] - y[:, t - 1]) / batch + back
        da = do @ W_o.T
        dW_o += h[:, t].T @ do
        dW_f += o[:, t - 1].T @ da
        back = da @ W_f.T
    return dW_f, dW_o


# === 08d wrong hole: the errors are stored in an array like y, so with whole numbers as right answers they are cut to integers
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    o = np.zeros((batch, time + 1, len(b_o)))
    for t in range(1, time + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ W_x + o[:, t - 1] @ W_f + b_h)
        o[:, t] = h[:, t] @ W_o + b_o
    errors = np.zeros_like(y)
    for t in range(time):
        errors[:, t] = (o[:, t + 1] - y[:, t]) / batch
    dW_f, dW_o = np.zeros(W_f.shape), np.zeros(W_o.shape)
    back = np.zeros((batch, len(b_o)))
    for t in range(time, 0, -1):
        do = errors[:, t - 1] + back
        da = do @ W_o.T * (1 - h[:, t] ** 2)
        dW_o += h[:, t].T @ do
        dW_f += o[:, t - 1].T @ da
        back = da @ W_f.T
    return dW_f, dW_o


# === 08d right style: TensorFlow's tape, the loss as it is written
import tensorflow as tf


def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    x, y, W_x, W_f, b_h, W_o, b_o = [
        tf.constant(np.asarray(a), tf.float64) for a in (x, y, W_x, W_f, b_h, W_o, b_o)
    ]
    with tf.GradientTape() as tape:
        tape.watch(W_f)
        tape.watch(W_o)
        o = tf.zeros((x.shape[0], W_o.shape[1]), tf.float64)
        loss = 0.0
        for t in range(x.shape[1]):
            h = tf.tanh(x[:, t] @ W_x + o @ W_f + b_h)
            o = h @ W_o + b_o
            loss += tf.reduce_sum((o - y[:, t]) ** 2) / (2 * x.shape[0])
    return tape.gradient(loss, [W_f, W_o])
