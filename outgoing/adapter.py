"""The transport adapter that puts the guard under any requests session, ours or a client library's.

Owns the checks on each request (scheme, no credentials in the address), the capped reading of its answer and the
translation of whatever fails into NeverSent or MaybeSent. It keeps its own timeouts whatever the caller passes.
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from outgoing.addresses import NotReachable
from outgoing.connections import GuardedHTTPPool, GuardedHTTPSPool
from outgoing.errors import MaybeSent, NeverSent, OutgoingError, Reason
from outgoing.exchange import Exchange
from outgoing.policy import Policy

_CHUNK = 64 * 1024

# Its DEBUG lines name path and query, where some networks put tokens.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class _TooLarge(Exception):
    pass


def _is_whole(response: requests.Response) -> bool:
    """Whether a body that was read to its end says itself where it ends: else a cut connection looks like its end."""
    return bool(response.raw.chunked) or response.raw.length_remaining == 0


class GuardedAdapter(HTTPAdapter):
    """Mount it on http:// and https://, or on the hosts of one client library."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block=block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | Timeout | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The whole answer, already read, however late it came.

        Of `timeout` only a urllib3 Timeout's `total` counts; proxies never do.
        """
        if not self._is_allowed(request.url or ""):
            raise self._error(NeverSent, Reason.ADDRESS_REFUSED, request)
        asked = timeout.total if isinstance(timeout, Timeout) else None
        total = asked if isinstance(asked, int | float) else self.policy.total_timeout
        with Exchange(self.policy, total) as exchange:
            answer = self._exchange(request, exchange)
        if isinstance(answer, OutgoingError):
            raise answer
        return answer

    def _exchange(self, request: requests.PreparedRequest, exchange: Exchange) -> requests.Response | OutgoingError:
        """Errors are returned, so that none is raised with urllib3's as its context: theirs name the whole address."""
        times = (self.policy.connect_timeout, self.policy.read_timeout)
        try:
            response = super().send(request, stream=True, timeout=times, verify=self.policy.ca_bundle or True)
            self._read(response)
        except NotReachable as problem:
            return self._error(NeverSent, problem.reason, request)
        except _TooLarge:
            return self._error(MaybeSent, Reason.ANSWER_TOO_LARGE, request)
        except requests.Timeout:
            return self._error(MaybeSent, Reason.ANSWER_TIMED_OUT, request)
        except (requests.RequestException, HTTPError, OSError) as problem:
            is_slow = exchange.ran_out or "timed out" in str(problem)
            return self._error(MaybeSent, Reason.ANSWER_TIMED_OUT if is_slow else Reason.BROKEN, request)
        if exchange.ran_out and not _is_whole(response):
            return self._error(MaybeSent, Reason.ANSWER_TIMED_OUT, request)
        return response

    def _read(self, response: requests.Response) -> None:
        body = bytearray()
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > self.policy.max_bytes:
                response.raw.close()
                raise _TooLarge
        response._content = bytes(body)
        response._content_consumed = True  # type: ignore[attr-defined]

    def _is_allowed(self, url: str) -> bool:
        address = urlsplit(url)
        schemes = ("https", "http") if self.policy.allow_private else ("https",)
        return address.scheme in schemes and bool(address.hostname) and "@" not in address.netloc

    @staticmethod
    def _error(kind: type[OutgoingError], reason: Reason, request: requests.PreparedRequest) -> OutgoingError:
        return kind(reason, method=request.method or "", host=urlsplit(request.url or "").hostname or "")
