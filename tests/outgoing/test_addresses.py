"""Which addresses may be reached."""

import ipaddress
import socket

import pytest

from outgoing import Client, NeverSent, Reason
from outgoing.addresses import is_public

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808", "::ffff:8.8.8.8"]
PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.8",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "::8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:c0a8:101::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_reached(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_no_way_of_writing_a_private_address_is_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
    ],
)
def test_a_private_host_is_refused_before_anything_is_sent(url: str) -> None:
    with Client() as client, pytest.raises(NeverSent) as caught:
        client.request("GET", url)
    assert caught.value.reason == Reason.ADDRESS_REFUSED


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_an_odd_spelling_of_a_private_address_is_seen_through(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolvers take these for 127.0.0.1: what they answer is checked, never the spelling."""
    monkeypatch.setattr("outgoing.addresses.socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 443))])
    with Client() as client, pytest.raises(NeverSent) as caught:
        client.request("GET", f"https://{host}/")
    assert caught.value.reason == Reason.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "url", ["http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://user:pass@example.org/"]
)
def test_only_https_without_credentials_in_the_address_goes_out(url: str) -> None:
    with Client() as client, pytest.raises((NeverSent, ValueError)) as caught:
        client.request("GET", url)
    assert "pass" not in str(caught.value).replace("/etc/passwd", "")


def test_a_name_that_does_not_exist_is_certainly_not_sent_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_known(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("outgoing.addresses.socket.getaddrinfo", not_known)
    with Client() as client, pytest.raises(NeverSent) as caught:
        client.request("GET", "https://sanad.invalid/")
    assert caught.value.reason == Reason.NAME_NOT_FOUND


def test_a_host_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.8")]
    monkeypatch.setattr("outgoing.addresses.socket.getaddrinfo", lambda *_, **__: answers)
    with Client() as client, pytest.raises(NeverSent) as caught:
        client.request("GET", "https://example.org/")
    assert caught.value.reason == Reason.ADDRESS_REFUSED


def test_the_connection_goes_to_the_checked_address_whatever_the_name_says_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    connected: list[tuple[str, int]] = []

    def connecting(address: tuple[str, int], **_: object) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("outgoing.addresses.socket.getaddrinfo", rebinding)
    monkeypatch.setattr("outgoing.connections.socket.create_connection", connecting)
    with Client() as client, pytest.raises(NeverSent):
        client.request("GET", "https://rebinding.example/")
    assert asked == ["rebinding.example"]
    assert connected == [("93.184.216.34", 443)]
