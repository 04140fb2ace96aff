# === 10a wrong conceptual: the peepholes are added outside of the sigmoid
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    z = x_t @ W_x + h_prev @ W_h + b_h
    i, f, g, o = np.split(z, 4, axis=1)
    c_t = (sigmoid(f) + p_f * c_prev) * c_prev + (sigmoid(i) + p_i * c_prev) * np.tanh(g)
    h_t = (sigmoid(o) + p_o * c_t) * np.tanh(c_t)
    return h_t, c_t


# === 10a wrong careless: the peepholes of input and forget gate are exchanged
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    z_i, z_f, z_g, z_o = np.split(x_t.dot(W_x) + h_prev.dot(W_h) + b_h, 4, axis=-1)
    gate_i = sigmoid(z_i + c_prev * p_f)
    gate_f = sigmoid(z_f + c_prev * p_i)
    c_t = gate_f * c_prev + gate_i * np.tanh(z_g)
    gate_o = sigmoid(z_o + c_t * p_o)
    return gate_o * np.tanh(c_t), c_t


# === 10a wrong misread: the output gate looks at what is shown of the cell, tanh(c), instead of the cell
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    i = sigmoid(z_i + p_i * c_prev)
    f = sigmoid(z_f + p_f * c_prev)
    c_t = f * c_prev + i * np.tanh(z_g)
    shown = np.tanh(c_t)
    o = sigmoid(z_o + p_o * shown)
    return o * shown, c_t


# === 10a wrong two: cell and state come back in the wrong order and the state is shown without tanh
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    i = sigmoid(z_i + p_i * c_prev)
    f = sigmoid(z_f + p_f * c_prev)
    c = f * c_prev + i * np.tanh(z_g)
    o = sigmoid(z_o + p_o * c)
    return c, o * c


# === 10a wrong hole: the peepholes are folded into the bias with the cell of the first row, wrong if rows differ
from course_utils.cells import lstm_step


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    c = c_prev[0]
    nothing = np.zeros_like(p_i)
    first = b_h + np.concatenate([p_i * c, p_f * c, nothing, nothing])
    _, c_t = lstm_step(x_t, h_prev, c_prev, W_x, W_h, first)
    second = first + np.concatenate([nothing, nothing, nothing, p_o * c_t[0]])
    return lstm_step(x_t, h_prev, c_prev, W_x, W_h, second)


# === 10a right style: number by number with math, nested lists come back
import math


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    def squash(z):
        return 0.5 + 0.5 * math.tanh(z / 2)

    units = len(p_i)
    h_rows, c_rows = [], []
    for x, h, c in zip(x_t, h_prev, c_prev):
        z = [
            sum(x[k] * W_x[k][j] for k in range(len(x)))
            + sum(h[k] * W_h[k][j] for k in range(units)) + b_h[j]
            for j in range(4 * units)
        ]
        h_new, c_new = [], []
        for u in range(units):
            i = squash(z[u] + p_i[u] * c[u])
            f = squash(z[units + u] + p_f[u] * c[u])
            new = f * c[u] + i * math.tanh(z[2 * units + u])
            o = squash(z[3 * units + u] + p_o[u] * new)
            c_new.append(new)
            h_new.append(o * math.tanh(new))
        h_rows.append(h_new)
        c_rows.append(c_new)
    return h_rows, c_rows


# === 10b wrong conceptual: the gates are coupled the wrong way round, i keeps the old and 1 - i lets the new in
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    units = len(W_h)
    h = c = np.zeros((len(x), units))
    states = []
    for t in range(x.shape[1]):
        z = x[:, t] @ W_x + h @ W_h + b_h
        i = sigmoid(z[:, :units])
        g = np.tanh(z[:, units:2 * units])
        o = sigmoid(z[:, 2 * units:])
        c_new = i * c + (1 - i) * g
        h_new = o * np.tanh(c_new)
        real = mask[:, t][:, None]
        c = np.where(real, c_new, c)
        h = np.where(real, h_new, h)
        states.append(h)
    return np.stack(states, axis=1), c


# === 10b wrong careless: the state is stored before it is updated, so all states stand one step late
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    units = W_h.shape[0]
    h, c = np.zeros((batch, units)), np.zeros((batch, units))
    states = np.zeros((batch, time, units))
    for t in range(time):
        states[:, t] = h
        i, g, o = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=-1)
        i = sigmoid(i)
        c_new = c + i * (np.tanh(g) - c)
        h_new = sigmoid(o) * np.tanh(c_new)
        h = np.where(mask[:, [t]], h_new, h)
        c = np.where(mask[:, [t]], c_new, c)
    return states, c


