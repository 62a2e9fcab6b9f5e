"""Restoring: into an empty database and an empty media folder, and nowhere else; then the trail is verified.

What waited to go out when the backup was made may be out already, so it is held: nothing goes out twice by itself.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from chain import sealing
from chain.models import Seal
from operating import databases, manifests
from operating.manifests import Manifest
from publishing import restored


@dataclass(frozen=True)
class Restored:
    """`breaks`: what does not hold in the audit trail; empty when all does. `held`: deliveries kept back."""

    manifest: Manifest
    events: int
    breaks: list[str]
    held: int


def restore(folder: Path) -> Restored:
    """Raises CommandError, and then has written nothing."""
    manifest = manifests.read(folder)
    refuse_unfit(manifest, folder)
    databases.read_from(folder / databases.file_name())
    bring_pictures(folder / "media", Path(settings.MEDIA_ROOT))
    verdict = sealing.verify()
    breaks = [*verdict.breaks, *seal_is_missing(manifest)]
    return Restored(manifest, verdict.events, breaks, held=0 if breaks else restored.hold_what_waited())


def refuse_unfit(manifest: Manifest, folder: Path) -> None:
    if manifest.database != connection.vendor:
        raise CommandError(f"This backup is of {manifest.database}, and DATABASE_URL names {connection.vendor}.")
    if not databases.is_empty():
        raise CommandError("The database is not empty. Make an empty one, name it in DATABASE_URL, and start again.")
    if has_files(Path(settings.MEDIA_ROOT)):
        raise CommandError("The media folder is not empty. Name an empty one in MEDIA_ROOT, and start again.")
    if wrong := manifests.damaged(manifest, folder):
        raise CommandError(f"The backup is damaged: {', '.join(wrong[:5])} ({len(wrong)} in all).")


def has_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


def bring_pictures(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def seal_is_missing(manifest: Manifest) -> list[str]:
    """The trail must contain the seal that was the last when the backup was made."""
    number, digest = manifest.seal
    if not number or Seal.objects.filter(number=number, hash=digest).exists():
        return []
    return [f"seal {number} of the manifest is not in the database"]
