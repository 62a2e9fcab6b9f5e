"""An institution with one object of each kind, for tests that walk over everything there is."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Invitation
from campaigns.models import MediaFile, Messenger, Programme, Remark, Segment
from chain.models import Hold, Notice
from library.models import Citation, Concept, Narrative
from publishing.credentials import seal
from publishing.models import Application, BulkAct, Consent, Slot
from publishing.removal_models import Recall
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, mark_published, sign
from tests.people import People, membership_of, token_for

MARK = "سطر لا يراه غير أهله"


def one_of_each(people: People) -> dict[str, int]:
    """The ids by kind, of the institution that Charlie does not belong to; MARK stands in all that has words."""
    house, now = people.rabita, timezone.now()
    channel = make_channel(house, people.carla, display_name=MARK)
    campaign = make_campaign(house, people.carla, title=MARK)
    variant = sign(make_variant(campaign, channel, people.alice, title=MARK), people.bob, people.basma)
    delivery = mark_published(make_delivery(variant, people.carla))
    by = {"organisation": house, "created_at": now}
    media = MediaFile.objects.create(
        **by, sha256="0" * 64, mime_type="image/png", size=1, width=1, height=1, name="x", uploaded_by=people.alice
    )
    slot = Slot.objects.create(
        **by, campaign=campaign, channel=channel, due_at=now + timedelta(days=1), title=MARK, created_by=people.carla
    )
    bulk = BulkAct.objects.create(
        **by, kind="hold", delivery_ids=[delivery.pk], why=MARK, by=people.carla, via="session", lease_until=now
    )
    citation = Citation.objects.create(**by, kind="work", title=MARK, created_by=people.alice)
    remark = Remark.objects.create(**by, variant=variant, payload=variant.payload, author=people.bob, text=MARK)
    narrative = Narrative.objects.create(**by, title_ar=MARK, kind="political", created_by=people.alice)
    Concept.objects.filter(organisation=house).update(definition_ar=MARK)
    programme = Programme.objects.create(**by, title=MARK, created_by=people.carla)
    segment = Segment.objects.create(**by, name=MARK, description=MARK, created_by=people.carla)
    messenger = Messenger.objects.create(**by, public_name=MARK, basis=MARK, created_by=people.carla)
    hold = Hold.objects.create(
        organisation=house, scope="everything", reason=MARK, placed_by=people.carla, placed_at=now
    )
    recall = Recall.objects.create(organisation=house, content=variant.content, why=MARK, by=people.carla, at=now)
    notice = Notice.objects.create(
        organisation=house, user=people.alice, kind="x", title=MARK, link="/", once="x", created_at=now
    )
    invitation = Invitation.objects.create(
        organisation=house, email="x@rabita.test", roles=["author"], invited_by=people.adil,
        expires_at=now + timedelta(days=1), token_hash="x",
    )  # fmt: skip
    sealed = {"organisation": house, "network": "mastodon", "server_url": "http://127.0.0.1:9/mastodon"}
    application = Application.objects.create(
        **sealed, sealed=seal({"client_id": "x", "client_secret": "y"}), set_by=people.carla, set_at=now
    )
    consent = Consent.objects.create(
        **sealed, user=people.carla, redirect_uri="http://127.0.0.1/", state_hash="x",
        sealed=seal({"state": "x", "verifier": "y"}), expires_at=now + timedelta(minutes=5),
    )  # fmt: skip
    membership = membership_of(people.alice)
    token_for(people.alice)
    return {
        "channel": channel.pk, "campaign": campaign.pk, "variant": variant.pk, "content": variant.content_id,
        "claim": variant.content.claim_id, "delivery": delivery.pk, "media": media.pk, "hold": hold.pk,
        "remark": remark.pk, "member": membership.pk, "grant": membership.grants.get().pk, "citation": citation.pk,
        "concept": variant.content.claim.concept_id, "narrative": narrative.pk,
        "slot": slot.pk, "bulk": bulk.pk, "recall": recall.pk,
        "notice": notice.pk, "application": application.pk, "consent": consent.pk,
        "invitation": invitation.pk, "token": membership.tokens.get().pk,
        "programme": programme.pk, "segment": segment.pk, "messenger": messenger.pk,
    }  # fmt: skip
