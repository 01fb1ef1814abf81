"""A plugin that pytest loads before Django's settings: it gives the tests a world of their own.

The data folder is a temporary one. The database is SQLite in it, or, with
ALUMIO_TEST_DATABASE=postgresql, a PostgreSQL that is found or started. Tests that need what the
machine lacks are skipped; the summary names them loudly, and under CI=true that is a failure.
"""

import atexit
import os
import shutil
import sys
import tempfile

from tests.installation import Unavailable

# Set by the first process of a run; the processes of pytest-xdist inherit its environment.
WORLD = "ALUMIO_TEST_WORLD"
NEEDS = "needs "


def prepare():
    folder = tempfile.mkdtemp(prefix="alumio-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = os.environ.get("ALUMIO_TEST_DATABASE", "sqlite")
    for name in list(os.environ):
        if name.startswith("ALUMIO_") or name in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}:
            del os.environ[name]
    os.environ |= {WORLD: folder, "ALUMIO_DATA": folder, "ALUMIO_TEST_DATABASE": database}
    # Playwright keeps an event loop in the thread of the tests, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if database == "postgresql":
        use_postgresql()


def use_postgresql():
    from tests import postgresql

    try:
        server = postgresql.start()
    except Unavailable as error:
        print(f"\n!!! NOT RUN: the tests on PostgreSQL: {error}\n", file=sys.stderr)
        os._exit(1 if under_ci() else 0)
    atexit.register(server.stop)
    os.environ["DATABASE_URL"] = server.url


def under_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


if not os.environ.get(WORLD):
    prepare()


def pytest_terminal_summary(terminalreporter):
    for reason, count in lacking(terminalreporter).items():
        terminalreporter.write_line(f"!!! NOT RUN: {count} tests: {reason}", red=True, bold=True)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if under_ci() and reporter and lacking(reporter) and exitstatus == 0:
        session.exitstatus = 1


def lacking(reporter) -> dict[str, int]:
    """Why tests were skipped for want of a server or browser, and how many for each reason."""
    counts = {}
    for report in reporter.stats.get("skipped", []):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
        reason = reason.removeprefix("Skipped: ")
        if reason.startswith(NEEDS):
            counts[reason] = counts.get(reason, 0) + 1
    return counts
