"""The desk over the API says what the page says."""

import pytest

from campaigns.lifecycle import VariantState
from tests.deliveries import make_campaign, make_channel, make_gates, make_variant
from tests.people import People, api_client

pytestmark = pytest.mark.django_db


def test_a_reviewer_is_told_what_to_sign_and_the_outsider_nothing(people: People) -> None:
    make_gates(people.rabita)
    variant = make_variant(
        make_campaign(people.rabita, people.carla), make_channel(people.rabita, people.carla), people.alice
    )
    type(variant).objects.update(state=VariantState.IN_REVIEW)
    desk = api_client(people.bob).get("/api/v1/desk/").json()
    assert (desk["first"]["kind"], desk["first"]["variant"], desk["count"]) == ("sign", variant.pk, 1)
    assert api_client(people.charlie).get("/api/v1/desk/").json()["count"] == 0
