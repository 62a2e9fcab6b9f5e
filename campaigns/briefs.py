"""Campaigns and their briefs: written by several, signed by a manager who wrote none of it, void once edited.

Owns what a brief may hold and when it is complete; nothing of a campaign is scheduled while its brief is not signed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import Language, Organisation, User
from campaigns import messengers
from campaigns.brief_fields import RELATIONS, read_brief, refuse_disorder
from campaigns.checks import Check
from campaigns.drafting import void_altered
from campaigns.lifecycle import CampaignState
from campaigns.models import Campaign, Content, Variant
from campaigns.rendering import document_of
from campaigns.reviewing import gate_or_404, stamp
from campaigns.voiding import SIGNED_OR_UP, stop
from chain import notices, reviewing
from chain.actors import Actor
from chain.engine import advance, begin
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.models import Decision, Verdict
from chain.trail import record

MISSING = {
    "goal": _("The goal is missing"),
    "segment": _("The audience is missing"),
    "message": _("The message is missing"),
    "messenger": _("The messenger is missing"),
    "call_to_action": _("The call to action is missing"),
    "theory_of_change": _("The way from the message to the change is missing"),
    "medium": _("The media are missing"),
    "measurement": _("What will be measured is missing"),
    "risks": _("The risks are missing"),
}


class BriefEditedByAnother(StaleState):
    """Somebody saved the brief meanwhile; `version` is the one that stands now."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(
            _("Somebody saved this brief meanwhile. What you typed is still here: compare, then save again."),
            code="edited_by_another",
        )
        self.version = campaign.version


@dataclass(frozen=True)
class Edited:
    """`was_signed` says that the edit voided a signature; `voided` are variants whose disclosure changed under them."""

    campaign: Campaign
    was_signed: bool
    voided: list[Variant]


@transaction.atomic
def create_campaign(*, title: str, actor: Actor, code: str = "", changes: Mapping[str, Any] | None = None) -> Campaign:
    """Open a campaign with as much of its brief as is known. Raises Invalid with the field to mend."""
    organisation = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    if organisation is None:
        raise NotAllowed
    actor.require(Capability.EDIT_BRIEF, on=organisation)
    given = {"time_zone": organisation.time_zone, **(changes or {}), "title": title}
    columns, rows = parted(read_brief(given), organisation.pk)
    campaign = Campaign(
        organisation=organisation,
        code=code_for(organisation, code),
        created_by_id=actor.user_id or 0,
        created_at=timezone.now(),
        **columns,
    )
    refuse_disorder(campaign)
    try:
        with transaction.atomic():
            begin(campaign, actor=actor, data={"code": campaign.code})
    except IntegrityError as error:
        raise Invalid(_("Another campaign has this code."), code="code_taken", field="code") from error
    campaign.contributors.add(actor.user_id or 0)
    relate(campaign, rows)
    return campaign


def parted(given: dict[str, Any], organisation_id: int) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Columns, and rows that the brief points at; NotFound where one of those is another institution's."""
    rows = {name: given[name] for name in RELATIONS if name in given}
    named = [*(row for some in rows.values() for row in some), *filter(None, [given.get("programme")])]
    if any(row.organisation_id != organisation_id for row in named):
        raise NotFound
    return {name: value for name, value in given.items() if name not in RELATIONS}, rows


def relate(campaign: Campaign, rows: Mapping[str, list[Any]]) -> None:
    for name, some in rows.items():
        getattr(campaign, name).set(some)


def differing(campaign: Campaign, rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: some for name, some in rows.items() if set(some) != set(getattr(campaign, name).all())}


def code_for(organisation: Organisation, code: str) -> str:
    if not code:
        return f"c{Campaign.objects.filter(organisation=organisation).count() + 1}-{timezone.now():%y%m%d%H%M%S}"
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code):
        raise Invalid(_("A code has small Latin letters, digits and hyphens only."), code="bad_code", field="code")
    return code


@transaction.atomic
def edit_brief(*, campaign: Campaign, changes: Mapping[str, Any], version: int, actor: Actor) -> Edited:
    """Change a brief, built upon `version`. A signed one, or one under review, is a draft again."""
    actor.require(Capability.EDIT_BRIEF, on=campaign)
    held = locked(campaign)
    if held.state == CampaignState.CLOSED:
        raise Invalid(_("This campaign is closed: nothing in it changes any more."), code="campaign_closed")
    if held.version != version:
        raise BriefEditedByAnother(held)
    columns, given_rows = parted(read_brief(changes), held.organisation_id)
    new = {name: value for name, value in columns.items() if getattr(held, name) != value}
    rows = differing(held, given_rows)
    if not new and not rows:
        return Edited(held, False, [])
    was_signed, old_disclosure = held.state == CampaignState.SIGNED, held.disclosure
    write(held, new, actor, also=rows)
    relate(held, rows)
    refuse_disorder(held)
    held.contributors.add(actor.user_id or 0)
    voided = void_disclosed(held, actor) if held.disclosure != old_disclosure else []
    return Edited(held, was_signed, voided)


