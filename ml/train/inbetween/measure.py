"""Measure the exported network beside the base curve and plain interpolation, on held-out motion.

Windows as in the literature: ten known frames, a gap, one known frame. Positions are global, of
all joints, seen from the place and heading of the last known frame, each coordinate divided by its
spread over windows of 50 frames of the same clips. What the network says goes through
`ml.inbetween.network`, the product's own way to it; contacts and curve fitting come later and are
not in these figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ... import rotations as rot
from ...inbetween import base, features
from ...inbetween.network import Clip, Network, proposed
from . import data, masks

GAPS = (5, 15, 30, 45)
METHODS = ("linear", "base", "network")
_STATISTIC = 50  # frames of the windows that the spread of positions is taken from
_STRIDE = 20  # frames between the starts of measured windows


@dataclass
class Score:
    """Errors of every window at one gap: {method: (windows,)}, and the clip of each window."""

    l2p: dict[str, NDArray]
    l2q: dict[str, NDArray]
    npss: dict[str, float]
    clip: list[str]

    def ratio(self, method: str, over: str = "linear") -> float:
        """Return the ratio of mean L2P."""
        return float(self.l2p[method].mean() / self.l2p[over].mean())

    def interval(self, method: str, over: str = "linear", rounds: int = 1000) -> tuple:
        """Return the 95 % interval of `ratio`, by bootstrap over clips."""
        names = sorted(set(self.clip))
        index = np.array([names.index(c) for c in self.clip])
        top = np.bincount(index, self.l2p[method], len(names))
        low = np.bincount(index, self.l2p[over], len(names))
        picks = np.random.default_rng(0).integers(len(names), size=(rounds, len(names)))
        ratios = top[picks].sum(1) / low[picks].sum(1)
        return tuple(np.percentile(ratios, [2.5, 97.5]))


def fill(network: Network, clip: Clip) -> tuple[NDArray, NDArray]:
    """Return the base with the network's gated residual on it."""
    return proposed(network(clip), clip.basis, clip.location, clip.keyed | ~clip.driven)


def clip_of(q: data.Sequence, keyed: NDArray, driven: NDArray, basis: NDArray, move: NDArray):
    """Return a Clip of a canonical sequence, whose bones' axes are the armature's."""
    rest = np.tile(np.eye(4), (len(q.parents), 1, 1))
    rest[:, :3, 3] = q.heads
    return Clip(q.parents, rest, 1.0, q.fps, basis, move, keyed, q.moves, driven)


def methods(
    q: data.Sequence, cut: slice, keyed: NDArray, driven: NDArray, dense: bool, network: Network
) -> dict[str, tuple[NDArray, NDArray]]:
    """Return what each method makes of a window, canonical turns and shifts; "truth" among them.

    `keyed` (F, B) are all bones' own keys; bones that are not `driven` keep the truth.
    """
    truth = q.turn[cut].astype(float), q.shift[cut].astype(float)
    known = keyed | ~driven
    linear = _linear(*truth, known)
    if dense:
        plain = base.hermite_base(*truth, known, q.fps)
    else:
        one = driven[None]
        mask = masks.Mask(known[None], one, np.zeros((1, 1), int), np.zeros(1, int), False)
        laid = masks.lay_base(mask, truth[0][None], truth[1][None], np.array([q.fps]))
        plain = laid[0][0], laid[1][0]
    full = fill(network, clip_of(q, keyed, driven, *plain))
    return {"truth": truth, "linear": linear, "base": plain, "network": full}


def _linear(turn: NDArray, shift: NDArray, keyed: NDArray) -> tuple[NDArray, NDArray]:
    """Interpolate by the shortest arc and the straight line."""
    turn, shift = turn.copy(), shift.copy()
    for bones, first, last in base.gaps(keyed):
        t = ((np.arange(first + 1, last) - first) / (last - first))[:, None]
        inner = slice(first + 1, last)
        turn[inner, bones] = rot.slerp(turn[first, bones], turn[last, bones], t)
        step = shift[last, bones] - shift[first, bones]
        shift[inner, bones] = shift[first, bones] + t[..., None] * step
    return turn, shift


def settled(
    skeleton: features.Skeleton, turn: NDArray, shift: NDArray, yaw: NDArray, place: NDArray
) -> tuple[NDArray, NDArray]:
    """Return global turns and places seen from a heading and place."""
    a, p = features.globals_of(skeleton, turn, shift)
    return rot.multiply(rot.conjugate(yaw), a), rot.rotate(rot.conjugate(yaw), p - place)


