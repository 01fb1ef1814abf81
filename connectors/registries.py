"""The registries of floor 2: what talks to other systems."""

import importlib
import pkgutil

from alumio.components import Registry

subscribers = Registry("subscriber")
publishers = Registry("publisher")
clients = Registry("client")
authentications = Registry("authentication")
paginations = Registry("pagination")
parsers = Registry("parser")
plugins = Registry("plugin")


def load_types() -> None:
    """Import every module below connectors.types, so that its components register."""
    types = importlib.import_module("connectors.types")
    for module in pkgutil.walk_packages(types.__path__, "connectors.types."):
        importlib.import_module(module.name)
