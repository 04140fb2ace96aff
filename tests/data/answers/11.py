# === 11a wrong conceptual: the reset is applied after the product, to h W, as in the lesson's cell
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    n = W_h.shape[0]
    xz, xr, xg = np.split(x_t @ W_x + b, 3, axis=-1)
    hz, hr, hg = np.split(h_prev @ W_h, 3, axis=-1)
    z, r = sigmoid(xz + hz), sigmoid(xr + hr)
    g = np.tanh(xg + r * hg)
    return (1 - z) * h_prev + z * g


# === 11a wrong careless: the number of units is read from the inputs, so the blocks are cut wrongly unless there are as many features
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    n = x_t.shape[1]
    a = x_t @ W_x + b
    gates = sigmoid(a[:, :2 * n] + h_prev @ W_h[:, :2 * n])
    z, r = gates[:, :n], gates[:, n:]
    g = np.tanh(a[:, 2 * n:] + (r * h_prev) @ W_h[:, 2 * n:])
    return (1 - z) * h_prev + z * g


# === 11a wrong misread: the reset also scales what comes from the input, and not only the old state
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    (xz, xr, xg), (Hz, Hr, Hg) = np.split(x_t @ W_x, 3, axis=-1), np.split(W_h, 3, axis=-1)
    bz, br, bg = np.split(b, 3)
    z = sigmoid(xz + h_prev @ Hz + bz)
    r = sigmoid(xr + h_prev @ Hr + br)
    g = np.tanh(r * xg + (r * h_prev) @ Hg + bg)
    return (1 - z) * h_prev + z * g


# === 11a wrong over-clever: one product for all three blocks with inputs and reset state joined, so z is made from the reset state too
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    W = np.vstack([W_x, W_h])
    n = W_h.shape[0]
    r = sigmoid((np.hstack([x_t, h_prev]) @ W + b)[:, n:2 * n])
    a = np.hstack([x_t, r * h_prev]) @ W + b
    z, g = sigmoid(a[:, :n]), np.tanh(a[:, 2 * n:])
    return (1 - z) * h_prev + z * g


# === 11a wrong two: the candidate has no reset at all and its bias is forgotten
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    n = len(W_h)
    z = sigmoid(x_t @ W_x[:, :n] + h_prev @ W_h[:, :n] + b[:n])
    g = np.tanh(x_t @ W_x[:, 2 * n:] + h_prev @ W_h[:, 2 * n:])
    return (1 - z) * h_prev + z * g


# === 11a wrong hole: a sigmoid of its own, e^z / (e^z + 1), that is not a number for a large z
def mirrored_step(x_t, h_prev, W_x, W_h, b):
    def s(a):
        e = np.exp(a)
        return e / (e + 1)

    n = len(W_h)
    z = s(x_t @ W_x[:, :n] + h_prev @ W_h[:, :n] + b[:n])
    r = s(x_t @ W_x[:, n:2 * n] + h_prev @ W_h[:, n:2 * n] + b[n:2 * n])
    g = np.tanh(x_t @ W_x[:, 2 * n:] + (r * h_prev) @ W_h[:, 2 * n:] + b[2 * n:])
    return (1 - z) * h_prev + z * g


# === 11a right style: the lesson's GRU step with the block of z turned in sign, for 1 - sigmoid(a) is sigmoid(-a)
from course_utils.cells import gru_step


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    n = W_h.shape[0]
    sign = np.where(np.arange(3 * n) < n, -1.0, 1.0)
    return gru_step(x_t, h_prev, W_x * sign, W_h * sign, b * sign, reset_after=False)


# === 11b wrong conceptual: z is only moved to its place, not turned in sign
def to_keras(W_ih, W_hh, b_ih, b_hh):
    def reorder(a):
        r, z, g = np.split(a, 3, axis=0)
        return np.concatenate([z, r, g], axis=0)

    return reorder(W_ih).T, reorder(W_hh).T, np.stack([reorder(b_ih), reorder(b_hh)])


# === 11b wrong careless: the minus is put on the reset gate
def to_keras(W_ih, W_hh, b_ih, b_hh):
    n = W_hh.shape[1]
    kernel = np.hstack([W_ih[n:2 * n].T, -W_ih[:n].T, W_ih[2 * n:].T])
    recurrent = np.hstack([W_hh[n:2 * n].T, -W_hh[:n].T, W_hh[2 * n:].T])
    bias = np.stack([np.hstack([v[n:2 * n], -v[:n], v[2 * n:]]) for v in (b_ih, b_hh)])
    return kernel, recurrent, bias


