"""Named expressions and micro-expressions: action units, how strong, and how they come and go.

An action unit is what one muscle group does, numbered as in the Facial Action Coding System; an
"L" or "R" behind the number is that side alone. Times are those of an ordinary performance.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import UnderstudyError
from .performance import INDEX, NAMES

_FILE = Path(__file__).with_name("library.json")
MICRO_S = 0.5
"""A whole expression that is shorter is a micro-expression."""


@dataclass(frozen=True)
class Expression:
    """One entry of the library.

    Attributes
    ----------
    name, title, description : the id, and what a person reads
    units : action unit to strength, 0 to 1
    onset_s, apex_s, offset_s : seconds in which it comes, stays and goes
    tags : further words for it
    """

    name: str
    title: str
    description: str
    units: dict[str, float]
    onset_s: float
    apex_s: float
    offset_s: float
    tags: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """Return how long it lasts."""
        return self.onset_s + self.apex_s + self.offset_s

    @property
    def micro(self) -> bool:
        """Say whether it is a micro-expression."""
        return self.seconds < MICRO_S

    def coefficients(self) -> NDArray:
        """Return (52,) coefficients at the apex."""
        out = np.zeros(len(NAMES))
        for unit, strength in self.units.items():
            out += strength * _unit(unit)
        return np.clip(out, 0.0, 1.0)


@cache
def load() -> dict[str, Expression]:
    """Return the whole library by name, in the order of the file."""
    stored = json.loads(_FILE.read_text("utf-8"))["expressions"]
    return {
        name: Expression(name=name, **{**entry, "tags": tuple(entry["tags"])})
        for name, entry in stored.items()
    }


@cache
def units() -> dict[str, dict]:
    """Return action unit to {"title", "expressions"}; "*" stands for a side."""
    return json.loads(_FILE.read_text("utf-8"))["units"]


@cache
def _unit(unit: str) -> NDArray:
    """Return (52,) coefficients of an action unit, with or without a side."""
    known = units()
    number, sides = unit, ("Left", "Right")
    if unit not in known:
        number = unit[:-1]
        sides = {"L": ("Left",), "R": ("Right",)}[unit[-1]]
    out = np.zeros(len(NAMES))
    for expression, weight in known[number]["expressions"].items():
        for name in {expression.replace("*", side) for side in sides}:
            out[INDEX[name]] = weight
    return out


def find(name: str) -> Expression:
    """Return an expression by its name or title.

    Raises
    ------
    UnderstudyError
        There is none.
    """
    found = load().get(name) or next(
        (e for e in load().values() if e.title.lower() == name.strip().lower()), None
    )
    if found is None:
        raise UnderstudyError(
            f"The library has no expression {name!r}: choose one of {', '.join(load())}"
        )
    return found


def duration(name: str, speed: float = 1.0) -> float:
    """Return how many seconds an expression lasts at a speed."""
    return find(name).seconds / max(speed, 1e-3)


def curve(
    expression: Expression, times: ArrayLike, amplitude: float = 1.0, speed: float = 1.0
) -> NDArray:
    """Return (F, 52) coefficients at (F,) seconds since the expression began.

    It eases in and out; what is over 1 is clipped. A single peak between two samples is kept by
    `ml.face.retarget`, so sample finely.
    """
    at = np.asarray(times, float) * speed
    rise = np.clip(at / expression.onset_s, 0.0, 1.0)
    fall = np.clip((expression.seconds - at) / expression.offset_s, 0.0, 1.0)
    share = np.minimum(rise, fall)
    share = share * share * (3.0 - 2.0 * share)
    return np.clip(share[:, None] * amplitude * expression.coefficients(), 0.0, 1.0)
