"""Exercises of lesson 01: a step with an output, reading backwards, ceilings, forgetting."""

from collections import Counter, defaultdict

from course_utils.cells import rnn_step, run_rnn, softmax
from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, make_layer, numbers

import numpy as np

# -- 01a: one step with an output --------------------------------------------------------------


def _answer_step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    cell = make_layer("SimpleRNNCell", len(b_h), [W_x, W_h, b_h])
    dense = make_layer("Dense", len(b_o), [W_o, b_o], activation="softmax")
    h_t, _ = cell(x_t, [h_prev])
    return np.array(dense(h_t)), np.array(h_t)


def _draw_step(rng, batch, features, units, outputs, dtype="float64"):
    shapes = dict(x_t=(batch, features), h_prev=(batch, units), W_x=(features, units))
    shapes |= dict(W_h=(units, units), b_h=units, W_o=(units, outputs), b_o=outputs)
    return draw_arrays(rng, dtype, **shapes)


def _example_step(label, **terms):
    nothing = numbers(
        x_t=[[0]], h_prev=[[0]], W_x=[[0]], W_h=[[0]], b_h=[0], W_o=[[0, 0]], b_o=[0, 0]
    )
    return Case(nothing | numbers(**terms), label)


def _step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o, activation=np.tanh, output=softmax):
    h_t = rnn_step(x_t, h_prev, W_x, W_h, b_h, activation)
    return output(h_t @ W_o + b_o), h_t


def _step_with(**options):
    return lambda **arguments: _step(**arguments, **options)


