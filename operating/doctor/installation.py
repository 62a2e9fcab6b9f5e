"""The installation itself: its settings, its keys, its static files and its catalogues."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from operating.doctor.findings import Finding, failed, fine, warning

KEY_LENGTH = 50
MAKE_A_KEY = (
    'Make one: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())", set '
    "CREDENTIALS_KEY and restart; see docs/operations.md, Keys."
)


def addresses() -> Iterator[Finding]:
    """Only what is dangerous or broken in production; the demonstration's own values are right for it."""
    if not settings.PRODUCTION:
        yield fine("settings", "embedded: on this machine alone, with its own secrets")
        return
    wrong = list(_wrong_addresses())
    yield from wrong
    if not wrong:
        yield fine("settings", f"production, at {settings.BASE_URL}")


def _wrong_addresses() -> Iterator[Finding]:
    base = urlsplit(settings.BASE_URL)
    if base.scheme != "https":
        yield failed("settings", f"SANAD_BASE_URL is {base.scheme}://…", "Set it to the https address that people use.")
    if (base.hostname or "") not in settings.ALLOWED_HOSTS:
        yield failed("settings", "ALLOWED_HOSTS lacks the host of SANAD_BASE_URL", f"Add {base.hostname} to it.")
    if "*" in settings.ALLOWED_HOSTS:
        yield failed("settings", "ALLOWED_HOSTS lets every name in", "Name the hosts.")
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        do = "Behind a TLS proxy set BEHIND_PROXY=1; without one nobody reaches a page."
        yield failed("settings", "every page redirects to https and no proxy is trusted to have spoken it", do)
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield failed("settings", "SQLite holds production", "Set DATABASE_URL to a PostgreSQL database.")
    if settings.NETWORKS_ALLOW_PRIVATE_HOSTS:
        do = "Unset it, unless a network of yours has its server in your own house."
        yield warning("settings", "NETWORKS_ALLOW_PRIVATE_HOSTS lets channels reach machines of your own network", do)
    if "localhost" in settings.DEFAULT_FROM_EMAIL:
        yield warning("settings", "DEFAULT_FROM_EMAIL is no address of yours", "Set it, or mails are refused.")


def keys() -> Iterator[Finding]:
    if len(settings.SECRET_KEY) < KEY_LENGTH:
        do = 'Set a new one: python -c "import secrets; print(secrets.token_urlsafe(50))"; everybody signs in again.'
        yield failed("keys", f"SECRET_KEY is shorter than {KEY_LENGTH} characters", do)
    given = [key.strip() for key in settings.CREDENTIALS_KEY.split(",")]
    bad = [position for position, key in enumerate(given, start=1) if not is_key(key)]
    if bad:
        yield failed("keys", f"CREDENTIALS_KEY: number {bad[0]} of {len(given)} is no Fernet key", MAKE_A_KEY)
    elif len(given) > 1:
        do = "Run `manage.py reencrypt_credentials`, then take the old ones out and restart."
        yield warning("keys", f"CREDENTIALS_KEY names {len(given)} keys: a change is under way", do)
    else:
        yield fine("keys", "SECRET_KEY and CREDENTIALS_KEY are well formed")


def is_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def static_files() -> Iterator[Finding]:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    do = "Run `python -m ops.frontend`, then `python -m ops.prepare`."
    try:
        gathered = set(json.loads(manifest.read_text(encoding="utf-8"))["paths"])
    except (OSError, ValueError, KeyError):
        yield failed("static files", f"{manifest} cannot be read: pages would have neither style nor script", do)
        return
    left_out = apps.get_app_config("staticfiles").ignore_patterns  # type: ignore[attr-defined]
    wanted = {path for finder in get_finders() for path, _storage in finder.list(left_out)}
    if lacking := sorted(wanted - gathered):
        yield failed("static files", f"{len(lacking)} are not gathered, {lacking[0]} among them", do)
    elif not any(path.endswith(".woff2") for path in gathered):
        yield failed("static files", "the fonts of the pages are not installed", do)
    else:
        yield fine("static files", f"{len(gathered)} gathered, fonts among them")


def catalogues() -> Iterator[Finding]:
    sources = [path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/*.po")]
    stale = [path for path in sources if not is_compiled(path)]
    if stale or not sources:
        names = ", ".join(sorted(path.parts[-3] for path in stale)) or "all"
        yield failed("catalogues", f"not compiled: {names}", "Run `python -m ops.messages compile`, then restart.")
    else:
        yield fine("catalogues", f"{len(sources)} compiled")


def is_compiled(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime
