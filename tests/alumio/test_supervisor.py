"""The supervisor with real processes: what it starts, it ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
STOPS_WITHIN = 600
# Each writes the ids of its processes, then sleeps: one listens to SIGTERM, one does not, one has
# a child of its own.
POLITE = "import time, os; note('polite'); time.sleep(600)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); note('deaf'); "
    "time.sleep(600)"
)
PARENT = (
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', "
    "'import time; time.sleep(600)']); note('parent', child.pid); time.sleep(600)"
)
CRASHING = "wait_for('polite'); raise SystemExit(3)"


class Platform:
    """A supervisor in a process of its own, running programs given as Python source."""

    def __init__(
        self, folder: Path, *sources: str, is_ready: bool = True, start_seconds: float = 30
    ):
        self.folder = folder
        note = (
            f"def note(name, *pids):\n    import os\n    path = {str(folder)!r} + '/' + name\n"
            "    open(path + '.new', 'w').write(' '.join(map(str, (os.getpid(), *pids))))\n"
            "    os.replace(path + '.new', path)\n"
            "def wait_for(name):\n    import os, time\n"
            f"    while not os.path.exists({str(folder)!r} + '/' + name): time.sleep(0.02)\n"
        )
        script = textwrap.dedent(
            f"""
            import sys
            from alumio.supervisor import Program, StartFailed, Supervisor
            programs = [
                Program(
                    f"program {{i}}",
                    [sys.executable, "-c", {note!r} + source],
                    is_ready=lambda: {is_ready},
                )
                for i, source in enumerate({sources!r})
            ]
            try:
                Supervisor(
                    programs, ready=lambda: print("ready", flush=True),
                    start_seconds={start_seconds}, stop_seconds=2, tick_seconds=0.02,
                ).run()
            except StartFailed as error:
                sys.exit(f"not started: {{error}}")
            """
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pids(self, name: str) -> list[int]:
        """The ids that a program wrote down; waits until it has."""
        wait_until(lambda: (self.folder / name).exists())
        return [int(part) for part in (self.folder / name).read_text().split()]

    def stop(self, signal_number=signal.SIGTERM) -> str:
        self.process.send_signal(signal_number)
        return self.process.communicate(timeout=STOPS_WITHIN)[0]


@pytest.fixture
def platform(tmp_path):
    started = []

    def start(*sources, **options):
        started.append(Platform(tmp_path, *sources, **options))
        return started[-1]

    yield start
    for one in started:
        for process in family(one.process.pid):
            process.kill()
        one.process.kill()
        one.process.wait()


def family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(condition, seconds: float = STOPS_WITHIN):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_a_killed_program_is_started_again(platform):
    running = platform(POLITE)
    (first,) = running.pids("polite")

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: running.pids("polite") != [first])
    assert is_gone(first)
    assert "program 0 ended (SIGKILL)" in running.stop()


def test_children_of_a_killed_program_do_not_live_on_beside_its_successor(platform):
    running = platform(PARENT)
    first, child = running.pids("parent")

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: running.pids("parent")[0] != first)
    wait_until(lambda: is_gone(child))


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all_and_leaves_no_process(platform, signal_number):
    running = platform(POLITE, DEAF, PARENT)
    pids = [pid for name in ("polite", "deaf", "parent") for pid in running.pids(name)]

    output = running.stop(signal_number)

    assert running.process.returncode == 0
    assert "program 1 did not stop in time; killing it" in output
    wait_until(lambda: all(is_gone(pid) for pid in pids))


def test_programs_end_when_the_supervisor_is_killed(platform):
    running = platform(POLITE)
    (pid,) = running.pids("polite")

    running.process.kill()
    running.process.wait()

    wait_until(lambda: is_gone(pid))


def test_a_program_that_keeps_dying_at_the_start_stops_the_others_and_is_named(platform):
    running = platform(POLITE, CRASHING, is_ready=False)
    (pid,) = running.pids("polite")

    output = running.process.communicate(timeout=STOPS_WITHIN)[0]

    assert running.process.returncode == 1
    assert "not started: program 1 ended 3 times (exit code 3)" in output
    assert is_gone(pid)


def test_a_program_that_does_not_get_ready_is_named(platform):
    running = platform(POLITE, is_ready=False, start_seconds=1)

    output = running.process.communicate(timeout=STOPS_WITHIN)[0]

    assert "not started: not ready after 1 seconds: program 0" in output


def test_a_program_that_dies_once_everything_is_ready_does_not_stop_the_others(platform):
    running = platform(POLITE, CRASHING)
    (pid,) = running.pids("polite")

    lines = [running.process.stdout.readline() for _ in range(3)]

    assert any("program 1 ended (exit code 3)" in line for line in lines)
    assert not is_gone(pid)


def test_signals_reach_programs_of_a_higher_floor_first(tmp_path):
    source = textwrap.dedent(
        """
        import os, sys
        from alumio.supervisor import Program, Supervisor
        last_words = (
            "import signal, sys, time\\n"
            "def leave(*_): print(sys.argv[1], 'leaves', flush=True); sys.exit()\\n"
            "signal.signal(signal.SIGTERM, leave); print(sys.argv[1], 'is up', flush=True)\\n"
            "time.sleep(600)"
        )
        supervisor = Supervisor([
            Program("roof", [sys.executable, "-c", last_words, "roof"], floor=1),
            Program("ground", [sys.executable, "-c", last_words, "ground"], floor=0),
        ])
        supervisor.run()
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", source], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    up = {process.stdout.readline().strip() for _ in range(2)}

    process.terminate()
    output = process.communicate(timeout=STOPS_WITHIN)[0]

    assert up == {"roof is up", "ground is up"}
    assert output.splitlines() == ["roof leaves", "ground leaves"]
