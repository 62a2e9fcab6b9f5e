"""Owns `commentThreads.list` of the simulated YouTube: what viewers wrote below a video.

Sources (read 2026-11): https://developers.google.com/youtube/v3/docs/commentThreads/list, /youtube/v3/docs/comments.
`textOriginal` is told to a comment's own author only, and none of these is by the one who asks.
"""

from __future__ import annotations

import hashlib
import html
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dialects._youtube_access import COMMENT, SLUG
from sandbox.dialects._youtube_api import Api, one_of
from sandbox.dialects._youtube_errors import GoogleError, bad, missing
from sandbox.dialects._youtube_metadata import parts_of
from sandbox.dialects._youtube_paging import page_of
from sandbox.dialects._youtube_resources import Teller, channel_id, chosen, etag, listed, moment
from sandbox.dialects._youtube_videos import Video
from sandbox.engagement import Reply

PARTS = frozenset({"id", "replies", "snippet"})
ORDERS = ("time", "relevance")

Json = dict[str, Any]


class Comments:
    def __init__(self, api: Api) -> None:
        self.api = api
        self.world = api.world

    def table(self) -> list[tuple[str, str, Any]]:
        return [("/youtube/v3/commentThreads", "GET", self.threads)]

    async def threads(self, request: Request) -> Response:
        """GET /youtube/v3/commentThreads?videoId=: newest first, or the order in which they came for `relevance`."""
        _, teller = self.api.enter(request, "commentThreads.list", COMMENT)
        query = request.query_params
        parts = parts_of(query.get("part", ""), PARTS)
        one_of(query, "videoId", "id", "allThreadsRelatedToChannelId")
        if "videoId" not in query:
            raise GoogleError(400, "notImplemented", "The sandbox finds comments by their video only")
        order, form = query.get("order", "time"), query.get("textFormat", "html")
        if order not in ORDERS or form not in {"html", "plainText"}:
            raise bad("invalidParameter", "Invalid value of order or textFormat", domain="global")
        post = self.world.post(SLUG, query["videoId"])
        if post is None or not teller.may_see(post):
            raise missing("videoId")
        video = Video(self.api.setting, post)
        found = [_thread(teller, video, reply, at, is_html=form == "html") for reply, at in video.replies()]
        page = page_of(found[::-1] if order == "time" else found, query, usual=20, most=100)
        items = [chosen(one, parts) for one in page.items]
        tokens = {name: token for name, token in page.tokens.items() if name == "nextPageToken"}
        return JSONResponse(listed("commentThread", items, size=page.size, tokens=tokens))


def _thread(teller: Teller, video: Video, reply: Reply, at: float, *, is_html: bool) -> Json:
    drawn = hashlib.sha256(f"comment:{video.id}:{reply.position}".encode()).hexdigest()
    thread_id, channel = f"Ug{drawn[:22]}AaABAg", channel_id(teller.owner(video.post))
    author = f"UC{hashlib.sha256(f'viewer:{reply.name}'.encode()).hexdigest()[:22]}"
    snippet = {
        "authorDisplayName": f"@{reply.name}", "authorProfileImageUrl": f"{teller.base}/face/viewer.jpg",
        "authorChannelUrl": f"{teller.base}/channel/{author}", "authorChannelId": {"value": author},
        "channelId": channel, "videoId": video.id,
        "textDisplay": html.escape(reply.text, quote=False) if is_html else reply.text,
        "canRate": True, "viewerRating": "none", "likeCount": reply.position % 3, "publishedAt": moment(at),
        "updatedAt": moment(at),
    }  # fmt: skip
    comment = {"kind": "youtube#comment", "etag": etag(snippet), "id": thread_id, "snippet": snippet}
    return {
        "kind": "youtube#commentThread", "id": thread_id,
        "snippet": {
            "channelId": channel, "videoId": video.id, "topLevelComment": comment, "canReply": True,
            "totalReplyCount": 0, "isPublic": True,
        },
    }  # fmt: skip
