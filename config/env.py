"""Typed readers of the environment and of the installation's own secrets file.

Settings fail closed: outside the embedded demonstration there is no default secret.
"""

import json
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


def network_urls() -> dict[str, str]:
    """Base address per network slug, from NETWORK_<SLUG>_URL."""
    import os

    names = {name: value for name, value in os.environ.items() if name.startswith("NETWORK_") and name.endswith("_URL")}
    return {name.removeprefix("NETWORK_").removesuffix("_URL").lower(): value for name, value in names.items()}
