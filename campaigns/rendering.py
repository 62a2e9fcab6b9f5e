"""Rendering: a document on one channel becomes the exact posts, their canonical JSON and its digest.

Pure but for reading what the document names (verses, works, pictures). What is counted is what is signed and sent:
the campaign's disclosure is part of the text. A verse is never split, shortened or normalised.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from campaigns.captions import VTT
from campaigns.documents import Break, Document, OwnText, Picture, Text, Verse, parse
from campaigns.fitting import Known, fitted, fitted_captions, known_of
from campaigns.media import open_stored
from campaigns.models import Content, MediaFile, Variant
from chain.errors import Invalid
from chain.trail import canonical
from library.citing import passage_of
from library.models import Citation, CitationKind
from library.scripture import Passage
from networks import length
from networks.base import Adapter
from networks.limits import Limits
from networks.options import chosen
from networks.registry import adapter_class
from networks.types import Captions, Connection, Media, Post, Problem, Visibility
from outgoing import Client

PARAGRAPH = "\n\n"
THE_ONE_BEFORE = "before"
"""Stands for the id that the post before will have: known only once it is out."""


@dataclass(frozen=True)
class Material:
    """What a document names, read once within one institution. What is not there is left out: see `refuse_foreign`."""

    citations: Mapping[int, Citation] = field(default_factory=dict)
    passages: Mapping[int, Passage] = field(default_factory=dict)
    media: Mapping[int, MediaFile] = field(default_factory=dict)
    renditions: Known = field(default_factory=dict)


@dataclass(frozen=True)
class RenderedPart:
    """`text` is what will stand on the network; `length` is counted as the network counts, against `limit`."""

    post: Post
    text: str
    length: int
    limit: int

    @property
    def excess(self) -> int:
        return max(0, self.length - self.limit)


@dataclass(frozen=True)
class Rendering:
    """`body` is the payload as data, `canonical` its exact bytes as text, `digest` their sha256 (hex)."""

    body: dict[str, Any]
    canonical: str
    digest: str
    parts: tuple[RenderedPart, ...]
    problems: tuple[Problem, ...]
    verses: tuple[Passage, ...]

    @property
    def fullest(self) -> RenderedPart:
        """The post that has the least room left."""
        return min(self.parts, key=lambda part: part.limit - part.length)

    @property
    def count(self) -> int:
        return self.fullest.length

    @property
    def limit(self) -> int:
        return self.fullest.limit

    @property
    def text(self) -> str:
        """All that is said, whatever posts it is said in."""
        return PARAGRAPH.join(part.post.text for part in self.parts if part.post.text)

    @property
    def is_over(self) -> bool:
        return any(part.excess for part in self.parts)


class NoMedia:
    """Rendering counts and checks; it opens no picture but through the store."""

    def __init__(self, organisation_id: int) -> None:
        self.organisation_id = organisation_id

    def open(self, sha256: str) -> BinaryIO:
        return open_stored(self.organisation_id, sha256)

    def address(self, sha256: str) -> str:
        """What is only being written is fetched by nobody."""
        raise FileNotFoundError(sha256)


@cache
def idle_client() -> Client:
    """Adapters are built with a client; rendering never uses it."""
    return Client()


def adapter_of(channel: Any) -> Adapter:
    """The channel's adapter with its server's limits and no access: for counting, composing and validating only."""
    limits = Limits.from_json(channel.limits) if channel.limits else None
    try:
        cls = adapter_class(channel.network)
    except KeyError as error:
        raise Invalid(_("This network is not installed here."), code="network_missing") from error
    connection = Connection(base_url=channel.server_url, limits=limits, handle=channel.handle)
    return cls(connection, idle_client(), NoMedia(channel.organisation_id))


def document_of(content: Content) -> Document:
    """The working copy; an empty sheet for a content that nobody saved yet."""
    return parse(content.draft) if content.draft else Document(title=content.title)


def material_for(organisation_id: int, document: Document) -> Material:
    citations = Citation.objects.filter(organisation_id=organisation_id).in_bulk(document.citation_ids())
    files = MediaFile.objects.filter(organisation_id=organisation_id).select_related("poster")
    media = files.in_bulk(document.media_ids())
    passages = {pk: passage_of(citation) for pk, citation in citations.items() if citation.kind == CitationKind.QURAN}
    return Material(citations, passages, media, known_of(media))


def refuse_foreign(document: Document, content: Content, material: Material) -> None:
    """Every verse, work, picture and channel that a document names must be this institution's. Raises Invalid."""
    if any(pk not in material.passages for pk in document.verse_ids()):
        raise Invalid(_("A verse on this sheet is not among your citations. Lay it in again."), code="unknown_citation")
    works = {pk for pk, citation in material.citations.items() if citation.kind != CitationKind.QURAN}
    if not set(document.sources or ()) <= works:
        raise Invalid(_("A source of this sheet is not among your sources."), code="unknown_citation", field="sources")
    if any(pk not in material.media for pk in document.media_ids()):
        raise Invalid(_("A picture on this sheet is not among your files. Add it again."), code="unknown_media")
    if not all(is_of_its_kind(picture, material) for own in document.variants.values() for picture in own.media):
        raise Invalid(_("A file on this sheet is no picture, video or captions. Add it again."), code="wrong_media")
    known = set(content.variants.values_list("pk", flat=True))
    if not set(document.variants) <= known:
        raise Invalid(_("This sheet names a channel that the content does not have."), code="unknown_variant")


