"""Calm what trembles: few bends, and nothing between them but the motion itself.

A performer at rest hardly moves, and one who moves does so in few, even sweeps; what trembles
is the detector. The path is sought that stays near what was seen and whose jerk is
sparse: none but where the motion really changes. Smoothing that is as strong everywhere
would blunt a punch to still a hold; this does not.

The method is trend filtering (Kim, Koh, Boyd and Gorinevsky, "l1 trend filtering", SIAM Review
2009) on third differences, all coordinates of a point taken together, with a robust data term,
solved by iteratively reweighted least squares.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from .. import rotations as rt

STRENGTH = 0.01
"""See `calm`. Set on the rendered clips for noise: from 0.003 to 0.03 only the jerk changes."""
_LEVER = 0.3  # metres from a joint at which a turn shows
_RATE = 30.0  # frames a second at which the strength is stated
_DIFFERENCE = np.array([-1.0, 3.0, -3.0, 1.0])
_ORDER = 3
_ITERATIONS = 12
_FINEST = 2e-4  # of a jerk, and of a miss, below which nothing is told apart
_STRAY = 0.03  # from here on what was seen is believed less


def calm(values: NDArray, strength: float, fps: float, weight: NDArray | None = None) -> NDArray:
    """Return paths (F, P, C) without their trembling.

    Parameters
    ----------
    values : (F, P, C)
        P points of C coordinates, metres, evenly spaced in time.
    strength : float, metres
        What a metre of jerk a frame costs at 30 frames a second, beside half the squared metres
        that a path strays from what was seen.
    fps : float
    weight : (F,) trust in each frame, optional
    """
    frames, points, width = values.shape
    if frames <= 2 * _ORDER or strength <= 0.0:
        return values.copy()
    trust = np.ones(frames) if weight is None else np.clip(weight, 0.05, 1.0)
    cost = strength * (fps / _RATE) ** _ORDER
    out = np.empty(values.shape)
    for p in range(points):
        seen = values[:, p]
        path = seen
        for _ in range(_ITERATIONS):
            jerk = np.linalg.norm(np.diff(path, _ORDER, axis=0), axis=1)
            miss = np.linalg.norm(path - seen, axis=1)
            pull = trust / np.maximum(miss / _STRAY, 1.0)
            path = _solve(pull, cost / np.maximum(jerk, _FINEST), seen)
        out[:, p] = path
    return out


def calm_joints(
    joints: NDArray, hips: tuple[int, int], fps: float, weight: NDArray | None = None
) -> NDArray:
    """Return joints (F, J, 3), metres, without their trembling: the hips, and what is about them.

    `hips` are the two hip joints; for the rest see `calm`.
    """
    root = joints[:, list(hips)].mean(axis=1, keepdims=True)
    about = calm(joints - root, STRENGTH, fps, weight)
    about -= about[:, list(hips)].mean(axis=1, keepdims=True)
    return about + calm(root, STRENGTH, fps, weight)


def calm_turns(turns: NDArray, fps: float, weight: NDArray | None = None) -> NDArray:
    """Return turns (F, P, 4) without their trembling; see `calm`."""
    even = np.stack([rt.continuous(turns[:, p]) for p in range(turns.shape[1])], axis=1)
    return rt.normalize(calm(_LEVER * even, STRENGTH, fps, weight))


def _solve(pull: NDArray, stiff: NDArray, seen: NDArray) -> NDArray:
    """Minimise pull (F,) times squared misses plus stiff (F - 3,) times squared jerks."""
    frames = len(seen)
    band = np.zeros((_ORDER + 1, frames))
    band[_ORDER] = pull
    for i in range(_ORDER + 1):
        for j in range(i, _ORDER + 1):
            rows = stiff * _DIFFERENCE[i] * _DIFFERENCE[j]
            band[_ORDER - (j - i), j : frames - _ORDER + j] += rows
    return solveh_banded(band, pull[:, None] * seen)
