"""Correcting what is live: newer signed words in the same post, asked for by a person, put there by a worker."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from campaigns.lifecycle import VariantState
from campaigns.models import Revision, Variant
from chain.engine import advance
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Decision, Event, Notice
from networks.base import Adapter
from networks.errors import NotSent, Rejected
from networks.registry import adapter_class
from networks.types import Post, Published
from publishing import correcting, freezing, publisher, recalling, scheduling, tasks
from publishing.correction_models import Correction
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery, Part
from sandbox.testing import SandboxClient
from tests.deliveries import TEXT, make_delivery, make_payload, sign
from tests.people import People, actor_of, api_client, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]
Edits = list[Callable[[], object]]
WHY = "كلمة نُقلت خطأ"
NEWER = "نص مصوَّب."


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.correct, "delay", correcting.carry_out)


@pytest.fixture
def live(due: Due, people: People) -> Delivery:
    """Published, and since then its content has a newer version, signed at both gates."""
    delivery = due()
    publisher.publish(delivery.pk)
    return with_newer(delivery, people)


def with_newer(
    delivery: Delivery,
    people: People,
    texts: tuple[str, ...] = (NEWER,),
    number: int = 2,
    signers: tuple[User, ...] = (),
) -> Delivery:
    variant = delivery.variant
    revision = Revision.objects.create(
        content=variant.content, number=number, document={}, created_by=people.alice, created_at=timezone.now()
    )
    variant.payload = make_payload(variant, revision, texts)
    variant.save(update_fields=["payload"])
    sign(variant, *(signers or (people.bob, people.basma)))
    Delivery.objects.filter(pk=delivery.pk).update(superseded=True)
    return Delivery.objects.get(pk=delivery.pk)


def ask(delivery: Delivery, people: People) -> Correction:
    return correcting.correct(delivery=delivery, why=WHY, actor=actor_of(people.carla))


def asked(correction: Correction) -> Correction:
    return Correction.objects.get(pk=correction.pk)


def texts(network: SandboxClient) -> list[str]:
    return [post["text"] for post in network.posts("mastodon") if post["deleted_at"] is None]


def test_the_newer_signed_words_take_the_place_of_the_old_in_the_same_post(
    live: Delivery, people: People, network: SandboxClient
) -> None:
    address = live.parts.get().permalink
    made = ask(live, people)
    assert texts(network) == [TEXT]
    tasks.correct_waiting()
    assert texts(network) == [NEWER]
    live.refresh_from_db()
    assert (live.superseded, live.parts.get().permalink) == (False, address)
    assert correcting.standing_payload(live) == made.payload
    told = Event.objects.filter(subject_id=str(live.pk), verb__contains="correct").order_by("id")
    assert [(event.verb, event.why) for event in told] == [
        ("delivery.correction_asked", WHY),
        ("delivery.corrected", ""),
    ]
    tasks.correct_waiting()
    assert Event.objects.filter(verb="delivery.corrected").count() == 1


def test_of_a_thread_only_the_posts_that_changed_are_touched(due: Due, people: People, network: SandboxClient) -> None:
    thread = due(texts=("أول", "ثان", "ثالث"))
    publisher.publish(thread.pk)
    ask(with_newer(thread, people, ("أول", "ثان مصوَّب", "ثالث")), people)
    tasks.correct_waiting()
    touched = {post["text"]: post["edited_at"] is not None for post in network.posts("mastodon")}
    assert touched == {"أول": False, "ثان مصوَّب": True, "ثالث": False}


def test_after_a_try_that_failed_every_post_is_set_for_nobody_knows_what_stands(
    due: Due, people: People, network: SandboxClient
) -> None:
    thread = due(texts=("أول", "ثان"))
    publisher.publish(thread.pk)
    ask(with_newer(thread, people, ("أول", "ثان مصوَّب")), people)
    network.arm_fault("drop_answer", route="edit", accepted=True, count=correcting.TRIES)
    for _ in range(correcting.TRIES):
        Correction.objects.update(not_before=None)
        tasks.correct_waiting()
    network.disarm()
    assert sorted(texts(network)) == ["أول", "ثان مصوَّب"]
    ask(with_newer(thread, people, ("أول ثالثة", "ثان"), number=3), people)
    tasks.correct_waiting()
    assert sorted(texts(network)) == ["أول ثالثة", "ثان"]


def test_a_second_newer_version_corrects_the_first(live: Delivery, people: People, network: SandboxClient) -> None:
    ask(live, people)
    tasks.correct_waiting()
    ask(with_newer(live, people, ("ثالث.",), number=3), people)
    tasks.correct_waiting()
    assert texts(network) == ["ثالث."]
    assert live.corrections.filter(done_at__isnull=False).count() == 2


def test_a_lost_answer_is_asked_for_again_later_and_no_second_post_is_made(
    live: Delivery, people: People, network: SandboxClient
) -> None:
    made = ask(live, people)
    network.arm_fault("drop_answer", route="edit", accepted=True)
    tasks.correct_waiting()
    assert (asked(made).is_open, asked(made).tries) == (True, 1)
    tasks.correct_waiting()
    assert asked(made).is_open  # its time has not come
    Correction.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    tasks.correct_waiting()
    assert asked(made).done_at is not None
    assert texts(network) == [NEWER]


def test_after_some_tries_a_person_is_told_and_may_ask_again(
    live: Delivery, people: People, network: SandboxClient
) -> None:
    made = ask(live, people)
    network.arm_fault("server_error", route="edit", count=correcting.TRIES)
    for _ in range(correcting.TRIES):
        Correction.objects.update(not_before=None)
        tasks.correct_waiting()
    assert asked(made).ended_at is not None
    assert Notice.objects.filter(user=people.carla, link=f"/deliveries/{live.pk}/").count() == 1
    ask(live, people)
    tasks.correct_waiting()
    assert texts(network) == [NEWER]


def test_what_the_network_refuses_is_given_up_at_once_with_its_reason(
    live: Delivery, people: People, network: SandboxClient
) -> None:
    made = ask(live, people)
    network.arm_fault("missing_scope", route="edit")
    tasks.correct_waiting()
    assert (asked(made).ended_at is not None, bool(asked(made).code)) == (True, True)
    assert texts(network) == [TEXT]
    page = sign_in(Client(), people.carla).get(f"/deliveries/{live.pk}/").content.decode()
    assert "/correct/" in page


@pytest.mark.parametrize("spoils", ["signature", "edit", "freeze", "taken_down", "own_post"])
def test_what_no_longer_holds_when_the_worker_comes_stops_it(
    live: Delivery, people: People, network: SandboxClient, spoils: str
) -> None:
    made = ask(live, people)
    if spoils == "signature":
        Decision.objects.filter(digest=made.payload.digest).update(revoked_at=timezone.now())
    elif spoils == "edit":
        type(live.variant).objects.update(state=VariantState.DRAFT)
    elif spoils == "freeze":
        freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="تحقّق")
    elif spoils == "own_post":
        made_now = make_delivery(live.variant, people.carla, due_at=timezone.now() + timedelta(hours=1))
        assert made_now.payload_id == made.payload_id
    else:
        Delivery.objects.filter(pk=live.pk).update(state="deleted")
    tasks.correct_waiting()
    assert asked(made).ended_at is not None
    assert texts(network) == [TEXT]


def test_pictures_choices_and_the_number_of_posts_cannot_be_changed_in_place(live: Delivery, people: People) -> None:
    with_newer(live, people, ("أول", "ثان"), number=3)
    live.variant.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        ask(live, people)
    assert refused.value.code == "correct_words_only"


def test_correcting_is_refused_without_right_second_factor_reason_newer_words_or_signature(
    live: Delivery, people: People, due: Due
) -> None:
    refusals: list[tuple[Any, str, type[Exception]]] = [
        (actor_of(people.charlie), WHY, NotFound),
        (actor_of(people.alice), WHY, NotAllowed),
        (actor_of(people.carla, second_factor=False), WHY, SecondFactorNeeded),
        (actor_of(people.carla), "  ", Invalid),
    ]
    for actor, why, error in refusals:
        with pytest.raises(error):
            correcting.correct(delivery=live, why=why, actor=actor)
    same = due()
    publisher.publish(same.pk)
    with pytest.raises(Invalid) as nothing:
        ask(Delivery.objects.get(pk=same.pk), people)
    assert nothing.value.code == "nothing_newer"
    with pytest.raises(StaleState):
        ask(due(), people)
    assert not Correction.objects.exists()


def test_a_version_stands_in_the_place_of_the_old_one_or_in_a_post_of_its_own_never_in_both(
    live: Delivery, people: People, due: Due
) -> None:
    later = timezone.now() + timedelta(hours=2)
    ask(live, people)
    for _ in range(2):
        with pytest.raises(StaleState) as twice:
            scheduling.schedule(variant=live.variant, due_at=later, actor=actor_of(people.carla))
        assert twice.value.code == "in_place"
        tasks.correct_waiting()
    other = due()
    publisher.publish(other.pk)
    other = with_newer(other, people)
    scheduling.schedule(variant=other.variant, due_at=later, actor=actor_of(people.carla))
    with pytest.raises(StaleState) as refused:
        ask(other, people)
    assert refused.value.code == "has_delivery"


def test_one_correction_is_under_way_at_a_time(live: Delivery, people: People) -> None:
    ask(live, people)
    with pytest.raises(StaleState) as refused:
        ask(live, people)
    assert refused.value.code == "being_corrected"


def test_it_is_asked_for_on_its_page_and_by_the_api(
    live: Delivery, due: Due, people: People, network: SandboxClient
) -> None:
    carla, page = sign_in(Client(), people.carla), f"/deliveries/{live.pk}/"
    assert f"{page}correct/" in carla.get(page).content.decode()
    assert f"{page}correct/" not in sign_in(Client(), people.alice).get(page).content.decode()
    kept = carla.post(f"{page}correct/", {"reason": ""})
    assert kept.status_code == 422
    assert carla.post(f"{page}correct/", {"reason": WHY}).status_code == 302
    tasks.correct_waiting()
    shown = carla.get(page).content.decode()
    assert (WHY in shown, NEWER in shown, TEXT in shown, f"{page}correct/" in shown) == (True, True, False, False)
    other = due(texts=("نص آخر",))
    publisher.publish(other.pk)
    with_newer(other, people)
    address = f"/api/v1/deliveries/{other.pk}/correct/"
    assert api_client(people.charlie).post(address, {"why": WHY}, format="json").status_code == 404
    answer = api_client(people.carla).post(address, {"why": WHY}, format="json")
    assert answer.status_code == 200
    [told] = answer.json()["corrections"]
    assert (told["why"], told["done_at"], told["ended_at"]) == (WHY, None, None)


@pytest.fixture
def edits(monkeypatch: pytest.MonkeyPatch, channel: Channel) -> Edits:
    """What happens after each edit of a post in turn, before its answer is read."""
    cls, then = adapter_class(channel.network), Edits()
    sent = cls.edit_post

    def edit(adapter: Adapter, remote_id: str, post: Post) -> Published:
        answer = sent(adapter, remote_id, post)
        if then:
            then.pop(0)()
        return answer

    monkeypatch.setattr(cls, "edit_post", edit)
    return then


def refuse() -> None:
    raise Rejected("post_refused")


def ask_to_wait() -> None:
    raise NotSent("rate_limited", retry_after=900)


def test_what_an_attempt_left_half_corrected_is_set_right_by_the_next_version(
    due: Due, people: People, network: SandboxClient, edits: Edits
) -> None:
    thread = due(texts=("أول", "ثان"))
    publisher.publish(thread.pk)
    edits += [lambda: None, refuse]
    made = ask(with_newer(thread, people, ("أول آخر", "ثان آخر")), people)
    tasks.correct_waiting()
    assert asked(made).ended_at is not None
    ask(with_newer(thread, people, ("أول", "ثالث"), number=3), people)
    tasks.correct_waiting()
    assert texts(network) == ["أول", "ثالث"]


def test_a_freeze_stops_a_thread_before_its_next_post(
    due: Due, people: People, network: SandboxClient, edits: Edits
) -> None:
    thread = due(texts=("أول", "ثان"))
    publisher.publish(thread.pk)
    carla = actor_of(people.carla)
    edits.append(lambda: freezing.freeze(actor=carla, scope="everything", reason="تحقّق"))
    made = ask(with_newer(thread, people, ("أول آخر", "ثان آخر")), people)
    tasks.correct_waiting()
    assert (asked(made).code, texts(network)) == ("incident", ["أول آخر", "ثان"])


def test_it_waits_as_long_as_the_network_asks(live: Delivery, people: People, edits: Edits) -> None:
    edits.append(ask_to_wait)
    made, now = ask(live, people), timezone.now()
    tasks.correct_waiting()
    assert (asked(made).not_before or now) >= now + timedelta(seconds=900)


def test_each_correction_that_fails_is_told(live: Delivery, people: People, edits: Edits) -> None:
    for _ in range(2):
        edits.append(refuse)
        ask(live, people)
        tasks.correct_waiting()
    assert Notice.objects.filter(user=people.carla, link=f"/deliveries/{live.pk}/").count() == 2


def test_one_that_no_worker_can_bring_to_an_end_is_a_persons(
    live: Delivery, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ask(live, people)
    monkeypatch.setattr(tasks.correct, "delay", lambda pk: None)  # each is lost with its worker
    for _ in range(correcting.TRIES):
        Correction.objects.update(claimed_until=None)
        tasks.correct_waiting()
    monkeypatch.setattr(tasks.correct, "delay", correcting.carry_out)
    Correction.objects.update(claimed_until=None)
    tasks.correct_waiting()
    assert (asked(made).ended_at is not None, asked(made).code) == (True, "correct_failed")
    assert Notice.objects.filter(user=people.carla, link=f"/deliveries/{live.pk}/").exists()


def test_the_link_that_a_person_chose_meanwhile_is_not_written_over(
    live: Delivery, people: People, edits: Edits
) -> None:
    edits.append(lambda: Part.objects.filter(delivery=live).update(remote_id="777"))
    ask(live, people)
    tasks.correct_waiting()
    assert live.parts.get().remote_id == "777"


@pytest.mark.parametrize("lacks", [{"remote_id": ""}, {"state": "deleted"}])
def test_a_post_that_cannot_be_reached_by_the_network_is_not_corrected(
    due: Due, people: People, network: SandboxClient, lacks: dict[str, str]
) -> None:
    thread = due(texts=("أول", "ثان"))
    publisher.publish(thread.pk)
    with_newer(thread, people, ("أول آخر", "ثان آخر"))
    made = ask(thread, people)
    Part.objects.filter(delivery=thread, position=1).update(**lacks)
    tasks.correct_waiting()
    assert (asked(made).code, texts(network)) == ("correct_not_live", ["أول", "ثان"])
    with pytest.raises(StaleState):
        ask(thread, people)


def test_of_two_live_posts_of_a_text_only_one_takes_a_version(live: Delivery, people: People) -> None:
    second = make_delivery(live.variant, people.carla)
    publisher.publish(second.pk)
    with_newer(live, people, ("ثالث.",), number=3)
    ask(live, people)
    for _ in range(2):
        with pytest.raises(StaleState) as refused:
            ask(second, people)
        assert refused.value.code == "in_place"
        tasks.correct_waiting()


def test_a_version_that_was_taken_back_takes_no_place(live: Delivery, people: People) -> None:
    recalling.recall(content=live.variant.content, why=WHY, actor=actor_of(people.carla))
    Delivery.objects.filter(pk=live.pk).update(state=DeliveryState.PUBLISHED, reason="delete_failed")
    type(live.variant).objects.update(state=VariantState.APPROVED)
    with pytest.raises(Invalid) as refused:
        ask(live, people)
    assert refused.value.code == "recalled"


def test_a_reason_that_cannot_be_kept_is_asked_for_again(live: Delivery, people: People) -> None:
    page = f"/deliveries/{live.pk}/correct/"
    answer = sign_in(Client(), people.carla).post(page, {"reason": "س" * 600})
    assert answer.status_code == 422
    assert sign_in(Client(), people.carla).post(page, {"reason": "س\0"}).status_code == 422
    assert not Correction.objects.exists()


def test_a_freeze_of_a_tag_that_only_the_newer_words_have_stops_it(
    live: Delivery, people: People, network: SandboxClient
) -> None:
    made = ask(with_newer(live, people, ("نص #رحمة",), number=3), people)
    freezing.freeze(actor=actor_of(people.carla), scope="tag", scope_id="رحمة", reason="تحقّق")
    tasks.correct_waiting()
    assert (asked(made).code, texts(network)) == ("incident", [TEXT])


def test_the_chain_beside_a_corrected_post_names_who_signed_what_stands_there(due: Due, people: People) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    ask(with_newer(delivery, people, signers=(people.mounir, people.basma)), people)
    before = chain_beside(delivery, people)
    tasks.correct_waiting()
    after = chain_beside(delivery, people)
    assert [str(people.bob) in shown for shown in (before, after)] == [True, False]
    assert [str(people.mounir) in shown for shown in (before, after)] == [False, True]


def chain_beside(delivery: Delivery, people: People) -> str:
    page = sign_in(Client(), people.carla).get(f"/deliveries/{delivery.pk}/").content.decode()
    return page.partition('class="chain')[2]


def back_to_the_first_words(delivery: Delivery) -> Delivery:
    """Written as it was, a text has the payload that it had."""
    type(delivery.variant).objects.filter(pk=delivery.variant_id).update(payload=delivery.payload)
    return Delivery.objects.get(pk=delivery.pk)


def test_a_post_returns_to_the_words_that_went_out_first(
    live: Delivery, people: People, network: SandboxClient
) -> None:
    ask(live, people)
    tasks.correct_waiting()
    ask(back_to_the_first_words(live), people)
    tasks.correct_waiting()
    assert texts(network) == [TEXT]


def test_words_that_were_set_in_part_are_taken_out_again(
    due: Due, people: People, network: SandboxClient, edits: Edits
) -> None:
    thread = due(texts=("أول", "ثان"))
    publisher.publish(thread.pk)
    edits += [lambda: None, refuse]
    ask(with_newer(thread, people, ("أول آخر", "ثان آخر")), people)
    tasks.correct_waiting()
    ask(back_to_the_first_words(thread), people)
    tasks.correct_waiting()
    assert texts(network) == ["أول", "ثان"]


def test_a_text_that_is_changed_while_it_is_being_corrected_stays_labelled(
    live: Delivery, people: People, edits: Edits
) -> None:
    @transaction.atomic
    def change() -> None:
        advance(Variant.objects.get(pk=live.variant_id), VariantState.DRAFT, actor=actor_of(people.alice))
        scheduling.void_deliveries(Variant.objects.get(pk=live.variant_id), actor_of(people.alice), "changed")

    edits.append(change)
    made = ask(live, people)
    tasks.correct_waiting()
    live.refresh_from_db()
    assert (asked(made).done_at is not None, live.superseded) == (True, True)


def test_it_waits_for_the_quota_as_any_post_does(live: Delivery, people: People, network: SandboxClient) -> None:
    later = timezone.now() + timedelta(hours=2)
    made = ask(live, people)
    Channel.objects.update(not_before=later)
    tasks.correct_waiting()
    waits = asked(made)
    assert (waits.is_open, waits.code, texts(network)) == (True, "rate_limited", [TEXT])
    assert abs((waits.not_before or timezone.now()) - later) < timedelta(minutes=1)


def test_it_waits_no_longer_than_any_post_does(live: Delivery, people: People, edits: Edits, settings: Any) -> None:
    settings.PUBLISHING_WAIT_MAX_SECONDS = 3600.0

    def ask_to_wait_for_ever() -> None:
        raise NotSent("rate_limited", retry_after=10.0**12)

    edits.append(ask_to_wait_for_ever)
    made = ask(live, people)
    tasks.correct_waiting()
    assert asked(made).not_before is not None
    assert (asked(made).not_before or timezone.now()) < timezone.now() + timedelta(seconds=3700)
