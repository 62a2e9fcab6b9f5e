"""A stored file in pieces: what a player asks for with a Range header (RFC 9110, section 14) and no more."""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from outgoing import FilePart

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def ranged(
    request: HttpRequest, opened: BinaryIO, size: int, content_type: str, headers: Mapping[str, str], name: str
) -> HttpResponseBase:
    """The whole file, the one piece that was asked for (206), or 416 where it has none; several give the whole."""
    request.META.pop("HTTP_ACCEPT_ENCODING", None)  # a piece of compressed bytes is a piece of another file
    asked = RANGE.fullmatch(request.headers.get("Range", "").strip())
    whole = {**headers, "Accept-Ranges": "bytes"}
    if asked is None or not any(asked.groups()):
        return FileResponse(opened, content_type=content_type, headers=whole, filename=name)
    start, end = piece(asked[1], asked[2], size)
    if start > end:
        opened.close()
        return HttpResponse(status=416, headers={**whole, "Content-Range": f"bytes */{size}"})
    told = {"Content-Range": f"bytes {start}-{end}/{size}", "Content-Length": str(end - start + 1)}
    body = pouring(opened, start, end - start + 1) if request.method == "GET" else ()
    return StreamingHttpResponse(body, status=206, content_type=content_type, headers={**whole, **told})


def piece(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte; a last alone counts from the end of the file."""
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


def pouring(opened: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    with opened:
        yield from FilePart(opened, start, length)
