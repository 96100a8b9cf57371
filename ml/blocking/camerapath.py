"""What the background's movement says of the camera: how it turned, and whether it moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt

FOCAL_RATIO = 0.83
"""Focal length over the picture's longer side when nobody states it: a phone's or a 30 mm lens."""


def still_points(points: NDArray, camera: NDArray) -> NDArray:
    """Return where points (F, N, 2) of each frame lie in the first frame's picture.

    `camera` is (F, 3, 3), from `BackgroundTracker`.
    """
    there = points @ np.swapaxes(camera[:, :2, :2], 1, 2) + camera[:, None, :2, 2]
    deep = points @ camera[:, 2, :2, None] + camera[:, None, 2:, 2]
    # Behind the first frame's camera there is no such place: the edge of what can be said.
    return there / np.maximum(deep, 0.05)


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
    lens = np.array([[focal_px, 0, 0.5 * size[0]], [0, focal_px, 0.5 * size[1]], [0, 0, 1.0]])
    maps = np.linalg.inv(lens) @ camera @ lens
    ahead = rt.normalize(maps[:, :, 2])
    side = maps[:, :, 0] - (maps[:, :, 0] * ahead).sum(-1, keepdims=True) * ahead
    return rt.frame_from(ahead, side, "zx")


def zooms(camera: NDArray, size: tuple[int, int], focal_px: float) -> NDArray:
    """Return (F,) each frame's focal length over the first's, from how the background grows.

    A camera that goes nearer makes the background grow as well, and cannot be told from a zoom.
    """
    lens = np.array([[focal_px, 0, 0.5 * size[0]], [0, focal_px, 0.5 * size[1]], [0, 0, 1.0]])
    width, height, deep = np.linalg.norm(np.linalg.inv(lens) @ camera @ lens, axis=1).T
    return deep / np.maximum(0.5 * (width + height), 1e-6)


def moves(camera: NDArray, size: tuple[int, int]) -> bool:
    """Say whether the camera moved more than a few pixels at the picture's middle."""
    middle = 0.5 * np.array([*size, 0.0]) + [0.0, 0.0, 1.0]
    there = camera @ middle
    shift = np.ptp(there[:, :2] / there[:, 2:], axis=0).max()
    return bool(shift > 0.01 * max(size))
