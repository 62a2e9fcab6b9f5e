"""A post's text as X reads it: what it makes a link of, and how much each sign weighs.

After https://docs.x.com/fundamentals/counting-characters and the open rules that it names,
https://github.com/twitter/twitter-text (configuration 3), read 2026-11. Two traits matter to Arabic: a domain is a link
without any scheme, and a link ends before the first Arabic letter of its path.
"""

import regex

from networks import length

LINK_WEIGHT = 23

_NOT_IN_DOMAIN = r"\s!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$\uFFFE\uFEFF\uFFFF\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069"
_LABEL = rf"[^{_NOT_IN_DOMAIN}](?:[^{_NOT_IN_DOMAIN}]|[_-](?=[^{_NOT_IN_DOMAIN}]|[_-]))*"
_ACCENTED = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289"
    "\u1e00-\u1eff"
)
_GENERIC = (
    "academy|agency|app|art|asia|biz|blog|center|click|club|com|community|coop|dev|digital|edu|education|email"
    "|foundation|fund|global|gov|group|guide|help|info|institute|int|life|link|live|media|mil|mobi|museum|name|net"
    "|network|news|ngo|online|org|page|post|press|pro|school|shop|site|social|space|store|studio|support|tech|today"
    "|top|travel|university|video|watch|web|website|wiki|work|world|xyz|zone"
)
_TOP_LEVEL = rf"(?:(?:{_GENERIC}|xn--[a-z0-9-]+|[a-z]{{2}})(?![0-9a-z@+-]))"
"""Where no scheme says that it is a link: the country codes and the more usual generic domains, not all 1,500."""

_PATH_CHAR = rf"[a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_ACCENTED}]"
_PARENS = rf"\((?:{_PATH_CHAR}+|{_PATH_CHAR}*\({_PATH_CHAR}+\){_PATH_CHAR}*)\)"
_PATH_END = rf"(?:[+\-a-z\u0400-\u04ff0-9=_#/{_ACCENTED}]|{_PARENS})"
_PATH = rf"(?:{_PATH_CHAR}*(?:{_PARENS}{_PATH_CHAR}*)*{_PATH_END}|@{_PATH_CHAR}+/)"
_REST = rf"(?::[0-9]+)?(?:/{_PATH}*)?(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9_&=#/-])?"

LINK = regex.compile(
    r"(?<![a-z0-9@＠$#＃\uFFFE\uFEFF\uFFFF])"
    rf"(?:https?://(?:{_LABEL}\.)+(?:xn--[a-z0-9-]+|\p{{L}}[\p{{L}}\p{{M}}]+)"
    rf"|(?<![-_./])(?:[a-z0-9{_ACCENTED}](?:[a-z0-9{_ACCENTED}-]*)\.)+{_TOP_LEVEL})"
    rf"{_REST}",
    regex.IGNORECASE,
)


def weight(text: str) -> int:
    """Out of 280: every link weighs 23 whatever its length, all else as `length.weighted` says."""
    links = [link.group() for link in LINK.finditer(text)]
    return length.weighted(LINK.sub("", text)) + LINK_WEIGHT * len(links)
