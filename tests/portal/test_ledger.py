"""The public ledger: everything that went out stands there, for anybody, and no person is named."""

import csv
import io
import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Revision
from chain.engine import advance
from publishing.correction_models import Correction
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Delivery
from publishing.settling import take_down
from tests.deliveries import (
    make_campaign,
    make_channel,
    make_delivery,
    make_payload,
    make_variant,
    mark_published,
    sign,
)
from tests.people import People, actor_of, sign_in

pytestmark = pytest.mark.django_db
TITLE = "سعة الرحمة في القول"


@pytest.fixture
def delivery(people: People) -> Delivery:
    campaign = make_campaign(people.rabita, people.carla)
    channel = make_channel(people.rabita, people.carla)
    variant = sign(make_variant(campaign, channel, people.alice, title=TITLE), people.bob, people.basma)
    return make_delivery(variant, people.carla)


def page(people: People, query: str = "") -> str:
    answer = Client().get(f"/ledger/{people.rabita.slug}/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def whole(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def everything(people: People) -> dict[str, list[dict[str, object]]]:
    read: dict[str, list[dict[str, object]]] = json.loads(
        whole(Client().get(f"/ledger/{people.rabita.slug}/ledger.json"))
    )
    return read


def later_version(delivery: Delivery, people: People) -> Delivery:
    """The text corrected, signed again and sent on the same channel."""
    variant = delivery.variant
    revision = Revision.objects.create(
        content=variant.content, number=2, document={}, created_by=people.alice, created_at=timezone.now()
    )
    variant.payload = make_payload(variant, revision, ("نص مصوَّب.",))
    variant.save(update_fields=["payload"])
    return mark_published(make_delivery(sign(variant, people.bob, people.basma), people.carla), remote_id="101")


def take_it_down(delivery: Delivery, people: People, why: str) -> None:
    actor = actor_of(people.carla)
    taken = take_down(delivery=delivery, actor=actor, why=why)
    advance(taken.parts.get(), PartState.DELETED, actor=actor)
    advance(taken, DeliveryState.DELETED, actor=actor)


def test_what_went_out_stands_there_with_what_was_signed(delivery: Delivery, people: People) -> None:
    assert TITLE not in page(people)
    mark_published(delivery)
    shown = page(people)
    assert TITLE in shown
    assert "https://social.test/@r/100" in shown
    assert delivery.payload.digest in shown


def test_what_was_taken_down_stays_with_what_was_said(delivery: Delivery, people: People) -> None:
    take_it_down(mark_published(delivery), people, "نُسبت جملة إلى غير قائلها.")
    shown = page(people)
    assert TITLE in shown
    assert "نُسبت جملة إلى غير قائلها." in shown
    assert "https://social.test/@r/100" not in shown
    (post,) = everything(people)["posts"]
    assert (post["state"], post["why_deleted"]) == ("deleted", "نُسبت جملة إلى غير قائلها.")


def test_a_later_version_is_a_correction_of_the_first(delivery: Delivery, people: People) -> None:
    mark_published(delivery, at=timezone.now() - timedelta(hours=5))
    later_version(delivery, people)
    newest, first = everything(people)["posts"]
    assert (first["version"], first["replaced_by"], newest["replaced_by"]) == (1, 2, None)
    assert 'id="co-h"' in page(people)
    assert page(people).count(TITLE) == 3  # two posts and their correction


def test_words_that_took_the_place_of_others_in_the_same_post_are_a_correction_of_them(
    delivery: Delivery, people: People
) -> None:
    mark_published(delivery, at=timezone.now() - timedelta(hours=5))
    variant, now = delivery.variant, timezone.now()
    revision = Revision.objects.create(
        content=variant.content, number=2, document={}, created_by=people.alice, created_at=now
    )
    newer = make_payload(variant, revision, ("نص مصوَّب.",))
    asked = Correction.objects.create(delivery=delivery, payload=newer, why="خطأ", by=people.carla, asked_at=now)
    assert 'id="co-h"' in page(people)
    assert page(people).count(TITLE) == 1  # not before it stands there
    Correction.objects.filter(pk=asked.pk).update(done_at=now)
    (post,) = everything(people)["posts"]
    assert (post["version"], post["replaced_by"]) == (1, 2)
    assert page(people).count(TITLE) == 2


def test_what_became_of_a_post_that_the_network_lost_is_said(delivery: Delivery, people: People) -> None:
    advance(mark_published(delivery).parts.get(), PartState.GONE, actor=actor_of(people.carla))
    (post,) = everything(people)["posts"]
    assert post["state"] == "gone"


def test_every_account_is_named_with_its_owner_sender_and_funder(people: People) -> None:
    said_so = {"owner": "الرابطة", "sender": "خلية التواصل", "funder": "ميزانية الرابطة"}
    channel = make_channel(people.rabita, people.carla, **said_so)
    advance(channel, "disconnected", actor=actor_of(people.carla))
    shown = page(people)
    for said in (*said_so.values(), channel.handle):
        assert said in shown
    (account,) = everything(people)["accounts"]
    assert (account["state"], account["funder"]) == ("disconnected", "ميزانية الرابطة")


def test_an_account_whose_profile_hides_the_institution_is_shown_as_such(people: People) -> None:
    make_channel(people.rabita, people.carla, state="held", state_reason="undisclosed")
    (account,) = everything(people)["accounts"]
    assert account["discloses"] is False


def test_a_campaign_is_listed_once_signed_and_not_while_it_is_a_draft(people: People) -> None:
    make_campaign(people.rabita, people.carla, title="حملة موقعة")
    make_campaign(people.rabita, people.carla, title="مسودة لم توقع", code="draft", state="draft")
    shown = page(people)
    assert "حملة موقعة" in shown
    assert "مسودة لم توقع" not in shown


def test_another_institutions_ledger_shows_nothing_of_it(delivery: Delivery, people: People) -> None:
    mark_published(delivery)
    answer = Client().get(f"/ledger/{people.elsewhere.slug}/")
    assert TITLE not in answer.content.decode()
    assert Client().get("/ledger/no-such-house/").status_code == 404


def test_no_person_is_named_anywhere(delivery: Delivery, people: People) -> None:
    mark_published(delivery)
    slug = people.rabita.slug
    texts = [page(people), Client().get(f"/ledger/{slug}/feed.atom").content.decode()]
    texts += [whole(Client().get(f"/ledger/{slug}/{name}")) for name in ("posts.csv", "accounts.csv", "ledger.json")]
    for person in (people.alice, people.bob, people.basma, people.carla):
        assert not [text for text in texts if person.name in text or person.email in text]


def test_nothing_of_it_can_be_written_by_anybody(people: People) -> None:
    for name in ("", "posts.csv", "accounts.csv", "ledger.json", "feed.atom"):
        assert Client().post(f"/ledger/{people.rabita.slug}/{name}").status_code == 405


@pytest.mark.parametrize(("query", "is_found"), [("?q=الرحمة", True), ("?q=zzz", False), ("?channel=999999", False)])
def test_posts_are_searched_by_their_words_and_account(
    delivery: Delivery, people: People, query: str, is_found: bool
) -> None:
    mark_published(delivery)
    assert (f'id="post-{delivery.parts.get().pk}"' in page(people, query)) is is_found


def test_the_table_opens_in_a_spreadsheet_and_cannot_run_there(delivery: Delivery, people: People) -> None:
    delivery.variant.content.title = "=HYPERLINK(1)"
    delivery.variant.content.save(update_fields=["title"])
    mark_published(delivery)
    text = whole(Client().get(f"/ledger/{people.rabita.slug}/posts.csv"))
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert text.startswith("\ufeff")
    assert (row["title"], row["version"], row["replaced_by"]) == ("'=HYPERLINK(1)", "1", "")


def test_the_feed_is_atom_with_each_post(delivery: Delivery, people: People) -> None:
    mark_published(delivery)
    tree = ElementTree.fromstring(Client().get(f"/ledger/{people.rabita.slug}/feed.atom").content)
    (entry,) = tree.findall("{http://www.w3.org/2005/Atom}entry")
    assert TITLE in "".join(entry.itertext())


def test_the_number_of_queries_does_not_grow_with_the_posts(
    delivery: Delivery, people: People, django_assert_num_queries: Any
) -> None:
    mark_published(delivery)
    with CaptureQueriesContext(connection) as one:
        page(people)
    for number in range(2, 8):
        channel = make_channel(people.rabita, people.carla, remote_id=str(number), handle=f"@r{number}")
        variant = sign(make_variant(delivery.campaign, channel, people.alice), people.bob, people.basma)
        mark_published(make_delivery(variant, people.carla), remote_id=str(number))
    with django_assert_num_queries(len(one)):
        page(people)


def test_a_member_comes_to_the_ledger_of_the_own_house_and_a_stranger_to_the_list(people: People) -> None:
    inside = sign_in(Client(), people.charlie).get("/ledger/")
    assert inside["Location"] == f"/ledger/{people.elsewhere.slug}/"
    listed = Client().get("/ledger/").content.decode()
    assert people.rabita.name in listed
    assert people.elsewhere.name in listed


def test_a_post_that_took_an_earlier_versions_words_names_that_version(delivery: Delivery, people: People) -> None:
    first = delivery.payload
    take_it_down(mark_published(delivery), people, "سُحب")
    second = later_version(delivery, people)
    now = timezone.now()
    Correction.objects.create(
        delivery=second, payload=first, why="عاد إلى الأول", by=people.carla, asked_at=now, done_at=now
    )
    newest, _first = everything(people)["posts"]
    assert (newest["version"], newest["replaced_by"]) == (2, 1)
    assert "None" not in page(people)
