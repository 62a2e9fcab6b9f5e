"""Who is told what about a delivery: the people who can mend it, once for each occurrence."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import User
from chain import notices
from publishing.lifecycle import HoldReason
from publishing.models import Channel, Delivery, Handover
from publishing.reasons import RECONNECT, counted, reason_of
from publishing.removal_models import Removal


def tell_about(delivery: Delivery, *, code: str, occurrence: str = "") -> None:
    """Tell those who can settle it; for a voided signature also who wrote it. `code` keys publishing/reasons.py.

    Once for each attempt, or for each `occurrence` where it comes of no attempt.
    """
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
        once=f"delivery:{delivery.pk}:{code}:{delivery.attempts_made}{occurrence}",
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


def tell_to_look(channel: Channel, people: Iterable[User], *, occurrence: str) -> None:
    notices.tell(
        people,
        kind="channel",
        title=format_lazy(_("Look at the profile of {channel}"), channel=channel.display_name),
        body=_("Does it still name the institution? Nobody can read it for you: look, then say so. A day from now its "
               "posts wait until somebody has."),
        link=f"{reverse('channels')}#channel-{channel.pk}",
        once=f"channel:{channel.pk}:look:{occurrence}",
        organisation_id=channel.organisation_id,
    )  # fmt: skip


def tell_of_expiry(channel: Channel, *, ends_at: datetime, depending: int) -> None:
    """Once, before an access ends that only a person can give again."""
    days = max((ends_at - timezone.now()).days, 0)
    ends = counted(ngettext_lazy("its access ends in %(n)d day", "its access ends in %(n)d days", "n"), days)
    posts = counted(ngettext_lazy("%(n)d post depends on it.", "%(n)d posts depend on it.", "n"), depending)
    notices.tell(
        people_with(channel.organisation_id, Capability.CONNECT_CHANNEL),
        kind="channel",
        title=format_lazy("{}: {}", channel.handle, ends),
        body=format_lazy("{} {}", posts, RECONNECT),
        link=reverse("channels"),
        once=f"channel:{channel.pk}:expires:{ends_at.date().isoformat()}",
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


def tell_remover(delivery: Delivery, removal: Removal) -> None:
    """Whoever is to delete it; where nobody is named for the channel, those who settle deliveries."""
    reason = reason_of(removal.code)
    notices.tell(
        [removal.person] if removal.person else people_with(delivery.organisation_id, Capability.SETTLE),
        kind="remove",
        title=format_lazy(_("Delete it on the network: {title}"), title=delivery.variant.content.title),
        body=format_lazy("{}. {}", reason.title, reason.next_step),
        link=f"{reverse('delivery', args=[delivery.pk])}#delete-{removal.part_id}",
        once=f"remove:{removal.pk}:{int(removal.asked_at.timestamp())}",
        organisation_id=delivery.organisation_id,
    )


TO_POSTERS = {
    "asked": _("Post it now by hand: {title}"),
    "reminded": _("Still to be posted by hand: {title}"),
    "stand_in": _("Nobody has posted it yet, and you are next: {title}"),
    "passed_on": _("It was passed on to you, to be posted by hand: {title}"),
    "opened": _("It may be posted again: {title}"),
}


def tell_poster(delivery: Delivery, handover: Handover, people: Iterable[User], *, kind: str) -> None:
    """`kind` keys TO_POSTERS; each person is told once for each time that it was handed over."""
    tell_by_hand(
        delivery,
        handover,
        people,
        kind=kind,
        title=format_lazy(TO_POSTERS[kind], title=delivery.variant.content.title),
        body=_("Text, picture and description are ready on your phone. Copy, post, then paste the link of the post."),
    )


def tell_closed(delivery: Delivery, handover: Handover, people: Iterable[User], *, code: str) -> None:
    reason = reason_of(code)
    tell_by_hand(
        delivery,
        handover,
        people,
        kind=f"closed:{code}",
        title=format_lazy(_("Do not post it: {title}"), title=delivery.variant.content.title),
        body=format_lazy("{}. {}", reason.title, _("If you posted it already, say so.")),
    )


def tell_unanswered(delivery: Delivery, handover: Handover) -> None:
    """Those who settle deliveries: it lies in somebody's hands, or in nobody's, and its time has come."""
    who = handover.person or _("Nobody is named for this channel.")
    tell_by_hand(
        delivery,
        handover,
        people_with(delivery.organisation_id, Capability.SETTLE),
        kind="unanswered",
        title=format_lazy(_("Nobody has posted it yet: {title}"), title=delivery.variant.content.title),
        body=format_lazy("{} {}", who, _("Post it yourself, or pass it on.")),
    )


def tell_by_hand(
    delivery: Delivery, handover: Handover, people: Iterable[User], *, kind: str, title: Promise, body: str | Promise
) -> None:
    notices.tell(
        people,
        kind="by_hand",
        title=title,
        body=body,
        link=reverse("hand", args=[delivery.pk]),
        once=f"by_hand:{handover.pk}:{int(handover.handed_at.timestamp())}:{kind}",
        organisation_id=delivery.organisation_id,
    )
