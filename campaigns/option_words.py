"""The words for what networks let one choose: of each option its label, its help, and a label for each choice.

Keyed by the names of networks/options.py; a test fails for an option of an installed network without words here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from networks.options import OFF, ON
from networks.types import Visibility

Said = str | Promise
SWITCHED: Mapping[str, Said] = {ON: _("On"), OFF: _("Off")}


@dataclass(frozen=True)
class OptionWords:
    """`choices` may be left out for a switch."""

    label: Said
    help: Said = ""
    choices: Mapping[str, Said] = field(default_factory=lambda: SWITCHED)


VISIBILITIES: Mapping[Visibility, Said] = {
    Visibility.PUBLIC: _("Everyone, in public"),
    Visibility.UNLISTED: _("Everyone, but outside public listings"),
    Visibility.FOLLOWERS: _("Followers only"),
}
OPTION_WORDS: Mapping[str, OptionWords] = {
    "silent": OptionWords(_("Send without a sound"), _("Readers are notified, but their phones stay quiet.")),
    "link_preview": OptionWords(
        _("Preview of the link"), _("The card that the network makes of the first link in the text.")
    ),
    "who_may_reply": OptionWords(
        _("Who may reply"),
        _("Replies of others are comments too: where few may reply, few are counted."),
        {
            "everyone": _("Everyone"),
            "followed": _("Accounts that this channel follows"),
            "mentioned": _("Only accounts named in the text"),
            "verified": _("Only verified accounts"),
            "followers": _("Followers only"),
        },
    ),
    "topic": OptionWords(
        _("Topic"),
        _("One topic stands above the post, without periods and &. Empty: the first tag in the text becomes it."),
    ),
    "audience": OptionWords(
        _("Who sees the post"),
        _(
            "A person says it for each post. The account's own privacy settings may leave some of it out. Chosen on "
            "the phone, the post goes to the account's inbox and a person finishes it there."
        ),
        {
            "everyone": _("Everyone"),
            "mutual_followers": _("Followers whom the account follows back"),
            "followers": _("Followers only"),
            "nobody": _("Nobody but the account itself"),
            "on_the_phone": _("Chosen on the phone, in the account's inbox"),
        },
    ),
    "comments": OptionWords(_("Comments"), _("Off unless you turn it on.")),
    "duets": OptionWords(_("Duets"), _("Others may put their own video beside this one. Off unless you turn it on.")),
    "stitches": OptionWords(
        _("Stitches"), _("Others may begin their own video with a piece of this one. Off unless you turn it on.")
    ),
    "own_promotion": OptionWords(
        _("It promotes the institution itself"), _("The network labels it as promotional content.")
    ),
    "paid_partnership": OptionWords(
        _("It promotes somebody else, for pay"),
        _("The network labels it as a paid partnership; it cannot be for nobody but the account."),
    ),
    "made_by_ai": OptionWords(
        _("Made or changed by artificial intelligence"), _("The network labels the video so. Only for videos.")
    ),
    "cover_second": OptionWords(
        _("Second of the cover"), _("The picture at this second of the video stands for it, as in 2.5; else the first.")
    ),
    "post_as": OptionWords(
        _("Where the video appears"),
        _("A reel is upright (9 by 16) and lasts 3 to 90 seconds."),
        {"video": _("In the feed, as a video"), "reel": _("Among the reels")},
    ),
    "title": OptionWords(_("Title"), _("What stands above the video and in searches, without < and >.")),
    "made_for_kids": OptionWords(
        _("Made for children"),
        _("The law asks every channel to say it. Comments and notifications are off for a video made for children."),
        {"no": _("No, it is not made for children"), "yes": _("Yes, it is made for children")},
    ),
    "category": OptionWords(
        _("Category"),
        choices={
            "people": _("People and blogs"),
            "education": _("Education"),
            "nonprofits": _("Nonprofits and activism"),
            "news": _("News and politics"),
            "science": _("Science and technology"),
            "howto": _("Howto and style"),
        },
    ),
    "playlist": OptionWords(_("Playlist"), _("The address of a playlist of this channel; empty for none.")),
}


def label_of_option(name: str) -> Said:
    """The option's label, or its name where no installed network has it any more."""
    return OPTION_WORDS[name].label if name in OPTION_WORDS else name


def label_of_choice(name: str, value: str) -> Said:
    """What was chosen, in words; what was typed, as it was typed."""
    words = OPTION_WORDS.get(name)
    return words.choices.get(value, value) if words else value


def said_in(post: Mapping[str, Any], language: str) -> dict[str, tuple[Said, str]]:
    """What a signed post says of how it goes out on its network, by code: label and choice. `post` is as it is signed,
    `language` that of its content; what the network does anyway is not said."""
    said: dict[str, tuple[Said, str]] = {}
    if post["visibility"] != Visibility.PUBLIC:
        said["visibility"] = (_("Who sees it"), str(VISIBILITIES[Visibility(post["visibility"])]))
    if post["language"] not in ("", language):
        said["language_tag"] = (_("Language told to the network"), str(Language(post["language"]).label))
    for name, value in sorted(post.get("options", {}).items()):
        said[f"option.{name}"] = (label_of_option(name), str(label_of_choice(name, value)))
    return said
