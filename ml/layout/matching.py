"""Which kind of thing an asset is, by the meaning of its name and tags and by its box."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from .kinds import KINDS
from .places import Encoder
from .plan import AssetBox

_SURE = 0.5
_BOX_WEIGHT = 0.12


def kind_phrases() -> list[str]:
    """Return the names by which kinds are compared: each kind's own and two others."""
    found = []
    for name, kind in KINDS.items():
        found += [name.replace("_", " "), *kind.words[:2]]
    return list(dict.fromkeys(found))


def match(assets: list[AssetBox], encoder: Encoder | None) -> list[AssetBox]:
    """Give a kind to assets that have none, where their words are near enough to one.

    The proportions of the box decide between kinds whose words are about as near.
    """
    open_ = [i for i, a in enumerate(assets) if a.category not in KINDS and _text(a)]
    if encoder is None or not open_:
        return assets
    owners, phrases = [], []
    for name, kind in KINDS.items():
        for phrase in (name.replace("_", " "), *kind.words[:2]):
            owners.append(name)
            phrases.append(phrase)
    near = encoder([_text(assets[i]) for i in open_]) @ encoder(phrases).T
    found = list(assets)
    for row, i in zip(near, open_, strict=True):
        order = np.argsort(-row)[:12]
        best = max(order, key=lambda j: row[j] - _BOX_WEIGHT * _apart(assets[i], owners[j]))
        if row[best] >= _SURE:
            found[i] = replace(assets[i], category=owners[best])
    return found


def _text(asset: AssetBox) -> str:
    """Return an asset's words without numbers and signs."""
    words = re.findall(r"[a-z]{2,}", " ".join([asset.name, *asset.tags]).lower())
    return " ".join(dict.fromkeys(words))[:120]


def _apart(asset: AssetBox, kind: str) -> float:
    """Return how far the proportions of a box are from a kind's, 0 for the same."""
    own = np.log(np.maximum(np.asarray(asset.size, float), 1e-6))
    wanted = np.log(np.asarray(KINDS[kind].size))
    off = (own - own.mean()) - (wanted - wanted.mean())
    return float(np.abs(off).mean())
