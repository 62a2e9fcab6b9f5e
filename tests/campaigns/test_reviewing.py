"""campaigns.reviewing: two gates over one digest, never one's own work, never by a token or without a second factor."""

import pytest
from django.core import mail

from accounts.capabilities import Capability
from accounts.models import User
from campaigns import drafting, reviewing, submitting, voiding
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Look, Remark, Variant
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Decision, Event, Notice
from chain.reviewing import is_signed
from tests.campaigns.conftest import sign, up, write
from tests.people import actor_of, token_actor_of

pytestmark = pytest.mark.embedded


def test_two_people_at_two_gates_approve_a_text(in_review: Variant, bob: User, basma: User) -> None:
    assert sign(in_review, bob, "scientific").state == VariantState.IN_REVIEW
    assert sign(in_review, basma, "language").state == VariantState.APPROVED
    assert is_signed(Variant.objects.get(pk=in_review.pk))


def test_each_signature_is_told_to_its_signer_by_mail(
    in_review: Variant, bob: User, django_capture_on_commit_callbacks: object, settings: object
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True  # type: ignore[attr-defined]
    sign(in_review, bob, "scientific")
    notice = Notice.objects.get(user=bob, kind="signature")
    assert in_review.content.title in notice.title
    assert notice.link == f"/review/{in_review.pk}/"
    from chain.notices import mail as post

    assert post(notice)
    assert mail.outbox[-1].to == [bob.email]


def test_the_author_is_told_when_the_last_gate_is_signed(approved: Variant, alice: User, carla: User) -> None:
    assert Notice.objects.filter(user=alice, kind="signed").count() == 1
    assert Notice.objects.filter(user=carla, kind="signed").count() == 1


def test_nobody_signs_their_own_text(in_review: Variant, bob: User) -> None:
    in_review.content.contributors.add(bob)
    with pytest.raises(NotAllowed) as refused:
        sign(in_review, bob, "scientific")
    assert refused.value.code == "own_work"


def test_whoever_edited_once_never_signs_even_if_the_edit_is_gone(
    content: Content, variant: Variant, alice: User, rabita: object
) -> None:
    from tests.people import make_person

    both = make_person("Both", ["author", "reviewer"], rabita)  # type: ignore[arg-type]
    write(content, both, "كلمة مني")
    write(content, alice, "كلمة أخرى تماما")
    with pytest.raises(NotAllowed) as refused:
        sign(up(variant, alice), both, "language")
    assert refused.value.code == "own_work"


def test_nobody_signs_two_gates_of_one_version(in_review: Variant, bob: User) -> None:
    sign(in_review, bob, "scientific")
    with pytest.raises(NotAllowed) as refused:
        sign(in_review, bob, "language")
    assert refused.value.code == "two_gates"


def test_a_double_click_signs_once_and_says_so(in_review: Variant, bob: User) -> None:
    sign(in_review, bob, "scientific")
    with pytest.raises(StaleState) as refused:
        sign(in_review, bob, "scientific")
    assert refused.value.code == "already_signed"
    assert Decision.objects.count() == 1 + Decision.objects.filter(gate__kind="brief").count()


def test_a_double_click_on_the_last_signature_leaves_the_text_approved(approved: Variant, basma: User) -> None:
    with pytest.raises(StaleState) as refused:
        sign(approved, basma, "language")
    assert refused.value.code == "already_signed"
    assert Variant.objects.get(pk=approved.pk).state == VariantState.APPROVED


def test_a_signature_under_a_version_that_changed_is_refused(
    in_review: Variant, content: Content, alice: User, bob: User
) -> None:
    seen = in_review.digest
    write(content, alice, "نص جديد")
    again = up(in_review, alice)
    with pytest.raises(StaleState) as refused:
        reviewing.sign(variant=again, gate_code="scientific", digest=seen, actor=actor_of(bob))
    assert refused.value.code == "stale_digest"


def test_a_text_taken_back_while_being_read_cannot_be_signed(
    in_review: Variant, content: Content, alice: User, bob: User
) -> None:
    write(content, alice, "نص جديد")
    with pytest.raises(StaleState):
        sign(in_review, bob, "scientific")


def test_the_outsider_finds_nothing_to_sign(in_review: Variant, charlie: User) -> None:
    with pytest.raises(NotFound):
        sign(in_review, charlie, "scientific")


@pytest.mark.parametrize("who", ["carla", "mounir", "adil", "nadia"])
def test_who_lacks_the_capability_does_not_sign(in_review: Variant, who: str, people: object) -> None:
    with pytest.raises(NotAllowed):
        sign(in_review, getattr(people, who), "scientific")


def test_a_token_never_signs(in_review: Variant, bob: User) -> None:
    actor = token_actor_of(bob, *Capability)
    with pytest.raises(NotAllowed):
        reviewing.sign(variant=in_review, gate_code="scientific", digest=in_review.digest, actor=actor)


def test_a_stale_second_factor_is_asked_for_again(in_review: Variant, bob: User) -> None:
    actor = actor_of(bob, second_factor=False)
    with pytest.raises(SecondFactorNeeded):
        reviewing.sign(variant=in_review, gate_code="scientific", digest=in_review.digest, actor=actor)


def test_an_unknown_gate_is_not_found(in_review: Variant, bob: User) -> None:
    with pytest.raises(NotFound):
        sign(in_review, bob, "brief")


def test_a_draft_cannot_be_signed(variant: Variant, bob: User) -> None:
    with pytest.raises(StaleState) as refused:
        sign(variant, bob, "scientific")
    assert refused.value.code == "not_in_review"


def test_asking_for_changes_returns_the_text_with_an_open_remark(in_review: Variant, bob: User, alice: User) -> None:
    reviewing.request_changes(
        variant=in_review, gate_code="scientific", digest=in_review.digest, note="أثبت الإحالة", actor=actor_of(bob)
    )
    back = Variant.objects.get(pk=in_review.pk)
    assert back.state == VariantState.CHANGES
    assert Remark.objects.get(variant=back).text == "أثبت الإحالة"
    assert Notice.objects.get(user=alice, kind="changes").body == "أثبت الإحالة"


def test_changes_are_not_asked_without_a_word(in_review: Variant, bob: User) -> None:
    with pytest.raises(Invalid) as refused:
        reviewing.request_changes(
            variant=in_review, gate_code="scientific", digest=in_review.digest, note="  ", actor=actor_of(bob)
        )
    assert refused.value.field == "note"


def test_after_changes_the_same_reviewer_may_sign_the_new_version(
    in_review: Variant, content: Content, alice: User, bob: User, basma: User
) -> None:
    reviewing.request_changes(
        variant=in_review, gate_code="scientific", digest=in_review.digest, note="أصلح", actor=actor_of(bob)
    )
    write(content, alice, "نص أُصلح")
    again = up(in_review, alice)
    sign(again, bob, "scientific")
    assert sign(again, basma, "language").state == VariantState.APPROVED


def test_the_same_bytes_can_be_submitted_again_after_changes_were_asked(
    in_review: Variant, alice: User, bob: User, basma: User
) -> None:
    reviewing.request_changes(
        variant=in_review, gate_code="scientific", digest=in_review.digest, note="تحقق", actor=actor_of(bob)
    )
    again = up(in_review, alice)
    sign(again, bob, "scientific")
    assert sign(again, basma, "language").state == VariantState.APPROVED


def withdraw(variant: Variant, user: User, why: str = "رأيت خطأ") -> Variant:
    decision = Decision.objects.get(user=user, subject_id=str(variant.pk), subject_type="campaigns.variant")
    return reviewing.withdraw_signature(variant=variant, decision_id=decision.pk, why=why, actor=actor_of(user))


def test_withdrawing_a_signature_revokes_the_approval_and_voids_what_rests_on_it(
    approved: Variant, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(voiding, "approval_voided", [lambda variant, actor, why: told.append(why)])
    withdraw(approved, bob)
    back = Variant.objects.get(pk=approved.pk)
    assert back.state == VariantState.REVOKED
    assert told == ["revoked"]
    assert not is_signed(back)


def test_a_revoked_text_needs_only_the_withdrawn_signature_again(
    approved: Variant, alice: User, bob: User, basma: User
) -> None:
    withdraw(approved, bob)
    again = up(approved, alice)
    assert again.state == VariantState.IN_REVIEW
    assert sign(again, bob, "scientific").state == VariantState.APPROVED


def test_withdrawing_needs_a_reason(approved: Variant, bob: User) -> None:
    with pytest.raises(Invalid):
        withdraw(approved, bob, why=" ")


def test_the_outsider_withdraws_nobody_s_signature(approved: Variant, bob: User, charlie: User) -> None:
    decision = Decision.objects.filter(user=bob).get()
    with pytest.raises(NotFound):
        reviewing.withdraw_signature(variant=approved, decision_id=decision.pk, why="x", actor=actor_of(charlie))


def test_another_variant_s_signature_is_not_found_here(
    approved: Variant, campaign: object, mounir: User, bob: User
) -> None:
    brief = Decision.objects.get(user=mounir)
    with pytest.raises(NotFound):
        reviewing.withdraw_signature(variant=approved, decision_id=brief.pk, why="x", actor=actor_of(bob))


def test_bytes_that_were_signed_before_are_approved_when_they_come_back(
    approved: Variant, content: Content, alice: User
) -> None:
    signed = content.__class__.objects.get(pk=content.pk).draft
    write(content, alice, "شيء آخر")
    assert Variant.objects.get(pk=approved.pk).state == VariantState.DRAFT
    write(content, alice, document=signed)
    assert up(approved, alice).state == VariantState.APPROVED


def test_a_look_gives_the_payload_looked_at_before(
    in_review: Variant, content: Content, alice: User, bob: User
) -> None:
    first = in_review.payload
    assert reviewing.look(variant=in_review, actor=actor_of(bob)) is None
    assert reviewing.look(variant=in_review, actor=actor_of(bob)) is None
    write(content, alice, "نص جديد")
    again = up(in_review, alice)
    assert reviewing.look(variant=again, actor=actor_of(bob)) == first
    assert reviewing.look(variant=again, actor=actor_of(bob)) == first
    assert Look.objects.filter(user=bob).count() == 2


def test_every_act_of_review_stands_in_the_trail(approved: Variant, bob: User) -> None:
    withdraw(approved, bob)
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"variant.in_review", "gate.approved", "variant.approved", "gate.revoked", "variant.revoked"} <= verbs


def test_an_institution_has_its_gates_once(rabita: object, db: None) -> None:
    from accounts.models import Organisation

    assert isinstance(rabita, Organisation)
    first = reviewing.ensure_gates(rabita.pk, "variant")
    assert [gate.code for gate in first] == ["scientific", "language"]
    assert reviewing.ensure_gates(rabita.pk, "variant") == first


@pytest.mark.parametrize("table", ["campaigns_payload", "campaigns_revision"])
@pytest.mark.parametrize("act", ["UPDATE {} SET created_at = created_at", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_put_up(approved: Variant, table: str, act: str) -> None:
    from django.db import DatabaseError, connection, transaction

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))


def test_submitting_a_withdrawn_text_is_refused(variant: Variant, alice: User) -> None:
    drafting.withdraw_variant(variant=variant, actor=actor_of(alice))
    with pytest.raises(Invalid) as refused:
        submitting.submit(variant=variant, actor=actor_of(alice))
    assert refused.value.code == "withdrawn"


def test_a_signed_gate_takes_no_request_for_changes_and_another_gate_does(
    in_review: Variant, bob: User, basma: User, alice: User
) -> None:
    sign(in_review, bob, "scientific")
    digest, note = in_review.digest, "راجع الشاهد"
    actor = actor_of(basma)
    with pytest.raises(StaleState) as refused:
        reviewing.request_changes(variant=in_review, gate_code="scientific", digest=digest, note=note, actor=actor)
    assert refused.value.code == "already_signed"
    back = reviewing.request_changes(variant=in_review, gate_code="language", digest=digest, note=note, actor=actor)
    assert back.state == VariantState.CHANGES
    again = up(in_review, alice)
    assert sign(again, basma, "language").state == VariantState.APPROVED
