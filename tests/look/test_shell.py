"""The shell of every page: whose it is, where one may go, what waits, and what happens when the sign-in runs out."""

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import Organisation, User
from chain.models import Hold, Notice
from config.context import CHAPTERS, DOCKS, exists, shell
from tests.people import People, sign_in

pytestmark = pytest.mark.django_db


def page(client: Client, user: User) -> str:
    """A page that every member may open."""
    return sign_in(client, user).get("/notices/").content.decode()


def test_the_page_speaks_arabic_right_to_left_and_says_whose_it_is(client: Client, alice: User) -> None:
    html = page(client, alice)
    assert '<html lang="ar" dir="rtl"' in html
    assert "رابطة العلماء" in html
    assert "Alice" in html


def test_the_page_turns_left_to_right_in_french(client: Client, alice: User) -> None:
    User.objects.update(language="fr")
    html = page(client, User.objects.get(pk=alice.pk))
    assert '<html lang="fr" dir="ltr"' in html
    assert "Ligue des oulémas" in html
    assert "Se déconnecter" in html


def test_the_index_shows_only_places_that_the_person_may_enter(client: Client, people: People) -> None:
    assert 'href="/audit/"' not in page(client, people.alice)
    assert 'href="/members/"' in page(client, people.alice)
    assert 'href="/tokens/"' not in page(client, people.alice)
    assert 'href="/tokens/"' in page(client, people.carla)


def test_an_outsider_gets_a_shell_of_their_own_institution(client: Client, people: People) -> None:
    html = page(client, people.charlie)
    assert "مؤسسة أخرى" in html
    assert "رابطة العلماء" not in html


def test_the_place_one_stands_in_is_marked(client: Client, alice: User) -> None:
    html = sign_in(client, alice).get("/members/").content.decode()
    assert '<a href="/members/" aria-current="page">' in html


def test_unread_notices_are_counted(client: Client, alice: User) -> None:
    for number in range(3):
        Notice.objects.create(
            user=alice, kind="test", title="خبر", link="/", once=str(number), created_at=timezone.now()
        )
    assert '<b class="n">3</b>' in page(client, alice)


def test_a_stop_in_force_is_said_on_every_page_of_that_institution_only(client: Client, people: People) -> None:
    Hold.objects.create(
        organisation=people.rabita, scope="organisation", reason="خبر عاجل", placed_by=people.mounir,
        placed_at=timezone.now(),
    )  # fmt: skip
    assert "خبر عاجل" in page(client, people.alice)
    assert "خبر عاجل" not in page(client, people.charlie)


def test_an_expired_sign_in_answers_a_script_with_401_and_no_page(client: Client, rabita: Organisation) -> None:
    for header in ({"HTTP_HX_REQUEST": "true"}, {"HTTP_X_REQUESTED_WITH": "sanad"}):
        answer = client.get("/notices/", **header)  # type: ignore[arg-type]
        assert answer.status_code == 401
        assert answer.content == b""


def test_an_expired_sign_in_leads_a_browser_to_sign_in_and_back(client: Client, rabita: Organisation) -> None:
    answer = client.get("/notices/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/notices/"


def test_an_unknown_address_keeps_a_member_in_the_shell_and_a_stranger_outside(client: Client, alice: User) -> None:
    stranger = client.get("/nowhere/")
    assert stranger.status_code == 404
    assert "لا شيء في هذا العنوان" in stranger.content.decode()
    assert 'class="shell"' not in stranger.content.decode()
    member = sign_in(client, alice).get("/nowhere/")
    assert member.status_code == 404
    assert 'class="shell"' in member.content.decode()


def test_a_stale_form_is_told_that_nothing_was_done(alice: User) -> None:
    answer = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "ما كتبته ما زال هناك" in answer.content.decode()


def test_the_page_for_a_fault_of_ours_needs_neither_database_nor_session() -> None:
    from django.views.defaults import server_error

    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "حدث عطلٌ من جهتنا" in answer.content.decode()


def test_the_shell_tolerates_a_request_that_no_middleware_saw() -> None:
    given: dict[str, Any] = shell(RequestFactory().get("/"))
    assert given["layout"] == "base_out.html"
    assert not given["nav"]
    assert not given["banner"]


def test_drawing_the_shell_costs_a_handful_of_queries(
    client: Client, carla: User, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, carla).get("/me/")
    with django_assert_max_num_queries(18):
        client.get("/me/")


def test_a_phone_has_four_places_under_the_thumb(client: Client, people: People) -> None:
    for user in people.members:
        html = page(client, user)
        dock = html[html.index('<nav class="dock"') :]
        assert dock[: dock.index("</nav>")].count("<a href=") == 4, user.name


def test_no_line_of_the_index_leads_nowhere() -> None:
    places = {place.path for _label, chapter in CHAPTERS for place in chapter} | {
        place.path for dock in DOCKS.values() for place in dock
    }
    assert {path for path in places if not exists(path)} == set()
