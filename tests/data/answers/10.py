# === 10a wrong conceptual: the output gate looks at the old cell like the other two
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    i = sigmoid(z_i + p_i * c_prev)
    f = sigmoid(z_f + p_f * c_prev)
    o = sigmoid(z_o + p_o * c_prev)
    c_t = f * c_prev + i * np.tanh(z_g)
    return o * np.tanh(c_t), c_t


# === 10a wrong careless: the last two blocks are exchanged, output gate before candidate
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    n = h_prev.shape[1]
    z = x_t @ W_x + h_prev @ W_h + b_h
    i = sigmoid(z[:, :n] + p_i * c_prev)
    f = sigmoid(z[:, n:2 * n] + p_f * c_prev)
    g = np.tanh(z[:, 3 * n:])
    c_t = f * c_prev + i * g
    o = sigmoid(z[:, 2 * n:3 * n] + p_o * c_t)
    return o * np.tanh(c_t), c_t


# === 10a wrong misread: the candidate gets a peephole too, that of the input gate
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    i, f, g, o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    seen = p_i * c_prev
    c_t = sigmoid(f + p_f * c_prev) * c_prev + sigmoid(i + seen) * np.tanh(g + seen)
    h_t = sigmoid(o + p_o * c_t) * np.tanh(c_t)
    return h_t, c_t


# === 10a wrong over-clever: updates the cell in place to save memory, so the argument c_prev changes
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    i = sigmoid(z_i + p_i * c_prev)
    f = sigmoid(z_f + p_f * c_prev)
    c_prev *= f
    c_prev += i * np.tanh(z_g)
    o = sigmoid(z_o + p_o * c_prev)
    return o * np.tanh(c_prev), c_prev


# === 10a wrong two: the output gate's peephole is forgotten and the forget gate looks at the last state instead of the cell
from course_utils.cells import sigmoid


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    z = x_t @ W_x + h_prev @ W_h + b_h
    i, f, g, o = np.split(z, 4, axis=-1)
    i = sigmoid(i + p_i * c_prev)
    f = sigmoid(f + p_f * h_prev)
    c_t = f * c_prev + i * np.tanh(g)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


# === 10a wrong hole: a sigmoid of its own, e^z / (1 + e^z), which is infinity through infinity for a large z
def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    def gate(z):
        return np.exp(z) / (1 + np.exp(z))

    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    c_t = gate(z_f + p_f * c_prev) * c_prev + gate(z_i + p_i * c_prev) * np.tanh(z_g)
    return gate(z_o + p_o * c_t) * np.tanh(c_t), c_t


# === 10a right style: two calls of lstm_step, the peepholes as a bias that differs from row to row
from course_utils.cells import lstm_step


def step_with_peepholes(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    zeros = np.zeros(np.shape(c_prev))
    b = b_h + np.hstack([p_i * c_prev, p_f * c_prev, zeros, zeros])
    _, c_t = lstm_step(x_t, h_prev, c_prev, W_x, W_h, b)
    b = b + np.hstack([zeros, zeros, zeros, p_o * c_t])
    return lstm_step(x_t, h_prev, c_prev, W_x, W_h, b)


# === 10b wrong conceptual: at a masked step only h is kept, the cell moves on
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    units = W_h.shape[0]
    h, c = np.zeros((batch, units)), np.zeros((batch, units))
    states = np.zeros((batch, time, units))
    for t in range(time):
        i, g, o = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=-1)
        i, o = sigmoid(i), sigmoid(o)
        c = (1 - i) * c + i * np.tanh(g)
        h = np.where(mask[:, t, None], o * np.tanh(c), h)
        states[:, t] = h
    return states, c


# === 10b wrong careless: the blocks are unpacked as input gate, output gate, candidate
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    h = c = np.zeros((len(x), len(W_h)))
    states = []
    for t in range(x.shape[1]):
        i, o, g = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=1)
        i = sigmoid(i)
        c_new = (1 - i) * c + i * np.tanh(g)
        h_new = sigmoid(o) * np.tanh(c_new)
        m = mask[:, t, None]
        h, c = np.where(m, h_new, h), np.where(m, c_new, c)
        states.append(h)
    return np.array(states).swapaxes(0, 1), c


# === 10b wrong misread: a masked step shows zeros instead of the state that was kept
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    batch, time, _ = x.shape
    units = len(W_h)
    h, c = np.zeros((batch, units)), np.zeros((batch, units))
    states = np.zeros((batch, time, units))
    for t in range(time):
        i, g, o = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=-1)
        i = sigmoid(i)
        c_new = (1 - i) * c + i * np.tanh(g)
        h_new = sigmoid(o) * np.tanh(c_new)
        real = mask[:, t]
        h[real], c[real] = h_new[real], c_new[real]
        states[real, t] = h[real]
    return states, c


