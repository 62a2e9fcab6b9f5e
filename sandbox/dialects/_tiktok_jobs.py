"""Owns what becomes of a request to publish on the simulated TikTok: its file, its processing, its post, its status.

A request is kept as the row of the file that it brings; a video itself lies on the disk. Sources (read 2026-11), below
https://developers.tiktok.com/doc/: content-posting-api-reference-get-video-status, content-posting-api-media-transfer-
guide.
"""

from __future__ import annotations

import itertools
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.dialects._tiktok_access import SLUG, Call, Json, Refused
from sandbox.dialects._tiktok_choices import Choices
from sandbox.dialects._tiktok_video import fail_reason
from sandbox.dialects.base import Setting
from sandbox.films import Film, film_at
from sandbox.records import Account, Media, Post
from sandbox.world import World

FIRST_NUMBER = 7_500_000_000_000_000_000
PREFIXES = {
    ("VIDEO", "FILE_UPLOAD", False): "v_pub_file~v2-1",
    ("VIDEO", "PULL_FROM_URL", False): "v_pub_url~v2",
    ("VIDEO", "FILE_UPLOAD", True): "v_inbox_file~v2",
    ("VIDEO", "PULL_FROM_URL", True): "v_inbox_url~v2",
    ("PHOTO", "PULL_FROM_URL", False): "p_pub_url~v2",
    ("PHOTO", "PULL_FROM_URL", True): "p_pub_url~v2",
}
"""As in the examples of the references; photos sent to the inbox have the same there as photos that are posted."""
FOR_EVERYONE = "PUBLIC_TO_EVERYONE"
DAY = 86_400.0
_sequence = itertools.count()


def make_post_id(_world: World, at: float) -> str:
    """A number of 19 digits whose upper half is the second; the thousandth and a count make the lower one."""
    return str((int(at) << 32) | (int(at * 1000) % 1000 << 22) | (next(_sequence) % 2**22))


@dataclass(frozen=True)
class Job:
    """One request to publish. `told` is what is kept of it; `media` the row in which it is kept."""

    media: Media

    @property
    def told(self) -> Mapping[str, Any]:
        return self.media.extra

    @property
    def publish_id(self) -> str:
        kind = (self.told["kind"], self.told["source"], self.told["is_draft"])
        return f"{PREFIXES[kind]}.{FIRST_NUMBER + self.media.id}"

    @property
    def is_whole(self) -> bool:
        return bool(self.told["received"] >= self.told["size"])


