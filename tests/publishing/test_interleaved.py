"""People and machines at one time, in any order: what was promised holds after every step.

A state machine draws scheduling, moves, holds, edits, revocations, new versions, corrections in place, crashes, lost,
late and refused answers, look-ups, settling by people and deletions. The network is a timeline in memory, so that each
step is judged against all of it.
SANAD_EXAMPLES asks for more histories than the suite's own few.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from campaigns.lifecycle import VariantState
from campaigns.models import Campaign, LatenessPolicy, Revision, Variant
from chain.actors import system_actor
from chain.engine import advance
from chain.errors import DomainError
from chain.models import Event
from networks.adapters.mastodon import Mastodon
from networks.errors import NotSent, OutcomeUnknown, Rejected, Unreachable
from networks.types import Lookup, Post, Published, Ready
from publishing import correcting, dispatching, publisher, reconciling, recording, scheduling, settling, sweeping
from publishing.frozen import posts_of
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Channel, Delivery, Part
from tests.deliveries import make_payload, make_variant, sign
from tests.people import People, actor_of

EXAMPLES = int(os.environ.get("SANAD_EXAMPLES", "12"))
STEPS = 25
OUT_IN = frozenset({"sending", "unconfirmed", "published", "deleting"})
"""Where a delivery may be whose post is live."""
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="the histories are the same on every database"),
]


class Killed(BaseException):
    """The end of a worker."""


@dataclass
class Timeline:
    """What the network has, by the key of the part: all it ever took, and what is live."""

    taken: dict[str, list[Published]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    fate: str = "answered"
    unanswered: list[tuple[str, Published]] = field(default_factory=list)

    def publish(self, ready: Ready, key: str) -> Published:
        if self.fate == "killed before":
            raise Killed
        if self.fate == "lost before":
            raise OutcomeUnknown("answer_timed_out")
        if self.fate == "asked to wait":
            raise NotSent("rate_limited", retry_after=60)
        if self.fate == "refused":
            raise Rejected("post_refused")
        number = str(1000 + sum(map(len, self.taken.values())))
        post = Published(number, f"https://social.test/@r/{number}", timezone.now())
        self.taken.setdefault(key, []).append(post)
        self.texts[key] = self.words[number] = ready.post.text
        if self.fate in ("killed after", "frozen"):
            self.unanswered += [(key, post)] if self.fate == "frozen" else []
            raise Killed
        if self.fate == "lost after":
            raise OutcomeUnknown("connection_broken")
        return post

    def find(self, _post: Post, key: str, _since: datetime) -> Lookup:
        if self.fate == "lost before":
            raise Unreachable("connection_refused")
        live = self.live(key)
        return Lookup(live[0] if live else None, complete=True, looked_at_count=len(live), others=tuple(live[1:]))

    def delete(self, remote_id: str) -> None:
        if self.fate == "lost before":
            raise Unreachable("connection_refused")
        self.deleted.add(remote_id)

    def edit(self, remote_id: str, post: Post) -> Published:
        if self.fate == "lost before":
            raise OutcomeUnknown("answer_timed_out")
        if self.fate == "refused":
            raise Rejected("post_refused")
        self.words[remote_id] = post.text
        if self.fate == "killed after":
            raise Killed
        if self.fate == "lost after":
            raise OutcomeUnknown("connection_broken")
        return Published(remote_id, f"https://social.test/@r/{remote_id}", timezone.now())

    def live(self, key: str) -> list[Published]:
        return [post for post in self.taken.get(key, []) if post.remote_id not in self.deleted]


FATES = (
    "answered", "answered", "answered", "killed before", "killed after", "frozen",
    "lost before", "lost after", "asked to wait", "refused",
)  # fmt: skip


def machine(people: People, campaign: Campaign, channel: Channel) -> type[RuleBasedStateMachine]:
    coordinator, author = actor_of(people.carla), system_actor("author", people.rabita.pk)

    class Histories(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.timeline = Timeline()
            self.variants: list[Variant] = []
            self.stack = ExitStack()
            self.clock = self.stack.enter_context(time_machine.travel(timezone.now(), tick=False))
            self.stack.enter_context(transaction.atomic())
            for name in ("publish", "find", "delete", "edit"):
                theirs = {"find": "find_published", "delete": "delete_post", "edit": "edit_post"}.get(name, name)
                mine = getattr(self.timeline, name)
                self.stack.enter_context(patch.object(Mastodon, theirs, lambda _self, *args, mine=mine: mine(*args)))

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.stack.close()

        def pick(self, which: int, *states: str) -> Delivery | None:
            found = list(Delivery.objects.filter(variant__in=self.variants, state__in=states).order_by("pk"))
            return found[which % len(found)] if found else None

        # People

        @rule()
        def write_and_sign(self) -> None:
            text = f"نص {len(self.variants)}"
            self.variants.append(
                sign(make_variant(campaign, channel, people.alice, texts=(text,)), people.bob, people.basma)
            )

        @rule(which=st.integers(0, 9), minutes=st.sampled_from([0, 0, 1, 30]))
        def schedule(self, which: int, minutes: int) -> None:
            if self.variants:
                with suppress(DomainError):
                    variant = Variant.objects.get(pk=self.variants[which % len(self.variants)].pk)
                    due_at = timezone.now() + timedelta(minutes=minutes)
                    scheduling.schedule(variant=variant, due_at=due_at, actor=coordinator)

        @rule(which=st.integers(0, 9), to=st.sampled_from([VariantState.DRAFT, VariantState.REVOKED]))
        def edit_or_revoke(self, which: int, to: VariantState) -> None:
            if self.variants:
                variant = Variant.objects.get(pk=self.variants[which % len(self.variants)].pk)
                if variant.state == VariantState.APPROVED:
                    advance(variant, to, actor=author)
                    scheduling.void_deliveries(variant, author, "changed")

        @rule(which=st.integers(0, 9))
        def sign_anew(self, which: int) -> None:
            """The text is written anew, and the new version signed at every gate."""
            if self.variants:
                variant = Variant.objects.get(pk=self.variants[which % len(self.variants)].pk)
                number = variant.content.revisions.count() + 1
                revision = Revision.objects.create(
                    content=variant.content, number=number, document={}, created_by=people.alice,
                    created_at=timezone.now(),
                )  # fmt: skip
                if variant.state == VariantState.APPROVED:
                    advance(variant, VariantState.DRAFT, actor=author)
                    scheduling.void_deliveries(variant, author, "changed")
                elif variant.state == VariantState.REVOKED:
                    advance(variant, VariantState.DRAFT, actor=author)
                variant.payload = make_payload(variant, revision, (f"نص {variant.pk}، نسخة {number}",))
                variant.save(update_fields=["payload"])
                for state in (VariantState.IN_REVIEW, VariantState.APPROVED):
                    advance(variant, state, actor=author)
                sign(variant, people.bob, people.basma)

        @rule(which=st.integers(0, 9))
        def correct(self, which: int) -> None:
            if delivery := self.pick(which, "published"):
                with suppress(DomainError):
                    correcting.correct(delivery=delivery, why="سبب", actor=coordinator)

        @rule(which=st.integers(0, 9), act=st.sampled_from(["move", "hold", "cancel"]))
        def change_plans(self, which: int, act: str) -> None:
            if delivery := self.pick(which, "pending", "held", "failed", "unconfirmed", "published"):
                with suppress(DomainError):
                    if act == "move":
                        at = timezone.now() + timedelta(minutes=5)
                        scheduling.move(delivery=delivery, due_at=at, actor=coordinator)
                    elif act == "hold":
                        scheduling.hold(delivery=delivery, actor=coordinator, why="سبب")
                    else:
                        scheduling.cancel(delivery=delivery, actor=coordinator)

        @rule(which=st.integers(0, 9))
        def settle_as_it_is(self, which: int) -> None:
            """A person looks at the account and says what is there."""
            if delivery := self.pick(which, "unconfirmed"):
                live = self.timeline.live(delivery.parts.get().key)
                with suppress(DomainError):
                    if live:
                        link = f"{channel.server_url}/@rabita/{live[0].remote_id}"
                        settling.confirm_live(delivery=delivery, permalink=link, actor=coordinator)
                    else:
                        settling.send_again(delivery=delivery, actor=coordinator)

        @rule(which=st.integers(0, 9))
        def take_down(self, which: int) -> None:
            if delivery := self.pick(which, "published"):
                settling.take_down(delivery=delivery, actor=coordinator, why="سبب")

        # Machines

        @rule(fate=st.sampled_from(FATES))
        def publish_what_is_due(self, fate: str) -> None:
            self.timeline.fate = fate
            for delivery_id in dispatching.mark_due():
                with suppress(Killed):
                    publisher.publish(delivery_id)

        @rule(fate=st.sampled_from(FATES))
        def correct_what_is_asked(self, fate: str) -> None:
            self.timeline.fate = fate
            for correction_id in correcting.claim():
                with suppress(Killed):
                    correcting.carry_out(correction_id)

        @rule(minutes=st.sampled_from([1, 1, 3, 20]))
        def time_passes(self, minutes: int) -> None:
            self.clock.shift(timedelta(minutes=minutes))

        @rule(fate=st.sampled_from(["answered", "answered", "lost before"]))
        def sweep_and_look(self, fate: str) -> None:
            self.timeline.fate = fate
            sweeping.sweep_lapsed()
            for delivery in sweeping.claim_checks():
                reconciling.reconcile(delivery.pk)
            for delivery_id in settling.claim_deletions():
                settling.delete(delivery_id)

        @rule()
        def a_frozen_worker_wakes(self) -> None:
            if self.timeline.unanswered:
                key, post = self.timeline.unanswered.pop(0)
                part = Part.objects.select_related("delivery").get(key=key)
                attempt = Attempt.objects.filter(part=part).order_by("number").first()
                assert attempt is not None
                recording.record_answer(attempt, part, post)

        # What holds after every step

        def deliveries(self) -> Iterator[tuple[Delivery, Part]]:
            for part in Part.objects.filter(delivery__variant__in=self.variants).select_related("delivery__payload"):
                yield part.delivery, part

        @invariant()
        def nothing_stands_twice(self) -> None:
            assert all(len(posts) == 1 for posts in self.timeline.taken.values())

        @invariant()
        def what_went_out_is_what_was_signed(self) -> None:
            for delivery, part in self.deliveries():
                if part.key in self.timeline.texts:
                    assert self.timeline.texts[part.key] == posts_of(delivery.payload)[part.position].text

        @invariant()
        def what_readers_see_was_signed_and_where_we_say_which_it_is_that(self) -> None:
            for delivery, part in self.deliveries():
                asked = list(delivery.corrections.select_related("payload"))
                for post in self.timeline.live(part.key):
                    seen = self.timeline.words[post.remote_id]
                    signed = [delivery.payload, *(one.payload for one in asked)]
                    assert seen in [posts_of(payload)[part.position].text for payload in signed]
                    if asked and asked[-1].done_at:
                        assert seen == posts_of(asked[-1].payload)[part.position].text

        @invariant()
        def no_version_stands_twice(self) -> None:
            live = [post.remote_id for _, part in self.deliveries() for post in self.timeline.live(part.key)]
            seen = [self.timeline.words[remote_id] for remote_id in live]
            assert len(seen) == len(set(seen))

        @invariant()
        def what_is_live_is_never_denied_and_what_is_not_is_never_claimed(self) -> None:
            for delivery, part in self.deliveries():
                live = self.timeline.live(part.key)
                assert not live or delivery.state in OUT_IN
                if delivery.state == DeliveryState.PUBLISHED:
                    assert [post.remote_id for post in live] == [part.remote_id]

        @invariant()
        def everything_has_a_way_on(self) -> None:
            for delivery, _part in self.deliveries():
                if delivery.state in ("preparing", "sending"):
                    assert delivery.lease_until is not None
                if delivery.state == DeliveryState.UNCONFIRMED:
                    assert delivery.check_after is not None
                if delivery.state == DeliveryState.HELD:
                    assert delivery.hold_reason

        @invariant()
        def the_trail_has_no_gap(self) -> None:
            for delivery, _part in self.deliveries():
                moves = Event.objects.filter(subject_type="publishing.delivery", subject_id=str(delivery.pk))
                states = list(moves.exclude(state_to="").order_by("pk").values_list("state_from", "state_to"))
                before = "pending"
                for came_from, went_to in states:
                    assert came_from == before
                    before = went_to
                assert before == delivery.state

    return Histories


def test_whatever_people_and_machines_do_in_whatever_order(
    people: People, campaign: Campaign, channel: Channel, settings: Any
) -> None:
    settings.PUBLISHING_SPACING_SECONDS = 0
    Campaign.objects.filter(pk=campaign.pk).update(lateness_policy=LatenessPolicy.PUBLISH)
    run_state_machine_as_test(machine(people, campaign, channel), settings=histories())


def histories() -> settings:
    return settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize="SANAD_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=True,
    )
