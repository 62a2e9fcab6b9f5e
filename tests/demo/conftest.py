"""The demonstration laid against a simulator of its own, as `make run` lays it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from sandbox.testing import SandboxClient, running_sandbox


@pytest.fixture
def lay(networks: SandboxClient) -> Callable[..., None]:
    """Run `manage.py demo`: without a past, unless `past_days` are given."""

    def run(past_days: int = 0) -> None:
        call_command("demo", verbosity=0, networks=networks.url, past_days=past_days)

    return run


@pytest.fixture
def networks(tmp_path: Path, settings: Any) -> Iterator[SandboxClient]:
    """A simulator that reads the demonstration's people file, empty at first."""
    settings.VAR_DIR = tmp_path
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    with running_sandbox(people_file=tmp_path / "demo-people.json") as running:
        settings.NETWORK_URLS = {"mastodon": running.base("mastodon")}
        yield running


@pytest.fixture
def people_file(tmp_path: Path) -> Callable[[], dict[str, Any]]:
    def read() -> dict[str, Any]:
        found: dict[str, Any] = json.loads((tmp_path / "demo-people.json").read_text(encoding="utf-8"))
        return found

    return read
