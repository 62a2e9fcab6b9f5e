"""After an outage or a freeze: late posts go out one by one, and what was kept back gets its times from a person."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Event
from publishing import channels, freezing, publisher, respacing
from publishing.dispatching import mark_due
from publishing.lateness import set_lateness
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient
from tests.people import People, actor_of, api_client, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]
HOUR, GAP = timedelta(hours=1), timedelta(minutes=5)
ANYWAY = {"lateness_policy": "publish"}


def state(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def kept_back(due: Due, number: int = 3, **fields: Any) -> list[Delivery]:
    """Held as too late, in the order of their old times, all within a minute."""
    old = timezone.now() - 9 * HOUR
    found = [due(due_at=old + timedelta(seconds=10 * place), **fields) for place in range(number)]
    for delivery in found:
        publisher.publish(delivery.pk)
    return found


def times(deliveries: list[Delivery]) -> list[datetime]:
    found = [proposal.due_at for proposal in respacing.propose(deliveries)]
    assert all(found)
    return [at for at in found if at]


def test_after_an_outage_the_late_posts_of_a_channel_go_out_one_by_one_in_order(
    due: Due, network: SandboxClient
) -> None:
    late = [due(due_at=timezone.now() - HOUR + place * GAP / 5, **ANYWAY) for place in range(3)]
    for delivery in late:
        publisher.publish(delivery.pk)
    assert len(network.posts("mastodon")) == 1
    first, second, third = (state(delivery) for delivery in late)
    assert first.state == DeliveryState.PUBLISHED
    assert (second.state, second.reason) == (DeliveryState.PENDING, "spaced")
    assert second.not_before is not None
    assert third.not_before is not None
    assert third.not_before - second.not_before >= GAP - timedelta(seconds=5)
    assert mark_due() == []
    Channel.objects.update(late_not_before=timezone.now())
    Delivery.objects.filter(pk=second.pk).update(not_before=None)
    publisher.publish(second.pk)
    assert len(network.posts("mastodon")) == 2


def test_what_is_on_time_is_never_spaced_even_beside_late_posts(due: Due, network: SandboxClient) -> None:
    publisher.publish(due(due_at=timezone.now() - HOUR, **ANYWAY).pk)
    for delivery in (due(), due(), due()):
        publisher.publish(delivery.pk)
    assert len(network.posts("mastodon")) == 4


def test_a_channel_has_its_own_distance_and_0_is_none(
    due: Due, network: SandboxClient, channel: Channel, people: People
) -> None:
    channels.set_spacing(channel=channel, minutes=0, actor=actor_of(people.carla))
    for place in range(3):
        publisher.publish(due(due_at=timezone.now() - HOUR - place * GAP, **ANYWAY).pk)
    assert len(network.posts("mastodon")) == 3
    assert Event.objects.get(verb="channel.spacing_set").data == {"from": None, "to": 0}
    with pytest.raises(Invalid):
        channels.set_spacing(channel=channel, minutes=-1, actor=actor_of(people.carla))
    with pytest.raises(NotAllowed):
        channels.set_spacing(channel=channel, minutes=9, actor=actor_of(people.alice))


def test_the_distance_is_set_on_the_page_and_by_the_api(channel: Channel, people: People) -> None:
    carla = sign_in(Client(), people.carla)
    carla.post(f"/channels/{channel.pk}/spacing/", {"minutes": "12"})
    assert Channel.objects.get().spacing_minutes == 12
    carla.post(f"/channels/{channel.pk}/spacing/", {"minutes": "x"})
    assert Channel.objects.get().spacing_minutes == 12
    api_client(people.carla).post(f"/api/v1/channels/{channel.pk}/spacing/", {"minutes": None}, format="json")
    assert Channel.objects.get().spacing_minutes is None


def test_times_are_proposed_in_the_old_order_apart_and_clear_of_what_is_scheduled(due: Due) -> None:
    kept = kept_back(due)
    scheduled = due(due_at=timezone.now() + timedelta(minutes=12))
    proposed = times(kept)
    assert proposed == sorted(proposed)
    every = sorted([*proposed, scheduled.due_at])
    assert all(later - earlier >= GAP for earlier, later in zip(every, every[1:], strict=False))
    assert proposed[0] > timezone.now()


def test_a_time_still_to_come_is_kept_and_none_is_proposed_beyond_the_campaign(
    due: Due, people: People, campaign: Campaign
) -> None:
    coming = due(due_at=(timezone.now() + HOUR).replace(second=0, microsecond=0))
    hold = freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    [frozen] = respacing.propose([state(coming)])
    assert frozen.due_at is None
    freezing.propose_resume(hold=hold, actor=actor_of(people.carla))
    freezing.confirm_resume(hold=hold, actor=actor_of(people.mounir))
    assert times(list(respacing.kept_back(actor_of(people.carla), hold.pk))) == [coming.due_at]
    Campaign.objects.update(ends_on=timezone.now().date() - timedelta(days=2))
    [over] = respacing.propose(list(respacing.kept_back(actor_of(people.carla))))
    assert (over.due_at, bool(over.why_not)) == (None, True)


def test_what_one_freeze_held_is_listed_apart_from_what_is_late(due: Due, people: People) -> None:
    [late] = kept_back(due, 1)
    coming = due(due_at=timezone.now() + HOUR)
    hold = freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    freezing.propose_resume(hold=hold, actor=actor_of(people.carla))
    freezing.confirm_resume(hold=hold, actor=actor_of(people.mounir))
    carla = actor_of(people.carla)
    assert list(respacing.kept_back(carla, hold.pk)) == [coming]
    assert list(respacing.kept_back(carla)) == [late, coming]
    page = sign_in(Client(), people.carla).get(f"/freeze/{hold.pk}/").content.decode()
    assert f"/deliveries/overdue/?freeze={hold.pk}" in page


def test_one_act_releases_the_chosen_ones_and_says_why_another_stays(due: Due, people: People) -> None:
    first, second, third = kept_back(due)
    first_at, second_at, third_at = times([first, second, third])
    type(third.variant).objects.filter(pk=third.variant_id).update(state="revoked")
    wanted = {first.pk: first_at, second.pk: first_at + GAP / 5, third.pk: third_at}
    done = respacing.release(wanted=wanted, actor=actor_of(people.carla))
    assert done.moved == [first.pk]
    assert set(done.refused) == {second.pk, third.pk}
    assert (state(first).state, state(first).due_at) == (DeliveryState.PENDING, first_at)
    assert state(second).hold_reason == HoldReason.LATE
    again = respacing.release(wanted={first.pk: first_at, second.pk: second_at}, actor=actor_of(people.carla))
    assert (again.moved, list(again.refused)) == ([second.pk], [first.pk])


def test_releasing_is_refused_to_the_outsider_the_author_and_a_stale_second_factor(due: Due, people: People) -> None:
    [kept] = kept_back(due, 1)
    wanted = {kept.pk: timezone.now() + HOUR}
    refusals = [
        (actor_of(people.charlie), NotFound),
        (actor_of(people.alice), NotAllowed),
        (actor_of(people.carla, second_factor=False), SecondFactorNeeded),
    ]
    for actor, error in refusals:
        with pytest.raises(error):
            respacing.release(wanted=wanted, actor=actor)
    assert state(kept).state == DeliveryState.HELD
    assert list(respacing.kept_back(actor_of(people.charlie))) == []


def test_the_page_proposes_and_releases_and_shows_again_what_stayed(due: Due, people: People) -> None:
    first, second, _third = kept_back(due)
    carla = sign_in(Client(), people.carla)
    page = carla.get("/deliveries/overdue/")
    forms = {row.delivery.pk: row.form.initial for row in page.context["rows"]}
    typed = {
        f"{pk}-{name}": forms[pk][name].strftime("%Y-%m-%d" if name == "day" else "%H:%M")
        for pk in (first.pk, second.pk)
        for name in ("day", "time")
    }
    typed[f"{second.pk}-time"] = ""
    left = carla.post("/deliveries/overdue/", {**typed, "deliveries": [first.pk, second.pk]})
    assert left.status_code == 422
    assert [row.delivery.pk for row in left.context["rows"]] == [second.pk]
    assert [state(d).state for d in (first, second)] == [DeliveryState.PENDING, DeliveryState.HELD]
    assert len(carla.get("/deliveries/overdue/").context["rows"]) == 2
    assert sign_in(Client(), people.alice).get("/deliveries/overdue/").status_code == 403


def test_the_api_proposes_and_releases(due: Due, people: People) -> None:
    [kept] = kept_back(due, 1)
    carla = api_client(people.carla)
    [proposed] = carla.get("/api/v1/overdue/").json()
    assert proposed["delivery"]["id"] == kept.pk
    times = [{"delivery": kept.pk, "due_at": proposed["due_at"]}]
    assert carla.post("/api/v1/overdue/", {"times": times}, format="json").json() == {"moved": [kept.pk], "refused": []}
    assert api_client(people.charlie).post("/api/v1/overdue/", {"times": times}, format="json").status_code == 404


def test_the_queries_of_the_page_do_not_grow_with_the_posts(
    due: Due, people: People, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    kept_back(due, 6)
    carla = sign_in(Client(), people.carla)
    with django_assert_max_num_queries(25):
        carla.get("/deliveries/overdue/")


def test_one_delivery_may_be_skipped_where_its_campaign_would_hold_it(
    due: Due, network: SandboxClient, people: People
) -> None:
    delivery = due(due_at=timezone.now() - HOUR)
    set_lateness(delivery=delivery, policy="skip", minutes=10, actor=actor_of(people.carla))
    publisher.publish(delivery.pk)
    assert state(delivery).state == DeliveryState.MISSED
    event = Event.objects.get(verb="delivery.lateness_set")
    assert (event.user, event.data) == (people.carla, {"from": ["", None], "to": ["skip", 10]})
    with pytest.raises(StaleState):
        set_lateness(delivery=delivery, policy="", actor=actor_of(people.carla))


@pytest.mark.parametrize(("policy", "minutes"), [("never", 5), ("hold", None), ("skip", -1), ("hold", 20_000)])
def test_an_odd_lateness_is_refused(due: Due, people: People, policy: str, minutes: int | None) -> None:
    with pytest.raises(Invalid):
        set_lateness(
            delivery=due(due_at=timezone.now() + HOUR), policy=policy, minutes=minutes, actor=actor_of(people.carla)
        )


def test_lateness_is_set_on_the_page_and_by_the_api_and_refused_to_others(due: Due, people: People) -> None:
    delivery = due(due_at=timezone.now() + HOUR)
    carla = sign_in(Client(), people.carla)
    assert carla.post(f"/deliveries/{delivery.pk}/lateness/", {"policy": "hold", "minutes": "15"}).status_code == 302
    assert (state(delivery).lateness_policy, state(delivery).lateness_minutes) == ("hold", 15)
    assert carla.post(f"/deliveries/{delivery.pk}/lateness/", {"policy": "hold"}).status_code == 422
    address = f"/api/v1/deliveries/{delivery.pk}/lateness/"
    assert api_client(people.carla).post(address, {"policy": ""}, format="json").json()["lateness_policy"] == ""
    assert api_client(people.alice).post(address, {"policy": ""}, format="json").status_code == 403
    assert api_client(people.charlie).post(address, {"policy": ""}, format="json").status_code == 404
