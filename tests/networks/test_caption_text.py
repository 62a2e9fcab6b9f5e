"""Hashtags and mentions as Instagram counts them."""

import pytest

from networks.caption_text import hashtags, mentions


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("#سند", 1),
        ("#سُنَّة_الرفق و#الرفق", 2),
        ("و #الرفق", 1),
        ("#أ#ب", 2),
        ("#one #one #two", 3),
        ("＃سند #١٤٤٨", 2),
        ("# وحدها ##", 0),
        ("#🌿", 1),
        ("a&#39;b", 0),
        ("https://rabita.example/#top", 1),
        ("سطر\n#سند\u200f", 1),
    ],
)
def test_hashtags_are_counted_in_every_script(text: str, count: int) -> None:
    assert hashtags(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("@rabita", 1),
        ("قال @rabita.ma، و@ab_1 أيضا", 2),
        ("@a @a", 2),
        ("salma@rabita.example", 0),
        ("@ وحدها @الرابطة", 0),
        ("＠rabita (@b)", 2),
    ],
)
def test_mentions_are_counted_and_addresses_are_not(text: str, count: int) -> None:
    assert mentions(text) == count
