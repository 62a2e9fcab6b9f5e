"""WSGI entry point.

A third of a page's processor time went into Python's collector, which went through all that the start had made: the
code, the addresses and the models live as long as the process and are taken out of its sight. A page makes many
objects and hardly a cycle, so the collector comes less often; what does form a cycle is still found.
"""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

MADE_BEFORE_A_LOOK = 10_000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
import_module("config.urls")
gc.collect()
gc.freeze()
gc.set_threshold(MADE_BEFORE_A_LOOK, 10, 10)
