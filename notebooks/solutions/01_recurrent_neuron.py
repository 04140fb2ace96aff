"""Checks of lesson 01: a step with an output, reading backwards, ceilings, forgetting."""

from course_tools.bank import exercise, make_layer, through_the_batch

import numpy as np


def step(x_t, h_prev, W_x, W_h, b_h, W_o, b_o):
    h_t, _ = make_layer("SimpleRNNCell", len(b_h), [W_x, W_h, b_h])(x_t, [h_prev])
    dense = make_layer("Dense", len(b_o), [W_o, b_o], activation="softmax")
    return np.array(dense(h_t)), np.array(h_t)


STEP = exercise(
    "01a",
    key="keras.layers.SimpleRNNCell and Dense",
    answer=step,
    returns="o_t (batch, outputs)\nh_t (batch, units)",
    examples={
        "only the input term": dict(x_t=[[0.5]], W_x=[[2]]),
        "only the recurrent term": dict(h_prev=[[0.5]], W_h=[[2]]),
        "only b_h": dict(b_h=[1]),
        "only b_o": dict(b_o=[1, 0]),
        "only the input and the output term": dict(x_t=[[0.5]], W_x=[[2]], W_o=[[1, -1]]),
        "scores of 1000": dict(b_o=[1000, 998]),
        "one row far above the other": dict(
            x_t=[[9], [-9]], h_prev=[[0], [0]], W_x=[[1]], W_o=[[1000, 998]]
        ),
        "arrays of whole numbers": dict(
            x_t=np.array([[1], [-2]]), h_prev=np.array([[0], [1]]), W_x=[[0.3]], W_h=[[0.7]]
        ),
    },
    mistakes="""
        the previous state is missing | h_prev: 0 * h_prev
            setting W_x to zero: does your h_t still change when h_prev does?
        b_h is added twice | b_h: 2 * b_h
            counting biases: one for the whole sum, not one for each of its terms
        tanh is applied to each term, before the sum
            | W_x + h_prev -> W_x) + np.tanh(h_prev, then W_h + b_h) -> W_h) + b_h
            comparing your brackets with the equation: one tanh around the whole sum
        tanh is missing | np.tanh( -> (
            looking for a state above 1 or below -1: after tanh there is none
        the output is read from the previous state | h_t @ W_o -> h_prev @ W_o
            checking which state has seen x_t: the output is read from that one
        the output is read from the sum before tanh
            | np.tanh( -> (, then return o_t, h_t -> return o_t, np.tanh(h_t)
            printing what you multiply by W_o: it should be the h_t that you return
        softmax is missing | return o_t -> return scores
            summing each row of o_t: probabilities add up to 1
        tanh is applied to the scores | h_t @ W_o + b_o -> np.tanh(h_t @ W_o + b_o)
            rereading the second equation: softmax is the only function around the scores
        softmax runs over the batch | axis=-1 -> axis=0
            summing o_t along axis 1: each example has its own probabilities, which add up to 1
        softmax divides by the sum over the whole batch | axis=-1, keepdims=True ->
        softmax shifts each row by itself, but sums over the whole batch
            | .sum(axis=-1, keepdims=True) -> .sum()
            summing with axis=-1 and keepdims=True: each row is divided by its own sum
        the exponentials of softmax overflow | - scores.max(axis=-1, keepdims=True) ->
            subtracting each row's largest score before np.exp: softmax stays the same
        h_prev is overwritten | h_t = np -> h_prev[:] = h_t = np
            giving the new state an array of its own: h_t = ..., not h_prev[:] = ...
    """,
)


def backwards(x, h_0, W_x, W_h, b_h):
    weights = [W_x, W_h, b_h]
    layer = make_layer("SimpleRNN", len(b_h), weights, return_sequences=True, go_backwards=True)
    return np.array(layer(x, initial_state=[h_0]))[:, ::-1]  # Keras: in the order of reading


