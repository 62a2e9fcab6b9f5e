"""What is taken away again, for walks over /api/v1/: contents taken back, posts to delete by hand, second copies."""

from django.utils import timezone

from campaigns.models import Revision
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery
from publishing.removal_models import Copy, Recall, Removal
from tests.api_cast import Sound, Work
from tests.deliveries import make_payload, mark_published, sign


def taken_away(work: Work) -> tuple[dict[str, list[int]], dict[str, Sound]]:
    now = timezone.now()
    out, twice = (mark_published(work.delivery(number), remote_id=str(number)) for number in (21, 22))
    removed, waiting = mark_published(work.delivery(23, work.by_hand), remote_id="23"), work.delivery(24)
    recall = Recall.objects.create(
        organisation=work.cast.house, content=out.variant.content, why="خطأ", by=work.cast.writer, at=now
    )
    copy = Copy.objects.create(part=twice.parts.get(), remote_id="2201", found_at=now)
    Delivery.objects.filter(pk=removed.pk).update(state=DeliveryState.DELETING)
    Removal.objects.create(part=removed.parts.get(), code="delete_by_hand", asked_at=now)
    wrong = newer_words(mark_published(work.delivery(25), remote_id="25"), work)
    sound = {
        "POST /deliveries/{id}/correct/": Sound({"why": "خطأ"}, {"id": wrong.pk}),
        "POST /recalls/": Sound({"content": waiting.variant.content_id, "why": "خطأ"}),
        "POST /deliveries/{id}/copy/": Sound({"copy": copy.pk, "answer": "second"}, {"id": twice.pk}),
        "POST /deliveries/{id}/deleted/": Sound({"position": 0}, {"id": removed.pk}),
    }
    return {"recall": [recall.pk], "delivery": [twice.pk, removed.pk, wrong.pk]}, sound


def newer_words(delivery: Delivery, work: Work) -> Delivery:
    """Since it went out its content has a newer version, signed at every gate."""
    variant, by = delivery.variant, work.cast.writer
    revision = Revision.objects.create(
        content=variant.content, number=2, document={}, created_by=by, created_at=timezone.now()
    )
    variant.payload = make_payload(variant, revision, ("نص مصوَّب",))
    variant.save(update_fields=["payload"])
    sign(variant, work.cast.first, work.cast.second)
    return delivery
