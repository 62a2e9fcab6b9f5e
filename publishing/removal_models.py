"""What takes posts away again: recalls of a content, posts that a person deletes by hand, second copies.

Loaded by publishing/models.py, which names them nowhere else.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models

USER = settings.AUTH_USER_MODEL


class Recall(models.Model):
    """One act that takes back all that went out of a content. What is signed anew after it is not touched."""

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="recalls")
    content = models.ForeignKey("campaigns.Content", models.PROTECT, related_name="recalls")
    why = models.CharField(max_length=500)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.content_id}: {self.why[:60]}"


class Removal(models.Model):
    """A live post that no machine can delete: whom we asked, and who said when that it is gone.

    `code` says why a person must (reasons.py); `done_at` is empty until somebody confirmed.
    """

    part = models.OneToOneField("publishing.Part", models.CASCADE, related_name="removal")
    person = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    done_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["asked_at"], name="removal_open", condition=models.Q(done_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.part_id}"


class Copy(models.Model):
    """A second post of a part on the network: a person says which of the two goes.

    `asked_at` is set while a worker is to delete it (under `claimed_until`), `code` where that failed; `gone_at` once
    it is deleted, by us or by hand; `kept_at` where a person let both stand.
    """

    part = models.ForeignKey("publishing.Part", models.CASCADE, related_name="copies")
    remote_id = models.CharField(max_length=200)
    permalink = models.URLField(max_length=500, blank=True)
    found_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    code = models.CharField(max_length=60, blank=True)
    gone_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["part", "remote_id"], name="one_row_per_copy")
        ]

    def __str__(self) -> str:
        return self.permalink or self.remote_id
