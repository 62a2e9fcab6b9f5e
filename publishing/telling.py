"""Who is told what about a delivery: the people who can mend it, once for each occurrence."""

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from chain import notices
from publishing.lifecycle import HoldReason
from publishing.models import Channel, Delivery
from publishing.reasons import reason_of


def tell_about(delivery: Delivery, *, code: str) -> None:
    """Tell those who can settle it; for a voided signature also who wrote it. `code` keys publishing/reasons.py."""
    people = set(people_with(delivery.organisation_id, Capability.SETTLE))
    if delivery.hold_reason in (HoldReason.APPROVAL_VOID, HoldReason.NOT_APPROVED):
        people.add(delivery.variant.content.created_by)
    reason = reason_of(code, delivery.reason_params)
    notices.tell(
        people,
        kind="delivery",
        title=reason.title,
        body=reason.next_step,
        link=reverse("delivery", args=[delivery.pk]),
        once=f"delivery:{delivery.pk}:{code}:{delivery.attempts_made}",
        organisation_id=delivery.organisation_id,
    )


def tell_about_channel(channel: Channel, *, code: str, occurrence: str) -> None:
    reason = reason_of(code, {"channel": channel.handle})
    notices.tell(
        people_with(channel.organisation_id, Capability.CONNECT_CHANNEL),
        kind="channel",
        title=reason.title,
        body=reason.next_step,
        link=reverse("channels"),
        once=f"channel:{channel.pk}:{code}:{occurrence}",
        organisation_id=channel.organisation_id,
    )


def tell_duplicate(delivery: Delivery, links: list[str]) -> None:
    notices.tell(
        people_with(delivery.organisation_id, Capability.SETTLE),
        kind="duplicate",
        title=_("A post may stand twice on the network"),
        body=format_lazy("{} {}", _("Open both, and delete one:"), " ".join(links)),
        link=reverse("delivery", args=[delivery.pk]),
        once=f"duplicate:{delivery.pk}:{'|'.join(links)}"[:120],
        organisation_id=delivery.organisation_id,
    )
