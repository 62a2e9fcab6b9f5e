"""Campaigns: the list with what each lacks, and one campaign with its brief, its chain in numbers and its contents."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import needs, people_with
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from accounts.models import Language
from campaigns import briefs
from campaigns.access import campaign_or_404, campaigns_of, contents_of
from campaigns.checks import Check
from campaigns.lifecycle import CampaignState
from campaigns.models import Campaign
from campaigns.queries import Progress, progress
from campaigns.views.kept import taken_up
from campaigns.views.rows import content_rows, in_rows
from chain.actors import Actor
from chain.models import Decision

CONTENTS_SHOWN = 25


@dataclass(frozen=True)
class CampaignRow:
    campaign: Campaign
    steps: list[str]
    caption: str
    act: str


@dataclass(frozen=True)
class NumberLink:
    """One link of the chain of a campaign, with its number."""

    state: str
    number: int
    kind: str
    note: str


@dataclass(frozen=True)
class Line:
    label: str
    text: str
    hint: str = ""

    @property
    def is_prose(self) -> bool:
        """Whether a person wrote it, in whatever direction it runs."""
        return bool(self.text) and self.hint != ""


@dataclass(frozen=True)
class Before:
    """What the side of the page lists, in the shape of the editor's checks."""

    mend: list[Check]
    sound: list[Check]


@require_safe
@needs(Capability.VIEW_CAMPAIGNS)
def campaigns(request: ActorRequest) -> HttpResponse:
    found = list(campaigns_of(request.actor))
    numbers = progress(found)
    under_way = sum(campaign.state == CampaignState.SIGNED for campaign in found)
    words = ngettext(
        "%(n)s campaign, %(m)s with a signed brief.", "%(n)s campaigns, %(m)s with a signed brief.", len(found)
    )
    page = {
        "rows": [campaign_row(campaign, numbers[campaign.pk], request.actor) for campaign in found],
        "can_edit": request.actor.can(Capability.EDIT_BRIEF),
        "lede": words % {"n": len(found), "m": under_way} if found else "",
    }
    return render(request, "campaigns/campaigns.html", page)


def campaign_row(campaign: Campaign, numbers: Progress, actor: Actor) -> CampaignRow:
    steps = [link.state for link in chainline(campaign, numbers)]
    lacks = len(briefs.lacking(campaign)) if campaign.state == CampaignState.DRAFT else 0
    lacking = ngettext("%(n)s thing is lacking", "%(n)s things are lacking", lacks) % {"n": lacks}
    published = ngettext("%(n)s published", "%(n)s published", numbers.published) % {"n": numbers.published}
    is_mine_to_sign = campaign.state == CampaignState.IN_REVIEW and actor.can(Capability.SIGN_BRIEF)
    caption = lacking if lacks else published if numbers.published else str(campaign.get_state_display())
    return CampaignRow(campaign, steps, caption, _("Read and sign") if is_mine_to_sign else _("Open"))


def chainline(campaign: Campaign, n: Progress) -> list[NumberLink]:
    """Brief, contents, versions, signed, scheduled, published: each with its number and a word."""
    is_signed = campaign.state in (CampaignState.SIGNED, CampaignState.CLOSED)
    in_review = ngettext("%(n)s under review", "%(n)s under review", n.in_review) % {"n": n.in_review}
    return [
        NumberLink(
            "signed" if is_signed else "now", campaign.version, _("Version of the brief"), state_words(campaign)
        ),
        NumberLink(reached(n.contents), n.contents, _("Contents"), ""),
        NumberLink(reached(n.written), n.written, _("Versions for channels"), in_review if n.in_review else ""),
        NumberLink("signed" if n.signed else "todo", n.signed, _("Signed"), _("at every gate")),
        NumberLink("now" if n.scheduled else "todo", n.scheduled, _("Scheduled"), ""),
        NumberLink(reached(n.published), n.published, _("Published"), "" if n.published else _("Not begun")),
    ]


def reached(number: int) -> str:
    return "done" if number else "todo"


def state_words(campaign: Campaign) -> str:
    return str(campaign.get_state_display())


@require_safe
@needs(Capability.VIEW_CAMPAIGNS)
def campaign(request: ActorRequest, campaign_id: int) -> HttpResponse:
    found = campaign_or_404(request.actor, campaign_id)
    actor, missing, signature = request.actor, briefs.lacking(found), briefs.standing(found)
    is_draft, is_up = found.state == CampaignState.DRAFT, found.state == CampaignState.IN_REVIEW
    contents = in_rows(contents_of(actor).filter(campaign=found))
    sheet = Paginator(contents, CONTENTS_SHOWN).get_page(request.GET.get("page"))
    before = before_it_begins(found, missing)
    page = {
        "campaign": found,
        "zone": found.time_zone,
        "heading": heading(found, missing),
        "missing": missing if is_draft else [],
        "numbers": chainline(found, progress([found])[found.pk]),
        "page": sheet,
        "rows": content_rows(sheet, actor),
        "brief": brief_lines(found),
        "brief_note": _("Version %(n)s") % {"n": found.version},
        "checks": before,
        "tally": {"block": sum(c.level == "block" for c in before.mend), "warn": 0, "ok": len(before.sound)},
        "people": people(found),
        "signature": signature if found.state != CampaignState.DRAFT else None,
        "can_withdraw": is_mine(found, signature, actor),
        "standing": is_up,
        "act": act(found, actor),
        "own_work": actor.user_id in found.contributor_ids(),
        "can_sign": actor.can(Capability.SIGN_BRIEF),
        "needs_factor": Capability.SIGN_BRIEF in actor.awaiting_second_factor,
        "can_edit": actor.can(Capability.EDIT_BRIEF) and found.state != CampaignState.CLOSED,
        "can_write": actor.can(Capability.WRITE_CONTENT),
        "kept": taken_up(request, reverse("campaign", args=[found.pk])),
    }
    return render(request, "campaigns/campaign.html", page)


