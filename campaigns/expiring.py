"""Expiring: what was signed for a campaign that has ended, and has not gone out, is no longer signed.

A task looks every hour: a campaign's day ends in its own time zone. What is out stays as it was signed.
"""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Variant
from campaigns.reviewing import stamp
from campaigns.voiding import void
from chain import notices
from chain.actors import system_actor
from chain.engine import advance
from chain.errors import Invalid

OUT = ("sending", "processing", "unconfirmed", "published", "deleting", "deleted", "gone")
"""Where a delivery's bytes are, or may be, or were before readers."""


def has_ended(campaign: Campaign) -> bool:
    """Whether its last day is over where the campaign lives."""
    today = timezone.localdate(timezone=ZoneInfo(campaign.time_zone))
    return campaign.ends_on is not None and campaign.ends_on < today


def refuse_ended(campaign: Campaign) -> None:
    if has_ended(campaign):
        raise Invalid(
            _("The campaign's last day has passed. Give its brief a later one and have it signed first."),
            code="campaign_ended",
        )


def expire_ended() -> int:
    """Expire what is signed in campaigns that have ended; how many variants."""
    under_way = Campaign.objects.filter(state=CampaignState.SIGNED, ends_on__isnull=False)
    ended = [campaign.pk for campaign in under_way if has_ended(campaign)]
    ids = not_out(Variant.objects.filter(content__campaign__in=ended)).values_list("pk", flat=True)
    return sum(expire(pk) for pk in list(ids))


def not_out(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """Signed, and the signed bytes are before no reader."""
    out = Variant.objects.filter(deliveries__payload=F("payload"), deliveries__state__in=OUT)
    return variants.filter(state=VariantState.APPROVED).exclude(pk__in=out.values("pk"))


@transaction.atomic
def expire(variant_id: int) -> bool:
    locked = Variant.objects.select_for_update(of=("self",)).select_related("content__campaign")
    variant = not_out(locked).filter(pk=variant_id).first()
    if variant is None or not has_ended(variant.content.campaign):
        return False
    actor = system_actor("calendar", variant.organisation_id)
    advance(variant, VariantState.EXPIRED, actor=actor, why="approval_expired", data={"digest": variant.digest})
    void(variant, actor=actor, why="approval_expired")
    tell_expired(variant)
    return True


def tell_expired(variant: Variant) -> None:
    people = {
        *variant.content.contributors.filter(is_active=True),
        *people_with(variant.organisation_id, Capability.RELEASE),
    }
    notices.tell(
        people,
        kind="expired",
        title=format_lazy(_("The signature expired: {title}"), title=variant.content.title),
        body=_("The campaign has ended and it had not gone out. What was scheduled is held."),
        link=f"/contents/{variant.content_id}/",
        once=f"expired:{variant.pk}:{stamp()}",
        organisation_id=variant.organisation_id,
    )
