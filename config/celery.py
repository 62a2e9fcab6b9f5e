"""The Celery application and its beat: every periodic task of the product is named here, once.

Queues are apart so that a slow collection of figures never delays a post.
"""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("sanad")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue("publishing"), Queue("metrics"), Queue("default")]
app.autodiscover_tasks()
