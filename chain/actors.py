"""Who acts: a person in an institution, or a named part of the system.

The accounts app builds an Actor from a session or a token; an action only asks it, and never sees a request.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from chain.errors import NotAllowed, NotFound, SecondFactorNeeded


class Via(StrEnum):
    SESSION = "session"
    TOKEN = "token"  # noqa: S105  (a kind of access, not a secret)
    SYSTEM = "system"


class Owned(Protocol):
    """Anything that belongs to an institution."""

    @property
    def organisation_id(self) -> int: ...


@dataclass(frozen=True)
class Actor:
    """`capabilities` are usable now; `awaiting_second_factor` are held, but need a second factor confirmed first."""

    name: str
    organisation_id: int | None
    user_id: int | None
    via: Via
    capabilities: frozenset[str] = field(default_factory=frozenset)
    awaiting_second_factor: frozenset[str] = field(default_factory=frozenset)

    def can(self, capability: str) -> bool:
        """Whether a page should offer the act: the second factor is asked for when it is done."""
        return capability in self.capabilities or capability in self.awaiting_second_factor

    def require(self, capability: str, *, on: Owned) -> None:
        """Raises NotFound (another institution's), SecondFactorNeeded or NotAllowed."""
        if on.organisation_id != self.organisation_id:
            raise NotFound
        if capability in self.capabilities:
            return
        if capability in self.awaiting_second_factor:
            raise SecondFactorNeeded
        raise NotAllowed


def system_actor(name: str, organisation_id: int | None) -> Actor:
    """The system acting by itself (dispatcher, publisher, watchdog…): never asked for a capability."""
    return Actor(name=name, organisation_id=organisation_id, user_id=None, via=Via.SYSTEM)
