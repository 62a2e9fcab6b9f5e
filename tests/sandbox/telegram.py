"""A client of the simulated Telegram: a bot of one chat, which every call names unless told otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

CHANNEL = "@rabita_demo"


@dataclass
class Bot:
    base: str
    token: str
    chat: str = CHANNEL

    def call(self, method: str, *, files: Any = None, **fields: Any) -> requests.Response:
        url = f"{self.base}/bot{self.token}/{method}"
        sent = {"chat_id": self.chat, **fields}
        if files is None:
            return requests.post(url, json=sent, timeout=5)
        return requests.post(url, data=sent, files=files, timeout=5)

    def ask(self, method: str, **how: Any) -> Any:
        answer = self.call(method, **how).json()
        assert answer["ok"], answer
        return answer["result"]

    def refused(self, method: str, **how: Any) -> tuple[int, str]:
        answer = self.call(method, **how)
        body = answer.json()
        assert (body["ok"], body["error_code"]) == (False, answer.status_code)
        return answer.status_code, body["description"]
