"""How bright a layout's lamps are: in proportion to the place they light, and to each other.

The light that falls on the floor is estimated from the lamps placed, from what shines by itself,
from sky and sun, and from what walls throw back; then the powers are scaled so that surfaces of
the layout's own colours come out as bright as the hour and the mood want them, for a picture
taken at exposure 0. Units are Blender's: W for lamps, W/m² for suns, radiance 1 is white.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..kit.paint import Paint, paints
from .geometry import area, inside
from .picture import ground_role, solid_of, standard_size
from .plan import Layout, Light

_BRIGHTNESS = {
    "noon": 0.17, "morning": 0.17, "sunset": 0.12, "dusk": 0.06, "overcast": 0.15, "moon": 0.08,
    "night": 0.065, "neon": 0.09, "neonrain": 0.05, "lamp": 0.11, "candle": 0.045, "fire": 0.085,
    "fluorescent": 0.18, "cool": 0.15, "desert": 0.18, "underwater": 0.1, "space": 0.09,
}  # fmt: skip
"""Radiance that surfaces of a light preset shall have; 0.18 is the middle grey of a picture."""
_OF_LAMPS = {"lamp": 0.4, "candle": 0.6, "fire": 0.6, "neon": 0.6, "neonrain": 0.6, "night": 0.5,
             "moon": 0.3, "space": 0.35, "underwater": 0.3, "dusk": 0.35}  # fmt: skip
"""Share of the light that comes from lamps one sees, by preset."""
_OF_LAMPS_BY_DAY = 0.2
_WEIGHT = np.array([0.2126, 0.7152, 0.0722])
_AREA_FLUX = math.pi / 4
"""Of an area lamp's power; Blender's points give all of theirs."""
_NEAREST_M = 0.7
_NIGHT_SKY = 0.35
_HOT = 10.0
"""How much brighter than the target a surface one metre from a lamp may be."""
_WATER_PASSES = 0.4
_LIT_BY_SUN = {"street": 0.6, "yard": 0.8}
_SEES_SKY = {"street": 0.55, "yard": 0.8}
_THROUGH_SHADES = 0.5
"""Of a lamp's light that gets past its own shade, bowl or candles."""
_FURNISHED = 0.6
"""Furniture and corners swallow light: of the walls' reflectance that is left in a room."""
_MIDDLE = 0.3


def balance(layout: Layout, light: str, mood: float) -> None:
    """Scale the powers of a layout's lamps, and outdoors its sky, to a light preset."""
    reflect = albedo(layout)
    # Dark places stay somewhat darker than light ones.
    adapted = (_MIDDLE / reflect) ** 0.6
    wanted = math.pi * _BRIGHTNESS[light] * 2 ** (0.6 * mood) / _MIDDLE * adapted
    spots = _spots(layout)
    hung = [one for one in layout.lights if one.item >= 0]
    free = [one for one in layout.lights if one.item < 0]
    share = _OF_LAMPS.get(light, _OF_LAMPS_BY_DAY)
    own = _typical(_shining(layout, spots, reflect))
    _scale_hung(layout, hung, spots, max(share * wanted - own, 0.1 * share * wanted), reflect)
    rest = max(wanted - own - _typical(falling(layout, hung, spots, reflect)), 0.25 * wanted)
    if layout.room.roofed:
        windows = _typical(falling(layout, [f for f in free if f.type == "sun"], spots, reflect))
        lamps = [one for one in free if one.type != "sun"]
        _scale(lamps, max(rest - windows, 0.2 * rest) / _typical(falling(layout, lamps, spots,
               reflect, sky=False)))  # fmt: skip
        return
    factor = rest / _typical(falling(layout, free, spots, reflect))
    _scale(free, factor)
    air = layout.atmosphere
    # The sky is seen as well, so it may not go where the lamps go; nights may grow most.
    most = 1.6 if air.sky_strength > _NIGHT_SKY else 3.5
    air.sky_strength = round(air.sky_strength * min(max(factor, 0.5), most), 3)


def albedo(layout: Layout) -> float:
    """Return how much light the place's large surfaces throw back, 0 to 1."""
    found = [_luminance(layout.palette[s].colour) for s in ("wall", "main") if s in layout.palette]
    if "ground" in layout.palette:
        found.append(_luminance(paints(layout.palette)[ground_role(layout)].colour))
    return float(np.clip(np.mean(found or [0.3]), 0.12, 0.7))


def falling(
    layout: Layout, lights: Iterable[Light], spots: NDArray, reflect: float, sky: bool = True
) -> NDArray:
    """Return the irradiance (N,) of spots (N, 3) on the floor by some lamps, W/m².

    The `sky` counts where there is a sun among the lamps.
    """
    total, flux = np.zeros(len(spots)), 0.0
    passes = _WATER_PASSES if layout.atmosphere.underwater else 1.0
    for one in lights:
        tint = _luminance(one.colour)
        if one.type == "sun":
            direct, inward = _daylight(layout, one, passes, sky)
            total, flux = total + direct, flux + inward
            continue
        power = one.energy * tint * (_AREA_FLUX if one.type == "area" else 1.0)
        away = np.asarray(one.pos) - spots
        square = np.maximum((away**2).sum(axis=1), _NEAREST_M**2)
        if one.type == "area":
            fall = np.clip(away[:, 2], 0, None) ** 2 / square
            total = total + power * fall / (math.pi * (square + one.size**2 / 4))
        else:  # surfaces look at a lamp from all sides: half of what one straight below gets
            power *= _THROUGH_SHADES if one.item >= 0 else 1.0
            total = total + 0.5 * power / (4 * math.pi * square)
        flux += power
    return total + _echo(layout, flux, reflect)