# === 10b wrong misread: the output gate shows the cell without tanh
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    h = c = np.zeros((x.shape[0], W_h.shape[0]))
    out = []
    for x_t, m in zip(x.swapaxes(0, 1), mask.T):
        i, g, o = np.split(x_t @ W_x + h @ W_h + b_h, 3, axis=-1)
        new_c = (1 - sigmoid(i)) * c + sigmoid(i) * np.tanh(g)
        c = np.where(m[:, None], new_c, c)
        h = np.where(m[:, None], sigmoid(o) * c, h)
        out.append(h)
    return np.stack(out, 1), c


# === 10b wrong over-clever: stops as soon as a step is masked in all rows, the rest cannot matter
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    units = len(W_h)
    h, c = np.zeros((batch, units)), np.zeros((batch, units))
    states = np.zeros((batch, time, units))
    for t in range(time):
        if not mask[:, t].any():
            states[:, t:] = h[:, None]
            break
        i, g, o = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=-1)
        i = sigmoid(i)
        c_new = (1 - i) * c + i * np.tanh(g)
        h_new = sigmoid(o) * np.tanh(c_new)
        keep = mask[:, t, None]
        h, c = np.where(keep, h_new, h), np.where(keep, c_new, c)
        states[:, t] = h
    return states, c


# === 10b wrong two: the mask is turned round and the last state is returned in place of the last cell
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    h = c = np.zeros((len(x), len(W_h)))
    states = []
    for t in range(x.shape[1]):
        i, g, o = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=-1)
        i = sigmoid(i)
        c_new = (1 - i) * c + i * np.tanh(g)
        h_new = sigmoid(o) * np.tanh(c_new)
        m = mask[:, t, None]
        c = np.where(m, c, c_new)
        h = np.where(m, h, h_new)
        states.append(h)
    return np.stack(states, axis=1), h


# === 10b wrong hole: states are stored in the number type of x, so one-hot inputs of whole numbers give zeros
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    states = np.zeros((batch, time, len(W_h)), dtype=x.dtype)
    h, c = np.zeros((batch, len(W_h))), np.zeros((batch, len(W_h)))
    for t in range(time):
        i, g, o = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=-1)
        i = sigmoid(i)
        c_new = (1 - i) * c + i * np.tanh(g)
        m = mask[:, t, None]
        c = np.where(m, c_new, c)
        h = np.where(m, sigmoid(o) * np.tanh(c), h)
        states[:, t] = h
    return states, c


# === 10b right style: one sequence after the other, continue at masked steps, lists of arrays
import math


def run_coupled(x, mask, W_x, W_h, b_h):
    units = W_h.shape[0]
    squash = np.vectorize(lambda z: 0.5 * (1 + math.tanh(z / 2)), otypes=[float])
    all_states, all_cells = [], []
    for sequence, real in zip(x, mask):
        h = np.zeros(units)
        c = np.zeros(units)
        rows = []
        for x_t, is_real in zip(sequence, real):
            if not is_real:
                rows.append(list(h))
                continue
            z = x_t @ W_x + h @ W_h + b_h
            i = squash(z[:units])
            o = squash(z[2 * units:])
            c = c - i * c + i * np.tanh(z[units:2 * units])
            h = o * np.tanh(c)
            rows.append(list(h))
        all_states.append(rows)
        all_cells.append(list(c))
    return all_states, all_cells


# === 10c wrong conceptual: a peephole is a matrix from all cells to all units
def count_parameters(features, units, outputs, coupled, peepholes):
    blocks = 3 if coupled else 4
    looking = (2 if coupled else 3) if peepholes else 0
    count, below = 0, features
    for n in units:
        count += blocks * n * (below + n + 1) + looking * n * n
        below = n
    return count + (below + 1) * outputs


# === 10c wrong careless: the size of the layer below is never updated after the first layer
def count_parameters(features, units, outputs, coupled, peepholes):
    gates = 3 if coupled else 4
    total = 0
    below = features
    for k, n in enumerate(units):
        if k > 0:
            below = units[0]
        total += gates * (below * n + n * n + n)
        if peepholes:
            total += (gates - 1) * n
    total += units[-1] * outputs + outputs
    return total


# === 10c wrong misread: the Dense layer reads the last states of all layers
def count_parameters(features, units, outputs, coupled, peepholes):
    gates = 3 if coupled else 4
    sizes = [features] + list(units)
    lstm = sum(gates * b * (a + b + 1) for a, b in zip(sizes[:-1], sizes[1:]))
    if peepholes:
        lstm += sum(units) * (gates - 1)
    return lstm + (sum(units) + 1) * outputs


