"""Owns the playlists of the simulated YouTube, the list of a channel's uploads among them, and what stands in each.

Sources (read 2026-11), below https://developers.google.com/youtube/v3/docs/: playlists/list, playlists/insert,
playlistItems/list, playlistItems/insert.
"""

from __future__ import annotations

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.dialects._youtube_access import MANAGE, READ, SLUG
from sandbox.dialects._youtube_api import Api, one_of
from sandbox.dialects._youtube_bodies import read_json
from sandbox.dialects._youtube_errors import GoogleError, bad, missing, needed
from sandbox.dialects._youtube_metadata import parts_of
from sandbox.dialects._youtube_paging import page_of
from sandbox.dialects._youtube_resources import Teller, channel_id, chosen, listed, moment, uploads_id
from sandbox.dialects._youtube_videos import PRIVACIES, PRIVATE, PUBLIC, Video
from sandbox.records import Account, Post
from sandbox.shelves import Shelf, Thing

PARTS = frozenset({"contentDetails", "id", "localizations", "player", "snippet", "status"})
TITLE_CHARACTERS = 150

Json = dict[str, Any]


class Playlists:
    def __init__(self, api: Api) -> None:
        self.api = api
        self.world = api.world
        self.lists = Shelf(api.world, SLUG, "playlist")
        self.entries = Shelf(api.world, SLUG, "playlistItem")

    def table(self) -> list[tuple[str, str, Any]]:
        return [
            ("/youtube/v3/playlists", "GET", self.playlists),
            ("/youtube/v3/playlists", "POST", self.create),
            ("/youtube/v3/playlistItems", "GET", self.items),
            ("/youtube/v3/playlistItems", "POST", self.add),
        ]

    # Playlists

    async def playlists(self, request: Request) -> Response:
        """GET /youtube/v3/playlists, .../playlists/list: `mine`, ids, or a channel's; never that of the uploads."""
        account, teller = self.api.enter(request, "playlists.list", READ)
        query = request.query_params
        parts = parts_of(query.get("part", ""), PARTS)
        one_of(query, "mine", "id", "channelId")
        owners = {one.id: channel_id(one) for one in self.world.accounts(SLUG)}
        found = [
            one
            for one in self.lists.all()
            if (one.account_id == account.id or one.body["privacy"] == PUBLIC)
            and (
                (query.get("mine") == "true" and one.account_id == account.id)
                or one.id in query.get("id", "").split(",")
                or owners[one.account_id] == query.get("channelId")
            )
        ]
        page = page_of(found, query, usual=5, most=50)
        items = [chosen(self._list(teller, one), parts) for one in page.items]
        return JSONResponse(listed("playlist", items, total=page.total, size=page.size, tokens=page.tokens))

    async def create(self, request: Request) -> Response:
        """POST /youtube/v3/playlists, .../playlists/insert."""
        account, teller = self.api.enter(request, "playlists.insert", MANAGE)
        parts = parts_of(request.query_params.get("part", ""), PARTS)
        body = await read_json(request)
        snippet, status = _object(body, "snippet"), _object(body, "status")
        title, privacy = snippet.get("title"), status.get("privacyStatus", PUBLIC)
        if not isinstance(title, str) or not title.strip():
            raise bad("playlistTitleRequired", "The request must specify a playlist title.", domain="youtube.playlist")
        if len(title) > TITLE_CHARACTERS or privacy not in PRIVACIES:
            raise bad("invalidPlaylistSnippet", "The request provides an invalid snippet.", domain="youtube.playlist")
        kept = {"title": title, "description": str(snippet.get("description", "")), "privacy": privacy}
        made = self.lists.put(f"PL{secrets.token_hex(16)}", account.id, kept)
        return JSONResponse(chosen(self._list(teller, made), parts))

    def _list(self, teller: Teller, one: Thing) -> Json:
        owner = self.world.account(one.account_id)
        assert owner is not None
        words = {"title": one.body["title"], "description": one.body["description"]}
        entries = self._of(one.id)
        return {
            "kind": "youtube#playlist", "id": one.id,
            "snippet": {
                "publishedAt": moment(one.made_at), "channelId": channel_id(owner), **words,
                "thumbnails": teller.thumbnails(entries[0].body["video"]) if entries else {},
                "channelTitle": owner.display_name, "localized": words,
            },
            "status": {"privacyStatus": one.body["privacy"]}, "contentDetails": {"itemCount": len(entries)},
        }  # fmt: skip

    def _of(self, playlist_id: str) -> list[Thing]:
        found = [one for one in self.entries.all() if one.body["playlist"] == playlist_id]
        return sorted(found, key=lambda one: int(one.body["position"]))

    # Items

    async def items(self, request: Request) -> Response:
        """GET /youtube/v3/playlistItems, .../playlistItems/list: of one playlist, that of a channel's uploads too."""
        account, teller = self.api.enter(request, "playlistItems.list", READ)
        query = request.query_params
        parts = parts_of(query.get("part", ""), PARTS)
        one_of(query, "playlistId", "id")
        if "playlistId" not in query:
            raise GoogleError(400, "notImplemented", "The sandbox finds items by their playlist only")
        uploads = self._uploads(query["playlistId"], account)
        found = self._listed(query["playlistId"], account) if uploads is None else uploads
        wanted = [one for one in found if query.get("videoId", one["video"].id) == one["video"].id]
        page = page_of(wanted, query, usual=5, most=50)
        items = [chosen(self._item(teller, query["playlistId"], one), parts) for one in page.items]
        return JSONResponse(listed("playlistItem", items, total=page.total, size=page.size, tokens=page.tokens))

    def _uploads(self, playlist_id: str, account: Account) -> list[Json] | None:
        """None where it is no list of uploads; the owner's has the private ones, newest first."""
        owner = next((one for one in self.world.accounts(SLUG) if uploads_id(one) == playlist_id), None)
        if owner is None:
            return None
        posts = [post for post in self.world.posts_of(owner) if owner.id == account.id or self._is_public(post)]
        return [
            {"id": f"UE{post.id}", "video": Video(self.api.setting, post), "at": post.created_at, "position": position}
            for position, post in enumerate(posts)
        ]

    def _is_public(self, post: Post) -> bool:
        video = Video(self.api.setting, post)
        return video.is_shown and video.privacy == PUBLIC

    def _listed(self, playlist_id: str, account: Account) -> list[Json]:
        owner = self._playlist(playlist_id, account, "playlistId")
        found = [(one, self.world.post(SLUG, str(one.body["video"]))) for one in self._of(owner.id)]
        return [
            {"id": one.id, "video": Video(self.api.setting, post), "at": one.made_at, "position": position}
            for position, (one, post) in enumerate(found)
            if post is not None
        ]

    def _playlist(self, playlist_id: str, account: Account, parameter: str) -> Thing:
        found = self.lists.get(playlist_id)
        if found is None or (found.account_id != account.id and found.body["privacy"] == PRIVATE):
            raise missing(parameter, "playlist")
        return found

    def _item(self, teller: Teller, playlist_id: str, one: Json) -> Json:
        video: Video = one["video"]
        owner = teller.owner(video.post)
        about = {"videoOwnerChannelTitle": owner.display_name, "videoOwnerChannelId": channel_id(owner)}
        published = {"videoPublishedAt": moment(video.public_since)} if video.public_since else {}
        return {
            "kind": "youtube#playlistItem", "id": one["id"],
            "snippet": {
                "publishedAt": moment(one["at"]), "channelId": channel_id(owner), "title": video.title,
                "description": video.post.text, "thumbnails": teller.thumbnails(video.id),
                "channelTitle": owner.display_name, "playlistId": playlist_id, "position": one["position"],
                "resourceId": {"kind": "youtube#video", "videoId": video.id}, **about,
            },
            "contentDetails": {"videoId": video.id, **published},
            "status": {"privacyStatus": video.privacy},
        }  # fmt: skip

    async def add(self, request: Request) -> Response:
        """POST /youtube/v3/playlistItems, .../playlistItems/insert: at the end, or where `position` says."""
        account, teller = self.api.enter(request, "playlistItems.insert", MANAGE)
        parts = parts_of(request.query_params.get("part", ""), PARTS)
        snippet = _object(await read_json(request), "snippet")
        if not snippet.get("playlistId"):
            raise needed("snippet.playlistId")
        resource = _object(snippet, "resourceId")
        if resource.get("kind") != "youtube#video":
            said = "The type specified for the resource is not supported for this operation."
            raise bad("invalidResourceType", said, domain="youtube.playlistItem")
        playlist = self._playlist(str(snippet["playlistId"]), account, "snippet.playlistId")
        if playlist.account_id != account.id:
            said = "The request is not properly authorized to change this playlist."
            raise GoogleError(403, "playlistItemsNotAccessible", said, domain="youtube.playlistItem")
        post = self.world.post(SLUG, str(resource.get("videoId", "")))
        if post is None or not teller.may_see(post):
            raise missing("snippet.resourceId.videoId")
        made, position = self._put(playlist, post, snippet.get("position"))
        one = {"id": made.id, "video": Video(self.api.setting, post), "at": made.made_at, "position": position}
        return JSONResponse(chosen(self._item(teller, playlist.id, one), parts))

    def _put(self, playlist: Thing, post: Post, asked: object) -> tuple[Thing, int]:
        """Those after it move on by one."""
        with self.world.transaction():
            entries = self._of(playlist.id)
            position = len(entries) if asked is None else asked
            if not isinstance(position, int) or not 0 <= position <= len(entries):
                said = "The request attempts to set an invalid playlist item position."
                raise bad("invalidPlaylistItemPosition", said, domain="youtube.playlistItem")
            kept = {"playlist": playlist.id, "video": post.id, "position": position}
            for one in entries[position:]:
                moved = {**one.body, "position": int(one.body["position"]) + 1}
                self.entries.put(one.id, one.account_id, moved)
            return self.entries.put(f"UL{secrets.token_hex(16)}", playlist.account_id, kept), position


def _object(body: Json, name: str) -> Json:
    found = body.get(name, {})
    if not isinstance(found, dict):
        raise bad("badRequest", f"Invalid value at '{name}'", domain="global")
    return found
