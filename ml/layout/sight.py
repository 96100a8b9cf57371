"""What a camera sees of boxes: projection, rays, and the figures that a frame is judged by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .geometry import inside
from .kinds import KINDS
from .plan import WALL, Item, Layout

SENSOR_MM = 36.0
_MOST_BLOCKERS = 240
_CLEAR = 0.18
_COARSE = ((-0.85, -0.45, 0.0, 0.45, 0.85), (-0.75, -0.1, 0.6))
_BACK = 0.4
"""What a frame loses that shows a thing's back."""
_FRONTED = ("seat", "vehicle", "building", "monument", "sign", "shelter", "machine", "appliance")
WEIGHTS = {"subject": 0.3, "occlusion": 0.35, "headroom": 0.1, "horizon": 0.1, "thirds": 0.15}
"""Set by hand: no set of rated frames was at hand to learn them from."""


@dataclass
class Blockers:
    """The boxes of a layout, as arrays: what hides, and what a camera may not be in."""

    centre: NDArray
    half: NDArray
    cos: NDArray
    sin: NDArray
    index: NDArray
    whole: NDArray
    """As `half`, with trees and plants as wide as their boxes."""

    @classmethod
    def of(cls, items: list[Item]) -> Blockers:
        """Take the largest boxes of a list of items."""
        size = np.array([i.size for i in items]).reshape(-1, 3)
        order = np.argsort(-size.max(axis=1, initial=0))[:_MOST_BLOCKERS]
        base = np.array([i.pos for i in items]).reshape(-1, 3)[order]
        size = size[order]
        yaw = np.radians(np.array([i.yaw for i in items]).reshape(-1)[order])
        centre = base + np.array([0, 0, 0.5]) * size
        # One sees past trunks and between leaves.
        airy = np.array([items[i].category in ("tree", "plant") for i in order], bool)
        half = size / 2 * np.where(airy, 0.4, 1.0)[:, None]
        half[:, 2] = size[:, 2] / 2
        return cls(centre, half, np.cos(yaw), np.sin(yaw), order, size / 2)

    def local(self, points: NDArray) -> NDArray:
        """Return points (N, 3) in the axes of each box: (N, M, 3)."""
        rel = points[:, None] - self.centre[None]
        return self._turned(rel)

    def _turned(self, rel: NDArray) -> NDArray:
        x = rel[..., 0] * self.cos + rel[..., 1] * self.sin
        y = -rel[..., 0] * self.sin + rel[..., 1] * self.cos
        return np.stack([x, y, rel[..., 2]], axis=-1)

    def contain(self, points: NDArray, margin: float = _CLEAR) -> NDArray:
        """Tell which points (N, 3) lie in a box or nearer to one than a margin."""
        if not len(self.centre):
            return np.zeros(len(points), bool)
        return (np.abs(self.local(points)) < self.half + margin).all(axis=-1).any(axis=1)

    def hide(self, eyes: NDArray, goals: NDArray, own: NDArray) -> NDArray:
        """Tell which lines from eyes (N, 3) to goals (N, 3) a box cuts.

        `own` (N,) is the item that each goal belongs to, which hides nothing; -1 for none.
        """
        return self.first(eyes, goals, own, self.half) < 0.985

    def first(self, eyes: NDArray, goals: NDArray, own: NDArray, half: NDArray) -> NDArray:
        """Return at what share (N,) of lines as in `hide` the first box is met; inf for none."""
        if not len(self.centre):
            return np.full(len(eyes), np.inf)
        near, _, cut = self.spans(self.local(eyes), self.ways(eyes, goals), half)
        cut &= self.index[None] != own[:, None]
        return np.where(cut, np.maximum(near, 0.0), np.inf).min(axis=1)

    def ways(self, eyes: NDArray, goals: NDArray) -> NDArray:
        """Return the lines from eyes to goals (N, 3) in the axes of each box: (N, M, 3)."""
        lines = (goals - eyes)[:, None]
        return self._turned(np.broadcast_to(lines, (len(eyes), len(self.centre), 3)))

    def spans(self, start: NDArray, way: NDArray, half: NDArray) -> tuple[NDArray, ...]:
        """Return the shares (N, M) of lines at which they enter and leave boxes, and which do."""
        safe = np.where(np.abs(way) < 1e-9, 1e-9, way)
        a, b = (-half - start) / safe, (half - start) / safe
        # Reducing an axis of three is much slower than two comparisons.
        ax, ay, az = np.moveaxis(np.minimum(a, b), -1, 0)
        bx, by, bz = np.moveaxis(np.maximum(a, b), -1, 0)
        near, far = np.maximum(np.maximum(ax, ay), az), np.minimum(np.minimum(bx, by), bz)
        return near, far, (near < far) & (far > 1e-3)


