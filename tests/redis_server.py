"""Brings a Redis: the one named in TEST_REDIS_URL, else a private one on a socket of its own."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import redis

from alumio import bundled_redis
from tests.installation import Unavailable


class Server:
    """A server to be used under `url` and stopped when done."""

    def __init__(self, url: str, process=None, folder=None):
        self.url, self.process, self.folder = url, process, folder

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(120)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def start() -> Server:
    """The named Redis, else a private redis-server, else the Valkey that the platform brings."""
    if url := os.environ.get("TEST_REDIS_URL"):
        return Server(url)
    folder = Path(tempfile.mkdtemp(prefix="alumio-redis-"))
    command = bundled_redis.command(folder)
    if installed := shutil.which("redis-server"):
        command[0] = installed
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(bundled_redis.url(folder), process, folder)
    wait_until_ready(server)
    return server


def wait_until_ready(server: Server, seconds: float = 120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            with redis.Redis.from_url(server.url) as client:
                client.ping()
            return
        except redis.ConnectionError as error:
            if time.monotonic() > deadline or server.process.poll() is not None:
                server.stop()
                raise Unavailable(f"the Redis server did not start: {error}") from error
            time.sleep(0.02)
