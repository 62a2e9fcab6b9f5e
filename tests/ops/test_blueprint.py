"""The migrated SQLite file that the tests' own are copied from: made once, never half made, the newest kept."""

from pathlib import Path

import pytest

from ops import blueprint


@pytest.fixture
def migrated(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were migrated, each of which holds a word of it."""
    found: list[Path] = []

    def migrate(address: str) -> None:
        found.append(Path(address.removeprefix("sqlite:///")))
        found[-1].write_text("migrated")

    monkeypatch.setattr(blueprint, "migrate", migrate)
    return found


def test_it_is_made_once_and_those_of_other_migrations_go(tmp_path: Path, migrated: list[Path]) -> None:
    (tmp_path / f"{blueprint.PREFIX}of_yesterday.sqlite3").touch()
    first, second = blueprint.blueprint_file(tmp_path), blueprint.blueprint_file(tmp_path)
    assert (len(migrated), first, first.read_text()) == (1, second, "migrated")
    assert list(tmp_path.iterdir()) == [first]


def test_a_run_that_is_broken_off_leaves_nothing_that_passes_for_it(
    tmp_path: Path, migrated: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(address: str) -> None:
        Path(address.removeprefix("sqlite:///")).write_text("half")
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(blueprint, "migrate", break_off)
        blueprint.blueprint_file(tmp_path)
    assert blueprint.blueprint_file(tmp_path).read_text() == "migrated"
