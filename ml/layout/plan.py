"""The neutral result of the layout stage: what stands where, lit how, seen from where.

Axes are Blender's: Z up, right-handed, metres. A yaw is in degrees, counter-clockwise about Z;
the front of an object is +Y at yaw 0. The floor, or ground, lies at z = 0. Everything is made of
JSON values, so that a Layout passes through a worker's files and can be kept in a .blend.
"""

from __future__ import annotations

import typing
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from functools import cache

from ..errors import UnderstudyError

FLOOR, SURFACE, WALL, CEILING, WATER = "floor", "surface", "wall", "ceiling", "water"
SUPPORTS = (FLOOR, SURFACE, WALL, CEILING, WATER)
ROLES = ("hero", "furniture", "prop", "structure", "vegetation", "vehicle", "light", "sign")
SIZES = ("extreme wide", "wide", "full", "medium", "close-up", "detail")
ANGLES = ("eye level", "low", "high", "overhead", "dutch")
MOVES = (
    "static",
    "pan",
    "tilt",
    "dolly",
    "truck",
    "crane",
    "orbit",
    "push-in",
    "handheld",
)

Vector = tuple[float, float, float]
Point = tuple[float, float]
_DIGITS = 5


@dataclass
class Item:
    """One thing that stands, hangs or lies somewhere: an oriented box to be filled by a mesh.

    Attributes
    ----------
    name : for people, unique in its layout: "Lantern 3"
    kind : a name in `kinds.KINDS`; says what the procedural kit builds
    role : one of `ROLES`
    category : what it is among others, for matching assets: "seat", "table", "tree", ...
    size : (width along its own X, depth along its own Y, height), metres
    pos : middle of the box's bottom, world
    yaw : degrees; things on a wall have their back (-Y) to it
    support : one of `SUPPORTS`: what carries it
    parent : index in `Layout.items` of what it stands on, or -1
    asset : `AssetBox.name` of the artist's asset, or "" for the kit
    material : slot in `Layout.palette`
    style : word that shades the kit's shapes: "cyberpunk", "gothic", ...; may be ""
    zone : name of the part of the place: "entrance", "left wall", "centre", ...
    tags : words it answers to
    locked : kept as it is by a re-roll
    """

    name: str
    kind: str
    role: str
    category: str
    size: Vector
    pos: Vector = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    support: str = FLOOR
    parent: int = -1
    asset: str = ""
    material: str = "main"
    style: str = ""
    zone: str = ""
    tags: list[str] = field(default_factory=list)
    locked: bool = False


@dataclass
class Light:
    """One lamp. `type` is "sun", "area", "point" or "spot".

    `energy` is in watts, for a sun in W/m². `target` is the point a sun, area or spot looks at;
    `size` is the radius of points and spots, the side of areas, the angle in degrees of suns.
    `item` is the item that glows here, or -1: its light hangs with it.
    """

    name: str
    type: str
    pos: Vector
    target: Vector = (0.0, 0.0, 0.0)
    colour: Vector = (1.0, 1.0, 1.0)
    energy: float = 100.0
    size: float = 0.25
    item: int = -1


@dataclass
class Atmosphere:
    """Air, sky and weather.

    Attributes
    ----------
    sky, horizon : linear RGB of the world above, and near the ground
    sky_strength : factor of the world's light
    fog : density of the air, 1/m (0.02 is haze, 0.1 is thick); `fog_height` metres, 0 = everywhere
    fog_colour : linear RGB
    rain, snow, dust : 0 to 1
    water_level : height of a water surface, metres, or None; under water it lies above the scene
    underwater : the whole scene is under water
    caustics : 0 to 1
    hour : local time, 0 to 24
    """

    sky: Vector = (0.3, 0.5, 0.8)
    horizon: Vector = (0.7, 0.75, 0.8)
    sky_strength: float = 1.0
    fog: float = 0.0
    fog_height: float = 0.0
    fog_colour: Vector = (0.7, 0.75, 0.8)
    rain: float = 0.0
    snow: float = 0.0
    dust: float = 0.0
    water_level: float | None = None
    underwater: bool = False
    caustics: float = 0.0
    hour: float = 12.0


@dataclass
class Ground:
    """What all stands on. Flat inside `outline`; it may roll outside.

    `kind` is "floor", "earth", "grass", "sand", "stone", "street", "snow", "seabed", "metal",
    "wood" or "water"; `extent` is the radius in metres to which it is drawn.
    """

    kind: str = "floor"
    extent: float = 30.0
    material: str = "ground"


@dataclass
class Opening:
    """A door or window: (x0, y0) to (x1, y1) along the outline, from `low` to `high` metres.

    `entrance` openings must stay reachable. `kind` is "door", "window" or "gap" (an open side).
    """

    kind: str
    start: Point
    end: Point
    low: float = 0.0
    high: float = 2.1
    entrance: bool = False


@dataclass
class Room:
    """The outline of the place.

    Attributes
    ----------
    outline : counter-clockwise polygon of the usable floor; walls stand outside it
    height : of walls, metres; of the free space where there are none
    walled, roofed : whether walls, and a ceiling, are built; an open place has neither
    openings : doors, windows and, for open places, entrances (gaps)
    shape : "room", "hall", "street", "yard" or "open"
    """

    outline: list[Point]
    height: float = 2.8
    walled: bool = True
    roofed: bool = True
    openings: list[Opening] = field(default_factory=list)
    shape: str = "room"


