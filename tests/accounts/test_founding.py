"""accounts.founding: the first administrator and manager are two people, and may sign in by a password reset."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.capabilities import Role
from accounts.models import Organisation, User
from chain.models import Event
from tests.people import membership_of


def found(admin: str = "a@house.test", manager: str = "m@house.test") -> None:
    call_command("found_institution", "house", "دار الحديث", "--admin", admin, "A", "--manager", manager, "M")


def test_an_institution_begins_with_an_administrator_and_a_manager(client: Client, db: None) -> None:
    found()
    assert membership_of(User.objects.get(email="a@house.test")).roles == [Role.ADMIN]
    assert membership_of(User.objects.get(email="m@house.test")).roles == [Role.MANAGER]
    assert Event.objects.filter(verb="role_grant.active", via="system").count() == 2
    client.post("/account/password/reset/", {"email": "a@house.test"})
    assert mail.outbox[0].to == ["a@house.test"]


def test_one_person_cannot_be_both(db: None) -> None:
    with pytest.raises(CommandError):
        found(manager="A@house.test")
    assert not Organisation.objects.exists()


def test_a_short_name_is_not_taken_twice(db: None) -> None:
    found()
    with pytest.raises(CommandError):
        found("b@house.test", "c@house.test")
