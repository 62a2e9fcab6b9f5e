"""State tables of campaigns and variants, as data for chain.advance."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from chain.lifecycle import Lifecycle


class CampaignState(models.TextChoices):
    DRAFT = "draft", _("Brief being written")
    IN_REVIEW = "in_review", _("Brief awaits a manager's signature")
    SIGNED = "signed", _("Brief signed")
    CLOSED = "closed", _("Closed")


CAMPAIGN = Lifecycle(
    "campaign",
    {
        "draft": frozenset({"in_review"}),
        "in_review": frozenset({"signed", "draft"}),
        "signed": frozenset({"draft", "closed"}),
    },
)


class VariantState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    CHANGES = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Signed")
    REVOKED = "revoked", _("Signature withdrawn")
    EXPIRED = "expired", _("Signature expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


VARIANT = Lifecycle(
    "variant",
    {
        "draft": frozenset({"in_review", "withdrawn"}),
        "in_review": frozenset({"approved", "changes_requested", "draft", "withdrawn"}),
        "changes_requested": frozenset({"in_review", "draft", "withdrawn"}),
        "approved": frozenset({"draft", "revoked", "expired", "withdrawn"}),
        "revoked": frozenset({"draft", "withdrawn"}),
        "expired": frozenset({"draft", "withdrawn"}),
    },
)