BACKWARDS = exercise(
    "01b",
    key="keras.layers.SimpleRNN(go_backwards=True)",
    answer=backwards,
    returns="states (batch, time, units)",
    examples={
        "only the last input": dict(x=[[[0], [0], [0.5]]], W_x=[[2]], W_h=[[1]]),
        "only the first input": dict(x=[[[0.5], [0], [0]]], W_x=[[2]], W_h=[[1]]),
        "only h_0": dict(h_0=[[0.5]], W_h=[[1]]),
        "only b_h": dict(b_h=[1]),
        "arrays of whole numbers": dict(
            x=np.array([[[1], [0], [-1]]]), h_0=np.array([[1]]), W_x=[[0.3]], W_h=[[0.7]]
        ),
    },
    mistakes="""
        the sequence is read forwards | reversed( -> (, then [::-1] ->
            printing t inside your loop: it should begin with the last step
        the states are left in the order of reading | [::-1] ->
            asking what states[:, 0] should have seen: x[:, 0] is read last, after all the others
        the batch is turned round, not time
            | x: x[::-1], then reversed( -> (, then [::-1] ->, then return: result[::-1]
            using x[:, ::-1]: the first axis is the batch, the second is time
        the features are turned round, not time
            | x: x[..., ::-1], then reversed( -> (, then [::-1] ->
            using x[:, ::-1]: time is the second axis, and x[..., ::-1] turns the features round
        the state is not carried from step to step | h @ W_h -> h_0 @ W_h
            following one name through your loop: the h of one step is h_prev of the next
        the state is carried from one sequence of the batch into the next
            | return: through_the_batch(right, given, last=0)
            starting each sequence from its own row of h_0, or reading all at once, with x[:, t]
        each state is stored before its step, not after it
            | states.append(h) -> pass, then h = np -> states.append(h); h = np
            trying a sequence of one step: its only state should depend on x
        the loop stops before it reaches x[:, 0]
            | return: np.concatenate([0 * result[:, :1], result[:, 1:]], axis=1)
            printing list(range(3, 0, -1)): does it contain 0?
        only the last state is returned | return: result[:, 0]
            collecting every state inside the loop: yours keeps only that of the last turn
        every step writes into the same array | = h_0, -> = h_0.copy(),, then h = np -> h[:] = np
            making a new array in each step, h = ...: h[:] = ... writes into the old one
        tanh is missing | np.tanh( -> (
            looking for a state above 1 or below -1: after tanh there is none
        h_0 is overwritten | states.append(h) -> states.append(h); h_0[:] = h
            making a new array in each step, h = ..., where you have h[:] = ...
    """,
)


def draw_words(rng, words, longest, letters, k):
    lengths = rng.integers(2, longest + 1, words)
    return dict(words=["".join(rng.choice(list(letters), length)) for length in lengths], k=k)


CEILING = exercise(
    "01c",
    key="an exact count",
    answer=None,
    returns="right",
    examples={
        "one word, one letter seen": dict(words=["level"], k=1),
        "nothing seen": dict(words=["level"], k=0),
        "two words, one letter seen": dict(words=["abc", "dbe"], k=1),
        "two words, two letters seen": dict(words=["abc", "dbe"], k=2),
        "the same two letters, in both orders": dict(words=["abc", "bad"], k=2),
        "a word of one letter": dict(words=["a", "ab"], k=2),
        "six words": dict(words="bonjour granny cocoa remember level tattoo".split(), k=1),
        "a word that occurs twice": dict(words="abac abac adac".split(), k=2),
        "capitals": dict(words="Anna nana ANNA".split(), k=1),
        "a long word": dict(words=["ab" * 600 + "b" * 700], k=3),
    },
    draw=draw_words,
    sizes=(
        ("", dict(words=6, longest=8, letters="abc", k=2)),
        ("", dict(words=5, longest=9, letters="ab", k=3)),
        ("", dict(words=8, longest=6, letters="abcd", k=1)),
        ("nothing seen", dict(words=4, longest=6, letters="abc", k=0)),
        ("a window longer than every word", dict(words=9, longest=5, letters="ab", k=9)),
        ("one word", dict(words=1, longest=20, letters="ab", k=2)),
    ),
    mistakes="""
        the window reaches from one word into the next | words: ["".join(words)]
            counting inside each word: joined together, words gain pairs that nobody spelled
        only guesses with a full window count | range(1, len -> range(max(k, 1), len
            looking at the first letters of a word: fewer than k are seen, but it still guesses
        the window is one letter too long | k: k + 1
        the window is one letter too short | i - k -> i - k + 1
            printing window and follower for 'level', k=1: the first pair is 'l', 'e'
        the window stays at the beginning of the word | max(0, i - k) : i -> : min(i, k)
            printing the window for the last letter of 'bonjour', k=2: it is 'ou'
        the order of the letters in the window is lost | (window, -> ("".join(sorted(window)),
            keeping the window as a string: in a set, or sorted, 'on' and 'no' become the same
        a window of 0 letters sees the whole word so far | [max(0, i - k) : i] -> [:i][-k:]
            printing 'level'[-0:]: minus zero is zero, so the slice holds the whole word
        each window counts once, however often it occurs | max(map(letters.count, letters)) -> 1
            adding up how often the commonest follower occurs, not 1 for each window
        every different follower counts as a right guess
            | max(map(letters.count, letters)) -> len(set(letters))
            choosing one letter for each window: the network always names the same one
        only the commonest window counts
            | return sum(max( -> return max([0] + [max(, then values()) -> values()])
            taking the maximum within each window, then the sum over all windows
        every guess counts as right | max(map(letters.count, letters)) -> len(letters)
            taking 'abc' and 'dbe' with one letter seen: b leads to c and to e, one guess must fail
        a share is returned, not a number of guesses
            | return: result / max(1, sum(max(0, len(word) - 1) for word in words))
            returning the count before it is divided
        the answer is always 16 | return: 16
            using words and k: 16 is right only for the six words of the lesson with k=1
    """,
)


