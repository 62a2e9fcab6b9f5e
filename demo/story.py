"""Brings the demonstration to life: brief signed, file imported, texts written on, reviewed, signed, released.

Each step is an action of the product, done by the person whose work it is; nothing writes a state. It happens once: a
campaign that stands is left to the people who work in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from campaigns import media
from campaigns.briefs import create_campaign, sign_brief, submit_brief
from campaigns.documents import Picture
from campaigns.drafting import save_draft
from campaigns.importing import Report, import_contents
from campaigns.models import Campaign, Content, Variant
from campaigns.rendering import document_of
from campaigns.reviewing import request_changes, sign
from campaigns.submitting import submit_all
from chain.actors import Actor
from demo import brief, cast, plate
from demo.people import actor_of
from library.citing import add_claim
from publishing.scheduling import schedule

FILE = Path(__file__).parent / "contents.csv"
FIRST_OUT = timedelta(seconds=40)
BETWEEN = timedelta(seconds=35)
"""The first texts go out one after the other while the newcomer looks around."""

REMARK = (
    "العبارة الأخيرة تقرر أن السلم مطلوب لذاته، وهذا يحتاج إلى سند لا تحمله الآية وحدها. "
    "الأسلم الوقوف عند دلالتها: إذا مالوا إلى السلم فاقبله وتوكل على الله."
)


class DemoBroken(Exception):
    """The demonstration's own file does not pass the import."""


@dataclass(frozen=True)
class Words:
    """What the author adds to an imported text; `plate` is written large on a picture, `alt` describes it."""

    tags: tuple[str, ...] = ()
    plate: str = ""
    alt: str = ""


WORDS: dict[tuple[str, str], Words] = {
    ("jihad-01", "ar"): Words(
        ("الجهاد",),
        "الجهاد حجة وبيان",
        "لوحة خطية كتب عليها: الجهاد حجة وبيان، وتحتها اسم المؤسسة وعبارة عرض تجريبي.",
    ),
    ("jihad-02", "ar"): Words(("الجهاد",)),
    ("jihad-03", "ar"): Words(("الجهاد",)),
    ("jihad-04", "ar"): Words(("البر",)),
    ("hakimiyya-01", "ar"): Words(("الشورى",)),
    ("hakimiyya-03", "ar"): Words(
        (),
        "العدل ميزان كل حكم",
        "لوحة خطية كتب عليها: العدل ميزان كل حكم، وتحتها اسم المؤسسة وعبارة عرض تجريبي.",
    ),
    ("jihad-01", "fr"): Words(("jihad",)),
}

OUT_SOON = (("jihad-01", "ar"), ("jihad-01", "fr"), ("jihad-02", "ar"), ("jihad-03", "ar"), ("hakimiyya-01", "ar"))
OUT_AS_PLANNED = (("jihad-04", "ar"),)
SIGNED = (("hakimiyya-03", "ar"),)
HALF_SIGNED = (("hakimiyya-02", "ar"), ("hakimiyya-01", "fr"))
SUBMITTED = (("hakimiyya-04", "ar"), ("jihad-04", "fr"))
SENT_BACK = (("jihad-05", "ar"),)


@dataclass(frozen=True)
class Troupe:
    """The players as actors, and the imported contents by reference and language."""

    author: Actor
    scientific: Actor
    language: Actor
    coordinator: Actor
    campaign: Campaign

    def content(self, key: tuple[str, str]) -> Content:
        return Content.objects.get(campaign=self.campaign, reference=key[0], language=key[1])

    def variant(self, key: tuple[str, str]) -> Variant:
        return self.content(key).variants.select_related("payload", "content").get()


def tell(institution: Organisation) -> bool:
    """Play it unless it was played. False when the campaign stands already. All of it or nothing."""
    if Campaign.objects.filter(organisation=institution, code=brief.CODE).exists():
        return False
    with transaction.atomic():
        campaign = open_campaign(institution)
        record_claims(institution)
        bring_in(institution, campaign)
        troupe = troupe_of(institution, campaign)
        write_on(troupe)
        review(troupe)
        release(troupe)
    return True


