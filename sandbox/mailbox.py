"""Owns the mail that reaches the demo people: an SMTP server on the loopback interface, and mails made readable.

Every mail is kept whole; notices are the mails that carry the header X-Sanad-Notice.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.records import StoredMail
from sandbox.world import World

NOTICE_HEADER = "X-Sanad-Notice"
LINK = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:!?،؛؟»]")


class _Keeper:
    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd)
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        self.world.add_mail([address.lower() for address in envelope.rcpt_tos], content)
        return "250 Kept"


def smtp_server(world: World, port: int) -> Controller:
    """An SMTP server on 127.0.0.1 that delivers nothing and keeps everything; the caller starts and stops it."""
    return Controller(_Keeper(world), hostname="127.0.0.1", port=port)


def mail_json(mail: StoredMail) -> dict[str, Any]:
    """The mail as the phone shows it; `links` are those of its text, in order, each once."""
    message = message_from_bytes(mail.content, policy=default)
    assert isinstance(message, EmailMessage)
    text = _text(message)
    return {
        "id": mail.id,
        "received_at": mail.received_at,
        "to": list(mail.recipients),
        "from": str(message.get("From", "")),
        "subject": str(message.get("Subject", "")),
        "text": text,
        "links": list(dict.fromkeys(LINK.findall(text))),
        "notice": message.get(NOTICE_HEADER),
    }


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    content = str(body.get_content())
    return _plain(content) if body.get_content_type() == "text/html" else content.replace("\r\n", "\n").strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get("href") if tag == "a" else None
        self.words.append(f" {link} " if link else "\n" if tag in {"p", "br", "div", "li", "tr"} else "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _plain(content: str) -> str:
    words = _Words()
    words.feed(content)
    return re.sub(r"\n{3,}", "\n\n", "".join(words.words)).strip()
