"""campaigns.differences: word by word, verses whole, and not a byte lost."""

from accounts.models import User
from campaigns.differences import Difference, compare
from campaigns.models import Content, Payload, Variant
from library.scripture import passage
from tests.campaigns.conftest import make_media, own, sheet, up, verse, write


def both(content: Content, variant: Variant, user: User, first: object, second: object) -> tuple[Payload, Payload]:
    write(content, user, document=first)
    old = up(variant, user).payload
    write(content, user, document=second)
    new = up(variant, user).payload
    assert old is not None
    assert new is not None
    return old, new


def kinds(difference: Difference, kind: str) -> list[str]:
    return [s.text for paragraph in difference.paragraphs for s in paragraph.segments if s.kind == kind]


def test_one_changed_word_is_one_removed_and_one_added(content: Content, variant: Variant, alice: User) -> None:
    found = compare(*both(content, variant, alice, sheet("الجهاد أوسع من القتال"), sheet("الجهاد أعمّ من القتال")))
    assert kinds(found, "delete") == ["أوسع"]
    assert kinds(found, "insert") == ["أعمّ"]
    assert found.changed == 1


def test_one_changed_vowel_is_seen(content: Content, variant: Variant, alice: User) -> None:
    found = compare(*both(content, variant, alice, sheet("عَلِمَ"), sheet("عُلِمَ")))
    assert (kinds(found, "delete"), kinds(found, "insert")) == (["عَلِمَ"], ["عُلِمَ"])


def test_what_stands_and_what_was_added_together_are_the_new_text(
    content: Content, variant: Variant, alice: User
) -> None:
    old, new = both(content, variant, alice, sheet("أ  ب\nج", "د"), sheet("أ  ب\nه", "د و", "ز"))
    found = compare(old, new)
    said = ["".join(s.text for s in p.segments if s.kind != "delete") for p in found.paragraphs]
    assert [line for line in said if line] == ["أ  ب", "ه", "د و", "ز", "حساب معلن لرابطة العلماء"]


def test_a_verse_laid_in_is_one_piece_with_its_passage(content: Content, variant: Variant, alice: User) -> None:
    found = compare(*both(content, variant, alice, sheet("نص"), sheet("نص", verses=[verse(alice)])))
    pieces = [s for p in found.paragraphs for s in p.segments if s.kind == "insert"]
    assert [piece.passage for piece in pieces] == [passage(29, 69)]
    assert pieces[0].text == passage(29, 69).quoted("ar")


def test_another_verse_takes_the_place_of_the_first_whole(content: Content, variant: Variant, alice: User) -> None:
    first, second = sheet("نص", verses=[verse(alice, 1, 1)]), sheet("نص", verses=[verse(alice, 27, 30)])
    found = compare(*both(content, variant, alice, first, second))
    assert kinds(found, "delete") == [passage(1, 1).quoted("ar")]
    assert kinds(found, "insert") == [passage(27, 30).quoted("ar")]


def test_nothing_is_marked_at_a_first_look(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, "نص", verses=[verse(alice)])
    payload = up(variant, alice).payload
    assert payload is not None
    found = compare(None, payload)
    assert found.changed == 0
    assert [s.passage for p in found.paragraphs for s in p.segments if s.passage] == [passage(29, 69)]


def test_what_is_beside_the_text_is_compared_too(content: Content, variant: Variant, alice: User) -> None:
    key, media = str(variant.pk), make_media(alice)
    after = own(
        media=[{"media": media.pk, "alt": "لوحة"}], link="https://a.test", tags=["وسم"], content_warning="تنبيه"
    )
    found = compare(
        *both(content, variant, alice, sheet("نص", variants={key: own()}), sheet("نص", variants={key: after}))
    )
    assert {fact.code for fact in found.facts} == {"pictures", "link", "tags", "content_warning"}
    assert not any(paragraph.is_changed for paragraph in found.paragraphs)