def box_points(item: Item) -> NDArray:
    """Return (15, 3) points of an item's box: corners, faces' middles and its middle."""
    unit = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (0, 1)]
    unit += [(0, 0, 0.5), (0, 0, 1), (0, 0, 0.1), (1, 0, 0.5), (-1, 0, 0.5), (0, 1, 0.5),
             (0, -1, 0.5)]  # fmt: skip
    local = np.array(unit, float) * np.array([item.size[0] / 2, item.size[1] / 2, item.size[2]])
    a = math.radians(item.yaw)
    x = local[:, 0] * math.cos(a) - local[:, 1] * math.sin(a)
    y = local[:, 0] * math.sin(a) + local[:, 1] * math.cos(a)
    return np.column_stack([x, y, local[:, 2]]) + np.asarray(item.pos)


def project(
    eyes: NDArray, targets: NDArray, points: NDArray, lens: ArrayLike, aspect: float
) -> tuple[NDArray, NDArray]:
    """Project points (P, 3) into N frames.

    Returns
    -------
    xy : (N, P, 2), -1 to 1 across and up the frame, upright camera
    depth : (N, P) metres before the camera
    """
    right, up, way = axes_of(eyes, targets)
    rel = points[None] - eyes[:, None]
    depth = np.einsum("npk,nk->np", rel, way)
    safe = np.maximum(depth, 0.05)
    focal = (2.0 * np.broadcast_to(np.asarray(lens, float), len(eyes)) / SENSOR_MM)[:, None]
    wide = focal if aspect >= 1 else focal / aspect  # the sensor lies along the longer side
    x = np.einsum("npk,nk->np", rel, right) / safe * wide
    y = np.einsum("npk,nk->np", rel, up) / safe * wide * aspect
    return np.stack([x, y], axis=-1), depth