def span(w_h, fraction):
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


def draw_span(rng, low, high, sign=1):
    return dict(w_h=sign * float(rng.uniform(low, high)), fraction=float(rng.uniform(0.05, 0.4)))


SPAN = exercise(
    "01d",
    key="an impulse sent through a linear keras.layers.SimpleRNN",
    answer=span,
    returns="steps",
    examples={
        "a weight of one half": dict(w_h=0.5, fraction=0.2),
        "a trace that reaches the fraction exactly": dict(w_h=0.5, fraction=0.25),
        "a negative weight": dict(w_h=-0.5, fraction=0.2),
        "a weight of zero": dict(w_h=0.0, fraction=0.2),
        "a weight of 1": dict(w_h=1.0, fraction=0.2),
        "a weight of -1": dict(w_h=-1.0, fraction=0.2),
        "a weight above 1": dict(w_h=1.5, fraction=0.2),
        "a weight below -1": dict(w_h=-1.5, fraction=0.2),
        "a weight very near 1": dict(w_h=0.9997, fraction=0.1),
        "a weight very near -1": dict(w_h=-0.998, fraction=0.01),
        "a tiny weight": dict(w_h=1e-9, fraction=1e-15),
        "a tiny fraction": dict(w_h=0.5, fraction=1e-40),
        "a fraction near 1": dict(w_h=0.999, fraction=0.998),
        "whole numbers as weights": dict(w_h=-3, fraction=0.5),
    },
    draw=draw_span,
    sizes=(
        ("", dict(low=0.6, high=0.8)),
        ("", dict(low=0.8, high=0.95)),
        ("a negative weight", dict(low=0.6, high=0.9, sign=-1)),
        ("a weight near 1", dict(low=0.97, high=0.98)),
    ),
    mistakes="""
        the sign of the trace counts | abs( -> (
            comparing abs(trace) with the fraction: -0.5 is below 0.2, but it is not a small trace
        a neuron with a negative weight never forgets | abs(w_h) >= 1 -> w_h >= 1 or w_h < 0
            writing down the traces for w_h = -0.5: they change sign, and shrink all the same
        a trace equal to the fraction is already taken to be below it | >= fraction -> > fraction
            going on while abs(trace) >= fraction: below means <, and equal is not below
        a logarithm is rounded up, which is right but for two special cases
            | return steps -> return int(np.ceil(np.log(fraction) / np.log(abs(w_h))))
            counting on your fingers for w_h=0, and for w_h=0.5 with fraction=0.25
        one step too many is counted | return steps -> return steps + 1
        one step too few is counted | return steps -> return steps - 1
            counting on your fingers for w_h=0.5, fraction=0.2: 0.5, 0.25, 0.125, so 3
        the trace loses the same amount at every step
            | return steps -> return int(np.ceil((1 - fraction) / (1 - abs(w_h))))
            multiplying by w_h at every step: the trace loses a share of itself, not an amount
        the trace is multiplied by w_h twice in a step | w_h: w_h * w_h
            printing the trace at each step for w_h=0.5: 0.5, 0.25, 0.125
        the fraction is always one half | fraction: 0.5
            looking for fraction in your function: the answer should depend on it
        the number of steps is not rounded
            | return steps -> return 0.0 if w_h == 0 else float(np.log(fraction) / np.log(abs(w_h)))
            counting whole steps: you want the first whole number at which the trace is below
        'never' is written as infinity | return None -> return float("inf")
        'never' is written as -1 | return None -> return -1
        'never' is written as 0 | return None -> return 0
            returning None if the trace never falls below the fraction
        the answer is always 3 | return: 3
            using w_h and fraction: 3 is right only for the example
    """,
)

EXERCISES = (STEP, BACKWARDS, CEILING, SPAN)
