"""Which uploaded pictures of an earlier try may still be used, for the networks that take pictures before the post."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from networks.types import Media

Upload = dict[str, Any]


def still_there(
    saved: Mapping[str, object], media: Sequence[Media], is_young: Callable[[Upload], bool]
) -> list[tuple[Upload | None, Media]]:
    """Each picture with its earlier upload, an entry of `saved["media"]` with its "sha256", or None to upload it."""
    before = saved.get("media")
    uploads = before if isinstance(before, list) else []
    kept: list[tuple[Upload | None, Media]] = []
    for position, item in enumerate(media):
        upload = uploads[position] if position < len(uploads) else None
        is_usable = upload is not None and upload["sha256"] == item.sha256 and is_young(upload)
        kept.append((upload if is_usable else None, item))
    return kept
