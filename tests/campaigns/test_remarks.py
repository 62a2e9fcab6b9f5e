"""campaigns.remarks: said, told, settled once."""

import pytest

from accounts.models import User
from campaigns import remarks
from campaigns.access import remark_or_404
from campaigns.models import Variant
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.models import Notice
from tests.people import actor_of


def test_a_remark_is_told_to_the_writers_and_not_to_its_author(in_review: Variant, bob: User, alice: User) -> None:
    said = remarks.remark(variant=in_review, text=" أين الإحالة؟ ", quote="القتال", actor=actor_of(bob))
    assert (said.text, said.payload_id) == ("أين الإحالة؟", in_review.payload_id)
    assert Notice.objects.get(user=alice, kind="remark").body == "أين الإحالة؟"
    remarks.remark(variant=in_review, text="أجيب", actor=actor_of(alice))
    assert Notice.objects.filter(user=alice, kind="remark").count() == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001, "a\x00"])
def test_an_empty_or_endless_remark_is_refused(in_review: Variant, bob: User, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        remarks.remark(variant=in_review, text=text, actor=actor_of(bob))
    assert refused.value.field == "text"


def test_a_remark_is_settled_once(in_review: Variant, bob: User, alice: User) -> None:
    said = remarks.remark(variant=in_review, text="x", actor=actor_of(bob))
    assert remarks.settle(remark=said, actor=actor_of(alice)).settled_by == alice
    with pytest.raises(StaleState):
        remarks.settle(remark=said, actor=actor_of(bob))


def test_who_only_reads_neither_remarks_nor_settles(in_review: Variant, bob: User, nadia: User) -> None:
    with pytest.raises(NotAllowed):
        remarks.remark(variant=in_review, text="x", actor=actor_of(nadia))
    said = remarks.remark(variant=in_review, text="x", actor=actor_of(bob))
    with pytest.raises(NotAllowed):
        remarks.settle(remark=said, actor=actor_of(nadia))


def test_the_outsider_finds_no_remark(in_review: Variant, bob: User, charlie: User) -> None:
    said = remarks.remark(variant=in_review, text="x", actor=actor_of(bob))
    with pytest.raises(NotFound):
        remark_or_404(actor_of(charlie), said.pk)
    with pytest.raises(NotFound):
        remarks.settle(remark=said, actor=actor_of(charlie))
    with pytest.raises(NotFound):
        remarks.remark(variant=in_review, text="x", actor=actor_of(charlie))