class Jobs:
    def __init__(self, setting: Setting, choices: Choices) -> None:
        self.setting = setting
        self.world = setting.world
        self.choices = choices

    def open(self, call: Call, **told: Any) -> Job:
        """`told`: kind, source, is_draft, info (what was said of it), size and chunk in bytes, count of chunks."""
        kept = {
            "size": 0, "received": 0, "failed": "", "post": "", "token": call.token.token, "app": call.app,
            "secret": secrets.token_urlsafe(24), "opened_at": self.setting.clock(), "stuck": call.stuck, **told,
        }  # fmt: skip
        made = self.world.add_media(
            network=SLUG, account_id=call.account.id, mime="", description="", extra=kept, content=b"",
            ready_at=math.inf,
        )  # fmt: skip
        return self._of(made)

    def _of(self, number: int) -> Job:
        media = self.world.media(SLUG, str(number))
        assert media is not None
        return Job(media)

    def upload(self, number: str, secret: str) -> Job | None:
        """The request to which an upload's address belongs."""
        media = self.world.media(SLUG, number) if number.isdecimal() else None
        held = str(media.extra.get("secret", "")) if media else ""
        return Job(media) if media and held and secrets.compare_digest(held.encode(), secret.encode()) else None

    def find(self, publish_id: str) -> Job | None:
        _, _, number = publish_id.rpartition(".")
        at = int(number) - FIRST_NUMBER if number.isdecimal() and len(number) < 20 else 0
        media = self.world.media(SLUG, str(at)) if at > 0 else None
        job = Job(media) if media and "is_draft" in media.extra else None
        return job if job is not None and job.publish_id == publish_id else None

    def of(self, account: Account) -> list[Job]:
        return [Job(one) for one in self.world.all_marked(SLUG, account.id, "is_draft")]

    def path(self, job: Job) -> Path:
        folder = self.world.files / SLUG
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / str(job.media.id)

    def change(self, job: Job, ready_at: float | None = None, **told: Any) -> Job:
        at = job.media.ready_at if ready_at is None else ready_at
        self.world.fill_media(job.media.id, content=b"", extra={**job.told, **told}, ready_at=at)
        return self._of(job.media.id)

    # What happens to it

    def process(self, job: Job, received_at: float, failed: str = "") -> Job:
        """The file is whole: it is looked at, and what is posted directly becomes a post once that is done."""
        account = self.world.account(job.media.account_id)
        assert account is not None
        if job.told["stuck"]:
            return job
        film = film_at(self.path(job)) if job.told["kind"] == "VIDEO" and not failed else Film("")
        reason = failed or self.choices.account(account)["fail_reason"] or self._refusal(job, account, film)
        job = self.change(
            job, ready_at=self.setting.clock() + self.setting.media_seconds, failed=reason,
            facts={"seconds": film.seconds or 0.0, "width": film.width, "height": film.height, "mime": film.mime},
        )  # fmt: skip
        if reason or job.told["is_draft"]:
            return job
        return self.change(job, post=self.post(job, account, job.told["info"], received_at).id)

    def _refusal(self, job: Job, account: Account, film: Film) -> str:
        token = self.world.token(SLUG, job.told["token"])
        if token is None or token.revoked:
            return "auth_removed"
        longest = self.choices.number(account, "max_video_post_duration_sec", 600.0)
        return fail_reason(film, longest) if job.told["kind"] == "VIDEO" else ""

    def post(self, job: Job, account: Account, info: Mapping[str, Any], received_at: float) -> Post:
        """The post that the file becomes, with what was said of it; it is seen once it is processed and reviewed."""
        at = max(self.setting.clock(), job.media.ready_at)
        wait = self.choices.number(account, "moderation_seconds", self.setting.media_seconds)
        files = job.told.get("images") or [job.media.id]
        extra = {
            "kind": job.told["kind"], "media_ids": files, "info": dict(info), "app": job.told["app"],
            "seen_at": at + wait, "language": "ar", "facts": job.told.get("facts"), "cover": job.told.get("cover"),
        }  # fmt: skip
        words = (str(info.get("title") or ""), str(info.get("description") or ""))
        text = "\n\n".join(word for word in words if word)
        with self.world.transaction():
            made = Post(make_post_id(self.world, at), SLUG, account.id, text, extra, None, at, received_at, None, None)
            self.world.add_post(made)
            for number in files:
                self.world.attach_media(number, made.id)
        return made

    def is_public(self, account: Account, post: Post) -> bool:
        """Whether everybody sees it by now."""
        level = post.extra.get("info", {}).get("privacy_level", FOR_EVERYONE)
        is_seen = post.extra.get("seen_at", post.created_at) <= self.setting.clock()
        return is_seen and level == FOR_EVERYONE and not self.choices.is_private(account)

    # Telling

    def status(self, job: Job) -> str:
        if not job.is_whole or job.media.ready_at > self.setting.clock():
            return "PROCESSING_UPLOAD" if job.told["source"] == "FILE_UPLOAD" else "PROCESSING_DOWNLOAD"
        if job.told["failed"]:
            return "FAILED"
        return "SEND_TO_USER_INBOX" if job.told["is_draft"] and not job.told["post"] else "PUBLISH_COMPLETE"

    async def fetch(self, call: Call) -> Json:
        """POST /v2/post/publish/status/fetch/, .../content-posting-api-reference-get-video-status, read 2026-11.

        `publicaly` is TikTok's own spelling; its numbers are numbers, too long for JavaScript.
        """
        publish_id = call.body.get("publish_id")
        job = self.find(publish_id) if isinstance(publish_id, str) else None
        if job is None:
            raise Refused(400, "invalid_publish_id", "The publish_id does not exist.")
        if job.media.account_id != call.account.id or job.told["app"] != call.app:
            raise Refused(
                400, "token_not_authorized_for_specified_publish_id", "The token is not authorized for the publish_id."
            )
        status = self.status(job)
        counted = "uploaded_bytes" if job.told["source"] == "FILE_UPLOAD" else "downloaded_bytes"
        return {
            "status": status, "fail_reason": job.told["failed"] if status == "FAILED" else "",
            "publicaly_available_post_id": self._public_ids(job, call.account), counted: job.told["received"],
        }  # fmt: skip

    def _public_ids(self, job: Job, account: Account) -> list[int]:
        post = self.world.post(SLUG, job.told["post"]) if job.told["post"] else None
        return [int(post.id)] if post is not None and self.is_public(account, post) else []

    def recent(self, account: Account) -> list[Job]:
        """The requests of the last 24 hours."""
        since = self.setting.clock() - DAY
        return [job for job in self.of(account) if job.told["opened_at"] > since]
