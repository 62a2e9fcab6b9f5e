"""How Threads is called, what it says no with, and the consent through which an account is reached.

Written from, under https://developers.facebook.com/documentation/threads/, overview, troubleshooting,
get-started/get-access-tokens-and-permissions, get-started/long-lived-tokens and create-posts/text-attachments, with the
Graph API's guides/error-handling (read 2026-11). The interface is the Graph API's of another host, in version v1.0; a
proof of the application's secret is not part of it. Code 24 is on no page: Meta's own answer in
https://github.com/fbsamples/threads_api/issues/70 says that it means a container or a post that is not there (yet).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from networks.answers import count_of, object_with, words
from networks.calls import DETAIL_LENGTH, Answer, Stake
from networks.errors import Code, NetworkError, Rejected
from networks.graph import Graph, number, said
from networks.instagram_refusals import InstagramCaller
from networks.types import AppCredentials, Tokens
from outgoing import Client, redact

CONSENT = "/oauth/authorize"
NOT_THERE = 24
ABOUT_THE_TEXT = ("param text", "link_limit_exceeded")
"""Words that tell a refusal of the text from one of the file that it came with: there are no codes for it."""
Ask = Callable[[str, Callable[[Graph], object]], Answer]
"""One call for tokens, with the token that speaks."""


class ThreadsGraph(Graph):
    spoken: ClassVar[str] = "v1.0"

    def __init__(
        self, http: Client, base_url: str, token: str, app: AppCredentials | None, *, seconds: float | None = None
    ) -> None:
        super().__init__(http, base_url, token, None, seconds=seconds)


class ThreadsCaller(InstagramCaller):
    """Judges the answers about an account of Threads; the subcodes of files are Instagram's."""

    def why(
        self,
        stake: Stake,
        told: Mapping[str, Any],
        refused: Code,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
    ) -> NetworkError:
        detail = redact(said(told), self.secrets)[:DETAIL_LENGTH]
        if number(told, "code") == NOT_THERE:
            return Rejected(Code.NOT_FOUND, params={"status": status, "network_code": NOT_THERE}, detail=detail)
        is_text = refused is Code.MEDIA_REFUSED and any(one in detail.lower() for one in ABOUT_THE_TEXT)
        because = Code.POST_REFUSED if is_text else refused
        return super().why(stake, told, because, status=status, headers=headers)


# The login


def authorization_url(
    address: str, app: AppCredentials, *, redirect_uri: str, scopes: tuple[str, ...], state: str
) -> str:
    """There is no PKCE: `state` and the application's secret guard the code."""
    asked = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": ",".join(scopes),
        "response_type": "code",
        "state": state,
    }
    return f"{address}?{urlencode(asked)}"


def exchange_code(ask: Ask, app: AppCredentials, code: str, redirect_uri: str) -> Tokens:
    """The access of an hour, at once exchanged for the one that lasts 60 days. What the page adds to the code as `#_`
    is no part of it."""
    form = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
        "code": code.removesuffix("#_"),
    }
    first = ask("", lambda graph: graph.request("oauth/access_token", post_args=form))
    short = words(object_with(first, Stake.READ, "access_token"), "access_token")
    asked = {"grant_type": "th_exchange_token", "client_secret": app.client_secret}
    return _tokens(ask(short, lambda graph: graph.request("access_token", args=asked)))


def refresh_token(ask: Ask, token: str) -> Tokens:
    """The access renews itself, once it is a day old and as long as it has not ended."""
    asked = {"grant_type": "th_refresh_token"}
    return _tokens(ask(token, lambda graph: graph.request("refresh_access_token", args=asked)))


def _tokens(answer: Answer) -> Tokens:
    told = object_with(answer, Stake.READ, "access_token")
    seconds = count_of(told, "expires_in")[0]
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
    return Tokens(access_token=words(told, "access_token"), expires_at=expires_at)
