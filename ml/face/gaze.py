"""Where the eyes look, and what that is in expressions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .mesh import IRIS_COUNT
from .performance import INDEX
from .pose import Basis, Pose

YAW_RAD, UP_RAD, DOWN_RAD = 0.60, 0.47, 0.61
"""How far an eye turns at eyeLookIn and Out, Up, Down of 1, as ARKit's recordings show."""

_OUTER, _INNER = IRIS_COUNT, IRIS_COUNT + 8
"""The corners of the eye among the points of the iris network."""

_CONTOUR_DEPTH_CM, _IRIS_DEPTH_CM = 0.3, 0.9


def flatten(iris: NDArray, pose: Pose) -> NDArray[np.float64]:
    """Return (F, 2, 76, 2) cm, head's frame: the irises' and eyes' contours seen from ahead.

    The iris network's own depth is not used: turned with the head, its error would show as a
    movement of the eye.

    Parameters
    ----------
    iris : (F, 2, 76, 3) pixels
    """
    depth = np.full(iris.shape[1:3], _CONTOUR_DEPTH_CM)
    depth[:, :IRIS_COUNT] = _IRIS_DEPTH_CM
    flat = iris.reshape(len(iris), -1, iris.shape[-1])
    return pose.to_plane(flat, depth.ravel()).reshape(*iris.shape[:3], 2)


def iris_shift(eyes: NDArray) -> NDArray[np.float64]:
    """Return (F, 2, 2) cm: (left eye, right eye) x (to the actor's left, up).

    Parameters
    ----------
    eyes : (F, 2, 76, 2) of `flatten`
    """
    middle = (eyes[:, :, _OUTER] + eyes[:, :, _INNER]) / 2
    return (eyes[:, :, 0] - middle)[:, ::-1]


def from_iris(eyes: NDArray, basis: Basis) -> NDArray[np.float64]:
    """Return the gaze (F, 2, 2) radians that `flatten`ed irises show, see `Performance.gaze`."""
    flip = np.array([[1.0, 1.0], [-1.0, 1.0]])
    return (iris_shift(eyes) * flip * basis.gaze[:, 0] + basis.gaze[:, 1]) * flip


def to_looks(gaze: NDArray, coefficients: NDArray) -> NDArray[np.float64]:
    """Return coefficients (F, 52) with the eyeLook ones set by a gaze (F, 2, 2)."""
    out = np.array(coefficients, float)
    for eye, (side, sign) in enumerate((("Left", 1.0), ("Right", -1.0))):
        outwards, up = sign * gaze[:, eye, 0] / YAW_RAD, gaze[:, eye, 1]
        out[:, INDEX[f"eyeLookOut{side}"]] = np.clip(outwards, 0, 1)
        out[:, INDEX[f"eyeLookIn{side}"]] = np.clip(-outwards, 0, 1)
        out[:, INDEX[f"eyeLookUp{side}"]] = np.clip(up / UP_RAD, 0, 1)
        out[:, INDEX[f"eyeLookDown{side}"]] = np.clip(-up / DOWN_RAD, 0, 1)
    return out


def from_looks(coefficients: NDArray) -> NDArray[np.float64]:
    """Return (..., 2, 2) radians, how the eyes turn at the eyeLook coefficients (..., 52)."""
    eyes = []
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        inwards, outwards, down, up = (
            coefficients[..., INDEX[f"eyeLook{way}{side}"]] for way in ("In", "Out", "Down", "Up")
        )
        yaw = sign * YAW_RAD * (outwards - inwards)
        eyes.append(np.stack([yaw, UP_RAD * up - DOWN_RAD * down], axis=-1))
    return np.stack(eyes, axis=-2)
