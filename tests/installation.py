"""Gets what tests need and the machine lacks: apt where we are root, nothing otherwise."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class Unavailable(Exception):
    """A server or a browser is neither here nor to be had; the text says what was tried."""


def apt_install(*packages: str) -> bool:
    """Installs Debian packages if this is root on Debian; says whether that went well."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"tests: installing {' '.join(packages)} through apt", file=sys.stderr, flush=True)
    with only_one("apt"):
        return run_apt("install", "-y", "--no-install-recommends", *packages) or (
            run_apt("update") and run_apt("install", "-y", "--no-install-recommends", *packages)
        )


def run_apt(*arguments: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-qq", *arguments], env=environment, capture_output=True)
    return done.returncode == 0


class only_one:
    """Lets one process of this user at a time do something; the others wait."""

    def __init__(self, name: str):
        self.path = Path(tempfile.gettempdir()) / f"alumio-tests-{os.getuid()}-{name}.lock"

    def __enter__(self):
        self.file = self.path.open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *error):
        self.file.close()
