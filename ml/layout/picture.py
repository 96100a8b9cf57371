"""Pictures of a layout without Blender: its things and its room as triangles."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .. import raster
from ..kit import Solid, build
from ..kit.paint import Paint, paints, slot_name
from .geometry import inside
from .kinds import KINDS
from .plan import Item, Layout, Shot

WALL = 0.15
"""Thickness of walls, metres."""

_STEP = 1.12
_GROUND = {
    "grass": "grass", "sand": "sand", "seabed": "sand", "snow": "snow", "street": "asphalt",
    "earth": "earth", "water": "water", "wood": "wood", "metal": "metal", "stone": "stone",
}  # fmt: skip


def standard_size(size: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return the nearest size of a coarse ladder, so that things of nearly one size share a mesh.

    They are scaled, by 6 % at most along each side, to the size asked for.
    """
    steps = [round(math.log(max(s, 1e-3)) / math.log(_STEP)) for s in size]
    return tuple(max(round(_STEP**k, 3), 1e-3) for k in steps)  # as exact as the kit is


def solid_of(item: Item, seed: int) -> Solid:
    """Return the kit's solid for an item, of its standard size."""
    return build(item.kind, standard_size(item.size), item.style, shape_seed(item, seed))


def shape_seed(item: Item, seed: int) -> int:
    """Return which of a few shapes of its kind an item has: what grows differs, chairs do not."""
    nature = item.kind in KINDS and KINDS[item.kind].category in ("tree", "plant", "rock")
    spread = 3 if nature else 1
    return seed % 97 * 3 + int(abs(item.pos[0] * 7.3 + item.pos[1] * 3.1) * 10) % spread


def painted_role(item: Item, solid: Solid) -> str | None:
    """Return the role that an item's own material takes the place of; None where it has none."""
    kind = KINDS.get(item.kind)
    if kind is None or item.material == kind.material:
        return None
    corners = solid.verts[solid.corners]
    starts = np.concatenate([[0], np.cumsum(solid.counts)[:-1]])
    spans = np.maximum.reduceat(corners, starts) - np.minimum.reduceat(corners, starts)
    area = np.sort(spans, axis=1)[:, 1:].prod(axis=1)
    return solid.roles[int(np.argmax(np.bincount(solid.slots, area, len(solid.roles))))]


def ground_role(layout: Layout) -> str:
    """Return the role, or the palette's slot, that the ground is made of."""
    if layout.ground.material in layout.palette:
        return slot_name(layout.ground.material)
    return _GROUND.get(layout.ground.kind, "stone")


def wall_boxes(layout: Layout) -> list[tuple[NDArray, NDArray, str]]:
    """Return the walls as (3 axes and middle (4, 3), half sizes (3,), role), openings cut out."""
    boxes = []
    outline = np.asarray(layout.room.outline, float)
    for k, (a, b) in enumerate(zip(outline, np.roll(outline, -1, axis=0), strict=True)):
        length = np.linalg.norm(b - a)
        if length < 1e-6 or not layout.room.walled:
            continue
        along = (b - a) / length
        for low, high, bottom, top in wall_parts(layout, k):
            middle = a + along * (low + high) / 2 + np.array([along[1], -along[0]]) * WALL / 2
            axes = np.array([[*along, 0], [-along[1], along[0], 0], [0, 0, 1]])
            half = np.array([(high - low) / 2, WALL / 2, (top - bottom) / 2])
            boxes.append((np.vstack([axes, [*middle, (bottom + top) / 2]]), half, "plaster"))
    return boxes


def wall_parts(layout: Layout, edge: int) -> list[tuple[float, float, float, float]]:
    """Return the (start, end, low, high) of what is left of a wall beside its openings, metres.

    Walls reach a wall's thickness beyond the outline's convex corners, to close them.
    """
    outline = np.asarray(layout.room.outline, float)
    a, b = outline[edge], outline[(edge + 1) % len(outline)]
    length, top = np.linalg.norm(b - a), layout.room.height
    along = (b - a) / length
    holes = []
    for o in layout.room.openings:
        p, q = ((np.asarray(end, float) - a) @ along for end in (o.start, o.end))
        off = abs((np.asarray(o.start) - a) @ np.array([-along[1], along[0]]))
        if off < 0.05 and min(p, q) > -0.05 and max(p, q) < length + 0.05:
            holes.append((max(min(p, q), 0.0), min(max(p, q), length), o.low, min(o.high, top)))
    parts, at = [], -_beyond(outline, edge)
    end = length + _beyond(outline, (edge + 1) % len(outline))
    for start, stop, low, high in sorted(holes):
        if start > at + 1e-4:
            parts.append((at, start, 0.0, top))
        if low > 1e-3:
            parts.append((start, stop, 0.0, low))
        if high < top - 1e-3:
            parts.append((start, stop, high, top))
        at = max(at, stop)
    if end > at + 1e-4:
        parts.append((at, end, 0.0, top))
    return parts


