"""The rotated square that a person is looked at in, and the way back out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

MARGIN = 1.25
"""A region's side over the diameter of the circle around the body."""


@dataclass(frozen=True)
class Region:
    """A rotated square in a picture.

    Attributes
    ----------
    x, y : its centre, pixels
    side : pixels
    angle : radians by which it is turned, from x towards y (clockwise as seen)
    """

    x: float
    y: float
    side: float
    angle: float

    @classmethod
    def around(cls, centre: ArrayLike, rim: ArrayLike) -> Region:
        """Return the upright view of a body from its middle and the top of its circle.

        >>> Region.around((10.0, 10.0), (10.0, 2.0)).angle
        0.0
        """
        dx, dy = float(rim[0] - centre[0]), float(rim[1] - centre[1])
        angle = math.pi / 2 - math.atan2(-dy, dx)
        angle -= 2 * math.pi * math.floor((angle + math.pi) / (2 * math.pi))
        return cls(float(centre[0]), float(centre[1]), 2 * math.hypot(dx, dy) * MARGIN, angle)

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """(2, 3): shares of the square (0 to 1 along each side) to pixels of the picture."""
        cos, sin = math.cos(self.angle) * self.side, math.sin(self.angle) * self.side
        return np.array(
            [
                [cos, -sin, self.x - (cos - sin) / 2],
                [sin, cos, self.y - (sin + cos) / 2],
            ]
        )


def warp(
    image: NDArray[np.uint8], region: Region, size: int, black: bool = False
) -> NDArray[np.uint8]:
    """Cut a region out of a BGR picture.

    Parameters
    ----------
    image : (H, W, 3) uint8 BGR
    region : may reach beyond the picture, where the border repeats (or is black)
    size : side of what is returned, pixels

    Returns
    -------
    (size, size, 3) uint8 RGB
    """
    import cv2

    # Not warpAffine: it rounds positions otherwise than mediapipe, whose results are the measure.
    part = cv2.warpPerspective(
        image,
        np.vstack([region.matrix / [size, size, 1], [0, 0, 1]]),
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT if black else cv2.BORDER_REPLICATE,
    )
    # Swapped here rather than on the whole picture, which is many times larger.
    return cv2.cvtColor(part, cv2.COLOR_BGR2RGB, dst=part)


def to_picture(points: NDArray, region: Region) -> NDArray[np.float64]:
    """Bring points from shares of the region's side to pixels of the picture.

    Parameters
    ----------
    points : (N, 3)
        x, y from the region's corner, z in the same unit.

    Returns
    -------
    (N, 3) x, y in pixels, z scaled alike
    """
    matrix = region.matrix
    out = np.empty(points.shape, np.float64)
    out[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    out[:, 2] = points[:, 2] * region.side
    return out


def turn_upright(world: NDArray, region: Region) -> NDArray[np.float64]:
    """Turn (N, 3) points given in the region's axes into the picture's (x right, y down)."""
    cos, sin = math.cos(region.angle), math.sin(region.angle)
    out = np.array(world, np.float64)
    out[:, 0] = cos * world[:, 0] - sin * world[:, 1]
    out[:, 1] = sin * world[:, 0] + cos * world[:, 1]
    return out


def refine(points: NDArray, heatmap: NDArray, kernel: int = 9) -> NDArray[np.float64]:
    """Move points to the centre of their heat map's mass near them.

    Parameters
    ----------
    points : (N, 3) shares of the region's side
    heatmap : (R, C, M >= N) logits, the points' own first
    kernel : side of the window that is looked at, cells

    Returns
    -------
    (N, 3); a point stays where it is when it lies outside, or its map is unsure there
    """
    rows, columns, count = heatmap.shape
    out = np.array(points, np.float64)
    column = np.trunc(points[:, 0] * columns).astype(int)
    row = np.trunc(points[:, 1] * rows).astype(int)
    reach = np.arange(kernel) - (kernel - 1) // 2
    c, r = column[:, None] + reach, row[:, None] + reach  # (N, kernel)
    cells = np.clip(r, 0, rows - 1)[:, :, None] * columns + np.clip(c, 0, columns - 1)[:, None]
    # One flat look-up: indexing with three arrays costs several times as much.
    index = cells * count + np.arange(len(points))[:, None, None]
    weight = 1.0 / (1.0 + np.exp(-heatmap.ravel().take(index)))
    weight *= ((r >= 0) & (r < rows))[:, :, None] & ((c >= 0) & (c < columns))[:, None]
    along_c, along_r = weight.sum(axis=1), weight.sum(axis=2)
    total = along_c.sum(axis=1)
    sure = (weight.max(axis=(1, 2)) >= 0.5) & (column >= 0) & (column < columns)
    sure &= (row >= 0) & (row < rows)
    out[sure, 0] = ((along_c * c).sum(axis=1)[sure] / total[sure]) / columns
    out[sure, 1] = ((along_r * r).sum(axis=1)[sure] / total[sure]) / rows
    return out
