"""The registries of webhooks: who may call, and which handshakes are answered."""

import importlib
import pkgutil

from alumio.components import Registry

validators = Registry("validator")
handshakes = Registry("handshake")


def load_types() -> None:
    """Import every module below scheduler.webhooks.types, so that its components register."""
    types = importlib.import_module("scheduler.webhooks.types")
    for module in pkgutil.walk_packages(types.__path__, "scheduler.webhooks.types."):
        importlib.import_module(module.name)
