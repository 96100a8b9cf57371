"""Run the key picker: how much each frame looks like a pose that an animator would key.

It sees how a solved body moves, each joint beside the others and beside what is usual around that
time, so that a slow shot counts as much as a fast one; never which pose it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from .. import rotations as rt
from ..runtime import Session, Settings
from .body import PARENT, ROLES, Motion
from .solver import JOINT_NAMES

NAME = "key_picker_v1"
RATE = 30.0
"""Frames a second that the network works at; others are resampled to it and back."""

POINTS = (
    "nose", "neck",
    *(f"{part}.{side}" for part in ("forearm", "hand", "fingers", "shin", "foot", "toes")
      for side in "LR"),
)  # fmt: skip
"""Joints that it watches, about the hips; beside them the hips' own path."""
_TURNS = tuple(r for r in ROLES if not r.startswith(("shoulder", "toe")))
_PLACES = [JOINT_NAMES.index(name) for name in POINTS]
PATHS = len(POINTS) + 1
INPUTS = 3 * PATHS + 2 * PATHS + len(_TURNS) + 4
"""Width of `describe`: directions and speeds first, in this order."""
_AROUND_S = 0.5
_STILL = 0.1  # leg lengths a second, beside which movement is told from trembling
_SMOOTH_S = 0.02
_PIECE, _OVERLAP = 1024, 48  # frames; the network sees 23 to either side


@dataclass
class Rated:
    """What the network says.

    Attributes
    ----------
    score : (F,) 0 to 1
    model : {network: sha256}
    """

    score: NDArray
    model: dict[str, str]


def describe(motion: Motion) -> NDArray:
    """Lay out a motion at `RATE` frames a second for the network.

    Returns
    -------
    (F, INPUTS) float32
        For each path (`POINTS` about the hips, then the hips): its velocity over the body's mean
        speed around then (3), the logarithm of its speed and of its change of velocity in a
        tenth of a second in the same unit (2 a path); the same logarithm for each segment's
        turning against its parent; the logarithms of the body's speed now and around then, how
        far it goes on in the direction it came from, and the confidence.
    """
    leg = motion.leg_length
    root = motion.root / leg
    about = motion.joints[:, _PLACES] / leg - root[:, None]
    paths = np.concatenate([about, root[:, None]], axis=1)
    paths = gaussian_filter1d(paths, _SMOOTH_S * RATE, axis=0, mode="nearest")
    velocity = np.gradient(paths, axis=0) * RATE
    speed = np.linalg.norm(velocity, axis=-1)
    whole = np.sqrt(np.square(speed).mean(axis=1))
    usual = gaussian_filter1d(whole, _AROUND_S * RATE, mode="nearest") + _STILL
    reach = max(1, round(0.05 * RATE))
    after = np.concatenate([velocity[reach:], np.repeat(velocity[-1:], reach, axis=0)])
    before = np.concatenate([np.repeat(velocity[:1], reach, axis=0), velocity[:-reach]])
    change = np.linalg.norm(after - before, axis=-1)
    going = (after * before).sum(axis=(1, 2))
    going /= np.sqrt(np.square(after).sum((1, 2)) * np.square(before).sum((1, 2))) + 1e-3
    turning = _turning(motion.rot)
    unit = usual[:, None]
    columns = [
        (velocity / unit[..., None]).reshape(len(paths), -1),
        np.log(speed / unit + 0.05),
        np.log(change / unit + 0.05),
        np.log(turning / unit + 0.05),
        np.log(whole / usual + 0.02)[:, None],
        np.log(usual)[:, None],
        going[:, None],
        motion.confidence[:, None],
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _turning(rot: NDArray) -> NDArray:
    """Return (F, len(_TURNS)) how fast segments turn against their parents, radians a second."""
    local = []
    for role in _TURNS:
        q, above = rot[:, ROLES.index(role)], PARENT[role]
        if above is not None:
            q = rt.multiply(rt.conjugate(rot[:, ROLES.index(above)]), q)
        local.append(gaussian_filter1d(rt.continuous(q), _SMOOTH_S * RATE, axis=0, mode="nearest"))
    return 2.0 * RATE * np.linalg.norm(np.gradient(np.stack(local, axis=1), axis=0), axis=-1)


def at_rate(motion: Motion, rate: float = RATE) -> Motion:
    """Return a motion resampled to even frames at `rate`; itself where it has that rate."""
    time = np.asarray(motion.time, float)
    count = max(2, round((time[-1] - time[0]) * rate) + 1)
    even = time[0] + np.arange(count) / rate
    if len(time) == count and np.allclose(time, even, atol=1e-3 / rate):
        return motion
    at = np.interp(even, time, np.arange(len(time)))
    low = np.minimum(at.astype(int), len(time) - 2)

    def between(values: NDArray) -> NDArray:
        part = (at - low).reshape(-1, *[1] * (values.ndim - 1))
        return (1.0 - part) * values[low] + part * values[low + 1]

    return Motion(
        time=even,
        rot=rt.normalize(between(motion.rot)),
        root=between(motion.root),
        leg_length=motion.leg_length,
        contact=motion.contact[np.round(at).astype(int)],
        confidence=between(motion.confidence),
        joints=between(motion.joints),
        joint_names=motion.joint_names,
        offsets=motion.offsets,
    )


def score(motion: Motion, settings: Settings | None = None) -> Rated:
    """Rate the frames of a motion of at least two frames, of any rate and length."""
    session = Session(NAME, settings)
    even = at_rate(motion)
    inputs = describe(even)
    frames, parts = len(inputs), []
    step = _PIECE - 2 * _OVERLAP
    for start in range(0, max(1, frames - 2 * _OVERLAP), step):
        rows = slice(start, min(start + _PIECE, frames))
        said = session(inputs=inputs[None, rows])["score"][0]
        first = 0 if start == 0 else _OVERLAP
        parts.append(said[first : None if rows.stop == frames else _PIECE - _OVERLAP])
        if rows.stop == frames:
            break
    rated = 1.0 / (1.0 + np.exp(-np.concatenate(parts).astype(float)))
    if even is not motion:
        rated = np.interp(motion.time, even.time, rated)
    return Rated(rated, {NAME: session.sha256})
