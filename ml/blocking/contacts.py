"""Judge which feet stand, from what the lifter says and what the picture shows, over time.

The lifter's own word is trained on motion in which the detector's errors do not know whether a foot
stands; the picture, in which a standing foot is still, knows. A small network weighs both, the
same one for the left foot and the right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..runtime import Session, Settings
from . import fit

NAME = "contact_v2"
POINTS = (12, 13, 14, 15)
"""Heels and toes among `lifting.JOINTS`, in the order of `body.CONTACTS`."""
_MARKS = (fit.HEEL_L, fit.TOE_L, fit.HEEL_R, fit.TOE_R)
_LEGS = ((3, 4, 5), (9, 10, 11))
_HIPS = (3, 9)
_SMOOTH_S = 0.03
_OF_A_POINT, _OF_THE_HIPS = 9, 5
INPUTS = 4 * _OF_A_POINT + _OF_THE_HIPS
"""Width of `describe`: the foot's own heel and toes, the other's, the hips."""
SIDEWAYS = [*(_OF_A_POINT * k + 3 for k in range(4)), 4 * _OF_A_POINT]
"""Columns that a mirror turns round."""


def describe(
    joints: NDArray, spread: NDArray, logits: NDArray, up: NDArray, velocity: NDArray,
    still: NDArray, metre: NDArray, rate: float,
) -> NDArray:  # fmt: skip
    """Lay out a clip for the network, lengths in legs.

    Parameters
    ----------
    joints : (F, 17, 3) metres about the hips, axes of the first frame's camera
    spread : (F, 17) metres
    logits : (F, 4) the lifter's, as `body.CONTACTS`
    up : (F, 3), velocity : (F, 3) metres a second, the same axes
    still : (F, 33, 2) x/z and y/z with the camera's turning taken out
    metre : (F,) how large a metre at the hips looks, in the unit of `still`
    rate : float, frames a second

    Returns
    -------
    (2, F, INPUTS) float32, for the left foot and for the right
    """
    leg = float(np.median([np.linalg.norm(np.diff(joints[:, list(j)], axis=1), axis=-1).sum(1)
                           for j in _LEGS]))  # fmt: skip
    above = up.mean(axis=0)
    above = above / max(np.linalg.norm(above), 1e-6)
    feet = joints[:, list(POINTS)] / leg
    going = _rates(feet, rate) + velocity[:, None] / leg
    rising = going @ above
    along = np.linalg.norm(going - rising[..., None] * above, axis=-1)
    height = feet @ above
    low = height.min(axis=1)
    seen = still / (metre[:, None, None] * leg)
    flow = _rates(still[:, list(_MARKS)], rate) / (metre[:, None, None] * leg)
    points = np.stack(
        [
            logits,
            spread[:, list(POINTS)] / leg * 10.0,
            height - low[:, None],
            flow[..., 0],
            flow[..., 1],
            np.log(np.linalg.norm(flow, axis=-1) + 0.05),
            rising,
            np.log(along + 0.05),
            _above_lowest(-seen[:, list(_MARKS), 1], rate),
        ],
        axis=2,
    )
    hips = _rates(still[:, [fit.HIP_L, fit.HIP_R]].mean(axis=1), rate) / (metre[:, None] * leg)
    fall = velocity @ above / leg
    pace = np.linalg.norm(velocity / leg - fall[:, None] * above, axis=-1)
    shared = np.stack([*hips.T, fall, pace, -low], axis=1)
    out = []
    for order in ((0, 1, 2, 3), (2, 3, 0, 1)):
        rows = points[:, list(order)].reshape(len(points), -1)
        out.append(np.concatenate([rows, shared], axis=1))
    return np.clip(np.stack(out), -12.0, 12.0).astype(np.float32)


def _rates(values: NDArray, rate: float) -> NDArray:
    """Return how fast values (F, …) change, a second."""
    if len(values) < 2:
        return np.zeros_like(values)
    smooth = gaussian_filter1d(values, _SMOOTH_S * rate, axis=0, mode="nearest")
    return np.gradient(smooth, axis=0) * rate


def _above_lowest(height: NDArray, rate: float) -> NDArray:
    """Return (F, P) heights in the picture over each point's lowest within a second around."""
    half = max(1, round(0.5 * rate))
    padded = np.pad(height, ((half, half), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    return np.clip(height - windows.min(axis=-1), 0.0, 2.0)


def judge(inputs: NDArray, settings: Settings | None = None) -> tuple[NDArray, dict[str, str]]:
    """Return how sure it is, (F, 4) logits as `body.CONTACTS`, and the network's hash."""
    session = Session(NAME, settings)
    said = session(inputs=inputs)["contact"]
    return np.concatenate(list(said), axis=1).astype(float), {NAME: session.sha256}
