"""Exercises of lesson 09: clipping, a radius, a chain with a leak, an orthogonal start."""

from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, load_keras, numbers

import numpy as np

# -- 09a: clip the gradient of a whole model ---------------------------------------------------


def _answer_clipped(dW_x, dW_h, db_h, limit):
    load_keras()  # quietly, before TensorFlow
    import tensorflow as tf

    clipped, norm = tf.clip_by_global_norm([dW_x, dW_h, db_h], limit)
    return *(np.array(gradient) for gradient in clipped), float(norm)


def _draw_clipped(rng, features, units, share, dtype="float64"):
    arrays = draw_arrays(
        rng, dtype, dW_x=(features, units), dW_h=(units, units), db_h=units
    )  # standard deviation 0.7
    return arrays | dict(limit=float(share * _global_norm(arrays.values())))


def _example_clipped(label, limit, **gradients):
    nothing = numbers(dW_x=[[0, 0]], dW_h=[[0, 0], [0, 0]], db_h=[0, 0])
    return Case(nothing | numbers(**gradients) | dict(limit=limit), label)


def _global_norm(gradients):
    return np.sqrt(sum(np.sum(gradient**2) for gradient in gradients))


def _clipped(dW_x, dW_h, db_h, limit, norm=_global_norm, factor=None, after=False):
    """Clip; `norm(gradients)` measures, `factor(norm, limit)` says what to multiply by."""
    gradients = [dW_x, dW_h, db_h]
    size = norm(gradients)
    if factor is None:
        scale = min(1.0, limit / size) if size else 1.0
    else:
        scale = factor(size, limit)
    clipped = [gradient * scale for gradient in gradients]
    return *clipped, float(norm(clipped) if after else size)


def _clipped_with(**options):
    return lambda **arguments: _clipped(**arguments, **options)


def _clipped_each(clip):
    """Return a function that clips each array with `clip(gradient, limit)`."""

    def run(dW_x, dW_h, db_h, limit):
        gradients = [dW_x, dW_h, db_h]
        return *(clip(g, limit) for g in gradients), float(_global_norm(gradients))

    return run


def _by_its_own_norm(gradient, limit):
    size = np.linalg.norm(gradient)
    return gradient * min(1.0, limit / size) if size else gradient


def _clipped_without_bias(db_h, **others):
    dW_x, dW_h, _, norm = _clipped(db_h=db_h, **others)
    return dW_x, dW_h, db_h, norm


def _clipped_in_place(dW_x, dW_h, db_h, limit):
    *clipped, norm = _clipped(dW_x, dW_h, db_h, limit)
    for gradient, value in zip((dW_x, dW_h, db_h), clipped, strict=True):
        gradient[...] = value
    return dW_x, dW_h, db_h, norm


