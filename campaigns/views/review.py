"""Review: what exactly am I signing, and what changed since I last looked?"""

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from accounts.models import Language
from campaigns import queries, rendering, reviewing
from campaigns.access import variant_or_404
from campaigns.differences import Difference, Paragraph, Segment, borders, compare
from campaigns.lifecycle import VariantState
from campaigns.models import Look, Payload, Variant
from campaigns.option_words import said_in
from campaigns.queries import Task
from campaigns.questions import Question, questions_of
from campaigns.views.chains import gate_label, links_of
from campaigns.views.desk import Group, rows_of
from campaigns.views.kept import taken_up
from campaigns.views.knowledge import terms_of
from campaigns.views.rows import Row
from campaigns.views.sheets import lasting, media_of, previewed
from chain.actors import Actor
from chain.models import Decision
from chain.reviewing import Standing, standings
from library.citing import told_of
from library.models import Citation
from library.narratives import claim_text
from library.scripture import Passage
from networks.registry import label_in
from networks.types import Media, Post

RTL = frozenset({"ar"})


@dataclass(frozen=True)
class Piece:
    """`kind` is same, insert, delete or verse (one that stands within a line)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph, or a verse alone with `kind` same, added or removed."""

    pieces: list[Piece] = field(default_factory=list)
    is_changed: bool = False
    verse: Passage | None = None
    kind: str = "same"


@dataclass(frozen=True)
class ShownGate:
    code: str
    label: str
    questions: list[Question]


@dataclass(frozen=True)
class Signing:
    """`gates` are those this person may sign now; without one, `why` says why not."""

    heading: str
    gates: list[ShownGate]
    gate: ShownGate | None
    why: str
    seal: str
    is_mine: bool
    withdrawable: list[Any]


@require_safe
@needs(Capability.VIEW_CONTENTS)
def review_list(request: ActorRequest) -> HttpResponse:
    mine = list(queries.told(queries.to_sign(request.actor)))
    mine_ids = {variant.pk for variant in mine}
    others = [v for v in queries.under_review(request.actor) if v.pk not in mine_ids]
    row = SignRows([*mine, *others], request.actor)
    briefs = [task for task in queries.brief_tasks(request.actor) if task.kind == "sign_brief"]
    groups = [
        Group("sign", _("To sign"), [row.of(v) for v in mine]),
        Group("briefs", _("Briefs to sign"), rows_of(briefs)),
        Group("others", _("With other reviewers"), [row.of(v, is_mine=False) for v in others]),
    ]
    count = len(mine) + len(briefs)
    words = ngettext("%(n)s text awaits your seal.", "%(n)s texts await your seal.", count) % {"n": count}
    page = {
        "groups": [group for group in groups if group.rows],
        "heading": _("What awaits your seal?"),
        "lede": words if count else _("Nothing awaits your own seal now."),
    }
    return render(request, "campaigns/review_list.html", page)


class SignRows:
    """Rows of versions under review; what stands at their gates, and which were opened, is read once for all."""

    def __init__(self, variants: list[Variant], actor: Actor) -> None:
        self.standings = queries.standings_of(variants)
        looks = Look.objects.filter(user_id=actor.user_id or 0, variant__in=[variant.pk for variant in variants])
        self.seen = set(looks.values_list("variant_id", flat=True))

    def of(self, variant: Variant, *, is_mine: bool = True) -> Row:
        row = rows_of([Task("sign", variant.submitted_at, variant.content.campaign, variant.content, variant)])[0]
        found = self.standings[variant.pk]
        signed = sum(standing.is_signed for standing in found)
        words = ngettext("%(m)s signature of %(n)s", "%(m)s signatures of %(n)s", signed)
        meta = row.meta if variant.pk in self.seen else _("%(what)s. You have not opened it yet.") % {"what": row.meta}
        act = row.act if is_mine else _("Read")
        return Row(row.title, row.url, meta, row.steps, words % {"m": signed, "n": len(found)}, act)


@require_safe
@needs(Capability.VIEW_CONTENTS)
def review(request: ActorRequest, variant_id: int) -> HttpResponse:
    variant = variant_or_404(request.actor, variant_id)
    if variant.payload is None:
        messages.info(request, _("This version is not up for signature: it is being written."))
        return redirect("content", variant.content_id)
    kept = taken_up(request, reverse("review", args=[variant.pk]))
    before = reviewing.look(variant=variant, actor=request.actor)
    found = standings(variant)
    signing = signing_for(variant, found, request.actor, kept)
    page = {
        **reading(variant, variant.payload, before),
        "variant": variant,
        "content": variant.content,
        "zone": variant.content.campaign.time_zone,
        "revision": variant.payload.revision,
        "seen": last_seen(variant, before, request.actor),
        "eyebrow": eyebrow(signing, found),
        "manifest": manifest(variant, variant.payload),
        "links": chain_links(variant, found),
        "remarks": list(variant.remarks.select_related("author", "settled_by")),
        "signing": signing,
        "next_up": next_to_sign(request.actor, variant) if signing.is_mine else None,
        "answered": [answered(s.decision) for s in found if s.is_signed and s.decision and s.decision.answers],
        "terms": terms_of(variant.content.claim.concept, get_language() or "ar"),
        "needs_factor": bool(signing.gates) and Capability.SIGN_SCIENTIFIC in request.actor.awaiting_second_factor,
        "can_comment": request.actor.can(Capability.COMMENT),
        "kept": kept,
    }
    return render(request, "campaigns/review.html", page)


