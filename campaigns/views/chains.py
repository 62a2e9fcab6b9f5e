"""The chain of a content as a page draws it: claim, sources, author, signatures, publication, outcome.

A list gives each content's course (campaigns/courses.py); without it, what is loaded is read: contents come with their
`variants` and `deliveries` prefetched.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.courses import Course, course_of
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Variant
from chain.reviewing import Standing

LIVE = frozenset({"published", "gone", "deleting", "deleted"})
UNDER_WAY = frozenset({"pending", "preparing", "sending", "processing"})
SLOWEST_FIRST = (
    VariantState.CHANGES,
    VariantState.REVOKED,
    VariantState.EXPIRED,
    VariantState.DRAFT,
    VariantState.IN_REVIEW,
    VariantState.APPROVED,
)


@dataclass(frozen=True)
class Link:
    """One link of the vertical chain: `state` is done, signed, now, todo or broken."""

    state: str
    kind: str
    what: str
    who: str = ""
    initial: str = ""
    url: str = ""


@dataclass(frozen=True)
class Thread:
    steps: list[str]
    caption: str


def standing_of(course: Course) -> str:
    """The state of the variant that has furthest to go; a content without one is a draft."""
    return next((state for state in SLOWEST_FIRST if state in course.variants), VariantState.DRAFT)


def by_standing() -> Case:
    """`standing_of` in SQL, for lists that are counted and filtered without being read."""
    own = Variant.objects.filter(content=OuterRef("pk"))
    whens = [When(Exists(own.filter(state=state)), then=Value(str(state))) for state in SLOWEST_FIRST]
    return Case(*whens, default=Value(str(VariantState.DRAFT)), output_field=CharField())


def citations_in(document: Any) -> list[int]:
    """Ids of the verses on the sheet and in the channels' own texts, then of its other sources, once each."""
    if not document:
        return []
    own = [variant.get("blocks") or [] for variant in document.get("variants", {}).values()]
    blocks = [block for blocks in (document.get("body", []), *own) for block in blocks]
    verses = [block["citation"] for block in blocks if block["type"] == "verse"]
    return list(dict.fromkeys([*verses, *document.get("sources", [])]))


def thread_of(content: Content, course: Course | None = None) -> Thread:
    course = course or course_of(content)
    author, signatures, caption = _people_steps(course)
    published, outcome, seen = _machine_steps(course)
    sources = "done" if citations_in(content.draft) else "todo"
    return Thread(["done", sources, author, signatures, published, outcome], seen or caption)


def _people_steps(course: Course) -> tuple[str, str, str]:
    match standing_of(course):
        case VariantState.CHANGES:
            return "now", "broken", _("awaits the author's changes")
        case VariantState.REVOKED:
            return "now", "broken", _("signature withdrawn")
        case VariantState.EXPIRED:
            return "now", "broken", _("signature expired")
        case VariantState.IN_REVIEW:
            return "done", "now", _("awaits signatures")
        case VariantState.APPROVED:
            return "done", "signed", _("signed, awaits a date")
    return "now", "todo", _("being written") if course.variants else _("awaits its channels")


def _machine_steps(course: Course) -> tuple[str, str, str]:
    states = course.deliveries
    if "unconfirmed" in states:
        return "unknown", "todo", _("publication unconfirmed")
    if "held" in states or "failed" in states:
        return "held", "todo", _("publication held")
    if states & UNDER_WAY:
        return "now", "todo", _("scheduled")
    if states & LIVE:
        return "done", "done" if course.is_measured else "now", _("published")
    return "todo", "todo", ""


def links_of(
    content: Content, claim_text: str, standings: list[Standing], *, sources: list[str], course: Course | None = None
) -> list[Link]:
    """The vertical chain beside one content; `standings` are the gates of the variant that is shown."""
    course = course or course_of(content)
    author, _signatures, _caption = _people_steps(course)
    published, outcome, seen = _machine_steps(course)
    return [
        Link("done", _("Claim"), claim_text),
        Link("done" if sources else "todo", _("Sources"), _(", ").join(sources) or _("No source is cited yet")),
        Link(author, _("Author"), str(content.created_by), _version_words(content)),
        *gate_links(standings, is_up=author == "done"),
        Link(_drawn(published), _("Publication"), seen or _("After the signatures"), channel_words(course)),
        Link(_drawn(outcome), _("Outcome"), _("Figures are in") if outcome == "done" else _("Measured once published")),
    ]


def gate_links(standings: list[Standing], *, is_up: bool) -> list[Link]:
    if not standings:
        return [Link("todo", _("Signatures"), _("After submission"))]
    links, is_next = [], is_up
    for standing in standings:
        links.append(_gate_link(standing, is_next))
        is_next = is_next and standing.is_signed
    return links


def _gate_link(standing: Standing, is_next: bool) -> Link:
    kind, decision = gate_label(standing.gate.code), standing.decision
    if decision is None:
        return Link("now" if is_next else "todo", kind, _("Not signed yet"))
    name = str(decision.user)
    if standing.is_signed:
        return Link("signed", kind, _("Signed by %(name)s") % {"name": name}, initial=initial_of(name))
    return Link("broken", kind, _("Changes requested"), name)


def gate_label(code: str) -> str:
    labels = {"scientific": _("Scientific review"), "language": _("Language review"), "brief": _("Brief")}
    return labels.get(code, code)


def initial_of(name: str) -> str:
    """The letter in the seal: of the name, not of the title before it (د. ذ. Dr)."""
    words = [word for word in name.split() if not word.endswith(".")]
    return (words[0] if words else name)[:1].upper()


def channel_words(course: Course) -> str:
    return _(", ").join(isolated(handle) for handle in course.handles)


def isolated(handle: str) -> str:
    """A handle runs left to right by itself, whatever line it stands in (Unicode isolates, for plain text)."""
    return f"\u2066{handle}\u2069"


def _version_words(content: Content) -> str:
    count = content.revisions.count()
    return ngettext("%(n)s version kept", "%(n)s versions kept", count) % {"n": count} if count else ""


def _drawn(step: str) -> str:
    """The vertical chain has no diamond: what asks for a person is broken there."""
    return {"held": "broken", "unknown": "broken"}.get(step, step)
