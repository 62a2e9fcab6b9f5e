"""Pre-flight: what would keep this text from going out on this channel, and what was looked at and is sound.

One look, shown while writing, at review, beside a delivery and in the API; half an hour ahead of its time the network
is asked too, and who can mend what fails is told, once (look_ahead).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.capabilities import Capability
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.media import open_stored
from campaigns.messengers import consent_lacking
from campaigns.models import Campaign, Variant
from campaigns.problems import told
from campaigns.rendering import adapter_of, disclosure_for, render
from networks.base import Adapter
from networks.registry import adapter_class
from networks.types import Post, Problem, Quota, Severity
from publishing.clearing import approval, channel_ready, holds_over
from publishing.connecting_by_hand import is_by_hand
from publishing.frozen import body_of, is_intact, posts_of
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Credential, Delivery
from publishing.public_files import may_be_fetched
from publishing.reasons import counted, reason_of

Words = str | Promise
BLOCK, WARN, OK = "block", "warn", "ok"
COUNTED = (DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING,
           DeliveryState.PUBLISHED)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `mender` may put it right; `how` says what to do, empty where it is sound."""

    code: str
    level: str
    what: Words
    how: Words = ""
    mender: Capability = Capability.SETTLE


@dataclass(frozen=True)
class Flight:
    """What is looked at: the posts as they would go out, on which channel, when (now where no time is given)."""

    channel: Channel
    posts: tuple[Post, ...]
    disclosure: str
    at: datetime
    delivery_id: int | None = None


@dataclass(frozen=True)
class Preflight:
    """`mend` has what blocks first. `texts` are the posts exactly as they would stand on the network."""

    mend: list[Finding]
    sound: list[Finding]
    texts: list[str]

    @property
    def blocks(self) -> list[Finding]:
        return [finding for finding in self.mend if finding.level == BLOCK]


def of_delivery(delivery: Delivery) -> Preflight:
    """Of a delivery: its signed bytes, at its time."""
    if not is_intact(delivery.payload):
        return Preflight([of_reason("bytes_changed")], [], [])
    posts, body = tuple(posts_of(delivery.payload)), body_of(delivery.payload)
    at = max(delivery.due_at, timezone.now())
    flight = Flight(delivery.channel, posts, body.get("disclosure", ""), at, delivery.pk)
    return sorted_out([*of_signatures(delivery), *look(flight)], flight)


def of_variant(variant: Variant, *, beside_checks: bool = False) -> Preflight:
    """Of a variant: the payload that is up for signature or signed, else the working copy as it was last saved.

    `beside_checks`: what the sheet's own checks say as it is typed is left to them.
    """
    is_up = variant.state in (VariantState.IN_REVIEW, VariantState.APPROVED) and variant.payload is not None
    if is_up and variant.payload:
        posts, disclosure = tuple(posts_of(variant.payload)), body_of(variant.payload).get("disclosure", "")
    else:
        posts = tuple(part.post for part in render(variant).parts)
        disclosure = disclosure_for(variant.content)
    flight = Flight(variant.channel, posts, disclosure, variant.planned_at or timezone.now())
    found = of_channel(flight) if beside_checks else [*of_brief(variant.content.campaign), *look(flight)]
    return sorted_out(found, flight)


def sorted_out(found: Iterable[Finding], flight: Flight) -> Preflight:
    found = list(found)
    mend = sorted((one for one in found if one.level != OK), key=lambda one: one.level != BLOCK)
    adapter = adapter_of(flight.channel)
    return Preflight(mend, [one for one in found if one.level == OK], [adapter.compose(post) for post in flight.posts])


def look(flight: Flight) -> Iterator[Finding]:
    """Everything that can be known without asking the network."""
    yield from of_text(flight, adapter_of(flight.channel))
    yield from of_channel(flight)


def of_channel(flight: Flight) -> Iterator[Finding]:
    yield from of_access(flight)
    yield from of_pictures(flight)
    yield from of_quota(flight)
    yield from of_disclosure(flight)


def of_reason(code: str, mender: Capability = Capability.SETTLE) -> Finding:
    reason = reason_of(code)
    return Finding(code, BLOCK, reason.title, reason.next_step, mender)


def of_signatures(delivery: Delivery) -> Iterator[Finding]:
    if holds_over(delivery):
        yield of_reason("incident", Capability.RESUME)
    if obstacle := approval(delivery):
        yield of_reason(obstacle.code)
    else:
        yield Finding("signed", OK, _("Every signature stands under these very bytes"))


def of_brief(campaign: Campaign) -> Iterator[Finding]:
    """Signed words wait as long as their campaign's brief does, or the consent of those who speak in it."""
    if campaign.state != CampaignState.SIGNED:
        yield of_reason("brief_not_signed", Capability.SIGN_BRIEF)
    for lacks in consent_lacking(campaign):
        yield Finding(lacks.code, BLOCK, lacks.what, lacks.how, Capability.EDIT_BRIEF)


def of_access(flight: Flight) -> Iterator[Finding]:
    """The channel is connected, and its access lasts until then or is renewed by itself."""
    channel = flight.channel
    obstacle = channel_ready(Delivery(channel=channel))
    if obstacle is not None and obstacle.code != "disclosure":
        yield of_reason(channel.state_reason or obstacle.code, Capability.CONNECT_CHANNEL)
    elif is_by_hand(adapter_class(channel.network)):
        if channel.posters.exists():
            yield Finding("access", OK, _("People are named who post on this channel by hand"))
        else:
            yield Finding("nobody_named", BLOCK, _("Nobody is named for this channel."),
                          _("Name who posts on it by hand."), Capability.CONNECT_CHANNEL)  # fmt: skip
    else:
        yield of_credential(channel, flight.at)


