"""Run the in-betweening network: a residual on the base curve, for any skeleton and any range.

The network does not see every frame. Frames near the edges of a gap and a few in each tenth of a
second become *nodes*; what it says there is joined by smooth curves. Long ranges go through in
pieces that overlap and are faded into each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rot
from ..curves import evaluate
from ..errors import ModelError
from ..runtime import Session, Settings
from . import base, features
from .deltas import pinned

NAME = "inbetween_v3"

CONTEXT_NODES = (0, 1, 4, 9)
"""Known frames before a gap that the network is shown, counted back from the gap's edge."""
AFTER_NODES = (0, 4)

_FEWEST = 8  # nodes in a gap, where it has as many frames
_SPACING_S = 0.13
_REACH_S = 4.0  # beyond the longest gap in training
_PIECE, _OVERLAP = 28, 8  # nodes
_BUDGET = 8_000_000  # bones times bones times nodes: what a piece may cost


@dataclass
class Clip:
    """A base curve to be improved.

    Attributes
    ----------
    parents : (B,) int
        Parents before children, -1 for none.
    rest : (B, 4, 4) armature space
    height : float
        Character height, armature units.
    fps : float
    basis : (F, B, 4) wxyz
        Base curve: pose-bone rotation relative to rest.
    location : (F, B, 3)
        Pose-bone location channels, armature units; 0 where there are none.
    keyed : (F, B) bool
    has_location : (B,) bool
    driven : (B,) bool
        Bones to fill; the others are context.
    """

    parents: NDArray
    rest: NDArray
    height: float
    fps: float
    basis: NDArray
    location: NDArray
    keyed: NDArray
    has_location: NDArray
    driven: NDArray


@dataclass
class Residual:
    """What the network would add to the base curve.

    Attributes
    ----------
    rotvec : (F, B, 3) radians
        To be multiplied on the basis from the right.
    location : (F, B, 3) armature units
    gate : (F, B) 0 to 1
        How far to trust what is proposed, base and residual, rather than what is plain: see
        `proposed`.
    contact : (F, B) 0 to 1
        Probability that the bone's end stands.
    """

    rotvec: NDArray
    location: NDArray
    gate: NDArray
    contact: NDArray


def proposed(
    residual: Residual, basis: NDArray, location: NDArray, keyed: NDArray
) -> tuple[NDArray, NDArray]:
    """Return basis (F, B, 4) and location (F, B, 3) with a residual on them, as far as trusted.

    Where the gate is shut, the straight way stands beside keys on consecutive frames, and between
    lone keys the base, which is the artist's own curve. `keyed` (F, B) are the bones' own keys.
    """
    trust = residual.gate.copy()
    for bones, first, last in base.gaps(keyed):
        if any(base.known_beside(keyed, bones, first, last)):
            trust[first + 1 : last, bones] = 1.0
    turn, shift = pinned(residual.rotvec, keyed), pinned(residual.location, keyed)
    basis = rot.multiply(basis, rot.from_rotvec(trust[..., None] * turn))
    location = location + trust[..., None] * shift
    return base.drawn(basis, location, keyed, residual.gate, residual.gate)


class Network:
    """The open network.

    Attributes
    ----------
    session : the open file; tells its name, sha256 and the device in use
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NAME, settings)

    def __call__(self, clip: Clip, seed: int = 0, spread: float = 0.0) -> Residual:
        """Propose a residual.

        Parameters
        ----------
        clip : Clip
        seed : int
            Which take; only where `spread` is not 0.
        spread : 0 for the likeliest take; about 1 for takes as different as captured motion is

        Returns
        -------
        Residual
            0 at a driven bone's own keys, outside them, and for bones that are not driven.
        """
        _require(clip)
        frames, bones = clip.basis.shape[:2]
        residual = Residual(
            np.zeros((frames, bones, 3)),
            np.zeros((frames, bones, 3)),
            np.ones((frames, bones)),
            np.zeros((frames, bones)),
        )
        keyed = clip.keyed | ~clip.driven
        before, after = features.key_neighbours(keyed)
        free = (before >= 0) & (after < frames) & ~keyed
        nodes = choose_nodes(free, keyed, clip.fps)
        if not len(nodes):
            return residual
        skeleton = features.describe(clip.parents, clip.rest, clip.height)
        turn, shift = features.canonical(skeleton, clip.basis, clip.location)
        rng = np.random.default_rng(seed)
        said = np.zeros((len(nodes), bones, 8))
        total = np.zeros((len(nodes), 1, 1))
        for piece in pieces(len(nodes), bones):
            at = nodes[piece]
            cut, known = _surroundings(at, before, after, keyed, clip.fps)
            hints = np.zeros((1, features.HINTS))
            if spread:
                hints[0] = [*np.clip(spread * rng.normal(0.0, 0.8, 2), -2, 2), 1.0]
            window = features.Window(
                turn[None, cut],
                shift[None, cut],
                known[None],
                clip.driven[None],
                clip.has_location[None],
                np.array([clip.fps], float),
                hints,
            )
            weight = _fade(piece, len(nodes))[:, None, None]
            said[piece] += weight * self._say(skeleton, window, at - cut.start)
            total[piece] += weight
        self._lay(residual, skeleton, said / total, nodes, free)
        longer = (after - before) / clip.fps / features.LONGEST_S - 1.0
        fading = np.clip(1.0 - longer, 0.0, 1.0)[..., None]  # gaps beyond training: less and less
        residual.rotvec *= fading
        residual.location *= fading
        return residual

    def _say(self, skeleton: features.Skeleton, window: features.Window, at: NDArray) -> NDArray:
        """Return (T, B, 8): residual turn and shift in canonical axes, gate, contact."""
        seen = features.tokens(skeleton, window, at[None], at[:1])
        out = self.session(
            x=seen.x, seconds=seen.seconds, room=seen.room, relation=skeleton.relation
        )
        said = np.concatenate(
            [out["turn"], out["shift"], out["gate"][..., None], out["contact"][..., None]], -1
        )[0].astype(float)
        roots = np.flatnonzero(skeleton.parents < 0)
        said[:, roots, 3:6] = rot.rotate(seen.yaw[0], said[:, roots, 3:6])
        return said

    @staticmethod
    def _lay(
        residual: Residual,
        skeleton: features.Skeleton,
        said: NDArray,
        nodes: NDArray,
        free: NDArray,
    ) -> None:
        """Spread what was said at the nodes over the frames, in each bone's own axes."""
        back = rot.conjugate(skeleton.rest)
        said[..., 0:3] = rot.rotate(back, said[..., 0:3])
        said[..., 3:6] = rot.rotate(back, said[..., 3:6]) * skeleton.height
        span = np.arange(nodes[0], nodes[-1] + 1)
        values = said.reshape(len(nodes), -1)
        slopes = np.gradient(values, nodes, axis=0) if len(nodes) > 1 else np.zeros_like(values)
        full = evaluate(nodes, values, slopes, span).reshape(len(span), -1, 8)
        open_here = free[span][..., None]
        residual.rotvec[span] = np.where(open_here, full[..., 0:3], 0.0)
        residual.location[span] = np.where(open_here, full[..., 3:6], 0.0)
        residual.gate[span] = np.clip(full[..., 6], 0.0, 1.0)
        residual.contact[span] = np.clip(full[..., 7], 0.0, 1.0)


