"""What the background's movement says of the camera: how it turned, and whether it moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt


def turns(camera: NDArray, size: tuple[int, int], focal_px: float) -> NDArray:
    """Return how the camera is turned against its first frame.

    A change of scale, by a zoom or by going nearer, is left out.

    Parameters
    ----------
    camera : (F, 3, 3) from `BackgroundTracker`, original pixels
    size : (width, height), pixels
    focal_px : float

    Returns
    -------
    (F, 4) quaternions
        Take directions from this frame's camera axes (x right, y down, z away) to the first's.
    """
    middle = 0.5 * np.array([*size, 0.0]) + [0.0, 0.0, 1.0]
    seen = camera @ middle
    away = np.concatenate([seen[:, :2] - middle[:2], np.full((len(seen), 1), focal_px)], axis=1)
    roll = np.arctan2(camera[:, 1, 0], camera[:, 0, 0])
    about = rt.from_rotvec(roll[:, None] * [0.0, 0.0, 1.0])
    return rt.multiply(rt.between([0.0, 0.0, 1.0], away), about)


def moves(camera: NDArray, size: tuple[int, int]) -> bool:
    """Say whether the camera moved more than a few pixels at the picture's middle."""
    middle = 0.5 * np.array([*size, 0.0]) + [0.0, 0.0, 1.0]
    shift = np.ptp((camera @ middle)[:, :2], axis=0).max()
    return bool(shift > 0.01 * max(size))
