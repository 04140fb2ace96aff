# === 09a wrong conceptual: clips by value, every entry to at most the limit
def clip_gradients(dW_x, dW_h, db_h, limit):
    total = 0.0
    for g in (dW_x, dW_h, db_h):
        total += np.sum(g * g)
    return (np.clip(dW_x, -limit, limit), np.clip(dW_h, -limit, limit),
            np.clip(db_h, -limit, limit), np.sqrt(total))


# === 09a wrong careless: the recurrent gradient is squared twice and the bias not at all
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = float(np.sqrt((dW_x**2).sum() + (dW_h**2).sum() + (dW_h**2).sum()))
    factor = min(1, limit / norm) if norm else 1
    return dW_x * factor, dW_h * factor, db_h * factor, norm


# === 09a wrong misread: the limit is one for each entry, so the norm is divided by the root of their number
def clip_gradients(dW_x, dW_h, db_h, limit):
    arrays = [dW_x, dW_h, db_h]
    count = sum(a.size for a in arrays)
    norm = np.sqrt(sum((a**2).sum() for a in arrays) / count)
    factor = 1.0 if norm <= limit else limit / norm
    return [a * factor for a in arrays] + [norm]


# === 09a wrong over-clever: the size of the gradient is measured by its largest entries only, with the norm of the maxima
def clip_gradients(dW_x, dW_h, db_h, limit):
    peaks = np.array([np.abs(g).max() for g in (dW_x, dW_h, db_h)])
    norm = np.linalg.norm(peaks)
    factor = min(1.0, limit / max(norm, 1e-300))
    return dW_x * factor, dW_h * factor, db_h * factor, norm


# === 09a wrong two: the norms of the three arrays are added without squares and the bias is left unclipped
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = np.linalg.norm(dW_x) + np.linalg.norm(dW_h) + np.linalg.norm(db_h)
    factor = 1.0
    if norm > limit:
        factor = limit / norm
    return factor * dW_x, factor * dW_h, db_h.copy(), norm


# === 09a wrong hole: 1e-6 is added to the norm against a division by zero, which is too much when gradient and limit are tiny
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = np.sqrt((dW_x**2).sum() + (dW_h**2).sum() + (db_h**2).sum())
    factor = min(1.0, limit / (norm + 1e-6))
    return dW_x * factor, dW_h * factor, db_h * factor, norm


# === 09a right style: loops over every number, math.hypot, nested lists come back
import math


def clip_gradients(dW_x, dW_h, db_h, limit):
    numbers = [float(v) for g in (dW_x, dW_h) for row in g for v in row] + [float(v) for v in db_h]
    norm = math.hypot(*numbers)
    if norm <= limit:
        factor = 1.0
    else:
        factor = limit / norm
    new_x = [[float(v) * factor for v in row] for row in dW_x]
    new_h = [[float(v) * factor for v in row] for row in dW_h]
    new_b = [float(v) * factor for v in db_h]
    return new_x, new_h, new_b, norm


# === 09b wrong conceptual: takes the real part of the eigenvalues, so a rotation counts as too small
def rescale(W_h, radius):
    values = np.linalg.eigvals(W_h)
    rho = np.max(np.abs(values.real))
    W = W_h.copy() if rho == 0 else W_h * (radius / rho)
    return W, np.linalg.svd(W, compute_uv=False)[0]


# === 09b wrong careless: the factor is upside down
def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(W_h)).max()
    if rho == 0:
        W = W_h.copy()
    else:
        W = W_h * rho / radius
    return W, np.linalg.norm(W, ord=2)


# === 09b wrong misread: the radius is a limit, a matrix with a smaller one is left as it is
def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(W_h)).max()
    W = np.array(W_h, dtype=float)
    if rho > radius:
        W = W * radius / rho
    return W, np.linalg.norm(W, 2)


# === 09b wrong over-clever: power iteration, which never settles for a pair of complex eigenvalues
def rescale(W_h, radius):
    v = np.ones(len(W_h)) / np.sqrt(len(W_h))
    rho = 0.0
    for _ in range(500):
        w = W_h @ v
        rho = np.linalg.norm(w)
        if rho == 0:
            break
        v = w / rho
    W = W_h.copy() if rho == 0 else W_h * (radius / rho)
    return W, np.linalg.norm(W, 2)


# === 09b wrong two: divides by the sum of the absolute eigenvalues and returns the smallest singular value
def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(W_h)).sum()
    W = W_h * radius / rho if rho > 0 else W_h.copy()
    return W, np.linalg.svd(W, compute_uv=False)[-1]


# === 09b wrong hole: waits for a ZeroDivisionError that NumPy never raises, so a matrix without eigenvalues but 0 is divided by 0
def rescale(W_h, radius):
    rho = np.max(np.abs(np.linalg.eigvals(W_h)))
    try:
        W = W_h * (radius / rho)
    except ZeroDivisionError:
        W = W_h.copy()
    singular = np.linalg.svd(np.nan_to_num(W), compute_uv=False)
    return W, singular[0]


# === 09b right style: the singular values are taken once, of the old matrix, and scaled as well
def rescale(W_h, radius):
    eigenvalues = np.linalg.eig(np.asarray(W_h, dtype=float)).eigenvalues
    rho = np.sqrt((eigenvalues * eigenvalues.conj()).real.max())
    factor = np.divide(radius, rho, out=np.ones(()), where=rho > 0)
    return factor * W_h, factor * np.linalg.svd(W_h, compute_uv=False).max()


