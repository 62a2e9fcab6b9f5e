"""campaigns.checks and campaigns.submitting: what blocks, what warns, and the freezing of what passes."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Organisation, User
from campaigns import briefs, drafting, remarks, submitting
from campaigns.checks import check, reads_like_ruling
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Content, Payload, Revision, Variant
from chain.errors import NotAllowed, NotFound
from chain.models import Notice
from library.citing import cite_work, verify_citation
from library.models import Citation
from tests.campaigns.conftest import make_channel, make_media, own, sheet, up, verse, write
from tests.people import actor_of, sign_in, token_actor_of


def codes(content: Content, level: str) -> list[str]:
    found = check(Content.objects.select_related("campaign").get(pk=content.pk))
    return [each.code for each in (*found.mend, *found.sound) if each.level == level]


def refusal(variant: Variant, user: User) -> submitting.NotReady:
    with pytest.raises(submitting.NotReady) as refused:
        up(variant, user)
    assert Variant.objects.get(pk=variant.pk).state == VariantState.DRAFT
    assert not Payload.objects.filter(variant=variant).exists()
    return refused.value


def test_a_sound_text_says_what_was_looked_at(content: Content, alice: User) -> None:
    write(content, alice, "نص", verses=[verse(alice)])
    assert codes(content, "block") == []
    assert {"claim", "disclosure", "verses", "length"} <= set(codes(content, "ok"))


def test_an_empty_text_is_refused_though_the_disclosure_is_there(variant: Variant, alice: User) -> None:
    assert refusal(variant, alice).code == "text_empty"


def test_too_long_in_vocalised_arabic_is_refused_with_by_how_much(
    content: Content, variant: Variant, alice: User
) -> None:
    write(content, alice, " ".join(["بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"] * 22))
    with translation.override("en"):
        refused = refusal(variant, alice)
        assert refused.code == "text_too_long"
        assert "531 where 500 are allowed, 31 too many" in str(refused)
    assert refused.field == f"v-{variant.pk}"


def test_a_picture_without_description_is_refused_at_its_place(content: Content, variant: Variant, alice: User) -> None:
    media = make_media(alice)
    pictures = [{"media": media.pk, "alt": "  "}]
    write(content, alice, document=sheet("نص", variants={str(variant.pk): own(media=pictures)}))
    refused = refusal(variant, alice)
    assert (refused.code, refused.field) == ("alt_text_missing", f"alt-{variant.pk}-{media.pk}")


def test_too_many_pictures_and_a_long_description_are_both_named(
    content: Content, variant: Variant, alice: User
) -> None:
    pictures = [{"media": make_media(alice, colour).pk, "alt": "و" * 101} for colour in ("red", "blue", "white")]
    write(content, alice, document=sheet("نص", variants={str(variant.pk): own(media=pictures)}))
    assert {each.code for each in refusal(variant, alice).checks} == {"media_too_many", "alt_text_too_long"}


def test_a_source_that_nobody_verified_blocks_until_another_did(
    content: Content, variant: Variant, alice: User, bob: User
) -> None:
    work = cite_work(author="ابن رشد", title="المقدمات", actor=actor_of(alice))
    write(content, alice, document={**sheet("نص"), "sources": [work.pk]})
    assert refusal(variant, alice).code == "citation_unverified"
    verify_citation(citation=work, actor=actor_of(bob))
    assert up(variant, alice).state == VariantState.IN_REVIEW


def test_a_verse_whose_installed_bytes_changed_blocks(content: Content, variant: Variant, alice: User) -> None:
    pk = verse(alice)
    write(content, alice, "نص", verses=[pk])
    Citation.objects.filter(pk=pk).update(sha256="0" * 64)
    assert refusal(variant, alice).code == "verse_changed"


def test_without_a_disclosure_line_nothing_is_submitted(
    content: Content, variant: Variant, campaign: Campaign, alice: User, carla: User
) -> None:
    write(content, alice, "نص")
    campaign.refresh_from_db()
    briefs.edit_brief(
        campaign=campaign, changes={"disclosure": {"fr": "x"}}, version=campaign.version, actor=actor_of(carla)
    )
    assert refusal(variant, alice).code == "disclosure_missing"


@pytest.mark.parametrize(
    "text", ["ونفتي بذلك", "نُفْتِي بهذا", "وهذا حكم الشرع فيه", "هذا هو الحكم الشرعي.", "Une fatwa claire"]
)
def test_wording_of_a_ruling_warns_and_does_not_block(
    content: Content, variant: Variant, alice: User, text: str
) -> None:
    write(content, alice, text)
    assert codes(content, "warn") == ["ruling_wording"]
    assert up(variant, alice).state == VariantState.IN_REVIEW


@pytest.mark.parametrize("text", ["المفتي العام قال", "شرح معنى الجهاد", "الحكم الرشيد"])
def test_plain_wording_does_not_warn(text: str) -> None:
    assert not reads_like_ruling(text)


def test_an_open_remark_warns(content: Content, variant: Variant, alice: User, bob: User) -> None:
    write(content, alice, "نص")
    said = remarks.remark(variant=variant, text="أين الإحالة؟", actor=actor_of(bob))
    assert codes(content, "warn") == ["open_remark"]
    remarks.settle(remark=said, actor=actor_of(alice))
    assert codes(content, "warn") == []


def test_the_same_words_on_two_accounts_of_one_network_block(
    content: Content, variant: Variant, rabita: Organisation, alice: User, carla: User
) -> None:
    second = drafting.add_variant(content=content, channel=make_channel(rabita, carla, "@two"), actor=actor_of(alice))
    write(content, alice, "نص واحد")
    assert codes(content, "block") == ["same_text", "same_text"]
    apart = own(blocks=[{"type": "text", "text": "نص آخر"}])
    write(content, alice, document=sheet("نص واحد", variants={str(second.pk): apart}))
    assert codes(content, "block") == []


def test_the_same_words_in_another_content_on_another_account_block_too(
    in_review: Variant, campaign: Campaign, claim: Any, rabita: Organisation, alice: User, carla: User
) -> None:
    other = drafting.create_content(
        campaign=campaign, claim=claim, title="آخر", channels=[make_channel(rabita, carla, "@two")],
        actor=actor_of(alice),
    )  # fmt: skip
    draft = Content.objects.get(pk=in_review.content_id).draft
    write(other, alice, document={**draft, "variants": {}})
    assert codes(other, "block") == ["same_text"]


def test_submitting_freezes_the_text_and_its_bytes(content: Content, variant: Variant, alice: User, bob: User) -> None:
    write(content, alice, "نص")
    submitted = up(variant, alice)
    assert submitted.payload is not None
    assert submitted.payload.revision.document == Content.objects.get(pk=content.pk).draft
    assert submitted.submitted_by == alice
    told = Notice.objects.get(user=bob, kind="review")
    assert told.link == f"/review/{variant.pk}/"
    assert not Notice.objects.filter(user=alice, kind="review").exists()


def test_a_double_click_submits_once(content: Content, variant: Variant, alice: User, bob: User) -> None:
    write(content, alice, "نص")
    first, second = up(variant, alice), up(variant, alice)
    assert first.digest == second.digest
    assert Revision.objects.count() == 1
    assert Payload.objects.count() == 1
    assert Notice.objects.filter(user=bob, kind="review").count() == 1


def test_a_new_text_is_a_new_revision_and_the_old_one_stays(in_review: Variant, content: Content, alice: User) -> None:
    write(content, alice, "نص ثان")
    up(in_review, alice)
    assert list(Revision.objects.values_list("number", flat=True)) == [1, 2]
    assert Payload.objects.count() == 2


def test_submitting_a_page_that_is_old_is_refused(content: Content, variant: Variant, alice: User, carla: User) -> None:
    write(content, alice, "نص")
    write(content, carla, "نص آخر")
    with pytest.raises(drafting.EditedByAnother):
        submitting.submit_all(content=content, actor=actor_of(alice), base_version=1)
    assert Variant.objects.get(pk=variant.pk).state == VariantState.DRAFT


def test_all_channels_are_submitted_or_none(
    content: Content, variant: Variant, rabita: Organisation, alice: User, carla: User
) -> None:
    second = drafting.add_variant(content=content, channel=make_channel(rabita, carla, "@two"), actor=actor_of(alice))
    long = own(blocks=[{"type": "text", "text": "ب" * 600}])
    write(content, alice, document=sheet("نص", variants={str(second.pk): long}))
    with pytest.raises(submitting.NotReady):
        submitting.submit_all(content=content, actor=actor_of(alice))
    assert set(content.variants.values_list("state", flat=True)) == {"draft"}
    assert submitting.submit(variant=variant, actor=actor_of(alice)).state == VariantState.IN_REVIEW


def test_the_outsider_and_a_reviewer_submit_nothing(
    content: Content, variant: Variant, alice: User, bob: User, charlie: User
) -> None:
    write(content, alice, "نص")
    with pytest.raises(NotFound):
        submitting.submit(variant=variant, actor=actor_of(charlie))
    with pytest.raises(NotAllowed):
        submitting.submit(variant=variant, actor=actor_of(bob))


def test_a_token_may_submit(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, "نص")
    actor = token_actor_of(alice, "write_content")
    assert submitting.submit(variant=variant, actor=actor).state == VariantState.IN_REVIEW


def test_check_queries_do_not_grow_with_verses_or_pictures(
    content: Content, variant: Variant, alice: User, django_assert_max_num_queries: Any
) -> None:
    pictures = [{"media": make_media(alice, colour).pk, "alt": "و"} for colour in ("red", "blue")]
    verses = [verse(alice, 2, ayah) for ayah in range(1, 20)]
    write(content, alice, document=sheet("نص", verses=verses, variants={str(variant.pk): own(media=pictures)}))
    whole = Content.objects.select_related("campaign").get(pk=content.pk)
    with django_assert_max_num_queries(6):
        check(whole)


def test_a_warning_that_several_channels_share_is_read_once_with_each_place(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    other = drafting.add_variant(
        content=content, channel=make_channel(content.organisation, alice, "@other"), actor=actor_of(alice)
    )
    media = make_media(alice)
    described = own(blocks=[{"type": "text", "text": "نص آخر"}], media=[{"media": media.pk, "alt": "لوحة"}])
    follows = own(media=[{"media": media.pk, "alt": "لوحة"}])
    write(content, alice, document=sheet("نص", variants={str(variant.pk): follows, str(other.pk): described}))
    assert codes(content, "warn") == ["alt_text_not_shown", "alt_text_not_shown"]
    page = sign_in(client, alice).get(f"/contents/{content.pk}/").content.decode()
    listed = page.split("data-checks")[1].split("</ul>")[0]
    assert listed.count("is-warn") == 1
    assert f'<a href="#alt-{other.pk}-{media.pk}"><bdi class="ltr">@other</bdi></a>' in listed


def test_a_brief_that_is_not_signed_is_told_while_writing(content: Content, alice: User) -> None:
    write(content, alice, "نص")
    assert "brief_not_signed" not in codes(content, "warn")
    Campaign.objects.update(state=CampaignState.DRAFT)
    assert "brief_not_signed" in codes(content, "warn")
