"""Entering the figures of an account (its followers) that a person read, where the network tells none of them."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.keeping import ACCOUNT_COLUMNS, LARGEST
from analytics.measures import LABELS
from analytics.models import ChannelSnapshot, Source
from chain.actors import Actor
from chain.errors import Invalid
from chain.trail import record
from networks.base import Capability as NetworkCapability
from networks.registry import adapter_class
from publishing.handing import require_named
from publishing.models import Channel

ACCOUNT_LABELS: dict[str, Promise] = {
    "followers": _("Followers"),
    **{name: LABELS[name] for name in ACCOUNT_COLUMNS[1:]},
}


def account_enterable(channel: Channel) -> list[str]:
    """The figures that a person can read off this account; none where the network tells them itself."""
    network = adapter_class(channel.network)
    if NetworkCapability.ACCOUNT_METRICS in network.capabilities:
        return []
    return [name for name in ACCOUNT_COLUMNS if name in {str(metric) for metric in network.account_metrics}]


@transaction.atomic
def enter_account_figures(
    *, channel: Channel, figures: Mapping[str, int | None], read_at: datetime, actor: Actor
) -> ChannelSnapshot:
    """Keep what the person read off the account at `read_at`. Raises Invalid where that cannot be."""
    require_named(channel, actor)
    refuse_senseless(channel, figures, read_at)
    told = {name: value for name, value in figures.items() if value is not None}
    if ChannelSnapshot.objects.filter(captured_at=read_at, channel=channel).exists():
        raise Invalid(_("Figures read at this very time are kept already."), code="entered", field="read_at")
    kept = ChannelSnapshot(
        captured_at=read_at, channel=channel, source=Source.MANUAL, entered_by_id=actor.user_id, **told
    )
    kept.save(force_insert=True)
    record("channel.figures_entered", channel, actor=actor, data={"at": read_at.isoformat(), **told})
    show_newest(channel)
    return kept


def show_newest(channel: Channel) -> None:
    """A figure that was read earlier, and entered later, does not replace a newer one."""
    told = ChannelSnapshot.objects.filter(channel=channel, followers__isnull=False).order_by("-captured_at")
    Channel.objects.filter(pk=channel.pk).update(followers=told.values_list("followers", flat=True)[:1])


def refuse_senseless(channel: Channel, figures: Mapping[str, int | None], read_at: datetime) -> None:
    named = account_enterable(channel)
    if not named:
        raise Invalid(_("The network tells this channel's figures itself."), code="told_by_network")
    if not channel.connected_at.replace(second=0, microsecond=0) <= read_at <= timezone.now():
        raise Invalid(
            _("Give the time at which you read them: after the channel was connected, and not later than now."),
            field="read_at",
        )
    if all(value is None for value in figures.values()):
        raise Invalid(_("Enter the figure that you read."), field=named[0])
    for name, value in figures.items():
        if name not in named or (value is not None and not 0 <= value <= LARGEST):
            raise Invalid(_("This is not a figure of this network's accounts."), code="bad_figure", field=name)
