"""What the in-betweening network sees: one token a bone and frame, the same in training and use.

Rotations are carried in *canonical* axes: `turn` = rest · basis · rest⁻¹, the bone's turn away
from rest seen in armature axes, and `shift` = rest · location. With them the bone's own axes (its
roll) drop out of the forward kinematics, so that no rig's axis habits reach the network. Lengths
are divided by the rig's height. Names play no part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import rotations as rot

RELATIONS = 14
"""How two bones may stand to each other; see `_relations`."""

HINTS = 3
"""Numbers a window that steer the result: timing, rise, and whether they are given."""

STATIC = 16
MOVING = 46
WIDTH = MOVING + STATIC + HINTS
HAS_LOCATION = 28
"""The column of a token that says whether the bone may move."""

_DIFFERENT_TREE, _MIRROR = 12, 13
_MIRROR_TOLERANCE = 0.02  # of the height
_FAR_S = 10.0  # seconds to a key that is not there
LONGEST_S = 2.5
"""The longest gap in training; what is longer is shown to the network as if it were this long."""


@dataclass(frozen=True)
class Skeleton:
    """A rig's rest pose as the network sees it.

    Attributes
    ----------
    parents : (B,) int, -1 for none; parents stand before children
    rest : (B, 4) rest orientations in armature space
    heads : (B, 3) rest heads, heights
    height : armature units
    main : int
        The bone that carries the body: the first of the largest tree with several children.
    relation : (B, B) int64, below `RELATIONS`
    static : (B, STATIC) float32
    """

    parents: NDArray
    rest: NDArray
    heads: NDArray
    height: float
    main: int
    relation: NDArray
    static: NDArray

    @property
    def offsets(self) -> NDArray:
        """Return (B, 3) rest heads from the parents' heads, heights, armature axes."""
        return self.heads - _of_parent(self.heads, self.parents)


def height_of(heads: ArrayLike) -> float:
    """Return the largest extent of the rest heads, the unit that all lengths are measured in."""
    heads = np.asarray(heads, float)
    return float(max(np.ptp(heads, axis=0).max(), 1e-6))


def describe(parents: ArrayLike, rest: ArrayLike, height: float | None = None) -> Skeleton:
    """Describe a rig by its rest pose.

    Parameters
    ----------
    parents : (B,) int
    rest : (B, 4, 4) armature space
    height : armature units; `height_of` the heads when not given
    """
    parents, rest = np.asarray(parents, int), np.asarray(rest, float)
    axes = rest[:, :3, :3] / np.maximum(np.linalg.norm(rest[:, :3, :3], axis=1)[:, None], 1e-9)
    height = height or height_of(rest[:, :3, 3])
    return build(parents, rest[:, :3, 3] / height, rot.from_matrix(axes), height)


def build(
    parents: NDArray, heads: NDArray, rest: NDArray | None = None, height: float = 1.0
) -> Skeleton:
    """Build a Skeleton from rest heads in heights; `rest` (B, 4) is the identity when left out."""
    count = len(parents)
    rest = np.tile(rot.IDENTITY, (count, 1)) if rest is None else rest
    up, down = _paths(parents)
    carried = (up == 0).sum(axis=1)  # the bone and all below it
    main = int(np.argmax(np.where(parents < 0, carried, 0)))
    while True:
        children = np.flatnonzero(parents == main)
        if len(children) != 1:
            break
        main = int(children[0])
    partner = _partners(heads, heads[main, 0], down, up)
    static = _static(parents, heads, main, carried, partner)
    return Skeleton(parents, rest, heads, height, main, _relations(up, down, partner), static)


def _of_parent(values: NDArray, parents: NDArray) -> NDArray:
    """Return each parent's value; zero where there is none."""
    return np.where((parents >= 0)[:, None], values[parents], 0.0)


