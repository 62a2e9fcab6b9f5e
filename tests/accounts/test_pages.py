"""The people's pages answer in Arabic and in French, to those they are for."""

import pytest
from django.test import Client

from accounts.models import User
from tests.people import People, sign_in

PAGES = ["/members/", "/members/invite/", "/tokens/", "/me/", "/notices/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr")])
def test_each_page_of_people_answers_in_the_members_language(
    client: Client, adil: User, path: str, language: str, direction: str
) -> None:
    User.objects.filter(pk=adil.pk).update(language=language)
    page = sign_in(client, adil).get(path)
    assert page.status_code == 200
    assert f'lang="{language}" dir="{direction}"' in page.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_sign_in(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


def test_the_members_page_names_everyone_here_and_nobody_elsewhere(client: Client, people: People) -> None:
    page = sign_in(client, people.nadia).get("/members/").content.decode()
    assert all(member.email in page for member in people.members)
    assert people.charlie.email not in page
    assert "/members/invite/" not in page
    assert "Role." not in page


def test_the_list_of_members_does_not_ask_more_of_the_database_for_more_members(
    client: Client, adil: User, rabita: object, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.people import make_person

    sign_in(client, adil)
    client.get("/members/")
    with CaptureQueriesContext(connection) as few:
        client.get("/members/")
    for n in range(5):
        make_person(f"more{n}", ["author", "reviewer"], rabita)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as many:
        client.get("/members/")
    assert len(many) == len(few)


def test_a_member_with_work_to_do_is_led_to_set_up_a_second_factor_first(client: Client, alice: User) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=alice).delete()
    sign_in(client, alice, second_factor=False)
    answer = client.get("/members/")
    assert answer.headers["Location"] == "/me/second-factor/?next=%2Fmembers%2F"
    assert client.get("/me/second-factor/").status_code == 200
    assert client.get("/account/2fa/totp/activate/").status_code == 200
    assert client.get("/api/v1/me/").json()["code"] == "second_factor_setup_needed"


def test_an_analyst_may_work_without_one(client: Client, nadia: User) -> None:
    assert sign_in(client, nadia, second_factor=False).get("/members/").status_code == 200
