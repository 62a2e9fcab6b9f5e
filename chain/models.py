"""Events and their seals, gates and decisions over a digest, holds, notices, heartbeats and alarms."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chain.lifecycle import Lifecycle


class Event(models.Model):
    """One act. Rows are only ever added: a trigger refuses UPDATE and DELETE."""

    at = models.DateTimeField()
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=200)
    via = models.CharField(max_length=10)
    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=40)
    state_from = models.CharField(max_length=30, blank=True)
    state_to = models.CharField(max_length=30, blank=True)
    why = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "-id"], name="event_by_organisation"),
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject"),
        ]


class Seal(models.Model):
    """One event linked to the one sealed before it. `number` has no gaps: ids commit out of order, seals do not."""

    number = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()


class DayHead(models.Model):
    """The last seal of one UTC day, written when the day is over: what the public ledger shows and managers are mailed.

    Never changed: a trigger refuses UPDATE and DELETE, and whoever kept the mail can tell.
    """

    day = models.DateField(primary_key=True)
    number = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    kept_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-day"]


class Unsealed(models.Model):
    """The events still waiting for the sealer, so that it never searches the whole trail."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="+")


class Gate(models.Model):
    """A signature that something needs: `kind` says of what, `capability` who may give it."""

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="gates")
    kind = models.CharField(max_length=40)
    code = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField()
    capability = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "kind", "code"], name="one_gate_per_code"),
            models.UniqueConstraint(fields=["organisation", "kind", "position"], name="one_gate_per_position"),
        ]


class Verdict(models.TextChoices):
    APPROVED = "approved", _("Signed")
    CHANGES = "changes_requested", _("Changes requested")


class Decision(models.Model):
    """What one person decided at one gate about one exact digest. Only `revoked_at` is ever written later."""

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="decisions")
    digest = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=40)
    verdict = models.CharField(max_length=20, choices=Verdict)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions")
    role_label = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    answers: Any = models.JSONField(default=list)
    at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_why = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["digest"], name="decision_by_digest")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["gate", "digest", "subject_type", "subject_id"],
                condition=models.Q(verdict="approved", revoked_at__isnull=True),
                name="one_signature_per_gate",
            ),
            models.UniqueConstraint(
                fields=["user", "digest", "subject_type", "subject_id"],
                condition=models.Q(verdict="approved", revoked_at__isnull=True),
                name="nobody_signs_two_gates",
            ),
        ]


class HoldState(models.TextChoices):
    ACTIVE = "active", _("In force")
    RELEASED = "released", _("Lifted")


class Hold(models.Model):
    """A stop by scope: nothing within it goes out until two different people lift it."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle("hold", {"active": frozenset({"released"})})

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="holds")
    scope = models.CharField(max_length=20)
    scope_id = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=HoldState, default=HoldState.ACTIVE)
    reason = models.TextField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    first_agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    first_agreed_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    already_in = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["organisation", "state"], name="hold_in_force")]


class Notice(models.Model):
    """What one person must be told: shown in the app and mailed, once each."""

    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=300)
    once = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "once"], name="told_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["mailed_at"], name="notice_to_mail", condition=models.Q(mailed_at__isnull=True))
        ]


class Heartbeat(models.Model):
    """When a process last showed that it lives. The names are in chain/heartbeats.py."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()
    detail: Any = models.JSONField(default=dict)


class Alarm(models.Model):
    """Something that stopped, from when to when: one open at a time for a subject, so that it is told once."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, null=True, related_name="+")
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(ended_at__isnull=True), name="one_open_alarm"
            )
        ]
