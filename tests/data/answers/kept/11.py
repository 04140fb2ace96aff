# === 11a wrong conceptual: z is not mirrored, it keeps the old state as in Keras
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    W_xz, W_xr, W_xg = np.split(W_x, 3, axis=1)
    W_hz, W_hr, W_hg = np.split(W_h, 3, axis=1)
    b_z, b_r, b_g = np.split(b, 3)
    z = sigmoid(x_t @ W_xz + h_prev @ W_hz + b_z)
    r = sigmoid(x_t @ W_xr + h_prev @ W_hr + b_r)
    g = np.tanh(x_t @ W_xg + (r * h_prev) @ W_hg + b_g)
    return z * h_prev + (1 - z) * g


# === 11a wrong careless: the first two blocks are unpacked in the wrong order, r before z
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    n = len(W_h)
    r = sigmoid(x_t @ W_x[:, :n] + h_prev @ W_h[:, :n] + b[:n])
    z = sigmoid(x_t @ W_x[:, n:2 * n] + h_prev @ W_h[:, n:2 * n] + b[n:2 * n])
    g = np.tanh(x_t @ W_x[:, 2 * n:] + (r * h_prev) @ W_h[:, 2 * n:] + b[2 * n:])
    return h_prev + z * (g - h_prev)


# === 11a wrong misread: the state that z keeps is the reset one, r h, not h itself
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    units = W_h.shape[0]
    both = sigmoid(x_t @ W_x[:, :-units] + h_prev @ W_h[:, :-units] + b[:-units])
    z, r = both[:, :units], both[:, units:]
    h_prev = r * h_prev
    g = np.tanh(x_t @ W_x[:, -units:] + h_prev @ W_h[:, -units:] + b[-units:])
    return (1 - z) * h_prev + z * g


# === 11a wrong two: z keeps the old state instead of letting the new in and the candidate is squeezed by sigmoid in place of tanh
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    W_xz, W_xr, W_xg = np.split(W_x, 3, axis=1)
    W_hz, W_hr, W_hg = np.split(W_h, 3, axis=1)
    b_z, b_r, b_g = np.split(b, 3)
    z = sigmoid(x_t @ W_xz + h_prev @ W_hz + b_z)
    r = sigmoid(x_t @ W_xr + h_prev @ W_hr + b_r)
    g = sigmoid(x_t @ W_xg + (r * h_prev) @ W_hg + b_g)
    return z * h_prev + (1 - z) * g


# === 11a wrong hole: the new state is written into an array like h_prev, which cuts it if the state was given in whole numbers
from course_utils.cells import sigmoid


def mirrored_step(x_t, h_prev, W_x, W_h, b):
    h_t = np.zeros_like(h_prev)
    units = len(W_h)
    for row in range(len(x_t)):
        a = x_t[row] @ W_x + b
        k = h_prev[row] @ W_h
        z = sigmoid(a[:units] + k[:units])
        r = sigmoid(a[units:2 * units] + k[units:2 * units])
        g = np.tanh(a[2 * units:] + (r * h_prev[row]) @ W_h[:, 2 * units:])
        h_t[row] = (1 - z) * h_prev[row] + z * g
    return h_t


# === 11a right style: einsum on arrays with an axis for the block, terse
def mirrored_step(x_t, h_prev, W_x, W_h, b):
    n = h_prev.shape[-1]
    X = np.einsum("bf,fkn->kbn", x_t, W_x.reshape(-1, 3, n)) + b.reshape(3, 1, n)
    H = W_h.reshape(n, 3, n)
    z, r = 0.5 * (1 + np.tanh(0.5 * (X[:2] + np.einsum("bm,mkn->kbn", h_prev, H[:, :2]))))
    g = np.tanh(X[2] + np.einsum("bm,mn->bn", r * h_prev, H[:, 2]))
    return h_prev - z * (h_prev - g)


# === 11b wrong conceptual: mirrors z by 1 minus its weights instead of minus its weights
def to_keras(W_ih, W_hh, b_ih, b_hh):
    def convert(a):
        r, z, g = np.split(a, 3)
        return np.concatenate([1 - z, r, g])

    kernel = convert(W_ih).T
    recurrent_kernel = convert(W_hh).T
    bias = np.array([convert(b_ih), convert(b_hh)])
    return kernel, recurrent_kernel, bias


# === 11b wrong careless: the rows of the bias are exchanged, the state's in row 0
def to_keras(W_ih, W_hh, b_ih, b_hh):
    u = len(b_ih) // 3
    order = np.r_[u:2 * u, :u, 2 * u:3 * u]
    sign = np.ones(3 * u)
    sign[:u] = -1
    kernel = W_ih[order].T * sign
    recurrent_kernel = W_hh[order].T * sign
    bias = np.vstack([b_hh[order] * sign, b_ih[order] * sign])
    return kernel, recurrent_kernel, bias