def next_to_sign(actor: Actor, variant: Variant) -> Variant | None:
    """Of the same content first: what it says on its channels is read in one go."""
    waiting = queries.to_sign(actor).exclude(pk=variant.pk).select_related("channel", "content")
    return waiting.filter(content_id=variant.content_id).first() or waiting.first()


def reading(variant: Variant, payload: Payload, before: Payload | None) -> dict[str, Any]:
    """The three ways to read a version: what changed, the whole, and as it goes out."""
    body = json.loads(payload.canonical)
    whole = compare(None, payload)
    views = [{"code": "whole", "label": _("Version %(n)s, whole") % {"n": payload.revision.number}}]
    views.append({"code": "preview", "label": _("As it goes out")})
    shown = None
    if before is not None:
        shown = changed(compare(before, payload))
        span = _("from %(old)s to %(new)s") % {"old": before.revision.number, "new": payload.revision.number}
        views.insert(0, {"code": "changed", "label": _("What changed since my last look"), "count": span})
    adapter = rendering.adapter_of(variant.channel)
    parts = [rendering.measured(adapter, Post.from_json(part)) for part in body["parts"]]
    verses = [f"﴿{segment.passage.text}﴾" for line in whole.paragraphs for segment in line.segments if segment.passage]
    return {
        "views": views,
        "difference": shown,
        "whole": [block_of(paragraph) for paragraph in whole.paragraphs],
        "pictures": media_of(variant.organisation_id, [part.post for part in parts]),
        "language": body["language"],
        "direction": "rtl" if body["language"] in RTL else "ltr",
        "preview": previewed(variant.channel, parts, verses, body["disclosure"]),
        "preview_title": _("Approximate preview on %(network)s") % {"network": label_in(adapter.slug, get_language())},
    }


def changed(found: Difference) -> dict[str, Any]:
    count = sum(paragraph.is_changed for paragraph in found.paragraphs)
    words = ngettext("%(n)s paragraph of %(m)s changed.", "%(n)s paragraphs of %(m)s changed.", count)
    summary = (
        words % {"n": count, "m": len(found.paragraphs)} if count else _("The text is the same, letter for letter.")
    )
    return {"blocks": [block_of(p) for p in found.paragraphs], "summary": summary, "facts": found.facts}


def block_of(paragraph: Paragraph) -> Block:
    lone = [segment for segment in paragraph.segments if segment.text.strip()]
    if len(lone) == 1 and lone[0].passage is not None:
        kind = {"insert": "added", "delete": "removed"}.get(lone[0].kind, "same")
        return Block(verse=lone[0].passage, kind=kind, is_changed=kind != "same")
    return Block([piece_of(segment) for segment in joined(paragraph.segments)], paragraph.is_changed)


def joined(segments: list[Segment]) -> list[Segment]:
    """Changed words that follow one another are read together: what went, then what came, spaces between them too."""
    found: list[Segment] = []
    run: list[Segment] = []
    for place, segment in enumerate(segments):
        after = segments[place + 1] if place + 1 < len(segments) else None
        bridges = run and after and after.kind != "same" and segment.kind == "same" and not segment.text.strip()
        if segment.passage is None and (segment.kind != "same" or bridges):
            run.append(segment)
            continue
        found += [*parted(run), segment]
        run = []
    return found + parted(run)


def parted(run: list[Segment]) -> list[Segment]:
    gone = "".join(segment.text for segment in run if segment.kind != "insert")
    come = "".join(segment.text for segment in run if segment.kind != "delete")
    both = (Segment("delete", gone), Segment("insert", come))
    return [segment for segment in both if segment.text and any(s.kind == segment.kind for s in run)]


def piece_of(segment: Segment) -> Piece:
    is_standing_verse = segment.passage is not None and segment.kind == "same"
    return Piece("verse" if is_standing_verse else segment.kind, segment.text)


def last_seen(variant: Variant, before: Payload | None, actor: Actor) -> Any:
    if before is None:
        return None
    return (
        Look.objects.filter(user_id=actor.user_id or 0, variant=variant, payload=before)
        .select_related("payload__revision")
        .first()
    )


def eyebrow(signing: Signing, found: list[Standing]) -> str:
    signed = sum(standing.is_signed for standing in found)
    count = _("%(m)s of %(n)s signatures") % {"m": signed, "n": len(found)}
    return f"{signing.gate.label} · {count}" if signing.gate else count


def told_media(media: Media) -> dict[str, str]:
    """What is under the digest of a picture or video; the film's length and its captions' hash are a video's."""
    lasts = lasting(media.duration_ms) if media.is_video else ""
    captions = media.captions.sha256 if media.captions else ""
    return {"alt": media.alt_text, "sha256": media.sha256, "lasts": lasts, "captions": captions}


