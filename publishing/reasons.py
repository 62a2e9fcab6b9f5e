"""Reasons: every code of ours and of the networks as a sentence and a next step, in the reader's language.

Networks give codes, never prose; a test fails for a code without a text here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


@dataclass(frozen=True)
class Reason:
    """What happened (`title`) and what to do next (`next_step`); both lazy."""

    title: str | Promise
    next_step: str | Promise


WAIT = _("Nothing to do: it is tried again by itself.")
LOOKED_UP = _("We look on the network whether it is there. It is not sent again before that is known.")
RECONNECT = _("Connect the channel again; its posts wait and none is lost.")
CHANGE_TEXT = _("Change the content; the new version needs its signatures.")
ASK_ADMIN = _("Tell your administrator, with the detail shown here; then send it again.")
CHANGE_VIDEO = _("Replace the file; the new version needs its signatures.")
RESEND = _("Send it again, or cancel it.")
RESCHEDULE = _("Choose a new time, or cancel it.")

REASONS: Mapping[str, Reason] = {
    # ours: why a delivery waits or was stopped
    "approval_void": Reason(
        _("The text was changed after it was signed"), _("Have the new version signed, then schedule that one.")
    ),
    "approval_expired": Reason(
        _("The campaign ended before it went out, so its signature expired"),
        _("Give the brief a later last day, have the text signed again, then schedule it."),
    ),
    "bytes_changed": Reason(
        _("The stored text is not the one that was signed"),
        _("Nothing went out. Tell your administrator: somebody wrote into the database."),
    ),
    "not_approved": Reason(_("A signature is missing or was withdrawn"), _("Ask the reviewers to sign this version.")),
    "brief_not_signed": Reason(_("The campaign's brief is not signed"), _("Ask a manager to sign the brief.")),
    "consent_missing": Reason(
        _("A messenger's consent is missing, expired or withdrawn"),
        _("Record the consent, or choose another messenger and have the brief signed anew."),
    ),
    "incident": Reason(_("Publishing is frozen"), _("When the freeze is lifted, look at it and choose a new time.")),
    "held_by_person": Reason(_("Held by a person"), RESCHEDULE),
    "restored": Reason(
        _("Sanad was restored from a backup: it may have gone out already"),
        _("Look at the account. If it is not there, choose a new time; if it is, cancel it."),
    ),
    "late": Reason(_("It is later than the campaign allows"), RESCHEDULE),
    "spaced": Reason(_("It is late, and goes out at a distance from its channel's other late posts"), WAIT),
    "late_skipped": Reason(
        _("It was skipped: it was later than the campaign allows"), _("Schedule it again if it is still wanted.")
    ),
    "disclosure": Reason(
        _("The channel's profile does not name the institution"),
        _("Add the institution's name to the profile on the network; we look again by ourselves."),
    ),
    "undisclosed": Reason(
        _("The channel's profile does not name the institution"),
        _("Add the institution's name to the profile on the network; we look again by ourselves."),
    ),
    "channel_not_connected": Reason(_("The channel is not connected"), RECONNECT),
    "disconnected": Reason(_("The channel was disconnected by a person"), RECONNECT),
    "renewing_access": Reason(_("The channel's access has ended and is being renewed"), WAIT),
    "breaker_open": Reason(_("The network does not answer at the moment"), WAIT),
    "host_breaker_open": Reason(_("The network's server does not answer any of its channels at the moment"), WAIT),
    "lapsed": Reason(_("The worker stopped before an answer came"), LOOKED_UP),
    "prepare_lapsed": Reason(_("Preparing it stopped the worker several times; nothing was sent"), ASK_ADMIN),
    "woke_too_late": Reason(_("The worker woke too late and did not send"), WAIT),
    "unexpected": Reason(_("An unexpected error while it was being sent"), LOOKED_UP),
    "unconfirmed": Reason(
        _("We do not know whether it is out"),
        _("Open the account and look: paste the link if it is there, or send it again."),
    ),
    "proved_absent": Reason(_("It was looked for twice and is not on the network"), WAIT),
    "processing": Reason(_("The network took it and is still at work on it"), WAIT),
    "by_hand": Reason(
        _("It is in a person's hands, to be posted"),
        _("Nothing to do: the person is reminded, and you are told when nothing is heard."),
    ),
    "by_hand_unanswered": Reason(
        _("Nobody said whether it was posted by hand"),
        _("Open the account and look: paste the link if it is there, or hand it over again."),
    ),
    "by_hand_could_not": Reason(
        _("The person could not post it by hand"), _("Read why in its trail; then send it again, or cancel it.")
    ),
    "posted_by_hand": Reason(_("Posted by hand"), _("Nothing to do.")),
    "disclosure_to_confirm": Reason(
        _("Nobody has looked for a week whether the channel's profile names the institution"),
        _("Open the channel, look, and say so under Channels; its posts wait."),
    ),
    "network_processing_media": Reason(_("The network is still at work on the picture or the video"), WAIT),
    "gone": Reason(
        _("It is no longer on the network"), _("Find out who removed it; schedule it again only if that was a mistake.")
    ),
    "delete_failed": Reason(
        _("It could not be deleted from the network"), _("Delete it on the network itself, or try again.")
    ),
    "correct_failed": Reason(
        _("Its words could not be corrected on the network"),
        _("Look at what stands there; ask again, or take it down and release the new version."),
    ),
    "correct_has_delivery": Reason(
        _("The newer version goes out, or went out, in a post of its own"), _("Take one of the two down if both stand.")
    ),
    "correct_not_live": Reason(
        _("It is no longer live"), _("Nothing to correct: release the new version if it is needed.")
    ),
    "standing_twice": Reason(
        _("Two posts of it were found on the network"), _("Open both links, compare, and delete one of them.")
    ),
    "delete_by_hand": Reason(
        _("This network lets nobody delete a post but a person in its own application"),
        _("Open the account, delete the post there, then say so here."),
    ),
    "delete_without_link": Reason(
        _("We have no link of this post, so only a person can find it"),
        _("Open the account, delete the post there, then say so here."),
    ),
    "deleted_by_hand": Reason(_("Deleted by a person on the network itself"), _("Nothing to do.")),
    "recalled": Reason(
        _("Its content was taken back"), _("Correct the content and have the new version signed; then schedule that.")
    ),
    "live_after_all": Reason(
        _("It is live after all: the network's answer came late"),
        _("Open it on the network. Take it down if it should not stand there, or leave it."),
    ),
    # certainly not sent
    "connection_refused": Reason(_("The network's server refused the connection"), WAIT),
    "connect_timed_out": Reason(_("The network's server could not be reached in time"), WAIT),
    "name_not_found": Reason(_("The network's address was not found"), WAIT),
    "tls_failed": Reason(_("The network's certificate was not accepted"), ASK_ADMIN),
    "address_refused": Reason(_("This server address is not allowed here"), ASK_ADMIN),
    "rate_limited": Reason(
        _("The network asks us to wait before the next post"), _("Nothing to do: it goes out when the network allows.")
    ),
    "quota_spread": Reason(_("Little is left of what the network takes in this hour, so the posts are spread"), WAIT),
    "credit_spent": Reason(
        _("The network charges for its use, and the credit is spent"),
        _("Tell your administrator: it goes out by itself when there is credit again."),
    ),
    "wait_shortened": Reason(
        _("The network asks us to wait unusually long"),
        _("It is tried again by itself. Look at the account on the network: it may be restricted."),
    ),
    # it may be out
    "answer_timed_out": Reason(_("It was sent, and no answer came in time"), LOOKED_UP),
    "connection_broken": Reason(_("The connection broke while it was being sent"), LOOKED_UP),
    "server_error": Reason(_("The network answered with an error of its own"), LOOKED_UP),
    "answer_unreadable": Reason(_("The network's answer could not be read"), LOOKED_UP),
    "answer_too_large": Reason(_("The network's answer did not end"), LOOKED_UP),
    "redirected": Reason(_("The network sent us to another address, and we did not follow"), LOOKED_UP),
    "unexpected_status": Reason(_("The network answered in a way we do not know"), LOOKED_UP),
    "reads_spent": Reason(
        _("Its figures were not read: the day's budget of reads is used up"),
        _("Nothing to do: they are read tomorrow, the longest due first."),
    ),
    # access
    "token_invalid": Reason(_("The network no longer accepts our access"), RECONNECT),
    "sealed": Reason(_("The stored access cannot be opened with this installation's key"), RECONNECT),
    "missing_scope": Reason(
        _("Our access lacks a right that is needed"), _("Connect the channel again with the rights to read and write.")
    ),
    "account_disabled": Reason(
        _("The account is disabled on the network"), _("Ask the network, then connect it again.")
    ),
    "not_a_member": Reason(
        _("The network does not know this channel, or our access is not a member of it"),
        _("Make our access an administrator of the channel on the network, then connect it again."),
    ),
    "not_a_channel": Reason(
        _("This is neither a channel nor a group that has links"),
        _("Name a channel, or make the group a public one, or show its history to new members; then connect it."),
    ),
    "application_refused": Reason(_("The network refuses this application"), ASK_ADMIN),
    "application_not_audited": Reason(
        _("The network has not audited this application: it takes only what nobody but the account sees"),
        _("Choose that a person finishes it on the phone, or have the administrator ask the network for the audit."),
    ),
    "code_refused": Reason(_("The network did not accept the code"), RECONNECT),
    # refused
    "post_refused": Reason(_("The network refused the post"), CHANGE_TEXT),
    "duplicate_refused": Reason(
        _("The network refused it: the same words are there already"),
        _("Open the account and look: cancel it if it is there, or change the content."),
    ),
    "policy_blocked": Reason(
        _("The network keeps the account from posting for now, by its own rules"),
        _("Open the account's own page of restrictions on the network, then choose a new time."),
    ),
    "posts_spent": Reason(
        _("The network takes no more posts of this account from applications today"),
        _("Send it again tomorrow, or post it in the network's own application."),
    ),
    "text_like_spam": Reason(_("The network took the text for unwanted advertising"), CHANGE_TEXT),
    "audience_refused": Reason(
        _("The account does not offer this choice of who sees it"),
        _("Choose another, or change the account's privacy on the network; a new version needs its signatures."),
    ),
    "cancelled_there": Reason(_("It was cancelled on the network while it was being posted"), RESEND),
    "gave_up": Reason(_("The network gave up on it, by a fault of its own"), RESEND),
    "media_format_refused": Reason(_("The network refused the video's format"), CHANGE_VIDEO),
    "media_length_refused": Reason(
        _("The video is longer or shorter than the network lets this account post"), CHANGE_VIDEO
    ),
    "media_frame_rate_refused": Reason(_("The network refused the video's frame rate"), CHANGE_VIDEO),
    "media_sides_refused": Reason(_("The network refused the size of the picture or the video"), CHANGE_VIDEO),
    "media_refused": Reason(_("The network refused the picture or the video"), CHANGE_VIDEO),
    "media_changed": Reason(_("The file of the picture or the video here is not the one that was signed"), ASK_ADMIN),
    "media_missing": Reason(_("The file of the picture or the video is missing here"), ASK_ADMIN),
    "media_not_fetched": Reason(
        _("The network could not fetch the file from our public address"),
        _("It is tried again by itself. If it goes on, the administrator opens that address from outside."),
    ),
    "media_never_fetched": Reason(
        _("The network could not fetch the file from our public address"),
        _("The administrator opens that address from outside; then send it again."),
    ),
    "address_not_verified": Reason(
        _("The network does not know our public address as ours"),
        _("The administrator has that address verified among the application's URL properties; then send it again."),
    ),
    "media_not_ready": Reason(_("The network has not finished with the file, or no longer has it"), WAIT),
    "media_expired": Reason(_("The network no longer has the uploaded picture or video"), WAIT),
    "reply_target_gone": Reason(
        _("The post that it continues is no longer there"), _("Schedule the whole thread again, or cancel it.")
    ),
    "forbidden": Reason(_("The network does not allow this act"), ASK_ADMIN),
    "not_found": Reason(_("The network no longer knows this"), ASK_ADMIN),
    "kept_private": Reason(
        _("The network took the video, but does not let it be shown"),
        _(
            "As a rule its application was not audited yet: ask the network for the audit. When it has passed, delete"
            " the private video there and schedule the post again."
        ),
    ),
    "playlist_refused": Reason(
        _("The network does not take the video into this playlist"),
        _("Look whether the playlist is this channel's own and still there, then change what was chosen."),
    ),
    "edit_changes_media": Reason(
        _("The network cannot change the picture or the video of a post that is out"), CHANGE_TEXT
    ),
    "delete_too_late": Reason(
        _("The network no longer lets this post be deleted by us"),
        _("Delete it on the network itself, signed in as its administrator."),
    ),
    "not_supported": Reason(
        _("This network cannot be asked"),
        _("Open the account and look: paste the link if it is there, or send it again."),
    ),
}


def counted(words: Any, n: int) -> Any:
    """The words with their number, in the language of whoever reads them: `%` alone would choose it here and now."""
    return lazy(lambda: words % {"n": n}, str)()


def reason_of(code: str, params: Mapping[str, Any] | None = None) -> Reason:
    """The text of a code; `params` add their figure where a sentence has one. KeyError for a code without text."""
    reason, given = REASONS[code], params or {}
    if "minutes" in given:
        figure = counted(ngettext_lazy("%(n)d minute late", "%(n)d minutes late", "n"), int(given["minutes"]))
    elif "hours" in given:
        figure = counted(ngettext_lazy("we wait %(n)d hour", "we wait %(n)d hours", "n"), int(given["hours"]))
    else:
        return reason
    return Reason(format_lazy("{} ({})", reason.title, figure), reason.next_step)


def title_of(code: str) -> str | Promise | None:
    """The sentence of a code, None where it is none of ours."""
    return REASONS[code].title if code in REASONS else None
