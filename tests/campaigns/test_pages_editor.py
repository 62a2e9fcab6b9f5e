"""The editor page: saving by itself, two editors, a lapsed sign-in, counts of what is typed, what blocks submission."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from campaigns.documents import Verse
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Variant
from library.scripture import passage
from publishing.models import Channel
from tests.campaigns.conftest import document_in, make_channel, make_picture, own, sheet, up, verse, write
from tests.people import sign_in

WORDS = "الجهاد في القرآن أوسع من القتال."


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(address, body, content_type="application/json")


def save(client: Client, content: Content, user: User, document: dict[str, Any], base: int = 0) -> Any:
    body = {"document": document, "base_version": base, "user": user.pk}
    return post(client, f"/contents/{content.pk}/save/", body)


def test_what_is_typed_is_saved_with_the_version_to_build_upon(client: Client, content: Content, alice: User) -> None:
    sign_in(client, alice)
    answer = save(client, content, alice, sheet(WORDS))
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    assert "no-store" in answer["Cache-Control"]
    page = client.get(f"/contents/{content.pk}/").content.decode()
    assert WORDS in page
    assert 'data-version="1"' in page


def test_a_save_upon_an_old_version_gives_back_both_texts_and_changes_nothing(
    client: Client, content: Content, alice: User, carla: User
) -> None:
    write(content, carla, "كلمة المنسقة")
    sign_in(client, alice)
    answer = save(client, content, alice, sheet("كلمة المؤلفة"))
    assert answer.status_code == 409
    assert answer.json()["document"]["body"] == [{"type": "text", "text": "كلمة المنسقة"}]
    assert answer.json()["version"] == 1
    assert "Carla" in answer.json()["message"]
    assert document_in(content).to_json()["body"][0]["text"] == "كلمة المنسقة"


def test_a_lapsed_sign_in_answers_401_so_that_the_page_keeps_the_words(client: Client, content: Content) -> None:
    for act in ("save", "measure", "lay", "thread", "verses", "pictures"):
        assert post(client, f"/contents/{content.pk}/{act}/", {}).status_code == 401


def test_nobody_saves_under_the_name_of_who_signed_in_meanwhile(
    client: Client, content: Content, alice: User, carla: User
) -> None:
    sign_in(client, carla)
    answer = save(client, content, alice, sheet(WORDS))
    assert answer.status_code == 403
    assert answer.json()["code"] == "other_person"
    assert document_in(content).body == ()


def test_the_outsider_and_the_reader_save_nothing(client: Client, content: Content, charlie: User, nadia: User) -> None:
    assert save(sign_in(client, charlie), content, charlie, sheet(WORDS)).status_code == 404
    reader = sign_in(Client(), nadia, second_factor=False)
    assert save(reader, content, nadia, sheet(WORDS)).status_code == 403


def test_a_reader_sees_the_sheet_shut(client: Client, content: Content, alice: User, nadia: User) -> None:
    write(content, alice, WORDS)
    page = sign_in(client, nadia, second_factor=False).get(f"/contents/{content.pk}/").content.decode()
    assert WORDS in page
    assert "data-laid disabled" in page
    assert "js/editor.js" not in page


def test_a_broken_request_is_a_sentence_and_not_a_crash(client: Client, content: Content, alice: User) -> None:
    sign_in(client, alice)
    for body in (b"", b"[]", b"{", b'{"user": %d, "base_version": "x"}' % alice.pk):
        answer = client.generic("POST", f"/contents/{content.pk}/save/", body, content_type="application/json")
        assert answer.status_code in {403, 422}
        assert answer.json()["message"]


def test_the_count_is_the_rendering_of_what_is_typed_before_it_is_saved(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    sign_in(client, alice)
    answer = post(client, f"/contents/{content.pk}/measure/", {"document": sheet("ا" * 600)}).json()
    shown = answer["variants"][str(variant.pk)]
    assert shown["is_over"]
    assert '<span class="over">' in shown["preview"]
    assert answer["can_submit"] is False
    assert "is-block" in answer["checks"]
    assert document_in(content).body == ()


def test_only_the_writers_own_words_are_marked_as_too_many(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    sign_in(client, alice)
    document = sheet("ا" * 500, verses=[verse(alice)])
    preview = post(client, f"/contents/{content.pk}/measure/", {"document": document}).json()["variants"][
        str(variant.pk)
    ]["preview"]
    over = preview.split('<span class="over">')[1].split("</span>")[0]
    assert set(over) <= {"ا", "\n"}
    assert f"﴿{passage(29, 69).text}﴾" in preview


def test_a_verse_is_laid_in_byte_for_byte_and_locked(client: Client, content: Content, alice: User) -> None:
    sign_in(client, alice)
    asked = {"surah": "29", "ayah_from": "69", "ayah_to": "69"}
    seen = client.post("/verses/look/", asked).json()["html"]
    answer = client.post(f"/contents/{content.pk}/verses/", asked).json()
    for html in (seen, answer["html"]):
        assert passage(29, 69).text in html
    assert "<textarea" not in answer["html"]
    save(client, content, alice, sheet(WORDS, verses=[answer["citation"]]))
    assert Verse(answer["citation"]) in document_in(content).body


def test_a_verse_that_does_not_exist_is_refused_with_a_sentence(client: Client, content: Content, alice: User) -> None:
    sign_in(client, alice)
    for asked in ({"surah": "29", "ayah_from": "70", "ayah_to": "70"}, {"surah": "x"}, {}):
        answer = client.post("/verses/look/", asked)
        assert answer.status_code == 422
        assert answer.json()["message"]


def test_a_picture_comes_with_its_description_for_every_channel(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    sign_in(client, alice)
    file = SimpleUploadedFile("لوحة.png", make_picture(), "image/png")
    answer = client.post(f"/contents/{content.pk}/pictures/", {"picture": file, "alt": "لوحة خضراء"})
    assert answer.status_code == 200
    assert "لوحة خضراء" in answer.json()["variants"][str(variant.pk)]


def test_a_picture_without_description_or_that_is_none_is_refused(
    client: Client, content: Content, alice: User
) -> None:
    sign_in(client, alice)
    address = f"/contents/{content.pk}/pictures/"
    whole = SimpleUploadedFile("a.png", make_picture(), "image/png")
    assert client.post(address, {"picture": whole, "alt": "  "}).json()["field"] == "alt"
    broken = SimpleUploadedFile("a.png", b"not a picture", "image/png")
    assert client.post(address, {"picture": broken, "alt": "x"}).json()["code"] == "media_broken"
    assert client.post(address, {"alt": "x"}).status_code == 422


def test_the_sheet_is_saved_without_script(client: Client, content: Content, variant: Variant, alice: User) -> None:
    cited = verse(alice)
    sign_in(client, alice)
    typed = {
        "base_version": "0",
        "title": "سعة المعنى",
        "body.kind": ["text", "verse"],
        "body.value": ["سطر أول\r\nوثان", str(cited)],
        f"v{variant.pk}.own": "1",
        f"v{variant.pk}.kind": ["text"],
        f"v{variant.pk}.value": ["نص القناة"],
        f"v{variant.pk}.tags": "سند #علم",
    }
    assert client.post(f"/contents/{content.pk}/", typed).status_code == 302
    saved = document_in(content).to_json()
    assert saved["body"] == [{"type": "text", "text": "سطر أول\nوثان"}, {"type": "verse", "citation": cited}]
    assert saved["variants"][str(variant.pk)]["blocks"] == [{"type": "text", "text": "نص القناة"}]
    assert saved["variants"][str(variant.pk)]["tags"] == ["سند", "علم"]


def test_two_editors_without_script_see_both_texts(client: Client, content: Content, alice: User, carla: User) -> None:
    write(content, carla, "كلمة المنسقة")
    sign_in(client, alice)
    typed = {"base_version": "0", "title": "عنوان", "body.kind": "text", "body.value": "كلمة المؤلفة"}
    answer = client.post(f"/contents/{content.pk}/", typed)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "كلمة المنسقة" in page
    assert "كلمة المؤلفة" in page


def test_a_withdrawn_channels_own_text_outlives_a_save_without_script(
    client: Client, content: Content, variant: Variant, rabita: Any, alice: User, carla: User
) -> None:
    text = own(blocks=[{"type": "text", "text": "نص القناة"}])
    write(content, alice, document=sheet(WORDS, variants={str(variant.pk): text}))
    sign_in(client, alice)
    assert client.post(f"/variants/{variant.pk}/withdraw/").status_code == 302
    typed = {"base_version": "1", "title": "عنوان", "body.kind": "text", "body.value": "كلمة"}
    client.post(f"/contents/{content.pk}/", typed)
    assert document_in(content).to_json()["variants"][str(variant.pk)]["blocks"] == text["blocks"]


def test_the_button_is_shut_and_says_why_while_something_blocks(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    write(content, alice, "ا" * 600)
    sign_in(client, alice)
    page = client.get(f"/contents/{content.pk}/").content.decode()
    assert 'data-submit aria-disabled="true"' in page
    answer = client.post(f"/contents/{content.pk}/submit/", {"base_version": "1"}, follow=True)
    assert 'role="alert"' in answer.content.decode()
    variant.refresh_from_db()
    assert variant.state == VariantState.DRAFT


def test_a_sound_sheet_is_submitted(client: Client, content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, WORDS)
    sign_in(client, alice)
    client.post(f"/contents/{content.pk}/submit/", {"base_version": "1"})
    variant.refresh_from_db()
    assert variant.state == VariantState.IN_REVIEW


def test_an_old_page_submits_nothing(
    client: Client, content: Content, variant: Variant, alice: User, carla: User
) -> None:
    write(content, alice, WORDS)
    write(content, carla, "غيرها")
    sign_in(client, alice)
    client.post(f"/contents/{content.pk}/submit/", {"base_version": "1"})
    variant.refresh_from_db()
    assert variant.state == VariantState.DRAFT


def test_a_save_after_signing_says_which_versions_are_drafts_again(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    write(content, alice, WORDS)
    up(variant, alice)
    sign_in(client, alice)
    assert save(client, content, alice, sheet(WORDS + "!"), base=1).json()["voided"] == [variant.pk]


def test_a_channel_is_added_once(client: Client, content: Content, rabita: Any, alice: User, carla: User) -> None:
    second: Channel = make_channel(rabita, carla, "@shabab")
    sign_in(client, alice)
    for _again in range(2):
        assert client.post(f"/contents/{content.pk}/channels/", {"channel": str(second.pk)}).status_code == 302
    assert content.variants.filter(channel=second).count() == 1


@pytest.mark.parametrize("act", ["lay", "measure"])
def test_a_sheet_with_anothers_verse_is_refused(
    act: str, client: Client, content: Content, alice: User, charlie: User
) -> None:
    theirs = verse(charlie)
    sign_in(client, alice)
    answer = post(client, f"/contents/{content.pk}/{act}/", {"document": sheet(WORDS, verses=[theirs])})
    assert answer.status_code == 422
    assert answer.json()["code"] == "unknown_citation"
