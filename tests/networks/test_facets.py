"""Where links, mentions and hashtags stand in a text, for networks that draw them from marks."""

import pytest

from networks.facets import facets, handles_in, marks, uri_of


def marked(text: str) -> list[tuple[str, str]]:
    return [(mark.kind, mark.value) for mark in marks(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#سند", [("tag", "سند")]),
        ("سطر\n#سند_الحديث", [("tag", "سند_الحديث")]),
        ("(#سند)", []),
        ("#سند، #صبر.", [("tag", "سند"), ("tag", "صبر")]),
        ("#سند\u200f", [("tag", "سند")]),
        ("#بِسْمِ", [("tag", "بِسْمِ")]),
        ("#123 #١٢٣", []),
        ("#2026عام", [("tag", "2026عام")]),
        ("كلمة#سند", []),
        ("#" + "ب" * 64, [("tag", "ب" * 64)]),
        ("#" + "ب" * 65, []),
        ("https://rabita.example/#سند", [("link", "https://rabita.example/#%D8%B3%D9%86%D8%AF")]),
    ],
)
def test_a_hashtag_ends_where_its_word_does(text: str, found: list[tuple[str, str]]) -> None:
    assert marked(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Omar.Example", ["omar.example"]),
        ("(@omar.example).", ["omar.example"]),
        ("و@omar.example، @sara.example", ["omar.example", "sara.example"]),
        ("@omar.example @omar.example", ["omar.example"]),
        ("omar@mail.example", []),
        ("@omar", []),
        ("@omar.example@social.example", []),
        ("https://social.example/@omar.example", []),
        ("@-a.example @a.1", []),
        (f"@{'a.' * 130}example", []),
    ],
)
def test_a_mention_is_a_whole_handle_and_no_address_of_mail(text: str, found: list[str]) -> None:
    assert handles_in(text) == found


@pytest.mark.parametrize("closing", ["،", "؛", "؟", "»", ".", "؟»"])
def test_a_link_ends_before_the_mark_that_closes_its_sentence(closing: str) -> None:
    (link,) = marks(f"«انظر https://rabita.example/س{closing} ثم»")
    assert (link.end - link.start, link.value) == (len("https://rabita.example/س"), "https://rabita.example/%D8%B3")


def test_marks_do_not_overlap_and_stand_in_order() -> None:
    text = "#أ https://x.example/@omar.example @sara.example #ب"
    assert [kind for kind, _ in marked(text)] == ["tag", "link", "mention", "tag"]


def test_offsets_count_bytes_and_a_mention_of_nobody_is_left_out() -> None:
    found = facets("👨‍👩‍👧‍👦 بِ @omar.example @sara.example", {"omar.example": "did:plc:omar", "sara.example": ""})
    assert found == [
        {
            "$type": "app.bsky.richtext.facet",
            "index": {"byteStart": 31, "byteEnd": 44},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:omar"}],
        }
    ]


@pytest.mark.parametrize(
    ("link", "uri"),
    [
        ("https://rabita.example/a?b=%20c#d", "https://rabita.example/a?b=%20c#d"),
        ("https://الرابطة.المغرب:8443/س", "https://xn--mgbade1b0b9e.xn--mgbc0a9azcg:8443/%D8%B3"),
        (f"https://{'ب' * 70}.example/", f"https://{'ب' * 70}.example/"),
    ],
)
def test_a_link_in_arabic_letters_becomes_a_uri(link: str, uri: str) -> None:
    assert uri_of(link) == uri
