"""Acts on many deliveries: each through the single act's own action, once, whatever becomes of the worker."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import RoleGrant
from chain.errors import Invalid, NotAllowed, SecondFactorNeeded
from publishing import bulk
from publishing.lifecycle import BulkState, DeliveryState
from publishing.models import BulkAct, Delivery
from tests.deliveries import make_campaign, make_channel
from tests.people import People, actor_of, api_client
from tests.publishing.agenda import make_post

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
SOON = timezone.now().replace(second=0, microsecond=0) + timedelta(days=3)


@pytest.fixture
def posts(people: People) -> list[Delivery]:
    campaign, channel = make_campaign(people.rabita, people.carla), make_channel(people.rabita, people.carla)
    return [make_post(people, campaign, channel, SOON + timedelta(hours=n)) for n in range(3)]


def ids(posts: list[Delivery]) -> list[int]:
    return [post.pk for post in posts]


def test_what_can_be_moved_is_moved_and_what_cannot_is_named(people: People, posts: list[Delivery]) -> None:
    Delivery.objects.filter(pk=posts[1].pk).update(state=DeliveryState.PUBLISHED)
    act = bulk.ask(kind="move", delivery_ids=ids(posts), days=2, actor=actor_of(people.carla))
    bulk.run(act.pk)
    act.refresh_from_db()
    assert (act.state, act.done, act.position) == (BulkState.FINISHED, 2, 3)
    assert [(one["delivery"], one["code"]) for one in act.refusals] == [(posts[1].pk, "too_late")]
    assert act.refusals[0]["sentence"]
    posts[0].refresh_from_db()
    assert posts[0].due_at == SOON + timedelta(days=2)


def test_a_lost_workers_act_goes_on_from_where_it_was(people: People, posts: list[Delivery]) -> None:
    act = bulk.ask(kind="move", delivery_ids=ids(posts), hours=1, actor=actor_of(people.carla))
    assert bulk.claim(act.pk)
    bulk.step(act.pk)
    assert bulk.unheld() == []
    assert not bulk.claim(act.pk)
    BulkAct.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert bulk.unheld() == [act.pk]
    bulk.run(act.pk)
    moved = list(Delivery.objects.order_by("pk").values_list("due_at", flat=True))
    assert moved == [post.due_at + timedelta(hours=1) for post in posts]


def test_stopped_the_rest_stays_as_it_was(people: People, posts: list[Delivery]) -> None:
    carla = actor_of(people.carla)
    act = bulk.ask(kind="cancel", delivery_ids=ids(posts), why="تغيّرت الخطة", actor=carla)
    bulk.step(act.pk)
    bulk.stop(act=act, actor=carla)
    bulk.run(act.pk)
    states = list(Delivery.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["cancelled", "pending", "pending"]


def test_who_lost_the_right_meanwhile_is_refused_on_each(people: People, posts: list[Delivery]) -> None:
    act = bulk.ask(kind="hold", delivery_ids=ids(posts), actor=actor_of(people.carla))
    RoleGrant.objects.filter(membership__user=people.carla).delete()
    bulk.run(act.pk)
    act.refresh_from_db()
    assert (act.done, {one["code"] for one in act.refusals}) == (0, {"not_allowed"})


def test_senseless_and_unconfirmed_wishes_are_refused(people: People, posts: list[Delivery]) -> None:
    carla = actor_of(people.carla)
    for wish, code in (
        ({"kind": "move"}, "no_distance"),
        ({"kind": "cancel"}, "no_reason"),
        ({"kind": "hold", "delivery_ids": []}, "none_chosen"),
    ):
        with pytest.raises(Invalid) as refused:
            bulk.ask(**{"delivery_ids": ids(posts), "actor": carla, **wish})  # type: ignore[arg-type]
        assert refused.value.code == code
    with pytest.raises(SecondFactorNeeded):
        bulk.ask(kind="move", days=1, delivery_ids=ids(posts), actor=actor_of(people.carla, second_factor=False))
    with pytest.raises(NotAllowed):
        bulk.ask(kind="move", days=1, delivery_ids=ids(posts), actor=actor_of(people.alice))


def test_another_institutions_posts_are_as_if_they_were_not(people: People, posts: list[Delivery]) -> None:
    wish = {"kind": "hold", "deliveries": ids(posts)}
    made = api_client(people.charlie).post("/api/v1/bulk-acts/", wish, format="json")
    assert made.status_code == 202
    bulk.run(made.json()["id"])
    assert {one["code"] for one in BulkAct.objects.get().refusals} == {"not_found"}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending"}
