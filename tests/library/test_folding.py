"""library.folding: one folding for every search, the same on every database."""

import pytest

from accounts.models import User
from library.concepts import add_concept
from library.folding import fold, matching
from library.models import Concept
from library.scripture import passage
from tests.people import actor_of


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("اَلْجِهَادُ", "الجهاد"),
        ("ٱلْجِهَـــاد", "الجهاد"),
        ("إلى", "الي"),
        ("الحاكميّة", "الحاكميه"),
        ("مؤمنون", "مومنون"),
        ("شؤونُ المسألة", "شوون المساله"),
        ("آية ٢٥٦", "ايه 256"),
        ("L’Église  d’hier", "l’eglise d’hier"),
        ("\u2067الجزية\u2069", "الجزية"),
    ],
)
def test_what_is_spelt_otherwise_is_found(written: str, typed: str) -> None:
    assert fold(written) == fold(typed)


def test_different_words_stay_different() -> None:
    assert fold("القتال") != fold("القتل")


def test_a_verse_is_found_by_plain_letters_and_its_own_bytes_stay() -> None:
    before = passage(1, 1).text
    assert fold(before) == fold("بسم الله الرحمن الرحيم")
    assert passage(1, 1).text == before


@pytest.mark.django_db
@pytest.mark.embedded
@pytest.mark.parametrize("words", ["الجهاد", "جِهاد", "lutte", "جهاد lutte", "بَذْلُ الجُهد", "القتال وحده"])
def test_a_row_is_found_by_every_word_in_any_order(alice: User, words: str) -> None:
    made = add_concept(
        name_ar="الجِهاد",
        name_fr="Lutte",
        definition_ar="بذل الجهد",
        avoid={"ar": ["القتال وحده"]},
        actor=actor_of(alice),
    )
    add_concept(name_ar="الشورى", actor=actor_of(alice))
    assert list(matching(Concept.objects.all(), words)) == [made]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["الجهاد الشورى", "%", "_", "\\"])
def test_what_is_not_there_is_not_found(alice: User, words: str) -> None:
    add_concept(name_ar="الجهاد", actor=actor_of(alice))
    assert not matching(Concept.objects.all(), words)
