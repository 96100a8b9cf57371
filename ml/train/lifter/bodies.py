"""Bodies to see performances on: proportions, joints, what stands on the floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, gaussian_filter1d

from ... import rotations as rt
from ...blocking import solver

Offsets = dict[str, tuple[str, NDArray]]

JOINTS = (
    *(f"{part}.{side}" for side in "LR"
      for part in ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")),
    "heel.L", "toes.L", "heel.R", "toes.R", "nose",
)  # fmt: skip
"""The joints of the ground truth's files, by our names, in their order."""
FEET = (12, 13, 14, 15)
"""Heel and toes, left then right, among `JOINTS`."""

_SLOW, _LOW = 0.35, 0.06  # leg lengths a second, leg lengths
# Of the hips' speed: stances of who runs are so short that the swing about them shows in what is
# measured. People to train on who cover 2.6 leg lengths a second or more have feet that still
# move by 0.6 in the middle of a stance, those who walk by 0.3.
_CARRIED = 0.2
_STRIDE_S = 0.1
_RAISED_M = 0.07
_CARRYING_M = 0.03  # a foot so much higher than the other carries a third of its weight


def proportions(rng: np.random.Generator | None = None, spread: float = 0.07) -> Offsets:
    """Return where each joint sits in the segment that carries it, metres, T-pose axes.

    Parameters
    ----------
    rng : Generator, optional
        Varies size and lengths; None gives an average adult.
    spread : float
        Standard deviation of each length's logarithm.
    """

    def vary(metres: float) -> float:
        return metres if rng is None else metres * float(np.exp(rng.normal(0.0, spread)))

    size = 1.0 if rng is None else float(np.exp(rng.normal(0.0, 0.08)))
    torso, width, hip = vary(0.47), vary(0.175), vary(0.1)
    upper, lower, hand = vary(0.265), vary(0.255), vary(0.17)
    thigh, shin = vary(0.415), vary(0.415)
    heel = [0.0, vary(0.05), -vary(0.048)]
    # The big toe's tip lies inside of the line that a foot points along.
    toes = [-vary(0.027), -vary(0.19), -vary(0.06)]
    nose = [0.0, -vary(0.125), vary(0.12)]
    up, out = np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])
    offsets: Offsets = {
        "spine": ("hips", 0.2 * torso * up),
        "chest": ("spine", 0.3 * torso * up),
        "neck": ("chest", 0.5 * torso * up),
        "head": ("neck", 0.2 * torso * up),
        "nose": ("head", np.array(nose)),
    }
    for side, sign in (("L", 1.0), ("R", -1.0)):
        aside, flip = sign * out, np.array([sign, 1.0, 1.0])
        offsets |= {
            f"shoulder.{side}": ("chest", 0.45 * torso * up),
            f"upper_arm.{side}": (f"shoulder.{side}", width * aside),
            f"forearm.{side}": (f"upper_arm.{side}", upper * aside),
            f"hand.{side}": (f"forearm.{side}", lower * aside),
            f"fingers.{side}": (f"hand.{side}", 0.5 * hand * aside),
            f"thigh.{side}": ("hips", hip * aside),
            f"shin.{side}": (f"thigh.{side}", -thigh * up),
            f"foot.{side}": (f"shin.{side}", -shin * up),
            f"heel.{side}": (f"foot.{side}", np.array(heel)),
            f"toes.{side}": (f"foot.{side}", flip * toes),
            f"toe.{side}": (f"foot.{side}", flip * (0.7 * np.array(toes) + 0.3 * np.array(heel))),
        }
    return {k: (role, size * np.asarray(v)) for k, (role, v) in offsets.items()}


def leg_length(offsets: Offsets) -> float:
    """Return hip joint to sole, metres."""
    straight = sum(np.linalg.norm(offsets[f"{p}.L"][1]) for p in ("shin", "foot"))
    return float(straight - min(offsets["heel.L"][1][2], offsets["toes.L"][1][2], 0.0))


