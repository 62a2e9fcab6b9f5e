"""What waits for a person is counted for that person alone, though those of one role share the text of the question."""

import pytest
from django.utils import timezone

from accounts.capabilities import Role
from chain.models import Notice
from config.counts import waiting
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People, actor_of, make_person

pytestmark = pytest.mark.django_db


def failed_delivery(people: People) -> None:
    campaign, channel = make_campaign(people.rabita, people.carla), make_channel(people.rabita, people.carla)
    variant = make_variant(campaign, channel, people.alice)
    sign(variant, people.bob, people.basma)
    make_delivery(variant, people.carla, state="failed")


def test_two_institutions_never_see_each_others_numbers(people: People) -> None:
    stranger = make_person("Dina", [Role.COORDINATOR], people.elsewhere)
    assert waiting(actor_of(stranger)).deliveries == 0
    failed_delivery(people)
    assert waiting(actor_of(people.carla)).deliveries == 1
    assert waiting(actor_of(stranger)).deliveries == 0


def test_two_people_of_one_role_have_their_own_notices(people: People) -> None:
    Notice.objects.create(user=people.bob, kind="test", title="خبر", once="once", created_at=timezone.now())
    assert [waiting(actor_of(person)).unread for person in (people.basma, people.bob, people.basma)] == [0, 1, 0]


def test_who_may_do_less_is_told_less(people: People) -> None:
    failed_delivery(people)
    assert [waiting(actor_of(person)).deliveries for person in (people.carla, people.alice)] == [1, 0]