def literature(
    sequences: list[data.Sequence], gap: int, network: Network, most: int = 100_000
) -> Score | None:
    """Score all methods on windows of one gap over sequences of one skeleton; None if too short."""
    length = masks.CONTEXT + gap + 1
    start = masks.CONTEXT - 1
    inner = slice(start + 1, start + 1 + gap)
    skeleton = features.build(sequences[0].parents, sequences[0].heads)
    bones = len(skeleton.parents)
    keyed = np.ones((length, bones), bool)
    keyed[inner] = False
    cuts = [
        (q, slice(s, s + length))
        for q in sequences
        for s in range(0, len(q.turn) - length + 1, _STRIDE)
        if q.valid[s : s + length].all()
    ]
    if not cuts:
        return None
    if len(cuts) > most:
        cuts = [cuts[int(i)] for i in np.linspace(0, len(cuts) - 1, most)]
    turns = {m: [] for m in (*METHODS, "truth")}
    spots = {m: [] for m in (*METHODS, "truth")}
    for q, cut in cuts:
        made = methods(q, cut, keyed, np.ones(bones, bool), True, network)
        a, p = features.globals_of(skeleton, made["truth"][0][start], made["truth"][1][start])
        yaw, place = features.heading(a[skeleton.main]), p[skeleton.main] * [1, 1, 0]
        for m, (turn, shift) in made.items():
            a, p = settled(skeleton, turn[inner], shift[inner], yaw, place)
            turns[m].append(a)
            spots[m].append(p)
    return _score(turns, spots, [q.name for q, _ in cuts], _spread(sequences, skeleton))


def _spread(sequences: list[data.Sequence], skeleton: features.Skeleton) -> NDArray:
    """Return (B, 3) how far each coordinate varies in windows of 50 frames, whatever the gap."""
    start, seen = masks.CONTEXT - 1, []
    for q in sequences:
        for s in range(0, max(len(q.turn) - _STATISTIC, 0) + 1, _STRIDE):
            cut = slice(s, s + _STATISTIC)
            turn, shift = q.turn[cut].astype(float), q.shift[cut].astype(float)
            if len(turn) > start and q.valid[cut].all():
                a, p = features.globals_of(skeleton, turn[start], shift[start])
                yaw, place = features.heading(a[skeleton.main]), p[skeleton.main] * [1, 1, 0]
                seen.append(settled(skeleton, turn, shift, yaw, place)[1])
    return np.concatenate(seen).std(axis=0) + 0.02


def _score(turns: dict, spots: dict, names: list[str], spread: NDArray) -> Score:
    true_p, true_a = np.array(spots["truth"]), np.array(turns["truth"])
    l2p, l2q, npss = {}, {}, {}
    for m in METHODS:
        p, a = np.array(spots[m]), np.array(turns[m])
        a = np.where((a * true_a).sum(-1, keepdims=True) < 0, -a, a)
        l2p[m] = np.sqrt((((p - true_p) / spread) ** 2).sum((2, 3))).mean(1)
        l2q[m] = np.sqrt(((a - true_a) ** 2).sum((2, 3))).mean(1)
        npss[m] = _npss(true_a, a)
    return Score(l2p, l2q, npss, names)


def _npss(truth: NDArray, made: NDArray) -> float:
    """Return the normalised power spectrum similarity (0 is best), (N, F, B, 4) quaternions."""

    def power(v: NDArray) -> NDArray:
        v = v.reshape(*v.shape[:2], -1)
        return np.abs(np.fft.fft(v, axis=1)) ** 2

    a, b = power(truth), power(made)
    whole_a, whole_b = a.sum(1, keepdims=True), b.sum(1, keepdims=True)
    way = np.abs(np.cumsum(a / (whole_a + 1e-9), 1) - np.cumsum(b / (whole_b + 1e-9), 1)).sum(1)
    weight = whole_a[:, 0] / whole_a.sum()
    return float((way * weight).sum())


def uneven(
    sequences: list[data.Sequence], network: Network, limbs: bool, rng: Generator, count: int = 150
) -> Score:
    """Score all methods on poses keyed at uneven frames, of the body or one limb at a time.

    L2P and L2Q are over the frames and bones that were open; NPSS is left out.
    """
    long = [q for q in sequences if len(q.turn) >= 64]
    l2p, l2q = ({m: [] for m in METHODS} for _ in range(2))
    names = []
    while len(names) < count:
        q = long[int(rng.integers(len(long)))]
        frames = min(90, len(q.turn))
        first = int(rng.integers(len(q.turn) - frames + 1))
        cut = slice(first, first + frames)
        if not q.valid[cut].all():
            continue
        speed = np.abs(np.gradient(q.turn[cut], axis=0)).sum(-1)
        mask = masks.poses(1, frames, 20, speed[None], rng)
        keyed = mask.keyed[0]
        if limbs:
            mask = masks.limit_to(mask, q.parents, rng)
        driven = mask.driven[0]
        used = int(np.flatnonzero(keyed[:, 0])[-1]) + 1
        keyed, cut = keyed[:used], slice(first, first + used)
        made = methods(q, cut, keyed, driven, False, network)
        skeleton = features.build(q.parents, q.heads)
        at = np.flatnonzero(~keyed[:, 0])
        if not len(at):
            continue
        true_a, true_p = features.globals_of(skeleton, *made["truth"])
        for m in METHODS:
            a, p = features.globals_of(skeleton, *made[m])
            l2p[m].append(np.sqrt(((p - true_p)[at] ** 2).sum((1, 2))).mean())
            l2q[m].append(rot.angle_between(true_a, a)[at].mean())
        names.append(q.name)
    as_arrays = ({m: np.array(v) for m, v in d.items()} for d in (l2p, l2q))
    return Score(*as_arrays, {}, names)
