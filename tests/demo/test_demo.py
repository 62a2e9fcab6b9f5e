"""`manage.py demo`: everything by the actions of people, and a second run changes nothing."""

import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import GrantState, Organisation, RoleGrant, User
from campaigns.lifecycle import CampaignState
from campaigns.models import Campaign, Content, MediaFile, Variant
from chain.models import Event
from demo import cast, plate, story
from publishing import dispatching, publisher
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery
from sandbox.people import totp
from sandbox.testing import SandboxClient

pytestmark = pytest.mark.django_db
OURS = ("accounts", "chain", "library", "campaigns", "publishing", "analytics", "account", "mfa")
Read = Callable[[], dict[str, Any]]


def counts() -> dict[str, int]:
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_a_second_run_changes_nothing(lay: Callable[[], None], people_file: Read, tmp_path: Path) -> None:
    lay()
    before, file = counts(), (tmp_path / "demo-people.json").stat().st_mtime_ns
    passwords = set(User.objects.values_list("password", flat=True))
    lay()
    assert counts() == before
    assert (tmp_path / "demo-people.json").stat().st_mtime_ns == file
    assert set(User.objects.values_list("password", flat=True)) == passwords


def test_the_people_file_opens_every_account_and_is_for_its_owner_alone(
    lay: Callable[[], None], people_file: Read, tmp_path: Path
) -> None:
    lay()
    assert stat.S_IMODE((tmp_path / "demo-people.json").stat().st_mode) == 0o600
    for one in people_file()["people"]:
        user = User.objects.get(email=one["email"])
        assert user.check_password(one["password"])
        authenticator = Authenticator.objects.get(user=user)
        code, _left = totp(one["totp_secret"], time.time())
        assert authenticator.wrap().validate_code(code)


def test_a_lost_people_file_is_made_again(lay: Callable[[], None], people_file: Read, tmp_path: Path) -> None:
    lay()
    before = people_file()
    (tmp_path / "demo-people.json").unlink()
    lay()
    after = people_file()
    assert after["accounts"] == before["accounts"]
    assert [one["totp_secret"] for one in after["people"]] == [one["totp_secret"] for one in before["people"]]
    assert all(User.objects.get(email=one["email"]).check_password(one["password"]) for one in after["people"])


def test_the_phone_shows_the_people(lay: Callable[[], None], networks: SandboxClient) -> None:
    lay()
    assert {one["email"] for one in networks.phones()} >= {player.email for player in cast.PLAYERS}


def test_roles_that_take_two_were_confirmed_by_a_second_person(lay: Callable[[], None]) -> None:
    lay()
    invited = RoleGrant.objects.filter(membership__user__email=cast.SCIENTIFIC.email).get()
    assert invited.state == GrantState.ACTIVE
    assert invited.confirmed_by_id
    assert invited.confirmed_by_id != invited.proposed_by_id


def test_the_brief_is_signed_by_a_manager_and_every_state_has_its_event(lay: Callable[[], None]) -> None:
    lay()
    campaign = Campaign.objects.get()
    assert campaign.state == CampaignState.SIGNED
    for variant in Variant.objects.exclude(state="draft"):
        event = Event.objects.filter(subject_type="campaigns.variant", subject_id=str(variant.pk)).exclude(state_to="")
        assert event.latest("id").state_to == variant.state


def test_the_accounts_are_disclosed_and_connected(lay: Callable[[], None]) -> None:
    lay()
    assert sorted(Channel.objects.values_list("state", "language")) == [("connected", "ar"), ("connected", "fr")]
    assert set(Channel.objects.values_list("display_name", flat=True)) == {cast.NAME, cast.NAME_FR}


def test_what_is_due_stands_once_on_its_timeline(lay: Callable[[], None], networks: SandboxClient) -> None:
    lay()
    soon = Delivery.objects.filter(due_at__lt=Delivery.objects.latest("due_at").due_at)
    Delivery.objects.filter(pk__in=soon).update(due_at=Campaign.objects.get().created_at)
    for pk in dispatching.mark_due():
        publisher.publish(pk)
    published = Delivery.objects.filter(state=DeliveryState.PUBLISHED).count()
    assert published == len(networks.posts("mastodon")) == 5


@pytest.mark.skipif(not plate.can_draw(), reason="no raqm, or the fonts are not installed")
def test_plates_are_drawn_with_letters_that_the_font_has(lay: Callable[[], None]) -> None:
    lay()
    drawn = [words for words in story.WORDS.values() if words.plate]
    assert MediaFile.objects.count() == len(drawn) == 2
    missing = bytes(plate.font(40).getmask("\u0378"))
    for text in [words.plate for words in drawn] + cast.NAME.split(" · "):
        for sign in text.replace(" ", ""):
            assert bytes(plate.font(40).getmask(sign)) != missing, sign
    for media in MediaFile.objects.all():
        assert (media.width, media.height) == (plate.WIDTH, plate.HEIGHT)


def test_it_is_not_laid_on_a_production_machine(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo")
    assert Organisation.objects.count() == Content.objects.count() == 0
