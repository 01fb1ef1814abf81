"""What the platform consists of when it runs on one machine: the programs of `manage.py up`."""

import http.client
import os
import secrets
import socket
import sys

import redis
from django.conf import settings

from alumio import bundled_redis, environment
from alumio.supervisor import Program

MOST_REQUESTS = 4_096
"""That a web process has under way at once, those included whose bodies arrive slowly."""
SUPERVISOR = secrets.token_hex(3)
# Workers begin when the web answers, because the demo's systems live in it.
AFTER_WEB = 2
# Celery warns of pickled messages sent to root; ours are JSON, and it would say so at every start.
QUIET = {"PYTHONWARNINGS": "ignore::UserWarning:celery.platforms"}


def programs() -> list[Program]:
    """Redis (unless REDIS_URL names one), web, workers, clock."""
    bundled = [] if os.environ.get("REDIS_URL") else [redis_server()]
    count = environment.number("ALUMIO_WORKERS", 2, 1, 64)
    return [*bundled, web(), *(worker(n) for n in range(1, count + 1)), clock()]


def redis_server() -> Program:
    return Program(
        "redis", bundled_redis.command(settings.ALUMIO_DATA), floor=0, is_ready=redis_answers
    )


def web() -> Program:
    command = [
        *python("granian"),
        "--interface=rsgi",
        f"--host={bind_address()}",
        f"--port={settings.ALUMIO_PORT}",
        f"--workers={settings.ALUMIO_WEB_WORKERS}",
        f"--backpressure={MOST_REQUESTS}",
        "--http=1",
        "--no-ws",
        "--respawn-failed-workers",
        "--workers-kill-timeout=10",
        "--log-level=error",
        "alumio.server:application",
    ]
    return Program("web", command, is_ready=web_answers)


def worker(number: int) -> Program:
    command = [
        *celery("worker"),
        "--pool=solo",
        f"--hostname=worker{number}@%h",
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    # The engine finds what ran under its worker's name before a restart. The token keeps two
    # supervisors on one database apart.
    name = {"ALUMIO_WORKER_NAME": f"worker{number}-{SUPERVISOR}"}
    return Program(f"worker {number}", command, environment=QUIET | name, floor=AFTER_WEB)


def clock() -> Program:
    command = [*celery("beat"), "--pidfile="]
    return Program("beat", command, environment=QUIET, floor=AFTER_WEB)


def celery(command: str) -> list[str]:
    return [*python("celery"), "--quiet", "-A", "alumio", command, "--loglevel=WARNING"]


def python(module: str) -> list[str]:
    """Runs a module with this very Python, from the project's folder."""
    return [sys.executable, "-m", module]


def bind_address() -> str:
    """Only this machine, unless ALUMIO_BIND says otherwise (0.0.0.0 for all)."""
    return os.environ.get("ALUMIO_BIND", "127.0.0.1")


def address() -> str:
    return f"http://127.0.0.1:{settings.ALUMIO_PORT}"


def redis_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def web_answers() -> bool:
    """Whether /healthz says that all is well."""
    connection = http.client.HTTPConnection(reachable_address(), settings.ALUMIO_PORT, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable_address() -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind_address(), bind_address())  # noqa: S104


def port_is_free() -> bool:
    family = socket.AF_INET6 if ":" in bind_address() else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind_address(), settings.ALUMIO_PORT))
        except OSError:
            return False
    return True
