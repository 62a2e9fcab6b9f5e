"""Owns what a person sets about accounts and applications of the simulated TikTok: privacy, audits, refusals to come.

What TikTok's own application and its portal for developers hold stands on one page here, /developers, so that each
documented refusal can be met. Sources (read 2026-11), below https://developers.tiktok.com/doc/:
content-sharing-guidelines, content-posting-api-reference-query-creator-info, -direct-post, -photo-post,
-get-video-status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._tiktok_access import SLUG
from sandbox.dialects._tiktok_words import say
from sandbox.dialects.base import Setting
from sandbox.markup import esc, language_of, page
from sandbox.params import read_params
from sandbox.records import Account

REFUSALS: Mapping[str, tuple[int, str]] = {
    "spam_risk_too_many_posts": (403, "The daily post cap from the API is reached for the current user."),
    "spam_risk_user_banned_from_posting": (403, "The user is banned from making new posts."),
    "spam_risk_too_many_pending_share": (403, "The daily upload cap from the API is reached for the current user."),
    "reached_active_user_cap": (403, "The daily quota for active publishing users from your client is reached."),
    "unaudited_client_can_only_post_to_private_accounts": (403, "Unaudited clients can only post to private accounts."),
    "url_ownership_unverified": (403, "The ownership of the URL prefix or domain is not verified."),
    "privacy_level_option_mismatch": (403, "privacy_level is not among the options of the creator."),
    "app_version_check_failed": (400, "The version of the user's TikTok app must not be less than 31.8."),
}
"""The HTTP statuses and codes of the references; creator_info answers the first four with 200, on purpose."""
CHOSEN_REFUSALS = (
    "spam_risk_too_many_posts", "spam_risk_user_banned_from_posting", "spam_risk_too_many_pending_share",
    "reached_active_user_cap", "app_version_check_failed",
)  # fmt: skip
FAIL_REASONS = (
    "file_format_check_failed", "duration_check_failed", "frame_rate_check_failed", "picture_size_check_failed",
    "internal", "video_pull_failed", "photo_pull_failed", "publish_cancelled", "auth_removed",
    "spam_risk_too_many_posts", "spam_risk_user_banned_from_posting", "spam_risk_text", "spam_risk",
)  # fmt: skip
ACCOUNT: Mapping[str, Sequence[str] | None] = {
    "is_private": ("", "yes"),
    "comment_disabled": ("", "yes"),
    "duet_disabled": ("", "yes"),
    "stitch_disabled": ("", "yes"),
    "max_video_post_duration_sec": None,
    "posts_a_day": None,
    "moderation_seconds": None,
    "refusal": ("", *CHOSEN_REFUSALS),
    "fail_reason": ("", *FAIL_REASONS),
}
APP: Mapping[str, Sequence[str] | None] = {"audited": ("yes", ""), "verified": None}
DEFAULTS = {
    "max_video_post_duration_sec": "600", "posts_a_day": "15", "moderation_seconds": "", "audited": "yes",
    "verified": "*",
}  # fmt: skip


class Choices:
    """Audited applications and verified addresses are the beginning here, so that a demonstration can post publicly."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def account(self, account: Account) -> dict[str, str]:
        return self._of(f"account:{account.handle}", ACCOUNT)

    def app(self, client_key: str) -> dict[str, str]:
        return self._of(f"app:{client_key}", APP)

    def _of(self, subject: str, names: Mapping[str, Sequence[str] | None]) -> dict[str, str]:
        chosen = self.world.chosen(SLUG, subject)
        return {name: chosen.get(name, DEFAULTS.get(name, "")) for name in names}

    def number(self, account: Account, name: str, default: float = 0.0) -> float:
        """What was typed for it, where that is a number."""
        try:
            return float(self.account(account)[name])
        except ValueError:
            return default

    def is_private(self, account: Account) -> bool:
        return bool(self.account(account)["is_private"])

    def privacy_options(self, account: Account) -> list[str]:
        """.../doc/content-posting-api-reference-query-creator-info, read 2026-11."""
        widest = "FOLLOWER_OF_CREATOR" if self.is_private(account) else "PUBLIC_TO_EVERYONE"
        return [widest, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]

    def owns(self, client_key: str, url: str) -> bool:
        """Whether the address lies below a prefix that was verified for the application; `*` is every one."""
        prefixes = self.app(client_key)["verified"].split()
        return any(prefix == "*" or url.startswith(prefix) for prefix in prefixes)

    # The page

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/developers", self.show, methods=["GET"]),
            Route("/developers", self.keep, methods=["POST"]),
        ]

    async def keep(self, request: Request) -> Response:
        """A page of another site cannot do it in the person's place."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Response(status_code=403)
        params = await read_params(request)
        subject = params.text("subject")
        names = next((names for one, _, names in self._subjects() if one == subject), None)
        if names is None:
            return Response(status_code=422)
        for name, allowed in names.items():
            value = params.text(name).strip()
            if name in params and (allowed is None or value in allowed):
                self.world.choose(SLUG, subject, name, value)
        return RedirectResponse(f"/{SLUG}/developers", 303)

    def _subjects(self) -> list[tuple[str, str, Mapping[str, Sequence[str] | None]]]:
        """(subject, the name that people see, what may be chosen) of each application, then of each account."""
        apps = [("app:", say("own_tokens", "ar"), APP)]
        apps += [(f"app:{app.client_id}", app.client_id, APP) for app in self.world.apps(SLUG)]
        accounts = self.world.accounts(SLUG)
        return [*apps, *((f"account:{one.handle}", f"@{one.handle}", ACCOUNT) for one in accounts)]

    async def show(self, request: Request) -> Response:
        language = language_of(request)
        forms = "".join(self._form(*one, language) for one in self._subjects())
        body = (
            f'<header class="head"><h1>{esc(say("developers", language))}</h1>'
            f'<p class="lede">{esc(say("developers_note", language))}</p></header>{forms}'
        )
        return page(request, title=say("developers", language), body=body, here="faults")

    def _form(self, subject: str, title: str, names: Mapping[str, Sequence[str] | None], language: str) -> str:
        shown = say("own_tokens", language) if subject == "app:" else title
        chosen = self._of(subject, names)
        fields = "".join(_field(name, allowed, chosen[name], language) for name, allowed in names.items())
        return (
            f'<form class="grid" method="post" action="/{SLUG}/developers"><h2><bdi>{esc(shown)}</bdi></h2>{fields}'
            f'<input type="hidden" name="subject" value="{esc(subject)}">'
            f'<button class="btn">{esc(say("keep", language))}</button></form>'
        )


def _field(name: str, allowed: Sequence[str] | None, value: str, language: str) -> str:
    label = esc(say(name, language))
    if allowed is None:
        return f'<label>{label}<input class="ltr" name="{name}" value="{esc(value)}" autocomplete="off"></label>'
    options = "".join(
        f'<option value="{one}"{" selected" if one == value else ""}>{esc(_said(one, allowed, language))}</option>'
        for one in allowed
    )
    return f'<label>{label}<select name="{name}">{options}</select></label>'


def _said(value: str, allowed: Sequence[str], language: str) -> str:
    """Yes, no, nothing; a code of the network stands as it is."""
    if value == "yes" or (value == "" and "yes" in allowed):
        return say(value or "no", language)
    return value or say("nothing", language)
