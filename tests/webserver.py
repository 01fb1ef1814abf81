"""The platform's web server for tests: started as `manage.py up` does, to be asked, killed, frozen
and restarted."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]


class Web:
    """Use it as a context; it leaves no process behind. `environment` is added to our own."""

    def __init__(self, environment: dict, application="alumio.server:application", workers=1):
        self.environment = os.environ | {"PYTHONWARNINGS": "ignore"} | environment
        self.application, self.workers, self.port = application, workers, free_port()
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "granian", "--interface=rsgi", "--http=1", "--no-ws"),
            *("--host=127.0.0.1", f"--port={self.port}", f"--workers={self.workers}"),
            *("--backpressure=4096", "--respawn-failed-workers", "--workers-kill-timeout=10"),
            *("--log-level=error", self.application),
        ]
        self.log = Path(self.environment["ALUMIO_DATA"]) / f"web-{self.port}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, seconds: float = 400) -> "Web":
        """Wait until it answers."""
        deadline = time.monotonic() + seconds
        while not self.raw(
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return self

    def stop(self, seconds: float = 120) -> None:
        self.process.terminate()
        self.process.wait(seconds)

    def kill(self) -> None:
        """kill -9, all its programs."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def signal(self, number: int) -> None:
        """To each of its programs."""
        os.killpg(self.process.pid, number)

    @property
    def programs(self) -> list[psutil.Process]:
        """Those that answer."""
        return [
            each
            for each in psutil.Process(self.process.pid).children(recursive=True)
            if "resource_tracker" not in " ".join(each.cmdline())
        ]

    def memory(self) -> int:
        """Bytes in memory, of all that answer."""
        return sum(each.memory_info().rss for each in self.programs)

    def connect(self, seconds: float = 30) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    def raw(self, data: bytes, seconds: float = 30, shut: bool = False) -> bytes:
        """Send these bytes and read what comes until the connection ends; b"" for none."""
        try:
            with closing(self.connect(seconds)) as line:
                line.sendall(data)
                if shut:
                    line.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: line.recv(65536), b""))
        except OSError:
            return b""


def free_port() -> int:
    """A port that is free and stays so until it is used: below those that the system gives to
    whoever calls somebody, and none that another worker of these tests would take."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 16
    for port in random.sample(range(16_000 + worker, 32_000, 16), 500):
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")
