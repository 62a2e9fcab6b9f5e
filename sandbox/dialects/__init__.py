"""Owns the registry of simulated networks: each module of this package that defines `DIALECT` is one network.

To add a network, add `sandbox/dialects/<slug>.py`; nothing else names it. Modules with a leading underscore are parts.
"""

from __future__ import annotations

import importlib
import pkgutil

from sandbox.dialects.base import Dialect


def all_dialects() -> dict[str, Dialect]:
    """Every network that the simulator speaks, by slug."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names if name != "base"]
    return {module.DIALECT.slug: module.DIALECT for module in modules}
