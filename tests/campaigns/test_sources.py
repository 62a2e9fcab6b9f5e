"""Sources on a sheet: chosen or recorded, under the digest, and in the way until a second person verified them."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from campaigns import drafting
from campaigns.checks import check
from campaigns.models import Content, Variant
from campaigns.rendering import render
from chain.errors import Invalid
from chain.models import Decision
from library.citing import cite_source, verify_citation
from library.models import Citation
from tests.campaigns.conftest import sheet, up, write
from tests.people import actor_of, api_client, sign_in

pytestmark = pytest.mark.django_db


def hadith(user: User, **given: Any) -> Citation:
    return cite_source(kind="hadith", actor=actor_of(user), **{"title": "مجموع", **given})


def codes(content: Content) -> set[str]:
    return {each.code for each in check(Content.objects.get(pk=content.pk)).mend}


def rest_on(content: Content, user: User, *sources: Citation) -> None:
    document = {**sheet("نص يستند إلى مصدر."), "sources": [source.pk for source in sources]}
    write(content, user, document=document)


def test_an_unverified_source_keeps_the_text_from_the_gates(
    content: Content, variant: Variant, alice: User, bob: User
) -> None:
    source = hadith(alice)
    rest_on(content, alice, source)
    with pytest.raises(Invalid) as refused:
        up(variant, alice)
    assert refused.value.code == "citation_unverified"
    verify_citation(citation=source, actor=actor_of(bob))
    signed = up(variant, alice)
    assert signed.payload is not None
    assert f'{{"id":{source.pk},"sha256":"{source.sha256}"}}' in signed.payload.canonical


@pytest.mark.parametrize(("grade", "level"), [("mawdu", "block"), ("daif", "warn")])
def test_a_weak_or_fabricated_hadith_is_told_of(content: Content, alice: User, grade: str, level: str) -> None:
    rest_on(content, alice, hadith(alice, grade=grade, graded_by="ناقد"))
    found = {each.code: each.level for each in check(Content.objects.get(pk=content.pk)).mend}
    assert {"mawdu": found.get("hadith_fabricated"), "daif": found.get("hadith_weak")}[grade] == level


def test_a_source_is_found_recorded_and_cited_from_the_sheet(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    known = hadith(alice, title="المجموعُ الأوّل")
    sign_in(client, alice)
    assert known.title in client.post("/sources/find/", {"q": "المجموع الاول"}).json()["html"]
    path = f"/contents/{content.pk}/sources/"
    assert client.post(path, {"citation": known.pk}).json()["citation"] == known.pk
    assert client.post(path, {"kind": "work", "title": " "}).status_code == 422
    made = client.post(path, {"kind": "work", "title": "كتاب"}).json()
    document = {**sheet("نص"), "sources": [known.pk, made["citation"]]}
    drafting.save_draft(content=content, document=document, base_version=0, actor=actor_of(alice))
    page = client.get(f"/contents/{content.pk}/").content.decode()
    assert page.count("data-source=") == 2
    assert [entry["id"] for entry in render(Variant.objects.get()).body["citations"]] == [known.pk, made["citation"]]


def test_another_person_verifies_and_the_one_who_added_is_not_asked(client: Client, alice: User, bob: User) -> None:
    source = hadith(alice)
    assert f"/sources/{source.pk}/verify/" not in sign_in(client, alice).get("/sources/").content.decode()
    client.post(f"/sources/{source.pk}/verify/")
    assert not Citation.objects.get().is_verified
    assert f"/sources/{source.pk}/verify/" in sign_in(client, bob).get("/sources/?kind=waiting").content.decode()
    client.post(f"/sources/{source.pk}/verify/")
    assert Citation.objects.get().verified_by == bob


@pytest.mark.parametrize("kind", ["work", "hadith", "page"])
def test_a_source_is_recorded_on_its_page(client: Client, alice: User, kind: str) -> None:
    sign_in(client, alice)
    assert client.get(f"/sources/new/{kind}/").status_code == 200
    typed = {"title": "مصدر", "link": "https://example.org/x", "accessed_on": "2026-11-02"}
    assert client.post(f"/sources/new/{kind}/", typed).status_code == 302
    assert Citation.objects.get().kind == kind
    assert client.get("/sources/new/quran/").status_code == 404


def test_the_outsider_cites_nothing_of_ours(client: Client, content: Content, alice: User, charlie: User) -> None:
    source = hadith(alice)
    sign_in(client, charlie)
    assert source.title not in client.post("/sources/find/", {"q": ""}).json()["html"]
    assert client.post(f"/contents/{content.pk}/sources/", {"citation": source.pk}).status_code == 404
    assert client.post(f"/sources/{source.pk}/verify/").status_code == 404


def test_sources_are_added_and_filtered_by_the_api(alice: User, bob: User) -> None:
    api = api_client(alice)
    page = {"title": "صفحة", "link": "https://example.org/x", "accessed_on": "2026-11-02"}
    for path, body in (("hadiths", {"title": "مجموع"}), ("pages", page), ("works", {"title": "كتاب"})):
        assert api.post(f"/api/v1/citations/{path}/", body, format="json").status_code == 201
    pk = Citation.objects.get(kind="hadith").pk
    assert api_client(bob).post(f"/api/v1/citations/{pk}/verify/").json()["is_verified"]
    waiting = api.get("/api/v1/citations/?verified_at__isnull=true").json()["results"]
    assert {row["kind"] for row in waiting} == {"page", "work"}
    assert api.get("/api/v1/citations/?q=كتاب&kind=work").json()["count"] == 1


def test_what_was_answered_is_kept_with_the_signature_and_shown(
    client: Client, in_review: Variant, bob: User, basma: User
) -> None:
    from campaigns.questions import QUESTIONS

    answers = [code for code, _text in QUESTIONS["scientific"]]
    posted = {"gate": "scientific", "digest": in_review.digest, "answer": answers}
    sign_in(client, bob).post(f"/review/{in_review.pk}/sign/", posted)
    kept = Decision.objects.get(subject_type="campaigns.variant").answers
    assert [answer["code"] for answer in kept] == answers
    page = sign_in(client, basma).get(f"/review/{in_review.pk}/").content.decode()
    assert all(answer["text"] in page for answer in kept)


def test_contents_are_searched_by_what_is_written_in_them(client: Client, content: Content, alice: User) -> None:
    write(content, alice, "والشُّورى بينهم")
    assert content.title in sign_in(client, alice).get("/contents/?q=شوري").content.decode()
    assert content.title not in client.get("/contents/?q=الجزية").content.decode()
    assert api_client(alice).get("/api/v1/contents/?q=شوري").json()["count"] == 1
