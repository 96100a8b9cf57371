"""Where characters stand: free places near the middle, or by the things that words put them by."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .plan import Item, Mark
from .space import Space, Walk

_APART_M = 0.9
_PERSON_M = 0.3
_NEAR_M = 0.9


def marks(
    space: Space, wanted: int, stands: list[tuple[int, str, str]], rng: np.random.Generator
) -> list[Mark]:
    """Return free places for characters, apart from one another, looking at a thing.

    Parameters
    ----------
    wanted : how many
    stands : (how many, relation, kind of thing) for those who stand by a thing
    """
    walk = Walk(space, radius=0.45)
    free = walk.points[walk.free]
    if not len(free) or not wanted:
        return []
    heroes = [i for i in space.items if i.role == "hero"] or space.items[:1]
    goal = np.asarray(heroes[0].pos[:2]) if heroes else np.zeros(2)
    found: list[tuple[NDArray, NDArray]] = []
    for count, spot, kind in stands:
        things = [i for i in space.items if i.kind == kind]
        costs = [_cost(free, spot, thing) for thing in things]
        if costs:
            best = things[int(np.argmin([c.min() for c in costs]))]
            cost = min(costs, key=lambda c: c.min())
            _take(found, free, cost, np.asarray(best.pos[:2]), min(count, wanted - len(found)))
    cost = np.linalg.norm(free - goal * 0.5, axis=1) + rng.uniform(0, 1.0, len(free))
    _take(found, free, cost, goal, wanted - len(found))
    made = []
    for k, (point, aim) in enumerate(found, 1):
        way = aim - point if np.linalg.norm(aim - point) > 0.2 else np.array([0.0, -1.0])
        yaw = round(math.degrees(math.atan2(-way[0], way[1])), 2)
        at = (round(float(point[0]), 4), round(float(point[1]), 4), 0.0)
        made.append(Mark(f"Mark {k}", at, yaw))
    return made


def _take(
    found: list[tuple[NDArray, NDArray]], free: NDArray, cost: NDArray, aim: NDArray, count: int
) -> None:
    """Add the cheapest free points that are apart from those found."""
    left = count
    for i in np.argsort(cost):
        if left <= 0:
            return
        if all(np.linalg.norm(free[i] - f) > _APART_M for f, _ in found):
            found.append((free[i], aim))
            left -= 1


def _cost(free: NDArray, spot: str, thing: Item) -> NDArray:
    """Return (N,) how far each free point is from where a relation to a thing holds, metres."""
    a = math.radians(thing.yaw)
    rel = free - np.asarray(thing.pos[:2])
    u = rel[:, 0] * math.cos(a) + rel[:, 1] * math.sin(a)
    v = -rel[:, 0] * math.sin(a) + rel[:, 1] * math.cos(a)
    if spot == "under":
        return np.hypot(u, v)
    half = 0.5 * np.asarray(thing.size[:2])
    if spot in ("around", "beside"):
        gap = np.hypot(np.maximum(np.abs(u) - half[0], 0), np.maximum(np.abs(v) - half[1], 0))
        return np.abs(gap - _PERSON_M) + (0.3 * np.abs(v) if spot == "beside" else 0.0)
    ahead = (-v if spot == "behind" else v) - half[1]
    away = _PERSON_M if spot in ("before", "behind") else _NEAR_M
    aside = np.maximum(np.abs(u) - half[0], 0)
    return np.abs(ahead - away) + aside + 0.2 * np.abs(u) + 10.0 * (ahead < 0)
