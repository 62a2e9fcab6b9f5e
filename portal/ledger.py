"""The public ledger of one institution: its accounts, campaigns and posts, read from the rows that publishing writes.

Nothing here has a switch: a row is on the ledger because it went out. No person is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Organisation
from campaigns.lifecycle import CampaignState
from campaigns.models import Campaign
from chain.errors import NotFound
from chain.models import Event
from publishing.correction_models import Correction
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery, Part
from publishing.removal_models import Removal

REMOVING = (DeliveryState.DELETING, DeliveryState.DELETED)


@dataclass(frozen=True)
class Post:
    """One post on one network. `why_deleted` is what was said when it was taken down, `deleted_by_hand_at`
    when a person confirmed that they deleted it where no machine can; `replaced_by` the version of the
    same text that went out later on the same channel, or None."""

    number: int
    title: str
    campaign: str
    network: str
    channel: str
    account: str
    position: int
    parts: int
    published_at: datetime
    version: int
    digest: str
    state: str
    permalink: str
    why_deleted: str
    deleted_by_hand_at: datetime | None
    replaced_by: int | None
    replaced_at: datetime | None


def institution_or_404(slug: str) -> Organisation:
    """The ledger is public: no right is asked for. Raises NotFound."""
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound
    return found


def accounts_of(house: Organisation) -> QuerySet[Channel]:
    """Every account that was ever connected, those that no longer are last."""
    return Channel.objects.filter(organisation=house).order_by("state", "network", "handle")


def is_disclosed(channel: Channel) -> bool:
    """Whether the account's profile named the institution when it was last read."""
    return channel.state_reason != "undisclosed"


def campaigns_of(house: Organisation) -> QuerySet[Campaign]:
    """The campaigns that a manager signed, and any other from which something went out."""
    went_out = Exists(Delivery.objects.filter(campaign=OuterRef("pk"), parts__published_at__isnull=False))
    signed = Q(state__in=[CampaignState.SIGNED, CampaignState.CLOSED])
    return Campaign.objects.filter(Q(organisation=house), signed | Q(went_out)).order_by("-starts_on", "-id")


def parts_of(house: Organisation, *, words: str = "", channel_id: int | None = None) -> QuerySet[Part]:
    """Everything that was ever visible, the newest first; `words` are looked for in titles and campaigns."""
    found = Part.objects.filter(delivery__organisation=house, published_at__isnull=False)
    if words:
        about = Q(delivery__variant__content__title__icontains=words)
        found = found.filter(about | Q(delivery__campaign__title__icontains=words))
    if channel_id is not None:
        found = found.filter(delivery__channel_id=channel_id)
    return found.select_related(
        "delivery__channel", "delivery__campaign", "delivery__variant__content", "delivery__payload__revision"
    ).order_by("-published_at", "-id")


def posts_from(parts: Iterable[Part]) -> list[Post]:
    """The parts as the ledger shows them: six queries, however many there are."""
    parts = list(parts)
    deliveries = {part.delivery_id for part in parts}
    reasons = reasons_of([part.delivery for part in parts if part.delivery.state in REMOVING])
    later = versions_of({part.delivery.variant_id for part in parts})
    counts = counts_of(deliveries)
    by_hand = dict(
        Removal.objects.filter(part__in=parts, done_by__isnull=False, part__state="deleted").values_list(
            "part_id", "done_at"
        )
    )
    return [post_from(part, counts, reasons, later, by_hand) for part in parts]


def post_from(
    part: Part,
    counts: Mapping[int, int],
    reasons: Mapping[int, str],
    later: Mapping[int, Sequence["Version"]],
    by_hand: Mapping[int, datetime | None],
) -> Post:
    delivery = part.delivery
    version = delivery.payload.revision.number
    seen = later.get(delivery.variant_id, ())
    successor = next((one for one in seen if one.number > version or one.in_place_of == delivery.pk), None)
    assert part.published_at is not None
    return Post(
        number=part.pk,
        title=delivery.variant.content.title,
        campaign=delivery.campaign.title,
        network=delivery.channel.network,
        channel=delivery.channel.display_name,
        account=delivery.channel.handle,
        position=part.position + 1,
        parts=counts[delivery.pk],
        published_at=part.published_at,
        version=version,
        digest=delivery.payload.digest,
        state=part.state,
        permalink=part.permalink,
        why_deleted=reasons.get(delivery.pk, ""),
        deleted_by_hand_at=by_hand.get(part.pk),
        replaced_by=successor.number if successor else None,
        replaced_at=successor.published_at if successor else None,
    )


@dataclass(frozen=True)
class Version:
    """`in_place_of` the delivery whose words it took the place of; 0 where it went out in a post of its own."""

    number: int
    published_at: datetime
    in_place_of: int = 0


def versions_of(variant_ids: set[int]) -> dict[int, list[Version]]:
    """What readers saw of each text on its channel, by version: posts, and words that took the place of others."""
    rows = Part.objects.filter(
        delivery__variant_id__in=variant_ids, position=0, published_at__isnull=False
    ).values_list("delivery__variant_id", "delivery__payload__revision__number", "published_at")
    in_place = Correction.objects.filter(delivery__variant_id__in=variant_ids, done_at__isnull=False).values_list(
        "delivery__variant_id", "payload__revision__number", "done_at", "delivery_id"
    )
    found: dict[int, list[Version]] = {}
    own = [(variant_id, number, at, 0) for variant_id, number, at in rows]
    seen = [(at, variant_id, number, of) for variant_id, number, at, of in (*own, *in_place) if at is not None]
    for at, variant_id, number, of in sorted(seen):
        found.setdefault(variant_id, []).append(Version(number, at, of))
    return found


def counts_of(delivery_ids: set[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for delivery_id in Part.objects.filter(delivery_id__in=delivery_ids).values_list("delivery_id", flat=True):
        counts[delivery_id] = counts.get(delivery_id, 0) + 1
    return counts


def reasons_of(deliveries: Sequence[Delivery]) -> dict[int, str]:
    """What was said when each was taken down, from the audit trail."""
    said = Event.objects.filter(
        subject_type=Delivery._meta.label_lower,
        subject_id__in=[str(delivery.pk) for delivery in deliveries],
        state_to=DeliveryState.DELETING,
    ).order_by("id")
    return {int(event.subject_id): event.why for event in said}


def corrections_of(house: Organisation, limit: int = 20) -> list[Post]:
    """The posts of which readers saw a later version, in another post or in the same, the newest first."""
    later = Part.objects.filter(
        delivery__variant=OuterRef("delivery__variant"),
        delivery__payload__revision__number__gt=OuterRef("delivery__payload__revision__number"),
        published_at__isnull=False,
    )
    out = Delivery.objects.filter(organisation=house, published_at__isnull=False).order_by()
    twice = out.values("variant").annotate(times=Count("pk")).filter(times__gt=1).values_list("variant", flat=True)
    corrected = Exists(Correction.objects.filter(delivery=OuterRef("delivery"), done_at__isnull=False))
    again = Q(Exists(later), delivery__variant__in=list(twice))
    changed = parts_of(house).filter(again | Q(corrected), position=0)
    return posts_from(changed[:limit])
