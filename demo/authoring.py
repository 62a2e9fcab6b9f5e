"""Plays the author: takes imported texts up, adds channels, tags and plates, and writes shorter where there is no room.

Whether there is room is asked of the networks' own limits; no network is named.
"""

import tomllib
from dataclasses import replace
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

from campaigns import media
from campaigns.documents import Block, Document, Picture, Text, Verse
from campaigns.drafting import add_variant, save_draft
from campaigns.models import Content, Variant
from campaigns.rendering import document_of
from chain.actors import Actor
from demo import brief, cast, channels, plate
from networks.registry import adapter_class
from networks.types import Media, Post
from publishing.models import Channel

ROOMY = 1000
"""So many characters take any of our texts whole."""
BETWEEN = timedelta(minutes=20)
ALT = "لوحة خطية كتب عليها: {words}، وتحتها اسم المؤسسة وعبارة عرض تجريبي."


@cache
def words() -> dict[str, Any]:
    return tomllib.loads((brief.FOLDER / "words.toml").read_text(encoding="utf-8"))


def is_roomy(channel: Channel) -> bool:
    return int(channel.limits.get("max_text", 0)) >= ROOMY


def can_stand(channel: Channel, *, has_plate: bool) -> bool:
    """Whether the network takes a text alone, or there is a picture for it; one that takes videos alone has none."""
    takes_plates = bool(channel.limits.get("media_types"))
    return (has_plate and takes_plates) or not channel.limits.get("needs_media", False)


def fetches_plates(channel: Channel) -> bool:
    """Whether the network fetches pictures from our pages."""
    plate_alone = Post("", media=(Media("0" * 64, "image/jpeg", 1, 1, 1, ""),))
    return adapter_class(channel.network).fetches(plate_alone)


def answers(channel: Channel) -> dict[str, str]:
    """What a person must say on this network: the first of what is offered."""
    return {one.name: one.choices[0] for one in adapter_class(channel.network).options if one.required and one.choices}


def spread(content: Content, *, author: Actor, by_hand: bool, is_served: bool = True) -> None:
    """Write the text on: for the house's channels elsewhere that have room for it, and for the one by hand.

    `is_served` is False while our pages do not answer yet: then nothing is for a network that fetches files from them.
    """
    few = words()["few"].get(content.reference, "") if content.language == "ar" else ""
    planned = content.variants.earliest("pk").planned_at
    elsewhere = [one for one in channels.elsewhere(content.organisation) if one.language == content.language]
    has_plate = bool(plate_words(content)) and plate.can_draw()
    wanted = [one for one in elsewhere if (few or is_roomy(one)) and can_stand(one, has_plate=has_plate)]
    wanted = [one for one in wanted if is_served or not fetches_plates(one)]
    hand = channels.by_hand(content.organisation) if by_hand else None
    for place, channel in enumerate([*wanted, *filter(None, [hand])], start=1):
        at = planned + place * BETWEEN if planned else None
        add_variant(content=content, channel=channel, planned_at=at, actor=author)
    write(content, few, author=author)


def write(content: Content, few: str, *, author: Actor) -> None:
    document = document_of(content)
    shorter: tuple[Block, ...] = (Text(few), *(block for block in document.body if isinstance(block, Verse)))
    tags, pictures = tags_of(content), plate_of(content, author)
    own = {
        variant.pk: replace(
            document.of(variant.pk),
            tags=tags if is_roomy(variant.channel) or not few else (),
            media=pictures,
            blocks=None if is_own_text(variant) or not few else shorter,
            options=answers(variant.channel),
        )
        for variant in content.variants.select_related("channel")
    }
    keep(content, replace(document, variants=own), author)


def is_own_text(variant: Variant) -> bool:
    """Whether the channel takes the text as it was imported: the roomy ones do, and that for which it was written."""
    return is_roomy(variant.channel) or variant.channel.handle.lstrip("@").partition("@")[0] in {
        voice.handle for voice in cast.VOICES
    }


def tags_of(content: Content) -> tuple[str, ...]:
    tag = words()["tags"].get(content.reference.partition("-")[0], "")
    return (tag,) if tag and content.language == "ar" else ()


def plate_of(content: Content, author: Actor) -> tuple[Picture, ...]:
    said = plate_words(content)
    return draw(content, said, ALT.format(words=said), author)


def plate_words(content: Content) -> str:
    said: str = words()["plates"].get(content.reference, "") if content.language == "ar" else ""
    return said


def draw(content: Content, said: str, alt: str, author: Actor) -> tuple[Picture, ...]:
    """A plate of these words, where there are any and letters can be drawn."""
    if not said or not plate.can_draw():
        return ()
    drawn = BytesIO(plate.draw(said, *cast.NAME.split(" · ")))
    file = media.upload(organisation=content.organisation, file=drawn, name=f"{content.reference}.jpg", actor=author)
    return (Picture(file.pk, alt),)


def correct(variant: Variant, ending: str, *, author: Actor) -> None:
    """Add a sentence to one channel's text, and to no other."""
    content = Content.objects.get(pk=variant.content_id)
    document = document_of(content)
    blocks: tuple[Block, ...] = (*document.blocks_for(variant.pk), Text(ending))
    own = {**document.variants, variant.pk: replace(document.of(variant.pk), blocks=blocks)}
    keep(content, replace(document, variants=own), author)


def keep(content: Content, document: Document, author: Actor) -> None:
    save_draft(content=content, document=document, base_version=content.draft_version, actor=author)
    content.contributors.add(author.user_id or 0)
