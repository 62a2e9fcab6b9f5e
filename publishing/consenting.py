"""Connecting by consent: the person goes to the network's own page, comes back with a code, and chooses an account.

Owns the three steps (begin, accept, finish). A consent belongs to one person of one institution, ends by itself, and
its code is spent once; the remote calls run outside any transaction.
"""

import base64
import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Organisation
from chain.actors import Actor
from chain.errors import Invalid
from networks.base import Adapter, Auth
from networks.base import Capability as Offered
from networks.errors import NetworkError
from networks.registry import adapter_class
from networks.types import Account, Connection, Tokens
from publishing import credentials, offers
from publishing.applications import application_of
from publishing.channels import read_profile, save_connected
from publishing.disclosing import Disclosure, refuse_undisclosed
from publishing.models import Channel, Consent
from publishing.reasons import REASONS

LASTS = timedelta(minutes=30)


def begin(*, actor: Actor, network: str, redirect_uri: str, server_url: str = "") -> Consent:
    """Open a way to the network's page, whose address is `address_of(consent)`."""
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0)
    actor.require(Capability.CONNECT_CHANNEL, on=organisation)
    cls = offers.installed(network)
    if Auth.OAUTH2 not in cls.auth:
        raise Invalid(_("This network is not connected by consent."), field="network")
    address = offers.base_url(cls, server_url)
    if application_of(organisation.pk, network, address) is None:
        raise Invalid(
            _("First give the institution's application on this network: its id and its secret."),
            code="no_application",
            field="server_url",
        )
    state = secrets.token_urlsafe(32)
    return Consent.objects.create(
        organisation=organisation,
        user_id=actor.user_id or 0,
        network=network,
        server_url=address,
        redirect_uri=redirect_uri,
        state_hash=hash_of(state),
        sealed=credentials.seal({"state": state, "verifier": secrets.token_urlsafe(64)}),
        expires_at=timezone.now() + LASTS,
    )


