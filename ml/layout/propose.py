"""Proposals: where a thing might go, by a spot or by a relation to another thing.

Each function returns (N, 4) places: x, y, bottom z, yaw in degrees. They may be taken, outside or
blocked: `space` decides. The entrance side is at small y, the back at large y.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .geometry import GAP, edges, facing
from .nesting import ledge_of, room_under, spread_in
from .plan import CEILING, Item, Room
from .space import Space, wall_places

Size = tuple[float, float, float]
_NONE = np.zeros((0, 4))
_BY_OPENING_M = 1.1
_ACROSS_M = 3.6
"""What looks at a thing stands no farther off than this, where it can."""


class Proposer:
    """Proposes places in one room.

    Attributes
    ----------
    natural : things may be turned any way, as in a wood; else by quarter turns
    inset : metres along the long sides that house fronts take
    """

    def __init__(
        self, space: Space, rng: np.random.Generator, natural: bool, inset: float = 0.0
    ) -> None:
        self.inset = inset
        self.space, self.room, self.rng, self.natural = space, space.room, rng, natural
        self.low, self.high = space.outline.min(axis=0), space.outline.max(axis=0)
        self.middle = 0.5 * (self.low + self.high)
        self.extent = self.high - self.low

    def spot(self, name: str, size: Size, count: int, k: int) -> NDArray:
        """Return places for the `k`-th of `count` things of a size at a spot."""
        if name == CEILING:
            return self.ceiling(size, count, k)
        if name in ("side", "row", "ring"):
            slots = getattr(self, f"_{name}")(size, count)
            if not len(slots):
                return self._scatter(size)
            order = np.roll(np.arange(len(slots)), -k)
            return slots[order]
        return getattr(self, f"_{name}")(size)

    def _turn(self, n: int) -> NDArray:
        if self.natural:
            return self.rng.uniform(-180, 180, n)
        return self.rng.choice([0.0, 90.0, 180.0, -90.0], n) + self.rng.normal(0, 2.0, n)

    def _rows(self, xy: NDArray, yaw: NDArray | float, z: float = 0.0) -> NDArray:
        return np.column_stack([xy, np.full(len(xy), z), np.broadcast_to(yaw, len(xy))])

    def _wall(self, size: Size) -> NDArray:
        found = wall_places(self.space.outline, size, 0.12 if self.room.walled else 0.5)
        return self.rng.permutation(found)

    def _corner(self, size: Size) -> NDArray:
        found = wall_places(self.space.outline, size, 0.1)
        if not len(found):
            return found
        far = np.linalg.norm(found[:, None, :2] - self.space.outline[None], axis=-1).min(axis=1)
        near = found[far < far.min() + 0.35 * max(size[0], 0.8)]
        return self.rng.permutation(near)

    def _edge(self, size: Size) -> NDArray:
        reach = 0.25 if self.room.walled else 0.12 * float(self.extent.min())
        found = wall_places(self.space.outline, size, 0.4)
        if not len(found):
            return self._scatter(size)
        long = np.abs(np.sin(np.radians(found[:, 3]))) > 0.5
        reach = 0.3 if self.inset else reach
        away = np.abs(self.rng.normal(0, reach, len(found))) + self.inset * long
        a = np.radians(found[:, 3])
        found[:, 0] -= np.sin(a) * away
        found[:, 1] += np.cos(a) * away
        if self.natural:
            found[:, 3] += self.rng.normal(0, 40, len(found))
        return self.rng.permutation(found)

    def _scatter(self, size: Size) -> NDArray:
        xy = self.rng.uniform(self.low, self.high, (72, 2))
        return self._rows(xy, self._turn(72))

    def _centre(self, size: Size) -> NDArray:
        spread = np.linspace(0.03, 0.22, 60)[:, None] * self.extent
        xy = self.middle + self.rng.normal(0, 1, (60, 2)) * spread
        yaw = self.rng.choice([0.0, 180.0], 60)
        if size[0] > size[1] and self.extent[1] > self.extent[0] and size[0] > 1.2:
            yaw = yaw + 90.0  # long things lie along the place
        return self._rows(xy, yaw)

    def _back(self, size: Size) -> NDArray:
        x = self.middle[0] + self.rng.normal(0, 1, 60) * np.linspace(0, 0.3, 60) * self.extent[0]
        gap = size[1] / 2 + 0.002 + np.linspace(0, 0.15, 60) * self.extent[1]
        return self._rows(np.column_stack([x, self.high[1] - gap]), 180.0)

    def _front(self, size: Size) -> NDArray:
        x = self.middle[0] + self.rng.uniform(-0.42, 0.42, 60) * self.extent[0]
        y = self.low[1] + size[1] / 2 + self.rng.uniform(0.0, 0.22, 60) * self.extent[1]
        return self._rows(np.column_stack([x, y]), self.rng.choice([0.0, 180.0], 60))

    def _far(self, size: Size) -> NDArray:
        found = wall_places(self.space.outline, size, 0.6)
        if not len(found):
            return found
        rank = -found[:, 1] + self.rng.normal(0, 0.25 * self.extent[1], len(found))
        found = found[np.argsort(rank)]
        found[:, 3] += self.rng.normal(0, 6, len(found)) * self.natural
        return found

    def _water(self, size: Size) -> NDArray:
        return self._scatter(size)

    def _side(self, size: Size, count: int) -> NDArray:
        """Two lines along the main axis that look at each other."""
        rows = max(1, math.ceil(count / 2))
        usable = max(self.extent[1] - size[0] - 0.4, 0.1)
        y = self.low[1] + (self.extent[1] - usable) / 2 + usable * (np.arange(rows) + 0.5) / rows
        found = []
        inner = self.extent[0] - 2 * self.inset
        for share in (0.34, 0.29, 0.39, 0.24):
            for yy in y + self.rng.normal(0, 0.04, rows):
                for side in (-1.0, 1.0):
                    x = self.middle[0] + side * share * inner
                    found.append([x, yy, 0.0, 90.0 * side])
        # Close to the walls last: where a line does not fit there is still the edge.
        spare = self._edge(size)
        return np.concatenate([np.array(found), spare[:40]])

    def _row(self, size: Size, count: int) -> NDArray:
        """A grid that looks at the back, with an aisle in the middle."""
        pitch_x, pitch_y = size[0] + 0.55, size[1] + 1.05
        columns = max(1, int((self.extent[0] - 0.8) / pitch_x))
        columns = min(columns, max(2, math.ceil(math.sqrt(count * 1.5))))
        rows = max(1, int((self.extent[1] - 2.6) / pitch_y))
        x = (np.arange(columns) - (columns - 1) / 2) * pitch_x
        if columns > 1:
            x = x + np.where(x >= -1e-9, 0.35, -0.35)
        y = self.high[1] - 2.2 - size[1] / 2 - np.arange(rows) * pitch_y
        grid = np.stack(np.meshgrid(self.middle[0] + x, y), axis=-1).reshape(-1, 2)
        yaw = 0.0 + self.rng.normal(0, 1.0, len(grid))
        return np.concatenate([self._rows(grid, yaw), self._wall(size)])

    def _ring(self, size: Size, count: int) -> NDArray:
        radius = 0.27 * float(self.extent.min())
        found = []
        for factor in (1.0, 1.25, 0.8, 1.5):
            for a in np.arange(count) / count * 2 * math.pi + self.rng.uniform(0, 0.3):
                way = np.array([math.cos(a), math.sin(a)])
                xy = self.middle + way * radius * factor
                found.append([*xy, 0.0, facing(-way)])
        return np.array(found)

    def ceiling(self, size: Size, count: int, k: int) -> NDArray:
        """Return places under the ceiling, spread evenly; none where there is no roof."""
        z = self.room.height - size[2]
        if not self.room.roofed or z < 1.9:
            return _NONE
        w, d = self.extent
        columns = max(1, round(math.sqrt(count * w / max(d, 0.1))))
        rows = max(1, math.ceil(count / columns))
        x = self.low[0] + w * (np.arange(columns) + 0.5) / columns
        y = self.low[1] + d * (np.arange(rows) + 0.5) / rows
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        grid = np.concatenate([grid, self.rng.uniform(self.low, self.high, (24, 2))])
        turn = 90.0 if d > w else 0.0
        return np.roll(self._rows(grid, turn, z), -k, axis=0)

    def hung(self, size: Size, low: float, hangers: list[Item]) -> tuple[NDArray, NDArray]:
        """Return places on walls and on the fronts of things, and the hanger (-1: wall) of each."""
        found, owners = [_NONE], [np.zeros(0, int)]
        if self.room.walled:
            z = min(low, self.room.height - size[2] - 0.05)
            if z >= -1e-9:
                places = wall_places(self.space.outline, size, 0.2, z)
                found.append(places)
                owners.append(np.full(len(places), -1))
        for index, hanger in enumerate(hangers):
            slack = hanger.size[0] - size[0]
            z = min(low, hanger.size[2] - size[2] - 0.1)
            if slack < 0 or z < 0:
                continue
            n = max(1, int(slack / 0.4) + 1)
            t = np.linspace(-slack / 2, slack / 2, n) if n > 1 else np.zeros(1)
            z = z + self.rng.uniform(0, max(0.0, min(1.5, hanger.size[2] - size[2] - z - 0.2)), n)
            places = _offset(hanger, t, hanger.size[1] / 2 + size[1] / 2 + GAP + 5e-4)
            places[:, 2] = hanger.pos[2] + z
            found.append(places)
            owners.append(np.full(n, index))
        places, owner = np.concatenate(found), np.concatenate(owners)
        order = self.rng.permutation(len(places))
        return places[order], owner[order]

    # Relations

    def on(self, size: Size, parent: Item) -> NDArray:
        """Return places on the top, or the seat, of a thing."""
        ledge = ledge_of(parent)
        return _NONE if ledge is None else spread_in(parent, ledge, size, self.rng, 48)

    def under(self, size: Size, target: Item) -> NDArray:
        """Return places under a thing where there is room, else close beside it."""
        if target.pos[2] >= size[2]:  # below a lamp, or a picture
            off = self.rng.normal(0, 0.3, (40, 2)) + np.zeros(2)
            off[:8] *= 0.2
            return self._rows(np.asarray(target.pos[:2]) + off, self._turn(40))
        room = room_under(target)
        if room is not None and size[2] <= room.level(target.size) - 0.02 + 1e-6:
            places = spread_in(target, room, size, self.rng, 32)
            places[:, 2] = target.pos[2]
            if len(places):
                return places
        back = self.behind(size, target)
        back[:, 3] += 180.0  # with their backs to it
        places = np.concatenate([self.ahead(size, target), back])
        far = np.linalg.norm(places[:, :2] - np.asarray(target.pos[:2]), axis=1)
        return np.concatenate([places[np.argsort(far)], self.beside(size, target)])

    def before(self, size: Size, target: Item, gap: float = 0.06) -> NDArray:
        """Return places before the front of a thing, looking at it."""
        t = np.concatenate([[0.0], self.rng.uniform(-0.42, 0.42, 40)]) * target.size[0]
        away = target.size[1] / 2 + size[1] / 2 + gap + self.rng.uniform(0, 0.45, 41)
        places = _offset(target, t, away)
        places[:, 3] += 180.0 + np.concatenate([[0.0], self.rng.normal(0, 6, 40)])
        return places

    def around(self, size: Size, target: Item, count: int) -> NDArray:
        """Return places all around a thing, looking at it, long sides first."""
        found = []
        w, d = target.size[0], target.size[1]
        for side, (length, other) in enumerate(((w, d), (w, d), (d, w), (d, w))):
            n = max(1, int(length / (size[0] + 0.12)))
            t = (np.arange(n) - (n - 1) / 2) * (length / n)
            away = other / 2 + size[1] / 2 + 0.05
            turn = (0.0, 180.0, 90.0, -90.0)[side]
            for gap in (0.0, 0.15, 0.4, 0.8):
                found.append(_offset(target, t, away + gap, turn, 180.0))
        ring = np.concatenate(found)
        circle = self._circle(size, target)
        near = np.linalg.norm(ring[:, :2] - np.asarray(target.pos[:2]), axis=1)
        order = np.argsort(np.round(near, 1) + self.rng.uniform(0, 0.3, len(ring)))
        return np.concatenate([ring[order], circle])

    def _circle(self, size: Size, target: Item) -> NDArray:
        base = math.hypot(target.size[0], target.size[1]) / 2 + size[1] / 2 + 0.1
        a = self.rng.uniform(0, 2 * math.pi, 64)
        r = base + np.abs(self.rng.normal(0, 0.5 + 0.3 * max(size[:2]), 64))
        way = np.stack([np.cos(a), np.sin(a)], axis=-1)
        yaw = np.degrees(np.arctan2(way[:, 0], -way[:, 1]))
        return self._rows(np.asarray(target.pos[:2]) + way * r[:, None], yaw, target.pos[2])

    def beside(self, size: Size, target: Item) -> NDArray:
        """Return places left and right of a thing, their backs in line with its own."""
        gap = 0.03 + np.concatenate([np.zeros(8), np.abs(self.rng.normal(0, 0.25, 40))])
        side = self.rng.choice([-1.0, 1.0], 48)
        t = side * (target.size[0] / 2 + size[0] / 2 + gap)
        shift = (size[1] - target.size[1]) / 2 + 3e-4
        v = np.concatenate([np.full(24, shift), self.rng.uniform(-0.4, 0.4, 24) * target.size[1]])
        return _offset(target, t, v)

    def behind(self, size: Size, target: Item) -> NDArray:
        """Return places at the back of a thing."""
        t = np.concatenate([[0.0], self.rng.uniform(-0.5, 0.5, 40)]) * target.size[0]
        away = target.size[1] / 2 + size[1] / 2 + 0.05 + np.abs(self.rng.normal(0, 0.4, 41))
        return _offset(target, t, -away)

    def ahead(self, size: Size, target: Item) -> NDArray:
        """Return places before the front of a thing, looking the same way."""
        t = np.concatenate([[0.0], self.rng.uniform(-0.5, 0.5, 40)]) * target.size[0]
        away = target.size[1] / 2 + size[1] / 2 + 0.05 + np.abs(self.rng.normal(0, 0.4, 41))
        return _offset(target, t, away)

    def facing(self, size: Size, target: Item) -> NDArray:
        """Return places some way before a thing, looking at it."""
        t = self.rng.normal(0, 0.15, 60) * target.size[0]
        away = target.size[1] / 2 + size[1] / 2 + self.rng.uniform(0.7, 4.5, 60)
        places = _offset(target, t, away)
        places[:, 3] += 180.0
        walls = self._wall(size)
        if len(walls):
            rel = walls[:, :2] - np.asarray(target.pos[:2])
            a = math.radians(target.yaw)
            ahead = -rel[:, 0] * math.sin(a) + rel[:, 1] * math.cos(a)
            across = np.abs(rel[:, 0] * math.cos(a) + rel[:, 1] * math.sin(a))
            turn = np.cos(np.radians(walls[:, 3] - target.yaw))
            good = (ahead > 0.5) & (across < 0.6 * target.size[0] + 0.3) & (turn < -0.9)
            places = np.concatenate([walls[good], places])
        far = np.linalg.norm(places[:, :2] - np.asarray(target.pos[:2]), axis=1)
        reach = 0.5 * (math.hypot(*size[:2]) + math.hypot(*target.size[:2]))
        return places[np.argsort(far - reach > _ACROSS_M, kind="stable")]

    def opposite(self, size: Size, points: list[tuple[NDArray, NDArray]]) -> NDArray:
        """Return places across the room from openings: (middle, inward direction) each."""
        walls = self._wall(size)
        best = []
        for middle, inward in points:
            rel = walls[:, :2] - middle
            ahead = rel @ inward
            across = np.abs(rel @ np.array([-inward[1], inward[0]]))
            look = np.column_stack(
                [-np.sin(np.radians(walls[:, 3])), np.cos(np.radians(walls[:, 3]))]
            )
            good = (look @ inward < -0.7) & (ahead > 0.3 * float(self.extent.min()))
            best.append(walls[good][np.argsort(across[good])])
        if not best:
            return _NONE
        found = np.concatenate(best)
        # Off the wall too: something may have to stand behind it.
        return np.concatenate([found, *(_forward(found, m) for m in (0.7, 1.1, 1.6))])

    def at_opening(self, size: Size, points: list[tuple[NDArray, NDArray]]) -> NDArray:
        """Return places at the wall right beside or below openings."""
        walls = self._wall(size)
        if not len(walls) or not points:
            return _NONE
        far = np.min([np.linalg.norm(walls[:, :2] - m, axis=1) for m, _ in points], axis=0)
        near = far < _BY_OPENING_M + 0.5 * math.hypot(*size[:2])
        return walls[near][np.argsort(far[near])]


def _offset(
    item: Item, t: NDArray | float, v: NDArray | float, turn: float = 0.0, face: float = 0.0
) -> NDArray:
    """Return places at (t along X, v along Y) of an item's own axes, turned by `turn` first."""
    a = math.radians(item.yaw + turn)
    t, v = np.broadcast_arrays(np.asarray(t, float), np.asarray(v, float))
    x = item.pos[0] + t * math.cos(a) - v * math.sin(a)
    y = item.pos[1] + t * math.sin(a) + v * math.cos(a)
    z = np.full(t.shape, item.pos[2])
    return np.column_stack(
        [np.ravel(x), np.ravel(y), np.ravel(z), np.full(t.size, item.yaw + turn + face)]
    )


def _forward(places: NDArray, metres: float) -> NDArray:
    """Return places moved along where they look."""
    out, a = places.copy(), np.radians(places[:, 3])
    out[:, 0] -= np.sin(a) * metres
    out[:, 1] += np.cos(a) * metres
    return out


def openings_of(room: Room, kind: str) -> list[tuple[NDArray, NDArray]]:
    """Return (middle, inward direction) of all openings of a kind: "window" or "door"."""
    found = []
    for opening in room.openings:
        if (opening.kind == "window") != (kind == "window"):
            continue
        a, b = np.asarray(opening.start), np.asarray(opening.end)
        middle = 0.5 * (a + b)
        for start, way, length in edges(room.outline):
            rel = middle - start
            inward = np.array([-way[1], way[0]])
            if abs(rel @ inward) < 0.02 and -0.01 <= rel @ way <= length + 0.01:
                found.append((middle, inward))
                break
    return found
