"""What one may choose on a network: written in the editor, part of what is signed, shown to reviewers, in the API."""

import json
from typing import Any

from django.test import Client

from accounts.models import User
from campaigns.checks import check
from campaigns.differences import compare
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Variant
from campaigns.rendering import render
from tests.campaigns.conftest import document_in, own, sheet, up, write
from tests.people import sign_in

WORDS = "الجهاد في القرآن أوسع من القتال."


def choosing(variant: Variant, **chosen: Any) -> dict[str, Any]:
    return sheet(WORDS, variants={str(variant.pk): own(**chosen)})


def codes(content: Content) -> set[str]:
    return {found.code for found in check(content).mend}


def test_a_choice_is_part_of_what_is_signed(content: Content, variant: Variant, alice: User) -> None:
    chosen = {"visibility": "unlisted", "language": "fr", "options": {"silent": "on"}}
    write(content, alice, document=choosing(variant, **chosen))
    payload = up(variant, alice).payload
    assert payload is not None
    part = json.loads(payload.canonical)["parts"][0]
    assert {name: part[name] for name in chosen} == chosen


def test_what_the_network_does_anyway_is_no_choice(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, document=choosing(variant))
    before = render(variant).digest
    saved = write(content, alice, document=choosing(variant, options={"silent": "off", "who_may_reply": "everyone"}))
    assert saved.version == 1
    assert render(Variant.objects.get(pk=variant.pk)).digest == before
    assert "options" not in render(variant).body["parts"][0]


def test_another_choice_takes_the_signatures_away(content: Content, approved: Variant, alice: User) -> None:
    document = document_in(content).to_json()
    document["variants"] = {str(approved.pk): own(options={"silent": "on"})}
    assert [one.pk for one in write(content, alice, document=document).voided] == [approved.pk]
    approved.refresh_from_db()
    assert approved.state == VariantState.DRAFT


def test_a_choice_that_is_not_offered_stands_in_the_way_by_its_name(
    content: Content, variant: Variant, alice: User
) -> None:
    write(content, alice, document=choosing(variant, options={"link_preview": "off"}, visibility="followers"))
    assert {"option_not_offered", "visibility_not_offered"} <= codes(content)
    write(content, alice, document=choosing(variant, options={"who_may_reply": "verified"}))
    found = next(one for one in check(content).mend if one.code == "option_value_not_offered")
    assert "من يجوز له الرد" in str(found.what) or "Who may reply" in str(found.what)
    assert found.place == f"option-{variant.pk}-who_may_reply"


def test_the_editor_offers_what_the_network_declares(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    write(content, alice, document=choosing(variant, options={"silent": "on"}, visibility="unlisted"))
    page = sign_in(client, alice).get(f"/contents/{content.pk}/").content.decode()
    assert f'name="v{variant.pk}.option.silent" value="on" checked' in page
    assert '<option value="unlisted" selected>' in page
    assert f'id="language-{variant.pk}-language"' in page
    assert f'id="option-{variant.pk}-who_may_reply"' in page


def test_a_sheet_without_script_keeps_the_choices(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    v = f"v{variant.pk}"
    posted = {
        "base_version": "0", "title": "x", "body.kind": ["text"], "body.value": [WORDS], f"{v}.visibility": "unlisted",
        f"{v}.option.silent": ["off", "on"], f"{v}.option.who_may_reply": "followed", f"{v}.language": "",
    }  # fmt: skip
    sign_in(client, alice).post(f"/contents/{content.pk}/", posted)
    said = document_in(content).of(variant.pk)
    assert (said.visibility, said.options) == ("unlisted", {"silent": "on", "who_may_reply": "followed"})


def test_reviewers_read_the_choice_and_what_it_was_before(
    client: Client, content: Content, variant: Variant, alice: User, bob: User
) -> None:
    write(content, alice, document=choosing(variant))
    old = up(variant, alice).payload
    write(content, alice, document=choosing(variant, options={"who_may_reply": "followed"}, visibility="unlisted"))
    new = up(variant, alice).payload
    assert old is not None
    assert new is not None
    facts = {fact.code: (fact.before, bool(fact.after)) for fact in compare(old, new).facts}
    assert facts == {"option.who_may_reply": ("", True), "visibility": ("", True)}
    bob.language = "en"
    bob.save()
    page = sign_in(client, bob).get(f"/review/{variant.pk}/").content.decode()
    assert "Accounts that this channel follows" in page
    assert "Everyone, but outside public listings" in page


def test_the_api_takes_the_choices_and_gives_them_back(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    sign_in(client, alice)
    body = {"document": choosing(variant, options={"silent": "on"}), "base_version": 0}
    answer = client.put(f"/api/v1/contents/{content.pk}/draft/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    read = client.get(f"/api/v1/contents/{content.pk}/").json()["draft"]["variants"][str(variant.pk)]
    assert read["options"] == {"silent": "on"}
