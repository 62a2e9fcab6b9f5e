"""What coordinators are told when publishing itself stands still, and when it runs again: one notice for one look."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import Organisation
from chain import notices
from chain.models import Alarm
from publishing.models import Delivery
from publishing.reasons import counted

PARTS = {
    "tick": _("the clock, which says when a post is due"),
    "worker:clock": _("the workers of the clock"),
    "worker:publishing": _("the workers that publish"),
    "worker:metrics": _("the workers that collect figures"),
    "worker:default": _("the workers that mail and seal"),
    "watchdog": _("the watchdog, which looks whether all this runs"),
}
TO_DO = _("Nothing is lost. Tell your administrator: “manage.py doctor” on the machine says what to do.")


def tell_overdue(raised: Sequence[Alarm], late: Sequence[Delivery]) -> None:
    """All of one institution; `late` are the posts that wait on the channels of these alarms."""
    titled = ngettext_lazy(
        "A post is overdue and has not gone out", "%(n)d posts are overdue and have not gone out", "n"
    )
    only = reverse("delivery", args=[late[0].pk]) if len(late) == 1 else reverse("deliveries")
    _tell(
        raised,
        kind="overdue",
        title=counted(titled, len(late)),
        body=format_lazy("{} {}", _("Open deliveries to see why they wait. If none moves:"), TO_DO),
        link=only,
        once="raised",
    )


def tell_none_overdue(ended: Sequence[Alarm]) -> None:
    _tell(
        ended,
        kind="overdue_over",
        title=_("No post is overdue any more"),
        body=_("What was late has gone out, or waits for your decision among the deliveries."),
        link=reverse("deliveries"),
        once="ended",
    )


def tell_silence(raised: Sequence[Alarm]) -> None:
    _tell(
        raised,
        kind="silence",
        title=_("Part of the system that publishes is silent"),
        body=format_lazy("{}\n{} {}", listed(raised), _("Posts may be late."), TO_DO),
        link=reverse("deliveries"),
        once="raised",
    )


def tell_life(ended: Sequence[Alarm]) -> None:
    _tell(
        ended,
        kind="silence_over",
        title=_("Part of the system that publishes runs again"),
        body=format_lazy(
            "{}\n{}", listed(ended), _("What was due meanwhile goes out, or waits for you where it is too late.")
        ),
        link=reverse("deliveries"),
        once="ended",
    )


def tell_restored(organisation: Organisation, held: Sequence[Delivery]) -> None:
    words = ngettext_lazy(
        "After a restore from a backup one post is held", "After a restore from a backup %(n)d posts are held", "n"
    )
    notices.tell(
        people_with(organisation.pk, Capability.SETTLE),
        kind="restored",
        title=counted(words, len(held)),
        body=_("They may have gone out already. Look at each account, then choose a new time or cancel."),
        link=reverse("deliveries"),
        once=f"restored:{timezone.now().isoformat()}",
        organisation_id=organisation.pk,
    )


def listed(alarms: Sequence[Alarm]) -> Promise:
    names = [PARTS.get(alarm.subject) or single(alarm.subject) for alarm in alarms]
    return format_lazy("\n".join(["– {}"] * len(names)), *names)


def single(subject: str) -> Promise:
    return format_lazy(_("one of several workers: {name}"), name=subject.removeprefix("process:"))


def _tell(
    alarms: Sequence[Alarm], *, kind: str, title: str | Promise, body: str | Promise, link: str, once: str
) -> None:
    """Those who settle deliveries: in the institution that it concerns, or in all."""
    own = alarms[0].organisation_id
    for organisation in Organisation.objects.filter(pk=own) if own else Organisation.objects.all():
        notices.tell(
            people_with(organisation.pk, Capability.SETTLE),
            kind=kind,
            title=title,
            body=body,
            link=link,
            once=f"alarm:{alarms[0].pk}:{once}",
            organisation_id=organisation.pk,
        )
