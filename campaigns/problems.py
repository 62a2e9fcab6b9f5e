"""What a network's limits say of a text, in sentences: what is in the way and how to mend it, in the reader's language.

Networks give codes, never prose; a test fails for a code without a text here.
"""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.option_words import label_of_option
from networks.errors import ProblemCode
from networks.types import Problem

Said = str | Promise
Telling = tuple[Said, Said]
PROBLEMS: dict[str, Telling] = {
    ProblemCode.TEXT_TOO_LONG: (
        _("Too long for {channel}: {length} where {limit} are allowed, {over} too many"),
        _("Shorten your own words: a verse is never cut."),
    ),
    ProblemCode.TEXT_TOO_MANY_BYTES: (
        _("Too heavy for {channel}: {length} bytes where {limit} are allowed"),
        _("Shorten your own words: a verse is never cut."),
    ),
    ProblemCode.HASHTAGS_TOO_MANY: (
        _("{count} hashtags for {channel}, which takes {limit}"),
        _("Take some out."),
    ),
    ProblemCode.MENTIONS_TOO_MANY: (
        _("{count} accounts named on {channel}, which takes {limit}"),
        _("Name fewer accounts."),
    ),
    ProblemCode.LINKS_TOO_MANY: (
        _("{count} links for {channel}, which takes {limit}"),
        _("Take some out."),
    ),
    ProblemCode.LINK_NOT_FOLLOWED: (
        _("Nobody can follow a link in a text on {channel}"),
        _("Say where it is found: “link in the profile”, or in a picture."),
    ),
    ProblemCode.MEDIA_TOO_MANY: (
        _("{count} pictures or videos for {channel}, which takes {limit}"),
        _("Take some out."),
    ),
    ProblemCode.MEDIA_TYPE_NOT_ACCEPTED: (
        _("{channel} does not take pictures of this kind ({mime_type})"),
        _("Save the picture as JPEG or PNG and add it again."),
    ),
    ProblemCode.MEDIA_TOO_LARGE: (
        _("A picture is too heavy for {channel}"),
        _("Save it smaller and add it again."),
    ),
    ProblemCode.MEDIA_TOO_MANY_PIXELS: (
        _("A picture is too large for {channel}"),
        _("Save it smaller and add it again."),
    ),
    ProblemCode.MEDIA_TOO_LONG_SIDED: (
        _("A picture is too large for {channel}: {sides} pixels of width and height together, {limit} are allowed"),
        _("Save it smaller and add it again."),
    ),
    ProblemCode.MEDIA_TOO_NARROW: (
        _("A picture is too long and narrow for {channel}: at most {limit} times as long as wide"),
        _("Crop it and add it again."),
    ),
    ProblemCode.MEDIA_TOO_TALL: (
        _("A picture is too tall for {channel}: at most {limit} times as tall as wide"),
        _("Choose what the picture must show: it is cropped for this channel."),
    ),
    ProblemCode.MEDIA_TOO_WIDE: (
        _("A picture is too wide for {channel}: at most {limit} times as wide as tall"),
        _("Choose what the picture must show: it is cropped for this channel."),
    ),
    ProblemCode.MEDIA_TOO_SMALL: (
        _("A picture is too small for {channel}: {width} pixels wide where {limit} are needed"),
        _("Add a larger picture: enlarging one makes it blurred."),
    ),
    ProblemCode.MEDIA_NEEDED: (
        _("{channel} takes no text alone"),
        _("Add a picture or a video that it takes, or withdraw this channel."),
    ),
    ProblemCode.MEDIA_MIXED: (
        _("{channel} does not take pictures and a video in one post"),
        _("Keep the one or the other for this channel."),
    ),
    ProblemCode.VIDEO_NOT_OFFERED: (
        _("{channel} takes no videos"),
        _("Take the video out for this channel; its place can be taken by a picture."),
    ),
    ProblemCode.VIDEO_TOO_MANY: (
        _("{count} videos for {channel}, which takes {limit}"),
        _("Take some out."),
    ),
    ProblemCode.VIDEO_TYPE_NOT_ACCEPTED: (
        _("{channel} does not take videos of this kind ({mime_type})"),
        _("Save the video as MP4 and add it again."),
    ),
    ProblemCode.VIDEO_TOO_LARGE: (
        _("The video is too heavy for {channel}: {size} MB where {limit} are allowed"),
        _("Save it smaller and add it again."),
    ),
    ProblemCode.VIDEO_TOO_SHORT: (
        _("The video is too short for {channel}: {seconds} seconds where {limit} are needed"),
        _("Add a longer cut for this channel."),
    ),
    ProblemCode.VIDEO_TOO_LONG: (
        _("The video is too long for {channel}: {seconds} seconds where {limit} are allowed"),
        _("Add a shorter cut for this channel."),
    ),
    ProblemCode.VIDEO_CODEC_NOT_ACCEPTED: (
        _("{channel} does not take a picture track of this kind ({codec})"),
        _("Save the video as MP4 with H.264 and add it again."),
    ),
    ProblemCode.VIDEO_SOUND_NOT_ACCEPTED: (
        _("{channel} does not take a sound track of this kind ({codec})"),
        _("Save the video as MP4 with AAC sound and add it again."),
    ),
    ProblemCode.VIDEO_TOO_TALL: (
        _("The video is too tall for {channel}: at most {limit} times as tall as wide"),
        _("Add a cut of another shape for this channel."),
    ),
    ProblemCode.VIDEO_TOO_WIDE: (
        _("The video is too wide for {channel}: at most {limit} times as wide as tall"),
        _("Add a cut of another shape for this channel."),
    ),
    ProblemCode.VIDEO_SIDES_TOO_SHORT: (
        _("The video's picture is too small for {channel}: {side} pixels where {limit} are needed"),
        _("Add a cut with a larger picture."),
    ),
    ProblemCode.VIDEO_SIDES_TOO_LONG: (
        _("The video's picture is too large for {channel}: {side} pixels where {limit} are allowed"),
        _("Save it with a smaller picture and add it again."),
    ),
    ProblemCode.VIDEO_TOO_MANY_PIXELS: (
        _("The video's picture is too large for {channel}: {pixels} pixels in all where {limit} are allowed"),
        _("Save it with a smaller picture and add it again."),
    ),
    ProblemCode.VIDEO_TOO_FAST: (
        _("The video has too many frames a second for {channel}: {rate} where {limit} are allowed"),
        _("Save it with fewer frames a second and add it again."),
    ),
    ProblemCode.VIDEO_TOO_SLOW: (
        _("The video has too few frames a second for {channel}: {rate} where {limit} are needed"),
        _("Save it with more frames a second and add it again."),
    ),
    ProblemCode.VIDEO_TOO_DENSE: (
        _("The video has too many bits a second for {channel}: {rate} million where {limit} are allowed"),
        _("Save it smaller and add it again."),
    ),
    ProblemCode.CAPTIONS_NOT_SHOWN: (
        _("{channel} does not take this captions file"),
        _("Put the spoken words into the picture itself for this channel, or say in the text what is said."),
    ),
    ProblemCode.VIDEO_ALT_TEXT_NOT_SHOWN: (
        _("{channel} has no place for a video's description"),
        _("Say in the text what the video shows; the description is kept with the content."),
    ),
    ProblemCode.ALT_TEXT_NOT_SHOWN: (
        _("{channel} has no place for a picture's description"),
        _("Say in the text what the picture shows; the description is kept with the content."),
    ),
    ProblemCode.ALT_TEXT_MISSING: (
        _("A picture or video has no description on {channel}"),
        _("Write a sentence for those who cannot see it."),
    ),
    ProblemCode.ALT_TEXT_TOO_LONG: (
        _("A description is too long for {channel}: {length} where {limit} are allowed"),
        _("Shorten the description."),
    ),
    ProblemCode.VISIBILITY_NOT_OFFERED: (
        _("{channel} does not offer this visibility"),
        _("Tell your administrator: this text cannot go out there."),
    ),
    ProblemCode.CONTENT_WARNING_NOT_OFFERED: (
        _("{channel} has no content notice"),
        _("Empty the content notice for this channel."),
    ),
    ProblemCode.REPLY_NOT_OFFERED: (
        _("{channel} offers no replies"),
        _("Keep it to a single post there."),
    ),
    ProblemCode.OPTION_NOT_OFFERED: (
        _("{channel} no longer offers the choice “{option}”"),
        _("Save the sheet once more: the choice is then left out."),
    ),
    ProblemCode.OPTION_VALUE_NOT_OFFERED: (
        _("{channel} no longer offers what was chosen under “{option}”"),
        _("Choose again what holds on this network."),
    ),
    ProblemCode.OPTION_TOO_LONG: (
        _("“{option}” is too long for {channel}: {length} where {limit} are allowed"),
        _("Shorten it."),
    ),
    ProblemCode.OPTION_MISSING: (
        _("{channel} asks for “{option}”"),
        _("Say it under “On this network”."),
    ),
    ProblemCode.SIGNS_NOT_ACCEPTED: (
        _("{channel} takes none of these signs: {signs}"),
        _("Write it without them; quotation marks « » are taken."),
    ),
}
UNKNOWN: Telling = (_("{channel} does not accept this text ({code})"), _("Ask a coordinator what the network says."))


def told(problem: Problem, handle: str) -> Telling:
    """What a problem is on the channel of this handle, and how to mend it."""
    what, how = PROBLEMS.get(problem.code, UNKNOWN)
    named = {"option": label_of_option(str(problem.params["option"]))} if "option" in problem.params else {}
    return format_lazy(str(what), **{**problem.params, **named, "channel": handle, "code": problem.code}), how
