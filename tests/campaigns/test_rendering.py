"""campaigns.rendering: what is counted and signed is what goes out."""

import hashlib
import json
from typing import Any

import pytest

from accounts.models import User
from campaigns.models import Campaign, Content, Variant
from campaigns.rendering import render
from chain.errors import Invalid
from library.models import Citation
from library.scripture import passage, surahs
from networks import registry
from networks.types import Post
from tests.campaigns.conftest import make_media, own, sheet, verse, write

BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"
DISCLOSURE = "حساب معلن لرابطة العلماء"


def test_the_text_is_paragraphs_verses_and_the_disclosure(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, "قبل", "", verses=[verse(alice)])
    quoted = passage(29, 69).quoted("ar")
    assert render(variant).parts[0].post.text == f"قبل\n\n{quoted}\n\n{DISCLOSURE}"


def test_the_disclosure_is_in_the_content_s_language(campaign: Campaign, claim: Any, channel: Any, alice: User) -> None:
    from campaigns.drafting import create_content
    from tests.people import actor_of

    french = create_content(
        campaign=campaign, claim=claim, title="T", language="fr", channels=[channel], actor=actor_of(alice)
    )
    write(french, alice, "Texte", verses=[verse(alice)])
    text = render(french.variants.get()).parts[0].post.text
    assert text.endswith("[Coran 29:69]\n\nCompte déclaré de la Ligue")


def test_the_disclosure_is_part_of_the_count(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, BASMALA)
    assert render(variant).count == 22 + 2 + len(DISCLOSURE)
    assert render(variant).limit == 500


def test_the_digest_is_of_the_canonical_bytes(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, BASMALA)
    rendering = render(variant)
    assert hashlib.sha256(rendering.canonical.encode()).hexdigest() == rendering.digest
    body = json.loads(rendering.canonical)
    assert set(body) == {"channel", "language", "disclosure", "parts", "citations"}
    assert Post.from_json(body["parts"][0]) == rendering.parts[0].post
    assert body["channel"] == {"id": variant.channel_id, "network": "paper", "remote_id": "@rabita"}


def test_one_vowel_makes_another_digest(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, BASMALA)
    before = render(variant).digest
    write(content, alice, BASMALA.replace("ِ", "ُ", 1))
    variant.refresh_from_db()
    assert render(Variant.objects.get(pk=variant.pk)).digest != before


def test_pictures_go_out_as_the_hash_of_the_stored_file(content: Content, variant: Variant, alice: User) -> None:
    media = make_media(alice)
    pictures = [{"media": media.pk, "alt": "لوحة"}]
    write(content, alice, document=sheet("نص", variants={str(variant.pk): own(media=pictures)}))
    sent = render(Variant.objects.get(pk=variant.pk)).parts[0].post.media
    assert [(each.sha256, each.alt_text) for each in sent] == [(media.sha256, "لوحة")]


def test_a_link_counts_as_the_network_counts_it(content: Content, variant: Variant, alice: User) -> None:
    link = "https://sanad.example/" + "x" * 300
    write(content, alice, document=sheet("نص", variants={str(variant.pk): own(link=link)}))
    rendering = render(Variant.objects.get(pk=variant.pk))
    assert rendering.count == 2 + 2 + len(DISCLOSURE) + 2 + 23
    assert rendering.parts[0].text.endswith(link)


def test_a_text_over_the_limit_says_by_how_much(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, " ".join([BASMALA] * 22))
    rendering = render(Variant.objects.get(pk=variant.pk))
    over = 22 * 22 + 21 + 2 + len(DISCLOSURE) - 500
    assert rendering.is_over
    assert rendering.parts[0].excess == over
    assert rendering.problems[0].params["over"] == over


def test_the_citations_stand_in_the_payload_with_their_hashes(content: Content, variant: Variant, alice: User) -> None:
    pk = verse(alice)
    write(content, alice, "نص", verses=[pk, pk])
    body = render(Variant.objects.get(pk=variant.pk)).body
    assert body["citations"] == [{"id": pk, "sha256": Citation.objects.get(pk=pk).sha256}]


def test_every_verse_leaves_the_editor_s_road_with_its_own_bytes(
    content: Content, variant: Variant, alice: User
) -> None:
    """One verse of each surah through citing, saving, the database and rendering."""
    for surah in surahs():
        write(content, alice, verses=[verse(alice, surah.number, surah.ayat)], document=None)
        found = passage(surah.number, surah.ayat)
        text = render(Variant.objects.select_related("content").get(pk=variant.pk)).parts[0].post.text
        assert f"﴿{found.text}﴾".encode() in text.encode()


def test_a_network_that_is_gone_is_said_in_a_sentence(
    content: Content, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "all_adapters", lambda: ())
    with pytest.raises(Invalid) as refused:
        render(variant)
    assert refused.value.code == "network_missing"


def test_rendering_queries_do_not_grow_with_verses(
    content: Content, variant: Variant, alice: User, django_assert_num_queries: Any
) -> None:
    from tests.campaigns.conftest import verse as cite

    write(content, alice, "نص", verses=[cite(alice, 2, ayah) for ayah in range(1, 30)])
    whole = Variant.objects.select_related("content__campaign", "channel").get(pk=variant.pk)
    with django_assert_num_queries(1):
        render(whole)
