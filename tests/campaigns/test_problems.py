"""Every finding of a network's limits is a sentence and a way to mend it, in each language."""

import pytest
from django.conf import settings
from django.utils import translation

from campaigns.problems import PROBLEMS
from networks.errors import ProblemCode


def test_every_finding_has_a_text() -> None:
    assert set(PROBLEMS) == set(map(str, ProblemCode)) - {ProblemCode.TEXT_EMPTY}


@pytest.mark.parametrize("code", sorted(PROBLEMS))
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_a_finding_is_said_in_each_language(code: str, language: str) -> None:
    with translation.override("en"):
        english = [str(text) for text in PROBLEMS[code]]
    with translation.override(language):
        said = [str(text) for text in PROBLEMS[code]]
    assert not set(english) & set(said)
    assert [("{limit}" in text, "{channel}" in text) for text in said] == [
        ("{limit}" in text, "{channel}" in text) for text in english
    ]
