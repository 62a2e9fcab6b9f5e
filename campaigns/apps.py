from collections.abc import Mapping

from django.apps import AppConfig
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WHY: Mapping[str, str | Promise] = {
    "edited": _("the text was changed"),
    "withdrawn": _("the text for this channel was withdrawn"),
    "revoked": _("a signature was withdrawn"),
}


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from chain.verbs import sentences

        if WHY.get not in sentences:
            sentences.append(WHY.get)
