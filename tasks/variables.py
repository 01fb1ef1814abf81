"""What `${NAME}` stands for in settings."""

import os

PREFIX = "ALUMIO_VAR_"


def variables() -> dict[str, str]:
    """The environment's `ALUMIO_VAR_NAME` as `NAME`: nothing else of the environment is reachable,
    because it holds the platform's own secrets."""
    return {k.removeprefix(PREFIX): v for k, v in os.environ.items() if k.startswith(PREFIX)}


def variable(name: str) -> str | None:
    """One of them, without looking at all; None if it is not set."""
    return os.environ.get(PREFIX + name)