def houses_behind(layout: Layout) -> list[tuple[NDArray, NDArray, str]]:
    """Return the houses whose fronts line a street, as `wall_boxes` does: nobody walks there.

    Without them a street seen from above is two rows of sheets.
    """
    boxes, outline = [], np.asarray(layout.room.outline, float)
    for item in layout.items:
        if item.kind != "facade" or layout.room.walled or not len(outline):
            continue
        a = math.radians(item.yaw)
        ahead = np.array([-math.sin(a), math.cos(a)])
        back = np.asarray(item.pos[:2]) - ahead * item.size[1] / 2
        if inside(outline, back - 0.3 * ahead):
            continue  # it stands free in the place
        # Neighbours of one depth would look like a wall: each house has its own.
        deep = 4.5 + 3.0 * abs(math.sin(17.0 * item.pos[0] + 5.0 * item.pos[1]))
        half = np.array([item.size[0] / 2 - 0.02, deep / 2, 0.47 * item.size[2]])
        axes = np.array([[ahead[1], -ahead[0], 0], [*ahead, 0], [0, 0, 1]])
        middle = back - ahead * (deep / 2 + 0.02)
        boxes.append((np.vstack([axes, [*middle, half[2]]]), half, "plaster"))
        # A roof's edge above, so that it is a house and no crate.
        rim = np.array([half[0] + 0.15, half[1] + 0.15, 0.12])
        boxes.append((np.vstack([axes, [*middle, 2 * half[2] + 0.12]]), rim, "tile"))
    return boxes


def _beyond(outline: NDArray, corner: int) -> float:
    """Return how far the walls reach beyond a corner: nothing where the outline turns inwards."""
    before, here, after = (outline[(corner + k) % len(outline)] for k in (-1, 0, 1))
    turn = np.cross(np.append(here - before, 0), np.append(after - here, 0))[2]
    return WALL if turn > 1e-9 else 0.0


