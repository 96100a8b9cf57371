"""Feet and hands that stand between two keys are held there, by bending the limb's two bones.

Which ones stand comes from the network where there is one. Without it only what the keys say is
believed: a limb's end that is at the same low place at both keys stayed there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from ..curves import hermite_basis
from .base import gaps
from .tracks import Body

_LONG, _ASIDE = 0.07, 0.01  # of the height: a limb's bones, and how far off the middle its end is
_CARRIED = 0.3  # share of the bones that hang on a limb's end at most, fingers too
_ALIKE = 0.5  # of the upper bone's length: a limb's lower bone
_STAYS, _GOES = 0.015, 0.04  # of the height: between two keys
_LOW = 0.15  # of the height: how far above the lowest joint an end may stand
_BENEATH = 0.3  # of the limb's length: how far below its root an end stands
_FADE = 6.0  # frames in which an end that leaves its stand takes up speed
_BRIEF = 2  # frames: a shorter stand is none


@dataclass(frozen=True)
class Limb:
    """Two bones and what they carry: the heads of `end`, `lower`, `upper` are ankle, knee, hip."""

    upper: int
    lower: int
    end: int


def find_limbs(body: Body) -> list[Limb]:
    """Return the limbs: pairs of long bones, one after the other, away from the middle plane.

    Of a leg with more long bones than two, the lowest two of about one length (a foot is no shin):
    no bone is bent for two limbs. What carries much of the body is no limb.
    """
    height, middle = body.height, float(np.median(body.heads[body.parents < 0, 0]))
    found, taken = [], set()
    carried = np.ones(len(body.parents))
    for b in range(len(body.parents) - 1, -1, -1):
        if body.parents[b] >= 0:
            carried[body.parents[b]] += carried[b]
    for end in range(len(body.parents) - 1, -1, -1):  # children before parents
        lower = body.parents[end]
        upper = body.parents[lower] if lower >= 0 else -1
        if upper < 0 or body.parents[upper] < 0 or taken & {upper, lower, end}:
            continue
        lengths = np.linalg.norm(body.offset[[end, lower]], axis=-1)
        off = abs(body.heads[[end, lower], 0] - middle).min()
        light = carried[end] <= max(_CARRIED * len(carried), 2.0)
        alike = lengths[0] > _ALIKE * lengths[1] and lengths.min() > _LONG * height
        if light and alike and off > _ASIDE * height:
            found.append(Limb(int(upper), int(lower), end))
            taken |= {int(upper), int(lower), end}
    return found[::-1]


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
        path, own = head[:, limb.end], keyed[:, limb.upper]
        # What stands carries the body from below: a fin or a wing does not.
        length = np.linalg.norm(body.offset[[limb.lower, limb.end]], axis=-1).sum()
        low &= head[:, limb.upper, 2] - path[:, 2] > _BENEATH * length
        seen = None if contact is None else contact[:, limb.lower]
        step = amount * corrections(path, own, low, seen, body.height)
        rows = np.flatnonzero(np.abs(step).max(axis=1) > 1e-6 * body.height)
        if len(rows):
            _bend(body, limb, rows, turn, head, path[rows] + step[rows], out)
    return out


def corrections(
    path: NDArray, keyed: NDArray, low: NDArray, contact: NDArray | None, height: float
) -> NDArray:
    """Return (F, 3) steps that bring a limb's end to where it stands; nothing at keys.

    Parameters
    ----------
    path : (F, 3)
    keyed, low : (F,) bool
        Only low ends stand; a hand may well go along with a moving body.
    contact : (F,), optional
        Probability that it stands.
    height : of the body, in the path's lengths
    """
    out = np.zeros_like(path)
    for _bones, first, last in gaps(keyed[:, None]):
        gap = slice(first, last + 1)
        far = np.linalg.norm(path[last] - path[first]) / height
        share = np.clip((_GOES - far) / (_GOES - _STAYS), 0.0, 1.0)
        if share > 0.0 and low[first] and low[last]:
            t = np.linspace(0.0, 1.0, last - first + 1)[:, None]
            out[gap] = share * (path[first] * (1.0 - t) + path[last] * t - path[gap])
        elif contact is not None:
            out[gap] = _planted(path[gap], (contact[gap] > 0.5) & low[gap])
    return out


def _planted(path: NDArray, stands: NDArray) -> NDArray:
    """Return (F, 3) steps that keep an end still wherever it stands between two keys.

    Where it stands from a key on, or until one, it stays at the key's place, else at the middle of
    its own way. In between, the steps pass smoothly from one stand to the next, so that nothing
    pops.
    """
    out, end = np.zeros_like(path), len(path) - 1
    edges = np.flatnonzero(np.diff(np.concatenate([[False], stands, [False]]).astype(int)))
    fixed = [(0, 0)]
    for first, last in zip(edges[::2], edges[1::2] - 1, strict=True):
        if last - first < _BRIEF or (first == 0 and last == end):
            continue  # moved between the keys, or too short to matter
        rows = slice(first, last + 1)
        place = path[0] if first == 0 else path[end] if last == end else path[rows].mean(axis=0)
        out[rows] = place - path[rows]
        fixed.append((first, last))
    fixed.append((end, end))
    for (a, b), (c, d) in zip(fixed[:-1], fixed[1:], strict=True):
        span = c - b
        if span < 2:
            continue
        # The end leaves its stand, and comes to the next, as still as it stood.
        slopes = [out[b] - out[b - 1] if b > a else 0.0 * out[b], out[c]]
        slopes[1] = out[c + 1] - out[c] if d > c else 0.0 * out[c]
        calm = min(1.0, _FADE / span)
        h = hermite_basis(np.arange(1, span) / span) * [1.0, span * calm, 1.0, span * calm]
        out[b + 1 : c] = h @ np.stack([out[b], slopes[0], out[c], slopes[1]])
    return out


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
