"""The only way in: an invitation by mail, accepted once by the person it names.

Owns sending, sending again, cancelling and accepting. The letter leaves after the commit, by a worker or a sweep.
"""

import hashlib
import logging
import secrets
import smtplib
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability, Role
from accounts.granting import open_grant
from accounts.models import GrantState, Invitation, InvitationState, Language, Membership, Organisation, RoleGrant, User
from accounts.registering import register
from chain.actors import Actor, Via
from chain.engine import advance, begin
from chain.errors import Invalid, NotAllowed, NotFound
from chain.trail import record

log = logging.getLogger(__name__)
GOOD_FOR = timedelta(days=7)


def secret_of(nonce: str) -> str:
    """What the link carries (64 hex digits)."""
    return salted_hmac("accounts.invitation", nonce, algorithm="sha256").hexdigest()


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite(*, organisation: Organisation, email: str, roles: list[str], language: str, actor: Actor) -> Invitation:
    """Write to somebody who is not a member yet. Raises Invalid with the field to mend."""
    actor.require(Capability.MANAGE_PEOPLE, on=organisation)
    assert actor.user_id is not None  # the system invites nobody, and a stranger has no capability
    nonce = secrets.token_urlsafe(32)
    invitation = Invitation(
        organisation=organisation,
        email=_checked_address(organisation, email),
        roles=_checked_roles(roles),
        language=language if language in Language.values else organisation.default_language,
        nonce=nonce,
        token_hash=hash_of(secret_of(nonce)),
        invited_by_id=actor.user_id,
        expires_at=timezone.now() + GOOD_FOR,
    )
    try:
        with transaction.atomic():
            begin(invitation, actor=actor, data={"email": invitation.email, "roles": invitation.roles})
    except IntegrityError as error:
        message = _("This address has an open invitation. Send it again from the list below.")
        raise Invalid(message, code="already_invited", field="email") from error
    transaction.on_commit(lambda: _enqueue(invitation.pk))
    return invitation


@transaction.atomic
def resend(*, invitation: Invitation, actor: Actor) -> Invitation:
    """Send a new letter with a new link, good for a week again; the old link stops working."""
    actor.require(Capability.MANAGE_PEOPLE, on=invitation)
    nonce = secrets.token_urlsafe(32)
    advance(
        invitation,
        InvitationState.SENT,
        actor=actor,
        nonce=nonce,
        token_hash=hash_of(secret_of(nonce)),
        expires_at=timezone.now() + GOOD_FOR,
        mailed_at=None,
    )
    transaction.on_commit(lambda: _enqueue(invitation.pk))
    return invitation


def cancel(*, invitation: Invitation, actor: Actor) -> Invitation:
    actor.require(Capability.MANAGE_PEOPLE, on=invitation)
    return advance(invitation, InvitationState.CANCELLED, actor=actor)


def open_invitation(secret: str) -> Invitation:
    """The invitation that a link opens. Raises NotFound for one that is unknown, used, cancelled or too old."""
    found = Invitation.objects.select_related("organisation", "invited_by").filter(
        token_hash=hash_of(secret), state=InvitationState.SENT
    )
    invitation = found.first()
    if invitation is None or invitation.is_expired():
        raise NotFound(_("This invitation is no longer open. Ask the institution to send it again."), code="not_open")
    return invitation


@transaction.atomic
def accept_invitation(
    *, secret: str, user: User | None = None, name: str = "", password: str = "", language: str = ""
) -> Membership:
    """Let the invited person in, once. Roles that take two stay proposed until another person confirms.

    `user` is the signed-in person, who must own the invited address; without one a new person is made, from `name` and
    `password`. Somebody who already has an account signs in first.
    """
    invitation = open_invitation(secret)
    person = _linked(invitation, user) if user else _newcomer(invitation, name, password, language)
    actor = Actor(str(person), invitation.organisation_id, person.pk, Via.SESSION)
    now = timezone.now()
    advance(invitation, InvitationState.ACCEPTED, actor=actor, accepted_by_id=person.pk, accepted_at=now)
    membership = _joined(invitation, person, actor)
    for role in invitation.roles:
        if not _is_live(membership, role):
            proposer = invitation.invited_by_id
            open_grant(membership=membership, role=Role(role), proposed_by_id=proposer, actor=actor)
    return membership