def _paths(parents: NDArray) -> tuple[NDArray, NDArray]:
    """Return (B, B) steps up from bone i to the common ancestor with j, then down to j.

    Both are -1 where the two hang in different trees.
    """
    count = len(parents)
    above = np.full((count, count), -1)  # steps from i up to its ancestor j
    for i, p in enumerate(parents):
        if p >= 0:
            above[i] = np.where(above[p] >= 0, above[p] + 1, -1)
        above[i, i] = 0
    up, down = np.full((count, count), -1), np.full((count, count), -1)
    best = np.full((count, count), np.iinfo(np.int64).max)
    for a in range(count):
        below = np.flatnonzero(above[:, a] >= 0)
        steps = above[below, a]
        total = steps[:, None] + steps[None]
        pick = np.ix_(below, below)
        nearer = total < best[pick]
        best[pick] = np.where(nearer, total, best[pick])
        up[pick] = np.where(nearer, steps[:, None], up[pick])
        down[pick] = np.where(nearer, steps[None], down[pick])
    return up, down


def _partners(heads: NDArray, plane: float, down: NDArray, up: NDArray) -> NDArray:
    """Return (B,) the bone that mirrors each across x = `plane`; itself on the plane, -1 if none.

    Only bones at the same depth mirror each other.
    """
    depth = np.where(up >= 0, up, 0).max(axis=1)
    flipped = heads * [-1.0, 1.0, 1.0] + [2.0 * plane, 0.0, 0.0]
    gap = np.linalg.norm(flipped[:, None] - heads[None], axis=-1)
    gap = gap + np.where(depth[:, None] != depth[None], 1.0, 0.0)
    # Of bones that share a place, those the same number of steps down mirror each other.
    gap = gap + 1e-4 * np.abs(np.maximum(down, 0).max(axis=1)[:, None] - down.max(axis=0)[None])
    best = np.argmin(gap, axis=1)
    return np.where(gap[np.arange(len(heads)), best] < _MIRROR_TOLERANCE, best, -1)


def _relations(up: NDArray, down: NDArray, partner: NDArray) -> NDArray:
    """Return (B, B) what bone j is to bone i.

    0 itself, 1-3 one, two, more below, 4-6 one, two, more above, 7 siblings, 8-11 further
    apart in the tree by hops, 12 in another tree, 13 the mirror image.
    """
    hops = up + down
    code = np.select(
        [
            up < 0,
            hops == 0,
            up == 0,
            down == 0,
            hops == 2,
        ],
        [_DIFFERENT_TREE, 0, np.minimum(down, 3), 3 + np.minimum(up, 3), 7],
        8 + np.searchsorted([4, 6, 9], hops),
    )
    bones = np.arange(len(partner))
    paired = (partner >= 0) & (partner != bones)
    code[bones[paired], partner[paired]] = _MIRROR
    return code.astype(np.int64)


def _static(
    parents: NDArray, heads: NDArray, main: int, carried: NDArray, partner: NDArray
) -> NDArray:
    """Return (B, STATIC) what does not change from frame to frame."""
    count = len(parents)
    depth, children = np.zeros(count), np.zeros(count)
    towards = np.zeros((count, 3))
    offsets = heads - _of_parent(heads, parents)
    offsets[parents < 0] = 0.0
    for i, p in enumerate(parents):
        if p >= 0:
            depth[i] = depth[p] + 1
            children[p] += 1
            towards[p] += offsets[i]
    towards /= np.maximum(children, 1)[:, None]
    bones = np.arange(count)
    sided = (partner >= 0) & (partner != bones)
    side = np.where(sided, np.sign(heads[:, 0] - heads[main, 0]), 0.0)
    columns = [
        offsets * 3,
        heads - heads[main],
        towards * 3,
        depth / 8,
        children == 0,
        children / 4,
        side,
        sided,
        carried / count,
        parents < 0,
    ]
    return np.concatenate([np.reshape(c, (count, -1)) for c in columns], 1).astype(np.float32)


