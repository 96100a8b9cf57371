"""How far each frame can be trusted: what an artist should look at before believing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import fit

if TYPE_CHECKING:
    from .lifter import Lifted
    from .tracker import Landmarks

# Leg lengths a second that a fast runner covers.
_SPRINT = 10.0
# How far the lifter may think itself off, in leg lengths, before a frame is doubtful.
_DOUBTFUL_SPREAD = 0.07
# How far the landmarks of a frame lie from the middle between its neighbours', in trunks: at 30
# frames a second bodies that move fast do so by the first, and what trembles by the second more is
# doubtful. Set on the rendered clips for tuning: beyond 0.12 every second frame is 100 mm off.
_SWIFT, _DOUBTFUL_TREMBLE = 0.04, 0.16
_RATE = 30.0
_CONTINUOUS_S = 0.1


def rate(
    landmarks: Landmarks,
    seen: fit.Observation,
    residual: NDArray,
    reach: float,
    leg_px: NDArray,
    lifted: Lifted | None = None,
) -> NDArray:
    """Rate each frame 0 to 1.

    Was the body seen, does it fit the picture, do the bones keep their length, does it move as
    a body can (a leap across the picture is a tracker that changed its person), do one frame and
    the next, of which one was looked at in a mirror, agree, and how sure is the lifter of its
    joints.

    Parameters
    ----------
    landmarks : what was detected
    seen : the same at the (F,) times that are rated
    residual : (F,) metres by which the body misses the picture
    reach : float, metres, the leg's length
    leg_px : (F,) the same in pixels
    lifted : what the lifter says, optional
    """
    visible = np.clip((seen.visibility[:, list(fit.CORE)].mean(axis=1) - 0.2) / 0.6, 0.0, 1.0)
    fits = _bell(residual, 0.06 * reach)
    thigh = np.linalg.norm(seen.world[:, [23, 24]] - seen.world[:, [25, 26]], axis=-1).mean(1)
    torso = np.linalg.norm(seen.world[:, [11, 12]] - seen.world[:, [23, 24]], axis=-1).mean(1)
    shape = np.stack([thigh, torso], axis=1)
    steady = _bell(np.abs(np.log(shape / np.median(shape, axis=0))).max(axis=1), 0.4)
    hips = seen.still[:, [fit.HIP_L, fit.HIP_R]].mean(axis=1)
    speed = np.zeros(len(hips))
    if len(hips) > 1:
        step = np.gradient(hips, seen.time, axis=0)
        speed = np.linalg.norm(step, axis=-1) / np.median(leg_px)
    possible = _bell(np.maximum(speed - _SPRINT, 0.0), 0.5 * _SPRINT)
    calm = _bell(trembling(landmarks, seen.time), _DOUBTFUL_TREMBLE)
    sure = np.ones(len(hips))
    if lifted is not None:
        sure = _bell(lifted.spread.mean(axis=1), _DOUBTFUL_SPREAD * reach)
    return seen.seen * visible * fits * steady * possible * calm * sure


def trembling(landmarks: Landmarks, time: NDArray) -> NDArray:
    """Return how far landmarks leap to and fro beyond what bodies do, at times (F,), in trunks."""
    good = np.flatnonzero(landmarks.found)
    if len(good) < 3:
        return np.zeros(len(time))
    at = landmarks.time[good]
    points = landmarks.image_raw[good][:, list(fit.CORE), :2].astype(float)
    ends = [points[:, [fit.CORE.index(k) for k in pair]].mean(axis=1)
            for pair in ((fit.SHOULDER_L, fit.SHOULDER_R), (fit.HIP_L, fit.HIP_R))]  # fmt: skip
    trunk = max(float(np.median(np.linalg.norm(ends[0] - ends[1], axis=-1))), 1.0)
    before, after = np.diff(at)[:-1, None, None], np.diff(at)[1:, None, None]
    between = (after * points[:-2] + before * points[2:]) / (before + after)
    off = points[1:-1] - between
    # What all do alike is the camera's.
    off = np.linalg.norm(off - np.median(off, axis=1, keepdims=True), axis=-1).mean(axis=1) / trunk
    off -= _SWIFT * (_RATE**2 * before * after)[:, 0, 0]
    off[(np.maximum(before, after) > _CONTINUOUS_S)[:, 0, 0]] = 0.0
    off = np.pad(np.maximum(off, 0.0), 1, mode="edge")
    return np.interp(time, at, off)


def _bell(off: NDArray, spread: float) -> NDArray:
    return np.exp(-0.5 * (off / spread) ** 2)
