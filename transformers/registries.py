"""The registries of floor 1: what changes an entity, and what tests and finds values in it."""

import importlib
import pkgutil

from alumio.components import Registry

entity_transformers = Registry("transformer")
data_transformers = Registry("data transformer")
mappers = Registry("mapper")
conditions = Registry("condition")
filters = Registry("filter")
accessors = Registry("accessor")
operators = Registry("operator")


def load_types() -> None:
    """Import every module below transformers.types, so that its components register."""
    types = importlib.import_module("transformers.types")
    for module in pkgutil.walk_packages(types.__path__, "transformers.types."):
        importlib.import_module(module.name)
