"""Call what may not end, or takes all memory, in a process of its own."""

import resource
from multiprocessing import get_context

MEMORY, SECONDS = 2**32, 60


def call_apart(function, *arguments):
    """Return `function(*arguments)`.

    Raises:
        RuntimeError: it raised, did not end in time, or its process came to an end before it did.
    """
    context = get_context("fork")  # a fresh interpreter for each of thousands would take hours
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, function, arguments))
    process.start()
    theirs.close()
    try:
        if not ours.poll(SECONDS):
            raise RuntimeError("it did not end")
        result, error = ours.recv()
    except EOFError:
        raise RuntimeError("its process ended") from None
    finally:
        process.kill()
        process.join()
    if error:
        raise RuntimeError(error)
    return result


def _answer(channel, function, arguments):
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    try:
        channel.send((function(*arguments), None))
    except Exception as error:
        channel.send((None, f"{type(error).__name__}: {error}"))
