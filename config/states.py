"""Which shape stands beside which state, so that a state looks the same on every page.

Circles are calm, diamonds ask for a person; the words beside them come from the state's own label.
"""

from typing import Any

KINDS = frozenset(
    {"draft", "review", "changes", "signed", "published", "unconfirmed", "failed", "held", "late"}
    | {"assisted", "none", "prep", "done", "silent", "wait"}
)

SHAPES: dict[str, str] = {
    # what people decide
    "draft": "draft",
    "in_review": "review",
    "changes_requested": "changes",
    "approved": "signed",
    "signed": "signed",
    "revoked": "held",
    "expired": "late",
    "withdrawn": "silent",
    "closed": "done",
    # what the machine does
    "pending": "signed",
    "preparing": "prep",
    "sending": "prep",
    "processing": "prep",
    "deleting": "prep",
    "published": "published",
    "failed": "failed",
    "unconfirmed": "unconfirmed",
    "unknown": "unconfirmed",
    "held": "held",
    "missed": "late",
    "cancelled": "silent",
    "deleted": "silent",
    "gone": "none",
    "waiting": "wait",
    "live": "failed",
    "twice": "failed",
    # the calendar
    "planned": "wait",
    "ready": "signed",
    "scheduled": "signed",
    "on_its_way": "prep",
    "taken_down": "silent",
    "running": "prep",
    "finished": "done",
    "stopped": "silent",
    # channels, people, invitations, tokens
    "connected": "done",
    "reconnect": "failed",
    "disconnected": "silent",
    "active": "done",
    "proposed": "wait",
    "sent": "wait",
    "accepted": "done",
    "refused": "silent",
    "released": "done",
}


def kind_of(subject: Any) -> str:
    """The shape of a row's `state`, of a state's value, or the kind itself.

    Raises KeyError for a state that has no shape yet: give it one above.
    """
    value = str(getattr(subject, "state", subject))
    return value if value in KINDS and value not in SHAPES else SHAPES[value]


def label_of(subject: Any) -> str:
    if hasattr(subject, "get_state_display"):
        return str(subject.get_state_display())
    return str(getattr(subject, "label", ""))
