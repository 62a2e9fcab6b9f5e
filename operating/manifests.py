"""What a backup holds: every file with its size and hash, of which release, and where its audit trail ended."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from chain.models import Seal

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """`files`: path within the backup → [sha256, bytes]. `seal`: number and hash of the last seal before the copy."""

    format: int
    made_at: str
    database: str
    migrations: list[str]
    seal: tuple[int, str]
    files: dict[str, tuple[str, int]]

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Raises CommandError where there is no manifest of ours."""
    try:
        found = Manifest(**json.loads((folder / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise CommandError(f"{folder} is no backup of Sanad: its {NAME} cannot be read.") from error
    if found.format != FORMAT:
        raise CommandError(f"This backup has format {found.format}; this release reads {FORMAT}.")
    return found


def damaged(manifest: Manifest, folder: Path) -> list[str]:
    """The files that are missing or not as they were written. A path out of the folder is damage too."""
    root = folder.resolve()
    wrong = []
    for path, (digest, size) in manifest.files.items():
        file = (root / path).resolve()
        if not file.is_relative_to(root) or not file.is_file() or (sha256(file), file.stat().st_size) != (digest, size):
            wrong.append(path)
    return wrong


def described(folder: Path) -> dict[str, tuple[str, int]]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != NAME)
    return {str(path.relative_to(folder)): (sha256(path), path.stat().st_size) for path in files}


def sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def last_seal() -> tuple[int, str]:
    seal = Seal.objects.order_by("-number").first()
    return (seal.number, seal.hash) if seal else (0, "")


def applied_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