def locked(campaign: Campaign) -> Campaign:
    """Held against other edits, but not against a delivery that only points at it: that one holds a variant already."""
    return Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)


def reopen(campaigns: Iterable[Campaign], actor: Actor, what: str) -> None:
    """A row that these briefs name says something else now: those signed or under review are drafts again."""
    for campaign in campaigns:
        held = locked(campaign)
        if held.state in (CampaignState.SIGNED, CampaignState.IN_REVIEW):
            write(held, {}, actor, also=(what,))


def write(campaign: Campaign, new: dict[str, Any], actor: Actor, also: Iterable[str] = ()) -> None:
    """Back to draft with the new columns, where it was signed or up; else the columns alone. The row is held."""
    said = {"fields": sorted([*new, *also]), "version": campaign.version + 1}
    if campaign.state in (CampaignState.SIGNED, CampaignState.IN_REVIEW):
        advance(
            campaign, CampaignState.DRAFT, actor=actor, why="edited", data=said, version=campaign.version + 1, **new
        )
        return
    for name, value in {**new, "version": campaign.version + 1}.items():
        setattr(campaign, name, value)
    campaign.save(update_fields=[*new, "version"])
    record("campaign.edited", campaign, actor=actor, data=said)


def void_disclosed(campaign: Campaign, actor: Actor) -> list[Variant]:
    """The disclosure is part of the signed bytes: where it changed, texts under review or signed are drafts again."""
    up = Content.objects.filter(campaign=campaign, variants__state__in=SIGNED_OR_UP).distinct().order_by("pk")
    voided = []
    for pk in list(up.values_list("pk", flat=True)):
        content = Content.objects.select_for_update(of=("self",)).get(pk=pk)
        content.campaign = campaign
        voided += void_altered(content, document_of(content), actor=actor, why="disclosure changed")
    return voided


# Its signature


def lacking(campaign: Campaign) -> list[Check]:
    """What a brief still lacks before it can be submitted, each with how to mend it."""
    found = [
        Check(f"{name}_missing", "block", what, _("Write it in a sentence."), name)
        for name, what in MISSING.items()
        if not getattr(campaign, name).strip()
    ]
    found += [*without_rows(campaign), *messengers.consent_lacking(campaign)]
    if not campaign.languages:
        found.append(
            Check("languages_missing", "block", _("No language is chosen"), _("Choose at least one."), "languages")
        )
    for code in campaign.languages:
        if not campaign.disclosure.get(code, "").strip():
            what = format_lazy(_("The disclosure line is missing in {language}"), language=Language(code).label)
            how = _("Say in one line in whose name it is published.")
            found.append(Check("disclosure_missing", "block", what, how, f"disclosure_{code}"))
    if not (campaign.starts_on and campaign.ends_on):
        found.append(
            Check(
                "dates_missing", "block", _("Its dates are missing"), _("Set the first and the last day."), "starts_on"
            )
        )
    return found


def without_rows(campaign: Campaign) -> Iterator[Check]:
    if not campaign.segments.all():
        how = _("Choose one from the register, or describe a new one there.")
        yield Check("segments_missing", "block", _("No segment of the audience is chosen"), how, "segments")
    if not campaign.messengers.all():
        how = _("Choose one from the register, or record one there with their consent.")
        yield Check("messengers_missing", "block", _("Nobody is chosen to speak"), how, "messengers")


@transaction.atomic
def submit_brief(*, campaign: Campaign, actor: Actor) -> Campaign:
    """Put a complete brief before the managers. A second click finds it there and changes nothing."""
    actor.require(Capability.EDIT_BRIEF, on=campaign)
    held = locked(campaign)
    if held.state == CampaignState.IN_REVIEW:
        return held
    refuse_state(held, CampaignState.DRAFT)
    if missing := lacking(held):
        raise Invalid(missing[0].what, code=missing[0].code, field=missing[0].place)
    advance(held, CampaignState.IN_REVIEW, actor=actor, data={"digest": held.digest, "version": held.version})
    if reviewing.is_signed(held):
        return advance(held, CampaignState.SIGNED, actor=actor, why="this very brief was signed before")
    own = held.contributor_ids()
    managers = [p for p in people_with(held.organisation_id, Capability.SIGN_BRIEF) if p.pk not in own]
    tell(held, managers, "brief", _("A brief awaits your signature: {title}"))
    return held


