"""The verbs of the audit trail as words of the reader's language; an unknown verb is shown as it is."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

THINGS: Mapping[str, str | Promise] = {
    "delivery": _("Delivery"),
    "part": _("Post"),
    "slot": _("Slot"),
    "bulk_act": _("Act on many posts"),
    "channel": _("Channel"),
    "application": _("Application"),
    "variant": _("Variant"),
    "campaign": _("Campaign"),
    "content": _("Content"),
    "gate": _("Signature"),
    "hold": _("Freeze"),
    "role_grant": _("Role"),
    "invitation": _("Invitation"),
    "api_token": _("API token"),
    "member": _("Member"),
    "programme": _("Programme"),
    "segment": _("Segment"),
    "messenger": _("Messenger"),
    "concept": _("Concept"),
    "narrative": _("Narrative"),
    "claim": _("Claim"),
    "citation": _("Citation"),
    "media": _("Picture or video"),
    "remark": _("Remark"),
    "membership": _("Membership"),
    "organisation": _("Institution"),
    "contents": _("Contents"),
}

ACTS: Mapping[str, str | Promise] = {
    "created": _("made"),
    "pending": _("put in the queue"),
    "preparing": _("being prepared"),
    "sending": _("being sent"),
    "published": _("publication"),
    "processing": _("taken by the network"),
    "failed": _("failed"),
    "unconfirmed": _("unconfirmed"),
    "unknown": _("unconfirmed"),
    "waiting": _("not sent"),
    "held": _("held"),
    "missed": _("missed"),
    "cancelled": _("cancelled"),
    "deleting": _("being taken down"),
    "deleted": _("taken down"),
    "gone": _("gone from the network"),
    "moved": _("moved"),
    "planned": _("planned"),
    "filled": _("given its text"),
    "fulfilled": _("fulfilled by a release"),
    "removed": _("removed"),
    "running": _("begun"),
    "finished": _("finished"),
    "stopped": _("stopped"),
    "put_aside": _("seen and put aside"),
    "passed_on": _("passed on to another person"),
    "figures_entered": _("its figures entered by a person"),
    "put_off": _("put off by the person who has it"),
    "evidence": _("a picture of the screen kept as evidence"),
    "posters_named": _("people named who post by hand"),
    "disclosure_confirmed": _("its profile looked at by a person"),
    "connected": _("connected"),
    "reconnect": _("needs to be connected again"),
    "disconnected": _("disconnected"),
    "token_replaced": _("given a new token"),
    "disclosure_changed": _("given another disclosure"),
    "set": _("given"),
    "forgotten": _("forgotten"),
    "draft": _("back to draft"),
    "in_review": _("submitted"),
    "approved": _("signed"),
    "signed": _("signed"),
    "changes_requested": _("changes requested"),
    "revoked": _("withdrawn"),
    "expired": _("expired"),
    "withdrawn": _("withdrawn"),
    "closed": _("closed"),
    "agreed": _("agreed to"),
    "active": _("in force"),
    "released": _("lifted"),
    "recalled": _("taken back"),
    "copy_chosen": _("one of two copies chosen to be deleted"),
    "copy_gone": _("its second copy gone"),
    "copy_kept": _("its second copy left standing"),
    "correction_asked": _("asked to be corrected in place"),
    "corrected": _("corrected in place"),
    "correction_failed": _("not corrected in place"),
    "lateness_set": _("told what becomes of it when it is late"),
    "spacing_set": _("given another distance of late posts"),
    "access_revoked": _("cut off on its network"),
    "access_not_revoked": _("not cut off on its network: remove our access there by hand"),
    "proposed": _("proposed"),
    "refused": _("refused"),
    "sent": _("sent"),
    "accepted": _("accepted"),
    "edited": _("edited"),
    "saved": _("saved"),
    "verified": _("verified"),
    "uploaded": _("uploaded"),
    "settled": _("settled"),
    "made": _("made"),
    "revised": _("new version"),
    "copied": _("copied"),
    "imported": _("imported"),
    "began": _("began"),
    "ended": _("ended"),
    "founded": _("founded"),
    "suspended": _("suspended"),
}


def words_of(verb: str) -> str:
    """`delivery.published` → "Delivery: published"."""
    thing, _dot, act = verb.partition(".")
    return _t("%(thing)s: %(act)s") % {"thing": THINGS.get(thing, thing), "act": ACTS.get(act, act)}


def why_of(why: str) -> str:
    """A person's reason as it was typed; a code of the system as a sentence where another app registered one."""
    return next((str(text) for known in sentences if (text := known(why))), why)


sentences: list[Callable[[str], str | Promise | None]] = []
"""Who knows the sentence of a code: publishing registers its reasons when the applications are ready."""