# === 11b wrong misread: the two biases are added up in row 0, which the reset gate does not allow for the candidate
def to_keras(W_ih, W_hh, b_ih, b_hh):
    def convert(a):
        r, z, g = np.split(a, 3)
        return np.concatenate([-z, r, g])

    together = convert(b_ih + b_hh)
    return convert(W_ih).T, convert(W_hh).T, np.stack([together, np.zeros_like(together)])


# === 11b wrong two: the sign of z is turned in the kernel but not in the recurrent kernel and the candidate comes before the reset
def to_keras(W_ih, W_hh, b_ih, b_hh):
    def blocks(a, sign):
        r, z, g = np.split(a, 3)
        return np.concatenate([sign * z, g, r])

    kernel = blocks(W_ih, -1).T
    recurrent_kernel = blocks(W_hh, 1).T
    return kernel, recurrent_kernel, np.stack([blocks(b_ih, -1), blocks(b_hh, 1)])


# === 11b wrong careless: turns the sign of z in place on a view, so the colleague's arrays change
def to_keras(W_ih, W_hh, b_ih, b_hh):
    results = []
    for a in (W_ih, W_hh, b_ih, b_hh):
        r, z, g = np.split(a, 3)
        np.negative(z, out=z)
        results.append(np.concatenate([z, r, g]))
    return results[0].T, results[1].T, np.stack(results[2:])


# === 11b wrong hole: if the state's bias is zero only one row comes back
def to_keras(W_ih, W_hh, b_ih, b_hh):
    def convert(a):
        r, z, g = np.array_split(a, 3)
        return np.concatenate((-z, r, g))

    bias = convert(b_ih)
    if np.any(b_hh):
        bias = np.stack([bias, convert(b_hh)])
    return convert(W_ih).T, convert(W_hh).T, bias


# === 11b right style: a matrix that exchanges and turns the blocks, multiplied from the right
def to_keras(W_ih, W_hh, b_ih, b_hh):
    units = W_hh.shape[1]
    blocks = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    move = np.kron(blocks, np.eye(units))
    return W_ih.T @ move, W_hh.T @ move, np.stack([b_ih, b_hh]) @ move


# === 11c wrong conceptual: the gate is applied after the product with W_h, to the candidate's share of the state
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    n = W_h.shape[0]
    h = np.zeros((len(x), n))
    for t in range(x.shape[1]):
        a = x[:, t] @ W_x + b
        k = h @ W_h
        f = sigmoid(a[:, :n] + k[:, :n])
        g = np.tanh(a[:, n:] + f * k[:, n:])
        h = np.where(mask[:, t, None], (1 - f) * h + f * g, h)
    return h


# === 11c wrong careless: the blocks are unpacked in the order g, f
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    h = np.zeros((len(x), len(W_h)))
    (xg, xf), (Wg, Wf), (bg, bf) = np.split(W_x, 2, 1), np.split(W_h, 2, 1), np.split(b, 2)
    for t in range(mask.shape[1]):
        f = sigmoid(x[:, t] @ xf + h @ Wf + bf)
        g = np.tanh(x[:, t] @ xg + (f * h) @ Wg + bg)
        real = mask[:, t]
        h = h.copy()
        h[real] = ((1 - f) * h + f * g)[real]
    return h


# === 11c wrong misread: masked inputs are set to zero and read like the others
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    x = x * mask[:, :, None]
    n = len(W_h)
    h = np.zeros((len(x), n))
    for t in range(x.shape[1]):
        f = sigmoid(x[:, t] @ W_x[:, :n] + h @ W_h[:, :n] + b[:n])
        g = np.tanh(x[:, t] @ W_x[:, n:] + (f * h) @ W_h[:, n:] + b[n:])
        h = (1 - f) * h + f * g
    return h


# === 11c wrong over-clever: the real steps of all rows are moved to the front with one sort that is not stable in time, last step first
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    order = np.argsort(mask, axis=1, kind="stable")[:, ::-1]
    x = np.take_along_axis(x, order[:, :, None], axis=1)
    lengths = mask.sum(axis=1)
    n = len(W_h)
    h = np.zeros((len(x), n))
    for t in range(lengths.max()):
        f = sigmoid(x[:, t] @ W_x[:, :n] + h @ W_h[:, :n] + b[:n])
        g = np.tanh(x[:, t] @ W_x[:, n:] + (f * h) @ W_h[:, n:] + b[n:])
        h = np.where((t < lengths)[:, None], (1 - f) * h + f * g, h)
    return h


# === 11c wrong two: the candidate sees the whole state without the gate and the mask is turned round
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    h = np.zeros((len(x), len(W_h)))
    for t in range(x.shape[1]):
        a, g = np.split(x[:, t] @ W_x + h @ W_h + b, 2, axis=-1)
        f = sigmoid(a)
        h = np.where(mask[:, t, None], h, (1 - f) * h + f * np.tanh(g))
    return h


