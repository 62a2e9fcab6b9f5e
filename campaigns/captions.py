"""Captions: the spoken words of a video with their times, taken in as SubRip or WebVTT and kept as WebVTT.

Where a network takes only SubRip, that is written from the kept file before anything is signed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from campaigns import media
from campaigns.models import MediaFile
from chain.actors import Actor
from chain.errors import Invalid

VTT, SRT = "text/vtt", "application/x-subrip"
MAX_BYTES = 1024 * 1024
SUFFIXES = (".vtt", ".srt")
TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
ARROW = re.compile(rf"^{TIME}[ \t]+-->[ \t]+{TIME}(?:[ \t].*)?$")
PLACES = re.compile(r"</?(?:c|v|lang|ruby|rt|font)\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Cue:
    """Words on one screen, from and to in milliseconds."""

    starts: int
    ends: int
    words: str


def is_captions(head: bytes, name: str) -> bool:
    return name.lower().endswith(SUFFIXES) or head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT")


def upload(*, organisation: Organisation, file: Any, name: str, actor: Actor) -> MediaFile:
    """Take captions in, whose writer may do so. Raises Invalid with what is wrong."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Invalid(_("A captions file is never over 1 MB. Choose another."), code="captions_broken", field="file")
    return media.store(organisation, (as_vtt(cues_in(content)).encode(), VTT, 0, 0), name, actor)


def cues_in(content: bytes) -> list[Cue]:
    """The cues of a SubRip or WebVTT file in UTF-8, in order. Raises Invalid where there is none or one is no cue."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise broken() from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = [cue for block in blocks_of(lines) if (cue := cue_of(block))]
    if not found or "\x00" in text:
        raise broken()
    return found


def blocks_of(lines: Sequence[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def cue_of(block: list[str]) -> Cue | None:
    """The cue of a block; None for the head of the file, notes and styles. Raises Invalid."""
    place = next((number for number, line in enumerate(block[:2]) if "-->" in line), None)
    if place is None:
        return None
    timed = ARROW.match(block[place].strip())
    if timed is None:
        raise broken()
    times = timed.groups(default="0")
    starts, ends = milliseconds(times[:4]), milliseconds(times[4:])
    if ends <= starts:
        raise broken()
    return Cue(starts, ends, "\n".join(block[place + 1 :]).replace("-->", "→"))


def milliseconds(time: Sequence[str]) -> int:
    hours, minutes, seconds, thousandths = (int(part) for part in time)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def as_vtt(cues: Sequence[Cue]) -> str:
    said = [f"{clock(cue.starts, '.')} --> {clock(cue.ends, '.')}\n{cue.words}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *said])


def as_srt(cues: Sequence[Cue]) -> str:
    said = [
        f"{number}\n{clock(cue.starts, ',')} --> {clock(cue.ends, ',')}\n{PLACES.sub('', cue.words)}\n"
        for number, cue in enumerate(cues, 1)
    ]
    return "\n".join(said)


def clock(time: int, sign: str) -> str:
    seconds, thousandths = divmod(time, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{sign}{thousandths:03}"


def broken() -> Invalid:
    return Invalid(
        _("This is not a whole captions file in UTF-8: save it as SubRip (.srt) or WebVTT (.vtt) and add it again."),
        code="captions_broken",
        field="captions",
    )
