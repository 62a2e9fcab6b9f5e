"""campaigns.drafting: two editors never overwrite; a changed byte takes a signed text back, and only that."""

from typing import Any

import pytest

from accounts.models import User
from campaigns import drafting, voiding
from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Content, Variant
from chain.errors import Invalid, NotAllowed, NotFound
from chain.models import Event
from library.models import Claim
from publishing.models import Channel
from tests.campaigns.conftest import make_channel, make_media, own, sheet, sign, up, verse, write
from tests.people import actor_of, token_actor_of

pytestmark = pytest.mark.embedded


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    calls: list[tuple[int, str]] = []
    monkeypatch.setattr(voiding, "approval_voided", [lambda variant, actor, why: calls.append((variant.pk, why))])
    return calls


def state(variant: Variant) -> str:
    return Variant.objects.get(pk=variant.pk).state


def test_a_save_makes_the_next_version(content: Content, alice: User) -> None:
    saved = write(content, alice, "كلمة")
    assert (saved.version, saved.voided) == (1, [])
    assert write(content, alice, "كلمتان").version == 2


def test_saving_the_same_words_changes_nothing(content: Content, alice: User) -> None:
    write(content, alice, "كلمة")
    assert write(content, alice, "كلمة").version == 1


def test_the_second_of_two_editors_is_told_by_whom_and_loses_nothing(
    content: Content, alice: User, carla: User
) -> None:
    write(content, carla, "كلمة كارلا")
    with pytest.raises(drafting.EditedByAnother) as refused:
        drafting.save_draft(content=content, document=sheet("كلمتي"), base_version=0, actor=actor_of(alice))
    assert refused.value.status == 409
    assert refused.value.code == "edited_by_another"
    assert refused.value.by == "Carla"
    assert refused.value.version == 1
    assert refused.value.document["body"] == [{"type": "text", "text": "كلمة كارلا"}]
    assert "Carla" in str(refused.value)


def test_whoever_saves_is_a_contributor(content: Content, variant: Variant, alice: User, carla: User) -> None:
    write(content, carla, "كلمة")
    assert variant.contributor_ids() == {alice.pk, carla.pk}


def test_opening_and_saving_nothing_makes_no_contributor(content: Content, variant: Variant, carla: User) -> None:
    write(content, carla, document=content.draft)
    assert carla.pk not in variant.contributor_ids()


def test_an_edit_takes_a_text_under_review_back(in_review: Variant, content: Content, alice: User, told: Any) -> None:
    saved = write(content, alice, "نص آخر")
    assert saved.voided == [in_review]
    assert state(in_review) == VariantState.DRAFT
    assert Variant.objects.get(pk=in_review.pk).digest == ""
    assert told == [(in_review.pk, "edited")]


def test_an_edit_of_one_vowel_voids_the_approval(approved: Variant, content: Content, alice: User, told: Any) -> None:
    document = Content.objects.get(pk=content.pk).draft
    document["body"][0]["text"] = document["body"][0]["text"].replace("الجهاد", "الجِهاد")
    write(content, alice, document=document)
    assert state(approved) == VariantState.DRAFT
    assert told == [(approved.pk, "edited")]


def test_an_edit_that_does_not_reach_the_channel_voids_nothing(
    approved: Variant, content: Content, alice: User, carla: User, told: Any
) -> None:
    second = drafting.add_variant(
        content=content, channel=make_channel(content.organisation, carla, "@two"), actor=actor_of(alice)
    )
    document = Content.objects.get(pk=content.pk).draft
    document["title"] = "عنوان آخر"
    document["variants"] = {str(second.pk): own(blocks=[{"type": "text", "text": "للثانية"}])}
    document["body"].append({"type": "text", "text": "  \n"})
    saved = write(content, alice, document=document)
    assert saved.voided == []
    assert state(approved) == VariantState.APPROVED
    assert told == []
    assert Content.objects.get(pk=content.pk).title == "عنوان آخر"


