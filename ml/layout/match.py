"""Which kind of thing an asset is, from its words and the proportions of its box."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from .kinds import KINDS, Kind
from .plan import AssetBox

_CLOSE = 0.45
"""How far, in natural logarithms, proportions may stray before they count against a kind."""
_KEPT, _LARGEST = 1.33, 1.6
_FEWEST_KINDS = 4
"""From fewer kinds of things no scale of their folder is told."""
_MIXED, _STOUT = 1.8, 2.0
_UNITS = (1.0, 0.01, 0.001, 0.0254, 0.3048)
"""Metres, centimetres, millimetres, inches and feet."""


@cache
def _phrases() -> list[tuple[str, frozenset[str], str, bool]]:
    """Return (kind, words of one of its names, these as one word, whether it is its own name)."""
    found = []
    for name, kind in KINDS.items():
        for k, phrase in enumerate((name.replace("_", " "), *kind.words)):
            parts = [_singular(w) for w in phrase.lower().split()]
            found.append((name, frozenset(parts), "".join(parts), k == 0))
    return found


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def guess_kind(words: Sequence[str], size: Sequence[float]) -> str:
    """Return the likeliest kind, or "" where no word names one.

    Parameters
    ----------
    words : of the asset's name first, then its tags and folders
    size : (width, depth, height) in any unit; only its proportions count

    Examples
    --------
    >>> guess_kind(["couch"], (3.0, 1.6, 1.2)), guess_kind(["lamp", "standing"], (1, 1, 4))
    ('sofa', 'floor_lamp')
    >>> guess_kind(["zorp"], (1, 1, 1))
    ''
    """
    own = [_singular(w) for w in words]
    best, most = "", 0.0
    for name, phrase, joined, is_name in _phrases():
        places = [own.index(w) for w in phrase if w in own]
        if joined in own:  # "firehydrant"
            places = [own.index(joined)] * len(phrase)
        if len(places) < len(phrase):
            continue
        # A phrase of two words says more than one; a word that comes first says most.
        score = 2.0 * len(phrase) - 0.25 * min(min(places), 4) + 0.3 * is_name
        score -= 0.5 * max(0.0, _strain(size, KINDS[name].size) - _CLOSE)
        if score > most:
            best, most = name, score
    return best


def _strain(size: Sequence[float], usual: Sequence[float]) -> float:
    """Return how far two boxes' proportions lie apart, their scale left out."""
    logs = [math.log(max(a, 1e-6) / max(b, 1e-6)) for a, b in zip(size, usual, strict=True)]
    middle = sum(logs) / 3
    return math.sqrt(sum((x - middle) ** 2 for x in logs) / 3)


def with_units(assets: list[AssetBox]) -> list[AssetBox]:
    """Give assets the scale that their folder, or their .blend file, shares.

    Whoever made a set of things made all to one measure, be it metres, centimetres or one of its
    own: several kinds together tell it better than one, whose make may be stout or slender. Kinds
    that come in all sizes, and odd proportions, count less. Folders of mixed measures have none.
    """
    groups: dict[str, list[AssetBox]] = defaultdict(list)
    for asset in assets:
        if asset.category in KINDS:
            groups[_origin(asset)].append(asset)
    units = {origin: _unit(group) for origin, group in groups.items()}
    return [replace(a, unit=units.get(_origin(a), 0.0)) for a in assets]


def _origin(asset: AssetBox) -> str:
    path = PurePath(asset.path)
    return str(path if path.suffix.lower() == ".blend" else path.parent)


def _unit(assets: list[AssetBox]) -> float:
    """Return the scale that assets of one make share, 0 where they do not."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    strain: dict[str, float] = {}
    for asset in assets:
        kind = KINDS[asset.category]
        by_kind[kind.name].append(math.log(_factor(asset, kind)))
        off = _strain(asset.size, kind.size)
        strain[kind.name] = min(off, strain.get(kind.name, off))
    if len(by_kind) < _FEWEST_KINDS:
        return 0.0
    logs = np.array([np.median(found) for found in by_kind.values()])
    sure = np.array([1 / (_CLOSE + math.log(KINDS[n].spread) + strain[n]) ** 2 for n in by_kind])
    middle = _median(logs, sure)
    if _median(np.abs(logs - middle), sure) > math.log(_MIXED):
        return 0.0
    near = min(_UNITS, key=lambda unit: abs(middle - math.log(unit)))
    return near if abs(middle - math.log(near)) < math.log(_KEPT) else math.exp(middle)


def _median(values: NDArray, weights: NDArray) -> float:
    order = np.argsort(values)
    upto = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(upto, 0.5 * upto[-1])])


def _factor(asset: AssetBox, kind: Kind) -> float:
    """Return the scale that brings an asset's box nearest to its kind's usual one.

    Its long sides say most: how thick a rug is, or a lamp-post, says nothing of its size.
    """
    own, usual = np.maximum(np.asarray(asset.size, float), 1e-6), np.asarray(kind.size)
    return float(np.exp(np.average(np.log(usual / own), weights=usual)))


def fitted(asset: AssetBox, kind: Kind) -> tuple[float, float, float]:
    """Return an asset's box scaled as a whole to the real size of its kind.

    The scale that its folder shares is taken where it leaves the thing half to double as large as
    its kind usually is.

    >>> fitted(AssetBox("x", size=(46.0, 50.0, 90.0)), KINDS["chair"])
    (0.46, 0.5, 0.9)
    >>> fitted(AssetBox("x", size=(3.0, 2.0, 0.3)), KINDS["rug"])[:2]
    (2.0204, 1.3469)
    >>> fitted(AssetBox("x", size=(92.0, 60.0, 140.0), unit=0.01), KINDS["chair"])
    (0.92, 0.6, 1.4)
    """
    own, usual = np.maximum(np.asarray(asset.size, float), 1e-6), np.asarray(kind.size)
    factor, most = _factor(asset, kind), _LARGEST
    if asset.unit:
        factor = min(max(asset.unit, factor / _STOUT), factor * _STOUT)
        most = _STOUT
    elif 1 / _KEPT <= factor <= _KEPT:
        factor = 1.0  # a real size already: the artist's own is kept
    factor = min(factor, float(most * (usual / own)[usual > 0.25 * usual.max()].min()))
    return tuple(round(float(n), 4) for n in own * factor)
