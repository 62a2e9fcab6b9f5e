"""Signing in, the second factor's fifteen minutes, several institutions, one's own settings, notices."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.utils import timezone

from accounts import preferences
from accounts.capabilities import Capability
from accounts.models import Membership, Organisation, RoleGrant, User
from chain.errors import Invalid, NotAllowed
from chain.models import Event, Notice
from tests.people import TOTP_SECRET, actor_of, make_person, membership_of, sign_in, stale, token_actor_of

GOOD = "la lumière du matin 7"


def code_now() -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(TOTP_SECRET, counter)))


def test_signing_in_takes_password_and_code_and_counts_as_a_fresh_second_factor(
    client: Client, rabita: Organisation
) -> None:
    make_person("Samir", ["reviewer"], rabita, password=GOOD)
    first = client.post("/account/login/", {"login": "SAMIR@rabita.test", "password": GOOD})
    assert first.headers["Location"] == "/account/2fa/authenticate/"
    assert client.get("/api/v1/me/").status_code == 401
    client.post("/account/2fa/authenticate/", {"code": code_now()})
    me = client.get("/api/v1/me/").json()
    assert "sign_scientific" in me["capabilities"]


def test_after_fifteen_minutes_the_code_is_asked_for_again_and_restores_it(client: Client, bob: User) -> None:
    stale(sign_in(client, bob))
    assert "sign_scientific" in client.get("/api/v1/me/").json()["awaiting_second_factor"]
    client.post("/account/2fa/reauthenticate/", {"code": code_now()})
    assert "sign_scientific" in client.get("/api/v1/me/").json()["capabilities"]


def test_a_password_typed_again_is_no_second_factor(client: Client, rabita: Organisation) -> None:
    samir = make_person("Samir", ["reviewer"], rabita, password=GOOD)
    sign_in(client, samir, second_factor=False)
    answer = client.post("/account/reauthenticate/", {"password": GOOD})
    assert answer.headers["Location"].startswith("/account/2fa/reauthenticate/")
    assert "sign_scientific" in client.get("/api/v1/me/").json()["awaiting_second_factor"]


def test_a_record_from_the_future_is_not_fresh(client: Client, bob: User) -> None:
    sign_in(client, bob, age=-3600)
    assert "sign_scientific" in client.get("/api/v1/me/").json()["awaiting_second_factor"]


def test_the_key_of_a_codes_app_is_not_readable_in_the_database(bob: User) -> None:
    assert TOTP_SECRET not in str(Authenticator.objects.get(user=bob).data)


def test_a_member_of_two_institutions_chooses_one_and_cannot_choose_a_third(
    client: Client, rabita: Organisation, elsewhere: Organisation, charlie: User, alice: User
) -> None:
    here = Membership.objects.create(organisation=rabita, user=charlie)
    RoleGrant.objects.create(membership=here, role="author", state="active")
    sign_in(client, charlie)
    assert client.get("/api/v1/me/").json()["organisation"]["slug"] == "elsewhere"
    client.post("/me/institution/", {"organisation": rabita.pk})
    assert client.get("/api/v1/me/").json()["organisation"]["slug"] == "rabita"
    sign_in(client, alice)
    assert client.post("/me/institution/", {"organisation": elsewhere.pk}).status_code == 404


def test_somebody_who_has_left_can_do_nothing(client: Client, alice: User) -> None:
    Membership.objects.filter(user=alice).update(is_active=False)
    me = sign_in(client, alice).get("/api/v1/me/").json()
    assert me["organisation"] is None
    assert me["capabilities"] == []
    assert client.get("/members/").status_code == 403


def test_the_outsider_finds_no_member_of_another_institution(client: Client, alice: User, charlie: User) -> None:
    sign_in(client, charlie)
    pk = membership_of(alice).pk
    for path in (f"/members/{pk}/", f"/api/v1/members/{pk}/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/members/{pk}/deactivate/").status_code == 404


def test_a_language_is_kept_for_the_person(client: Client, alice: User) -> None:
    sign_in(client, alice).post("/me/language/", {"language": "fr", "next": "/me/"})
    assert User.objects.get(pk=alice.pk).language == "fr"
    assert 'lang="fr"' in client.get("/me/").content.decode()
    assert Event.objects.filter(verb="user.language_set", user=alice).exists()


def test_a_stranger_chooses_a_language_by_cookie_and_is_not_sent_elsewhere(client: Client, db: None) -> None:
    answer = client.post("/me/language/", {"language": "fr", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    assert client.cookies["django_language"].value == "fr"


def test_a_pen_name_is_needed_when_it_is_chosen_and_the_real_name_stays_in_the_trail(
    client: Client, alice: User, rabita: Organisation
) -> None:
    sign_in(client, alice)
    assert client.post("/me/byline/", {"byline_kind": "pen_name", "pen_name": " "}).status_code == 422
    client.post("/me/byline/", {"byline_kind": "pen_name", "pen_name": "أم زينب"})
    alice.refresh_from_db()
    assert alice.byline_in(rabita) == "أم زينب"
    assert Event.objects.get(verb="user.byline_chosen").actor_name == "Alice"


def test_a_time_zone_that_is_none_is_refused(client: Client, alice: User) -> None:
    sign_in(client, alice)
    assert client.post("/me/time-zone/", {"time_zone": "Mars/Olympus"}).status_code == 422
    assert client.post("/me/time-zone/", {"time_zone": "Europe/Paris"}).status_code == 302


def test_nobody_sets_anothers_preferences_and_no_token_sets_any(alice: User, bob: User, charlie: User) -> None:
    for actor in (actor_of(bob), actor_of(charlie), token_actor_of(alice, *Capability)):
        with pytest.raises(NotAllowed):
            preferences.set_language(user=alice, language="fr", actor=actor)
        with pytest.raises(NotAllowed):
            preferences.choose_byline(user=alice, kind="institution", actor=actor)
    with pytest.raises(Invalid):
        preferences.set_language(user=alice, language="xx", actor=actor_of(alice))


def a_notice(user: User) -> Notice:
    return Notice.objects.create(
        user=user, kind="k", title="عنوان", link="/me/", once=f"o{time.time()}", created_at=timezone.now()
    )


def test_a_notice_lands_on_the_thing_and_is_read(client: Client, alice: User) -> None:
    notice = a_notice(alice)
    sign_in(client, alice)
    assert "عنوان" in client.get("/notices/").content.decode()
    assert client.post(f"/notices/{notice.pk}/").headers["Location"] == "/me/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_nobody_opens_anothers_notice(client: Client, alice: User, charlie: User) -> None:
    notice = a_notice(alice)
    sign_in(client, charlie)
    assert client.post(f"/notices/{notice.pk}/").status_code == 404
    assert client.post(f"/api/v1/notices/{notice.pk}/read/").status_code == 404
