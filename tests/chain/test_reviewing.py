"""Gates and decisions over a digest: who may sign, once, and what a signature is worth afterwards."""

import pytest
from django.db import DatabaseError, connection, transaction

from campaigns.models import Variant
from chain import reviewing
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Decision, Gate, Verdict
from tests.deliveries import make_campaign, make_channel, make_gates, make_variant
from tests.people import People, actor_of, token_actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def variant(people: People) -> Variant:
    campaign = make_campaign(people.rabita, people.carla)
    return make_variant(campaign, make_channel(people.rabita, people.carla), people.alice)


@pytest.fixture
def gates(people: People) -> list[Gate]:
    return make_gates(people.rabita)


def approve(variant: Variant, gate: Gate, person: object, **more: object) -> Decision:
    actor = more.pop("actor", None) or actor_of(person)  # type: ignore[arg-type]
    digest = more.pop("digest", variant.digest)
    return reviewing.decide(
        subject=variant,
        gate=gate,
        digest=str(digest),
        verdict=Verdict.APPROVED,
        actor=actor,  # type: ignore[arg-type]
    )


def test_two_people_at_two_gates_make_it_signed(variant: Variant, gates: list[Gate], people: People) -> None:
    assert not reviewing.is_signed(variant)
    approve(variant, gates[0], people.bob)
    assert not reviewing.is_signed(variant)
    approve(variant, gates[1], people.basma)
    assert reviewing.is_signed(variant)


def test_an_institution_without_gates_signs_nothing(variant: Variant) -> None:
    assert not reviewing.is_signed(variant)


def test_nobody_signs_two_gates_of_one_version(variant: Variant, gates: list[Gate], people: People) -> None:
    approve(variant, gates[0], people.bob)
    with pytest.raises(NotAllowed) as refused:
        approve(variant, gates[1], people.bob)
    assert refused.value.code == "two_gates"


def test_nobody_signs_what_they_ever_edited(variant: Variant, gates: list[Gate], people: People) -> None:
    variant.content.contributors.add(people.bob)
    with pytest.raises(NotAllowed) as refused:
        approve(variant, gates[0], people.bob)
    assert refused.value.code == "own_work"


def test_a_stale_digest_is_refused(variant: Variant, gates: list[Gate], people: People) -> None:
    with pytest.raises(StaleState):
        approve(variant, gates[0], people.bob, digest="0" * 64)


def test_a_gate_is_signed_once(variant: Variant, gates: list[Gate], people: People) -> None:
    approve(variant, gates[0], people.bob)
    for person in (people.bob, people.basma):
        with pytest.raises(StaleState):
            approve(variant, gates[0], person)
    assert Decision.objects.count() == 1


def test_signing_is_refused_to_outsider_author_token_and_stale_second_factor(
    variant: Variant, gates: list[Gate], people: People
) -> None:
    refusals = [
        (actor_of(people.charlie), NotFound),
        (actor_of(people.carla), NotAllowed),
        (token_actor_of(people.bob, "sign_scientific"), NotAllowed),
        (actor_of(people.bob, second_factor=False), SecondFactorNeeded),
    ]
    for actor, error in refusals:
        with pytest.raises(error):
            approve(variant, gates[0], None, actor=actor)
    assert not Decision.objects.exists()


def test_changes_are_requested_with_words(variant: Variant, gates: list[Gate], people: People) -> None:
    with pytest.raises(Invalid):
        reviewing.decide(
            subject=variant, gate=gates[0], digest=variant.digest, verdict=Verdict.CHANGES, actor=actor_of(people.bob)
        )


def test_a_withdrawn_signature_no_longer_counts_and_stays_on_record(
    variant: Variant, gates: list[Gate], people: People
) -> None:
    approve(variant, gates[1], people.basma)
    mine = approve(variant, gates[0], people.bob)
    reviewing.revoke(decision=mine, actor=actor_of(people.bob), why="تبيّن خطأ في العزو")
    assert not reviewing.is_signed(variant)
    assert Decision.objects.filter(pk=mine.pk, revoked_by=people.bob).exists()
    with pytest.raises(StaleState):
        reviewing.revoke(decision=mine, actor=actor_of(people.bob), why="مرة أخرى")


def test_a_signature_given_for_other_bytes_does_not_count(variant: Variant, gates: list[Gate], people: People) -> None:
    approve(variant, gates[0], people.bob)
    approve(variant, gates[1], people.basma)
    assert variant.payload is not None
    variant.payload.digest = "0" * 64
    assert not reviewing.is_signed(variant)


@pytest.mark.parametrize("change", ["digest = 'x'", "verdict = 'changes_requested'", "note = 'x'"])
def test_the_database_refuses_to_rewrite_a_decision(
    variant: Variant, gates: list[Gate], people: People, change: str
) -> None:
    approve(variant, gates[0], people.bob)
    for statement in (f"UPDATE chain_decision SET {change}", "DELETE FROM chain_decision"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
