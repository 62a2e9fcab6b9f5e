"""Two people, or two clicks, at the same instant: real threads and transactions, PostgreSQL only."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from campaigns import drafting, reviewing, submitting
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Payload, Revision, Variant
from chain.errors import DomainError
from chain.models import Decision
from tests.campaigns.conftest import sheet, write
from tests.people import actor_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one writer at a time on SQLite"),
]


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run all at the same moment; 'done' or the refusal's code for each, sorted."""
    barrier, ends = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
            ends.append("done")
        except DomainError as error:
            ends.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(ends)


def test_of_two_saves_upon_one_version_one_is_kept(content: Content, alice: User, carla: User) -> None:
    def saves(user: User) -> Callable[[], object]:
        actor, mine = actor_of(user), Content.objects.get(pk=content.pk)
        return lambda: drafting.save_draft(content=mine, document=sheet(user.name), base_version=0, actor=actor)

    assert at_once(saves(alice), saves(carla)) == ["done", "edited_by_another"]
    assert Content.objects.get(pk=content.pk).draft_version == 1


def test_two_clicks_on_submit_put_up_one_version(content: Content, variant: Variant, alice: User) -> None:
    write(content, alice, "نص")
    click = lambda: submitting.submit(variant=Variant.objects.get(pk=variant.pk), actor=actor_of(alice))  # noqa: E731
    assert at_once(click, click, click) == ["done", "done", "done"]
    assert (Revision.objects.count(), Payload.objects.count()) == (1, 1)


def test_two_clicks_on_sign_are_one_signature(in_review: Variant, bob: User) -> None:
    actor, digest = actor_of(bob), in_review.digest

    def click() -> Any:
        variant = Variant.objects.get(pk=in_review.pk)
        return reviewing.sign(variant=variant, gate_code="scientific", digest=digest, actor=actor)

    assert at_once(click, click) == ["already_signed", "done"]
    assert Decision.objects.filter(user=bob, revoked_at=None).count() == 1


def test_the_last_two_signatures_at_once_still_approve(in_review: Variant, bob: User, basma: User) -> None:
    digest = in_review.digest

    def signs(user: User, gate: str) -> Callable[[], object]:
        actor = actor_of(user)
        return lambda: reviewing.sign(
            variant=Variant.objects.get(pk=in_review.pk), gate_code=gate, digest=digest, actor=actor
        )

    assert at_once(signs(bob, "scientific"), signs(basma, "language")) == ["done", "done"]
    assert Variant.objects.get(pk=in_review.pk).state == VariantState.APPROVED


def test_an_edit_and_the_last_signature_at_once_never_leave_unsigned_bytes_approved(
    in_review: Variant, content: Content, alice: User, bob: User, basma: User
) -> None:
    digest, content = in_review.digest, Content.objects.get(pk=content.pk)
    reviewing.sign(variant=in_review, gate_code="scientific", digest=digest, actor=actor_of(bob))
    author, signer, base = actor_of(alice), actor_of(basma), content.draft_version
    ends = at_once(
        lambda: drafting.save_draft(content=content, document=sheet("آخر"), base_version=base, actor=author),
        lambda: reviewing.sign(
            variant=Variant.objects.get(pk=in_review.pk), gate_code="language", digest=digest, actor=signer
        ),
    )
    assert "done" in ends
    assert Variant.objects.get(pk=in_review.pk).state == VariantState.DRAFT
