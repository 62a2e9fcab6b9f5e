"""accounts.tokens and accounts.authentication: shown once, narrow, never sensitive, dead when revoked."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import granting, tokens
from accounts.capabilities import Capability, Role
from accounts.models import ApiToken, RoleGrant, User
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded
from tests.people import (
    actor_of,
    api_client,
    make_person,
    membership_of,
    sign_in,
    token_actor_of,
    token_client,
    token_for,
)


def made(user: User, *scopes: str, days: int = 30) -> tokens.NewToken:
    return tokens.create_token(
        membership=membership_of(user), name="أداة", scopes=list(scopes), days=days, actor=actor_of(user)
    )


def bearing(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_a_new_token_opens_the_api_and_only_its_hash_is_kept(carla: User) -> None:
    new = made(carla, Capability.VIEW_PEOPLE)
    assert new.secret not in str(ApiToken.objects.values())
    me = bearing(new.secret).get("/api/v1/me/").json()
    assert me["via"] == "token"
    assert me["capabilities"] == ["view_people"]
    assert ApiToken.objects.get().last_used_at is not None


def test_the_page_shows_the_token_once(client: Client, carla: User) -> None:
    wish = {"name": "أداة", "days": "30", "scopes": ["view_people"]}
    page = sign_in(client, carla).post("/tokens/", wish).content.decode()
    assert ApiToken.objects.get().prefix in page
    assert "sanad_" in page
    secret = page.split('id="secret">')[1].split("<")[0]
    assert secret not in client.get("/tokens/").content.decode()


@pytest.mark.parametrize("scope", ["sign_brief", "release", "connect_channel", "manage_people", "resume", "nonsense"])
def test_a_token_is_never_given_a_sensitive_scope(mounir: User, scope: str) -> None:
    with pytest.raises(Invalid) as refusal:
        made(mounir, scope)
    assert refusal.value.code == "bad_scopes"


def test_a_token_is_not_given_what_its_maker_lacks(carla: User) -> None:
    with pytest.raises(Invalid):
        made(carla, Capability.VIEW_AUDIT)


@pytest.mark.parametrize("days", [0, 3, 100000])
def test_a_token_lives_as_long_as_the_table_says(carla: User, days: int) -> None:
    with pytest.raises(Invalid):
        made(carla, Capability.VIEW_PEOPLE, days=days)


def test_who_may_make_a_token(alice: User, carla: User, mounir: User, charlie: User) -> None:
    def as_(actor: object) -> None:
        tokens.create_token(
            membership=membership_of(carla),
            name="x",
            scopes=["view_people"],
            days=30,
            actor=actor,  # type: ignore[arg-type]
        )

    for actor, error in (
        (actor_of(charlie), NotFound),
        (actor_of(alice), NotAllowed),
        (actor_of(mounir), NotAllowed),
        (token_actor_of(carla, *Capability), NotAllowed),
        (actor_of(carla, second_factor=False), SecondFactorNeeded),
    ):
        with pytest.raises(error):
            as_(actor)


def test_a_revoked_token_is_refused_at_once(carla: User) -> None:
    new = made(carla, Capability.VIEW_PEOPLE)
    tokens.revoke_token(token=new.token, actor=actor_of(carla, second_factor=False))
    answer = bearing(new.secret).get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_expired_token_is_refused(carla: User) -> None:
    new = made(carla, Capability.VIEW_PEOPLE, days=7)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert bearing(new.secret).get("/api/v1/me/").status_code == 401


def test_an_unknown_token_is_refused(db: None) -> None:
    assert bearing("sanad_made_up").get("/api/v1/me/").status_code == 401


def test_a_token_shrinks_with_its_members_roles(carla: User, adil: User) -> None:
    client = token_client(carla, Capability.SCHEDULE, Capability.VIEW_PEOPLE)
    assert "schedule" in client.get("/api/v1/me/").json()["capabilities"]
    granting.revoke_role(grant=RoleGrant.objects.get(membership__user=carla), actor=actor_of(adil))
    assert client.get("/api/v1/me/").json()["capabilities"] == []


def test_an_administrator_revokes_anyones_token_and_others_only_their_own(
    carla: User, mounir: User, adil: User, charlie: User
) -> None:
    token_for(carla, Capability.VIEW_PEOPLE)
    token = ApiToken.objects.select_related("membership").get()
    with pytest.raises(NotFound):
        tokens.revoke_token(token=token, actor=actor_of(charlie))
    with pytest.raises(NotAllowed):
        tokens.revoke_token(token=token, actor=actor_of(mounir))
    with pytest.raises(NotAllowed):
        tokens.revoke_token(token=token, actor=token_actor_of(carla, *Capability))
    assert tokens.revoke_token(token=token, actor=actor_of(adil)).state == "revoked"


def test_a_token_cannot_make_tokens_or_change_people_through_the_api(mounir: User, adil: User, alice: User) -> None:
    client = token_client(adil, *Capability)
    wish = {"name": "x", "scopes": ["view_people"], "days": 30}
    assert client.post("/api/v1/tokens/", wish, format="json").json()["code"] == "not_by_token"
    answer = client.post(f"/api/v1/members/{membership_of(alice).pk}/roles/", {"role": "analyst"}, format="json")
    assert answer.status_code == 403


def test_the_api_says_that_a_second_factor_is_needed(adil: User, alice: User) -> None:
    client = api_client(adil, second_factor=False)
    answer = client.post(f"/api/v1/members/{membership_of(alice).pk}/roles/", {"role": "analyst"}, format="json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "second_factor_needed"


def test_a_session_without_its_csrf_token_changes_nothing(rabita: object, adil: User, alice: User) -> None:
    client = sign_in(APIClient(enforce_csrf_checks=True), adil)
    answer = client.post(f"/api/v1/members/{membership_of(alice).pk}/roles/", {"role": "analyst"}, format="json")
    assert answer.status_code == 403
    assert not RoleGrant.objects.filter(role=Role.ANALYST, membership__user=alice).exists()


def test_an_analyst_without_the_capability_sees_no_tokens_page(client: Client, nadia: User) -> None:
    assert sign_in(client, nadia).get("/tokens/").status_code == 403


def test_one_sees_only_ones_own_tokens(client: Client, rabita: object, carla: User) -> None:
    other = make_person("Omar", [Role.COORDINATOR], rabita)  # type: ignore[arg-type]
    token_for(other, Capability.VIEW_PEOPLE)
    assert api_client(carla).get("/api/v1/tokens/").json()["results"] == []
