"""Which kind of thing an asset is, from its words and the proportions of its box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from .kinds import KINDS, Kind
from .plan import AssetBox

_CLOSE = 0.45
"""How far, in natural logarithms, proportions may stray before they count against a kind."""


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


def fitted(asset: AssetBox, kind: Kind) -> tuple[float, float, float]:
    """Return an asset's box scaled as a whole to the real size of its kind.

    Its long sides say most: how thick a rug is, or a lamp-post, says nothing of its size.

    >>> fitted(AssetBox("x", size=(46.0, 50.0, 90.0)), KINDS["chair"])
    (0.46, 0.5, 0.9)
    >>> fitted(AssetBox("x", size=(3.0, 2.0, 0.3)), KINDS["rug"])[:2]
    (2.0204, 1.3469)
    """
    own, usual = np.maximum(np.asarray(asset.size, float), 1e-6), np.asarray(kind.size)
    ratio = usual / own
    factor = float(np.exp(np.average(np.log(ratio), weights=usual)))
    if 0.75 <= factor <= 1.33:
        factor = 1.0  # a real size already: the artist's own is kept
    factor = min(factor, float(1.6 * ratio[usual > 0.25 * usual.max()].min()))
    return tuple(round(float(n), 4) for n in own * factor)
