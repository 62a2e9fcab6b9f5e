"""Segments without persons, messengers with a consent in force, programmes with goals, and what briefs make of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from campaigns import briefs
from campaigns.audiences import add_segment, edit_segment
from campaigns.lifecycle import CampaignState
from campaigns.messengers import add_messenger, edit_messenger, withdraw_consent
from campaigns.models import Campaign, Messenger, Programme, Segment, Variant
from campaigns.programmes import add_programme, edit_programme, goals_of
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery
from publishing.scheduling import schedule
from tests.campaigns.conftest import BRIEF
from tests.knowledge import make_messenger, make_segment, speaking
from tests.people import actor_of, api_client, sign_in

pytestmark = pytest.mark.django_db
IN_THE_CAMPAIGN = datetime(2027, 2, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "راسلهم على a.b@example.org",
        "يتابعون @someone كثيرا",
        "@someone",
        "هاتف: +212 6 12 34 56 78",
        "0612345678",
        "٠٦ ١٢ ٣٤ ٥٦ ٧٨",
    ],
)
def test_what_reaches_a_person_is_refused_in_a_segment(carla: User, words: str) -> None:
    for given in ({"name": "شباب", "description": words}, {"name": words[:100], "description": "شباب"}):
        with pytest.raises(Invalid) as refused:
            add_segment(actor=actor_of(carla), **given)
        assert refused.value.code == "personal_data"


def test_ages_years_and_shares_are_no_telephone_numbers(carla: User) -> None:
    assert add_segment(
        name="شباب", description="بين 18 و30 سنة، 35% منهم، 2025-2026، نحو 120 000", actor=actor_of(carla)
    ).pk


def test_a_brief_without_its_registers_is_refused_with_the_first_thing_missing(carla: User) -> None:
    made = briefs.create_campaign(title="حملة", changes=BRIEF, actor=actor_of(carla))
    codes = [each.code for each in briefs.lacking(made)]
    assert codes[:4] == ["theory_of_change_missing", "medium_missing", "measurement_missing", "risks_missing"]
    assert {"segments_missing", "messengers_missing"} <= set(codes)
    with pytest.raises(Invalid) as refused:
        briefs.submit_brief(campaign=made, actor=actor_of(carla))
    assert refused.value.code == codes[0]


@pytest.mark.parametrize(
    ("consent", "code"),
    [
        ({"consent_on": None, "consent_scope": ""}, "consent_missing"),
        ({"consent_until": date(2026, 2, 1)}, "consent_expired"),
    ],
)
def test_a_consent_that_is_not_in_force_keeps_the_brief_from_signature(
    carla: User, consent: dict[str, Any], code: str
) -> None:
    changes = {**BRIEF, **speaking(carla), "messengers": [make_messenger(carla, "غيره", **consent)]}
    made = briefs.create_campaign(title="حملة", changes=changes, actor=actor_of(carla))
    with pytest.raises(Invalid) as refused:
        briefs.submit_brief(campaign=made, actor=actor_of(carla))
    assert refused.value.code == code


def test_a_consent_that_lapsed_meanwhile_is_not_signed_nor_scheduled(
    approved: Variant, campaign: Campaign, carla: User, mounir: User
) -> None:
    Messenger.objects.update(consent_until=timezone.localdate() - timedelta(days=2))
    with pytest.raises(Invalid) as refused:
        briefs.sign_brief(campaign=campaign, digest=campaign.digest, actor=actor_of(mounir))
    assert refused.value.code == "consent_expired"
    with pytest.raises(Invalid) as unscheduled:
        schedule(variant=approved, due_at=IN_THE_CAMPAIGN, actor=actor_of(carla))
    assert unscheduled.value.code == "consent_expired"


def test_withdrawing_a_consent_holds_what_waits(approved: Variant, carla: User) -> None:
    delivery = schedule(variant=approved, due_at=IN_THE_CAMPAIGN, actor=actor_of(carla))
    messenger = Messenger.objects.get()
    withdraw_consent(messenger=messenger, why="طلب ذلك", actor=actor_of(carla))
    held = Delivery.objects.get(pk=delivery.pk)
    assert (held.state, held.reason) == (DeliveryState.HELD, "consent_missing")
    with pytest.raises(StaleState):
        withdraw_consent(messenger=messenger, why="", actor=actor_of(carla))
    with pytest.raises(Invalid):
        edit_messenger(messenger=messenger, changes={"consent_on": date(2026, 1, 2)}, version=1, actor=actor_of(carla))


def test_what_a_signed_brief_says_of_a_row_cannot_change_under_its_signature(campaign: Campaign, carla: User) -> None:
    digest = campaign.digest
    edit_messenger(
        messenger=Messenger.objects.get(), changes={"consent_until": date(2030, 1, 1)}, version=1, actor=actor_of(carla)
    )
    assert Campaign.objects.get().state == CampaignState.SIGNED
    edit_segment(segment=Segment.objects.get(), changes={"description": "غيرهم"}, version=1, actor=actor_of(carla))
    changed = Campaign.objects.get()
    assert changed.state == CampaignState.DRAFT
    assert changed.digest != digest


def test_a_brief_signed_before_it_had_these_parts_keeps_its_signature(campaign: Campaign) -> None:
    whole = campaign.digest
    Campaign.objects.update(theory_of_change="", medium="", measurement="", risks="")
    campaign.segments.clear()
    campaign.messengers.clear()
    old = Campaign.objects.get()
    assert old.later() == {}
    assert old.digest != whole


def test_a_programme_keeps_its_goals_in_order(carla: User) -> None:
    goals = [{"title": "أ", "indicator": "عدد", "target": "25"}, {"title": "ب"}]
    made = add_programme(title="برنامج", goals=goals, actor=actor_of(carla))
    done = edit_programme(programme=made, changes={"goals": [goals[1]]}, version=1, actor=actor_of(carla))
    assert goals_of(done) == [{"title": "ب", "indicator": "", "target": "", "reached": ""}]


def test_what_is_reached_is_of_the_day_on_which_it_was_last_said(carla: User) -> None:
    goals = [{"title": "أ", "reached": "9"}, {"title": "ب"}]
    with time_machine.travel("2026-11-02T10:00:00+01:00"):
        made = add_programme(title="برنامج", goals=goals, actor=actor_of(carla))
    goals = [{"title": "أ", "target": "25", "reached": "9"}, {"title": "ب", "reached": "1"}]
    with time_machine.travel("2026-11-09T10:00:00+01:00"):
        done = edit_programme(programme=made, changes={"goals": goals}, version=1, actor=actor_of(carla))
    assert [str(goal.reached_on) for goal in done.goals.all()] == ["2026-11-02", "2026-11-09"]


def test_a_programme_shows_its_year_and_each_goal_with_its_campaigns(
    client: Client, campaign: Campaign, carla: User
) -> None:
    today = timezone.localdate(timezone=ZoneInfo("Africa/Casablanca"))
    dates = {"starts_on": today - timedelta(days=9), "ends_on": today + timedelta(days=90)}
    goals = [{"title": "غاية أولى"}, {"title": "غاية ثانية", "reached": "بلغنا 7"}]
    made = add_programme(title="برنامج", goals=goals, **dates, actor=actor_of(carla))
    briefs.edit_brief(
        campaign=campaign, changes={"programme": made, "serves": 2}, version=campaign.version, actor=actor_of(carla)
    )
    sign_in(client, carla)
    page = client.get(f"/programmes/{made.pk}/", headers={"accept-language": "ar"}).content.decode()
    first, second = page.split("غاية ثانية")
    assert 'value="10"' in page
    assert campaign.title not in first.split("غاية أولى")[1]
    assert campaign.title in second
    assert "بلغنا 7" in second


@pytest.mark.parametrize(("serves", "code"), [(3, "no_such_goal"), (0, "bad_goal"), ("1", "bad_goal")])
def test_a_brief_names_a_goal_that_its_programme_has(campaign: Campaign, carla: User, serves: Any, code: str) -> None:
    made = add_programme(title="برنامج", goals=[{"title": "أ"}], actor=actor_of(carla))
    with pytest.raises(Invalid) as refused:
        briefs.edit_brief(
            campaign=campaign, changes={"programme": made, "serves": serves}, version=campaign.version,
            actor=actor_of(carla),
        )  # fmt: skip
    assert refused.value.code == code


def test_the_pages_record_show_and_withdraw(client: Client, campaign: Campaign, carla: User) -> None:
    sign_in(client, carla)
    assert client.post("/programmes/new/", {"title": "برنامج", "title_1": "غاية", "target_1": "25"}).status_code == 302
    programme = Programme.objects.get()
    page = client.get(f"/programmes/{programme.pk}/").content.decode()
    assert "غاية" in page
    typed = {"name": "طلبة", "description": "طلبة", "languages": ["ar"], "networks": ["paper"]}
    assert client.post("/segments/new/", typed).status_code == 302
    assert client.post("/segments/new/", {**typed, "name": "x", "description": "a@b.org"}).status_code == 422
    assert client.post("/messengers/new/", {"kind": "person", "public_name": "قلم", "basis": "ثقة"}).status_code == 302
    signed = campaign.messengers.get()
    client.post(f"/messengers/{signed.pk}/withdraw/", {"why": "x"})
    assert Messenger.objects.get(pk=signed.pk).withdrawn_at
    for path in (
        "/programmes/",
        "/segments/",
        "/messengers/",
        f"/campaigns/{campaign.pk}/brief/",
        f"/campaigns/{campaign.pk}/",
    ):
        assert client.get(path).status_code == 200


def test_an_author_keeps_no_register(alice: User, carla: User) -> None:
    for act in (
        lambda: add_segment(name="x", description="x", actor=actor_of(alice)),
        lambda: add_messenger(public_name="x", basis="x", actor=actor_of(alice)),
        lambda: add_programme(title="x", actor=actor_of(alice)),
        lambda: withdraw_consent(messenger=make_messenger(carla), why="", actor=actor_of(alice)),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_outsider_finds_nothing_of_ours_by_page_action_or_api(carla: User, charlie: User) -> None:
    segment, messenger = make_segment(carla), make_messenger(carla)
    outsider, api = actor_of(charlie), api_client(charlie)
    with pytest.raises(NotFound):
        edit_segment(segment=segment, changes={"name": "x"}, version=1, actor=outsider)
    with pytest.raises(NotFound):
        withdraw_consent(messenger=messenger, why="", actor=outsider)
    with pytest.raises(NotFound):
        briefs.create_campaign(title="x", changes={"segments": [segment]}, actor=outsider)
    assert (
        api.post("/api/v1/campaigns/", {"title": "x", "messengers": [messenger.pk]}, format="json").status_code == 404
    )
    assert api.get("/api/v1/segments/").json()["results"] == []
    assert api.post(f"/api/v1/messengers/{messenger.pk}/withdraw-consent/", {}, format="json").status_code == 404
