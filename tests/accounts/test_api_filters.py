"""Filters of the API's lists: another institution's numbers are no more there than numbers that nobody has."""

from typing import Any

import pytest
from django.test import Client

from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbers(people: People) -> dict[str, int]:
    """What the house has, of which Charlie knows nothing."""
    campaign, channel = make_campaign(people.rabita, people.carla), make_channel(people.rabita, people.carla)
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    make_delivery(variant, people.carla)
    return {"campaign": campaign.pk, "channel": channel.pk, "variant": variant.pk}


@pytest.mark.parametrize("field", ["campaign", "channel", "variant"])
def test_an_outsider_learns_nothing_from_a_filter(people: People, numbers: dict[str, int], field: str) -> None:
    client = sign_in(Client(), people.charlie)
    theirs, nobodys = (client.get(f"/api/v1/deliveries/?{field}={number}") for number in (numbers[field], 999_999))
    assert (theirs.status_code, theirs.json()) == (nobodys.status_code, nobodys.json())


def test_a_member_filters_by_number(people: People, numbers: dict[str, int]) -> None:
    client = sign_in(Client(), people.carla)
    answers: list[Any] = [
        client.get(f"/api/v1/deliveries/?campaign={n}").json() for n in (numbers["campaign"], 999_999)
    ]
    assert [answer["count"] for answer in answers] == [1, 0]


@pytest.mark.parametrize("value", ["x", "0", "-1", "1.5", str(2**63), "9" * 40])
def test_what_is_no_number_of_a_row_is_refused_in_words(people: People, value: str) -> None:
    answer = sign_in(Client(), people.carla).get(f"/api/v1/deliveries/?campaign={value}")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["errors"].keys() == {"campaign"}