def refuse_state(campaign: Campaign, *states: CampaignState) -> None:
    if campaign.state not in states:
        raise StaleState(code="not_in_review" if CampaignState.IN_REVIEW in states else "stale")


def tell(campaign: Campaign, people: list[User], kind: str, title: Any, body: str = "") -> None:
    notices.tell(
        people,
        kind=kind,
        title=format_lazy(title, title=campaign.title),
        body=body,
        link=f"/campaigns/{campaign.pk}/",
        once=f"{kind}:{campaign.pk}:{stamp()}",
        organisation_id=campaign.organisation_id,
    )


@transaction.atomic
def sign_brief(*, campaign: Campaign, digest: str, actor: Actor) -> Campaign:
    """Sign the brief as it stands. Never by somebody who wrote part of it."""
    actor.require(Capability.SIGN_BRIEF, on=campaign)
    held = locked(campaign)
    refuse_state(held, CampaignState.IN_REVIEW, CampaignState.SIGNED)
    for lacks in messengers.consent_lacking(held):
        raise Invalid(lacks.what, code=lacks.code, field=lacks.place)
    decision = decide(held, digest, Verdict.APPROVED, actor)
    if held.state == CampaignState.IN_REVIEW:
        advance(held, CampaignState.SIGNED, actor=actor, data={"digest": digest})
    tell(held, list(held.contributors.filter(is_active=True)), "brief_signed", _("The brief is signed: {title}"))
    tell(held, [User.objects.get(pk=decision.user_id)], "signature", _("You signed the brief: {title}"))
    return held


def decide(campaign: Campaign, digest: str, verdict: Verdict, actor: Actor, note: str = "") -> Decision:
    gate = gate_or_404(campaign.organisation_id, Campaign.review_kind, "brief")
    return reviewing.decide(subject=campaign, gate=gate, digest=digest, verdict=verdict, actor=actor, note=note)


@transaction.atomic
def withdraw_brief_signature(*, campaign: Campaign, why: str, actor: Actor) -> Campaign:
    """A manager takes back their own signature: the brief is a draft again and what was to go out is held."""
    actor.require(Capability.SIGN_BRIEF, on=campaign)
    held = locked(campaign)
    decision = standing(held)
    if held.state != CampaignState.SIGNED or decision is None:
        raise StaleState(_("No signature stands under this brief any more."), code="not_signed")
    if decision.user_id != actor.user_id:
        raise NotAllowed(_("Only who signed this brief may withdraw the signature."), code="not_yours")
    reviewing.revoke(decision=decision, actor=actor, why=why.strip())
    advance(held, CampaignState.DRAFT, actor=actor, why=why.strip(), data={"digest": held.digest})
    stop(held, actor=actor, why=why.strip())
    people = {*held.contributors.filter(is_active=True), *people_with(held.organisation_id, Capability.RELEASE)}
    tell(held, list(people), "brief_withdrawn", _("The signature under the brief is withdrawn: {title}"), why.strip())
    return held


@transaction.atomic
def request_brief_changes(*, campaign: Campaign, digest: str, note: str, actor: Actor) -> Campaign:
    """Send a brief back with a sentence."""
    actor.require(Capability.SIGN_BRIEF, on=campaign)
    held = locked(campaign)
    refuse_state(held, CampaignState.IN_REVIEW)
    decide(held, digest, Verdict.CHANGES, actor, note.strip())
    advance(held, CampaignState.DRAFT, actor=actor, why=note.strip())
    writers = list(held.contributors.filter(is_active=True))
    tell(held, writers, "brief_changes", _("Changes are requested in the brief: {title}"), note.strip())
    return held


@transaction.atomic
def close_campaign(*, campaign: Campaign, actor: Actor, why: str = "") -> Campaign:
    """End a signed campaign: nothing new goes out, and nothing in it changes any more."""
    actor.require(Capability.EDIT_BRIEF, on=campaign)
    held = locked(campaign)
    if held.state == CampaignState.CLOSED:
        return held
    if held.state != CampaignState.SIGNED:
        raise Invalid(_("Only a campaign whose brief is signed can be closed."), code="not_signed")
    return advance(held, CampaignState.CLOSED, actor=actor, why=why)


def standing(campaign: Campaign) -> Decision | None:
    """The signature in force under the present brief, if any."""
    found = reviewing.decisions_about(campaign).filter(
        digest=campaign.digest, verdict=Verdict.APPROVED, revoked_at__isnull=True
    )
    return found.order_by("-id").first()
