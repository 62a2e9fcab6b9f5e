"""The desk, the lists, claims, campaigns and their briefs, pictures: what each page says and to whom."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation, User
from campaigns import briefs, drafting, reviewing
from campaigns.lifecycle import CampaignState
from campaigns.media import path_of
from campaigns.models import Campaign, Content, Variant
from campaigns.views import campaigns as campaigns_pages
from chain.models import Decision
from library.models import Claim
from publishing.models import Channel
from tests.campaigns.conftest import BRIEF, make_media, write
from tests.knowledge import make_concept, speaking
from tests.people import actor_of, sign_in, stale

TYPED = {
    "title": "أدب الخلاف",
    "goal": "غاية",
    "segment": "شباب",
    "message": "الخلاف سعة",
    "messenger": "عالمان",
    "call_to_action": "اسأل",
    "languages": ["ar"],
    "disclosure_ar": "حساب معلن",
    "starts_on": "2027-02-12",
    "ends_on": "2027-03-10",
    "time_zone": "Africa/Casablanca",
    "lateness_policy": "hold",
    "lateness_minutes": "60",
}


@pytest.fixture
def draft(carla: User) -> Campaign:
    return briefs.create_campaign(title="أدب الخلاف", changes={**BRIEF, **speaking(carla)}, actor=actor_of(carla))


@pytest.fixture
def awaiting(draft: Campaign, carla: User) -> Campaign:
    return briefs.submit_brief(campaign=draft, actor=actor_of(carla))


# The desk


def test_what_came_back_stands_first_on_the_desk_with_the_reviewers_words(
    client: Client, in_review: Variant, alice: User, bob: User
) -> None:
    reviewing.request_changes(
        variant=in_review, gate_code="scientific", digest=in_review.digest, note="أثبت العزو.", actor=actor_of(bob)
    )
    page = sign_in(client, alice).get("/").content.decode()
    first = page.split('class="first"')[1]
    assert in_review.content.title in first
    assert "أثبت العزو." in first


def test_a_reviewer_finds_what_to_sign(client: Client, in_review: Variant, bob: User) -> None:
    page = sign_in(client, bob).get("/").content.decode()
    assert f"/review/{in_review.pk}/" in page


@pytest.mark.parametrize("name", ["alice", "bob", "nadia"])
def test_an_empty_desk_says_what_to_do(name: str, client: Client, people: Any) -> None:
    page = sign_in(client, getattr(people, name), second_factor=name != "nadia").get("/").content.decode()
    assert 'class="empty"' in page
    assert 'class="btn" href=' in page


def test_a_long_list_of_the_desk_begins_with_a_few_and_leads_to_all_of_them(
    client: Client, campaign: Campaign, claim: Claim, channel: Channel, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.views.desk.FEW", 2)
    for number in range(6):
        drafting.create_content(
            campaign=campaign, claim=claim, title=f"نص {number}", channels=[channel], actor=actor_of(alice)
        )
    page = sign_in(client, alice).get("/").content.decode()
    assert (page.count('class="row"'), '<span class="sect-n">5</span>' in page) == (2, True)
    assert 'href="?all=write#write-h"' in page
    whole = client.get("/?all=write").content.decode()
    assert (whole.count('class="row"'), 'href="?all=' in whole) == (5, False)
    monkeypatch.setattr("campaigns.queries.SHOWN", 6)
    assert ("3+" in page, "3+" in client.get("/").content.decode()) == (False, True)


def test_a_number_that_no_campaign_can_have_is_not_found(client: Client, alice: User) -> None:
    sign_in(client, alice)
    assert [client.get(f"/campaigns/{number}/").status_code for number in (0, 2**63 - 1, 2**63, 10**30)] == [404] * 4


def test_the_outsiders_desk_and_lists_show_nothing_of_ours(client: Client, in_review: Variant, charlie: User) -> None:
    sign_in(client, charlie)
    for path in ("/", "/contents/", "/claims/", "/campaigns/", "/review/"):
        assert in_review.content.title not in client.get(path).content.decode()


def test_a_campaigns_contents_are_shown_page_by_page(
    client: Client, campaign: Campaign, claim: Claim, channel: Channel, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns_pages, "CONTENTS_SHOWN", 1)
    for title in ("الأول زمنا", "الثاني زمنا"):
        drafting.create_content(campaign=campaign, claim=claim, title=title, channels=[channel], actor=actor_of(alice))
    pages = [sign_in(client, alice).get(f"/campaigns/{campaign.pk}/?page={n}").content.decode() for n in (1, 2)]
    assert [("الأول زمنا" in page, "الثاني زمنا" in page) for page in pages] == [(False, True), (True, False)]


def test_the_list_does_not_ask_more_of_the_database_with_more_contents(
    client: Client, content: Content, campaign: Campaign, claim: Claim, channel: Channel, alice: User
) -> None:
    sign_in(client, alice)
    client.get("/contents/")
    with CaptureQueriesContext(connection) as few:
        client.get("/contents/")
    for number in range(5):
        drafting.create_content(
            campaign=campaign, claim=claim, title=f"نص {number}", channels=[channel], actor=actor_of(alice)
        )
    with CaptureQueriesContext(connection) as many:
        client.get("/contents/")
    assert len(many) <= len(few)


# Claims


def test_a_claim_is_recorded_and_answered_in_a_campaign(
    client: Client, campaign: Campaign, channel: Channel, alice: User
) -> None:
    sign_in(client, alice)
    concept = make_concept(alice, "الجزية")
    client.post("/claims/", {"concept": concept.pk, "text_ar": "دعوى أن الجزية حكم دائم"})
    claim = Claim.objects.get(concept=concept)
    typed = {"campaign": campaign.pk, "language": "ar", "title": "الجزية", "channels": [channel.pk]}
    answer = client.post(f"/claims/{claim.pk}/answer/", typed)
    content = Content.objects.get(claim=claim)
    assert answer["Location"] == f"/contents/{content.pk}/"
    assert content.variants.get().channel == channel


def test_each_channel_is_named_once_with_its_network(
    client: Client, campaign: Campaign, channel: Channel, claim: Claim, alice: User
) -> None:
    sign_in(client, alice)
    page = client.get(f"/claims/{claim.pk}/answer/").content.decode()
    assert f"Paper: {channel.display_name} · \u2066{channel.handle}\u2069" in page
    Channel.objects.update(handle=channel.display_name)
    page = client.get(f"/claims/{claim.pk}/answer/").content.decode()
    assert f"Paper: {channel.display_name}<" in page


def test_a_claim_recorded_twice_keeps_what_was_typed(client: Client, claim: Claim, alice: User) -> None:
    typed = {"concept": claim.concept_id, "text_ar": claim.text_ar, "text_fr": "Ce que j'ai tapé"}
    answer = sign_in(client, alice).post("/claims/", typed)
    assert answer.status_code == 422
    assert "Ce que j&#x27;ai tapé" in answer.content.decode()


def test_a_title_too_long_is_refused_and_kept(client: Client, campaign: Campaign, claim: Claim, alice: User) -> None:
    typed = {"campaign": campaign.pk, "language": "ar", "title": "ا" * 161}
    answer = sign_in(client, alice).post(f"/claims/{claim.pk}/answer/", typed)
    assert answer.status_code == 422
    assert "ا" * 161 in answer.content.decode()


# Campaigns and briefs


def test_a_campaign_is_opened_with_its_brief(client: Client, carla: User) -> None:
    answer = sign_in(client, carla).post("/campaigns/new/", TYPED)
    campaign = Campaign.objects.get()
    assert answer["Location"] == f"/campaigns/{campaign.pk}/"
    assert campaign.disclosure == {"ar": "حساب معلن"}
    assert campaign.starts_on == date(2027, 2, 12)


@pytest.mark.parametrize(
    ("field", "value"),
    [("ends_on", "2027-01-01"), ("time_zone", "Mars/Base"), ("lateness_minutes", "-3"), ("starts_on", "غدا")],
)
def test_a_brief_that_cannot_be_is_refused_beside_its_field(
    field: str, value: str, client: Client, carla: User
) -> None:
    answer = sign_in(client, carla).post("/campaigns/new/", {**TYPED, field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}-errors"' in page
    assert "الخلاف سعة" in page
    assert not Campaign.objects.exists()


def test_the_heading_counts_what_is_missing_and_the_button_is_shut(client: Client, carla: User) -> None:
    made = briefs.create_campaign(
        title="حملة", changes={**BRIEF, **speaking(carla), "goal": "", "message": ""}, actor=actor_of(carla)
    )
    User.objects.filter(pk=carla.pk).update(language="en")
    page = sign_in(client, carla).get(f"/campaigns/{made.pk}/").content.decode()
    assert "2 things are missing before it begins" in page
    assert 'aria-disabled="true" aria-describedby="cw"' in page


def test_two_people_editing_one_brief_keep_both(client: Client, draft: Campaign, carla: User, mounir: User) -> None:
    briefs.edit_brief(campaign=draft, changes={"goal": "غاية المسؤول"}, version=1, actor=actor_of(mounir))
    answer = sign_in(client, carla).post(f"/campaigns/{draft.pk}/brief/", {**TYPED, "version": "1"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "الخلاف سعة" in page
    assert 'name="version" value="2"' in page


def test_a_manager_signs_and_the_stamp_is_on_the_page(client: Client, awaiting: Campaign, mounir: User) -> None:
    sign_in(client, mounir)
    client.post(f"/campaigns/{awaiting.pk}/sign/", {"digest": awaiting.digest})
    awaiting.refresh_from_db()
    assert awaiting.state == CampaignState.SIGNED
    page = client.get(f"/campaigns/{awaiting.pk}/").content.decode()
    assert 'class="stamp"' in page


def test_a_double_click_on_signing_a_brief_is_a_sentence(client: Client, awaiting: Campaign, mounir: User) -> None:
    sign_in(client, mounir)
    for _again in range(2):
        answer = client.post(f"/campaigns/{awaiting.pk}/sign/", {"digest": awaiting.digest}, follow=True)
        assert answer.status_code == 200
    assert Decision.objects.count() == 1
    assert 'role="alert"' in answer.content.decode()


def test_a_brief_that_changed_under_the_reader_is_not_signed(
    client: Client, awaiting: Campaign, mounir: User, carla: User
) -> None:
    seen = awaiting.digest
    briefs.edit_brief(campaign=awaiting, changes={"goal": "غاية أخرى"}, version=awaiting.version, actor=actor_of(carla))
    briefs.submit_brief(campaign=awaiting, actor=actor_of(carla))
    answer = sign_in(client, mounir).post(f"/campaigns/{awaiting.pk}/sign/", {"digest": seen}, follow=True)
    assert 'role="alert"' in answer.content.decode()
    assert not Decision.objects.exists()


def test_asking_for_changes_with_a_lapsed_factor_keeps_the_note(
    client: Client, awaiting: Campaign, mounir: User
) -> None:
    stale(sign_in(client, mounir))
    posted = {"digest": awaiting.digest, "note": "حدّد الجمهور."}
    answer = client.post(f"/campaigns/{awaiting.pk}/return/", posted)
    assert answer["Location"].startswith("/account/2fa/reauthenticate/")
    assert "حدّد الجمهور." in client.get(f"/campaigns/{awaiting.pk}/").content.decode()


def test_whoever_wrote_the_brief_is_not_offered_the_seal(client: Client, rabita: Organisation, mounir: User) -> None:
    made = briefs.create_campaign(title="حملة", changes={**BRIEF, **speaking(mounir)}, actor=actor_of(mounir))
    briefs.submit_brief(campaign=made, actor=actor_of(mounir))
    made.refresh_from_db()
    sign_in(client, mounir)
    assert f"/campaigns/{made.pk}/sign/" not in client.get(f"/campaigns/{made.pk}/").content.decode()
    client.post(f"/campaigns/{made.pk}/sign/", {"digest": made.digest})
    assert not Decision.objects.exists()


def test_signing_a_brief_is_refused_to_the_coordinator_and_the_outsider(
    client: Client, awaiting: Campaign, carla: User, charlie: User
) -> None:
    posted = {"digest": awaiting.digest}
    assert sign_in(client, carla).post(f"/campaigns/{awaiting.pk}/sign/", posted).status_code == 403
    assert sign_in(Client(), charlie).post(f"/campaigns/{awaiting.pk}/sign/", posted).status_code == 404


# Pictures


def test_a_picture_is_served_sealed_to_its_own_house_only(client: Client, alice: User, charlie: User) -> None:
    media = make_media(alice)
    answer = sign_in(client, alice).get(f"/media/{media.pk}/")
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert sign_in(Client(), charlie).get(f"/media/{media.pk}/").status_code == 404
    assert Client().get(f"/media/{media.pk}/").status_code == 302


def test_a_picture_whose_bytes_changed_on_the_disk_is_not_served(client: Client, alice: User) -> None:
    media = make_media(alice)
    path_of(media.organisation_id, media.sha256).write_bytes(b"other bytes")
    assert sign_in(client, alice).get(f"/media/{media.pk}/").status_code == 404


# Every page, in every language


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_page_speaks_the_persons_language(
    language: str, client: Client, content: Content, in_review: Variant, awaiting: Campaign, carla: User, mounir: User
) -> None:
    write(content, carla, "نص")
    User.objects.filter(pk__in=[carla.pk, mounir.pk]).update(language=language)
    pages = ["/", "/contents/", "/claims/", "/campaigns/", f"/campaigns/{awaiting.pk}/", "/review/"]
    pages += [f"/campaigns/{awaiting.pk}/brief/", "/campaigns/new/", f"/contents/{content.pk}/"]
    pages += [f"/claims/{content.claim_id}/answer/"]
    sign_in(client, carla)
    for path in pages:
        page = client.get(path)
        assert page.status_code == 200, path
        assert f'<html lang="{language}"' in page.content.decode()


def test_the_list_of_contents_is_counted_filtered_and_paged_without_being_read(
    client: Client, content: Content, variant: Variant, carla: User, alice: User
) -> None:
    contents = [
        drafting.create_content(campaign=content.campaign, claim=content.claim, title=f"نص {n}", actor=actor_of(alice))
        for n in range(3)
    ]
    Variant.objects.filter(pk=variant.pk).update(state="changes_requested")
    page = sign_in(client, carla)
    with CaptureQueriesContext(connection) as few:
        found = page.get("/contents/")
    assert {option.value: option.count for option in found.context["options"]} == {"changes_requested": 1, "draft": 3}
    assert [row.title for row in page.get("/contents/?state=changes_requested").context["rows"]] == [content.title]
    for n in range(40):
        drafting.create_content(campaign=content.campaign, claim=content.claim, title=f"ن {n}", actor=actor_of(alice))
    with CaptureQueriesContext(connection) as many:
        found = page.get("/contents/?page=2")
    assert (found.context["total"], len(found.context["rows"])) == (len(contents) + 41, 14)
    assert len(many) <= len(few)
