"""Plays a network's recorded answers from tests/networks/recordings/<slug>/ on a real loopback server.

Owns the format: {"source": page, "request": {"method", "path"}, "response": {"status", "headers", "body"}}.
"""

import json
from pathlib import Path

from tests.outgoing.loopback import Asked, LoopbackServer, Reply

RECORDINGS = Path(__file__).parent / "recordings"


class Replay(LoopbackServer):
    """Answers only what was recorded and set up; anything else it was asked is in `unexpected`, with a 501."""

    def __init__(self, slug: str) -> None:
        super().__init__(self._answer)
        self.folder = RECORDINGS / slug
        self.unexpected: list[Asked] = []
        self._replies: dict[tuple[str, str], list[Reply]] = {}

    def play(self, *names: str) -> None:
        """Each recording under its own request; the last one of a request goes on being played."""
        for name in names:
            recorded = self._read(name)
            call = (recorded["request"]["method"], recorded["request"]["path"])
            self._replies.setdefault(call, []).append(self.reply(name))

    def only(self, call: tuple[str, str], *replies: Reply) -> None:
        """From now on these, in turn, for this call."""
        self._replies[call] = list(replies)

    def reply(self, name: str, **headers: str) -> Reply:
        response = self._read(name)["response"]
        body = b"" if response["body"] is None else response["body"]
        return Reply(body, response["status"], {**response["headers"], **headers})

    def calls(self, call: tuple[str, str]) -> list[Asked]:
        return [asked for asked in self.asked if (asked.method, asked.path) == call]

    def _read(self, name: str) -> dict:  # type: ignore[type-arg]
        read: dict = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))  # type: ignore[type-arg]
        return read

    def _answer(self, asked: Asked) -> Reply:
        waiting = self._replies.get((asked.method, asked.path))
        if not waiting:
            self.unexpected.append(asked)
            return Reply({"error": "not recorded"}, 501)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]
