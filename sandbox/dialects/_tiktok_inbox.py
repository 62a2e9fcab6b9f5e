"""Owns the inbox of the simulated TikTok's application: drafts that a person posts or discards.

Source (read 2026-11): https://developers.tiktok.com/doc/content-posting-api-get-started-upload-content.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._tiktok_access import SLUG
from sandbox.dialects._tiktok_jobs import Job, Jobs
from sandbox.dialects._tiktok_words import say
from sandbox.dialects.base import Draft, Setting
from sandbox.markup import esc, language_of, page
from sandbox.params import read_params
from sandbox.records import Account


class Inbox:
    def __init__(self, setting: Setting, jobs: Jobs) -> None:
        self.setting = setting
        self.world = setting.world
        self.jobs = jobs

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/inbox/{id:int}", self.show, methods=["GET"]),
            Route("/inbox/{id:int}", self.finish, methods=["POST"]),
            Route("/inbox/{id:int}/file/{at:int}", self.file),
        ]

    def drafts(self) -> list[Draft]:
        """Those that wait for a person, of every account, the newest first."""
        waiting = [
            (account, job)
            for account in self.world.accounts(SLUG)
            for job in self.jobs.of(account)
            if self.jobs.status(job) == "SEND_TO_USER_INBOX" and not job.told.get("discarded")
        ]
        found = [
            Draft(account, _words(job), job.media.ready_at, f"/{SLUG}/inbox/{job.media.id}") for account, job in waiting
        ]
        return sorted(found, key=lambda draft: draft.at, reverse=True)

    def _waiting(self, request: Request) -> tuple[Account, Job] | None:
        media = self.world.media(SLUG, str(request.path_params["id"]))
        account = self.world.account(media.account_id) if media and "is_draft" in media.extra else None
        if media is None or account is None or self.jobs.status(Job(media)) != "SEND_TO_USER_INBOX":
            return None
        return account, Job(media)

    async def show(self, request: Request) -> Response:
        language, found = language_of(request), self._waiting(request)
        if found is None:
            text = say("not_found", language)
            return page(request, title=text, body=f'<header class="head"><h1>{esc(text)}</h1></header>', status=404)
        account, job = found
        options = "".join(
            f'<option value="{level}">{esc(say(level, language))}</option>'
            for level in self.jobs.choices.privacy_options(account)
        )
        body = (
            f'<header class="head"><h1>{esc(say("draft", language))} · '
            f'<bdi class="ltr">@{esc(account.handle)}</bdi></h1><p class="lede">'
            f"{esc(say('draft_note', language))}</p></header>{_preview(job)}"
            f'<form class="stack" method="post" action="/{SLUG}/inbox/{job.media.id}">'
            f'<label>{esc(say("words", language))}<textarea name="title" rows="6" dir="auto">{esc(_words(job))}'
            f'</textarea></label><label>{esc(say("privacy_level", language))}<select name="privacy_level">{options}'
            f'</select></label><button class="btn">{esc(say("publish", language))}</button>'
            f'<button class="btn is-second" name="discard" value="1">{esc(say("delete", language))}</button></form>'
        )
        return page(request, title=say("draft", language), body=body, here="phones")

    async def file(self, request: Request) -> Response:
        """What was sent, as the person sees it before it is posted."""
        found = self._waiting(request)
        if found is None:
            return Response(status_code=404)
        _, job = found
        images, at = job.told.get("images"), request.path_params["at"]
        if not images:
            return FileResponse(self.jobs.path(job), media_type=job.told["facts"]["mime"])
        photo = self.world.media(SLUG, str(images[at])) if at < len(images) else None
        return Response(photo.content, media_type=photo.mime) if photo else Response(status_code=404)

    async def finish(self, request: Request) -> Response:
        """The person posts it or throws it away. A page of another site cannot do it in the person's place.

        What the status of a draft that was thrown away is, no page says: here it goes on waiting, unseen.
        """
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Response(status_code=403)
        found, params = self._waiting(request), await read_params(request)
        if found is None:
            return Response(status_code=404)
        account, job = found
        if "discard" in params:
            self.jobs.change(job, discarded=True)
            return RedirectResponse("/phone", 303)
        info = {"title": params.text("title").replace("\r\n", "\n"), "privacy_level": params.text("privacy_level")}
        if info["privacy_level"] not in self.jobs.choices.privacy_options(account):
            return Response(status_code=422)
        post = self.jobs.post(job, account, info, self.setting.clock())
        self.jobs.change(job, post=post.id)
        return RedirectResponse(f"/{SLUG}/@{account.handle}", 303)


def _preview(job: Job) -> str:
    base = f"/{SLUG}/inbox/{job.media.id}/file"
    if not job.told.get("images"):
        return f'<figure><video src="{base}/0" controls muted preload="metadata"></video></figure>'
    return "".join(f'<figure><img src="{base}/{at}" alt=""></figure>' for at in range(len(job.told["images"])))


def _words(job: Job) -> str:
    info = job.told["info"]
    return "\n\n".join(str(info[name]) for name in ("title", "description") if info.get(name))
