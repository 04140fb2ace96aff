"""Exercises of lesson 02: untied weights, a mask, chunks, the whole run as one matrix."""

from course_utils.cells import rnn_step, run_rnn
from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, load_keras, make_layer, numbers

import numpy as np

# -- 02a: weights for each day of the week -----------------------------------------------------


def _answer_weekly(x, h_0, W_x, W_h, b_h):
    sets = [
        make_layer("SimpleRNNCell", len(b), [W, R, b])
        for W, R, b in zip(W_x, W_h, b_h, strict=True)
    ]
    h, states = h_0, []
    for t in range(x.shape[1]):
        h, _ = sets[t % len(sets)](x[:, t], [h])
        states.append(np.array(h))
    return np.stack(states, axis=1)


def _draw_weekly(rng, batch, time, features, units, sets, dtype="float64"):
    shapes = dict(x=(batch, time, features), h_0=(batch, units), W_x=(sets, features, units))
    return draw_arrays(rng, dtype, **shapes, W_h=(sets, units, units), b_h=(sets, units))


def _example_weekly(label, **terms):
    nothing = numbers(
        x=[[[0], [0], [0]]], h_0=[[0]], W_x=[[[0]], [[0]]], W_h=[[[0]], [[0]]], b_h=[[0], [0]]
    )
    return Case(nothing | numbers(**terms), label)


def _weekly(x, h_0, W_x, W_h, b_h, activation=np.tanh, choose=lambda t, sets, time: t % sets):
    """Run with the set of weights that `choose` names for each step."""
    h, states, time = h_0, [], x.shape[1]
    for t in range(time):
        i = choose(t, len(b_h), time)
        h = rnn_step(x[:, t], h, W_x[i], W_h[i], b_h[i], activation)
        states.append(h)
    return np.stack(states, axis=1)


def _weekly_with(**options):
    return lambda **arguments: _weekly(**arguments, **options)


def _weekly_without_carrying(x, h_0, W_x, W_h, b_h):
    sets = [t % len(b_h) for t in range(x.shape[1])]
    steps = [rnn_step(x[:, t], h_0, W_x[i], W_h[i], b_h[i]) for t, i in enumerate(sets)]
    return np.stack(steps, axis=1)


def _weekly_through_the_batch(x, h_0, W_x, W_h, b_h):
    states, state = [], h_0[:1]
    for example in x:
        states.append(_weekly(example[None], state, W_x, W_h, b_h)[0])
        state = states[-1][-1:]
    return np.stack(states)


def _weekly_before_the_step(x, h_0, W_x, W_h, b_h):
    states = _weekly(x, h_0, W_x, W_h, b_h)
    return np.concatenate([h_0[:, None], states[:, :-1]], axis=1)


def _weekly_overwriting(x, h_0, W_x, W_h, b_h):
    states = _weekly(x, h_0, W_x, W_h, b_h)
    h_0[:] = states[:, -1]
    return states


def _all_alike(weights):
    return np.broadcast_to(weights[0], weights.shape)


