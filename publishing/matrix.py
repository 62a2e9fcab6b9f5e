"""What each network can do, drawn from its adapter: the page in the app and the table in docs/networks.md."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns.option_words import VISIBILITIES, label_of_option
from networks.base import Adapter, Auth, Capability
from networks.registry import all_adapters, label_in
from networks.types import Cost

Network = type[Adapter]
Words = str | Promise

WAYS: dict[Auth, Words] = {
    Auth.OAUTH2: _("by consent on its own page"),
    Auth.TOKEN: _("by a token made there"),
    Auth.ASSISTED: _("by hand: a person posts what Sanad made ready"),
}


@dataclass(frozen=True)
class Cell:
    """`offered` is None where the answer is a measure, not a yes or no."""

    network: str
    words: Words
    offered: bool | None = None


@dataclass(frozen=True)
class Row:
    label: Words
    cells: Sequence[Cell]


def can(capability: Capability) -> Callable[[Network], tuple[Words, bool | None]]:
    return lambda network: yes_or_no(capability in network.capabilities)


def yes_or_no(offered: bool) -> tuple[Words, bool | None]:
    return (_("yes"), True) if offered else (_("no"), False)


def amount(number: int) -> tuple[Words, bool | None]:
    return (str(number), None) if number else yes_or_no(False)


def text(network: Network) -> tuple[Words, bool | None]:
    limit = network.limits.max_text
    return ngettext("%(n)d character", "%(n)d characters", limit) % {"n": limit}, None


def listed(words: Iterable[Words]) -> tuple[Words, bool | None]:
    said = " · ".join(str(one) for one in words)
    return (said, None) if said else yes_or_no(False)


def kinds(network: Network) -> tuple[Words, bool | None]:
    """What may be published, each as one post unless it says otherwise."""
    limits = network.limits
    offered: list[tuple[Words, bool]] = [
        (_("text"), not limits.needs_media),
        (_("text with a picture"), bool(limits.media_types)),
        (_("several pictures"), bool(limits.media_types) and limits.max_media > 1),
        (_("text with a video"), limits.video is not None),
        (_("a thread of posts"), Capability.REPLY in network.capabilities),
    ]
    return listed(words for words, is_offered in offered if is_offered)


def price(network: Network) -> tuple[Words, bool | None]:
    cost: Cost = network.cost
    if not cost.per_post and not cost.per_read:
        return _("free"), None
    parts = [(_("a post"), cost.per_post), (_("a reading"), cost.per_read)]
    said = [format_lazy("{}: {} US¢", what, f"{cents:g}") for what, cents in parts if cents]
    return format_lazy("{}", " · ".join(str(one) for one in said)), None


def ways(network: Network) -> tuple[Words, bool | None]:
    return " · ".join(str(WAYS[way]) for way in network.auth), None


FEATURES: Sequence[tuple[Words, Callable[[Network], tuple[Words, bool | None]]]] = (
    (_("Connecting"), ways),
    (_("Access renewed by itself"), can(Capability.REFRESH_TOKEN)),
    (_("What may be published"), kinds),
    (_("Longest text"), text),
    (_("Description of a picture"), can(Capability.ALT_TEXT)),
    (_("Pictures in a post"), lambda network: amount(network.limits.max_media if network.limits.media_types else 0)),
    (_("Videos in a post"), lambda network: amount(network.limits.video.max_videos if network.limits.video else 0)),
    (_("Threads and replies"), can(Capability.REPLY)),
    (_("Content warning"), can(Capability.CONTENT_WARNING)),
    (_("Language told to the network"), can(Capability.LANGUAGE)),
    (_("Who sees it"), lambda network: listed(VISIBILITIES[one] for one in network.visibilities)),
    (_("Chosen for each post"), lambda network: listed(label_of_option(one.name) for one in network.options)),
    (_("Correcting a live post"), can(Capability.EDIT_POST)),
    (_("Taking a post down"), can(Capability.DELETE_POST)),
    (_("The network itself refuses a second copy"), can(Capability.IDEMPOTENCY_KEY)),
    (_("Looking up a post of unknown outcome"), can(Capability.FIND_PUBLISHED)),
    (_("Figures of a post"), lambda network: amount(len(network.metrics))),
    (_("Figures of the account"), lambda network: amount(len(network.account_metrics))),
    (_("Comments"), can(Capability.COMMENTS)),
    (_("Price"), price),
)


def names() -> list[tuple[str, str]]:
    """(slug, name in the reader's language) of each network, in the order of the cells."""
    return [(network.slug, label_in(network.slug, get_language())) for network in all_adapters()]


def matrix() -> list[Row]:
    networks = list(zip(all_adapters(), names(), strict=True))
    return [
        Row(label, [Cell(name, *answer(network)) for network, (_slug, name) in networks]) for label, answer in FEATURES
    ]


MARKS = {True: "✓ ", False: "– ", None: ""}


def as_markdown() -> str:
    """The same table for the documentation, in the language that is active."""
    head = ["", *(name for _slug, name in names())]
    lines = [head, ["---"] * len(head)]
    lines += [[str(row.label), *(f"{MARKS[cell.offered]}{cell.words}" for cell in row.cells)] for row in matrix()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
