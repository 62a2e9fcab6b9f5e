"""Taking a file in: what its bytes are decides whether it is a picture, a video or captions, whatever its name says."""

from typing import Any

from accounts.capabilities import Capability
from accounts.models import Organisation
from campaigns import captions, media, videos
from campaigns.models import MediaFile
from chain.actors import Actor

HEAD = 16


def upload(*, organisation: Organisation, file: Any, name: str, actor: Actor) -> MediaFile:
    """Take an uploaded file in. The same file twice is the same MediaFile. Raises Invalid with what is wrong."""
    actor.require(Capability.WRITE_CONTENT, on=organisation)
    head = file.read(HEAD)
    file.seek(0)
    if captions.is_captions(head, name):
        return captions.upload(organisation=organisation, file=file, name=name, actor=actor)
    if videos.demuxer_of(head) or (name.lower().endswith(videos.SUFFIXES) and not is_picture(head)):
        return videos.upload(organisation=organisation, file=file, name=name, actor=actor)
    return media.upload(organisation=organisation, file=file, name=name, actor=actor)


def is_picture(head: bytes) -> bool:
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF"))
