"""How a delivery is drawn: its chain in a row and at length, a code's sentence, a network's name.

Built in for all templates (settings TEMPLATES).
"""

from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.models import Variant
from chain.models import Hold, Verdict
from chain.reviewing import decisions_about
from networks.registry import label_in
from publishing.correcting import standing_payload
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery
from publishing.preflight import of_delivery, of_variant
from publishing.reasons import REASONS, reason_of
from publishing.scoping import label_of

register = template.Library()

STEP: dict[str, str] = {
    DeliveryState.PENDING: "now",
    DeliveryState.PREPARING: "now",
    DeliveryState.SENDING: "now",
    DeliveryState.PROCESSING: "now",
    DeliveryState.PUBLISHED: "done",
    DeliveryState.DELETING: "now",
    DeliveryState.UNCONFIRMED: "unknown",
    DeliveryState.HELD: "held",
    DeliveryState.FAILED: "broken",
    DeliveryState.MISSED: "broken",
    DeliveryState.CANCELLED: "broken",
    DeliveryState.DELETED: "broken",
    DeliveryState.GONE: "unknown",
}
"""What the fifth link (publishing) of the chain looks like in each state."""


@register.filter
def words_of(delivery: Delivery) -> str | Promise:
    """The state in words; what lies in a person's hands is at work nowhere else."""
    in_hand = delivery.state == DeliveryState.PROCESSING and delivery.reason == "by_hand"
    return _("To be posted by hand") if in_hand else DeliveryState(delivery.state).label


@register.filter
def shape_of(delivery: Delivery) -> str:
    """The shape that stands beside those words (config/states.py)."""
    return "assisted" if delivery.state == DeliveryState.PROCESSING and delivery.reason == "by_hand" else delivery.state


@register.filter
def steps_of(delivery: Delivery) -> tuple[str, ...]:
    """claim, text, author, signatures, publishing, outcome: six points for {% thread %}."""
    return ("done", "done", "done", "signed", STEP[delivery.state], "done" if delivery.latest_at else "todo")


@register.inclusion_tag("_chain/chain.html")
def delivery_chain(delivery: Delivery) -> dict[str, Any]:
    content = delivery.variant.content
    links = [
        {"state": "done", "kind": _("Claim"), "what": content.claim},
        {"state": "done", "kind": _("Author"), "what": content.created_by},
        *signatures_on(delivery),
        {"state": "done", "kind": _("Released by"), "what": delivery.scheduled_by},
        {"state": STEP[delivery.state].replace("unknown", "now").replace("held", "broken"),
         "kind": _("Publishing"), "what": words_of(delivery)},
        {"state": "done" if delivery.latest_at else "todo", "kind": _("Outcome"),
         "what": _("measured") if delivery.latest_at else _("measured after it is out")},
    ]  # fmt: skip
    return {"links": links, "variant": "", "label": _("Chain of transmission")}


@register.simple_tag(name="signatures")
def signatures_on(delivery: Delivery) -> list[dict[str, Any]]:
    """One link for each signature under the digest of what stands there, else of what this delivery carries."""
    digest = standing_payload(delivery).digest
    given = decisions_about(delivery.variant).filter(digest=digest, verdict=Verdict.APPROVED, revoked_at=None)
    return [
        {"state": "signed", "kind": _("Signature"), "what": decision.user, "initial": str(decision.user)[:1]}
        for decision in given.order_by("gate__position")
    ]


@register.filter
def reason(code: str) -> str:
    """The sentence of a code; a code of another version is shown as it is."""
    return str(reason_of(code).title) if code in REASONS else code


@register.filter
def network_name(slug: str) -> str:
    """The network's name in the reader's language; of one no longer installed, its slug."""
    try:
        return label_in(slug, get_language())
    except KeyError:
        return slug


@register.filter
def scope_words(hold: Hold) -> str | Promise:
    """What a freeze stopped."""
    return label_of(hold)


@register.inclusion_tag("publishing/_preflight.html")
def preflight(
    subject: Delivery | Variant, *, heading: str = "", is_whole: bool = True, beside_checks: bool = False
) -> dict[str, Any]:
    """What would keep it from going out; with `is_whole` also the texts exactly as they would stand there."""
    found = of_delivery(subject) if isinstance(subject, Delivery) else of_variant(subject, beside_checks=beside_checks)
    return {"found": found, "heading": heading, "is_whole": is_whole, "channel": subject.channel}
