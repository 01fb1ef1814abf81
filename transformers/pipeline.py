"""Running steps: an entity through a list of entity transformers, data through data transformers.

A `Pipeline` is built once, when a process starts; running it compiles nothing. What goes wrong with
an entity is a StepError that says where, "step 2 › Set values › mapper 1"; the next entity may run.
A step whose `meta.disabled` is set lets everything pass.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from transformers.context import Context
from transformers.entity import Entity
from transformers.errors import StepError, placed
from transformers.kinds import (
    Condition,
    DataTransformer,
    EntityStep,
    EntityTransformer,
    Filter,
    Mapper,
)
from transformers.registries import entity_transformers

Wrap = Callable[[str, EntityTransformer], EntityTransformer]


def numbered(steps: Iterable, word: str) -> list[tuple[str, Any]]:
    """The enabled ones with what an error calls them: "step 2 › Set values"."""
    return [
        (f"{word} {number} › {step.title}", step)
        for number, step in enumerate(steps, 1)
        if not step.disabled
    ]


class EntitySteps:
    """Entity transformers in a row: each gets every entity that the one before it gives."""

    def __init__(self, steps: Iterable[EntityTransformer], word: str = "step"):
        self._steps = numbered(steps, word)

    def __bool__(self):
        return bool(self._steps)

    def through(self, wrap: Wrap) -> "EntitySteps":
        """The same steps under the same names, each replaced by what `wrap` makes of it."""
        wrapped = EntitySteps(())
        wrapped._steps = [(word, wrap(word, step)) for word, step in self._steps]
        return wrapped

    def run(self, entity: Entity, context: Context) -> Iterator[Entity]:
        return self._from(0, entity, context)

    def _from(self, start: int, entity: Entity, context: Context) -> Iterator[Entity]:
        for index in range(start, len(self._steps)):
            word, step = self._steps[index]
            if not isinstance(step, EntityStep):
                for result in _guarded(word, step, entity, context):
                    yield from self._from(index + 1, result, context)
                return
            try:
                entity = step.change(entity, context)
            except Exception as error:
                raise placed(error, word) from error
            if entity is None:
                return
        yield entity


def _guarded(word: str, step: EntityTransformer, entity: Entity, context: Context):
    """The entities a step gives; only its own errors are told as its."""
    try:
        yield from step.apply(entity, context)
    except Exception as error:
        raise placed(error, word) from error


class DataSteps:
    """Data transformers in a row."""

    def __init__(self, steps: Iterable[DataTransformer], word: str = "step"):
        self._steps = numbered(steps, word)

    def run(self, data, context: Context):
        for word, step in self._steps:
            try:
                data = step.transform(data, context)
            except Exception as error:
                raise placed(error, word) from error
        return data


class Mappers:
    """Mappers in a row: a value passes through all of them."""

    def __init__(self, mappers: Iterable[Mapper]):
        self._mappers = [
            (f"mapper {number}", mapper)
            for number, mapper in enumerate(mappers, 1)
            if not mapper.disabled
        ]

    def run(self, value, context: Context):
        for word, mapper in self._mappers:
            try:
                value = mapper.map(value, context)
            except Exception as error:
                raise placed(error, word) from error
        return value

    def __bool__(self):
        return bool(self._mappers)


class Conditions:
    """Conditions that must all hold for a value."""

    def __init__(self, conditions: Iterable[Condition]):
        self._conditions = numbered(conditions, "condition")

    def hold(self, value, context: Context) -> bool:
        for word, condition in self._conditions:
            try:
                if not condition.test(value, context):
                    return False
            except Exception as error:
                raise placed(error, word) from error
        return True


class Filters:
    """Filters that must all pass."""

    def __init__(self, filters: Iterable[Filter]):
        self._filters = numbered(filters, "filter")

    def failing(self, data, context: Context, entity: Entity | None = None) -> str | None:
        """What the first filter that does not pass is called, or None if all pass."""
        for word, test in self._filters:
            try:
                if not test.test(data, context, entity):
                    return word
            except Exception as error:
                raise placed(error, word) from error
        return None

    def passes(self, data, context: Context, entity: Entity | None = None) -> bool:
        return self.failing(data, context, entity) is None


class Pipeline:
    """The steps of one configuration, ready to run."""

    def __init__(self, steps: list[EntityTransformer]):
        self._steps = EntitySteps(steps)

    @classmethod
    def build(cls, specs: Iterable[dict | str]) -> "Pipeline":
        """Build clean specs; a str names a saved transformer. Raises Located where one is gone."""
        return cls([entity_transformers.build(spec) for spec in specs])

    def __bool__(self):
        """Whether there is anything to run: without steps an entity passes as it is."""
        return bool(self._steps)

    def through(self, wrap: Wrap) -> "Pipeline":
        """The same pipeline for those who want to watch its steps: each is in the hands of what
        `wrap` makes of it."""
        wrapped = Pipeline([])
        wrapped._steps = self._steps.through(wrap)
        return wrapped

    def run(self, entity: Entity, context: Context) -> Iterator[Entity]:
        """The entities that come of this one: none, one or many. Its data may be changed in place.

        Raises StepError at the entity that fails.
        """
        return self._steps.run(entity, context)


__all__ = ["Conditions", "DataSteps", "EntitySteps", "Filters", "Mappers", "Pipeline", "StepError"]
