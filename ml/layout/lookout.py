"""What a frame really shows: rays through coarse shapes, and a network that corrects them.

Rays to boxes take a table for a block. Here rays go from a camera to points on a thing's surface,
and into the frame, through the coarse shapes of what lies between. They say how much of the frame
things close before the lens take, better than a network that was tried for it; how much of the
thing is seen a small network says from them, from the plain rays, and from what it is that hides.
It learns what is left after the rays: with all its weights at zero it repeats them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from .plan import Item, Layout
from .shapes import POINTS, Shape, cell_of, shape_of
from .sight import Blockers, foreground, frame_rays, project, reach, through_walls, total

CAMERA = "layout_camera_v1"
_STEPS = 12
"""Where a line is looked at inside a box."""
_ACROSS, _UP = (-0.9, -0.7, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9), (-0.8, -0.4, 0.0, 0.4, 0.8)
_AIRY = ("tree", "plant")
CLUES = (
    "seen, shapes", "close, shapes", "near, shapes", "seen, boxes",
    "seen, boxes of airy things too", "seen, fills", "close, boxes", "near, boxes", "in the frame",
    "fill of what hides", "airy things among what hides", "where it hides", "boxes on the way",
    "edge of the frame", "behind a corner", "it is a place",
)  # fmt: skip
SEEN, CLOSE, NEAR = range(3)


class Lookout:
    """Says what frames show, with the network `layout_camera_v1`.

    Raises
    ------
    ModelError
        The network is missing or is not the one its card describes.
    """

    def __init__(self, settings: Settings) -> None:
        self.session = Session(CAMERA, settings)

    def __call__(self, told: NDArray) -> NDArray:
        """Return (N,) shares of a thing that are seen, of (N, CLUES) clues."""
        return self.session(clues=told.astype(np.float32))["seen"]


def corrected(
    scores: dict[str, NDArray], told: NDArray, subject: int, lookout: Lookout | None
) -> dict[str, NDArray]:
    """Return the scores of `sight.judge` with what (N, CLUES) clues say instead of plain rays.

    Of a place as a whole the rays to its many things are kept.
    """
    out = scores | {"clear": 1.0 - told[:, CLOSE], "open": 1.0 - told[:, NEAR]}
    if subject >= 0:
        out["occlusion"] = told[:, SEEN] if lookout is None else lookout(told)
    return out | {"total": total(out)}


class Sights:
    """A layout as the scorer looks at it: boxes with their shapes, made once for all its shots."""

    def __init__(self, layout: Layout, blockers: Blockers) -> None:
        self.layout, self.blockers = layout, blockers
        shapes: list[Shape] = [shape_of(layout.items[i]) for i in blockers.index]
        kinds = list({id(s): s for s in shapes}.values())
        number = {id(s): k for k, s in enumerate(kinds)}
        self._cells = np.array([s.cells for s in kinds])
        self._which = np.array([number[id(s)] for s in shapes], int)
        self._fill = np.array([s.fill for s in shapes]).reshape(-1, 3)
        airy = [layout.items[i].category in _AIRY for i in blockers.index]
        self._airy = np.array(airy, bool)

    def clues(
        self, eyes: NDArray, targets: NDArray, lens: NDArray, subject: int, aspect: float
    ) -> NDArray:
        """Return (N, CLUES) clues of N frames of an item, or of the whole place for -1."""
        out = dict.fromkeys(CLUES, 0.0)
        out |= self._before(eyes, targets, lens, subject, aspect)
        if subject < 0:
            out["it is a place"] = 1.0
        else:
            out |= self._to_thing(eyes, targets, lens, subject, aspect)
        columns = [np.broadcast_to(out[name], len(eyes)) for name in CLUES]
        return np.stack(columns, axis=1).astype(np.float32)

    def _before(
        self, eyes: NDArray, targets: NDArray, lens: NDArray, subject: int, aspect: float
    ) -> dict[str, NDArray]:
        """Return what lies before the lens, by boxes and, on a finer grid, by shapes."""
        close, near = foreground(self.blockers, eyes, targets, lens, aspect, subject)
        rays = frame_rays(eyes, targets, lens, aspect, (_ACROSS, _UP))
        limits = reach(np.linalg.norm(targets - eyes, axis=1))
        goals, count = eyes[:, None] + rays * limits[1][:, None, None], rays.shape[1]
        own = np.full(len(eyes) * count, subject)
        met = self._traced(np.repeat(eyes, count, axis=0), goals.reshape(-1, 3), own)["first"]
        met = met.reshape(len(eyes), -1)
        return {
            "close, boxes": close,
            "near, boxes": near,
            "close, shapes": (met < (limits[0] / limits[1])[:, None]).mean(axis=1),
            "near, shapes": (met < 1.0).mean(axis=1),
        }

    def _to_thing(
        self, eyes: NDArray, targets: NDArray, lens: NDArray, subject: int, aspect: float
    ) -> dict[str, NDArray]:
        """Return what rays to a thing's surface say, and how it lies in the frame."""
        item, n = self.layout.items[subject], len(eyes)
        points, normals = surface(item)
        xy, depth = project(eyes, targets, points, lens, aspect)
        inside = (np.abs(xy) < 1).all(axis=-1) & (depth > 0.1)
        rel = eyes[:, None] - points[None]
        facing = np.maximum((rel * normals).sum(axis=-1) / np.linalg.norm(rel, axis=-1), 0.0)
        weight = facing * inside / np.maximum(depth, 0.3) ** 2
        weight = weight + 1e-6 * (inside + 0.01)
        weight /= weight.sum(axis=1, keepdims=True)
        goals = np.tile(points, (n, 1))
        own = np.full(n * POINTS, subject)
        ray = {k: v.reshape(n, POINTS) for k, v in
               self._traced(np.repeat(eyes, POINTS, axis=0), goals, own).items()}  # fmt: skip
        corner = np.zeros((n, POINTS), bool)
        if self.layout.room.walled:
            corner = through_walls(self.layout, eyes, points)
        hidden = ray["boxes"] > 0
        most = np.maximum((weight * hidden).sum(axis=1), 1e-6)

        def mean(values: NDArray) -> NDArray:
            return (weight * values).sum(axis=1)

        def among(values: NDArray) -> NDArray:
            return mean(values * hidden) / most

        return {
            "seen, boxes": 1 - mean(ray["thin"] > 0),
            "seen, boxes of airy things too": 1 - mean(hidden),
            "seen, shapes": 1 - mean((ray["first"] < 0.995) | corner),
            "seen, fills": mean(ray["light"]),
            "in the frame": (facing * inside).sum(axis=1) / np.maximum(facing.sum(axis=1), 1e-6),
            "fill of what hides": among(ray["fill"]),
            "airy things among what hides": among(ray["airy"]),
            "where it hides": among(np.minimum(ray["begins"], 1.0)),
            "boxes on the way": np.minimum(mean(ray["boxes"]), 5.0) / 2,
            "edge of the frame": np.clip(np.abs(xy).max(axis=(1, 2)), 0, 3) / 2,
            "behind a corner": mean(corner),
        }

    def _traced(self, eyes: NDArray, goals: NDArray, own: NDArray) -> dict[str, NDArray]:
        """Return, for R lines, what they meet.

        first : share of the line at which a shape is met, inf for none
        boxes, thin : boxes that are cut, whole and as `Blockers.half` has them
        light : product of what the boxes on the way let through, by their fills
        fill, airy : of the boxes that are cut, on average
        begins : share of the line at which the first box is met
        """
        boxes, rays = self.blockers, len(eyes)
        if not len(boxes.centre):
            none = np.zeros(rays)
            return {"first": none + np.inf, "boxes": none, "thin": none, "light": none + 1,
                    "fill": none, "airy": none, "begins": none + 1}  # fmt: skip
        start, way = boxes.local(eyes), boxes.ways(eyes, goals)
        near, far, cut = boxes.spans(start, way, boxes.whole)
        other = boxes.index[None] != own[:, None]
        cut &= other & (near < 0.995)
        row, box = np.nonzero(cut)
        enter, leave = np.maximum(near[row, box], 0.0), np.minimum(far[row, box], 1.0)
        first = np.full(rays, np.inf)
        np.minimum.at(first, row, self._met(start[row, box], way[row, box], enter, leave, box))
        side = np.abs(way[row, box]) / boxes.whole[box]
        axis = (side / side.sum(axis=1, keepdims=True) * self._fill[box]).sum(axis=1)
        count = np.bincount(row, minlength=rays)
        begins = np.full(rays, np.inf)
        np.minimum.at(begins, row, enter)
        thin = boxes.spans(start, way, boxes.half)
        return {
            "first": first,
            "boxes": count,
            "thin": (thin[2] & other & (thin[0] < 0.985)).sum(axis=1),
            "light": np.exp(np.bincount(row, np.log(np.maximum(1 - 0.9 * axis, 0.05)), rays)),
            "fill": np.bincount(row, axis, rays) / np.maximum(count, 1),
            "airy": np.bincount(row, self._airy[box], rays) / np.maximum(count, 1),
            "begins": begins,
        }

    def _met(
        self, start: NDArray, way: NDArray, enter: NDArray, leave: NDArray, box: NDArray
    ) -> NDArray:
        """Return at which share (K,) of lines the shapes in K boxes are met, inf for none."""
        steps = (np.arange(_STEPS) + 0.5) / _STEPS
        at = enter[:, None] + (leave - enter)[:, None] * steps
        half = np.maximum(self.blockers.whole[box], 1e-4)[:, None]
        cells = cell_of((start[:, None] + at[..., None] * way[:, None]) / half)
        hit = self._cells[self._which[box][:, None], cells[..., 0], cells[..., 1], cells[..., 2]]
        first = at[np.arange(len(at)), hit.argmax(axis=1)]
        return np.where(hit.any(axis=1), first, np.inf)


def surface(item: Item) -> tuple[NDArray, NDArray]:
    """Return points and normals (POINTS, 3) on an item's surface, world."""
    shape = shape_of(item)
    half = np.maximum(np.asarray(item.size, float), 1e-4) / 2
    local = shape.points * half + (0, 0, half[2])
    normal = shape.normals / half
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    a = math.radians(item.yaw)
    turn = np.array([[math.cos(a), math.sin(a), 0], [-math.sin(a), math.cos(a), 0], [0, 0, 1]])
    return local @ turn + np.asarray(item.pos), normal @ turn
