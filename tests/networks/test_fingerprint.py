"""What of a text survives a network, and what tells two texts apart."""

import unicodedata

import pytest

from networks.fingerprint import fingerprint, plain_text

BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"
LINKED = (
    '<p>انظر <a href="https://rabita.example/a/very/long/path" rel="nofollow noopener noreferrer" target="_blank">'
    '<span class="invisible">https://</span><span class="ellipsis">rabita.example/a/very/l</span>'
    '<span class="invisible">ong/path</span></a></p><p>سطر<br />ثانٍ <a href="https://s.example/tags/x" '
    'class="mention hashtag" rel="tag">#<span>سند</span></a></p>'
)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("نص  واحد\n\n", "نص واحد"),
        (BASMALA, unicodedata.normalize("NFC", BASMALA)),
        ("انظر https://rabita.example/a", "انظر https://t.example/xYz"),
        ("نص\u200f", "نص"),
        ("e\u0301", "é"),
        ("سلام @omar@autre.example", "سلام @omar"),
    ],
)
def test_what_networks_change_makes_no_difference(sent: str, shown: str) -> None:
    assert fingerprint(sent) == fingerprint(shown)


def test_the_networks_mark_up_makes_no_difference() -> None:
    sent = "انظر https://rabita.example/a/very/long/path\n\nسطر\nثانٍ #سند"
    assert fingerprint(LINKED, is_html=True) == fingerprint(sent)
    assert fingerprint("<p>a &lt;b&gt; &amp;amp; c</p>", is_html=True) == fingerprint("a <b> &amp; c")


@pytest.mark.parametrize(
    ("one", "other"), [("عِلْم", "عَلَم"), ("نص", "نصّ"), ("a", "A"), ("x", "x https://rabita.example/")]
)
def test_one_vowel_makes_another_text(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_plain_text_keeps_the_lines() -> None:
    assert plain_text("<p>a<br/>b</p><p>c &amp; d</p>") == "a\nb\nc & d"
