"""Corrections of what is live. Loaded by publishing/models.py, which names them nowhere else."""

from typing import ClassVar

from django.conf import settings
from django.db import models

OPEN = models.Q(done_at__isnull=True, ended_at__isnull=True)


class Correction(models.Model):
    """The words of a newer signed payload, to take the place of those that a live delivery shows.

    A worker is at it until `claimed_until`, and not before `not_before`. `done_at` once they stand there; `ended_at`
    where it was given up, `code` says why (reasons.py).
    """

    delivery = models.ForeignKey("publishing.Delivery", models.CASCADE, related_name="corrections")
    payload = models.ForeignKey("campaigns.Payload", models.PROTECT, related_name="+")
    why = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    code = models.CharField(max_length=60, blank=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["delivery"], name="one_open_correction", condition=OPEN)
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.why[:60]}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.ended_at is None
