"""The simulator's ready accounts can be connected by the institution of the demonstration."""

from types import SimpleNamespace
from typing import cast

import pytest

from accounts.models import Organisation
from demo.cast import NAME
from networks.types import Profile
from publishing.disclosing import names_institution
from sandbox.dialects import all_dialects

READY = [account for dialect in all_dialects().values() for account in dialect.default_accounts]


@pytest.mark.parametrize("account", READY, ids=lambda account: account["handle"])
def test_a_ready_account_names_the_institution_of_the_demonstration(account: dict[str, str]) -> None:
    shown = SimpleNamespace(display_name="", bio=account["bio"], links=())
    assert names_institution(cast(Profile, shown), Organisation(name=NAME))
