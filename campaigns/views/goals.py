"""How far is a programme? Its year, what its campaigns have come to, and each goal with the campaigns that serve it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.capabilities import Capability
from campaigns.access import campaigns_of
from campaigns.lifecycle import CampaignState
from campaigns.models import Campaign, Programme, ProgrammeGoal
from campaigns.programmes import today_in
from campaigns.queries import Progress, progress
from campaigns.views.campaigns import CampaignRow, NumberLink, campaign_row, reached
from chain.actors import Actor


@dataclass(frozen=True)
class Year:
    """Where a programme stands between its first and its last day; `words` for those who do not see the gauge."""

    day: int
    days: int
    words: str


@dataclass(frozen=True)
class GoalRow:
    """`out` are the posts of its campaigns that are out."""

    goal: ProgrammeGoal
    campaigns: list[CampaignRow]
    out: int


def programme_page(programme: Programme, actor: Actor) -> dict[str, Any]:
    found = list(campaigns_of(actor).filter(programme=programme).order_by("starts_on", "id"))
    numbers = progress(found)
    rows = {campaign.pk: campaign_row(campaign, numbers[campaign.pk], actor) for campaign in found}
    goals = list(programme.goals.all())
    served = {goal.position for goal in goals}
    return {
        "programme": programme,
        "year": year_of(programme),
        "numbers": chainline(found, numbers),
        "goals": [goal_row(goal, found, numbers, rows) for goal in goals],
        "others": [rows[campaign.pk] for campaign in found if campaign.serves not in served],
        "can_edit": actor.can(Capability.EDIT_BRIEF),
    }


def goal_row(
    goal: ProgrammeGoal, found: list[Campaign], numbers: dict[int, Progress], rows: dict[int, CampaignRow]
) -> GoalRow:
    own = [campaign.pk for campaign in found if campaign.serves == goal.position]
    return GoalRow(goal, [rows[pk] for pk in own], sum(numbers[pk].published for pk in own))


def year_of(programme: Programme) -> Year | None:
    if programme.starts_on is None or programme.ends_on is None:
        return None
    today, days = today_in(programme), (programme.ends_on - programme.starts_on).days + 1
    day = (today - programme.starts_on).days + 1
    if day < 1:
        words = ngettext("It begins in %(n)s day.", "It begins in %(n)s days.", 1 - day) % {"n": 1 - day}
    elif day > days:
        words = _("It is over.")
    else:
        words = _("Day %(day)s of %(days)s") % {"day": day, "days": days}
    return Year(min(max(day, 0), days), days, words)


def chainline(found: list[Campaign], numbers: dict[int, Progress]) -> list[NumberLink]:
    """The chain of all its campaigns together, each link with its number and a word."""
    signed = sum(campaign.state == CampaignState.SIGNED for campaign in found)
    under_way = ngettext("%(n)s under way", "%(n)s under way", signed) % {"n": signed}

    def total(name: str) -> int:
        return sum(int(getattr(one, name)) for one in numbers.values())

    up = total("in_review")
    waiting = ngettext("%(n)s under review", "%(n)s under review", up) % {"n": up} if up else ""
    return [
        NumberLink(reached(len(found)), len(found), _("Campaigns"), under_way if signed else ""),
        NumberLink(reached(total("contents")), total("contents"), _("Contents"), ""),
        NumberLink(reached(total("written")), total("written"), _("Versions for channels"), waiting),
        NumberLink("signed" if total("signed") else "todo", total("signed"), _("Signed"), _("at every gate")),
        NumberLink("now" if total("scheduled") else "todo", total("scheduled"), _("Scheduled"), ""),
        NumberLink(reached(total("published")), total("published"), _("Published"), ""),
    ]
