"""What a network lets one choose for each post, beyond text, pictures and what every post has: declared once.

Owns Option. The composer, the checks, the reviewers' sheet, the API's schema, the feature matrix and the adapter itself
all read an adapter's `options`; the words for people stand in campaigns/option_words.py, keyed by the names here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from networks.length import TextUnit

ON = "on"
OFF = "off"


class OptionKind(StrEnum):
    CHOICE = "choice"
    SWITCH = "switch"
    TEXT = "text"


@dataclass(frozen=True)
class Option:
    """One thing to choose, told as text: one of `choices`, "on" or "off", or words of at most `max_length` in `unit`.

    Names and choices are ours (letters, digits, `_`), never the network's own parameters. `default` is what the network
    does when it is told nothing: a value equal to it is not part of a post. A required option has none, for a person
    says it. `is_for_every_part` is False for what only the first post of a thread is told.
    """

    name: str
    kind: OptionKind
    choices: tuple[str, ...] = ()
    default: str = ""
    max_length: int | None = None
    unit: TextUnit = TextUnit.CODE_POINTS
    required: bool = False
    is_for_every_part: bool = True

    def __post_init__(self) -> None:
        if self.kind is OptionKind.SWITCH:
            object.__setattr__(self, "choices", (ON, OFF))
        if (self.kind is OptionKind.TEXT) == bool(self.choices):
            raise ValueError(f"{self.name}: choices belong to a choice, and to it alone")
        if self.required and self.default:
            raise ValueError(f"{self.name}: what a person must say has no default")
        if self.default and self.choices and self.default not in self.choices:
            raise ValueError(f"{self.name}: the default is none of the choices")
        if self.required and not self.is_for_every_part:
            raise ValueError(f"{self.name}: what a person must say holds for every part")


def switch(name: str, *, default: str) -> Option:
    return Option(name, OptionKind.SWITCH, default=default)


def choice(name: str, *choices: str, required: bool = False, is_for_every_part: bool = True) -> Option:
    """The first of the choices is the default, unless a person must choose."""
    default = "" if required else choices[0]
    return Option(name, OptionKind.CHOICE, choices, default, required=required, is_for_every_part=is_for_every_part)


def words(
    name: str,
    max_length: int,
    *,
    unit: TextUnit = TextUnit.CODE_POINTS,
    required: bool = False,
    is_for_every_part: bool = True,
) -> Option:
    every = is_for_every_part
    return Option(name, OptionKind.TEXT, max_length=max_length, unit=unit, required=required, is_for_every_part=every)


def chosen(options: Sequence[Option], given: Mapping[str, str]) -> dict[str, str]:
    """What of `given` a post says: neither what is empty nor what the network does anyway. Unknown names stay, to be
    found out by the checks."""
    silent = {(option.name, option.default) for option in options}
    return {name: value for name, value in given.items() if value and (name, value) not in silent}


def value_of(options: Sequence[Option], given: Mapping[str, str], name: str) -> str:
    """What holds for the option `name` of a post, said or by default."""
    default = next(option.default for option in options if option.name == name)
    return given.get(name, default)