def _step_tanh_of_each_term(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t = np.tanh(x_t @ W_x) + np.tanh(h_prev @ W_h) + b_h
    return softmax(h_t @ W_o + b_o), h_t


def _step_output_of_previous(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    return softmax(h_prev @ W_o + b_o), rnn_step(x_t, h_prev, W_x, W_h, b_h)


def _step_output_before_tanh(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    z = x_t @ W_x + h_prev @ W_h + b_h
    return softmax(z @ W_o + b_o), np.tanh(z)


def _step_overwriting(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_prev[:] = rnn_step(x_t, h_prev, W_x, W_h, b_h)
    return softmax(h_prev @ W_o + b_o), h_prev


STEP = Exercise(
    id="01a",
    title="one step with an output",
    points=2,
    key="keras.layers.SimpleRNNCell and Dense",
    results=(Result("o_t", ("batch", "outputs")), Result("h_t", ("batch", "units"))),
    answer=_answer_step,
    examples=(
        _example_step("only the input term", x_t=[[0.5]], W_x=[[2]]),
        _example_step("only the recurrent term", h_prev=[[0.5]], W_h=[[2]]),
        _example_step("only b_h", b_h=[1]),
        _example_step("only b_o", b_o=[1, 0]),
        _example_step("only the input and the output term", x_t=[[0.5]], W_x=[[2]], W_o=[[1, -1]]),
        _example_step("scores of 1000", b_o=[1000, 998]),
    ),
    draw=_draw_step,
    sizes=(
        ("", dict(batch=3, features=2, units=4, outputs=5)),
        ("", dict(batch=2, features=5, units=3, outputs=4)),
        ("a batch of one", dict(batch=1, features=3, units=4, outputs=2)),
        ("one unit", dict(batch=4, features=2, units=1, outputs=3)),
        ("float32", dict(batch=4, features=3, units=5, outputs=2, dtype="float32")),
        ("float32", dict(batch=2, features=4, units=6, outputs=3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the previous state were left out",
            altered(_step, h_prev=np.zeros_like),
            "setting W_x to zero: does your h_t still change when h_prev does?",
        ),
        Mistake(
            "W_h were transposed",
            altered(_step, W_h=np.transpose),
            "writing the shapes under the product: rows are examples, so h_prev stands left of W_h",
        ),
        Mistake(
            "b_h were forgotten",
            altered(_step, b_h=np.zeros_like),
            "setting x_t and h_prev to zero: h_t should then be tanh(b_h)",
        ),
        Mistake(
            "b_h were added twice",
            altered(_step, b_h=lambda b: 2 * b),
            "counting: one bias for the sum, not one for each of its terms",
        ),
        Mistake(
            "tanh were applied to each term, before the sum",
            _step_tanh_of_each_term,
            "comparing your brackets with the equation: one tanh around the whole sum",
        ),
        Mistake(
            "tanh were left out",
            _step_with(activation=lambda z: z),
            "looking for a state above 1 or below -1: after tanh there is none",
        ),
        Mistake(
            "the output were computed from the previous state",
            _step_output_of_previous,
            "asking which state has already seen x_t: the output is read from that one",
        ),
        Mistake(
            "the output were computed from the sum before tanh",
            _step_output_before_tanh,
            "printing what you multiply by W_o: it should be the h_t that you return",
        ),
        Mistake(
            "b_o were forgotten",
            altered(_step, b_o=np.zeros_like),
            "setting W_o to zero: o_t should then be softmax(b_o)",
        ),
        Mistake(
            "softmax were left out",
            _step_with(output=lambda z: z),
            "summing each row of o_t: probabilities add up to 1",
        ),
        Mistake(
            "tanh were applied to the scores",
            _step_with(output=lambda z: softmax(np.tanh(z))),
            "reading the second equation again: softmax is the only function around the scores",
        ),
        Mistake(
            "softmax ran over the batch",
            _step_with(output=lambda z: softmax(z.T).T),
            "summing o_t along axis 1: each example has its own probabilities, which add up to 1",
        ),
        Mistake(
            "softmax divided by the sum over the whole batch",
            _step_with(output=lambda z: softmax(z.ravel()).reshape(z.shape)),
            "giving the sum axis=-1 and keepdims=True: each row is divided by its own sum",
        ),
        Mistake(
            "the exponentials of softmax overflowed",
            _step_with(output=lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)),
            "subtracting each row's largest score first: softmax stays the same, exp(1000) is gone",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _step(**arguments)[::-1],
            "ending with: return o_t, h_t",
        ),
        Mistake(
            "h_prev were overwritten with the new state",
            _step_overwriting,
            "giving the new state an array of its own, h_t = ..., and not h_prev[:] = ...",
        ),
    ),
)


# -- 01b: reading backwards --------------------------------------------------------------------


def _answer_backwards(x, h_0, W_x, W_h, b_h):
    weights = [W_x, W_h, b_h]
    layer = make_layer("SimpleRNN", len(b_h), weights, return_sequences=True, go_backwards=True)
    return np.array(layer(x, initial_state=[h_0]))[:, ::-1]  # Keras: in the order of reading


def _draw_run(rng, batch, time, features, units, dtype="float64"):
    shapes = dict(x=(batch, time, features), h_0=(batch, units), W_x=(features, units))
    return draw_arrays(rng, dtype, **shapes, W_h=(units, units), b_h=units)


def _example_run(label, **terms):
    nothing = numbers(x=[[[0], [0], [0]]], h_0=[[0]], W_x=[[0]], W_h=[[0]], b_h=[0])
    return Case(nothing | numbers(**terms), label)


def _backwards(x, h_0, W_x, W_h, b_h, activation=np.tanh):
    return run_rnn(x[:, ::-1], h_0, W_x, W_h, b_h, activation)[:, ::-1]


def _backwards_without_carrying(x, h_0, W_x, W_h, b_h):
    steps = [rnn_step(x[:, t], h_0, W_x, W_h, b_h) for t in range(x.shape[1])]
    return np.stack(steps, axis=1)


def _backwards_before_the_step(x, h_0, W_x, W_h, b_h):
    states = _backwards(x, h_0, W_x, W_h, b_h)
    return np.concatenate([states[:, 1:], h_0[:, None]], axis=1)


def _backwards_without_x_0(x, h_0, W_x, W_h, b_h):
    states = _backwards(x, h_0, W_x, W_h, b_h)
    states[:, 0] = 0
    return states


def _backwards_through_the_batch(x, h_0, W_x, W_h, b_h):
    states, state = [], h_0[:1]
    for example in x:
        states.append(_backwards(example[None], state, W_x, W_h, b_h)[0])
        state = states[-1][:1]
    return np.stack(states)


def _backwards_one_array(x, h_0, W_x, W_h, b_h):
    states = _backwards(x, h_0, W_x, W_h, b_h)
    return np.repeat(states[:, :1], x.shape[1], axis=1)


def _backwards_overwriting(x, h_0, W_x, W_h, b_h):
    states = _backwards(x, h_0, W_x, W_h, b_h)
    h_0[:] = states[:, 0]
    return states


BACKWARDS = Exercise(
    id="01b",
    title="reading from the end",
    points=2,
    key="keras.layers.SimpleRNN(go_backwards=True)",
    results=(Result("states", ("batch", "time", "units")),),
    answer=_answer_backwards,
    examples=(
        _example_run("only the last input", x=[[[0], [0], [0.5]]], W_x=[[2]], W_h=[[1]]),
        _example_run("only the first input", x=[[[0.5], [0], [0]]], W_x=[[2]], W_h=[[1]]),
        _example_run("only h_0", h_0=[[0.5]], W_h=[[1]]),
        _example_run("only b_h", b_h=[1]),
    ),
    draw=_draw_run,
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4)),
        ("", dict(batch=2, time=4, features=3, units=6)),
        ("a batch of one", dict(batch=1, time=4, features=2, units=3)),
        ("a sequence of one", dict(batch=3, time=1, features=4, units=2)),
        ("float32", dict(batch=2, time=3, features=1, units=5, dtype="float32")),
        ("float32", dict(batch=4, time=6, features=2, units=3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the sequence were read forwards",
            run_rnn,
            "printing t inside your loop: it should begin with the last step",
        ),
        Mistake(
            "the states were left in the order of reading",
            lambda **arguments: _backwards(**arguments)[:, ::-1],
            "asking what states[:, 0] should have seen: x[:, 0] is read last, after all others",
        ),
        Mistake(
            "the batch were turned round, and not the time",
            lambda x, **others: run_rnn(x[::-1], **others)[::-1],
            "x[:, ::-1]: the first axis is the batch, the second is time",
        ),
        Mistake(
            "the features were turned round, and not the time",
            lambda x, **others: run_rnn(x[..., ::-1], **others),
            "x[:, ::-1]: time is the second axis, the features are the last",
        ),
        Mistake(
            "the state were not carried from step to step",
            _backwards_without_carrying,
            "following one name through your loop: the h a step makes is the next step's h_prev",
        ),
        Mistake(
            "the run began with zeros and not with h_0",
            altered(_backwards, h_0=np.zeros_like),
            "looking where h_0 is used in your function",
        ),
        Mistake(
            "the state were carried from one sequence of the batch to the next",
            _backwards_through_the_batch,
            "reading all sequences at once, x[:, t], or starting each from its own row of h_0",
        ),
        Mistake(
            "each state were stored before its step and not after it",
            _backwards_before_the_step,
            "a sequence of one step: its only state should depend on x",
        ),
        Mistake(
            "the loop stopped before it reached x[:, 0]",
            _backwards_without_x_0,
            "list(range(3, 0, -1)): does it hold a 0?",
        ),
        Mistake(
            "only the last state were returned",
            lambda **arguments: _backwards(**arguments)[:, 0],
            "collecting every state inside the loop; yours keeps the one of the last turn",
        ),
        Mistake(
            "every step had been given the same array",
            _backwards_one_array,
            "making a new array in each step, h = ..., where h[:] = ... writes into the old one",
        ),
        Mistake(
            "the axes batch and time were swapped",
            lambda **arguments: _backwards(**arguments).swapaxes(0, 1),
            "np.stack(list_of_states, axis=1): np.array(list_of_states) puts time first",
        ),
        Mistake(
            "the states were returned as a Python list",
            lambda **arguments: list(_backwards(**arguments).swapaxes(0, 1)),
            "np.stack(list_of_states, axis=1): it makes one array, with time as the second axis",
        ),
        Mistake(
            "W_h were transposed",
            altered(_backwards, W_h=np.transpose),
            "writing the shapes under the product: rows are examples, so h_prev stands left of W_h",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_backwards, b_h=np.zeros_like),
            "setting x and h_0 to zero: the first state computed should be tanh(b_h)",
        ),
        Mistake(
            "tanh were left out",
            lambda **arguments: _backwards(**arguments, activation=lambda z: z),
            "looking for a state above 1 or below -1: after tanh there is none",
        ),
        Mistake(
            "h_0 were overwritten by the run",
            _backwards_overwriting,
            "h = h_0.copy() before the loop, or h = ... inside it where you have h[:] = ...",
        ),
    ),
)


# -- 01c: the ceiling with a window of k letters -----------------------------------------------


def _count_followers(words, context):
    followers = defaultdict(Counter)
    for word in words:
        for i in range(1, len(word)):
            followers[context(word, i)][word[i]] += 1
    return followers


def _ceiling_by(context):
    def ceiling(words, k):
        followers = _count_followers(words, lambda word, i: context(word, i, k))
        return sum(max(counts.values()) for counts in followers.values())

    return ceiling


_ceiling = _ceiling_by(lambda word, i, k: word[max(0, i - k) : i])


def _ceiling_over_borders(words, k):
    return _ceiling(["".join(words)], k)


def _ceiling_of_full_windows(words, k):
    followers = defaultdict(Counter)
    for word in words:
        for i in range(max(k, 1), len(word)):
            followers[word[i - k : i]][word[i]] += 1
    return sum(max(counts.values()) for counts in followers.values())


def _ceiling_one_per_window(words, k):
    return len(_count_followers(words, lambda word, i: word[max(0, i - k) : i]))


def _ceiling_of_different_followers(words, k):
    followers = _count_followers(words, lambda word, i: word[max(0, i - k) : i])
    return sum(len(counts) for counts in followers.values())


def _ceiling_of_commonest_window(words, k):
    followers = _count_followers(words, lambda word, i: word[max(0, i - k) : i])
    return max((max(counts.values()) for counts in followers.values()), default=0)


def _count_guesses(words, k):
    return sum(max(0, len(word) - 1) for word in words)


def _ceiling_as_share(words, k):
    return _ceiling(words, k) / max(1, _count_guesses(words, k))


def _draw_words(rng, words, longest, letters, k):
    lengths = rng.integers(2, longest + 1, words)
    return dict(words=["".join(rng.choice(list(letters), length)) for length in lengths], k=k)


SIX_WORDS = ["bonjour", "granny", "cocoa", "remember", "level", "tattoo"]

CEILING = Exercise(
    id="01c",
    title="the ceiling with a window of k letters",
    points=2,
    key="an exact count",
    results=(Result("right"),),
    answer=_ceiling,
    examples=(
        Case(dict(words=["level"], k=1), "one word, one letter seen"),
        Case(dict(words=["level"], k=0), "nothing seen"),
        Case(dict(words=["abc", "dbe"], k=1), "two words, one letter seen"),
        Case(dict(words=["abc", "dbe"], k=2), "two words, two letters seen"),
        Case(dict(words=["abc", "bad"], k=2), "the same two letters, in both orders"),
        Case(dict(words=["a", "ab"], k=2), "a word of one letter"),
        Case(dict(words=SIX_WORDS, k=1), "the six words of the lesson"),
    ),
    draw=_draw_words,
    sizes=(
        ("", dict(words=6, longest=8, letters="abc", k=2)),
        ("", dict(words=5, longest=9, letters="ab", k=3)),
        ("", dict(words=8, longest=6, letters="abcd", k=1)),
        ("nothing seen", dict(words=4, longest=6, letters="abc", k=0)),
        ("a window longer than every word", dict(words=9, longest=5, letters="ab", k=9)),
        ("one word", dict(words=1, longest=20, letters="ab", k=2)),
    ),
    mistakes=(
        Mistake(
            "the window reached from one word into the next",
            _ceiling_over_borders,
            "counting word by word: joined together they gain pairs that nobody spelled",
        ),
        Mistake(
            "only guesses with a full window were counted",
            _ceiling_of_full_windows,
            "the first letters of a word: fewer than k have been seen, and a guess is still made",
        ),
        Mistake(
            "the window were one letter too long",
            lambda words, k: _ceiling(words, k + 1),
            "printing window and follower for 'level', k=1: the first pair is 'l', 'e'",
        ),
        Mistake(
            "the window were one letter too short",
            _ceiling_by(lambda word, i, k: word[max(0, i - k + 1) : i]),
            "printing window and follower for 'level', k=1: the first pair is 'l', 'e'",
        ),
        Mistake(
            "the window stood at the beginning of the word",
            _ceiling_by(lambda word, i, k: word[: min(i, k)]),
            "printing the window for the last letter of 'bonjour', k=2: it is 'ou'",
        ),
        Mistake(
            "the order of the letters in the window did not matter",
            _ceiling_by(lambda word, i, k: "".join(sorted(word[max(0, i - k) : i]))),
            "keeping the window as a string: in a set or sorted, 'on' and 'no' become the same",
        ),
        Mistake(
            "a window of 0 letters had seen the whole word so far",
            _ceiling_by(lambda word, i, k: word[:i][-k:]),
            "'level'[-0:]: minus zero is zero, so the slice holds everything",
        ),
        Mistake(
            "each window counted once, however often it occurs",
            _ceiling_one_per_window,
            "adding up how often the commonest follower occurs, and not 1 for each window",
        ),
        Mistake(
            "every different follower counted as a right guess",
            _ceiling_of_different_followers,
            "choosing: for one window the network names one letter, always the same",
        ),
        Mistake(
            "only the commonest window were counted",
            _ceiling_of_commonest_window,
            "taking a maximum within each window, then the sum over all of them",
        ),
        Mistake(
            "every guess were right",
            _count_guesses,
            "'abc' and 'dbe' with one letter seen: after b both c and e occur, one guess must fail",
        ),
        Mistake(
            "a share were returned and not a number of guesses",
            _ceiling_as_share,
            "returning the count before you divide it",
        ),
        Mistake(
            "the answer were always 16",
            lambda words, k: 16,
            "using words and k: 16 is right for the six words of the lesson with k=1 alone",
        ),
    ),
)


# -- 01d: how long a neuron remembers ----------------------------------------------------------


def _answer_span(w_h, fraction):
    if abs(w_h) >= 1:
        return None
    one = np.ones((1, 1))
    weights = [one, w_h * one, np.zeros(1)]
    layer = make_layer("SimpleRNN", 1, weights, activation="linear", return_sequences=True)
    # The input alone makes the first trace; 48 silent steps at a time follow it.
    silence, trace, steps = np.zeros((1, 48, 1)), one, 0
    while True:
        traces = np.array(layer(silence, initial_state=[trace]))
        below = np.flatnonzero(np.abs(traces[0, :, 0]) < fraction)
        if below.size:
            return steps + int(below[0]) + 1
        steps, trace = steps + 48, traces[:, -1]


def _draw_span(rng, low, high, sign=1):
    return dict(w_h=sign * float(rng.uniform(low, high)), fraction=float(rng.uniform(0.05, 0.4)))


def _span(w_h, fraction, never=None):
    if abs(w_h) >= 1:
        return never
    steps, trace = 0, 1.0
    while trace >= fraction:
        steps, trace = steps + 1, trace * abs(w_h)
    return steps


def _span_with_sign(w_h, fraction):
    return _span(w_h, fraction) if w_h > 0 else 1


def _span_none_for_negative(w_h, fraction):
    return _span(w_h, fraction) if w_h >= 0 else None


def _span_at_most(w_h, fraction):
    if abs(w_h) >= 1:
        return None
    steps, trace = 0, 1.0
    while trace > fraction:
        steps, trace = steps + 1, trace * abs(w_h)
    return steps


def _span_shifted(by):
    def span(w_h, fraction):
        steps = _span(w_h, fraction)
        return None if steps is None else steps + by

    return span


def _span_linear(w_h, fraction):
    return None if abs(w_h) >= 1 else int(np.ceil((1 - fraction) / (1 - abs(w_h))))


def _span_not_rounded(w_h, fraction):
    if abs(w_h) >= 1:
        return None
    return 0.0 if w_h == 0 else float(np.log(fraction) / np.log(abs(w_h)))


def _span_by_logarithm(w_h, fraction):
    return None if abs(w_h) >= 1 else int(np.ceil(np.log(fraction) / np.log(abs(w_h))))


SPAN = Exercise(
    id="01d",
    title="how long a neuron remembers",
    points=2,
    key="an impulse sent through a linear keras.layers.SimpleRNN",
    results=(Result("steps"),),
    answer=_answer_span,
    examples=(
        Case(dict(w_h=0.5, fraction=0.2), "a weight of one half"),
        Case(dict(w_h=0.5, fraction=0.25), "a trace that reaches the fraction exactly"),
        Case(dict(w_h=-0.5, fraction=0.2), "a negative weight"),
        Case(dict(w_h=0.0, fraction=0.2), "a weight of zero"),
        Case(dict(w_h=1.0, fraction=0.2), "a weight of 1"),
        Case(dict(w_h=-1.0, fraction=0.2), "a weight of -1"),
        Case(dict(w_h=1.5, fraction=0.2), "a weight above 1"),
        Case(dict(w_h=-1.5, fraction=0.2), "a weight below -1"),
    ),
    draw=_draw_span,
    sizes=(
        ("", dict(low=0.6, high=0.8)),
        ("", dict(low=0.8, high=0.95)),
        ("a negative weight", dict(low=0.6, high=0.9, sign=-1)),
        ("a weight near 1", dict(low=0.97, high=0.98)),
    ),
    mistakes=(
        Mistake(
            "the sign of the trace counted",
            _span_with_sign,
            "comparing abs(trace) with the fraction: -0.5 is below 0.2, and yet no small trace",
        ),
        Mistake(
            "a neuron with a negative weight never forgot",
            _span_none_for_negative,
            "writing down the traces for w_h = -0.5: they change sign, and shrink all the same",
        ),
        Mistake(
            "a trace equal to the fraction were already below it",
            _span_at_most,
            "the comparison: below means <, so the loop goes on while trace >= fraction",
        ),
        Mistake(
            "a logarithm had been rounded up, which is right except in two special cases",
            _span_by_logarithm,
            "w_h=0, and w_h=0.5 with fraction=0.25: count the steps of both on your fingers",
        ),
        Mistake(
            "one step too many were counted",
            _span_shifted(1),
            "counting for w_h=0.5, fraction=0.2 on your fingers: 0.5, 0.25, 0.125, so 3",
        ),
        Mistake(
            "one step too few were counted",
            _span_shifted(-1),
            "counting for w_h=0.5, fraction=0.2 on your fingers: 0.5, 0.25, 0.125, so 3",
        ),
        Mistake(
            "the trace lost the same amount at every step",
            _span_linear,
            "multiplying by w_h at every step, where you subtract",
        ),
        Mistake(
            "the trace were multiplied by w_h twice in a step",
            lambda w_h, fraction: _span(w_h * w_h, fraction),
            "printing the trace at each step for w_h=0.5: 0.5, 0.25, 0.125",
        ),
        Mistake(
            "the fraction were always one half",
            lambda w_h, fraction: _span(w_h, 0.5),
            "looking where your function uses the argument fraction",
        ),
        Mistake(
            "the number of steps had not been rounded",
            _span_not_rounded,
            "counting whole steps: the first whole number at which the trace is below",
        ),
        Mistake(
            "'never' were written as infinity",
            lambda w_h, fraction: _span(w_h, fraction, never=float("inf")),
            "returning None where the trace never falls below the fraction",
        ),
        Mistake(
            "'never' were written as -1",
            lambda w_h, fraction: _span(w_h, fraction, never=-1),
            "returning None where the trace never falls below the fraction",
        ),
        Mistake(
            "'never' were written as 0",
            lambda w_h, fraction: _span(w_h, fraction, never=0),
            "returning None where the trace never falls below the fraction",
        ),
        Mistake(
            "the answer were always 3",
            lambda w_h, fraction: 3,
            "using w_h and fraction: 3 is right for the example alone",
        ),
    ),
)

EXERCISES = (STEP, BACKWARDS, CEILING, SPAN)
QUESTION = Question("01e", "a window or a memory", points=2)
