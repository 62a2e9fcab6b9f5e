"""Plays three months of the institution's past, act by act, each by the person whose work it is and at its own time.

Everything is done by the actions that people use and the functions that workers call, against the simulated networks,
which live at the same moved time. Two weeks are enough for a test: campaigns that began before are left out.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from analytics.entering import enter_figures
from campaigns.briefs import close_campaign
from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, Content, Variant
from campaigns.programmes import edit_programme, goals_of
from campaigns.reviewing import sign
from campaigns.submitting import submit, submit_all
from chain.actors import Actor
from chain.notices import read_all
from demo import authoring, brief, cast, channels, hands, machine, opening, story
from demo.agenda import Agenda
from demo.cast import Player
from demo.clock import Times
from demo.opening import Ground
from demo.people import actor_of
from publishing import freezing
from publishing.connecting_by_hand import confirm_disclosure
from publishing.handing import handover_in
from publishing.lifecycle import DeliveryState, HoldReason, PartState
from publishing.models import Delivery, Handover, Part
from publishing.posting import confirm_posted, could_not, open_package
from publishing.scheduling import move, schedule
from publishing.settling import take_down

DAYS = 92
PRESENT_SINCE = 45
"""For so many days the present campaign has been under way; the first ended the day before it."""
LASTS = timedelta(days=90)
WEEK = 7

FAULTS: dict[str, dict[str, Any]] = {
    "qital-03": {"kind": "media_refused"},
    "hakimiyya-06": {"kind": "rate_limited", "route": "publish", "seconds": 900},
    "jihad-07": {"kind": "drop_answer", "route": "publish"},
}
"""What goes wrong on the networks when these go out: a picture refused, a quota spent, an answer lost on its way."""

NO_SIGNAL = "jizya-02"
NO_SIGNAL_WHY = "انقطع الاتصال بالشبكة عن الهاتف قبل النشر، ولم ينشر شيء."
READ_AFTER = (1, 4, 12)
"""Days after which the figures of a post made by hand are read off."""

CORRECTED = "khilafa-01"
CORRECTED_WHY = "سقطت جملة الختام من النص المنشور، فحذف ليعاد مصححا."
ENDING = "فمن خلف في الأرض أصلح ولم يفسد."
TAKEN_DOWN = "jizya-04"
TAKEN_DOWN_WHY = "اختصار النص في هذه القناة يوهم غير المراد. بقيت الصيغة الكاملة في القنوات الأخرى."
FROZEN, RESUMED = 19, 22
"""Days of the present campaign between which publishing stood still."""
MOURNING = "حادث أليم في البلاد: يتوقف النشر احتراما إلى أن يتفق مسؤولان على استئنافه."


def play(institution: Organisation, times: Times, days: int, say: Callable[[str], object]) -> tuple[Ground, Campaign]:
    """From the first day to the present; the ground and the campaign that is under way then."""
    past = Past(institution, times, days, say)
    past.agenda.run()
    machine.collect()
    machine.close_the_day()
    assert past.ground is not None
    return past.ground, Campaign.objects.get(organisation=institution, code=brief.CODE)


class Past:
    """Who does what when. Days count from the first one."""

    def __init__(self, institution: Organisation, times: Times, days: int, say: Callable[[str], object]) -> None:
        self.institution, self.times, self.say = institution, times, say
        self.days = days
        self.ground: Ground | None = None
        self.asked: set[int] = set()
        self.began = timezone.localdate()
        self.agenda = Agenda(times, institution.time_zone, self.began, self.hand_out)
        self.agenda.on(0, 9, 0, self.open_programme)
        for day in range(days + 1):
            self.agenda.on(day, 9, 30, self.look_after_failures)
            self.agenda.on(day, 22, 0, self.end_day)
        for day in range(WEEK - 1, days, WEEK):
            self.agenda.on(day, 11, 45, self.confirm_disclosure)
            self.agenda.on(day, 22, 5, self.tell)
        self.agenda.on(max(1, days - 9), 15, 0, self.say_what_is_reached)
        self.plan_campaigns()

    def plan_campaigns(self) -> None:
        present = max(0, self.days - PRESENT_SINCE)
        if present:
            self.agenda.on(1, 10, 0, self.open_first)
            self.agenda.on(31, 12, 0, self.take_down)
            self.agenda.on(present + 1, 10, 0, self.close_first)
        self.agenda.on(present, 10, 30, self.open_present)
        self.agenda.on(present + 17, 10, 0, self.correct)
        if present + RESUMED < self.days:
            self.agenda.on(present + FROZEN, 10, 20, self.freeze)
            self.agenda.on(present + RESUMED, 9, 5, self.resume)
        self.agenda.on(max(present, self.days - 1), 14, 0, self.get_ready)

    def who(self, player: Player) -> Actor:
        return actor_of(self.institution, player)

    def today(self) -> date:
        return timezone.localdate(timezone=self.agenda.zone)

    # Campaigns

    def open_programme(self) -> None:
        self.ground = opening.prepare(self.institution, self.today())

    def open_first(self) -> None:
        assert self.ground is not None
        ends = self.began + timedelta(days=self.days - PRESENT_SINCE)
        self.take_up(opening.first_campaign(self.ground, self.today(), ends), "first.csv")

    def open_present(self) -> None:
        assert self.ground is not None
        today = self.today()
        self.take_up(opening.present_campaign(self.ground, today, today + LASTS), "second.csv")

    def get_ready(self) -> None:
        """The texts that a newcomer will see go out were written and signed the day before."""
        assert self.ground is not None
        campaign = Campaign.objects.get(organisation=self.institution, code=brief.CODE)
        story.get_ready(story.troupe_of(self.institution, campaign))

    def close_first(self) -> None:
        code = brief.programme()["campaigns"]["first"]["code"]
        first = Campaign.objects.get(organisation=self.institution, code=code)
        close_campaign(campaign=first, actor=self.who(cast.COORDINATOR), why="انتهت مدتها، ونشر كل ما فيها.")

    def say_what_is_reached(self) -> None:
        assert self.ground is not None
        programme = self.ground.programme
        said = [goal.get("reached", "") for goal in brief.programme()["programme"]["goals"]]
        goals = [{**goal, "reached": reached} for goal, reached in zip(goals_of(programme), said, strict=True)]
        coordinator = self.who(cast.COORDINATOR)
        edit_programme(programme=programme, changes={"goals": goals}, version=programme.version, actor=coordinator)

    # Texts: two days before their time they are written, signed at both gates and given their time

    def take_up(self, campaign: Campaign, file: str) -> None:
        opening.bring_in(campaign, file)
        for place, content in enumerate(campaign.contents.order_by("pk")):
            planned = self.planned(content)
            morning = planned.astimezone(self.agenda.zone).replace(hour=9, minute=10) - timedelta(days=2)
            by_hand = content.language == "ar" and (place % 3 == 1 or content.reference == NO_SIGNAL)
            self.agenda.at(max(morning, timezone.now()), partial(self.write, content.pk, by_hand=by_hand))
            if content.language == "ar" and (fault := FAULTS.get(content.reference)):
                self.agenda.at(planned - timedelta(minutes=1), partial(self.times.networks.arm, **fault))

    def planned(self, content: Content) -> datetime:
        """When the file says that it goes out on its first channel."""
        at = content.variants.earliest("pk").planned_at
        assert at is not None
        return at

    def write(self, content_id: int, *, by_hand: bool) -> None:
        author, content = self.who(cast.AUTHOR), Content.objects.get(pk=content_id)
        authoring.spread(content, author=author, by_hand=by_hand, is_served=False)
        submit_all(content=content, actor=author)
        self.have_signed(content)
        self.agenda.after(timedelta(minutes=175), partial(self.give_times, content))

    def have_signed(self, content: Content) -> None:
        self.agenda.after(timedelta(minutes=55), partial(self.sign_all, content, "scientific", cast.SCIENTIFIC))
        self.agenda.after(timedelta(minutes=130), partial(self.sign_all, content, "language", cast.LANGUAGE))

    def sign_all(self, content: Content, gate: str, reviewer: Player) -> None:
        up = content.variants.filter(state=VariantState.IN_REVIEW).select_related("payload", "content")
        for variant in up:
            sign(variant=variant, gate_code=gate, digest=variant.digest, actor=self.who(reviewer))

    def give_times(self, content: Content) -> None:
        for variant in content.variants.filter(state=VariantState.APPROVED):
            due_at = variant.planned_at or self.planned(content)
            schedule(variant=variant, due_at=due_at, actor=self.who(cast.COORDINATOR))

    # The coordinator's mornings

    def look_after_failures(self) -> None:
        """What failed, or was held by a freeze that is over, gets another time."""
        coordinator = self.who(cast.COORDINATOR)
        own = Delivery.objects.filter(organisation=self.institution).select_related("variant__payload", "campaign")
        waiting = list(own.filter(state=DeliveryState.FAILED))
        if not freezing.in_force(self.institution.pk).exists():
            waiting += own.filter(state=DeliveryState.HELD, hold_reason=HoldReason.INCIDENT)
        for place, delivery in enumerate(waiting):
            move(delivery=delivery, due_at=timezone.now() + timedelta(hours=2, minutes=25 * place), actor=coordinator)

    def freeze(self) -> None:
        freezing.freeze(actor=self.who(cast.MANAGER), scope="everything", reason=MOURNING)

    def resume(self) -> None:
        """Proposed by one, confirmed by another; what was held is given new times by a person."""
        for hold in freezing.in_force(self.institution.pk):
            freezing.propose_resume(hold=hold, actor=self.who(cast.SECOND_MANAGER))
            freezing.confirm_resume(hold=hold, actor=self.who(cast.COORDINATOR))

    def confirm_disclosure(self) -> None:
        if channel := channels.by_hand(self.institution):
            confirm_disclosure(channel=channel, actor=self.who(cast.AUTHOR))

    # Corrections

    def out(self, reference: str) -> list[Delivery]:
        published = Delivery.objects.filter(organisation=self.institution, state=DeliveryState.PUBLISHED)
        about = published.filter(variant__content__reference=reference, variant__content__language="ar")
        return list(about.select_related("variant__channel", "variant__content").order_by("variant_id"))

    def take_down(self) -> None:
        """One channel's shortened version goes for good."""
        for delivery in self.out(TAKEN_DOWN):
            if not authoring.is_roomy(delivery.variant.channel) and not authoring.is_own_text(delivery.variant):
                take_down(delivery=delivery, actor=self.who(cast.COORDINATOR), why=TAKEN_DOWN_WHY)

    def correct(self) -> None:
        """The first channel's text is deleted, mended, signed again and sent anew."""
        for delivery in self.out(CORRECTED)[:1]:
            take_down(delivery=delivery, actor=self.who(cast.COORDINATOR), why=CORRECTED_WHY)
            self.agenda.after(timedelta(minutes=40), partial(self.mend, delivery.variant_id))

    def mend(self, variant_id: int) -> None:
        author, variant = self.who(cast.AUTHOR), Variant.objects.select_related("content").get(pk=variant_id)
        authoring.correct(variant, ENDING, author=author)
        submit(variant=Variant.objects.get(pk=variant_id), actor=author)
        self.have_signed(variant.content)
        self.agenda.after(timedelta(minutes=175), partial(self.send_anew, variant_id))

    def send_anew(self, variant_id: int) -> None:
        due_at = timezone.now() + timedelta(hours=2)
        schedule(variant=Variant.objects.get(pk=variant_id), due_at=due_at, actor=self.who(cast.COORDINATOR))

    # By hand

    def hand_out(self) -> None:
        """Whatever was put into somebody's hands is posted some minutes later."""
        waiting = Handover.objects.filter(until__isnull=False, part__state=PartState.PROCESSING)
        for handover in waiting.select_related("part"):
            key = handover.part.delivery_id
            if key not in self.asked:
                self.asked.add(key)
                self.agenda.after(timedelta(minutes=7), partial(self.post_by_hand, key))

    def post_by_hand(self, delivery_id: int) -> None:
        delivery = Delivery.objects.select_related("channel", "variant__content").get(pk=delivery_id)
        handover, author = handover_in(delivery), self.who(cast.AUTHOR)
        if handover is None:
            return
        if delivery.variant.content.reference == NO_SIGNAL and delivery.attempts_made == 1:
            could_not(delivery=delivery, actor=author, why=NO_SIGNAL_WHY)
            self.asked.discard(delivery_id)
            return
        package = open_package(delivery=delivery, actor=author)
        permalink = hands.post(package.share_link, cast.BY_HAND.handle, package.text)
        confirm_posted(delivery=delivery, actor=author, permalink=permalink)
        for days in READ_AFTER:
            self.agenda.after(timedelta(days=days, hours=1), partial(self.read_off, handover.part_id))

    def read_off(self, part_id: int) -> None:
        part = Part.objects.select_related("delivery__channel").get(pk=part_id)
        figures = dict(zip(("views", "reactions", "shares"), hands.read_figures(part.permalink), strict=True))
        enter_figures(part=part, figures=figures, read_at=timezone.now(), actor=self.who(cast.AUTHOR))

    # The end of a day

    def end_day(self) -> None:
        machine.collect()
        machine.close_the_day()
        for player in cast.PLAYERS:
            read_all(User.objects.get(email=player.email).pk)

    def tell(self) -> None:
        out = Delivery.objects.filter(organisation=self.institution, published_at__isnull=False).count()
        self.say(f"Playing the past: {self.today().isoformat()}, {out} posts are out")