WEEKLY = Exercise(
    id="02a",
    title="weights for each day of the week",
    points=2,
    key="one keras.layers.SimpleRNNCell per set",
    results=(Result("states", ("batch", "time", "units")),),
    answer=_answer_weekly,
    examples=(
        _example_weekly("only the input term", x=[[[0.5], [0.5], [0.5]]], W_x=[[[2]], [[1]]]),
        _example_weekly("only the recurrent term", h_0=[[0.5]], W_h=[[[2]], [[1]]]),
        _example_weekly("only the bias", b_h=[[1], [2]]),
    ),
    draw=_draw_weekly,
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4, sets=2)),
        ("", dict(batch=2, time=8, features=3, units=6, sets=3)),
        ("one set, the tied network", dict(batch=3, time=5, features=2, units=4, sets=1)),
        ("a set for every step", dict(batch=3, time=4, features=2, units=5, sets=4)),
        ("more sets than steps", dict(batch=2, time=3, features=4, units=5, sets=7)),
        ("a batch of one", dict(batch=1, time=7, features=2, units=3, sets=3)),
        ("a sequence of one", dict(batch=3, time=1, features=4, units=2, sets=2)),
        ("float32", dict(batch=4, time=6, features=1, units=3, sets=4, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "every step used the first set",
            _weekly_with(choose=lambda t, sets, time: 0),
            "indexing the weights with the day: W_x[day], W_h[day], b_h[day]",
        ),
        Mistake(
            "every step used the last set",
            _weekly_with(choose=lambda t, sets, time: sets - 1),
            "printing t and the number of the set inside your loop: 0 0, 1 1, ...",
        ),
        Mistake(
            "the last set stayed in use after all had had their turn",
            _weekly_with(choose=lambda t, sets, time: min(t, sets - 1)),
            "t % len(W_x): after the last set the first one comes round again",
        ),
        Mistake(
            "each set served a stretch of the sequence, one stretch after the other",
            _weekly_with(choose=lambda t, sets, time: t * sets // time),
            "t % len(W_x), the rest of the division: the sets take turns at every step",
        ),
        Mistake(
            "the counting had begun with the second set",
            _weekly_with(choose=lambda t, sets, time: (t + 1) % sets),
            "a sequence of one step: it uses set 0",
        ),
        Mistake(
            "the sets took turns in reverse order",
            _weekly_with(choose=lambda t, sets, time: sets - 1 - t % sets),
            "printing t and the number of the set inside your loop: 0 0, 1 1, ...",
        ),
        Mistake(
            "one average of all sets served every step",
            lambda x, h_0, **weights: run_rnn(
                x, h_0, **{name: w.mean(axis=0) for name, w in weights.items()}
            ),
            "indexing the weights with the day: W_x[day], W_h[day], b_h[day]",
        ),
        Mistake(
            "W_h of the set before were used",
            altered(_weekly, W_h=lambda W: np.roll(W, 1, axis=0)),
            "taking all three, W_x, W_h and b_h, from the same set",
        ),
        Mistake(
            "W_h of the first set were used throughout",
            altered(_weekly, W_h=_all_alike),
            "indexing W_h with the day, like W_x",
        ),
        Mistake(
            "the bias of the first set were used throughout",
            altered(_weekly, b_h=_all_alike),
            "indexing b_h with the day, like W_x",
        ),
        Mistake(
            "W_h were transposed",
            altered(_weekly, W_h=lambda W: W.swapaxes(1, 2)),
            "writing the shapes under the product: rows are examples, so h stands left of W_h[day]",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_weekly, b_h=np.zeros_like),
            "setting x and h_0 to zero: the first state should be tanh(b_h[0])",
        ),
        Mistake(
            "tanh were left out",
            _weekly_with(activation=lambda z: z),
            "looking for a state above 1 or below -1: after tanh there is none",
        ),
        Mistake(
            "the state were not carried from step to step",
            _weekly_without_carrying,
            "following one name through your loop: the h a step makes is the next step's h_prev",
        ),
        Mistake(
            "the run began with zeros and not with h_0",
            altered(_weekly, h_0=np.zeros_like),
            "looking where h_0 is used in your function",
        ),
        Mistake(
            "the state were carried from one sequence of the batch to the next",
            _weekly_through_the_batch,
            "reading all sequences at once, x[:, t], or starting each from its own row of h_0",
        ),
        Mistake(
            "each state were stored before its step and not after it",
            _weekly_before_the_step,
            "a sequence of one step: its only state should depend on x",
        ),
        Mistake(
            "only the last state were returned",
            lambda **arguments: _weekly(**arguments)[:, -1],
            "collecting every state inside the loop; yours keeps the one of the last turn",
        ),
        Mistake(
            "the axes batch and time were swapped",
            lambda **arguments: _weekly(**arguments).swapaxes(0, 1),
            "np.stack(list_of_states, axis=1): np.array(list_of_states) puts time first",
        ),
        Mistake(
            "the states were returned as a Python list",
            lambda **arguments: list(_weekly(**arguments).swapaxes(0, 1)),
            "np.stack(list_of_states, axis=1): it makes one array, with time as the second axis",
        ),
        Mistake(
            "h_0 were overwritten by the run",
            _weekly_overwriting,
            "h = h_0.copy() before the loop, or h = ... inside it where you have h[:] = ...",
        ),
    ),
)


