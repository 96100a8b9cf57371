"""What the solver network is given: where points are against the person's neutral face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import gaze, leastsquares
from .pose import Basis, Pose, align

_EYE_POINTS = 21  # of the iris network: the iris, and the eye's own contour
_SHIFT_CM, _EYE_CM = 0.3, 0.5
_RIDGE = 0.02  # nearly free: the network weighs for itself

COUNT = 468 * 3 + 2 * (2 * _EYE_POINTS * 2) + 6 + 52


def compute(
    points: NDArray, iris: NDArray, face: NDArray, rest: NDArray, basis: Basis
) -> tuple[NDArray[np.float32], Pose]:
    """Return the features of frames of one person, and the head's poses.

    Parameters
    ----------
    points : (F, 468, 3) pixels
    iris : (F, 2, 76, 3) pixels
    face : (468, 3) cm, the person's neutral face in the head's frame
    rest : (R,) indices of the frames at rest
    basis : the average face

    Returns
    -------
    (F, COUNT) float32, about 1 in size: the mesh against the neutral face, the eyes, the eyes
        against those at rest, where the head looks now and at rest, plain least squares
    """
    pose = align(points, face, basis.weight)
    shift = pose.to_head(points) - face
    eyes = gaze.flatten(iris, pose)[:, :, :_EYE_POINTS]
    corners = (eyes[:, :, 5] + eyes[:, :, 13]) / 2
    eyes = (eyes - corners[:, :, None]).reshape(len(points), -1)
    ahead = pose.rotation[:, :, 2]
    plain = leastsquares.solve(shift, basis, -np.inf, np.inf, _RIDGE)
    parts = [
        shift.reshape(len(points), -1) / _SHIFT_CM,
        eyes / _EYE_CM,
        (eyes - np.median(eyes[rest], axis=0)) / _EYE_CM,
        ahead - [0.0, 0.0, 1.0],
        np.broadcast_to(np.median(ahead[rest], axis=0) - [0.0, 0.0, 1.0], ahead.shape),
        plain,
    ]
    return np.concatenate(parts, axis=1).astype(np.float32), pose
