"""What the known frames beside a gap tell about each bone: how it moved, and what would have held.

The frames that the artist keyed in a row are test data too: stretches of them are hidden, and it is
seen how well a velocity that is carried on, and how well the straight way, would have filled them.
All of it is told in vectors (turns as rotation vectors, locations in heights), one row a channel:
first the bones' rotations, then their locations. Bones' own axes drop out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from .base import MEMORY_S, MEMORY_SHARE, momentum_free

FEWEST, MOST = 3, 10
"""Known frames in a row, a thirtieth of a second apart, without which nothing is told, and the
most that are looked at."""
TERMS = 5
"""What a gap may be filled with beside the straight way; see `terms`."""
NODES = 3
"""Points of a gap, from its first key to its last, at which shares are told."""
_LAGS = tuple(range(1, 9))
_SPANS = (3, 5, 7)  # frames of the stretches that are hidden
_MOVES = 3.0  # radians that a location of one height is likened to
_LONG_S = 0.5  # seconds in which the velocity falls to 1/e that is carried on for long
_TINY = 1e-4
WIDTH = 3 * len(_LAGS) + 6 * len(_SPANS) + 20
"""Numbers that `describe` tells of a channel."""


def step_of(fps: float) -> int:
    """Return how many frames a thirtieth of a second is."""
    return max(round(fps / 30.0), 1)


@dataclass(frozen=True)
class Gap:
    """A gap of bones that share their keys, and the known frames before it.

    Attributes
    ----------
    turn, move : (n, B, 4), (n, B, 3)
        Rotations and locations (heights) on the known frames, the last of them the gap's edge.
    turn_end, move_end : (B, 4), (B, 3) at the key behind the gap
    turn_base, move_base : (gap, B, 4), (gap, B, 3) the base curve
    turn_said, move_said : the same with the network's residual on it
    fps : float
    """

    turn: NDArray
    move: NDArray
    turn_end: NDArray
    move_end: NDArray
    turn_base: NDArray
    move_base: NDArray
    turn_said: NDArray
    move_said: NDArray
    fps: float

    @property
    def span(self) -> int:
        """Return the frames from key to key."""
        return len(self.turn_base) + 1

    def straight(self) -> tuple[NDArray, NDArray]:
        """Return (gap, B, 4), (gap, B, 3): shortest arcs and lines."""
        u = (np.arange(1, self.span) / self.span)[:, None]
        turn = rt.slerp(self.turn[-1], self.turn_end, u)
        return turn, self.move[-1] + u[..., None] * (self.move_end - self.move[-1])

    @property
    def step(self) -> int:
        """Return how many frames a thirtieth of a second is."""
        return step_of(self.fps)

    def steps(self) -> NDArray:
        """Return (n - 1, 2 B, 3) what known frames `step` apart differ by."""
        keep = slice((len(self.turn) - 1) % self.step, None, self.step)
        turn, move = self.turn[keep][-MOST:], self.move[keep][-MOST:]
        turns = rt.to_rotvec(rt.multiply(rt.conjugate(turn[:-1]), turn[1:]))
        return np.concatenate([turns, np.diff(move, axis=0)], axis=1)


@dataclass(frozen=True)
class Build:
    """How much hangs on each of B bones, among those that are filled.

    Attributes
    ----------
    lever : (B,) root of the summed squared distances to what hangs on the bone, heights
    carried : (B,) bones that hang on it, itself among them
    depth, leaf, level : (B,) steps from the root, whether nothing hangs on it, rest height
    """

    lever: NDArray
    carried: NDArray
    depth: NDArray
    leaf: NDArray
    level: NDArray

    @classmethod
    def of(cls, parents: NDArray, heads: NDArray, bones: NDArray) -> Build:
        """Read it from a rig's parents and rest heads (heights)."""
        below, depth = np.eye(len(parents), dtype=bool), np.zeros(len(parents))
        for b, p in enumerate(parents):
            depth[b] = depth[p] + 1.0 if p >= 0 else 0.0
        for b in range(len(parents) - 1, -1, -1):
            if parents[b] >= 0:
                below[parents[b]] |= below[b]
        below = below[np.ix_(bones, bones)]
        apart = np.square(heads[bones][None] - heads[bones][:, None]).sum(axis=-1)
        carried = below.sum(axis=1).astype(float)
        level = heads[bones, 2] - heads[:, 2].min()
        lever = np.sqrt((below * apart).sum(axis=1))
        return cls(lever, carried, depth[bones], (carried == 1).astype(float), level)


