"""The file of the demonstration: what it holds, and that it goes through the import like any other."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from campaigns.checks import check
from campaigns.importing import import_contents
from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Content, Payload, Variant
from demo import brief, story
from library import scripture
from library.concepts import add_concept
from library.models import Claim
from tests.deliveries import make_campaign, make_channel
from tests.people import People, actor_of

pytestmark = pytest.mark.django_db
QUOTES = "«»“”„\"'‘’‹›()[]"
VERSE = re.compile(r"﴿(.*?)﴾", re.DOTALL)


FILES = [story.FILE, brief.FOLDER / "first.csv", brief.FOLDER / "second.csv"]
"""What is imported today, and what was imported in the past."""


def rows(*files: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for path in files or [story.FILE]:
        with path.open(encoding="utf-8", newline="") as file:
            found += csv.DictReader(file)
    return found


def as_xlsx() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows()[0]))
    for row in rows():
        sheet.append(list(row.values()))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.fixture
def campaign(people: People) -> Campaign:
    """An empty campaign of another institution with the same concepts, and channels of the same handles."""
    for concept in brief.concepts():
        add_concept(**concept, actor=actor_of(people.alice))
    for handle in ("rabita_demo", "rabita_demo_fr"):
        make_channel(people.rabita, people.carla, handle=f"@{handle}", remote_id=handle)
    disclosure = brief.words()["disclosure"]
    return make_campaign(people.rabita, people.carla, languages=["ar", "fr", "en"], disclosure=disclosure)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_dry_run_finds_nothing_wrong_and_keeps_nothing(file: Path, campaign: Campaign, people: People) -> None:
    report = import_contents(content=file.read_bytes(), campaign=campaign, actor=actor_of(people.carla), commit=False)
    assert [(row.reference, row.verdict, row.said) for row in report.rows if row.verdict != "ok" or row.said] == []
    assert report.contents == len(rows(file))
    assert Content.objects.count() == 0


@pytest.mark.parametrize("content", [story.FILE.read_bytes(), as_xlsx()], ids=["csv", "xlsx"])
def test_the_sheet_gives_the_same_contents_from_either_kind_of_file(
    content: bytes, campaign: Campaign, people: People
) -> None:
    report = import_contents(content=content, campaign=campaign, actor=actor_of(people.carla), commit=True)
    assert report.is_kept
    titles = {(row["reference"], row["language"]): row["title"] for row in rows()}
    assert {(c.reference, c.language): c.title for c in Content.objects.all()} == titles


def test_the_six_concepts_are_answered_in_arabic_and_some_in_french_and_english() -> None:
    languages = [row["language"] for row in rows(*FILES)]
    assert languages.count("ar") >= 24
    assert {"fr", "en"} <= set(languages)
    named = {concept["name_ar"] for concept in brief.concepts()}
    assert {row["concept"] for row in rows(*FILES)} == named
    assert len(named) == 6


def test_each_concept_says_what_it_means_what_to_say_and_what_to_avoid() -> None:
    for concept in brief.concepts():
        assert all(concept[f"definition_{language}"] for language in ("ar", "fr", "en"))
        assert concept["say"]["ar"]
        assert concept["avoid"]["ar"]


def test_claims_are_one_plain_sentence_without_quotation() -> None:
    for claim in brief.claims():
        for text in (claim["text_ar"], claim["text_fr"], claim["text_en"]):
            without_apostrophes = re.sub(r"(?<=\w)'(?=\w)", "", text)
            assert not set(without_apostrophes) & set(QUOTES), text
            assert text.count(".") == 1
            assert text.endswith(".")
    assert {row["claim"] for row in rows(*FILES)} == {claim["text_ar"] for claim in brief.claims()}


def test_only_verses_carry_vowels_and_none_is_typed_by_hand() -> None:
    for row in rows(*FILES):
        assert re.findall(r"^\{\d+:\d+\}$", row["text"], re.MULTILINE), row["reference"]
        marks = [s for s in row["text"] if unicodedata.category(s) == "Mn" and row["language"] == "ar"]
        assert not marks, row["reference"]
        assert "﴿" not in row["text"]


def test_what_is_laid_is_sound_and_stands_at_every_stage(lay: Callable[[], None]) -> None:
    lay()
    every_content_is_sound_within_its_limit_and_says_who_speaks()
    every_verse_goes_out_whole_and_byte_for_byte()
    texts_stand_at_every_stage()


def every_content_is_sound_within_its_limit_and_says_who_speaks() -> None:
    for content in Content.objects.all():
        found = check(content)
        assert not found.blocks, (content.reference, [str(each.what) for each in found.blocks])
        assert not [each for each in found.warnings if each.code != "open_remark"], content.reference
        for rendering in found.renderings.values():
            assert rendering.count <= rendering.limit
            assert brief.words()["disclosure"][content.language] in rendering.parts[0].text


def every_verse_goes_out_whole_and_byte_for_byte() -> None:
    named = {(row["reference"], row["language"]): re.findall(r"\{([\d:]+)\}", row["text"]) for row in rows()}
    seen = 0
    for payload in Payload.objects.select_related("variant__content"):
        content = payload.variant.content
        text = json.loads(payload.canonical)["parts"][0]["text"]
        wanted = [
            scripture.passage(*scripture.read_reference(key)).text for key in named[content.reference, content.language]
        ]
        assert VERSE.findall(text) == wanted
        seen += len(wanted)
    assert seen >= 8


def texts_stand_at_every_stage() -> None:
    states = set(Variant.objects.values_list("state", flat=True))
    assert states == {VariantState.DRAFT, VariantState.IN_REVIEW, VariantState.CHANGES, VariantState.APPROVED}
    assert Claim.objects.count() == len(brief.claims())


def test_the_file_can_be_imported_again_by_hand(lay: Callable[[], None], capsys: Any, tmp_path: Path) -> None:
    lay()
    call_command(
        "import_contents", str(story.FILE), organisation="demo", campaign=brief.CODE, email="nouha@sanad.example"
    )
    said = capsys.readouterr().out
    assert "✗" not in said
    assert Content.objects.count() == len(rows())
