"""Watching steps at work: what each was given, what it gave, what it logged, how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from alumio import jsondiff, jsontext
from connectors.rehearsal import NotAsked
from tasks.importing import readable
from tasks.trying.budget import Budget
from tasks.trying.line import PLACES
from tasks.trying.shown import Shown, Window, line_as_json
from transformers.context import Context, LogLine
from transformers.entity import Entity
from transformers.errors import placed
from transformers.kinds import EntityTransformer
from transformers.pipeline import Pipeline


@dataclass
class Visit:
    """One entity in one step. `left_out`: the step would have asked another system, so it was
    passed over."""

    before: Shown
    after: list[Shown] = field(default_factory=list)
    messages: list[LogLine] = field(default_factory=list)
    seconds: float = 0.0
    error: str = ""
    left_out: bool = False

    @property
    def is_dropped(self) -> bool:
        return not (self.after or self.error)

    @property
    def is_same(self) -> bool:
        return self.after == [self.before]

    @property
    def pairs(self) -> list[tuple[Shown, jsondiff.Differences | None]]:
        """Each entity that came of it, with what is different; None where that is too large to
        compare."""
        return [(after, self._differences(after)) for after in self.after]

    def _differences(self, after: Shown) -> jsondiff.Differences | None:
        if self.before.is_cut or after.is_cut:
            return None
        return jsondiff.compare(self.before.value, after.value)

    def as_json(self) -> dict:
        return {
            "before": self.before.as_json(),
            "after": [shown.as_json() for shown in self.after],
            "messages": [line_as_json(line) for line in self.messages],
            "milliseconds": round(self.seconds * 1000, 3),
            "error": self.error or None,
            "left_out": self.left_out,
        }


@dataclass
class StepTrace:
    """What one step did with one record. `word` is what an error calls it, such as
    “step 2 › Set values”."""

    place: str
    word: str
    kind: str
    visits: list[Visit] = field(default_factory=list)

    @property
    def number(self) -> int:
        return int(self.word.split()[1])

    @property
    def title(self) -> str:
        return self.word.partition(" › ")[2]

    @property
    def seconds(self) -> float:
        return sum(visit.seconds for visit in self.visits)

    @property
    def state(self) -> str:
        """failed, left out, dropped, same or changed; empty where the record did not get there."""
        visits = self.visits
        for state, holds in (
            ("failed", any(visit.error for visit in visits)),
            ("left out", any(visit.left_out for visit in visits)),
            ("dropped", bool(visits) and all(visit.is_dropped for visit in visits)),
            ("same", bool(visits) and all(visit.is_same for visit in visits)),
        ):
            if holds:
                return state
        return "changed" if visits else ""

    def as_json(self) -> dict:
        return {
            "place": self.place,
            "step": self.number,
            "title": self.title,
            "prototype": self.kind,
            "state": self.state or "not reached",
            "visits": [visit.as_json() for visit in self.visits],
        }


class Watcher:
    """Stands between pipelines and their steps. `begin` starts the trace of one more record;
    `given` is what came out of each place of the line."""

    def __init__(self, window: Window, budget: Budget):
        self.window, self.budget = window, budget
        self._names: list[tuple[str, str, str]] = []
        self._traces: list[StepTrace] = []
        self.given: dict[str, list[Shown]] = {}

    def watch(self, place: str, pipeline: Pipeline) -> Pipeline:
        """The pipeline, watched from now on."""

        def wrap(word: str, step: EntityTransformer) -> EntityTransformer:
            self._names.append((place, word, step.prototype))
            return _Watched(self, len(self._names) - 1, word, step)

        return _Exit(place, pipeline.through(wrap), self)

    def begin(self) -> list[StepTrace]:
        """The traces of the next record, which fill while it runs."""
        self._traces, self.given = [StepTrace(*name) for name in self._names], {}
        return sorted(self._traces, key=lambda trace: PLACES.index(trace.place))

    def trace(self, index: int) -> StepTrace:
        return self._traces[index]


class _Exit(Pipeline):
    """Notes what comes out of a pipeline."""

    def __init__(self, place: str, pipeline: Pipeline, watcher: Watcher):
        self._steps, self.place, self.watcher = pipeline._steps, place, watcher

    def run(self, entity, context):
        given = self.watcher.given.setdefault(self.place, [])
        for result in super().run(entity, context):
            given.append(self.watcher.window.entity(result))
            yield result


class _Watched(EntityTransformer):
    """A step in the hands of a watcher; it gives what the step gives."""

    def __init__(self, watcher: Watcher, index: int, word: str, step: EntityTransformer):
        self.watcher, self.index, self.word, self.step = watcher, index, word, step
        self.parameters, self.meta = step.parameters, step.meta

    def apply(self, entity: Entity, context: Context) -> Iterator[Entity]:
        watcher = self.watcher
        watcher.budget.visit()
        visit = Visit(watcher.window.entity(entity))
        watcher.trace(self.index).visits.append(visit)
        original, schema = readable(entity.data), entity.schema
        results = iter(self.step.apply(entity, context))
        while True:
            try:
                with self._at_work(visit, context):
                    result = next(results, None)
            except Exception as error:
                if not (unasked := _unasked(error)):
                    visit.error = watcher.window.redactor.text(str(placed(error, self.word)))
                    raise
                self._pass_over(visit, unasked)
                result = None if visit.after else Entity(jsontext.loads(original), schema)
                results = iter(())
            if result is None:
                return
            watcher.budget.visit()
            visit.after.append(watcher.window.entity(result))
            yield result

    @contextmanager
    def _at_work(self, visit: Visit, context: Context) -> Iterator[None]:
        """Note the time and the messages of the step alone, not of those behind it."""
        began, known = time.perf_counter(), len(context.messages)
        try:
            yield
        finally:
            visit.seconds += time.perf_counter() - began
            visit.messages += self.watcher.window.lines(context.messages[known:])

    def _pass_over(self, visit: Visit, unasked: NotAsked) -> None:
        text = f"{unasked} The step was left out, so what it would bring is missing behind it."
        visit.left_out = True
        visit.messages.append(self.watcher.window.line(LogLine("warning", text, unasked.detail)))


def _unasked(error: BaseException | None) -> NotAsked | None:
    """The look-up at the bottom of a step's error, if it is one that was not asked."""
    while error is not None and not isinstance(error, NotAsked):
        error = error.__cause__
    return error
