"""Say where feet stand and how they step, from what is known when a gap is filled.

A small network of its own, a few convolutions over time, the same for every end of a limb and every
control of every rig; ends of one body see each other through their mean. For each frame it says how
much the end is to be kept still, and how much the way should rise and lead between the keys.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from .ends import Ends, Says, describe, room_of, travel

NAME = "inbetween_contact_v1"
RATE = 30.0
"""Frames a second that the network takes; other rates are read off between frames."""


class Standing:
    """The open network.

    Attributes
    ----------
    session : the open file; tells its name, sha256 and the device in use
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NAME, settings)

    def __call__(self, ends: Ends) -> Says:
        """Say how ends stand and step."""
        frames = len(ends.path)
        at = np.arange(0.0, frames - 1 + 1e-6, ends.fps / RATE)
        out = self.session(x=describe(_resampled(ends, at))[None])
        still, lift = (
            np.stack([_back(v, at, frames) for v in out[n][0]], axis=1) for n in ("still", "steps")
        )
        room = room_of(ends.keyed, ends.fps)[..., None]
        way = travel(ends.body, ends.fps)[:, None]
        steps = room * (lift[..., :1] * way + lift[..., 1:] * [0.0, 0.0, 1.0])
        return Says(np.exp(still), steps)


def _resampled(ends: Ends, at: NDArray) -> Ends:
    """Read ends off at frames `at`; a key counts at the nearest of them."""
    if len(at) == len(ends.path) and np.allclose(at, np.arange(len(at))):
        return ends
    flat = np.concatenate([ends.path.reshape(len(ends.path), -1), ends.body, ends.seen], axis=1)
    read = np.stack([np.interp(at, np.arange(len(flat)), c) for c in flat.T], axis=1)
    count = ends.path.shape[1]
    keyed = np.zeros((len(at), count), bool)
    rows, which = np.nonzero(ends.keyed)
    near = np.clip(np.round(rows / max(at[1], 1e-6)).astype(int), 0, len(at) - 1)
    keyed[near, which] = True
    return Ends(
        read[:, : 3 * count].reshape(len(at), count, 3),
        keyed,
        read[:, 3 * count : 3 * count + 3],
        ends.floor,
        read[:, 3 * count + 3 :],
        RATE,
    )


def _back(values: NDArray, at: NDArray, frames: int) -> NDArray:
    """Return values (T, …) told at frames `at` on every frame."""
    flat = values.reshape(len(at), -1)
    read = np.stack([np.interp(np.arange(frames), at, c) for c in flat.T], axis=1)
    return read.reshape(frames, *values.shape[1:])
