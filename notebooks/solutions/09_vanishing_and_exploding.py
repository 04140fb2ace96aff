"""Checks of lesson 09: clipping, a radius, a chain with a leak, an orthogonal start."""

from course_tools.bank import draw_arrays, exercise, load_keras

import numpy as np


def clipped(dW_x, dW_h, db_h, limit):
    load_keras()  # quietly, before TensorFlow
    import tensorflow as tf

    arrays = (dW_x, dW_h, db_h)
    arrays = [array if array.dtype.kind == "f" else array.astype(float) for array in arrays]
    gradients, norm = tf.clip_by_global_norm(arrays, limit)
    return *(np.array(gradient) for gradient in gradients), float(norm)


def draw_clipped(rng, features, units, share, dtype="float64"):
    shapes = dict(dW_x=(features, units), dW_h=(units, units), db_h=units)
    arrays = draw_arrays(rng, dtype, **shapes)
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in arrays.values()))
    return arrays | dict(limit=float(share * norm))


def by_its_own_norm(gradient, limit):
    size = np.linalg.norm(gradient)
    return gradient * min(1.0, limit / size) if size else gradient


ZERO = dict(dW_x=[[0, 0]], dW_h=[[0, 0], [0, 0]], db_h=[0, 0])
CLIPPED = exercise(
    "09a",
    key="tf.clip_by_global_norm",
    answer=clipped,
    returns="dW_x (features, units)\ndW_h (units, units)\ndb_h (units)\nnorm",
    examples={
        "too long": ZERO | dict(limit=2.5, dW_x=[[3, 0]], db_h=[0, 4]),
        "short enough": ZERO | dict(limit=10.0, dW_x=[[3, 0]], db_h=[0, 4]),
        "one array alone is too long": ZERO | dict(limit=1.0, dW_h=[[0, 3], [4, 0]]),
        "nothing to clip, all zero": ZERO | dict(limit=1.0),
        "a short gradient, a shorter limit": ZERO | dict(limit=0.05, dW_h=[[0, 0.3], [-0.4, 0]]),
        "exactly as long as the limit": ZERO | dict(limit=5.0, dW_x=[[-3, 0]], db_h=[0, 4]),
        "a gradient of millions": ZERO | dict(limit=1.0, dW_x=[[3e6, 0]], db_h=[0, -4e6]),
        "arrays of whole numbers": dict(
            dW_x=np.array([[3, 0]]),
            dW_h=np.array([[0, 1], [2, 0]]),
            db_h=np.array([0, 4]),
            limit=2.5,
        ),
    },
    draw=draw_clipped,
    sizes=(
        ("", dict(features=3, units=4, share=0.4)),
        ("", dict(features=2, units=6, share=0.1)),
        ("only a little too long", dict(features=2, units=3, share=0.9)),
        ("short enough", dict(features=3, units=3, share=1.7)),
        ("one unit", dict(features=2, units=1, share=0.5)),
        ("float32", dict(features=1, units=5, share=0.3, dtype="float32")),
    ),
    mistakes="""
        each array is clipped by its own norm
            | return: (*(by_its_own_norm(g, limit) for g in (dW_x, dW_h, db_h)), result[3])
            using one norm over all entries of all three arrays, and one factor for all
        each entry is clipped by value
            | return: (*(np.clip(g, -limit, limit) for g in (dW_x, dW_h, db_h)), result[3])
            multiplying all arrays by one factor, which keeps the direction
        each array is scaled by its own norm, even a short one
            | gradient * factor -> gradient * limit / max(np.linalg.norm(gradient), 1e-300)
            using one norm over all entries of all three arrays, and one factor for all
        a short gradient is made longer | min(1.0, limit / norm) -> limit / norm
            trying a limit above the norm: the gradient must come back as it was, min(1, ...)
        only short gradients are changed | min(1.0 -> max(1.0
            swapping min and max: the factor is never above 1
        the three norms are added up
            | np.sqrt(sum(np.sum(gradient**2) -> (sum(np.linalg.norm(gradient)
        the largest of the three norms is used for all
            | np.sqrt(sum(np.sum(gradient**2) -> (max(np.linalg.norm(gradient)
            adding the squares of all entries first, and taking one root at the end
        the root of the sum of squares is missing | np.sqrt( -> (
            working out the entries 3 and 4: the norm is 5, not 25
        absolute values are added up in place of squares
            | np.sqrt(sum(np.sum(gradient**2) -> (sum(np.sum(abs(gradient))
            working out the entries 3 and 4: the norm is 5, not 7
        the mean of the squares is taken, not their sum
            | gradients)) -> gradients) / sum(gradient.size for gradient in gradients))
            working out the entries 3 and 4: the norm is 5, however many zeros are beside them
        the largest entry is taken for the norm
            | np.sqrt(sum(np.sum(gradient**2) -> (max(np.max(abs(gradient))
            working out the entries 3 and 4: the norm is 5, not 4
        a matrix's largest singular value is taken for its norm
            | np.sum(gradient**2) -> np.linalg.norm(gradient, 2) ** 2
            using np.linalg.norm(g) without the 2: every entry counts, as in one long row
        the bias is left out of the norm
            | for gradient in gradients)) -> for gradient in gradients[:2]))
            trying a gradient that is zero but for db_h: its norm is that of db_h
        the bias is not clipped | return: (*result[:2], db_h, result[3])
            multiplying all three arrays by the factor
        the limit is missing: long gradients get length 1
            | min(1.0, limit / norm) -> (1.0 if norm <= limit else 1.0 / norm)
            taking the norm of what you return: for a long gradient it should be the limit
        the norm after clipping is returned
            | return: (*result[:3], np.sqrt(sum(np.sum(g**2) for g in result[:3])))
            keeping the norm that you measure before you change anything
        the gradients are overwritten
            | gradient * factor for -> np.multiply(gradient, factor, out=gradient) for
            making a new array, g = g * factor, where you have g *= factor
    """,
)


