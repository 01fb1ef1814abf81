"""Celery only wakes workers: the rows of the database are the truth, a message may be lost.

Therefore JSON only, no results, one message at a time, no ETA, no retries of Celery's own. The
doorbell is heard by every worker; each runs one engine (`scheduler.engine`) beside Celery.
"""

import os

from celery import Celery
from celery.signals import worker_init
from kombu import Queue
from kombu.common import Broadcast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumio.settings")

app = Celery("alumio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_default_queue = "alumio"
app.conf.task_queues = (Queue("alumio"), Broadcast("alumio-doorbell"))
app.conf.task_routes = {"scheduler.jobs.ring": {"queue": "alumio-doorbell"}}
# "Task" is the platform's own word for a record on its way, so Celery's functions are jobs.
app.autodiscover_tasks(related_name="jobs")


@worker_init.connect
def _add_engine(sender, **_):
    from scheduler.engine import EngineStep

    app.steps["worker"].add(EngineStep)
