"""What `${NAME}` stands for in settings."""

import os

PREFIX = "ALUMIO_VAR_"


def variables() -> dict[str, str]:
    """The environment's `ALUMIO_VAR_NAME` as `NAME`: nothing else of the environment is reachable,
    because it holds the platform's own secrets."""
    return {k.removeprefix(PREFIX): v for k, v in os.environ.items() if k.startswith(PREFIX)}
