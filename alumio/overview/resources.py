"""What the platform uses: room in the database and on the disk, memory, and who is at work.

Looked up anew every 15 seconds: asking a Redis that is silent takes a second.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from alumio import database
from scheduler import health
from tasks import counts

CACHED_SECONDS = 15
KEY = "resources"
TIGHT, FULL = 80, 95
"""Percent from which room or memory is short, and nearly gone."""
MEMORY = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")
"""Linux tells the memory of the machine, and of the container where there is a limit."""


@dataclass(frozen=True)
class Use:
    """Bytes in use, of how many; `of` is None where nobody limits it."""

    name: str
    used: int
    of: int | None = None
    note: str = ""

    @property
    def percent(self) -> int | None:
        return min(100, round(100 * self.used / self.of)) if self.of else None

    @property
    def colour(self) -> str:
        if self.percent is None or self.percent < TIGHT:
            return "blue"
        return "red" if self.percent >= FULL else "orange"


@dataclass(frozen=True)
class Service:
    """Something that works for the platform; `fine` is None where there is nothing to do for it."""

    name: str
    fine: bool | None
    note: str


@dataclass(frozen=True)
class Resources:
    uses: tuple[Use, ...]
    services: tuple[Service, ...]


def resources() -> Resources:
    """At most 15 seconds old."""
    return cache.get_or_set(KEY, _looked_up, CACHED_SECONDS)


def _looked_up() -> Resources:
    uses = [_database(), _task_data(), _disk(), memory()]
    redis_use, redis_service = _redis()
    found = tuple(use for use in (*uses, redis_use) if use)
    return Resources(found, (_workers(), _clock(), redis_service))


# ---------------------------------------------------------------- room and memory


def _database() -> Use:
    size = database.size()
    return Use("Database", size.bytes, note="with its indexes")


def _task_data() -> Use | None:
    """Only where it is counted as tasks come: to add it up would read all of them."""
    if connection.vendor != "postgresql":
        return None
    return Use("Entity data", sum(counts.bytes_by_route().values()), note="of all tasks")


def _disk() -> Use:
    disk = shutil.disk_usage(settings.ALUMIO_DATA)
    return Use("Disk", disk.used, disk.used + disk.free, "where the platform keeps its files")


def memory() -> Use | None:
    """Of the container where it is limited, else of the machine; None where nobody tells."""
    try:
        limit = (GROUP / "memory.max").read_text().strip()
        if limit.isdigit():
            used = int((GROUP / "memory.current").read_text())
            return Use("Memory", used, int(limit), "of this container")
    except (OSError, ValueError):
        pass
    return _memory_of_machine()


def _memory_of_machine() -> Use | None:
    try:
        lines = [line.split() for line in MEMORY.read_text().splitlines()]
        sizes = {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}
        total, available = sizes["MemTotal"], sizes["MemAvailable"]
    except (OSError, ValueError, KeyError, IndexError):
        return None
    return Use("Memory", total - available, total, "of the machine that answers this page")


# ---------------------------------------------------------------- who is at work


def _workers() -> Service:
    workers = health.workers()
    running, waiting = workers["running"], workers["waiting"]
    if workers["status"] != "ok":
        return Service("Workers", False, "Processes wait and nobody takes them: start a worker.")
    return Service("Workers", True, f"{running:,} running, {waiting:,} waiting")


def _clock() -> Service:
    word = health.clock()
    if word == "idle":
        return Service("Clock", None, "no scheduled job needs it")
    note = "ticks" if word == "ok" else "No tick for three minutes: scheduled jobs do not start."
    return Service("Clock", word == "ok", note)


def _redis() -> tuple[Use | None, Service]:
    try:
        timeouts = {"socket_timeout": 1, "socket_connect_timeout": 1}
        with redis.Redis.from_url(settings.REDIS_URL, **timeouts) as client:
            told = client.info("memory")
    except redis.RedisError:
        return None, Service("Redis", False, "Does not answer: everything runs, only later.")
    use = Use("Redis", told["used_memory"], told.get("maxmemory") or None)
    return use, Service("Redis", True, "answers")
