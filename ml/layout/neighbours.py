"""Places by other things: on, beside, behind, around, above or between what stands already."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from .cards import AHEAD, BEYOND, Wish
from .kinds import KINDS, Kind
from .nesting import ledge_of
from .plan import CEILING, FLOOR, SURFACE, WALL, Item
from .propose import Proposer, openings_of
from .space import Space

_STAND_TOO = ("lamp", "sign")
"""Things of walls that stand on the floor where no wall is near what they are to stand by."""
_ON_FEET = ("curtain", "blackboard", "wall_screen", "mirror")
"""Things of walls that stand, on feet, between two others."""
_NEAR_M = 0.6
_FROM_ABOVE = ("neon_sign", "wall_sign", "wall_screen", "hanging_lantern", "tapestry")
"""What hangs from a ceiling too, where no wall is near."""
LOW_TOP = 1.35
"""Small things without a named place go on tops below this, metres."""
_MOST_TARGETS = 12

Found = tuple[NDArray, str, NDArray, tuple]
"""(N, 4) places, what carries them, parents (N,), items whose clearance does not count."""


class Neighbours:
    """Proposes places by what stands in a space, for wishes with a relation.

    Attributes
    ----------
    of_kind : kind to indices of the items of that kind; children : how many each carries
    """

    def __init__(
        self,
        space: Space,
        propose: Proposer,
        of_kind: dict[str, list[int]],
        children: Counter[int],
        rng: np.random.Generator,
    ) -> None:
        self.space, self.propose, self.rng = space, propose, rng
        self.of_kind, self.children = of_kind, children
        self.ceiling = space.room.height if space.room.roofed else 1e9

    def hung(self, wish: Wish, kind: Kind, size: tuple, spot: str) -> tuple:
        """Return places on walls and fronts; windows are theirs only who dress them."""
        indices = [i for n, ids in self.of_kind.items() if KINDS[n].hang for i in ids]
        if wish.kind == "curtain":
            points = openings_of(self.space.room, "window")
            places, owner = self.propose.hung(size, kind.mount, [])
            if points and len(places):
                far = np.min([np.linalg.norm(places[:, :2] - m, axis=1) for m, _ in points], axis=0)
                places, owner = places[np.argsort(far)], owner[np.argsort(far)]
        else:
            hangers = [self.space.items[i] for i in indices]
            places, owner = self.propose.hung(size, kind.mount, hangers)
        if spot in ("back", "front") and len(places):
            order = np.argsort(-places[:, 1] if spot == "back" else places[:, 1], kind="stable")
            places, owner = places[order], owner[order]
        lookup = np.array([*indices, -1])
        return places, WALL, lookup[owner], ()

    def on_tops(self, size: tuple, target: str, k: int) -> list[tuple]:
        """Return places on tops of a kind, or on any low one; the emptiest tops first."""
        if target:
            ids = list(self.of_kind[target])
        else:
            ids = [i for n, found in self.of_kind.items() if KINDS[n].top for i in found]
            ids = [i for i in ids if self.top(i) <= LOW_TOP]
        noise = self.rng.uniform(0, 0.9, len(ids))
        area = [self.space.items[i].size[0] * self.space.items[i].size[1] for i in ids]
        order = np.argsort([self.children[i] / max(a, 0.05) * 0.4 + n
                            for i, a, n in zip(ids, area, noise, strict=True)])  # fmt: skip
        found = []
        for j in order[:24]:
            parent = self.space.items[ids[j]]
            places = self.propose.on(size, parent)
            found.append((places, SURFACE, np.full(len(places), ids[j]), (ids[j],)))
        return found

    def top(self, index: int) -> float:
        """Return the height of an item's top."""
        return self.space.items[index].pos[2] + self.space.items[index].size[2]

    def related(self, wish: Wish, kind: Kind, size: tuple, k: int, count: int) -> list[Found]:
        """Return places by all things of the kind that a wish is related to."""
        if wish.target in ("window", "door"):
            return self._at_opening(wish, kind, size)
        if wish.spot == "on":
            return self._on(wish, kind, size, k)
        if wish.spot == "between":
            found = self._between(wish, kind, size)
            wish = replace(wish, spot="beside")
            return found + self.related(wish, kind, size, k, count)
        ids = list(self.of_kind[wish.target]) if wish.target else list(range(len(self.space.items)))
        ids = sorted(ids, key=lambda i: (self.children[i], self.rng.random()))
        found = []
        for i in ids[:_MOST_TARGETS]:
            if wish.spot == "above" and kind.support in (FLOOR, SURFACE) and (
                    ledge_of(self.space.items[i])):  # fmt: skip
                found += self.on_tops(size, wish.target, k)  # a cross above an altar
            found += self.by(wish, kind, size, i, count)
        if not ids and not wish.required:
            return [_standing(self.propose.spot("edge", size, count, k))]
        return found

    def _on(self, wish: Wish, kind: Kind, size: tuple, k: int) -> list[Found]:
        ids = self.of_kind[wish.target] if wish.target else []
        if not wish.target or all(ledge_of(self.space.items[i]) for i in ids):
            return self.on_tops(size, wish.target, k)
        if kind.support in (WALL, CEILING):
            return []
        spots = [(i, self.propose.beside(size, self.space.items[i])) for i in ids[:_MOST_TARGETS]]
        return [(p, FLOOR, np.full(len(p), -1), (i,)) for i, p in spots]

    def _between(self, wish: Wish, kind: Kind, size: tuple) -> list[Found]:
        """Return places on the line between two things that are not far apart."""
        if kind.support not in (FLOOR, SURFACE) and kind.name not in _ON_FEET:
            return []
        items, ids = self.space.items, self.of_kind[wish.target]
        pairs = product(ids, self.of_kind[wish.second]) if wish.second else combinations(ids, 2)
        near = sorted(pairs, key=lambda p: math.dist(items[p[0]].pos[:2], items[p[1]].pos[:2]))
        found = []
        for i, j in near[:_MOST_TARGETS]:
            a, b = np.asarray(items[i].pos[:2]), np.asarray(items[j].pos[:2])
            share = np.concatenate([[0.5], self.rng.uniform(0.3, 0.7, 24)])[:, None]
            xy = a + (b - a) * share
            yaw = np.where(np.arange(25) % 2, items[i].yaw, items[j].yaw)
            found.append((np.column_stack([xy, np.zeros(25), yaw]), FLOOR, np.full(25, -1), (i, j)))
        return found

    def by(self, wish: Wish, kind: Kind, size: tuple, index: int, count: int) -> list[Found]:
        """Return places by one thing that stands."""
        target = self.space.items[index]
        if kind.support == SURFACE and target.parent >= 0 and target.support == SURFACE:
            return self._on_the_same(size, target)
        if target.support == SURFACE and target.parent >= 0:  # by what carries it
            index, target = target.parent, self.space.items[target.parent]
        if kind.support == WALL:
            found = self._on_walls(wish, kind, size, target)
            if wish.spot == "above" or kind.category not in _STAND_TOO:
                return found
            return found + self.by(wish, replace(kind, support=FLOOR), size, index, count)
        if kind.support == CEILING:
            return [self._from_ceiling(size, target, count)]
        places = self._around(wish, kind, size, target, count)
        if target.support in (WALL, CEILING):
            places[:, 2] = 0.0
        return [(places, FLOOR, np.full(len(places), -1), (index,))]

    def _on_the_same(self, size: tuple, target: Item) -> list[Found]:
        """Return places on the top that carries a thing, the nearest to it first."""
        places = self.propose.on(size, self.space.items[target.parent])
        far = np.linalg.norm(places[:, :2] - np.asarray(target.pos[:2]), axis=1)
        parents = np.full(len(places), target.parent)
        return [(places[np.argsort(far)], SURFACE, parents, (target.parent,))]

    def _from_ceiling(self, size: tuple, target: Item, count: int) -> Found:
        """Return places under the ceiling over a thing, along its width for several."""
        if not self.space.room.roofed:
            return _standing(np.zeros((0, 4)))
        share = np.concatenate([[0.0], np.linspace(-0.42, 0.42, max(count, 3))])
        a = math.radians(target.yaw)
        xy = np.asarray(target.pos[:2]) + share[:, None] * target.size[0] * np.array(
            [math.cos(a), math.sin(a)])  # fmt: skip
        z = np.full(len(xy), self.space.room.height - size[2])
        places = np.column_stack([xy, z, np.full(len(xy), target.yaw)])
        places = places[z >= target.pos[2] + target.size[2]]
        return places, CEILING, np.full(len(places), -1), ()

    def _on_walls(self, wish: Wish, kind: Kind, size: tuple, target: Item) -> list[Found]:
        """Return places on walls and fronts by a thing, over its top if it is to be above."""
        if wish.spot != "above":
            places, support, parents, extra = self.hung(wish, kind, size, "")
            far = np.linalg.norm(places[:, :2] - np.asarray(target.pos[:2]), axis=1)
            near = far < _NEAR_M + 0.5 * (math.hypot(*size[:2]) + math.hypot(*target.size[:2]))
            order = np.argsort(far)[:16]
            order = order[near[order]] if kind.category in _STAND_TOO else order
            return [(places[order], support, parents[order], extra)]
        top = target.pos[2] + target.size[2]
        low = max(kind.mount, min(top + 0.12, max(top + 0.02, self.ceiling - size[2] - 0.03)))
        places, support, parents, extra = self.hung(wish, kind, size, "")
        places[:, 2] = low
        highest = [self.space.items[i].size[2] if i >= 0 else self.ceiling for i in parents]
        good = _over(places, target) & (low + size[2] + 0.02 <= np.array(highest))
        far = np.linalg.norm(places[:, :2] - np.asarray(target.pos[:2]), axis=1)
        order = np.flatnonzero(good)[np.argsort(far[good])]
        found = [(places[order], support, parents[order], extra)]
        if kind.name in _FROM_ABOVE:
            found.append(self._from_ceiling(size, target, 1))
        if ledge_of(target) and (KINDS[target.kind].top or kind.category == "sign"):
            found += self.on_tops(size, target.kind, 0)
        return found

    def _around(self, wish: Wish, kind: Kind, size: tuple, target: Item, count: int) -> NDArray:
        """Return places on the floor by one thing."""
        propose, spot = self.propose, wish.spot
        if spot == "under":
            if kind.solid:
                return propose.under(size, target)
            off = np.array([[u, v] for v in (0.0, 0.25, -0.25, 0.5, -0.5)
                            for u in (0.0, 0.25, -0.25, 0.5, -0.5)])  # fmt: skip
            a = math.radians(target.yaw)
            xy = off * target.size[:2] @ np.array([[math.cos(a), math.sin(a)],
                                                   [-math.sin(a), math.cos(a)]])  # fmt: skip
            xy = np.repeat(xy + target.pos[:2], 2, axis=0)
            turn = target.yaw + 90.0 * (np.arange(len(xy)) % 2)
            return np.column_stack([xy, np.zeros(len(xy)), turn])
        if spot == "facing" and kind.name not in ("sofa", "armchair", "bed"):
            places = propose.facing(size, target)  # chairs at a mirror stand close to it
            near = np.linalg.norm(places[:, :2] - np.asarray(target.pos[:2]), axis=1)
            return places[np.argsort(near)]
        if spot == "around":
            return propose.around(size, target, count)
        if spot == BEYOND:
            return self._beyond(size, target, wish.second)
        return {
            "before": propose.before,
            "beside": propose.beside,
            "behind": propose.behind,
            "opposite": propose.facing,
            AHEAD: propose.ahead,
            "facing": propose.facing,
            "above": propose.beside,
        }[spot](size, target)

    def _beyond(self, size: tuple, middle: Item, other: str) -> NDArray:
        """Return places across a thing from the nearest of another kind, the closest first."""
        ids = self.of_kind[other]
        if not ids:
            return self.propose.beside(size, middle)
        at = np.asarray(middle.pos[:2])
        far = [np.linalg.norm(at - self.space.items[i].pos[:2]) for i in ids]
        way = at - np.asarray(self.space.items[ids[int(np.argmin(far))]].pos[:2])
        turn = math.atan2(way[1], way[0]) + np.concatenate([[0.0], self.rng.normal(0, 0.15, 47)])
        least = 0.5 * (min(size[:2]) + min(middle.size[:2]))
        most = 0.5 * (math.hypot(*size[:2]) + math.hypot(*middle.size[:2])) + 0.6
        away = np.linspace(least, most, 48)
        xy = at + away[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        yaw = middle.yaw + 90.0 * (np.arange(48) % 2)
        return np.column_stack([xy, np.zeros(48), yaw])

    def _at_opening(self, wish: Wish, kind: Kind, size: tuple) -> list[Found]:
        """Return places by, over or across the room from the windows or doors of the place."""
        points = openings_of(self.space.room, wish.target)
        if kind.support == CEILING:
            return [self._over_openings(size, points)]
        if kind.support == WALL and not self.space.room.walled:
            return [self.hung(wish, kind, size, "")]
        if wish.spot in ("opposite", "facing"):
            places = self.propose.opposite(size, points)
        else:
            places = self.propose.at_opening(size, points)
        support = FLOOR
        if kind.support == WALL:
            places = places.copy()
            high = max((o.high for o in self.space.room.openings), default=0.0)
            over = max(high + 0.02, min(high + 0.1, self.ceiling - size[2] - 0.03))
            places[:, 2], support = over if wish.spot == "above" else kind.mount, WALL
        return [(places, support, np.full(len(places), -1), ())]

    def _over_openings(self, size: tuple, points: list[tuple[NDArray, NDArray]]) -> Found:
        if not self.space.room.roofed or not points:
            return _standing(np.zeros((0, 4)))
        xy = np.array([m + inward * (0.5 * size[1] + 0.1) for m, inward in points])
        z = np.full(len(xy), self.space.room.height - size[2])
        yaw = np.degrees([math.atan2(-i[0], i[1]) for _, i in points])
        return np.column_stack([xy, z, yaw]), CEILING, np.full(len(xy), -1), ()


def _over(places: NDArray, target: Item) -> NDArray:
    """Tell which (N, 4) places lie over a thing, or over its rim."""
    a = math.radians(target.yaw)
    rel = places[:, :2] - np.asarray(target.pos[:2])
    u = rel[:, 0] * math.cos(a) + rel[:, 1] * math.sin(a)
    v = -rel[:, 0] * math.sin(a) + rel[:, 1] * math.cos(a)
    return (np.abs(u) < 0.55 * target.size[0]) & (np.abs(v) < 0.5 * target.size[1] + 0.45)


def _standing(places: NDArray) -> Found:
    return places, FLOOR, np.full(len(places), -1), ()