def open_campaign(institution: Organisation) -> Campaign:
    """Written by the coordinator, signed by a manager who wrote none of it."""
    coordinator = actor_of(institution, cast.COORDINATOR)
    today = timezone.now().astimezone(ZoneInfo(institution.time_zone)).date()
    campaign = create_campaign(title=brief.title(), code=brief.CODE, changes=brief.brief(today), actor=coordinator)
    campaign = submit_brief(campaign=campaign, actor=coordinator)
    return sign_brief(campaign=campaign, digest=campaign.digest, actor=actor_of(institution, cast.MANAGER))


def record_claims(institution: Organisation) -> None:
    author = actor_of(institution, cast.AUTHOR)
    for claim in brief.claims():
        add_claim(**claim, actor=author)


def bring_in(institution: Organisation, campaign: Campaign) -> Report:
    """The file goes the way of every file. Raises DemoBroken, with what the report says, where a row is wrong."""
    actor = actor_of(institution, cast.SECRETARY)
    report = import_contents(content=FILE.read_bytes(), campaign=campaign, actor=actor, commit=True)
    if not report.is_kept:
        wrong = [f"{row.number} {row.reference}: {' '.join(map(str, row.said))}" for row in report.rows if row.said]
        raise DemoBroken("; ".join(wrong))
    return report


def troupe_of(institution: Organisation, campaign: Campaign) -> Troupe:
    return Troupe(
        author=actor_of(institution, cast.AUTHOR),
        scientific=actor_of(institution, cast.SCIENTIFIC),
        language=actor_of(institution, cast.LANGUAGE),
        coordinator=actor_of(institution, cast.COORDINATOR),
        campaign=campaign,
    )


# Writing


def write_on(troupe: Troupe) -> None:
    """The author takes the imported texts up: tags, a picture where there can be one."""
    for content in Content.objects.filter(campaign=troupe.campaign).order_by("pk"):
        words = WORDS.get((content.reference, content.language), Words())
        edit(content, words, troupe.author)


def edit(content: Content, words: Words, author: Actor) -> None:
    document = document_of(content)
    pictures = pictures_of(content, words, author)
    own = {
        variant.pk: replace(document.of(variant.pk), tags=words.tags, media=pictures)
        for variant in content.variants.all()
    }
    written = replace(document, variants=own)
    save_draft(content=content, document=written, base_version=content.draft_version, actor=author)
    content.contributors.add(author.user_id or 0)


def pictures_of(content: Content, words: Words, author: Actor) -> tuple[Picture, ...]:
    if not words.plate or not plate.can_draw():
        return ()
    drawn = plate.draw(words.plate, *cast.NAME.split(" · "))
    file = media.upload(
        organisation=content.organisation, file=BytesIO(drawn), name=f"{content.reference}.png", actor=author
    )
    return (Picture(file.pk, words.alt),)


# Reviewing


def review(troupe: Troupe) -> None:
    whole = (*OUT_SOON, *OUT_AS_PLANNED, *SIGNED)
    for key in (*whole, *HALF_SIGNED, *SUBMITTED, *SENT_BACK):
        submit_all(content=troupe.content(key), actor=troupe.author)
    for key in (*whole, *HALF_SIGNED):
        put_signature(troupe.variant(key), "scientific", troupe.scientific)
    for key in whole:
        put_signature(troupe.variant(key), "language", troupe.language)
    for key in SENT_BACK:
        variant = troupe.variant(key)
        request_changes(
            variant=variant, gate_code="scientific", digest=variant.digest, note=REMARK, actor=troupe.scientific
        )


def put_signature(variant: Variant, gate: str, reviewer: Actor) -> None:
    sign(variant=variant, gate_code=gate, digest=variant.digest, actor=reviewer)


# Releasing


def release(troupe: Troupe, now: Callable[[], datetime] = timezone.now) -> None:
    began = now()
    for place, key in enumerate(OUT_SOON):
        schedule(variant=troupe.variant(key), due_at=began + FIRST_OUT + place * BETWEEN, actor=troupe.coordinator)
    for key in OUT_AS_PLANNED:
        variant = troupe.variant(key)
        schedule(variant=variant, due_at=variant.planned_at or began + timedelta(days=1), actor=troupe.coordinator)