# === 10b wrong over-clever: one decision for the whole batch, a step is taken if any row is real there
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    h = c = np.zeros((len(x), len(W_h)))
    states = []
    for t in range(x.shape[1]):
        if mask[:, t].any():
            i, g, o = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=-1)
            i = sigmoid(i)
            c = (1 - i) * c + i * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1), c


# === 10b wrong two: a masked step sets the cell to zero and the candidate is squeezed by a sigmoid
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    h = c = np.zeros((len(x), len(W_h)))
    states = []
    for t in range(x.shape[1]):
        i, g, o = np.split(sigmoid(x[:, t] @ W_x + h @ W_h + b_h), 3, axis=-1)
        m = mask[:, t, None]
        c = ((1 - i) * c + i * g) * m
        h = np.where(m, o * np.tanh(c), h)
        states.append(h)
    return np.stack(states, axis=1), c


# === 10b wrong hole: the mask is turned into lengths, so gaps and padding at the beginning are misplaced
from course_utils.cells import sigmoid


def run_coupled(x, mask, W_x, W_h, b_h):
    lengths = mask.sum(axis=1)
    h = c = np.zeros((len(x), len(W_h)))
    states = []
    for t in range(x.shape[1]):
        i, g, o = np.split(x[:, t] @ W_x + h @ W_h + b_h, 3, axis=-1)
        i = sigmoid(i)
        c_new = (1 - i) * c + i * np.tanh(g)
        h_new = sigmoid(o) * np.tanh(c_new)
        real = (t < lengths)[:, None]
        c = np.where(real, c_new, c)
        h = np.where(real, h_new, h)
        states.append(h)
    return np.stack(states, axis=1), c


# === 10b right style: lstm_step of the lesson with a fourth block, the forget gate is the input gate with its sign turned
from course_utils.cells import lstm_step


def run_coupled(x, mask, W_x, W_h, b_h):
    def with_forget(packed):
        i, g, o = np.split(packed, 3, axis=-1)
        return np.concatenate([i, -i, g, o], axis=-1)

    W_x, W_h, b_h = with_forget(W_x), with_forget(W_h), with_forget(b_h)
    h = c = np.zeros((x.shape[0], W_h.shape[0]))
    states = []
    for t in range(x.shape[1]):
        new = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
        h, c = (np.where(mask[:, t, None], a, old) for a, old in zip(new, (h, c)))
        states.append(h)
    return np.stack(states, axis=1), c


# === 10c wrong conceptual: every layer of the stack reads the features, not the states of the layer below
def count_parameters(features, units, outputs, coupled, peepholes):
    gates = 3 if coupled else 4
    total = 0
    for n in units:
        total += gates * (features * n + n * n + n)
        if peepholes:
            total += (2 if coupled else 3) * n
    return total + units[-1] * outputs + outputs


# === 10c wrong careless: the bias of the Dense layer is forgotten
def count_parameters(features, units, outputs, coupled, peepholes):
    gates, total, inputs = 4 - coupled, 0, features
    for n in units:
        total += gates * (inputs * n + n * n + n)
        total += peepholes * (gates - 1) * n
        inputs = n
    total += inputs * outputs
    return int(total)


# === 10c wrong misread: coupling takes away a gate but leaves its peephole, three in any case
def count_parameters(features, units, outputs, coupled, peepholes):
    total = 0
    for below, n in zip([features, *units], units):
        total += (3 if coupled else 4) * (below + n + 1) * n + (3 * n if peepholes else 0)
    return total + (units[-1] + 1) * outputs


# === 10c wrong over-clever: a dictionary holds the gates by what is asked for, with one peephole too many when both are
def count_parameters(features, units, outputs, coupled, peepholes):
    table = {(False, False): (4, 0), (True, False): (3, 0),
             (False, True): (4, 3), (True, True): (3, 3)}
    g, p = table[bool(coupled), bool(peepholes)]
    def layer(below, n):
        return g * n * (below + n + 1) + p * n
    total = layer(features, units[0])
    for below, n in zip(units, units[1:]):
        total += layer(below, n)
    return total + units[-1] * outputs + outputs


# === 10c wrong two: the layers have no bias and coupling takes away two of four blocks
def count_parameters(features, units, outputs, coupled, peepholes):
    blocks = 2 if coupled else 4
    holes = 2 if coupled else 3
    total, below = 0, features
    for n in units:
        total += blocks * (below * n + n * n)
        if peepholes:
            total += holes * n
        below = n
    return total + below * outputs + outputs


# === 10c wrong careless: features are put in front of the list that was given, so the argument changes
def count_parameters(features, units, outputs, coupled, peepholes):
    units.insert(0, features)
    gates = 3 if coupled else 4
    total = 0
    for below, n in zip(units[:-1], units[1:]):
        total += gates * n * (below + n + 1)
        total += (gates - 1) * n if peepholes else 0
    return total + outputs * (units[-1] + 1)


