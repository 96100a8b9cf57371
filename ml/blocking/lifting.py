"""What the lifter sees and says: the one place where its numbers are named and laid out.

Everything is in view axes: metres, x right, y down, z away, for a camera turned so that it looks
straight at the middle of the hips. That is how the landmark network sees the person, and it
makes the answer independent of where in the picture somebody stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from .. import rotations as rt
from .body import CONTACTS, ROLES

RATE = 30.0
"""Frames a second that the network works at; others are resampled to it and back."""

LANDMARKS = (0, 7, 8, *range(11, 33))
"""Which of the 33 landmarks it sees."""

JOINTS = (
    *(f"{part}.{side}" for side in "LR"
      for part in ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")),
    "heel.L", "toes.L", "heel.R", "toes.R", "nose",
)  # fmt: skip
"""Which joints it answers with."""
HIPS = (3, 9)
HINGES = ((3, 4, 5), (9, 10, 11), (0, 1, 2), (6, 7, 8))
"""Left and right knee, left and right elbow: the joints whose angle is their bend."""
JOINT_OF = {
    0: 16, 7: 16, 8: 16, 11: 0, 12: 6, 13: 1, 14: 7, 15: 2, 16: 8, 17: 2, 18: 8, 19: 2, 20: 8,
    21: 2, 22: 8, 23: 3, 24: 9, 25: 4, 26: 10, 27: 5, 28: 11, 29: 12, 30: 14, 31: 13, 32: 15,
}  # fmt: skip
"""Landmark to the joint that it belongs to or rides on."""
LANDMARK_OF = {joint: mark for mark, joint in JOINT_OF.items() if mark == 0 or mark > 10}
LANDMARK_OF |= {2: 15, 8: 16}

_PLACE = {mark: k for k, mark in enumerate(LANDMARKS)}
AS_JOINTS = [_PLACE[LANDMARK_OF[j]] for j in range(len(JOINTS))]
"""Rows of `LANDMARKS` that are the detector's own guess of `JOINTS`."""

INPUTS = 6 * len(LANDMARKS) + 3
OUTPUTS = {
    "joints": 3 * len(JOINTS),
    "spread": len(JOINTS),
    "rotation": 6 * len(ROLES),
    "contact": len(CONTACTS),
    "up": 3,
    "velocity": 3,
    "bend": len(HINGES),
    "bend_spread": len(HINGES),
}
"""Name and width of what it answers, in order."""
_SWAP_MARKS = [
    LANDMARKS.index({0: 0, 7: 8, 8: 7}.get(m, m + 1 if m % 2 else m - 1)) for m in LANDMARKS
]
_SWAP_JOINTS = [
    JOINTS.index(j[:-1] + {"L": "R", "R": "L"}[j[-1]] if j[-2:] in (".L", ".R") else j)
    for j in JOINTS
]
_SWAP_ROLES = [
    ROLES.index(r[:-1] + {"L": "R", "R": "L"}[r[-1]] if r[-2:] in (".L", ".R") else r)
    for r in ROLES
]
_SWAP_HINGES = [1, 0, 3, 2]
_FLIP = np.array([-1.0, 1.0, 1.0])
_USUAL = np.array((
    0.9996, 0.9991, 0.9992, 0.9995, 0.9996, 0.7549, 0.8111, 0.7527, 0.8121, 0.7348, 0.7915,
    0.7353, 0.7921, 0.7175, 0.7723, 0.9992, 0.9993, 0.9100, 0.9376, 0.9050, 0.9221, 0.8712,
    0.8849, 0.8997, 0.9120,
))  # fmt: skip
"""How visible each of `LANDMARKS` is on rendered clips, in the mean; see `lay_out`."""
_SIZE_SMOOTH_S = 0.2
_FAR = 4.0  # metres; nothing of a body is further from the hips on the picture's plane


@dataclass
class View:
    """A person as seen, ready for the network.

    Attributes
    ----------
    inputs : (F, INPUTS) float32
    turn : (F, 4) quaternions from the camera's axes to view axes
    detected : (F, len(JOINTS), 3) metres, the detector's own joints, hips at the origin
    metre : (F,) how large a metre at the hips looks, x/z units, steadied
    """

    inputs: NDArray
    turn: NDArray
    detected: NDArray
    metre: NDArray


def view_turn(ray: NDArray) -> NDArray:
    """Return the (F, 4) smallest turn that takes a ray (F, 2), x/z and y/z, to straight ahead."""
    ray = np.asarray(ray, float)
    return rt.between(np.concatenate([ray, np.ones((len(ray), 1))], axis=1), [0.0, 0.0, 1.0])


