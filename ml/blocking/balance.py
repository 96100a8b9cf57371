"""Which way is up, by how a body keeps its balance.

Who stands or walks keeps the centre of mass over the feet; who leans is about to take a step. So
in the mean over a clip the line from the standing feet to the centre of mass is upright, whatever
the camera's pitch and roll, and whatever a network has seen of cameras.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import fit

# Share of the body's mass, and where on the way from one end to the other its middle lies (Winter,
# "Biomechanics and Motor Control of Human Movement", 2009, table 4.1), each for one side.
_LIMBS = (
    (fit.SHOULDER_L, fit.ELBOW_L, 0.028, 0.436),
    (fit.ELBOW_L, fit.WRIST_L, 0.022, 0.682),
    (fit.HIP_L, fit.KNEE_L, 0.100, 0.433),
    (fit.KNEE_L, fit.ANKLE_L, 0.0465, 0.433),
    (fit.HEEL_L, fit.TOE_L, 0.0145, 0.5),
)
_TRUNK = (0.578, 0.66)  # and head: from the hips to the shoulders
_FEET = [fit.HEEL_L, fit.TOE_L, fit.HEEL_R, fit.TOE_R]
# Of the leg's length: a leg this bent may belong to who sits; one this straight carries.
_BENT, _STRAIGHT = 0.88, 0.96
# How far off the line is in a pose, and how far it stays off in the mean, radians; and for how many
# seconds a pose lasts.
_OF_A_POSE, _ALWAYS, _POSE_S = 0.06, 0.03, 0.5


def centre_of_mass(points: NDArray) -> NDArray:
    """Return the centre of mass (F, 3) of joints (F, 33, 3)."""
    hips = points[:, [fit.HIP_L, fit.HIP_R]].mean(axis=1)
    shoulders = points[:, [fit.SHOULDER_L, fit.SHOULDER_R]].mean(axis=1)
    share, along = _TRUNK
    total, out = share, share * (hips + along * (shoulders - hips))
    for first, last, share, along in _LIMBS:
        for side in (0, 1):
            a, b = points[:, first + side], points[:, last + side]
            out = out + share * (a + along * (b - a))
            total += share
    return out / total


def upright(points: NDArray, stands: NDArray, weight: NDArray, fps: float) -> tuple[NDArray, float]:
    """Return how balanced bodies stand.

    Parameters
    ----------
    points : (F, 33, 3) metres, scene axes but for the camera's tilt
    stands : (F, 4) 0 to 1, as `body.CONTACTS`
    weight : (F,) trust in each frame
    fps : float

    Returns
    -------
    up : (3,) unit vector in the axes of `points`
    spread : float, radians that it may be off; infinity where nobody is seen to stand
    """
    sure = stands + 1e-3
    feet = (points[:, _FEET] * sure[..., None]).sum(axis=1) / sure.sum(axis=1)[:, None]
    line = centre_of_mass(points) - feet
    thigh = points[:, [fit.KNEE_L, fit.KNEE_R]] - points[:, [fit.HIP_L, fit.HIP_R]]
    shin = points[:, [fit.ANKLE_L, fit.ANKLE_R]] - points[:, [fit.KNEE_L, fit.KNEE_R]]
    whole = np.linalg.norm(thigh, axis=-1) + np.linalg.norm(shin, axis=-1)
    reach = (np.linalg.norm(thigh + shin, axis=-1) / np.maximum(whole, 1e-6)).max(axis=1)
    carried = np.clip((reach - _BENT) / (_STRAIGHT - _BENT), 0.0, 1.0)
    trust = weight * carried * stands.max(axis=1)
    mean = (line * trust[:, None]).sum(axis=0)
    size = np.linalg.norm(mean)
    if not size > 1e-6 or mean[2] < 0.5 * size:
        return np.array([0.0, 0.0, 1.0]), float("inf")
    poses = trust.sum() / (_POSE_S * fps)
    return mean / size, float(np.sqrt(_OF_A_POSE**2 / max(poses, 1e-6) + _ALWAYS**2))