class Scene:
    """A layout as triangles, made once and seen from several sides."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._paints = paints(layout.palette)
        self._corners: list[NDArray] = []
        self._colours: list[NDArray] = []
        self._glow: list[NDArray] = []
        self._facing: list[int] = []
        self._add_ground()
        for item in layout.items:
            self._add_item(item)

    def _add(self, corners: NDArray, paint: Paint | tuple[NDArray, NDArray]) -> None:
        count = len(corners)
        if isinstance(paint, Paint):
            paint = np.tile(paint.colour, (count, 1)), np.full(count, paint.emission)
        self._corners.append(corners.astype(np.float32))
        self._colours.append(paint[0])
        self._glow.append(paint[1])

    def _add_ground(self) -> None:
        paint, reach = self._paints[ground_role(self.layout)], max(self.layout.ground.extent, 4.0)
        steps = np.linspace(-reach, reach, 25)
        for x0, x1 in zip(steps[:-1], steps[1:], strict=True):
            quad = np.array(
                [[(x0, y0, 0), (x1, y0, 0), (x1, y1, 0), (x0, y1, 0)]
                 for y0, y1 in zip(steps[:-1], steps[1:], strict=True)], float
            )  # fmt: skip
            self._add(np.concatenate([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]]), paint)

    def _add_item(self, item: Item) -> None:
        solid = solid_of(item, self.layout.seed)
        verts = solid.verts * (np.asarray(item.size) / standard_size(item.size))
        c, s = math.cos(math.radians(item.yaw)), math.sin(math.radians(item.yaw))
        verts = verts @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + item.pos
        triangles, polygon = solid.triangles()
        names, instead = list(solid.roles), painted_role(item, solid)
        if instead is not None and slot_name(item.material) in self._paints:
            names[names.index(instead)] = slot_name(item.material)
        table = [self._paints[name] for name in names]
        slots = solid.slots[polygon]
        colours = np.array([p.colour for p in table])[slots]
        glow = np.array([p.emission for p in table])[slots]
        self._add(verts[triangles], (colours, glow))

    def _walls(self, view: raster.View, within: bool) -> tuple[NDArray, NDArray, NDArray]:
        """Return the walls that do not stand between the camera and the room."""
        corners, colours, glow = [], [], []
        houses = houses_behind(self.layout)
        for k, (frame, half, role) in enumerate([*houses, *wall_boxes(self.layout)]):
            if k >= len(houses) and not within and (np.asarray(view.eye) - frame[3]) @ frame[1] < 0:
                continue
            signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
            points = (signs * half) @ frame[:3] + frame[3]
            faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4),
                     (1, 5, 7, 3)]  # fmt: skip
            box = np.array(
                [[points[list(q)][[0, 1, 2]], points[list(q)][[0, 2, 3]]] for q in faces]
            )
            corners.append(box.reshape(-1, 3, 3))
            colours.append(np.tile(self._paints[role].colour, (12, 1)))
            glow.append(np.zeros(12))
        if not corners:
            return np.zeros((0, 3, 3)), np.zeros((0, 3)), np.zeros(0)
        return np.concatenate(corners), np.concatenate(colours), np.concatenate(glow)

    def items_seen(self, view: raster.View, only: int = -1) -> tuple[NDArray, NDArray]:
        """Return (height, width) int: which item each pixel shows, -1 for ground and sky.

        With it come the distances in metres along the camera's axis. `only` is an item to look at
        as if it stood alone; it is number 0 then.
        """
        first = len(self._corners) - len(self.layout.items)
        parts = self._corners[first:] if only < 0 else [self._corners[first + only]]
        if only < 0:
            parts = [*parts, np.concatenate([*self._corners[:first], self._walls(view, True)[0]])]
        item = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
        if only < 0:
            item[item == len(parts) - 1] = -1
        found, away = raster.surfaces(np.concatenate(parts), view)
        return np.where(found >= 0, item[np.maximum(found, 0)], -1), away

    def draw(self, view: raster.View, inside: bool, samples: int = 2) -> NDArray:
        """Return a (height, width, 3) uint8 picture.

        Parameters
        ----------
        inside : whether the camera stands in the room, so that all its walls are seen
        """
        walls = self._walls(view, inside)
        parts = (self._corners, self._colours, self._glow)
        corners, colours, glow = (
            np.concatenate([*part, wall]) for part, wall in zip(parts, walls, strict=True)
        )
        return raster.draw(corners, colours, glow, view, self._light(inside), samples)

    def _light(self, inside: bool) -> raster.Light:
        air, lamps = self.layout.atmosphere, self.layout.lights
        suns = [lamp for lamp in lamps if lamp.type == "sun"] or lamps[:1]
        way, colour, power = np.array([0.4, -0.5, 0.8]), np.ones(3), 0.5
        if suns:
            way = np.asarray(suns[0].pos) - np.asarray(suns[0].target)
            colour = np.asarray(suns[0].colour)
            power = 0.25 * suns[0].energy if suns[0].type == "sun" else 0.5
        if len(lamps) > 1:
            colour = 0.6 * colour + 0.4 * np.mean([lamp.colour for lamp in lamps], axis=0)
        sky = np.asarray(air.sky) * air.sky_strength
        # A thumbnail has to be read: nights are dark in hue, not in fact.
        floor = 0.3 * colour / max(colour.max(), 1e-6)
        around = np.maximum(0.7 * sky + 0.3 * np.asarray(air.horizon), floor)
        return raster.Light(
            way=way,
            sun=colour * min(max(power, 0.45), 1.3),
            sky=around * 1.1,
            ground=around * 0.55,
            fog=air.fog * (0.35 if inside or not self.layout.room.roofed else 0.1),
            fog_colour=np.asarray(air.fog_colour),
            horizon=np.asarray(air.horizon),
        )


def bird_view(layout: Layout, width: int, height: int) -> raster.View:
    """Return a camera that sees the whole place from above its front."""
    outline = np.asarray(layout.room.outline or [(-5, -5), (5, 5)], float)
    low, high = outline.min(axis=0), outline.max(axis=0)
    middle, reach = (low + high) / 2, max(*(high - low), 3.0)
    tall = max([2.0, *(i.pos[2] + i.size[2] for i in layout.items)])
    away = reach * 0.95 + min(tall, reach) * 0.35
    eye = (middle[0] + 0.42 * away, middle[1] - 0.8 * away, 0.62 * away + 0.15 * min(tall, reach))
    target = (middle[0], middle[1], min(tall, reach) * 0.2)
    return raster.View(np.array(eye), np.array(target), 34.0, width, height)


def shot_view(shot: Shot, width: int, height: int, share: float = 0.0) -> raster.View:
    """Return the camera of a shot; `share` 0 is its first key, 1 its last."""
    key = shot.keys[round(share * (len(shot.keys) - 1))]
    lens = key.lens or shot.lens
    return raster.View(np.asarray(key.pos), np.asarray(key.target), lens, width, height, key.roll)


def picture(layout: Layout, width: int = 320, height: int = 180) -> NDArray:
    """Return the (height, width, 3) uint8 thumbnail of a layout: the whole place from above."""
    return Scene(layout).draw(bird_view(layout, width, height), inside=False)