# === 09c wrong conceptual: the slope of tanh is taken from the state h, which is no longer the output of tanh
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h = np.zeros((batch, units))
    J = np.repeat(np.eye(units)[None], batch, axis=0)
    for t in range(stop):
        c = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        if t >= start:
            slope = 1 - h**2
            step = (1 - leak) * np.eye(units) + leak * W_h * slope[:, None, :]
            J = np.matmul(J, step)
    return J


# === 09c wrong careless: one factor too many, the step into h_start is multiplied in too
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h = np.zeros((batch, units))
    steps = []
    for t in range(x.shape[1]):
        c = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        steps.append((1 - leak) * np.eye(units) + leak * W_h * (1 - c**2)[:, None, :])
    J = np.zeros((batch, units, units)) + np.eye(units)
    if start == stop:
        return J
    for step in steps[max(start - 1, 0):stop]:
        J = J @ step
    return J


# === 09c wrong misread: the run begins at start with a state of zeros, what came before is not read
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, _, _ = x.shape
    units = W_h.shape[0]
    h = np.zeros((batch, units))
    J = np.stack([np.eye(units) for _ in range(batch)])
    for t in range(start, stop):
        c = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        J = J @ ((1 - leak) * np.eye(units) + leak * W_h * (1 - c**2)[:, None])
    return J


# === 09c wrong over-clever: takes the Jacobian of the last step to a power, as if all steps were alike
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h, c = np.zeros((batch, units)), np.zeros((batch, units))
    for t in range(stop):
        c = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
    one_step = (1 - leak) * np.eye(units) + leak * W_h * (1 - c**2)[:, None, :]
    return np.linalg.matrix_power(one_step, stop - start)


# === 09c wrong two: the slope scales the rows of W_h instead of the columns and the direct way has no factor 1 - leak
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h = np.zeros((batch, units))
    J = np.zeros((batch, units, units)) + np.eye(units)
    for t in range(stop):
        c = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        if t >= start:
            J = J @ (np.eye(units) + leak * (1 - c**2)[:, :, None] * W_h)
    return J


# === 09c wrong hole: the slopes are averaged over the batch, right only if all rows are the same
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h = np.zeros((batch, units))
    J = np.eye(units)
    for t in range(stop):
        c = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        if t >= start:
            slope = (1 - c**2).mean(axis=0)
            J = J @ ((1 - leak) * np.eye(units) + leak * W_h @ np.diag(slope))
    return np.repeat(J[None], batch, axis=0)


# === 09c right style: sequence by sequence, a list of step matrices and functools.reduce, lists come back
from functools import reduce


def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    eye = np.eye(W_h.shape[0])

    def of_one(sequence):
        h, matrices = 0 * b_h, []
        for x_t in sequence[:stop]:
            c = np.tanh(np.dot(x_t, W_x) + np.dot(h, W_h) + b_h)
            h = h - leak * h + leak * c
            matrices.append(eye * (1 - leak) + leak * W_h.dot(np.diag(1 - c**2)))
        return reduce(np.dot, matrices[start:], eye).tolist()

    return [of_one(sequence) for sequence in x]


# === 09d wrong conceptual: no signs at all, the draw is taken as the library gives it
def make_start(A, gain):
    if A.shape[0] < A.shape[1]:
        return gain * np.linalg.qr(A.T)[0].T
    return gain * np.linalg.qr(A)[0]


# === 09d wrong careless: a square matrix is transposed as well, the comparison is <= instead of <
def make_start(A, gain):
    rows, columns = A.shape
    flip = rows <= columns
    if flip:
        A = A.T
    Q, R = np.linalg.qr(A)
    Q = Q * np.sign(np.diag(R))
    if flip:
        Q = Q.T
    return gain * Q


# === 09d wrong misread: the signs are turned so that the diagonal of Q, not of R, becomes positive, by the absolute value of all of Q
def make_start(A, gain):
    tall = A.shape[0] >= A.shape[1]
    Q, R = np.linalg.qr(A if tall else A.T)
    W = gain * np.abs(Q)
    return W if tall else W.T


# === 09d wrong over-clever: signs by dividing through the diagonal of R, so the columns get other lengths
def make_start(A, gain):
    rows, columns = A.shape
    M = A.T if columns > rows else A
    Q, R = np.linalg.qr(M)
    Q = Q / np.diag(R)
    W = gain * Q
    if columns > rows:
        W = W.T
    return W


# === 09d wrong two: a wide matrix is not transposed and the signs are turned the wrong way
def make_start(A, gain):
    Q, R = np.linalg.qr(A)
    if A.shape[1] > A.shape[0]:
        W = np.zeros(A.shape)
        W[:, :Q.shape[1]] = -Q * np.sign(np.diag(R))
        return gain * W
    return -gain * Q * np.sign(np.diag(R))


# === 09d wrong hole: classical Gram-Schmidt, whose columns are no longer orthogonal if those of A are almost alike
def make_start(A, gain):
    wide = A.shape[1] > A.shape[0]
    M = (A.T if wide else A).astype(float)
    Q = np.zeros(M.shape)
    for j in range(M.shape[1]):
        v = M[:, j] - Q[:, :j] @ (Q[:, :j].T @ M[:, j])
        Q[:, j] = v / np.sqrt(v @ v)
    return gain * (Q.T if wide else Q)


# === 09d right style: calls itself for a wide matrix, signs as a diagonal matrix, lists come back
def make_start(A, gain):
    A = np.asarray(A)
    rows, columns = A.shape
    if rows < columns:
        return np.transpose(make_start(A.T, gain)).tolist()
    Q, R = np.linalg.qr(A)
    turn = np.diag([1.0 if R[i, i] >= 0 else -1.0 for i in range(columns)])
    return (gain * (Q @ turn)).tolist()
