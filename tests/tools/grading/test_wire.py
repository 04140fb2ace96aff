"""The channel to a process that nobody trusts: plain data comes through, and nothing else."""

import io
import json
import struct

from course_tools.grading.inside import wire
from course_utils.checks import codec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(),
    lambda part: st.lists(part) | st.lists(part).map(tuple) | st.dictionaries(st.text(), part),
    max_leaves=20,
)
DTYPES = st.sampled_from(["?", "i1", "<i8", ">i4", "u2", "f4", ">f8", "f2", "c16", "U3"])


@given(PLAIN)
def test_plain_data_comes_out_as_it_went_in(value):
    back = codec.decode(codec.encode(value)[4:])
    assert back == value and repr(back) == repr(value)


@given(DTYPES.flatmap(lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, min_side=0))))
def test_arrays_come_out_as_they_went_in(array):
    kind, back = codec.decode(codec.encode(["array", array])[4:])
    assert back.dtype == array.dtype and back.shape == array.shape
    assert back.tobytes() == array.tobytes() and back.flags.writeable


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        codec.decode(data)
    except codec.CodecError:
        pass


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5),
        lambda part: (
            st.lists(part, max_size=4)
            | st.dictionaries(
                st.sampled_from(["array", "tuple", "dict", "complex", "x"]), part, max_size=2
            )
        ),
        max_leaves=12,
    )
)
def test_any_header_is_read_or_refused(header):
    text = json.dumps(header).encode()
    try:
        codec.decode(len(text).to_bytes(4, "big") + text + bytes(64))
    except codec.CodecError:
        pass


@pytest.mark.parametrize(
    "header",
    [
        {"array": ["O", [1], 0]},
        {"array": ["<f8", [2**40], 0]},
        {"array": ["<f8", [0, 2**62, 2**62], 0]},
        {"array": ["<f8", [-1], 0]},
        {"array": ["<f8", [1], 10**9]},
        {"array": ["<f8", [1.0], 0]},
        {"array": ["<f8", [1] * 40, 0]},
        {"array": ["V8", [1], 0]},
        {"array": ["<U99999", [1], 0]},
        {"tuple": 7},
        {"dict": [[1, 2]]},
        {"dict": [["a"]]},
        {"pickle": "x"},
        {},
        2**64,
    ],
)
def test_headers_that_lie_are_refused(header):
    text = json.dumps(header).encode()
    with pytest.raises(codec.CodecError):
        codec.decode(len(text).to_bytes(4, "big") + text + bytes(64))


@pytest.mark.parametrize(
    "value",
    [
        object(),
        np.array([object()]),
        np.zeros(3, dtype="M8[s]"),
        {1: 2},
        b"bytes",
        2**70,
        np.zeros(3_000_000),
        "a" * (codec.LARGEST + 1),
    ],
    ids=["object", "objects", "dates", "key", "bytes", "number", "large array", "long text"],
)
def test_what_is_no_plain_data_is_not_sent(value):
    with pytest.raises(codec.CodecError):
        codec.encode(value)


def test_a_frame_cannot_grow():
    blob = np.zeros(250_000)
    assert codec.decode(codec.encode([blob, blob[:3]])[4:])[1].shape == (3,)
    text = json.dumps([{"array": ["<f8", [250_000], 0]}] * 2).encode()
    with pytest.raises(codec.CodecError, match="behind the other"):
        codec.decode(struct.pack(">I", len(text)) + text + blob.tobytes())
    text = b'{"complex": [1' + b"0" * 400 + b", 0]}"
    with pytest.raises(codec.CodecError, match="OverflowError"):
        codec.decode(struct.pack(">I", len(text)) + text)


def test_frames_come_out_one_by_one_until_the_channel_ends():
    values = [[1, "two"], {"three": np.arange(3).tolist()}]
    stream = io.BytesIO(b"".join(map(codec.encode, values)) + b"\0\0")
    assert [wire.receive(stream.read) for _ in range(3)] == [*values, None]


@pytest.mark.parametrize("size", [wire.ANSWER + 1, 2**32 - 1])
def test_of_a_frame_too_large_nothing_is_read(size):
    asked = []

    def read(count):
        asked.append(count)
        return struct.pack(">I", size)[:count]

    with pytest.raises(codec.CodecError, match="a frame too large"):
        wire.receive(read, wire.ANSWER)
    assert sum(asked) == 4