def of_credential(channel: Channel, at: datetime) -> Finding:
    held = Credential.objects.filter(channel=channel).first()
    if held is None:
        return of_reason("channel_not_connected", Capability.CONNECT_CHANNEL)
    if held.expires_at and held.expires_at <= at and held.renew_at is None:
        return Finding(
            "access_ends", BLOCK, _("The channel's access ends before that time"),
            _("Connect the channel again before then."), Capability.CONNECT_CHANNEL,
        )  # fmt: skip
    return Finding("access", OK, _("The channel's access is in force"))


def of_text(flight: Flight, adapter: Adapter) -> Iterator[Finding]:
    """By the network's own rules: length, number and kind of pictures, descriptions."""
    problems = [problem for post in flight.posts for problem in adapter.validate(post)]
    yield from (of_problem(problem, flight.channel) for problem in problems)
    if any(problem.severity == Severity.BLOCK for problem in problems):
        return
    counts = [adapter.count(adapter.compose(post)) for post in flight.posts]
    said = {"n": max(counts, default=0), "limit": adapter.effective_limits.max_text}
    yield Finding("length", OK, format_lazy(_("{n} of {limit} signs, as this network counts"), **said))


def of_problem(problem: Problem, channel: Channel) -> Finding:
    what, how = told(problem, channel.handle)
    level = BLOCK if problem.severity == Severity.BLOCK else WARN
    return Finding(str(problem.code), level, what, how, Capability.WRITE_CONTENT)


def of_pictures(flight: Flight) -> Iterator[Finding]:
    """The stored files are there, and still the ones that were signed."""
    pictures = {sha256 for post in flight.posts for media in post.media for sha256 in media.files}
    try:
        for sha256 in sorted(pictures):
            open_stored(flight.channel.organisation_id, sha256).close()
    except FileNotFoundError:
        yield of_reason("media_missing", Capability.WRITE_CONTENT)
    except OSError:
        yield of_reason("media_changed", Capability.WRITE_CONTENT)
    else:
        if pictures:
            yield Finding("pictures", OK, _("The pictures' files are the ones that go out"))
            yield from of_fetching(adapter_class(flight.channel.network), flight.posts)


def of_fetching(network: type[Adapter], posts: Sequence[Post]) -> Iterator[Finding]:
    """A network that fetches the files itself must be able to reach us; look_ahead asks whether it is answered."""
    if any(network.fetches(post) for post in posts) and not may_be_fetched():
        yield Finding(
            "files_not_public", BLOCK,
            _("This network fetches the files itself, and our address is not open to the internet"),
            _("The administrator sets PUBLIC_FILES_URL to an https address that everybody can reach."),
            Capability.CONNECT_CHANNEL,
        )  # fmt: skip


def of_quota(flight: Flight) -> Iterator[Finding]:
    """What the network lets this channel post in a span, against what is out and what is due in it."""
    channel = flight.channel
    if channel.not_before and channel.not_before > flight.at:
        yield Finding("rate_limited", WARN, reason_of("rate_limited").title, reason_of("rate_limited").next_step)
    tight = [(quota, posts_in(quota, flight)) for quota in adapter_class(channel.network).quotas if is_ours(quota)]
    for quota, used in tight:
        if used + len(flight.posts) > quota.limit:
            yield Finding(
                "quota", WARN, _("More posts are due on this channel then than its network allows"),
                _("It would wait for its turn: choose another time, or move the others."), Capability.RELEASE,
            )  # fmt: skip
            return
    if tight:
        left = min(quota.limit - used for quota, used in tight)
        words = ngettext_lazy("%(n)d post more is allowed on this channel then",
                              "%(n)d posts more are allowed on this channel then", "n")  # fmt: skip
        yield Finding("quota", OK, counted(words, left))


def is_ours(quota: Quota) -> bool:
    return quota.scope == "channel" and quota.of in ("posts", "calls")


def posts_in(quota: Quota, flight: Flight) -> int:
    """How many other deliveries of the channel fall into the span of the quota that ends at the flight's time."""
    span = (flight.at - timedelta(seconds=quota.seconds), flight.at)
    others = Delivery.objects.filter(channel=flight.channel, state__in=COUNTED, due_at__gt=span[0], due_at__lte=span[1])
    return others.exclude(pk=flight.delivery_id or 0).count()


def of_disclosure(flight: Flight) -> Iterator[Finding]:
    """Readers see who speaks: in the text itself, and in the channel's profile."""
    if flight.channel.state_reason == "undisclosed":
        yield of_reason("undisclosed", Capability.CONNECT_CHANNEL)
    elif not flight.disclosure.strip() or not any(flight.disclosure in post.text for post in flight.posts):
        yield Finding(
            "disclosure_missing", BLOCK, _("The text does not say who speaks"),
            _("A coordinator writes the disclosure line in the campaign's brief; then the text is signed anew."),
            Capability.EDIT_BRIEF,
        )  # fmt: skip
    else:
        yield Finding("disclosure", OK, _("Text and profile say who speaks"))
