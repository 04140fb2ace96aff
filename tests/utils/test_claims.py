"""The claims of the course and the printed verdicts on them."""

from course_utils.claims import CLAIMS, verdict

import pytest


def test_the_claims_are_numbered_without_a_gap():
    assert list(CLAIMS) == [f"C{number:02}" for number in range(1, 24)]


def test_a_verdict_has_two_lines(capsys):
    verdict("C05", "holds", "equal to 1e-6")
    assert (
        capsys.readouterr().out == "C05  one-to-one is a plain network\n     holds: equal to 1e-6\n"
    )
    verdict("C15", "depends", "the task")
    assert capsys.readouterr().out.endswith("     depends on the task\n")


@pytest.mark.parametrize(("claim", "outcome"), [("C99", "holds"), ("C01", "maybe")])
def test_a_verdict_on_nothing_known_is_refused(claim, outcome):
    with pytest.raises(ValueError, match="C99|maybe"):
        verdict(claim, outcome, "")