# === 10c wrong over-clever: a closed form for layers of equal size, with the units of the first for all
def count_parameters(features, units, outputs, coupled, peepholes):
    g, n, depth = (3 if coupled else 4), units[0], len(units)
    first = g * n * (features + n + 1)
    others = (depth - 1) * g * n * (2 * n + 1)
    holes = depth * n * (g - 1) if peepholes else 0
    return first + others + holes + outputs * (n + 1)


# === 10c wrong two: the Dense layer reads the bottom layer instead of the top one and the candidate is given a peephole
def count_parameters(features, units, outputs, coupled, peepholes):
    gates = 3 if coupled else 4
    total = 0
    inputs = features
    for n in units:
        total += gates * (inputs * n + n * n + n)
        if peepholes:
            total += gates * n
        inputs = n
    total += units[0] * outputs + outputs
    return total


# === 10c right style: recursion from the bottom layer to the Dense layer
def count_parameters(features, units, outputs, coupled, peepholes):
    if len(units) == 0:
        return (features + 1) * outputs
    n, rest = units[0], units[1:]
    per_unit = (4 - bool(coupled)) * (features + n + 1) + bool(peepholes) * (3 - bool(coupled))
    return n * per_unit + count_parameters(n, rest, outputs, coupled, peepholes)


# === 10d wrong conceptual: takes powers of the last forget gate, as if the gates were the same at all steps
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    units, time = len(W_h), x.shape[1]
    h, c = h_0, c_0
    f = np.ones(c_0.shape)
    for t in range(time):
        f = sigmoid((x[:, t] @ W_x + h @ W_h + b_h)[:, units:2 * units])
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
    return np.stack([f**k for k in range(time + 1)], axis=1)


# === 10d wrong careless: collects the input gates, the first block instead of the second
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    gates, h, c = [], h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_x + h @ W_h + b_h
        f, i, g, o = np.split(sigmoid(z), 4, axis=-1)
        gates.append(f)
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
    ones = np.ones((len(x), 1, len(W_h)))
    back = np.stack(gates[::-1], axis=1)
    return np.concatenate([ones, np.cumprod(back, axis=1)], axis=1)


# === 10d wrong misread: the second axis is the step that is looked back to, not the lag, so the ones stand at the end
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    units, time = len(W_h), x.shape[1]
    h, c, gates = h_0, c_0, []
    for t in range(time):
        z = x[:, t] @ W_x + h @ W_h + b_h
        gates.append(sigmoid(z[:, units:2 * units]))
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
    left = np.ones((len(x), time + 1, units))
    for t in range(time - 1, -1, -1):
        left[:, t] = gates[t] * left[:, t + 1]
    return left


# === 10d wrong over-clever: gets each forget gate back from the cells, (c - i g) / c_prev, which is 0/0 for a cell of zero
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    h, c = h_0, c_0
    left = [np.ones(c_0.shape)]
    gates = []
    for t in range(x.shape[1]):
        i, _, g, _ = np.split(x[:, t] @ W_x + h @ W_h + b_h, 4, axis=-1)
        h, c_new = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
        gates.append((c_new - sigmoid(i) * np.tanh(g)) / c)
        c = c_new
    for f in reversed(gates):
        left.append(left[-1] * f)
    return np.stack(left, axis=1)


# === 10d wrong two: sums the gates instead of multiplying them and never moves the state on
from course_utils.cells import sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    units = len(W_h)
    z = x @ W_x + (h_0 @ W_h)[:, None, :] + b_h
    f = sigmoid(z[..., units:2 * units])
    ones = np.ones((len(x), 1, units))
    return np.concatenate([ones, np.cumsum(f[:, ::-1], axis=1)], axis=1)


# === 10d wrong hole: divides the product of all gates by the product of the first ones, which is 0/0 after some hundred small gates
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    n, time = W_h.shape[0], x.shape[1]
    h, c = h_0, c_0
    products = [np.ones((len(x), n))]
    for t in range(time):
        f = sigmoid((x[:, t] @ W_x + h @ W_h + b_h)[:, n:2 * n])
        products.append(products[-1] * f)
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
    return np.stack([products[time] / products[time - k] for k in range(time + 1)], axis=1)


# === 10d right style: each lag's product anew with prod, two loops
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    units = W_h.shape[0]
    forget = slice(units, 2 * units)
    h, c = np.array(h_0, float), np.array(c_0, float)
    f = []
    for t in range(x.shape[1]):
        f.append(sigmoid(x[:, t] @ W_x[:, forget] + h @ W_h[:, forget] + b_h[forget]))
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
    result = np.zeros((len(x), len(f) + 1, units))
    for k in range(len(f) + 1):
        result[:, k] = np.prod([np.ones((len(x), units))] + f[len(f) - k:], axis=0)
    return result
