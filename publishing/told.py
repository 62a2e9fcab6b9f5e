"""What a network itself says with its answers: columns of the channel, written by quotas.py alone."""

from django.db import models
from django.utils import timezone


class ToldQuota(models.Model):
    """How much the network said last that it still takes, until when, and when it said so."""

    quota_left = models.PositiveIntegerField(null=True, blank=True)
    quota_of = models.PositiveIntegerField(null=True, blank=True)
    quota_until = models.DateTimeField(null=True, blank=True)
    quota_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def quota_share(self) -> float | None:
        """How much of it is left now, from 0 to 1; None where the network does not say, or its time is over."""
        if self.quota_left is None or not self.quota_of or self.quota_until is None:
            return None
        return None if self.quota_until <= timezone.now() else self.quota_left / self.quota_of
