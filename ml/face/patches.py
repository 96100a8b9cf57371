"""Small pictures of the brows, eyes and the lower face, as if the head looked ahead.

Each patch is a flat piece laid on the face in the head's frame and brought into the picture by
the head's pose, so that it stays on the same skin while the head turns: what moves in it moves on
the face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .pose import Pose


@dataclass(frozen=True)
class Patch:
    """A flat piece on the face.

    Attributes
    ----------
    corner, across, down : (3,) cm, head's frame: the upper left corner as seen in the picture, and
        the edges to the upper right and the lower left ones
    width, height : pixels
    """

    corner: tuple[float, float, float]
    across: tuple[float, float, float]
    down: tuple[float, float, float]
    width: int
    height: int


EYE_SIZE, LOWER_WIDTH, LOWER_HEIGHT = 56, 64, 56

RIGHT = Patch((-7.0, 4.0, -2.3), (7.0, 0.0, 4.0), (0.0, -7.0, 0.6), EYE_SIZE, EYE_SIZE)
LEFT = Patch((0.0, 4.0, 1.7), (7.0, 0.0, -4.0), (0.0, -7.0, 0.6), EYE_SIZE, EYE_SIZE)
LOWER = Patch((-6.8, -1.6, 1.6), (13.6, 0.0, 0.0), (0.0, -11.6, 0.0), LOWER_WIDTH, LOWER_HEIGHT)

_FINEST = 1.6  # picture pixels a patch pixel from which the picture is halved first


@dataclass(frozen=True)
class Patches:
    """Cut-outs of F frames.

    Attributes
    ----------
    eyes : (F, 2, 56, 56) uint8, around the right eye, and around the left one mirrored
    lower : (F, 56, 64) uint8
    """

    eyes: NDArray[np.uint8]
    lower: NDArray[np.uint8]


def cut(gray: NDArray[np.uint8], pose: Pose) -> tuple[NDArray, NDArray]:
    """Cut the patches out of one picture.

    Parameters
    ----------
    gray : (H, W) uint8
    pose : of one frame

    Returns
    -------
    (2, 56, 56), (56, 64), as `Patches` holds them
    """
    right, left, lower = (_cut(gray, pose, patch) for patch in (RIGHT, LEFT, LOWER))
    return np.stack([right, left[:, ::-1]]), lower


def _cut(gray: NDArray[np.uint8], pose: Pose, patch: Patch) -> NDArray[np.uint8]:
    import cv2

    corner, across, down = (np.array(v) for v in (patch.corner, patch.across, patch.down))
    ends = pose.to_picture(np.array([corner, corner + across, corner + down]))[0, :, :2]
    finest = max(
        np.hypot(*(ends[1] - ends[0])) / patch.width, np.hypot(*(ends[2] - ends[0])) / patch.height
    )
    if finest > _FINEST:
        gray, ends = _halve(gray, ends, int(np.ceil(np.log2(finest / _FINEST))))
    matrix = np.stack(
        [(ends[1] - ends[0]) / patch.width, (ends[2] - ends[0]) / patch.height, ends[0]], axis=1
    )
    return cv2.warpAffine(
        gray,
        matrix,
        (patch.width, patch.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _halve(gray: NDArray, ends: NDArray, times: int) -> tuple[NDArray, NDArray]:
    """Return the part of the picture around a patch, made smaller, and the corners in it."""
    import cv2

    factor = 2**times
    corners = np.vstack([ends, ends[1] + ends[2] - ends[0]])
    size = np.array(gray.shape[::-1])
    low = np.clip(np.floor(corners.min(axis=0)) - factor, 0, size - 1).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + factor + 1, low + 1, size).astype(int)
    part = gray[low[1] : high[1], low[0] : high[0]]
    new = np.maximum((high - low) // factor, 1)
    small = cv2.resize(part, tuple(int(n) for n in new), interpolation=cv2.INTER_AREA)
    return small, (ends - low + 0.5) * (new / (high - low)) - 0.5
