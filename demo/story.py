"""Brings the demonstration to life: brief signed, file imported, texts written on, reviewed, signed, released.

Each step is an action of the product, done by the person whose work it is; nothing writes a state. It happens once: a
campaign that stands is left to the people who work in it.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from campaigns.documents import Block, Text, Verse
from campaigns.drafting import add_variant
from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Content, Variant
from campaigns.rendering import document_of
from campaigns.reviewing import request_changes, sign
from campaigns.submitting import submit_all
from chain.actors import Actor
from demo import authoring, brief, cast, channels, opening, plate
from demo.opening import Ground
from demo.people import actor_of
from publishing.models import Channel
from publishing.scheduling import schedule
from publishing.slots import plan
from publishing.timing import moment

CONTENTS = "contents.csv"
FILE = brief.FOLDER / CONTENTS
FIRST_OUT = timedelta(seconds=40)
BETWEEN = timedelta(seconds=35)
"""The first texts go out one after the other while the newcomer looks around."""

REMARK = (
    "العبارة الأخيرة تقرر أن السلم مطلوب لذاته، وهذا يحتاج إلى سند لا تحمله الآية وحدها. "
    "الأسلم الوقوف عند دلالتها: إذا مالوا إلى السلم فاقبله وتوكل على الله."
)


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
BY_HAND = ("jihad-02", "ar")
"""The text that also goes, by a person's hand, to the channel without an interface."""
SPREAD = ("jihad-01", "ar")
SPREAD_WORDS = "نزلت هذه الآية بمكة والمسلمون قلة لم يؤذن لهم في قتال، فسمت البلاغ بالقرآن جهادا كبيرا:"
"""The text that also goes, in fewer words, to the house's channels on other networks."""
OUT_AS_PLANNED = (("jihad-04", "ar"),)
LATER = (("jihad-10", "ar"), ("hakimiyya-10", "ar"), ("dawla-04", "ar"), ("jizya-06", "ar"))
"""Signed texts of the coming weeks, each on every channel of the house that has room for it."""
SIGNED = (("hakimiyya-03", "ar"),)
HALF_SIGNED = (("hakimiyya-02", "ar"), ("hakimiyya-01", "fr"))
SUBMITTED = (("hakimiyya-04", "ar"), ("jihad-04", "fr"), ("qital-06", "ar"))
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

    def contents(self) -> list[Content]:
        """Those of the file of today."""
        made = Content.objects.filter(campaign=self.campaign)
        return [content for content in made.order_by("pk") if (content.reference, content.language) in of_today()]

    def variant(self, key: tuple[str, str]) -> Variant:
        """The one that the file brought in."""
        return self.content(key).variants.select_related("payload", "content").earliest("pk")

    def spread(self) -> list[Variant]:
        """Those for the house's channels on other networks, where there are any."""
        own = self.content(SPREAD).variants.select_related("payload", "content").order_by("pk")
        return list(own.filter(channel__in=channels.elsewhere(self.campaign.organisation)))

    def variant_by_hand(self) -> Variant | None:
        """The one for the channel that people post on, where there is such a channel."""
        own = self.content(BY_HAND).variants.select_related("payload", "content")
        return own.filter(channel__posters__isnull=False).distinct().first()


