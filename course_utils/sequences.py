"""Turning texts and other sequences into arrays, and back: vocabularies and padding."""

import numpy as np


class Vocabulary:
    """Numbers for tokens, in order of first appearance or as given.

    Args:
        tokens: iterable of hashable tokens (letters, words, notes); repetitions are counted once.
        reserved: tokens that take the first numbers whether they appear or not, for example
            `("<pad>", "<unknown>")`. With "<unknown>" among them, a token never seen is encoded
            as that; without it, it is an error.

    Attributes:
        tokens: list, `tokens[number]` is the token.
    """

    def __init__(self, tokens, reserved=()):
        self.tokens = list(dict.fromkeys([*reserved, *tokens]))
        self._numbers = {token: number for number, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def __contains__(self, token):
        return token in self._numbers

    def encode(self, sequence):
        """Return the numbers of a sequence of tokens.

        Args:
            sequence: iterable of tokens, length T. A string is read letter by letter.

        Returns:
            Array (T,) of int32.

        Raises:
            ValueError: a token is unknown and the vocabulary has no "<unknown>".
        """
        unknown = self._numbers.get("<unknown>")
        numbers = [self._numbers.get(token, unknown) for token in sequence]
        if None in numbers:
            token = list(sequence)[numbers.index(None)]
            raise ValueError(
                f"{token!r} is not in this vocabulary of {len(self)} tokens; build it from all the "
                'texts, or reserve "<unknown>"'
            )
        return np.array(numbers, dtype="int32")

    def decode(self, numbers):
        """Return the list of tokens with these numbers, the inverse of `encode`."""
        return [self.tokens[number] for number in numbers]


def pad(sequences, value=0, length=None):
    """Return sequences of different lengths as one array, filled up at the end, and its mask.

    Args:
        sequences: list of arrays (T_i, ...) that agree in all axes but the first.
        value: what stands where a sequence has ended.
        length: length of the time axis; the longest sequence's if None.

    Returns:
        padded: (batch, length, ...) of the sequences' common type.
        mask: (batch, length) of bool, True at real steps.

    Raises:
        ValueError: no sequences, or one is longer than `length`.
    """
    if len(sequences) == 0:
        raise ValueError("pad needs at least one sequence")
    arrays = [np.asarray(sequence) for sequence in sequences]
    lengths = np.array([len(array) for array in arrays])
    length = lengths.max() if length is None else length
    if lengths.max() > length:
        raise ValueError(
            f"a sequence has {lengths.max()} steps, more than length={length}: "
            "cut it yourself, so that it is clear which end is lost"
        )
    shape = (len(arrays), length, *arrays[0].shape[1:])
    padded = np.full(shape, value, dtype=np.result_type(*arrays))
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
    return padded, np.arange(length) < lengths[:, None]


def unpad(padded, mask):
    """Return the list of sequences that `pad` was given: the steps where the mask is True.

    Args:
        padded: (batch, time, ...).
        mask: (batch, time) of bool.

    Returns:
        List of arrays (T_i, ...).
    """
    return [row[steps] for row, steps in zip(padded, np.asarray(mask, dtype=bool), strict=True)]
