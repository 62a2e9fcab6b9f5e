"""Seats the demonstration's people: founded, invited, confirmed by a second person, each with a second factor.

Owns var/demo-people.json (0600), which the sandbox's phone page reads: passwords, authenticator keys, account tokens.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction

from accounts.actors import session_actor
from accounts.founding import Founder, found_institution
from accounts.granting import confirm_role
from accounts.inviting import accept_invitation, invite, secret_of
from accounts.models import GrantState, Membership, Organisation, RoleGrant, User
from campaigns.reviewing import GATES, ensure_gates
from chain.actors import Actor
from demo import cast
from demo.cast import Player

Kept = dict[str, Any]


def people_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-people.json"


def read() -> Kept:
    """What the file holds; empty lists where there is none, or a damaged one."""
    try:
        kept: Kept = json.loads(people_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    return {"people": kept.get("people", []), "accounts": kept.get("accounts", [])}


def write(kept: Mapping[str, Any]) -> None:
    """Whole or not at all, for the owner's eyes; untouched where it says so already."""
    if people_file().exists() and read() == kept:
        return
    fresh = people_file().with_suffix(".new")
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(kept, out, ensure_ascii=False, indent=1)
    fresh.replace(people_file())


def choose_password() -> str:
    """One for all, since one person plays them all: the installation's own, else the kept one, else a new one."""
    kept = [str(one["password"]) for one in read()["people"]]
    return installation_password() or next(iter(kept), "") or secrets.token_urlsafe(12)


@transaction.atomic
def seat_everyone(password: str) -> Organisation:
    """The institution with all its people; who is there already stays as they are."""
    kept = {one["email"] for one in read()["people"]}
    institution = Organisation.objects.filter(slug=cast.SLUG).first() or found()
    for player in cast.PLAYERS:
        is_new = not Membership.objects.filter(organisation=institution, user__email=player.email).exists()
        if is_new:
            seat(institution, player, password)
        if player.email not in kept:
            make_ready(User.objects.get(email=player.email), password, is_new=is_new)
    for kind in GATES:
        ensure_gates(institution.pk, kind)
    return institution


def installation_password() -> str:
    """The one that ops/keys.py made for this installation, if it did."""
    file = Path(settings.VAR_DIR) / "secrets.json"
    made: Mapping[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return made.get("DEMO_PASSWORD", "")


def found() -> Organisation:
    admin, manager = (Founder(email=player.email, name=player.name) for player in cast.FOUNDERS)
    institution = found_institution(name=cast.NAME, slug=cast.SLUG, admin=admin, manager=manager)
    institution.name_fr, institution.name_en = cast.NAME_FR, cast.NAME_EN
    institution.save(update_fields=["name_fr", "name_en"])
    return institution


def seat(institution: Organisation, player: Player, password: str) -> None:
    """Invited by the administrator, and confirmed by the manager where the role takes two."""
    admin, manager = (actor_of(institution, founder) for founder in cast.FOUNDERS)
    letter = invite(
        organisation=institution, email=player.email, roles=[player.role], language=player.language, actor=admin
    )
    joined = accept_invitation(
        secret=secret_of(letter.nonce), name=player.name, password=password, language=player.language
    )
    for grant in RoleGrant.objects.filter(membership=joined, state=GrantState.PROPOSED):
        confirm_role(grant=grant, actor=manager)


def make_ready(user: User, password: str, *, is_new: bool) -> None:
    """A password that the file will know and an authenticator key: what a person sets up on the first day."""
    if not is_new and not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())


def actor_of(institution: Organisation, player: Player) -> Actor:
    """The player as if at a browser, with the second factor just confirmed."""
    seats = Membership.objects.select_related("user", "organisation")
    return session_actor(seats.get(organisation=institution, user__email=player.email), fresh=True)


def entries(password: str) -> list[Kept]:
    """The people as the phone page wants them; the key is the one that opens the account now."""
    kept = {one["email"]: one["password"] for one in read()["people"]}
    return [
        {
            "name": player.name,
            "email": player.email,
            "role_label": player.role_label,
            "password": kept.get(player.email) or password,
            "totp_secret": totp_secret(player),
        }
        for player in cast.PLAYERS
    ]


def totp_secret(player: Player) -> str:
    """Empty where the person took the authenticator app away, or never had one."""
    found = Authenticator.objects.filter(user__email=player.email, type=Authenticator.Type.TOTP).first()
    return str(decrypt(found.data["secret"])) if found else ""
