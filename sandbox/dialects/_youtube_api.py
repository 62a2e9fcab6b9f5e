"""Owns the simulated YouTube's calls about channels and videos: list, update, delete.

Sources are named per method (read 2026-11); all of them are below https://developers.google.com/youtube/v3/docs/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dialects._youtube_access import MANAGE, READ, SLUG, require
from sandbox.dialects._youtube_bodies import read_json
from sandbox.dialects._youtube_errors import GoogleError, bad, forbidden, missing, needed
from sandbox.dialects._youtube_metadata import SETTABLE, checked, parts_of, snippet_of, status_of
from sandbox.dialects._youtube_quota import Quota
from sandbox.dialects._youtube_resources import Teller, channel_id, chosen, listed
from sandbox.dialects._youtube_videos import PUBLIC, Video
from sandbox.dialects.base import Setting
from sandbox.records import Account, Post

CHANNEL_PARTS = frozenset(
    {
        "auditDetails", "brandingSettings", "contentDetails", "contentOwnerDetails", "id", "localizations", "snippet",
        "statistics", "status", "topicDetails",
    }
)  # fmt: skip
OWNERS = frozenset({"fileDetails", "processingDetails", "suggestions"})
"""Parts of a video that only its owner may read."""
MOST_IDS = 50

Json = dict[str, Any]


class Api:
    """channels.list and the calls about videos."""

    def __init__(self, setting: Setting, quota: Quota) -> None:
        self.setting = setting
        self.world = setting.world
        self.quota = quota

    def table(self) -> list[tuple[str, str, Any]]:
        return [
            ("/youtube/v3/channels", "GET", self.channels),
            ("/youtube/v3/videos", "GET", self.videos),
            ("/youtube/v3/videos", "PUT", self.update),
            ("/youtube/v3/videos", "DELETE", self.delete),
        ]

    def enter(self, request: Request, method: str, *groups: frozenset[str]) -> tuple[Account, Teller]:
        """Who asks, once the call is paid for."""
        account, token = require(self.setting, request, *groups)
        self.quota.spend(token, method)
        base = f"{request.url.scheme}://{request.url.netloc}/{SLUG}"
        return account, Teller(self.setting, base, account)

    async def channels(self, request: Request) -> Response:
        """GET /youtube/v3/channels, .../channels/list: `mine`, or ids, or a handle."""
        account, teller = self.enter(request, "channels.list", READ)
        parts = parts_of(request.query_params.get("part", ""), CHANNEL_PARTS)
        found = self._asked_channels(request.query_params, account)
        return JSONResponse(listed("channel", [chosen(teller.channel(one), parts) for one in found]))

    def _asked_channels(self, query: Mapping[str, str], account: Account) -> list[Account]:
        one_of(query, "mine", "id", "forHandle")
        if query.get("mine") == "true":
            return [account]
        everyone = self.world.accounts(SLUG)
        handle = query.get("forHandle", "").lstrip("@").lower()
        wanted = query.get("id", "").split(",")
        return [one for one in everyone if channel_id(one) in wanted or (handle and one.handle.lower() == handle)]

    async def videos(self, request: Request) -> Response:
        """GET /youtube/v3/videos?id=, .../videos/list: those that are not there, or not to be seen, are left out."""
        account, teller = self.enter(request, "videos.list", READ)
        parts = parts_of(request.query_params.get("part", ""))
        one_of(request.query_params, "id", "chart", "myRating")
        if "id" not in request.query_params:
            raise GoogleError(400, "notImplemented", "The sandbox finds videos by their ids only")
        ids = list(dict.fromkeys(one for one in request.query_params["id"].split(",") if one))
        if len(ids) > MOST_IDS:
            said = "The request specifies an invalid filter parameter."
            raise bad("invalidFilters", said, domain="youtube.parameter", location="id")
        found = [post for one in ids if (post := self.world.post(SLUG, one)) and teller.may_see(post)]
        if OWNERS & set(parts) and any(post.account_id != account.id for post in found):
            raise forbidden("The request is not properly authorized to access video file or processing information.")
        return JSONResponse(listed("video", [chosen(teller.video(post), parts) for post in found]))

    async def update(self, request: Request) -> Response:
        """PUT /youtube/v3/videos, .../videos/update: every part that is named is replaced whole."""
        account, teller = self.enter(request, "videos.update", MANAGE)
        parts = parts_of(request.query_params.get("part", ""))
        resource = checked(await read_json(request))
        video = self._own(account, resource.get("id"), "id")
        text, extra = self._changed(video, resource, parts)
        self.world.edit_post(SLUG, video.id, text=text, extra=extra)
        changed = self.world.post(SLUG, video.id)
        assert changed is not None
        return JSONResponse(chosen(teller.video(changed), parts))

    def _changed(self, video: Video, resource: Json, parts: Sequence[str]) -> tuple[str, Json]:
        """The description and the rest, as they are afterwards."""
        if wanted := [name for name in parts if name in SETTABLE and name not in resource]:
            raise bad("badRequest", f"The part {wanted[0]} is named and not given.", domain="global")
        text, extra, now = video.post.text, dict(video.extra), self.setting.clock()
        if "snippet" in parts:
            given = snippet_of(resource, is_new=False)
            text = given.pop("text")
            extra |= given
        if "status" in parts:
            since = video.public_since
            extra |= status_of(resource, now, was_public=since is not None)
            extra["public_since"] = since or (now if extra["privacy"] == PUBLIC else None)
        return text, extra

    async def delete(self, request: Request) -> Response:
        """DELETE /youtube/v3/videos?id=, .../videos/delete: 204, and the file is gone too."""
        account, _ = self.enter(request, "videos.delete", MANAGE)
        video = self._own(account, request.query_params.get("id"), "id")
        self.world.delete_post(SLUG, video.id)
        if video.extra["file"]:
            (self.world.files / SLUG / str(video.extra["file"])).unlink(missing_ok=True)
        return Response(status_code=204)

    def _own(self, account: Account, video_id: object, parameter: str) -> Video:
        return own_video(self.setting, account, video_id, parameter)


def own_video(setting: Setting, account: Account, video_id: object, parameter: str) -> Video:
    """A video of this channel; refuses another's, and what is not there."""
    if not video_id:
        raise needed(parameter)
    post: Post | None = setting.world.post(SLUG, str(video_id))
    if post is None:
        raise missing(parameter)
    if post.account_id != account.id:
        raise forbidden("The request is not properly authorized to change this video.")
    return Video(setting, post)


def one_of(query: Mapping[str, str], *filters: str) -> None:
    """Exactly one of these parameters is there."""
    given = [name for name in filters if name in query]
    if not given:
        raise needed(", ".join(filters))
    if len(given) > 1:
        said = f"Incompatible parameters specified in the request: {', '.join(given)}"
        raise bad("incompatibleParameters", said, domain="youtube.parameter")
