"""Typed readers of the environment and of the installation's own secrets file.

Settings fail closed: outside the embedded demonstration there is no default secret.
"""

import ipaddress
import json
import os
import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("SANAD_VAR", default=str(BASE_DIR / "var")))


def is_production() -> bool:
    return bool(env.str("SANAD_ENV", default="embedded") == "production")


def secret(name: str) -> str:
    """A secret from the environment, else from `var/secrets.json` (made per installation, mode 0600).

    Raises ImproperlyConfigured when neither has it.
    """
    value = env.str(name, default="")
    if value:
        return str(value)
    file = VAR_DIR / "secrets.json"
    stored = json.loads(file.read_text()).get(name, "") if file.exists() and not is_production() else ""
    if not stored:
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment; `make run` makes one for the demo.")
    return str(stored)


def rate(name: str, default: str) -> str:
    """So many requests per second, minute, hour or day: `600/min`. Raises ImproperlyConfigured for anything else."""
    value = str(env.str(name, default=default))
    if not re.fullmatch(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)", value):
        raise ImproperlyConfigured(f"{name} must be a number of requests per time, for example 600/min.")
    return value


def network_urls() -> dict[str, str]:
    """Base address per network slug, from NETWORK_<SLUG>_URL."""
    return _per_network("_URL")


def network_reads_per_day() -> dict[str, int]:
    """Bound on the reads of figures per network slug and UTC day, from NETWORK_<SLUG>_READS_PER_DAY."""
    found = _per_network("_READS_PER_DAY")
    if wrong := [slug for slug, value in found.items() if not (value.isascii() and value.isdigit())]:
        raise ImproperlyConfigured(f"NETWORK_{wrong[0].upper()}_READS_PER_DAY must be a whole number.")
    return {slug: int(value) for slug, value in found.items()}


def ip_networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses and networks, separated by commas: 10.0.0.7, 192.168.0.0/16."""
    try:
        return [ipaddress.ip_network(one.strip()) for one in env.list(name, default=[]) if one.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must name IP addresses or networks.") from error


def long_enough(name: str, length: int = 24) -> str:
    """A secret that may be left out; a short one is refused rather than guessed by somebody."""
    value = str(env.str(name, default=""))
    if value and len(value) < length:
        raise ImproperlyConfigured(f"{name} must have at least {length} characters, or be left out.")
    return value


def _per_network(ending: str) -> dict[str, str]:
    names = {name: value for name, value in os.environ.items() if name.startswith("NETWORK_") and name.endswith(ending)}
    return {name.removeprefix("NETWORK_").removesuffix(ending).lower(): value for name, value in names.items()}