# -- 02b: a run with a mask, and its mean ------------------------------------------------------


def _answer_masked(x, mask, W_x, W_h, b_h):
    layer = make_layer("SimpleRNN", len(b_h), [W_x, W_h, b_h], return_sequences=True)
    states = layer(x, mask=mask)
    mean = load_keras().layers.GlobalAveragePooling1D(name="answer_key", dtype=x.dtype.name)
    return np.array(states), np.array(mean(states, mask=mask))


def _draw_masked(rng, batch, time, features, units, dtype="float64"):
    shapes = dict(x=(batch, time, features), W_x=(features, units), W_h=(units, units), b_h=units)
    arrays = draw_arrays(rng, dtype, **shapes)
    # The first sequence is cut at the end, the second at the beginning, others have holes.
    mask = rng.random((batch, time)) < 0.6
    steps = np.arange(time)
    mask[0] = steps < (time + 1) // 2
    if batch > 1:
        mask[1] = steps >= time // 2
    mask[np.arange(batch), rng.integers(0, time, batch)] = True  # something to take a mean of
    return dict(x=arrays.pop("x"), mask=mask, **arrays)


def _example_masked(label, mask, **terms):
    nothing = numbers(x=[[[0], [0], [0]]], W_x=[[0]], W_h=[[0]], b_h=[0])
    x = nothing.pop("x")
    return Case(dict(x=x, mask=np.array([mask])) | nothing | numbers(**terms), label)


def _mean_of_real(states, mask):
    return (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None]


def _masked(
    x, mask, W_x, W_h, b_h, activation=np.tanh, carry=True, keep=True, show=True, mean=_mean_of_real
):
    """Run with a mask; the switches make wrong answers.

    `carry`: use the state of the step before; `keep`: a masked step keeps the state, else it
    becomes zero; `show`: a masked step shows the state, else zeros; `mean(states, mask)`.
    """
    h = np.zeros((x.shape[0], W_h.shape[0]), x.dtype)
    states = []
    for t in range(x.shape[1]):
        real = mask[:, t, None]
        h_new = rnn_step(x[:, t], h if carry else 0 * h, W_x, W_h, b_h, activation)
        h = np.where(real, h_new, h if keep else 0)
        states.append(np.where(real, h, h if show else 0))
    states = np.stack(states, axis=1)
    return states, mean(states, mask)


def _masked_with(**options):
    return lambda **arguments: _masked(**arguments, **options)


def _masked_by(change):
    """Return a run that changes the mask for the states, and takes the mean over the real one."""

    def run(x, mask, W_x, W_h, b_h):
        states, _ = _masked(x, np.broadcast_to(change(mask), mask.shape), W_x, W_h, b_h)
        return states, _mean_of_real(states, mask)

    return run


def _masked_by_zeroing_x(x, mask, W_x, W_h, b_h):
    states, _ = _masked(x * mask[..., None], np.ones_like(mask), W_x, W_h, b_h)
    return states, _mean_of_real(states, mask)


def _masked_moving_up(x, mask, W_x, W_h, b_h):
    order = np.argsort(~mask, axis=1, kind="stable")
    x = np.take_along_axis(x, order[..., None], axis=1)
    return _masked(x, np.take_along_axis(mask, order, axis=1), W_x, W_h, b_h)


