"""The catalogues: what is put comes out in Django, forms are counted, and nothing stays untranslated."""

import gettext
import json
from pathlib import Path
from typing import Any

import pytest

from ops import messages

POSTS: dict[str, dict[str, Any]] = {
    "%(n)s post": {
        "plural": "%(n)s posts",
        "ar": ["لا منشورات", "منشور واحد", "منشوران", "%(n)s منشورات", "%(n)s منشورًا", "%(n)s منشور"],
        "fr": ["%(n)s publication", "%(n)s publications"],
    },
    "Save": {"ar": "حفظ", "fr": "Enregistrer"},
}


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    return tmp_path / "locale"


def source(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ROOT", folder)
    (folder / "campaigns" / "templates").mkdir(parents=True)
    (folder / "campaigns" / "templates" / "page.html").write_text(text, encoding="utf-8")


def test_arabic_counts_in_six_forms_and_french_in_two(locale: Path) -> None:
    messages.put(POSTS)
    messages.compile_all()
    arabic = gettext.translation("django", locale, ["ar"])
    french = gettext.translation("django", locale, ["fr"])
    forms = [arabic.ngettext("%(n)s post", "%(n)s posts", n) for n in (0, 1, 2, 5, 11, 100)]
    assert forms == POSTS["%(n)s post"]["ar"]
    assert [french.ngettext("%(n)s post", "%(n)s posts", n) for n in (0, 1, 2)] == [
        "%(n)s publication",
        "%(n)s publication",
        "%(n)s publications",
    ]


def test_putting_the_same_twice_changes_no_byte(locale: Path) -> None:
    messages.put(POSTS)
    once = messages.catalogue_path("ar").read_bytes()
    messages.put(POSTS)
    assert messages.catalogue_path("ar").read_bytes() == once


def test_a_plural_with_too_few_forms_is_refused(locale: Path) -> None:
    with pytest.raises(messages.MessagesError, match="6 plural forms in ar"):
        messages.put({"%(n)s post": {"plural": "%(n)s posts", "ar": ["واحد"], "fr": ["un", "deux"]}})


def test_a_template_string_without_translation_is_named(
    locale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source("{% load i18n %}{% translate 'Sign' %}", tmp_path, monkeypatch)
    assert messages.problems() == ["ar: no translation of 'Sign'", "fr: no translation of 'Sign'"]
    assert messages.missing() == {"Sign": {"ar": "", "fr": ""}}


def test_a_translation_that_loses_its_placeholder_is_named(
    locale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source("{% load i18n %}{% blocktranslate %}By {{ name }}{% endblocktranslate %}", tmp_path, monkeypatch)
    messages.put({"By %(name)s": {"ar": "من %(name)s", "fr": "De qui"}})
    assert messages.problems() == ["fr: 'By %(name)s': lacks %(name)s"]


def test_extracting_drops_what_the_source_no_longer_says_and_keeps_translations(
    locale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source("{% load i18n %}{% translate 'Save' %}", tmp_path, monkeypatch)
    messages.put(POSTS)
    messages.extract()
    text = messages.catalogue_path("ar").read_text(encoding="utf-8")
    assert "حفظ" in text
    assert "%(n)s post" not in text


def test_the_command_reads_a_file_of_translations(locale: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"Save": POSTS["Save"]}), encoding="utf-8")
    assert messages.main(["put", str(file)]) == 0
    assert gettext.translation("django", locale, ["fr"]).gettext("Save") == "Enregistrer"


def test_no_string_of_the_product_lacks_its_arabic_or_french() -> None:
    assert messages.problems() == []
