"""The camera's own movement, from how the background moves in the picture.

A hand-held or panning camera moves everything in the picture. Points of the background are
followed from frame to frame (Lucas and Kanade, 1981), with the person masked out; the camera's is
the rotation that most of them agree on (RANSAC), or, where that does not fit because the camera
zooms or travels, a similarity (shift, turn, scale). A camera on a tripod gives exactly none, so
nothing drifts.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .camerapath import FOCAL_RATIO

WIDTH = 320
_POINTS, _FEWEST, _SPACING = 120, 24, 8
_RENEW = 12  # frames
_BACK_AND_FORTH = 0.7  # small pixels; a point that does not come back was lost
_STILL = 0.15  # small pixels a frame
_MARGIN = 0.15  # of the person's box, around it
_AGREE = 0.6
_TURNS_IF = 1.15  # a turn is believed while it misses this much more than a similarity
_SAME = 2.0  # grey levels, median, that noise changes


@dataclass
class Tracks:
    """Points of the background, each in the frames in which it was followed; N sights of them.

    Attributes
    ----------
    frame : (N,) int
    point : (N,) int, which point
    place : (N, 2) pixels
    """

    frame: NDArray
    point: NDArray
    place: NDArray


class BackgroundTracker:
    """Follows the background through a clip, a frame at a time.

    Attributes
    ----------
    size : (width, height) of the last frame, pixels
    unsure : number of frames whose movement could not be told, and is taken for none
    """

    def __init__(self) -> None:
        self.size = (1, 1)
        self.unsure = 0
        self._last: NDArray | None = None
        self._points = np.zeros((0, 1, 2), np.float32)
        self._ids = np.zeros(0, int)
        self._known = 0
        self._frame = -1
        self._seen: list[tuple[int, NDArray, NDArray]] = []
        self._age = 0
        self._total = np.eye(3)

    def step(self, image: NDArray[np.uint8], box: NDArray | None) -> NDArray[np.float64]:
        """Take the next frame.

        Parameters
        ----------
        image : (H, W, 3) uint8 BGR
        box : (4,) x0, y0, x1, y1 of the person in its pixels, or None

        Returns
        -------
        (3, 3)
            Takes pixels of this frame to where the same background is in the first frame; a
            projective map, as a camera that turns makes one.
        """
        self._frame += 1
        self.size = (image.shape[1], image.shape[0])
        small = WIDTH / max(image.shape[:2])
        size = (round(image.shape[1] * small), round(image.shape[0] * small))
        # Nearest pixels first: a large frame is thinned out at no cost before it is averaged.
        thin = max(1, int(0.5 / small))
        grey = cv2.cvtColor(image[::thin, ::thin], cv2.COLOR_BGR2GRAY)
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        mask = _background(grey.shape, None if box is None else np.asarray(box) * small)
        if self._last is not None:
            change = cv2.absdiff(grey, self._last)[mask > 0]
            if not len(change) or np.median(change) < _SAME:
                return self._total.copy()  # against the same anchor, so that a slow pan adds up
            move = self._move(grey)
            if move is None:
                return self._total.copy()
            back = np.diag([1 / small, 1 / small, 1.0])
            self._total = self._total @ back @ move @ np.diag([small, small, 1.0])
            self._total /= np.cbrt(np.linalg.det(self._total))
            self._keep(_inside(self._points, mask))
        if len(self._points) < _FEWEST or self._age >= _RENEW:
            self._renew(grey, mask)
        self._seen.append((self._frame, self._ids, self._points[:, 0] / small))
        self._age += 1
        self._last = grey
        return self._total.copy()

    def tracks(self) -> Tracks:
        """Return every point that was followed, in pixels of the frames that were given.

        Frames in which the picture had hardly moved hold none: there the camera stands as it did.
        """
        frames = [np.full(len(ids), frame) for frame, ids, _ in self._seen]
        columns = zip(*self._seen, strict=True)
        _, ids, places = columns if self._seen else ((), (), ())
        return Tracks(
            np.concatenate([np.zeros(0, int), *frames]),
            np.concatenate([np.zeros(0, int), *ids]),
            np.concatenate([np.zeros((0, 2)), *places]),
        )

    def _keep(self, good: NDArray) -> None:
        """Go on with some of the points only."""
        self._points, self._ids = self._points[good], self._ids[good]

    def _renew(self, grey: NDArray, mask: NDArray) -> None:
        """Look for points where none are followed."""
        self._age = 0
        free, lacking = mask.copy(), _POINTS - len(self._points)
        if lacking < _SPACING:
            return
        for x, y in self._points[:, 0].round().astype(int).tolist():
            cv2.circle(free, (x, y), _SPACING, 0, -1)
        found = cv2.goodFeaturesToTrack(grey, lacking, 0.01, _SPACING, mask=free)
        if found is None:
            return
        self._points = np.concatenate([self._points, found])
        self._ids = np.concatenate([self._ids, self._known + np.arange(len(found))])
        self._known += len(found)

    def _move(self, grey: NDArray) -> NDArray | None:
        """Return the (3, 3) movement from this frame back to the last, small pixels.

        None where the picture has hardly moved: the last frame then stays the anchor.
        """
        none = np.eye(3)
        if len(self._points) < _FEWEST:
            self.unsure += 1
            return none
        options = {"winSize": (15, 15), "maxLevel": 3}
        there, ok, _ = cv2.calcOpticalFlowPyrLK(self._last, grey, self._points, None, **options)
        again, ok_back, _ = cv2.calcOpticalFlowPyrLK(grey, self._last, there, None, **options)
        stray = np.linalg.norm(again - self._points, axis=-1)[:, 0]
        good = (ok[:, 0] > 0) & (ok_back[:, 0] > 0) & (stray < _BACK_AND_FORTH)
        before, after = self._points[good], there[good]
        if len(after) >= _FEWEST and np.median(np.linalg.norm(after - before, axis=-1)) < _STILL:
            return None
        self._points, self._ids = after, self._ids[good]
        if len(after) < _FEWEST:
            self.unsure += 1
            return none
        found, inliers = cv2.estimateAffinePartial2D(after, before, ransacReprojThreshold=1.0)
        if found is None or inliers.mean() < _AGREE:
            self.unsure += 1
            return none
        similar = np.vstack([found, [0.0, 0.0, 1.0]])
        held = inliers[:, 0] > 0
        turned = _turned(after[held, 0], before[held, 0], grey.shape[::-1])
        misses = [_miss(m, after[held, 0], before[held, 0]) for m in (turned, similar)]
        return turned if misses[0] <= _TURNS_IF * misses[1] else similar


def _turned(after: NDArray, before: NDArray, size: tuple[int, int]) -> NDArray:
    """Return the (3, 3) map of a camera that only turns, which takes points to points best.

    The rotation between the two bundles of rays (Kabsch, 1976), for a common lens.
    """
    focal = FOCAL_RATIO * max(size)
    lens = np.array([[focal, 0, 0.5 * size[0]], [0, focal, 0.5 * size[1]], [0, 0, 1.0]])
    unlens = np.linalg.inv(lens)
    rays = [np.c_[points, np.ones(len(points))] @ unlens.T for points in (after, before)]
    a, b = (r / np.linalg.norm(r, axis=1, keepdims=True) for r in rays)
    u, _, vt = np.linalg.svd(b.T @ a)
    turn = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    return lens @ turn @ unlens


def _miss(move: NDArray, after: NDArray, before: NDArray) -> float:
    """Return by how many pixels a map misses, in the middle."""
    there = np.c_[after, np.ones(len(after))] @ move.T
    return float(np.median(np.linalg.norm(there[:, :2] / there[:, 2:] - before, axis=1)))


def _inside(points: NDArray, mask: NDArray) -> NDArray:
    """Return (N,) whether points (N, 1, 2) lie where a mask is not 0."""
    x, y = points[:, 0].round().astype(int).T
    height, width = mask.shape
    there = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    return there & (mask[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] > 0)


def _background(shape: tuple[int, int], box: NDArray | None) -> NDArray:
    """Return a mask, 255 outside the person's box and a margin around it."""
    mask = np.full(shape, 255, np.uint8)
    if box is not None and np.isfinite(box).all():
        more = _MARGIN * (box[2:] - box[:2])
        x0, y0 = np.maximum(box[:2] - more, 0).astype(int)
        x1, y1 = np.maximum(box[2:] + more, 0).astype(int)
        mask[y0:y1, x0:x1] = 0
    return mask
