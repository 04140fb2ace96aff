"""Frames of `codec` on the channel between the grader and a process that nobody trusts."""

from course_utils.checks.codec import LARGEST, LENGTH, MEGABYTE, CodecError, decode, encode

__all__ = ["ANSWER", "STOPPED", "CodecError", "encode", "receive"]

ANSWER = 4 * MEGABYTE  # bytes of a frame that comes from a worker; right answers are far smaller
STOPPED = "stopped by the grader"  # message of what ends a cell that takes too long


def receive(read, largest=LARGEST):
    """Return the next value of a channel, or None where it has ended.

    Args:
        read: `read(count)` returns exactly so many bytes, or fewer where the channel ends.
        largest: bytes that a frame may have.

    Raises:
        CodecError: what came is no frame.
    """
    head = read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    if size > largest:
        raise CodecError("a frame too large")
    payload = read(size)
    if len(payload) < size:
        return None
    return decode(payload)