def test_the_whole_save_falls_when_voiding_falls(
    approved: Variant, content: Content, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(variant: Variant, actor: object, why: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(voiding, "approval_voided", [fall])
    with pytest.raises(RuntimeError):
        write(content, alice, "نص آخر")
    assert state(approved) == VariantState.APPROVED
    assert Content.objects.get(pk=content.pk).draft_version == 1


def test_the_outsider_saves_nothing(content: Content, charlie: User) -> None:
    with pytest.raises(NotFound):
        write(content, charlie, "دخيل")


@pytest.mark.parametrize("who", ["bob", "mounir", "adil", "nadia"])
def test_who_does_not_write_saves_nothing(content: Content, who: str, people: Any) -> None:
    with pytest.raises(NotAllowed):
        write(content, getattr(people, who), "نص")


def test_a_token_with_the_scope_writes(content: Content, alice: User) -> None:
    saved = drafting.save_draft(
        content=content, document=sheet("من برنامج"), base_version=0, actor=token_actor_of(alice, "write_content")
    )
    assert saved.version == 1


def test_another_institution_s_verse_is_refused(content: Content, alice: User, charlie: User) -> None:
    with pytest.raises(Invalid) as refused:
        write(content, alice, "نص", verses=[verse(charlie)])
    assert refused.value.code == "unknown_citation"


def test_a_work_is_not_laid_in_as_a_verse(content: Content, alice: User) -> None:
    from library.citing import cite_work

    work = cite_work(author="", title="كتاب", actor=actor_of(alice))
    with pytest.raises(Invalid):
        write(content, alice, "نص", verses=[work.pk])


def test_another_institution_s_picture_is_refused(
    content: Content, variant: Variant, alice: User, charlie: User
) -> None:
    foreign = make_media(charlie)
    pictures = [{"media": foreign.pk, "alt": "x"}]
    with pytest.raises(Invalid) as refused:
        write(content, alice, document=sheet("نص", variants={str(variant.pk): own(media=pictures)}))
    assert refused.value.code == "unknown_media"


def test_a_channel_of_another_content_is_refused(content: Content, alice: User) -> None:
    with pytest.raises(Invalid) as refused:
        write(content, alice, document=sheet("نص", variants={"999999": own()}))
    assert refused.value.code == "unknown_variant"


def test_sources_stay_when_a_sheet_does_not_speak_of_them(content: Content, alice: User) -> None:
    from library.citing import cite_work

    work = cite_work(author="", title="كتاب", actor=actor_of(alice))
    write(content, alice, document={**sheet("نص"), "sources": [work.pk]})
    write(content, alice, "نص آخر")
    assert Content.objects.get(pk=content.pk).draft["sources"] == [work.pk]


def test_a_content_answers_a_claim_of_its_own_institution(campaign: Campaign, alice: User, charlie: User) -> None:
    from tests.knowledge import make_claim

    foreign = make_claim(charlie)
    with pytest.raises(NotFound):
        drafting.create_content(campaign=campaign, claim=foreign, title="x", actor=actor_of(alice))


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"title": " "}, "title"), ({"title": "x" * 161}, "title"), ({"title": "a\nb"}, "title"),
     ({"language": "en"}, "language"), ({"language": "de"}, "language")],
)  # fmt: skip
def test_a_content_s_faults_are_told_by_field(
    campaign: Campaign, claim: Claim, alice: User, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        drafting.create_content(campaign=campaign, claim=claim, actor=actor_of(alice), **{"title": "t", **fields})
    assert refused.value.field == field


def test_a_channel_is_added_once(content: Content, channel: Channel, alice: User) -> None:
    with pytest.raises(Invalid) as refused:
        drafting.add_variant(content=content, channel=channel, actor=actor_of(alice))
    assert refused.value.code == "variant_exists"


def test_another_institution_s_channel_is_not_found(content: Content, alice: User, charlie: User) -> None:
    foreign = make_channel(charlie.memberships.get().organisation, charlie)
    with pytest.raises(NotFound):
        drafting.add_variant(content=content, channel=foreign, actor=actor_of(alice))


def test_withdrawing_a_signed_text_voids_it_once(approved: Variant, alice: User, told: Any) -> None:
    drafting.withdraw_variant(variant=approved, actor=actor_of(alice))
    again = drafting.withdraw_variant(variant=Variant.objects.get(pk=approved.pk), actor=actor_of(alice))
    assert again.state == VariantState.WITHDRAWN
    assert told == [(approved.pk, "withdrawn")]


def test_a_withdrawn_text_begins_anew_as_a_copy(approved: Variant, alice: User) -> None:
    drafting.withdraw_variant(variant=approved, actor=actor_of(alice))
    copy = drafting.copy_variant(variant=Variant.objects.get(pk=approved.pk), actor=actor_of(alice))
    assert copy.state == VariantState.DRAFT
    assert copy.channel_id == approved.channel_id
    copied = Content.objects.get(pk=copy.content_id)
    assert copied.draft["body"] == Content.objects.get(pk=approved.content_id).draft["body"]


def test_whoever_wrote_a_text_does_not_sign_its_copy(approved: Variant, alice: User, carla: User, bob: User) -> None:
    approved.content.contributors.add(bob)
    copy = drafting.copy_variant(variant=Variant.objects.get(pk=approved.pk), actor=actor_of(carla))
    assert copy.contributor_ids() == {alice.pk, carla.pk, bob.pk}
    copy = up(copy, carla)
    with pytest.raises(NotAllowed) as refused:
        sign(copy, bob, "scientific")
    assert refused.value.code == "own_work"


def test_nothing_changes_in_a_closed_campaign(content: Content, campaign: Campaign, alice: User, carla: User) -> None:
    from campaigns.briefs import close_campaign

    close_campaign(campaign=campaign, actor=actor_of(carla))
    with pytest.raises(Invalid) as refused:
        write(content, alice, "متأخر")
    assert refused.value.code == "campaign_closed"


def test_one_sitting_of_saves_is_one_event(content: Content, alice: User, carla: User) -> None:
    for word in ("كلمة", "كلمتان", "ثلاث"):
        write(content, alice, word)
    write(content, carla, "أربع")
    assert Event.objects.filter(verb="content.edited").count() == 2


def test_a_save_whose_answer_was_lost_is_no_conflict_when_it_is_sent_again(content: Content, alice: User) -> None:
    document = {"title": content.title, "body": [{"type": "text", "text": "مرة واحدة"}], "variants": {}}
    first = drafting.save_draft(content=content, document=document, base_version=0, actor=actor_of(alice))
    again = drafting.save_draft(content=content, document=document, base_version=0, actor=actor_of(alice))
    assert (first.version, again.version, again.voided) == (1, 1, [])