def hash_of(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636, section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def adapter_of(consent: Consent) -> Adapter:
    application = application_of(consent.organisation_id, consent.network, consent.server_url)
    connection = Connection(base_url=consent.server_url, app_credentials=application)
    return offers.adapter_at(adapter_class(consent.network), connection, consent.organisation_id)


def address_of(consent: Consent) -> str:
    """The network's page on which the person consents."""
    opened = credentials.unseal(consent.sealed)
    return adapter_of(consent).authorization_url(
        consent.redirect_uri, opened["state"], challenge_of(opened["verifier"])
    )


def accept(*, actor: Actor, state: str, code: str) -> Consent:
    """Spend the code that the network sent back. Whatever it answers, the same code is never shown to it twice."""
    consent = claim(actor, state)
    try:
        accounts = accounts_opened(adapter_of(consent), consent, code)
    except NetworkError as error:
        consent.delete()
        raise refusal(error) from error
    except Invalid:
        consent.delete()
        raise
    consent.sealed = credentials.seal({"accounts": [packed(account) for account in accounts]})
    consent.expires_at = timezone.now() + LASTS
    consent.save(update_fields=["sealed", "expires_at"])
    return consent


def claim(actor: Actor, state: str) -> Consent:
    """The actor's own consent of that state, taken once. Raises Invalid where there is none, or no longer."""
    consent = own(actor).filter(state_hash=hash_of(state), granted_at=None).first()
    if consent is not None:
        actor.require(Capability.CONNECT_CHANNEL, on=consent)
        consent.granted_at = timezone.now()
        if Consent.objects.filter(pk=consent.pk, granted_at=None).update(granted_at=consent.granted_at) == 1:
            return consent
    raise Invalid(
        _("This consent was used already, took too long, or was not begun by you here. Start again."), code="state"
    )


def own(actor: Actor) -> QuerySet[Consent]:
    """The consents of this person in this institution that have not ended."""
    return Consent.objects.filter(
        organisation_id=actor.organisation_id or 0, user_id=actor.user_id or 0, expires_at__gt=timezone.now()
    )


def refuse(*, actor: Actor, state: str) -> None:
    """The network's page said no: the way is closed."""
    own(actor).filter(state_hash=hash_of(state), granted_at=None).delete()


def refusal(error: NetworkError) -> Invalid:
    said = REASONS[error.code].title if error.code in REASONS else _("The network did not answer as expected")
    return Invalid(format_lazy("{}. {}", said, _("Nothing was connected: start again.")), code=error.code)


def accounts_opened(adapter: Adapter, consent: Consent, code: str) -> list[Account]:
    verifier = credentials.unseal(consent.sealed)["verifier"]
    tokens = adapter.exchange_code(code, consent.redirect_uri, verifier)
    refuse_half_a_consent(adapter, tokens)
    if Offered.CHOOSE_ACCOUNT in adapter.capabilities:
        return refuse_none(list(adapter.get_accounts(tokens)))
    opened = replace(adapter.connection, access_token=tokens.access_token)
    profile = offers.adapter_at(type(adapter), opened, consent.organisation_id).get_profile()
    return [Account(profile.remote_id, profile.handle, profile.display_name, tokens)]


def refuse_none(accounts: list[Account]) -> list[Account]:
    if not accounts:
        raise Invalid(_("No account that can be connected came with this consent. Start again, and allow one."))
    return accounts


def refuse_half_a_consent(adapter: Adapter, tokens: Tokens) -> None:
    missing = set(adapter.scopes) - set(tokens.scopes)
    if tokens.scopes and missing:
        raise Invalid(
            format_lazy(
                "{} {}", _("Not every permission was allowed. Start again, and allow:"), ", ".join(sorted(missing))
            ),
            code="missing_scope",
        )


def choices(consent: Consent) -> list[Account]:
    """The accounts that this consent opens; empty before it is granted. Their tokens never leave the server."""
    return [unpacked(account) for account in credentials.unseal(consent.sealed).get("accounts", ())]


def finish(*, actor: Actor, consent: Consent, remote_id: str, disclosure: Disclosure, language: str = "ar") -> Channel:
    """Connect the chosen account. Until it is connected the consent stays, so that a profile can be mended first."""
    actor.require(Capability.CONNECT_CHANNEL, on=consent)
    stated = disclosure.complete()
    account = next((one for one in choices(consent) if one.remote_id == remote_id), None)
    if account is None:
        raise Invalid(_("Choose one of the accounts shown."), field="remote_id")
    organisation = consent.organisation
    profile = read_profile(adapter_class(consent.network), connection_to(consent, account), organisation.pk)
    refuse_undisclosed(profile, organisation)
    channel = save_connected(
        actor, organisation, consent.network, consent.server_url, account.tokens, profile, stated, language
    )
    consent.delete()
    return channel


def connection_to(consent: Consent, account: Account) -> Connection:
    return Connection(
        base_url=consent.server_url,
        access_token=account.tokens.access_token,
        refresh_token=account.tokens.refresh_token,
        app_credentials=application_of(consent.organisation_id, consent.network, consent.server_url),
        remote_id=account.remote_id,
        handle=account.handle,
    )


def packed(account: Account) -> dict[str, Any]:
    tokens = account.tokens
    return {
        "remote_id": account.remote_id,
        "handle": account.handle,
        "display_name": account.display_name,
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_at": tokens.expires_at.isoformat() if tokens.expires_at else None,
        "scopes": list(tokens.scopes),
    }


def unpacked(kept: dict[str, Any]) -> Account:
    expires_at = datetime.fromisoformat(kept["expires_at"]) if kept["expires_at"] else None
    tokens = Tokens(kept["access_token"], kept["refresh_token"], expires_at, tuple(kept["scopes"]))
    return Account(kept["remote_id"], kept["handle"], kept["display_name"], tokens)
