"""The table of what each network can do is drawn from the adapters, in the documentation as in the app."""

import pytest
from django.test import Client

from networks.registry import all_adapters
from publishing.management.commands.network_matrix import page
from tests.architecture.sources import ROOT
from tests.people import People, sign_in


def test_the_documented_table_is_what_the_adapters_declare() -> None:
    written = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    assert written == page(), "run `manage.py network_matrix`"


@pytest.mark.django_db
def test_the_app_shows_it_in_words_and_not_by_colour_alone(client: Client, people: People) -> None:
    people.alice.language = "en"
    people.alice.save()
    shown = sign_in(client, people.alice).get("/channels/networks/").content.decode()
    assert "Correcting a live post" in shown
    assert "✓</span> yes" in shown
    assert "–</span> no" in shown


@pytest.mark.django_db
def test_the_api_tells_what_may_be_chosen_for_a_post_as_the_adapters_declare_it(client: Client, people: People) -> None:
    told = sign_in(client, people.alice).get("/api/v1/networks/").json()
    for network, adapter in zip(told, all_adapters(), strict=True):
        declared = [(one.name, one.kind, one.default, list(one.choices)) for one in adapter.options]
        said = [
            (one["name"], one["kind"], one["default"], [choice["value"] for choice in one["choices"]])
            for one in network["options"]
        ]
        assert said == declared
        assert all(one["label"] and choice["label"] for one in network["options"] for choice in one["choices"])
