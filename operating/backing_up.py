"""Backing up: the database, then the pictures, then the manifest; under its name only when it is whole.

The keys are never in it: whoever held both could post in the institution's name.
"""

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from operating import databases, manifests


def back_up(into: Path) -> Path:
    """A new folder below `into`, readable by its owner alone. Raises CommandError."""
    before = os.umask(0o077)
    try:
        return _back_up(into)
    finally:
        os.umask(before)


def _back_up(into: Path) -> Path:
    now = timezone.now()
    whole = into / f"sanad-{now:%Y%m%dT%H%M%SZ}"
    partial = whole.with_suffix(".partial")
    if whole.exists():
        raise CommandError(f"{whole} is there already.")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    seal = manifests.last_seal()
    databases.write_to(partial / databases.file_name())
    copy_pictures(Path(settings.MEDIA_ROOT), partial / "media")
    manifests.Manifest(
        format=manifests.FORMAT,
        made_at=now.isoformat(),
        database=connection.vendor,
        migrations=manifests.applied_migrations(),
        seal=seal,
        files=manifests.described(partial),
    ).write(partial)
    partial.rename(whole)
    return whole


def copy_pictures(source: Path, target: Path) -> None:
    """Stored pictures are final: what the database of a moment ago names is there."""
    target.mkdir()
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.part", "*.new", "*.tmp"))