def _masked_going_on_behind(x, mask, W_x, W_h, b_h):
    run = run_rnn(x, np.zeros((len(x), len(b_h)), x.dtype), W_x, W_h, b_h)
    states = np.zeros_like(run)
    for t in range(x.shape[1]):
        states[:, t] = np.where(mask[:, t, None], run[:, t], states[:, t - 1] if t else 0)
    return states, _mean_of_real(states, mask)


def _masked_returning(change):
    """Return a run that changes its states after the mean has been taken."""

    def run(**arguments):
        states, mean = _masked(**arguments)
        return change(states), mean

    return run


MASKED = Exercise(
    id="02b",
    title="a run with a mask, and its mean",
    points=2,
    key="keras.layers.SimpleRNN and GlobalAveragePooling1D",
    results=(Result("states", ("batch", "time", "units")), Result("mean", ("batch", "units"))),
    answer=_answer_masked,
    examples=(
        _example_masked("nothing masked", [True] * 3, x=[[[0.5], [0], [1]]], W_x=[[2]], W_h=[[1]]),
        _example_masked(
            "the last step masked", [True, True, False], x=[[[0.5], [0], [1]]], W_x=[[2]], W_h=[[1]]
        ),
        _example_masked(
            "the first step masked",
            [False, True, True],
            x=[[[1], [0.5], [0]]],
            W_x=[[2]],
            W_h=[[1]],
        ),
        _example_masked("only the bias, the last step masked", [True, True, False], b_h=[1]),
    ),
    draw=_draw_masked,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4)),
        ("", dict(batch=4, time=5, features=3, units=2)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3)),
        ("a sequence of one", dict(batch=4, time=1, features=2, units=3)),
        ("float32", dict(batch=5, time=4, features=1, units=3, dtype="float32")),
        ("float32", dict(batch=3, time=7, features=4, units=2, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the mask were not used",
            _masked_by(np.ones_like),
            "printing h before and after a masked step: it should not move",
        ),
        Mistake(
            "the mask were read the wrong way round",
            _masked_by(np.logical_not),
            "reading the mask aloud: True is a real step, False is padding",
        ),
        Mistake(
            "the inputs of masked steps were zeroed and the steps taken all the same",
            _masked_by_zeroing_x,
            "a step with x_t = 0: W_h and b_h still move the state, and padding should not",
        ),
        Mistake(
            "a masked step reset the state to zero",
            _masked_with(keep=False),
            "keeping the old state where the mask is False: np.where(real, h_new, h)",
        ),
        Mistake(
            "masked steps showed zeros in place of the state they keep",
            _masked_with(show=False),
            "storing h itself after each step: at a masked step it is the h from before",
        ),
        Mistake(
            "a masked step repeated the state, while the run went on without it",
            _masked_going_on_behind,
            "carrying on with the state that you stored: the next real step starts from it",
        ),
        Mistake(
            "a step were taken only where no sequence of the batch is masked",
            _masked_by(lambda m: m.all(axis=0)),
            "giving each sequence its own decision: mask[:, t] has one truth value per sequence",
        ),
        Mistake(
            "a step were taken wherever one sequence of the batch is real",
            _masked_by(lambda m: m.any(axis=0)),
            "giving each sequence its own decision: mask[:, t] has one truth value per sequence",
        ),
        Mistake(
            "the first sequence's mask were used for all",
            _masked_by(lambda m: m[0]),
            "mask[:, t] where you have mask[0, t] or mask[t]",
        ),
        Mistake(
            "the mask were read one step late",
            _masked_by(lambda m: np.roll(m, 1, axis=1)),
            "using the same t for x[:, t] and mask[:, t]",
        ),
        Mistake(
            "the real steps had moved up to the front",
            _masked_moving_up,
            "leaving every step in its place: the state at time t belongs to x[:, t]",
        ),
        Mistake(
            "the mean were taken over all steps, padding included",
            _masked_with(mean=lambda states, mask: states.mean(axis=1)),
            "a sequence with one real step: its mean is the state after that step",
        ),
        Mistake(
            "the sum over the real steps were divided by the number of all steps",
            _masked_with(mean=lambda s, mask: (s * mask[..., None]).mean(axis=1)),
            "dividing by mask.sum(axis=1, keepdims=True), a number for each sequence",
        ),
        Mistake(
            "the sum over the real steps were not divided",
            _masked_with(mean=lambda s, mask: (s * mask[..., None]).sum(axis=1)),
            "dividing by mask.sum(axis=1, keepdims=True), a number for each sequence",
        ),
        Mistake(
            "the mean were divided by the real steps of the whole batch",
            _masked_with(mean=lambda s, mask: (s * mask[..., None]).sum(axis=1) / mask.sum()),
            "dividing by mask.sum(axis=1, keepdims=True), a number for each sequence",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _masked(**arguments)[::-1],
            "ending with: return states, mean",
        ),
        Mistake(
            "the state were not carried from step to step",
            _masked_with(carry=False),
            "following one name through your loop: the h a step makes is the next step's h_prev",
        ),
        Mistake(
            "W_h were transposed",
            altered(_masked, W_h=np.transpose),
            "writing the shapes under the product: rows are examples, so h stands left of W_h",
        ),
        Mistake(
            "tanh were left out",
            _masked_with(activation=lambda z: z),
            "looking for a state above 1 or below -1: after tanh there is none",
        ),
        Mistake(
            "only the last state were returned",
            _masked_returning(lambda states: states[:, -1]),
            "collecting every state inside the loop; yours keeps the one of the last turn",
        ),
        Mistake(
            "the axes batch and time were swapped",
            _masked_returning(lambda states: states.swapaxes(0, 1)),
            "np.stack(list_of_states, axis=1): np.array(list_of_states) puts time first",
        ),
        Mistake(
            "the states were returned as a Python list",
            _masked_returning(lambda states: list(states.swapaxes(0, 1))),
            "np.stack(list_of_states, axis=1): it makes one array, with time as the second axis",
        ),
    ),
)


