"""How long a text is, as each network counts it.

Owns the counting strategies and the places where links and mentions stand; networks differ, and Arabic is where a
wrong rule shows: vowel marks are code points but no graphemes.
"""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum

import regex


class TextUnit(StrEnum):
    CODE_POINTS = "code_points"
    GRAPHEMES = "graphemes"
    UTF16_UNITS = "utf16_units"
    WEIGHTED = "weighted"
    EMOJI_BYTES = "emoji_bytes"


# The URL as the network's entity extraction takes it: scheme, a domain with a top level made of letters (or punycode),
# then path and query in which closing punctuation belongs to the sentence. After the rules of
# https://github.com/mastodon/mastodon/blob/main/config/initializers/twitter_regex.rb (read 2026-11), except that any
# top-level domain of two letters or more is taken, not only the registered ones.
_PATH_CHAR = r"[^\p{White_Space}<>()?]"
_PARENS = rf"\((?:{_PATH_CHAR}+|{_PATH_CHAR}*\({_PATH_CHAR}+\){_PATH_CHAR}*)\)"
_PATH_END = rf"(?:[^\p{{White_Space}}()?!*\"'「」<>;:=,.$%\[\]~&|@]|{_PARENS})"
_PATH = rf"(?:(?:{_PATH_CHAR}*(?:{_PARENS}{_PATH_CHAR}*)*{_PATH_END})|(?:{_PATH_CHAR}+/))"
_QUERY_CHAR = r"[\w!?*'();:&=+$/%#\[\]\-.,~|@^\u00A0-\uD7FF\uF900-\uFFEF\U00010000-\U0010FFFD]"
_QUERY_END = r"[\w&=#/\-\u00A0-\uD7FF\uF900-\uFFEF\U00010000-\U0010FFFD]"
_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])?"
_DOMAIN = rf"(?:{_LABEL}\.)+(?:xn--[a-z0-9-]+|\p{{L}}[\p{{L}}\p{{M}}]+)"
URL = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}@＠$#＃])https?://{_DOMAIN}(?::[0-9]+)?(?:/{_PATH}*)?(?:\?{_QUERY_CHAR}*{_QUERY_END})?",
    regex.IGNORECASE,
)

# https://github.com/mastodon/mastodon/blob/main/app/models/account.rb (MENTION_RE, read 2026-11).
MENTION = regex.compile(
    r"(?<![=/\w])@(?P<name>[a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+)(?P<domain>@\w++(?:[.-]++\w++)*+)?+",
    regex.IGNORECASE,
)

_GRAPHEME = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3")
_HEAVY = regex.compile(r"[^\u0000-\u10FF\u2000-\u200D\u2010-\u201F\u2032-\u2037]")


def code_points(text: str) -> int:
    return len(text)


def graphemes(text: str) -> int:
    """What a reader takes for one letter, after https://unicode.org/reports/tr29/ (extended grapheme clusters)."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def utf8_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def weighted(text: str) -> int:
    """NFC, then 1 for the light ranges, 2 for all else, 2 for an emoji however many code points it is made of.

    https://docs.x.com/resources/fundamentals/counting-characters (configuration 3, read 2026-11).
    """
    normal = unicodedata.normalize("NFC", text)
    if not _EMOJI.search(normal):
        return _weight(normal)
    return sum(_cluster_weight(cluster.group()) for cluster in _GRAPHEME.finditer(normal))


def _cluster_weight(cluster: str) -> int:
    return 2 if len(cluster) > 1 and _EMOJI.search(cluster) else _weight(cluster)


def _weight(text: str) -> int:
    return len(text) + len(_HEAVY.findall(text))


def emoji_bytes(text: str) -> int:
    """Code points, but an emoji by its bytes in UTF-8, with all that it is made of.

    https://developers.facebook.com/documentation/threads/posts (read 2026-11).
    """
    if not _EMOJI.search(text):
        return len(text)
    clusters = (cluster.group() for cluster in _GRAPHEME.finditer(text))
    return sum(utf8_bytes(one) if _EMOJI.search(one) else len(one) for one in clusters)


_COUNTERS = {
    TextUnit.CODE_POINTS: code_points,
    TextUnit.GRAPHEMES: graphemes,
    TextUnit.UTF16_UNITS: utf16_units,
    TextUnit.WEIGHTED: weighted,
    TextUnit.EMOJI_BYTES: emoji_bytes,
}


def count(text: str, unit: TextUnit, *, url_weight: int | None = None, mention_drops_domain: bool = False) -> int:
    """The length of `text` in `unit`, every link weighing `url_weight` and a mention counting without its domain."""
    spared = "".join(_spare(text, url_weight, mention_drops_domain))
    return _COUNTERS[unit](spared)


def _spare(text: str, url_weight: int | None, mention_drops_domain: bool) -> Iterator[str]:
    """The text with its links as placeholders of the agreed weight; a mention inside a link is part of the link."""
    last = 0
    for link in URL.finditer(text) if url_weight is not None else ():
        yield _without_domains(text[last : link.start()], mention_drops_domain)
        yield "x" * (url_weight or 0)
        last = link.end()
    yield _without_domains(text[last:], mention_drops_domain)


def _without_domains(text: str, wanted: bool) -> str:
    return without_domains(text) if wanted else text


def without_domains(text: str) -> str:
    """Mentions by their name alone; what an @ or :// follows is no mention."""
    return MENTION.sub(lambda found: found.group() if _goes_on(text, found.end()) else f"@{found['name']}", text)


def _goes_on(text: str, end: int) -> bool:
    return text.startswith(("@", "＠", "://"), end)
