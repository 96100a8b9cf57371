"""What stands in a place, and the exact solver: what may stand there too, and what may not.

Nothing gets in that would collide, leave the outline, float, block a door or close the way
between two entrances, so every layout is valid by construction; proposals only choose among the
places that are left.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .geometry import Boxes, edges, inside, prints_inside
from .plan import CEILING, Item, Opening, Room

BODY, WAY, DOOR, CLEAR, PANE = 1, 2, 4, 8, 16
"""What a kept box is: a thing, a path, the room before a door, before a thing, a window."""

STEP_OVER = 0.06
"""What is lower does not block a way, metres."""
HEAD = 2.0
"""What hangs higher does not block a way, metres."""
AGENT = 0.3
"""Radius of who walks, metres."""
_DOOR_DEPTH = 0.9
_MAX_CELLS = 90


class Space:
    """A place being filled.

    Attributes
    ----------
    room : the outline and its openings
    items : what stands, in order; `parents` of items are indices of it
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.outline = np.asarray(room.outline, float)
        self.items: list[Item] = []
        self.boxes = Boxes()
        self.passable: set[int] = set()
        self._bodies: dict[int, int] = {}
        for opening in room.openings:
            self._keep_opening(opening)

    def _keep_opening(self, opening: Opening) -> None:
        a, b = np.asarray(opening.start, float), np.asarray(opening.end, float)
        width = float(np.linalg.norm(b - a))
        if width < 1e-6:
            return
        inward = self._inward(a, b)
        if opening.kind == "window":
            depth, mask = 0.35, PANE
        else:
            depth, mask = _DOOR_DEPTH, DOOR
        mid = 0.5 * (a + b) + inward * (depth / 2)
        way = (b - a) / width
        print_ = (*mid, width / 2, depth / 2, math.atan2(way[1], way[0]))
        self.boxes.add(print_, opening.low, opening.high, mask)

    def _inward(self, a: NDArray, b: NDArray) -> NDArray:
        way = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
        normal = np.array([-way[1], way[0]])
        mid = 0.5 * (a + b)
        return normal if bool(inside(self.outline, mid + 0.05 * normal)) else -normal

    def allowed(
        self,
        places: NDArray,
        size: tuple[float, float, float],
        *,
        solid: bool = True,
        passable: bool = False,
        clear: float = 0.0,
        ignore: Iterable[int] = (),
        pane: bool = False,
        within: Iterable[int] = (),
    ) -> NDArray:
        """Tell where a thing may stand.

        Parameters
        ----------
        places : (N, 4) x, y, bottom z, yaw in degrees
        size : (width, depth, height), metres
        solid : whether it takes room; what does not only has to stay in the outline
        passable : people walk through it, so it may stand across a way
        clear : metres before its front that must be free too
        ignore : indices of items whose own clearance does not count
        pane : it may cover a window
        within : indices of items in whose hollow the places lie
        """
        prints = footprints(places, size)
        ok = prints_inside(self.outline, prints)
        if not solid or not ok.any():
            return ok
        low, high = places[:, 2], places[:, 2] + size[2]
        mask = BODY | (0 if pane else PANE)
        if not passable and size[2] > STEP_OVER:
            mask |= WAY
        if not passable:
            mask |= DOOR
        rows = np.flatnonzero(ok)
        ok[rows] = ~self.boxes.hit(prints[rows], low[rows], high[rows], mask, within)
        rows = np.flatnonzero(ok)
        ok[rows] = ~self.boxes.hit(prints[rows], low[rows], high[rows], CLEAR, ignore)
        if clear > 0:
            rows = np.flatnonzero(ok)
            ok[rows] = self._front_free(places[rows], size, clear)
        return ok

    def _front_free(
        self, places: NDArray, size: tuple[float, float, float], clear: float
    ) -> NDArray:
        prints = front_prints(places, size, clear)
        low = places[:, 2] + 0.1
        high = places[:, 2] + min(size[2], 1.8)
        free = ~self.boxes.hit(prints, low, np.maximum(high, low + 0.05), BODY)
        middle = prints[:, :2]
        return free & inside(self.outline, middle)

    def add(self, item: Item, *, solid: bool = True, passable: bool = False, clear: float = 0.0):
        """Put an item in and keep its room; returns its index."""
        index = len(self.items)
        self.items.append(item)
        if passable:
            self.passable.add(index)
        if not solid:
            return index
        place = np.array([[item.pos[0], item.pos[1], item.pos[2], item.yaw]])
        low, high = item.pos[2], item.pos[2] + item.size[2]
        self._bodies[index] = self.boxes.add(
            footprints(place, item.size)[0], low, high, BODY, index
        )
        if clear > 0:
            ahead = front_prints(place, item.size, clear)[0]
            self.boxes.add(ahead, low + 0.02, low + max(min(item.size[2], 1.8), 0.1), CLEAR, index)
        return index

    # Ways

    def keep_ways(self) -> list[str]:
        """Reserve a way between all entrances around what stands; return what could not be."""
        doors = [o for o in self.room.openings if o.entrance]
        grid = Walk(self)
        points = [grid.entry(o) for o in doors]
        known = [p for p in points if p is not None]
        failed = len(points) - len(known)
        if len(known) == 1:
            hub = grid.middle(known[0])
            known += [hub] if hub is not None else []
        for start, goal in zip(known[:-1], known[1:], strict=True):
            path = grid.path(start, goal)
            if path is None:
                failed += 1
                continue
            for a, b in zip(path[:-1], path[1:], strict=True):
                self._keep_way(a, b)
        return [f"{failed} of the ways between entrances could not be kept free"] * bool(failed)

    def _keep_way(self, a: NDArray, b: NDArray) -> None:
        length = float(np.linalg.norm(b - a))
        pieces = max(1, math.ceil(length / 4.0))
        for k in range(pieces):
            p = a + (b - a) * (k / pieces)
            q = a + (b - a) * ((k + 1) / pieces)
            mid, way = 0.5 * (p + q), q - p
            half = 0.5 * float(np.linalg.norm(way)) + AGENT
            print_ = (*mid, half, AGENT + 0.05, math.atan2(way[1], way[0]))
            self.boxes.add(print_, STEP_OVER, HEAD, WAY)


