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
serializers = Registry("serializer")
plugins = Registry("plugin")


def _by_prototype(registry: Registry):
    """A bare name stands for the component of that name with its defaults, as in some exports."""
    return lambda name: {"prototype": name, "parameters": {}} if name in registry else None


parsers.saved = _by_prototype(parsers)
serializers.saved = _by_prototype(serializers)


def load_types() -> None:
    """Import every module below connectors.types, so that its components register, and the steps
    that this floor adds to the registries of floor 1."""
    types = importlib.import_module("connectors.types")
    for module in pkgutil.walk_packages(types.__path__, "connectors.types."):
        importlib.import_module(module.name)
    importlib.import_module("connectors.transformers")
