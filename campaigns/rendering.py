"""Rendering: a document on one channel becomes the exact posts, their canonical JSON and its digest.

Pure but for reading what the document names (verses, works, pictures). What is counted is what is signed and sent:
the campaign's disclosure is part of the text. A verse is never split, shortened or normalised.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from campaigns.documents import Document, OwnText, Text, Verse, parse
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
from networks.registry import adapter_class
from networks.types import Connection, Media, Post, Problem
from outgoing import Client

PARAGRAPH = "\n\n"


@dataclass(frozen=True)
class Material:
    """What a document names, read once within one institution. What is not there is left out: see `refuse_foreign`."""

    citations: Mapping[int, Citation] = field(default_factory=dict)
    passages: Mapping[int, Passage] = field(default_factory=dict)
    media: Mapping[int, MediaFile] = field(default_factory=dict)


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
    def count(self) -> int:
        return max(part.length for part in self.parts)

    @property
    def limit(self) -> int:
        return self.parts[0].limit

    @property
    def is_over(self) -> bool:
        return any(part.excess for part in self.parts)


class NoMedia:
    """Rendering counts and checks; it opens no picture but through the store."""

    def __init__(self, organisation_id: int) -> None:
        self.organisation_id = organisation_id

    def open(self, sha256: str) -> BinaryIO:
        return open_stored(self.organisation_id, sha256)


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
    media = MediaFile.objects.filter(organisation_id=organisation_id).in_bulk(document.media_ids())
    passages = {pk: passage_of(citation) for pk, citation in citations.items() if citation.kind == CitationKind.QURAN}
    return Material(citations, passages, media)


def refuse_foreign(document: Document, content: Content, material: Material) -> None:
    """Every verse, work, picture and channel that a document names must be this institution's. Raises Invalid."""
    if any(pk not in material.passages for pk in document.verse_ids()):
        raise Invalid(_("A verse on this sheet is not among your citations. Lay it in again."), code="unknown_citation")
    works = {pk for pk, citation in material.citations.items() if citation.kind == CitationKind.WORK}
    if not set(document.sources or ()) <= works:
        raise Invalid(_("A source of this sheet is not among your works."), code="unknown_citation", field="sources")
    if any(pk not in material.media for pk in document.media_ids()):
        raise Invalid(_("A picture on this sheet is not among your files. Add it again."), code="unknown_media")
    known = set(content.variants.values_list("pk", flat=True))
    if not set(document.variants) <= known:
        raise Invalid(_("This sheet names a channel that the content does not have."), code="unknown_variant")


def render(variant: Variant) -> Rendering:
    """The variant as its content's working copy has it now."""
    document = document_of(variant.content)
    return render_document(document, variant, material_for(variant.organisation_id, document))


def render_document(document: Document, variant: Variant, material: Material) -> Rendering:
    content, channel = variant.content, variant.channel
    disclosure = disclosure_for(content)
    verses = verses_in(document, variant, material)
    own = document.of(variant.pk)
    post = post_of(own, text_of(document, variant, material, disclosure), content.language, material)
    body = {
        "channel": {"id": channel.pk, "network": channel.network, "remote_id": channel.remote_id},
        "language": content.language,
        "disclosure": disclosure,
        "parts": [post.to_json()],
        "citations": cited(document, variant, material),
    }
    signed = canonical(body)
    adapter = adapter_of(channel)
    return Rendering(
        body=body,
        canonical=signed.decode(),
        digest=hashlib.sha256(signed).hexdigest(),
        parts=(measured(adapter, post),),
        problems=tuple(adapter.validate(post)),
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


def text_of(document: Document, variant: Variant, material: Material, disclosure: str) -> str:
    """Paragraphs in order, each with its exact bytes, then the disclosure. Empty paragraphs are left out."""
    language = variant.content.language
    pieces = []
    for block in document.blocks_for(variant.pk):
        if isinstance(block, Verse):
            pieces.append(material.passages[block.citation].quoted(language))
        elif block.text.strip():
            pieces.append(block.text)
    return PARAGRAPH.join([*pieces, *([disclosure] if disclosure.strip() else [])])


def post_of(own: OwnText, text: str, language: str, material: Material) -> Post:
    return Post(
        text=text,
        media=tuple(media_of(material.media[picture.media], picture.alt) for picture in own.media),
        link=own.link or None,
        tags=own.tags,
        language=language,
        content_warning=own.content_warning,
    )


def media_of(file: MediaFile, alt: str) -> Media:
    return Media(file.sha256, file.mime_type, file.size, file.width, file.height, alt)


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
