"""What every network of Google's shares: how it is called, and the consent through which an account is reached.

Written from https://developers.google.com/identity/protocols/oauth2/web-server (read 2026-11): the refresh token comes
once, with a consent that was asked anew, and does not turn.
"""

from typing import Any, ClassVar
from urllib.parse import urlencode

from networks import oauth2
from networks.answers import object_with, objects
from networks.base import Adapter, Auth, MediaSource
from networks.calls import Answer, Stake
from networks.errors import Code, NeedsReconnect, Rejected
from networks.google import API, CONSENT, TOKENS, GoogleCaller, host_of
from networks.types import Connection, Tokens
from outgoing import Client

OAUTH = oauth2.Endpoints("/token", "/revoke")
READ = 1
"""Units of the project's day that a reading costs."""


class GoogleAdapter(Adapter):
    """An account that is reached by consent on Google's page, and renewed by a token that lasts."""

    auth: ClassVar[tuple[Auth, ...]] = (Auth.OAUTH2,)
    default_url: ClassVar[str] = API
    consent_host: ClassVar[str] = CONSENT
    data: ClassVar[str]
    """Under which path the network's resources stand."""

    def __init__(self, connection: Connection, http: Client, media: MediaSource) -> None:
        super().__init__(connection, http, media)
        self._caller = self._at(API, connection.access_token)

    def _at(self, host: str, token: str) -> GoogleCaller:
        """A part of Google's interface, spoken to with a token of the channel or, for tokens, with none."""
        caller = GoogleCaller(
            self.http,
            host_of(self.connection.base_url, host),
            secrets=tuple(one for one in (*self.connection.secrets, token) if one),
            scopes=self.scopes,
        )
        caller.headers = {"Authorization": f"Bearer {token}"} if token else None
        return caller

    def _ask(
        self,
        stake: Stake,
        method: str,
        path: str,
        *,
        units: int = READ,
        caller: GoogleCaller | None = None,
        **given: Any,
    ) -> Answer:
        """One call for a resource, which costs `units`."""
        asked = caller or self._caller
        try:
            return asked.ask(stake, method, f"{self.data}{path}", units=units, **given)
        finally:
            self.last_rate_limit = asked.last_rate_limit or self.last_rate_limit

    def _items(self, path: str, *, caller: GoogleCaller | None = None, **asked: str) -> list[dict[str, Any]]:
        answer = self._ask(Stake.READ, "GET", path, caller=caller, params=asked)
        return objects(object_with(answer, Stake.READ, "items"), "items")

    @property
    def units_spent(self) -> int:
        """Of the project's day, by the calls of this adapter outside `prepare`, which keeps its own in `saved`."""
        return self._caller.units

    # Connecting

    def authorization_url(self, redirect_uri: str, state: str, code_challenge: str | None = None) -> str:
        """Offline, and with the question asked anew: only then a refresh token comes with the code."""
        asked = oauth2.authorization_url(
            f"{self.consent_url}/o/oauth2/v2/auth",
            self.application("authorization_url"),
            redirect_uri=redirect_uri,
            scopes=" ".join(self.scopes),
            state=state,
            code_challenge=code_challenge,
        )
        return f"{asked}&{urlencode({'access_type': 'offline', 'prompt': 'consent'})}"

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str | None = None) -> Tokens:
        return oauth2.exchange_code(
            self._at(TOKENS, ""),
            self.application("exchange_code"),
            code,
            redirect_uri=redirect_uri,
            scopes=" ".join(self.scopes),
            code_verifier=code_verifier,
            at=OAUTH,
        )

    def refresh_token(self) -> Tokens:
        """A new access. The refresh token stays the same one, and is not told again."""
        app, held = self.application("refresh_token"), self.connection.refresh_token
        if not held:
            raise NeedsReconnect(Code.TOKEN_INVALID)
        told = oauth2.refresh_token(self._at(TOKENS, ""), app, held, at=OAUTH)
        return Tokens(told.access_token, told.refresh_token or held, told.expires_at, told.scopes)

    def revoke_token(self) -> None:
        """The refresh token takes its accesses with it. One that is withdrawn already is refused: gone is gone."""
        token = self.connection.refresh_token or self.connection.access_token
        if not token:
            return
        try:
            self._at(TOKENS, "").call(
                Stake.HIDDEN, "POST", OAUTH.revoke, data={"token": token}, refused=Code.TOKEN_INVALID
            )
        except Rejected as error:
            if error.code != Code.TOKEN_INVALID:
                raise
