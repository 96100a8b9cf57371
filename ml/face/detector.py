"""Find faces in a picture: the anchors and decoding around the face detection network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..blocking.crop import Region, warp
from ..blocking.detector import merge_overlapping
from ..runtime import Session, Settings

NAME = "face_detection_v1"
SIZE = 128
MIN_SCORE = 0.5
MARGIN = 1.5
"""A region's side over the longer side of the box around the face."""

_LAYERS = ((8, 2), (16, 6))
"""(stride in pixels, anchors a cell) of the network's output, in its order."""


@dataclass(frozen=True)
class Faces:
    """Faces found in one picture, the surest first. Coordinates are pixels of that picture.

    Attributes
    ----------
    score : (N,) 0 to 1
    box : (N, 4) x0, y0, x1, y1
    points : (N, 6, 2) the person's right eye, left eye, nose tip, mouth, right ear, left ear
    """

    score: NDArray[np.float32]
    box: NDArray[np.float32]
    points: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.score)

    def regions(self) -> list[Region]:
        """Return the square around each face, upright by its eyes."""
        return [
            region_of(box, points[0], points[1])
            for box, points in zip(self.box, self.points, strict=True)
        ]


def region_of(box: NDArray, right_eye: NDArray, left_eye: NDArray) -> Region:
    """Return the square in which the mesh network looks at a face.

    Parameters
    ----------
    box : (4,) x0, y0, x1, y1, pixels
    right_eye, left_eye : (2,) pixels, the person's; they say how the head is tilted

    >>> region_of(np.array([0, 0, 10, 20.0]), np.array([2, 5.0]), np.array([8, 5.0])).side
    30.0
    """
    x, y = (box[:2] + box[2:]) / 2
    side = MARGIN * float(np.max(box[2:] - box[:2]))
    dx, dy = left_eye[:2] - right_eye[:2]
    return Region(float(x), float(y), side, math.atan2(float(dy), float(dx)))


def anchors() -> NDArray[np.float32]:
    """Return (896, 2): each anchor's centre x, y as shares of the picture.

    >>> anchors().shape
    (896, 2)
    """
    grids = []
    for stride, repeats in _LAYERS:
        cells = SIZE // stride
        centre = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(centre, centre)
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], -1), repeats, axis=0))
    return np.concatenate(grids).astype(np.float32)


class Detector:
    """The face detection network with its pre- and post-processing."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NAME, settings)
        self._anchors = anchors()

    def __call__(self, image: NDArray[np.uint8]) -> Faces:
        """Find faces in an (H, W, 3) uint8 BGR picture."""
        height, width = image.shape[:2]
        side = float(max(height, width))
        # The whole picture on a black square.
        region = Region(width / 2, height / 2, side, 0.0)
        out = self.session(image=warp(image, region, SIZE, black=True)[None])
        score, values = self._decode(out["boxes"][0], out["scores"][0, :, 0])
        score, values = merge_overlapping(score, values)
        points = values.reshape(-1, 8, 2) * side + (region.x - side / 2, region.y - side / 2)
        points = points.astype(np.float32)
        return Faces(score.astype(np.float32), points[:, :2].reshape(-1, 4), points[:, 2:])

    def _decode(self, raw: NDArray, logits: NDArray) -> tuple[NDArray, NDArray]:
        """Return (N,) scores and (N, 16) x0, y0, x1, y1 and the points, as shares of the input."""
        score = 1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))
        kept = score >= MIN_SCORE
        raw, centre = raw[kept] / SIZE, self._anchors[kept]
        middle, half = raw[:, :2] + centre, raw[:, 2:4] / 2
        points = raw[:, 4:] + np.tile(centre, 6)
        return score[kept], np.concatenate([middle - half, middle + half, points], axis=1)
