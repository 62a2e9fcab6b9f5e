"""Every code of ours and of the networks is a sentence and a next step, in each language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from networks.errors import Code
from publishing.reasons import REASONS, reason_of, title_of

CODED_CALLS = {
    "Obstacle": 1, "held": 1, "tell_about": None, "tell_about_channel": None, "give_back": None, "leave_send": None,
    "become_unconfirmed": 2, "record_unknown": 2, "needs_reconnect": None, "back_to_queue": None, "still_processing": 3,
}  # fmt: skip
"""Calls whose code comes to a delivery or a notice: the position of the code, None where it is named `code`."""
STORED = {"reason", "state_reason"}
"""Columns whose value is a code."""


def codes_in(tree: ast.AST) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        given = [named.get(column) for column in STORED]
        if name in CODED_CALLS:
            position = CODED_CALLS[name]
            given.append(named.get("code"))
            given.append(call.args[position] if position is not None and len(call.args) > position else None)
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield value.value


def codes_used(repository: Path) -> set[str]:
    files = (repository / "publishing").rglob("*.py")
    return {code for file in files for code in codes_in(ast.parse(file.read_text(encoding="utf-8")))}


def test_every_code_of_a_network_has_a_text() -> None:
    assert sorted(set(map(str, Code)) - set(REASONS)) == []


def test_every_code_that_publishing_uses_has_a_text(repository: Path) -> None:
    used = codes_used(repository)
    assert {"bytes_changed", "lapsed", "woke_too_late", "proved_absent", "undisclosed", "gone"} <= used
    assert sorted(used - set(REASONS)) == []


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_reason_says_what_happened_and_what_to_do(code: str) -> None:
    with translation.override("en"):
        reason = reason_of(code)
        assert str(reason.title).strip()
        assert not str(reason.title).endswith(".")
        assert str(reason.next_step).endswith(".")


@pytest.mark.parametrize("code", sorted(REASONS))
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_a_reason_is_said_in_each_language(code: str, language: str) -> None:
    with translation.override("en"):
        english = [str(REASONS[code].title), str(REASONS[code].next_step)]
    with translation.override(language):
        assert [text for text in english if gettext(text) == text] == []


def test_a_late_reason_names_its_minutes() -> None:
    with translation.override("en"):
        assert "47" in str(reason_of("late", {"minutes": 47}).title)


def test_a_code_without_a_text_fails_loudly() -> None:
    with pytest.raises(KeyError):
        reason_of("nobody_wrote_this")
    assert title_of("nobody_wrote_this") is None


def test_a_figure_is_put_into_words_in_the_readers_language() -> None:
    with translation.override("ar"):
        reason = reason_of("late", {"minutes": 5})
    with translation.override("en"):
        assert str(reason.title).endswith("(5 minutes late)")
