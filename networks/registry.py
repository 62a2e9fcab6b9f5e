"""Which networks there are: every file in networks/adapters/ that holds an Adapter with the file's name as slug.

Owns the lookup by slug; a new network is a new file and nothing else.
"""

import inspect
import pkgutil
from functools import cache
from importlib import import_module

from networks import adapters
from networks.base import Adapter
from networks.options import Option


class UnknownNetwork(KeyError):
    """No adapter file has that slug."""


@cache
def all_adapters() -> tuple[type[Adapter], ...]:
    """Every network's class, in alphabetical order of slugs."""
    return tuple(_class_in(name) for name in sorted(module.name for module in pkgutil.iter_modules(adapters.__path__)))


def adapter_class(slug: str) -> type[Adapter]:
    """Raises UnknownNetwork, a KeyError."""
    for found in all_adapters():
        if found.slug == slug:
            return found
    raise UnknownNetwork(slug)


def options_of(slug: str) -> tuple[Option, ...]:
    """What a network lets one choose for a post; nothing where it is not installed."""
    return next((found.options for found in all_adapters() if found.slug == slug), ())


def label_in(slug: str, language: str | None) -> str:
    """The network's name as readers of that language write it."""
    found = adapter_class(slug)
    return found.labels.get((language or "")[:2], found.label)


def _class_in(name: str) -> type[Adapter]:
    module = import_module(f"{adapters.__name__}.{name}")
    for _, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, Adapter) and found.__module__ == module.__name__ and found.slug == name:
            return found
    raise LookupError(f"networks/adapters/{name}.py has no Adapter with the slug {name}")
