"""Find where an animator set keys in curves that were sampled afterwards.

Between two keys Blender's default handles make a cubic in time, so a hand-keyed clip is a few
cubics laid end to end: the fewest whose residual is what sampling leaves tell where its keys were.
Clips for which that is not few (baked, simulated, keyed with other handles) are not taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ... import rotations as rt
from ...blocking.body import PARENT, ROLES
from ..lifter.mocap import Performance
from .author import Authored

PACKS = ("kaykit_cc0", "quaternius_cc0")
_TOLERANCE = 0.012  # of quaternion components: half floats, and bones between those mapped
_FEWEST = 3  # keys
_TRIVIAL, _TRIVIAL_SHARE = 3, 0.2
"""Frames between keys that any cubic fits, and the share of such gaps that is still believed."""
_LONGEST = 30  # frames between two keys


def keyed_by_hand(performances: list[Performance]) -> list[Authored]:
    """Return the hand-keyed clips among performances whose keys can be told."""
    out = []
    for p in performances:
        if p.subject not in PACKS or not p.valid.all() or len(p.rot) < 16:
            continue
        keys = keys_of(_local(p.rot))
        trivial = (np.diff(keys) <= _TRIVIAL).mean()
        if len(keys) >= _FEWEST and trivial <= _TRIVIAL_SHARE:
            out.append(Authored(rt.normalize(p.rot.astype(float)), p.root.astype(float), keys))
    return out


def keys_of(values: NDArray) -> NDArray:
    """Return the ends (K,) of the fewest cubics that make up sampled curves (F, C).

    Among equally few the ones with the smallest residual: exact, by dynamic programming.
    """
    frames = len(values)
    best = np.full(frames, np.inf)
    best[0], previous = 0.0, np.zeros(frames, int)
    costs = _cubic_costs(values)
    for b in range(1, frames):
        first = max(0, b - _LONGEST)
        total = best[first:b] + costs[first:b, b]
        previous[b] = first + int(total.argmin())
        best[b] = total.min()
    at = [frames - 1]
    while at[-1] > 0:
        at.append(int(previous[at[-1]]))
    return np.array(at[::-1])


def _cubic_costs(values: NDArray) -> NDArray:
    """Return (F, F): 1 and the share of the tolerance that a cubic from a to b leaves."""
    frames = len(values)
    costs = np.full((frames, frames), np.inf)
    for span in range(1, min(_LONGEST, frames - 1) + 1):
        windows = np.lib.stride_tricks.sliding_window_view(values, span + 1, axis=0)
        basis = np.vander(np.linspace(-1.0, 1.0, span + 1), min(4, span + 1))
        q = np.linalg.qr(basis)[0]
        left = windows - (windows @ q) @ q.T
        worst = np.abs(left).max(axis=(1, 2)) / _TOLERANCE
        a = np.arange(frames - span)
        costs[a, a + span] = np.where(worst <= 1.0, 1.0 + 0.5 * worst, np.inf)
    return costs


def _local(rot: NDArray) -> NDArray:
    """Return (F, roles * 4): turns against the parents, continuous."""
    parts = []
    for r, role in enumerate(ROLES):
        q = rot[:, r].astype(float)
        if PARENT[role] is not None:
            q = rt.multiply(rt.conjugate(rot[:, ROLES.index(PARENT[role])].astype(float)), q)
        parts.append(rt.continuous(rt.normalize(q)))
    return np.concatenate(parts, axis=1)
