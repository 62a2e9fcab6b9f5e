"""The people of every test: the institution `rabita`, its members, and Charlie the outsider.

Alice writes, Bob and Basma review, Carla coordinates, Mounir manages, Adil administers, Nadia analyses. Charlie holds
every role in another institution, and must be refused everywhere in this one. Loaded by tests/conftest.py.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from accounts.actors import ORGANISATION_KEY, session_actor, token_actor
from accounts.authentication import hash_of
from accounts.capabilities import READ_ONLY_ROLES, Role
from accounts.models import ApiToken, GrantState, Membership, Organisation, RoleGrant, User
from accounts.registering import register
from accounts.second_factor import RECORDS_KEY
from chain.actors import Actor

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
C = TypeVar("C", bound=Client)


@dataclass(frozen=True)
class People:
    """Everyone at once, for tests that walk all roles."""

    rabita: Organisation
    alice: User
    bob: User
    basma: User
    carla: User
    mounir: User
    adil: User
    nadia: User
    elsewhere: Organisation
    charlie: User

    @property
    def members(self) -> list[User]:
        return [self.alice, self.bob, self.basma, self.carla, self.mounir, self.adil, self.nadia]


def make_institution(slug: str = "rabita", name: str = "رابطة العلماء", **fields: Any) -> Organisation:
    return Organisation.objects.create(slug=slug, name=name, **fields)


def make_person(
    name: str,
    roles: Iterable[str],
    organisation: Organisation,
    *,
    language: str = "ar",
    password: str | None = None,
    second_factor: bool | None = None,
) -> User:
    """A member with these roles in force. By default with an authenticator app, unless the roles only read."""
    roles = list(roles)
    user = register(email=f"{name.lower()}@{organisation.slug}.test", name=name, password=password, language=language)
    membership = Membership.objects.create(organisation=organisation, user=user)
    for role in roles:
        RoleGrant.objects.create(membership=membership, role=role, state=GrantState.ACTIVE)
    if second_factor if second_factor is not None else not set(roles) <= READ_ONLY_ROLES:
        give_second_factor(user)
    return user


def give_second_factor(user: User, secret: str = TOTP_SECRET) -> Authenticator:
    authenticator: Authenticator = TOTP.activate(user, secret).instance
    return authenticator


def membership_of(user: User, organisation: Organisation | None = None) -> Membership:
    held = Membership.objects.select_related("user", "organisation").filter(user=user)
    return held.filter(organisation=organisation).get() if organisation else held.get()


def sign_in(
    client: C, user: User, *, second_factor: bool = True, organisation: Organisation | None = None, age: float = 0.0
) -> C:
    """Sign `user` in on a Django or DRF test client, and give it back.

    The session carries the records that allauth itself would leave: a password now, and, with `second_factor`, a code
    of the person's authenticator `age` seconds ago. Without it the person is in, but sensitive acts ask for it first.
    """
    client.force_login(user)
    session = client.session
    records: list[dict[str, Any]] = [{"method": "password", "at": time.time() - age, "email": user.email}]
    if second_factor:
        authenticator = Authenticator.objects.filter(user=user).first() or give_second_factor(user)
        records.append({"method": "mfa", "at": time.time() - age, "id": authenticator.pk, "type": authenticator.type})
    session[RECORDS_KEY] = records
    if organisation is not None:
        session[ORGANISATION_KEY] = organisation.pk
    session.save()
    return client


def stale(client: C) -> C:
    """Let the second factor of a signed-in client lapse."""
    session = client.session
    for kept in session[RECORDS_KEY]:
        kept["at"] -= settings.SECOND_FACTOR_SECONDS + 1
    session.save()
    return client


def actor_of(user: User, *, second_factor: bool = True, organisation: Organisation | None = None) -> Actor:
    """The actor that a browser session of `user` would be: for calling actions without a request."""
    return session_actor(membership_of(user, organisation), fresh=second_factor)


def token_for(user: User, *scopes: str, organisation: Organisation | None = None) -> str:
    """An API token in force, with these scopes; returns what would be shown once."""
    from datetime import timedelta

    from django.utils import timezone

    secret = f"sanad_test_{user.pk}_{ApiToken.objects.count()}"
    ApiToken.objects.create(
        membership=membership_of(user, organisation),
        name="test",
        prefix=secret[:12],
        token_hash=hash_of(secret),
        scopes=[str(scope) for scope in scopes],
        expires_at=timezone.now() + timedelta(days=30),
    )
    return secret


def token_actor_of(user: User, *scopes: str) -> Actor:
    secret = token_for(user, *scopes)
    return token_actor(ApiToken.objects.get(token_hash=hash_of(secret)))


def api_client(user: User, *, second_factor: bool = True) -> APIClient:
    """A DRF client with the session of `user`."""
    return sign_in(APIClient(), user, second_factor=second_factor)


def token_client(user: User, *scopes: str) -> APIClient:
    """A DRF client that carries an API token of `user`."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(user, *scopes)}")
    return client


def everybody() -> People:
    """Everyone at once where there are no fixtures: for benchmarks."""
    rabita, elsewhere = make_institution(), make_institution("elsewhere", "مؤسسة أخرى")
    seats = {"Alice": Role.AUTHOR, "Bob": Role.REVIEWER, "Basma": Role.REVIEWER, "Carla": Role.COORDINATOR}
    seats |= {"Mounir": Role.MANAGER, "Adil": Role.ADMIN, "Nadia": Role.ANALYST}
    seated = {name.lower(): make_person(name, [role], rabita) for name, role in seats.items()}
    return People(rabita=rabita, elsewhere=elsewhere, charlie=make_person("Charlie", list(Role), elsewhere), **seated)


@pytest.fixture
def rabita(db: None) -> Organisation:
    return make_institution(name_fr="Ligue des oulémas", name_en="League of Scholars")


@pytest.fixture
def alice(rabita: Organisation) -> User:
    return make_person("Alice", [Role.AUTHOR], rabita)


@pytest.fixture
def bob(rabita: Organisation) -> User:
    return make_person("Bob", [Role.REVIEWER], rabita)


@pytest.fixture
def basma(rabita: Organisation) -> User:
    return make_person("Basma", [Role.REVIEWER], rabita)


@pytest.fixture
def carla(rabita: Organisation) -> User:
    return make_person("Carla", [Role.COORDINATOR], rabita)


@pytest.fixture
def mounir(rabita: Organisation) -> User:
    return make_person("Mounir", [Role.MANAGER], rabita)


@pytest.fixture
def adil(rabita: Organisation) -> User:
    return make_person("Adil", [Role.ADMIN], rabita)


@pytest.fixture
def nadia(rabita: Organisation) -> User:
    return make_person("Nadia", [Role.ANALYST], rabita)


@pytest.fixture
def elsewhere(db: None) -> Organisation:
    return make_institution("elsewhere", "مؤسسة أخرى", name_fr="Autre institution", name_en="Another institution")


@pytest.fixture
def charlie(elsewhere: Organisation) -> User:
    """The outsider: every role, another institution."""
    return make_person("Charlie", list(Role), elsewhere)


@pytest.fixture
def people(
    rabita: Organisation,
    alice: User,
    bob: User,
    basma: User,
    carla: User,
    mounir: User,
    adil: User,
    nadia: User,
    elsewhere: Organisation,
    charlie: User,
) -> People:
    return People(rabita, alice, bob, basma, carla, mounir, adil, nadia, elsewhere, charlie)
