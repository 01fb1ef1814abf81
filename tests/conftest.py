"""What all tests share: settings made cheap for tests, fakes that are fresh, a Redis and a browser
for those who ask."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from scheduler import doorbell
from tests import fakes
from tests.installation import Unavailable

PATIENCE = 30_000
"""Milliseconds that a browser waits for what must come, on a machine that does much else."""
PATIENT = Path(__file__).with_name("patience.js")
HOUR, TURN = 3600, 120
"""Seconds: of an hour, and before its end, in which a test might go on into the next one."""
SAME_EVERYWHERE = {"locale": "en-US", "timezone_id": "UTC", "reduced_motion": "reduce"}

# How fast an example runs says nothing on a shared machine. The same examples each time: a test
# that fails at one try of many stops somebody who changed something else.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_configure(config):
    from django.conf import settings

    # Hashed file names need `collectstatic` first; slow password hashes only cost time here.
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_ENABLED = False
    # A test that thinks for long within its transaction is not frozen; workers of tests keep it.
    settings.DATABASES["default"].get("OPTIONS", {}).pop("options", None)


def pytest_collection_modifyitems(items):
    """Tests that use a fixture of a server or browser carry its marker by themselves."""
    for item in items:
        if {"page", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
        if "redis_url" in getattr(item, "fixturenames", ()):
            item.add_marker("redis")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Half a character in a captured log would end the whole run: processes talk in UTF-8."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def _fresh_fakes():
    fakes.fresh()


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch):
    """What the platform groups, remembers or leaves out by how long something took would differ
    with the speed of the machine."""
    from alumio.builder import pulse
    from tasks import counts, hours, importing, settle

    for module, name, never in (
        (counts, "COSTLY", 1e9),
        (hours, "PATIENCE", 1e9),
        (importing, "MAX_AGE", 1e9),
        (settle, "MAX_WAIT", 60),
        (pulse, "SHARE", 0),
    ):
        monkeypatch.setattr(module, name, never)


@pytest.fixture
def still(monkeypatch):
    """The database's clock stands still, so that no minute ends between two looks at it."""
    from alumio import database

    moment = database.now()
    monkeypatch.setattr(database, "now", lambda: moment)


@pytest.fixture
def same_hour():
    """An hour that is about to end ends first, so that all of the test lies in one."""
    left = HOUR - time.time() % HOUR
    if left < TURN:
        time.sleep(left + 1)


@pytest.fixture
def target():
    """The fake target, up and empty."""
    return fakes.TARGET


@pytest.fixture
def source():
    """The fake source: `pages` of records, `fetched` page numbers, `fails_after` a page."""
    return fakes.SOURCE


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    """One entry for each ring of the doorbell, which reaches nobody."""
    rung = []
    monkeypatch.setattr(doorbell, "ring", lambda: rung.append("ring"))
    return rung


@pytest.fixture(scope="session")
def redis_url():
    """The address of a Redis that belongs to the tests."""
    from tests import redis_server

    try:
        server = redis_server.start()
    except Unavailable as error:
        pytest.skip(f"needs Redis: {error}")
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium of playwright."""
    from playwright.sync_api import expect, sync_playwright

    from tests import chromium

    try:
        path = chromium.find()
    except Unavailable as error:
        pytest.skip(f"needs Chromium: {error}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, live_server):
    """A fresh page (no cookies) whose addresses are relative to a running platform."""
    context = browser.new_context(base_url=live_server.url, **SAME_EVERYWHERE)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(path=PATIENT)
    yield context.new_page()
    context.close()
