"""accounts.granting: sensitive roles take two, revoked ones end at once, and nobody outside can reach in."""

from unittest.mock import ANY

import pytest

from accounts import granting
from accounts.capabilities import Capability, Role
from accounts.models import ApiToken, GrantState, Membership, Organisation, RoleGrant, TokenState, User
from chain.actors import Actor
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Event, Notice
from tests.people import actor_of, make_person, membership_of, token_actor_of, token_for


def proposed(user: User, role: Role, by: User) -> RoleGrant:
    return granting.propose_role(membership=membership_of(user), role=role, actor=actor_of(by))


def grant_of(user: User, role: Role) -> RoleGrant:
    return RoleGrant.objects.select_related("membership").get(membership__user=user, role=role)


def test_a_role_that_signs_waits_for_a_second_person_and_managers_are_told(
    alice: User, adil: User, mounir: User
) -> None:
    grant = proposed(alice, Role.REVIEWER, adil)
    assert grant.state == GrantState.PROPOSED
    assert Capability.SIGN_SCIENTIFIC not in membership_of(alice).capabilities()
    notice = Notice.objects.get(user=mounir)
    assert notice.kind == "role_proposed"
    assert notice.link == f"/members/#grant-{grant.pk}"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER, Role.ADMIN])
def test_reviewer_manager_and_administrator_take_two(alice: User, adil: User, role: Role) -> None:
    assert proposed(alice, role, adil).state == GrantState.PROPOSED


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ANALYST])
def test_the_other_roles_take_one(alice: User, adil: User, role: Role) -> None:
    assert proposed(alice, role, adil).state == GrantState.ACTIVE


def test_a_role_given_to_oneself_waits_for_another(adil: User) -> None:
    assert proposed(adil, Role.AUTHOR, adil).state == GrantState.PROPOSED


def test_another_person_confirms_and_the_role_is_in_force(alice: User, adil: User, mounir: User) -> None:
    grant = granting.confirm_role(grant=proposed(alice, Role.REVIEWER, adil), actor=actor_of(mounir))
    assert grant.confirmed_by_id == mounir.pk
    assert Capability.SIGN_SCIENTIFIC in membership_of(alice).capabilities()
    assert Notice.objects.filter(user=alice, kind="role_granted").exists()
    assert Notice.objects.filter(user=adil, kind="role_confirmed").exists()


def test_the_proposer_cannot_confirm(alice: User, adil: User) -> None:
    with pytest.raises(NotAllowed) as refusal:
        granting.confirm_role(grant=proposed(alice, Role.REVIEWER, adil), actor=actor_of(adil))
    assert refusal.value.code == "own_proposal"


def test_nobody_confirms_their_own_role(adil: User, mounir: User) -> None:
    with pytest.raises(NotAllowed) as refusal:
        granting.confirm_role(grant=proposed(mounir, Role.ADMIN, adil), actor=actor_of(mounir))
    assert refusal.value.code == "own_role"


def test_a_role_already_held_is_not_given_twice(alice: User, adil: User) -> None:
    with pytest.raises(Invalid) as refusal:
        proposed(alice, Role.AUTHOR, adil)
    assert refusal.value.code == "already_held"


def test_a_refused_role_tells_the_proposer_why(alice: User, adil: User, mounir: User) -> None:
    grant = proposed(alice, Role.REVIEWER, adil)
    granting.refuse_role(grant=grant, actor=actor_of(mounir), why="ليست مختصة")
    assert "ليست مختصة" in Notice.objects.get(user=adil, kind="role_refused").body
    with pytest.raises(StaleState):
        granting.confirm_role(grant=grant, actor=actor_of(mounir))


def test_a_refusal_without_a_reason_is_refused(alice: User, adil: User, mounir: User) -> None:
    with pytest.raises(Invalid):
        granting.refuse_role(grant=proposed(alice, Role.REVIEWER, adil), actor=actor_of(mounir), why=" ")


def test_two_people_confirming_at_once_is_one_confirmation(alice: User, adil: User, mounir: User) -> None:
    grant = proposed(alice, Role.REVIEWER, adil)
    same = RoleGrant.objects.select_related("membership__user").get(pk=grant.pk)
    granting.confirm_role(grant=grant, actor=actor_of(mounir))
    with pytest.raises(StaleState):
        granting.confirm_role(grant=same, actor=actor_of(mounir))


