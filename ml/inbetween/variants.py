"""Other takes of the same in-betweens: the same keys, passed through at another pace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from .base import gaps

# Pace (positive: nearer to the next key, negative: lingers on the last) and how much the bones
# further out trail behind.
_TAKES = ((0.0, 0.0), (0.55, 0.0), (-0.55, 0.0), (0.0, 0.5), (0.45, 0.4), (-0.45, 0.4))


def character(variant: int, seed: int = 0) -> tuple[float, float]:
    """Return (pace, trailing) of a take; take 0 is the plain one."""
    if variant < len(_TAKES) and not seed:
        return _TAKES[variant]
    pace, trail = np.random.default_rng((variant, seed)).uniform([-0.6, 0.0], [0.6, 0.5])
    return float(pace), float(trail)


def paced(
    basis: NDArray,
    location: NDArray,
    keyed: NDArray,
    parents: NDArray,
    variant: int,
    seed: int = 0,
) -> tuple[NDArray, NDArray]:
    """Return basis (F, B, 4) and location (F, B, 3) with every gap passed at the take's pace.

    Keys stay where they are, and so do the speeds at them.
    """
    pace, trail = character(variant, seed)
    if not (pace or trail):
        return basis, location
    depth = np.zeros(len(parents))
    for b, p in enumerate(parents):
        depth[b] = depth[p] + 1.0 if p >= 0 else 0.0
    depth /= max(depth.max(), 1.0)
    basis, location = basis.copy(), location.copy()
    for bones, first, last in gaps(keyed):
        u = np.arange(1, last - first)[:, None] / (last - first)
        # A bump flat at both ends: 3.5 would be the steepest that never runs backwards.
        bump = 5.0 * (u * (1.0 - u)) ** 2
        at = first + (last - first) * (u + bump * (pace - trail * depth[bones]))
        low = np.clip(np.floor(at).astype(int), first, last - 1)
        part, rows = at - low, slice(first + 1, last)
        new = rt.slerp(basis[low, bones], basis[low + 1, bones], part)
        moved = location[low, bones] * (1 - part[..., None])
        moved += location[low + 1, bones] * part[..., None]
        basis[rows, bones], location[rows, bones] = new, moved
    return basis, location