def is_mine(campaign: Campaign, signature: Decision | None, actor: Actor) -> bool:
    """Whether this person's own signature stands under the brief, to be withdrawn."""
    if campaign.state != CampaignState.SIGNED or signature is None:
        return False
    return signature.user_id == actor.user_id and actor.can(Capability.SIGN_BRIEF)


def heading(campaign: Campaign, missing: list[Check]) -> str:
    """The answer in the first line: how much is missing, or where it stands."""
    if campaign.state == CampaignState.DRAFT and missing:
        words = ngettext(
            "%(n)s thing is missing before it begins", "%(n)s things are missing before it begins", len(missing)
        )
        return words % {"n": len(missing)}
    return {
        CampaignState.DRAFT: _("The brief is complete: put it before a manager"),
        CampaignState.IN_REVIEW: _("The brief awaits a manager's signature"),
        CampaignState.SIGNED: _("The brief is signed: what is written may go out"),
        CampaignState.CLOSED: _("This campaign is closed"),
    }[CampaignState(campaign.state)]


def act(campaign: Campaign, actor: Actor) -> str:
    """The one filled button of the page."""
    if campaign.state == CampaignState.DRAFT and actor.can(Capability.EDIT_BRIEF):
        return "submit"
    if campaign.state == CampaignState.IN_REVIEW and actor.can(Capability.SIGN_BRIEF):
        return "" if actor.user_id in campaign.contributor_ids() else "sign"
    return "write" if campaign.state == CampaignState.SIGNED and actor.can(Capability.WRITE_CONTENT) else ""


def before_it_begins(campaign: Campaign, missing: list[Check]) -> Before:
    places = {check.place for check in missing}
    told = [Check(c.code, c.level, c.what, c.how) for c in missing]
    if not missing and campaign.state in (CampaignState.DRAFT, CampaignState.IN_REVIEW):
        told = [Check("unsigned", "warn", _("The brief is not signed yet"), _("Nothing goes out before it is."))]
    good = {
        "goal": _("The goal is written"),
        "segment": _("The audience is named"),
        "message": _("The message is one"),
        "messenger": _("The messenger is named"),
        "call_to_action": _("What is asked of the reader is clear"),
        "theory_of_change": _("How the message leads to the goal is written"),
        "segments": _("The segments are chosen from the register"),
        "messengers": _("Those who speak have consented"),
        "medium": _("The media are chosen"),
        "measurement": _("What will be measured is written"),
        "risks": _("The risks are weighed"),
        "starts_on": _("Its dates are set"),
    }
    sound = [Check(name, "ok", what) for name, what in good.items() if name not in places]
    if not any(place.startswith("disclosure") for place in places):
        sound.append(Check("disclosure", "ok", _("Who speaks is said in every language")))
    return Before(told, sound)


def brief_lines(campaign: Campaign) -> list[Line]:
    languages = [str(Language(code).label) for code in campaign.languages]
    disclosure = [campaign.disclosure[code] for code in campaign.languages if campaign.disclosure.get(code)]
    late = _("%(what)s, after %(n)s minutes") % {
        "what": campaign.get_lateness_policy_display(),
        "n": campaign.lateness_minutes,
    }
    return [
        Line(_("Goal"), campaign.goal, _("what should change")),
        Line(_("Programme"), str(campaign.programme or "")),
        Line(_("Which of its goals"), goal_served(campaign)),
        Line(_("Theory of change"), campaign.theory_of_change, _("how it leads there")),
        Line(_("Audience"), campaign.segment, _("whom we address")),
        Line(_("Segments"), _(", ").join(str(row) for row in campaign.segments.all())),
        Line(_("Message"), campaign.message, _("one sentence")),
        Line(_("Messenger"), campaign.messenger, _("who says it")),
        Line(_("Messengers"), _(", ").join(str(row) for row in campaign.messengers.all())),
        Line(_("Media"), campaign.medium, _("where and how often")),
        Line(_("Call to action"), campaign.call_to_action, _("what we ask")),
        Line(_("Measurement"), campaign.measurement, _("what will be measured")),
        Line(_("Risks"), campaign.risks, _("and when we stop")),
        Line(_("Languages"), _(", ").join(languages)),
        Line(_("Disclosure"), "\n".join(disclosure), _("under each post")),
        Line(_("Time zone"), campaign.time_zone),
        Line(_("If late"), late),
    ]


def goal_served(campaign: Campaign) -> str:
    goals = campaign.programme.goals.all() if campaign.programme else ()
    return next((f"{goal.position}. {goal.title}" for goal in goals if goal.position == campaign.serves), "")


def people(campaign: Campaign) -> list[Line]:
    wrote = [str(person) for person in campaign.contributors.order_by("name")]
    signers = [str(person) for person in people_with(campaign.organisation_id, Capability.SIGN_BRIEF)]
    authors = campaign.contents.values_list("created_by__name", flat=True).distinct().order_by("created_by__name")
    lines = [
        Line(_("Brief by"), _(", ").join(wrote)),
        Line(_("May sign it"), _(", ").join(signers)),
        Line(_("Texts by"), _(", ").join(authors)),
    ]
    return [line for line in lines if line.text]
