"""Owns the phone page: what each demo person would see on a phone (mail, notices, the second-factor code).

It lets a newcomer sign in and sign without setting anything up; /phone.json says the same for tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.dialects.base import Dialect, Draft, Setting
from sandbox.mailbox import LINK, mail_json
from sandbox.markup import esc, head, language_of, moment, page
from sandbox.people import PeopleFile, Person, totp
from sandbox.wording import counted, say

Mail = dict[str, Any]


class PhonePages:
    def __init__(self, setting: Setting, people: PeopleFile, dialects: Mapping[str, Dialect]) -> None:
        self.setting = setting
        self.people = people
        self.dialects = dialects

    def routes(self) -> list[Route]:
        return [
            Route("/phone", self.everybody),
            Route("/phone.json", self.as_json),
            Route("/phone/{email}", self.one),
        ]

    def _mails(self) -> list[Mail]:
        return [mail_json(mail) for mail in self.setting.world.mails()]

    def _others(self, mails: list[Mail]) -> list[Person]:
        """Addresses that got mail without being in the people file, such as an invited person's."""
        known = {person.email for person in self.people.people()}
        found = dict.fromkeys(address for mail in mails for address in mail["to"] if address not in known)
        return [Person(address, address, {}, "", "") for address in found]

    async def as_json(self, request: Request) -> Response:
        mails = self._mails()
        everybody = [*self.people.people(), *self._others(mails)]
        return JSONResponse({"people": [self._person_json(person, mails) for person in everybody]})

    def _person_json(self, person: Person, mails: list[Mail]) -> dict[str, Any]:
        code, left = totp(person.totp_secret, self.setting.clock()) if person.totp_secret else (None, None)
        return {
            "name": person.name, "email": person.email, "role_label": dict(person.role_label),
            "password": person.password, "code": code, "seconds_left": left,
            "mails": [mail for mail in mails if person.email in mail["to"]],
        }  # fmt: skip

    async def everybody(self, request: Request) -> Response:
        language = language_of(request)
        mails = self._mails()
        rows = "".join(_person_row(person, mails, language) for person in self.people.people())
        others = "".join(_person_row(person, mails, language) for person in self._others(mails))
        empty = f'<p class="empty">{esc(say("no_people", language))}</p>'
        body = (
            f"<div data-live>{head('phones', 'phones_note', language)}"
            f'<ul class="rows people">{rows}</ul>{"" if rows else empty}'
        )
        if others:
            title = f'<h2 class="sect">{say("others", language)}</h2>'
            body += f'<section>{title}<ul class="rows people">{others}</ul></section>'
        return _live(request, say("phones", language), f"{body}{self._drafts(language)}</div>")

    def _drafts(self, language: str) -> str:
        """What applications sent to a network's own application on the phone, for a person to post."""
        rows = "".join(
            _draft_row(draft, dialect.name[language], language)
            for dialect in self.dialects.values()
            for draft in dialect.drafts(self.setting)
        )
        title = f'<h2 class="sect">{esc(say("drafts", language))}</h2>'
        return f'<section>{title}<ul class="rows">{rows}</ul></section>' if rows else ""

    async def one(self, request: Request) -> Response:
        language = language_of(request)
        mails, email = self._mails(), request.path_params["email"].lower()
        everybody = {person.email: person for person in [*self._others(mails), *self.people.people()]}
        person = everybody.get(email)
        if person is None:
            text = say("not_found", language)
            return page(request, title=text, body=f'<header class="head"><h1>{esc(text)}</h1></header>', status=404)
        own = [mail for mail in mails if email in mail["to"]]
        body = (
            f'<div class="phone"><header class="phone-head"><h1><bdi>{esc(person.name)}</bdi></h1><p class="meta">'
            f"{esc(_role(person, language))}</p></header>{self._code(person, language)}{_facts(person, language)}"
            f"<div data-live>{_mailbox(own, language)}</div></div>"
        )
        return _live(request, person.name, body)

    def _code(self, person: Person, language: str) -> str:
        if not person.totp_secret:
            return "" if not person.password else f'<p class="empty">{esc(say("no_code", language))}</p>'
        code, left = totp(person.totp_secret, self.setting.clock())
        return (
            f'<section class="code" data-code="{esc(person.email)}"><h2>{say("code", language)}</h2>'
            f'<output class="digits ltr" data-digits>{code[:3]} {code[3:]}</output>'
            f'<progress max="30" value="{left}" data-left aria-hidden="true"></progress>'
            f'<p class="meta">{esc(say("seconds", language))} <span data-seconds>{left}</span></p>'
            f'<button class="btn" type="button" data-copy="{code}" data-copied="{esc(say("copied", language))}">'
            f"{esc(say('copy', language))}</button></section>"
        )


