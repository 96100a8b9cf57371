"""From what was seen of a clip to a performance: the lifter, the camera's way, and second looks.

Frames in which the landmark network mistakes left for right for a moment, and frames that turn out
to be worthless, are read again from the frames around them; they stay marked as doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..runtime import Settings
from . import fit, lifter, metres, solver
from .body import Motion
from .lifter import Lifted
from .tracker import Landmarks

_LEFT = [fit.SHOULDER_L, fit.ELBOW_L, fit.WRIST_L, fit.HIP_L, fit.KNEE_L, fit.ANKLE_L]
_RIGHT = [i + 1 for i in _LEFT]
# A body exchanged its sides when that explains a leap, of so many trunks, twice as well as a leap.
_LEAP, _BETTER = 0.15, 0.5
_NEXT_S, _MOMENT_S = 0.15, 0.5
_WORTHLESS = 0.25
_ENOUGH = 0.5  # of the frames must be left to go by


@dataclass
class Reading:
    """A clip, read.

    Attributes
    ----------
    seen : Landmarks, the camera's way in metres
    lifted : Lifted, or None where the lifter was not asked
    motion : Motion
    models : {network: sha256}
    """

    seen: Landmarks
    lifted: Lifted | None
    motion: Motion
    models: dict[str, str]


def read(
    seen: Landmarks, times: NDArray, use_lifter: bool = True, settings: Settings | None = None
) -> Reading:
    """Solve a clip at the wanted times.

    Parameters
    ----------
    seen : Landmarks
        At least two frames with a person.
    times : (F,) seconds, even
    use_lifter : bool
    settings : Settings of the runtime, optional
    """
    seen = without(seen, mistaken(seen))
    first = _once(seen, times, use_lifter, settings)
    sure = first.motion.confidence
    worthless = np.interp(seen.time, times, sure) < _WORTHLESS
    if not (worthless & seen.found).any():
        return first
    left = without(seen, worthless)
    if left is seen:
        return first
    again = _once(left, times, use_lifter, settings)
    again.motion.confidence = np.minimum(sure, again.motion.confidence)
    return again


def _once(seen: Landmarks, times: NDArray, use_lifter: bool, settings: Settings | None) -> Reading:
    lifted = lifter.lift(seen, times, settings) if use_lifter else None
    if seen.travel is not None:
        seen = metres.in_metres(seen, times, lifted)
        lifted = lifter.lift(seen, times, settings) if use_lifter else None
    motion = solver.solve(seen, times, lifted=lifted)
    return Reading(seen, lifted, motion, {} if lifted is None else lifted.model)


def mistaken(seen: Landmarks) -> NDArray:
    """Return (F,) whether left and right are exchanged in a frame, for a moment.

    Within half a second, that is; who turns round and stays so is believed.
    """
    out = np.zeros(len(seen.time), bool)
    there = np.flatnonzero(seen.found)
    if len(there) < 3:
        return out
    image = seen.image_raw[there, :, :2].astype(float)
    straight, crossed = (
        np.linalg.norm(image[1:, now] - image[:-1, _LEFT + _RIGHT], axis=-1).mean(axis=1)
        for now in (_LEFT + _RIGHT, _RIGHT + _LEFT)
    )
    shoulders, hips = image[:, [11, 12]].mean(axis=1), image[:, [23, 24]].mean(axis=1)
    trunk = np.linalg.norm(shoulders - hips, axis=-1)[1:]
    soon = np.diff(seen.time[there]) < _NEXT_S
    leaps = soon & (straight > _LEAP * trunk) & (crossed < _BETTER * straight)
    edges = there[1:][leaps]
    k = 0
    while k + 1 < len(edges):
        start, stop = edges[k], edges[k + 1]
        if seen.time[stop] - seen.time[start] <= _MOMENT_S:
            out[start:stop] = True
            k += 2
        else:
            k += 1
    return out


def without(seen: Landmarks, bad: NDArray) -> Landmarks:
    """Return landmarks as if nobody had been found in some frames, unless too few were left."""
    found = seen.found & ~bad
    if found.sum() < max(2, _ENOUGH * seen.found.sum()) or (found == seen.found).all():
        return seen
    return replace(seen, found=found)
