"""Settings of workers that tests start and kill: the test's database, short leases, fake ends."""

import json
import os

from alumio.settings import *  # noqa: F403
from alumio.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos"]
of_the_test = json.loads(os.environ["CHAOS_DATABASE"])
if of_the_test["ENGINE"] != DATABASES["default"]["ENGINE"]:
    DATABASES["default"].pop("OPTIONS", None)
DATABASES["default"] |= of_the_test
# Short, and yet so long that a worker of a busy machine beats in time.
ALUMIO_LEASE_SECONDS = 10.0
# A worker that shall only hear the doorbell looks by itself once in so many seconds.
ALUMIO_POLL_SECONDS = float(os.environ.get("CHAOS_LOOKS_EVERY", 0.4))
ALUMIO_SWEEP_SECONDS = float(os.environ.get("CHAOS_LOOKS_EVERY", 0.6))
