"""Whether the platform is well, for load balancers and monitors. Open to everybody, and tells no
more than that.

    /healthz   200 while this web process answers and reaches the database, else 503
    /readyz    200 when the migrations are applied as well, else 503; also says how Redis, the clock
               and the workers are, without which everything still runs, only later
"""

from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alumio import database
from scheduler.models import Process, ScheduledJob
from scheduler.status import Status

WAITS_TOO_LONG = timedelta(minutes=2)
TICKS_EVERY = timedelta(minutes=3)

_migrated = False


@never_cache
@require_safe
def healthz(request):
    fine = database_answers()
    return JsonResponse({"database": _word(fine)}, status=200 if fine else 503)


@never_cache
@require_safe
def readyz(request):
    if not database_answers():
        return JsonResponse({"database": _word(False)}, status=503)
    migrated = migrations_applied()
    answer = {"database": "ok", "migrations": _word(migrated), "redis": _word(redis_answers())}
    if migrated:
        answer |= {"clock": clock(), "workers": workers()}
    return JsonResponse(answer, status=200 if migrated else 503)


def _word(fine: bool) -> str:
    return "ok" if fine else "failing"


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def migrations_applied() -> bool:
    """Looked up until it is so: a running process never goes back behind its migrations."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def redis_answers() -> bool:
    try:
        timeouts = {"socket_timeout": 1, "socket_connect_timeout": 1}
        with redis.Redis.from_url(settings.REDIS_URL, **timeouts) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def clock() -> str:
    """Whether the ticks come; "idle" where no scheduled job waits for them."""
    jobs = ScheduledJob.objects.filter(enabled=True, created_at__lt=database.now() - TICKS_EVERY)
    if not jobs.exists():
        return "idle"
    return _word(jobs.filter(checked_until__gte=database.now() - TICKS_EVERY).exists())


def workers() -> dict:
    """Queue and leases: something that waits while nothing runs shows that workers are missing."""
    now = database.now()
    running = Process.objects.filter(status=Status.RUNNING)
    waiting = Process.objects.filter(status=Status.SCHEDULED)
    alive = running.filter(heartbeat_at__gte=now - timedelta(seconds=30)).count()
    stuck = waiting.filter(created_at__lt=now - WAITS_TOO_LONG).exists() and not alive
    return {"status": _word(not stuck), "running": alive, "waiting": waiting.count()}
