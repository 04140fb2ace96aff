"""Plain data as bytes, for files and for a channel whose other end nobody trusts: no pickle.

A frame is its length (four bytes), the length of a JSON text (four bytes), that text, and the
raw bytes of the arrays. JSON's own types stand for themselves; an object with one key stands for
what JSON lacks: {"array": [dtype, shape, start]}, {"tuple": items}, {"dict": pairs},
{"complex": [real, imaginary]}.
"""

import json
import math
import re
import struct

import numpy as np

MEGABYTE = 2**20
LARGEST = 16 * MEGABYTE  # bytes of one frame
# Truth values, numbers and text.
_DTYPE = re.compile(r"[<>|=]?(b1|[iu][1248]|f(2|4|8|16)|c(8|16)|U\d{1,5})")
LENGTH = struct.Struct(">I")


class CodecError(ValueError):
    """A value has no frame, or what came is no frame that `encode` made."""


def encode(value, largest=LARGEST):
    """Return the frame of a value.

    Args:
        value: None, bool, int, float, complex, str, a NumPy array of these, or lists, tuples
            and dicts (with text as keys) of such values.
        largest: bytes that the frame may have.

    Raises:
        CodecError: it holds something else, or is too large.
    """
    blobs, room = [], 0

    def pack(item):
        nonlocal room
        if item is None or isinstance(item, bool):
            return item
        if isinstance(item, int) and abs(item) >= 2**63:
            raise CodecError("a whole number too large")
        for kind in (int, float, str):  # a number of NumPy's may be a float, too
            if isinstance(item, kind):
                return kind(item)
        if type(item) is np.ndarray and _DTYPE.fullmatch(item.dtype.str):
            if room + item.nbytes > largest:
                raise CodecError(f"{item.nbytes / MEGABYTE:.0f} MB of numbers, far too many")
            blobs.append(item.tobytes())
            room += len(blobs[-1])
            return {"array": [item.dtype.str, list(item.shape), room - len(blobs[-1])]}
        if isinstance(item, complex):
            return {"complex": [float(item.real), float(item.imag)]}
        if type(item) is list:
            return [pack(part) for part in item]
        if type(item) is tuple:
            return {"tuple": [pack(part) for part in item]}
        if type(item) is dict and all(type(key) is str for key in item):
            return {"dict": [[key, pack(part)] for key, part in item.items()]}
        kind = f"an array of {item.dtype}" if type(item) is np.ndarray else type(item).__name__
        raise CodecError(f"{kind}, which is neither a number nor text")

    try:
        text = json.dumps(pack(value)).encode("ascii")
    except CodecError:
        raise
    except (RecursionError, ValueError, TypeError) as error:
        raise CodecError(f"something without an end or a value ({type(error).__name__})") from None
    size = LENGTH.size + len(text) + room
    if size > largest:
        raise CodecError(f"{size / MEGABYTE:.0f} MB of text, far too much")
    return b"".join([LENGTH.pack(size), LENGTH.pack(len(text)), text, *blobs])


def decode(payload):
    """Return the value of a frame whose first four bytes have been taken off.

    Args:
        payload: bytes from anybody.

    Raises:
        CodecError: it is no frame.
    """
    try:
        (length,) = LENGTH.unpack_from(payload)
        start = LENGTH.size + length
        if start > len(payload):
            raise CodecError("a text that ends early")
        text, blob = payload[LENGTH.size : start], memoryview(payload)[start:]
        return _Reader(blob).unpack(json.loads(text))
    except CodecError:
        raise
    except (
        ValueError, TypeError, KeyError, OverflowError, RecursionError, struct.error, MemoryError
    ) as error:  # fmt: skip
        raise CodecError(f"no frame: {type(error).__name__}") from None


class _Reader:
    """Makes the values of a frame; its arrays lie one behind the other, as `encode` put them."""

    def __init__(self, blob):
        self.blob, self.start = blob, 0

    def unpack(self, item):
        if isinstance(item, list):
            return [self.unpack(part) for part in item]
        if not isinstance(item, dict):
            if isinstance(item, int) and abs(item) >= 2**63:
                raise CodecError("a whole number too large")
            return item
        ((kind, content),) = item.items()
        if kind == "tuple":
            return tuple(self.unpack(part) for part in content)
        if kind == "dict":
            pairs = [(key, self.unpack(part)) for key, part in content]
            if not all(isinstance(key, str) for key, _ in pairs):
                raise CodecError("a key that is no text")
            return dict(pairs)
        if kind == "complex":
            return complex(*content)
        if kind != "array":
            raise CodecError("an unknown kind")
        return self.array(*content)

    def array(self, dtype, shape, start):
        if not _DTYPE.fullmatch(dtype) or len(shape) > 32:
            raise CodecError("an array of something else")
        if not all(type(size) is int and size >= 0 for size in shape):
            raise CodecError("a shape that is none")
        # Else many small entries could each have a copy of the same bytes.
        if start != self.start:
            raise CodecError("arrays that are not one behind the other")
        count = math.prod(shape)
        raw = self.blob[start : start + count * np.dtype(dtype).itemsize]
        if len(raw) != count * np.dtype(dtype).itemsize:
            raise CodecError("an array that ends early")
        self.start += len(raw)
        return np.frombuffer(raw, dtype, count).reshape(shape).copy()
