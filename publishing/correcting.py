"""Correcting what is live: the words of a newer signed version take the place of those that went out.

The post stays the one that readers know, with its link and its figures, and no other is ever made: setting the same
words twice leaves what once leaves. So a correction whose answer was lost is asked for again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.lifecycle import VariantState
from campaigns.models import Payload, Variant
from chain.actors import Actor, system_actor
from chain.errors import Invalid, StaleState
from chain.locks import LockKind, lock_shared
from chain.reviewing import is_signed
from chain.trail import record
from networks.base import Adapter
from networks.base import Capability as NetworkCapability
from networks.errors import NeedsReconnect, NetworkError, NotSupported, Rejected
from networks.registry import adapter_class
from networks.types import Post, Published
from publishing.channels import adapter_for
from publishing.claiming import read_for_decision
from publishing.clearing import channel_ready, holds_over
from publishing.correction_models import OPEN, Correction
from publishing.frozen import is_intact, posts_of
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery, Part
from publishing.quotas import note
from publishing.scheduling import ALIVE
from publishing.telling import tell_about

TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
AT_IT = timedelta(minutes=5)
"""A worker that took this long is dead: another may begin again."""

NOT_HERE = _("This network does not let anybody correct a post. Take it down, then release the new version.")
NOT_SIGNED = _("The newer version is not signed at every gate yet.")
NOTHING_NEWER = _("There is no newer version of this text: change the content and have it signed.")
OF_ITS_OWN = _("The newer version goes out, or went out, in a post of its own.")
WORDS_ONLY = _("Only the words of a live post can be corrected, and here more was changed (its pictures, its link, its "
               "choices or its number of posts). Take it down, then release the new version.")  # fmt: skip


def standing_payload(delivery: Delivery) -> Payload:
    """What readers see: what the last correction put there, else what went out."""
    done = delivery.corrections.filter(done_at__isnull=False).select_related("payload__revision").last()
    return done.payload if done else delivery.payload


def refuse_uncorrectable(delivery: Delivery) -> Payload:
    """The newer payload that may take its place. Raises StaleState, Invalid with the sentence that says why not."""
    if delivery.state != DeliveryState.PUBLISHED:
        raise StaleState(_("Only what is published can be corrected."), code="not_published")
    standing, newer = standing_payload(delivery), delivery.variant.payload
    if newer is None or newer.pk == standing.pk:
        raise Invalid(NOTHING_NEWER, code="nothing_newer")
    if Delivery.objects.filter(variant=delivery.variant, payload=newer, state__in=ALIVE).exists():
        raise StaleState(OF_ITS_OWN, code="has_delivery")
    if NetworkCapability.EDIT_POST not in adapter_class(delivery.channel.network).capabilities:
        raise Invalid(NOT_HERE, code="correct_not_here")
    if delivery.variant.state != VariantState.APPROVED or not is_signed(delivery.variant):
        raise Invalid(NOT_SIGNED, code="newer_not_signed")
    if not differs_in_words_alone(adapter_class(delivery.channel.network), posts_of(standing), posts_of(newer)):
        raise Invalid(WORDS_ONLY, code="correct_words_only")
    return newer


@dataclass(frozen=True)
class Offer:
    """Whether a newer version waits to take the place of what is live (`number`), and why it may not (`refusal`)."""

    number: int
    refusal: str


def offer(delivery: Delivery) -> Offer | None:
    """None where there is nothing to offer: it is not live, it shows the newest words, or it is being corrected."""
    newer = delivery.variant.payload
    is_new = newer is not None and newer.pk != standing_payload(delivery).pk
    if newer is None or not is_new or delivery.state != DeliveryState.PUBLISHED:
        return None
    if delivery.corrections.filter(OPEN).exists():
        return None
    try:
        refuse_uncorrectable(delivery)
    except (Invalid, StaleState) as refused:
        return Offer(newer.revision.number, str(refused))
    return Offer(newer.revision.number, "")


def differs_in_words_alone(network: type[Adapter], old: Sequence[Post], new: Sequence[Post]) -> bool:
    return len(old) == len(new) and all(
        _beside_words(network, a) == _beside_words(network, b) for a, b in zip(old, new, strict=True)
    )


def _beside_words(network: type[Adapter], post: Post) -> Post:
    kept = {name: value for name, value in post.options.items() if name not in network.editable_options}
    return replace(post, text="", tags=(), content_warning="", options=kept)


@transaction.atomic
def correct(*, delivery: Delivery, why: str, actor: Actor) -> Correction:
    """Ask for the newer signed words to be put in the place of the ones that are live. A worker does it."""
    actor.require(Capability.RELEASE, on=delivery)
    if not why.strip():
        raise Invalid(_("Say in a sentence why it is corrected: the trail keeps it."), field="why")
    locked = locked_with_variant(delivery.pk)
    newer = refuse_uncorrectable(locked)
    if holds_over(locked):
        raise StaleState(_("Publishing is frozen here: correct it once the freeze is lifted."), code="frozen")
    if locked.corrections.filter(OPEN).exists():
        raise StaleState(_("It is being corrected already."), code="being_corrected")
    made = Correction.objects.create(
        delivery=locked, payload=newer, why=why.strip(), by_id=actor.user_id or 0, asked_at=timezone.now()
    )
    said = {"from": standing_payload(locked).digest, "to": newer.digest}
    record("delivery.correction_asked", locked, actor=actor, why=made.why, data=said)
    return made


def locked_with_variant(delivery_id: int) -> Delivery:
    """The variant's row is locked first, as scheduling and editing do: two cannot put one version in two places."""
    list(Variant.objects.select_for_update().filter(deliveries=delivery_id).order_by().values_list("pk"))
    return read_for_decision(delivery_id)


