"""The phone page: mails, notices and second-factor codes of the demo people."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from sandbox.people import totp
from sandbox.testing import ManualClock, SandboxClient, running_sandbox

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
ALICE = {
    "name": "أليس العلوي",
    "email": "alice@rabita.example",
    "role_label": {"ar": "كاتبة", "fr": "Auteure", "en": "Author"},
    "password": "demo-pass",
    "totp_secret": RFC_SECRET,
}


def write_people(path: Path, *people: Mapping[str, object], accounts: object = ()) -> None:
    path.write_text(json.dumps({"people": people, "accounts": accounts}), encoding="utf-8")


@pytest.fixture
def people_file(tmp_path: Path) -> Path:
    return tmp_path / "people.json"


@pytest.fixture
def phones(people_file: Path) -> Iterator[SandboxClient]:
    write_people(people_file, ALICE)
    with running_sandbox(people_file=people_file, clock=ManualClock(59.0), smtp=True) as client:
        yield client


def send(client: SandboxClient, subject: str, body: str, *, notice: str = "", to: str = "alice@rabita.example") -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "سند <sanad@rabita.example>", to
    if notice:
        mail["X-Sanad-Notice"] = notice
    mail.set_content(body)
    assert client.smtp_port is not None
    with smtplib.SMTP("127.0.0.1", client.smtp_port, timeout=5) as smtp:
        smtp.send_message(mail)


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    assert totp(RFC_SECRET, at)[0] == code


def test_a_phone_shows_the_code_and_its_seconds(phones: SandboxClient) -> None:
    alice = phones.phones()[0]
    assert (alice["code"], alice["seconds_left"], alice["password"]) == ("287082", 1, "demo-pass")


def test_a_mail_arrives_decoded_with_its_links(phones: SandboxClient) -> None:
    send(phones, "أكدوا بريدكم", "الرابط: http://127.0.0.1:8000/confirm/a-b_c/.\nوالسلام")
    mail = phones.mails("alice@rabita.example")[0]
    assert (mail["subject"], mail["links"]) == ("أكدوا بريدكم", ["http://127.0.0.1:8000/confirm/a-b_c/"])
    assert "والسلام" in mail["text"]
    page = requests.get(f"{phones.url}/phone/alice@rabita.example", timeout=5).text
    assert 'href="http://127.0.0.1:8000/confirm/a-b_c/"' in page


def test_notices_stand_apart_from_mail_and_the_newest_is_first(phones: SandboxClient) -> None:
    send(phones, "رسالة", "نص")
    send(phones, "إشعار", "نص", notice="review")
    assert [mail["notice"] for mail in phones.mails()] == ["review", None]
    page = requests.get(f"{phones.url}/phone/alice@rabita.example", timeout=5).text
    assert page.index('class="notice"') < page.index('class="mail"')


def test_an_invited_stranger_has_a_phone_too(phones: SandboxClient) -> None:
    send(phones, "دعوة", "http://127.0.0.1:8000/invite/x/", to="charlie@elsewhere.example")
    assert [person["email"] for person in phones.phones()] == ["alice@rabita.example", "charlie@elsewhere.example"]
    assert phones.phones()[0]["mails"] == []


def test_the_people_file_is_read_again_when_it_changes(phones: SandboxClient, people_file: Path) -> None:
    bob = {"name": "بوب", "email": "bob@rabita.example", "role_label": {"ar": "مراجع"}, "password": "p"}
    account = {"network": "mastodon", "handle": "@second", "display_name": "ثان", "bio": "", "token": "t-2"}
    write_people(people_file, ALICE, bob, accounts=[account])
    assert [person["name"] for person in phones.phones()] == ["أليس العلوي", "بوب"]
    assert phones.token("second") == "t-2"


def test_a_broken_people_file_keeps_the_people_who_were_there(phones: SandboxClient, people_file: Path) -> None:
    people_file.write_text("{", encoding="utf-8")
    assert [person["name"] for person in phones.phones()] == ["أليس العلوي"]


def test_a_missing_people_file_may_come_later(tmp_path: Path) -> None:
    path = tmp_path / "later.json"
    with running_sandbox(people_file=path) as client:
        assert client.phones() == []
        write_people(path, ALICE)
        assert len(client.phones()) == 1


def test_markup_in_a_mail_is_shown_and_not_run(phones: SandboxClient) -> None:
    send(phones, "<script>alert(1)</script>", '<img src=x onerror="alert(1)">')
    page = requests.get(f"{phones.url}/phone/alice@rabita.example", timeout=5)
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
