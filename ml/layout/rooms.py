"""Outlines of places: rooms with doors and windows, halls, yards, streets and open ground."""

from __future__ import annotations

import math

import numpy as np

from .cards import Card
from .geometry import edges
from .plan import Opening, Room

ROOFED = ("room", "hall", "vault")
WALLED = (*ROOFED, "yard")
FACADE_M = 2.6
"""How deep the fronts of houses stand along a street."""
_PARAPET_M = 1.8
"""Walls below this have gaps, not doors."""
_DOOR_M = {"room": 0.95, "hall": 1.6, "vault": 1.6, "yard": 2.2}


def make(card: Card, area: tuple[float, float] | None, scale: float, rng: np.random.Generator):
    """Return a Room for a card.

    Parameters
    ----------
    area : (width, depth) in metres where the words give it
    scale : factor on the card's own size, from the number of things asked for
    """
    width, depth, height = card.size
    if lined(card):
        width += 2 * FACADE_M
    if area is not None:
        width, depth = (max(n, 0.8) for n in area)
        height = min(height, 2.2 + 0.5 * max(area)) if card.shape in ROOFED else height
    else:
        width *= scale * rng.uniform(0.88, 1.15)
        depth *= scale * rng.uniform(0.88, 1.15)
    shape = "hall" if card.shape == "vault" else card.shape
    height = height * rng.uniform(0.96, 1.06)
    outline = _outline(card.shape, width, depth, rng, fixed=area is not None)
    room = Room(
        outline=[(round(float(x), 4), round(float(y), 4)) for x, y in outline],
        height=round(float(height), 3),
        walled=card.shape in WALLED,
        roofed=card.shape in ROOFED,
        shape=shape,
    )
    if room.walled:
        _doors(room, card.shape, rng)
        if card.shape in ("room", "hall"):
            _windows(room, rng)
    else:
        _gaps(room, width)
    return room


def lined(card: Card) -> bool:
    """Tell whether house fronts line the place, inside its outline."""
    return card.shape == "street" and any(w.kind in ("facade", "house") for w in card.wishes)


def _outline(
    shape: str, width: float, depth: float, rng: np.random.Generator, fixed: bool
) -> np.ndarray:
    """Return a counter-clockwise polygon about the origin, its entrance side at y < 0."""
    w, d = width / 2, depth / 2
    box = np.array([[-w, -d], [w, -d], [w, d], [-w, d]])
    if shape == "open":
        cut = rng.uniform(0.12, 0.28, 4) * min(width, depth)
        return np.array(
            [
                [-w + cut[0], -d], [w - cut[1], -d], [w, -d + cut[1]], [w, d - cut[2]],
                [w - cut[2], d], [-w + cut[3], d], [-w, d - cut[3]], [-w, -d + cut[0]],
            ]
        )  # fmt: skip
    if shape == "room" and not fixed and width * depth > 14 and rng.random() < 0.3:
        a, b = width * rng.uniform(0.28, 0.4), depth * rng.uniform(0.28, 0.4)
        if rng.random() < 0.5:
            return np.array([[-w, -d], [w, -d], [w, d - b], [w - a, d - b], [w - a, d], [-w, d]])
        return np.array([[-w, -d], [w, -d], [w, d], [-w + a, d], [-w + a, d - b], [-w, d - b]])
    return box


def _span(start: np.ndarray, way: np.ndarray, at: float, width: float) -> tuple:
    a, b = start + way * (at - width / 2), start + way * (at + width / 2)
    return tuple(round(float(n), 4) for n in a), tuple(round(float(n), 4) for n in b)


def _doors(room: Room, shape: str, rng: np.random.Generator) -> None:
    """Put the entrance into the front wall and, in large places, a second one elsewhere."""
    walls = edges(room.outline)
    width = _DOOR_M[shape]
    large = shape != "room" and max(n for *_, n in walls) > 5
    chosen = [0]
    if large or rng.random() < 0.25:
        long = [i for i, (*_, n) in enumerate(walls) if i and n > width + 1.2]
        if long:
            chosen.append(int(rng.choice(long)))
    for i in chosen:
        start, way, length = walls[i]
        own = min(width, length - 0.3)
        if own < 0.55:
            own = length * 0.8
        slack = max(length / 2 - own / 2 - 0.15, 0.0)
        share = 0.3 if shape != "room" else 0.9
        at = length / 2 + rng.uniform(-slack, slack) * share
        a, b = _span(start, way, at, own)
        high = min(2.1 if shape == "room" else 2.6, room.height - 0.1)
        kind = "door" if room.height > _PARAPET_M else "gap"
        room.openings.append(Opening(kind, a, b, 0.0, high, True))


def _windows(room: Room, rng: np.random.Generator) -> None:
    """Put windows into walls that hold no door."""
    taken = {tuple(o.start) for o in room.openings}
    walls = edges(room.outline)
    order = rng.permutation(len(walls))
    wanted = 1 + int(rng.random() < 0.5) + int(max(n for *_, n in walls) > 7) * 2
    sill, head = 0.95, min(2.15, room.height - 0.25)
    for i in order:
        start, way, length = walls[i]
        doors = [np.asarray(t) for t in taken]
        on_wall = [abs(way[0] * (d - start)[1] - way[1] * (d - start)[0]) < 0.01 for d in doors]
        if length < 1.8 or any(on_wall) or wanted <= 0 or head - sill < 0.5:
            continue
        count = max(1, min(wanted, int(length / 3.2)))
        own = min(1.5, length * 0.45 / count)
        for k in range(count):
            at = length * (k + 0.5) / count
            a, b = _span(start, way, at, own)
            room.openings.append(Opening("window", a, b, sill, round(head, 3)))
        wanted -= count


def _gaps(room: Room, width: float) -> None:
    """Open places are entered from the front and left at the back."""
    ys = [y for _, y in room.outline]
    for low in (min(ys), max(ys)):
        xs = [x for x, y in room.outline if math.isclose(y, low, abs_tol=1e-6)]
        middle, own = 0.5 * (min(xs) + max(xs)), min(2.4, 0.4 * width)
        a, b = (middle - own / 2, low), (middle + own / 2, low)
        room.openings.append(Opening("gap", a, b, 0.0, 2.5, True))
