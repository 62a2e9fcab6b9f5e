"""What people decide about themselves: language, clock, and the name under which readers see them.

Only the person does so, at a browser; the audit trail and the reviewers always see the real name.
"""

import zoneinfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Byline, Language, User
from chain.actors import Actor, Via
from chain.errors import Invalid, NotAllowed
from chain.trail import record


@transaction.atomic
def set_language(*, user: User, language: str, actor: Actor) -> User:
    _only_oneself(user, actor)
    if language not in Language.values:
        raise Invalid(_("Sanad does not speak this language yet."), code="unknown_language", field="language")
    return _write(user, "user.language_set", actor, language=language)


@transaction.atomic
def set_time_zone(*, user: User, time_zone: str, actor: Actor) -> User:
    """An IANA name; empty means the institution's own."""
    _only_oneself(user, actor)
    if time_zone and time_zone not in zoneinfo.available_timezones():
        raise Invalid(_("There is no such time zone."), code="unknown_time_zone", field="time_zone")
    return _write(user, "user.time_zone_set", actor, time_zone=time_zone)


@transaction.atomic
def choose_byline(*, user: User, kind: str, pen_name: str = "", actor: Actor) -> User:
    _only_oneself(user, actor)
    if kind not in Byline.values:
        raise Invalid(_("Choose how readers see you."), code="unknown_byline", field="byline_kind")
    pen_name = pen_name.strip()[:120]
    if kind == Byline.PEN_NAME and not pen_name:
        raise Invalid(_("Write the pen name."), code="pen_name_missing", field="pen_name")
    return _write(user, "user.byline_chosen", actor, byline_kind=kind, pen_name=pen_name)


def _only_oneself(user: User, actor: Actor) -> None:
    if actor.user_id != user.pk or actor.via is not Via.SESSION:
        raise NotAllowed


def _write(user: User, verb: str, actor: Actor, **columns: str) -> User:
    User.objects.filter(pk=user.pk).update(**columns)
    record(verb, user, actor=actor, data=columns)
    for name, value in columns.items():
        setattr(user, name, value)
    return user