# === 11b wrong misread: the kernels are converted, the biases are left in her library's order and sign
def to_keras(W_ih, W_hh, b_ih, b_hh):
    r, z, g = np.split(W_ih.T, 3, axis=1)
    kernel = np.concatenate([-z, r, g], axis=1)
    r, z, g = np.split(W_hh.T, 3, axis=1)
    recurrent_kernel = np.concatenate([-z, r, g], axis=1)
    return kernel, recurrent_kernel, np.stack([b_ih, b_hh])


# === 11b wrong over-clever: reshape in place of the transposition, the same only for one feature or one unit
def to_keras(W_ih, W_hh, b_ih, b_hh):
    units = W_hh.shape[1]

    def convert(a, inputs):
        blocks = a.reshape(3, units, -1)[[1, 0, 2]] * np.array([-1, 1, 1])[:, None, None]
        return blocks.reshape(inputs, 3 * units)

    bias = np.concatenate([convert(b_ih, 1), convert(b_hh, 1)])
    return convert(W_ih, W_ih.shape[1]), convert(W_hh, units), bias


# === 11b wrong two: each block of the recurrent kernel is not transposed, only set side by side, and the bias of z keeps its sign
def to_keras(W_ih, W_hh, b_ih, b_hh):
    r, z, g = np.split(W_ih, 3)
    kernel = np.hstack([-z.T, r.T, g.T])
    r, z, g = np.split(W_hh, 3)
    recurrent_kernel = np.hstack([-z, r, g])
    rows = []
    for b in (b_ih, b_hh):
        r, z, g = np.split(b, 3)
        rows.append(np.hstack([z, r, g]))
    return kernel, recurrent_kernel, np.array(rows)


# === 11b right style: element by element into lists
def to_keras(W_ih, W_hh, b_ih, b_hh):
    units = len(b_ih) // 3

    def source(j):
        block, unit = divmod(j, units)
        if block == 0:
            return units + unit, -1
        if block == 1:
            return unit, 1
        return j, 1

    def columns(a):
        picked = []
        for j in range(3 * units):
            row, sign = source(j)
            picked.append([sign * float(value) for value in np.atleast_1d(a[row])])
        return [list(line) for line in zip(*picked)]

    return columns(W_ih), columns(W_hh), columns(b_ih) + columns(b_hh)


# === 11c wrong conceptual: a masked step empties the state, it is multiplied by the mask
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    n = len(W_h)
    h = np.zeros((x.shape[0], n))
    for t in range(x.shape[1]):
        f = sigmoid(x[:, t] @ W_x[:, :n] + h @ W_h[:, :n] + b[:n])
        g = np.tanh(x[:, t] @ W_x[:, n:] + (f * h) @ W_h[:, n:] + b[n:])
        h = ((1 - f) * h + f * g) * mask[:, t][:, None]
    return h


# === 11c wrong careless: f and 1 - f are exchanged in the last line
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    W_xf, W_xg = np.split(W_x, 2, axis=1)
    W_hf, W_hg = np.split(W_h, 2, axis=1)
    b_f, b_g = np.split(b, 2)
    h = np.zeros((len(x), len(W_h)))
    for t in range(x.shape[1]):
        f = sigmoid(x[:, t] @ W_xf + h @ W_hf + b_f)
        g = np.tanh(x[:, t] @ W_xg + (f * h) @ W_hg + b_g)
        new = f * h + (1 - f) * g
        h = np.where(mask[:, t, None], new, h)
    return h


# === 11c wrong misread: returns the states of all steps
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    n = len(W_h)
    h = np.zeros((len(x), n))
    states = []
    for t in range(x.shape[1]):
        f = sigmoid(x[:, t] @ W_x[:, :n] + h @ W_h[:, :n] + b[:n])
        g = np.tanh(x[:, t] @ W_x[:, n:] + (f * h) @ W_h[:, n:] + b[n:])
        h = np.where(mask[:, t, None], (1 - f) * h + f * g, h)
        states.append(h)
    return np.stack(states, axis=1)


# === 11c wrong over-clever: the gate's input part is computed for all steps at once, with the state of the beginning left in it
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    n = len(W_h)
    h = np.zeros((len(x), n))
    drive = x @ W_x + b
    f_all = sigmoid(drive[..., :n] + (h @ W_h[:, :n])[:, None, :])
    for t in range(x.shape[1]):
        f = f_all[:, t]
        g = np.tanh(drive[:, t, n:] + (f * h) @ W_h[:, n:])
        h = np.where(mask[:, t, None], (1 - f) * h + f * g, h)
    return h


# === 11c wrong two: the loop leaves out the last step and f is a tanh instead of a sigmoid
def run_minimal(x, mask, W_x, W_h, b):
    n = len(W_h)
    h = np.zeros((len(x), n))
    for t in range(x.shape[1] - 1):
        f = np.tanh(x[:, t] @ W_x[:, :n] + h @ W_h[:, :n] + b[:n])
        g = np.tanh(x[:, t] @ W_x[:, n:] + (f * h) @ W_h[:, n:] + b[n:])
        h = np.where(mask[:, t, None], (1 - f) * h + f * g, h)
    return h


