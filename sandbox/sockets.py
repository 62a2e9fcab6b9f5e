"""Owns the simulator's sockets: which connection a request came on, hanging up on it, and closing the port for a while.

uvicorn hides its transports from applications, so the protocol class here notes them by the client's address.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from starlette.types import Scope
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

LAST_WORD = 0.05
"""Seconds in which whoever asked for the port to be closed still gets the answer."""
LOOPBACK = frozenset({"127.0.0.1", "::1"})


class NotLoopback(ValueError):
    """The simulator shows passwords and takes orders from anybody who can reach it: loopback only."""


class Connections:
    """The open connections by client address, and the listening port."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, int], asyncio.Transport] = {}
        self.close_port: Callable[[float], None] | None = None

    def abort(self, scope: Scope) -> None:
        """Hang up at once, without an answer."""
        transport = self.open.get(tuple(scope["client"]))
        if transport is not None:
            transport.abort()

    def is_gone(self, scope: Scope) -> bool:
        transport = self.open.get(tuple(scope["client"]))
        return transport is None or transport.is_closing()

    def abort_all(self) -> None:
        for transport in list(self.open.values()):
            transport.abort()

    def stop_listening(self, seconds: float) -> None:
        """Refuse every connection to the whole port for `seconds`, and break off those that stand."""
        if self.close_port is not None:
            self.close_port(seconds)


def protocol_noting(connections: Connections) -> type[H11Protocol]:
    class NotingProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            super().connection_made(transport)
            self.peer = tuple(transport.get_extra_info("peername")[:2])
            connections.open[self.peer] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            connections.open.pop(self.peer, None)
            super().connection_lost(exc)

    return NotingProtocol


class SandboxServer(Server):
    """uvicorn on one loopback port, which it can close and open again while it runs."""

    def __init__(self, app: Any, connections: Connections, *, host: str = "127.0.0.1", port: int) -> None:
        if host not in LOOPBACK:
            raise NotLoopback(host)
        config = Config(
            app, host=host, port=port, http=protocol_noting(connections), ws="none", log_level="warning",
            access_log=False, timeout_graceful_shutdown=1, server_header=False,
        )  # fmt: skip
        super().__init__(config)
        connections.close_port = self._close_port
        self._connections = connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    def stop(self) -> None:
        """From any thread, at once: what is still connected has nothing more to say."""
        self.should_exit = self.force_exit = True
        if self.started and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """uvicorn looks ten times a second whether it was told to end; this one wakes when it is."""
        ticking, told = asyncio.ensure_future(super().main_loop()), asyncio.ensure_future(self._told.wait())
        await asyncio.wait({ticking, told}, return_when=asyncio.FIRST_COMPLETED)
        for one in (ticking, told):
            one.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn waits a tenth of a second for its connections, even where it was told not to wait."""
        if not self.force_exit:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)

    def _close_port(self, seconds: float) -> None:
        """Close from any thread; the port opens again by itself."""
        self._loop.call_soon_threadsafe(self._close_now, seconds)

    def _close_now(self, seconds: float) -> None:
        for server in self.servers:
            server.close()
        self._loop.call_later(LAST_WORD, self._connections.abort_all)
        self._reopening = self._loop.create_task(self._reopen(seconds))

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if not self.should_exit:
            listening = await self._loop.create_server(self._protocol, self.config.host, self.config.port)
            self.servers = [listening]

    def _protocol(self) -> asyncio.Protocol:
        made = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state, _loop=self._loop
        )
        assert isinstance(made, asyncio.Protocol)
        return made
