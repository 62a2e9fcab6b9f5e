"""What a delivery rests on: the brief's signature, the campaign's last day, the text that was signed."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.capabilities import Role
from campaigns import briefs, expiring, submitting
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign
from campaigns.rendering import document_of
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Decision, Event, Gate
from publishing import publisher
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Delivery
from sandbox.testing import SandboxClient
from tests.people import People, actor_of, make_person, sign_in, token_actor_of

pytestmark = pytest.mark.django_db
Due = Callable[..., Delivery]
TOMORROW = timedelta(days=1)


@pytest.fixture
def scheduled(due: Due) -> Delivery:
    return due(due_at=timezone.now() + TOMORROW)


@pytest.fixture
def signed(scheduled: Delivery, people: People) -> Campaign:
    """The delivery's campaign, its brief signed by Mounir."""
    campaign = scheduled.campaign
    gate, _new = Gate.objects.get_or_create(
        organisation=people.rabita,
        kind=Campaign.review_kind,
        code="brief",
        defaults={"position": 1, "capability": "sign_brief"},
    )
    Decision.objects.create(
        organisation=people.rabita, gate=gate, digest=campaign.digest, subject_type="campaigns.campaign",
        subject_id=str(campaign.pk), verdict="approved", user=people.mounir, at=timezone.now(),
    )  # fmt: skip
    return campaign


def test_a_manager_withdraws_their_brief_signature_and_what_waited_is_held(
    scheduled: Delivery, signed: Campaign, people: People, client: Client
) -> None:
    page = sign_in(client, people.mounir)
    address = reverse("campaign", args=[signed.pk])
    assert reverse("campaign-withdraw", args=[signed.pk]) in page.get(address).content.decode()
    page.post(reverse("campaign-withdraw", args=[signed.pk]), {"why": "  "})
    scheduled.refresh_from_db()
    assert scheduled.state == DeliveryState.PENDING
    page.post(reverse("campaign-withdraw", args=[signed.pk]), {"why": "تغيّر الجمهور"})
    scheduled.refresh_from_db()
    signed.refresh_from_db()
    assert signed.state == CampaignState.DRAFT
    assert (scheduled.state, scheduled.hold_reason) == (DeliveryState.HELD, HoldReason.NOT_APPROVED)
    assert scheduled.reason == "brief_not_signed"
    assert people.carla.notices.filter(kind="brief_withdrawn").exists()
    assert Event.objects.filter(verb="gate.revoked", why="تغيّر الجمهور").exists()
    assert reverse("campaign-withdraw", args=[signed.pk]) not in page.get(address).content.decode()
    with pytest.raises(StaleState):
        briefs.withdraw_brief_signature(campaign=signed, why="x", actor=actor_of(people.mounir))


def test_nobody_else_withdraws_it(signed: Campaign, people: People) -> None:
    other = make_person("Malika", [Role.MANAGER], people.rabita)
    refusals = [
        (actor_of(other), NotAllowed),
        (actor_of(people.carla), NotAllowed),
        (actor_of(people.charlie), NotFound),
        (token_actor_of(people.mounir), NotAllowed),
        (actor_of(people.mounir, second_factor=False), SecondFactorNeeded),
    ]
    for actor, error in refusals:
        with pytest.raises(error):
            briefs.withdraw_brief_signature(campaign=signed, why="x", actor=actor)
    signed.refresh_from_db()
    assert signed.state == CampaignState.SIGNED


def end(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(ends_on=timezone.localdate() - timedelta(days=2))


def test_what_was_not_out_when_its_campaign_ended_expires_and_is_held(scheduled: Delivery, people: People) -> None:
    assert expiring.expire_ended() == 0
    end(scheduled.campaign)
    assert (expiring.expire_ended(), expiring.expire_ended()) == (1, 0)
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.reason) == (DeliveryState.HELD, "approval_expired")
    variant = scheduled.variant
    variant.refresh_from_db()
    assert variant.state == VariantState.EXPIRED
    assert Event.objects.filter(verb="variant.expired", actor_name="calendar").exists()
    assert people.alice.notices.filter(kind="expired").exists()
    with pytest.raises(Invalid) as refused:
        submitting.submit(variant=variant, actor=actor_of(people.alice))
    assert refused.value.code == "campaign_ended"


def test_what_is_out_stays_as_it_was_signed(due: Due, network: SandboxClient) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    end(delivery.campaign)
    assert expiring.expire_ended() == 0
    delivery.refresh_from_db()
    assert (delivery.variant.state, delivery.superseded) == (VariantState.APPROVED, False)


def test_a_save_that_holds_a_delivery_says_which(scheduled: Delivery, people: People, client: Client) -> None:
    content = scheduled.variant.content
    document = document_of(content).to_json() | {"body": [{"type": "text", "text": "نص آخر"}]}
    body = {"document": document, "base_version": content.draft_version, "user": people.alice.pk}
    page = sign_in(client, people.alice)
    answer = page.post(reverse("content-save", args=[content.pk]), json.dumps(body), content_type="application/json")
    assert answer.json()["voided"] == [scheduled.variant_id]
    assert reverse("delivery", args=[scheduled.pk]) in answer.json()["held"]