# === 10c wrong hole: counts in 32-bit numbers, which a layer of 30,000 units goes beyond
def count_parameters(features, units, outputs, coupled, peepholes):
    n = np.array(units, dtype=np.int32)
    below = np.concatenate([[features], n[:-1]]).astype(np.int32)
    gates = np.int32(3 if coupled else 4)
    total = (gates * n * (below + n + np.int32(1))).sum(dtype=np.int32)
    if peepholes:
        total = total + ((gates - np.int32(1)) * n).sum(dtype=np.int32)
    return int(total) + (units[-1] + 1) * outputs


# === 10c right style: makes the list of all shapes and adds up their sizes
import math


def count_parameters(features, units, outputs, coupled, peepholes):
    names = "igo" if coupled else "ifgo"
    shapes = []
    for layer, n in enumerate(units):
        below = units[layer - 1] if layer else features
        for name in names:
            shapes += [(below, n), (n, n), (n,)]
            if peepholes and name != "g":
                shapes.append((n,))
    shapes += [(units[-1], outputs), (outputs,)]
    return sum(math.prod(shape) for shape in shapes)


# === 10d wrong conceptual: multiplies the forget gates from the beginning of the sequence instead of from its end
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    n = W_h.shape[0]
    h, c = h_0, c_0
    product = np.ones_like(c_0, dtype=float)
    left = [product]
    for t in range(x.shape[1]):
        f = sigmoid((x[:, t] @ W_x + h @ W_h + b_h)[:, n:2 * n])
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
        product = product * f
        left.append(product)
    return np.stack(left, axis=1)


# === 10d wrong careless: the gate of a step is computed with the state after it, the step is taken one line too early
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    n = len(W_h)
    h, c = h_0, c_0
    gates = [np.ones((len(x), n))]
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
        z = x[:, t] @ W_x + h @ W_h + b_h
        gates.insert(1, sigmoid(z[:, n:2 * n]))
    return np.cumprod(np.stack(gates, axis=1), axis=1)


# === 10d wrong misread: the run starts from zeros, h_0 and c_0 are only looked at for their shape
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    h, c = np.zeros_like(h_0, dtype=float), np.zeros_like(c_0, dtype=float)
    units = h.shape[1]
    f = np.empty((len(x), x.shape[1], units))
    for t in range(x.shape[1]):
        f[:, t] = sigmoid(x[:, t] @ W_x[:, units:2 * units]
                          + h @ W_h[:, units:2 * units] + b_h[units:2 * units])
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
    left = np.ones((len(x), x.shape[1] + 1, units))
    for k in range(1, x.shape[1] + 1):
        left[:, k] = left[:, k - 1] * f[:, -k]
    return left


# === 10d wrong two: lag 0 is left out, so an entry is missing, and the gates lack their sigmoid
from course_utils.cells import lstm_step


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    n = len(W_h)
    h, c, f = h_0, c_0, []
    for t in range(x.shape[1]):
        f.append((x[:, t] @ W_x + h @ W_h + b_h)[:, n:2 * n])
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
    return np.cumprod(np.stack(f[::-1], axis=1), axis=1)


# === 10d wrong hole: the gates are kept in an array like x, so with whole numbers as inputs all gates below 1 become 0
from course_utils.cells import lstm_step, sigmoid


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    units = W_h.shape[0]
    batch, time, _ = x.shape
    gates = np.empty((batch, time, units), dtype=x.dtype)
    h, c = h_0, c_0
    for t in range(time):
        gates[:, t] = sigmoid((x[:, t] @ W_x + h @ W_h + b_h)[:, units:2 * units])
        h, c = lstm_step(x[:, t], h, c, W_x, W_h, b_h)
    left = np.ones((batch, time + 1, units))
    left[:, 1:] = np.cumprod(gates[:, ::-1], axis=1)
    return left


# === 10d right style: itertools.accumulate over the reversed gates, the step written out
from itertools import accumulate
from operator import mul


def follow_the_belt(x, h_0, c_0, W_x, W_h, b_h):
    h, c = h_0, c_0
    gates = []
    for x_t in np.swapaxes(x, 0, 1):
        z = x_t @ W_x + h @ W_h + b_h
        i, f, g, o = (z[:, k::1][:, :len(W_h)] for k in range(0, 4 * len(W_h), len(W_h)))
        i, f, o = ((1 + np.tanh(gate / 2)) / 2 for gate in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        gates.append(f)
    left = list(accumulate(reversed(gates), mul, initial=np.ones(np.shape(c_0))))
    return np.stack(left, axis=1)
