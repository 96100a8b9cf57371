"""Place the face mesh and the irises: the crops and projections around the mesh networks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..blocking.crop import Region, to_picture, warp
from ..runtime import Session, Settings
from .detector import region_of

NAME = "face_landmark_v1"
IRIS_NAME = "iris_landmark_v1"
SIZE, IRIS_SIZE = 192, 64
COUNT, IRIS_COUNT, CONTOUR_COUNT = 468, 5, 71
RIGHT_EYE, LEFT_EYE = (33, 133), (362, 263)
"""Corners of the person's eyes, from left to right in the picture."""

_OUTER_CORNERS = (33, 263)
_EYE_MARGIN = 2.3


@dataclass(frozen=True)
class Mesh:
    """What the mesh network saw in one region.

    Attributes
    ----------
    presence : 0 to 1, how sure it is of a face
    points : (468, 3) x, y in pixels of the picture, z in the same unit, negative towards the
        camera
    """

    presence: float
    points: NDArray[np.float64]

    def region(self) -> Region:
        """Return where to look for the same face in the next frame."""
        flat = self.points[:, :2]
        box = np.concatenate([flat.min(axis=0), flat.max(axis=0)])
        return region_of(box, *(flat[i] for i in _OUTER_CORNERS))


class MeshNetwork:
    """The mesh network with its pre- and post-processing."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NAME, settings)

    def __call__(self, image: NDArray[np.uint8], region: Region) -> Mesh:
        """Look at one region of an (H, W, 3) uint8 BGR picture."""
        out = self.session(image=warp(image, region, SIZE)[None])
        points = out["landmarks"].reshape(COUNT, 3).astype(np.float64) / SIZE
        logit = float(out["presence"].ravel()[0])
        return Mesh(
            1.0 / (1.0 + math.exp(-max(min(logit, 80.0), -80.0))), to_picture(points, region)
        )


class IrisNetwork:
    """The iris network with its pre- and post-processing, both eyes of a frame at once."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(IRIS_NAME, settings)

    def __call__(self, image: NDArray[np.uint8], points: NDArray) -> NDArray[np.float64]:
        """Look at both eyes of a face.

        Parameters
        ----------
        image : (H, W, 3) uint8 BGR
        points : (468, 3) of the face mesh, pixels

        Returns
        -------
        (2, 76, 3)
            The person's right eye, then the left: 5 points of the iris (the first its centre),
            then 71 of the eye's contour; pixels of the picture. The left eye's points are in the
            order of the right one's, mirrored.
        """
        regions = [eye_region(points, corners) for corners in (RIGHT_EYE, LEFT_EYE)]
        crops = np.stack([warp(image, region, IRIS_SIZE) for region in regions])
        crops[1] = crops[1, :, ::-1]
        out = self.session(image=crops)
        values = np.concatenate([out["iris"], out["contour"]], axis=1).astype(np.float64)
        values = values.reshape(2, IRIS_COUNT + CONTOUR_COUNT, 3) / IRIS_SIZE
        values[1, :, 0] = 1.0 - values[1, :, 0]
        return np.stack([to_picture(v, r) for v, r in zip(values, regions, strict=True)])


def eye_region(points: NDArray, corners: tuple[int, int]) -> Region:
    """Return the square around one eye of a (468, 3) face mesh."""
    first, second = points[corners[0], :2], points[corners[1], :2]
    x, y = (first + second) / 2
    dx, dy = second - first
    side = _EYE_MARGIN * float(max(abs(dx), abs(dy)))
    return Region(float(x), float(y), side, math.atan2(float(dy), float(dx)))
