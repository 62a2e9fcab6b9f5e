"""Messengers: who speaks, with a consent that has a day, a scope and an end, and may be withdrawn at any time.

Owns whether a consent is in force; it is asked when a brief is submitted and signed, when a text is given a time, and
again in the transaction of the send.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.checks import Check
from campaigns.models import Campaign, Messenger, MessengerKind
from chain.actors import Actor
from chain.errors import Invalid, StaleState
from chain.trail import record
from library.registers import Reader, add, choice, edit, house_of, line, prose, read

SAID = ("kind", "public_name", "basis")
"""What a brief says of a messenger: an edit of these makes the briefs that name them drafts again."""

consent_withdrawn: list[Callable[[Campaign, Actor, str], None]] = []
"""Who holds what waits in a campaign: publishing registers itself when the applications are ready."""


def a_day(name: str, value: Any) -> date | None:
    if value is not None and type(value) is not date:
        raise Invalid(_("Write a date as year-month-day."), code="bad_date", field=name)
    return value


def yes_or_no(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(_("Choose one of the offered values."), code="bad_choice", field=name)
    return value


READERS: dict[str, Reader] = {
    "kind": choice(MessengerKind),
    "public_name": line(120, missing=_("Give the name that stands in public, or a pen name.")),
    "is_pen_name": yes_or_no,
    "basis": prose(5_000, missing=_("Say why those addressed believe them.")),
    "consent_on": a_day,
    "consent_scope": prose(5_000),
    "consent_until": a_day,
}


def taken() -> Invalid:
    return Invalid(_("A messenger of this name is recorded already."), code="messenger_exists", field="public_name")


def add_messenger(*, actor: Actor, **given: Any) -> Messenger:
    house = house_of(actor, Capability.EDIT_BRIEF)
    row = Messenger(organisation=house, **read(READERS, {"public_name": "", "basis": "", **given}))
    refuse_disorder(row)
    return add(row, taken(), actor=actor)


@transaction.atomic
def edit_messenger(*, messenger: Messenger, changes: Mapping[str, Any], version: int, actor: Actor) -> Messenger:
    """Edit, or renew a consent. Where what briefs say changed, those signed or under review are drafts again."""
    from campaigns.briefs import reopen

    actor.require(Capability.EDIT_BRIEF, on=messenger)
    if messenger.withdrawn_at is not None:
        sentence = _("This consent was withdrawn. Record a new messenger once there is a new one.")
        raise Invalid(sentence, code="withdrawn")
    before = messenger.said()
    done = edit(messenger, read(READERS, changes), taken(), version=version, actor=actor)
    refuse_disorder(done)
    if done.said() != before:
        reopen(done.campaigns.order_by("pk"), actor, "messengers")
    return done


def refuse_disorder(row: Messenger) -> None:
    if row.consent_on and row.consent_until and row.consent_until < row.consent_on:
        raise Invalid(_("The consent ends before it begins."), code="dates_in_disorder", field="consent_until")
    if row.consent_on and not row.consent_scope.strip():
        raise Invalid(_("Say what the consent covers."), code="scope_missing", field="consent_scope")


@transaction.atomic
def withdraw_consent(*, messenger: Messenger, why: str, actor: Actor) -> Messenger:
    """End a consent at once: whatever waits in the campaigns of this messenger is held in the same transaction."""
    actor.require(Capability.EDIT_BRIEF, on=messenger)
    now = timezone.now()
    rows = Messenger.objects.filter(pk=messenger.pk, withdrawn_at=None)
    if rows.update(withdrawn_at=now, withdrawn_why=why.strip()) != 1:
        raise StaleState(_("This consent was withdrawn already."), code="already_withdrawn")
    record("messenger.withdrawn", messenger, actor=actor, why=why.strip())
    messenger.refresh_from_db()
    for campaign in messenger.campaigns.order_by("pk"):
        for holding in consent_withdrawn:
            holding(campaign, actor, why.strip())
    return messenger


def consent_problem(messenger: Messenger, on: date) -> str:
    """'' while the consent is in force on that day; else missing, expired or withdrawn. An institution needs none."""
    if messenger.withdrawn_at is not None:
        return "withdrawn"
    if messenger.kind == MessengerKind.INSTITUTION:
        return ""
    if messenger.consent_on is None or messenger.consent_on > on:
        return "missing"
    return "expired" if messenger.consent_until is not None and messenger.consent_until < on else ""


WORDS = {
    "missing": _("The consent of {name} is missing"),
    "expired": _("The consent of {name} has expired"),
    "withdrawn": _("{name} withdrew their consent"),
}


def consent_lacking(campaign: Campaign) -> Iterator[Check]:
    """Each messenger of the campaign whose consent is not in force today, by the campaign's own clock."""
    today = timezone.now().astimezone(ZoneInfo(campaign.time_zone)).date()
    how = _("Record the consent in the register, or choose another messenger.")
    for messenger in campaign.messengers.all():
        if problem := consent_problem(messenger, today):
            what = format_lazy(WORDS[problem], name=messenger.public_name)
            yield Check(f"consent_{problem}", "block", what, how, "messengers")
