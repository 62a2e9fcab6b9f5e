"""accounts.actors: roles, scopes and the second factor become capabilities."""

from accounts.capabilities import SENSITIVE, Capability
from accounts.models import User
from tests.people import actor_of, give_second_factor, token_actor_of


def test_a_reviewer_signs_with_a_fresh_second_factor(bob: User) -> None:
    assert Capability.SIGN_SCIENTIFIC in actor_of(bob).capabilities


def test_without_a_fresh_second_factor_sensitive_acts_wait(bob: User) -> None:
    actor = actor_of(bob, second_factor=False)
    assert Capability.SIGN_SCIENTIFIC in actor.awaiting_second_factor
    assert not actor.capabilities & SENSITIVE
    assert Capability.COMMENT in actor.capabilities


def test_an_analyst_reads_without_any_second_factor(nadia: User) -> None:
    actor = actor_of(nadia, second_factor=False)
    assert Capability.EXPORT_FIGURES in actor.capabilities
    assert not actor.awaiting_second_factor


def test_an_author_without_a_second_factor_only_reads_until_there_is_one(rabita: object, alice: User) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=alice).delete()
    assert Capability.WRITE_CONTENT in actor_of(alice, second_factor=False).awaiting_second_factor
    give_second_factor(alice)
    assert Capability.WRITE_CONTENT in actor_of(alice, second_factor=False).capabilities


def test_a_token_never_carries_a_sensitive_capability_even_if_its_row_says_so(mounir: User) -> None:
    actor = token_actor_of(mounir, *Capability)
    assert not actor.capabilities & SENSITIVE
    assert not actor.awaiting_second_factor
    assert Capability.VIEW_FIGURES in actor.capabilities


def test_a_token_gives_no_more_than_its_member_holds(alice: User) -> None:
    actor = token_actor_of(alice, Capability.SCHEDULE, Capability.WRITE_CONTENT)
    assert actor.capabilities == {Capability.WRITE_CONTENT}
