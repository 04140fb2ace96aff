"""Sequences as arrays, and back: vocabularies, padding, entities from BIO tags, and leaks."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike


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

    def __init__(self, tokens: Iterable, reserved: Iterable = ()) -> None:
        self.tokens = list(dict.fromkeys([*reserved, *tokens]))
        self._numbers = {token: number for number, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._numbers

    def encode(self, sequence: Iterable) -> np.ndarray:
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

    def decode(self, numbers: Iterable[int]) -> list:
        """Return the list of tokens with these numbers, the inverse of `encode`."""
        return [self.tokens[number] for number in numbers]


def pad(
    sequences: Sequence, value: float = 0, length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
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


class WordViews:
    """Three numbers for each word: the word itself, its ending and its shape, as in lesson 06.

    A word has a number of its own if it is used often enough in the sentences given, an ending
    (three letters, small) if three different words share it; all others are "<unknown>". The
    shape is "number", "CAPITALS", "Capital", "small" or "sign".

    Args:
        sentences: the training sentences, a list of lists of words.
        least_uses: how often a word must occur to get a number of its own.

    Attributes:
        vocabularies: maps "word", "ending" and "shape" to a `Vocabulary`, in which 0 is "<pad>"
            and 1 is "<unknown>".
    """

    def __init__(self, sentences: Sequence[Sequence[str]], least_uses: int = 20) -> None:
        uses = Counter(word for words in sentences for word in words)
        shared = Counter(map(_ending_of, uses))
        reserved = ("<pad>", "<unknown>")
        self.vocabularies = {
            "word": Vocabulary([word for word in uses if uses[word] >= least_uses], reserved),
            "ending": Vocabulary([ending for ending in shared if shared[ending] >= 3], reserved),
            "shape": Vocabulary(["number", "CAPITALS", "Capital", "small", "sign"], reserved),
        }

    def encode(self, sentences: Sequence[Sequence[str]], length: int | None = None) -> dict:
        """Return the numbers of sentences, padded with zeros.

        Args:
            sentences: a list of lists of words.
            length: of the time axis; the longest sentence's if None.

        Returns:
            Dict from "word", "ending" and "shape" to an array (sentences, length) of int32.

        Raises:
            ValueError: no sentences, or one is longer than `length`.
        """
        views: dict[str, Callable] = {"word": str, "ending": _ending_of, "shape": _shape_of}
        return {
            name: pad(
                [self.vocabularies[name].encode(map(view, words)) for words in sentences],
                length=length,
            )[0]
            for name, view in views.items()
        }


def _ending_of(word):
    return word[-3:].lower()


def _shape_of(word):
    if word[0].isdigit():
        return "number"
    if word.isupper() and len(word) > 1:
        return "CAPITALS"
    if word[0].isupper():
        return "Capital"
    return "small" if word[0].isalpha() else "sign"


def spans_from_bio(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the entities of a sentence that carries BIO tags.

    An entity starts at `B-TYPE` and goes on through each `I-TYPE` of the same type. An `I-TYPE`
    that continues nothing (after `O`, or after another type) starts an entity of its own, as in
    the CoNLL evaluation (Tjong Kim Sang and De Meulder 2003).

    Args:
        tags: list of T strings, "O", "B-TYPE" or "I-TYPE".

    Returns:
        List of (start, stop, type), in order: the entity is made of the tokens start to stop - 1.

    Raises:
        ValueError: a tag is none of the three forms.
    """
    spans = []
    open_type = None
    for index, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if tag != "O" and (prefix not in ("B", "I") or not kind):
            raise ValueError(f"tag {index} is {tag!r}; expected 'O', 'B-TYPE' or 'I-TYPE'")
        if prefix == "I" and kind == open_type:
            start, _, _ = spans[-1]
            spans[-1] = (start, index + 1, kind)
        elif tag != "O":
            spans.append((index, index + 1, kind))
        open_type = kind or None
    return spans


def entity_f1(true: Sequence, predicted: Sequence) -> tuple[float, float, float]:
    """Return precision, recall and F1 over whole entities.

    An entity counts as found only if its start, its stop and its type are all right.

    Args:
        true: list of N tag sequences (lists of strings), one for each sentence.
        predicted: the same number of sequences, of the same lengths.

    Returns:
        (precision, recall, f1), floats from 0 to 1; 0.0 where nothing is found or wanted.

    Raises:
        ValueError: the two differ in number of sentences or in the length of one.
    """
    if len(true) != len(predicted):
        raise ValueError(f"{len(true)} true sentences, {len(predicted)} predicted; give one each")
    found = wanted = right = 0
    for index, (tags, guess) in enumerate(zip(true, predicted, strict=True)):
        if len(tags) != len(guess):
            raise ValueError(
                f"sentence {index}: {len(tags)} true tags, {len(guess)} predicted; cut off padding"
            )
        spans, guesses = set(spans_from_bio(tags)), set(spans_from_bio(guess))
        wanted += len(spans)
        found += len(guesses)
        right += len(spans & guesses)
    precision = right / found if found else 0.0
    recall = right / wanted if wanted else 0.0
    f1 = 2 * right / (found + wanted) if found + wanted else 0.0
    return precision, recall, f1


def find_leak(model: Callable, x: ArrayLike, tolerance: float = 1e-6) -> list[int]:
    """Return the steps at which a model uses inputs that come later, as lesson 12 finds them.

    The inputs after step t are replaced by others of x's own values; a model that keeps to the
    past gives the same output at t.

    Args:
        model: function from inputs like `x` to outputs (batch, time, ...), such as a Keras model,
            or all of a pipeline with what is done to the data before.
        x: inputs, (batch, time) or (batch, time, features), numbers; they are left as they are.
        tolerance: largest change of an output that counts as rounding.

    Returns:
        List of the steps t, counted from 0, whose output moved. It is empty for a model that does
        not look ahead; the last step, which has no future, is never in it.

    Raises:
        ValueError: the outputs do not have a step for each step of `x`.
    """
    x = np.asarray(x)
    before = np.asarray(model(x))
    if before.shape[:2] != x.shape[:2]:
        raise ValueError(
            f"outputs {before.shape} for inputs {x.shape}: an output is needed at every step; "
            "a recurrent layer gives them with return_sequences=True"
        )
    rng = np.random.default_rng(0)
    leaks = []
    for t in range(x.shape[1] - 1):
        changed = x.copy()
        changed[:, t + 1 :] = rng.choice(x.ravel(), changed[:, t + 1 :].shape)
        moved = np.abs(np.asarray(model(changed))[:, t] - before[:, t])
        if moved.max() > tolerance:
            leaks.append(t)
    return leaks