CLIPPED = Exercise(
    id="09a",
    title="clip the gradient of a whole model",
    points=2,
    key="tf.clip_by_global_norm",
    results=(
        Result("dW_x", ("features", "units")),
        Result("dW_h", ("units", "units")),
        Result("db_h", ("units",)),
        Result("norm"),
    ),
    answer=_answer_clipped,
    examples=(
        _example_clipped("too long", 2.5, dW_x=[[3, 0]], db_h=[0, 4]),
        _example_clipped("short enough", 10.0, dW_x=[[3, 0]], db_h=[0, 4]),
        _example_clipped("one array alone is too long", 1.0, dW_h=[[0, 3], [4, 0]]),
        _example_clipped("nothing to clip, all zero", 1.0),
    ),
    draw=_draw_clipped,
    sizes=(
        ("", dict(features=3, units=4, share=0.4)),
        ("", dict(features=2, units=6, share=0.1)),
        ("only a little too long", dict(features=2, units=3, share=0.9)),
        ("short enough", dict(features=3, units=3, share=1.7)),
        ("one unit", dict(features=2, units=1, share=0.5)),
        ("float32", dict(features=1, units=5, share=0.3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "each array were clipped by its own norm",
            _clipped_each(_by_its_own_norm),
            "one norm over all entries of all three arrays, and one factor for all",
        ),
        Mistake(
            "each entry were clipped by value",
            _clipped_each(lambda g, limit: np.clip(g, -limit, limit)),
            "multiplying all arrays by one factor, which keeps the direction",
        ),
        Mistake(
            "each array's factor came from its own norm, for short ones too",
            _clipped_each(lambda g, limit: g * limit / max(np.linalg.norm(g), 1e-300)),
            "one norm over all entries of all three arrays, and one factor for all",
        ),
        Mistake(
            "a short gradient were made longer",
            _clipped_with(factor=lambda size, limit: limit / size if size else 1.0),
            "a limit above the norm: the gradient must come back as it was, min(1, ...)",
        ),
        Mistake(
            "only short gradients were changed",
            _clipped_with(factor=lambda size, limit: max(1.0, limit / size) if size else 1.0),
            "min and max: the factor is never above 1",
        ),
        Mistake(
            "the three norms were added up",
            _clipped_with(norm=lambda gs: sum(np.linalg.norm(g) for g in gs)),
            "adding the squares of all entries first, and taking one root at the end",
        ),
        Mistake(
            "the largest of the three norms served for all",
            _clipped_with(norm=lambda gs: max(np.linalg.norm(g) for g in gs)),
            "adding the squares of all entries first, and taking one root at the end",
        ),
        Mistake(
            "the root of the sum of squares were forgotten",
            _clipped_with(norm=lambda gs: _global_norm(gs) ** 2),
            "the entries 3 and 4: the norm is 5 and not 25",
        ),
        Mistake(
            "absolute values were added up in place of squares",
            _clipped_with(norm=lambda gs: sum(np.abs(g).sum() for g in gs)),
            "the entries 3 and 4: the norm is 5 and not 7",
        ),
        Mistake(
            "the mean of the squares were taken in place of their sum",
            _clipped_with(
                norm=lambda gs: np.sqrt(np.mean(np.concatenate([g.ravel() for g in gs]) ** 2))
            ),
            "the entries 3 and 4: the norm is 5, however many zeros stand beside them",
        ),
        Mistake(
            "the largest entry served as the norm",
            _clipped_with(norm=lambda gs: max(np.abs(g).max() for g in gs)),
            "the entries 3 and 4: the norm is 5 and not 4",
        ),
        Mistake(
            "the largest singular value served as the norm of a matrix",
            _clipped_with(
                norm=lambda gs: np.sqrt(
                    sum(np.linalg.norm(g, 2 if g.ndim == 2 else None) ** 2 for g in gs)
                )
            ),
            "np.linalg.norm(g) without the 2: every entry counts, as in one long row",
        ),
        Mistake(
            "the bias were left out of the norm",
            _clipped_with(norm=lambda gs: _global_norm(gs[:2])),
            "a gradient that is zero but for db_h: its norm is that of db_h",
        ),
        Mistake(
            "the bias were not clipped",
            _clipped_without_bias,
            "multiplying all three arrays by the factor",
        ),
        Mistake(
            "the limit were forgotten, and long gradients were given the length 1",
            _clipped_with(factor=lambda size, limit: 1.0 if size <= limit else 1.0 / size),
            "the norm of what you return: for a long gradient it should be the limit",
        ),
        Mistake(
            "the norm after clipping were returned",
            _clipped_with(after=True),
            "keeping the norm that you measured before you changed anything",
        ),
        Mistake(
            "the gradients were overwritten",
            _clipped_in_place,
            "g = g * factor, which makes a new array, where you have g *= factor",
        ),
    ),
)


# -- 09b: a matrix with the radius one wants ---------------------------------------------------


def _radius(W):
    return np.abs(np.linalg.eigvals(W)).max()


def _sigma(W):
    return float(np.linalg.norm(W, 2))


def _rescaled(
    W_h,
    radius,
    measure=_radius,
    factor=lambda radius, size: radius / size,
    sigma=lambda before, after: _sigma(after),
    guard=True,
):
    """Rescale; `measure(W)` says how large it is, `factor(radius, size)` what to multiply by."""
    size = measure(W_h)
    W = W_h * factor(radius, size) if size or not guard else W_h.copy()
    return W, sigma(W_h, W)


def _rescaled_with(**options):
    return lambda **arguments: _rescaled(**arguments, **options)


def _draw_rescaled(rng, units, radius, dtype="float64"):
    return draw_arrays(rng, dtype, W_h=(units, units)) | dict(radius=radius)


def _rescaled_in_place(W_h, radius):
    W, sigma = _rescaled(W_h, radius)
    W_h[...] = W
    return W_h, sigma


def _symmetric_part(W):
    return (W + W.T) / 2


RESCALED = Exercise(
    id="09b",
    title="a matrix with the radius one wants",
    points=2,
    key="the eigenvalues and singular values of NumPy",
    results=(Result("W", ("units", "units")), Result("sigma")),
    answer=_rescaled,
    examples=(
        Case(numbers(W_h=[[0.5, 1], [0, 0.25]], radius=1.0), "eigenvalues 0.5 and 0.25"),
        Case(numbers(W_h=[[0, -2], [2, 0]], radius=0.9), "a rotation, eigenvalues 2i and -2i"),
        Case(numbers(W_h=[[-4, 0], [0, 1]], radius=1.0), "the largest eigenvalue is negative"),
        Case(numbers(W_h=[[0, 3], [0, 0]], radius=1.0), "all eigenvalues zero"),
    ),
    draw=_draw_rescaled,
    sizes=(
        ("", dict(units=4, radius=0.9)),
        ("", dict(units=6, radius=1.5)),
        ("", dict(units=5, radius=0.3)),
        ("many units", dict(units=30, radius=1.2)),
        ("one unit", dict(units=1, radius=0.7)),
        ("float32", dict(units=5, radius=2.0, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the largest singular value were scaled to the radius",
            _rescaled_with(measure=_sigma),
            "np.linalg.eigvals: the radius is the largest absolute eigenvalue",
        ),
        Mistake(
            "the largest real part of an eigenvalue served as the radius",
            _rescaled_with(measure=lambda W: np.linalg.eigvals(W).real.max()),
            "the rotation with the eigenvalues 2i and -2i: its radius is 2 and not 0",
        ),
        Mistake(
            "the real parts' largest absolute value served as the radius",
            _rescaled_with(measure=lambda W: np.abs(np.linalg.eigvals(W).real).max()),
            "the rotation with the eigenvalues 2i and -2i: its radius is 2 and not 0",
        ),
        Mistake(
            "the absolute value of the eigenvalues were forgotten",
            _rescaled_with(measure=lambda W: np.linalg.eigvals(W).max()),
            "np.abs(np.linalg.eigvals(W)).max(): the absolute value first, the largest after it",
        ),
        Mistake(
            "eigvalsh were used, which is for symmetric matrices",
            _rescaled_with(measure=lambda W: np.abs(np.linalg.eigvalsh(W)).max()),
            "np.linalg.eigvals without the h: eigvalsh reads one half of the matrix only",
        ),
        Mistake(
            "the eigenvalues were those of the symmetric part",
            _rescaled_with(measure=lambda W: np.abs(np.linalg.eigvals(_symmetric_part(W))).max()),
            "the eigenvalues of W_h itself, complex as they may be",
        ),
        Mistake(
            "the smallest absolute eigenvalue were used",
            _rescaled_with(measure=lambda W: np.abs(np.linalg.eigvals(W)).min()),
            "the largest: in the long run it outgrows all others",
        ),
        Mistake(
            "the mean of the absolute eigenvalues were used",
            _rescaled_with(measure=lambda W: np.abs(np.linalg.eigvals(W)).mean()),
            "the largest: in the long run it outgrows all others",
        ),
        Mistake(
            "the absolute eigenvalues were added up",
            _rescaled_with(measure=lambda W: np.abs(np.linalg.eigvals(W)).sum()),
            "the largest alone: in the long run it outgrows all others",
        ),
        Mistake(
            "the largest entry served as the radius",
            _rescaled_with(measure=lambda W: np.abs(W).max()),
            "np.linalg.eigvals: the radius is a matter of the whole matrix",
        ),
        Mistake(
            "the root of the sum of squares served as the radius",
            _rescaled_with(measure=np.linalg.norm),
            "np.linalg.eigvals: the radius is the largest absolute eigenvalue",
        ),
        Mistake(
            "the matrix were multiplied by the radius and not divided by its own",
            _rescaled_with(factor=lambda radius, size: radius),
            "the radius of what you return: it should be the one that was asked for",
        ),
        Mistake(
            "the radius asked for were forgotten",
            _rescaled_with(factor=lambda radius, size: 1 / size),
            "the radius of what you return: it should be the one that was asked for",
        ),
        Mistake(
            "the factor were upside down",
            _rescaled_with(factor=lambda radius, size: size / radius),
            "the radius of what you return: a matrix that is too large must become smaller",
        ),
        Mistake(
            "sigma were that of the matrix before",
            _rescaled_with(sigma=lambda before, after: _sigma(before)),
            "taking the singular values of the matrix that you return",
        ),
        Mistake(
            "sigma were squared",
            _rescaled_with(sigma=lambda before, after: _sigma(after) ** 2),
            "np.linalg.norm(W, 2), or the root of the largest eigenvalue of W @ W.T",
        ),
        Mistake(
            "sigma were the root of the sum of squares",
            _rescaled_with(sigma=lambda before, after: float(np.linalg.norm(after))),
            "np.linalg.norm(W, 2) with the 2: without it all entries count as one long row",
        ),
        Mistake(
            "a matrix whose eigenvalues are all zero were divided by zero",
            _rescaled_with(guard=False),
            "looking at the radius before you divide: if it is 0, the matrix stays as it is",
        ),
        Mistake(
            "W_h were overwritten",
            _rescaled_in_place,
            "W = W_h * factor, which makes a new array, where you have W_h *= factor",
        ),
    ),
)


# -- 09c: a chain with a leak ------------------------------------------------------------------


def _answer_chain(x, W_x, W_h, b_h, leak, start, stop):
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


def _draw_chain(rng, batch, time, features, units, leak, start, stop, dtype="float64"):
    shapes = dict(x=(batch, time, features), W_x=(features, units), W_h=(units, units), b_h=units)
    return draw_arrays(rng, dtype, **shapes) | dict(leak=leak, start=start, stop=stop)


def _example_chain(label, leak, start, stop, **terms):
    nothing = numbers(x=[[[0], [0], [0]]], W_x=[[0]], W_h=[[0]], b_h=[0])
    return Case(nothing | numbers(**terms) | dict(leak=leak, start=start, stop=stop), label)


def _times_slope(W_h, slope):
    return W_h * slope[:, None, :]


def _chain(
    x,
    W_x,
    W_h,
    b_h,
    leak,
    start,
    stop,
    walk=lambda h, c, leak: (1 - leak) * h + leak * c,
    slope=lambda c, before, h: 1 - c**2,
    link=_times_slope,
    join=lambda product, jacobian: product @ jacobian,
    direct=lambda leak: 1 - leak,
    share=lambda leak: leak,
    span=lambda start, stop, time: (start, stop),
):
    """Multiply the Jacobians of a run; the switches make wrong answers.

    `walk(h, c, leak)` is the next state; `slope(c, before, h)` the slope of tanh, where c is
    tanh at this step, before at the step before; `link(W_h, slope)` the Jacobian of tanh;
    `direct` and `share` weigh its two terms; `span` chooses the steps.
    """
    units, h = len(b_h), np.zeros((len(x), len(b_h)), x.dtype)
    identity = np.eye(units, dtype=x.dtype)
    product = np.broadcast_to(identity, (len(x), units, units)).copy()
    first, last = span(start, stop, x.shape[1])
    before = h
    for t in range(x.shape[1]):
        c = np.tanh(x[:, t] @ W_x + h @ W_h + b_h)
        h = walk(h, c, leak)
        if first <= t < last:
            tanh_part = link(W_h, slope(c, before, h))
            product = join(product, direct(leak) * identity + share(leak) * tanh_part)
        before = c
    return product


def _chain_with(**options):
    return lambda **arguments: _chain(**arguments, **options)


def _chain_in_two_parts(leak, start, stop, **others):
    steps = stop - start
    loud = _chain(leak=leak, start=start, stop=stop, direct=lambda leak: 0, **others)
    return loud + (1 - leak) ** steps * np.eye(loud.shape[1]) if steps else loud


def _chain_added(x, b_h, start, stop, **others):
    parts = [_chain(x, b_h=b_h, start=t, stop=t + 1, **others) for t in range(start, stop)]
    return sum(parts, np.zeros((len(x), len(b_h), len(b_h)), x.dtype))


CHAIN = Exercise(
    id="09c",
    title="a chain with a leak",
    points=3,
    key="tf.GradientTape",
    results=(Result("J", ("batch", "units", "units")),),
    answer=_answer_chain,
    examples=(
        _example_chain("one step, silent", 0.5, 0, 1, W_h=[[2]]),
        _example_chain("two steps, silent", 0.25, 0, 2, W_h=[[3]]),
        _example_chain("only the bias, no leak", 1.0, 1, 3, W_h=[[2]], b_h=[0.5]),
        _example_chain("start equals stop", 0.5, 2, 2, W_h=[[2]]),
    ),
    draw=_draw_chain,
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
    mistakes=(
        Mistake(
            "the result were transposed",
            lambda **arguments: _chain(**arguments).swapaxes(1, 2),
            "rows belong to h_start and columns to h_stop: d h_stop = d h_start @ J",
        ),
        Mistake(
            "the Jacobians were multiplied in the reverse order",
            _chain_with(join=lambda product, jacobian: jacobian @ product),
            "a row vector on its way forwards: it meets the Jacobian of the earlier step first",
        ),
        Mistake(
            "the Jacobians were multiplied entry by entry",
            _chain_with(join=lambda product, jacobian: product * jacobian),
            "the operator @ in place of *",
        ),
        Mistake(
            "the Jacobians were added up",
            _chain_added,
            "one path from h_start to h_stop: what a step hands on, the next one multiplies",
        ),
        Mistake(
            "the slope of tanh were left out",
            _chain_with(slope=lambda c, before, h: np.ones_like(c)),
            "a large bias: tanh is flat there, and next to nothing should come through W_h",
        ),
        Mistake(
            "the slope were 1 - tanh and not 1 - tanh squared",
            _chain_with(slope=lambda c, before, h: 1 - c),
            "the derivative of tanh: 1 - tanh(z)**2",
        ),
        Mistake(
            "the slope were computed from the state and not from tanh",
            _chain_with(slope=lambda c, before, h: 1 - h**2),
            "keeping c = tanh(...) of each step: with a leak the state is a mixture",
        ),
        Mistake(
            "the slope came from the step before",
            _chain_with(slope=lambda c, before, h: 1 - before**2),
            "printing t inside your loop: W_h of step t goes with the slope of step t",
        ),
        Mistake(
            "the slopes multiplied the rows and not the columns",
            _chain_with(link=lambda W_h, slope: W_h * slope[:, :, None]),
            "column j of W_h leads into unit j of the new state: it gets the slope of that unit",
        ),
        Mistake(
            "W_h were transposed in the Jacobian",
            _chain_with(link=lambda W_h, slope: W_h.T * slope[:, None, :]),
            "d h_t = d h_prev @ W_h * slope: rows of W_h belong to h_prev",
        ),
        Mistake(
            "the direct path, 1 - leak, were left out",
            _chain_with(direct=lambda leak: 0),
            "setting W_h to zero: the old state still comes through, times 1 - leak",
        ),
        Mistake(
            "the direct path were not weighed by 1 - leak",
            _chain_with(direct=lambda leak: 1.0),
            "setting W_h to zero: one step is (1 - leak) times the identity",
        ),
        Mistake(
            "the part through tanh were not weighed by the leak",
            _chain_with(share=lambda leak: 1.0),
            "differentiating leak * tanh(...): the leak stays in front",
        ),
        Mistake(
            "leak and 1 - leak were swapped",
            _chain_with(direct=lambda leak: leak, share=lambda leak: 1 - leak),
            "leak = 1: nothing is left of the old state but what goes through W_h",
        ),
        Mistake(
            "the direct path and the path through tanh were multiplied separately",
            _chain_in_two_parts,
            "adding the two terms at every step, before the product: each step offers both ways",
        ),
        Mistake(
            "the states ran without the leak",
            _chain_with(walk=lambda h, c, leak: c),
            "the forward run: the next state is (1 - leak) * h + leak * tanh(...)",
        ),
        Mistake(
            "the chain began with h_0 whatever start is",
            _chain_with(span=lambda start, stop, time: (0, stop)),
            "counting your factors: there are stop - start of them",
        ),
        Mistake(
            "the chain ran to the last step whatever stop is",
            _chain_with(span=lambda start, stop, time: (start, time)),
            "counting your factors: there are stop - start of them",
        ),
        Mistake(
            "there were one Jacobian too many at the end",
            _chain_with(span=lambda start, stop, time: (start, stop + 1)),
            "start equal to stop: no factor at all, which is the identity",
        ),
        Mistake(
            "there were one Jacobian too few",
            _chain_with(span=lambda start, stop, time: (start + 1, stop)),
            "start 0 and stop 1: one factor, that of x[:, 0]",
        ),
        Mistake(
            "all steps were one too early",
            _chain_with(span=lambda start, stop, time: (start - 1, stop - 1)),
            "h_1 is the state after x[:, 0]: from h_start on, x[:, start] is read next",
        ),
    ),
)


# -- 09d: an orthogonal start ------------------------------------------------------------------


def _start(A, gain, orthogonalise=None, fix=lambda Q, R: Q * np.sign(np.diag(R))):
    """Make an orthogonal start; `orthogonalise(tall)` gives Q and R, `fix(Q, R)` the signs."""
    tall = A if A.shape[0] >= A.shape[1] else A.T
    Q, R = (orthogonalise or np.linalg.qr)(tall)
    Q = gain * fix(Q, R)
    return Q if A.shape[0] >= A.shape[1] else Q.T


def _start_with(**options):
    return lambda **arguments: _start(**arguments, **options)


def _draw_start(rng, rows, columns, gain, dtype="float64"):
    return draw_arrays(rng, dtype, A=(rows, columns)) | dict(gain=gain)


def _polar(A):
    U, _, V = np.linalg.svd(A, full_matrices=False)
    return U @ V, np.eye(A.shape[1])


def _from_the_right(A):
    """Gram and Schmidt, beginning with the last column."""
    Q, R = np.linalg.qr(A[:, ::-1])
    return (Q * np.sign(np.diag(R)))[:, ::-1], np.eye(A.shape[1])


def _start_in_place(A, gain):
    A[...] = _start(A, gain)
    return A


def _start_of_the_triangle(A, gain):
    R = np.linalg.qr(A if A.shape[0] >= A.shape[1] else A.T)[1]
    return gain * R * np.sign(np.diag(R))[:, None]


START = Exercise(
    id="09d",
    title="an orthogonal start",
    points=2,
    key="the QR decomposition of NumPy, with the diagonal of R made positive",
    results=(Result("W", ("rows", "columns")),),
    answer=_start,
    examples=(
        Case(numbers(A=[[3, 1], [4, 2]], gain=1.0), "by hand"),
        Case(numbers(A=[[-2, 0], [0, 5]], gain=1.0), "columns that are orthogonal already"),
        Case(numbers(A=[[3], [4]], gain=2.0), "one column"),
        Case(numbers(A=[[3, 4]], gain=1.0), "one row, wider than tall"),
    ),
    draw=_draw_start,
    sizes=(
        ("square", dict(rows=4, columns=4, gain=1.0)),
        ("square, with a gain", dict(rows=5, columns=5, gain=1.4)),
        ("taller than wide", dict(rows=6, columns=3, gain=0.8)),
        ("wider than tall", dict(rows=3, columns=5, gain=1.2)),
        ("float32", dict(rows=4, columns=4, gain=0.5, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the signs were left as np.linalg.qr gives them",
            _start_with(fix=lambda Q, R: Q),
            "multiplying each column of Q by the sign of its entry on the diagonal of R",
        ),
        Mistake(
            "the signs multiplied the rows of Q and not its columns",
            _start_with(fix=lambda Q, R: Q * np.resize(np.sign(np.diag(R)), len(Q))[:, None]),
            "Q @ R = A: sign i belongs to row i of R, and so to column i of Q",
        ),
        Mistake(
            "the signs were those of the diagonal of Q",
            _start_with(fix=lambda Q, R: Q * np.sign(np.diag(Q))),
            "np.diag(R): it is R that is to have a positive diagonal",
        ),
        Mistake(
            "the diagonal of R itself were multiplied, and not its signs",
            _start_with(fix=lambda Q, R: Q * np.diag(R)),
            "np.sign(np.diag(R)): every column of Q has the length 1 already",
        ),
        Mistake(
            "all entries had become positive",
            _start_with(fix=lambda Q, R: np.abs(Q)),
            "W.T @ W: the columns must still be orthogonal to each other",
        ),
        Mistake(
            "the signs were turned the wrong way round",
            _start_with(fix=lambda Q, R: -Q * np.sign(np.diag(R))),
            "A with one positive column: W should point the same way",
        ),
        Mistake(
            "the gain were forgotten",
            altered(_start, gain=lambda gain: 1.0),
            "the singular values of what you return: all equal to the gain",
        ),
        Mistake(
            "the result were divided by the gain",
            altered(_start, gain=lambda gain: 1 / gain),
            "the singular values of what you return: all equal to the gain",
        ),
        Mistake(
            "the columns were given the length 1 but not made orthogonal",
            lambda A, gain: gain * A / np.linalg.norm(A, axis=0),
            "W.T @ W: off the diagonal it should be zero",
        ),
        Mistake(
            "A were divided by its largest singular value",
            lambda A, gain: gain * A / np.linalg.norm(A, 2),
            "all singular values of what you return: they should be equal",
        ),
        Mistake(
            "the nearest orthogonal matrix were taken, from the singular value decomposition",
            _start_with(orthogonalise=_polar),
            "np.linalg.qr: the first column of W points along the first column of A",
        ),
        Mistake(
            "the columns were made orthogonal from the last one on",
            _start_with(orthogonalise=_from_the_right),
            "the first column of W: it points along the first column of A",
        ),
        Mistake(
            "a matrix wider than tall were decomposed as it is",
            lambda A, gain: gain * (lambda Q, R: Q * np.sign(np.diag(R)))(*np.linalg.qr(A)),
            "transposing a wide A before np.linalg.qr, and the result after it",
        ),
        Mistake(
            "Q were returned as np.linalg.qr(A) gives it",
            lambda A, gain: gain * np.linalg.qr(A)[0],
            "two things: the signs of the columns, and a matrix that is wider than tall",
        ),
        Mistake(
            "the result were transposed",
            lambda **arguments: _start(**arguments).T,
            "the shape of W for a matrix that is not square: that of A",
        ),
        Mistake(
            "R were returned and not Q",
            _start_of_the_triangle,
            "Q, R = np.linalg.qr(A): the first of the two is orthogonal",
        ),
        Mistake(
            "A were overwritten",
            _start_in_place,
            "making a new array for the result",
        ),
    ),
)

EXERCISES = (CLIPPED, RESCALED, CHAIN, START)
QUESTION = Question("09e", "a loss that does not move", points=2)
