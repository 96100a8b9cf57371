"""Curves on a scratch action: what Blender would make of keys, without touching the artist's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import bpy
import numpy as np
from bpy.types import FCurve
from numpy.typing import NDArray

from ..ml.keys import FULL, SELECTED, full
from .actions import HAS_SLOTS

_ADDED = {"easing": 0, **dict.fromkeys(SELECTED, True)}


@contextlib.contextmanager
def scratch() -> Iterator[Scratch]:
    """Lend a curve that belongs to nobody; it is gone afterwards."""
    action = bpy.data.actions.new(".understudy")
    try:
        if HAS_SLOTS:
            strip = action.layers.new("Layer").strips.new(type="KEYFRAME")
            bag = strip.channelbag(action.slots.new("OBJECT", "scratch"), ensure=True)
        else:
            bag = action
        yield Scratch(bag.fcurves.new("scratch", index=0))
    finally:
        bpy.data.actions.remove(action)


class Scratch:
    """One curve whose keys can be put down again and again."""

    def __init__(self, curve: FCurve) -> None:
        self._curve = curve

    def evaluate(self, keys: NDArray, frames: NDArray, like: FCurve | None = None) -> NDArray:
        """Return the values at `frames` (F,) of a curve with these keys.

        Parameters
        ----------
        keys : (N,) array of `KEY` or `FULL`, sorted by frame
        like : curve whose other settings hold
        """
        keys, points = full(keys), self._curve.keyframe_points
        points.clear()
        points.add(len(keys))
        for name in FULL.names:
            if name not in _ADDED or not (keys[name] == _ADDED[name]).all():
                points.foreach_set(name, np.ascontiguousarray(keys[name]).ravel())
        if like is not None:
            self._curve.auto_smoothing = like.auto_smoothing
            self._curve.extrapolation = like.extrapolation
        self._curve.update()
        return evaluate(self._curve, frames)


def evaluate(curve: FCurve, frames: NDArray) -> NDArray:
    """Return the values of a curve at `frames` (F,)."""
    at = curve.evaluate
    return np.fromiter((at(float(f)) for f in frames), float, len(frames))