def _daylight(layout: Layout, sun: Light, passes: float, sky: bool) -> tuple[float, float]:
    """Return the irradiance of an open floor, and the watts that come in through windows."""
    way = np.asarray(sun.pos) - np.asarray(sun.target)
    rise = max(float(way[2] / max(np.linalg.norm(way), 1e-9)), 0.0)
    air, room = layout.atmosphere, layout.room
    above = 0.5 * (_luminance(air.sky) + _luminance(air.horizon)) * air.sky_strength * math.pi
    above = above if sky else 0.0
    power = sun.energy * _luminance(sun.colour)
    if room.roofed:
        panes = sum(
            math.dist(o.start, o.end) * (o.high - o.low)
            for o in room.openings
            if o.kind == "window"
        )
        return 0.0, passes * panes * (0.25 * power + 0.5 * above)
    lit, seen = (table.get(room.shape, 0.9) for table in (_LIT_BY_SUN, _SEES_SKY))
    return passes * (lit * power * rise + seen * above), 0.0


def _echo(layout: Layout, flux: float, reflect: float) -> float:
    """Return the irradiance by what walls and ceiling throw back of some watts."""
    outline, tall = layout.room.outline, layout.room.height
    floor = abs(area(outline))
    round_ = sum(math.dist(a, b) for a, b in zip(outline, [*outline[1:], outline[0]], strict=True))
    if not layout.room.roofed:
        walled = layout.room.walled or layout.room.shape == "street"
        return 0.3 * reflect * flux / (floor + round_ * tall) if walled else 0.0
    reflect *= _FURNISHED
    return reflect * flux / ((2 * floor + round_ * tall) * (1 - reflect))


def _scale_hung(
    layout: Layout, lamps: list[Light], spots: NDArray, wanted: float, reflect: float
) -> None:
    """Scale the lamps of things together, and none so high that it burns out what is near it."""
    if not lamps:
        return
    _scale(lamps, wanted / _typical(falling(layout, lamps, spots, reflect)))
    # No lamp is to do the work of all: a candle stays a candle.
    radiance = max(_HOT * wanted * reflect / math.pi, 0.25)
    most = min(radiance, 1.5) * math.pi / reflect * 8 * math.pi
    for one in lamps:
        one.energy = round(min(one.energy, most / max(_luminance(one.colour), 0.05)), 3)


def _scale(lamps: list[Light], factor: float) -> None:
    for one in lamps:
        one.energy = round(one.energy * factor, 3)


def _typical(falling_light: NDArray) -> float:
    return max(float(np.median(falling_light)), 1e-4)


def _spots(layout: Layout) -> NDArray:
    """Return (N, 3) spots on the floor, about 80, evenly over the outline."""
    outline = np.asarray(layout.room.outline, float)
    low, high = outline.min(axis=0), outline.max(axis=0)
    ways = [np.linspace(a, b, 11)[1:-1] for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*ways), axis=-1).reshape(-1, 2)
    grid = grid[inside(layout.room.outline, grid)]
    return np.column_stack([grid, np.zeros(len(grid))]) if len(grid) else np.zeros((1, 3))


def _emitters(layout: Layout) -> list[tuple[NDArray, float]]:
    """Return the middles (3,) and the watts of the things whose surfaces shine."""
    table, found = paints(layout.palette), []
    for item in layout.items:
        solid = solid_of(item, layout.seed)
        bright = np.array([_radiance(table[r]) if r in table else 0.0 for r in solid.roles])
        if not bright.any():
            continue
        triangles, polygon = solid.triangles()
        grown = np.asarray(item.size) / standard_size(item.size)
        a, b, c = np.moveaxis((solid.verts * grown)[triangles], 1, 0)
        faces = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
        watts = math.pi * float((faces * bright[solid.slots[polygon]]).sum())
        found.append((np.asarray(item.pos) + [0, 0, item.size[2] / 2], watts))
    return found


def _shining(layout: Layout, spots: NDArray, reflect: float) -> NDArray:
    """Return the irradiance (N,) of spots (N, 3) by the things that shine."""
    total, flux = np.zeros(len(spots)), 0.0
    for middle, watts in _emitters(layout):
        square = np.maximum(((middle - spots) ** 2).sum(axis=1), _NEAREST_M**2)
        total += 0.5 * watts / (4 * math.pi * square)
        flux += watts
    return total + _echo(layout, flux, reflect)


def _radiance(paint: Paint) -> float:
    return paint.emission * _luminance(paint.colour)


def _luminance(colour: Iterable[float]) -> float:
    return float(np.asarray(tuple(colour)) @ _WEIGHT)
