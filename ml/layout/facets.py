"""What words say of hour, weather, mood, fullness, style, and of where one stands.

Lists of words answer where they know a word; where they are silent, small heads on the sentence
vector answer, if they are sure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..runtime import Session, Settings
from . import lexicon as lx
from .mentions import tokens_of
from .places import Encoder

NETWORK = "layout_heads_v1"
HOUR_OF = {"dawn": 6.0, "morning": 8.5, "day": 13.0, "afternoon": 15.5, "sunset": 18.4,
           "dusk": 19.3, "night": 22.5}  # fmt: skip
_MOOD_OF = {"bright": 0.6, "dark": -0.6}
_DENSITY_OF = {"empty": 0.2, "full": 0.85}
_UNTIL = ((4.5, "night"), (7.25, "dawn"), (10.5, "morning"), (14.5, "day"), (17.2, "afternoon"),
          (18.9, "sunset"), (20.5, "dusk"))  # fmt: skip
_CLAUSE = r"[,;.:]|\s(?:while|as|when|where|but|with)\s"
_MOST_CLAUSES = 12


@dataclass
class Facets:
    """What was said; None where nothing was.

    Attributes
    ----------
    weather, medium, style : names as in `lexicon.WEATHER`, `lexicon.MEDIA` and `cards.styles`
    hour : 0 to 24; mood : -1 to 1; density : 0 to 1
    """

    weather: str | None = None
    hour: float | None = None
    mood: float | None = None
    density: float | None = None
    medium: str | None = None
    style: str | None = None

    def labels(self) -> dict[str, str | None]:
        """Return the names that the heads know these by.

        >>> Facets(hour=19.0, mood=-0.5).labels()["time"], Facets().labels()["mood"]
        ('dusk', None)
        """
        hour = self.hour
        return {
            "time": None if hour is None else next((n for t, n in _UNTIL if hour < t), "night"),
            "weather": self.weather,
            "mood": _side(self.mood, -0.15, 0.15, "dark", "bright"),
            "density": _side(self.density, 0.4, 0.6, "empty", "full"),
            "style": self.style,
            "medium": self.medium,
        }

    def joined(self, other: Facets) -> Facets:
        """Return this, with what it is silent on from another."""
        own = {k: v for k, v in vars(self).items() if v is not None}
        return replace(other, **own)


def _side(value: float | None, low: float, high: float, below: str, above: str) -> str | None:
    if value is None or low < value < high:
        return None
    return below if value <= low else above


def listed(text: str) -> Facets:
    """Return what the lists of words know of a text, all but the style."""
    tokens = tokens_of(re.sub(lx.NO_FACET, " ", text))
    kept = [t for before, t in zip(["", *tokens], tokens, strict=False) if before not in lx.NOT]
    words = [w for t in kept for w in dict.fromkeys((t, *t.split("-")))]

    def first(table: dict) -> object:
        return next((table[w] for w in words if w in table), None)

    def mean(table: dict[str, float]) -> float | None:
        found = [table[w] for w in words if w in table]
        return sum(found) / len(found) if found else None

    return Facets(first(lx.WEATHER), first(lx.HOURS), mean(lx.MOODS), mean(lx.DENSITIES),
                  first(lx.MEDIA))  # fmt: skip


def denied(text: str) -> set[str]:
    """Return the facets of which the words say that something is not.

    >>> sorted(denied("a garden, no rain"))
    ['weather']
    """
    gone = {t for before, t in pairwise(tokens_of(text)) if before in lx.NOT}
    tables = {"weather": lx.WEATHER, "time": lx.HOURS, "mood": lx.MOODS, "density": lx.DENSITIES}
    return {facet for facet, table in tables.items() if gone & set(table)}


def pieces(text: str) -> list[str]:
    """Return a text and its clauses: in many words about furniture a few of the sky are lost.

    >>> pieces("attic with a bed, the sun is gone")
    ['attic with a bed, the sun is gone', 'attic', 'a bed', 'the sun is gone']
    """
    clauses = [c.strip() for c in re.split(_CLAUSE, text)]
    return list(dict.fromkeys([text, *(c for c in clauses[:_MOST_CLAUSES] if c)]))


class Heads:
    """Reads facets off sentence vectors with the network `layout_heads_v1`.

    Raises
    ------
    ModelError
        The network is missing or is not the one its card describes.
    """

    def __init__(self, settings: Settings) -> None:
        self.session = Session(NETWORK, settings)
        self.classes: dict[str, list[str]] = json.loads(self.session.metadata["classes"])
        self.sure: dict[str, float] = json.loads(self.session.metadata["sure"])

    def likely(self, text: str, encoder: Encoder) -> dict[str, tuple[str, float]]:
        """Return of each facet the likeliest that is said, and how likely it is said, 0 to 1."""
        out = self.session(vectors=encoder(pieces(re.sub(lx.NO_FACET, " ", text))))
        found = {}
        for facet, names in self.classes.items():
            best = out[facet][:, 1:].max(axis=0)  # the first is "nothing said"
            k = int(np.argmax(best))
            found[facet] = (names[k], float(best[k]))
        return found

    def __call__(self, text: str, encoder: Encoder) -> Facets:
        """Return what a text surely says."""
        told, away = self.likely(text, encoder), denied(text)
        said = {f: c for f, (c, p) in told.items() if p >= self.sure[f] and f not in away}
        return Facets(
            weather=said.get("weather"),
            hour=HOUR_OF.get(said.get("time")),
            mood=_MOOD_OF.get(said.get("mood")),
            density=_DENSITY_OF.get(said.get("density")),
            style=said.get("style"),
        )
