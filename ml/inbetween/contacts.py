"""Feet and hands that stand between two keys are held there, by bending the limb's two bones.

Which ones stand comes from the network where there is one. Without it only what the keys say is
believed: a limb's end that is at the same low place at both keys stayed there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from .base import gaps
from .tracks import Body

_LONG, _ASIDE = 0.07, 0.01  # of the height: a limb's bones, and how far off the middle its end is
_STAYS, _GOES = 0.015, 0.04  # of the height: between two keys
_LOW = 0.15  # of the height: how far above the lowest joint an end may stand
_FADE = 3.0  # frames in which a hold is let go of


@dataclass(frozen=True)
class Limb:
    """Two bones and what they carry: the heads of `end`, `lower`, `upper` are ankle, knee, hip."""

    upper: int
    lower: int
    end: int


def find_limbs(body: Body) -> list[Limb]:
    """Return the limbs: pairs of long bones, one after the other, away from the middle plane."""
    height, middle = body.height, float(np.median(body.heads[body.parents < 0, 0]))
    found = []
    for end, lower in enumerate(body.parents):
        upper = body.parents[lower] if lower >= 0 else -1
        if upper < 0 or body.parents[upper] < 0:
            continue
        lengths = np.linalg.norm(body.offset[[end, lower]], axis=-1)
        off = abs(body.heads[[end, lower], 0] - middle).min()
        if lengths.min() > _LONG * height and off > _ASIDE * height:
            found.append(Limb(int(upper), int(lower), end))
    return found


def hold(
    body: Body,
    basis: NDArray,
    location: NDArray,
    keyed: NDArray,
    driven: NDArray,
    amount: float,
    contact: NDArray | None = None,
) -> NDArray:
    """Return basis (F, B, 4) with standing ends held in place.

    Parameters
    ----------
    basis, location : (F, B, 4), (F, B, 3)
    keyed : (F, B) bool
    driven : (B,) bool
        Bones whose rotation may change.
    amount : 0 to 1
    contact : (F, B), optional
        Probability that the bone's end (for a shin, the ankle) stands.
    """
    limbs = [
        limb
        for limb in find_limbs(body)
        if driven[[limb.upper, limb.lower, limb.end]].all()
        and (keyed[:, limb.upper] == keyed[:, limb.lower]).all()
    ]
    if amount <= 0.0 or not limbs:
        return basis
    turn, head = body.pose(basis, location)
    out = basis.copy()
    for limb in limbs:
        low = head[:, limb.end, 2] < head[..., 2].min(axis=1) + _LOW * body.height
        weight, target = _anchors(body.height, head[:, limb.end], keyed[:, limb.upper], low)
        if contact is not None:
            weight, target = _seen(
                head[:, limb.end], keyed[:, limb.upper], contact[:, limb.lower], weight, target
            )
        rows = np.flatnonzero(weight * amount > 1e-3)
        if len(rows):
            wanted = head[rows, limb.end]
            wanted = wanted + (amount * weight[rows])[:, None] * (target[rows] - wanted)
            _bend(body, limb, rows, turn, head, wanted, out)
    return out


def _anchors(
    height: float, place: NDArray, keyed: NDArray, low: NDArray
) -> tuple[NDArray, NDArray]:
    """Return (F,) weights and (F, 3) places of an end that is where it was at both keys.

    Only low ends count: a hand may well go along with a body that moves in between.
    """
    weight, target = np.zeros(len(place)), place.copy()
    for _bones, first, last in gaps(keyed[:, None]):
        far = np.linalg.norm(place[last] - place[first]) / height
        share = np.clip((_GOES - far) / (_GOES - _STAYS), 0.0, 1.0)
        if share > 0.0 and low[first] and low[last]:
            t = (np.arange(1, last - first) / (last - first))[:, None]
            weight[first + 1 : last] = share
            target[first + 1 : last] = place[first] + t * (place[last] - place[first])
    return weight, target


def _seen(
    place: NDArray, keyed: NDArray, contact: NDArray, weight: NDArray, target: NDArray
) -> tuple[NDArray, NDArray]:
    """Add what the network sees: an end that stands on from a key, or into the next one."""
    weight, target = weight.copy(), target.copy()
    for _bones, first, last in gaps(keyed[:, None]):
        stands = contact[first : last + 1] > 0.5
        if stands.all():
            continue  # moved between the keys, or held already
        inner = np.arange(1, last - first)
        until = int(np.argmin(stands))
        since = int(np.argmin(stands[::-1]))
        for key, distance, run in ((first, inner, until), (last, (last - first) - inner, since)):
            if run < 2:
                continue
            strength = np.clip((run - distance) / _FADE, 0.0, 1.0)
            better = strength > weight[first + 1 : last]
            rows = first + inner[better]
            weight[rows], target[rows] = strength[better], place[key]
    return weight, target


def _bend(
    body: Body,
    limb: Limb,
    rows: NDArray,
    turn: NDArray,
    head: NDArray,
    wanted: NDArray,
    out: NDArray,
) -> None:
    """Bring the limb's end to `wanted` (N, 3) on frames `rows`; the end keeps its orientation."""
    hip, knee, ankle = (head[rows, b] for b in (limb.upper, limb.lower, limb.end))
    thigh, shin, reach = knee - hip, ankle - knee, wanted - hip
    a, b = np.linalg.norm(thigh, axis=-1), np.linalg.norm(shin, axis=-1)
    far = np.clip(np.linalg.norm(reach, axis=-1), np.abs(a - b) * 1.001 + 1e-9, (a + b) * 0.9995)
    inside = np.arccos(np.clip((a * a + b * b - far * far) / (2 * a * b), -1.0, 1.0))
    now = rt.normalize(-thigh), rt.normalize(shin)
    angle = np.arccos(np.clip(np.sum(now[0] * now[1], axis=-1), -1.0, 1.0))
    axis = np.cross(now[0], now[1])
    bare = np.linalg.norm(axis, axis=-1, keepdims=True) < 1e-6
    # A straight limb bends about the axis it would bend about at rest: the upper bone's x.
    axis = np.where(bare, rt.rotate(turn[rows, limb.upper], [1.0, 0.0, 0.0]), rt.normalize(axis))
    knee_turn = rt.from_rotvec(axis * (inside - angle)[:, None])
    swing = rt.between(thigh + rt.rotate(knee_turn, shin), reach)
    upper = rt.multiply(swing, turn[rows, limb.upper])
    lower = rt.multiply(swing, rt.multiply(knee_turn, turn[rows, limb.lower]))
    above = turn[rows, body.parents[limb.upper]]
    for bone, parent, new in (
        (limb.upper, above, upper),
        (limb.lower, upper, lower),
        (limb.end, lower, turn[rows, limb.end]),
    ):
        out[rows, bone] = rt.multiply(rt.conjugate(rt.multiply(parent, body.turn[bone])), new)
