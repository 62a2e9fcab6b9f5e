"""Owns the addresses to which videos are uploaded to the simulated TikTok: whole or in chunks, straight to the disk.

Sources (read 2026-11), below https://developers.tiktok.com/doc/: content-posting-api-media-transfer-guide,
content-posting-api-reference-direct-post.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._tiktok_access import Json, invalid
from sandbox.dialects._tiktok_jobs import Job, Jobs

MEGA = 1024 * 1024
"""The guide's example of a file of 4 MB has 4,194,304 bytes."""
LEAST_CHUNK, MOST_CHUNK, MOST_CHUNKS = 5 * MEGA, 64 * MEGA, 1000
MOST_BYTES = 4 * 1024 * MEGA
URL_SECONDS = 3600.0
TYPES = ("video/mp4", "video/quicktime", "video/webm")
MARKED = {"media_failed": "internal", "media_rejected": "spam_risk"}
"""Which documented reason a fault of the desk has for the failure of what was uploaded."""
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def checked_chunks(source: Json) -> tuple[int, int, int]:
    """Size of the video, size of a chunk, and their count, as the guide binds them. Raises Refused."""
    numbers = [source.get(name) for name in ("video_size", "chunk_size", "total_chunk_count")]
    if any(not isinstance(one, int) or isinstance(one, bool) or one <= 0 for one in numbers):
        raise invalid("video_size, chunk_size and total_chunk_count are required for FILE_UPLOAD.")
    size, chunk, count = (int(one or 0) for one in numbers)
    if size > MOST_BYTES:
        raise invalid("The video size is larger than 4 GB.")
    is_whole = chunk == size and count == 1
    if is_whole and size <= MOST_CHUNK:
        return size, chunk, count
    if size < LEAST_CHUNK or not LEAST_CHUNK <= chunk <= MOST_CHUNK:
        raise invalid("The chunk size is invalid.")
    if count != size // chunk or count > MOST_CHUNKS or (count < 2 and size > MOST_CHUNK):
        raise invalid("The total chunk count is invalid.")
    return size, chunk, count


class Uploads:
    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self.setting = jobs.setting

    def routes(self) -> list[BaseRoute]:
        return [Route("/upload", self.put, methods=["PUT"])]

    def address(self, base: str, job: Job) -> str:
        return f"{base}/upload/?upload_id={job.media.id}&upload_token={job.told['secret']}"

    async def put(self, request: Request) -> Response:
        """PUT upload_url, .../content-posting-api-media-transfer-guide, read 2026-11; no token but the address's own.

        The answer has no body: its status tells, and its Content-Range how much is there. Whatever is refused is read
        to its end all the same, so that the client hears of it.
        """
        query = request.query_params
        job = self.jobs.upload(query.get("upload_id", ""), query.get("upload_token", ""))
        status, first, length = self._asked(request, job)
        try:
            if job is None or status:
                await _read_over(request)
                return self._answer(status, job)
            written = await _write(request.stream(), self.jobs.path(job), first, length)
        except ClientDisconnect:
            return Response(status_code=400)
        if written != length:
            return self._answer(400, job)
        job = self.jobs.change(
            job, received=first + length, stuck=job.told["stuck"] or bool(request.scope.get("sandbox.media_stuck"))
        )
        if not job.is_whole:
            return self._answer(206, job)
        at = request.scope.get("sandbox.received_at", self.setting.clock())
        marked = next((reason for mark, reason in MARKED.items() if request.scope.get(f"sandbox.{mark}")), "")
        job = await run_in_threadpool(self.jobs.process, job, at, marked)
        return self._answer(201, job)

    def _asked(self, request: Request, job: Job | None) -> tuple[int, int, int]:
        """The status of a refusal (0: none), then the first byte of the chunk and its length."""
        if job is None or job.told["source"] != "FILE_UPLOAD":
            return 404, 0, 0
        if self.setting.clock() - job.told["opened_at"] > URL_SECONDS:
            return 403, 0, 0
        told = RANGE.fullmatch(request.headers.get("content-range", ""))
        announced = request.headers.get("content-length", "")
        kind = request.headers.get("content-type", "").split(";")[0].strip()
        if told is None or kind not in TYPES or not announced.isdecimal():
            return 400, 0, 0
        first, last, total = (int(one) for one in told.groups())
        if int(announced) != last - first + 1:
            return 400, 0, 0
        if (first, last, total) != self._next(job):
            return 416, 0, 0
        return 0, first, last - first + 1

    def _next(self, job: Job) -> tuple[int, int, int]:
        """The one range that may come now: chunks follow each other, the last one takes what is left over."""
        size, chunk, at = job.told["size"], job.told["chunk"], job.told["received"]
        is_last = at // chunk >= job.told["count"] - 1
        return at, (size if is_last else at + chunk) - 1, size

    def _answer(self, status: int, job: Job | None) -> Response:
        if job is None or not job.told["received"]:
            return Response(status_code=status)
        reached = f"bytes 0-{job.told['received'] - 1}/{job.told['size']}"
        return Response(status_code=status, headers={"Content-Range": reached})


async def _read_over(request: Request) -> None:
    async for _ in request.stream():
        continue


async def _write(stream: AsyncIterator[bytes], path: Path, at: int, length: int) -> int:
    """Put the chunk into the file at its place, a piece at a time; answers how many bytes came."""
    written = 0
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(at)
        file.truncate()
        async for piece in stream:
            written += len(piece)
            if written <= length:
                file.write(piece)
    return written
