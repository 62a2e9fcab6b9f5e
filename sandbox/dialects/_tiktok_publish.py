"""Owns the requests to publish on the simulated TikTok: what the creator may choose, and the beginnings of posts.

Sources (read 2026-11), below https://developers.tiktok.com/doc/: content-posting-api-reference-query-creator-info,
-direct-post, -upload-video, -photo-post, content-sharing-guidelines. They contradict themselves twice: brand_content_
toggle is marked as required and left out in their own examples (here it may be left out), and a public account is
refused to unaudited applications by one page, all but SELF_ONLY by another (here both).
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Route

from sandbox.dialects._tiktok_access import Call, Gate, Json, Refused, invalid
from sandbox.dialects._tiktok_choices import REFUSALS, Choices
from sandbox.dialects._tiktok_jobs import Job, Jobs
from sandbox.dialects._tiktok_pull import PullFailed, pull_photo, pull_video
from sandbox.dialects._tiktok_upload import Uploads, checked_chunks
from sandbox.dialects.base import Setting
from sandbox.records import Account

CAPTION, TITLE, DESCRIPTION = 2200, 90, 4000
"""In UTF-16 units: of a video's title, of a photo's title and description."""
PHOTOS = 35
PENDING = 5
USERS_OF_UNAUDITED = 5
LEVELS = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY")
SWITCHES = (
    "disable_duet", "disable_stitch", "disable_comment", "brand_content_toggle", "brand_organic_toggle", "is_aigc",
    "auto_add_music",
)  # fmt: skip
OF_POSTS = ("spam_risk_too_many_posts", "spam_risk_user_banned_from_posting", "reached_active_user_cap")
OF_DRAFTS = ("spam_risk_too_many_pending_share", "spam_risk_user_banned_from_posting")
OF_PHOTO_DRAFTS = (*OF_DRAFTS, "app_version_check_failed")
"""What each kind of request may be refused for, as the table of its page says."""


def refused(code: str) -> Refused:
    status, message = REFUSALS[code]
    return Refused(status, code, message)


class Publishing:
    def __init__(self, setting: Setting, gate: Gate, choices: Choices, jobs: Jobs, uploads: Uploads) -> None:
        self.setting = setting
        self.world = setting.world
        self.gate = gate
        self.choices = choices
        self.jobs = jobs
        self.uploads = uploads

    def routes(self) -> list[BaseRoute]:
        both, gate = ("video.publish", "video.upload"), self.gate
        table = [
            ("creator_info/query", gate.guarded(self.creator_info, "video.publish", limit="creator_info")),
            ("video/init", gate.guarded(self.video, "video.publish", limit="init")),
            ("inbox/video/init", gate.guarded(self.draft, "video.upload", limit="init")),
            ("content/init", gate.guarded(self.photos, *both, limit="init")),
            ("status/fetch", gate.guarded(self.jobs.fetch, *both, limit="status")),
        ]
        return [Route(f"/v2/post/publish/{path}", endpoint, methods=["POST"]) for path, endpoint in table]

    async def creator_info(self, call: Call) -> Json:
        """POST /v2/post/publish/creator_info/query/, .../content-posting-api-reference-query-creator-info, 2026-11.

        The refusals that it knows are answered with 200, "intentional" as the page says.
        """
        code = self._refusal(call)
        if code in OF_POSTS:
            raise Refused(200, code, REFUSALS[code][1])
        account, chosen = call.account, self.choices.account(call.account)
        is_private = self.choices.is_private(account)
        return {
            "creator_avatar_url": f"{call.base}/avatar/{account.handle}", "creator_username": account.handle,
            "creator_nickname": account.display_name, "privacy_level_options": self.choices.privacy_options(account),
            "comment_disabled": bool(chosen["comment_disabled"]),
            "duet_disabled": is_private or bool(chosen["duet_disabled"]),
            "stitch_disabled": is_private or bool(chosen["stitch_disabled"]),
            "max_video_post_duration_sec": int(self.choices.number(account, "max_video_post_duration_sec", 600.0)),
        }  # fmt: skip

    async def video(self, call: Call) -> Json:
        """POST /v2/post/publish/video/init/, .../content-posting-api-reference-direct-post, read 2026-11."""
        info, source = _object(call, "post_info"), _object(call, "source_info")
        _check_info(info, {"title": CAPTION})
        self._check_source(call, source)
        self._allow_post(call, info)
        return await self._begin_video(call, source, info, is_draft=False)

    async def draft(self, call: Call) -> Json:
        """POST /v2/post/publish/inbox/video/init/, .../content-posting-api-reference-upload-video, read 2026-11."""
        source = _object(call, "source_info")
        self._check_source(call, source)
        self._allow_draft(call, OF_DRAFTS)
        return await self._begin_video(call, source, {}, is_draft=True)

    async def _begin_video(self, call: Call, source: Json, info: Json, *, is_draft: bool) -> Json:
        if source["source"] == "FILE_UPLOAD":
            size, chunk, count = checked_chunks(source)
            job = self.jobs.open(
                call, kind="VIDEO", source="FILE_UPLOAD", is_draft=is_draft, info=info, size=size, chunk=chunk,
                count=count,
            )  # fmt: skip
            return {"publish_id": job.publish_id, "upload_url": self.uploads.address(call.base, job)}
        job = self.jobs.open(call, kind="VIDEO", source="PULL_FROM_URL", is_draft=is_draft, info=info, size=1)
        return {"publish_id": (await run_in_threadpool(self._pull, call, job, source)).publish_id}

    def _pull(self, call: Call, job: Job, source: Json) -> Job:
        """TikTok fetches after the answer; here before it, and the status tells what came of it."""
        try:
            size = pull_video(source["video_url"], self.jobs.path(job))
        except PullFailed as failed:
            return self.jobs.process(self.jobs.change(job, size=0), call.received_at, failed.reason)
        return self.jobs.process(self.jobs.change(job, size=size, received=size), call.received_at)

    def _check_source(self, call: Call, source: Json) -> None:
        kind = source.get("source")
        if kind == "FILE_UPLOAD":
            checked_chunks(source)
        elif kind == "PULL_FROM_URL":
            self._own(call, source.get("video_url"))
        else:
            raise invalid("source must be FILE_UPLOAD or PULL_FROM_URL.")

    def _own(self, call: Call, url: object) -> None:
        if not isinstance(url, str) or not url:
            raise invalid("The URL is required for PULL_FROM_URL.")
        if not self.choices.owns(call.app, url):
            raise refused("url_ownership_unverified")

    async def photos(self, call: Call) -> Json:
        """POST /v2/post/publish/content/init/, .../content-posting-api-reference-photo-post, read 2026-11.

        The page writes the mode as DIRECT POST in its table and DIRECT_POST in its examples; the latter is taken.
        """
        mode, info, source = call.body.get("post_mode"), _object(call, "post_info"), _object(call, "source_info")
        if call.body.get("media_type") != "PHOTO" or mode not in ("DIRECT_POST", "MEDIA_UPLOAD"):
            raise invalid("media_type must be PHOTO, post_mode DIRECT_POST or MEDIA_UPLOAD.")
        _check_info(info, {"title": TITLE, "description": DESCRIPTION})
        urls = _photos(source)
        for url in urls:
            self._own(call, url)
        is_draft = mode == "MEDIA_UPLOAD"
        if ("video.upload" if is_draft else "video.publish") not in call.token.scopes:
            raise Refused(401, "scope_not_authorized", "The user did not authorize the scope of this post_mode.")
        if is_draft:
            self._allow_draft(call, OF_PHOTO_DRAFTS)
        else:
            self._allow_post(call, info)
        job = self.jobs.open(call, kind="PHOTO", source="PULL_FROM_URL", is_draft=is_draft, info=info, size=1)
        cover = int(source["photo_cover_index"])
        return {"publish_id": (await run_in_threadpool(self._pull_photos, call, job, urls, cover)).publish_id}

    def _pull_photos(self, call: Call, job: Job, urls: list[str], cover: int) -> Job:
        images, received = [], 0
        try:
            for url in urls:
                content, mime = pull_photo(url)
                received += len(content)
                images.append(
                    self.world.add_media(
                        network=job.media.network, account_id=call.account.id, mime=mime, description="", extra={},
                        content=content, ready_at=self.setting.clock(),
                    )
                )  # fmt: skip
        except PullFailed as failed:
            return self.jobs.process(self.jobs.change(job, size=0), call.received_at, failed.reason)
        whole = self.jobs.change(job, size=received, received=received, images=images, cover=images[cover])
        return self.jobs.process(whole, call.received_at)

    # What TikTok does not allow

    def _allow_post(self, call: Call, info: Json) -> None:
        code = self._refusal(call)
        if code in OF_POSTS:
            raise refused(code)
        if info.get("privacy_level") not in self.choices.privacy_options(call.account):
            raise refused("privacy_level_option_mismatch")
        is_open = not self.choices.is_private(call.account) or info["privacy_level"] != "SELF_ONLY"
        if not self.choices.app(call.app)["audited"] and is_open:
            raise refused("unaudited_client_can_only_post_to_private_accounts")

    def _allow_draft(self, call: Call, known: tuple[str, ...]) -> None:
        code = self._refusal(call)
        if code in known:
            raise refused(code)
        waiting = [job for job in self.jobs.recent(call.account) if job.told["is_draft"] and not job.told["post"]]
        if len([job for job in waiting if not job.told["failed"]]) >= PENDING:
            raise refused("spam_risk_too_many_pending_share")

    def _refusal(self, call: Call) -> str:
        """What was chosen for the account, or what its and the application's own day has come to."""
        chosen = self.choices.account(call.account)["refusal"]
        if chosen:
            return chosen
        most = self.choices.number(call.account, "posts_a_day", 15.0)
        direct = [job for job in self.jobs.recent(call.account) if job.told["post"] and not job.told["is_draft"]]
        if len(direct) >= most:
            return "spam_risk_too_many_posts"
        return "reached_active_user_cap" if self._is_crowded(call) else ""

    def _is_crowded(self, call: Call) -> bool:
        """.../doc/content-sharing-guidelines, read 2026-11: five people in 24 hours, of an unaudited application."""
        if self.choices.app(call.app)["audited"]:
            return False
        others = [one for one in self.world.accounts(call.account.network) if one.id != call.account.id]
        return sum(1 for one in others if self._posted_by(one, call.app)) >= USERS_OF_UNAUDITED

    def _posted_by(self, account: Account, app: str) -> bool:
        return any(job.told["app"] == app and job.told["post"] for job in self.jobs.recent(account))


