"""What the roles of the kit look like in a palette."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass

from .style import ROLES

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Paint:
    """One material: linear RGB, 0 to 1; `emission` is a strength, `alpha` 1 for opaque."""

    colour: Colour
    roughness: float = 0.6
    metal: float = 0.0
    emission: float = 0.0
    alpha: float = 1.0


# role: (palette slot, share of the slot's colour, brightness). The rest is the role's own colour.
_FROM = {
    "wood": ("wood", 1.0, 1.0),
    "dark wood": ("wood", 0.85, 0.42),
    "stone": ("stone", 1.0, 1.0),
    "dark stone": ("stone", 0.9, 0.4),
    "plaster": ("wall", 1.0, 1.0),
    "concrete": ("stone", 0.5, 1.0),
    "brick": ("wall", 0.4, 0.85),
    "tile": ("roof", 1.0, 1.0),
    "metal": ("metal", 1.0, 1.0),
    "dark metal": ("metal", 0.8, 0.3),
    "gold": ("gold", 1.0, 1.0),
    "paint": ("main", 0.7, 1.0),
    "accent": ("accent", 1.0, 1.0),
    "cloth": ("fabric", 1.0, 1.0),
    "light cloth": ("fabric", 0.25, 1.0),
    "leather": ("wood", 0.5, 0.6),
    "paper": ("wall", 0.25, 1.05),
    "ceramic": ("ceramic", 1.0, 1.0),
    "glass": ("glass", 1.0, 1.0),
    "glow": ("glow", 1.0, 1.0),
    "neon": ("glow", 0.0, 1.0),
    "neon 2": ("glow", 0.6, 1.0),
    "screen": ("glass", 0.4, 1.0),
    "leaf": ("leaf", 1.0, 1.0),
    "light leaf": ("leaf", 0.65, 1.5),
    "grass": ("leaf", 0.8, 1.1),
    "bark": ("wood", 0.5, 0.6),
    "flower": ("accent", 0.3, 1.0),
    "coral": ("coral", 1.0, 1.0),
    "coral 2": ("coral", 0.3, 1.0),
    "shell": ("ceramic", 0.5, 1.0),
    "earth": ("ground", 0.5, 0.8),
    "sand": ("ground", 0.35, 1.1),
    "snow": ("ground", 0.1, 1.2),
    "asphalt": ("ground", 0.3, 0.6),
    "water": ("water", 1.0, 1.0),
    "crystal": ("glow", 0.35, 1.0),
}
_LIT = {"fire": 5.0, "neon": 3.0, "neon 2": 3.0, "screen": 1.2, "crystal": 1.0}
_SHINE = 0.35
"""Of a swatch's emission: large panes and lanterns keep their colour in a picture."""


def paints(palette: Mapping[str, object]) -> dict[str, Paint]:
    """Return what every role, and every slot of the palette, looks like.

    Parameters
    ----------
    palette : slot name to anything with `colour`, `roughness`, `metal`, `emission`, `alpha`
    """
    found = {}
    for role, (own, rough, metal, light) in ROLES.items():
        slot, share, bright = _FROM.get(role, ("", 0.0, 1.0))
        swatch = palette.get(slot)
        if swatch is None or share == 0.0:
            found[role] = Paint(own, rough, metal, _LIT.get(role, light))
            continue
        mixed = tuple(
            min(1.0, bright * (a * (1 - share) + b * share))
            for a, b in zip(own, swatch.colour, strict=True)
        )
        shines = _LIT.get(role, _SHINE * swatch.emission if share == 1.0 else 0.0)
        found[role] = Paint(
            colour=mixed,
            roughness=rough * (1 - share) + swatch.roughness * share,
            metal=metal * (1 - share) + swatch.metal * share if role != "gold" else 1.0,
            emission=shines,
            alpha=swatch.alpha if role in ("glass", "water") else 1.0,
        )
    found["neon"] = _turned(found["glow"], found["neon"])
    for slot, s in palette.items():
        found[slot_name(slot)] = Paint(
            tuple(s.colour), s.roughness, s.metal, _SHINE * s.emission, s.alpha
        )
    return found


def slot_name(slot: str) -> str:
    """Return the name among the roles of a palette's own slot."""
    return f"palette {slot}"


def _turned(glow: Paint, own: Paint) -> Paint:
    """Return a neon colour that stands against the glow's: its hue half-way round."""
    hue, _, saturation = colorsys.rgb_to_hls(*glow.colour)
    if saturation < 0.3:
        return own
    colour = colorsys.hls_to_rgb((hue + 0.42) % 1.0, 0.5, 0.95)
    return Paint(colour, own.roughness, 0.0, own.emission)
