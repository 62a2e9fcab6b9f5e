"""How a video reaches TikTok: an address for one hour, chunks in order, and what an earlier try has sent of them.

Written from https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide and
content-posting-api-reference-direct-post (read 2026-11): a chunk has 5 to 64 MB, the last one up to 128 MB and all that
remains; there are `size` by `chunk_size` of them, rounded down; below 5 MB there is one. An address takes them in order
and answers 206 as long as more are wanted, 201 for the last one, with which the posting begins.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from networks.answers import count_of, words
from networks.calls import timestamp
from networks.errors import Code, NotSent
from networks.types import Media, Post, canonical_json
from outgoing import Client, FilePart, MaybeSent, NeverSent

CHUNK = 10_000_000
"""Bytes. Small, since the last one travels in the request that publishes, and has at most twice as many."""
USABLE = timedelta(minutes=55)
SECONDS = 120.0
HASHED_IN_A_SECOND = 50_000_000
"""Bytes that a slow machine reads and hashes; the file is looked at again before its last chunk leaves."""
UNDER_WAY, FAILED, COMPLETE = "PROCESSING_UPLOAD", "FAILED", "PUBLISH_COMPLETE"
IN_INBOX = "SEND_TO_USER_INBOX"


def chunks(size: int) -> list[tuple[int, int]]:
    """Start and length of each chunk, in bytes."""
    count = max(1, size // CHUNK)
    return [(position * CHUNK, CHUNK if position < count - 1 else size - position * CHUNK) for position in range(count)]


def source(size: int) -> dict[str, Any]:
    """`source_info` of a file that we send."""
    parts = chunks(size)
    each = CHUNK if len(parts) > 1 else size
    return {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": each, "total_chunk_count": len(parts)}


def seconds(post: Post) -> float:
    """How long the last chunk may take, with a look at the whole file before it."""
    return SECONDS + sum(media.size for media in post.media) / HASHED_IN_A_SECOND


@dataclass(frozen=True)
class Upload:
    """`of` names the post by its digest, `publish_id` its posting; `address` takes the bytes, and `sent` are there.

    The address opens itself for an hour, and is kept with the attempt so that the next try can go on with it.
    """

    of: str
    publish_id: str
    address: str = field(repr=False)
    begun_at: str
    sent: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_usable(self) -> bool:
        begun_at = timestamp(self.begun_at)
        return begun_at is not None and begun_at > datetime.now(UTC) - USABLE

    def as_told(self, told: Mapping[str, Any], size: int) -> "Upload | None":
        """Where an earlier try stands by the network's own word; None where it must begin anew.

        Only a posting that has not all its bytes, or failed, is left behind: then it can never make a post.
        """
        state, there = words(told, "status"), count_of(told, "uploaded_bytes")[0]
        if state == FAILED:
            return None
        if state != UNDER_WAY or there == size:
            return replace(self, sent=size)
        there = self.sent if there is None else there
        borders = {start for start, _ in chunks(size)}
        return replace(self, sent=there) if self.is_usable and there in borders else None


def digest_of(post: Post) -> str:
    return hashlib.sha256(canonical_json(post.to_json())).hexdigest()


def begun(post: Post, publish_id: str, address: str) -> Upload:
    return Upload(digest_of(post), publish_id, address, datetime.now(UTC).isoformat())


def earlier(saved: Mapping[str, object], post: Post) -> Upload | None:
    """What an earlier try began for this very post."""
    sent = saved.get("sent")
    if saved.get("of") != digest_of(post) or not isinstance(sent, int):
        return None
    publish_id, address, begun_at = (str(saved.get(name, "")) for name in ("publish_id", "address", "begun_at"))
    return Upload(digest_of(post), publish_id, address, begun_at, sent)


@dataclass(frozen=True)
class Sender:
    """Sends parts of one file to the address of an upload; no token of ours goes along."""

    http: Client
    media: Media
    file: BinaryIO

    def put(self, upload: Upload, start: int, length: int) -> int:
        """The answer's status; its body says nothing. Raises NeverSent, MaybeSent."""
        last = start + length - 1
        headers = {
            "Content-Type": self.media.mime_type,
            "Content-Range": f"bytes {start}-{last}/{self.media.size}",
        }
        body = FilePart(self.file, start, length)
        return self.http.request("PUT", upload.address, headers=headers, data=body, total_timeout=SECONDS).status_code

    def all_but_the_last(self, upload: Upload) -> Upload:
        """Raises NotSent with what is there by then in `saved`: the next try goes on, or begins anew."""
        for start, length in chunks(self.media.size)[:-1]:
            if start < upload.sent:
                continue
            try:
                status = self.put(upload, start, length)
            except (NeverSent, MaybeSent) as error:
                raise _stopped(Code(error.reason.value), upload.to_json()) from None
            if not 200 <= status < 300:
                is_refused = 400 <= status < 500 and status not in (408, 425, 429)
                code = Code.MEDIA_NOT_READY if is_refused else Code.SERVER_ERROR
                raise _stopped(code, {} if is_refused else upload.to_json(), status=status)
            upload = replace(upload, sent=start + length)
        return upload


def _stopped(code: Code, saved: Mapping[str, Any], **params: str | int) -> NotSent:
    failure = NotSent(code, params=params)
    failure.saved = saved
    return failure
