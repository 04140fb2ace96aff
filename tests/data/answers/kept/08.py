# === 08a wrong conceptual: the first state is treated like the others and gets a slope of tanh, though it is no output of tanh
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dx = np.zeros(x.shape)
    future = np.zeros(h_0.shape)
    for t in reversed(range(x.shape[1])):
        da = (do[:, t] @ W_o.T + future) * (1 - h[:, t + 1] ** 2)
        dx[:, t] = da @ W_x.T
        future = da @ W_h.T
    dh_0 = future * (1 - h_0**2)
    return dh_0, dx


# === 08a wrong careless: the slope is taken at the state before, h[:, t - 1] instead of h[:, t]
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dx = np.empty(x.shape)
    from_future = 0.0
    for t in range(x.shape[1], 0, -1):
        dh_t = do[:, t - 1] @ W_o.T + from_future
        da_t = dh_t * (1 - h[:, t - 1] ** 2)
        dx[:, t - 1] = da_t @ W_x.T
        from_future = da_t @ W_h.T
    return from_future, dx


# === 08a wrong misread: the first gradient is that of h_1, the state after the first step
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    h, p = forward(x, {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}, h_0)
    do = output_error(p, y)
    time = x.shape[1]
    dh = np.zeros_like(h[:, 0])
    da = np.zeros_like(dh)
    dx = np.zeros(x.shape)
    for t in range(time - 1, -1, -1):
        dh = da @ W_h.T + do[:, t] @ W_o.T
        da = dh * (1 - h[:, t + 1] * h[:, t + 1])
        dx[:, t] = da @ W_x.T
    return dh, dx


# === 08a wrong over-clever: asks the loss by one nudge of 0.01 to one side, which is off in the second place
from course_utils.gradients import cross_entropy, forward


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}

    def loss(x, h_0):
        return cross_entropy(forward(x, weights, h_0)[1], y)

    base, step = loss(x, h_0), 0.01
    dh_0, dx = np.zeros(h_0.shape), np.zeros(x.shape)
    for place in np.ndindex(*h_0.shape):
        moved = np.array(h_0, float)
        moved[place] += step
        dh_0[place] = (loss(x, moved) - base) / step
    for place in np.ndindex(*x.shape):
        moved = np.array(x, float)
        moved[place] += step
        dx[place] = (loss(moved, h_0) - base) / step
    return dh_0, dx


# === 08a wrong two: the errors are divided by the batch a second time and the inputs' gradients come out in reading order backwards
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y) / len(x)
    grads = []
    future = 0.0
    for t in range(x.shape[1], 0, -1):
        da = (do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2)
        future = da @ W_h.T
        grads.append(da @ W_x.T)
    return future, np.array(grads).transpose(1, 0, 2)


# === 08a wrong hole: stops when what comes from the future is almost zero, and so loses the losses of the steps before a saturated one
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dx = np.zeros(x.shape)
    from_future = np.zeros_like(h[:, 0])
    for t in range(x.shape[1], 0, -1):
        da_t = (do[:, t - 1] @ W_o.T + from_future) * (1 - h[:, t] ** 2)
        dx[:, t - 1] = da_t @ W_x.T
        from_future = da_t @ W_h.T
        if np.abs(from_future).max() < 1e-8:
            return np.zeros_like(from_future), dx
    return from_future, dx


# === 08a right style: one sequence at a time, a generator walks back, dx as a nested list
from course_utils.gradients import forward, output_error


def find_start_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)

    def walk(states, errors):
        da = np.zeros(len(W_h))
        for state, error in zip(states[:0:-1], errors[::-1]):
            da = (W_o @ error + W_h @ da) * (1 - state**2)
            yield da

    dh_0, dx = [], []
    for states, errors in zip(h, do):
        das = list(walk(states, errors))
        dh_0.append((W_h @ das[-1]).tolist())
        dx.append([(W_x @ da).tolist() for da in reversed(das)])
    return dh_0, dx


# === 08b wrong conceptual: each loss looks back `length` steps, a sliding window as in the lesson instead of chunks
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dW_h, db_h = np.zeros_like(W_h), np.zeros_like(b_h)
    for s in range(1, x.shape[1] + 1):
        dh = do[:, s - 1] @ W_o.T
        for t in range(s, max(s - length, 0), -1):
            da = dh * (1 - h[:, t] ** 2)
            dW_h += h[:, t - 1].T @ da
            db_h += da.sum(axis=0)
            dh = da @ W_h.T
    return dW_h, db_h


