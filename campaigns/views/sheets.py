"""A document as the editor shows it: blocks with their verses, and for each channel its text, count and preview.

Everything shown is measured by campaigns.rendering, whether the document is saved or only typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from campaigns.checks import Checks, in_play
from campaigns.documents import CENTRE, Block, Break, Document, Picture, Verse, own_json
from campaigns.fitting import plan
from campaigns.models import Content, MediaFile, Variant
from campaigns.rendering import Material, RenderedPart, Rendering, adapter_of, material_for, render_document
from campaigns.splitting import can_thread, threaded
from campaigns.views.chains import initial_of
from campaigns.views.choices import ShownChoice, choices_of
from campaigns.views.pieces import Piece, fitting, folded, pieces
from chain.errors import Invalid
from library.citing import label_of
from library.models import Citation
from library.scripture import Passage
from networks.base import Adapter, Capability
from networks.limits import Limits
from networks.registry import label_in
from networks.types import Media, Post


@dataclass(frozen=True)
class ShownVerse:
    """A verse as the locked block draws it, with the citation that the document names."""

    citation: int
    passage: Passage

    def __getattr__(self, name: str) -> Any:
        return getattr(self.passage, name)


@dataclass(frozen=True)
class ShownSource:
    id: int
    label: str
    kind: str
    is_verified: bool


@dataclass(frozen=True)
class ShownBlock:
    text: str = ""
    verse: ShownVerse | None = None
    is_break: bool = False

    @property
    def is_text(self) -> bool:
        return self.verse is None and not self.is_break


def lasting(duration_ms: int) -> str:
    """A length in minutes and seconds."""
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes}:{seconds:02}"


@dataclass(frozen=True)
class ShownPicture:
    """A picture, or a video by its poster: `film` is where the video itself is and `captions` its words, as WebVTT."""

    id: int
    alt: str
    url: str
    width: int
    height: int
    film: str = ""
    film_type: str = ""
    duration_ms: int = 0
    captions: str = ""
    captions_id: int | None = None
    focus: tuple[int, int] = CENTRE
    crop: tuple[int, int, int, int] | None = None

    @property
    def frame(self) -> str:
        """What a crop leaves out, as an SVG path around what stays."""
        left, top, width, height = self.crop or (0, 0, self.width, self.height)
        return f"M0 0H{self.width}V{self.height}H0ZM{left} {top}v{height}h{width}v-{height}Z"

    @property
    def lasts(self) -> str:
        return lasting(self.duration_ms)


@dataclass(frozen=True)
class PreviewPart:
    pieces: list[Piece]
    pictures: list[ShownPicture]
    content_warning: str
    language: str
    rest: list[Piece] = field(default_factory=list)
    """What a reader sees only when they ask for it."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What was chosen for the post on its network, of which some is shown: a title."""


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
class Offer:
    """To cut what is too long into a thread, in the words of its button."""

    variant_id: int
    label: str


@dataclass(frozen=True)
class Measured:
    length: int
    limit: int
    is_over: bool
    parts: list[ShownPart]
    hint: str = ""
    offer: Offer | None = None


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
    choices: list[ShownChoice] = field(default_factory=list)
    has_warning: bool = True
    can_break: bool = False

    @property
    def prefix(self) -> str:
        return f"v{self.id}"


@dataclass(frozen=True)
class Sheet:
    """`withdrawn` is what channels no longer in play said of their own: kept, for a copy may begin from it."""

    blocks: list[ShownBlock]
    variants: list[ShownVariant]
    withdrawn: dict[str, Any] = field(default_factory=dict)
    sources: list[ShownSource] = field(default_factory=list)


