"""Whole performances to learn motion in time from: recordings taken apart and put together anew.

Three recordings of two people are little. So they are mirrored, stretched in time and in height,
the upper face of one is laid over the lower face of another, and single expressions, blinks and
flashes of every size are added on top.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...face.gaze import to_looks
from ...face.performance import INDEX, NAMES, REGIONS
from .actors import Actor, add_flash

_UPPER = np.array([n in REGIONS["brows"] + REGIONS["lids"] + REGIONS["eyes"] for n in NAMES])
_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])
_LEFT = np.array(["Left" in n for n in NAMES])
_BLINKS = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
_SINGLE = np.flatnonzero(~_LOOKS)
_AS_RECORDED_SHARE, _CALM_SHARE, _RESTING_SHARE = 0.5, 0.25, 0.5


class Director:
    """Draws performances at random.

    Parameters
    ----------
    actor : whose recordings are used
    """

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        whole = actor.rows
        self._low, self._high = np.quantile(whole, [0.05, 0.98], axis=0)

    def performance(self, rng: np.random.Generator, count: int) -> NDArray[np.float64]:
        """Return (count, 52) samples, 30 a second."""
        if rng.random() < _AS_RECORDED_SHARE:
            return np.clip(self._stretch(rng, count, plain=True), 0, 1)
        calm = rng.random() < _CALM_SHARE
        value = self._calm(rng, count) if calm else self._acted(rng, count)
        for _ in range(rng.poisson(count / 30 * (0.15 if calm else 0.5))):
            _add_single(value, rng)
        for _ in range(rng.poisson(count / 30 * (0.9 if calm else 0.4))):
            add_flash(value, rng, int(rng.choice(_SINGLE)), peak=rng.uniform(0.07, 0.3))
        for _ in range(rng.poisson(count / 30 * 0.35)):
            _add_blink(value, rng)
        jaw, close = INDEX["jawOpen"], INDEX["mouthClose"]
        value = np.clip(value, 0, 1)
        value[:, close] = np.minimum(value[:, close], value[:, jaw])
        return value

    def _calm(self, rng: np.random.Generator, count: int) -> NDArray:
        """Return a face at rest, its eyes jumping from point to point."""
        value = np.tile(self.actor.rest(rng), (count, 1))
        looking = np.zeros((count, 2, 2))
        start = 0
        while start < count:
            looking[start:] = rng.normal(0, [0.15, 0.08])
            start += int(rng.integers(15, 90))
        return to_looks(looking, value)

    def _acted(self, rng: np.random.Generator, count: int) -> NDArray:
        value = self._stretch(rng, count)
        if rng.random() < 0.5:
            value[:, _UPPER] = self._stretch(rng, count)[:, _UPPER]
        if rng.random() < 0.2:  # a lopsided face
            value[:, _LEFT] = self._stretch(rng, count)[:, _LEFT]
        if rng.random() < _RESTING_SHARE:
            value = self._resting(value, rng)
        return value

    def _stretch(self, rng: np.random.Generator, count: int, plain: bool = False) -> NDArray:
        """Return samples of a recording in a row, at another pace and another height.

        Parameters
        ----------
        plain : all expressions at one height, so that they go together as they did
        """
        clip = self.actor.clips[rng.integers(len(self.actor.clips))]
        pace = np.exp(rng.uniform(np.log(0.6), np.log(1.5)))
        length = int(count * pace) + 2
        start = rng.integers(len(clip) - length)
        at = start + np.arange(count) * pace
        value = np.stack([np.interp(at, np.arange(len(clip)), c) for c in clip.T], axis=1)
        if rng.random() < 0.5:
            value = value[:, self.actor.mirror]
        if plain:
            return value * np.exp(rng.uniform(np.log(0.5), np.log(1.15)))
        gain = np.exp(rng.normal(0, 0.3, 52)) * np.exp(rng.uniform(np.log(0.3), np.log(1.2)))
        if rng.random() < 0.3:
            gain = np.where(
                rng.random(52) < 0.5, rng.uniform(0.3, 1.0) / (self._high - self._low + 0.05), gain
            )
        gain = (gain + gain[self.actor.mirror]) / 2 * np.exp(rng.normal(0, 0.1, 52))
        blink_or_look = _LOOKS.copy()
        blink_or_look[_BLINKS] = True
        value = np.where(blink_or_look, value, value * gain)
        if rng.random() < 0.4:  # what never comes to rest is partly taken away
            value = value - rng.uniform(0, 1) * np.where(_LOOKS, 0.0, value.min(axis=0))
        return value

    def _resting(self, value: NDArray, rng: np.random.Generator) -> NDArray:
        """Let a performance go to rest and come back once."""
        count = len(value)
        length, fade = int(rng.integers(12, 50)), int(rng.integers(5, 25))
        middle = rng.integers(-length // 2, count + length // 2)
        away = np.abs(np.arange(count) - middle) - length / 2
        share = np.clip(away / fade, 0, 1)[:, None]
        return share * value + (1 - share) * self.actor.rest(rng)


def _add_single(value: NDArray, rng: np.random.Generator) -> None:
    """Add one expression, on one side or both, that rises, is held and falls."""
    which = int(rng.choice(_SINGLE))
    rise, hold, fall = rng.integers(3, 20), rng.integers(0, 30), rng.integers(3, 25)
    shape = np.concatenate([np.linspace(0, 1, rise), np.ones(hold), np.linspace(1, 0, fall)])
    shape = shape**2 * (3 - 2 * shape)
    start = int(rng.integers(-5, len(value) - 5))
    peak = rng.uniform(0.08, 1.0)
    _lay(value, which, start, peak * shape)
    name = NAMES[which]
    if rng.random() < 0.7 and ("Left" in name or "Right" in name):
        other = name.replace("Left", "#").replace("Right", "Left").replace("#", "Right")
        _lay(value, INDEX[other], start, peak * np.exp(rng.normal(0, 0.1)) * shape)


def _lay(value: NDArray, which: int, start: int, shape: NDArray) -> None:
    low, high = max(start, 0), min(start + len(shape), len(value))
    part = value[low:high, which]
    part += np.minimum(shape[low - start : high - start], np.maximum(1.0 - part, 0.0))


def _add_blink(value: NDArray, rng: np.random.Generator) -> None:
    shut, opening, held = rng.uniform(1.5, 3.5), rng.uniform(2.5, 6.0), rng.uniform(0.0, 3.0)
    middle = rng.uniform(3, len(value) - 6)
    frame = np.arange(len(value)) - middle
    away = np.where(frame < 0, -frame / shut, np.maximum(frame - held, 0) / opening)
    shape = np.clip(1 - away, 0, 1)
    shape = shape**2 * (3 - 2 * shape)
    depth = 1.0 if rng.random() < 0.8 else rng.uniform(0.3, 0.95)
    one_eye = rng.random() < 0.06
    for lid in _BLINKS[:1] if one_eye else _BLINKS:
        value[:, lid] = np.maximum(value[:, lid], depth * shape)