def _object(call: Call, name: str) -> Json:
    found = call.body.get(name)
    if not isinstance(found, dict):
        raise invalid(f"{name} is required.")
    return found


def _check_info(info: Json, longest: dict[str, int]) -> None:
    """Types and lengths; what the pages do not name is read over."""
    for name, most in longest.items():
        words = info.get(name, "")
        if not isinstance(words, str) or len(words.encode("utf-16-le")) // 2 > most:
            raise invalid(f"{name} is not a text of at most {most} UTF-16 runes.")
    if info.get("privacy_level", LEVELS[0]) not in LEVELS:
        raise refused("privacy_level_option_mismatch")
    for name in SWITCHES:
        if not isinstance(info.get(name, False), bool):
            raise invalid(f"{name} must be a boolean.")


def _photos(source: Json) -> list[str]:
    urls: Any = source.get("photo_images")
    cover: Any = source.get("photo_cover_index")
    if source.get("source") != "PULL_FROM_URL" or not isinstance(urls, list) or not 0 < len(urls) <= PHOTOS:
        raise invalid(f"photo_images must be 1 to {PHOTOS} URLs, source PULL_FROM_URL.")
    if not isinstance(cover, int) or isinstance(cover, bool) or not 0 <= cover < len(urls):
        raise invalid("photo_cover_index must be the index of one of the photos.")
    return urls