def _surroundings(
    at: NDArray, before: NDArray, after: NDArray, keyed: NDArray, fps: float
) -> tuple[slice, NDArray]:
    """Return the frames that a piece needs, up to its bones' keys on either side, and their keys.

    Keys further than `_REACH_S` off are taken to stand there.
    """
    reach, frames = int(np.ceil(_REACH_S * fps)), len(keyed)
    first, last = int(at[0]), int(at[-1])
    earlier, later = before[first], after[last]
    low = int(np.where(earlier >= 0, earlier, first).min())
    high = int(np.where(later < frames, later, last).max())
    cut = slice(max(low, first - reach, 0), min(high, last + reach, frames - 1) + 1)
    known = keyed[cut].copy()
    if cut.start > low:
        known[0] |= earlier >= 0
    if cut.stop <= high:
        known[-1] |= later < frames
    return cut, known


def _require(clip: Clip) -> None:
    """Raise ModelError where a clip is not what the network can take."""
    frames, bones = clip.basis.shape[:2]
    wanted = {
        "parents": (bones,),
        "rest": (bones, 4, 4),
        "basis": (frames, bones, 4),
        "location": (frames, bones, 3),
        "keyed": (frames, bones),
        "has_location": (bones,),
        "driven": (bones,),
    }
    for name, shape in wanted.items():
        got = np.shape(getattr(clip, name))
        if got != shape:
            raise ModelError(f"In-betweening: {name} has shape {got}; it takes {shape}")
    for name in ("rest", "basis", "location"):
        if not np.isfinite(getattr(clip, name)).all():
            raise ModelError(
                f"In-betweening: {name} holds values that are not numbers. Look for broken keys "
                "or drivers on the selected bones"
            )
    if not clip.fps > 0 or not clip.height > 0:
        raise ModelError("In-betweening needs a frame rate and a character height above zero")


def choose_nodes(free: NDArray, keyed: NDArray, fps: float) -> NDArray:
    """Return the frames, rising, at which the network looks.

    Parameters
    ----------
    free, keyed : (F, B) bool
        Where a bone is to be filled, where it has a key.
    """
    open_frames = free.any(axis=1)
    chosen = np.zeros(len(open_frames), bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], open_frames, [False]]).astype(int)))
    ever = keyed.all(axis=0)
    some_key = keyed[:, ~ever].any(axis=1)
    for first, last in zip(edges[::2], edges[1::2] - 1, strict=True):
        length = last - first + 1
        count = min(length, max(_FEWEST, int(np.ceil(length / (_SPACING_S * fps)))))
        parts = np.linspace(first, last + 1, count + 1)
        chosen[np.floor(0.5 * (parts[:-1] + parts[1:])).astype(int)] = True
        chosen[first : last + 1] |= some_key[first : last + 1]
        known = np.append(first - 1 - np.array(CONTEXT_NODES), last + 1 + np.array(AFTER_NODES))
        known = known[(known >= 0) & (known < len(chosen))]
        near = ~open_frames[known]
        near[0] = True
        chosen[known[near]] = True
    return np.flatnonzero(chosen)


def pieces(count: int, bones: int) -> list[slice]:
    """Return overlapping slices of nodes that the network takes one after the other."""
    size = int(np.clip(_BUDGET // max(bones, 1) ** 2, _OVERLAP + 4, _PIECE))
    if count <= size:
        return [slice(0, count)]
    step = size - _OVERLAP
    starts = np.arange(0, count - _OVERLAP, step)
    return [slice(int(s), int(min(s + size, count))) for s in starts]


def _fade(piece: slice, count: int) -> NDArray:
    """Return each node's weight in a piece: full inside, falling where another piece overlaps."""
    length = piece.stop - piece.start
    weight = np.ones(length)
    ramp = (np.arange(_OVERLAP) + 0.5) / _OVERLAP
    if piece.start > 0:
        weight[:_OVERLAP] *= ramp[:length]
    if piece.stop < count:
        weight[-_OVERLAP:] *= ramp[::-1][-length:]
    return weight
