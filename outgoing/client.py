"""The guarded HTTP client: a requests session that reads nothing from the environment and follows nothing.

Owns Client, which every adapter is handed, and GuardedSession, which client libraries take as their `session=`.
"""

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from urllib3.util import Timeout

from outgoing.adapter import GuardedAdapter
from outgoing.policy import Policy


class GuardedSession(requests.Session):
    """No redirects, cookies, proxies, .netrc or retries, whatever the caller asks for."""

    def __init__(self, policy: Policy | None = None, *, user_agent: str = "Sanad") -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.update({"User-Agent": user_agent, "Accept-Encoding": "identity"})
        adapter = GuardedAdapter(policy)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: a redirect is an answer like any other, for the caller to judge."""
        return None


class Client:
    """One session, its connections kept open between requests. Use one per thread."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        connect_timeout: float = 5,
        read_timeout: float = 20,
        total_timeout: float | None = None,
        max_bytes: int = 5 * 1024 * 1024,
        ca_bundle: str | None = None,
        user_agent: str = "Sanad",
    ) -> None:
        """Seconds and bytes; `total_timeout` is the sum of the other two unless given."""
        self.policy = Policy(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            total_timeout=connect_timeout + read_timeout if total_timeout is None else total_timeout,
            max_bytes=max_bytes,
            allow_private=allow_private,
            ca_bundle=ca_bundle,
        )
        self.session = GuardedSession(self.policy, user_agent=user_agent)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Any = None,
        data: Any = None,
        json: Any = None,
        files: Any = None,
        total_timeout: float | None = None,
    ) -> requests.Response:
        """The whole answer, whatever its status. Raises NeverSent or MaybeSent; `total_timeout` for one long upload."""
        timeout = Timeout(total=total_timeout) if total_timeout is not None else None
        return self.session.request(
            method,
            url,
            headers=dict(headers or {}),
            params=params,
            data=data,
            json=json,
            files=files,
            timeout=timeout,  # type: ignore[arg-type]
            allow_redirects=False,
        )

    def close(self) -> None:
        self.session.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client {self.policy}>"
