"""What X takes for a link, and what a text weighs there."""

import pytest

from networks.tweet_text import LINK, weight
from tests.networks.contract import BASMALA, FAMILY


@pytest.mark.parametrize(
    ("text", "weighs"),
    [
        (BASMALA, 38),
        ("ﷺ", 2),
        ("\u200f", 2),
        (FAMILY, 2),
        ("🇲🇦", 2),
        ("🙋🏽", 2),
        ("1\ufe0f\u20e3", 2),
        ("cafe\u0301", 4),
        ("café", 4),
        ("日本", 4),
        ("«سند»", 5),
        ("", 0),
        ("https://rabita.example/" + "a" * 300, 23),
        ("انظر https://a.example و http://b.example/x", 5 + 23 + 3 + 23),
    ],
)
def test_a_text_weighs_what_it_weighs_there(text: str, weighs: int) -> None:
    assert weight(text) == weighs


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("انظر rabita.org/s/1 الآن", ["rabita.org/s/1"]),
        ("انظرhttps://rabita.example/a", ["https://rabita.example/a"]),
        ("\u200fhttps://rabita.example", ["https://rabita.example"]),
        ("https://ar.wikipedia.org/wiki/سند", ["https://ar.wikipedia.org/wiki/"]),
        ("https://ar.wikipedia.org/wiki/%D8%B3 كذا", ["https://ar.wikipedia.org/wiki/%D8%B3"]),
        ("(https://a.example/x_(y)).", ["https://a.example/x_(y)"]),
        ("https://موقع.شبكة/a", ["https://موقع.شبكة/a"]),
        ("https://a.example?q=1&r=2.", ["https://a.example?q=1&r=2"]),
        ("http://a.example:8000/b", ["http://a.example:8000/b"]),
        ("example.com, b.example.co.uk!", ["example.com", "b.example.co.uk"]),
        ("write to omar@rabita.org", []),
        ("#rabita.org", []),
        ("the end.Then", []),
        ("قال.وفعل", []),
        ("e.g. this, i.e. that", []),
        ("path/to/site.org", []),
        ("v1.25", []),
    ],
)
def test_a_link_is_what_that_network_makes_a_link_of(text: str, links: list[str]) -> None:
    assert [link.group() for link in LINK.finditer(text)] == links


def test_a_long_text_of_dots_is_read_in_no_time() -> None:
    assert weight("a-." * 5000) == 15000
    assert weight("https://" + "a" * 5000) == 5008
    assert weight("https://a.example/" + "(a" * 300) < 700
