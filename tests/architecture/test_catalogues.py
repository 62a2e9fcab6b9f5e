"""No missing or fuzzy entry in Arabic and French."""

from ops import messages


def test_the_catalogues_are_complete() -> None:
    assert messages.problems() == []
