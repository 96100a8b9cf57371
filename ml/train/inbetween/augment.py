"""Make other rigs out of the ones there are: a batch of windows on one skeleton, changed together.

Bone axes need no augmentation: the canonical form knows nothing of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ... import rotations as rot
from ...inbetween import features


@dataclass(frozen=True)
class Windows:
    """True motion: N windows of F frames on one skeleton; see `data.Sequence` for the fields."""

    parents: NDArray
    heads: NDArray
    turn: NDArray
    shift: NDArray
    moves: NDArray
    contact: NDArray
    fps: NDArray


def augment(w: Windows, rng: Generator, strength: float) -> Windows:
    """Change the rig, the side and the speed at random; `strength` 0 to 1 says how often."""
    if rng.random() < 0.5:
        w = mirror(w)
    if rng.random() < 0.5 * strength:
        w = scale_bones(w, rng)
    if rng.random() < 0.4 * strength:
        w = change_rest(w, rng)
    if rng.random() < 0.2 * strength:
        w = merge_bones(w, rng)
    if rng.random() < 0.15 * strength:
        w = insert_bones(w, rng)
    if rng.random() < 0.12 * strength:
        w = to_controls(w, rng)
    if rng.random() < 0.2 * strength:
        w = turn_about(w, rng.choice([rng.uniform(-np.pi, np.pi), np.pi / 2, np.pi]))
    return replace(w, fps=w.fps * np.exp(rng.uniform(-0.25, 0.25) * strength))


def mirror(w: Windows) -> Windows:
    """Swap left and right, of the rig too."""
    flip = np.array([-1.0, 1.0, 1.0])
    turn = w.turn * [1.0, 1.0, -1.0, -1.0]
    return replace(w, heads=w.heads * flip, shift=w.shift * flip, turn=turn)


def turn_about(w: Windows, angle_rad: float) -> Windows:
    """Build the rig facing another way."""
    q = rot.from_rotvec([0.0, 0.0, angle_rad])
    turn = rot.multiply(rot.multiply(q, w.turn), rot.conjugate(q))
    return replace(w, heads=rot.rotate(q, w.heads), shift=rot.rotate(q, w.shift), turn=turn)


def _with_heads(w: Windows, offsets: NDArray) -> Windows:
    """Return the windows on new rest offsets, lengths in the new height."""
    heads = np.zeros_like(offsets)
    for b, p in enumerate(w.parents):
        heads[b] = offsets[b] + (heads[p] if p >= 0 else 0.0)
    height = features.height_of(heads)
    return replace(w, heads=heads / height, shift=w.shift / height)


def scale_bones(w: Windows, rng: Generator) -> Windows:
    """Make bones longer and shorter, both sides alike."""
    skeleton = features.build(w.parents, w.heads)
    factor = np.exp(rng.normal(0.0, 0.15, len(w.parents)))
    mirrored = skeleton.relation == features.RELATIONS - 1
    partner = np.where(mirrored.any(axis=1), mirrored.argmax(axis=1), np.arange(len(factor)))
    factor = factor[np.minimum(partner, np.arange(len(factor)))]
    factor[w.parents < 0] = 1.0
    return _with_heads(w, skeleton.offsets * factor[:, None])


def change_rest(w: Windows, rng: Generator) -> Windows:
    """Take another pose for the rest pose: one of the motion's, or a disturbed one."""
    skeleton = features.build(w.parents, w.heads)
    if rng.random() < 0.3:
        pose = w.turn[rng.integers(len(w.turn)), rng.integers(w.turn.shape[1])].astype(float)
        pose[w.parents < 0] = rot.IDENTITY
    else:
        pose = rot.from_rotvec(rng.normal(0.0, 0.25, (len(w.parents), 3)))
        pose[w.parents < 0] = rot.IDENTITY
    a_rest, heads = features.globals_of(skeleton, pose, np.zeros_like(w.heads))
    a, _ = features.globals_of(skeleton, w.turn.astype(float), w.shift.astype(float))
    a = rot.multiply(a, rot.conjugate(a_rest))
    above = np.where((w.parents >= 0)[:, None], a_rest[w.parents], rot.IDENTITY)
    turn = _locals(w.parents, a)
    height = features.height_of(heads)
    shift = rot.rotate(above, w.shift) / height
    return replace(w, heads=heads / height, turn=turn, shift=shift)


def _locals(parents: NDArray, a: NDArray) -> NDArray:
    """Return turns relative to the parents from global ones (..., B, 4)."""
    child = parents >= 0
    out = a.copy()
    out[..., child, :] = rot.multiply(rot.conjugate(a[..., parents[child], :]), a[..., child, :])
    return out


