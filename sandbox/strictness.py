"""Owns the headers of the simulator's human pages: a content security policy without anything inline, and no framing.

Answers of the networks' APIs get none of them, as the networks send their own.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self' http://127.0.0.1:* http://localhost:*; base-uri 'none';"
    " frame-ancestors 'none'"
)


class StrictPages:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = POLICY
                    headers["X-Content-Type-Options"] = "nosniff"
                    headers["Referrer-Policy"] = "no-referrer"
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, strict if scope["type"] == "http" else send)