# === 11c wrong hole: reads from the first real step to the last, so a gap in between is read as well
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    n = len(W_h)
    result = np.zeros((len(x), n))
    for row in range(len(x)):
        places = np.flatnonzero(mask[row])
        if len(places) == 0:
            continue
        h = np.zeros(n)
        for t in range(places[0], places[-1] + 1):
            f = sigmoid(x[row, t] @ W_x[:, :n] + h @ W_h[:, :n] + b[:n])
            g = np.tanh(x[row, t] @ W_x[:, n:] + (f * h) @ W_h[:, n:] + b[n:])
            h = (1 - f) * h + f * g
        result[row] = h
    return result


# === 11c right style: each row alone, only its real steps, a list of lists comes back
import math


def run_minimal(x, mask, W_x, W_h, b):
    units = W_h.shape[0]

    def next_state(x_t, h):
        a = [sum(x_t[k] * W_x[k, j] for k in range(len(x_t))) + b[j] for j in range(2 * units)]
        f = [0.5 + 0.5 * math.tanh(0.5 * (a[j] + sum(h[k] * W_h[k, j] for k in range(units))))
             for j in range(units)]
        new = []
        for j in range(units):
            inner = sum(f[k] * h[k] * W_h[k, units + j] for k in range(units))
            g = math.tanh(a[units + j] + inner)
            new.append((1 - f[j]) * h[j] + f[j] * g)
        return new

    answers = []
    for sequence, real in zip(x, mask):
        h = [0.0] * units
        for x_t in sequence[real]:
            h = next_state(x_t, h)
        answers.append(h)
    return answers


# === 11d wrong conceptual: only the recurrent layer is counted, the answer on top costs nothing
def fit_units(name, features, outputs, budget, reset_after):
    blocks = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]
    n = 0
    while True:
        m = n + 1
        cost = blocks * (features * m + m * m + m)
        if name == "GRU" and reset_after:
            cost += 3 * m
        if cost > budget:
            return n
        n = m


# === 11d wrong careless: returns the first number that no longer fits
def fit_units(name, features, outputs, budget, reset_after):
    k = 1 if name == "SimpleRNN" else 3 if name == "GRU" else 4
    biases = 2 if (name == "GRU" and reset_after) else 1
    n = 0
    total = 0
    while total <= budget:
        n += 1
        total = k * (features * n + n * n + biases * n) + outputs * n + outputs
    return n


# === 11d wrong misread: the nearest number of units, which may lie above the budget
def fit_units(name, features, outputs, budget, reset_after):
    gates = dict(SimpleRNN=1, GRU=3, LSTM=4)[name]
    biases = 1 + (name == "GRU" and reset_after)

    def cost(n):
        return gates * n * (features + n + biases) + n * outputs + outputs

    top = int(np.sqrt(budget / gates)) + 2
    return min(range(top + 1), key=lambda n: abs(cost(n) - budget)) if cost(1) <= budget else 0


# === 11d wrong over-clever: the quadratic equation with the root rounded instead of cut off
def fit_units(name, features, outputs, budget, reset_after):
    a = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]
    b = a * (features + 1) + outputs + (3 if name == "GRU" and reset_after else 0)
    c = outputs - budget
    if a + b + c > 0:
        return 0
    return int(round((-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)))


# === 11d wrong two: an LSTM is given three blocks and the bias of the Dense layer is missing
def fit_units(name, features, outputs, budget, reset_after):
    blocks = 1 if name == "SimpleRNN" else 3
    twice = name == "GRU" and reset_after
    n = 0
    while True:
        new = n + 1
        size = blocks * (features * new + new * new + new) + 3 * new * twice + new * outputs
        if size > budget:
            return n
        n = new


# === 11d wrong hole: the quadratic equation is not asked whether one unit fits, so a small budget gives a number below 0
def fit_units(name, features, outputs, budget, reset_after):
    import math

    a = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]
    biases = 2 if name == "GRU" and reset_after else 1
    b = a * (features + biases) + outputs
    inside = b * b + 4 * a * (budget - outputs)
    if inside < 0:
        return 0
    n = math.floor((math.sqrt(inside) - b) / (2 * a)) + 1
    while a * n * n + b * n + outputs > budget:
        n -= 1
    return n


# === 11d right style: the quadratic equation with whole numbers and isqrt
from math import isqrt


def fit_units(name, features, outputs, budget, reset_after):
    a = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]
    b = a * (features + 1) + outputs + 3 * (name == "GRU" and bool(reset_after))
    if budget < a + b + outputs:
        return 0
    return (isqrt(b * b + 4 * a * (budget - outputs)) - b) // (2 * a)
