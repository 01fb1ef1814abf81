"""The Celery jobs: the doorbell and the minute tick. Neither carries work."""

from celery import shared_task

from scheduler import clock, engine


@shared_task(name="scheduler.jobs.ring", expires=30)
def ring() -> None:
    """Wake this worker's engine."""
    engine.ring()


@shared_task(name="scheduler.jobs.tick", expires=55)
def tick() -> None:
    """Queue what the scheduled jobs have due."""
    clock.tick()