def sheet_of(content: Content, document: Document, found: Checks, *, can_write: bool) -> Sheet:
    """`found` is what campaigns.checks said of this very document, with its renderings."""
    material = material_for(content.organisation_id, document)
    shown = in_play(content)
    living = {variant.pk for variant in shown}
    kept = {str(pk): own_json(own) for pk, own in document.variants.items() if pk not in living}
    variants = [shown_variant(document, v, material, found.renderings[v.pk], can_write) for v in shown]
    sources = [shown_source(material.citations[pk]) for pk in document.sources or ()]
    return Sheet(shown_blocks(document.body, material), variants, kept, sources)


def shown_source(citation: Citation) -> ShownSource:
    return ShownSource(citation.pk, label_of(citation), str(citation.get_kind_display()), citation.is_verified)


def shown_blocks(blocks: Iterable[Block], material: Material) -> list[ShownBlock]:
    """The blocks to write in; there is always a paragraph, and one after a last verse."""
    found = [shown_block(block, material) for block in blocks]
    return found if found and found[-1].is_text else [*found, ShownBlock()]


def shown_block(block: Block, material: Material) -> ShownBlock:
    if isinstance(block, Verse):
        return ShownBlock(verse=ShownVerse(block.citation, material.passages[block.citation]))
    if isinstance(block, Break):
        return ShownBlock(is_break=True)
    return ShownBlock(text=block.text)


def shown_variant(
    document: Document, variant: Variant, material: Material, rendering: Rendering, can_write: bool
) -> ShownVariant:
    own, adapter = document.of(variant.pk), adapter_of(variant.channel)
    limits = adapter.effective_limits
    label = label_in(variant.channel.network, get_language())
    return ShownVariant(
        id=variant.pk,
        variant=variant,
        network=variant.channel.network,
        handle=variant.channel.handle,
        language=variant.content.language,
        is_own=own.blocks is not None,
        blocks=shown_blocks(document.body if own.blocks is None else own.blocks, material),
        pictures=[shown_picture(picture, material.media, limits) for picture in own.media],
        link=own.link,
        tags=" ".join(own.tags),
        content_warning=own.content_warning,
        shown=measured(rendering, offer_of(document, variant, material, rendering) if can_write else None),
        preview=preview_of(variant.channel, rendering),
        preview_title=_("Approximate preview on %(network)s") % {"network": label},
        can_remove=can_write,
        choices=choices_of(variant, own, adapter),
        can_break=can_thread(adapter),
        has_warning=bool(own.content_warning) or Capability.CONTENT_WARNING in adapter.capabilities,
    )


def shown_picture(picture: Picture, files: Any, limits: Limits) -> ShownPicture:
    file = files[picture.media]
    shown = picture_as(file, picture.alt, files[picture.captions] if picture.captions else None)
    return cropped(shown, file, limits, picture.focus)


def cropped(shown: ShownPicture, file: MediaFile, limits: Limits, focus: tuple[int, int]) -> ShownPicture:
    """The picture with what a channel of these limits leaves of it, where it does not take its shape."""
    wanted = plan(file, limits, focus)
    whole = (0, 0, file.width, file.height)
    return replace(shown, focus=focus, crop=wanted.crop if wanted and wanted.crop != whole else None)


def picture_as(file: MediaFile, alt: str, spoken: MediaFile | None = None) -> ShownPicture:
    if not file.is_video:
        return ShownPicture(file.pk, alt, address_of(file.pk), file.width, file.height)
    return ShownPicture(
        file.pk,
        alt,
        address_of(file.poster_id),
        file.width,
        file.height,
        film=address_of(file.pk),
        film_type=file.mime_type,
        duration_ms=file.duration_ms,
        captions=address_of(spoken.pk) if spoken else "",
        captions_id=spoken.pk if spoken else None,
    )


def address_of(media_id: int | None) -> str:
    return reverse("media-file", args=[media_id]) if media_id else ""


