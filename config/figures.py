"""How numbers are written: Western digits in every language, and an unknown in words, never as zero."""

from decimal import Decimal
from typing import Literal

from django.utils.translation import get_language

Style = Literal["count", "percent", "decimal"]
Number = int | float | Decimal

LRM = "\u200e"
NARROW_SPACE = "\u202f"


def grouped(value: Number, decimals: int = 0) -> str:
    """`312,480`; in French `312 480` and a comma before decimals."""
    text = f"{value:,.{decimals}f}"
    if get_language() == "fr":
        return text.replace(",", NARROW_SPACE).replace(".", ",")
    return text


def trimmed(value: Number, decimals: int) -> str:
    """At most so many decimals, without the zeros that say nothing: 3.90 → 3.9, 35.0 → 35."""
    rounded = round(Decimal(str(value)), decimals)
    wanted = max(0, -int(rounded.normalize().as_tuple().exponent))
    return grouped(rounded, wanted)


def percent(share: Number, decimals: int = 1) -> str:
    """A share between 0 and 1 as a percentage. The sign is wrapped in LRM (CLDR, ar-MA) so that it stays after its
    number in a right-to-left line."""
    text = trimmed(Decimal(str(share)) * 100, decimals)
    if get_language() == "fr":
        return f"{text}{NARROW_SPACE}%"
    return f"{text}{LRM}%{LRM}" if get_language() == "ar" else f"{text}%"


def written(value: Number, style: Style = "count") -> str:
    if style == "percent":
        return percent(value)
    return trimmed(value, 2) if style == "decimal" else grouped(value)
