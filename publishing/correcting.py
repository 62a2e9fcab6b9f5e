"""Correcting what is live: the words of a newer signed version take the place of those that went out.

The post stays the one that readers know, with its link and its figures, and no other is ever made: setting the same
words twice leaves what once leaves. So a correction whose answer was lost is asked for again.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
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
from networks.errors import NeedsReconnect, NetworkError, NotSent, NotSupported, Rejected
from networks.registry import adapter_class
from networks.types import Post, Published
from publishing.channels import adapter_for
from publishing.claiming import read_for_decision
from publishing.clearing import channel_ready, holds_over, waiting_time
from publishing.correction_models import OPEN, Correction
from publishing.frozen import is_intact, posts_of
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Delivery, Part
from publishing.quotas import note
from publishing.recalling import is_recalled
from publishing.scheduling import ALIVE, TAKEN_BACK, refuse_in_place
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


def may_stand(delivery: Delivery) -> list[Payload]:
    """What readers may see of it: what stands there, and what was given up since, which may be there in part."""
    seen = [delivery.payload]
    for one in delivery.corrections.exclude(OPEN).select_related("payload"):
        seen = [one.payload] if one.done_at else [*seen, one.payload]
    return seen


def is_live(delivery: Delivery) -> bool:
    """Whether each of its posts stands where the network can be asked for it."""
    missing = delivery.parts.filter(~Q(state=PartState.PUBLISHED) | Q(remote_id=""))
    return delivery.state == DeliveryState.PUBLISHED and not missing.exists()


def has_own_post(delivery: Delivery, newer: Payload) -> bool:
    """Whether a version goes out, or went out, in another delivery: one may return to its first words."""
    others = Delivery.objects.filter(variant=delivery.variant, payload=newer, state__in=ALIVE)
    return others.exclude(pk=delivery.pk).exists()


def refuse_uncorrectable(delivery: Delivery) -> Payload:
    """The newer payload that may take its place. Raises StaleState, Invalid with the sentence that says why not."""
    if not is_live(delivery):
        raise StaleState(_("Only what is published can be corrected."), code="not_published")
    standing, newer = standing_payload(delivery), delivery.variant.payload
    if newer is None or may_stand(delivery) == [newer]:
        raise Invalid(NOTHING_NEWER, code="nothing_newer")
    if has_own_post(delivery, newer):
        raise StaleState(OF_ITS_OWN, code="has_delivery")
    refuse_in_place(delivery.variant, but=delivery)
    if is_recalled(newer):
        raise Invalid(TAKEN_BACK, code="recalled")
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
    if newer is None or delivery.state != DeliveryState.PUBLISHED or may_stand(delivery) == [newer]:
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
    if is_frozen(locked, newer):
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
    claimed = {"claimed_until": now + AT_IT, "tries": F("tries") + 1}
    return [pk for pk in ids if free.filter(pk=pk).update(**claimed)]


def carry_out(correction_id: int) -> None:
    """Put the words there, post by post, the first first; what stands there already is left alone."""
    correction = Correction.objects.select_related("payload").get(pk=correction_id)
    if correction.tries > TRIES:
        give_up(correction, correction.code or "correct_failed")
        return
    try:
        is_whole = all(put_there(correction, place) for place in range(len(posts_of(correction.payload))))
    except (Rejected, NotSupported, NeedsReconnect) as error:
        give_up(correction, error.code)
    except NetworkError as error:
        put_off(correction, error)
    else:
        if is_whole:
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
    if not is_live(delivery):
        return "correct_not_live"
    if is_frozen(delivery, correction.payload):
        return "incident"
    if not is_intact(correction.payload):
        return "bytes_changed"
    if delivery.variant.payload_id != correction.payload_id or delivery.variant.state != VariantState.APPROVED:
        return "approval_void"
    if has_own_post(delivery, correction.payload):
        return "correct_has_delivery"
    delivery.variant.payload = correction.payload
    if not is_signed(delivery.variant):
        return "not_approved"
    stands = channel_ready(delivery)
    return stands.code if stands else ""


def is_frozen(delivery: Delivery, newer: Payload) -> bool:
    """Whether a freeze covers what went out, or what would stand in its place."""
    changed = copy(delivery)
    changed.payload = newer
    return bool(holds_over(delivery) or holds_over(changed))


def put_there(correction: Correction, place: int) -> bool:
    """Set one post, cleared for itself; False where something came in the way. Raises NetworkError: set again then."""
    delivery = cleared(correction)
    if delivery is None:
        return False
    wanted = posts_of(correction.payload)[place]
    if all(posts_of(one)[place] == wanted for one in may_stand(delivery)):
        return True
    refuse_too_early(delivery)
    parts, adapter = list(delivery.parts.all()), adapter_for(delivery.channel)
    before = parts[place - 1].remote_id if place else None
    keep(parts[place], adapter.edit_post(parts[place].remote_id, replace(wanted, reply_to=before)))
    note(delivery.channel, adapter.last_rate_limit)
    return True


def refuse_too_early(delivery: Delivery) -> None:
    """Raises NotSent while a breaker is open or the channel's quota is used up: a correction waits as any post does."""
    if turn := waiting_time(delivery):
        until = turn.not_before or timezone.now()
        raise NotSent(turn.code, retry_after=(until - timezone.now()).total_seconds())


def keep(part: Part, edited: Published) -> None:
    """A network may give the corrected post another address; whoever gave the part another post meanwhile prevails."""
    link = edited.permalink or part.permalink
    Part.objects.filter(pk=part.pk, remote_id=part.remote_id).update(remote_id=edited.remote_id, permalink=link)


@transaction.atomic
def end(correction: Correction) -> None:
    ours = Correction.objects.filter(OPEN, pk=correction.pk)
    delivery = locked_with_variant(correction.delivery_id)
    said = {"from": standing_payload(delivery).digest, "to": correction.payload.digest}
    if ours.update(done_at=timezone.now(), claimed_until=None, code=""):
        variant = delivery.variant
        is_newest = variant.payload_id == correction.payload_id and variant.state == VariantState.APPROVED
        Delivery.objects.filter(pk=delivery.pk).update(superseded=not is_newest)
        record("delivery.corrected", delivery, actor=publisher(delivery), data=said)


def put_off(correction: Correction, error: NetworkError) -> None:
    """Again later, for it does no harm; after some tries a person is told."""
    if correction.tries >= TRIES:
        give_up(correction, error.code)
        return
    asked = (error.retry_after or 0) if isinstance(error, NotSent) else 0
    named = timedelta(seconds=min(asked, settings.PUBLISHING_WAIT_MAX_SECONDS))
    later = timezone.now() + max(FIRST_WAIT * 2 ** (correction.tries - 1), named)
    Correction.objects.filter(OPEN, pk=correction.pk).update(not_before=later, claimed_until=None, code=error.code)


@transaction.atomic
def give_up(correction: Correction, code: str) -> None:
    delivery = read_for_decision(correction.delivery_id)
    if Correction.objects.filter(OPEN, pk=correction.pk).update(ended_at=timezone.now(), claimed_until=None, code=code):
        record("delivery.correction_failed", delivery, actor=publisher(delivery), why=code)
        tell_about(delivery, code="correct_failed", occurrence=f":{correction.pk}")


def publisher(delivery: Delivery) -> Actor:
    return system_actor("publisher", delivery.organisation_id)
