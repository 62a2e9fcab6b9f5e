"""What every network of Meta's Graph API shares: how it is called, and the login through which pages are reached.

Written from https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow,
/docs/facebook-login/guides/access-tokens/get-long-lived and /docs/graph-api/results (read 2026-11).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from networks import insights
from networks.answers import count_of, created, dated_objects, object_with, objects, words
from networks.base import Adapter, Auth, MediaSource
from networks.calls import Answer, Stake
from networks.errors import Code, NeedsReconnect, Rejected
from networks.graph import BATCH, VERSION, Graph, GraphCaller, after
from networks.types import Connection, Lookup, Published, Tokens
from outgoing import Client

PAGE, PAGES = 100, 25


class GraphAdapter(Adapter):
    """An account that is reached through a person's pages: consent on Facebook, calls with the page's own token."""

    auth: ClassVar[tuple[Auth, ...]] = (Auth.OAUTH2, Auth.TOKEN)
    default_url: ClassVar[str] = "https://graph.facebook.com"
    consent_host: ClassVar[str] = "https://www.facebook.com"
    graph: ClassVar[type[Graph]] = Graph
    caller: ClassVar[type[GraphCaller]] = GraphCaller
    own_posts: ClassVar[str]
    """The edge under which an account's own posts stand, newest first."""
    time: ClassVar[str]
    """Where a post says when it was published."""

    def __init__(self, connection: Connection, http: Client, media: MediaSource) -> None:
        super().__init__(connection, http, media)
        self._caller = self.caller(http, connection.base_url, secrets=connection.secrets, scopes=self.scopes)

    def _ask(
        self,
        stake: Stake,
        act: Callable[[Graph], object],
        *,
        token: str | None = None,
        refused: Code = Code.POST_REFUSED,
        seconds: float | None = None,
    ) -> Answer:
        speaks_for = self.connection.access_token if token is None else token
        app = self.connection.app_credentials
        graph = self.graph(self.http, self.connection.base_url, speaks_for, app, seconds=seconds)
        try:
            return self._caller.ask(stake, graph, act, refused=refused)
        finally:
            self.last_rate_limit = self._caller.last_rate_limit

    def _pages(self, node: str, edge: str, *, token: str | None = None, **asked: str) -> Iterator[Answer]:
        """An edge page by page, at most PAGES; the last one has nothing after it."""
        given = {**asked, "limit": str(PAGE)}
        for _ in range(PAGES):
            answer = self._ask(
                Stake.READ, partial(Graph.get_connections, id=node, connection_name=edge, **given), token=token
            )
            yield answer
            if not (further := self._after(answer)):
                return
            given |= further

    def _after(self, answer: Answer) -> dict[str, str]:
        """What to ask for the next page; {} after the last one."""
        return after(answer)

    def _batch(self, calls: Sequence[str | insights.Together]) -> list[insights.Part]:
        """One answer for each, in order. Of several posts' figures there are as many batches as are needed."""
        plain = [call for call in calls if isinstance(call, str)]
        posts = [call for call in calls if not isinstance(call, str)]
        return [*self._figures_of(posts), *(self._asked(plain) if plain else ())]

    def _figures_of(self, posts: Sequence[insights.Together]) -> list[insights.Part]:
        found: dict[int, insights.Part] = {}
        turn = 0
        while left := [place for place in range(len(posts)) if place not in found]:
            asked = [posts[place].calls(turn) for place in left]
            told = self._batches([call for calls in asked for call in calls])
            for place, calls in zip(left, asked, strict=True):
                read = posts[place].read(turn, [next(told) for _ in calls])
                found |= {} if read is None else {place: read}
            turn += 1
        return [found[place] for place in range(len(posts))]

    def _batches(self, calls: Sequence[str]) -> Iterator[insights.Part]:
        for start in range(0, len(calls), BATCH):
            yield from self._asked(calls[start : start + BATCH])

    def _asked(self, calls: Sequence[str]) -> list[insights.Part]:
        answer = self._ask(Stake.READ, lambda graph: graph.batch(calls))
        return insights.parts(
            answer,
            len(calls),
            lambda told, status: self._caller.why(Stake.READ, told, Code.POST_REFUSED, status=status),
        )

    @property
    def _account(self) -> str:
        """The page that the token speaks for is also called `me`."""
        return quote(self.connection.remote_id or "me", safe="")

    def _own(self, node: str, fields: str, needed: str = "id") -> Mapping[str, Any]:
        """A token that does not speak for the account has not its fields (code 100), or does not see it at all."""
        try:
            answer = self._ask(
                Stake.READ, lambda graph: graph.get_object(node, fields=fields), refused=Code.TOKEN_INVALID
            )
        except Rejected as error:
            if error.code not in (Code.TOKEN_INVALID, Code.NOT_FOUND):
                raise
            failure = NeedsReconnect(Code.TOKEN_INVALID, params=error.params, detail=error.detail)
        else:
            return object_with(answer, Stake.READ, needed)
        raise failure

    def _look_back(
        self,
        since: datetime,
        fields: str,
        is_same: Callable[[Mapping[str, Any]], bool],
        published: Callable[[Mapping[str, Any]], Published],
        *,
        edge: str = "",
    ) -> Lookup:
        """Reads the account's own posts (under `edge`, where another than the usual one has them) back past `since`;
        there are no keys by which a post could be asked for."""
        found: list[Published] = []
        looked_at, is_complete = 0, False
        for answer in self._pages(self._account, edge or self.own_posts, fields=fields):
            starts_at = since + timedelta(seconds=min(answer.server_ahead(), 0) - 2)
            page = dated_objects(object_with(answer, Stake.READ, "data")["data"], self.time)
            recent = [told for told in page if created(told, self.time) >= starts_at]
            looked_at += len(recent)
            found += [published(told) for told in recent if is_same(told)]
            if is_complete := len(recent) < len(page) or not self._after(answer):
                break
        found.sort(key=lambda one: one.published_at)
        return Lookup(found[0] if found else None, is_complete, looked_at, tuple(found[1:]))

    def _see_own_posts(self) -> None:
        """Not found also means not for us to see: returns where the own posts are ours to see, raises otherwise."""
        next(self._pages(self._account, self.own_posts, fields="id"))

    # Connecting

    def authorization_url(self, redirect_uri: str, state: str, code_challenge: str | None = None) -> str:
        """The manual flow has no PKCE: `state` and the application's secret guard the code."""
        asked = {
            "client_id": self.application("authorization_url").client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "response_type": "code",
            "scope": ",".join(self.scopes),
        }
        return f"{self.consent_url}/{VERSION}/dialog/oauth?{urlencode(asked)}"

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str | None = None) -> Tokens:
        """The person's token, at once exchanged for the one that lasts about 60 days; get_accounts has the pages'."""
        app = self.application("exchange_code")
        first = self._token(
            "", lambda graph: graph.get_access_token_from_code(code, redirect_uri, app.client_id, app.client_secret)
        )
        short = words(first, "access_token")
        told = self._token(short, lambda graph: graph.extend_access_token(app.client_id, app.client_secret))
        seconds, _ = count_of(told, "expires_in")
        expires_at = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
        return Tokens(access_token=words(told, "access_token"), expires_at=expires_at)

    def _token(self, token: str, act: Callable[[Graph], object]) -> Mapping[str, Any]:
        answer = self._ask(Stake.READ, act, token=token, refused=Code.CODE_REFUSED)
        return object_with(answer, Stake.READ, "access_token")

    def _pages_of(self, tokens: Tokens, fields: str) -> list[dict[str, Any]]:
        """The pages on which the person may publish; a page's token from a lasting one does not expire."""
        asked = {"fields": f"id,access_token,tasks,{fields}"}
        pages = self._pages("me", "accounts", token=tokens.access_token, **asked)
        told = [page for answer in pages for page in objects(object_with(answer, Stake.READ, "data"), "data")]
        return [page for page in told if _may_post(page)]


def _may_post(page: Mapping[str, Any]) -> bool:
    tasks = page.get("tasks")
    has_task = not isinstance(tasks, list) or "CREATE_CONTENT" in tasks
    return bool(has_task and page.get("id") and page.get("access_token"))
