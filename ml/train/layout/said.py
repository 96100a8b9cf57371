"""Sentences with what they say of hour, weather and so on, put together from authored phrases.

The phrases lie in `said/*.txt`: under a line "== facet=name" one family of paraphrases a line,
"(a|b)" for either; "@ mood=?" ends a line of which it is not known what it says of the mood.
"""

from __future__ import annotations

import itertools
import re
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from numpy.random import Generator

from ...layout import lexicon as lx
from ...layout.cards import Card, cards, styles
from ...layout.facets import HOUR_OF, listed
from ...layout.kinds import KINDS

CLASSES = {
    "time": list(HOUR_OF),
    "weather": list(dict.fromkeys(lx.WEATHER.values())),
    "mood": ["bright", "dark"],
    "density": ["empty", "full"],
    "style": [s for s in styles() if s != "plain"],
}
_FOLDS = 5
_BLAND = ("plain", "modern")
_UNKNOWN = "?"
# What a style, or a mood, may say of the rest.
_MASKS = {
    "horror": ("mood",), "gothic": ("mood",), "noir": ("mood", "weather"),
    "ruins": ("mood", "density"), "volcanic": ("mood",), "party": ("mood",),
    "christmas": ("mood", "weather"), "fairy": ("mood",),
    "rustic": ("mood",), "winter": ("weather",), "minimal": ("density",),
    "baroque": ("density",), "dark": ("style",), "bright": ("style",), "empty": ("style",),
    "snow": ("style",), "blizzard": ("style",), "sandstorm": ("style",), "tropical": ("weather",),
    "cyberpunk": ("time",),
}  # fmt: skip


@dataclass
class Family:
    """Paraphrases that say the same. `labels` maps a facet to a name, or to "?"."""

    labels: dict[str, str]
    phrases: list[str]
    held: bool


@dataclass
class Samples:
    """Texts, their weights, and labels: a class's number, 0 for nothing said, -1 for unknown."""

    texts: list[str] = field(default_factory=list)
    labels: list[list[int]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, text: str, labels: dict[str, str], weight: float = 1.0) -> None:
        """Add a text; facets that `labels` leaves out say nothing."""
        row = []
        for facet, names in CLASSES.items():
            name = labels.get(facet)
            row.append(-1 if name == _UNKNOWN else 1 + names.index(name) if name else 0)
        self.texts.append(text)
        self.labels.append(row)
        self.weights.append(weight)


def _fold(text: str) -> int:
    """Return a number below `_FOLDS` that is a text's for good."""
    return zlib.crc32(text.encode()) % _FOLDS


def expand(line: str) -> list[str]:
    """Return all readings of a line.

    >>> expand("it is (wet|dry) (here|)")
    ['it is wet here', 'it is wet', 'it is dry here', 'it is dry']
    """
    parts = [p.split("|") for p in re.split(r"[()]", line)]
    return [" ".join("".join(p).split()) for p in itertools.product(*parts)]


@cache
def families() -> list[Family]:
    """Return all authored families, and one for each word of the lists."""
    found = []
    for path in sorted(Path(__file__).with_name("said").glob("*.txt")):
        labels: dict[str, str] = {}
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("=="):
                labels = _tags(line[2:])
            elif line.strip() and not line.startswith("//"):
                said, _, extra = line.partition("@")
                own = {**_masked(labels), **_tags(extra)}
                found.append(Family(own, expand(said), _fold(said) == 0))
    for table, facet in ((lx.WEATHER, "weather"), (lx.HOURS, "time"), (lx.MOODS, "mood"),
                         (lx.DENSITIES, "density")):  # fmt: skip
        for word in table:
            name = listed(word).labels()[facet]
            if name:
                labels = {f: n for f, n in listed(word).labels().items() if n}
                found.append(Family(_masked(labels) | labels, [word], False))
    for style in styles().values():
        if style.name != "plain":
            names = [style.name, *style.aliases]
            found += [Family(_masked({"style": style.name}), [n], False) for n in names]
    return found


def _tags(text: str) -> dict[str, str]:
    return dict(t.split("=") for t in text.split() if "=" in t)


def _masked(labels: dict[str, str]) -> dict[str, str]:
    """Add what a label leaves open."""
    out = dict(labels)
    for name in labels.values():
        for facet in _MASKS.get(name, ()):
            out.setdefault(facet, _UNKNOWN)
    return out


