"""Owns the repositories of the simulated Bluesky: making, replacing, reading, listing and deleting records.

Sources (read 2026-11): https://docs.bsky.app/docs/api/com-atproto-repo-create-record (and -put-, -get-, -delete-record,
-list-records), https://atproto.com/specs/{record-key,repository}. Here a repository holds posts, and a profile to read.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from sandbox.dialects._bluesky_access import Limits, Refused, Sessions, invalid, unauthorized
from sandbox.dialects._bluesky_blobs import Blobs
from sandbox.dialects._bluesky_lexicon import Invalid, check_post
from sandbox.dialects._bluesky_names import (
    POST,
    PROFILE,
    RECORD_KEY,
    SLUG,
    TID,
    Json,
    account_named,
    next_tid,
    record_cid,
    rkey_of,
    uri_of,
)
from sandbox.dialects._bluesky_text import readable
from sandbox.dialects._bluesky_views import profile_record
from sandbox.dialects.base import Setting
from sandbox.records import Account, Post

IMITATED = {"app.bsky.embed.images", "app.bsky.embed.external"}
POINTS = {"create": 3, "put": 2, "delete": 1}


class Records:
    def __init__(self, setting: Setting, sessions: Sessions, limits: Limits) -> None:
        self.setting = setting
        self.world = setting.world
        self.sessions = sessions
        self.limits = limits
        self.blobs = Blobs(setting)

    async def create_record(self, request: Request) -> Json:
        """POST com.atproto.repo.createRecord, .../com-atproto-repo-create-record, read 2026-11.

        A key in use is answered as the public servers do, https://github.com/bluesky-social/atproto/issues/3718.
        """
        fields, account = await self._asked(request, "create", "repo", "collection", "record")
        rkey = _key(fields.get("rkey") or next_tid(self.setting.clock()))
        record = self._checked(fields)
        with self.world.transaction():
            if self.world.post(SLUG, uri_of(account.handle, rkey)) is not None:
                raise Refused(500, "InternalServerError", "Internal Server Error")
            return self._stored(request, account, rkey, record, None)

    async def put_record(self, request: Request) -> Json:
        """POST com.atproto.repo.putRecord, .../com-atproto-repo-put-record, read 2026-11.

        `swapRecord` null asks that there be none yet. The same content again changes nothing and is no failure.
        """
        fields, account = await self._asked(request, "put", "repo", "collection", "rkey", "record")
        rkey, record = _key(fields["rkey"]), self._checked(fields)
        with self.world.transaction():
            current = self.world.post(SLUG, uri_of(account.handle, rkey))
            if current is not None and current.extra["cid"] == record_cid(record):
                return {"uri": current.id, "cid": current.extra["cid"], "validationStatus": "valid"}
            _compare(fields, current)
            return self._stored(request, account, rkey, record, current)

    async def delete_record(self, request: Request) -> Json:
        """POST com.atproto.repo.deleteRecord, .../com-atproto-repo-delete-record, read 2026-11. Twice is no failure."""
        fields, account = await self._asked(request, "delete", "repo", "collection", "rkey")
        with self.world.transaction():
            current = self.world.post(SLUG, uri_of(account.handle, str(fields["rkey"])))
            if current is None:
                return {}
            _compare(fields, current)
            self.world.delete_post(SLUG, current.id)
        return {"commit": self._commit(current.id)}

    async def get_record(self, request: Request) -> Json:
        """GET com.atproto.repo.getRecord, .../com-atproto-repo-get-record, read 2026-11."""
        asked = request.query_params
        account = self._repo(asked.get("repo", ""))
        uri = uri_of(account.handle, asked.get("rkey", ""), asked.get("collection", ""))
        post = self.world.post(SLUG, uri)
        found = _shown(post) if post else _profile(account) if uri == _profile(account)["uri"] else None
        if found is None or asked.get("cid", found["cid"]) != found["cid"]:
            raise invalid(f"Could not locate record: {uri}", "RecordNotFound")
        return found

    async def list_records(self, request: Request) -> Json:
        """GET com.atproto.repo.listRecords, .../com-atproto-repo-list-records, read 2026-11. Newest key first."""
        asked = request.query_params
        found = self._all(self._repo(asked.get("repo", "")), asked.get("collection", ""))
        is_up = asked.get("reverse") == "true"
        found.sort(key=lambda one: rkey_of(one["uri"]), reverse=not is_up)
        if cursor := asked.get("cursor"):
            found = [one for one in found if (rkey_of(one["uri"]) > cursor) == is_up and rkey_of(one["uri"]) != cursor]
        page = found[: limit_of(request)]
        return {"records": page, **({"cursor": rkey_of(page[-1]["uri"])} if page else {})}

    def _all(self, account: Account, collection: str) -> list[Json]:
        if collection == PROFILE:
            return [_profile(account)]
        return [_shown(post) for post in self.world.posts_of(account)] if collection == POST else []

    async def _asked(self, request: Request, verb: str, *needed: str) -> tuple[Json, Account]:
        """The body, and the account that asks, whose own repository it must be."""
        asking = self.sessions.reader(request)
        self.limits.write(request, asking, POINTS[verb])
        fields = await body_of(request, *needed)
        if self._repo(str(fields["repo"])).id != asking.id:
            raise unauthorized()
        if fields["collection"] != POST or fields.get("validate") is False or fields.get("swapCommit"):
            raise Refused(501, "MethodNotImplemented", f"The sandbox imitates checked writes to {POST} only")
        return fields, asking

    def _repo(self, name: str) -> Account:
        account = account_named(self.world, name)
        if account is None:
            raise invalid(f"Could not find repo: {name}")
        return account

    def _checked(self, fields: Json) -> Json:
        record: Json = fields["record"]
        if isinstance(record, dict):
            record = {"$type": POST, **record}
            if record["$type"] != POST:
                raise invalid(f"Invalid $type: expected {POST}, got {record['$type']}")
        try:
            check_post(record)
            record_cid(record)
        except Invalid as wrong:
            raise invalid(str(wrong)) from None
        except ValueError:
            raise invalid("Bad record") from None
        if "embed" in record and record["embed"]["$type"] not in IMITATED:
            raise Refused(501, "MethodNotImplemented", "The sandbox imitates pictures and link cards only")
        return record

    def _stored(self, request: Request, account: Account, rkey: str, record: Json, current: Post | None) -> Json:
        facets, uri = record.get("facets") or [], uri_of(account.handle, rkey)
        extra = {
            "record": record, "cid": record_cid(record), "media_ids": self.blobs.taken(account, record),
            "unread_facets": len(facets) - len(readable(record["text"], facets)),
        }  # fmt: skip
        if current is not None:
            self.world.edit_post(SLUG, uri, text=record["text"], extra=extra)
        else:
            now = self.setting.clock()
            parent = (record.get("reply") or {"parent": {"uri": None}})["parent"]["uri"]
            received = request.scope.get("sandbox.received_at", now)
            self.world.free_post_id(SLUG, uri)
            self.world.add_post(
                Post(uri, SLUG, account.id, record["text"], extra, parent, now, received, None, None)
            )  # fmt: skip
        return {"uri": uri, "cid": extra["cid"], "commit": self._commit(uri), "validationStatus": "valid"}

    def _commit(self, uri: str) -> Json:
        rev = next_tid(self.setting.clock())
        return {"cid": record_cid({"rev": rev, "uri": uri}), "rev": rev}


def _shown(post: Post) -> Json:
    return {"uri": post.id, "cid": post.extra["cid"], "value": post.extra["record"]}


def _profile(account: Account) -> Json:
    value = profile_record(account)
    return {"uri": uri_of(account.handle, "self", PROFILE), "cid": record_cid(value), "value": value}


def _key(rkey: Any) -> str:
    """Posts are named by TIDs: the lexicon says so, and views know no others."""
    if not isinstance(rkey, str) or not RECORD_KEY.fullmatch(rkey):
        raise invalid("record key syntax not valid (regex)")
    if not TID.fullmatch(rkey):
        raise invalid(f'Invalid record key for {POST}: Invalid TID string (got "{rkey}") at $')
    return rkey


def _compare(fields: Json, current: Post | None) -> None:
    """Compare and swap: what stands there must be what the writer believes."""
    cid = current.extra["cid"] if current else None
    if "swapRecord" in fields and fields["swapRecord"] != cid:
        raise invalid(f"Record was at {cid or 'null'}", "InvalidSwap")


async def body_of(request: Request, *needed: str) -> Json:
    """The JSON input of a procedure; raises Refused."""
    said = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if said != "application/json":
        raise invalid(
            f"Wrong request encoding (Content-Type): {said}"
            if said
            else "Request encoding (Content-Type) required but not provided"
        )
    try:
        fields = await request.json()
    except ValueError:
        raise invalid("Unexpected token in JSON") from None
    if not isinstance(fields, dict):
        raise invalid("Expected object value type at $")
    for name in needed:
        if name not in fields:
            raise invalid(f'Missing required key "{name}" at $')
    return fields


def limit_of(request: Request, name: str = "limit", default: int = 50, bounds: tuple[int, int] = (1, 100)) -> int:
    given = request.query_params.get(name, str(default))
    if not given.isdecimal():
        raise invalid(f"Expected integer value type (got {given!r}) at $.{name}")
    number = int(given)
    if not bounds[0] <= number <= bounds[1]:
        side = "too big (maximum" if number > bounds[1] else "too small (minimum"
        raise invalid(f"integer {side} {bounds[number > bounds[1]]}, got {number}) at $.{name}")
    return number
