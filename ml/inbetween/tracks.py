"""Channels of bones as rotations and places, and back, without a jump against the artist's own."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import euler
from .. import rotations as rt

_PILED = 0.1  # of a rig's extent with its tails: heads nearer to each other are in one place
SIZE = {"QUATERNION": 4, "AXIS_ANGLE": 4, "LOCATION": 3}


@dataclass
class Track:
    """The rotation or the location of one bone.

    Attributes
    ----------
    bone : int
    path, group : str
        RNA path and F-curve group of the channels.
    mode : str
        "LOCATION", or a rotation mode of `ml.rig`.
    column : int
        First of its columns among all channels; it has one a component, keyed or not.
    indices : list of int
        Components that have a curve; only these are written.
    driven : bool
        Whether it is to be filled; else it is context.
    """

    bone: int
    path: str
    group: str
    mode: str
    column: int
    indices: list[int] = field(default_factory=list)
    driven: bool = True

    @property
    def columns(self) -> slice:
        """Return its columns among all channels."""
        return slice(self.column, self.column + SIZE.get(self.mode, 3))

    @property
    def moves(self) -> bool:
        """Tell a location from a rotation."""
        return self.mode == "LOCATION"

    def pack(self) -> dict:
        """Return JSON values that rebuild it."""
        return asdict(self)


def to_rotation(values: ArrayLike, mode: str) -> NDArray:
    """Convert the channels (F, 3 or 4) of one bone to unit quaternions (F, 4)."""
    values = np.asarray(values, float)
    if mode == "QUATERNION":
        unit = rt.normalize(values)
        # Four zeros are no rotation to Blender.
        return np.where(np.any(unit, axis=-1, keepdims=True), unit, rt.IDENTITY)
    if mode == "AXIS_ANGLE":
        return rt.from_rotvec(values[..., :1] * rt.normalize(values[..., 1:]))
    return euler.to_quaternion(values, mode)


def from_rotation(q: ArrayLike, mode: str, beside: ArrayLike) -> NDArray:
    """Convert quaternions (F, 4) to channels, of all that mean the same those nearest `beside`.

    Parameters
    ----------
    q : (F, 4)
    mode : rotation mode
    beside : (F, 3 or 4)
        The artist's channels on the same frames, whole turns and all.
    """
    q, beside = np.asarray(q, float), np.asarray(beside, float)
    if mode == "QUATERNION":
        size = np.linalg.norm(beside, axis=-1, keepdims=True)
        size = np.where(size > 1e-6, size, 1.0)
        flip = np.sum(q * beside, axis=-1, keepdims=True) < 0.0
        return np.where(flip, -q, q) * size
    if mode == "AXIS_ANGLE":
        return _axis_angle(q, beside)
    return _angles(q, mode, beside)


_SHORT = 0.7  # of a key's: curves between quaternion keys of one sign are hardly shorter


def carried_signs(q: NDArray, own: NDArray, keyed: NDArray) -> NDArray:
    """Return quaternions (F, 4) of the sign of the artist's key before, and about their size.

    Between keys of opposite signs the artist's curve turns the long way and passes near 0, where
    any error is a large turn: it is no measure there, and the sign changes at the second key.

    Parameters
    ----------
    q : (F, 4)
    own : (F, 4) the artist's channels
    keyed : (F,) bool
    """
    smooth = rt.continuous(q)
    before = np.maximum.accumulate(np.where(keyed, np.arange(len(q)), 0))
    sign = np.where((smooth * own).sum(axis=-1) < 0.0, -1.0, 1.0)
    size = np.linalg.norm(own, axis=-1)
    size = np.maximum(np.where(size > 1e-6, size, 1.0), _SHORT * size[before])
    return smooth * (sign[before] * size)[:, None]


def _angles(q: NDArray, order: str, beside: NDArray) -> NDArray:
    one = euler.from_quaternion(q, order)
    other = one + np.pi
    middle = "XYZ".index(order[1])
    other[..., middle] = np.pi - one[..., middle]
    turn = 2.0 * np.pi
    both = [a + turn * np.round((beside - a) / turn) for a in (one, other)]
    away = [np.abs(a - beside).sum(axis=-1) for a in both]
    return np.where((away[0] <= away[1])[:, None], both[0], both[1])


def _axis_angle(q: NDArray, beside: NDArray) -> NDArray:
    vector = rt.to_rotvec(q)
    angle = np.linalg.norm(vector, axis=-1, keepdims=True)
    known = rt.normalize(beside[:, 1:])
    axis = np.where(angle > 1e-6, vector / np.maximum(angle, 1e-6), known)
    flip = np.sum(axis * known, axis=-1, keepdims=True) < 0.0
    axis, angle = np.where(flip, -axis, axis), np.where(flip, -angle, angle)
    turn = 2.0 * np.pi
    angle = angle + turn * np.round((beside[:, :1] - angle) / turn)
    return np.concatenate([angle, axis], axis=-1)


def weights(tracks: list[Track], values: NDArray) -> NDArray:
    """Return (C,) radians, or location units, that a channel's unit stands for at most."""
    out = np.ones(values.shape[1])
    for track in tracks:
        if track.mode == "QUATERNION":
            out[track.columns] = 2.0
        elif track.mode == "AXIS_ANGLE":
            out[track.column + 1 : track.column + 4] = np.abs(values[:, track.column]).max()
    return out