def _newcomer(invitation: Invitation, name: str, password: str, language: str) -> User:
    if User.objects.filter(email=invitation.email).exists():
        raise Invalid(
            _("You already have an account with this address: sign in, then open the link again."), code="sign_in"
        )
    if not name.strip():
        raise Invalid(_("Write your name as colleagues know it."), code="name_missing", field="name")
    try:
        validate_password(password, User(email=invitation.email, name=name))
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="weak_password", field="password") from error
    language = language if language in Language.values else invitation.language
    return register(email=invitation.email, name=name.strip(), password=password, language=language)


def _linked(invitation: Invitation, user: User) -> User:
    if user.email != invitation.email:
        raise NotAllowed(_("This invitation was sent to another address than yours."), code="other_address")
    return user


def _joined(invitation: Invitation, person: User, actor: Actor) -> Membership:
    membership, is_new = Membership.objects.get_or_create(organisation=invitation.organisation, user=person)
    if not is_new:
        Membership.objects.filter(pk=membership.pk).update(is_active=True, left_at=None)
        membership.is_active, membership.left_at = True, None
    record("membership.began", membership, actor=actor, data={"invitation": invitation.pk})
    return membership


def _is_live(membership: Membership, role: str) -> bool:
    live = [GrantState.PROPOSED, GrantState.ACTIVE]
    return RoleGrant.objects.filter(membership=membership, role=role, state__in=live).exists()


def _checked_address(organisation: Organisation, email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(_("This is not an e-mail address."), code="bad_address", field="email") from error
    if Membership.objects.filter(organisation=organisation, user__email=email, is_active=True).exists():
        raise Invalid(_("This person is already a member."), code="already_member", field="email")
    return email


def _checked_roles(roles: list[str]) -> list[str]:
    if not roles or not set(roles) <= set(Role.values):
        raise Invalid(_("Choose at least one role."), code="roles_missing", field="roles")
    return [role for role in Role.values if role in roles]


# The letter


def _enqueue(invitation_id: int) -> None:
    """Hand the letter to a worker; if the broker is away, the next sweep finds it."""
    from accounts.tasks import mail_invitation

    try:
        mail_invitation.apply_async((invitation_id,), retry=False)
    except mail_invitation.OperationalError:
        log.warning("broker away: invitation %d waits for the next sweep", invitation_id)


def mail(invitation: Invitation) -> bool:
    """Send the letter unless it has gone. A copy sent twice by two workers does no harm: it is the same link."""
    if invitation.mailed_at or invitation.state != InvitationState.SENT:
        return False
    try:
        letter_for(invitation).send()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("invitation %s could not be mailed: %s", invitation.pk, type(error).__name__)
        return False
    Invitation.objects.filter(pk=invitation.pk, nonce=invitation.nonce).update(mailed_at=timezone.now())
    return True


def letter_for(invitation: Invitation) -> EmailMessage:
    """The letter, in the language that the inviter chose."""
    address = f"{settings.BASE_URL.rstrip('/')}/invitation/{secret_of(invitation.nonce)}/"
    with translation.override(invitation.language):
        house = str(invitation.organisation)
        subject = gettext("{house} invites you to Sanad").format(house=house)
        said = gettext("{name} invites you to work with {house}, as: {roles}.").format(
            name=invitation.invited_by.name, house=house, roles=gettext(", ").join(invitation.role_labels)
        )
        how = gettext("Open this link within seven days. It works once, and only for this address.")
        text = "\n\n".join([said, how, address])
    return EmailMessage(subject=subject, body=text, to=[invitation.email], headers={"X-Sanad-Notice": "invitation"})


def mail_waiting(limit: int = 50) -> int:
    """Send what is still waiting; the number that left."""
    waiting = Invitation.objects.filter(state=InvitationState.SENT, mailed_at=None, expires_at__gt=timezone.now())
    return sum(mail(invitation) for invitation in waiting.select_related("organisation", "invited_by")[:limit])
