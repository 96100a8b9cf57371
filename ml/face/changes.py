"""Measure how a face changes over a fraction of a second, and bring its curves in line with it.

What the solver gets wrong in a frame hangs on the turn of the head, the light and what the mesh
made of it, and drifts; so it is mostly the same in frames that lie near each other. And between
such frames the same skin under the same light has moved so little that its way can be measured to
a tenth of a pixel, by optical flow in the patches. A linear network says from both, the flow and
what the solver's curves do, how the expressions have changed. The curves given back are those
that agree best with the solver's values and with all these changes: least squares over the clip.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from . import leastsquares
from .patches import Patches
from .performance import NAMES
from .pose import Basis, Pose

NAME = "face_change_v1"
APART_S = (0.133, 0.267)
"""How far apart the frames are that are compared."""

GRID = 4  # patch pixels a cell of the flow that is kept
EYE_CELLS, LOW_CELLS = 14 * 14 * 2, 14 * 16 * 2
EYE_POINTS = 21
SEEN = 2 * EYE_CELLS + LOW_CELLS + 52 + 2 * EYE_POINTS * 2 + 3
COUNT = SEEN + 52

_BATCH = 256
_TRUST = (2.0, 0.5)
"""In a change, against that in the solver's value of one frame: on a calm face, on a lively one."""

_LIVELY, _BUSIEST = (1.5, 3.0), 0.25  # expressions in all, in the busiest share of the frames
_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])
_BLINKS = np.array([n.startswith("eyeBlink") for n in NAMES])


def _flow(finder, before: NDArray, after: NDArray) -> NDArray[np.float32]:
    """Return the cells' mean movement between two patches, flat."""
    height, width = before.shape
    moved = finder.calc(before, after, None)
    cells = moved.reshape(height // GRID, GRID, width // GRID, GRID, 2)
    return cells.mean(axis=(1, 3)).ravel()


class Comparer:
    """Compares frames of one clip with each other.

    Parameters
    ----------
    patches : of the frames
    shift : (F, 468, 3) cm, the mesh against the neutral face, head's frame
    eyes : (F, 2, 76, 2) of `gaze.flatten`
    pose : of the heads
    basis : the average face
    """

    def __init__(
        self, patches: Patches, shift: NDArray, eyes: NDArray, pose: Pose, basis: Basis
    ) -> None:
        import cv2

        self._finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._patches = patches
        plain = leastsquares.solve(shift, basis, -np.inf, np.inf)
        corners = (eyes[:, :, 5] + eyes[:, :, 13]) / 2
        near = (eyes[:, :, :EYE_POINTS] - corners[:, :, None]).reshape(len(eyes), -1)
        self._rest = np.concatenate([plain, near, pose.rotation[:, :, 2]], axis=1)
        self._known: dict[tuple[int, int], NDArray] = {}

    def __call__(self, before: int, after: int) -> NDArray[np.float32]:
        """Return (SEEN,), what changed from one frame to another."""
        if (before, after) not in self._known:
            self._known[before, after] = self._compare(before, after)
        return self._known[before, after].astype(np.float32)

    def _compare(self, before: int, after: int) -> NDArray[np.float16]:
        eyes, lower = self._patches.eyes, self._patches.lower
        parts = [_flow(self._finder, eyes[before, e], eyes[after, e]) for e in (0, 1)]
        parts.append(_flow(self._finder, lower[before], lower[after]))
        parts.append(self._rest[after] - self._rest[before])
        return np.concatenate(parts).astype(np.float16)  # they are many, and are kept


def lively(value: NDArray) -> float:
    """Return how much goes on in a clip (F, 52), from 0 to 1.

    Where much is read in the busier frames, blinks and gaze aside, the solver reads well, and what
    is faint there is faint. Where little is read all of it may come out too low, as real skin does:
    then what changes tells more.
    """
    above = np.maximum(value - np.quantile(value, 0.05, axis=0), 0.0)
    busy = np.quantile(above[:, ~(_LOOKS | _BLINKS)].sum(axis=1), 1.0 - _BUSIEST)
    return float(np.interp(busy, _LIVELY, (0.0, 1.0)))


def refine(
    value: NDArray,
    times: NDArray,
    compare: Comparer,
    life: float,
    settings: Settings | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Return curves that agree with how the face changes.

    Parameters
    ----------
    value : (F, 52) of the solver; where the eyes look is left as it is
    times : (F,) seconds
    compare : of the same frames
    life : of `lively`

    Returns
    -------
    (F, 52) the curves; (52,) what share of a small change shows in them; the network's sha256
    """
    session = Session(NAME, settings)
    changes, gain = [], np.ones(len(NAMES))
    for lag, firsts in pairs(times):
        for low in range(0, len(firsts), _BATCH):
            some = firsts[low : low + _BATCH]
            seen = np.stack([compare(i, i + lag) for i in some])
            out = session(change=np.hstack([seen, value[some + lag] - value[some]]))
            changes.append((lag, some, out["value"]))
            gain = out["gain"]
    trust = float(np.interp(life, (0.0, 1.0), _TRUST))
    return np.where(_LOOKS, value, _agree(value, changes, trust)), gain, session.sha256


def pairs(times: NDArray) -> list[tuple[int, NDArray[np.int64]]]:
    """Return how many frames apart those are that are compared, and the first of each pair.

    >>> [(lag, len(firsts)) for lag, firsts in pairs(np.arange(30) / 30)]
    [(4, 26), (8, 22)]
    """
    if len(times) < 3:
        return []
    step = float(np.median(np.diff(times)))
    found = []
    for lag in sorted({max(round(seconds / step), 1) for seconds in APART_S}):
        # Across a gap in the clip frames are further apart than they count.
        near = times[lag:] - times[:-lag] < 1.5 * max(lag * step, APART_S[0])
        if near.any():
            found.append((lag, np.flatnonzero(near)))
    return found


def _agree(
    value: NDArray, changes: list[tuple[int, NDArray, NDArray]], trust: float
) -> NDArray[np.float64]:
    """Return (F, 52), least squares of the frames' values and of the changes between them.

    Parameters
    ----------
    changes : each (frames apart, (N,) first frames, (N, 52))
    trust : in a change, against that in a value
    """
    from scipy.linalg import solveh_banded

    widest = max((lag for lag, _, _ in changes), default=0)
    matrix = np.zeros((widest + 1, len(value)))  # the lower diagonals; they are few
    matrix[0] = 1.0
    right = np.array(value, float)
    for lag, firsts, change in changes:
        matrix[0, firsts] += trust
        matrix[0, firsts + lag] += trust
        matrix[lag, firsts] -= trust
        right[firsts] -= trust * change
        right[firsts + lag] += trust * change
    return solveh_banded(matrix, right, lower=True)
