"""Celery only wakes workers: the rows of the database are the truth, a message may be lost.

Therefore JSON only, no results, one message at a time, no ETA, no retries of Celery's own.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumio.settings")

app = Celery("alumio")
app.config_from_object("django.conf:settings", namespace="CELERY")
# "Task" is the platform's own word for a record on its way, so Celery's functions are jobs.
app.autodiscover_tasks(related_name="jobs")
