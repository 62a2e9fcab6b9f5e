"""How many things wait for this person at each place of the index: all counted by one query, asked only when drawn.

Every page draws it: the text of that query is made once for all who may do the same things (docs/decisions/0019).
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Func, IntegerField, Model, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.capabilities import Capability
from accounts.models import User
from campaigns import queries
from campaigns.access import variants_of
from chain.actors import Actor
from chain.compiled import by_actor
from chain.models import Notice
from publishing.access import channels_of, deliveries_of
from publishing.lifecycle import NEEDS_ME, ChannelState

UNWELL = (ChannelState.HELD, ChannelState.RECONNECT)


@dataclass(frozen=True)
class Waiting:
    """`back` to mend, `sign` and `plan` are texts; `deliveries` need a decision, `channels` to be put right."""

    back: int = 0
    sign: int = 0
    plan: int = 0
    deliveries: int = 0
    channels: int = 0
    unread: int = 0

    @property
    def desk(self) -> int:
        return self.back + self.sign + self.plan


def waiting(actor: Actor) -> Waiting:
    """What this person may do something about; nothing for a stranger."""
    if actor.user_id is None:
        return Waiting()
    return Waiting(**numbers_of(actor)[0])


def counted(actor: Actor) -> QuerySet[Any, Any]:
    me = actor.user_id or 0
    asked: dict[str, QuerySet[Model]] = {"unread": Notice.objects.filter(user_id=me, read_at__isnull=True)}
    if actor.can(Capability.VIEW_CONTENTS):
        mine = variants_of(actor).filter(content__contributors=me)
        asked |= {"back": mine.filter(state__in=queries.BACK)}
        asked |= {"sign": queries.to_sign(actor), "plan": queries.to_plan(actor)}
    if actor.can(Capability.SETTLE):
        asked["deliveries"] = deliveries_of(actor).filter(NEEDS_ME)
    if actor.can(Capability.CONNECT_CHANNEL):
        asked["channels"] = channels_of(actor).filter(state__in=UNWELL)
    numbers = {name: how_many(rows) for name, rows in asked.items()}
    return User.objects.filter(pk=me).values(**numbers)


numbers_of = by_actor(counted)


def how_many(rows: QuerySet[Model]) -> Coalesce:
    """The count of rows as a column of another query."""
    number = Func(Value(1), function="COUNT", output_field=IntegerField())
    return Coalesce(Subquery(rows.order_by().annotate(how_many=number).values("how_many")), 0)
