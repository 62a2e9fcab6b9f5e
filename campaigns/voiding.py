"""What happens when an approval is void: whoever holds something that rests on it is called, in the same transaction.

Campaigns knows nothing of deliveries: publishing registers itself here when the applications are ready.
"""

from collections.abc import Callable

from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Variant
from chain.actors import Actor
from chain.engine import advance

approval_voided: list[Callable[[Variant, Actor, str], None]] = []
brief_withdrawn: list[Callable[[Campaign, Actor, str], None]] = []

SIGNED_OR_UP = (VariantState.IN_REVIEW, VariantState.CHANGES, VariantState.APPROVED, VariantState.REVOKED)
"""States in which some payload stands under people's eyes or signatures, so that an edit must take it back."""


def void(variant: Variant, *, actor: Actor, why: str) -> None:
    """Call everyone who relies on the approval. Inside the transaction of the act that voids it."""
    for relying in approval_voided:
        relying(variant, actor, why)


def stop(campaign: Campaign, *, actor: Actor, why: str) -> None:
    """Call everyone who relies on a campaign's signed brief. Inside the transaction of the act that withdraws it."""
    for relying in brief_withdrawn:
        relying(campaign, actor, why)


def back_to_draft(variant: Variant, *, actor: Actor, why: str) -> None:
    """The text under review or signed is no longer the text: signatures and what was scheduled under them are void."""
    digest = variant.digest
    advance(variant, VariantState.DRAFT, actor=actor, why=why, data={"digest": digest}, payload=None)
    void(variant, actor=actor, why=why)
