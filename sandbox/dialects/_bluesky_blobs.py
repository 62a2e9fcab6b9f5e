"""Owns the files of the simulated Bluesky: uploading, what a record may refer to, and serving what it does.

Sources (read 2026-11): https://atproto.com/specs/blob, https://atproto.com/guides/blob-lifecycle,
https://docs.bsky.app/docs/api/com-atproto-repo-upload-blob, https://docs.bsky.app/docs/api/com-atproto-sync-get-blob.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from sandbox.dialects._bluesky_access import Refused, invalid
from sandbox.dialects._bluesky_names import SLUG, Json, account_named, blob_cid
from sandbox.dialects.base import Setting
from sandbox.records import Account, Media

UPLOAD_BYTES = 52_428_800
"""What a server takes, https://github.com/bluesky-social/pds/issues/90; each lexicon sets a lower limit of its own."""
IMAGE_BYTES = 2_000_000
"""`maxSize` of app.bsky.embed.images since 2026-04, https://github.com/bluesky-social/bsky-docs/pull/414."""
THUMB_BYTES = 1_000_000
TEMPORARY_SECONDS = 3600.0
"""How long a file waits for a record; the documentation says "minutes" and leaves it to each server."""
TOO_LARGE = Refused(413, "PayloadTooLarge", "request entity too large")


class Blobs:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    async def upload(self, request: Request, account: Account) -> Json:
        """The body is the file itself; its kind is read from it where it shows one, else believed."""
        content, said = await request.body(), request.headers.get("content-type", "").split(";")[0].strip()
        if not said:
            raise invalid("Request encoding (Content-Type) required but not provided")
        if len(content) > UPLOAD_BYTES:
            raise TOO_LARGE
        mime, cid = _kind(content) or said, blob_cid(content)
        self.world.add_media(
            network=SLUG, account_id=account.id, mime=mime, description="", extra={"cid": cid},
            content=content, ready_at=self.setting.clock(),
        )  # fmt: skip
        return {"blob": {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(content)}}

    def taken(self, account: Account, record: Json) -> list[str]:
        """The ids of the uploads that the record refers to; raises Refused where one is unknown or will not do."""
        return [str(self._taken(account, blob, most).id) for blob, most in _referred(record)]

    def _taken(self, account: Account, blob: Json, most: int) -> Media:
        cid, said, size = blob["ref"]["$link"], blob["mimeType"], blob["size"]
        found = self.find(account, cid)
        if found is None:
            raise invalid(f"Could not find blob: {cid}", "BlobNotFound")
        if said != found.mime:
            raise invalid(
                f"Referenced Mimetype does not match stored blob. Expected: {found.mime}, Got: {said}",
                "InvalidMimeType",
            )
        if size != len(found.content):
            raise invalid(
                f"Referenced Size does not match stored blob. Expected: {len(found.content)}, Got: {size}",
                "InvalidSize",
            )
        if not said.startswith("image/"):
            raise invalid(f"Wrong type of file. It is {said} but it must match image/*.", "InvalidMimeType")
        if size > most:
            raise invalid(
                f"This file is too large. It is {_weight(size)} but the maximum size is {_weight(most)}.",
                "BlobTooLarge",
            )
        return found

    def find(self, account: Account, cid: str) -> Media | None:
        """An upload that a record of the account refers to, or that still waits for one."""
        found = self.world.media_marked(SLUG, account.id, "cid", cid)
        if found is None or self.setting.clock() - found.ready_at < TEMPORARY_SECONDS:
            return found
        return found if self._is_referred(account, cid) else None

    def _is_referred(self, account: Account, cid: str) -> bool:
        records = (post.extra["record"] for post in self.world.posts_of(account))
        return any(blob["ref"]["$link"] == cid for record in records for blob, _ in _referred(record))

    async def serve(self, request: Request) -> Response:
        """GET com.atproto.sync.getBlob: the file as it was uploaded, once a record refers to it."""
        did, cid = request.query_params.get("did", ""), request.query_params.get("cid", "")
        account = account_named(self.world, did) if did.startswith("did:") else None
        if account is None:
            raise invalid(f"Could not find repo for DID: {did}", "RepoNotFound")
        return self._file(account, cid)

    async def picture(self, request: Request) -> Response:
        """Where the views' `thumb` and `fullsize` point; the network's own content servers also shrink it."""
        account = account_named(self.world, request.path_params["did"])
        try:
            return self._file(account, request.path_params["file"].partition("@")[0]) if account else NOT_FOUND
        except Refused:
            return NOT_FOUND

    def _file(self, account: Account, cid: str) -> Response:
        found = self.world.media_marked(SLUG, account.id, "cid", cid)
        if found is None or not self._is_referred(account, cid):
            raise invalid("Blob not found", "BlobNotFound")
        return Response(found.content, media_type=found.mime)


NOT_FOUND = Response(status_code=404)


def _referred(record: Json) -> Iterator[tuple[Json, int]]:
    """Each blob of a valid record, with the weight that its place allows."""
    embed: Any = record.get("embed") or {}
    if embed.get("$type") == "app.bsky.embed.images":
        yield from ((image["image"], IMAGE_BYTES) for image in embed["images"])
    elif embed.get("$type") == "app.bsky.embed.external" and "thumb" in embed["external"]:
        yield embed["external"]["thumb"], THUMB_BYTES


def _kind(content: bytes) -> str | None:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return Image.MIME.get(picture.format or "")
    except (OSError, Image.DecompressionBombError):
        return None


def _weight(size: int) -> str:
    return f"{size / 1_048_576:.2f}MB" if size >= 1_048_576 else f"{size / 1024:.2f}KB"
