"""Zones and parts of several layouts joined into what the next proposals keep.

"The back of variant 2, the lights of 5, the rest anew": what is taken is brought into one room,
whatever would no longer stand there is left out and named, and the solver makes the rest around it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import UnderstudyError
from .plan import Item, Layout, Room, pack
from .verify import check

ZONES = ("entrance", "left", "centre", "right", "back", "above")
PARTS = ("room", "lights", "atmosphere", "palette", "shots")
_AT_WALL = 1.2
"""What stands nearer than this to a side of its place keeps its distance from it, metres."""


def locks_of(taken: list[tuple[str, Layout]]) -> tuple[dict, list[str]]:
    """Return the `locks` of `pipeline.layout`, and notes on what had to be left out.

    Parameters
    ----------
    taken : (zone or part, the layout that gives it), in the order they were chosen; of several for
        one part the last counts
    """
    by_part: dict[str, Layout] = {}
    for part, layout in taken:
        if part not in (*ZONES, *PARTS):
            raise UnderstudyError(
                f"There is no part {part!r}: choose one of {', '.join((*ZONES, *PARTS))}"
            )
        by_part[part] = layout
    locks: dict = {}
    if "lights" in by_part:
        free = [light for light in by_part["lights"].lights if light.item < 0]
        locks["lights"] = [pack(light) for light in free]
    for part in ("atmosphere", "palette"):
        if part in by_part:
            packed = by_part[part].pack()
            locks[part] = packed[part]
    if "palette" in by_part:
        locks["ground"] = pack(by_part["palette"].ground)
    if "shots" in by_part:
        locks["shots"] = [pack(replace(s, subject=-1)) for s in by_part["shots"].shots]
    zones = [(z, by_part[z]) for z in ZONES if z in by_part]
    host = by_part.get("room") or (zones[0][1] if zones else None)
    notes: list[str] = []
    if host is not None:
        locks["room"] = pack(host.room)
    if zones:
        kept, lost = _gathered(zones, host)
        locks["items"] = [pack(item) for item in kept]
        locks["zones"] = [z for z, _ in zones]
        if lost:
            names = ", ".join(lost[:6]) + (", …" if len(lost) > 6 else "")
            notes.append(f"Left out, because it has no place beside what else is kept: {names}")
    return locks, notes


def _gathered(zones: list[tuple[str, Layout]], host: Layout) -> tuple[list[Item], list[str]]:
    """Return the items of some zones, in the room of `host`, and the names of those left out."""
    items: list[Item] = []
    for zone, layout in zones:
        number: dict[int, int] = {}
        for i in _wanted(layout, zone):
            old = layout.items[i]
            parent = number.get(old.parent, -1)
            pos = _moved(old, layout.room, host.room)
            if parent >= 0:  # it goes where its carrier goes
                carrier, was = items[parent], layout.items[old.parent]
                pos = tuple(np.add(carrier.pos, np.subtract(old.pos, was.pos)).tolist())
            number[i] = len(items)
            items.append(replace(old, pos=pos, parent=parent, locked=True,
                                 name=_own_name(old.name, items)))  # fmt: skip
    return _standing(host, items)


def _wanted(layout: Layout, zone: str) -> list[int]:
    """Return the items of a zone, carriers first, with what they carry."""
    chosen = {i for i, item in enumerate(layout.items) if item.zone == zone}
    chosen = {i for i in chosen if layout.items[i].parent < 0 or zone == "above"
              or layout.items[i].parent in chosen}  # fmt: skip
    for i, item in enumerate(layout.items):
        if item.parent in chosen:
            chosen.add(i)
    if zone == "above":  # what hangs on a front comes with it
        chosen |= {layout.items[i].parent for i in chosen if layout.items[i].parent >= 0}
    return sorted(chosen)


def _own_name(name: str, items: list[Item]) -> str:
    taken, own, k = {i.name for i in items}, name, 2
    while own in taken:
        own, k = f"{name} ({k})", k + 1
    return own


def _moved(item: Item, start: Room, end: Room) -> tuple[float, float, float]:
    """Return where an item of one room stands in another: as far from the side it is near to."""
    (a_low, a_high), (b_low, b_high) = _extent(start), _extent(end)
    out = []
    for axis in range(2):
        x = item.pos[axis]
        if x - a_low[axis] < _AT_WALL:
            x = b_low[axis] + (x - a_low[axis])
        elif a_high[axis] - x < _AT_WALL:
            x = b_high[axis] - (a_high[axis] - x)
        else:
            share = (x - a_low[axis]) / max(a_high[axis] - a_low[axis], 1e-6)
            x = b_low[axis] + share * (b_high[axis] - b_low[axis])
        out.append(float(x))
    z = item.pos[2]
    if item.support == "ceiling":
        z += end.height - start.height
    return (*out, z)


def _extent(room: Room) -> tuple[NDArray, NDArray]:
    outline = np.asarray(room.outline, float)
    return outline.min(axis=0), outline.max(axis=0)


def _standing(host: Layout, items: list[Item]) -> tuple[list[Item], list[str]]:
    """Return the items without those that collide, float or leave the room, and their names."""
    lost: list[str] = []
    while items:
        made = replace(host, items=items)
        found = check(made)
        bad = {*found["outside"], *found["floating"]}
        bad |= {max(pair) for pair in found["collisions"][:1]} if not bad else set()
        if not bad and (found["blocked"] or found["walkable"] < 1):
            # The smallest thing on the floor goes first: the least is lost.
            floor = [i for i, m in enumerate(items) if m.support == "floor" and m.parent < 0]
            bad = {min(floor, key=lambda i: items[i].size[0] * items[i].size[1])} if floor else bad
        if not bad:
            break
        while True:  # and what stands on it
            more = {i for i, m in enumerate(items) if m.parent in bad} - bad
            if not more:
                break
            bad |= more
        lost += [items[i].name for i in sorted(bad)]
        number = {old: new for new, old in enumerate(i for i in range(len(items)) if i not in bad)}
        items = [replace(m, parent=number.get(m.parent, -1))
                 for i, m in enumerate(items) if i not in bad]  # fmt: skip
    return items, lost