@dataclass
class Mark:
    """A place for a character to stand: free of things, `yaw` is where they look."""

    name: str
    pos: Vector
    yaw: float = 0.0
    radius: float = 0.35


@dataclass
class CameraKey:
    """Where the camera is at a frame of its shot (0 is the shot's first), and where it looks.

    `roll` is in degrees, `lens` in millimetres of a sensor whose longer side has 36 mm.
    """

    frame: float
    pos: Vector
    target: Vector
    roll: float = 0.0
    lens: float = 35.0


@dataclass
class Shot:
    """One camera set-up with its move.

    `size` is one of `SIZES`, `angle` of `ANGLES`, `move` of `MOVES`; `height` is metres of the
    camera above the ground; `subject` is an index in `Layout.items` or -1 for the place as a
    whole; `scores` has subject, occlusion, headroom, horizon, thirds and total, 0 to 1 each,
    1 is best.
    """

    name: str
    size: str
    angle: str
    lens: float
    height: float
    move: str
    duration: int
    subject: int = -1
    keys: list[CameraKey] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass
class Swatch:
    """One material: linear RGB, 0 to 1 each; `emission` is a strength, 0 = none."""

    colour: Vector = (0.5, 0.5, 0.5)
    roughness: float = 0.6
    metal: float = 0.0
    emission: float = 0.0
    alpha: float = 1.0


@dataclass
class Layout:
    """One variant of a scene.

    Attributes
    ----------
    palette : slot name to Swatch; `Item.material`, `Ground.material`, and "wall", "roof", "trim",
        "glow", "glass", "leaf", "water" name slots, which are always there
    facets : what was understood of the words (place, medium, era, ...), JSON values
    notes : sentences for the person: what was left out and why, what was guessed
    scores : validity and ranking figures of this variant
    seed, variant : the same prompt, seed and variant number give the same layout
    """

    prompt: str = ""
    seed: int = 0
    variant: int = 0
    room: Room = field(default_factory=lambda: Room([]))
    items: list[Item] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    atmosphere: Atmosphere = field(default_factory=Atmosphere)
    ground: Ground = field(default_factory=Ground)
    marks: list[Mark] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    palette: dict[str, Swatch] = field(default_factory=dict)
    facets: dict = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)

    def pack(self) -> dict:
        """Return JSON values that `unpack` turns back into an equal Layout."""
        return pack(self)

    @classmethod
    def unpack(cls, data: dict) -> Layout:
        """Rebuild a Layout from what `pack` returned."""
        return unpack(cls, data)


@dataclass
class AssetBox:
    """What this stage knows of one of the artist's assets.

    Attributes
    ----------
    name : unique key of the asset, returned in `Item.asset`
    path : where it comes from, for people
    tags : words of its name, tags, catalogue and description
    size : (width, depth, height) of its box as it is, metres, front +Y
    category : a kind or category where the artist or the memory says so, else ""
    unit : metres that one metre of its box shall be, by what lies beside it; 0 where unknown
    """

    name: str
    path: str = ""
    tags: list[str] = field(default_factory=list)
    size: Vector = (1.0, 1.0, 1.0)
    category: str = ""
    unit: float = 0.0


def pack(value: object) -> object:
    """Return a dataclass as JSON values, numbers rounded to 0.01 mm."""
    return _plain(asdict(value))


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return round(value, _DIGITS)
    if hasattr(value, "item"):  # a numpy number
        return _plain(value.item())
    return value


def unpack(cls: type, data: dict) -> typing.Any:
    """Rebuild a dataclass from JSON values; fields that are not there keep their defaults.

    Raises
    ------
    UnderstudyError
        The data is no such record.
    """
    if not isinstance(data, dict):
        raise UnderstudyError(f"A {cls.__name__} must be a JSON object; got {data!r:.80}")
    hints, known = _hints(cls), {f.name for f in fields(cls)}
    needed = [f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING]
    missing = [n for n in needed if n not in data]
    if missing:
        raise UnderstudyError(f"A {cls.__name__} lacks {', '.join(missing)}: {str(data):.80}")
    try:
        return cls(**{k: _typed(hints[k], v) for k, v in data.items() if k in known})
    except (TypeError, ValueError) as exc:
        raise UnderstudyError(f"A {cls.__name__} cannot be read ({exc}): {data!r:.80}") from exc


@cache
def _hints(cls: type) -> dict:
    return typing.get_type_hints(cls)


def _typed(hint: object, value: object) -> object:
    if is_dataclass(hint):
        return unpack(hint, value)
    kind, args = typing.get_origin(hint), typing.get_args(hint)
    if kind is list:
        return [_typed(args[0], v) for v in value]
    if kind is dict and args:
        return {k: _typed(args[1], v) for k, v in value.items()}
    if kind is tuple:
        if len(value) != len(args):
            raise ValueError(f"{len(args)} numbers are needed, not {len(value)}")
        return tuple(float(v) for v in value)
    return float(value) if hint is float else value
