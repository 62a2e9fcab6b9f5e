"""campaigns.briefs: complete before it is submitted, signed by a manager who wrote none of it, void once edited."""

from datetime import date
from typing import Any

import pytest

from accounts.capabilities import Capability
from accounts.models import User
from campaigns import briefs, voiding
from campaigns.brief_fields import PROSE
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Variant
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Decision, Event, Notice
from chain.reviewing import is_signed
from tests.campaigns.conftest import BRIEF
from tests.knowledge import speaking
from tests.people import actor_of, make_person, token_actor_of


@pytest.fixture
def draft(carla: User) -> Campaign:
    return briefs.create_campaign(title="حملة", code="new", changes={**BRIEF, **speaking(carla)}, actor=actor_of(carla))


@pytest.fixture
def waiting(draft: Campaign, carla: User) -> Campaign:
    return briefs.submit_brief(campaign=draft, actor=actor_of(carla))


def edit(campaign: Campaign, user: User, **changes: Any) -> briefs.Edited:
    campaign = Campaign.objects.get(pk=campaign.pk)
    return briefs.edit_brief(campaign=campaign, changes=changes, version=campaign.version, actor=actor_of(user))


def state(campaign: Campaign) -> str:
    return Campaign.objects.get(pk=campaign.pk).state


def test_a_manager_signs_a_complete_brief(waiting: Campaign, mounir: User, carla: User) -> None:
    signed = briefs.sign_brief(campaign=waiting, digest=waiting.digest, actor=actor_of(mounir))
    assert signed.state == CampaignState.SIGNED
    assert is_signed(Campaign.objects.get(pk=waiting.pk))
    assert Notice.objects.filter(user=mounir, kind="signature").exists()
    assert Notice.objects.filter(user=carla, kind="brief_signed").exists()
    standing = briefs.standing(Campaign.objects.get(pk=waiting.pk))
    assert standing is not None
    assert standing.user == mounir


def test_the_managers_are_told_of_a_brief_and_the_writer_is_not(waiting: Campaign, mounir: User, carla: User) -> None:
    waiting = briefs.submit_brief(campaign=waiting, actor=actor_of(carla))
    assert waiting.state == CampaignState.IN_REVIEW


