"""Owns the form with which a person opens an account on a simulated network, as one would on a network's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.control import open_account
from sandbox.dialects.base import Dialect, Setting
from sandbox.markup import esc, head, language_of, page
from sandbox.params import Params, read_params
from sandbox.wording import say

HANDLE = re.compile(r"[A-Za-z][A-Za-z0-9]{4,29}")
"""What every one of the networks takes."""


class Opening:
    def __init__(self, setting: Setting, dialects: dict[str, Dialect]) -> None:
        self.setting = setting
        self.dialects = dialects

    def routes(self) -> list[Route]:
        return [
            Route("/accounts/new", self.ask, methods=["GET"]),
            Route("/accounts/new", self.open, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        return self._form(request, Params({}, {}))

    async def open(self, request: Request) -> Response:
        """A page of another site cannot do it in the person's place."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Response(status_code=403)
        typed = await read_params(request)
        network, _, kind = typed.text("network").partition(":")
        dialect, handle = self.dialects.get(network), typed.text("handle").strip().lstrip("@")
        if dialect is None or (kind and kind not in dialect.kinds) or not HANDLE.fullmatch(handle):
            return self._form(request, typed, "handle_refused")
        handle = dialect.whole_handle(handle)
        if dialect.account_named(self.setting.world, handle) is not None:
            return self._form(request, typed, "handle_taken")
        open_account(self.setting, dialect, self._fields(typed, dialect, handle, kind))
        return RedirectResponse(f"/#{dialect.slug}-{handle}", 303)

    def _fields(self, typed: Params, dialect: Dialect, handle: str, kind: str) -> dict[str, str]:
        """With what connects it, where there is an interface at all."""
        token = dialect.make_secret() if dialect.api_paths else ""
        said = {name: typed.text(name).strip() for name in ("display_name", "bio")}
        return {"handle": handle, "token": token, "scopes": f"{dialect.scopes} {kind}".strip(), **said}

    def _form(self, request: Request, typed: Params, wrong: str = "") -> Response:
        language = language_of(request)
        options = "".join(
            f'<option value="{value}"{" selected" if value == typed.text("network") else ""}>{esc(name)}</option>'
            for value, name in self._kinds(language)
        )
        body = (
            f"{head('open_account', 'open_account_note', language)}"
            f"{f'<p class=empty role=alert>{esc(say(wrong, language))}</p>' if wrong else ''}"
            f'<form class="stack" method="post" action="/accounts/new">'
            f'<label>{esc(say("network", language))}<select name="network">{options}</select></label>'
            f'<label>{esc(say("handle", language))}<input class="ltr" name="handle" required autocomplete="off"'
            f' pattern="{HANDLE.pattern}" value="{esc(typed.text("handle"))}"></label>'
            f'<label>{esc(say("display_name", language))}<input name="display_name" required dir="auto"'
            f' value="{esc(typed.text("display_name"))}"></label>'
            f'<label>{esc(say("bio", language))}<textarea name="bio" rows="3" required dir="auto">'
            f"{esc(typed.text('bio'))}</textarea></label>"
            f'<button class="btn">{esc(say("open_account", language))}</button></form>'
        )
        return page(
            request, title=say("open_account", language), body=body, here="networks", status=422 * bool(wrong) or 200
        )

    def _kinds(self, language: str) -> Iterator[tuple[str, str]]:
        """What may be opened: an account of each network, and its other sorts."""
        for slug, dialect in self.dialects.items():
            yield slug, dialect.name[language]
            for kind, name in dialect.kinds.items():
                yield f"{slug}:{kind}", f"{dialect.name[language]} · {say(name, language)}"
