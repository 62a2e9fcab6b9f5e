"""Registers: rows that several people keep. What is given is read strictly, a row is written with its event and its
folded text, and an edit names the version that it saw, so that nobody overwrites another's words unseen.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Organisation
from chain.actors import Actor
from chain.errors import Invalid, NotAllowed, StaleState
from chain.trail import record
from library.models import Kept

K = TypeVar("K", bound=Kept)
Reader = Callable[[str, Any], Any]
LANGUAGES: tuple[str, ...] = tuple(Language.values)
MAX_TERMS = 40
MAX_TERM = 120
SCALE = range(1, 6)


def house_of(actor: Actor, *capabilities: str) -> Organisation:
    """The actor's institution, once the actor may do one of these things in it."""
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0) if actor.organisation_id else None
    if organisation is None:
        raise NotAllowed
    usable = [capability for capability in capabilities if capability in actor.capabilities]
    actor.require(usable[0] if usable else capabilities[0], on=organisation)
    return organisation


@transaction.atomic
def add(row: K, taken: Invalid, *, actor: Actor) -> K:
    """Write a new row with its event. Raises `taken` where one of that name stands already."""
    row.created_by_id, row.created_at, row.folded = actor.user_id or 0, timezone.now(), row.fold()
    with refusing(taken):
        row.save(force_insert=True)
    record(f"{row.verb}.created", row, actor=actor, data={"text": str(row)})
    return row


@transaction.atomic
def edit(row: K, new: Mapping[str, Any], taken: Invalid, *, version: int, actor: Actor) -> K:
    """Change a row, built upon `version`; nothing where nothing differs. Raises StaleState where another was first."""
    changed = {name: value for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        return row
    for name, value in changed.items():
        setattr(row, name, value)
    columns = {**changed, "folded": row.fold(), "version": version + 1}
    with refusing(taken):
        touched = type(row)._default_manager.filter(pk=row.pk, version=version).update(**columns)
    if touched != 1:
        raise StaleState(
            _("Somebody saved this meanwhile. What you typed is still here: compare, then save again."),
            code="edited_by_another",
        )
    record(f"{row.verb}.edited", row, actor=actor, data={"fields": sorted(changed), "version": version + 1})
    row.refresh_from_db()
    return row


@contextmanager
def refusing(taken: Invalid) -> Iterator[None]:
    """A savepoint in which the database's refusal of a second row of one name becomes a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise taken from error


# Reading


def read(readers: Mapping[str, Reader], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields, each checked. Raises Invalid with the field."""
    return {name: readers[name](name, value) if name in readers else unknown(name) for name, value in given.items()}


def unknown(name: str) -> Any:
    raise Invalid(_("There is no such field here."), code="unknown_field", field=name)


def line(limit: int, *, missing: Any = None) -> Reader:
    """One line, trimmed; `missing` is what is said where it is needed and empty."""

    def reading(name: str, value: Any) -> str:
        text = value.strip() if isinstance(value, str) else None
        if text is None or len(text) > limit or "\x00" in text or "\n" in text:
            raise too_long(name)
        if missing and not text:
            raise Invalid(missing, code=f"{name.partition('_')[0]}_missing", field=name)
        return text

    return reading


def prose(limit: int, *, missing: Any = None) -> Reader:
    """Text of several lines, as it was typed but for the ends of its lines."""

    def reading(name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit or "\x00" in value:
            raise too_long(name)
        if missing and not value.strip():
            raise Invalid(missing, code=f"{name}_missing", field=name)
        return value.replace("\r\n", "\n").replace("\r", "\n")

    return reading


def too_long(name: str) -> Invalid:
    sentence = _("This is too long, or has characters that no text has. Shorten it.")
    return Invalid(sentence, code="too_long", field=name)


def terms(name: str, value: Any) -> dict[str, list[str]]:
    """Short terms by language, empty ones left out."""
    if not isinstance(value, dict) or not set(value) <= set(LANGUAGES):
        raise Invalid(_("Give one list of terms per language."), code="bad_terms", field=name)
    found = {}
    for code, given in value.items():
        one = line(MAX_TERM)
        if not isinstance(given, list | tuple) or len(given) > MAX_TERMS:
            raise Invalid(_("Keep it to 40 terms."), code="too_many", field=f"{name}_{code}")
        if kept := [text for term in given if (text := one(f"{name}_{code}", term))]:
            found[code] = kept
    return found


def scale(name: str, value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or value not in SCALE):
        raise Invalid(_("Estimate it from 1 to 5, or leave it empty."), code="bad_scale", field=name)
    return value


def choice(choices: type[models.TextChoices], *, blank: bool = False) -> Reader:
    def reading(name: str, value: Any) -> str:
        if value not in choices.values and not (blank and value == ""):
            raise Invalid(_("Choose one of the offered values."), code="bad_choice", field=name)
        return str(value)

    return reading


def in_language(row: Any, name: str, language: str) -> str:
    """The column of that language, else the Arabic one."""
    return getattr(row, f"{name}_{language}", "") or getattr(row, f"{name}_ar")
