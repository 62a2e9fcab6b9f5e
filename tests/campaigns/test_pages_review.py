"""The review page: what is signed exactly, what changed, and everything that may come between a click and a seal."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from campaigns import drafting
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Remark, Variant
from campaigns.questions import QUESTIONS
from chain.models import Decision
from library.scripture import passage
from tests.campaigns.conftest import make_channel, own, up, verse, write
from tests.campaigns.conftest import sign as sign_directly
from tests.people import actor_of, sign_in, stale

ALL = [code for questions in QUESTIONS.values() for code, _text in questions]


def sign(client: Client, variant: Variant, gate: str = "scientific", **more: Any) -> Any:
    posted = {"gate": gate, "digest": variant.digest, "answer": ALL, **more}
    return client.post(f"/review/{variant.pk}/sign/", posted)


def test_the_page_shows_exactly_what_is_signed(client: Client, in_review: Variant, bob: User) -> None:
    page = sign_in(client, bob).get(f"/review/{in_review.pk}/").content.decode()
    assert in_review.digest in page
    assert "حساب معلن لرابطة العلماء" in page
    assert passage(29, 69).text in page
    assert in_review.channel.handle in page


def test_a_seal_is_put_and_the_page_says_so(client: Client, in_review: Variant, bob: User) -> None:
    sign_in(client, bob)
    assert sign(client, in_review).status_code == 302
    assert Decision.objects.get(subject_type="campaigns.variant", subject_id=str(in_review.pk)).user == bob
    page = client.get(f"/review/{in_review.pk}/").content.decode()
    assert "slot-seal is-signed" in page


def test_after_a_seal_the_next_channel_of_the_same_content_is_offered(
    client: Client, in_review: Variant, alice: User, bob: User
) -> None:
    content = in_review.content
    other = drafting.add_variant(
        content=content, channel=make_channel(content.organisation, alice, "@other"), actor=actor_of(alice)
    )
    content.refresh_from_db()
    write(content, alice, document={**content.draft, "variants": {**content.draft["variants"], str(other.pk): own(
        blocks=[{"type": "text", "text": "كلام آخر للقناة الأخرى."}])}})  # fmt: skip
    up(other, alice)
    address = f'href="/review/{other.pk}/"'
    sign_in(client, bob)
    in_review.refresh_from_db()
    assert address not in client.get(f"/review/{in_review.pk}/").content.decode()
    assert sign(client, in_review).status_code == 302
    assert address in client.get(f"/review/{in_review.pk}/").content.decode()


def test_a_double_click_signs_once_and_says_it(client: Client, in_review: Variant, bob: User) -> None:
    sign_in(client, bob)
    sign(client, in_review)
    answer = client.post(
        f"/review/{in_review.pk}/sign/",
        {"gate": "scientific", "digest": in_review.digest, "answer": ALL},
        follow=True,
    )
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert Decision.objects.filter(subject_type="campaigns.variant", subject_id=str(in_review.pk)).count() == 1


def test_a_stale_page_signs_nothing(
    client: Client, in_review: Variant, content: Content, alice: User, bob: User
) -> None:
    seen = in_review.digest
    write(content, alice, "نص آخر تماما.")
    changed = up(in_review, alice)
    sign_in(client, bob)
    answer = client.post(
        f"/review/{changed.pk}/sign/", {"gate": "scientific", "digest": seen, "answer": ALL}, follow=True
    )
    assert 'role="alert"' in answer.content.decode()
    assert not Decision.objects.filter(subject_type="campaigns.variant").exists()


def test_an_unanswered_question_keeps_the_seal_away_and_the_ticks_on_the_page(
    client: Client, in_review: Variant, bob: User
) -> None:
    sign_in(client, bob)
    sign(client, in_review, answer=["in_context", "consensus"])
    page = client.get(f"/review/{in_review.pk}/").content.decode()
    assert page.count(" checked required") == 2
    assert not Decision.objects.filter(subject_type="campaigns.variant").exists()


def test_a_lapsed_second_factor_is_asked_for_naming_what_is_signed_then_the_ticks_are_back(
    client: Client, in_review: Variant, bob: User
) -> None:
    stale(sign_in(client, bob))
    answer = sign(client, in_review)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/2fa/reauthenticate/")
    asked = client.get(answer["Location"]).content.decode()
    assert in_review.content.title in asked
    assert in_review.digest[:4] in asked
    assert not Decision.objects.filter(subject_type="campaigns.variant").exists()


def test_who_comes_back_confirmed_is_told_that_nothing_is_signed_yet(
    client: Client, in_review: Variant, bob: User
) -> None:
    stale(sign_in(client, bob))
    sign(client, in_review)
    before = client.get(f"/review/{in_review.pk}/").content.decode()
    assert "مرة أخرى" not in before
    sign(client, in_review)
    confirming = dict(client.session)
    sign_in(client, bob)
    session = client.session
    session.update({name: confirming[name] for name in confirming if name.startswith(("kept:", "confirming"))})
    session.save()
    page = client.get(f"/review/{in_review.pk}/").content.decode()
    assert page.count(" checked required") == 5
    assert "اضغط الزر مرة أخرى" in page


def test_what_was_ticked_waits_in_the_session_while_the_factor_is_confirmed(
    client: Client, in_review: Variant, bob: User
) -> None:
    stale(sign_in(client, bob))
    sign(client, in_review)
    page = client.get(f"/review/{in_review.pk}/").content.decode()
    assert page.count(" checked required") == 5


def test_nobody_signs_their_own_text_and_the_page_offers_nothing(client: Client, in_review: Variant, bob: User) -> None:
    in_review.content.contributors.add(bob)
    sign_in(client, bob)
    page = client.get(f"/review/{in_review.pk}/").content.decode()
    assert "sign-form" not in page
    sign(client, in_review)
    assert not Decision.objects.filter(subject_type="campaigns.variant").exists()


def test_the_author_is_refused_and_the_outsider_finds_nothing(
    client: Client, in_review: Variant, alice: User, charlie: User
) -> None:
    assert sign(sign_in(client, alice), in_review).status_code == 403
    outsider = sign_in(Client(), charlie)
    assert sign(outsider, in_review).status_code == 404
    assert outsider.get(f"/review/{in_review.pk}/").status_code == 404


def test_changes_are_asked_for_with_a_sentence_that_the_author_finds_on_the_sheet(
    client: Client, in_review: Variant, bob: User, alice: User
) -> None:
    sign_in(client, bob)
    posted = {"gate": "scientific", "digest": in_review.digest, "note": "أثبت العزو."}
    client.post(f"/review/{in_review.pk}/return/", posted)
    in_review.refresh_from_db()
    assert in_review.state == VariantState.CHANGES
    sheet = sign_in(Client(), alice).get(f"/contents/{in_review.content_id}/").content.decode()
    assert "أثبت العزو." in sheet


def test_a_note_typed_before_the_factor_lapsed_is_still_there(client: Client, in_review: Variant, bob: User) -> None:
    stale(sign_in(client, bob))
    posted = {"gate": "scientific", "digest": in_review.digest, "note": "أثبت العزو."}
    assert client.post(f"/review/{in_review.pk}/return/", posted).status_code == 302
    assert "أثبت العزو." in client.get(f"/review/{in_review.pk}/").content.decode()


def test_a_signature_is_withdrawn_with_a_reason(client: Client, approved: Variant, bob: User) -> None:
    sign_in(client, bob)
    decision = Decision.objects.get(user=bob)
    client.post(f"/review/{approved.pk}/withdraw/", {"decision": str(decision.pk), "why": ""})
    approved.refresh_from_db()
    assert approved.state == VariantState.APPROVED
    client.post(f"/review/{approved.pk}/withdraw/", {"decision": str(decision.pk), "why": "خطأ في العزو"})
    approved.refresh_from_db()
    assert approved.state == VariantState.REVOKED


def test_what_changed_since_my_last_look_is_marked_word_by_word(
    client: Client, content: Content, variant: Variant, alice: User, bob: User
) -> None:
    cited = verse(alice)
    write(content, alice, "رابطة الدين أساس المواطنة.", verses=[cited])
    first = up(variant, alice)
    sign_in(client, bob)
    assert "view-changed" not in client.get(f"/review/{first.pk}/").content.decode()
    write(content, alice, "رابطة الدين أساس الانتماء.", verses=[cited])
    up(variant, alice)
    page = client.get(f"/review/{first.pk}/").content.decode()
    assert "<del>المواطنة.</del><ins>الانتماء.</ins>" in page
    assert 'class="para is-changed" lang="ar" dir="rtl"' in page
    assert page.count(passage(29, 69).text) >= 2


def test_a_remark_quotes_what_was_selected_and_is_settled(
    client: Client, in_review: Variant, bob: User, alice: User
) -> None:
    sign_in(client, bob)
    client.post(f"/review/{in_review.pk}/remarks/", {"text": "راجعها", "quote": "أوسع"})
    remark = Remark.objects.get()
    assert remark.quote == "أوسع"
    sign_in(Client(), alice).post(f"/remarks/{remark.pk}/settle/")
    remark.refresh_from_db()
    assert remark.settled_by == alice


def test_an_empty_remark_keeps_the_quote(client: Client, in_review: Variant, bob: User) -> None:
    sign_in(client, bob)
    client.post(f"/review/{in_review.pk}/remarks/", {"text": " ", "quote": "كلمات محددة"})
    assert not Remark.objects.exists()
    assert "كلمات محددة" in client.get(f"/review/{in_review.pk}/").content.decode()


def test_the_list_shows_what_awaits_me_apart_from_what_awaits_others(
    client: Client, in_review: Variant, bob: User, basma: User
) -> None:
    sign_directly(in_review, basma, "scientific")
    mine = sign_in(client, bob).get("/review/").content.decode()
    assert 'id="sign-h"' in mine
    hers = sign_in(Client(), basma).get("/review/").content.decode()
    assert 'id="sign-h"' not in hers
    assert 'id="others-h"' in hers


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_version_that_is_being_written_leads_to_its_sheet(
    language: str, client: Client, variant: Variant, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(language=language)
    answer = sign_in(client, bob).get(f"/review/{variant.pk}/")
    assert answer["Location"] == f"/contents/{variant.content_id}/"


def test_the_list_names_each_text_once_and_plainly(client: Client, in_review: Variant, bob: User) -> None:
    page = sign_in(client, bob).get("/review/").content.decode()
    assert (
        f'<h3 class="row-title"><a href="/review/{in_review.pk}/"><bdi>{in_review.content.title}</bdi></a></h3>' in page
    )


def test_the_list_asks_no_more_of_the_database_for_more_texts(
    client: Client, in_review: Variant, content: Content, alice: User, bob: User
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert sign_in(client, bob).get("/review/").status_code == 200
        return len(captured)

    asked()
    few = asked()
    for number in range(3):
        more = drafting.create_content(
            campaign=content.campaign, claim=content.claim, title=f"نص {number}", channels=[in_review.channel],
            actor=actor_of(alice),
        )  # fmt: skip
        write(more, alice, f"كلمة {number}")
        up(more.variants.get(), alice)
    assert asked() == few
