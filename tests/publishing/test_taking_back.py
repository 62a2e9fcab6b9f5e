"""Taking back what is out: by the network, by a named person where no machine can, whole contents, second copies."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Variant
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Event
from networks.types import Published
from publishing import copies, posting, publisher, recalling, recording, removing, scheduling, settling, tasks
from publishing.connecting_by_hand import connect_by_hand
from publishing.disclosing import Disclosure
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Delivery
from publishing.reasons import reason_of
from publishing.removal_models import Copy, Removal
from sandbox.testing import SandboxClient
from tests.deliveries import claimed, make_delivery, make_variant, sign
from tests.people import People, actor_of, api_client, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]
WHY = "خطأ في النقل"
LATER = timedelta(hours=3)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is here: what beat hands out is done as it is handed out."""
    monkeypatch.setattr(tasks.delete, "delay", settling.delete)
    monkeypatch.setattr(tasks.delete_copy, "delay", copies.delete)


def now_of(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def live(network: SandboxClient) -> list[str]:
    return [post["id"] for post in network.posts("mastodon") if post["deleted_at"] is None]


def published(due: Due, **fields: Any) -> Delivery:
    delivery = due(**fields)
    publisher.publish(delivery.pk)
    return now_of(delivery)


def by_hand(people: People, campaign: Campaign, variant: Variant | None = None) -> Delivery:
    """Posted by Alice on a channel that no machine reaches."""
    channel = connect_by_hand(
        actor=actor_of(people.carla), network="whatsapp", name="قناة الرابطة",
        link="https://whatsapp.com/channel/0029VaRabita", people=[people.carla.pk, people.alice.pk],
        is_disclosed=True, disclosure=Disclosure.proposed(people.rabita),
    )  # fmt: skip
    made = make_variant(campaign, channel, people.alice)
    if variant is not None:
        Variant.objects.filter(pk=made.pk).update(content=variant.content)
        made = Variant.objects.get(pk=made.pk)
    delivery = make_delivery(sign(made, people.bob, people.basma), people.carla)
    publisher.publish(delivery.pk)
    link = "https://whatsapp.com/channel/0029VaRabita/101"
    posting.confirm_posted(delivery=now_of(delivery), permalink=link, actor=actor_of(people.alice))
    return now_of(delivery)


def test_what_no_machine_can_delete_is_put_into_the_hands_of_whoever_posted_it(
    people: People, campaign: Campaign, network: SandboxClient
) -> None:
    delivery = by_hand(people, campaign)
    settling.take_down(delivery=delivery, why=WHY, actor=actor_of(people.carla))
    tasks.delete_waiting()
    tasks.delete_waiting()
    removal = Removal.objects.get()
    assert (removal.person, removal.code) == (people.alice, "delete_by_hand")
    assert people.alice.notices.filter(kind="remove").count() == 1
    assert now_of(delivery).state == DeliveryState.DELETING
    alice = sign_in(Client(), people.alice)
    for address in ("/deliveries/", f"/deliveries/{delivery.pk}/"):
        assert delivery.parts.get().permalink in alice.get(address).content.decode()
    alice.post(f"/deliveries/{delivery.pk}/deleted/", {"part": delivery.parts.get().pk})
    removal.refresh_from_db()
    assert (now_of(delivery).state, removal.done_by) == (DeliveryState.DELETED, people.alice)
    assert removal.done_at is not None
    ledger = Client().get("/ledger/rabita/").content.decode()
    assert WHY in ledger
    assert str(people.alice) not in ledger


def test_a_deletion_by_hand_is_confirmed_once_and_by_those_who_are_named(
    people: People, campaign: Campaign, network: SandboxClient
) -> None:
    delivery = by_hand(people, campaign)
    settling.take_down(delivery=delivery, why=WHY, actor=actor_of(people.carla))
    tasks.delete_waiting()
    delivery, part = now_of(delivery), delivery.parts.get()
    refusals = [(people.charlie, NotFound), (people.bob, NotAllowed), (people.mounir, NotAllowed)]
    for person, error in refusals:
        with pytest.raises(error):
            removing.confirm_deleted(delivery=delivery, part_id=part.pk, actor=actor_of(person))
    removing.cannot_delete(delivery=delivery, part_id=part.pk, actor=actor_of(people.alice))
    assert (now_of(delivery).state, now_of(delivery).reason) == (DeliveryState.PUBLISHED, "delete_failed")
    with pytest.raises(StaleState):
        removing.confirm_deleted(delivery=now_of(delivery), part_id=part.pk, actor=actor_of(people.alice))


def test_a_network_that_refuses_for_good_hands_the_deletion_to_a_person_and_an_outage_does_not(
    due: Due, people: People, monkeypatch: pytest.MonkeyPatch, network: SandboxClient
) -> None:
    from networks.adapters.mastodon import Mastodon
    from networks.errors import Code, OutcomeUnknown, Rejected

    refused, unknown = published(due), published(due)
    errors = {refused.parts.get().remote_id: Rejected(Code.DELETE_TOO_LATE)}

    def refuse(_self: object, remote_id: str) -> None:
        raise errors.get(remote_id) or OutcomeUnknown(Code.SERVER_ERROR)

    monkeypatch.setattr(Mastodon, "delete_post", refuse)
    for delivery in (refused, unknown):
        settling.take_down(delivery=delivery, why=WHY, actor=actor_of(people.carla))
    tasks.delete_waiting()
    assert Removal.objects.get().part.delivery == refused
    assert (now_of(unknown).state, now_of(unknown).reason) == (DeliveryState.PUBLISHED, "delete_failed")


def test_a_recall_takes_back_all_that_came_of_a_content_and_says_how_far_it_has_come(
    due: Due, people: People, campaign: Campaign, network: SandboxClient
) -> None:
    out = published(due)
    assisted = by_hand(people, campaign, out.variant)
    waiting = make_delivery(out.variant, people.carla, due_at=timezone.now() + LATER)
    other = published(due)
    made = recalling.recall(content=out.variant.content, why=WHY, actor=actor_of(people.carla))
    tasks.delete_waiting()
    states = [now_of(delivery).state for delivery in (out, assisted, waiting, other)]
    wanted = [DeliveryState.DELETED, DeliveryState.DELETING, DeliveryState.CANCELLED, DeliveryState.PUBLISHED]
    assert states == wanted
    assert len(live(network)) == 1
    found = recalling.progress(made)
    assert (found.total, found.deleted, found.by_hand, found.is_done) == (2, 1, 1, False)
    removing.confirm_deleted(delivery=now_of(assisted), part_id=assisted.parts.get().pk, actor=actor_of(people.alice))
    assert recalling.progress(made).is_done
    event = Event.objects.get(verb="content.recalled")
    assert (event.user, event.why) == (people.carla, WHY)
    assert Client().get("/ledger/rabita/").content.decode().count(WHY) >= 2


def test_what_is_on_its_way_at_the_recall_is_taken_down_once_it_is_known(
    due: Due, people: People, network: SandboxClient
) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    part = delivery.parts.get()
    publisher.enter_send(attempt, part)
    made = recalling.recall(content=delivery.variant.content, why=WHY, actor=actor_of(people.carla))
    assert recalling.progress(made).on_the_way == 1
    network_id = "77"
    recording.record_answer(
        attempt, part, Published(network_id, f"https://social.test/@r/{network_id}", timezone.now())
    )
    tasks.delete_waiting()
    assert now_of(delivery).state == DeliveryState.DELETED
    assert recalling.progress(made).is_done


def test_a_recalled_version_goes_out_no_more_whoever_signs_it_again(
    due: Due, people: People, network: SandboxClient
) -> None:
    delivery = published(due)
    recalling.recall(content=delivery.variant.content, why=WHY, actor=actor_of(people.carla))
    variant = Variant.objects.get(pk=delivery.variant_id)
    assert variant.state == VariantState.REVOKED
    Variant.objects.update(state=VariantState.APPROVED)
    with pytest.raises(Invalid) as refused:
        scheduling.schedule(variant=variant, due_at=timezone.now() + LATER, actor=actor_of(people.carla))
    assert refused.value.code == "recalled"


def test_a_recall_asks_for_a_reason_a_second_factor_and_the_right_to_release(
    due: Due, people: People, network: SandboxClient
) -> None:
    content = published(due).variant.content
    refusals = [
        (actor_of(people.charlie), WHY, NotFound),
        (actor_of(people.alice), WHY, NotAllowed),
        (actor_of(people.carla, second_factor=False), WHY, SecondFactorNeeded),
        (actor_of(people.carla), "  ", Invalid),
    ]
    for actor, why, error in refusals:
        with pytest.raises(error):
            recalling.recall(content=content, why=why, actor=actor)
    assert not Event.objects.filter(verb="content.recalled").exists()
    recalling.recall(content=content, why=WHY, actor=actor_of(people.carla))
    tasks.delete_waiting()
    with pytest.raises(Invalid) as refused:
        recalling.recall(content=content, why=WHY, actor=actor_of(people.carla))
    assert refused.value.code == "nothing_out"


def test_a_content_is_recalled_on_its_page_and_by_the_api(due: Due, people: People, network: SandboxClient) -> None:
    first, second = published(due), published(due)
    carla = sign_in(Client(), people.carla)
    page = f"/contents/{first.variant.content_id}/recall/"
    assert carla.post(f"{page}now/", {"reason": ""}).status_code == 422
    assert carla.post(f"{page}now/", {"reason": WHY}).status_code == 302
    assert WHY in sign_in(Client(), people.alice).get(page).content.decode()
    asked = {"content": second.variant.content_id, "why": WHY}
    made = api_client(people.carla).post("/api/v1/recalls/", asked, format="json")
    assert made.status_code == 201
    assert made.json()["progress"]["total"] == 1
    assert api_client(people.charlie).post("/api/v1/recalls/", asked, format="json").status_code == 404
    assert api_client(people.charlie).get("/api/v1/recalls/").json()["results"] == []


def standing_twice(due: Due, network: SandboxClient) -> tuple[Delivery, Copy]:
    """Two posts of one on the network, as after two answers that contradict each other."""
    delivery = published(due)
    other = published(due)
    remote_id, permalink = other.parts.values_list("remote_id", "permalink").get()
    other.parts.update(remote_id="", permalink="")
    attempt, part = delivery.attempts.get(), delivery.parts.get()
    recording.record_answer(attempt, part, Published(remote_id, permalink, timezone.now()))
    return now_of(delivery), Copy.objects.get()


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_copies_the_chosen_one_is_deleted_and_the_other_is_the_post(
    due: Due, people: People, network: SandboxClient, is_first: bool
) -> None:
    delivery, copy = standing_twice(due, network)
    ids = [delivery.parts.get().remote_id, copy.remote_id]
    carla = sign_in(Client(), people.carla)
    page = carla.get("/deliveries/").content.decode()
    assert delivery.parts.get().permalink in page
    assert copy.permalink in page
    assert str(reason_of("standing_twice").title) in page
    carla.post(f"/deliveries/{delivery.pk}/copy/", {"copy": copy.pk, "answer": "first" if is_first else "second"})
    tasks.delete_waiting()
    assert delivery.parts.get().remote_id == ids[1 if is_first else 0]
    assert not now_of(delivery).is_duplicate_alarm
    assert now_of(delivery).state == DeliveryState.PUBLISHED
    assert live(network) == [ids[1 if is_first else 0]]


def test_a_copy_that_cannot_be_deleted_stays_on_its_card_until_a_person_has(
    due: Due, people: People, network: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from networks.adapters.mastodon import Mastodon
    from networks.errors import Code, Rejected

    delivery, copy = standing_twice(due, network)

    def refuse(_self: object, _remote_id: str) -> None:
        raise Rejected(Code.FORBIDDEN)

    monkeypatch.setattr(Mastodon, "delete_post", refuse)
    copies.delete_one(delivery=delivery, copy_id=copy.pk, is_first=False, actor=actor_of(people.carla))
    tasks.delete_waiting()
    copy.refresh_from_db()
    assert (copy.code, now_of(delivery).is_duplicate_alarm) == ("forbidden", True)
    api = api_client(people.carla)
    address = f"/api/v1/deliveries/{delivery.pk}/copy/"
    assert (
        api_client(people.charlie).post(address, {"copy": copy.pk, "answer": "gone"}, format="json").status_code == 404
    )
    assert not api.post(address, {"copy": copy.pk, "answer": "gone"}, format="json").json()["is_duplicate_alarm"]
    assert api.post(address, {"copy": copy.pk, "answer": "both"}, format="json").status_code == 409


def test_taking_a_post_down_takes_its_second_copy_down_too(due: Due, people: People, network: SandboxClient) -> None:
    delivery, _copy = standing_twice(due, network)
    settling.take_down(delivery=delivery, why=WHY, actor=actor_of(people.carla))
    tasks.delete_waiting()
    tasks.delete_waiting()
    assert live(network) == []
    assert [part.state for part in delivery.parts.all()] == [PartState.DELETED]
