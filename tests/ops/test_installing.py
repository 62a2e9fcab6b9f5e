"""What an installation makes for itself: secrets, ports, the environment, fonts and icons."""

import json
import os
import socket
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ops import environment, frontend, keys, ports
from ops.console import Problem
from ops.start import load_dotenv


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = keys.ensure(tmp_path)
    assert keys.ensure(tmp_path) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    Fernet(first["CREDENTIALS_KEY"].encode())


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    one, two = keys.ensure(tmp_path / "one"), keys.ensure(tmp_path / "two")
    assert not set(one.values()) & set(two.values())


def test_a_secret_that_is_there_is_kept_when_another_is_missing(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(json.dumps({"CREDENTIALS_KEY": "kept"}))
    assert keys.ensure(tmp_path)["CREDENTIALS_KEY"] == "kept"


def test_a_taken_port_that_was_asked_for_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(number))
        with pytest.raises(Problem, match=f"Port {number} on 127.0.0.1 is taken"):
            ports.choose(tmp_path)


def test_a_port_that_is_no_number_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(Problem, match="PORT=eighty is not a port number"):
        ports.choose(tmp_path)


def test_a_second_start_finds_the_same_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(ports.free_port()))
    assert ports.choose(tmp_path) == ports.choose(tmp_path)


def test_the_networks_of_the_demonstration_are_those_that_the_sandbox_imitates() -> None:
    given = environment.embedded(Path("var"), dict.fromkeys(ports.USUAL, 9), {})
    urls = {name for name in given if name.startswith("NETWORK_")}
    assert urls == {f"NETWORK_{slug.upper()}_URL" for slug in environment.sandbox_networks()}
    assert urls


def test_what_the_person_set_is_not_overruled() -> None:
    given = environment.embedded(Path("var"), dict.fromkeys(ports.USUAL, 9), {"REDIS_URL": "redis://mine:1/2"})
    assert given["REDIS_URL"] == "redis://mine:1/2"


def test_the_demonstration_does_not_start_over_a_production_machine() -> None:
    with pytest.raises(Problem, match=r"docs/operations\.md"):
        environment.embedded(Path("var"), dict.fromkeys(ports.USUAL, 9), {"SANAD_ENV": "production"})


def test_the_settings_file_of_the_person_yields_to_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONE_OF_MINE", "kept")
    monkeypatch.delenv("TWO_OF_MINE", raising=False)
    (tmp_path / ".env").write_text("# mine\nONE_OF_MINE=lost\nTWO_OF_MINE='two'\n")
    load_dotenv(tmp_path / ".env")
    assert (os.environ["ONE_OF_MINE"], os.environ.pop("TWO_OF_MINE")) == ("kept", "two")


def test_every_icon_that_a_page_names_is_installed() -> None:
    folder = frontend.VENDOR / "icons" / "lucide"
    assert sorted(name for name in frontend.icon_names() if not (folder / f"{name}.svg").exists()) == []


def test_the_lock_of_the_front_end_names_no_registry(repository: Path) -> None:
    assert "resolved" not in (repository / "package-lock.json").read_text()
