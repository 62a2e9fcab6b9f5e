"""campaigns.queries, campaigns.access: the right next thing, of one's own institution, in as many queries for many."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from campaigns import access, briefs, drafting, queries, reviewing
from campaigns.models import Campaign, Content, Variant
from chain.errors import NotFound
from library.models import Claim
from publishing.models import Channel
from tests.campaigns.conftest import BRIEF, sign, up, verse, write
from tests.knowledge import make_claim, speaking
from tests.people import actor_of


def kinds(user: User) -> dict[str, int]:
    desk = queries.desk(actor_of(user))
    names = ("fix", "sign", "briefs", "write", "plan", "waiting")
    return {name: len(getattr(desk, name)) for name in names if getattr(desk, name)}


def test_a_begun_content_waits_for_its_author(content: Content, alice: User, bob: User) -> None:
    assert kinds(alice) == {"write": 1}
    assert kinds(bob) == {}


def test_a_content_without_a_channel_waits_for_its_author_too(campaign: Campaign, claim: Claim, alice: User) -> None:
    drafting.create_content(campaign=campaign, claim=claim, title="x", actor=actor_of(alice))
    first = queries.desk(actor_of(alice)).first
    assert first is not None
    assert (first.kind, first.variant) == ("write", None)


def test_a_submitted_text_waits_for_the_reviewers(in_review: Variant, alice: User, bob: User, basma: User) -> None:
    assert kinds(alice) == {"waiting": 1}
    assert kinds(bob) == kinds(basma) == {"sign": 1}


def test_whoever_signed_is_not_asked_again(in_review: Variant, bob: User, basma: User) -> None:
    sign(in_review, bob, "scientific")
    assert kinds(bob) == {}
    assert kinds(basma) == {"sign": 1}


def test_a_text_with_changes_asked_is_the_first_thing_with_its_remark(
    in_review: Variant, alice: User, bob: User
) -> None:
    reviewing.request_changes(
        variant=in_review, gate_code="scientific", digest=in_review.digest, note="أصلح", actor=actor_of(bob)
    )
    first = queries.desk(actor_of(alice)).first
    assert first is not None
    assert first.kind == "fix"
    assert first.remark is not None
    assert first.remark.text == "أصلح"
    assert kinds(bob) == {}


def test_a_signed_text_waits_for_a_date(approved: Variant, carla: User, mounir: User) -> None:
    assert kinds(carla) == {"plan": 1}
    assert kinds(mounir) == {}


def test_a_brief_waits_for_a_manager_who_did_not_write_it(carla: User, mounir: User) -> None:
    made = briefs.create_campaign(title="x", changes={**BRIEF, **speaking(carla)}, actor=actor_of(carla))
    assert kinds(carla) == {"briefs": 1}
    briefs.submit_brief(campaign=made, actor=actor_of(carla))
    assert kinds(mounir) == {"briefs": 1}
    assert kinds(carla) == {}


def test_the_outsider_sees_nothing_anywhere(approved: Variant, charlie: User) -> None:
    actor = actor_of(charlie)
    assert queries.desk(actor).count == 0
    assert not access.contents_of(actor).exists()
    assert not access.variants_of(actor).exists()
    assert not access.campaigns_of(actor).exists()
    assert not access.channels_of(actor).exists()
    for find, pk in (
        (access.content_or_404, approved.content_id),
        (access.variant_or_404, approved.pk),
        (access.campaign_or_404, approved.content.campaign_id),
        (access.channel_or_404, approved.channel_id),
    ):
        with pytest.raises(NotFound):
            find(actor, pk)


def test_progress_counts_what_is_there(approved: Variant, campaign: Campaign, carla: User) -> None:
    empty = briefs.create_campaign(title="x", actor=actor_of(carla))
    found = queries.progress([campaign, empty])
    assert (found[campaign.pk].contents, found[campaign.pk].signed, found[campaign.pk].published) == (1, 1, 0)
    assert found[empty.pk].contents == 0


def test_standings_of_many_are_those_of_each(in_review: Variant, bob: User) -> None:
    from chain.reviewing import standings

    sign(in_review, bob, "scientific")
    variant = Variant.objects.select_related("payload").get(pk=in_review.pk)
    assert queries.standings_of([variant])[variant.pk] == standings(variant)


def asked(act: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        act()
    return len(caught)


@pytest.mark.parametrize("who", ["alice", "bob", "carla", "mounir"])
def test_the_desk_asks_as_much_for_many_as_for_one(
    who: str, people: Any, campaign: Campaign, channel: Channel, alice: User
) -> None:
    def grow(count: int, start: int) -> None:
        for number in range(start, start + count):
            claim = make_claim(alice, f"دعوى {number}")
            for text in ("يبقى", "يُقدَّم"):
                made = drafting.create_content(
                    campaign=campaign, claim=claim, title=f"{text} {number}", channels=[channel], actor=actor_of(alice)
                )
                if text == "يُقدَّم":
                    write(made, alice, f"نص {number}", verses=[verse(alice)])
                    up(made.variants.get(), alice)

    def desk() -> None:
        found = queries.desk(actor)
        for task in (*found.fix, *found.sign, *found.briefs, *found.write, *found.plan, *found.waiting):
            assert task.campaign.title
            assert task.content is None or task.content.claim.text_ar

    grow(1, 0)
    actor = actor_of(getattr(people, who))
    few = asked(desk)
    grow(3, 10)
    assert asked(desk) == few
