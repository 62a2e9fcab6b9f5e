"""The list of versions that may lack a time, which the database keeps by itself."""

import pytest

from campaigns import queries
from campaigns.lifecycle import VariantState
from campaigns.models import Undated, Variant
from chain.actors import system_actor
from chain.engine import advance
from publishing.lifecycle import DeliveryState
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People, actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def variant(people: People) -> Variant:
    campaign, channel = make_campaign(people.rabita, people.carla), make_channel(people.rabita, people.carla)
    made = make_variant(campaign, channel, people.alice)
    sign(made, people.bob, people.basma)
    return made


def to_plan(people: People) -> list[Variant]:
    return list(queries.to_plan(actor_of(people.carla)))


def test_a_signed_version_lacks_a_time_until_it_has_a_delivery(people: People, variant: Variant) -> None:
    assert to_plan(people) == [variant]
    make_delivery(variant, people.carla)
    assert to_plan(people) == []
    assert not Undated.objects.exists()


def test_a_delivery_that_came_to_nothing_gives_the_version_back(people: People, variant: Variant) -> None:
    delivery = make_delivery(variant, people.carla)
    advance(delivery, DeliveryState.CANCELLED, actor=system_actor("test", people.rabita.pk))
    assert to_plan(people) == [variant]
    make_delivery(variant, people.carla)
    assert to_plan(people) == []


def test_of_two_deliveries_the_one_that_stands_counts(people: People, variant: Variant) -> None:
    first, _second = make_delivery(variant, people.carla), make_delivery(variant, people.carla)
    advance(first, DeliveryState.CANCELLED, actor=system_actor("test", people.rabita.pk))
    assert to_plan(people) == []


def test_what_is_not_signed_any_more_is_not_offered_and_is_again_once_it_is(people: People, variant: Variant) -> None:
    Variant.objects.filter(pk=variant.pk).update(state=VariantState.DRAFT)
    assert to_plan(people) == []
    Undated.objects.all().delete()
    Variant.objects.filter(pk=variant.pk).update(state=VariantState.APPROVED)
    assert to_plan(people) == [variant]
