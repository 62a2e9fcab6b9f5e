"""Client libraries through the guard: a session for tweepy or facebook-sdk that reaches the channel's base URL alone.

The libraries name their network's own hosts in the code; here each request goes to the base URL that the channel was
given, under the guarded client's policy and over its open connections.
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import BaseAdapter

from outgoing import Client
from outgoing.client import GuardedSession


class LibrarySession(GuardedSession):
    """Give it to a library as its `session=`. `answered` is the last response of any status, for its headers."""

    def __init__(self, http: Client, base_url: str) -> None:
        super().__init__(http.policy)
        adapter = _ToBaseUrl(http.session.get_adapter("https://"), base_url)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self.answered: requests.Response | None = None
        self.hooks["response"].append(self._keep)

    def _keep(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self.answered = response


class _ToBaseUrl(BaseAdapter):
    def __init__(self, guarded: BaseAdapter, base_url: str) -> None:
        super().__init__()
        self.guarded = guarded
        self.base_url = base_url

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        """Raises NeverSent or MaybeSent, as every request of ours does."""
        request.url = moved(request.url or "", self.base_url)
        request.headers.pop("Host", None)
        return self.guarded.send(request, *arguments, **named)

    def close(self) -> None:
        """The connections belong to the client that lent them."""


def moved(url: str, base_url: str) -> str:
    """The same path and query at another scheme, host and, where the base URL has one, below its path."""
    asked, base = urlsplit(url), urlsplit(base_url.rstrip("/"))
    return urlunsplit((base.scheme, base.netloc, f"{base.path}{asked.path}", asked.query, ""))
