"""The machine: room on its disks, the letters that it can draw, its time zones, and the way to the mail server."""

import os
import shutil
import smtplib
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.mail import get_connection
from PIL import features

from campaigns.film_tools import missing_programs
from operating.doctor.findings import Finding, failed, fine, skipped, warning

GIB = 1024**3
TOO_LITTLE, LITTLE = 1 * GIB, 5 * GIB
ZONES = ("Africa/Casablanca", "UTC")
NOT_SENDING = ("console", "dummy", "locmem", "filebased")


def disk() -> Iterator[Finding]:
    for name, folder in {"media": Path(settings.MEDIA_ROOT), "static files": Path(settings.STATIC_ROOT)}.items():
        there = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(there).free
        said = f"{free / GIB:.1f} GiB free for {name} ({there})"
        do = "Make room, or move the folder to a larger disk; pictures cannot be stored without it."
        if free < TOO_LITTLE:
            yield failed("disk", said, do)
        elif free < LITTLE:
            yield warning("disk", said, do)
        elif name == "media" and not os.access(there, os.W_OK):
            yield failed("disk", f"this user may not write in {there}", "Give the folder to the user that runs Sanad.")
        else:
            yield fine("disk", said)


def letters() -> Iterator[Finding]:
    """Arabic in pictures is shaped by raqm, which loads FriBidi from the system."""
    if features.check("raqm"):
        yield fine("letters", "raqm shapes Arabic in pictures")
    else:
        yield warning(
            "letters", "Pillow lacks raqm: no picture with Arabic text is drawn", "apt-get install libfribidi0"
        )


def videos() -> Iterator[Finding]:
    if absent := missing_programs():
        said = f"{' and '.join(absent)} missing: videos are refused at upload, pictures are taken"
        yield warning("videos", said, "apt-get install ffmpeg")
    else:
        yield fine("videos", "ffmpeg and ffprobe are here")


def time_zones() -> Iterator[Finding]:
    try:
        for name in ZONES:
            zoneinfo.ZoneInfo(name)
    except zoneinfo.ZoneInfoNotFoundError:
        yield failed("time zones", f"{name} is not known here", "apt-get install tzdata")
    else:
        yield fine("time zones", "known")


def mail() -> Iterator[Finding]:
    """Greets the mail server and signs in; sends nothing."""
    if settings.EMAIL_BACKEND.split(".")[-2] in NOT_SENDING:
        said = "mails are not sent: EMAIL_URL names no server"
        do = "Set EMAIL_URL: notices, invitations and alarms are mailed."
        yield failed("mail", said, do) if settings.PRODUCTION else skipped("mail", said)
        return
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    way = get_connection()
    try:
        way.open()
    except smtplib.SMTPAuthenticationError as error:
        do = "Mend user and password in EMAIL_URL."
        yield failed("mail", f"{server} does not let us in ({error.smtp_code})", do)
    except (OSError, smtplib.SMTPException) as error:
        do = "Look at EMAIL_URL and at the server; alarms are not mailed meanwhile, only shown in the app."
        yield failed("mail", f"{server} does not answer ({type(error).__name__})", do)
    else:
        yield fine("mail", f"{server} lets us in")
    finally:
        way.close()