def draw_rescaled(rng, units, radius, dtype="float64"):
    return draw_arrays(rng, dtype, W_h=(units, units)) | dict(radius=radius)


RESCALED = exercise(
    "09b",
    key="the eigenvalues and singular values of NumPy",
    returns="W (units, units)\nsigma",
    examples={
        "eigenvalues 0.5 and 0.25": dict(W_h=[[0.5, 1], [0, 0.25]], radius=1.0),
        "a rotation, eigenvalues 2i and -2i": dict(W_h=[[0, -2], [2, 0]], radius=0.9),
        "the largest eigenvalue is negative": dict(W_h=[[-4, 0], [0, 1]], radius=1.0),
        "all eigenvalues zero": dict(W_h=[[0, 3], [0, 0]], radius=1.0),
        "a tiny matrix": dict(W_h=[[1e-9, 0], [2e-9, 3e-9]], radius=2.0),
        "an array of whole numbers": dict(W_h=np.array([[2, 1], [0, -3]]), radius=0.5),
    },
    draw=draw_rescaled,
    sizes=(
        ("", dict(units=4, radius=0.9)),
        ("", dict(units=6, radius=1.5)),
        ("", dict(units=5, radius=0.3)),
        ("many units", dict(units=30, radius=1.2)),
        ("one unit", dict(units=1, radius=0.7)),
        ("float32", dict(units=5, radius=2.0, dtype="float32")),
    ),
    mistakes="""
        the largest singular value is scaled to the radius
            | np.abs(np.linalg.eigvals(W_h)).max() -> np.linalg.norm(W_h, 2)
            using np.linalg.eigvals: the radius is the largest absolute eigenvalue
        the largest real part of an eigenvalue is taken for the radius
            | np.abs(np.linalg.eigvals(W_h)).max() -> np.linalg.eigvals(W_h).real.max(), then
            | found > 0 -> found
        the largest absolute real part is taken for the radius | eigvals(W_h) -> eigvals(W_h).real
            trying the rotation with the eigenvalues 2i and -2i: its radius is 2, not 0
        the absolute value of the eigenvalues is missing
            | np.abs(np.linalg.eigvals(W_h)) -> np.linalg.eigvals(W_h), then found > 0 -> found
            taking the absolute value first, then the largest: np.abs(np.linalg.eigvals(W)).max()
        eigvalsh is used, which is for symmetric matrices | eigvals( -> eigvalsh(
            using np.linalg.eigvals without the h: eigvalsh reads only one half of the matrix
        the eigenvalues are those of the symmetric part | eigvals(W_h) -> eigvals((W_h + W_h.T) / 2)
            taking the eigenvalues of W_h itself, complex as they may be
        the smallest absolute eigenvalue is used | .max() -> .min()
        the mean of the absolute eigenvalues is used | .max() -> .mean()
            using the largest: in the long run it outgrows all others
        the absolute eigenvalues are added up | .max() -> .sum()
            using the largest alone: in the long run it outgrows all others
        the largest entry is taken for the radius | np.linalg.eigvals(W_h) -> W_h
            using np.linalg.eigvals: no single entry knows the radius
        the root of the sum of squares is taken for the radius
            | np.abs(np.linalg.eigvals(W_h)).max() -> np.linalg.norm(W_h)
            using np.linalg.eigvals: the radius is the largest absolute eigenvalue
        the matrix is multiplied by the radius but not divided by its own | radius / found -> radius
        the radius asked for is ignored | radius / found -> 1 / found
            measuring the radius of what you return: it should be the one that was asked for
        the factor is upside down | radius / found -> found / radius
            measuring the radius of what you return: a matrix that is too large must become smaller
        sigma is that of the matrix before scaling | norm(W, 2) -> norm(W_h, 2)
            taking the singular values of the matrix that you return
        sigma is squared | norm(W, 2) -> norm(W, 2) ** 2
            using np.linalg.norm(W, 2), or the root of the largest eigenvalue of W @ W.T
        sigma is the root of the sum of squares | norm(W, 2) -> norm(W)
            using np.linalg.norm(W, 2) with the 2: without it all entries count as one long row
        a matrix whose eigenvalues are all zero is divided by zero | if found > 0 else W_h.copy() ->
            looking at the radius before you divide: if it is 0, the matrix stays as it is
        W_h is overwritten
            | W_h * (radius / found) if found > 0 else W_h.copy() ->
            | W_h; W_h *= radius / found if found > 0 else 1
            making a new array, W = W_h * factor, where you have W_h *= factor
    """,
)


