"""What a worker reads of a delivery: the row, locked, with all that its next step looks at, by one statement.

What is annotated tells whether there is anything to look for at all, so that clearing.py asks no further in vain. Each
statement sees what was committed when it began: the sending lock is taken before.
"""

from django.db.models import BinaryField, Exists, OuterRef, Q, QuerySet, Subquery

from campaigns.models import Messenger, MessengerKind, Variant
from chain.compiled import Compiled
from chain.models import Hold, HoldState
from chain.reviewing import all_signed
from publishing.models import Application, Breaker, Delivery, HostBreaker, Part

NEEDED = (
    "organisation_id", "state", "due_at", "not_before", "lease_until", "attempts_made", "lateness_policy",
    "lateness_minutes", "payload__digest", "payload__canonical", "variant__organisation_id", "variant__state",
    "variant__payload_id", "campaign__state", "campaign__time_zone", "campaign__lateness_policy",
    "campaign__lateness_minutes", "channel__organisation_id", "channel__network", "channel__server_url",
    "channel__state", "channel__remote_id", "channel__handle", "channel__limits", "channel__not_before",
    "channel__spacing_minutes", "channel__quota_left", "channel__quota_of", "channel__quota_until",
    "channel__quota_at", "channel__credential__channel_id", "channel__credential__sealed",
    "channel__credential__expires_at", "channel__credential__renew_at", "channel__breaker__channel_id",
    "channel__breaker__opened_at", "channel__breaker__probe_after",
)  # fmt: skip
"""Whatever else somebody asks of the row is read then, on the rare roads that ask it."""


def row_to_claim(delivery_id: int) -> QuerySet[Delivery]:
    in_force = Hold.objects.filter(organisation_id=OuterRef("organisation_id"), state=HoldState.ACTIVE)
    speaking = Messenger.objects.filter(campaigns=OuterRef("campaign_id"))
    stopped = HostBreaker.objects.filter(server_url=OuterRef("channel__server_url"), opened_at__isnull=False)
    same = {name: OuterRef(f"channel__{name}") for name in ("organisation_id", "network", "server_url")}
    return (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("payload", "variant", "campaign", "channel__credential", "channel__breaker")
        .only(*NEEDED)
        .annotate(
            has_holds=Exists(in_force),
            has_signatures=all_signed(
                Variant, organisation="organisation_id", pk="variant_id", digest="payload__digest"
            ),
            needs_consent=Exists(speaking.exclude(kind=MessengerKind.INSTITUTION, withdrawn_at=None)),
            has_stopped_host=Exists(stopped),
            application_sealed=Subquery(
                Application.objects.filter(**same).order_by().values("sealed")[:1], output_field=BinaryField(null=True)
            ),
        )
        .order_by()
        .filter(pk=delivery_id)
    )


def row_to_record(delivery_id: int) -> QuerySet[Delivery]:
    of_channel = Breaker.objects.filter(channel_id=OuterRef("channel_id"), failures__gt=0)
    of_host = HostBreaker.objects.filter(server_url=OuterRef("channel__server_url"), failures__gt=0)
    return (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("channel")
        .only("organisation_id", "state", "attempts_made", "channel__organisation_id", "channel__server_url")
        .annotate(has_failures=Q(Exists(of_channel)) | Q(Exists(of_host)))
        .order_by()
        .filter(pk=delivery_id)
    )


to_claim = Compiled(row_to_claim)
"""The delivery of that number, locked, with everything that clearance and the send look at; [] where there is none."""
to_record = Compiled(row_to_record)
"""The same with what recording an answer needs; `has_failures` where a breaker counted one."""
parts_of = Compiled(lambda delivery_id: Part.objects.filter(delivery_id=delivery_id).order_by("position"))
lock_parts_of = Compiled(
    lambda delivery_id: Part.objects.select_for_update().filter(delivery_id=delivery_id).order_by("position")
)
