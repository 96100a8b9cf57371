"""Scene cards and styles: what the project knows of places, read from its text files.

`cards/styles.txt` explains the notation. A card says which things make a place, how many of them
and where they go; a style says how any place looks. Both are authored, not learned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .kinds import KINDS
from .plan import Swatch

FOLDER = Path(__file__).parent / "cards"

SPOTS = (
    "wall", "corner", "centre", "back", "front", "side", "edge", "scatter", "row", "ring",
    "ceiling", "water", "far",
)  # fmt: skip
"""Where a thing may go by itself."""

AHEAD, BEYOND = "ahead", "beyond"
RELATIONS = ("on", "before", "around", "beside", "behind", "facing", "under", "opposite", "above",
             "between", AHEAD, BEYOND)  # fmt: skip
"""Where a thing may go by another; `opposite` also takes "window" and "door". What is "before" a
thing looks at it, what is "ahead" looks away; "beyond" is across a thing from the `second`.
"""


@dataclass(frozen=True)
class Wish:
    """Things that should stand somewhere.

    Attributes
    ----------
    kind : a name in `KINDS`
    low, high : how many
    spot : one of `SPOTS` or `RELATIONS`, or "" for what suits the kind
    target : the kind that a relation is to, or "" for anything
    second : the other kind that something is "between", or "" for two of the target
    required : the words ask for it: its number is kept and a failure is told
    label : how the words called it
    asset : name of the artist's asset to use, or ""
    """

    kind: str
    low: int = 1
    high: int = 1
    spot: str = ""
    target: str = ""
    required: bool = False
    label: str = ""
    asset: str = ""
    second: str = ""


@dataclass(frozen=True)
class Card:
    """One kind of place.

    `size` is (width, depth, height) in metres; `group` is the file it stands in: "indoor", ....
    """

    name: str
    group: str
    shape: str
    size: tuple[float, float, float]
    style: str
    light: str
    ground: str
    aliases: tuple[str, ...]
    wishes: tuple[Wish, ...]


@dataclass(frozen=True)
class Style:
    """One look. `swaps` maps kinds to the kinds that take their place."""

    name: str
    light: str
    aliases: tuple[str, ...]
    palette: dict[str, Swatch]
    adds: tuple[Wish, ...]
    swaps: dict[str, str]


def parse_wish(text: str) -> Wish:
    """Read "vase 1-2 on table".

    Raises
    ------
    ValueError
        The notation, the kind or the place is unknown.
    """
    found = re.fullmatch(r"(\w+)(?: (\d+)(?:-(\d+))?)?(?: (\w+)(?: (\w+))?)?", text.strip())
    if found is None:
        raise ValueError(f"cannot read {text!r}")
    kind, low, high, spot, target = found.groups()
    if kind not in KINDS or (target or kind) not in KINDS:
        raise ValueError(f"{text!r} names an unknown kind")
    if spot and spot not in SPOTS and spot not in RELATIONS:
        raise ValueError(f"{text!r} names an unknown place")
    if target and spot not in RELATIONS:
        raise ValueError(f"{text!r}: {spot} takes no kind")
    least = int(low or 1)
    return Wish(kind, least, int(high or least), spot or "", target or "")


def _wishes(text: str) -> tuple[Wish, ...]:
    return tuple(parse_wish(part) for part in text.split(";") if part.strip())


def _words(text: str) -> tuple[str, ...]:
    return tuple(w.strip() for w in text.split(";") if w.strip())


def _blocks(path: Path) -> list[tuple[list[str], dict[str, str]]]:
    """Return (fields of the "==" line, {mark: text}) of each block of a file."""
    found: list[tuple[list[str], dict[str, str]]] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("== "):
            found.append(([f.strip() for f in line[3:].split("|")], {}))
        elif line[:2] in ("= ", "# ", "+ ", "> ", "* "):
            found[-1][1][line[0]] = line[2:]
        elif line.strip() and not line.startswith("//"):
            raise ValueError(f"{path.name}: cannot read {line!r}")
    return found


@cache
def cards() -> dict[str, Card]:
    """Return all cards by name."""
    found = {}
    for path in sorted(FOLDER.glob("*.txt")):
        if path.stem == "styles":
            continue
        for head, marks in _blocks(path):
            name, outline, style, light, ground = head
            shape, _, dims = outline.partition(" ")
            size = [float(n) for n in dims.split("x")] + [4.0]
            found[name] = Card(
                name=name,
                group=path.stem,
                shape=shape,
                size=(size[0], size[1], size[2]),
                style=style,
                light=light,
                ground=ground,
                aliases=_words(marks["="]),
                wishes=_wishes(marks["*"]),
            )
    return found


@cache
def styles() -> dict[str, Style]:
    """Return all styles by name; every palette is whole."""
    found, plain = {}, {}
    for (name, light), marks in _blocks(FOLDER / "styles.txt"):
        own = {k: v for k, v in map(_swatch, marks["#"].split(";"))}
        plain = plain or own
        swaps = dict(part.split() for part in marks.get(">", "").split(";") if part.strip())
        found[name] = Style(
            name=name,
            light=light,
            aliases=_words(marks["="]),
            palette={**plain, **own},
            adds=_wishes(marks.get("+", "")),
            swaps=swaps,
        )
    return found


def _swatch(text: str) -> tuple[str, Swatch]:
    slot, colour, roughness, metal, *emission = text.split()
    alpha = {"glass": 0.35, "water": 0.7}.get(slot, 1.0)
    glow = float(emission[0]) if emission else 0.0
    return slot, Swatch(linear(colour), float(roughness), float(metal), glow, alpha)


def linear(colour: str) -> tuple[float, float, float]:
    """Return the linear RGB of an sRGB colour "rrggbb".

    >>> linear("ffffff")
    (1.0, 1.0, 1.0)
    """
    values = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    return tuple(
        round(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4, 5) for v in values
    )
