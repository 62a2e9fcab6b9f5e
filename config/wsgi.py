"""WSGI entry point.

A third of a page's processor time went into Python's collector, which went through all that the start had made: the
code, the addresses and the models live as long as the process and are taken out of its sight. A page makes many
objects and hardly a cycle, so the collector comes less often; what does form a cycle is still found.

And a page's questions are planned for the institution and the days that they ask for (docs/decisions/0020).
"""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

FOR_WHAT_IS_ASKED = " -c plan_cache_mode=force_custom_plan"
MADE_BEFORE_A_LOOK = 10_000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
options = connections.settings["default"].get("OPTIONS", {})
if "options" in options and options["options"] == settings.DATABASE_PLANNING:
    options["options"] += FOR_WHAT_IS_ASKED
import_module("config.urls")
gc.collect()
gc.freeze()
gc.set_threshold(MADE_BEFORE_A_LOOK, 10, 10)
