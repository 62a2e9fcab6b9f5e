"""Figures that a person read: kept with name and time, a blank never zero, a file all or nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from analytics.entering import enter_figures, import_figures
from analytics.entering_account import enter_account_figures
from analytics.models import ChannelSnapshot, DeliveryDay, Snapshot, Source
from analytics.rollups import fill_stale
from chain.errors import Invalid, NotAllowed, NotFound
from publishing.models import Channel, Delivery, Part, Poster
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, mark_published, sign
from tests.people import People, actor_of, make_person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(people: People) -> Channel:
    channel = make_channel(people.rabita, people.carla, network="whatsapp")
    Poster.objects.create(channel=channel, user=people.alice, position=0)
    return channel


@pytest.fixture
def part(people: People, channel: Channel) -> Part:
    campaign = make_campaign(people.rabita, people.carla)
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    delivery = mark_published(make_delivery(variant, people.carla), at=timezone.now() - timedelta(hours=3))
    return delivery.parts.select_related("delivery__channel").get()


def ago(minutes: int) -> Any:
    return timezone.now() - timedelta(minutes=minutes)


def test_a_blank_stays_unknown_and_the_reader_is_named(people: People, part: Part) -> None:
    enter_figures(part=part, figures={"views": 120, "reactions": 0}, read_at=ago(5), actor=actor_of(people.alice))
    kept = Snapshot.objects.get()
    assert (kept.views, kept.reactions, kept.shares) == (120, 0, None)
    assert (kept.source, kept.entered_by, kept.missing) == (Source.MANUAL, people.alice, {"shares": "not_entered"})
    assert Delivery.objects.get().latest == {"views": 120, "reactions": 0}
    fill_stale()
    assert (DeliveryDay.objects.latest("day").views, DeliveryDay.objects.latest("day").shares) == (120, None)


@pytest.mark.parametrize(
    ("figures", "minutes"),
    [({"views": None}, 5), ({"views": 1}, -5), ({"views": 1}, 600), ({"clicks": 1}, 5), ({"views": -1}, 5)],
)
def test_what_cannot_be_is_refused(people: People, part: Part, figures: dict[str, Any], minutes: int) -> None:
    with pytest.raises(Invalid):
        enter_figures(part=part, figures=figures, read_at=ago(minutes), actor=actor_of(people.alice))
    assert not Snapshot.objects.exists()


def test_a_network_that_tells_its_figures_takes_none_by_hand(people: People, part: Part) -> None:
    Channel.objects.update(network="mastodon")
    part = Part.objects.select_related("delivery__channel").get()
    with pytest.raises(Invalid):
        enter_figures(part=part, figures={"reactions": 1}, read_at=ago(5), actor=actor_of(people.alice))


def test_only_those_who_are_named_enter_figures(people: People, part: Part) -> None:
    stranger = make_person("omar", ["author"], people.rabita)
    for user, refusal in ((stranger, NotAllowed), (people.charlie, NotFound)):
        with pytest.raises(refusal):
            enter_figures(part=part, figures={"views": 1}, read_at=ago(5), actor=actor_of(user))


def file_of(part: Part, *rows: str) -> str:
    return "\n".join(["permalink,read_at,views,reactions,shares", *(row.format(link=part.permalink) for row in rows)])


def test_a_file_is_looked_at_then_kept_whole_or_not_at_all(people: People, part: Part, channel: Channel) -> None:
    alice = actor_of(people.alice)
    row = f"{{link}},{ago(9).isoformat()},300,,7"
    wrong = file_of(part, row, "https://elsewhere.example/1,2026-11-26T10:00,1,1,1", "{link},yesterday,1,1,1")
    report = import_figures(channel=channel, content=wrong, actor=alice, commit=True)
    assert [bool(line.said) for line in report.lines] == [False, True, True]
    good = file_of(part, row)
    assert import_figures(channel=channel, content=good, actor=alice, commit=False).is_sound
    assert not Snapshot.objects.exists()
    assert import_figures(channel=channel, content=good, actor=alice, commit=True).is_kept
    kept = Snapshot.objects.get()
    assert (kept.source, kept.views, kept.reactions, kept.shares) == (Source.CSV, 300, None, 7)
    assert not import_figures(channel=channel, content=good, actor=alice, commit=True).is_kept


def test_the_pages_take_figures_by_hand_and_by_file(
    people: People, part: Part, channel: Channel, client: Client
) -> None:
    sign_in(client, people.alice)
    address = f"/deliveries/{part.delivery_id}/figures/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"read_at": "x"}).status_code == 422
    typed = timezone.localtime(ago(20)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(address, {"read_at": typed, "views": "44", "reactions": "", "shares": ""}).status_code == 302
    content = file_of(part, f"{{link}},{ago(2).isoformat()},50,,")
    file = SimpleUploadedFile("figures.csv", content.encode())
    shown = client.post(f"/channels/{channel.pk}/figures/", {"file": file})
    assert shown.context["report"].is_sound
    kept = client.post(f"/channels/{channel.pk}/figures/", {"content": content, "keep": "yes"})
    assert kept.status_code == 302
    assert list(Snapshot.objects.order_by("captured_at").values_list("views", flat=True)) == [44, 50]


@pytest.mark.parametrize(
    "row",
    ["\0{link}\0,2026-11-01T10:00+21:30,1,,", "{link},0001-01-01T00:00+14:00,1,,", "{link},9999-12-31T23:59-12:00,1,,"],
)
def test_signs_and_times_that_no_column_holds_are_refused_in_their_row(
    people: People, part: Part, channel: Channel, row: str
) -> None:
    report = import_figures(channel=channel, content=file_of(part, row), actor=actor_of(people.alice), commit=True)
    assert report.lines[0].said
    assert not report.is_kept


def test_a_file_that_is_no_table_is_refused_in_a_sentence(people: People, channel: Channel) -> None:
    content = f"permalink,read_at,views\n{'x' * 200_000},,"
    with pytest.raises(Invalid):
        import_figures(channel=channel, content=content, actor=actor_of(people.alice), commit=False)


def test_the_followers_that_a_person_read_are_kept_with_the_name_and_shown(
    people: People, channel: Channel, client: Client
) -> None:
    Channel.objects.update(connected_at=ago(600))
    sign_in(client, people.alice)
    address = f"/channels/{channel.pk}/account-figures/"
    for minutes, told in ((20, "1200"), (300, "900")):
        typed = timezone.localtime(ago(minutes)).strftime("%Y-%m-%dT%H:%M")
        assert client.post(address, {"read_at": typed, "followers": told}).status_code == 302
    newest = ChannelSnapshot.objects.latest("captured_at")
    assert (newest.followers, newest.source, newest.entered_by) == (1200, Source.MANUAL, people.alice)
    assert Channel.objects.get().followers == 1200
    assert client.get(address).context["rows"][0][1] == [1200]
    assert address in client.get("/channels/").content.decode()


@pytest.mark.parametrize(("followers", "minutes"), [("", 5), ("-4", 5), ("many", 5), ("10", -150), ("10", 900)])
def test_followers_that_cannot_be_are_refused_and_what_was_typed_stays(
    people: People, channel: Channel, client: Client, followers: str, minutes: int
) -> None:
    Channel.objects.update(connected_at=ago(600))
    sign_in(client, people.alice)
    typed = timezone.localtime(ago(minutes)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(f"/channels/{channel.pk}/account-figures/", {"read_at": typed, "followers": followers})
    assert answer.status_code == 422
    assert typed in answer.content.decode()
    assert not ChannelSnapshot.objects.exists()


def test_only_those_who_are_named_enter_followers(people: People, channel: Channel, client: Client) -> None:
    stranger = make_person("omar", ["author"], people.rabita)
    for user, refusal in ((stranger, NotAllowed), (people.charlie, NotFound)):
        with pytest.raises(refusal):
            enter_account_figures(channel=channel, figures={"followers": 1}, read_at=ago(5), actor=actor_of(user))
    sign_in(client, people.charlie)
    assert client.get(f"/channels/{channel.pk}/account-figures/").status_code in {403, 404}


def test_a_network_that_tells_its_followers_takes_none_by_hand(people: People, channel: Channel) -> None:
    Channel.objects.update(network="mastodon")
    channel.refresh_from_db()
    with pytest.raises(Invalid):
        enter_account_figures(channel=channel, figures={"followers": 1}, read_at=ago(5), actor=actor_of(people.alice))


def test_a_blank_is_told_from_what_the_network_does_not_report(people: People, part: Part, client: Client) -> None:
    enter_figures(part=part, figures={"views": 120}, read_at=ago(5), actor=actor_of(people.alice))
    fill_stale()
    User.objects.update(language="en")
    sign_in(client, people.carla)
    page = client.get(f"/dashboard/{part.delivery.campaign_id}/").content.decode()
    (row,) = re.findall(r"<tbody>(.*?)</tbody>", page[page.index('id="posts-h"') :], re.DOTALL)
    assert re.findall(r'"unknown">([^<]*)<', row) == ["Not entered", "Not reported", "Not entered"]
