"""The doorbell: wakes workers through Celery. It may fail or get lost; workers also look by
themselves.

A silent Redis can block a publish for many seconds, so a thread of its own rings; who calls `ring`
never waits.
"""

import logging
import threading
import time

log = logging.getLogger(__name__)

DOORBELL = "alumio-doorbell"
"""The broadcast queue that every worker hears, declared in `alumio.celery`."""

PAUSE = 0.02
"""Seconds between two rings: a thousand calls of webhooks in a second ring fifty times."""
_wanted = threading.Event()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def ring() -> None:
    """Wake all workers soon. Returns at once and never fails."""
    global _thread
    _wanted.set()
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_ring_on, name="doorbell", daemon=True)
            _thread.start()


def _ring_on() -> None:
    from scheduler.jobs import ring as job

    while True:
        _wanted.wait()
        _wanted.clear()
        try:
            # Celery leaves a broadcast's exchange undeclared, and kombu then takes it for a direct
            # one: the message would lie in lists that no worker reads.
            exchange = job.app.amqp.queues[DOORBELL].exchange
            job.apply_async(retry=False, ignore_result=True, declare=[exchange])
        except Exception as error:  # whatever the broker's client raises: polling finds the row
            log.info("The doorbell did not ring: %s", error)
        time.sleep(PAUSE)
