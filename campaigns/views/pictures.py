"""A picture, video or captions file as it will go out, to those who may see its content and to nobody else."""

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import needs
from accounts.actors import ActorRequest
from accounts.capabilities import Capability
from campaigns import media
from campaigns.access import media_or_404
from campaigns.views.ranges import ranged
from chain.errors import NotFound

SEALED = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Kept by no cache, run by no browser, embedded by no other site."""


@require_safe
@needs(Capability.VIEW_CONTENTS)
def media_file(request: ActorRequest, media_id: int) -> HttpResponseBase:
    file = media_or_404(request.actor, media_id)
    try:
        opened = media.open_seen_whole(file)
    except OSError as error:
        raise NotFound(_("This file is no longer whole on our disk. Add it again.")) from error
    return ranged(request, opened, file.size, file.mime_type, SEALED, file.sha256[:12])
