"""Short ways to clean, build and run one step in a test, as a saved configuration would be."""

import copy

from transformers import registries
from transformers.context import Context
from transformers.entity import Entity
from transformers.pipeline import Conditions, DataSteps, Filters, Mappers, Pipeline


def step(prototype, name=None, **parameters):
    """A spec in the shape of Alumio's exports."""
    spec = {"prototype": prototype, "parameters": parameters}
    return spec | ({"meta": {"name": name}} if name else {})


def key(*keys, root=""):
    return step("key", keys=list(keys), root=root)


def pattern(text=""):
    return step("pattern", pattern=text)


def structure(key, value, root=""):
    return step("structure", key=key, value=value, root=root)


def values(accessor, *conditions):
    """A filter on values."""
    return step("value-condition-v2", accessor=accessor, conditions=list(conditions))


def exists(path):
    return step("key-condition", filter=step("key-exists-condition", path=path))


def made(registry, spec):
    return registry.build(registry.clean(spec))


def transform(data, *specs, context=None):
    """The data after these data transformers; the given data stays untouched."""
    steps = DataSteps([made(registries.data_transformers, spec) for spec in specs])
    return steps.run(copy.deepcopy(data), context or Context())


def run(data, *specs, schema=None, context=None):
    """The entities that come of one after these entity transformers."""
    pipeline = Pipeline.build([registries.entity_transformers.clean(spec) for spec in specs])
    return list(pipeline.run(Entity(copy.deepcopy(data), schema), context or Context()))


def map_value(value, *specs, context=None):
    mappers = Mappers([made(registries.mappers, spec) for spec in specs])
    return mappers.run(value, context or Context())


def holds(value, *specs):
    conditions = Conditions([made(registries.conditions, spec) for spec in specs])
    return conditions.hold(value, Context())


def passes(data, *specs):
    filters = Filters([made(registries.filters, spec) for spec in specs])
    return filters.passes(data, Context())


def reduce(operator, *operands):
    return made(registries.operators, step(operator)).reduce(list(operands))
