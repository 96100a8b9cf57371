"""Find people in a picture: the anchors, decoding and merging around the detection network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from .crop import Region, warp

NAME = "pose_detection_v1"
SIZE = 224
MIN_SCORE = 0.5
MIN_OVERLAP = 0.3
SURE = 0.75
"""Score from which a detection is believed."""
_NEARER, _SETTLED = 3, 0.8
"""How often one detection is looked at again, and the share of its side that it may still lose."""
_LAYERS = ((8, 2), (16, 2), (32, 6))
"""(stride in pixels, anchors a cell) of the network's output, in its order."""


@dataclass(frozen=True)
class Detections:
    """People found in one picture, the surest first. Coordinates are pixels of that picture.

    Attributes
    ----------
    score : (N,) 0 to 1
    box : (N, 4) x0, y0, x1, y1 around the face
    points : (N, 4, 2) middle of the hips, a point on the circle around the whole body, middle of
        the shoulders, a point on the circle around the upper body
    """

    score: NDArray[np.float32]
    box: NDArray[np.float32]
    points: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.score)

    def values(self) -> NDArray[np.float32]:
        """Return (N, 12) box and points, one after another."""
        return np.concatenate([self.box, self.points.reshape(-1, 8)], axis=1)

    def regions(self) -> list[Region]:
        """Return the square around each whole body, for the landmark network."""
        return [Region.around(points[0], points[1]) for points in self.points]


def parts(width: int, height: int) -> list[Region]:
    """Return squares of half the longer side that cover a picture, overlapping by half.

    >>> len(parts(1920, 1080))
    6
    """
    side = 0.5 * max(width, height)
    centres = []
    for length in (width, height):
        count = 1 + int(np.ceil(max(length - side, 0.0) / (0.5 * side)))
        room = max(length - side, 0.0)
        centres.append(0.5 * min(length, side) + np.linspace(0.0, room, count))
    return [Region(float(x), float(y), side, 0.0) for y in centres[1] for x in centres[0]]


def anchors() -> NDArray[np.float32]:
    """Return (2254, 2): each anchor's centre x, y as shares of the picture.

    >>> anchors().shape
    (2254, 2)
    """
    grids = []
    for stride, repeats in _LAYERS:
        cells = SIZE // stride
        centre = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(centre, centre)
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], -1), repeats, axis=0))
    return np.concatenate(grids).astype(np.float32)


def merge_overlapping(score: NDArray, values: NDArray) -> tuple[NDArray, NDArray]:
    """Merge what overlaps into score-weighted means.

    Parameters
    ----------
    score : (N,)
    values : (N, 4 + K)
        x0, y0, x1, y1 and whatever else is averaged along.

    Returns
    -------
    (M,) scores, highest first, each the best of its group; (M, 4 + K) means
    """
    order = np.argsort(-score, kind="stable")
    score, values = score[order], values[order]
    scores, means = [], []
    while len(score):
        near = overlap(values[0, :4], values[:, :4]) > MIN_OVERLAP
        near[0] = True  # an empty box overlaps nothing, not even itself
        scores.append(score[0])
        means.append(np.average(values[near], axis=0, weights=score[near]))
        score, values = score[~near], values[~near]
    return np.array(scores), np.array(means).reshape(len(scores), values.shape[1])


def overlap(box: NDArray, boxes: NDArray) -> NDArray:
    """Return (N,) intersection over union of `box` (4,) with each of `boxes` (N, 4).

    >>> overlap(np.array([0, 0, 2, 2.0]), np.array([[0, 0, 2, 1.0], [5, 5, 6, 6]])).tolist()
    [0.5, 0.0]
    """
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0.0), axis=1)
    area = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return shared / np.maximum(area - shared, 1e-12)


def _merged(found: list[tuple[NDArray, NDArray]]) -> Detections:
    """Return what several looks found, each (N,) scores and (N, 12) values, once."""
    nothing = np.zeros(0), np.zeros((0, 12))
    return _detections(*merge_overlapping(*map(np.concatenate, zip(nothing, *found, strict=True))))


def _detections(score: NDArray, values: NDArray) -> Detections:
    points = values.reshape(-1, 6, 2).astype(np.float32)
    return Detections(score.astype(np.float32), points[:, :2].reshape(-1, 4), points[:, 2:])


class Detector:
    """The detection network with its pre- and post-processing."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NAME, settings)
        self._anchors = anchors()

    def __call__(self, image: NDArray[np.uint8]) -> Detections:
        """Find people in an (H, W, 3) uint8 BGR picture."""
        height, width = image.shape[:2]
        # The whole picture on a black square.
        whole = Region(width / 2, height / 2, float(max(height, width)), 0.0)
        return _detections(*self._look(image, whole, MIN_SCORE))

    def closer(self, image: NDArray[np.uint8]) -> Detections:
        """Find people who are too small in the picture for `__call__`, in parts of it.

        Only those that it is sure of: it looks at several times as many places.
        """
        found = [self._look(image, p, SURE) for p in parts(image.shape[1], image.shape[0])]
        return _merged(found)

    def nearer(self, image: NDArray[np.uint8], people: Detections) -> Detections:
        """Look again at the part of a picture that each of those found in it seems to fill.

        Who is small in the whole picture is found there, but not measured.
        """
        return _merged([self._settle(image, k, people) for k in range(len(people))])

    def _settle(
        self, image: NDArray[np.uint8], number: int, people: Detections
    ) -> tuple[NDArray, NDArray]:
        """Return the score and values of one detection, looked at nearer until its size stays."""
        region = people.regions()[number]
        best = people.score[number : number + 1], people.values()[number : number + 1]
        for _ in range(_NEARER):
            square = Region(region.x, region.y, region.side, 0.0)
            score, values = self._look(image, square, MIN_SCORE)
            if not len(score):
                break
            near = _detections(score, values).regions()
            k = int(np.argmin([np.hypot(r.x - square.x, r.y - square.y) for r in near]))
            region, best = near[k], (score[k : k + 1], values[k : k + 1])
            if region.side > _SETTLED * square.side:
                break
        return best

    def _look(
        self, image: NDArray[np.uint8], region: Region, least: float
    ) -> tuple[NDArray, NDArray]:
        """Return (N,) scores and (N, 12) x0, y0, x1, y1 and the points, pixels, in a square."""
        out = self.session(image=warp(image, region, SIZE, black=True)[None])
        score, values = self._decode(out["boxes"][0], out["scores"][0, :, 0], least)
        score, values = merge_overlapping(score, values)
        points = values.reshape(-1, 6, 2) * region.side
        points += (region.x - region.side / 2, region.y - region.side / 2)
        return score, points.reshape(-1, 12)

    def _decode(self, raw: NDArray, logits: NDArray, least: float) -> tuple[NDArray, NDArray]:
        """Return (N,) scores and (N, 12) x0, y0, x1, y1 and the points, as shares of the input."""
        score = 1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))
        kept = (score >= least) & (raw[:, 2:4] >= 0).all(axis=1)
        raw, centre = raw[kept] / SIZE, self._anchors[kept]
        middle, half = raw[:, :2] + centre, raw[:, 2:4] / 2
        points = raw[:, 4:] + np.tile(centre, 4)
        return score[kept], np.concatenate([middle - half, middle + half, points], axis=1)
