"""campaigns.documents: read strictly, and changed in nothing but line ends."""

from dataclasses import replace
from typing import Any

import pytest

from campaigns.documents import Document, OwnText, Picture, Text, Verse, parse
from chain.errors import Invalid
from tests.campaigns.conftest import own, sheet

VOCALISED = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ  \u200f ﷺ e\u0301 \u202bx\u202c"


def test_text_is_kept_as_typed_but_for_line_ends() -> None:
    document = parse(sheet(f"  {VOCALISED}\r\nsecond\rthird\n  "))
    assert document.body == (Text(f"  {VOCALISED}\nsecond\nthird\n  "),)


def test_a_document_goes_out_and_comes_back_the_same() -> None:
    document = Document(
        title="عنوان",
        body=(Text("نص"), Verse(3)),
        variants={7: OwnText((Text("x"),), (Picture(4, "وصف"),), "https://a.test/ب", ("وسم",), "تنبيه"), 9: OwnText()},
        sources=(5,),
    )
    assert parse(document.to_json()) == document
    chosen = OwnText(visibility="unlisted", language="fr", options={"silent": "on"})
    assert parse(replace(document, variants={7: chosen}).to_json()).variants == {7: chosen}


def test_a_sheet_that_chooses_nothing_for_its_network_keeps_the_form_it_had() -> None:
    said = Document(title="x", variants={7: OwnText()}).to_json()["variants"]["7"]
    assert set(said) == {"blocks", "media", "link", "tags", "content_warning"}
    assert parse(sheet("x", variants={"7": own(visibility="public")})).variants == {7: OwnText()}


def bad(**change: Any) -> dict[str, Any]:
    return {**sheet("نص"), **change}


@pytest.mark.parametrize(
    "value",
    [
        None, [], "text", 3, {}, {"title": "x"},
        bad(extra=1),
        bad(title=None),
        bad(title="two\nlines"),
        bad(title="x" * 161),
        bad(body={}),
        bad(body=[{"type": "text"}]),
        bad(body=[{"type": "text", "text": 1}]),
        bad(body=[{"type": "text", "text": "x", "bold": True}]),
        bad(body=[{"type": "html", "text": "x"}]),
        bad(body=[{"type": "verse", "citation": "3"}]),
        bad(body=[{"type": "verse", "citation": True}]),
        bad(body=[{"type": "verse", "citation": -1}]),
        bad(body=[{"type": "verse", "citation": 3, "text": "typed over"}]),
        bad(body=[{"type": "text", "text": "x"}] * 201),
        bad(variants={"7": own(visibility="direct")}),
        bad(variants={"7": own(language="klingon")}),
        bad(variants={"7": own(options=["silent"])}),
        bad(variants={"7": own(options={"Silent!": "on"})}),
        bad(variants={"7": own(options={"silent": True})}),
        bad(body=[{"type": "text", "text": "x" * 20_001}]),
        bad(body=[{"type": "text", "text": "x" * 20_000}] * 6),
        bad(body=[{"type": "text", "text": "a\x00b"}]),
        bad(body=[{"type": "text", "text": "\ud800"}]),
        bad(variants=[]),
        bad(variants={"x": own()}),
        bad(variants={"٣": own()}),
        bad(variants={"1": {}}),
        bad(variants={"1": own(colour="red")}),
        bad(variants={"1": own(blocks="x")}),
        bad(variants={"1": own(media=[{"media": 1}])}),
        bad(variants={"1": own(media=[{"media": 1, "alt": "x"}] * 31)}),
        bad(variants={"1": own(link="javascript:alert(1)")}),
        bad(variants={"1": own(link="https://a b")}),
        bad(variants={"1": own(link="https://[")}),
        bad(variants={"1": own(tags=["two words"])}),
        bad(variants={"1": own(tags=["#x"])}),
        bad(variants={"1": own(tags=[""])}),
        bad(variants={"1": own(content_warning="x" * 501)}),
        bad(sources=["3"]),
    ],
)  # fmt: skip
def test_what_no_sheet_sends_is_refused_and_the_place_named(value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        parse(value)
    assert refused.value.field


def test_a_channel_without_text_of_its_own_follows_the_body() -> None:
    document = parse(sheet("المتن", variants={"1": own(), "2": own(blocks=[{"type": "text", "text": "خاص"}])}))
    assert document.blocks_for(1) == (Text("المتن"),)
    assert document.blocks_for(2) == (Text("خاص"),)
    assert document.blocks_for(3) == (Text("المتن"),)