def footprints(places: NDArray, size: tuple[float, float, float]) -> NDArray:
    """Return (N, 5) footprints of a size at (N, 4) places."""
    out = np.empty((len(places), 5))
    out[:, :2] = places[:, :2]
    out[:, 2], out[:, 3] = size[0] / 2, size[1] / 2
    out[:, 4] = np.radians(places[:, 3])
    return out


def front_prints(places: NDArray, size: tuple[float, float, float], clear: float) -> NDArray:
    """Return (N, 5) footprints of the room before the fronts of things."""
    out = footprints(places, (size[0], clear, 0.0))
    ahead = size[1] / 2 + clear / 2
    out[:, 0] -= np.sin(out[:, 4]) * ahead
    out[:, 1] += np.cos(out[:, 4]) * ahead
    return out


class Walk:
    """The ground as a grid of cells that someone's middle may be in."""

    def __init__(self, space: Space, radius: float = AGENT + 0.05) -> None:
        low, high = space.outline.min(axis=0), space.outline.max(axis=0)
        self.cell = max(0.15, float((high - low).max()) / _MAX_CELLS)
        self.low = low
        counts = np.maximum(np.ceil((high - low) / self.cell).astype(int), 1)
        centres = np.stack(np.meshgrid(*[np.arange(n) for n in counts], indexing="ij"), axis=-1)
        self.points = low + (centres + 0.5) * self.cell
        self.space = space
        self.free = inside(space.outline, self.points, radius * 0.9)
        for index, item in enumerate(space.items):
            if index in space._bodies and index not in space.passable and _blocks(item):
                self._block(item, radius)

    def _block(self, item: Item, radius: float) -> None:
        rel = self.points - np.asarray(item.pos[:2])
        a = math.radians(item.yaw)
        u = rel[..., 0] * math.cos(a) + rel[..., 1] * math.sin(a)
        v = -rel[..., 0] * math.sin(a) + rel[..., 1] * math.cos(a)
        du = np.maximum(np.abs(u) - item.size[0] / 2, 0.0)
        dv = np.maximum(np.abs(v) - item.size[1] / 2, 0.0)
        self.free &= np.hypot(du, dv) >= radius

    def entry(self, opening: Opening) -> NDArray | None:
        """Return the free cell (2,) nearest to the inside of an opening, or None."""
        a, b = np.asarray(opening.start, float), np.asarray(opening.end, float)
        point = 0.5 * (a + b) + self.space._inward(a, b) * (AGENT + 0.15)
        return self.nearest(point, 1.2 + 2 * self.cell)

    def nearest(self, point: NDArray, reach: float) -> NDArray | None:
        """Return the free cell (2,) nearest to a point, or None within `reach` metres."""
        far = np.where(self.free, np.linalg.norm(self.points - point, axis=-1), np.inf)
        best = np.unravel_index(int(np.argmin(far)), far.shape)
        return np.array(best) if far[best] <= reach else None

    def middle(self, start: NDArray) -> NDArray | None:
        """Return the free cell nearest to the middle of the place."""
        return self.nearest(self.points.reshape(-1, 2).mean(axis=0), np.inf)

    def path(self, start: NDArray, goal: NDArray) -> list[NDArray] | None:
        """Return the corner points (2,) of a short way between two cells, or None."""
        a, b = tuple(int(i) for i in start), tuple(int(i) for i in goal)
        came = self._search(a, b)
        if came is None:
            return None
        cells = [b]
        while cells[-1] != a:
            cells.append(came[cells[-1]])
        points = [self.points[c] for c in reversed(cells)]
        return self._straighten(points)

    def _search(self, a: tuple, b: tuple) -> dict | None:
        """Find a way by A* on eight neighbours."""
        open_, cost, came = [(0.0, a)], {a: 0.0}, {}
        rows, cols = self.free.shape
        while open_:
            _, here = heapq.heappop(open_)
            if here == b:
                return came
            for dx, dy in _STEPS:
                there = (here[0] + dx, here[1] + dy)
                if not (0 <= there[0] < rows and 0 <= there[1] < cols and self.free[there]):
                    continue
                new = cost[here] + math.hypot(dx, dy)
                if new < cost.get(there, math.inf):
                    cost[there], came[there] = new, here
                    heapq.heappush(
                        open_, (new + math.hypot(there[0] - b[0], there[1] - b[1]), there)
                    )
        return None

    def _straighten(self, points: list[NDArray]) -> list[NDArray]:
        """Leave out the points that a straight, free line passes by."""
        out, at = [points[0]], 0
        while at < len(points) - 1:
            last = at + 1
            for k in range(len(points) - 1, at, -1):
                if self._clear(points[at], points[k]):
                    last = k
                    break
            out.append(points[last])
            at = last
        return out

    def _clear(self, a: NDArray, b: NDArray) -> bool:
        steps = max(2, int(np.linalg.norm(b - a) / (0.5 * self.cell)))
        line = a + (b - a) * np.linspace(0, 1, steps)[:, None]
        cells = ((line - self.low) / self.cell).astype(int)
        cells = np.clip(cells, 0, np.array(self.free.shape) - 1)
        return bool(self.free[cells[:, 0], cells[:, 1]].all())

    def reach(self, start: NDArray) -> NDArray:
        """Return a mask of the cells that can be walked to from a cell."""
        seen = np.zeros_like(self.free)
        todo = [tuple(int(i) for i in start)]
        seen[todo[0]] = True
        rows, cols = self.free.shape
        while todo:
            here = todo.pop()
            for dx, dy in _STEPS[:4]:
                there = (here[0] + dx, here[1] + dy)
                if 0 <= there[0] < rows and 0 <= there[1] < cols and not seen[there]:
                    if self.free[there]:
                        seen[there] = True
                        todo.append(there)
        return seen


_STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))


def _blocks(item: Item) -> bool:
    low = item.pos[2]
    return item.support != CEILING and low < HEAD and low + item.size[2] > STEP_OVER


def wall_places(
    outline: NDArray, size: tuple[float, float, float], step: float, z: float = 0.0
) -> NDArray:
    """Return (N, 4) places along the edges of an outline, backs to it."""
    found = []
    for start, way, length in edges(outline):
        room = length - size[0]
        if room < 0:
            continue
        count = max(1, int(room / step) + 1)
        at = size[0] / 2 + np.linspace(0, room, count) if count > 1 else np.array([length / 2])
        inward = np.array([-way[1], way[0]])
        xy = start + at[:, None] * way + inward * (size[1] / 2 + 5e-4)
        yaw = math.degrees(math.atan2(way[1], way[0]))
        found.append(np.column_stack([xy, np.full(count, z), np.full(count, yaw)]))
    return np.concatenate(found) if found else np.zeros((0, 4))
