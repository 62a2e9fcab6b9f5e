"""The pages of publishing, through their addresses: what each person sees, decides, and is refused in a sentence."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from publishing import publisher, queries
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import make_variant, sign
from tests.people import People, sign_in, stale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]
ZONE = ZoneInfo("Africa/Casablanca")


@pytest.fixture
def carla(people: People, client: Client) -> Client:
    return sign_in(client, people.carla)


def typed(minutes: int) -> dict[str, str]:
    at = timezone.now().astimezone(ZONE) + timedelta(minutes=minutes)
    return {"day": at.strftime("%Y-%m-%d"), "time": at.strftime("%H:%M")}


def unconfirmed(due: Due, network: SandboxClient) -> Delivery:
    delivery = due()
    network.arm_fault("drop_answer", route="publish", accepted=False)
    publisher.publish(delivery.pk)
    return delivery


def test_an_empty_list_says_what_to_do_next(carla: Client) -> None:
    page = carla.get("/deliveries/").content.decode()
    assert 'href="/campaigns/"' in page


def test_each_kind_of_trouble_has_its_reason_and_its_next_step(
    carla: Client, due: Due, network: SandboxClient, people: People
) -> None:
    unconfirmed(due, network)
    late = due(due_at=timezone.now() - timedelta(hours=9), lateness_policy="hold", lateness_minutes=10)
    publisher.publish(late.pk)
    people.carla.language = "en"
    people.carla.save()
    page = carla.get("/deliveries/").content.decode()
    assert "We do not know whether it is out." in page
    assert "It is later than the campaign allows" in page
    assert "(540 minutes late)" in page
    only = carla.get("/deliveries/?state=late").content.decode()
    assert f'id="delivery-{late.pk}"' in only
    assert "Do you see it on the account?" not in only


def test_a_signed_variant_is_given_its_time_in_the_campaigns_zone(
    carla: Client, people: People, campaign: Campaign, channel: Channel
) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    wanted = typed(90)
    answer = carla.post(f"/release/{variant.pk}/", wanted)
    delivery = Delivery.objects.get()
    assert answer["Location"] == f"/deliveries/{delivery.pk}/"
    assert delivery.due_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") == f"{wanted['day']} {wanted['time']}"


def test_a_double_click_on_release_schedules_once(
    carla: Client, people: People, campaign: Campaign, channel: Channel
) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    first, second = (carla.post(f"/release/{variant.pk}/", typed(90)) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 409)
    assert Delivery.objects.count() == 1


def test_a_past_time_is_refused_and_what_was_typed_is_kept(
    carla: Client, people: People, campaign: Campaign, channel: Channel
) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    wanted = typed(-90)
    answer = carla.post(f"/release/{variant.pk}/", wanted)
    assert answer.status_code == 422
    assert f'value="{wanted["time"]}"' in answer.content.decode()
    assert not Delivery.objects.exists()


def test_a_stale_second_factor_leads_to_confirming_it_and_nothing_is_released(
    carla: Client, people: People, campaign: Campaign, channel: Channel
) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    answer = stale(carla).post(f"/release/{variant.pk}/", typed(90))
    assert answer.status_code == 302
    assert "/account/" in answer["Location"]
    assert not Delivery.objects.exists()


def test_the_link_of_a_live_post_is_taken_and_a_foreign_one_is_given_back(
    carla: Client, due: Due, network: SandboxClient
) -> None:
    delivery = unconfirmed(due, network)
    refused = carla.post(f"/deliveries/{delivery.pk}/live/", {"permalink": "https://elsewhere.example/1"})
    assert refused.status_code == 422
    assert "https://elsewhere.example/1" in refused.content.decode()
    carla.post(f"/deliveries/{delivery.pk}/live/", {"permalink": f"{network.base('mastodon')}/@rabita/77"})
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED


def test_send_again_hold_move_cancel_and_take_down_by_their_buttons(
    carla: Client, due: Due, network: SandboxClient
) -> None:
    lost = unconfirmed(due, network)
    carla.post(f"/deliveries/{lost.pk}/again/")
    publisher.publish(lost.pk)
    lost.refresh_from_db()
    assert lost.state == DeliveryState.PUBLISHED
    carla.post(f"/deliveries/{lost.pk}/down/", {"reason": "تصويب"})
    lost.refresh_from_db()
    assert lost.state == DeliveryState.DELETING
    waiting = due(due_at=timezone.now() + timedelta(hours=1))
    for act, data, state in (
        ("hold", {"reason": "حداد"}, DeliveryState.HELD),
        ("move", typed(120), DeliveryState.PENDING),
        ("cancel", {}, DeliveryState.CANCELLED),
    ):
        carla.post(f"/deliveries/{waiting.pk}/{act}/", data)
        waiting.refresh_from_db()
        assert waiting.state == state


def test_taking_down_without_a_reason_is_refused(carla: Client, due: Due) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    assert carla.post(f"/deliveries/{delivery.pk}/down/", {"reason": ""}).status_code == 422
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED


def test_the_page_of_a_delivery_tells_its_whole_story(carla: Client, due: Due, people: People) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    page = carla.get(f"/deliveries/{delivery.pk}/").content.decode()
    for told in (delivery.parts.get().permalink, str(people.bob), str(people.basma), delivery.variant.content.title):
        assert told in page


def test_a_measured_post_leads_to_its_figures(carla: Client, due: Due) -> None:
    delivery = due()
    address = f'href="/dashboard/{delivery.campaign_id}/"'
    assert address not in carla.get(f"/deliveries/{delivery.pk}/").content.decode()
    Delivery.objects.filter(pk=delivery.pk).update(latest_at=timezone.now())
    assert address in carla.get(f"/deliveries/{delivery.pk}/").content.decode()


def test_a_freeze_by_its_page_is_seen_by_everyone_and_lifted_by_two(
    carla: Client, due: Due, people: People, network: SandboxClient
) -> None:
    delivery = due()
    assert carla.post("/freeze/", {"scope": "everything", "reason": ""}).status_code == 422
    kept = carla.post("/freeze/", {"scope": f"channel:{delivery.channel_id}", "reason": " "}).content.decode()
    assert f'value="channel:{delivery.channel_id}" selected' in kept
    frozen = carla.post("/freeze/", {"scope": "everything", "reason": "خبر عاجل"})
    assert "خبر عاجل" in sign_in(Client(), people.alice).get("/deliveries/").content.decode()
    publisher.publish(delivery.pk)
    for person in (people.alice, people.nadia):
        assert frozen["Location"] in sign_in(Client(), person).get("/contents/").content.decode()
    assert carla.post(f"{frozen['Location']}propose/").status_code == 302
    assert carla.post(f"{frozen['Location']}confirm/").status_code == 403
    mounir = sign_in(Client(), people.mounir)
    assert mounir.post(f"{frozen['Location']}confirm/").status_code == 302
    after = mounir.get(frozen["Location"]).content.decode()
    assert str(people.carla) in after
    assert delivery.variant.content.title in after
    assert f"/deliveries/{delivery.pk}/" in after
    publisher.publish(delivery.pk)
    assert network.posts("mastodon") == []


def test_the_number_of_queries_does_not_grow_with_the_deliveries(
    carla: Client, due: Due, network: SandboxClient, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for _ in range(6):
        due(due_at=timezone.now() + timedelta(hours=1))
        late = due(due_at=timezone.now() - timedelta(hours=9), lateness_policy="hold", lateness_minutes=10)
        publisher.publish(late.pk)
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        carla.get("/deliveries/")


def test_every_delivery_of_a_group_has_its_page(
    carla: Client, due: Due, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    monkeypatch.setattr(queries, "SHOWN", 2)
    made = [due(due_at=timezone.now() + timedelta(hours=n)) for n in range(1, 6)]
    Delivery.objects.filter(pk__in=[d.pk for d in made[:3]]).update(state="failed", reason="post_refused")
    first = carla.get(f"/deliveries/?campaign={made[0].campaign_id}").content.decode()
    assert f'delivery-{made[2].pk}"' not in first
    assert f"campaign={made[0].campaign_id}&amp;state=failed&amp;page=2" in first
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        second = carla.get("/deliveries/?state=failed&page=2").content.decode()
    assert f'delivery-{made[2].pk}"' in second
    assert f'delivery-{made[0].pk}"' not in second
    assert f'delivery-{made[2].pk}"' in carla.get("/deliveries/?state=failed&page=99").content.decode()
    for delivery in made[3:]:
        Delivery.objects.filter(pk=delivery.pk).update(state="pending")
    due(due_at=timezone.now() + timedelta(hours=9))
    assert "state=coming&amp;page=2" in carla.get("/deliveries/").content.decode()


def test_a_long_list_begins_with_a_few_and_leads_to_the_rest(
    carla: Client, due: Due, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FEW", 1)
    made = [due(due_at=timezone.now() + timedelta(hours=n)) for n in range(1, 6)]
    failed, coming = made[:3], made[3:]
    Delivery.objects.filter(pk__in=[d.pk for d in failed]).update(state="failed", reason="post_refused")

    def shown(query: str, deliveries: list[Delivery]) -> list[bool]:
        page = carla.get(f"/deliveries/{query}").content.decode()
        return [f'href="/deliveries/{delivery.pk}/"' in page for delivery in deliveries]

    first = carla.get("/deliveries/").content.decode()
    assert 'href="?state=failed"' in first
    assert 'href="?state=coming#coming"' in first
    assert (shown("", failed), shown("", coming)) == ([True, False, False], [True, False])
    assert shown("?state=failed", failed) == [True] * 3
    assert shown("?state=coming", coming) == [True] * 2
    assert shown(f"?state=failed&campaign={made[0].campaign_id + 1}", failed) == [False] * 3
