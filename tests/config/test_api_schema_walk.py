"""No request that the API's own description suggests ends in a server error, and each write that it describes works."""

from typing import Any

import pytest
from django.test import Client

from tests.api_cast import Walked
from tests.api_house import house_to_walk
from tests.api_walk import walk
from tests.people import People, sign_in

pytestmark = pytest.mark.django_db
REQUESTS = 200
WITHOUT_A_NETWORK = {"POST /api/v1/channels/", "POST /api/v1/consents/accept/", "POST /api/v1/consents/{id}/finish/"}
"""What cannot succeed here: no network answers."""


@pytest.fixture
def house(people: People, settings: Any, tmp_path: Any) -> Walked:
    settings.MEDIA_ROOT = tmp_path / "media"
    return house_to_walk(people)


def test_no_request_that_the_description_suggests_breaks_the_server_or_tells_of_others(house: Walked) -> None:
    done = walk(sign_in(Client(), house.walker), house, requests=REQUESTS)
    assert done.broken[:1] == []
    assert done.leaks[:1] == []
    assert dict(done.undescribed) == {}
    assert done.unlike == []
    assert done.requests >= REQUESTS
    assert len(done.seconds) == done.operations
    refused = {label: said for label, said in done.sound.items() if not said.startswith("2")}
    wanting = f"give these a sound request in tests/api_house.py: {refused}"
    assert {*refused} == WITHOUT_A_NETWORK, wanting
