"""accounts.inviting: the only way in, once, by the address that was written to."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import inviting
from accounts.capabilities import Capability, Role
from accounts.models import GrantState, Invitation, InvitationState, Membership, Organisation, RoleGrant, User
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded
from chain.models import Event
from tests.people import actor_of, membership_of, sign_in, token_actor_of

GOOD = "la lumière du matin 7"


@pytest.fixture
def open_one(rabita: Organisation, adil: User) -> Invitation:
    return sent(rabita, adil)


def sent(house: Organisation, by: User, email: str = "New@Rabita.test", roles: list[str] | None = None) -> Invitation:
    return inviting.invite(
        organisation=house, email=email, roles=roles or ["author", "reviewer"], language="ar", actor=actor_of(by)
    )


def link(invitation: Invitation) -> str:
    return f"/invitation/{inviting.secret_of(invitation.nonce)}/"


def test_the_letter_carries_the_link_and_the_table_only_its_hash(open_one: Invitation) -> None:
    assert inviting.mail_waiting() == 1
    assert inviting.mail_waiting() == 0
    letter = mail.outbox[0]
    assert letter.to == ["new@rabita.test"]
    assert link(open_one) in letter.body
    secret = inviting.secret_of(open_one.nonce)
    assert secret not in (open_one.token_hash, open_one.nonce)


def test_accepting_makes_a_person_whose_signing_role_waits_for_a_second_one(
    client: Client, open_one: Invitation, mounir: User
) -> None:
    assert client.get(link(open_one)).status_code == 200
    answer = client.post(link(open_one), {"name": "Youssef", "password": GOOD})
    assert answer.status_code == 302
    person = User.objects.get(email="new@rabita.test")
    states = dict(RoleGrant.objects.filter(membership__user=person).values_list("role", "state"))
    assert states == {"author": GrantState.ACTIVE, "reviewer": GrantState.PROPOSED}
    assert client.session["_auth_user_id"] == str(person.pk)
    assert "reauthenticate" not in client.get("/account/2fa/totp/activate/").headers.get("Location", "")
    assert Event.objects.filter(verb="invitation.accepted", user=person).exists()


def test_the_inviter_cannot_confirm_the_role_they_invited_to(open_one: Invitation, adil: User) -> None:
    inviting.accept_invitation(secret=inviting.secret_of(open_one.nonce), name="Youssef", password=GOOD)
    grant = RoleGrant.objects.get(role=Role.REVIEWER)
    assert grant.proposed_by_id == adil.pk


def test_a_link_works_once(client: Client, open_one: Invitation) -> None:
    client.post(link(open_one), {"name": "Youssef", "password": GOOD})
    assert Client().get(link(open_one)).status_code == 404


def test_an_old_link_no_longer_works(client: Client, open_one: Invitation) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert client.get(link(open_one)).status_code == 404


def test_sending_again_makes_the_old_link_useless(client: Client, open_one: Invitation, adil: User) -> None:
    old = link(open_one)
    inviting.resend(invitation=open_one, actor=actor_of(adil))
    assert client.get(old).status_code == 404
    assert client.get(link(open_one)).status_code == 200


def test_a_cancelled_link_no_longer_works(client: Client, open_one: Invitation, adil: User) -> None:
    inviting.cancel(invitation=open_one, actor=actor_of(adil))
    assert client.get(link(open_one)).status_code == 404


def test_a_weak_password_is_refused_and_the_name_kept(client: Client, open_one: Invitation) -> None:
    page = client.post(link(open_one), {"name": "يوسف", "password": "short"})
    assert page.status_code == 422
    assert "يوسف" in page.content.decode()
    assert Invitation.objects.get().state == InvitationState.SENT


def test_a_known_person_signs_in_and_joins_with_one_button(
    client: Client, rabita: Organisation, adil: User, charlie: User
) -> None:
    invitation = sent(rabita, adil, charlie.email, ["author"])
    assert client.post(link(invitation), {"name": "x", "password": GOOD}).status_code == 422
    sign_in(client, charlie)
    assert client.post(link(invitation)).status_code == 302
    assert membership_of(charlie, rabita).roles == [Role.AUTHOR]


def test_somebody_else_cannot_use_the_link(client: Client, open_one: Invitation, charlie: User) -> None:
    assert sign_in(client, charlie).post(link(open_one)).status_code == 403
    assert not Membership.objects.filter(user=charlie, organisation_id=open_one.organisation_id).exists()


def test_there_is_no_open_sign_up(client: Client, db: None) -> None:
    client.post("/account/signup/", {"email": "x@example.test", "password1": GOOD})
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("email", "roles", "code"),
    [
        ("nonsense", ["author"], "bad_address"),
        ("a@b.test", [], "roles_missing"),
        ("a@b.test", ["king"], "roles_missing"),
    ],
)
def test_a_wrong_invitation_says_what_to_mend(
    rabita: Organisation, adil: User, email: str, roles: list[str], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        inviting.invite(organisation=rabita, email=email, roles=roles, language="ar", actor=actor_of(adil))
    assert refusal.value.code == code


def test_a_member_is_not_invited_again(rabita: Organisation, adil: User, alice: User) -> None:
    with pytest.raises(Invalid) as refusal:
        sent(rabita, adil, alice.email.upper())
    assert refusal.value.code == "already_member"


def test_one_open_invitation_per_address(rabita: Organisation, adil: User, open_one: Invitation) -> None:
    with pytest.raises(Invalid) as refusal:
        sent(rabita, adil)
    assert refusal.value.code == "already_invited"


def test_who_may_invite(rabita: Organisation, people: object, carla: User, charlie: User, adil: User) -> None:
    def as_(actor: object) -> Invitation:
        return inviting.invite(
            organisation=rabita,
            email="a@b.test",
            roles=["author"],
            language="ar",
            actor=actor,  # type: ignore[arg-type]
        )

    with pytest.raises(NotFound):
        as_(actor_of(charlie))
    with pytest.raises(NotAllowed):
        as_(actor_of(carla))
    with pytest.raises(NotAllowed):
        as_(token_actor_of(adil, *Capability))
    with pytest.raises(SecondFactorNeeded):
        as_(actor_of(adil, second_factor=False))


@pytest.mark.parametrize("act", [inviting.resend, inviting.cancel])
def test_who_may_send_again_or_cancel(
    act: object, open_one: Invitation, carla: User, charlie: User, adil: User
) -> None:
    for user, error in ((charlie, NotFound), (carla, NotAllowed)):
        with pytest.raises(error):
            act(invitation=open_one, actor=actor_of(user))  # type: ignore[operator]
    with pytest.raises(SecondFactorNeeded):
        act(invitation=open_one, actor=actor_of(adil, second_factor=False))  # type: ignore[operator]


def test_a_lapsed_second_factor_keeps_what_was_typed(client: Client, adil: User) -> None:
    sign_in(client, adil, second_factor=False)
    answer = client.post(
        "/members/invite/",
        {"email": "kept@rabita.test", "language": "fr", "roles": ["author"]},
        headers={"referer": "http://testserver/members/invite/"},
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/2fa/reauthenticate/")
    page = client.get("/members/invite/").content.decode()
    assert "kept@rabita.test" in page
    assert 'value="author" checked' in page
    assert not Invitation.objects.exists()


def test_an_invitation_from_the_page_reaches_the_list(client: Client, adil: User) -> None:
    sign_in(client, adil).post(
        "/members/invite/", {"email": "new@rabita.test", "language": "fr", "roles": ["author", "analyst"]}
    )
    assert Invitation.objects.get().roles == ["author", "analyst"]
    assert "new@rabita.test" in client.get("/members/").content.decode()