def terms(gap: Gap) -> NDArray:
    """Return (gap, TERMS, 2 B, 3) what may be added to the straight way, in its own axes.

    The base curve's way off it, the network's residual, the velocity of several frames in place of
    the last one's, the velocity carried on for longer, and the acceleration carried on.
    """
    turn, move = gap.straight()
    back = rt.conjugate(turn)
    base, said = (rt.to_rotvec(rt.multiply(back, q)) for q in (gap.turn_base, gap.turn_said))
    plain = np.concatenate([base, gap.move_base - move], axis=1)
    more = np.concatenate([said - base, gap.move_said - gap.move_base], axis=1)
    v = gap.steps() / gap.step  # a frame
    few = min(3, len(v))
    mean = v[-few:].mean(axis=0)
    early = v[-2 * few : -few].mean(axis=0) if len(v) >= 2 * few else v[:few].mean(axis=0)
    soon, long, bend = (p[:, None, None] for p in _profiles(gap.span, gap.fps))
    faster = (mean - early) / (few * gap.step)
    carried = [(mean - v[-1]) * soon, v[-1] * (long - soon), faster * bend]
    return np.stack([plain, more, *carried], axis=1)


def _profiles(span: int, fps: float) -> tuple[NDArray, NDArray, NDArray]:
    """Return (span - 1,) the ways of a velocity of 1, short and long, and of an acceleration."""
    at = np.arange(1.0, span)
    memory = min(MEMORY_S * fps, MEMORY_SHARE * span)
    soon = momentum_free(at, span, memory)[:, 1]
    long = momentum_free(at, span, min(_LONG_S * fps, 2.0 * span))[:, 1]
    bend = 0.5 * at**2 * np.exp(-at / (2.0 * memory))
    return soon, long, bend - 0.5 * span * np.exp(-span / (2.0 * memory)) * at


def shares_at(span: int) -> NDArray:
    """Return (span - 1, NODES) weights that spread what is told at the nodes over a gap."""
    u = np.arange(1, span) / span
    return np.maximum(1.0 - np.abs(u[:, None] * (NODES - 1) - np.arange(NODES)), 0.0)


def describe(gap: Gap, build: Build, added: NDArray) -> NDArray:
    """Return (2 B, WIDTH) what is known of each channel; `added` are the gap's `terms`."""
    count = gap.turn.shape[1]
    seconds = gap.span / gap.fps
    scale = np.repeat([1.0, _MOVES], count)[:, None]
    v, rate = gap.steps() * scale, gap.fps / gap.step
    turned = rt.to_rotvec(rt.multiply(rt.conjugate(gap.turn[-1]), gap.turn_end))
    change = np.concatenate([turned, gap.move_end - gap.move[-1]]) * scale
    alike = np.stack([_alike(v, lag) for lag in _LAGS], axis=1)
    tried = np.stack([_tried(v, span, rate) for span in _SPANS], axis=1)
    seen = tried[..., 1] >= 0.0
    tried = np.maximum(tried, 0.0)
    guess = np.stack([_worse(tried), 0.5 * np.log(tried[..., 1] + _TINY)], axis=-1)
    still = [
        np.log(build.lever + 0.02),
        np.log(build.carried),
        build.depth / 8.0,
        build.leaf,
        build.level,
    ]
    own = [
        alike,
        _speeds(v * rate, change, seconds),
        (guess * seen[..., None]).reshape(len(v[0]), -1),
        np.tile(np.stack(still, axis=1), (2, 1)),
        np.repeat([0.0, 1.0], count)[:, None],
        _sizes(added, scale),
    ]
    weight = np.concatenate([build.lever, np.sqrt(build.carried)])
    body = _whole(v * rate, change, alike, tried * np.square(weight)[:, None, None], weight)
    body += [*seen[0], np.log(seconds), (len(v) + 1) / MOST, np.log(count)]
    return np.concatenate([*own, np.tile(body, (2 * count, 1))], axis=1)


