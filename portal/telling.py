"""Mailing each day's head to those who could later bear witness: the managers of every institution."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from accounts.models import Organisation
from chain import heads, notices
from chain.models import DayHead


def keep_and_tell() -> None:
    """Keep the heads of the days that are over; each manager is mailed each head once."""
    for head in heads.keep_heads():
        for house in Organisation.objects.all():
            tell(house, head)


def tell(house: Organisation, head: DayHead) -> None:
    notices.tell(
        people_with(house.pk, Capability.SIGN_BRIEF),
        kind="day_head",
        title=format_lazy(_("The seal of {day}"), day=head.day.isoformat()),
        body=format_lazy(
            _("Keep this mail: it proves later that nothing before it was rewritten. Act {number}: {hash}"),
            number=head.number,
            hash=head.hash,
        ),
        link="/seals/",
        once=f"day_head:{house.pk}:{head.day.isoformat()}",
        organisation_id=house.pk,
    )
