"""Runs several programs as one: restarts what dies, stops all together, leaves none behind.

Knows nothing of the platform; `manage.py up` says what to run.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
# A program that ran this long was healthy: its next death counts as the first again.
HEALTHY_SECONDS = 30
LONGEST_PAUSE = 30
# A program that dies this often before everything is ready will not do better the next time.
DEATHS_BEFORE_READY = 3


class StartFailed(Exception):
    """A program kept dying, or did not get ready in time; the text says which."""


@dataclass
class Program:
    """One command to keep running. Programs of a lower `floor` start earlier and stop later."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    floor: int = 1
    is_ready: Callable[[], bool] = lambda: True

    process: subprocess.Popen | None = None
    started_at: float = 0
    deaths: int = 0
    start_at: float = 0

    def start(self):
        parent = os.getpid()
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: die_with(parent),
        )

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, signal_number: int):
        """Signals the program alone; it tells its own children."""
        if self.runs:
            self.process.send_signal(signal_number)

    def kill_group(self):
        """Kills the program and every process it started, also those it left behind."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return
            self.process.wait()


def die_with(parent: int):
    """In the child: ask the kernel for SIGTERM when the supervisor dies, however it dies."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


def say(text: str):
    print(text, flush=True)


class Supervisor:
    """Keeps programs running until SIGTERM or SIGINT.

    `stop_seconds` is what the programs get to end by themselves before they are killed;
    `ready` is called once, when every program's `is_ready` has said yes.
    """

    def __init__(
        self,
        programs: Iterable[Program],
        ready: Callable[[], None] = lambda: None,
        stop_seconds: float = 14,
        start_seconds: float = 90,
        tick_seconds: float = 0.2,
    ):
        self.programs = sorted(programs, key=lambda program: program.floor)
        self.ready = ready
        self.stop_seconds = stop_seconds
        self.start_seconds = start_seconds
        self.tick_seconds = tick_seconds
        self.stopping = False
        self.is_ready = False

    def run(self):
        """Starts, watches, stops. Raises StartFailed if the programs do not get ready."""
        signal.signal(signal.SIGTERM, self.ask_to_stop)
        signal.signal(signal.SIGINT, self.ask_to_stop)
        try:
            self.start_all()
            while not self.stopping:
                self.revive()
                time.sleep(self.tick_seconds)
        finally:
            self.stop_all()

    def ask_to_stop(self, *_):
        self.stopping = True

    def start_all(self):
        deadline = time.monotonic() + self.start_seconds
        for floor in sorted({program.floor for program in self.programs}):
            programs = [program for program in self.programs if program.floor == floor]
            for program in programs:
                program.start()
            self.wait_for(programs, deadline)
        if not self.stopping:
            self.is_ready = True
            self.ready()

    def wait_for(self, programs: list[Program], deadline: float):
        waiting = list(programs)
        while waiting and not self.stopping:
            self.revive()
            waiting = [p for p in waiting if not (p.runs and p.is_ready())]
            if waiting and time.monotonic() > deadline:
                names = ", ".join(program.name for program in waiting)
                raise StartFailed(f"not ready after {self.start_seconds:.0f} seconds: {names}")
            time.sleep(0.25 if waiting else 0)

    def revive(self):
        for program in self.programs:
            if program.process is None or program.runs or self.stopping:
                continue
            if not program.start_at:
                self.note_death(program)
            if time.monotonic() >= program.start_at:
                program.start_at = 0
                program.start()

    def note_death(self, program: Program):
        code = program.process.returncode
        program.kill_group()  # its children must not go on beside those of its successor
        lived = time.monotonic() - program.started_at
        program.deaths = 1 if lived > HEALTHY_SECONDS else program.deaths + 1
        if not self.is_ready and program.deaths >= DEATHS_BEFORE_READY:
            raise StartFailed(f"{program.name} ended {program.deaths} times ({ending(code)})")
        pause = min(2 ** (program.deaths - 1) / 2, LONGEST_PAUSE)
        program.start_at = time.monotonic() + pause
        say(f"{program.name} ended ({ending(code)}); starting it again in {pause:g} s")

    def stop_all(self):
        """Ends the programs of each floor, the highest first, and kills what does not listen."""
        self.stopping = True
        deadline = time.monotonic() + self.stop_seconds
        for floor in sorted({program.floor for program in self.programs}, reverse=True):
            programs = [program for program in self.programs if program.floor == floor]
            for program in programs:
                program.send(signal.SIGTERM)
            while any(program.runs for program in programs) and time.monotonic() < deadline:
                time.sleep(0.05)
            for program in programs:
                if program.runs:
                    say(f"{program.name} did not stop in time; killing it")
                program.kill_group()
            deadline = max(deadline, time.monotonic() + 2)


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