def stand(rot: NDArray, root: NDArray, offsets: Offsets) -> tuple[NDArray, NDArray]:
    """Put a performance on the floor.

    Parameters
    ----------
    rot : (F, roles, 4), root : (F, 3) leg lengths, any height of the floor
    offsets : see `proportions`

    Returns
    -------
    root : (F, 3) metres, the lowest foot of the clip at z = 0
    joints : (F, len(solver.JOINT_NAMES), 3) metres
    """
    rot = rt.normalize(rot)
    shape = solver.forward(rot, offsets)
    root = root * leg_length(offsets)
    points = [solver.JOINT_NAMES.index(n) for n in solver.JOINT_NAMES if n[:4] in ("heel", "toes")]
    low = (shape[:, points, 2] + root[:, None, 2]).min(axis=1)
    root = root - [0.0, 0.0, np.percentile(low, 5)]
    return root, shape + root[:, None]


def contacts(feet: NDArray, hips: NDArray, leg: float, fps: float) -> NDArray:
    """Say when heels and toes stand, from their true places.

    Parameters
    ----------
    feet : (F, 4, 3) metres, in the order of `body.CONTACTS`
    hips : (F, 3) metres
    leg : float, metres
    fps : float

    Returns
    -------
    (F, 4) bool
    """
    if len(feet) < 3:
        return np.zeros(feet.shape[:2], bool)
    smooth = gaussian_filter1d(feet, 0.02 * fps, axis=0, mode="nearest")
    speed = np.linalg.norm(np.gradient(smooth, axis=0), axis=-1) * fps / leg
    path = gaussian_filter1d(hips[:, :2], _STRIDE_S * fps, axis=0, mode="nearest")
    carried = _CARRIED * np.linalg.norm(np.gradient(path, axis=0), axis=-1) * fps / leg
    slow = speed < np.maximum(carried, _SLOW)[:, None]
    on = slow & (_above_floor(feet[..., 2], slow) < _LOW * leg)
    # Closing takes what lies beyond the clip's ends for raised.
    return on | np.stack([binary_closing(on[:, k], np.ones(3)) for k in range(4)], axis=1)


def _above_floor(height: NDArray, slow: NDArray) -> NDArray:
    """Return heights (F, 4) above where heels and toes, of either foot, rest.

    Not above the lowest they get: stiff toes dip into the floor when a foot pushes off.
    """
    out = height.copy()
    for pair in ([0, 2], [1, 3]):
        resting = height[:, pair][slow[:, pair]]
        some = len(resting) > 2
        out[:, pair] -= np.percentile(resting if some else height[:, pair], 25 if some else 5)
    return out


def on_toes(contact: NDArray, feet: NDArray) -> NDArray:
    """Return contacts (F, 4) without heels that are raised over toes that stand, feet (F, 4, 3).

    A heel that is held up for the whole of a clip counts as resting where it is.
    """
    out = contact.copy()
    out[:, ::2] &= feet[:, ::2, 2] - feet[:, 1::2, 2] < _RAISED_M
    return out


def carried(was: NDArray, now: NDArray) -> NDArray:
    """Return how far hips (F, 3) move so that the feet that carry stay where they were.

    Parameters
    ----------
    was, now : (F, 17, 3) metres, `JOINTS` about the hips before and after a change
    """
    feet = [k for k, name in enumerate(JOINTS) if name[:4] == "foot"]
    low = np.stack([was[:, pair, 2].min(axis=1) for pair in (FEET[:2], FEET[2:])], axis=1)
    weight = np.exp((low.min(axis=1, keepdims=True) - low) / _CARRYING_M)
    weight /= weight.sum(axis=1, keepdims=True)
    shift = (weight[..., None] * (was - now)[:, feet]).sum(axis=1)
    # What stands on the floor does so whichever way it points.
    shift[:, 2] = was[:, FEET, 2].min(axis=1) - now[:, FEET, 2].min(axis=1)
    return gaussian_filter1d(shift, 2.0, axis=0, mode="nearest")


def foot_points(joints: NDArray) -> NDArray:
    """Return (F, 4, 3) heels and toes of joints named by `solver.JOINT_NAMES`."""
    names = ("heel.L", "toes.L", "heel.R", "toes.R")
    return joints[:, [solver.JOINT_NAMES.index(n) for n in names]]
