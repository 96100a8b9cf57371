"""Palette, lights, air and ground of a layout, from its styles, weather, hour and mood."""

from __future__ import annotations

import colorsys
import math
from dataclasses import dataclass, replace

import numpy as np

from .cards import Card, Style, linear
from .exposure import balance
from .kinds import KINDS
from .parse import Brief
from .plan import Atmosphere, Ground, Layout, Light, Room, Swatch, Vector

MOST_GLOWS = 10
_WALL_INSET = 0.3

# name: (hour, sky, horizon, strength, sun W/m², sun colour, fog 1/m, fog colour, glow factor)
_PRESETS = {
    "noon": (12.5, "5a8fd8", "c4d8ea", 1.0, 3.5, "fff4e0", 0.0, "c4d8ea", 0.3),
    "morning": (8.5, "7aa8dd", "f2d8b8", 0.9, 3.0, "ffdcae", 0.006, "f0dcc4", 0.4),
    "sunset": (18.4, "4a5f9a", "ff9a5a", 0.7, 2.8, "ff8f4a", 0.006, "e8a888", 0.8),
    "dusk": (19.6, "2a3560", "a06a80", 0.4, 0.7, "c890a8", 0.008, "6a6080", 1.0),
    "overcast": (13.0, "a8b2bc", "c8ccd0", 0.9, 1.0, "e6ecf2", 0.008, "bcc4cc", 0.6),
    "moon": (23.0, "0e1630", "27345a", 0.25, 0.5, "9ab4e8", 0.01, "1a2440", 1.0),
    "night": (22.5, "0a1026", "1e2a4a", 0.2, 0.35, "8aa4d8", 0.006, "141c34", 1.1),
    "neon": (23.0, "0c0a20", "2a1a44", 0.2, 0.2, "7a7ad8", 0.015, "2a1a40", 1.6),
    "neonrain": (23.0, "14161c", "2c3038", 0.2, 0.3, "a0b0c8", 0.015, "262a32", 1.4),
    "lamp": (19.5, "26304e", "5a4a50", 0.35, 0.6, "ffc890", 0.0, "5a4a50", 1.0),
    "candle": (21.0, "12142a", "2a2430", 0.18, 0.25, "a0a8d0", 0.004, "2a2028", 1.2),
    "fire": (21.0, "140e14", "40201a", 0.2, 0.3, "d89070", 0.008, "3a2018", 1.5),
    "fluorescent": (13.0, "b8c8d4", "d8e0e4", 0.7, 0.8, "eaf4ff", 0.0, "d8e0e4", 1.0),
    "cool": (14.0, "8aa0b4", "b0bcc6", 0.6, 1.6, "dce8f4", 0.003, "a4b0ba", 0.9),
    "desert": (15.5, "4a8ad0", "f0d8a8", 1.1, 4.5, "ffe8c0", 0.003, "ecd8b0", 0.3),
    "underwater": (12.0, "0a5a78", "1a8a96", 0.6, 1.5, "7ae0e8", 0.035, "0e5a6e", 1.3),
    "space": (0.0, "020308", "0a0c14", 0.12, 5.0, "fff8f0", 0.0, "0a0c14", 1.2),
}
_INDOOR_KEY = {
    "noon": ("ffffff", 1.0), "morning": ("ffe8c8", 1.0), "lamp": ("ffd09a", 1.1),
    "candle": ("ffa860", 0.45), "fire": ("ff8c48", 0.6), "moon": ("9ab8f0", 0.35),
    "neon": ("b088ff", 0.5), "neonrain": ("d8d0c0", 0.5), "fluorescent": ("eaf6ff", 1.4),
    "cool": ("dceaff", 1.1), "night": ("8aa8e8", 0.4), "sunset": ("ffb070", 0.9),
    "underwater": ("70e0e8", 0.9), "space": ("cfe4ff", 0.9), "overcast": ("e4ecf4", 0.8),
    "dusk": ("b090c8", 0.6), "desert": ("fff0d0", 1.1),
}  # fmt: skip
_HOURS = ((5.5, "dusk"), (9.5, "morning"), (17.0, "noon"), (18.9, "sunset"), (20.3, "dusk"))
_DARK = {"neon", "neonrain", "candle", "fire", "moon", "night", "space", "underwater"}
_WEATHER_LIGHT = {"rain": "overcast", "storm": "overcast", "snow": "overcast", "cloudy": "overcast",
                  "blizzard": "overcast", "sunny": "noon", "fog": "overcast"}  # fmt: skip


@dataclass
class Look:
    """What the styles and words come to: one light preset, one palette."""

    light: str
    hour: float
    palette: dict[str, Swatch]
    underwater: bool


