"""Opens what the demonstration is about: what is known, the programme with its goals, and the campaigns that serve it.

Each act is done by the person whose work it is. A campaign's brief is signed by a manager who wrote none of it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.models import Organisation
from campaigns.audiences import add_segment
from campaigns.briefs import create_campaign, sign_brief, submit_brief
from campaigns.importing import Report, import_contents
from campaigns.messengers import add_messenger
from campaigns.models import Campaign, Messenger, MessengerKind, Programme, Segment
from campaigns.programmes import add_programme
from demo import brief, cast
from demo.people import actor_of
from library.concepts import add_concept
from library.narratives import add_claim, add_narrative

ONE_YEAR = timedelta(days=364)
NEXT_IN, NEXT_LASTS = timedelta(days=21), timedelta(days=60)


class DemoBroken(Exception):
    """The demonstration's own file does not pass the import."""


@dataclass(frozen=True)
class Ground:
    """What every campaign of the institution stands on."""

    institution: Organisation
    programme: Programme
    young: Segment
    peers: Segment
    messenger: Messenger

    def rows(self, *segments: Segment) -> dict[str, Any]:
        return {"programme": self.programme, "segments": list(segments), "messengers": [self.messenger]}


def prepare(institution: Organisation, begins: date) -> Ground:
    """Record what is known, and open the programme on its first day."""
    record_knowledge(institution)
    coordinator, said = actor_of(institution, cast.COORDINATOR), brief.programme()
    goals = [{**goal, "reached": ""} for goal in said["programme"]["goals"]]
    return Ground(
        institution=institution,
        programme=add_programme(
            **{**said["programme"], "goals": goals}, starts_on=begins, ends_on=begins + ONE_YEAR, actor=coordinator
        ),
        young=add_segment(**said["segment"], actor=coordinator),
        peers=add_segment(**said["peers"], actor=coordinator),
        messenger=add_messenger(kind=MessengerKind.INSTITUTION, **said["messenger"], actor=coordinator),
    )


def record_knowledge(institution: Organisation) -> None:
    author = actor_of(institution, cast.AUTHOR)
    concepts = {concept["name_ar"]: add_concept(**concept, actor=author) for concept in brief.concepts()}
    narratives = {
        told["key"]: add_narrative(**{name: value for name, value in told.items() if name != "key"}, actor=author)
        for told in brief.programme()["narratives"]
    }
    for claim in brief.claims():
        pointed = {"concept": concepts[claim["concept"]], "narrative": narratives[claim["narrative"]]}
        add_claim(**{**claim, **pointed}, actor=author)


def first_campaign(ground: Ground, begins: date, ends: date) -> Campaign:
    return signed(ground, create(ground, brief.another("first", begins, ends), ground.young))


def present_campaign(ground: Ground, begins: date, ends: date | None = None) -> Campaign:
    said = {"title": brief.title(), "code": brief.CODE, **brief.brief(begins, ends)}
    return signed(ground, create(ground, said, ground.young))


def coming_campaigns(ground: Ground, today: date) -> None:
    """One whose brief awaits a manager's signature, and one that is only begun."""
    begins = today + NEXT_IN
    waiting = create(ground, brief.another("next", begins, begins + NEXT_LASTS), ground.young, ground.peers)
    submit_brief(campaign=waiting, actor=actor_of(ground.institution, cast.COORDINATOR))
    create(ground, brief.another("draft", begins + NEXT_IN, begins + NEXT_IN + NEXT_LASTS), ground.peers)


def create(ground: Ground, said: dict[str, Any], *segments: Segment) -> Campaign:
    changes = {name: value for name, value in said.items() if name not in ("title", "code")}
    actor = actor_of(ground.institution, cast.COORDINATOR)
    changes |= ground.rows(*segments)
    return create_campaign(title=said["title"], code=said["code"], changes=changes, actor=actor)


def signed(ground: Ground, campaign: Campaign) -> Campaign:
    campaign = submit_brief(campaign=campaign, actor=actor_of(ground.institution, cast.COORDINATOR))
    manager = actor_of(ground.institution, cast.MANAGER)
    return sign_brief(campaign=campaign, digest=campaign.digest, actor=manager)


def bring_in(campaign: Campaign, file: str) -> Report:
    """The file goes the way of every file. Raises DemoBroken, with what the report says, where a row is wrong."""
    actor = actor_of(campaign.organisation, cast.SECRETARY)
    content = (brief.FOLDER / file).read_bytes()
    report = import_contents(content=content, campaign=campaign, actor=actor, commit=True)
    if not report.is_kept:
        wrong = [f"{row.number} {row.reference}: {' '.join(map(str, row.said))}" for row in report.rows if row.said]
        raise DemoBroken("; ".join(wrong))
    return report
