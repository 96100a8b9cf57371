"""Strokes: stretches of time that an artist draws, in which a face is stronger, quicker, or stays.

A stroke has a height from -1 to 1 at each moment, drawn freely or level; 0 changes nothing. What
a height means hangs on the stroke's kind: see `amount_of`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .timing import quickened

AMPLITUDE, SPEED, HOLD = KINDS = ("amplitude", "speed", "hold")
ALL = "all"
NEUTRAL = {AMPLITUDE: 1.0, SPEED: 1.0, HOLD: 0.0}
"""Amount of each kind that changes nothing."""

MOST = {AMPLITUDE: 3.0, SPEED: 4.0, HOLD: 1.0}
"""Amount of each kind at a height of 1."""


@dataclass
class Stroke:
    """A stretch of time in which a region is changed.

    Attributes
    ----------
    kind : one of `KINDS`
    start_s, end_s : seconds from the performance's beginning
    amount : what is reached at a height of 1: times as strong, times as quick, or the share by
        which the face stays as it is where the stroke begins
    region : one of `ml.face.performance.REGIONS`, or `ALL`
    fade_s : seconds over which it comes and goes, inside
    heights : drawn heights, evenly over the stretch, as shares of the amount's own; a negative one
        does the opposite. Empty for a level stroke
    """

    kind: str
    start_s: float
    end_s: float
    amount: float = 1.5
    region: str = ALL
    fade_s: float = 0.1
    heights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a stroke's kind is one of {', '.join(KINDS)}, not {self.kind!r}")

    def amounts(self, times: NDArray) -> NDArray:
        """Return (F,) amounts at (F,) seconds from the beginning; neutral outside the stretch."""
        height = height_of(self.kind, self.amount)
        fade = max(self.fade_s, 1e-6)
        weight = np.clip(np.minimum(times - self.start_s, self.end_s - times) / fade, 0.0, 1.0)
        weight = weight * weight * (3.0 - 2.0 * weight)
        if self.heights:
            along = np.linspace(self.start_s, self.end_s, len(self.heights))
            weight = weight * np.interp(times, along, self.heights)
        return amount_of(self.kind, height * weight)


def amount_of(kind: str, height: ArrayLike) -> NDArray:
    """Return what a height means.

    >>> amount_of("amplitude", [-1, 0, 1]).tolist(), amount_of("speed", [-1, 0, 1]).tolist()
    ([0.0, 1.0, 3.0], [0.25, 1.0, 4.0])
    >>> amount_of("hold", [-1, 0, 1]).tolist()
    [0.0, 0.0, 1.0]
    """
    height = np.asarray(height, float)
    if kind == SPEED:
        return MOST[SPEED] ** height
    if kind == HOLD:
        return np.clip(height, 0.0, 1.0)
    return np.maximum(1.0 + height * np.where(height > 0, MOST[AMPLITUDE] - 1.0, 1.0), 0.0)


def height_of(kind: str, amount: float) -> float:
    """Return the height of an amount; beyond 1 where it is more than a drawn one can be.

    >>> height_of("amplitude", 2.0), height_of("amplitude", 0.5), height_of("speed", 2.0)
    (0.5, -0.5, 0.5)
    """
    if kind == SPEED:
        return float(np.log(max(amount, 1e-3)) / np.log(MOST[SPEED]))
    if kind == HOLD:
        return float(amount)
    over = amount - 1.0
    return float(over / (MOST[AMPLITUDE] - 1.0) if over > 0 else over)


def stroked(times: NDArray, values: NDArray, stroke: Stroke) -> NDArray:
    """Return the tracks of one region with a stroke applied.

    Parameters
    ----------
    times : (F,) seconds from the performance's beginning
    values : (F, C)
    """
    amounts = stroke.amounts(times)
    if stroke.kind == SPEED:
        return quickened(times, values, amounts)
    if stroke.kind == AMPLITUDE:
        return values * amounts[:, None]
    held = np.array([np.interp(stroke.start_s, times, column) for column in values.T])
    return values + amounts[:, None] * (held - values)
