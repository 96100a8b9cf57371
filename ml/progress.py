"""What a long-running generator yields, and how one is run to its end.

Every stage is a generator: it yields `Progress` and returns its result, so that the caller
decides where it runs (in process, or in a worker process) and can stop it between two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """One step of long work.

    Attributes
    ----------
    fraction : float
        Share done, 0 to 1, never decreasing within one job.
    message : str
        What is being done, for a person: "Reading the video".
    """

    fraction: float
    message: str = ""


Steps = Generator[Progress, None, T]


def scaled(steps: Steps[T], start: float, stop: float) -> Steps[T]:
    """Pass on the steps of a sub-task as the part `start` to `stop` of the whole."""
    while True:
        try:
            step = next(steps)
        except StopIteration as done:
            return done.value
        yield Progress(start + (stop - start) * step.fraction, step.message)


def run(steps: Steps[T], report: Callable[[Progress], None] | None = None) -> T:
    """Run a generator to its end in this process and return its result."""
    while True:
        try:
            step = next(steps)
        except StopIteration as done:
            return done.value
        if report is not None:
            report(step)