@dataclass
class Body:
    """A rest pose, for forward kinematics in armature space.

    Attributes
    ----------
    parents : (B,) int, parents before children, -1 for none
    turn : (B, 4)
        Rest orientation in the parent's.
    offset : (B, 3)
        Rest head in the parent's axes, from the parent's head.
    heads : (B, 3) rest heads, armature space
    height : float
        The largest extent of the rest heads; of the whole bones where all heads are in one place.
    """

    parents: NDArray
    turn: NDArray
    offset: NDArray
    heads: NDArray
    height: float

    @classmethod
    def of(cls, parents: NDArray, rest: NDArray, lengths: NDArray | None = None) -> Body:
        """Read it from rest matrices (B, 4, 4), armature space, and the bones' lengths (B,)."""
        axes = rt.from_matrix(_unscaled(rest[:, :3, :3]))
        above = np.where(parents[:, None] >= 0, axes[parents], rt.IDENTITY)
        heads = rest[:, :3, 3]
        start = np.where(parents[:, None] >= 0, heads[parents], 0.0)
        back = rt.conjugate(above)
        turn, offset = rt.multiply(back, axes), rt.rotate(back, heads - start)
        return cls(parents, turn, offset, heads, _height(heads, axes, lengths))

    def pose(self, basis: NDArray, location: NDArray) -> tuple[NDArray, NDArray]:
        """Return (F, B, 4) orientations and (F, B, 3) heads in armature space."""
        turn, head = np.empty_like(basis), np.empty_like(location)
        for b, p in enumerate(self.parents):
            own = rt.multiply(self.turn[b], basis[:, b])
            move = self.offset[b] + rt.rotate(self.turn[b], location[:, b])
            if p < 0:
                turn[:, b], head[:, b] = own, move
            else:
                turn[:, b] = rt.multiply(turn[:, p], own)
                head[:, b] = head[:, p] + rt.rotate(turn[:, p], move)
        return turn, head


def _height(heads: NDArray, axes: NDArray, lengths: NDArray | None) -> float:
    size = float(np.ptp(heads, axis=0).max())
    if lengths is not None:
        tails = heads + rt.rotate(axes, [0.0, 1.0, 0.0]) * lengths[:, None]
        whole = float(np.ptp(np.concatenate([heads, tails]), axis=0).max())
        size = size if size > _PILED * whole else whole
    return max(size, 1e-6)


def _unscaled(m: NDArray) -> NDArray:
    return m / np.maximum(np.linalg.norm(m, axis=-2, keepdims=True), 1e-9)
