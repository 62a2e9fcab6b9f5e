"""Owns the networks' time: the machine's own, or the past moment that the control desk has set them to.

What was posted while it was set is of the past: its readers lived at the world's own pace until the clock was let go,
and at the simulator's speed from then on. The moment of letting go is kept, so that a restart changes no figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

Clock = Callable[[], float]


class NetworkClock:
    """Answers epoch seconds; `base` is the machine's clock, `kept` the file that remembers when the past ended."""

    def __init__(self, base: Clock, kept: Path) -> None:
        self._base = base
        self._kept = kept
        self._ahead: float | None = None
        self._turned_at = float(kept.read_text()) if kept.exists() else -math.inf

    def __call__(self) -> float:
        return self._base() + (self._ahead or 0.0)

    def set(self, at: float) -> None:
        """From now on it is `at`, and time goes on from there."""
        self._ahead = at - self._base()

    def let_go(self) -> None:
        """Back to the machine's time; what was posted until now is the past."""
        if self._ahead is not None:
            self._ahead = None
            self._turned_at = self._base()
            self._kept.write_text(repr(self._turned_at))

    @property
    def turned_at(self) -> float:
        """When the past ended: never yet while the clock is set, before all time where there was no past."""
        return math.inf if self._ahead is not None else self._turned_at
