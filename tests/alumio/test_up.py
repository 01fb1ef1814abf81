"""`manage.py up` for real: every program of the platform, on its own port and data folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.webserver import free_port

ROOT = Path(__file__).resolve().parents[2]
STOPS_WITHIN = 600

pytestmark = pytest.mark.slow


class Platform:
    def __init__(self, data: Path, port: int):
        self.port, self.lines = port, []
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL"}
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=environment | {"ALUMIO_DATA": str(data), "PORT": str(port), "ALUMIO_DEMO": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until_ready(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("Alumio is ready"):
                return self
        raise AssertionError("\n".join(self.lines))

    def child(self, word: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            # One that just died has no command line any more.
            with suppress(psutil.NoSuchProcess):
                if word in " ".join(child.cmdline()):
                    return child
        return None

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/healthz", timeout=5
            ) as answer:
                return answer.status == 200
        except OSError:
            return False

    def rest(self) -> str:
        return self.process.communicate(timeout=STOPS_WITHIN)[0]


@pytest.fixture
def up(tmp_path):
    started = []

    def start(data=tmp_path, port=None) -> Platform:
        started.append(Platform(data, port or free_port()))
        return started[-1]

    yield start
    for platform in started:
        if platform.process.poll() is None:
            platform.process.terminate()
            platform.rest()


def wait_until(condition, seconds: float = 300):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def test_the_platform_starts_heals_itself_and_stops_without_a_trace(up):
    platform = up().read_until_ready()
    assert platform.lines[-1] == f"Alumio is ready on http://127.0.0.1:{platform.port}"
    assert any(re.match(r"Password \(shown this once\): \S{12,}", line) for line in platform.lines)
    wait_until(platform.healthy)

    killed = [platform.child(word) for word in ("granian", "worker1", "beat")]
    for child in killed:
        child.kill()
    wait_until(lambda: all(platform.child(word) for word in ("granian", "worker1", "beat")))
    wait_until(platform.healthy)

    family = psutil.Process(platform.process.pid).children(recursive=True)
    platform.process.send_signal(signal.SIGTERM)
    assert platform.rest().splitlines()[-1] == "Alumio has stopped."
    assert platform.process.returncode == 0
    wait_until(lambda: not [child for child in family if child.is_running()])
    assert not platform.healthy()


def test_two_platforms_do_not_share_a_data_folder(up, tmp_path):
    up().read_until_ready()

    second = up(tmp_path)

    assert f"Alumio already runs on the data folder {tmp_path}" in second.rest()
    assert second.process.returncode == 1


def test_a_port_in_use_is_refused_with_what_to_do(up):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        platform = up(port=port)

        assert re.search(rf"Port {port} .* cannot be used.*PORT=8001 make run", platform.rest())
        assert platform.process.returncode == 1


def test_a_data_folder_that_cannot_be_made_is_refused_with_what_to_do(up):
    platform = up(data=Path("/proc/alumio"))

    output = platform.rest()

    assert "The data folder /proc/alumio cannot be made" in output
    assert "Traceback" not in output
    assert platform.process.returncode == 1
