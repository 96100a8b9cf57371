"""Feet and hands that stand between two keys are held there.

A limb's two bones are bent for it; a control that is moved about (the foot of an IK rig) is moved.
Which ones stand comes from the network where there is one. Without it only what the keys say is
believed: an end that is at the same low place at both keys stayed there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from .. import rotations as rt
from .base import gaps, known_beside
from .ends import Ends, Says
from .tracks import Body

_LONG, _ASIDE = 0.07, 0.01  # of the height: a limb's bones, and how far off the middle its end is
_CARRIED = 0.3  # share of the bones that hang on a limb's end at most, fingers too
_ALIKE = 0.5  # of the upper bone's length: a limb's lower bone
_STAYS, _GOES = 0.015, 0.04  # of the height: between two keys
_LOW = 0.15  # of the height: how far above the lowest joint an end may stand
_BENEATH = 0.3  # of the limb's length: how far below its root an end stands
STILLEST = 11.0
"""The log of the most that standing still counts beside staying where the path was, in frames
squared at 30 a second."""
STIFF = 30.0
"""How much passing smoothly counts beside it, in frames to the fourth."""
KNOWN_S = 0.3
"""Seconds from the keys within which the path given is nearly known."""
_GIVES_S, _SAME = 0.4, 0.002
"""Seconds of a gap from which on standing ends are held wholly, in shorter ones by their share:
people do not stand that still, and more of it would take from the motion (chosen on the subjects
held aside). But what both keys put in one place, to this share of the height, stays there."""
_TAKEN, _WHOLLY_S = 0.75, (0.5, 1.5)
"""Share of a correction that is taken beside known frames, where the way proposed knows more than
lone poses tell: in gaps of up to the first length, and seconds from and to which it grows to 1.
Taken wholly, feet stand stiller than people's, and poses are further off (chosen on the subjects
held aside). What both keys put in one place is held wholly."""
_NOTHING = 1e-6  # of the height: less is no change


@dataclass(frozen=True)
class Limb:
    """Two bones and what they carry: the heads of `end`, `lower`, `upper` are ankle, knee, hip."""

    upper: int
    lower: int
    end: int


@dataclass(frozen=True)
class End:
    """What may be held: a limb's end, or a control.

    Attributes
    ----------
    bone : whose head stands
    keys : bone whose keys count
    seen : bone whose end the big network speaks of
    limb : None for a control
    """

    bone: int
    keys: int
    seen: int
    limb: Limb | None = None


def find_limbs(body: Body) -> list[Limb]:
    """Return the limbs: pairs of long bones, one after the other, away from the middle plane.

    Of a leg with more long bones than two, the lowest two of about one length (a foot is no shin):
    no bone is bent for two limbs. What carries much of the body is no limb.
    """
    height, middle = body.height, float(np.median(body.heads[body.parents < 0, 0]))
    found, taken = [], set()
    carried = _carried(body)
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


def find_controls(body: Body, turns: NDArray, moves: NDArray) -> list[int]:
    """Return the IK-style controls: bones aside of the middle, moved about, that carry little.

    What hangs on a bone that is filled itself, as a fin on its fish, is none.

    Parameters
    ----------
    turns, moves : (B,) bool
        Bones whose rotation, and whose location, may change.
    """
    below = np.zeros(len(body.parents), bool)
    for b, p in enumerate(body.parents):
        below[b] = p >= 0 and (below[p] or turns[p] or moves[p])
    middle = float(np.median(body.heads[body.parents < 0, 0]))
    aside = np.abs(body.heads[:, 0] - middle) > _ASIDE * body.height
    light = _carried(body) <= max(_CARRIED * len(body.parents), 2.0)
    return [int(b) for b in np.flatnonzero(moves & aside & light & ~below)]


def _carried(body: Body) -> NDArray:
    """Return (B,) how many bones each carries, itself among them."""
    carried = np.ones(len(body.parents))
    for b in range(len(body.parents) - 1, -1, -1):
        if body.parents[b] >= 0:
            carried[body.parents[b]] += carried[b]
    return carried


def find_ends(body: Body, keyed: NDArray, turns: NDArray, moves: NDArray) -> list[End]:
    """Return what may be held: limbs that can be bent as one, and controls.

    Parameters
    ----------
    keyed : (F, B) bool
    turns, moves : (B,) bool
        Bones whose rotation, and whose location, may change.
    """
    found = [
        End(limb.end, limb.upper, limb.lower, limb)
        for limb in find_limbs(body)
        if turns[[limb.upper, limb.lower, limb.end]].all()
        and (keyed[:, limb.upper] == keyed[:, limb.lower]).all()
    ]
    return found + [End(b, b, b) for b in find_controls(body, turns, moves)]


def ends_of(
    body: Body,
    found: list[End],
    head: NDArray,
    keyed: NDArray,
    seen: NDArray,
    filled: NDArray,
    fps: float,
) -> Ends:
    """Return what the network of standing ends is told.

    Parameters
    ----------
    head : (F, B, 3)
    keyed, seen : (F, B)
    filled : (B,) bool, bones that may change
    """
    known = keyed.all(axis=1)
    lowest = head[known if known.any() else slice(None), :, 2].min()
    return Ends(
        head[:, [e.bone for e in found]] / body.height,
        keyed[:, [e.keys for e in found]],
        head[:, filled].mean(axis=1) / body.height,
        float(lowest / body.height),
        seen[:, [e.seen for e in found]],
        fps,
    )


def may_stand(body: Body, end: End, head: NDArray) -> NDArray:
    """Return (F,) bool: frames on which an end is low and, of a limb, beneath its root.

    What stands carries the body from below: a fin or a wing does not.
    """
    low = head[:, end.bone, 2] < head[..., 2].min(axis=1) + _LOW * body.height
    if end.limb is None:
        return low
    length = np.linalg.norm(body.offset[[end.limb.lower, end.limb.end]], axis=-1).sum()
    return low & (head[:, end.limb.upper, 2] - head[:, end.bone, 2] > _BENEATH * length)


def hold(
    body: Body,
    basis: NDArray,
    location: NDArray,
    keyed: NDArray,
    turns: NDArray,
    moves: NDArray,
    amount: float,
    fps: float,
    seen: NDArray | None = None,
    standing: Callable[[Ends], Says] | None = None,
) -> tuple[NDArray, NDArray]:
    """Return basis (F, B, 4) and location (F, B, 3) with standing ends held in place.

    Parameters
    ----------
    basis, location : (F, B, 4), (F, B, 3)
    keyed : (F, B) bool
    turns, moves : (B,) bool
        Bones whose rotation, and whose location, may change.
    amount : 0 to 1
    fps : frames a second
    seen : (F, B), optional
        How likely the big network takes the bone's end (for a shin, the ankle) to stand.
    standing : the network of standing ends, optional
        Without it only what the keys say is believed.
    """
    found = find_ends(body, keyed, turns, moves) if amount > 0.0 else []
    if not found:
        return basis, location
    turn, head = body.pose(basis, location)
    out, moved, says = basis.copy(), location.copy(), None
    if standing is not None and seen is not None:
        says = standing(ends_of(body, found, head, keyed, seen, turns | moves, fps))
    for i, end in enumerate(found):
        low, path = may_stand(body, end, head), head[:, end.bone] / body.height
        one = None if says is None else (says.still[:, i], says.steps[:, i])
        step = amount * body.height * corrections(path, keyed[:, end.keys], low, one, fps)
        rows = np.flatnonzero(np.abs(step).max(axis=1) > _NOTHING * body.height)
        if not len(rows):
            continue
        if end.limb is not None:
            _bend(body, end.limb, rows, turn, head, head[rows, end.bone] + step[rows], out)
            continue
        above = body.parents[end.bone]
        step = rt.rotate(rt.conjugate(turn[:, above]), step) if above >= 0 else step
        moved[:, end.bone] += rt.rotate(rt.conjugate(body.turn[end.bone]), step)
    return out, moved


def corrections(
    path: NDArray,
    keyed: NDArray,
    low: NDArray,
    says: tuple[NDArray, NDArray] | None,
    fps: float,
) -> NDArray:
    """Return (F, 3) steps that keep an end still while it stands; nothing at keys.

    Parameters
    ----------
    path : (F, 3) heights
    keyed, low : (F,) bool
        Only low ends stand; a hand may well go along with a moving body.
    says : (F,) how still to keep it, (F, 3) steps to its way, optional
        Without it only what the keys say is believed: an end that is at the same low place at both
        stayed there.
    """
    out = np.zeros_like(path)
    for bones, first, last in gaps(keyed[:, None]):
        gap = slice(first, last + 1)
        far = np.linalg.norm(path[last] - path[first])
        stays = np.clip((_GOES - far) / (_GOES - _STAYS), 0.0, 1.0) * low[first] * low[last]
        whole = 1.0 if far < _SAME else min((last - first) / fps / _GIVES_S, 1.0)
        still = np.full(last - first + 1, np.expm1(STILLEST * stays * whole))
        own = np.zeros((last - first + 1, 3))
        if says is not None and low[gap].any():
            still = np.maximum(still, says[0][gap] * low[gap])
            own[1:-1] = says[1][gap][1:-1]
        if still.max() > 0.0 or own.any():
            step = own + least_sliding(path[gap] + own, still, fps)
            beside = any(known_beside(keyed[:, None], bones, first, last))
            out[gap] = step * (taken((last - first) / fps) if beside and far >= _SAME else 1.0)
    return out


def taken(seconds: float) -> float:
    """Return the share of corrections that is taken in a gap beside known frames."""
    low, high = _WHOLLY_S
    return _TAKEN + (1.0 - _TAKEN) * float(np.clip((seconds - low) / (high - low), 0.0, 1.0))


def least_sliding(path: NDArray, still: NDArray, fps: float) -> NDArray:
    """Return (F, 3) steps to the path that goes its way where it need not be still.

    It is the path that minimises the sum of its own squared speeds, weighed by how still it is to
    be kept, of its squared distance from the path given, which counts more near the keys, and of
    the squared bending of the difference. Both ends stay, and so does the speed there. Where it is
    to be still it stands, wherever that is cheapest; where all frames are alike, it slides evenly;
    nothing pops.

    Parameters
    ----------
    path : (F, 3)
    still : (F,) what a squared step costs, in frames squared at 30 a second
    fps : frames a second
    """
    out, inner = np.zeros_like(path), len(path) - 2
    if inner < 1:
        return out
    at = np.arange(1.0, inner + 1.0)
    room = at * (inner + 1.0 - at) / (inner + 1.0)
    stay = 1.0 + (KNOWN_S * fps / room) ** 2
    rate = fps / 30.0
    slow, stiff = 0.5 * rate**2 * (still[:-1] + still[1:]), STIFF * rate**4
    band = np.zeros((3, inner))  # the matrix's diagonals, the main one last
    band[2] = stay + slow[:-1] + slow[1:] + 6.0 * stiff
    band[1, 1:] = -slow[1:-1] - 4.0 * stiff
    band[0, 2:] = stiff
    pull = slow[:, None] * np.diff(path, axis=0)
    out[1:-1] = solveh_banded(band, pull[1:] - pull[:-1])
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
