"""What tests may not do: reach beyond this machine."""

import socket

import pytest


def test_a_connection_beyond_the_loopback_fails_the_test() -> None:
    with socket.socket() as one, pytest.raises(pytest.fail.Exception, match="do not use the internet"):
        one.connect(("192.0.2.1", 80))


def test_looking_up_a_foreign_name_fails_the_test() -> None:
    with pytest.raises(pytest.fail.Exception, match="do not use the internet"):
        socket.getaddrinfo("example.org", 443)


def test_the_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
