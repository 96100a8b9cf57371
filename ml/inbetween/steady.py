"""Limbs that swing to and fro keep no velocity through a gap: fall back to the straight way.

The base curve and the network carry on what moved last. Where the known frames before the gap show
that the bone turns round within a fraction of a second, what is carried on is a guess, and more so
the longer the gap: there the plain interpolation is the safer answer. How far to fall back was
measured on subjects and skeletons that are not held out: it costs people who run something (the
network knows strides), and keeps most fast creatures from being worse than interpolation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from .base import drawn, gaps

_LOOK_S, _LAG_S = 0.3, 0.13  # how much is looked at, and how far apart velocities are compared
_SURE_S, _ALL_S = 0.2, 0.5  # gaps up to the first are trusted, from the second on fall back wholly


def steadied(
    basis: NDArray, location: NDArray, keyed: NDArray, fps: float
) -> tuple[NDArray, NDArray]:
    """Return basis (F, B, 4) and location (F, B, 3) drawn towards the straight way between keys.

    Only gaps beside keys on consecutive frames change: between lone keys nothing is carried on.
    """
    kept = np.ones((2, *keyed.shape))
    look, lag = round(_LOOK_S * fps), max(round(_LAG_S * fps), 1)
    for bones, first, last in gaps(keyed):
        known = _known(keyed, int(bones[0]), first, last, look)
        late = np.clip(((last - first) / fps - _SURE_S) / (_ALL_S - _SURE_S), 0.0, 1.0)
        if len(known) < lag + 3 or late <= 0.0:
            continue
        turns = rt.to_rotvec(
            rt.multiply(rt.conjugate(basis[known[:-1]][:, bones]), basis[known[1:]][:, bones])
        )
        moves = np.diff(location[known][:, bones], axis=0)
        for own, velocities in zip(kept, (turns, moves), strict=True):
            own[first + 1 : last, bones] = 1.0 - late * (1.0 - trust(velocities, lag))
    return drawn(basis, location, keyed, *kept)


def trust(velocities: NDArray, lag: int) -> NDArray:
    """Return (B,) 0 to 1: whether velocities (F, B, 3) still point the same way `lag` frames on.

    >>> there = np.ones((9, 1, 3))
    >>> trust(there, 4).tolist(), trust(there * np.cos(np.pi / 4 * np.arange(9))[:, None, None],
    ...                                 4).round(6).tolist()
    ([1.0], [0.0])
    """
    early, later = velocities[:-lag], velocities[lag:]
    same = (early * later).sum(axis=(0, 2))
    size = np.sqrt((early**2).sum(axis=(0, 2)) * (later**2).sum(axis=(0, 2)))
    return np.clip((same / np.maximum(size, 1e-12) + 1.0) / 1.2, 0.0, 1.0)


def _known(keyed: NDArray, bone: int, first: int, last: int, look: int) -> NDArray:
    """Return the keyed frames in a row up to a gap, or where there are none, those after it."""
    start = first
    while start > 0 and first - start < look and keyed[start - 1, bone]:
        start -= 1
    if start < first:
        return np.arange(start, first + 1)
    stop = last
    while stop + 1 < len(keyed) and stop - last < look and keyed[stop + 1, bone]:
        stop += 1
    return np.arange(last, stop + 1)