@cache
def places(held: bool | None) -> list[tuple[str, dict[str, str], Card]]:
    """Return (name of a place, what it says, its card); whole cards are held out."""
    found = []
    for card in cards().values():
        if held is not None and (_fold(card.name) == 0) != held:
            continue
        for name in (card.name, *card.aliases):
            labels = {f: n for f, n in listed(name).labels().items() if n}
            labels["style"] = _UNKNOWN
            if card.style in _BLAND:
                del labels["style"]
            elif name == card.name and card.style not in ("rustic", "industrial", "minimal"):
                labels["style"] = card.style
            if card.style in ("horror", "gothic", "ruins", "party", "fairy", "volcanic"):
                labels.setdefault("mood", _UNKNOWN)
            if card.style in ("winter", "christmas"):
                labels["weather"] = _UNKNOWN
            found.append((name, labels, card))
    return found


def _things(card: Card, rng: Generator) -> str:
    """Return one to four things of a card in words."""
    names = [w.kind.replace("_", " ") for w in card.wishes if w.kind in KINDS]
    count = min(len(names), int(rng.integers(1, 5)))
    picked = [names[i] for i in rng.permutation(len(names))[:count]]
    counts = ["a", "a", "two", "three", "some", "the"]
    said = [f"{rng.choice(counts)} {n}" for n in picked]
    return ", ".join(said[:-1]) + (" and " if len(said) > 1 else "") + said[-1] if said else ""


_PLACED = ("{w}, {p}", "{w}, {p}", "{p}, {w}", "{w} {p}", "{p} {w}", "{w} where {p}",
           "{w} with {t}, {p}", "{p}. {w} with {t}", "a {w}. {p}", "{w}, {t}, {p}")  # fmt: skip
_ALONE = ("{w}", "a {w}", "{w} with {t}", "{w}, {t}", "the {w}, {t}")
_MOST_PHRASES = 8
_WEIGHT_OF_PLACES = 0.3


def clauses(held: bool | None, rng: Generator) -> Samples:
    """Return phrases by themselves, a family as heavy as any other, and places without any.

    Parameters
    ----------
    held : whether from the families and cards that are held out; None for all
    """
    out = Samples()
    for family in families():
        if held is None or family.held == held:
            count = min(len(family.phrases), _MOST_PHRASES)
            for i in rng.permutation(len(family.phrases))[:count]:
                out.add(family.phrases[i], family.labels, 1 / count)
    for name, says, card in places(held):
        out.add(name, says, _WEIGHT_OF_PLACES)
        text = str(rng.choice(_ALONE)).format(w=name, t=_things(card, rng))
        out.add(text, says, _WEIGHT_OF_PLACES)
    return out


def prompts(count: int, held: bool | None, rng: Generator, weight: float = 1.0) -> Samples:
    """Return places with nothing, one or two phrases, as people ask for them."""
    groups, known, out = _by_facet(held), places(held), Samples()
    for _ in range(count):
        name, says, card = known[rng.integers(len(known))]
        things = _things(card, rng)
        chosen = [_pick(groups, rng) for _ in range(rng.choice(3, p=(0.3, 0.5, 0.2)))]
        phrase = ", ".join(str(rng.choice(f.phrases)) for f in chosen)
        form = str(rng.choice(_PLACED if chosen else _ALONE))
        labels = _union([f.labels for f in chosen], says)
        out.add(form.format(w=name, p=phrase, t=things), labels, weight)
    return out


_SHARES = {"time": 0.2, "weather": 0.2, "mood": 0.14, "density": 0.12, "style": 0.22, "": 0.12}


def _by_facet(held: bool | None) -> list[tuple[float, list[list[Family]]]]:
    """Return (share, families by class) of each facet and of what says nothing."""
    by_label: dict[tuple[str, str], list[Family]] = {}
    for family in families():
        if held is None or family.held == held:
            said = [(f, n) for f, n in family.labels.items() if n != _UNKNOWN]
            by_label.setdefault(said[0] if said else ("", ""), []).append(family)
    return [(share, [fs for (facet, _), fs in by_label.items() if facet == wanted])
            for wanted, share in _SHARES.items()]  # fmt: skip


def _pick(groups: list[tuple[float, list[list[Family]]]], rng: Generator) -> Family:
    group = groups[rng.choice(len(groups), p=[share for share, _ in groups])][1]
    family = group[rng.integers(len(group))]
    return family[rng.integers(len(family))]


def _union(said: list[dict[str, str]], place: dict[str, str]) -> dict[str, str]:
    """Join what phrases say; where two differ it is unknown, a place gives way to a phrase."""
    out: dict[str, str] = {}
    for labels in said:
        for facet, name in labels.items():
            out[facet] = name if out.get(facet, name) == name else _UNKNOWN
    for facet, name in place.items():
        if out.get(facet) in (None, _UNKNOWN):
            out[facet] = name
    return out