def look_of(brief: Brief, card: Card, chain: list[Style], mood: float, rng) -> Look:
    """Decide the light and mix the palettes, the last style on top."""
    base = chain[0].palette
    palette = dict(base)
    for depth, style in enumerate(chain[1:]):
        share = 0.75 if depth == len(chain) - 2 else 0.5
        palette = {n: _blend(palette[n], style.palette[n], share) for n in palette}
    underwater = brief.medium == "underwater" or card.group == "underwater"
    light = card.light if len(chain) == 1 else _light_of(card, chain)
    if brief.weather in _WEATHER_LIGHT and light not in _DARK:
        light = _WEATHER_LIGHT[brief.weather]
    if brief.hour is not None and light not in ("neon", "neonrain", "space", "underwater"):
        light = next((n for end, n in _HOURS if brief.hour < end), "night")
        light = "night" if brief.hour < 4.5 else light
        if card.shape in ("room", "hall", "vault") and light in ("night", "dusk"):
            light = card.light if card.light in (*_DARK, "lamp") else "lamp"
    if underwater:
        light = "underwater"
    hour = brief.hour if brief.hour is not None else _PRESETS[light][0]
    palette = {n: _toned(s, mood, rng) for n, s in palette.items()}
    for colour in brief.colours.values():
        palette[f"colour_{colour}"] = Swatch(linear(colour), 0.5)
    return Look(light, hour, palette, underwater)


def _light_of(card: Card, chain: list[Style]) -> str:
    """Return the light of the last style that has one of its own, else the card's."""
    strong = [s.light for s in chain[1:] if s.light in _DARK or card.shape not in ("room", "hall")]
    return strong[-1] if strong else card.light


def _blend(a: Swatch, b: Swatch, share: float) -> Swatch:
    def mix(x: float, y: float) -> float:
        return round(x + (y - x) * share, 5)

    return Swatch(
        tuple(mix(x, y) for x, y in zip(a.colour, b.colour, strict=True)),
        mix(a.roughness, b.roughness),
        mix(a.metal, b.metal),
        mix(a.emission, b.emission),
        mix(a.alpha, b.alpha),
    )


def _toned(swatch: Swatch, mood: float, rng: np.random.Generator) -> Swatch:
    """Shift a colour a little, brighter and fuller for good moods, duller for bad ones."""
    h, s, v = colorsys.rgb_to_hsv(*(min(max(c, 0.0), 1.0) for c in swatch.colour))
    h = (h + rng.normal(0, 0.012)) % 1.0
    s = min(max(s * (1 + 0.22 * mood) * rng.uniform(0.92, 1.08), 0.0), 1.0)
    v = min(max(v * (1 + 0.25 * mood) * rng.uniform(0.94, 1.06), 0.004), 0.95)
    return replace(swatch, colour=tuple(round(c, 5) for c in colorsys.hsv_to_rgb(h, s, v)))


def atmosphere_of(brief: Brief, card: Card, look: Look, mood: float) -> Atmosphere:
    """Return sky, fog and weather."""
    _, sky, horizon, strength, _, _, fog, fog_colour, _ = _PRESETS[look.light]
    air = Atmosphere(
        sky=linear(sky),
        horizon=linear(horizon),
        sky_strength=round(strength * (1 + 0.25 * mood), 3),
        fog=fog * (1 - 0.5 * mood),
        fog_colour=linear(fog_colour),
        hour=round(look.hour, 2),
        underwater=look.underwater,
    )
    if card.shape in ("room", "hall") and not look.underwater:
        air.fog = min(air.fog, 0.006)
    weather = brief.weather
    if weather in ("rain", "storm") or (weather is None and look.light == "neonrain"):
        air.rain = 1.0 if weather == "storm" else 0.6
        air.fog += 0.008
    if weather in ("snow", "blizzard"):
        air.snow = 1.0 if weather == "blizzard" else 0.5
        air.fog += 0.03 * (weather == "blizzard")
    air.fog += {"fog": 0.045, "smoke": 0.03, "dust": 0.01, "sandstorm": 0.06}.get(weather, 0.0)
    air.dust = {"dust": 0.6, "sandstorm": 1.0}.get(weather, 0.0)
    if look.underwater:
        air.water_level, air.caustics = 14.0, 0.8
    elif card.ground == "water":
        air.water_level = 0.25
    air.fog = round(min(max(air.fog, 0.0), 0.2), 5)
    return air