def chain(x, W_x, W_h, b_h, leak, start, stop):
    load_keras()  # quietly, before TensorFlow
    import tensorflow as tf

    x = x.astype(W_x.dtype)

    def step(h, x_t):
        return (1 - leak) * h + leak * tf.tanh(x_t @ W_x + h @ W_h + b_h)

    h = tf.zeros((len(x), len(b_h)), x.dtype)
    for t in range(start):
        h = step(h, x[:, t])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(h)
        end = tf.identity(h)
        for t in range(start, stop):
            end = step(end, x[:, t])
        units = tf.unstack(end, axis=1)
    return np.stack([np.array(tape.gradient(unit, h)) for unit in units], axis=2)


def draw_chain(rng, batch, time, features, units, dtype="float64", **options):
    shapes = dict(x=(batch, time, features), W_x=(features, units), W_h=(units, units), b_h=units)
    return draw_arrays(rng, dtype, **shapes) | options


CHAIN = exercise(
    "09c",
    key="tf.GradientTape",
    answer=chain,
    returns="J (batch, units, units)",
    examples={
        "one step, silent": dict(leak=0.5, start=0, stop=1, W_h=[[2]]),
        "two steps, silent": dict(leak=0.25, start=0, stop=2, W_h=[[3]]),
        "only the bias, no leak": dict(leak=1.0, start=1, stop=3, W_h=[[2]], b_h=[0.5]),
        "start equals stop": dict(leak=0.5, start=2, stop=2, W_h=[[2]]),
        "two sequences, start equals stop": dict(
            x=[[[0.5], [1], [0]], [[1], [-1], [2]]], leak=0.5, start=1, stop=1, W_h=[[2]]
        ),
        "from h_0 to h_0": dict(leak=0.5, start=0, stop=0, W_h=[[2]]),
        "a step that forgets everything": dict(leak=1.0, start=1, stop=3, W_h=[[0]]),
        "an array of whole numbers": dict(
            x=np.array([[[1], [0], [-2]]]), W_x=[[0.3]], W_h=[[0.7]], leak=0.5, start=0, stop=3
        ),
        "a hundred steps": dict(
            x=np.tile([[[0.5], [-1]]], (1, 50, 1)), W_x=[[1]], W_h=[[2]], leak=0.01
        )
        | dict(start=40, stop=100),
    },
    draw=draw_chain,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4, leak=0.3, start=1, stop=5)),
        ("", dict(batch=2, time=7, features=3, units=3, leak=0.6, start=2, stop=6)),
        ("no leak", dict(batch=2, time=5, features=2, units=3, leak=1.0, start=1, stop=4)),
        ("from h_0 on", dict(batch=3, time=5, features=2, units=3, leak=0.4, start=0, stop=3)),
        ("a batch of one", dict(batch=1, time=6, features=2, units=4, leak=0.5, start=1, stop=5)),
        ("one step", dict(batch=2, time=1, features=2, units=3, leak=0.7, start=0, stop=1)),
        (
            "float32",
            dict(batch=4, time=5, features=1, units=3, leak=0.5, start=1, stop=4, dtype="float32"),
        ),
    ),
    mistakes="""
        the result is transposed | return: result.swapaxes(1, 2)
            giving rows to h_start and columns to h_stop: d h_stop = d h_start @ J
        the Jacobians are multiplied in reverse order
            | J @ ((1 - leak) * np.eye(units) + leak * through_tanh) ->
            | ((1 - leak) * np.eye(units) + leak * through_tanh) @ J
            following a row vector forwards: it meets the Jacobian of the earlier step first
        the Jacobians are multiplied entry by entry | J @ ( -> J * (
            using the operator @ in place of *
        the Jacobians are added up | J @ ( -> (J if t > start else 0) + (
            following the one path from h_start to h_stop: each step multiplies what it is handed
        the slope of tanh is missing | (1 - c**2) -> np.ones_like(c)
            trying a large bias: tanh is flat there, and next to nothing should come through W_h
        the slope is 1 - tanh, not 1 - tanh squared | 1 - c**2 -> 1 - c
            using the derivative of tanh: 1 - tanh(z)**2
        the slope is computed from the state, not from tanh | 1 - c**2 -> 1 - h**2
            keeping c = tanh(...) of each step: with a leak the state is a mixture
        the slope comes from the step before
            | c = np.tanh( -> before, c = (c if t else 0 * h), np.tanh(, then c**2 -> before**2
            printing t inside your loop: W_h of step t goes with the slope of step t
        the slopes multiply the rows, not the columns | [:, None, :] -> [:, :, None]
            following column j of W_h: it leads into unit j of the new state, and gets its slope
        W_h is transposed in the Jacobian | W_h * (1 -> W_h.T * (1
            writing d h_t = d h_prev @ W_h * slope: rows of W_h belong to h_prev
        the direct path, 1 - leak, is missing | (1 - leak) * np.eye(units) + leak -> leak
            setting W_h to zero: the old state still comes through, times 1 - leak
        the direct path is not multiplied by 1 - leak | (1 - leak) * np.eye -> np.eye
            setting W_h to zero: one step is (1 - leak) times the identity
        the path through tanh is not multiplied by the leak | leak * through_tanh -> through_tanh
            differentiating leak * tanh(...): the leak stays in front
        leak and 1 - leak are swapped
            | (1 - leak) * np.eye(units) + leak * -> leak * np.eye(units) + (1 - leak) *
            trying leak = 1: nothing is left of the old state but what goes through W_h
        the direct path and the path through tanh are multiplied separately
            | (1 - leak) * np.eye(units) + leak -> leak, then
            | return J -> return J + (1 - leak) ** (stop - start) * np.eye(units) * (stop > start)
            adding the two terms at every step, before the product: each step offers both paths
        the states run without the leak | h = (1 - leak) * h + leak * c -> h = c
            checking the forward run: the next state is (1 - leak) * h + leak * tanh(...)
        the chain always starts from h_0, whatever start is | t >= start -> True
        the chain always runs to the last step, whatever stop is | range(stop) -> range(x.shape[1])
            counting your factors: there are stop - start of them
        there is one Jacobian too many at the end | range(stop) -> range(min(stop + 1, x.shape[1]))
            trying start equal to stop: no factor at all, which is the identity
        there is one Jacobian too few | t >= start -> t > start
            trying start 0 and stop 1: one factor, that of x[:, 0]
        all steps are one too early
            | range(stop) -> range(stop - 1), then t >= start -> t >= start - 1
            counting from h_1, the state after x[:, 0]: after h_start, x[:, start] is read next
    """,
)


