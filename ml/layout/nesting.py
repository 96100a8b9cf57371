"""Things inside the box of another: on a bed's blanket, on a sofa's seat, beneath a table.

Boxes of whole things may not overlap, but a sofa is no block. A few kinds have a ledge below
their top, or room under them; what lies wholly in it is in nobody's way. Both are known for the
kit's own shapes only, so an artist's asset has neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .hollows import Hollow
from .kinds import KINDS
from .plan import SURFACE, Item

_ROUND = {"round_table"}
_IN_A_ROUND = 0.69
_HEADROOM = 0.02


def ledge_of(item: Item) -> Hollow | None:
    """Return where things may stand on an item; None where its kind has nothing flat."""
    kind = KINDS[item.kind]
    if kind.ledge is not None and not item.asset:
        return kind.ledge
    half = 0.5 * (_IN_A_ROUND if item.kind in _ROUND else 1.0)
    return Hollow(1.0, -half, half, -half, half) if kind.top else None


def room_under(item: Item) -> Hollow | None:
    """Return the free room under an item, or None."""
    return None if item.asset else KINDS[item.kind].under


def spread_in(
    item: Item, hollow: Hollow, size: Sequence[float], rng: np.random.Generator, count: int
) -> NDArray:
    """Return (N, 4) places for a size within the plan of a hollow, at its height; none too tight.

    What is longer than the hollow one way lies in it the other way.
    """
    for width, depth, quarter in ((size[0], size[1], 0.0), (size[1], size[0], 90.0)):
        low, high = hollow.plan(item.size)
        slack = high - low - np.array([width, depth]) - 0.03
        if (slack >= 0).all():
            uv = 0.5 * (low + high) + rng.uniform(-0.5, 0.5, (count, 2)) * slack
            t = math.radians(item.yaw)
            x = item.pos[0] + uv[:, 0] * math.cos(t) - uv[:, 1] * math.sin(t)
            y = item.pos[1] + uv[:, 0] * math.sin(t) + uv[:, 1] * math.cos(t)
            z = np.full(count, item.pos[2] + hollow.level(item.size))
            return np.column_stack([x, y, z, np.full(count, item.yaw + quarter)])
    return np.zeros((0, 4))


def nested(one: Item, other: Item, carried: bool) -> bool:
    """Tell whether an item lies in a hollow of another, and so may be within its box.

    Parameters
    ----------
    carried : the other carries the one
    """
    if carried and one.support == SURFACE:
        return KINDS[other.kind].ledge is not None and not other.asset
    hollow = room_under(other)
    if hollow is None or abs(one.pos[2] - other.pos[2]) > 1e-3:
        return False
    if one.size[2] > hollow.level(other.size) - _HEADROOM + 1e-4:
        return False
    t = math.radians(one.yaw - other.yaw)
    half = 0.5 * np.array([
        abs(one.size[0] * math.cos(t)) + abs(one.size[1] * math.sin(t)),
        abs(one.size[0] * math.sin(t)) + abs(one.size[1] * math.cos(t)),
    ])  # fmt: skip
    a = math.radians(other.yaw)
    dx, dy = one.pos[0] - other.pos[0], one.pos[1] - other.pos[1]
    at = np.array([dx * math.cos(a) + dy * math.sin(a), -dx * math.sin(a) + dy * math.cos(a)])
    low, high = hollow.plan(other.size)
    return bool((at - half >= low - 1e-3).all() and (at + half <= high + 1e-3).all())


def squeezed(size: Sequence[float], host: Item) -> float:
    """Return the factor by which a thing is made smaller to fit under another; 0 where it cannot.

    A chest under a bed is a small chest, but no toy.
    """
    hollow = room_under(host)
    if hollow is None:
        return 0.0
    low, high = hollow.plan(host.size)
    room = np.array([*(high - low - 0.04), hollow.level(host.size) - _HEADROOM])
    turned = np.array([size[1], size[0], size[2]])
    factor = max(float((room / np.asarray(size, float)).min()), float((room / turned).min()))
    return min(1.0, factor) if factor >= _SMALLEST else 0.0


def fitting(size: Sequence[float], host: Item) -> float:
    """Return the factor by which a thing is made smaller to stand on another; 0 where it cannot.

    What stands on the floor else is kept low on furniture: the candelabra on a piano is small.
    """
    ledge = ledge_of(host)
    if ledge is None:
        return 0.0
    low, high = ledge.plan(host.size)
    room, turned = high - low - 0.04, np.array(size[1::-1])
    flat = max(float((room / np.array(size[:2])).min()), float((room / turned).min()))
    tall = 1.0 if host.kind in _GROUNDS else _TABLE_TOP_M / size[2]
    factor = min(1.0, flat, tall)
    return factor if factor >= _SMALLEST else 0.0


_SMALLEST = 0.33
_TABLE_TOP_M = 0.9
_GROUNDS = {"platform", "rug", "jetty", "cargo_container"}