def canonical(skeleton: Skeleton, basis: ArrayLike, location: ArrayLike) -> tuple[NDArray, NDArray]:
    """Turn pose-bone values (F, B, 4), (F, B, 3) into `turn` and `shift` (heights)."""
    rest = skeleton.rest
    turn = rot.multiply(rot.multiply(rest, basis), rot.conjugate(rest))
    return turn, rot.rotate(rest, location) / skeleton.height


def globals_of(skeleton: Skeleton, turn: NDArray, shift: NDArray) -> tuple[NDArray, NDArray]:
    """Run forward kinematics.

    Parameters
    ----------
    turn : (..., B, 4)
    shift : (..., B, 3), heights

    Returns
    -------
    (..., B, 4) turns away from rest in armature space, (..., B, 3) head positions, heights
    """
    a, p = np.empty_like(turn), np.empty_like(shift)
    arm = skeleton.offsets + shift
    for b, parent in enumerate(skeleton.parents):
        if parent < 0:
            a[..., b, :], p[..., b, :] = turn[..., b, :], arm[..., b, :]
        else:
            a[..., b, :] = rot.multiply(a[..., parent, :], turn[..., b, :])
            p[..., b, :] = p[..., parent, :] + rot.rotate(a[..., parent, :], arm[..., b, :])
    return a, p


def heading(turn: NDArray) -> NDArray:
    """Return the part of turns (..., 4) that is about the vertical (z)."""
    q = turn * [1.0, 0.0, 0.0, 1.0]
    level = np.linalg.norm(q, axis=-1, keepdims=True) < 1e-3  # upside down: none is right
    return rot.normalize(np.where(level, rot.IDENTITY, q))


def key_neighbours(keyed: NDArray) -> tuple[NDArray, NDArray]:
    """Return each frame's last key at or before it and first at or after it, -1 and F if none.

    Parameters
    ----------
    keyed : (..., F, B) bool

    Returns
    -------
    two (..., F, B) int
    """
    count = keyed.shape[-2]
    frames = np.arange(count)[:, None]
    before = np.maximum.accumulate(np.where(keyed, frames, -1), axis=-2)
    after = np.flip(np.minimum.accumulate(np.flip(np.where(keyed, frames, count), -2), axis=-2), -2)
    return before, after


@dataclass(frozen=True)
class Window:
    """Motion of one skeleton as the network takes it: N clips of F frames.

    Attributes
    ----------
    turn, shift : (N, F, B, 4), (N, F, B, 3)
        The base curve in canonical form.
    keyed : (N, F, B) bool
    driven, has_location : (N, B) bool
    fps : (N,)
    hints : (N, HINTS)
    """

    turn: NDArray
    shift: NDArray
    keyed: NDArray
    driven: NDArray
    has_location: NDArray
    fps: NDArray
    hints: NDArray


@dataclass(frozen=True)
class Tokens:
    """What goes into the network, and what its output is measured in.

    Attributes
    ----------
    x : (N, T, B, WIDTH) float32
    seconds : (N, T) float32, from the first node
    room : (N, T, B) float32
        Seconds of free play: 0 at the bone's own keys and where it has none on one side, about a
        quarter of the gap in its middle. The residual is proportional to it.
    yaw : (N, 4)
        Heading that was taken out: `shift` of bones without a parent is relative to it.
    """

    x: NDArray
    seconds: NDArray
    room: NDArray
    yaw: NDArray


def _take(values: NDArray, at: NDArray) -> NDArray:
    """Return values (N, F, B, C) at frames (N, T) or, bone by bone, (N, T, B)."""
    at = at[..., None] if at.ndim == 3 else at[..., None, None]
    return np.take_along_axis(values, at, axis=1)


def _six(q: NDArray) -> NDArray:
    """Return the first two columns of the rotation matrices, (..., 6)."""
    return np.concatenate([rot.rotate(q, [1.0, 0.0, 0.0]), rot.rotate(q, [0.0, 1.0, 0.0])], -1)


def _between(a: NDArray, b: NDArray) -> NDArray:
    """Return the rotation vector that takes orientations a to b, in a's own axes."""
    return rot.to_rotvec(rot.multiply(rot.conjugate(a), b))