# === 11c wrong hole: runs over everything and picks the state at the number of real steps, right only for padding at the end
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    n = len(W_h)
    states = [np.zeros((len(x), n))]
    for t in range(x.shape[1]):
        h = states[-1]
        f = sigmoid(x[:, t] @ W_x[:, :n] + h @ W_h[:, :n] + b[:n])
        g = np.tanh(x[:, t] @ W_x[:, n:] + (f * h) @ W_h[:, n:] + b[n:])
        states.append((1 - f) * h + f * g)
    return np.stack(states)[mask.sum(axis=1), np.arange(len(x))]


# === 11c right style: the mask is multiplied into the gate, f = 0 keeps the state
from course_utils.cells import sigmoid


def run_minimal(x, mask, W_x, W_h, b):
    units = len(b) // 2
    gate, new = np.s_[..., :units], np.s_[..., units:]
    drive = np.einsum("btf,fu->btu", x, W_x) + b
    h = np.zeros((x.shape[0], units))
    for t in range(x.shape[1]):
        f = sigmoid(drive[:, t][gate] + h @ W_h[gate])
        g = np.tanh(drive[:, t][new] + (f * h) @ W_h[new])
        h = h + f * mask[:, t, np.newaxis] * (g - h)
    return h


# === 11d wrong conceptual: the second bias of the GRU is counted for the reset gate alone
def fit_units(name, features, outputs, budget, reset_after):
    def parameters(n):
        if name == "SimpleRNN":
            layer = n * features + n * n + n
        elif name == "LSTM":
            layer = 4 * (n * features + n * n + n)
        else:
            layer = 3 * (n * features + n * n + n)
            if reset_after:
                layer += n
        return layer + n * outputs + outputs

    n = 0
    while parameters(n + 1) <= budget:
        n += 1
    return n


# === 11d wrong careless: the model must have fewer parameters than the budget, < in place of <=
def fit_units(name, features, outputs, budget, reset_after):
    gates = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]
    extra = 3 if name == "GRU" and reset_after else 0
    n = 1
    while gates * n * (features + n + 1) + extra * n + (n + 1) * outputs < budget:
        n += 1
    return n - 1


# === 11d wrong misread: reset_after brings a second bias to every layer
def fit_units(name, features, outputs, budget, reset_after):
    gates = ["SimpleRNN", "-", "GRU", "LSTM"].index(name) + 1
    n = 0
    while True:
        n += 1
        count = gates * (features * n + n * n + n * (2 if reset_after else 1))
        if count + n * outputs + outputs > budget:
            return n - 1


# === 11d wrong over-clever: a search by halving whose upper end is the root of the budget and is never tried itself
def fit_units(name, features, outputs, budget, reset_after):
    gates = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]

    def fits(n):
        cost = gates * n * (features + n + 1) + 3 * n * (name == "GRU" and reset_after)
        return cost + (n + 1) * outputs <= budget

    low, high = 0, int(budget**0.5)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


# === 11d wrong two: the second bias is added when reset_after is False and the search ends one too early
def fit_units(name, features, outputs, budget, reset_after):
    gates = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]
    best = 0
    n = 1
    while True:
        extra = 3 * n if name == "GRU" and not reset_after else 0
        if gates * (features * n + n * n + n) + extra + (n + 1) * outputs >= budget:
            return best
        best = n
        n += 1


# === 11d wrong hole: tries at most 1,000 units
def fit_units(name, features, outputs, budget, reset_after):
    gates = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]
    biases = 2 if name == "GRU" and reset_after else 1
    best = 0
    for n in range(1, 1001):
        if gates * (features * n + n * n + biases * n) + outputs * n + outputs <= budget:
            best = n
    return best


# === 11d wrong hole: floats in the quadratic equation, which for a budget of many digits miss the last unit
def fit_units(name, features, outputs, budget, reset_after):
    a = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[name]
    b = a * (features + 1) + outputs
    if name == "GRU" and reset_after:
        b += 3
    rest = budget - outputs
    if rest < a + b:
        return 0
    root = np.sqrt(float(b) ** 2 + 4.0 * a * rest)
    n = (root - b) / (2 * a)
    return int(n + 1e-9)


# === 11d right style: doubles until it no longer fits, then halves with bisect
from bisect import bisect_right


def fit_units(name, features, outputs, budget, reset_after):
    class Costs:
        def __getitem__(self, n):
            if name == "SimpleRNN":
                layer = n * (features + n + 1)
            elif name == "LSTM":
                layer = 4 * n * (features + n + 1)
            elif reset_after:
                layer = 3 * n * (features + n + 2)
            else:
                layer = 3 * n * (features + n + 1)
            return layer + (n + 1) * outputs

        def __len__(self):
            return top

    costs, top = Costs(), 1
    while costs[top] <= budget:
        top *= 2
    return max(0, bisect_right(costs, budget, 0, top) - 1)
