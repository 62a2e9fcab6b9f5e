"""A document as the editor shows it: blocks with their verses, and for each channel its text, count and preview.

Everything shown is measured by campaigns.rendering, whether the document is saved or only typed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.checks import Checks, in_play
from campaigns.documents import Block, Document, Picture, Verse, own_json
from campaigns.models import Content, MediaFile, Variant
from campaigns.rendering import Material, RenderedPart, Rendering, adapter_of, material_for
from campaigns.views.chains import initial_of
from campaigns.views.pieces import Piece, fitting, pieces
from library.scripture import Passage
from networks.base import Adapter
from networks.registry import label_in
from networks.types import Post


@dataclass(frozen=True)
class ShownVerse:
    """A verse as the locked block draws it, with the citation that the document names."""

    citation: int
    passage: Passage

    def __getattr__(self, name: str) -> Any:
        return getattr(self.passage, name)


@dataclass(frozen=True)
class ShownBlock:
    text: str = ""
    verse: ShownVerse | None = None


@dataclass(frozen=True)
class ShownPicture:
    id: int
    alt: str
    url: str
    width: int
    height: int


@dataclass(frozen=True)
class PreviewPart:
    pieces: list[Piece]
    pictures: list[ShownPicture]
    content_warning: str
    language: str


@dataclass(frozen=True)
class Preview:
    network: str
    label: str
    display_name: str
    handle: str
    initial: str
    parts: list[PreviewPart]


@dataclass(frozen=True)
class ShownPart:
    length: int
    limit: int
    excess: int

    @property
    def gauge(self) -> int:
        return min(self.length, self.limit)


@dataclass(frozen=True)
class Measured:
    length: int
    limit: int
    is_over: bool
    parts: list[ShownPart]
    hint: str = ""


@dataclass(frozen=True)
class ShownVariant:
    id: int
    variant: Variant
    network: str
    handle: str
    language: str
    is_own: bool
    blocks: list[ShownBlock]
    pictures: list[ShownPicture]
    link: str
    tags: str
    content_warning: str
    shown: Measured
    preview: SafeString
    preview_title: str
    can_remove: bool

    @property
    def prefix(self) -> str:
        return f"v{self.id}"


@dataclass(frozen=True)
class Sheet:
    """`withdrawn` is what channels no longer in play said of their own: kept, for a copy may begin from it."""

    blocks: list[ShownBlock]
    variants: list[ShownVariant]
    withdrawn: dict[str, Any] = field(default_factory=dict)


def sheet_of(content: Content, document: Document, found: Checks, *, can_write: bool) -> Sheet:
    """`found` is what campaigns.checks said of this very document, with its renderings."""
    material = material_for(content.organisation_id, document)
    shown = in_play(content)
    living = {variant.pk for variant in shown}
    kept = {str(pk): own_json(own) for pk, own in document.variants.items() if pk not in living}
    variants = [shown_variant(document, v, material, found.renderings[v.pk], can_write) for v in shown]
    return Sheet(shown_blocks(document.body, material), variants, kept)


def shown_blocks(blocks: Iterable[Block], material: Material) -> list[ShownBlock]:
    """The blocks to write in; there is always a paragraph, and one after a last verse."""
    found = [shown_block(block, material) for block in blocks]
    return found if found and found[-1].verse is None else [*found, ShownBlock()]


def shown_block(block: Block, material: Material) -> ShownBlock:
    if isinstance(block, Verse):
        return ShownBlock(verse=ShownVerse(block.citation, material.passages[block.citation]))
    return ShownBlock(text=block.text)


def shown_variant(
    document: Document, variant: Variant, material: Material, rendering: Rendering, can_write: bool
) -> ShownVariant:
    own = document.of(variant.pk)
    label = label_in(variant.channel.network, get_language())
    return ShownVariant(
        id=variant.pk,
        variant=variant,
        network=variant.channel.network,
        handle=variant.channel.handle,
        language=variant.content.language,
        is_own=own.blocks is not None,
        blocks=shown_blocks(document.body if own.blocks is None else own.blocks, material),
        pictures=[shown_picture(picture, material.media) for picture in own.media],
        link=own.link,
        tags=" ".join(own.tags),
        content_warning=own.content_warning,
        shown=measured(rendering),
        preview=preview_of(variant.channel, rendering),
        preview_title=_("Approximate preview on %(network)s") % {"network": label},
        can_remove=can_write,
    )


def shown_picture(picture: Picture, files: Any) -> ShownPicture:
    return picture_as(files[picture.media], picture.alt)


def picture_as(file: MediaFile, alt: str) -> ShownPicture:
    return ShownPicture(file.pk, alt, reverse("media-file", args=[file.pk]), file.width, file.height)


def measured(rendering: Rendering) -> Measured:
    parts = [ShownPart(part.length, part.limit, part.excess) for part in rendering.parts]
    hint = _("Verses, the link and the line of disclosure are counted in.") if not rendering.is_over else ""
    return Measured(rendering.count, rendering.limit, rendering.is_over, parts, hint)


def preview_of(channel: Any, rendering: Rendering) -> SafeString:
    verses = [f"﴿{verse.text}﴾" for verse in rendering.verses]
    return previewed(channel, rendering.parts, verses, rendering.body["disclosure"])


def previewed(channel: Any, parts: Iterable[RenderedPart], verses: list[str], disclosure: str) -> SafeString:
    """The posts in the look of their network: the one template that may imitate it, chosen by the channel's slug."""
    adapter = adapter_of(channel)
    files = files_of(channel.organisation_id, [part.post for part in parts])
    shown = [
        PreviewPart(
            cut(part, verses, disclosure, adapter),
            [picture_as(files[media.sha256], media.alt_text) for media in part.post.media if media.sha256 in files],
            part.post.content_warning,
            part.post.language,
        )
        for part in parts
    ]
    look = Preview(
        channel.network,
        label_in(adapter.slug, get_language()),
        channel.display_name,
        channel.handle,
        initial_of(channel.display_name),
        shown,
    )
    looks = [f"networks/{channel.network}/preview.html", "networks/preview.html"]
    return render_to_string(looks, {"preview": look})


def cut(part: RenderedPart, verses: list[str], disclosure: str, adapter: Adapter) -> list[Piece]:
    """What passes the limit is marked at the end of the writer's own words: disclosure, link and tags must stay."""
    own = part.post.text.removesuffix(disclosure).rstrip("\n") if disclosure else part.post.text
    rest = part.length - adapter.count(own)
    return pieces(part.text, verses, fitting(own, part.limit - rest, adapter.count), len(own))


def files_of(organisation_id: int, posts: Iterable[Post]) -> dict[str, MediaFile]:
    hashes = {media.sha256 for post in posts for media in post.media}
    return {file.sha256: file for file in MediaFile.objects.filter(organisation_id=organisation_id, sha256__in=hashes)}
