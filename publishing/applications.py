"""The institution's applications on the networks: id and secret, without which nobody can be sent to consent.

Owns keeping and replacing them; they are sealed like a channel's access and shown to nobody again.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Organisation
from chain.actors import Actor
from chain.errors import Invalid
from chain.trail import record
from networks.types import AppCredentials
from publishing import credentials
from publishing.models import Application, Channel
from publishing.offers import base_url, installed


def application_of(organisation_id: int, network: str, server_url: str) -> AppCredentials | None:
    """The application that this institution has on that server, opened; None where it has none."""
    row = Application.objects.filter(organisation_id=organisation_id, network=network, server_url=server_url).first()
    return opened(row.sealed if row else None)


def application_for(channel: Channel) -> AppCredentials | None:
    return application_of(channel.organisation_id, channel.network, channel.server_url)


def opened(sealed: bytes | memoryview | None) -> AppCredentials | None:
    """Raises Invalid when no key of ours opens it."""
    return AppCredentials(**credentials.unseal(sealed)) if sealed else None


@transaction.atomic
def set_application(
    *, actor: Actor, network: str, client_id: str, client_secret: str, server_url: str = ""
) -> Application:
    """Keep the application's id and secret, in place of the ones before."""
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0)
    actor.require(Capability.CONNECT_CHANNEL, on=organisation)
    for name, value in (("client_id", client_id), ("client_secret", client_secret)):
        if not value.strip():
            raise Invalid(_("Paste both, the id and the secret, as the network shows them."), field=name)
    application, _is_new = Application.objects.update_or_create(
        organisation=organisation,
        network=network,
        server_url=base_url(installed(network), server_url),
        defaults={
            "sealed": credentials.seal({"client_id": client_id.strip(), "client_secret": client_secret.strip()}),
            "set_by_id": actor.user_id or 0,
            "set_at": timezone.now(),
        },
    )
    record("application.set", application, actor=actor, data={"network": network, "server": application.server_url})
    return application


@transaction.atomic
def forget_application(*, application: Application, actor: Actor) -> None:
    """Channels that are connected go on until their access must be renewed."""
    actor.require(Capability.CONNECT_CHANNEL, on=application)
    record("application.forgotten", application, actor=actor, data={"network": application.network})
    application.delete()
