"""library.scripture: the installed text, byte for byte, by every road."""

import hashlib
import json
import unicodedata

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from quran_text import Mushaf
from rest_framework.renderers import JSONRenderer

from campaigns.documents import parse
from campaigns.rendering import Material, texts_of
from chain.errors import Invalid
from chain.trail import canonical
from library import scripture
from networks.types import Post

WHOLE = "55eb96fee53ac105620fc61c02cb0dbbbbdc787c7a295528ca80360b5cee8e71"
"""sha256 over all 6,236 verses of quran-text 0.1.0. It changes only when a person compared the new text with print."""


def every() -> list[scripture.Passage]:
    return [scripture.passage(s.number, ayah) for s in scripture.surahs() for ayah in range(1, s.ayat + 1)]


def test_the_whole_text_is_the_one_that_was_compared() -> None:
    assert scripture.digest_of_all() == WHOLE


def test_there_are_114_surahs_and_6236_verses() -> None:
    assert len(scripture.surahs()) == 114
    assert sum(surah.ayat for surah in scripture.surahs()) == 6236


def test_a_verse_has_the_words_of_the_package_and_only_pause_signs_besides() -> None:
    mushaf = Mushaf.hafs()
    signs = {mark.sign for _word, mark in mushaf.span(0, len(mushaf.words)).marks if mark.kind == "waqf"}
    for passage in every():
        bare = "".join(letter for letter in passage.text if letter not in signs)
        words = "".join(letter for letter in mushaf.ayah(passage.surah, passage.ayah_from).text if letter not in signs)
        assert bare == words


def test_every_verse_keeps_its_bytes_through_the_api_the_document_the_payload_and_the_trail() -> None:
    for passage in every():
        shown = json.loads(JSONRenderer().render({"text": passage.text}))["text"]
        typed = parse({"title": "", "body": [{"type": "text", "text": passage.text}], "variants": {}}).to_json()
        stored = json.loads(json.dumps(typed, cls=DjangoJSONEncoder))["body"][0]["text"]
        signed = Post.from_json(json.loads(canonical(Post(text=passage.text).to_json()))).text
        assert {shown, stored, signed} == {passage.text}
        assert hashlib.sha256(shown.encode()).hexdigest() == passage.sha256


def test_every_verse_is_laid_into_a_post_whole_and_unchanged() -> None:
    class Written:
        pk = 1
        content = type("Content", (), {"language": "ar"})()

    document = parse({"title": "", "body": [{"type": "verse", "citation": 1}], "variants": {}})
    for passage in every():
        (text,) = texts_of(document, Written(), Material(passages={1: passage}), "")  # type: ignore[arg-type]
        assert text == f"﴿{passage.text}﴾ [{passage.surah_name}: {passage.ayah_from}]"


def test_the_text_is_not_normal_form_c_and_stays_so() -> None:
    changed = [p for p in every() if unicodedata.normalize("NFC", p.text) != p.text]
    assert len(changed) > 5_000


def test_several_verses_stand_in_order_with_the_end_sign_between_them() -> None:
    passage = scripture.passage(112, 1, 2)
    first, second = scripture.ayah_text(112, 1), scripture.ayah_text(112, 2)
    assert passage.text == f"{first} ۝١ {second}"
    assert passage.quoted("ar").endswith("[الإخلاص: 1-2]")
    assert passage.quoted("fr").endswith("[Coran 112:1-2]")


def test_the_riwaya_is_named() -> None:
    assert scripture.passage(1, 1).riwaya_code == "hafs"


@pytest.mark.parametrize(
    ("surah", "first", "last", "field"),
    [(0, 1, 1, "surah"), (115, 1, 1, "surah"), (1, 8, 8, "ayah_from"), (1, 0, 0, "ayah_from"),
     (1, 5, 8, "ayah_to"), (2, 10, 9, "ayah_to")],
)  # fmt: skip
def test_verses_that_do_not_exist_are_refused_by_field(surah: int, first: int, last: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        scripture.passage(surah, first, last)
    assert refused.value.field == field


def test_another_riwaya_is_not_passed_off_as_this_one() -> None:
    with pytest.raises(Invalid) as refused:
        scripture.passage(1, 1, 1, "warsh")
    assert refused.value.code == "riwaya_not_installed"


@pytest.mark.parametrize(("written", "read"), [("2:256", (2, 256, 256)), (" 2 : 255 - 256 ", (2, 255, 256))])
def test_a_reference_is_read_as_people_write_it(written: str, read: tuple[int, int, int]) -> None:
    assert scripture.read_reference(written) == read


@pytest.mark.parametrize("written", ["", "2", "2:", "x:1", "2:300", "115:1", "2:5-", "٢:", "99999:1"])
def test_a_bad_reference_says_how_to_write_it(written: str) -> None:
    with pytest.raises(Invalid):
        scripture.read_reference(written)
