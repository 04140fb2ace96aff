"""Checks of lesson 09: clipping, a radius, a chain with a leak, an orthogonal start."""

from course_tools.bank import draw_arrays, exercise, load_keras

import numpy as np


def clipped(dW_x, dW_h, db_h, limit):
    load_keras()  # quietly, before TensorFlow
    import tensorflow as tf

    gradients, norm = tf.clip_by_global_norm([dW_x, dW_h, db_h], limit)
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
        each array were clipped by its own norm
            | return: (*(by_its_own_norm(g, limit) for g in (dW_x, dW_h, db_h)), result[3])
            one norm over all entries of all three arrays, and one factor for all
        each entry were clipped by value
            | return: (*(np.clip(g, -limit, limit) for g in (dW_x, dW_h, db_h)), result[3])
            multiplying all arrays by one factor, which keeps the direction
        each array's factor came from its own norm, for short ones too
            | gradient * factor -> gradient * limit / max(np.linalg.norm(gradient), 1e-300)
            one norm over all entries of all three arrays, and one factor for all
        a short gradient were made longer | min(1.0, limit / norm) -> limit / norm
            a limit above the norm: the gradient must come back as it was, min(1, ...)
        only short gradients were changed | min(1.0 -> max(1.0
            min and max: the factor is never above 1
        the three norms were added up
            | np.sqrt(sum(np.sum(gradient**2) -> (sum(np.linalg.norm(gradient)
        the largest of the three norms served for all
            | np.sqrt(sum(np.sum(gradient**2) -> (max(np.linalg.norm(gradient)
            adding the squares of all entries first, and taking one root at the end
        the root of the sum of squares were forgotten | np.sqrt( -> (
            the entries 3 and 4: the norm is 5 and not 25
        absolute values were added up in place of squares
            | np.sqrt(sum(np.sum(gradient**2) -> (sum(np.sum(abs(gradient))
            the entries 3 and 4: the norm is 5 and not 7
        the mean of the squares were taken in place of their sum
            | gradients)) -> gradients) / sum(gradient.size for gradient in gradients))
            the entries 3 and 4: the norm is 5, however many zeros stand beside them
        the largest entry served as the norm
            | np.sqrt(sum(np.sum(gradient**2) -> (max(np.max(abs(gradient))
            the entries 3 and 4: the norm is 5 and not 4
        the largest singular value served as the norm of a matrix
            | np.sum(gradient**2) -> np.linalg.norm(gradient, 2) ** 2
            np.linalg.norm(g) without the 2: every entry counts, as in one long row
        the bias were left out of the norm
            | for gradient in gradients)) -> for gradient in gradients[:2]))
            a gradient that is zero but for db_h: its norm is that of db_h
        the bias were not clipped | return: (*result[:2], db_h, result[3])
            multiplying all three arrays by the factor
        the limit were forgotten, and long gradients were given the length 1
            | min(1.0, limit / norm) -> (1.0 if norm <= limit else 1.0 / norm)
            the norm of what you return: for a long gradient it should be the limit
        the norm after clipping were returned
            | return: (*result[:3], np.sqrt(sum(np.sum(g**2) for g in result[:3])))
            keeping the norm that you measured before you changed anything
        the gradients were overwritten
            | gradient * factor for -> np.multiply(gradient, factor, out=gradient) for
            g = g * factor, which makes a new array, where you have g *= factor
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
        the largest singular value were scaled to the radius
            | np.abs(np.linalg.eigvals(W_h)).max() -> np.linalg.norm(W_h, 2)
            np.linalg.eigvals: the radius is the largest absolute eigenvalue
        the largest real part of an eigenvalue served as the radius
            | np.abs(np.linalg.eigvals(W_h)).max() -> np.linalg.eigvals(W_h).real.max(), then
            | found > 0 -> found
        the real parts' largest absolute value served as the radius
            | eigvals(W_h) -> eigvals(W_h).real
            the rotation with the eigenvalues 2i and -2i: its radius is 2 and not 0
        the absolute value of the eigenvalues were forgotten
            | np.abs(np.linalg.eigvals(W_h)) -> np.linalg.eigvals(W_h), then found > 0 -> found
            np.abs(np.linalg.eigvals(W)).max(): the absolute value first, the largest after it
        eigvalsh were used, which is for symmetric matrices | eigvals( -> eigvalsh(
            np.linalg.eigvals without the h: eigvalsh reads one half of the matrix only
        the eigenvalues were those of the symmetric part
            | eigvals(W_h) -> eigvals((W_h + W_h.T) / 2)
            the eigenvalues of W_h itself, complex as they may be
        the smallest absolute eigenvalue were used | .max() -> .min()
        the mean of the absolute eigenvalues were used | .max() -> .mean()
            the largest: in the long run it outgrows all others
        the absolute eigenvalues were added up | .max() -> .sum()
            the largest alone: in the long run it outgrows all others
        the largest entry served as the radius | np.linalg.eigvals(W_h) -> W_h
            np.linalg.eigvals: the radius is a matter of the whole matrix
        the root of the sum of squares served as the radius
            | np.abs(np.linalg.eigvals(W_h)).max() -> np.linalg.norm(W_h)
            np.linalg.eigvals: the radius is the largest absolute eigenvalue
        the matrix were multiplied by the radius and not divided by its own
            | radius / found -> radius
        the radius asked for were forgotten | radius / found -> 1 / found
            the radius of what you return: it should be the one that was asked for
        the factor were upside down | radius / found -> found / radius
            the radius of what you return: a matrix that is too large must become smaller
        sigma were that of the matrix before | norm(W, 2) -> norm(W_h, 2)
            taking the singular values of the matrix that you return
        sigma were squared | norm(W, 2) -> norm(W, 2) ** 2
            np.linalg.norm(W, 2), or the root of the largest eigenvalue of W @ W.T
        sigma were the root of the sum of squares | norm(W, 2) -> norm(W)
            np.linalg.norm(W, 2) with the 2: without it all entries count as one long row
        a matrix whose eigenvalues are all zero were divided by zero
            | if found > 0 else W_h.copy() ->
            looking at the radius before you divide: if it is 0, the matrix stays as it is
        W_h were overwritten
            | W_h * (radius / found) if found > 0 else W_h.copy() ->
            | W_h; W_h *= radius / found if found > 0 else 1
            W = W_h * factor, which makes a new array, where you have W_h *= factor
    """,
)


def chain(x, W_x, W_h, b_h, leak, start, stop):
    load_keras()  # quietly, before TensorFlow
    import tensorflow as tf

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
        the result were transposed | return: result.swapaxes(1, 2)
            rows belong to h_start and columns to h_stop: d h_stop = d h_start @ J
        the Jacobians were multiplied in the reverse order
            | J @ ((1 - leak) * np.eye(units) + leak * through_tanh) ->
            | ((1 - leak) * np.eye(units) + leak * through_tanh) @ J
            a row vector on its way forwards: it meets the Jacobian of the earlier step first
        the Jacobians were multiplied entry by entry | J @ ( -> J * (
            the operator @ in place of *
        the Jacobians were added up
            | J @ ( -> (J if t > start else 0) + (
            one path from h_start to h_stop: what a step hands on, the next one multiplies
        the slope of tanh were left out | (1 - c**2) -> np.ones_like(c)
            a large bias: tanh is flat there, and next to nothing should come through W_h
        the slope were 1 - tanh and not 1 - tanh squared | 1 - c**2 -> 1 - c
            the derivative of tanh: 1 - tanh(z)**2
        the slope were computed from the state and not from tanh | 1 - c**2 -> 1 - h**2
            keeping c = tanh(...) of each step: with a leak the state is a mixture
        the slope came from the step before
            | c = np.tanh( -> before, c = (c if t else 0 * h), np.tanh(, then c**2 -> before**2
            printing t inside your loop: W_h of step t goes with the slope of step t
        the slopes multiplied the rows and not the columns | [:, None, :] -> [:, :, None]
            column j of W_h leads into unit j of the new state: it gets the slope of that unit
        W_h were transposed in the Jacobian | W_h * (1 -> W_h.T * (1
            d h_t = d h_prev @ W_h * slope: rows of W_h belong to h_prev
        the direct path, 1 - leak, were left out | (1 - leak) * np.eye(units) + leak -> leak
            setting W_h to zero: the old state still comes through, times 1 - leak
        the direct path were not weighed by 1 - leak | (1 - leak) * np.eye -> np.eye
            setting W_h to zero: one step is (1 - leak) times the identity
        the part through tanh were not weighed by the leak | leak * through_tanh -> through_tanh
            differentiating leak * tanh(...): the leak stays in front
        leak and 1 - leak were swapped
            | (1 - leak) * np.eye(units) + leak * -> leak * np.eye(units) + (1 - leak) *
            leak = 1: nothing is left of the old state but what goes through W_h
        the direct path and the path through tanh were multiplied separately
            | (1 - leak) * np.eye(units) + leak -> leak, then
            | return J -> return J + (1 - leak) ** (stop - start) * np.eye(units) * (stop > start)
            adding the two terms at every step, before the product: each step offers both ways
        the states ran without the leak | h = (1 - leak) * h + leak * c -> h = c
            the forward run: the next state is (1 - leak) * h + leak * tanh(...)
        the chain began with h_0 whatever start is | t >= start -> True
        the chain ran to the last step whatever stop is | range(stop) -> range(x.shape[1])
            counting your factors: there are stop - start of them
        there were one Jacobian too many at the end
            | range(stop) -> range(min(stop + 1, x.shape[1]))
            start equal to stop: no factor at all, which is the identity
        there were one Jacobian too few | t >= start -> t > start
            start 0 and stop 1: one factor, that of x[:, 0]
        all steps were one too early
            | range(stop) -> range(stop - 1), then t >= start -> t >= start - 1
            h_1 is the state after x[:, 0]: from h_start on, x[:, start] is read next
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
        the signs were left as np.linalg.qr gives them | Q * np.sign(np.diag(R)) -> Q
            multiplying each column of Q by the sign of its entry on the diagonal of R
        the signs multiplied the rows of Q and not its columns
            | np.sign(np.diag(R)) -> np.resize(np.sign(np.diag(R)), len(Q))[:, None]
            Q @ R = A: sign i belongs to row i of R, and so to column i of Q
        the signs were those of the diagonal of Q | np.diag(R) -> np.diag(Q)
            np.diag(R): it is R that is to have a positive diagonal
        the diagonal of R itself were multiplied, and not its signs
            | np.sign(np.diag(R)) -> np.diag(R)
            np.sign(np.diag(R)): every column of Q has the length 1 already
        all entries had become positive | Q * np.sign(np.diag(R)) -> np.abs(Q)
            W.T @ W: the columns must still be orthogonal to each other
        the signs were turned the wrong way round | gain * Q -> -gain * Q
            A with one positive column: W should point the same way
        the gain were forgotten | gain: 1.0
        the result were divided by the gain | gain: 1 / gain
            the singular values of what you return: all equal to the gain
        the columns were given the length 1 but not made orthogonal
            | return: gain * A / np.linalg.norm(A, axis=0)
            W.T @ W: off the diagonal it should be zero
        A were divided by its largest singular value | return: gain * A / np.linalg.norm(A, 2)
            all singular values of what you return: they should be equal
        the nearest orthogonal matrix were taken, from the singular value decomposition
            | return: gain * (lambda U, s, V: U @ V)(*np.linalg.svd(A, full_matrices=False))
            np.linalg.qr: the first column of W points along the first column of A
        the columns were made orthogonal from the last one on | np.linalg.qr( -> from_the_right(
            the first column of W: it points along the first column of A
        a matrix wider than tall were decomposed as it is | A.shape[1] > A.shape[0] -> False
            transposing a wide A before np.linalg.qr, and the result after it
        Q were returned as np.linalg.qr(A) gives it | return: gain * np.linalg.qr(A)[0]
            two things: the signs of the columns, and a matrix that is wider than tall
        the result were transposed | return: result.T
            the shape of W for a matrix that is not square: that of A
        R were returned and not Q
            | Q * np.sign(np.diag(R)) -> R * np.sign(np.diag(R))[:, None],
            | then W.T if wide else W -> W
            Q, R = np.linalg.qr(A): the first of the two is orthogonal
        A were overwritten | return W.T if wide else W -> A[...] = W.T if wide else W; return A
            making a new array for the result
    """,
)

EXERCISES = (CLIPPED, RESCALED, CHAIN, START)
