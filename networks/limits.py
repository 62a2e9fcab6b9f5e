"""What a network, or one server of it, accepts.

Owns the Limits that the adapter declares, that a server may narrow or widen, and that a channel keeps.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from networks.length import TextUnit


@dataclass(frozen=True)
class Limits:
    """None means that the network states no such limit. Sizes in bytes, `max_pixels` is width × height."""

    max_text: int
    text_unit: TextUnit = TextUnit.GRAPHEMES
    max_text_bytes: int | None = None
    max_text_with_media: int | None = None
    url_weight: int | None = None
    mention_drops_domain: bool = False
    counts_content_warning: bool = False
    max_media: int = 0
    media_types: tuple[str, ...] = ()
    max_media_bytes: int | None = None
    max_pixels: int | None = None
    max_alt_text: int | None = None

    def to_json(self) -> dict[str, Any]:
        """What a channel stores; `from_json` gives the same back."""
        return {**asdict(self), "media_types": list(self.media_types)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Limits":
        """Names it does not know are left out, so that limits stored by another version still load."""
        known = {field.name for field in fields(cls)}
        given = {name: content for name, content in value.items() if name in known}
        limits = cls(**given)
        return replace(limits, text_unit=TextUnit(limits.text_unit), media_types=tuple(limits.media_types))