# === 08b wrong careless: the chunks are counted from the end, so the first one is the short one
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    time = x.shape[1]
    dW_h = np.zeros(W_h.shape)
    db_h = np.zeros(b_h.shape)
    from_future = 0.0
    for t in range(time, 0, -1):
        if (time - t) % length == 0:
            from_future = 0.0
        da = (do[:, t - 1] @ W_o.T + from_future) * (1 - h[:, t] ** 2)
        dW_h = dW_h + h[:, t - 1].T @ da
        db_h = db_h + da.sum(axis=0)
        from_future = da @ W_h.T
    return dW_h, db_h


# === 08b wrong misread: `length` is read as the number of chunks
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    dW_h, db_h = np.zeros_like(W_h), np.zeros_like(b_h)
    for steps in np.array_split(np.arange(1, x.shape[1] + 1), length):
        future = 0.0
        for t in steps[::-1]:
            da = (do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2)
            dW_h += h[:, t - 1].T @ da
            db_h += da.sum(axis=0)
            future = da @ W_h.T
    return dW_h, db_h


# === 08b wrong two: only the last chunk that is walked counts, as = stands for += at the chunk, and the slope of tanh is left out
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    for begin in range(0, x.shape[1], length):
        dW_h = np.zeros_like(W_h)
        db_h = np.zeros_like(b_h)
        future = np.zeros_like(h[:, 0])
        for t in range(min(begin + length, x.shape[1]), begin, -1):
            da = do[:, t - 1] @ W_o.T + future
            dW_h += h[:, t - 1].T @ da
            db_h += da.sum(axis=0)
            future = da @ W_h.T
    return dW_h, db_h


# === 08b wrong hole: a chunk is only read if it is whole, so with a length above the number of steps all is zero
from course_utils.gradients import forward, output_error


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x, weights, h_0)
    do = output_error(p, y)
    time = x.shape[1]
    borders = list(range(0, time - length + 1, length))
    if borders and borders[-1] + length < time:
        borders.append(borders[-1] + length)
    dW_h, db_h = np.zeros_like(W_h), np.zeros_like(b_h)
    for begin in borders:
        future = 0.0
        for t in range(min(begin + length, time), begin, -1):
            da = (do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2)
            dW_h += h[:, t - 1].T @ da
            db_h += da.sum(axis=0)
            future = da @ W_h.T
    return dW_h, db_h


# === 08b right style: TensorFlow's tape with stop_gradient at each border
import tensorflow as tf


