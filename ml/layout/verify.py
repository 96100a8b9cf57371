"""Check a finished layout from its boxes alone, without trusting how it was made."""

from __future__ import annotations

import numpy as np

from .geometry import edge_distance, overlap, prints_inside
from .kinds import KINDS
from .nesting import ledge_of, nested
from .plan import CEILING, FLOOR, SURFACE, WALL, WATER, Layout
from .space import Space, Walk, footprints

_TOUCH = 0.006
"""What is nearer to its support than this stands on it, metres."""


def check(layout: Layout) -> dict[str, object]:
    """Return what is wrong with a layout.

    Returns
    -------
    collisions : pairs of item indices whose boxes overlap
    outside : items that leave the outline
    floating : items that nothing carries
    blocked : doors with a thing before them
    walkable : share of pairs of entrances between which one can walk, 1.0 when there is one
    ground : share of the free ground that can be reached from the first entrance
    """
    space = _space(layout)
    doors, ground, blocked = _walk(layout, space)
    return {
        "collisions": _collisions(layout),
        "outside": _outside(layout),
        "floating": [i for i in range(len(layout.items)) if not _carried(layout, i)],
        "blocked": blocked,
        "walkable": doors,
        "ground": ground,
    }


def _prints(layout: Layout) -> np.ndarray:
    found = [footprints(np.array([[*i.pos, i.yaw]]), i.size)[0] for i in layout.items]
    return np.array(found).reshape(-1, 5)


def _collisions(layout: Layout) -> list[tuple[int, int]]:
    prints = _prints(layout)
    solid = np.array([KINDS[i.kind].solid for i in layout.items], bool)
    low = np.array([i.pos[2] for i in layout.items])
    high = low + np.array([i.size[2] for i in layout.items])
    found = []
    for a in range(len(prints) - 1):
        rest = np.arange(a + 1, len(prints))
        if not solid[a]:
            continue
        rest = rest[solid[rest]]
        rest = rest[(low[rest] < high[a] - 1e-4) & (high[rest] > low[a] + 1e-4)]
        reach = np.hypot(*prints[a, 2:4]) + np.hypot(prints[rest, 2], prints[rest, 3])
        rest = rest[np.hypot(*(prints[rest, :2] - prints[a, :2]).T) < reach]
        # Shrunk by the solver's own gap: what only touches does not collide.
        mine = np.tile(prints[a], (len(rest), 1))
        mine[:, 2:4] -= 0.005
        hits = rest[overlap(mine, prints[rest])]
        found += [(a, int(b)) for b in hits if not _nested(layout, a, int(b))]
    return found


def _nested(layout: Layout, a: int, b: int) -> bool:
    one, other = layout.items[a], layout.items[b]
    return nested(one, other, one.parent == b) or nested(other, one, other.parent == a)


def _outside(layout: Layout) -> list[int]:
    prints = _prints(layout)
    if not len(prints):
        return []
    prints[:, 2:4] = np.maximum(prints[:, 2:4] - 0.001, 0.0)
    bad = ~prints_inside(layout.room.outline, prints)
    for i, item in enumerate(layout.items):
        if layout.room.roofed and item.pos[2] + item.size[2] > layout.room.height + 1e-3:
            bad[i] = True
        bad[i] |= item.pos[2] < -1e-3
    return np.flatnonzero(bad).tolist()


def _carried(layout: Layout, index: int) -> bool:
    """Tell whether what should carry an item touches it."""
    item = layout.items[index]
    if item.support == FLOOR:
        return abs(item.pos[2]) < _TOUCH
    if item.support == CEILING:
        return layout.room.roofed and (
            abs(item.pos[2] + item.size[2] - layout.room.height) < _TOUCH
        )
    if item.support == WATER:
        level = layout.atmosphere.water_level
        return level is not None and item.pos[2] <= level <= item.pos[2] + item.size[2]
    if item.parent >= 0:
        return _on_parent(layout, index)
    if item.support == WALL:
        back = footprints(np.array([[*item.pos, item.yaw]]), item.size)[0]
        a = back[4]
        point = back[:2] + np.array([np.sin(a), -np.cos(a)]) * back[3]
        near = edge_distance(layout.room.outline, point)
        return layout.room.walled and bool(near < _TOUCH)
    return False


def _on_parent(layout: Layout, index: int) -> bool:
    item = layout.items[index]
    if not 0 <= item.parent < len(layout.items) or item.parent == index:
        return False
    parent = layout.items[item.parent]
    a = np.radians(parent.yaw)
    rel = np.asarray(item.pos[:2]) - np.asarray(parent.pos[:2])
    u, v = rel[0] * np.cos(a) + rel[1] * np.sin(a), -rel[0] * np.sin(a) + rel[1] * np.cos(a)
    if item.support == SURFACE:
        over = abs(u) <= parent.size[0] / 2 and abs(v) <= parent.size[1] / 2
        ledge = ledge_of(parent)
        high = parent.pos[2] + (ledge.level(parent.size) if ledge else parent.size[2])
        return bool(over and abs(item.pos[2] - high) < _TOUCH)
    depth = v - parent.size[1] / 2 - item.size[1] / 2
    high = item.pos[2] + item.size[2] <= parent.pos[2] + parent.size[2] + _TOUCH
    return bool(abs(depth) < _TOUCH and abs(u) <= parent.size[0] / 2 and high)


def _space(layout: Layout) -> Space:
    space = Space(layout.room)
    for item in layout.items:
        kind = KINDS[item.kind]
        space.add(item, solid=kind.solid, passable=kind.passable)
    return space


def _walk(layout: Layout, space: Space) -> tuple[float, float, list[int]]:
    walk = Walk(space, radius=0.25)
    doors = [o for o in layout.room.openings if o.entrance]
    points = [walk.entry(o) for o in doors]
    blocked = [i for i, p in enumerate(points) if p is None]
    known = [p for p in points if p is not None]
    if not known:
        return float(not doors), 0.0, blocked
    seen = walk.reach(known[0])
    share = float(seen.sum() / max(walk.free.sum(), 1))
    if len(doors) < 2:
        return 1.0, share, blocked
    joined = [bool(seen[tuple(p)]) for p in known[1:]]
    return sum(joined) / (len(doors) - 1), share, blocked
