"""Who stands behind a channel: the statement that the public ledger prints, and the profile that must say the same.

Owns the statement (owner, sender, funder), the only act that changes it, and the look for the institution's name.
"""

from dataclasses import asdict, dataclass, fields

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Organisation
from chain.actors import Actor
from chain.errors import Invalid
from chain.trail import record
from networks.types import Profile
from publishing.models import Channel


@dataclass(frozen=True)
class Disclosure:
    """Who owns the account, in whose name it speaks, and who pays. All three are public and none may be empty."""

    owner: str
    sender: str
    funder: str

    @classmethod
    def proposed(cls, organisation: Organisation) -> "Disclosure":
        """What a form is filled with before anybody said otherwise: the institution itself."""
        return cls(organisation.name, organisation.name, organisation.name)

    @classmethod
    def of(cls, channel: Channel) -> "Disclosure":
        return cls(channel.owner, channel.sender, channel.funder)

    def complete(self) -> "Disclosure":
        """The same without spaces around. Raises Invalid on the first line that says nothing."""
        stripped = Disclosure(**{name: value.strip() for name, value in asdict(self).items()})
        for line in fields(stripped):
            if not getattr(stripped, line.name):
                raise Invalid(_("Say who it is: the public ledger prints it."), code="undisclosed", field=line.name)
        return stripped


@transaction.atomic
def disclose(*, channel: Channel, actor: Actor, disclosure: Disclosure) -> Channel:
    """Change what the ledger says of the channel; the trail keeps both wordings."""
    actor.require(Capability.EDIT_DISCLOSURE, on=channel)
    stated, before = asdict(disclosure.complete()), asdict(Disclosure.of(channel))
    if stated != before:
        for name, value in stated.items():
            setattr(channel, name, value)
        channel.save(update_fields=list(stated))
        record("channel.disclosure_changed", channel, actor=actor, data={"from": before, "to": stated})
    return channel


def names_institution(profile: Profile, organisation: Organisation) -> bool:
    """Whether the profile says whose account it is: a name of the institution, or a link to a page of this address."""
    shown = " ".join([profile.display_name, profile.bio]).casefold()
    names = [organisation.name, organisation.name_fr, organisation.name_en]
    return any(name.strip().casefold() in shown for name in names if name.strip()) or links_here(profile)


def links_here(profile: Profile) -> bool:
    """A link to the public ledger of this installation, whole: another host that only begins alike does not count."""
    home = settings.BASE_URL.rstrip("/").casefold()
    words = [*profile.links, *profile.bio.split()]
    return any(word.casefold() == home or word.casefold().startswith(f"{home}/") for word in words)


def refuse_undisclosed(profile: Profile, organisation: Organisation) -> None:
    if not names_institution(profile, organisation):
        raise Invalid(
            _("The account's public profile does not name your institution. Add the name, then connect."),
            code="undisclosed",
            field="token",
        )
