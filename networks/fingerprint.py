"""A text's fingerprint, for finding a post again among those that a network shows.

Owns what is left out on both sides: mark-up, white space, Unicode form, invisible marks, links (networks shorten them)
and the domain of a mention (networks hide it).
"""

import hashlib
import unicodedata
from html.parser import HTMLParser

from networks.length import URL, without_domains

_LINK = "\x01"
_BREAKS = frozenset({"br", "p", "div", "li", "blockquote"})


def fingerprint(text: str, *, is_html: bool = False) -> str:
    """The same hex digest for what we sent and for what the network shows of it."""
    plain = plain_text(text) if is_html else text
    unlinked = without_domains(URL.sub(_LINK, plain))
    kept = "".join(character for character in unicodedata.normalize("NFC", unlinked) if not _is_invisible(character))
    return hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()


def _is_invisible(character: str) -> bool:
    return character != _LINK and (character.isspace() or unicodedata.category(character) in ("Cf", "Cc"))


def plain_text(html: str) -> str:
    """The words of an HTML fragment, a line break where a block or `<br>` begins."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return "".join(parser.words).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS and self.words:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        self.words.append(data)