def test_each_manager_is_told_once(draft: Campaign, carla: User, mounir: User) -> None:
    for _click in range(2):
        briefs.submit_brief(campaign=draft, actor=actor_of(carla))
    assert Notice.objects.get(user=mounir, kind="brief").link == f"/campaigns/{draft.pk}/"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({name: " "}, f"{name}_missing") for name in PROSE]
    + [
        ({"languages": []}, "languages_missing"),
        ({"disclosure": {"ar": "x"}}, "disclosure_missing"),
        ({"starts_on": None}, "dates_missing"),
        ({"ends_on": None}, "dates_missing"),
    ],
)
def test_an_incomplete_brief_is_not_submitted(draft: Campaign, carla: User, changes: dict[str, Any], code: str) -> None:
    edit(draft, carla, **changes)
    with pytest.raises(Invalid) as refused:
        briefs.submit_brief(campaign=draft, actor=actor_of(carla))
    assert refused.value.code == code
    assert state(draft) == CampaignState.DRAFT


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"goal": "x" * 5001}, "goal"),
        ({"goal": 3}, "goal"),
        ({"languages": ["de"]}, "languages"),
        ({"languages": "ar"}, "languages"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"disclosure": {"de": "x"}}, "disclosure"),
        ({"disclosure": "x"}, "disclosure"),
        ({"disclosure": {"ar": "x" * 301}}, "disclosure_ar"),
        ({"starts_on": "2027-01-01"}, "starts_on"),
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"lateness_policy": "never"}, "lateness_policy"),
        ({"lateness_minutes": -1}, "lateness_minutes"),
        ({"state": "signed"}, "state"),
    ],
)
def test_what_no_brief_holds_is_refused_by_field(
    draft: Campaign, carla: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        edit(draft, carla, **changes)
    assert refused.value.field == field
    assert Campaign.objects.get(pk=draft.pk).version == 1


def test_the_second_of_two_editors_is_told(draft: Campaign, carla: User, mounir: User) -> None:
    edit(draft, mounir, goal="هدف آخر")
    with pytest.raises(briefs.BriefEditedByAnother) as refused:
        briefs.edit_brief(campaign=draft, changes={"goal": "هدفي"}, version=1, actor=actor_of(carla))
    assert refused.value.version == 2
    assert refused.value.code == "edited_by_another"


def test_an_edit_voids_the_signature_and_says_so(campaign: Campaign, carla: User) -> None:
    edited = edit(campaign, carla, message="رسالة أخرى")
    assert edited.was_signed
    assert state(campaign) == CampaignState.DRAFT
    assert not is_signed(Campaign.objects.get(pk=campaign.pk))


def test_saving_the_same_brief_leaves_the_signature(campaign: Campaign, carla: User) -> None:
    edited = edit(campaign, carla, goal=BRIEF["goal"])
    assert not edited.was_signed
    assert state(campaign) == CampaignState.SIGNED


def test_another_disclosure_takes_signed_texts_back(
    approved: Variant, campaign: Campaign, carla: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(voiding, "approval_voided", [lambda variant, actor, why: told.append(why)])
    edited = edit(campaign, carla, disclosure={"ar": "إفصاح آخر", "fr": "x"})
    assert edited.voided == [approved]
    assert Variant.objects.get(pk=approved.pk).state == VariantState.DRAFT
    assert told == ["disclosure changed"]


def test_another_goal_leaves_signed_texts_alone(approved: Variant, campaign: Campaign, carla: User) -> None:
    assert edit(campaign, carla, goal="هدف آخر").voided == []
    assert Variant.objects.get(pk=approved.pk).state == VariantState.APPROVED


def test_nobody_signs_a_brief_they_wrote_in(draft: Campaign, mounir: User, carla: User) -> None:
    edit(draft, mounir, goal="هدف المدير")
    waiting = briefs.submit_brief(campaign=draft, actor=actor_of(carla))
    with pytest.raises(NotAllowed) as refused:
        briefs.sign_brief(campaign=waiting, digest=waiting.digest, actor=actor_of(mounir))
    assert refused.value.code == "own_work"


def test_who_is_no_manager_signs_no_brief(waiting: Campaign, bob: User, carla: User, charlie: User) -> None:
    for user, error in ((bob, NotAllowed), (carla, NotAllowed), (charlie, NotFound)):
        with pytest.raises(error):
            briefs.sign_brief(campaign=waiting, digest=waiting.digest, actor=actor_of(user))


def test_a_brief_is_signed_with_a_second_factor_and_never_by_a_token(waiting: Campaign, mounir: User) -> None:
    with pytest.raises(SecondFactorNeeded):
        briefs.sign_brief(campaign=waiting, digest=waiting.digest, actor=actor_of(mounir, second_factor=False))
    with pytest.raises(NotAllowed):
        briefs.sign_brief(campaign=waiting, digest=waiting.digest, actor=token_actor_of(mounir, *Capability))


def test_a_stale_brief_is_not_signed(waiting: Campaign, carla: User, mounir: User) -> None:
    seen = waiting.digest
    edit(waiting, carla, goal="هدف آخر")
    again = briefs.submit_brief(campaign=waiting, actor=actor_of(carla))
    with pytest.raises(StaleState) as refused:
        briefs.sign_brief(campaign=again, digest=seen, actor=actor_of(mounir))
    assert refused.value.code == "stale_digest"


def test_a_double_click_on_sign_signs_once(campaign: Campaign, mounir: User) -> None:
    with pytest.raises(StaleState) as refused:
        briefs.sign_brief(campaign=campaign, digest=campaign.digest, actor=actor_of(mounir))
    assert refused.value.code == "already_signed"
    assert Decision.objects.count() == 1


def test_a_draft_brief_is_not_signed(draft: Campaign, mounir: User) -> None:
    with pytest.raises(StaleState):
        briefs.sign_brief(campaign=draft, digest=draft.digest, actor=actor_of(mounir))


def test_a_manager_sends_a_brief_back_with_a_word(waiting: Campaign, mounir: User, carla: User) -> None:
    with pytest.raises(Invalid):
        briefs.request_brief_changes(campaign=waiting, digest=waiting.digest, note=" ", actor=actor_of(mounir))
    briefs.request_brief_changes(campaign=waiting, digest=waiting.digest, note="حدّد الجمهور", actor=actor_of(mounir))
    assert state(waiting) == CampaignState.DRAFT
    assert Notice.objects.get(user=carla, kind="brief_changes").body == "حدّد الجمهور"


def test_an_author_opens_no_campaign(alice: User) -> None:
    with pytest.raises(NotAllowed):
        briefs.create_campaign(title="x", actor=actor_of(alice))


def test_the_outsider_edits_no_brief(draft: Campaign, charlie: User) -> None:
    with pytest.raises(NotFound):
        edit(draft, charlie, goal="x")


def test_a_code_stands_once_in_an_institution(draft: Campaign, carla: User, charlie: User) -> None:
    with pytest.raises(Invalid) as refused:
        briefs.create_campaign(title="x", code="new", actor=actor_of(carla))
    assert refused.value.code == "code_taken"
    assert briefs.create_campaign(title="x", code="new", actor=actor_of(charlie)).code == "new"
    with pytest.raises(Invalid):
        briefs.create_campaign(title="x", code="Bad Code", actor=actor_of(carla))


def test_two_campaigns_opened_in_one_second_both_stand(carla: User) -> None:
    first, second = (briefs.create_campaign(title="x", actor=actor_of(carla)) for _ in range(2))
    assert first.code != second.code


def test_only_a_signed_campaign_is_closed_and_then_it_stays(campaign: Campaign, draft: Campaign, carla: User) -> None:
    with pytest.raises(Invalid):
        briefs.close_campaign(campaign=draft, actor=actor_of(carla))
    for _click in range(2):
        briefs.close_campaign(campaign=campaign, actor=actor_of(carla))
    assert state(campaign) == CampaignState.CLOSED
    with pytest.raises(Invalid):
        edit(campaign, carla, goal="x")
    assert Event.objects.filter(verb="campaign.closed").count() == 1


def test_the_same_brief_needs_no_second_signature_when_an_edit_is_undone(campaign: Campaign, carla: User) -> None:
    edit(campaign, carla, goal="هدف آخر")
    edit(campaign, carla, goal=BRIEF["goal"])
    assert briefs.submit_brief(campaign=campaign, actor=actor_of(carla)).state == CampaignState.SIGNED


def test_a_manager_who_also_writes_is_not_asked_to_sign(rabita: Any, carla: User) -> None:
    both = make_person("Both", ["coordinator", "manager"], rabita)
    made = briefs.create_campaign(title="x", changes={**BRIEF, **speaking(both)}, actor=actor_of(both))
    briefs.submit_brief(campaign=made, actor=actor_of(carla))
    assert not Notice.objects.filter(user=both, kind="brief").exists()
