"""The face map: which controls of a character's face show each of the 52 expressions.

A control is one number of the rig: a shape key's value, or one axis of a bone's location, turn or
scale. A map is linear: a control stands at its rest plus the sum of weight times coefficient.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import RigError
from .performance import INDEX, NAMES

FORMAT = 1
KEY, LOCATION, TURN, SCALE = "key", "location", "turn", "scale"
KINDS = (KEY, LOCATION, TURN, SCALE)
METHODS = ("names", "geometry", "hand")
_AXES = "XYZ"
_NAMED = 8  # of what is lacking, in one sentence


def some(names: Sequence[str]) -> str:
    """Return names for a sentence, the first of many.

    >>> some(["jawOpen", "mouthClose"])
    'jawOpen, mouthClose'
    """
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


@dataclass(frozen=True, order=True)
class Control:
    """One number that moves the face.

    Attributes
    ----------
    owner : name of the object: a mesh with shape keys, or an armature
    kind : one of `KINDS`; `turn` is a part of a rotation vector, radians
    name : the shape key or the bone
    axis : 0 to 2 for a bone's channel, 0 for a shape key
    """

    owner: str
    kind: str
    name: str
    axis: int = 0

    @property
    def title(self) -> str:
        """Return what a person reads in the list.

        >>> Control("Rig", "turn", "jaw", 0).title
        'jaw turn X'
        """
        return self.name if self.kind == KEY else f"{self.name} {self.kind} {_AXES[self.axis]}"


@dataclass
class Link:
    """One line of the map: an expression, what shows it, and how much of it."""

    expression: str
    control: Control
    weight: float = 1.0


@dataclass
class FaceMap:
    """Which controls show each expression.

    Attributes
    ----------
    links : list of Link
    quality : expression to 0..1
        How well this face shows it: 1 for a shape key of that very name, else the share of the
        expression's motion that the controls reproduce.
    method : expression to one of `METHODS`
    notes : list of str
        Sentences for the person.
    """

    links: list[Link] = field(default_factory=list)
    quality: dict[str, float] = field(default_factory=dict)
    method: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def controls(self) -> list[Control]:
        """Return every control that the map uses, sorted."""
        return sorted({link.control for link in self.links})

    def expressions(self) -> set[str]:
        """Return the expressions that move anything."""
        return {link.expression for link in self.links}

    def matrix(self, controls: Iterable[Control]) -> NDArray:
        """Return (C, 52) weights: rows are the given controls, columns those of `NAMES`."""
        row = {control: i for i, control in enumerate(controls)}
        weights = np.zeros((len(row), len(NAMES)))
        for link in self.links:
            if link.control in row:
                weights[row[link.control], INDEX[link.expression]] += link.weight
        return weights

    def set_expression(
        self, expression: str, links: Iterable[Link], quality: float, method: str
    ) -> None:
        """Replace what shows one expression."""
        self.links = [link for link in self.links if link.expression != expression]
        self.links += links
        self.quality[expression], self.method[expression] = float(quality), method

    def check(self, there: Iterable[Control]) -> None:
        """Refuse a map of another character.

        Raises
        ------
        RigError
            It names controls that this face does not have.
        """
        missing = [c for c in self.controls() if c not in set(there)]
        if missing:
            names = ", ".join(sorted({f"{c.owner}: {c.title}" for c in missing})[:3])
            raise RigError(
                f"The face map is of another character: this face has no {names}. Find the map "
                "anew, or load the right one"
            )

    def to_json(self) -> dict:
        """Return JSON values that `from_json` turns back into an equal map."""
        return {
            "format": FORMAT,
            "links": [
                {"expression": k.expression, "weight": k.weight, **asdict(k.control)}
                for k in self.links
            ],
            "quality": self.quality,
            "method": self.method,
            "notes": self.notes,
        }

    @classmethod
    def from_json(cls, data: object) -> FaceMap:
        """Rebuild a map.

        Raises
        ------
        RigError
            It is no face map.
        """
        try:
            if data["format"] != FORMAT:
                raise ValueError(f"its format is {data['format']}, not {FORMAT}")
            links = [_link(row) for row in data["links"]]
            quality = {str(k): float(v) for k, v in data.get("quality", {}).items()}
            method = {str(k): str(v) for k, v in data.get("method", {}).items()}
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise RigError(f"This is no face map ({exc}): choose a file saved as one") from exc
        return cls(links, quality, method, [str(n) for n in data.get("notes", [])])


def _link(row: dict) -> Link:
    if row["expression"] not in INDEX:
        raise ValueError(f"{row['expression']!r} is none of the 52 expressions")
    if row["kind"] not in KINDS or row["axis"] not in (0, 1, 2):
        raise ValueError(f"{row['kind']!r} {row['axis']!r} is no control")
    weight = float(row["weight"])
    if not np.isfinite(weight):
        raise ValueError("a weight is not a number")
    control = Control(str(row["owner"]), row["kind"], str(row["name"]), int(row["axis"]))
    return Link(row["expression"], control, weight)