@cache
def of_today() -> set[tuple[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return {(row["reference"], row["language"]) for row in csv.DictReader(file)}


def stands(institution: Organisation | None) -> bool:
    """Whether the story was played."""
    return Campaign.objects.filter(organisation=institution, code=brief.CODE).exists()


def tell(institution: Organisation) -> None:
    """Play it without any past: everything begins today. All of it or nothing."""
    with transaction.atomic():
        today = today_in(institution)
        ground = opening.prepare(institution, today)
        campaign = opening.present_campaign(ground, today)
        get_ready(troupe_of(institution, campaign))
        present(ground, campaign)


def today_in(institution: Organisation) -> date:
    return timezone.localdate(timezone=ZoneInfo(institution.time_zone))


def get_ready(troupe: Troupe) -> None:
    """The file is imported, written on, and what will go out is signed."""
    opening.bring_in(troupe.campaign, CONTENTS)
    write_on(troupe)
    for key in (*OUT_SOON, *OUT_AS_PLANNED, *SIGNED, *LATER):
        submit_all(content=troupe.content(key), actor=troupe.author)
        sign_whole(troupe.content(key), troupe)


def present(ground: Ground, campaign: Campaign) -> None:
    """What a newcomer finds under way: texts at every stage, the first about to go out, and plans for four weeks."""
    troupe = troupe_of(ground.institution, campaign)
    review(troupe)
    release(troupe)
    plan_ahead(troupe)
    opening.coming_campaigns(ground, today_in(ground.institution))


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
    for key in LATER:
        authoring.spread(troupe.content(key), author=troupe.author, by_hand=key == LATER[0])
    channel = channels.by_hand(troupe.campaign.organisation)
    if channel is not None:
        add_variant(content=troupe.content(BY_HAND), channel=channel, actor=troupe.author)
    drawn = bool(WORDS[SPREAD].plate) and plate.can_draw()
    for channel in channels.elsewhere(troupe.campaign.organisation):
        if authoring.can_stand(channel, has_plate=drawn):
            add_variant(content=troupe.content(SPREAD), channel=channel, actor=troupe.author)
    spread = {variant.pk for variant in troupe.spread()}
    for content in troupe.contents():
        words = WORDS.get((content.reference, content.language), Words())
        if (content.reference, content.language) not in LATER:
            edit(content, words, troupe.author, spread)


def edit(content: Content, words: Words, author: Actor, spread: set[int]) -> None:
    """`spread` are the variants that say it in fewer words, with the same verse."""
    document = document_of(content)
    fewer: tuple[Block, ...] = (Text(SPREAD_WORDS), *(block for block in document.body if isinstance(block, Verse)))
    pictures = authoring.draw(content, words.plate, words.alt, author)
    own = {
        variant.pk: replace(
            document.of(variant.pk),
            tags=words.tags,
            media=pictures,
            blocks=fewer if variant.pk in spread else None,
            options=authoring.answers(variant.channel),
        )  # fmt: skip
        for variant in content.variants.select_related("channel")
    }
    authoring.keep(content, replace(document, variants=own), author)


# Reviewing


def review(troupe: Troupe) -> None:
    """What is still before the reviewers."""
    for key in (*HALF_SIGNED, *SUBMITTED, *SENT_BACK):
        submit_all(content=troupe.content(key), actor=troupe.author)
    for key in HALF_SIGNED:
        put_signature(troupe.variant(key), "scientific", troupe.scientific)
    for key in SENT_BACK:
        variant = troupe.variant(key)
        request_changes(
            variant=variant, gate_code="scientific", digest=variant.digest, note=REMARK, actor=troupe.scientific
        )


def sign_whole(content: Content, troupe: Troupe) -> None:
    for gate, reviewer in (("scientific", troupe.scientific), ("language", troupe.language)):
        for variant in content.variants.filter(state=VariantState.IN_REVIEW).select_related("payload", "content"):
            put_signature(variant, gate, reviewer)


def put_signature(variant: Variant, gate: str, reviewer: Actor) -> None:
    sign(variant=variant, gate_code=gate, digest=variant.digest, actor=reviewer)


# Releasing


def release(troupe: Troupe, now: Callable[[], datetime] = timezone.now) -> None:
    began = now()
    if by_hand := troupe.variant_by_hand():
        schedule(variant=by_hand, due_at=began + FIRST_OUT, actor=troupe.coordinator)
    for place, key in enumerate(OUT_SOON):
        schedule(variant=troupe.variant(key), due_at=began + FIRST_OUT + place * BETWEEN, actor=troupe.coordinator)
    for place, variant in enumerate(troupe.spread()):
        schedule(variant=variant, due_at=began + FIRST_OUT + (place + 0.5) * BETWEEN, actor=troupe.coordinator)
    for key in OUT_AS_PLANNED:
        variant = troupe.variant(key)
        schedule(variant=variant, due_at=variant.planned_at or began + timedelta(days=1), actor=troupe.coordinator)
    for key in LATER:
        for variant in troupe.content(key).variants.all():
            schedule(variant=variant, due_at=variant.planned_at or began + timedelta(days=7), actor=troupe.coordinator)


def plan_ahead(troupe: Troupe) -> None:
    """Places on the calendar that wait for their texts, on the house's channels in turn."""
    house = troupe.campaign.organisation
    own = list(Channel.objects.filter(organisation=house, language="ar").order_by("pk"))
    zone = troupe.campaign.time_zone
    for place, slot in enumerate(authoring.words()["slots"]):
        day = today_in(house) + timedelta(days=slot["day"])
        plan(
            campaign=troupe.campaign,
            channel=own[place % len(own)],
            due_at=moment(day, time(slot["hour"]), zone),
            title=slot["title"],
            note=slot.get("note", ""),
            actor=troupe.coordinator,
        )
