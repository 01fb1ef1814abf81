"""The README cannot fall behind the code: every variable is listed, every listed one is read."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ["alumio", "transformers", "connectors", "routes", "tasks", "scheduler"]
CALL = re.compile(
    r"""(?:environ(?:\.get\(|\[)|flag\(|number\(|words\(|networks\(|folder\(|secret_key\(|fernet_keys\()\s*"([A-Z_]+)\""""
)
# Not for people: Django's own, and what the supervisor tells its workers.
FOREIGN = {"DJANGO_SETTINGS_MODULE", "ALUMIO_WORKER_NAME"}
# Stands for any name.
PATTERNS = {"ALUMIO_VAR_NAME"}


def variables_read() -> set[str]:
    sources = [path.read_text() for app in OWN for path in (ROOT / app).rglob("*.py")]
    return {name for source in sources for name in CALL.findall(source)} - FOREIGN


def variables_listed() -> set[str]:
    text = (ROOT / "README.md").read_text()
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)) - PATTERNS


def test_every_environment_variable_is_listed_and_every_listed_one_is_read():
    assert variables_listed() == variables_read()


def test_every_dependency_has_a_reason():
    reasons = (ROOT / "docs/dependencies.md").read_text().lower()
    lines = [
        line
        for name in ("app", "dev")
        for line in (ROOT / f"requirements/{name}.in").read_text().splitlines()
        if line and not line.startswith(("#", "-r"))
    ]

    names = [re.match(r"[\w-]+", line)[0].lower() for line in lines]
    assert [name for name in names if name not in reasons] == []
