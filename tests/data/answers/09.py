# === 09a wrong conceptual: each array is clipped by its own norm, so the direction changes
def clip_gradients(dW_x, dW_h, db_h, limit):
    def clip(g):
        n = np.linalg.norm(g)
        return g * min(1.0, limit / n) if n > 0 else g.copy()

    norm = np.sqrt((dW_x**2).sum() + (dW_h**2).sum() + (db_h**2).sum())
    return clip(dW_x), clip(dW_h), clip(db_h), norm


# === 09a wrong careless: the returned norm is that after clipping
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = np.sqrt(np.sum(dW_x**2) + np.sum(dW_h**2) + np.sum(db_h**2))
    if norm > limit:
        factor = limit / norm
        dW_x, dW_h, db_h = dW_x * factor, dW_h * factor, db_h * factor
        norm = np.sqrt(np.sum(dW_x**2) + np.sum(dW_h**2) + np.sum(db_h**2))
    return dW_x.copy(), dW_h.copy(), db_h.copy(), norm


# === 09a wrong misread: the gradient always gets the length `limit`, a short one is made longer
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = np.linalg.norm(np.concatenate([dW_x.ravel(), dW_h.ravel(), db_h.ravel()]))
    factor = limit / norm if norm > 0 else 1.0
    return factor * dW_x, factor * dW_h, factor * db_h, norm


# === 09a wrong over-clever: shortens the arrays in place, so the arguments change
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = np.sqrt(sum(np.sum(np.square(g)) for g in (dW_x, dW_h, db_h)))
    if norm > limit:
        for g in (dW_x, dW_h, db_h):
            g *= limit / norm
    return dW_x, dW_h, db_h, norm


# === 09a wrong two: the root is forgotten, so the norm is its square, and the fraction is upside down
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = np.sum(dW_x**2) + np.sum(dW_h**2) + np.sum(db_h**2)
    factor = min(1.0, norm / limit) if norm > 0 else 1.0
    return dW_x * factor, dW_h * factor, db_h * factor, norm


# === 09a wrong hole: divides by the norm to get a direction first, so a gradient of zeros becomes 0/0
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = np.sqrt((dW_x**2).sum() + (dW_h**2).sum() + (db_h**2).sum())
    length = np.minimum(norm, limit)
    return dW_x / norm * length, dW_h / norm * length, db_h / norm * length, norm


# === 09a wrong hole: the new arrays are like the old ones, so whole numbers stay whole numbers after the multiplication
def clip_gradients(dW_x, dW_h, db_h, limit):
    norm = np.sqrt((dW_x**2.0).sum() + (dW_h**2.0).sum() + (db_h**2.0).sum())
    new = []
    for g in [dW_x, dW_h, db_h]:
        clipped = np.zeros_like(g)
        clipped[...] = g * (limit / norm if norm > limit else 1)
        new.append(clipped)
    return new[0], new[1], new[2], norm


# === 09a right style: everything in one long row, clipped, and cut apart again
def clip_gradients(dW_x, dW_h, db_h, limit):
    arrays = [np.asarray(a, dtype=float) for a in (dW_x, dW_h, db_h)]
    row = np.concatenate([a.ravel() for a in arrays])
    norm = np.linalg.norm(row)
    row = row * (limit / max(norm, limit))
    parts = np.split(row, np.cumsum([a.size for a in arrays])[:-1])
    return tuple(p.reshape(a.shape) for p, a in zip(parts, arrays)) + (norm,)


# === 09b wrong conceptual: scales by the largest singular value, not by the spectral radius
def rescale(W_h, radius):
    size = np.linalg.norm(W_h, 2)
    if size == 0:
        return W_h.copy(), 0.0
    W = W_h * radius / size
    return W, np.linalg.norm(W, 2)


# === 09b wrong careless: sigma is that of the matrix before it was scaled
def rescale(W_h, radius):
    rho = abs(np.linalg.eigvals(W_h)).max()
    sigma = np.linalg.norm(W_h, 2)
    if rho > 0:
        return radius / rho * W_h, sigma
    return W_h + 0, sigma


