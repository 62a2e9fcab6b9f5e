"""What tests may do with the machine: loopback sockets only, files in a temporary folder.

Loaded by tests/conftest.py.
"""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

EMBEDDED = {"accounts", "analytics", "campaigns", "chain", "demo", "library", "operating", "publishing"}
LOCAL_NAMES = {"localhost", "testserver", "", None}


def pytest_configure() -> None:
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's own loop lives in the tests' thread


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the applications do is true on SQLite too, the embedded default; only the browser is not driven twice.

    Nor are tests without a database, which pytest-django would not let them open.
    """
    for item in items:
        taken = set(getattr(item, "fixturenames", ()))
        has_database = item.get_closest_marker("django_db") is not None or "db" in taken or "transactional_db" in taken
        drives = {"page", "browser", "context", "new_context"} & taken
        if item.path.parent.name in EMBEDDED and has_database and not drives:
            item.add_marker(pytest.mark.embedded)


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"


@pytest.fixture(autouse=True, scope="session")
def _no_internet() -> Iterator[None]:
    """A test that reaches for an address beyond this machine fails there and then."""
    patch = pytest.MonkeyPatch()
    real_connect, real_connect_ex, real_lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _refuse_beyond_loopback(self.family, address)
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_beyond_loopback(self.family, address)
        return real_connect_ex(self, address)

    def lookup(host: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in LOCAL_NAMES and not _is_address(name) and name != socket.gethostname():
            pytest.fail(f"the test looked up {name!r}: tests do not use the internet")
        return real_lookup(host, *more, **named)

    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    patch.setattr(socket, "getaddrinfo", lookup)
    yield
    patch.undo()


def _refuse_beyond_loopback(family: int, address: Any) -> None:
    if family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = address[0]
    if host in LOCAL_NAMES or (_is_address(host) and ipaddress.ip_address(host.split("%")[0]).is_loopback):
        return
    pytest.fail(f"the test connected to {host!r}: tests do not use the internet")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True


@pytest.fixture
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parent.parent
