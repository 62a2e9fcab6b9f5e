"""Stored files at a public address, for the networks that fetch what they publish themselves.

Owns the address: signed, for some hours, and answered only while a signed post that is due names that very file. It
opens one file and lists nothing; who has it has what is about to be public anyway.
"""

import time
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from campaigns.media import open_stored
from campaigns.models import MediaFile
from outgoing import Client, OutgoingError
from outgoing.addresses import looks_public
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery

SIGNER = Signer(salt="publishing.public_files", sep=".")
ROUND = 3600
"""The end of an address is rounded up to so many seconds: the same file has the same address for a while."""
FETCHED_IN = (DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.SENDING, DeliveryState.PROCESSING,
              DeliveryState.UNCONFIRMED)  # fmt: skip


@dataclass(frozen=True)
class PublicFile:
    """`file` is open; `seconds` are left to its address."""

    file: BinaryIO
    sha256: str
    mime_type: str
    seconds: int


def address(organisation_id: int, sha256: str) -> str:
    """Where a network may fetch the file, for at least PUBLIC_FILES_SECONDS."""
    until = int(time.time() + settings.PUBLIC_FILES_SECONDS) // ROUND * ROUND + ROUND
    path = reverse("public-file", args=[SIGNER.sign_object([organisation_id, sha256, until])])
    return f"{settings.PUBLIC_FILES_URL.rstrip('/')}{path}"


def found(token: str) -> PublicFile | None:
    """The file of an address of ours that still holds; None for anything else, without saying what is wrong."""
    try:
        organisation_id, sha256, until = SIGNER.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    seconds = int(until - time.time())
    if seconds <= 0 or not is_going_out(organisation_id, sha256):
        return None
    kept = MediaFile.objects.filter(organisation_id=organisation_id, sha256=sha256).first()
    if kept is None:
        return None
    try:
        return PublicFile(open_stored(organisation_id, sha256), sha256, kept.mime_type, seconds)
    except OSError:
        return None


def is_going_out(organisation_id: int, sha256: str) -> bool:
    """Whether a delivery that is due, under way or not yet confirmed has the file in its signed payload."""
    waiting = Delivery.objects.filter(organisation_id=organisation_id, state__in=FETCHED_IN)
    return waiting.filter(payload__canonical__contains=f'"{sha256}"').exists()


def may_be_fetched() -> bool:
    """Whether our public address is one that a network could reach, as far as its form tells; asks nobody."""
    return settings.NETWORKS_ALLOW_PRIVATE_HOSTS or looks_public(settings.PUBLIC_FILES_URL)


def is_fetched(http: Client, url: str) -> bool:
    """Whether the address answers as a network would find it, asked through the guard that everything goes out by."""
    try:
        return http.request("HEAD", url).status_code == 200
    except OutgoingError:
        return False