# === 09b wrong misread: sigma is the root of the sum of squares, np.linalg.norm without the 2
def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(W_h)).max()
    W = W_h * (radius / rho) if rho > 0 else W_h.copy()
    sigma = np.linalg.norm(W)
    return W, sigma


# === 09b wrong over-clever: eigvalsh, which is faster and holds for symmetric matrices only
def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvalsh(W_h)).max()
    if rho == 0.0:
        return np.copy(W_h), float(np.linalg.norm(W_h, 2))
    W = W_h * (radius / rho)
    return W, float(np.linalg.norm(W, 2))


# === 09b wrong two: the largest eigenvalue is taken without absolute values, so a negative one is overlooked, and sigma is measured on the old matrix
def rescale(W_h, radius):
    rho = np.linalg.eigvals(W_h).real.max()
    sigma = np.linalg.svd(W_h)[1].max()
    if rho == 0:
        return W_h.copy(), sigma
    return W_h * radius / rho, sigma


# === 09b wrong hole: a radius below 1e-6 counts as zero, so a matrix of very small numbers is not scaled
def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(W_h)).max()
    if np.isclose(rho, 0, atol=1e-6):
        return W_h.copy(), np.linalg.norm(W_h, 2)
    W = W_h * radius / rho
    return W, np.linalg.norm(W, 2)


# === 09b right style: sigma as the root of the largest eigenvalue of W^T W, the matrix as nested lists
import math


def rescale(W_h, radius):
    rho = max(abs(complex(value)) for value in np.linalg.eigvals(W_h))
    factor = radius / rho if rho else 1.0
    W = [[float(w) * factor for w in row] for row in W_h]
    gram = np.transpose(W) @ np.array(W)
    return W, math.sqrt(max(np.linalg.eigvalsh(gram).max(), 0.0))


