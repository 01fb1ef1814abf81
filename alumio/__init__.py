"""The ground that all apps stand on: components, configurations, states, users and keys."""

from alumio.celery import app as celery_app

__all__ = ["celery_app"]
