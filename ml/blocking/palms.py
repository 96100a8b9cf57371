"""Find a palm in a picture: the anchors and decoding around the palm detection network."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from .crop import Region, warp

NAME = "palm_detection_v1"
SIZE = 192
MIN_SCORE = 0.5
_LAYERS = ((8, 2), (16, 6))
"""(stride in pixels, anchors a cell) of the network's output, in its order."""
_WRIST, _MIDDLE = 0, 2
# From a palm's box to the square that holds the whole hand, as mediapipe draws it.
_GROWN, _SHIFTED = 2.6, -0.5


@cache
def _anchors() -> NDArray[np.float32]:
    grids = []
    for stride, repeats in _LAYERS:
        cells = SIZE // stride
        centre = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(centre, centre)
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], -1), repeats, axis=0))
    return np.concatenate(grids).astype(np.float32)


class PalmDetector:
    """The palm network with its pre- and post-processing."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NAME, settings)

    def __call__(self, image: NDArray[np.uint8], region: Region) -> Region | None:
        """Return the square of the surest hand in a region of an (H, W, 3) BGR picture, or None."""
        out = self.session(image=warp(image, region, SIZE, black=True)[None])
        logits = out["scores"][0, :, 0]
        best = int(logits.argmax())
        if 1.0 / (1.0 + math.exp(-float(np.clip(logits[best], -80.0, 80.0)))) < MIN_SCORE:
            return None
        raw = out["boxes"][0, best] / SIZE
        centre = _anchors()[best]
        middle, size = raw[:2] + centre, raw[2:4]
        points = raw[4:].reshape(-1, 2) + centre
        matrix = region.matrix
        middle = matrix[:, :2] @ middle + matrix[:, 2]
        wrist, finger = (matrix[:, :2] @ points[k] + matrix[:, 2] for k in (_WRIST, _MIDDLE))
        return upright(middle, float(size.max()) * region.side, wrist, finger, _GROWN, _SHIFTED)


def upright(
    middle: NDArray, side: float, wrist: NDArray, finger: NDArray, grown: float, shifted: float
) -> Region:
    """Return the square around a hand, turned so that its fingers point up.

    Parameters
    ----------
    middle : (2,), side : pixels of a box around it
    wrist, finger : (2,) pixels, which way it points
    grown : the square's side over the box's
    shifted : how far the square is moved along the hand, in sides of the box; minus is ahead
    """
    along = finger - wrist
    angle = math.atan2(along[1], along[0]) + 0.5 * math.pi
    ahead = np.array([-math.sin(angle), math.cos(angle)]) * shifted * side
    return Region(float(middle[0] + ahead[0]), float(middle[1] + ahead[1]), grown * side, angle)
