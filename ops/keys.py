"""Owns var/secrets.json: the secrets that one installation makes for itself, readable by its owner alone.

An existing secret is never replaced: the credentials of channels are encrypted with one of them.
"""

import base64
import json
import os
import secrets
import string
from pathlib import Path

ALPHABET = string.ascii_lowercase.replace("l", "").replace("o", "") + "23456789"


def ensure(var: Path) -> dict[str, str]:
    """The secrets of the installation whose data are in `var`, made now where one is missing."""
    file = var / "secrets.json"
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    made = {name: make() for name, make in MAKERS.items() if not kept.get(name)}
    if made:
        _write(file, kept | made)
    return kept | made


def _write(file: Path, values: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(values, out, indent=1)
    fresh.replace(file)


def _secret_key() -> str:
    return secrets.token_urlsafe(50)


def _fernet_key() -> str:
    """32 random bytes in URL-safe base64: what cryptography's Fernet takes."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))


MAKERS = {"SECRET_KEY": _secret_key, "CREDENTIALS_KEY": _fernet_key, "DEMO_PASSWORD": _password}