# === 09c wrong conceptual: only the way through tanh, the direct way of the leak is missing
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, time, _ = x.shape
    units = len(b_h)
    h = np.zeros((batch, units))
    J = np.tile(np.eye(units), (batch, 1, 1))
    for t in range(1, stop + 1):
        c = np.tanh(x[:, t - 1] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        if t > start:
            J = J @ (leak * W_h[None] * (1 - c**2)[:, None, :])
    return J


# === 09c wrong careless: the matrices are multiplied in the wrong order
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    I = np.eye(units)
    h = np.zeros((batch, units))
    J = np.zeros((batch, units, units)) + I
    for t in range(1, stop + 1):
        c = np.tanh(x[:, t - 1] @ W_x + h @ W_h + b_h)
        h = h + leak * (c - h)
        if t > start:
            J = ((1 - leak) * I + leak * W_h * (1 - c * c)[:, None, :]) @ J
    return J


# === 09c wrong misread: rows and columns are exchanged, J @ dh instead of dh @ J
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h = np.zeros((batch, units))
    J = np.array([np.eye(units)] * batch)
    for t in range(1, stop + 1):
        c = np.tanh(x[:, t - 1] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        if t > start:
            for b in range(batch):
                step = (1 - leak) * np.eye(units) + leak * np.diag(1 - c[b] ** 2) @ W_h.T
                J[b] = step @ J[b]
    return J


# === 09c wrong over-clever: computes the products from 0 once and divides one by the other, which needs invertible steps
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h = np.zeros((batch, units))
    J = np.broadcast_to(np.eye(units), (batch, units, units))
    from_zero = [J]
    for t in range(stop):
        c = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        J = J @ ((1 - leak) * np.eye(units) + leak * W_h * (1 - c**2)[:, None, :])
        from_zero.append(J)
    return np.linalg.solve(from_zero[start], from_zero[stop])


# === 09c wrong two: leak and 1 - leak are exchanged in the Jacobian and the factors are multiplied from the wrong side
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h = np.zeros((batch, units))
    J = np.zeros((batch, units, units)) + np.eye(units)
    for t in range(1, stop + 1):
        c = np.tanh(x[:, t - 1] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        if t > start:
            step = leak * np.eye(units) + (1 - leak) * W_h * (1 - c**2)[:, None, :]
            J = step @ J
    return J


# === 09c wrong hole: if start equals stop one identity comes back without an axis for the batch
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    h = np.zeros((batch, units))
    J = np.eye(units)
    for t in range(1, stop + 1):
        c = np.tanh(x[:, t - 1] @ W_x + h @ W_h + b_h)
        h = (1 - leak) * h + leak * c
        if t > start:
            J = J @ ((1 - leak) * np.eye(units) + leak * W_h * (1 - c**2)[:, None, :])
    return J


# === 09c right style: one unit of h_start at a time is pushed through the run, derivatives carried forward
def chain_jacobians(x, W_x, W_h, b_h, leak, start, stop):
    batch, units = len(x), len(b_h)
    result = np.empty((batch, units, units))
    for i in range(units):
        h = np.zeros((batch, units))
        dh = np.zeros((batch, units))
        if start == 0:
            dh[:, i] = 1
        for t in range(1, stop + 1):
            c = np.tanh(x[:, t - 1] @ W_x + h @ W_h + b_h)
            h = (1 - leak) * h + leak * c
            dh = (1 - leak) * dh + leak * (1 - c**2) * (dh @ W_h)
            if t == start:
                dh = np.zeros((batch, units))
                dh[:, i] = 1
        result[:, i] = dh
    return result


# === 09d wrong conceptual: the signs are put on the rows of Q instead of the columns
def make_start(A, gain):
    rows, columns = A.shape
    M = A if rows >= columns else A.T
    Q, R = np.linalg.qr(M)
    signs = np.sign(np.diag(R))
    if rows == columns:
        Q = signs[:, None] * Q
    else:
        full = np.ones(Q.shape[0])
        full[:len(signs)] = signs
        Q = full[:, None] * Q
    Q = gain * Q
    return Q if rows >= columns else Q.T


# === 09d wrong careless: the signs are read off the diagonal of Q instead of R
def make_start(A, gain):
    wide = A.shape[1] > A.shape[0]
    Q, R = np.linalg.qr(A.T if wide else A)
    Q = Q * np.sign(np.diag(Q))
    return gain * (Q.T if wide else Q)


# === 09d wrong misread: a wide matrix is transposed first and not back at the end
def make_start(A, gain):
    A = np.asarray(A)
    if A.shape[1] > A.shape[0]:
        A = A.T
    Q, R = np.linalg.qr(A)
    d = np.diagonal(R)
    return gain * Q * (d / np.abs(d))


# === 09d wrong over-clever: the nearest orthogonal matrix by singular values, fair too but not the one asked for
def make_start(A, gain):
    U, _, Vt = np.linalg.svd(A, full_matrices=False)
    return gain * (U @ Vt)


# === 09d wrong two: the gain is multiplied in twice and the sign of the whole first column decides for all
def make_start(A, gain):
    wide = A.shape[0] < A.shape[1]
    Q, R = np.linalg.qr(A.T if wide else A)
    Q = gain * Q * np.sign(R[0, 0])
    W = Q.T if wide else Q
    return gain * W


# === 09d wrong hole: the columns are built one by one, and one shorter than 1e-6 is left at zero, so small numbers give no start
def make_start(A, gain):
    wide = A.shape[1] > A.shape[0]
    M = np.array(A.T if wide else A, dtype=float)
    done = []
    for column in M.T:
        v = column.copy()
        for _ in range(2):
            for q in done:
                v = v - (q @ v) * q
        length = np.linalg.norm(v)
        done.append(v / length if length > 1e-6 else np.zeros_like(v))
    Q = np.stack(done, axis=1)
    return gain * (Q.T if wide else Q)


# === 09d right style: Gram-Schmidt by hand, each column cleaned twice, its lengths positive by themselves
def make_start(A, gain):
    wide = A.shape[1] > A.shape[0]
    columns = A if wide else A.T
    done = []
    for column in columns:
        v = np.array(column, dtype=float)
        v = v / np.abs(v).max()
        for _ in range(3):
            for q in done:
                v = v - (q @ v) * q
            v = v / np.linalg.norm(v)
        done.append(v)
    W = gain * np.array(done)
    return W if wide else W.T