def look(rays: NDArray, world: NDArray, visibility: NDArray, still: NDArray, fps: float) -> View:
    """Lay out what was detected for the network.

    Parameters
    ----------
    rays : (F, 33, 2) x/z and y/z of the landmarks, camera axes
    world : (F, 33, 3) metres, the detector's own, any origin
    visibility : (F, 33)
    still : (F, 2) x/z and y/z of the middle of the hips with the camera's turning taken out
    fps : float
    """
    hips = rays[:, [23, 24]].mean(axis=1)
    turn = view_turn(hips)
    marks = list(LANDMARKS)
    ahead = np.concatenate([rays[:, marks], np.ones((*rays[:, marks].shape[:2], 1))], axis=2)
    ahead = rt.rotate(turn[:, None], ahead)
    flat = ahead[..., :2] / np.maximum(ahead[..., 2:], 0.2)
    body = world[:, marks] - world[:, [23, 24]].mean(axis=1, keepdims=True)
    return lay_out(flat, body, visibility[:, marks], still, fps, turn)


def lay_out(
    flat: NDArray, body: NDArray, visibility: NDArray, still: NDArray, fps: float, turn: NDArray
) -> View:
    """Do what `look` does from landmarks already in view axes.

    Parameters
    ----------
    flat : (F, len(LANDMARKS), 2) x/z and y/z, view axes
    body : (F, len(LANDMARKS), 3) metres, hip-centred
    visibility : (F, len(LANDMARKS))
    still, fps : see `look`
    turn : (F, 4), passed through

    The network is shown the usual visibility and not the clip's: rendered people are seen so well
    that it learned to take 0.95 for a catastrophe (an exact body came out 0.36 m off, 0.08 m with
    the usual one; the clips for tuning come out as well or a little better).
    """
    size = _size(flat, body, visibility)
    smooth = gaussian_filter1d(np.log(size), _SIZE_SMOOTH_S * fps, mode="nearest")
    metre = np.exp(smooth)
    metres = np.clip(flat / metre[:, None, None], -_FAR, _FAR)
    move = np.zeros((len(flat), 3))
    if len(flat) > 1:
        move[:, :2] = np.gradient(still, axis=0) * fps / metre[:, None]
        move[:, 2] = np.gradient(smooth) * fps
    usual = np.broadcast_to(_USUAL[:, None], (*visibility.shape, 1))
    rows = [metres, body, usual]
    inputs = np.concatenate([np.concatenate(rows, axis=2).reshape(len(flat), -1), move], axis=1)
    inputs = np.clip(inputs, -8.0, 8.0).astype(np.float32)
    return View(inputs, turn, body[:, AS_JOINTS], metre)


def _size(flat: NDArray, body: NDArray, visibility: NDArray) -> NDArray:
    """Return (F,) how large a metre at the hips looks: x/z units a metre, least squares."""
    core = [k for k, mark in enumerate(LANDMARKS) if mark >= 11 and not 17 <= mark <= 22]
    w = np.clip(visibility[:, core], 0.05, 1.0)[..., None]
    a, b = body[:, core, :2], flat[:, core]
    size = (w * a * b).sum(axis=(1, 2)) / np.maximum((w * a * a).sum(axis=(1, 2)), 1e-6)
    return np.clip(size, 0.02, 3.0)


def mirror_seen(inputs: NDArray, detected: NDArray) -> tuple[NDArray, NDArray]:
    """Return what the network would see of the same person in a mirror, (F, …)."""
    marks = len(LANDMARKS)
    out = inputs.copy()
    cells = inputs[:, : 6 * marks].reshape(len(inputs), marks, 6)[:, _SWAP_MARKS]
    cells = cells * [-1.0, 1.0, -1.0, 1.0, 1.0, 1.0]
    out[:, : 6 * marks] = cells.reshape(len(inputs), -1)
    out[:, 6 * marks] *= -1.0
    return out.astype(np.float32), detected[:, _SWAP_JOINTS] * _FLIP


def mirror_said(said: Sequence[NDArray]) -> list[NDArray]:
    """Return what the network should say then: its `OUTPUTS` in their order, (F, …) each."""
    joints, spread, rotation, contact, up, velocity, bend, bend_spread = said
    return [
        joints[:, _SWAP_JOINTS] * _FLIP,
        spread[:, _SWAP_JOINTS],
        # A mirrored turn: its first column is mirrored and reversed, the second mirrored.
        rotation[:, _SWAP_ROLES] * [1.0, -1.0, -1.0, -1.0, 1.0, 1.0],
        contact[:, [2, 3, 0, 1]],
        up * _FLIP,
        velocity * _FLIP,
        bend[:, _SWAP_HINGES],
        bend_spread[:, _SWAP_HINGES],
    ]


def to_matrix(six: NDArray) -> NDArray:
    """Return rotation matrices (..., 3, 3) of the first two columns (..., 6), made orthogonal."""
    x = rt.normalize(six[..., :3])
    y = six[..., 3:] - (x * six[..., 3:]).sum(-1, keepdims=True) * x
    y = rt.normalize(y)
    return np.stack([x, y, np.cross(x, y)], axis=-1)
