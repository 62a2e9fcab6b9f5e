"""What a network lets one choose: its declaration, what a post says of it, and what is found out while writing."""

import hashlib
from typing import Any

import pytest

from networks.errors import ProblemCode
from networks.length import TextUnit
from networks.limits import Limits
from networks.options import OFF, ON, Option, OptionKind, choice, chosen, switch, value_of, words
from networks.types import Post, Visibility, canonical_json
from networks.validation import problems

OFFERED = (
    switch("loud", default=ON),
    choice("mood", "calm", "warm"),
    choice("audience", "all", "few", required=True),
    words("subject", 5, unit=TextUnit.GRAPHEMES),
    words("title", 5, required=True),
)
SAID = {"audience": "few", "title": "سند"}


def found(options: dict[str, str]) -> list[tuple[str, str]]:
    post = Post("x", options=options)
    given = problems(
        post, Limits(max_text=9), text="x", count=len, visibilities=(Visibility.PUBLIC,), options=OFFERED,
        offers_content_warning=False, offers_reply=False, offers_alt_text=True,
    )  # fmt: skip
    return [(problem.code, problem.field) for problem in given]


def test_what_was_signed_before_there_were_options_keeps_its_bytes() -> None:
    post = Post("نص", tags=("سند",), language="ar")
    before = (
        '{"content_warning":"","language":"ar","link":null,"media":[],"reply_to":null,"tags":["سند"],"text":"نص",'
        '"visibility":"public"}'
    )
    assert canonical_json(post.to_json()) == before.encode()
    assert Post.from_json(post.to_json()) == post


def test_a_choice_changes_what_is_signed_and_comes_back_the_same() -> None:
    plain, chosen_one = Post("نص"), Post("نص", options={"loud": OFF})
    digests = {hashlib.sha256(canonical_json(post.to_json())).hexdigest() for post in (plain, chosen_one)}
    assert len(digests) == 2
    assert Post.from_json(chosen_one.to_json()) == chosen_one


def test_only_what_differs_from_the_default_is_part_of_a_post() -> None:
    given = {"loud": ON, "mood": "warm", "subject": "", **SAID, "gone": "x"}
    assert chosen(OFFERED, given) == {"mood": "warm", **SAID, "gone": "x"}
    assert value_of(OFFERED, {"mood": "warm"}, "mood") == "warm"
    assert value_of(OFFERED, {}, "loud") == ON


def test_what_fits_has_no_problem() -> None:
    assert found({**SAID, "loud": OFF, "mood": "warm", "subject": "سُبُلٌ"}) == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({**SAID, "gone": "x"}, (ProblemCode.OPTION_NOT_OFFERED, "options.gone")),
        ({**SAID, "mood": "wild"}, (ProblemCode.OPTION_VALUE_NOT_OFFERED, "options.mood")),
        ({**SAID, "loud": "maybe"}, (ProblemCode.OPTION_VALUE_NOT_OFFERED, "options.loud")),
        ({**SAID, "subject": "six556"}, (ProblemCode.OPTION_TOO_LONG, "options.subject")),
        ({"title": "سند"}, (ProblemCode.OPTION_MISSING, "options.audience")),
        ({**SAID, "title": " "}, (ProblemCode.OPTION_MISSING, "options.title")),
    ],
)
def test_what_does_not_fit_is_found_out_while_writing(options: dict[str, str], problem: tuple[str, str]) -> None:
    assert found(options) == [problem]


@pytest.mark.parametrize(
    "declared",
    [
        {"kind": OptionKind.CHOICE},
        {"kind": OptionKind.TEXT, "choices": ("a",)},
        {"kind": OptionKind.CHOICE, "choices": ("a", "b"), "default": "c"},
        {"kind": OptionKind.CHOICE, "choices": ("a", "b"), "default": "a", "required": True},
        {"kind": OptionKind.TEXT, "required": True, "is_for_every_part": False},
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(declared: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="odd"):
        Option("odd", **declared)