def find_truncated_gradients(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    x, h_0, W_x, W_h, b_h, W_o, b_o = (
        tf.constant(np.asarray(a, "float64")) for a in (x, h_0, W_x, W_h, b_h, W_o, b_o)
    )
    with tf.GradientTape() as tape:
        tape.watch([W_h, b_h])
        h, loss = h_0, tf.constant(0.0, tf.float64)
        for t in range(x.shape[1]):
            if t % length == 0:
                h = tf.stop_gradient(h)
            h = tf.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(y[:, t], h @ W_o + b_o)
            loss += tf.reduce_mean(each)
    dW_h, db_h = tape.gradient(loss, [W_h, b_h])
    return dW_h.numpy(), db_h.numpy()


# === 08c wrong conceptual: the plain arrow is treated as if it had the slope of tanh on it
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
    dW_h, dW_o = np.zeros_like(W_h), np.zeros_like(W_o)
    future = np.zeros_like(h[:, 0])
    for t in reversed(range(time)):
        m = mask[:, t, None]
        dW_o += h[:, t + 1].T @ do[:, t]
        da = (do[:, t] @ W_o.T + future) * (1 - h[:, t + 1] ** 2)
        dW_h += h[:, t].T @ (da * m)
        future = np.where(m, da @ W_h.T, da)
    return dW_h, dW_o


# === 08c wrong careless: dW_o is summed with the states before the step instead of those after it
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    for t in range(time):
        new = np.tanh(x[:, t] @ W_x + h[:, t] @ W_h + b_h)
        h[:, t + 1] = np.where(mask[:, t, None], new, h[:, t])
    p = softmax(h[:, 1:] @ W_o + b_o)
    do = (p - np.eye(len(b_o))[np.where(mask, y, 0)]) * mask[..., None] / mask.sum()
    dW_o = np.einsum("btu,bto->uo", h[:, :-1], do)
    dW_h, dh = np.zeros_like(W_h), np.zeros_like(h[:, 0])
    for t in reversed(range(time)):
        dh = dh + do[:, t] @ W_o.T
        da = dh * (1 - h[:, t + 1] ** 2)
        real = mask[:, t][:, None]
        dW_h += h[:, t].T @ np.where(real, da, 0)
        dh = np.where(real, da @ W_h.T, dh)
    return dW_h, dW_o


# === 08c wrong misread: the loss of the unmasked lesson, a sum over the steps and a mean over the batch
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    for t in range(time):
        new = np.tanh(x[:, t] @ W_x + h[:, t] @ W_h + b_h)
        h[:, t + 1] = np.where(mask[:, t, None], new, h[:, t])
    p = softmax(h[:, 1:] @ W_o + b_o)
    do = (p - np.eye(len(b_o))[np.where(mask, y, 0)]) * mask[..., None] / batch
    dW_h, dW_o, dh = np.zeros_like(W_h), np.zeros_like(W_o), np.zeros_like(h[:, 0])
    for t in reversed(range(time)):
        dW_o += h[:, t + 1].T @ do[:, t]
        dh = dh + do[:, t] @ W_o.T
        da = dh * (1 - h[:, t + 1] ** 2) * mask[:, t, None]
        dW_h += h[:, t].T @ da
        dh = np.where(mask[:, t, None], da @ W_h.T, dh)
    return dW_h, dW_o


# === 08c wrong over-clever: takes the masked steps out with x[mask] and reshapes, which needs equally many real steps in each row
from course_utils.gradients import forward, output_error


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    batch = len(x)
    x_real = x[mask].reshape(batch, -1, x.shape[2])
    y_real = y[mask].reshape(batch, -1)
    weights = {"W_x": W_x, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    h, p = forward(x_real, weights, np.zeros((batch, len(b_h))))
    steps = x_real.shape[1]
    do = output_error(p, y_real) / steps
    dW_h, dW_o, future = np.zeros_like(W_h), np.zeros_like(W_o), 0.0
    for t in range(steps, 0, -1):
        dW_o += h[:, t].T @ do[:, t - 1]
        da = (do[:, t - 1] @ W_o.T + future) * (1 - h[:, t] ** 2)
        dW_h += h[:, t - 1].T @ da
        future = da @ W_h.T
    return dW_h, dW_o


# === 08c wrong two: the network reads the padding like any step, only its loss is masked, and W_h is not transposed on the way back
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    for t in range(time):
        h[:, t + 1] = np.tanh(x[:, t] @ W_x + h[:, t] @ W_h + b_h)
    p = softmax(h[:, 1:] @ W_o + b_o)
    do = p - np.eye(len(b_o))[np.where(mask, y, 0)]
    do = np.where(mask[..., None], do, 0) / mask.sum()
    dW_h, dW_o, future = np.zeros_like(W_h), np.zeros_like(W_o), 0.0
    for t in reversed(range(time)):
        dW_o += h[:, t + 1].T @ do[:, t]
        da = (do[:, t] @ W_o.T + future) * (1 - h[:, t + 1] ** 2)
        dW_h += h[:, t].T @ da
        future = da @ W_h
    return dW_h, dW_o


# === 08c wrong hole: counts the real steps of each row and reads that many from the beginning, right only for padding at the end
from course_utils.cells import rnn_step, softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    lengths = mask.sum(axis=1)
    N = lengths.sum()
    dW_h, dW_o = np.zeros_like(W_h), np.zeros_like(W_o)
    for row, labels, n in zip(x, y, lengths):
        h = [np.zeros((1, len(b_h)))]
        for x_t in row[:n]:
            h.append(rnn_step(x_t[None], h[-1], W_x, W_h, b_h))
        future = np.zeros((1, len(b_h)))
        for t in range(n, 0, -1):
            do = softmax(h[t] @ W_o + b_o)
            do[0, labels[t - 1]] -= 1
            do /= N
            dW_o += h[t].T @ do
            da = (do @ W_o.T + future) * (1 - h[t] ** 2)
            dW_h += h[t - 1].T @ da
            future = da @ W_h.T
    return dW_h, dW_o


# === 08c right style: nudges every weight of W_h and W_o and asks the masked loss, in the middle
from course_utils.cells import softmax


def find_masked_gradients(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    def loss(W_h, W_o):
        h, total = np.zeros((len(x), len(b_h))), 0.0
        for t in range(x.shape[1]):
            real = np.flatnonzero(mask[:, t])
            h = h.copy()
            h[real] = np.tanh(x[real, t] @ W_x + h[real] @ W_h + b_h)
            p = softmax(h[real] @ W_o + b_o)
            total -= np.log(p[np.arange(len(real)), y[real, t]]).sum()
        return total / mask.sum()

    def nudge(array, ask, step=1e-5):
        slope = np.zeros(array.shape)
        for place in np.ndindex(*array.shape):
            move = np.zeros(array.shape)
            move[place] = step
            slope[place] = (ask(array + move) - ask(array - move)) / (2 * step)
        return slope

    return nudge(W_h, lambda W: loss(W, W_o)), nudge(W_o, lambda W: loss(W_h, W))


# === 08d wrong conceptual: the feedback reaches the states but dW_o is made with the errors of the own losses alone
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    o = np.zeros((batch, time + 1, len(b_o)))
    for t in range(1, time + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ W_x + o[:, t - 1] @ W_f + b_h)
        o[:, t] = h[:, t] @ W_o + b_o
    own = (o[:, 1:] - y) / batch
    dW_f, dW_o = np.zeros_like(W_f), np.zeros_like(W_o)
    back = np.zeros_like(o[:, 0])
    for t in range(time, 0, -1):
        dW_o += h[:, t].T @ own[:, t - 1]
        da = (own[:, t - 1] + back) @ W_o.T * (1 - h[:, t] ** 2)
        dW_f += o[:, t - 1].T @ da
        back = da @ W_f.T
    return dW_f, dW_o


# === 08d wrong careless: the outputs are stored without o_0, so in the first step index -1 picks the last output
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    B, T, _ = x.shape
    hs, os = [], []
    o = np.zeros((B, len(b_o)))
    for t in range(T):
        h = np.tanh(x[:, t] @ W_x + o @ W_f + b_h)
        o = h @ W_o + b_o
        hs.append(h)
        os.append(o)
    dW_f, dW_o = np.zeros(W_f.shape), np.zeros(W_o.shape)
    back = np.zeros_like(o)
    for t in range(T - 1, -1, -1):
        do = (os[t] - y[:, t]) / B + back
        da = do @ W_o.T * (1 - hs[t] ** 2)
        dW_f += os[t - 1].T @ da
        dW_o += hs[t].T @ do
        back = da @ W_f.T
    return dW_f, dW_o


# === 08d wrong misread: the loss is also a mean over the steps and the outputs
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    o = np.zeros((batch, time + 1, len(b_o)))
    for t in range(1, time + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ W_x + o[:, t - 1] @ W_f + b_h)
        o[:, t] = h[:, t] @ W_o + b_o
    errors = (o[:, 1:] - y) / y.size
    dW_f, dW_o, back = np.zeros(W_f.shape), np.zeros(W_o.shape), 0.0
    for t in range(time, 0, -1):
        do = errors[:, t - 1] + back
        dW_o += h[:, t].T @ do
        da = do @ W_o.T * (1 - h[:, t] ** 2)
        dW_f += o[:, t - 1].T @ da
        back = da @ W_f.T
    return dW_f, dW_o


# === 08d wrong two: the sign of the error is turned round and the batch is summed, not averaged
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    B, T, _ = x.shape
    outs, states = [np.zeros((B, len(b_o)))], []
    for t in range(T):
        states.append(np.tanh(x[:, t] @ W_x + outs[-1] @ W_f + b_h))
        outs.append(states[-1] @ W_o + b_o)
    dW_f, dW_o = np.zeros(W_f.shape), np.zeros(W_o.shape)
    carry = np.zeros((B, len(b_o)))
    for t in reversed(range(T)):
        do = y[:, t] - outs[t + 1] + carry
        da = do @ W_o.T * (1 - states[t] ** 2)
        dW_f += outs[t].T @ da
        dW_o += states[t].T @ do
        carry = da @ W_f.T
    return dW_f, dW_o


# === 08d wrong over-clever: the errors are written into y to save memory, so the function changes its argument
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    batch, time, _ = x.shape
    h = np.zeros((batch, time + 1, len(b_h)))
    o = np.zeros((batch, time + 1, len(b_o)))
    for t in range(1, time + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ W_x + o[:, t - 1] @ W_f + b_h)
        o[:, t] = h[:, t] @ W_o + b_o
    dW_f, dW_o = np.zeros(W_f.shape), np.zeros(W_o.shape)
    do = y
    np.subtract(o[:, 1:], y, out=do, casting="unsafe")
    do /= batch
    for t in range(time, 0, -1):
        da = do[:, t - 1] @ W_o.T * (1 - h[:, t] ** 2)
        dW_o += h[:, t].T @ do[:, t - 1]
        dW_f += o[:, t - 1].T @ da
        if t > 1:
            do[:, t - 2] += da @ W_f.T
    return dW_f, dW_o


# === 08d right style: one sequence after the other with outer products, sums divided by the batch at the end
def find_feedback_gradients(x, y, W_x, W_f, b_h, W_o, b_o):
    total_f, total_o = np.zeros(W_f.shape), np.zeros(W_o.shape)
    for sequence, answers in zip(x, y):
        outputs, states = [np.zeros(len(b_o))], [None]
        for x_t in sequence:
            states.append(np.tanh(x_t @ W_x + outputs[-1] @ W_f + b_h))
            outputs.append(states[-1] @ W_o + b_o)
        da = None
        for t in range(len(sequence), 0, -1):
            do = outputs[t] - answers[t - 1]
            if da is not None:
                do = do + W_f @ da
            da = (W_o @ do) * (1 - states[t] ** 2)
            total_o += np.outer(states[t], do)
            total_f += np.outer(outputs[t - 1], da)
    return total_f / len(x), total_o / len(x)
