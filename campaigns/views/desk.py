"""My desk: what should I write, mend or sign next? One thing large with its chain, then the lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns import queries
from campaigns.courses import Course, courses_of
from campaigns.models import Campaign
from campaigns.queries import Desk, Task
from campaigns.views.chains import Link, citations_in, isolated, links_of, thread_of
from campaigns.views.rows import Row
from chain.actors import Actor
from chain.reviewing import standings
from library.citing import told_of
from library.models import Citation
from library.narratives import claim_text


@dataclass(frozen=True)
class First:
    """The single next thing."""

    eyebrow: str
    icon: str
    tone: str
    title: str
    url: str
    act: str
    meta: str = ""
    remark: Any = None


@dataclass(frozen=True)
class Group:
    """`rows` may be the first of `total`."""

    code: str
    title: str
    rows: list[Row]
    total: int = 0

    @property
    def more(self) -> int:
        return max(0, self.total - len(self.rows))

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than were read: the first of them may stand above the lists."""
        return self.total >= queries.SHOWN - 1


@dataclass(frozen=True)
class Empty:
    title: str
    text: str
    acts: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    heading: str
    lede: str
    first: First | None
    groups: list[Group]
    links: list[Link]
    empty: Empty | None


@require_safe
@needs(Capability.VIEW_CONTENTS)
def desk(request: ActorRequest) -> HttpResponse:
    page = shown(queries.desk(request.actor), request.actor, whole=request.GET.get("all", ""))
    return render(request, "campaigns/desk.html", {"desk": page})


def shown(found: Desk, actor: Actor, whole: str = "") -> Shown:
    """Of each list the first few; all of the one whose code is `whole`."""
    first = found.first
    lists = [(code, title, [task for task in tasks if task != first]) for code, title, tasks in named(found)]
    chosen = [(code, title, tasks if code == whole else tasks[:FEW], len(tasks)) for code, title, tasks in lists]
    drawn = [task for _code, _title, tasks, _total in chosen for task in tasks]
    courses = courses_of(task.content.pk for task in (*drawn, first) if task and task.content)
    return Shown(
        heading=_("What awaits your pen?"),
        lede=lede(found),
        first=first_shown(first, courses) if first else None,
        groups=[Group(code, title, rows_of(tasks, courses), total) for code, title, tasks, total in chosen if tasks],
        links=chain_of(first, courses) if first else [],
        empty=None if first else empty(found, actor),
    )


def lede(found: Desk) -> str:
    counted = [
        (ngettext("%(n)s text to mend", "%(n)s texts to mend", len(found.fix)), len(found.fix)),
        (ngettext("%(n)s text to sign", "%(n)s texts to sign", len(found.sign)), len(found.sign)),
        (ngettext("%(n)s brief", "%(n)s briefs", len(found.briefs)), len(found.briefs)),
        (ngettext("%(n)s text to write", "%(n)s texts to write", len(found.write)), len(found.write)),
        (ngettext("%(n)s text to schedule", "%(n)s texts to schedule", len(found.plan)), len(found.plan)),
    ]
    said = [words % {"n": f"{n}+" if n >= queries.SHOWN else n} for words, n in counted if n]
    return _(", ").join(said) + "." if said else ""


FEW = 8
"""Rows of a list at first sight."""
TONES = {"fix": ("pen-line", "is-rubric"), "sign": ("stamp", "is-green"), "sign_brief": ("stamp", "is-green")}


def first_shown(task: Task, courses: Mapping[int, Course]) -> First:
    icon, tone = TONES.get(task.kind, ("feather", "is-green"))
    row = row_of(task, courses)
    return First(
        eyebrow=_("First now: %(what)s") % {"what": kind_words(task.kind)},
        icon=icon,
        tone=tone,
        title=row.title,
        url=row.url,
        act=row.act,
        meta=row.meta,
        remark=task.remark,
    )


def kind_words(kind: str) -> str:
    return {
        "fix": _("changes requested"),
        "sign": _("to sign"),
        "sign_brief": _("a brief to sign"),
        "fix_brief": _("a brief to finish"),
        "write": _("to write"),
        "plan": _("to schedule"),
    }.get(kind, "")