def draw_start(rng, rows, columns, gain, dtype="float64"):
    return draw_arrays(rng, dtype, A=(rows, columns)) | dict(gain=gain)


def from_the_right(A):
    """Return Q and R of Gram and Schmidt, who begin with the last column here."""
    Q, R = np.linalg.qr(A[:, ::-1])
    return (Q * np.sign(np.diag(R)))[:, ::-1], np.eye(A.shape[1])


START = exercise(
    "09d",
    key="the QR decomposition of NumPy, with the diagonal of R made positive",
    returns="W (rows, columns)",
    examples={
        "by hand": dict(A=[[3, 1], [4, 2]], gain=1.0),
        "columns that are orthogonal already": dict(A=[[-2, 0], [0, 5]], gain=1.0),
        "one column": dict(A=[[3], [4]], gain=2.0),
        "one row, wider than tall": dict(A=[[3, 4]], gain=1.0),
        "an array of whole numbers": dict(A=np.array([[3, -1], [4, 2]]), gain=0.7),
        "a tiny matrix": dict(A=[[3e-9, 1e-9], [4e-9, 2e-9]], gain=1.0),
    },
    draw=draw_start,
    sizes=(
        ("square", dict(rows=4, columns=4, gain=1.0)),
        ("square, with a gain", dict(rows=5, columns=5, gain=1.4)),
        ("taller than wide", dict(rows=6, columns=3, gain=0.8)),
        ("wider than tall", dict(rows=3, columns=5, gain=1.2)),
        ("float32", dict(rows=4, columns=4, gain=0.5, dtype="float32")),
    ),
    mistakes="""
        the signs are left as np.linalg.qr gives them | Q * np.sign(np.diag(R)) -> Q
            multiplying each column of Q by the sign of its entry on the diagonal of R
        the signs multiply the rows of Q, not its columns
            | np.sign(np.diag(R)) -> np.resize(np.sign(np.diag(R)), len(Q))[:, None]
            reading Q @ R = A: sign i belongs to row i of R, and so to column i of Q
        the signs are taken from the diagonal of Q | np.diag(R) -> np.diag(Q)
            using np.diag(R): it is R that is to have a positive diagonal
        the diagonal of R itself is multiplied, not just its signs
            | np.sign(np.diag(R)) -> np.diag(R)
            using np.sign(np.diag(R)): every column of Q already has length 1
        all entries are made positive | Q * np.sign(np.diag(R)) -> np.abs(Q)
            printing W.T @ W: the columns must still be orthogonal to each other
        all signs are flipped | gain * Q -> -gain * Q
            trying an A with one positive column: W should point the same way
        the gain is ignored | gain: 1.0
        the result is divided by the gain | gain: 1 / gain
            printing the singular values of what you return: each should equal the gain
        the columns get length 1, but are not made orthogonal
            | return: gain * A / np.linalg.norm(A, axis=0)
            printing W.T @ W: off the diagonal it should be zero
        A is divided by its largest singular value | return: gain * A / np.linalg.norm(A, 2)
            printing all singular values of what you return: they should be equal
        the nearest orthogonal matrix is taken, from the singular value decomposition
            | return: gain * (lambda U, s, V: U @ V)(*np.linalg.svd(A, full_matrices=False))
            using np.linalg.qr: the first column of W points along the first column of A
        the columns are made orthogonal from the last one on | np.linalg.qr( -> from_the_right(
            looking at the first column of W: it points along the first column of A
        a matrix wider than tall is decomposed as it is | A.shape[1] > A.shape[0] -> False
            transposing a wide A before np.linalg.qr, and the result after it
        Q is returned as np.linalg.qr(A) gives it | return: gain * np.linalg.qr(A)[0]
            looking at two things: the signs of the columns, and a matrix that is wider than tall
        the result is transposed | return: result.T
            checking the shape of W for a matrix that is not square: it is that of A
        R is returned, not Q
            | Q * np.sign(np.diag(R)) -> R * np.sign(np.diag(R))[:, None],
            | then W.T if wide else W -> W
            writing Q, R = np.linalg.qr(A): the first of the two is orthogonal
        A is overwritten | return W.T if wide else W -> A[...] = W.T if wide else W; return A
            making a new array for the result
    """,
)

EXERCISES = (CLIPPED, RESCALED, CHAIN, START)
