"""The sentences that articles on recurrent networks repeat, and the verdicts on them."""

# id: claim, as articles put it
CLAIMS = {
    "C01": "a feedforward network cannot predict the next letter; a recurrent one can",
    "C02": "an RNN is a deep feedforward network with one layer per step and equal weights",
    "C03": "the number of parameters does not depend on the length of the sequence",
    "C04": "order matters more than the elements",
    "C05": "one-to-one is a plain network",
    "C06": "BPTT sums the errors of all steps because weights are shared",
    "C07": "gradients below one shrink exponentially; the model stops learning long dependencies",
    "C08": "gradients above one explode to NaN; clipping is enough",
    "C09": "ReLU alleviates vanishing gradients",
    "C10": "fewer hidden layers reduce vanishing and exploding",
    "C11": "the weights themselves become smaller and smaller",
    "C12": "an LSTM remembers over long spans where a plain RNN cannot",
    "C13": "a forget gate near 0 erases, near 1 keeps",
    "C14": "a GRU has fewer operations and trains faster",
    "C15": "GRU for small data sets, LSTM for large ones",
    "C16": "no clear winner between them: try both",
    "C17": "knowing the future improves tagging",
    "C18": "concatenation is the usual merge; a sum also works",
    "C19": "a fixed-length vector between encoder and decoder is a bottleneck",
    "C20": "feeding an RNN into another solves more complex tasks",
    "C21": "RNNs are slow to train",
    "C22": "simple RNNs do well on short contexts, badly on long ones",
    "C23": "RNNs predict sales from past sales",
}

OUTCOMES = ("holds", "fails", "depends")


def verdict(claim: str, outcome: str, evidence: str) -> None:
    """Print a claim and what a lesson measured of it.

    The lesson asserts the measurement in the same cell: this function only prints.

    Args:
        claim: id such as "C01".
        outcome: "holds", "fails" or "depends".
        evidence: the measurement in one line; for "depends", on what.

    Raises:
        ValueError: an unknown claim or outcome.
    """
    if claim not in CLAIMS:
        raise ValueError(f"{claim!r} is not a claim of the course: {', '.join(CLAIMS)}")
    if outcome not in OUTCOMES:
        raise ValueError(f"the outcome must be one of {OUTCOMES}, got {outcome!r}")
    joint = " on" if outcome == "depends" else ":"
    print(f"{claim}  {CLAIMS[claim]}\n     {outcome}{joint} {evidence}")