# -- 02c: a long sequence in chunks ------------------------------------------------------------


def _ends(time, length):
    """Return the index of the last step of each chunk."""
    return [min(start + length, time) - 1 for start in range(0, time, length)]


def _answer_chunks(x, h_0, W_x, W_h, b_h, length):
    layer = make_layer("SimpleRNN", len(b_h), [W_x, W_h, b_h], return_sequences=True)
    states = np.array(layer(x, initial_state=[h_0]))
    return states, states[:, _ends(x.shape[1], length)].swapaxes(0, 1)


def _draw_chunks(rng, batch, time, features, units, length, dtype="float64"):
    shapes = dict(x=(batch, time, features), h_0=(batch, units), W_x=(features, units))
    arrays = draw_arrays(rng, dtype, **shapes, W_h=(units, units), b_h=units)
    return arrays | dict(length=length)


def _example_chunks(label, length, **terms):
    nothing = numbers(x=[[[0], [0], [0]]], h_0=[[0]], W_x=[[0]], W_h=[[0]], b_h=[0], length=length)
    return Case(nothing | numbers(**terms), label)


def _chunks(x, h_0, W_x, W_h, b_h, length, start=lambda h, h_0: h, overlap=0):
    """Run in chunks; `start(h, h_0)` gives the state a chunk after the first begins with."""
    states, carried, h = [], [], h_0
    for begin in range(0, x.shape[1], length):
        chunk = x[:, max(0, begin - overlap) : begin + length]
        states.append(run_rnn(chunk, h, W_x, W_h, b_h)[:, min(begin, overlap) :])
        carried.append(states[-1][:, -1])
        h = start(carried[-1], h_0)
    return np.concatenate(states, axis=1), np.stack(carried)


def _chunks_with(**options):
    return lambda **arguments: _chunks(**arguments, **options)


