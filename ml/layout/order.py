"""What a place is to be filled with, as the words, the card and its styles want it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .cards import Wish
from .plan import AssetBox


@dataclass
class Order:
    """What a place is to be filled with, beside its outline.

    Attributes
    ----------
    wishes : in any order; `fill` sorts them
    swaps : kind to the kind that takes its place, for wishes nobody asked for by name
    density : 0 to 1, 0.5 is what the cards say
    assets : by name
    water_level : metres or None
    closed : zones that are kept as they are: only what the words ask for comes into them
    """

    wishes: list[Wish]
    swaps: dict[str, str] = field(default_factory=dict)
    banned: set[str] = field(default_factory=set)
    density: float = 0.5
    assets: dict[str, AssetBox] = field(default_factory=dict)
    water_level: float | None = None
    style: str = ""
    colours: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