def _rebuild(
    w: Windows,
    source: NDArray,
    parents: NDArray,
    free: NDArray,
    heads: NDArray,
    a: NDArray,
    p: NDArray,
) -> Windows:
    """Build windows on new bones.

    `source` names the old bone of each new one (for its contacts), `a` and `p` hold the new
    bones' global turns and places; only `free` bones follow the places exactly.
    """
    order = _parents_first(parents)
    rank = np.argsort(order)
    parents = np.where(parents[order] >= 0, rank[parents[order]], -1)
    source, free, heads = source[order], free[order], heads[order]
    a, p = a[..., order, :], p[..., order, :]
    child = (parents >= 0)[:, None]
    arm = p - np.where(child, p[..., parents, :], 0.0)
    above = np.where(child, a[..., parents, :], rot.IDENTITY)
    rest = heads - np.where(child, heads[parents], 0.0)
    shift = np.where(free[:, None], rot.rotate(rot.conjugate(above), arm) - rest, 0.0)
    return Windows(parents, heads, _locals(parents, a), shift, free, w.contact[..., source], w.fps)


def _parents_first(parents: NDArray) -> NDArray:
    """Return an order of bones in which parents stand before children."""
    depth = np.zeros(len(parents), int)
    for _ in range(len(parents)):
        deeper = np.where(parents >= 0, depth[parents] + 1, 0)
        if (deeper == depth).all():
            break
        depth = deeper
    return np.argsort(depth, kind="stable")


def _globals(w: Windows) -> tuple[NDArray, NDArray]:
    skeleton = features.build(w.parents, w.heads)
    return features.globals_of(skeleton, w.turn.astype(float), w.shift.astype(float))


def merge_bones(w: Windows, rng: Generator) -> Windows:
    """Take some bones out; their children hang on what is above."""
    count = len(w.parents)
    keep = rng.random(count) > rng.uniform(0.05, 0.3)
    keep |= (w.parents < 0) | w.moves
    if keep.sum() < 4:
        return w
    above = w.parents.copy()
    for b in range(count):
        while above[b] >= 0 and not keep[above[b]]:
            above[b] = w.parents[above[b]]
    kept = np.flatnonzero(keep)
    rank = np.cumsum(keep) - 1
    parents = np.where(above[kept] >= 0, rank[above[kept]], -1)
    a, p = _globals(w)
    return _rebuild(
        w, kept, parents, w.moves[kept], w.heads[kept], a[..., kept, :], p[..., kept, :]
    )


def insert_bones(w: Windows, rng: Generator) -> Windows:
    """Put bones in the middle of some: they take half the turn, or hang there and take it all."""
    a, p = _globals(w)
    child = np.flatnonzero((w.parents >= 0) & ~w.moves)
    if not len(child):
        return w
    chosen = rng.choice(child, min(len(child), int(rng.integers(1, 4))), replace=False)
    count = len(w.parents)
    parents = np.concatenate([w.parents, w.parents[chosen]])
    in_line = rng.random() < 0.7
    if in_line:
        parents[chosen] = count + np.arange(len(chosen))
    above = w.parents[chosen]
    heads = np.concatenate([w.heads, 0.5 * (w.heads[above] + w.heads[chosen])])
    half = rot.slerp(a[..., above, :], a[..., chosen, :], np.float64(rng.choice([0.0, 0.5])))
    a = np.concatenate([a, half], axis=-2)
    p = np.concatenate([p, 0.5 * (p[..., above, :] + p[..., chosen, :])], axis=-2)
    source = np.concatenate([np.arange(count), above])
    free = np.concatenate([w.moves, np.zeros(len(chosen), bool)])
    return _rebuild(w, source, parents, free, heads, a, p)


def to_controls(w: Windows, rng: Generator) -> Windows:
    """Turn limbs into IK-style controls: the end moves in the rig's space, the rest goes."""
    count = len(w.parents)
    children = np.bincount(w.parents[w.parents >= 0], minlength=count)
    gone, ends = np.zeros(count, bool), []
    for leaf in rng.permutation(np.flatnonzero(children == 0)):
        chain = [int(leaf)]
        while w.parents[chain[-1]] >= 0 and children[w.parents[chain[-1]]] == 1:
            chain.append(int(w.parents[chain[-1]]))
        if len(chain) >= 3 and w.parents[chain[-1]] >= 0 and rng.random() < 0.8:
            end = int(rng.integers(0, min(2, len(chain) - 2)))
            ends.append(chain[end])
            gone[chain[end + 1 :]] = True
    kept = np.flatnonzero(~gone)
    if not ends or len(kept) < 3:
        return w
    rank = np.cumsum(~gone) - 1
    parents, free = w.parents.copy(), w.moves.copy()
    parents[ends], free[ends] = -1, True
    parents = np.where(parents[kept] >= 0, rank[parents[kept]], -1)
    a, p = _globals(w)
    return _rebuild(w, kept, parents, free[kept], w.heads[kept], a[..., kept, :], p[..., kept, :])