def _alike(v: NDArray, lag: int) -> NDArray:
    """Return (R,) -1 to 1: how alike velocities (F, R, 3) are `lag` frames on; 0 if unknown."""
    if len(v) <= lag:
        return np.zeros(v.shape[1])
    early, later = v[:-lag], v[lag:]
    size = np.square(early).sum(axis=(0, 2)) * np.square(later).sum(axis=(0, 2))
    return (early * later).sum(axis=(0, 2)) / np.maximum(np.sqrt(size), 1e-12)


def _tried(v: NDArray, span: int, fps: float) -> NDArray:
    """Return (R, 2) mean squared errors over hidden stretches: velocity kept, and straight way.

    -1 where the known frames are too few.
    """
    path = np.concatenate([np.zeros_like(v[:1]), np.cumsum(v, axis=0)])
    starts = np.arange(1, len(path) - span - 1)
    if not len(starts):
        return np.full((v.shape[1], 2), -1.0)
    whole = span + 1
    u = (np.arange(1, whole) / whole)[:, None, None]
    hidden = path[starts[:, None] + np.arange(1, whole)]
    chord = (path[starts + whole] - path[starts])[:, None]
    line = hidden - path[starts][:, None] - u * chord
    way = momentum_free(np.arange(1.0, whole), whole, min(MEMORY_S * fps, MEMORY_SHARE * whole))
    base = line - (v[starts - 1][:, None] - chord / whole) * way[:, 1, None, None]
    return np.stack([np.square(e).sum(axis=-1).mean(axis=(0, 1)) for e in (base, line)], axis=1)


def _worse(tried: NDArray, least: float = _TINY) -> NDArray:
    """Return the log of how much worse keeping the velocity was than the straight way."""
    return 0.5 * np.log((tried[..., 0] + least) / (tried[..., 1] + least))


def _speeds(v: NDArray, change: NDArray, seconds: float) -> NDArray:
    """Return (R, 6) how the last velocity stands to those before and to the change to come."""
    last, far = np.linalg.norm(v[-1], axis=-1), np.linalg.norm(change, axis=-1)
    usual = np.sqrt(np.square(v).sum(axis=-1).mean(axis=0))
    bent = np.linalg.norm(v[-1] - v[-min(4, len(v))], axis=-1)
    same = (change * v[-1]).sum(axis=-1) / np.maximum(far * last, 1e-9) * (far > 1e-3)
    columns = [
        np.log(last + 0.02),
        np.log((last + 0.02) / (usual + 0.02)),
        same,
        np.log((far + 0.01) / (last * seconds + 0.01)),
        np.log(far + 0.01),
        np.log((bent + 0.02) / (last + 0.02)),
    ]
    return np.stack(columns, axis=1)


def _sizes(added: NDArray, scale: NDArray) -> NDArray:
    """Return (R, 3) how much the base curve and the residual say, and whether the same."""
    base, more = added[:, 0] * scale, added[:, 1] * scale
    sizes = [np.sqrt(np.square(x).sum(axis=-1).mean(axis=0)) for x in (base, more)]
    span = np.maximum(len(base) * sizes[0] * sizes[1], 1e-12)
    same = (base * more).sum(axis=(0, 2)) / span
    return np.stack([np.log(sizes[0] + 0.003), np.log(sizes[1] + 0.003), same], axis=1)


def _whole(
    v: NDArray, change: NDArray, alike: NDArray, tried: NDArray, weight: NDArray
) -> list[float]:
    """Return what is known of the body: rotations, locations, and both, weighed by their reach."""
    told: list[float] = []
    for half in np.split(np.arange(len(weight)), 2):
        w = np.square(weight[half])
        moving = np.square(v[:, half]).sum(axis=(0, 2)) * w
        told += list(moving @ alike[half] / max(moving.sum(), 1e-9))
        told += list(_worse(tried[half].sum(axis=0), 1e-5))
        last, far = (np.square(x[half]).sum(axis=-1) @ w for x in (v[-1], change))
        along = (v[-1][half] * change[half]).sum(axis=-1) @ w
        told.append(along / max(np.sqrt(last * far), 1e-9))
    return told + list(_worse(tried.sum(axis=0), 1e-5))