def is_of_its_kind(picture: Picture, material: Material) -> bool:
    file = material.media[picture.media]
    if picture.captions is None:
        return file.is_picture or file.is_video
    return file.is_video and material.media[picture.captions].mime_type == VTT


def document_given(content: Content, given: Any) -> Document:
    """A typed document, once everything it names is this institution's. Raises Invalid."""
    document = parse(given)
    refuse_foreign(document, content, material_for(content.organisation_id, document))
    return document


def render(variant: Variant) -> Rendering:
    """The variant as its content's working copy has it now."""
    document = document_of(variant.content)
    return render_document(document, variant, material_for(variant.organisation_id, document))


def render_document(document: Document, variant: Variant, material: Material) -> Rendering:
    content, channel = variant.content, variant.channel
    disclosure = disclosure_for(content)
    verses = verses_in(document, variant, material)
    own = document.of(variant.pk)
    adapter = adapter_of(channel)
    texts = texts_of(document, variant, material, disclosure)
    posts = posts_of(own, texts, content.language, material, adapter)
    body = {
        "channel": {"id": channel.pk, "network": channel.network, "remote_id": channel.remote_id},
        "language": content.language,
        "disclosure": disclosure,
        "parts": [post.to_json() for post in posts],
        "citations": cited(document, variant, material),
    }
    signed = canonical(body)
    return Rendering(
        body=body,
        canonical=signed.decode(),
        digest=hashlib.sha256(signed).hexdigest(),
        parts=tuple(measured(adapter, post) for post in posts),
        problems=tuple(problems_of(posts, adapter)),
        verses=tuple(verses),
    )


def disclosure_for(content: Content) -> str:
    """The line that says in whose name it is published, in the content's language; empty where the brief has none."""
    line: str = content.campaign.disclosure.get(content.language, "")
    return line


def words_of(document: Document, variant: Variant) -> list[str]:
    """What was typed for the variant, without verses and without empty paragraphs."""
    return [block.text for block in document.blocks_for(variant.pk) if isinstance(block, Text) and block.text.strip()]


def verses_in(document: Document, variant: Variant, material: Material) -> list[Passage]:
    blocks = document.blocks_for(variant.pk)
    return [material.passages[block.citation] for block in blocks if isinstance(block, Verse)]


