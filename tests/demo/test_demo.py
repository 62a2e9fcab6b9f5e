"""`manage.py demo`: everything by the actions of people, and a second run changes nothing."""

import stat
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import GrantState, Organisation, RoleGrant, User
from campaigns.lifecycle import CampaignState
from campaigns.models import Campaign, Content, MediaFile, Programme, Variant
from chain.models import Event, Notice
from demo import authoring, brief, cast, plate, story
from publishing import dispatching, publisher
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery, Slot
from sandbox.people import totp
from sandbox.testing import SandboxClient
from tests.outgoing.loopback import Asked, Reply, serving
from tests.people import sign_in

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


def test_people_are_seated_as_they_would_be_by_hand(
    lay: Callable[[], None], people_file: Read, tmp_path: Path, networks: SandboxClient
) -> None:
    lay()
    the_people_file_opens_every_account_and_is_for_its_owner_alone(people_file, tmp_path)
    the_phone_shows_the_people(networks)
    roles_that_take_two_were_confirmed_by_a_second_person()


def the_people_file_opens_every_account_and_is_for_its_owner_alone(people_file: Read, tmp_path: Path) -> None:
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


def the_phone_shows_the_people(networks: SandboxClient) -> None:
    assert {one["email"] for one in networks.phones()} >= {player.email for player in cast.PLAYERS}


def roles_that_take_two_were_confirmed_by_a_second_person() -> None:
    invited = RoleGrant.objects.filter(membership__user__email=cast.SCIENTIFIC.email).get()
    assert invited.state == GrantState.ACTIVE
    assert invited.confirmed_by_id
    assert invited.confirmed_by_id != invited.proposed_by_id


def test_programme_campaigns_and_channels_stand_as_people_would_leave_them(lay: Callable[[], None]) -> None:
    lay()
    the_brief_is_signed_by_a_manager_and_every_state_has_its_event()
    the_accounts_are_disclosed_and_connected()
    the_programme_has_four_goals_and_campaigns_at_every_stage()


def the_brief_is_signed_by_a_manager_and_every_state_has_its_event() -> None:
    campaign = Campaign.objects.get(code=brief.CODE)
    assert campaign.state == CampaignState.SIGNED
    for variant in Variant.objects.exclude(state="draft"):
        event = Event.objects.filter(subject_type="campaigns.variant", subject_id=str(variant.pk)).exclude(state_to="")
        assert event.latest("id").state_to == variant.state


def the_accounts_are_disclosed_and_connected() -> None:
    assert sorted(Channel.objects.values_list("state", "language")) == [("connected", "ar"), ("connected", "fr")]
    assert set(Channel.objects.values_list("display_name", flat=True)) == {cast.NAME, cast.NAME_FR}


def the_programme_has_four_goals_and_campaigns_at_every_stage() -> None:
    programme = Programme.objects.get()
    assert [bool(goal.indicator and goal.target) for goal in programme.goals.all()] == [True] * 4
    assert sorted(programme.campaigns.values_list("state", flat=True)) == ["draft", "in_review", "signed"]
    assert Slot.objects.filter(state="planned").count() == len(authoring.words()["slots"])


def test_what_is_due_stands_once_on_its_timeline(lay: Callable[[], None], networks: SandboxClient) -> None:
    lay()
    soon = Delivery.objects.filter(due_at__lt=timezone.now() + timedelta(hours=1))
    soon.update(due_at=Campaign.objects.latest("pk").created_at)
    for pk in dispatching.mark_due():
        publisher.publish(pk)
    published = Delivery.objects.filter(state=DeliveryState.PUBLISHED).count()
    assert published == len(networks.posts("mastodon")) == 5


def fetched(_asked: Asked) -> Reply:
    """Any plate of the house: what a network finds that fetches files itself."""
    return Reply(plate.draw("سند"), headers={"Content-Type": "image/jpeg"})


def test_one_text_goes_to_every_network_of_the_house(
    lay: Callable[[], None], networks: SandboxClient, settings: Any
) -> None:
    with_plate = ("instagram", "tiktok") if plate.can_draw() else ()
    elsewhere = ("bluesky", "facebook", "telegram", "threads", "x", *with_plate)
    settings.NETWORK_URLS = {slug: networks.base(slug) for slug in ("mastodon", *elsewhere)}
    lay()
    everywhere = Delivery.objects.filter(variant__content__reference=story.SPREAD[0])
    everywhere.update(due_at=Campaign.objects.latest("pk").created_at)
    with serving(fetched).running() as outside:
        settings.PUBLIC_FILES_URL = outside.url
        for pk in dispatching.mark_due():
            publisher.publish(pk)
    assert [len(networks.posts(slug)) for slug in elsewhere] == [1] * len(elsewhere)
    told = {post["text"].partition(":")[0] for slug in elsewhere for post in networks.posts(slug)}
    assert told == {story.SPREAD_WORDS.removesuffix(":")}


def test_one_text_waits_in_a_persons_hands(
    lay: Callable[[], None], networks: SandboxClient, settings: Any, client: Client
) -> None:
    settings.NETWORK_URLS = {**settings.NETWORK_URLS, "whatsapp": networks.base("whatsapp")}
    for _ in range(2):
        lay()
    delivery = Delivery.objects.get(channel__network="whatsapp", variant__content__reference=story.BY_HAND[0])
    Delivery.objects.filter(pk=delivery.pk).update(due_at=Campaign.objects.latest("pk").created_at)
    publisher.publish(delivery.pk)
    author = User.objects.get(email=cast.AUTHOR.email)
    link = Notice.objects.get(user=author, kind="by_hand").link
    page = sign_in(client, author).get(link).content.decode()
    assert networks.base("whatsapp") + "/?text=" in page


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
