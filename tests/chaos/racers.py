"""Many processes that do the same thing at the same moment, round after round."""

import multiprocessing
import os
from collections.abc import Callable

from django.db import connections

PATIENCE = 300
"""Seconds that one round may take, on a machine that does much else; after them the race counts as
broken."""


class Racers:
    """`count` processes that call `step(racer, round)` together. Use it as a context.

    The processes are forked once; a barrier starts and ends each round. `run_round` gives what each
    step returned; what it raised is raised again, as RuntimeError.
    """

    def __init__(self, count: int, step: Callable):
        self.count, self.step = count, step

    def __enter__(self):
        connections.close_all()  # a forked connection would be used by two
        context = multiprocessing.get_context("fork")
        self.barrier = context.Barrier(self.count + 1)
        self.lines = [context.Pipe(duplex=False) for _ in range(self.count)]
        self.going_on = context.Value("b", True)
        self.processes = [
            context.Process(target=self._race, args=(n,), daemon=True) for n in range(self.count)
        ]
        for process in self.processes:
            process.start()
        self.round = 0
        return self

    def __exit__(self, *_):
        self.going_on.value = False
        if not self.barrier.broken:
            self.barrier.wait(PATIENCE)
        for process in self.processes:
            process.join(PATIENCE)
            process.kill()

    def run_round(self) -> list:
        self.barrier.wait(PATIENCE)
        answers = [self._answer_of(racer) for racer in range(self.count)]
        self.round += 1
        for _, error in answers:
            if error:
                raise RuntimeError(error)
        return [answer for answer, _ in answers]

    def _race(self, racer: int) -> None:
        try:
            round = 0
            while True:
                self.barrier.wait(PATIENCE)
                if not self.going_on.value:
                    return
                self.lines[racer][1].send(self._answer(racer, round))
                round += 1
        finally:
            os._exit(0)  # nothing of the tests' own ends must run here

    def _answer_of(self, racer: int):
        line, _ = self.lines[racer]
        if not line.poll(PATIENCE):
            return None, f"racer {racer}: no answer in {PATIENCE} s"
        return line.recv()

    def _answer(self, racer: int, round: int):
        try:
            return self.step(racer, round), None
        except Exception as error:
            return None, f"racer {racer}: {type(error).__name__}: {error}"