def test_a_revoked_role_ends_at_once(bob: User, adil: User) -> None:
    granting.revoke_role(grant=grant_of(bob, Role.REVIEWER), actor=actor_of(adil), why="انتهت المهمة")
    assert not actor_of(bob).can(Capability.SIGN_SCIENTIFIC)
    assert Event.objects.get(verb="role_grant.revoked").why == "انتهت المهمة"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_the_last_administrator_and_manager_stay(rabita: Organisation, adil: User, mounir: User, role: Role) -> None:
    held = grant_of(adil if role == Role.ADMIN else mounir, role)
    with pytest.raises(Invalid) as refusal:
        granting.revoke_role(grant=held, actor=actor_of(adil))
    assert refusal.value.code == "last_one"
    make_person("Second", [role], rabita)
    assert granting.revoke_role(grant=held, actor=actor_of(adil)).state == GrantState.REVOKED


def test_the_last_manager_cannot_be_seen_out(adil: User, mounir: User) -> None:
    with pytest.raises(Invalid):
        granting.deactivate_member(membership=membership_of(mounir), actor=actor_of(adil))
    assert membership_of(mounir).is_active


def test_seeing_a_member_out_ends_roles_and_tokens(carla: User, adil: User, mounir: User) -> None:
    token_for(carla, Capability.SCHEDULE)
    granting.deactivate_member(membership=membership_of(carla), actor=actor_of(adil), why="غادرت")
    assert not Membership.objects.get(user=carla).is_active
    assert grant_of(carla, Role.COORDINATOR).state == GrantState.REVOKED
    assert ApiToken.objects.get().state == TokenState.REVOKED
    assert not actor_of(carla).capabilities


def test_nobody_sees_themselves_out(adil: User) -> None:
    with pytest.raises(Invalid):
        granting.deactivate_member(membership=membership_of(adil), actor=actor_of(adil))


def test_each_step_stands_in_the_audit_trail(alice: User, adil: User, mounir: User) -> None:
    grant = proposed(alice, Role.REVIEWER, adil)
    granting.confirm_role(grant=grant, actor=actor_of(mounir))
    told = list(Event.objects.order_by("id").values_list("verb", "user_id", "data"))
    assert told == [
        ("role_grant.created", adil.pk, ANY),
        ("role_grant.active", mounir.pk, {"role": "reviewer", "user": alice.pk, "proposed_by": adil.pk}),
    ]


ACTS = ["propose", "confirm", "refuse", "revoke", "deactivate"]


def attempt(act: str, actor: Actor, alice: User, waiting: RoleGrant) -> None:
    member = membership_of(alice)
    if act == "propose":
        granting.propose_role(membership=member, role="analyst", actor=actor)
    elif act == "confirm":
        granting.confirm_role(grant=waiting, actor=actor)
    elif act == "refuse":
        granting.refuse_role(grant=waiting, actor=actor, why="x")
    elif act == "revoke":
        granting.revoke_role(grant=waiting, actor=actor)
    else:
        granting.deactivate_member(membership=member, actor=actor)


@pytest.fixture
def waiting(alice: User, adil: User) -> RoleGrant:
    return proposed(alice, Role.REVIEWER, adil)


@pytest.mark.parametrize("act", ACTS)
def test_the_outsider_finds_nothing(act: str, alice: User, waiting: RoleGrant, charlie: User) -> None:
    with pytest.raises(NotFound):
        attempt(act, actor_of(charlie), alice, waiting)


@pytest.mark.parametrize("act", ACTS)
def test_a_coordinator_may_not(act: str, alice: User, waiting: RoleGrant, carla: User) -> None:
    with pytest.raises(NotAllowed):
        attempt(act, actor_of(carla), alice, waiting)


@pytest.mark.parametrize("act", ACTS)
def test_a_token_may_not(act: str, alice: User, waiting: RoleGrant, rabita: Organisation) -> None:
    other = make_person("Aziz", [Role.ADMIN, Role.MANAGER], rabita)
    with pytest.raises(NotAllowed):
        attempt(act, token_actor_of(other, *Capability), alice, waiting)


@pytest.mark.parametrize("act", ACTS)
def test_a_stale_second_factor_is_asked_for(act: str, alice: User, waiting: RoleGrant, rabita: Organisation) -> None:
    other = make_person("Aziz", [Role.ADMIN, Role.MANAGER], rabita)
    with pytest.raises(SecondFactorNeeded):
        attempt(act, actor_of(other, second_factor=False), alice, waiting)