def manifest(variant: Variant, payload: Payload) -> list[dict[str, Any]]:
    """Everything under the digest, line by line."""
    body = json.loads(payload.canonical)
    post, last = body["parts"][0], body["parts"][-1]
    cited = Citation.objects.in_bulk([entry["id"] for entry in body["citations"]])
    sources = [{"text": told_of(cited[e["id"]]), "sha256": e["sha256"]} for e in body["citations"] if e["id"] in cited]
    pictures = [told_media(Media.from_json(media)) for media in post["media"]]
    words = sum(len(part["text"].split()) for part in body["parts"])
    channel = variant.channel
    lines = [
        line(_("Text"), ngettext("%(n)s word", "%(n)s words", words) % {"n": words}),
        line(_("Posts of the thread"), "\n".join(borders(body)), "lines"),
        line(_("Channel"), channel.handle, "channel", network=channel.network),
        line(_("Language"), str(Language(body["language"]).label)),
        line(_("Disclosure"), body["disclosure"] or _("none")),
        line(_("Sources"), _("none") if not sources else "", "citations" if sources else "text", entries=sources),
        line(_("Pictures and videos"), *(("", "pictures") if pictures else (_("none"), "text")), entries=pictures),
        line(_("Link"), last["link"] or "", "link"),
        line(_("Tags"), " ".join(f"#{tag}" for tag in last["tags"])),
        line(_("Content notice"), post["content_warning"]),
        *(line(str(label), chosen) for label, chosen in said_in(post, body["language"]).values()),
        line(_("Digest"), payload.digest, "digest"),
    ]
    return [each for each in lines if each["text"] or each.get("entries")]


def line(label: str, text: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"label": label, "text": text, "kind": kind, **more}


def chain_links(variant: Variant, found: list[Standing]) -> Any:
    content = variant.content
    body = json.loads(variant.payload.canonical) if variant.payload else {"citations": []}
    cited = Citation.objects.filter(pk__in=[entry["id"] for entry in body["citations"]])
    named = [told_of(citation) for citation in cited]
    return links_of(content, claim_text(content.claim, get_language() or "ar"), found, sources=named)


def signing_for(variant: Variant, found: list[Standing], actor: Actor, kept: dict[str, Any]) -> Signing:
    mine = [s.decision for s in found if s.is_signed and s.decision and s.decision.user_id == actor.user_id]
    able = may_sign(variant, found, actor)
    gates = [ShownGate(s.gate.code, gate_label(s.gate.code), questions_of(s.gate.code, ticks(kept, s))) for s in able]
    chosen = next((gate for gate in gates if gate.code == kept["gate"]), gates[0] if gates else None)
    return Signing(
        heading=_("Before you put your seal") if gates else _("The seal"),
        gates=gates,
        gate=chosen,
        why="" if gates else why_not(variant, bool(mine), actor),
        seal=seal_words(variant, bool(gates), bool(mine)),
        is_mine=bool(mine),
        withdrawable=[named(decision) for decision in mine if actor.can(decision.gate.capability)],
    )


def answered(decision: Decision) -> dict[str, Any]:
    """What a signer answered, in the words in which it was asked."""
    heading = _("%(name)s at the %(gate)s") % {"name": decision.user, "gate": gate_label(decision.gate.code)}
    return {"heading": heading, "texts": [answer["text"] for answer in decision.answers], "at": decision.at}


def ticks(kept: dict[str, Any], standing: Standing) -> list[str]:
    return kept["answers"] if kept["gate"] == standing.gate.code else []


def named(decision: Decision) -> dict[str, Any]:
    return {"pk": decision.pk, "gate_label": gate_label(decision.gate.code)}


def may_sign(variant: Variant, found: list[Standing], actor: Actor) -> list[Standing]:
    """Open gates that this person may sign: not their own work, and no second gate of the same version."""
    if variant.state != VariantState.IN_REVIEW or actor.user_id in variant.contributor_ids():
        return []
    if any(s.is_signed and s.decision and s.decision.user_id == actor.user_id for s in found):
        return []
    return [s for s in found if not s.is_signed and actor.can(s.gate.capability)]


def why_not(variant: Variant, is_mine: bool, actor: Actor) -> str:
    if is_mine:
        return _("You signed this version. The other gates need somebody else.")
    if variant.state != VariantState.IN_REVIEW:
        return _("This version is not up for signature now: %(state)s.") % {"state": variant.get_state_display()}
    if actor.user_id in variant.contributor_ids():
        return _("You had a hand in this text: somebody else must sign it.")
    return _("Those who review sign here. You may read and remark.")


def seal_words(variant: Variant, can_sign: bool, is_mine: bool) -> str:
    number = variant.payload.revision.number if variant.payload else 0
    if is_mine:
        return _("Your seal is on version %(n)s") % {"n": number}
    words = (
        _("Your seal here, on version %(version)s") if can_sign else _("Version %(version)s, awaiting others' seals")
    )
    return words % {"version": number}