def named(found: Desk) -> list[tuple[str, str, list[Task]]]:
    return [
        ("fix", _("To mend too"), found.fix),
        ("sign", _("To sign"), found.sign),
        ("briefs", _("Briefs"), found.briefs),
        ("write", _("To write"), found.write),
        ("plan", _("Signed, awaiting a date"), found.plan),
        ("waiting", _("With the reviewers"), found.waiting),
    ]


def rows_of(tasks: Iterable[Task], courses: Mapping[int, Course] | None = None) -> list[Row]:
    """Without `courses`, the contents' variants and deliveries are loaded."""
    return [row_of(task, courses or {}) for task in tasks]


def row_of(task: Task, courses: Mapping[int, Course]) -> Row:
    return brief_row(task.campaign, task.kind) if task.content is None else text_row(task, courses)


def brief_row(campaign: Campaign, kind: str) -> Row:
    is_up = kind == "sign_brief"
    return Row(
        title=campaign.title,
        url=reverse("campaign", args=[campaign.pk]) if is_up else reverse("brief", args=[campaign.pk]),
        meta=_("Brief, version %(n)s") % {"n": campaign.version},
        steps=["done" if is_up else "now", "now" if is_up else "todo"],
        caption=str(campaign.get_state_display()),
        act=_("Read and sign") if is_up else _("Finish it"),
    )


def text_row(task: Task, courses: Mapping[int, Course]) -> Row:
    content, variant = task.content, task.variant
    if content is None:
        raise ValueError(task.kind)
    thread = thread_of(content, courses.get(content.pk))
    channel = f" · {isolated(variant.channel.handle)}" if variant else ""
    return Row(
        title=content.title,
        url=address(task),
        meta=claim_text(content.claim, get_language() or "ar") + channel,
        steps=thread.steps,
        caption=thread.caption,
        act=act_words(task),
    )


def address(task: Task) -> str:
    if task.variant is not None and task.kind == "sign":
        return reverse("review", args=[task.variant.pk])
    if task.variant is not None and task.kind == "plan":
        return f"/release/{task.variant.pk}/"
    return reverse("content", args=[task.content.pk if task.content else 0])


def act_words(task: Task) -> str:
    match task.kind:
        case "fix":
            return _("Open the remarks and mend it")
        case "sign":
            return _("Review and sign")
        case "write":
            return _("Go on writing")
        case "plan":
            return _("Give it a date")
    return _("Open")


def chain_of(task: Task, courses: Mapping[int, Course]) -> list[Link]:
    content = task.content
    if content is None:
        return brief_chain(task.campaign)
    text = claim_text(content.claim, get_language() or "ar")
    ids = citations_in(content.draft)
    cited = Citation.objects.filter(organisation_id=content.organisation_id, pk__in=ids) if ids else ()
    up = standings(task.variant) if task.variant and task.variant.payload_id else []
    sources = [told_of(citation) for citation in cited]
    return links_of(content, text, up, sources=sources, course=courses.get(content.pk))


def brief_chain(campaign: Campaign) -> list[Link]:
    is_up = campaign.state == "in_review"
    return [
        Link("done" if is_up else "now", _("Brief"), campaign.title, str(campaign.created_by)),
        Link("now" if is_up else "todo", _("Signature"), _("A manager signs it.")),
        Link("todo", _("Contents"), _("Go out once it is signed")),
    ]


def empty(found: Desk, actor: Actor) -> Empty:
    if found.waiting:
        title = _("Your texts are with the reviewers")
        said = ngettext("%(n)s version awaits a signature.", "%(n)s versions await a signature.", len(found.waiting))
        return Empty(title, said % {"n": len(found.waiting)}, [to(_("See the contents"), "contents")])
    if actor.can(Capability.WRITE_CONTENT):
        said = _("Choose a claim that has no answer yet, and the chain begins with you.")
        return Empty(
            _("Nothing awaits your pen"), said, [to(_("Choose a claim"), "claims"), to(_("Contents"), "contents")]
        )
    if actor.can(Capability.SIGN_SCIENTIFIC) or actor.can(Capability.SIGN_LANGUAGE):
        said = _("When an author submits a text it stands here, and you are told.")
        return Empty(_("Nothing awaits your seal"), said, [to(_("See the contents"), "contents")])
    return Empty(
        _("Nothing awaits you"), _("What asks for you will stand here."), [to(_("To the campaigns"), "campaigns")]
    )


def to(label: str, name: str) -> dict[str, str]:
    return {"label": label, "url": reverse(name)}