def offer_of(document: Document, variant: Variant, material: Material, rendering: Rendering) -> Offer | None:
    """None where the text fits, or where no thread would make it fit."""
    if not rendering.is_over or not can_thread(adapter_of(variant.channel)):
        return None
    try:
        made = threaded(document, variant, material)
    except Invalid:
        return None
    found = render_document(made, variant, material)
    if found.is_over or len(found.parts) < 2:
        return None
    if not found.parts[0].post.text and len(found.parts) == 2:
        return Offer(variant.pk, _("Make it two posts: the picture, then the text"))
    label = ngettext("Make it a thread of %(n)s post", "Make it a thread of %(n)s posts", len(found.parts))
    return Offer(variant.pk, label % {"n": len(found.parts)})


def measured(rendering: Rendering, offer: Offer | None) -> Measured:
    parts = [ShownPart(part.length, part.limit, part.excess) for part in rendering.parts]
    hint = _("Verses, the link and the line of disclosure are counted in.") if not rendering.is_over else ""
    return Measured(rendering.count, rendering.limit, rendering.is_over, parts, hint, offer)


def preview_of(channel: Any, rendering: Rendering) -> SafeString:
    verses = [f"﴿{verse.text}﴾" for verse in rendering.verses]
    return previewed(channel, rendering.parts, verses, rendering.body["disclosure"])


def previewed(channel: Any, parts: Iterable[RenderedPart], verses: list[str], disclosure: str) -> SafeString:
    """The posts in the look of their network: the one template that may imitate it, chosen by the channel's slug."""
    adapter, parts = adapter_of(channel), list(parts)
    files = files_of(channel.organisation_id, [part.post for part in parts])
    shown = [
        PreviewPart(
            seen,
            shown_media(part.post.media, files),
            part.post.content_warning,
            part.post.language,
            rest,
            part.post.options,
        )
        for part in parts
        for seen, rest in [folded(cut(part, verses, disclosure, adapter), adapter.folds_after)]
    ]
    cards = [card(channel, [one]) for one in shown]
    if len(cards) == 1:
        return cards[0]
    posts = [
        {"card": one, "part": ShownPart(part.length, part.limit, part.excess)}
        for one, part in zip(cards, parts, strict=True)
    ]
    return render_to_string("campaigns/editor/_thread.html", {"posts": posts})


def shown_media(media: Iterable[Media], files: Mapping[str, MediaFile]) -> list[ShownPicture]:
    """What is stored of it; a file that is gone is left out."""
    return [
        picture_as(files[one.sha256], one.alt_text, files.get(one.captions.sha256) if one.captions else None)
        for one in media
        if one.sha256 in files
    ]


def media_of(organisation_id: int, posts: Iterable[Post]) -> list[ShownPicture]:
    """Every picture and video of the posts, to be looked at and played."""
    posts = list(posts)
    return shown_media([media for post in posts for media in post.media], files_of(organisation_id, posts))


def card(channel: Any, parts: list[PreviewPart]) -> SafeString:
    label, initial = label_in(channel.network, get_language()), initial_of(channel.display_name)
    look = Preview(channel.network, label, channel.display_name, channel.handle, initial, parts)
    looks = [f"networks/{channel.network}/preview.html", "networks/preview.html"]
    return render_to_string(looks, {"preview": look})


def cut(part: RenderedPart, verses: list[str], disclosure: str, adapter: Adapter) -> list[Piece]:
    """What passes the limit is marked at the end of the writer's own words: disclosure, link and tags must stay."""
    own = part.post.text.removesuffix(disclosure).rstrip("\n") if disclosure else part.post.text
    rest = part.length - adapter.count(own)
    return pieces(part.text, verses, fitting(own, part.limit - rest, adapter.count), len(own))


def files_of(organisation_id: int, posts: Iterable[Post]) -> dict[str, MediaFile]:
    shown = [media for post in posts for media in post.media]
    hashes = {media.sha256 for media in shown} | {media.captions.sha256 for media in shown if media.captions}
    return {file.sha256: file for file in MediaFile.objects.filter(organisation_id=organisation_id, sha256__in=hashes)}