def _chunks_complete_only(x, length, **others):
    # Raises, as the students' loop does, if there is no complete chunk at all.
    return _chunks(x=x[:, : x.shape[1] // length * length], length=length, **others)


def _chunks_padded(x, h_0, W_x, W_h, b_h, length):
    time = x.shape[1]
    padding = np.zeros((x.shape[0], -time % length, x.shape[2]), x.dtype)
    x = np.concatenate([x, padding], axis=1)
    states, carried = _chunks(x, h_0, W_x, W_h, b_h, length)
    return states[:, :time], carried


def _chunks_carrying(choose):
    """Return a run whose second result is made by `choose(states, h_0, begin, end)`."""

    def run(x, h_0, length, **weights):
        states, _ = _chunks(x=x, h_0=h_0, length=length, **weights)
        time = x.shape[1]
        spans = [(begin, min(begin + length, time)) for begin in range(0, time, length)]
        return states, np.stack([choose(states, h_0, *span) for span in spans])

    return run


def _chunks_without_the_last(**arguments):
    states, carried = _chunks(**arguments)
    return states, carried[:-1]


def _chunks_overwriting(h_0, **others):
    states, carried = _chunks(h_0=h_0, **others)
    h_0[:] = carried[-1]
    return states, carried


CHUNKS = Exercise(
    id="02c",
    title="a long sequence in chunks",
    points=2,
    key="one run of keras.layers.SimpleRNN",
    results=(
        Result("states", ("batch", "time", "units")),
        Result("carried", ("chunks", "batch", "units")),
    ),
    answer=_answer_chunks,
    examples=(
        _example_chunks("only the first input", 2, x=[[[0.5], [0], [0]]], W_x=[[2]], W_h=[[1]]),
        _example_chunks("only h_0", 2, h_0=[[0.5]], W_h=[[1]]),
        _example_chunks("only the bias", 2, b_h=[1]),
        _example_chunks("chunks of one step", 1, x=[[[0.5], [0], [0]]], W_x=[[2]], W_h=[[1]]),
        _example_chunks(
            "one chunk longer than all", 9, x=[[[0.5], [0], [0]]], W_x=[[2]], W_h=[[1]]
        ),
    ),
    draw=_draw_chunks,
    sizes=(
        ("", dict(batch=3, time=7, features=2, units=4, length=3)),
        ("", dict(batch=2, time=8, features=3, units=5, length=3)),
        ("chunks that divide evenly", dict(batch=3, time=6, features=2, units=4, length=3)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3, length=2)),
        ("a sequence of one", dict(batch=3, time=1, features=4, units=2, length=2)),
        ("float32", dict(batch=2, time=9, features=1, units=5, length=4, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "every chunk began with zeros",
            _chunks_with(start=lambda h, h_0: np.zeros_like(h)),
            "handing the last state of a chunk to the next one as its h_0",
        ),
        Mistake(
            "every chunk began with h_0",
            _chunks_with(start=lambda h, h_0: h_0),
            "handing the last state of a chunk to the next one as its h_0",
        ),
        Mistake(
            "the first chunk began with zeros and not with h_0",
            altered(_chunks, h_0=np.zeros_like),
            "looking where h_0 is used in your function",
        ),
        Mistake(
            "the last, shorter chunk were dropped",
            _chunks_complete_only,
            "list(range(0, 7, 3)): a chunk begins at each of these, also at 6",
        ),
        Mistake(
            "the last chunk had been filled up with zeros",
            _chunks_padded,
            "leaving the last chunk short: even an input of zeros moves the state",
        ),
        Mistake(
            "a chunk read the last step of the one before again",
            _chunks_with(overlap=1),
            "printing begin and end of each chunk: where one ends the next begins",
        ),
        Mistake(
            "carried held the state that each chunk began with",
            _chunks_carrying(lambda s, h_0, begin, end: s[:, begin - 1] if begin else h_0),
            "storing the state after the chunk, not before it",
        ),
        Mistake(
            "carried held the first state of each chunk",
            _chunks_carrying(lambda s, h_0, begin, end: s[:, begin]),
            "taking the last step of a chunk's states: [:, -1]",
        ),
        Mistake(
            "carried held the average state of each chunk",
            _chunks_carrying(lambda s, h_0, begin, end: s[:, begin:end].mean(axis=1)),
            "taking the last step of a chunk's states: [:, -1]",
        ),
        Mistake(
            "carried held the final state again and again",
            _chunks_carrying(lambda s, h_0, begin, end: s[:, -1]),
            "storing a chunk's last state inside the loop; an array reused there changes later",
        ),
        Mistake(
            "the last chunk's state were missing from carried",
            _chunks_without_the_last,
            "storing the state after every chunk, the last one too",
        ),
        Mistake(
            "the axes chunks and batch of carried were swapped",
            lambda **arguments: tuple(
                a if i == 0 else a.swapaxes(0, 1) for i, a in enumerate(_chunks(**arguments))
            ),
            "np.stack(list_of_states), which puts the chunks first",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _chunks(**arguments)[::-1],
            "ending with: return states, carried",
        ),
        Mistake(
            "W_h were transposed",
            altered(_chunks, W_h=np.transpose),
            "writing the shapes under the product: rows are examples, so h stands left of W_h",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_chunks, b_h=np.zeros_like),
            "setting x and h_0 to zero: the first state should be tanh(b_h)",
        ),
        Mistake(
            "h_0 were overwritten by the run",
            _chunks_overwriting,
            "h = h_0.copy() before the loop, or h = ... inside it where you have h[:] = ...",
        ),
    ),
)


# -- 02d: a linear run as one matrix -----------------------------------------------------------


def _answer_matrix(W_x, W_h, time):
    features, units = W_x.shape
    bias = np.zeros(units, W_x.dtype)
    options = dict(activation="linear", return_sequences=True)
    layer = make_layer("SimpleRNN", units, [W_x, W_h, bias], **options)
    # One sequence for each entry of x, with a 1 there and 0 everywhere else.
    impulses = np.eye(time * features, dtype=W_x.dtype).reshape(-1, time, features)
    return np.array(layer(impulses)).reshape(time * features, time * units)


def _draw_matrix(rng, time, features, units, dtype="float64"):
    arrays = draw_arrays(rng, dtype, W_x=(features, units), W_h=(units, units))
    return arrays | dict(time=time)


def _from_blocks(block):
    """Return the function that puts `block(W_x, W_h, s, t)` at row s, column t of blocks."""

    def matrix(W_x, W_h, time):
        steps = range(time)
        return np.block([[block(W_x, W_h, s, t) for t in steps] for s in steps])

    return matrix


def _power(W, n):
    return np.linalg.matrix_power(W, n)


def _lasting(W_x, W_h, s, t):
    return W_x @ _power(W_h, t - s) if t >= s else 0 * W_x


_matrix = _from_blocks(_lasting)


def _matrix_by_feature(W_x, W_h, time):
    features, units = W_x.shape
    blocks = _matrix(W_x, W_h, time).reshape(time, features, time, units)
    return blocks.transpose(1, 0, 3, 2).reshape(time * features, time * units)


def _matrix_of_running_sums(W_x, W_h, s, t):
    powers = [_power(W_h, n) for n in range(t - s + 1)]
    return W_x @ sum(powers) if t >= s else 0 * W_x


def _matrix_four_axes(W_x, W_h, time):
    features, units = W_x.shape
    return _matrix(W_x, W_h, time).reshape(time, features, time, units).swapaxes(1, 2)


MATRIX = Exercise(
    id="02d",
    title="a linear run as one matrix",
    points=2,
    key="impulses sent through a linear keras.layers.SimpleRNN",
    results=(Result("matrix", ("time*features", "time*units")),),
    answer=_answer_matrix,
    examples=(
        Case(numbers(W_x=[[3]], W_h=[[2]], time=1), "one step"),
        Case(numbers(W_x=[[3]], W_h=[[2]], time=3), "one feature, one unit"),
        Case(numbers(W_x=[[1, 0], [0, 1]], W_h=[[0, 1], [0, 0]], time=2), "W_h that shifts"),
        Case(numbers(W_x=[[1]], W_h=[[0]], time=2), "no memory, W_h of zero"),
    ),
    draw=_draw_matrix,
    sizes=(
        ("", dict(time=4, features=2, units=3)),
        ("", dict(time=5, features=3, units=2)),
        ("as many features as units", dict(time=3, features=2, units=2)),
        ("one feature", dict(time=4, features=1, units=3)),
        ("float32", dict(time=5, features=2, units=4, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the future reached back into the past",
            _from_blocks(lambda W_x, W_h, s, t: _lasting(W_x, W_h, t, s)),
            "the block in row 1, column 0: input 1 comes after state 0, so it is zero",
        ),
        Mistake(
            "past and future were treated alike",
            _from_blocks(lambda W_x, W_h, s, t: W_x @ _power(W_h, abs(t - s))),
            "the block in row 1, column 0: input 1 comes after state 0, so it is zero",
        ),
        Mistake(
            "each input reached its own step and no later one",
            _from_blocks(lambda W_x, W_h, s, t: W_x if s == t else 0 * W_x),
            "a 1 at the first step and zeros after it: W_h keeps carrying it on",
        ),
        Mistake(
            "W_h were applied once, however many steps lie between",
            _from_blocks(
                lambda W_x, W_h, s, t: W_x @ _power(W_h, min(t - s, 1)) if t >= s else 0 * W_x
            ),
            "counting the steps from input s to state t: each multiplies by W_h once more",
        ),
        Mistake(
            "W_h were never applied",
            _from_blocks(lambda W_x, W_h, s, t: W_x if t >= s else 0 * W_x),
            "counting the steps from input s to state t: each multiplies by W_h once more",
        ),
        Mistake(
            "W_h were applied once too often",
            _from_blocks(
                lambda W_x, W_h, s, t: W_x @ _power(W_h, t - s + 1) if t >= s else 0 * W_x
            ),
            "time = 1: the matrix is W_x alone",
        ),
        Mistake(
            "each entry of W_h were raised to a power, and not the matrix",
            _from_blocks(lambda W_x, W_h, s, t: W_x @ W_h ** (t - s) if t >= s else 0 * W_x),
            "np.linalg.matrix_power(W_h, n), since W_h ** n works entry by entry",
        ),
        Mistake(
            "W_h were transposed",
            altered(_matrix, W_h=np.transpose),
            "a row vector through two steps: x @ W_x @ W_h, from left to right",
        ),
        Mistake(
            "the matrix were transposed",
            lambda **arguments: _matrix(**arguments).T,
            "flattened x @ matrix: one row for each entry of x, one column for each of the states",
        ),
        Mistake(
            "rows and columns were ordered by feature first and by time second",
            _matrix_by_feature,
            "x.reshape(-1) for x (time, features): all features of step 0 come first",
        ),
        Mistake(
            "the powers of W_h were added up along the way",
            _from_blocks(_matrix_of_running_sums),
            "a 1 at step s and zeros after it: a single path leads from there to state t",
        ),
        Mistake(
            "the blocks were left in four axes",
            _matrix_four_axes,
            "np.block(rows_of_blocks): it joins the blocks to one matrix",
        ),
        Mistake(
            "the blocks were returned as Python lists",
            lambda W_x, W_h, time: [
                [_lasting(W_x, W_h, s, t) for t in range(time)] for s in range(time)
            ],
            "np.block(rows_of_blocks): it joins the blocks to one matrix",
        ),
    ),
)

EXERCISES = (WEEKLY, MASKED, CHUNKS, MATRIX)
QUESTION = Question("02e", "a hundred layers", points=2)
