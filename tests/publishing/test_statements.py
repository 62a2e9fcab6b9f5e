"""What one post costs the database is counted, so that nobody makes it dearer unawares; and what is read is the truth.

A worker's time and the database's both go by the number of statements (docs/decisions/0019).
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Messenger, MessengerKind
from chain.models import Decision, Event, Gate, Unsealed, Verdict
from chain.reviewing import is_signed
from publishing import publisher, reading
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Channel, Delivery
from tests.people import People

pytestmark = pytest.mark.django_db
Due = Callable[..., Delivery]
WITHOUT = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def asked(act: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        act()
    return [query["sql"] for query in seen if not query["sql"].startswith(WITHOUT)]


def test_one_post_asks_the_database_thirteen_times(due: Due) -> None:
    """Lock, read, parts, two moves, attempt, events; then read, parts, attempt, two moves, events."""
    publisher.publish(due().pk)
    delivery = due(texts=("الرفق خير",))
    statements = asked(lambda: publisher.publish(delivery.pk))
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED
    most = 13 if connection.vendor == "postgresql" else 14  # no lock there, and two statements for events
    assert len(statements) <= most, "\n".join(statements)


def test_a_messenger_costs_one_statement_more_and_a_house_that_speaks_itself_none(due: Due, people: People) -> None:
    publisher.publish(due().pk)
    first = due(texts=("نص أول",))
    plain, campaign = len(asked(lambda: publisher.publish(first.pk))), first.campaign
    now = timezone.now()
    fields = {"organisation": people.rabita, "created_by": people.carla, "created_at": now, "basis": "اتفاق"}
    house = Messenger.objects.create(kind=MessengerKind.INSTITUTION, public_name="الرابطة", **fields)
    campaign.messengers.add(house)
    second, third = due(texts=("نص ثان",)), due(texts=("نص ثالث",))
    assert len(asked(lambda: publisher.publish(second.pk))) == plain
    speaker = Messenger.objects.create(public_name="ليلى", consent_on=now.date(), **fields)
    campaign.messengers.add(speaker)
    assert len(asked(lambda: publisher.publish(third.pk))) == plain + 1
    third.refresh_from_db()
    assert third.state == DeliveryState.PUBLISHED


def test_the_two_moves_of_a_claim_stand_in_the_trail_each_by_itself(due: Due) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    told = Event.objects.filter(verb__startswith="delivery.", subject_id=str(delivery.pk), state_from__gt="")
    assert list(told.order_by("pk").values_list("state_from", "state_to")) == [
        (DeliveryState.PENDING, DeliveryState.PREPARING),
        (DeliveryState.PREPARING, DeliveryState.SENDING),
        (DeliveryState.SENDING, DeliveryState.PUBLISHED),
    ]
    assert delivery.parts.get().state == PartState.PUBLISHED
    assert set(Event.objects.values_list("pk", flat=True)) == set(Unsealed.objects.values_list("event_id", flat=True))


def read(delivery: Delivery) -> Any:
    with transaction.atomic():
        [found] = reading.to_claim(delivery.pk)
        return found


def test_what_is_read_with_the_row_says_of_signatures_what_signing_says(due: Due, people: People) -> None:
    delivery = due()
    assert read(delivery).has_signatures is is_signed(delivery.variant) is True
    first = Decision.objects.order_by("pk").first()
    assert first is not None
    Decision.objects.filter(pk=first.pk).update(revoked_at=timezone.now())
    assert read(delivery).has_signatures is is_signed(delivery.variant) is False
    same = {name: getattr(first, name) for name in ("organisation", "gate", "digest", "subject_type", "subject_id")}
    Decision.objects.create(**same, user=first.user, verdict=Verdict.APPROVED, at=timezone.now())
    assert read(delivery).has_signatures is is_signed(delivery.variant) is True
    Gate.objects.create(organisation=people.rabita, kind="variant", code="more", position=9, capability="sign_language")
    assert read(delivery).has_signatures is is_signed(delivery.variant) is False


@pytest.mark.django_db(transaction=True)
def test_a_row_is_locked_in_a_transaction_or_not_read_at_all(due: Due) -> None:
    delivery = due()
    with transaction.atomic():
        assert [row.pk for row in reading.to_claim(delivery.pk)] == [delivery.pk]
    with pytest.raises(TransactionManagementError):
        reading.to_claim(delivery.pk)


def test_a_delivery_that_is_not_there_is_no_error(channel: Channel) -> None:
    assert publisher.take(9_999_999) == (None, None)
