"""What gunicorn itself has to say goes out in the same lines as everything else; its master never sets Django up."""

import logging.config
import os
from typing import Any

from gunicorn.glogging import Logger

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Lines(Logger):  # type: ignore[misc]  # gunicorn has no types
    def setup(self, cfg: Any) -> None:
        from django.conf import settings

        super().setup(cfg)
        logging.config.dictConfig(settings.LOGGING)
        for own in (self.error_log, self.access_log):
            own.handlers, own.propagate = [], True
