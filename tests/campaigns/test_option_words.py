"""Whatever an installed network lets one choose can be said to people."""

import pytest
from django.utils.translation import override

from campaigns.option_words import OPTION_WORDS, label_of_choice, label_of_option
from networks.base import Adapter
from networks.options import ON
from networks.registry import all_adapters


@pytest.mark.parametrize("network", all_adapters(), ids=lambda network: network.slug)
def test_every_option_and_every_choice_has_words(network: type[Adapter]) -> None:
    for option in network.options:
        assert option.name in OPTION_WORDS
        assert set(option.choices) <= set(OPTION_WORDS[option.name].choices)


def test_what_is_no_longer_offered_is_called_by_its_name() -> None:
    assert label_of_option("gone") == "gone"
    assert label_of_choice("gone", "x") == "x"
    with override("en"):
        assert str(label_of_choice("silent", ON)) == "On"