def _settle(skeleton: Skeleton, window: Window, start: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Turn windows to a common heading and place.

    Returns
    -------
    turn, shift with the roots' parts settled, and the headings (N, 4) taken out
    """
    rows = np.arange(len(start))
    turn, shift = window.turn.copy(), window.shift.copy()
    a, p = globals_of(skeleton, turn[rows, start], shift[rows, start])
    yaw = heading(a[:, skeleton.main])
    place = p[:, skeleton.main] * [1.0, 1.0, 0.0]
    back = rot.conjugate(yaw)[:, None, None]
    roots = np.flatnonzero(skeleton.parents < 0)
    arm = skeleton.offsets[roots]
    turn[:, :, roots] = rot.multiply(back, turn[:, :, roots])
    moved = rot.rotate(back, arm + shift[:, :, roots] - place[:, None, None])
    shift[:, :, roots] = moved - arm
    return turn, shift, yaw


def tokens(skeleton: Skeleton, window: Window, at: NDArray, start: NDArray) -> Tokens:
    """Build the network's input.

    Parameters
    ----------
    at : (N, T) int
        Frames that become tokens, rising.
    start : (N,) int
        Frame whose place and heading the window is measured from.
    """
    turn, shift, yaw = _settle(skeleton, window, start)
    a, p = globals_of(skeleton, turn, shift)
    n, frames, bones = turn.shape[:3]
    before, after = (_take(k[..., None], at)[..., 0] for k in key_neighbours(window.keyed))
    fps = window.fps[:, None, None]
    here = at[..., None]
    since = np.where(before < 0, _FAR_S, np.minimum((here - before) / fps, LONGEST_S))
    until = np.where(after >= frames, _FAR_S, np.minimum((after - here) / fps, LONGEST_S))
    both = (before >= 0) & (after < frames) & window.driven[:, None]
    room = since * until / np.maximum(since + until, 1e-6)
    room = np.where(both, np.minimum(room, 0.25 * LONGEST_S), 0.0)
    last, following = np.maximum(before, 0), np.minimum(after, frames - 1)
    low, high = np.maximum(at - 1, 0), np.minimum(at + 1, frames - 1)
    span = ((high - low) / window.fps[:, None])[..., None, None]
    d, s, g, place = (_take(v, at) for v in (turn, shift, a, p))
    # Ways to the keys on either side as speeds, so that short and long gaps look alike.
    before_s, after_s = (np.maximum(v, 1 / 30)[..., None] for v in (since, until))
    columns = [
        _six(d),
        0.2 * _between(_take(turn, low), _take(turn, high)) / span,
        _six(g),
        place,
        0.5 * (_take(p, high) - _take(p, low)) / span,
        s,
        0.5 * (_take(shift, high) - _take(shift, low)) / span,
        _take(window.keyed[..., None], at),
        np.broadcast_to(window.has_location[:, None, :, None], (*room.shape, 1)),
        np.broadcast_to(window.driven[:, None, :, None], (*room.shape, 1)),
        np.log1p(30 * since)[..., None] / 4,
        np.log1p(30 * until)[..., None] / 4,
        (since / np.maximum(since + until, 1e-6))[..., None],
        4 * room[..., None],
        0.2 * _between(_take(turn, last), d) / before_s,
        0.2 * _between(d, _take(turn, following)) / after_s,
        0.5 * (_take(p, following) - place) / after_s,
        0.5 * (place - _take(p, last)) / before_s,
        np.broadcast_to(skeleton.static, (*room.shape, STATIC)),
        np.broadcast_to(window.hints[:, None, None], (*room.shape, HINTS)),
    ]
    x = np.concatenate(columns, axis=-1, dtype=np.float32, casting="unsafe")
    seconds = ((at - at[:, :1]) / window.fps[:, None]).astype(np.float32)
    return Tokens(x, seconds, room.astype(np.float32), yaw)