def claim() -> list[int]:
    """The open corrections whose time it is and at which no worker is, each claimed for one."""
    now = timezone.now()
    free = Correction.objects.filter(
        OPEN, Q(claimed_until=None) | Q(claimed_until__lt=now), Q(not_before=None) | Q(not_before__lte=now)
    )
    ids = list(free.values_list("pk", flat=True)[:100])
    return [pk for pk in ids if free.filter(pk=pk).update(claimed_until=now + AT_IT)]


def carry_out(correction_id: int) -> None:
    """Put the words there, post by post, the first first; what stands there already is left alone."""
    correction = Correction.objects.select_related("payload").get(pk=correction_id)
    delivery = cleared(correction)
    if delivery is None:
        return
    try:
        put_there(delivery, correction)
    except (Rejected, NotSupported, NeedsReconnect) as error:
        give_up(correction, error.code)
    except NetworkError as error:
        put_off(correction, error)
    else:
        end(correction)


@transaction.atomic
def cleared(correction: Correction) -> Delivery | None:
    """Its delivery where it may be corrected now, under the sending lock; else it is given up with the reason."""
    lock_shared(
        LockKind.SENDING, Delivery.objects.values_list("organisation_id", flat=True).get(pk=correction.delivery_id)
    )
    delivery = locked_with_variant(correction.delivery_id)
    if not Correction.objects.filter(OPEN, pk=correction.pk).exists():
        return None
    if code := obstacle(delivery, correction):
        give_up(correction, code)
        return None
    return delivery


def obstacle(delivery: Delivery, correction: Correction) -> str:
    """What was so when a person asked must still be so: signed, live, not frozen. The code of what is not, or ""."""
    if delivery.state != DeliveryState.PUBLISHED:
        return "correct_not_live"
    if holds_over(delivery):
        return "incident"
    if not is_intact(correction.payload):
        return "bytes_changed"
    if delivery.variant.payload_id != correction.payload_id or delivery.variant.state != VariantState.APPROVED:
        return "approval_void"
    if Delivery.objects.filter(variant=delivery.variant, payload=correction.payload, state__in=ALIVE).exists():
        return "correct_has_delivery"
    delivery.variant.payload = correction.payload
    if not is_signed(delivery.variant):
        return "not_approved"
    stands = channel_ready(delivery)
    return stands.code if stands else ""


def put_there(delivery: Delivery, correction: Correction) -> None:
    """Raises NetworkError; what was changed by then stays changed, and is set again at the next try."""
    adapter, before = adapter_for(delivery.channel), None
    new, old = posts_of(correction.payload), posts_of(standing_payload(delivery))
    is_known = knows_what_stands(correction)
    for part, wanted, present in zip(delivery.parts.all(), new, old, strict=True):
        if wanted != present or not is_known:
            keep(part, adapter.edit_post(part.remote_id, replace(wanted, reply_to=before)))
            note(delivery.channel, adapter.last_rate_limit)
        before = part.remote_id


def knows_what_stands(correction: Correction) -> bool:
    """Not after a correction that was given up: some of its words may stand there."""
    earlier = correction.delivery.corrections.filter(pk__lt=correction.pk).last()
    return earlier is None or earlier.done_at is not None


def keep(part: Part, edited: Published) -> None:
    """A network may give the corrected post another address."""
    link = edited.permalink or part.permalink
    Part.objects.filter(pk=part.pk).update(remote_id=edited.remote_id, permalink=link)
    part.remote_id = edited.remote_id


@transaction.atomic
def end(correction: Correction) -> None:
    ours = Correction.objects.filter(OPEN, pk=correction.pk)
    delivery = read_for_decision(correction.delivery_id)
    said = {"from": standing_payload(delivery).digest, "to": correction.payload.digest}
    if ours.update(done_at=timezone.now(), claimed_until=None, code=""):
        is_old = delivery.variant.payload_id != correction.payload_id
        Delivery.objects.filter(pk=delivery.pk).update(superseded=is_old)
        record("delivery.corrected", delivery, actor=publisher(delivery), data=said)


def put_off(correction: Correction, error: NetworkError) -> None:
    """Again later, for it does no harm; after some tries a person is told."""
    tries = correction.tries + 1
    if tries >= TRIES:
        give_up(correction, error.code)
        return
    later = timezone.now() + FIRST_WAIT * 2 ** (tries - 1)
    Correction.objects.filter(OPEN, pk=correction.pk).update(
        tries=tries, not_before=later, claimed_until=None, code=error.code
    )


@transaction.atomic
def give_up(correction: Correction, code: str) -> None:
    delivery = read_for_decision(correction.delivery_id)
    if Correction.objects.filter(OPEN, pk=correction.pk).update(ended_at=timezone.now(), claimed_until=None, code=code):
        record("delivery.correction_failed", delivery, actor=publisher(delivery), why=code)
        tell_about(delivery, code="correct_failed")


def publisher(delivery: Delivery) -> Actor:
    return system_actor("publisher", delivery.organisation_id)
