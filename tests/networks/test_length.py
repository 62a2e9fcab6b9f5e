"""How long a text is, by each network's rule; the figures are those of published counters."""

import pytest

from networks import length
from networks.length import TextUnit, count

BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"


def test_the_vocalised_basmala_has_a_length_for_each_rule() -> None:
    assert (length.code_points(BASMALA), length.graphemes(BASMALA), length.utf8_bytes(BASMALA)) == (38, 22, 73)
    assert (length.weighted(BASMALA), length.utf16_units(BASMALA)) == (38, 38)


@pytest.mark.parametrize(
    ("text", "code_points", "graphemes", "utf16", "weight", "emoji_bytes"),
    [
        ("ﷺ", 1, 1, 1, 2, 1),
        ("\u200f", 1, 1, 1, 2, 1),
        ("\u200e", 1, 1, 1, 2, 1),
        ("👨‍👩‍👧‍👦", 7, 1, 11, 2, 25),
        ("🇲🇦", 2, 1, 4, 2, 8),
        ("👍🏽", 2, 1, 4, 2, 8),
        ("1️⃣", 3, 1, 3, 2, 7),
        ("❤️", 2, 1, 2, 2, 6),
        ("سند 🌿", 5, 5, 6, 6, 8),
        ("e\u0301", 2, 1, 2, 1, 2),
        ("漢", 1, 1, 1, 2, 1),
        ("«–»", 3, 3, 3, 3, 3),
        ("", 0, 0, 0, 0, 0),
        ("\r\n", 2, 1, 2, 2, 2),
    ],
)
def test_signs_that_counters_get_wrong(
    text: str, code_points: int, graphemes: int, utf16: int, weight: int, emoji_bytes: int
) -> None:
    counted = [count(text, unit) for unit in TextUnit]
    assert counted == [code_points, graphemes, utf16, weight, emoji_bytes]


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        ("https://example.com", 23),
        ("http://example.com/a?b=c#d", 23),
        ("انظر https://example.com/مسار/طويل.", 5 + 23 + 1),
        ("(https://en.wikipedia.org/wiki/Foo_(bar))", 25),
        ("https://مثال.إختبار/", 23),
        ("https://example.com https://example.org", 47),
        ("example.com/x", 13),
        ("http://localhost/", 17),
        ("https://example.com/a,", 24),
        ("https://example.com/@omar@autre.example", 23),
        ("ftp://example.com", 17),
    ],
)
def test_a_link_weighs_what_was_agreed(text: str, spared: int) -> None:
    assert count(text, TextUnit.GRAPHEMES, url_weight=23, mention_drops_domain=True) == spared


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        ("@omar@autre.example", 5),
        ("السلام @omar@autre.example!", len("السلام @omar!")),
        ("@omar", 5),
        ("omar@autre.example", 18),
        ("@a@b.example @c@d.example", 5),
        ("@a@b.example@", 13),
        ("@https://", 9),
    ],
)
def test_a_mention_counts_without_its_domain(text: str, spared: int) -> None:
    assert count(text, TextUnit.GRAPHEMES, url_weight=23, mention_drops_domain=True) == spared


def test_a_text_of_nothing_but_openings_is_counted_in_good_time() -> None:
    link = "https://a.bc/"
    for hostile in ("(" * 20_000, link + "(a" * 5_000, link + "(a)." * 5_000, "@" * 20_000, "@" + "a" * 20_000 + "@@"):
        assert count(hostile, TextUnit.GRAPHEMES, url_weight=23, mention_drops_domain=True) > 0
