"""Oriented boxes, polygons and the grid that finds neighbours: exact tests, many at once.

A footprint is (x, y, half width, half depth, yaw in radians): an oriented rectangle on the plane.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

GAP = 0.004
"""Boxes nearer than this count as touching, metres: meshes in them must not share a face."""

_CELL = 2.0
_DENSE = 40000
"""Up to so many pairs comparing all with all is quicker than the grid."""


def corners(prints: ArrayLike) -> NDArray:
    """Return (N, 4, 2) corners of (N, 5) footprints, counter-clockwise from left back."""
    f = np.asarray(prints, float).reshape(-1, 5)
    unit = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    local = unit[None] * f[:, None, 2:4]
    c, s = np.cos(f[:, 4])[:, None], np.sin(f[:, 4])[:, None]
    x = local[..., 0] * c - local[..., 1] * s
    y = local[..., 0] * s + local[..., 1] * c
    return np.stack([x, y], axis=-1) + f[:, None, :2]


def overlap(a: NDArray, b: NDArray) -> NDArray:
    """Tell which footprints (P, 5) of `a` overlap those of `b` (P, 5), pair by pair.

    By separating axes, exact for rectangles; a gap below `GAP` is an overlap.
    """
    d = b[:, :2] - a[:, :2]
    turn = b[:, 4] - a[:, 4]
    c, s = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    apart = np.zeros(len(a), bool)
    for one, other in ((a, b), (b, a)):
        cos, sin = np.cos(one[:, 4]), np.sin(one[:, 4])
        along = np.abs(d[:, 0] * cos + d[:, 1] * sin)
        across = np.abs(-d[:, 0] * sin + d[:, 1] * cos)
        apart |= along >= one[:, 2] + other[:, 2] * c + other[:, 3] * s + GAP
        apart |= across >= one[:, 3] + other[:, 2] * s + other[:, 3] * c + GAP
    return ~apart


def inside(polygon: ArrayLike, points: ArrayLike, margin: float = 0.0) -> NDArray:
    """Tell which points (..., 2) lie in a polygon and at least `margin` from its edges.

    A point on an edge lies inside for margin 0 or less.
    """
    poly, pts = np.asarray(polygon, float), np.asarray(points, float)
    x, y = pts[..., 0, None], pts[..., 1, None]
    a, b = poly, np.roll(poly, -1, axis=0)
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])
    at = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / rise
    within = (np.sum(crosses & (x < at), axis=-1) % 2).astype(bool)
    far = edge_distance(poly, pts)
    return within & (far >= margin - 1e-9) if margin > 0 else within | (far <= 1e-6)


def edge_distance(polygon: ArrayLike, points: ArrayLike) -> NDArray:
    """Return the distance (...) of points (..., 2) to the nearest edge of a polygon."""
    poly, pts = np.asarray(polygon, float), np.asarray(points, float)
    a = poly
    way = np.roll(poly, -1, axis=0) - a
    rel = pts[..., None, :] - a
    t = np.clip(np.sum(rel * way, axis=-1) / np.maximum(np.sum(way * way, axis=-1), 1e-12), 0, 1)
    return np.linalg.norm(rel - t[..., None] * way, axis=-1).min(axis=-1)


def prints_inside(polygon: ArrayLike, prints: ArrayLike) -> NDArray:
    """Tell which footprints (N, 5) lie wholly in a polygon, touching its edges at most."""
    poly = np.asarray(polygon, float)
    rims = corners(prints)
    mids = 0.5 * (rims + np.roll(rims, -1, axis=1))
    ok = inside(poly, np.concatenate([rims, mids], axis=1)).all(axis=1)
    f = np.asarray(prints, float).reshape(-1, 5)
    # A reflex corner of the outline may poke into a box whose own corners are all inside.
    rel = poly[None] - f[:, None, :2]
    c, s = np.cos(f[:, 4])[:, None], np.sin(f[:, 4])[:, None]
    u = np.abs(rel[..., 0] * c + rel[..., 1] * s)
    v = np.abs(-rel[..., 0] * s + rel[..., 1] * c)
    poked = (u < f[:, None, 2] - 1e-6) & (v < f[:, None, 3] - 1e-6)
    return ok & ~poked.any(axis=1)


def area(polygon: ArrayLike) -> float:
    """Return the area of a simple polygon, positive when it is counter-clockwise."""
    p = np.asarray(polygon, float)
    q = np.roll(p, -1, axis=0)
    return float(0.5 * np.sum(p[:, 0] * q[:, 1] - q[:, 0] * p[:, 1]))


def edges(polygon: ArrayLike) -> list[tuple[NDArray, NDArray, float]]:
    """Return (start, unit direction, length) of each edge of a counter-clockwise polygon.

    The inside lies to the left, at (-direction y, direction x).
    """
    p = np.asarray(polygon, float)
    ways = np.roll(p, -1, axis=0) - p
    lengths = np.linalg.norm(ways, axis=1)
    return [(a, w / n, float(n)) for a, w, n in zip(p, ways, lengths, strict=True) if n > 1e-6]


def facing(direction: ArrayLike) -> float:
    """Return the yaw in degrees whose front (+Y at 0) looks along a direction (x, y).

    >>> facing((0, 1)), facing((1, 0))
    (0.0, -90.0)
    """
    x, y = float(direction[0]), float(direction[1])
    return math.degrees(math.atan2(-x, y)) + 0.0


def front(yaw: ArrayLike) -> NDArray:
    """Return the unit vectors (..., 2) that yaws in degrees look along."""
    a = np.radians(np.asarray(yaw, float))
    return np.stack([-np.sin(a), np.cos(a)], axis=-1)


class Boxes:
    """Upright boxes that stand already, found by a grid: the cost of a test does not grow.

    Each box has a `mask`: which sort of thing it keeps out, bit by bit.
    """

    def __init__(self) -> None:
        self._prints = np.zeros((64, 5))
        self._heights = np.zeros((64, 2))
        self._masks = np.zeros(64, np.int64)
        self._owners = np.full(64, -1)
        self._cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        self.count = 0

    def add(self, print_: ArrayLike, low: float, high: float, mask: int, owner: int = -1) -> int:
        """Keep a box and return its number."""
        if self.count == len(self._prints):
            for name in ("_prints", "_heights", "_masks", "_owners"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
        i = self.count
        self._prints[i], self._heights[i] = print_, (low, high)
        self._masks[i], self._owners[i] = mask, owner
        for cell in self._cells_of(self._prints[i]):
            self._cells[cell].append(i)
        self.count += 1
        return i

    def remove_last(self) -> None:
        """Take the newest box away again."""
        self.count -= 1
        for cell in self._cells_of(self._prints[self.count]):
            self._cells[cell].remove(self.count)

    def _cells_of(self, print_: NDArray) -> Iterable[tuple[int, int]]:
        rim = corners(print_)[0]
        low, high = np.floor(rim.min(axis=0) / _CELL), np.floor(rim.max(axis=0) / _CELL)
        for i in range(int(low[0]), int(high[0]) + 1):
            for j in range(int(low[1]), int(high[1]) + 1):
                yield i, j

    def _close(self, prints: NDArray) -> tuple[NDArray, NDArray]:
        """Return pairs (print, box) whose circles meet, all compared with all."""
        own = self._prints[: self.count]
        gap = prints[:, None, :2] - own[None, :, :2]
        reach = np.hypot(prints[:, 2], prints[:, 3])[:, None] + np.hypot(own[:, 2], own[:, 3])
        return np.nonzero(np.einsum("npk,npk->np", gap, gap) < (reach + GAP) ** 2)

    def _neighbours(self, prints: NDArray) -> list[set[int]]:
        """Return for each print the numbers of boxes in the cells that it touches."""
        rims = corners(prints)
        low = np.floor(rims.min(axis=1) / _CELL).astype(int).tolist()
        high = np.floor(rims.max(axis=1) / _CELL).astype(int).tolist()
        found = []
        for (x0, y0), (x1, y1) in zip(low, high, strict=True):
            near: set[int] = set()
            for i in range(x0, x1 + 1):
                for j in range(y0, y1 + 1):
                    near.update(self._cells.get((i, j), ()))
            found.append(near)
        return found

    def hit(
        self, prints: NDArray, low: NDArray, high: NDArray, mask: int, ignore: Iterable[int] = ()
    ) -> NDArray:
        """Tell which of N boxes would run into one that keeps any bit of `mask` out.

        Parameters
        ----------
        prints : (N, 5); low, high : (N,) metres
        ignore : owners whose boxes do not count
        """
        out = np.zeros(len(prints), bool)
        if not self.count or not len(prints):
            return out
        if self.count * len(prints) <= _DENSE:
            rows, cols = self._close(prints)
        else:
            lists = self._neighbours(prints)
            rows = np.repeat(np.arange(len(prints)), [len(x) for x in lists])
            cols = np.fromiter((i for x in lists for i in x), int, len(rows))
        keep = (self._masks[cols] & mask) != 0
        keep &= (self._heights[cols, 0] < high[rows] - 1e-6) & (
            self._heights[cols, 1] > low[rows] + 1e-6
        )
        for owner in ignore:
            keep &= self._owners[cols] != owner
        rows, cols = rows[keep], cols[keep]
        hits = overlap(prints[rows], self._prints[cols])
        out[rows[hits]] = True
        return out
