"""The containers of Instagram: what it is told of a file, and why it gave up on one.

Written from https://developers.facebook.com/docs/instagram-platform/content-publishing and, under
/instagram-graph-api/reference, ig-user/media and ig-container (read 2026-11).
"""

import re
from typing import ClassVar

from networks.calls import DETAIL_LENGTH, Stake
from networks.containers import Containers
from networks.errors import Code, NetworkError, NotSent
from networks.instagram_refusals import meaning
from networks.types import Media, Post
from outgoing import redact


class InstagramContainers(Containers):
    edge: ClassVar[str] = "media"
    state: ClassVar[str] = "status_code"
    status: ClassVar[str] = "status"

    def alone(self, post: Post) -> dict[str, str]:
        return self.file(post.media[0])

    def file(self, media: Media) -> dict[str, str]:
        """A video that stands alone is a reel, and has no place for a description."""
        if media.is_video:
            return {"media_type": "REELS", "video_url": self.address(media.sha256)}
        described = {"alt_text": media.alt_text} if media.alt_text else {}
        return {"image_url": self.address(media.sha256), **described}

    def why_not(self, state: str, status: str) -> NetworkError:
        """`status` names a subcode. Where the network says nothing, another container may fare better."""
        subcode = next((int(number) for number in re.findall("[0-9]{7}", status)), 0)
        params: dict[str, str | int] = {"network_code": subcode}
        detail = redact(status)[:DETAIL_LENGTH]
        gone = NotSent(Code.MEDIA_NOT_READY, params=params, detail=detail)
        return meaning(subcode, Stake.HIDDEN, params, detail) or gone
