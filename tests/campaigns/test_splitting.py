"""A text too long for one post becomes a thread: cut where a reader would pause, never in a verse, a link or a word."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from campaigns import drafting
from campaigns.checks import check
from campaigns.differences import compare
from campaigns.documents import Block, Break, Document, Text, Verse, parse
from campaigns.models import Content, Variant
from campaigns.rendering import document_of, render
from campaigns.splitting import as_thread, cut
from chain.errors import Invalid, NotFound
from library.scripture import passage
from networks import length
from networks.base import Capability
from networks.types import Severity
from tests.campaigns.conftest import Paper, document_in, make_channel, make_media, own, sheet, up, verse, write
from tests.people import actor_of, sign_in

SENTENCE = "الجهاد في القرآن أوسع من القتال، ومنه جهاد النفس."
LINK = "https://rabita.example/" + "x" * 60


def at_most(limit: int, ending: str = "") -> Any:
    def fits(blocks: Sequence[Block], is_last: bool) -> bool:
        texts = [block.text if isinstance(block, Text) else "﴿" + "ق" * 30 + "﴾" for block in blocks]
        return length.graphemes("\n\n".join([*texts, *([ending] if is_last else [])])) <= limit

    return fits


def texts(posts: list[list[Block]]) -> list[str]:
    return ["\n\n".join(block.text if isinstance(block, Text) else "﴿﴾" for block in post) for post in posts]


def test_paragraphs_are_kept_whole_where_they_fit() -> None:
    blocks = [Text("واحد " * 5), Text("اثنان " * 5), Text("ثلاثة " * 5)]
    assert cut(blocks, at_most(60)) == [[blocks[0], blocks[1]], [blocks[2]]]


def test_a_long_paragraph_is_cut_after_its_sentences_and_not_a_letter_is_lost() -> None:
    text = f"{SENTENCE} {SENTENCE}  {SENTENCE}"
    posts = texts(cut([Text(text)], at_most(105)))
    assert posts == [f"{SENTENCE} {SENTENCE}", SENTENCE]


def test_a_long_sentence_is_cut_at_its_commas_and_then_between_words() -> None:
    assert texts(cut([Text("أ" * 20 + "، " + "ب" * 20 + " ج")], at_most(25))) == ["أ" * 20 + "،", "ب" * 20 + " ج"]
    assert texts(cut([Text("أ" * 20 + " " + "ب" * 20)], at_most(25))) == ["أ" * 20, "ب" * 20]


def test_a_word_with_its_marks_a_link_and_a_quoted_verse_are_never_cut() -> None:
    word = "بِسْمِ" * 9
    quoted = "﴿إِنَّ مَعَ ٱلْعُسْرِ يُسْرًا﴾ [الشرح: 6]"
    for whole in (word, LINK, quoted):
        posts = texts(cut([Text(f"كلمة {whole} كلمة")], at_most(20)))
        assert whole in posts
        assert " ".join(posts) == f"كلمة {whole} كلمة"


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", " \u0301"])
def test_no_cut_falls_at_a_space_that_holds_letters_together(space: str) -> None:
    assert len(cut([Text("أ" * 20 + space + "ب" * 20)], at_most(25))) == 1


def test_the_ending_is_counted_with_the_last_post_and_never_stands_alone() -> None:
    posts = texts(cut([Text(f"{SENTENCE} {SENTENCE}")], at_most(105, "حساب معلن لرابطة العلماء")))
    assert posts == [SENTENCE, SENTENCE]


def test_a_verse_stays_one_block() -> None:
    posts = cut([Text(SENTENCE), Verse(7), Text(SENTENCE)], at_most(60))
    assert posts == [[Text(SENTENCE)], [Verse(7)], [Text(SENTENCE)]]


def test_a_break_stands_only_in_a_channels_own_text() -> None:
    broken = [{"type": "text", "text": "x"}, {"type": "break"}, {"type": "text", "text": "y"}]
    document = parse(sheet("x", variants={"7": own(blocks=broken)}))
    assert document.variants[7].blocks == (Text("x"), Break(), Text("y"))
    assert parse(document.to_json()) == parse({**document.to_json()})
    for value in ({**sheet("x"), "body": broken}, sheet("x", variants={"7": own(blocks=[{"type": "break"}] * 25)})):
        with pytest.raises(Invalid):
            parse(value)


def long_sheet(content: Content, variant: Variant, user: User, **chosen: Any) -> Document:
    text = " ".join([SENTENCE] * 24)
    given = sheet(text, verses=[verse(user)], variants={str(variant.pk): own(**chosen)})
    write(content, user, document=given)
    return document_in(content)


def test_each_post_is_within_the_limit_as_the_network_counts_and_says_the_whole(
    content: Content, variant: Variant, alice: User
) -> None:
    written = long_sheet(content, variant, alice, link="https://rabita.example/s", tags=["سند"])
    assert render(variant).is_over
    made = as_thread(content, written, variant.pk)
    write(content, alice, document=made.to_json())
    rendering = render(Variant.objects.get(pk=variant.pk))
    assert len(rendering.parts) == 3
    assert not rendering.is_over
    assert not rendering.problems
    assert rendering.text.replace("\n\n", " ").count(SENTENCE) == 24
    assert rendering.parts[-1].post.text.endswith("حساب معلن لرابطة العلماء")
    assert [bool(part.post.tags and part.post.link) for part in rendering.parts] == [False, False, True]
    assert sum(passage(29, 69).text in part.post.text for part in rendering.parts) == 1


def test_pictures_stand_with_the_first_post_and_choices_with_each_that_takes_them(
    content: Content, variant: Variant, alice: User
) -> None:
    media = [{"media": make_media(alice).pk, "alt": "لوحة"}]
    options = {"silent": "on", "who_may_reply": "followed"}
    written = long_sheet(content, variant, alice, media=media, options=options, content_warning="تنبيه")
    write(content, alice, document=as_thread(content, written, variant.pk).to_json())
    posts = [part.post for part in render(Variant.objects.get(pk=variant.pk)).parts]
    assert [len(post.media) for post in posts] == [1, *[0] * (len(posts) - 1)]
    assert posts[0].options == options
    assert {json.dumps(dict(post.options)) for post in posts[1:]} == {'{"silent": "on"}'}
    assert {post.content_warning for post in posts} == {"تنبيه"}


def test_a_text_too_long_for_its_picture_is_sent_after_it(
    content: Content, variant: Variant, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {"max_text": 4000, "max_text_with_media": 1000}
    variant.channel.limits = {**Paper.limits.to_json(), **limits}
    variant.channel.save()
    media = [{"media": make_media(alice).pk, "alt": "لوحة"}]
    written = long_sheet(content, variant, alice, media=media)
    made = as_thread(content, written, variant.pk)
    assert isinstance((made.variants[variant.pk].blocks or ())[0], Break)
    write(content, alice, document=made.to_json())
    rendering = render(Variant.objects.get(pk=variant.pk))
    assert [(bool(part.post.text), len(part.post.media)) for part in rendering.parts] == [(False, 1), (True, 0)]
    assert not rendering.is_over
    assert not [problem for problem in rendering.problems if problem.severity == Severity.BLOCK]


def test_where_a_network_has_no_replies_there_is_no_thread(
    content: Content, variant: Variant, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = long_sheet(content, variant, alice)
    made = as_thread(content, written, variant.pk)
    monkeypatch.setattr(Paper, "capabilities", frozenset({Capability.CONTENT_WARNING}))
    with pytest.raises(Invalid):
        as_thread(content, written, variant.pk)
    write(content, alice, document=made.to_json())
    assert "reply_not_offered" in {problem.code for problem in render(Variant.objects.get(pk=variant.pk)).problems}


def test_another_contents_channel_is_not_found(content: Content, variant: Variant, alice: User) -> None:
    with pytest.raises(NotFound):
        as_thread(content, document_of(content), variant.pk + 1000)


def test_moving_a_border_makes_another_text_to_sign_and_reviewers_see_it(
    client: Client, content: Content, variant: Variant, alice: User, bob: User
) -> None:
    one, two, three = ({"type": "text", "text": word} for word in ("الأول", "الثاني", "الثالث"))
    stop = {"type": "break"}
    found = []
    for blocks in ([one, stop, two, three], [one, two, stop, three]):
        write(content, alice, document=sheet("نص", variants={str(variant.pk): own(blocks=blocks)}))
        found.append(up(variant, alice).payload)
    old, new = found
    assert old is not None
    assert new is not None
    assert old.digest != new.digest
    difference = compare(old, new)
    assert [fact.code for fact in difference.facts] == ["posts"]
    assert "2. الثاني" in difference.facts[0].before
    assert "2. الثالث" in difference.facts[0].after
    page = sign_in(client, bob).get(f"/review/{variant.pk}/").content.decode()
    assert page.count('class="thread-posts"') == 1
    assert "2. الثالث" in page


def test_the_editor_offers_a_thread_and_lays_it_for_the_author_to_move(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    written = long_sheet(content, variant, alice)
    alice.language = "en"
    alice.save()
    page = sign_in(client, alice).get(f"/contents/{content.pk}/").content.decode()
    assert "Make it a thread of 3 posts" in page
    asked = {"document": written.to_json(), "variant": variant.pk}
    answer = client.post(f"/contents/{content.pk}/thread/", asked, content_type="application/json")
    assert answer.json()["html"].count('data-block="break"') == 2
    assert document_in(content) == written
    made = client.post(f"/api/v1/contents/{content.pk}/thread/", asked, content_type="application/json").json()
    assert [block["type"] for block in made["document"]["variants"][str(variant.pk)]["blocks"]].count("break") == 2


def test_a_withdrawn_version_is_cut_for_nobody(client: Client, content: Content, variant: Variant, alice: User) -> None:
    written = long_sheet(content, variant, alice)
    drafting.withdraw_variant(variant=variant, actor=actor_of(alice), why="لا حاجة إليها")
    asked = {"document": written.to_json(), "variant": variant.pk}
    answer = sign_in(client, alice).post(f"/contents/{content.pk}/thread/", asked, content_type="application/json")
    assert answer.status_code == 404


def test_a_book_is_refused_before_it_is_cut_to_its_end() -> None:
    asked: list[int] = []
    fits = at_most(60)

    def counted(blocks: Sequence[Block], is_last: bool) -> bool:
        asked.append(1)
        return bool(fits(blocks, is_last))

    with pytest.raises(Invalid):
        cut([Text(" ".join([SENTENCE] * 400))], counted)
    assert len(asked) < 100


def test_without_script_the_button_saves_the_thread(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    text = " ".join([SENTENCE] * 24)
    posted = {"base_version": "0", "title": "x", "body.kind": ["text"], "body.value": [text], "thread": variant.pk}
    sign_in(client, alice).post(f"/contents/{content.pk}/", posted)
    blocks = document_in(content).of(variant.pk).blocks or ()
    assert Break() in blocks


def test_the_outsider_cuts_nothing(client: Client, content: Content, variant: Variant, charlie: User) -> None:
    asked = {"document": document_of(content).to_json(), "variant": variant.pk}
    answer = sign_in(client, charlie).post(f"/contents/{content.pk}/thread/", asked, content_type="application/json")
    assert answer.status_code == 404


def test_the_same_words_on_two_accounts_are_found_however_they_are_cut(
    content: Content, variant: Variant, alice: User, carla: User
) -> None:

    second = make_channel(variant.channel.organisation, carla, handle="@rabita2")
    other = drafting.add_variant(content=content, channel=second, actor=actor_of(alice))
    blocks = [{"type": "text", "text": "الأول"}, {"type": "break"}, {"type": "text", "text": "الثاني"}]
    whole = [{"type": "text", "text": "الأول"}, {"type": "text", "text": "الثاني"}]
    variants = {str(variant.pk): own(blocks=blocks), str(other.pk): own(blocks=whole)}
    write(content, alice, document=sheet("نص", variants=variants))
    assert "same_text" in {found.code for found in check(content).mend}