def texts_of(document: Document, variant: Variant, material: Material, disclosure: str) -> list[str]:
    """The text of each post, one where nothing breaks it: paragraphs in order, each with its exact bytes.

    Empty paragraphs and posts are left out, but for a first post that has pictures. The last ends with the disclosure.
    """
    posts: list[list[str]] = [[]]
    for block in document.blocks_for(variant.pk):
        if isinstance(block, Break):
            posts.append([])
        elif said := said_by(block, material, variant.content.language):
            posts[-1].append(said)
    has_pictures = bool(document.of(variant.pk).media)
    kept = [post for place, post in enumerate(posts) if post or (place == 0 and has_pictures)] or [[]]
    kept[-1] += [disclosure] if disclosure.strip() else []
    return [PARAGRAPH.join(post) for post in kept]


def said_by(block: Text | Verse, material: Material, language: str) -> str:
    if isinstance(block, Verse):
        return material.passages[block.citation].quoted(language)
    return block.text if block.text.strip() else ""


def posts_of(own: OwnText, texts: list[str], language: str, material: Material, adapter: Adapter) -> list[Post]:
    """Pictures stand with the first post, link and tags with the last; what is said of one is said of all."""
    options = chosen(adapter.options, own.options)
    once = {option.name for option in adapter.options if not option.is_for_every_part}
    first = Post(
        text="",
        language=own.language or language,
        content_warning=own.content_warning,
        visibility=Visibility(own.visibility or Visibility.PUBLIC),
        options=options,
    )
    later = replace(first, options={name: value for name, value in options.items() if name not in once})
    posts = [replace(later if place else first, text=text) for place, text in enumerate(texts)]
    limits = adapter.effective_limits
    media = tuple(media_of(picture, material, first.language, limits) for picture in own.media)
    posts[0] = replace(posts[0], media=media)
    posts[-1] = replace(posts[-1], link=own.link or None, tags=own.tags)
    return posts


def problems_of(posts: list[Post], adapter: Adapter) -> Iterator[Problem]:
    """What stands in the way of each post; what is said of all posts alike is found at the first."""
    yield from adapter.validate(posts[0])
    for post in posts[1:]:
        found = adapter.validate(replace(post, reply_to=THE_ONE_BEFORE))
        yield from (problem for problem in found if problem.field in ("text", "reply_to"))


def media_of(picture: Picture, material: Material, language: str, limits: Limits) -> Media:
    """The final file, as it is fitted to the network before anybody signs."""
    file = fitted(material.media[picture.media], limits, picture.focus, material.renditions)
    whole = Media(file.sha256, file.mime_type, file.size, file.width, file.height, picture.alt)
    if not file.is_video:
        return whole
    kept = material.media[picture.captions] if picture.captions is not None else None
    spoken = fitted_captions(kept, limits, material.renditions) if kept else None
    return replace(
        whole,
        duration_ms=file.duration_ms,
        video_codec=file.video_codec,
        audio_codec=file.audio_codec,
        frame_rate=file.frame_rate,
        bit_rate=file.bit_rate,
        poster=file.poster.sha256 if file.poster else "",
        captions=Captions(spoken.sha256, spoken.mime_type, spoken.size, language) if spoken else None,
    )


def cited(document: Document, variant: Variant, material: Material) -> list[dict[str, Any]]:
    verses = [block.citation for block in document.blocks_for(variant.pk) if isinstance(block, Verse)]
    named = dict.fromkeys([*verses, *(document.sources or ())])
    return [{"id": pk, "sha256": material.citations[pk].sha256} for pk in named]


def measured(adapter: Adapter, post: Post) -> RenderedPart:
    limits = adapter.effective_limits
    text = adapter.compose(post)
    used = adapter.count(text)
    if limits.counts_content_warning:
        used += length.count(post.content_warning, limits.text_unit)
    limit = limits.max_text_with_media if post.media and limits.max_text_with_media else limits.max_text
    return RenderedPart(post, text, used, limit)