def ground_of(brief: Brief, card: Card, room: Room, look: Look) -> Ground:
    """Return the ground: the card's, or what water and weather make of it."""
    kind = card.ground
    if look.underwater and kind not in ("metal", "stone", "floor", "wood"):
        kind = "seabed"
    if brief.weather in ("snow", "blizzard") and not room.roofed and kind != "water":
        kind = "snow"
    reach = max(math.hypot(x, y) for x, y in room.outline)
    # Snow is white whatever the style.
    return Ground(kind, round(reach * (1.3 if room.walled else 3.0) + 2.0, 2),
                  "" if kind == "snow" else "ground")  # fmt: skip


def _lights_of(layout: Layout, look: Look, mood: float, rng: np.random.Generator) -> list[Light]:
    """Return a sun, a soft key under roofs, and the lamps that hang in what glows."""
    _, _, _, _, sun, colour, _, _, factor = _PRESETS[look.light]
    room = layout.room
    reach = max(math.hypot(x, y) for x, y in room.outline)
    lights = [_sun(look.hour, sun * (1 + 0.2 * mood), linear(colour), reach, rng)]
    if room.roofed:
        lights.append(_ceiling_key(room, look, mood))
    else:
        lights.append(_rim(room, look, reach))
    for index in _glowing(layout):
        item = layout.items[index]
        kind = KINDS[item.kind]
        z = item.pos[2] + item.size[2] * (0.5 if item.support != "ceiling" else 0.1)
        a = math.radians(item.yaw)
        out = item.size[1] / 2 + 0.12 if item.support == "wall" else 0.0
        pos = (item.pos[0] - math.sin(a) * out, item.pos[1] + math.cos(a) * out, z)
        slot = layout.palette["glow" if kind.category != "sign" else "accent"]
        lights.append(
            Light(
                f"{item.name} light",
                "point",
                tuple(round(float(p), 4) for p in pos),
                (0.0, 0.0, 0.0),
                _bright(slot.colour),
                round(kind.glow * factor, 2),
                0.15,
                index,
            )
        )
    return lights


def light_up(layout: Layout, look: Look, mood: float, rng: np.random.Generator) -> None:
    """Give a layout its lamps, as bright as the place and the hour want them."""
    layout.lights = _lights_of(layout, look, mood, rng)
    balance(layout, look.light, mood)


def _bright(colour: Vector) -> Vector:
    top = max(*colour, 1e-6)
    return tuple(round(0.25 + 0.75 * c / top, 4) for c in colour)


def _glowing(layout: Layout) -> list[int]:
    """Return the items that get a lamp: the strongest, spread over the place."""
    found = [i for i, item in enumerate(layout.items) if KINDS[item.kind].glow > 0]
    found.sort(key=lambda i: -KINDS[layout.items[i].kind].glow)
    kept: list[int] = []
    for i in found:
        near = [math.dist(layout.items[i].pos, layout.items[j].pos) for j in kept]
        if len(kept) < MOST_GLOWS and (not near or min(near) > 1.2):
            kept.append(i)
    return kept


def _sun(hour: float, energy: float, colour: Vector, reach: float, rng) -> Light:
    """Return a sun for an hour: from the left in the morning, from the right in the evening."""
    up = math.sin(math.pi * (hour - 5.5) / 14.0) if 5.5 < hour < 19.5 else 0.55
    height = math.radians(12 + 55 * max(up, 0.0))
    turn = math.radians(-60 + 120 * min(max((hour - 6) / 12, 0), 1) + rng.uniform(-18, 18))
    way = (math.sin(turn) * math.cos(height), -math.cos(turn) * math.cos(height), math.sin(height))
    far = 2.5 * reach + 10
    pos = tuple(round(w * far, 3) for w in way)
    return Light("Sun", "sun", pos, (0.0, 0.0, 0.0), colour, round(energy, 3), 1.5)


def _ceiling_key(room: Room, look: Look, mood: float) -> Light:
    xs, ys = zip(*room.outline, strict=True)
    width, depth = max(xs) - min(xs), max(ys) - min(ys)
    colour, factor = _INDOOR_KEY[look.light]
    energy = 14.0 * width * depth * factor * (1 + 0.35 * mood) * (room.height / 3) ** 1.2
    side = max(0.5, 0.6 * min(width, depth))
    z = round(room.height - 0.06, 3)
    return Light("Key", "area", (0.0, 0.0, z), (0.0, 0.0, 0.0), linear(colour), round(energy, 1),
                 round(side, 2))  # fmt: skip


def _rim(room: Room, look: Look, reach: float) -> Light:
    colour = _PRESETS[look.light][2]
    pos = (0.0, round(1.2 * reach, 2), round(max(6.0, 0.8 * reach), 2))
    energy = 12.0 * reach * reach * (0.6 if look.light in _DARK else 1.0)
    return Light("Rim", "area", pos, (0.0, 0.0, 1.0), linear(colour), round(energy, 1),
                 round(0.5 * reach, 2))  # fmt: skip