def _live(request: Request, title: str, body: str) -> Response:
    """The page, or for its own script only what changes."""
    if request.headers.get("x-sandbox-live"):
        return HTMLResponse(body)
    return page(request, title=title, body=body, here="phones", script="phone.js")


def _role(person: Person, language: str) -> str:
    return person.role_label.get(language) or person.role_label.get("ar", "")


def _person_row(person: Person, mails: list[Mail], language: str) -> str:
    own = [mail for mail in mails if person.email in mail["to"]]
    newest = f'<p class="newest" dir="auto">{esc(own[0]["subject"])}</p>' if own else ""
    role = esc(_role(person, language))
    return (
        f'<li class="row"><a class="person" href="/phone/{esc(person.email)}"><span class="avatar" aria-hidden="true">'
        f'{esc(person.name.strip()[:1])}</span><span class="who"><b><bdi>{esc(person.name)}</bdi></b>'
        f'<span class="meta">{role}</span></span><span class="meta">{counted("mail_count", len(own), language)}</span>'
        f"</a>{newest}</li>"
    )


def _draft_row(draft: Draft, network: str, language: str) -> str:
    words = esc(draft.text[:120]) or esc(network)
    return (
        f'<li class="row"><h3><a href="{esc(draft.path)}"><bdi>{words}</bdi></a></h3><p class="meta">{esc(network)} · '
        f'<bdi class="ltr">@{esc(draft.account.handle)}</bdi> · {moment(draft.at, language)}</p></li>'
    )


def _facts(person: Person, language: str) -> str:
    facts = [("email", person.email)] + ([("password", person.password)] if person.password else [])
    rows = "".join(
        f'<dt>{esc(say(key, language))}</dt><dd><bdi class="ltr">{esc(value)}</bdi></dd>' for key, value in facts
    )
    return f'<dl class="facts">{rows}</dl>'


def _mailbox(mails: list[Mail], language: str) -> str:
    notices = "".join(_mail(mail, language) for mail in mails if mail["notice"] is not None)
    letters = "".join(_mail(mail, language) for mail in mails if mail["notice"] is None)
    empty = f'<p class="empty">{esc(say("no_mails", language))}</p>'
    parts = f'<section><h2 class="sect">{say("notices", language)}</h2>{notices}</section>' if notices else ""
    return f'{parts}<section><h2 class="sect">{say("mails", language)}</h2>{letters or empty}</section>'


def _mail(mail: Mail, language: str) -> str:
    kind = "notice" if mail["notice"] is not None else "mail"
    return (
        f'<article class="{kind}" data-mail="{mail["id"]}"><header><h3 dir="auto">{esc(mail["subject"])}</h3>'
        f'<p class="meta">{moment(mail["received_at"], language)} · <bdi>{esc(mail["from"])}</bdi></p></header>'
        f'<div class="text" dir="auto">{_linked(mail["text"])}</div></article>'
    )


def _linked(text: str) -> str:
    """The mail's text with its links to click; the whole takes the direction of its first words, links aside."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    return "".join(f"<p>{_anchored(block)}</p>" for block in blocks)


def _anchored(block: str) -> str:
    parts: list[str] = []
    end = 0
    for match in LINK.finditer(block):
        link = esc(match[0])
        anchor = f'<a class="ltr" href="{link}" rel="noreferrer"><bdi>{link}</bdi></a>'
        parts += [esc(block[end : match.start()]), anchor]
        end = match.end()
    return "".join([*parts, esc(block[end:])])
