"""What a reader of a network sees of a text at once, and what only on asking for it."""

from campaigns.views.pieces import Piece, folded

WHOLE = [Piece("text", "كلمة أولى ثم "), Piece("verse", "﴿آية كاملة﴾"), Piece("text", " وكلمة أخيرة")]


def said(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_a_text_within_the_fold_or_on_a_network_without_one_is_seen_whole() -> None:
    assert folded(WHOLE, None) == (WHOLE, [])
    assert folded(WHOLE, 500) == (WHOLE, [])


def test_a_fold_falls_between_words_and_loses_nothing() -> None:
    for after in range(1, 35):
        seen, rest = folded(WHOLE, after)
        assert said(seen) + said(rest) == said(WHOLE)
    assert folded(WHOLE, 8)[0] == [Piece("text", "كلمة")]


def test_a_verse_is_not_folded_in_the_middle() -> None:
    seen, rest = folded(WHOLE, 18)
    assert seen == WHOLE[:1]
    assert rest == WHOLE[1:]
