"""The look half an hour ahead: the network is asked, and who can mend what fails is told, once for each time set.

Owns which deliveries are looked at when; two beats share them out by a conditional update.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import User
from chain import notices
from networks.registry import adapter_class
from publishing import checking
from publishing.claiming import read_for_decision
from publishing.connecting_by_hand import is_by_hand
from publishing.frozen import posts_of
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Channel, Delivery
from publishing.offers import http_client
from publishing.preflight import Finding, of_delivery
from publishing.public_files import address, is_fetched, may_be_fetched

ASKED_LATELY = timedelta(minutes=5)
"""A channel whose network answered this lately is not asked again for its next post."""
SILENT = Finding(
    "silent", "warn", _("The network did not answer when we asked it half an hour ahead"),
    _("Nothing to do if it answers again: the post waits until then. Look at the channel."), Capability.CONNECT_CHANNEL,
)  # fmt: skip

NOT_FETCHED = Finding(
    "files_not_fetched", "warn", _("Our public address did not hand out the file that the network will fetch"),
    _("The administrator opens PUBLIC_FILES_URL from outside and mends what answers there."),
    Capability.CONNECT_CHANNEL,
)  # fmt: skip


def claim() -> list[int]:
    """Deliveries whose time has come near and that nobody has looked at since they were given it."""
    now = timezone.now()
    near = now + timedelta(seconds=settings.PUBLISHING_LOOK_AHEAD_SECONDS)
    due = Delivery.objects.filter(state=DeliveryState.PENDING, looked_ahead_at=None, due_at__gt=now, due_at__lte=near)
    ids = list(due.order_by("due_at").values_list("pk", flat=True)[:500])
    return [pk for pk in ids if due.filter(pk=pk).update(looked_ahead_at=now)]


def look_ahead(delivery_id: int) -> list[Finding]:
    """Ask the network, look at everything, tell who can mend it; what was found wanting.

    Its files may be large, so that they are read before the row is locked.
    """
    delivery = Delivery.objects.select_related("channel__organisation", "payload").get(pk=delivery_id)
    asked = [*([] if answers(delivery.channel) else [SILENT]), *([] if hands_out(delivery) else [NOT_FETCHED])]
    seen = Delivery.objects.select_related("channel", "payload", "variant", "campaign").get(pk=delivery_id)
    found = [*of_delivery(seen).blocks, *asked]
    with transaction.atomic():
        locked = read_for_decision(delivery_id)
        if locked.state != DeliveryState.PENDING or locked.payload_id != seen.payload_id:
            return []
        if found:
            tell(locked, found)
    return found


def answers(channel: Channel) -> bool:
    """Read the profile again: access, limits, disclosure. False where the network said nothing."""
    lately = timezone.now() - ASKED_LATELY
    by_hand = is_by_hand(adapter_class(channel.network))
    if by_hand or channel.state != ChannelState.CONNECTED or (channel.checked_at and channel.checked_at > lately):
        return True
    checking.check(channel)
    channel.refresh_from_db()
    return channel.state != ChannelState.CONNECTED or bool(channel.checked_at and channel.checked_at > lately)


def hands_out(delivery: Delivery) -> bool:
    """Whether the delivery's files can be had at our public address; True where its network fetches none there."""
    network = adapter_class(delivery.channel.network)
    fetched = [post for post in posts_of(delivery.payload) if network.fetches(post)]
    if not fetched or not may_be_fetched():
        return True
    files = sorted({media.sha256 for post in fetched for media in post.media})
    return all(is_fetched(http_client(), address(delivery.organisation_id, sha256)) for sha256 in files[:1])


def tell(delivery: Delivery, found: list[Finding]) -> None:
    """Those who can mend it, and for the text who wrote it; all read the same sentences."""
    sentences = format_lazy(
        "\n".join(["{}: {}"] * len(found)), *(said for one in found for said in (one.what, one.how))
    )
    notices.tell(
        menders(delivery, found),
        kind="preflight",
        title=format_lazy(_("Something stands in the way of a post that is due soon: {title}"),
                          title=delivery.variant.content.title),
        body=sentences,
        link=f"{reverse('delivery', args=[delivery.pk])}#preflight",
        once=f"preflight:{delivery.pk}:{int(delivery.due_at.timestamp())}",
        organisation_id=delivery.organisation_id,
    )  # fmt: skip


def menders(delivery: Delivery, found: list[Finding]) -> set[User]:
    people = {user for one in found for user in people_with(delivery.organisation_id, one.mender)
              if one.mender != Capability.WRITE_CONTENT}  # fmt: skip
    if any(one.mender == Capability.WRITE_CONTENT for one in found):
        people |= {delivery.variant.content.created_by, *people_with(delivery.organisation_id, Capability.SETTLE)}
    return people