def axes_of(eyes: NDArray, targets: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return (N, 3) unit vectors to the right, up and ahead of upright cameras."""
    way = targets - eyes
    way = way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    right = np.stack([way[:, 1], -way[:, 0], np.zeros(len(way))], axis=1)
    flat = np.linalg.norm(right, axis=1, keepdims=True)
    right = np.where(flat < 1e-6, [[1.0, 0.0, 0.0]], right / np.maximum(flat, 1e-9))
    return right, np.cross(right, way), way


def reach(away: NDArray) -> tuple[NDArray, NDArray]:
    """Return how far "close before the lens", and "half-way", reach for a subject's distance."""
    return np.clip(0.35 * away, 0.5, 3.5), np.clip(0.65 * away, 0.8, 7.0)


def frame_rays(
    eyes: NDArray, targets: NDArray, lens: NDArray, aspect: float, grid: tuple
) -> NDArray:
    """Return (N, R, 3) rays into frames, one metre long along the camera's axis.

    `grid` has the places across and up the frame, -1 to 1 each.
    """
    right, up, way = axes_of(eyes, targets)
    x, y = (g.ravel() for g in np.meshgrid(*grid))
    wide = np.asarray(lens, float) * (2 / SENSOR_MM) / min(aspect, 1.0)
    rays = way[:, None] + (x / wide[:, None])[..., None] * right[:, None]
    return rays + (y / wide[:, None] / aspect)[..., None] * up[:, None]


def foreground(
    blockers: Blockers, eyes: NDArray, targets: NDArray, lens: NDArray, aspect: float, own: int
) -> tuple[NDArray, NDArray]:
    """Return (N,) shares of the frame that things close before the lens, and on the way, take.

    `own` is the subject, which may be close; -1 for none.
    """
    rays = frame_rays(eyes, targets, lens, aspect, _COARSE)
    count = rays.shape[1]
    close, half_way = reach(np.linalg.norm(targets - eyes, axis=1))
    goals = eyes[:, None] + rays * half_way[:, None, None]
    met = blockers.first(np.repeat(eyes, count, axis=0), goals.reshape(-1, 3),
                         np.full(len(eyes) * count, own), blockers.whole)  # fmt: skip
    met = met.reshape(len(eyes), -1)
    return (met < (close / half_way)[:, None]).mean(axis=1), (met < 1.0).mean(axis=1)


def walls_near(
    layout: Layout, eyes: NDArray, targets: NDArray, lens: NDArray, aspect: float
) -> NDArray:
    """Return (N,) shares of the frame that walls half-way to the subject, or nearer, take."""
    if not layout.room.walled:
        return np.zeros(len(eyes))
    rays = frame_rays(eyes, targets, lens, aspect, _COARSE)
    a = np.asarray(layout.room.outline, float)
    edge = np.roll(a, -1, axis=0) - a
    rel = a[None] - eyes[:, None, :2]
    # Where a ray (N, R, 1) meets an edge (E): t along the ray, s along the edge.
    x, y = rays[..., 0, None], rays[..., 1, None]
    cross = x * edge[:, 1] - y * edge[:, 0]
    cross = np.where(np.abs(cross) < 1e-9, 1e-9, cross)
    t = (rel[..., 0] * edge[:, 1] - rel[..., 1] * edge[:, 0])[:, None] / cross
    s = (rel[:, None, :, 0] * y - rel[:, None, :, 1] * x) / cross
    away = np.where((t > 0) & (s >= 0) & (s <= 1), t, np.inf).min(axis=-1)
    level = eyes[:, None, 2] + rays[..., 2] * np.where(np.isfinite(away), away, 0.0)
    limit = reach(np.linalg.norm(targets - eyes, axis=1))[1]
    met = (away < limit[:, None]) & (level > 0) & (level < layout.room.height)
    return met.mean(axis=1)


def judge(
    layout: Layout,
    blockers: Blockers,
    eyes: NDArray,
    targets: NDArray,
    lens: NDArray,
    *,
    points: NDArray,
    own: NDArray,
    share: float | None,
    aspect: float,
) -> dict[str, NDArray]:
    """Score N frames, each figure 0 to 1, 1 is best; what they make together is "total".

    Parameters
    ----------
    points : (P, 3) of the subject
    own : (P,) the item that each point belongs to, -1 for none
    share : how much of the frame's height the subject should take; above 1 it is cropped; None
        for a place as a whole
    """
    xy, depth = project(eyes, targets, points, lens, aspect)
    shown = (np.abs(xy) < 1).all(axis=-1) & (depth > 0.3)
    n, p = len(eyes), len(points)
    goals = np.tile(points, (n, 1))
    hidden = blockers.hide(np.repeat(eyes, p, axis=0), goals, np.tile(own, n)).reshape(n, p)
    if layout.room.walled:
        hidden |= through_walls(layout, eyes, points)
    if share is None:
        scores = _as_place(xy, shown, hidden)
    else:
        scores = _as_thing(xy, shown, hidden, share)
    slope = targets[:, 2] - eyes[:, 2]
    run = np.maximum(np.linalg.norm((targets - eyes)[:, :2], axis=1), 1e-6)
    line = -slope / run * 2 * lens / SENSOR_MM * max(aspect, 1.0)
    scores["horizon"] = np.exp(-(((np.abs(line) - 0.33) / 0.35) ** 2))
    subject = -1 if share is None else int(own[0])
    close, near = foreground(blockers, eyes, targets, lens, aspect, subject)
    scores |= {"clear": 1 - close, "open": 1 - near}
    facing = [layout.items[subject]] if share else [i for i in layout.items if i.role == "hero"][:1]
    scores["front"] = before(facing[0], eyes) if facing else np.ones(n)
    scores["walls"] = 1 - walls_near(layout, eyes, targets, lens, aspect)
    # An empty wall hides nothing, and a ceiling neither.
    scores["shown"] = np.ones(n) if share else np.minimum(shown.mean(axis=1) / 0.5, 1.0)
    return scores | {"total": total(scores)}


def total(scores: dict[str, NDArray]) -> NDArray:
    """Return (N,) the figure that frames are chosen by, from all the others."""
    found = sum(WEIGHTS[k] * scores[k] for k in WEIGHTS)
    found = found * np.where(scores["occlusion"] < 0.34, 0.4, 1.0) * scores["shown"]
    found = found * (1 - 0.85 * np.minimum((1 - scores["clear"]) / 0.3, 1.0))
    found = found * (1 - 0.5 * np.clip((0.85 - scores["open"]) / 0.4, 0.0, 1.0))
    found = found * (1 - 0.6 * np.clip((0.75 - scores["walls"]) / 0.4, 0.0, 1.0))
    return found * (1 - _BACK * (1 - scores["front"]))


def before(item: Item, eyes: NDArray) -> NDArray:
    """Return (N,) 1 for eyes that stand before a thing's front, 0 for those behind it."""
    kind = KINDS.get(item.kind)
    fronted = kind is not None and (
        kind.front > 0 or kind.wall or item.support == WALL or kind.category in _FRONTED
    )
    if not fronted:
        return np.ones(len(eyes))
    a = math.radians(item.yaw)
    away = eyes[:, :2] - np.asarray(item.pos[:2])
    ahead = away @ np.array([-math.sin(a), math.cos(a)])
    share = ahead / np.maximum(np.linalg.norm(away, axis=1), 1e-6)
    return np.clip((share + 0.35) / 0.85, 0.0, 1.0)


def _as_thing(xy: NDArray, shown: NDArray, hidden: NDArray, share: float) -> dict[str, NDArray]:
    """Score how one thing is framed."""
    top, bottom = xy[..., 1].max(axis=1), xy[..., 1].min(axis=1)
    taken = np.maximum((top - bottom) / 2, np.ptp(xy[..., 0], axis=1) / 2)
    fit = np.exp(-np.abs(np.log(np.maximum(taken, 1e-3) / share)))
    room, ideal = (1 - top) / 2, 0.1 if share >= 0.5 else 0.25
    middle = xy[:, -7:].mean(axis=1)
    off = np.minimum(np.abs(np.abs(middle[:, 0]) - 0.33), np.abs(middle[:, 0]) + 0.08)
    return {
        "subject": fit * (shown.mean(axis=1) if share < 1 else 1.0),
        "occlusion": 1 - hidden.mean(axis=1),
        "headroom": np.exp(-(((room - ideal) / 0.2) ** 2)) if share < 1 else np.ones(len(xy)),
        "thirds": np.exp(-((off / 0.25) ** 2)) * np.exp(-((middle[:, 1] / 0.6) ** 2)),
    }


def _as_place(xy: NDArray, shown: NDArray, hidden: NDArray) -> dict[str, NDArray]:
    """Score how a whole place is framed: how much of it is in the frame, seen, and spread."""
    count = np.maximum(shown.sum(axis=1), 1)
    x, y = np.where(shown, xy[..., 0], 0.0), np.where(shown, xy[..., 1], 0.0)
    middle = x.sum(axis=1) / count
    spread = np.sqrt(np.maximum((x**2).sum(axis=1) / count - middle**2, 0.0))
    level = y.sum(axis=1) / count
    # From near the ground everything lies on one line above an empty floor.
    rise = np.sqrt(np.maximum((y**2).sum(axis=1) / count - level**2, 0.0))
    flat = np.maximum(0.26 - rise, 0.0)
    return {
        "subject": shown.mean(axis=1) * np.exp(-(((spread - 0.5) / 0.4) ** 2)),
        "occlusion": 1 - (hidden & shown).sum(axis=1) / count,
        "headroom": np.exp(-(((level + 0.15) / 0.4) ** 2)) * np.exp(-((flat / 0.12) ** 2)),
        "thirds": np.exp(-((middle / 0.35) ** 2)),
    }


def through_walls(layout: Layout, eyes: NDArray, points: NDArray) -> NDArray:
    """Tell which of (N, P) lines leave the outline on their way."""
    out = np.zeros((len(eyes), len(points)), bool)
    if len(layout.room.outline) <= 4:
        return out
    poly = np.asarray(layout.room.outline, float)
    for t in (0.25, 0.5, 0.75):
        between = eyes[:, None, :2] * (1 - t) + points[None, :, :2] * t
        out |= ~inside(poly, between)
    return out


def standing_free(layout: Layout, blockers: Blockers, eyes: NDArray) -> NDArray:
    """Tell where a camera (N, 3) may be: in no box, above ground, inside walls and ceiling."""
    ok = ~blockers.contain(eyes) & (eyes[:, 2] > 0.15)
    room = layout.room
    if room.walled or room.shape == "street":
        ok &= inside(room.outline, eyes[:, :2], 0.2)
    else:
        ok &= inside(1.25 * np.asarray(room.outline, float), eyes[:, :2])
    if room.roofed:
        ok &= eyes[:, 2] < room.height - 0.15
    return ok
