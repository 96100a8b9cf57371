"""The floor under the performer: which way is down, where the feet stand, the root's path.

Scene axes: metres, Z up, a performer who faces the camera faces -Y.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d, grey_opening

from .. import rotations as rt
from . import fit
from .plant import runs

_DEPTH_SMOOTH_S = 0.12
# Hysteresis of a standing foot, in leg lengths and leg lengths a second.
_LOW, _HIGH = 0.10, 0.16
_SLOW, _FAST = 0.35, 0.7
# A foot whose lowest places are this far above the other's is raised, not standing.
_RAISED = 0.2
_SHORTEST_S = 0.08
# A foot in the air for longer than this is taken to stand on something.
_BRIDGED_S = 1.2
# Places that were brought to the floor by this much more or less, in leg lengths, were on another.
_SAME_LEVEL = 0.3
# How far a camera is usually pitched and rolled, and how far a standing body leans, radians.
_PITCH_SPREAD, _ROLL_SPREAD, _LEAN_SPREAD = 0.2, 0.06, 0.06
# A body that stands straight comes out of the detector leaning towards the camera by this much:
# 4.4 to 7.1 degrees on the five rendered clips that the bench uses too, one body. A real camera
# pitched by 22 degrees was taken for 12 with it, so it is no more than a rule of thumb.
_LEAN_BIAS = np.radians(4.5)
# How far off the lifter's sense of up is, radians.
_UP_SPREAD = 0.05
# From how many spreads on the lifter's up, and what is usual of cameras, are doubted.
_STRANGE = 2.0
_ROUNDS = 8
# A foot stands once it is judged this sure, and until it is judged that unsure; set on the rendered
# clips for tuning that the judgement was not trained on.
_SURE, _UNSURE = 0.45, 0.3
# How firmly the path as seen is held to, beside 4 for a standing point that should not move. Set
# on the clips for tuning: 0.001, 0.01, 0.1 and 0.3 leave the path 5.7, 4.0, 3.1 and 3.0 % off.
_PATH_TRUST = 0.1
# How far the lowest toes scatter about the floor, in leg lengths, and how many independent
# sights of them a clip holds at most.
_FLOOR_SPREAD, _SIGHTS = 0.1, 4.0
# Beside the lifter and the balance toes say less: on the rendered clips for noise the pitch is off
# by 2.9 degrees with 0.1, by 2.6 with 0.2.
_FLOOR_SPREAD_LIFTED = 0.2


INTO_SCENE = rt.from_matrix([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""Turns camera axes into scene axes seen by a level camera."""


def to_scene(joints: NDArray, turn: NDArray, place: NDArray, fps: float) -> NDArray:
    """Turn camera axes (x right, y down, z away) into scene axes, steadying the distance.

    The distance is the noisiest number a single picture gives, and bodies change it slowly: it
    is smoothed along each frame's line of sight, so that the picture still agrees.

    Parameters
    ----------
    joints : (F, 33, 3) metres, camera axes
    turn : (F, 4)
        From each frame's camera axes to the first's; the scene is level with the first.
    place : (F, 3) metres
        Where the camera is, in the first one's axes.
    fps : float

    Returns
    -------
    (F, 33, 3) metres
    """
    hips = joints[:, [fit.HIP_L, fit.HIP_R]].mean(axis=1)
    away = np.linalg.norm(hips, axis=-1)
    steady = gaussian_filter1d(away, _DEPTH_SMOOTH_S * fps, mode="nearest")
    joints = joints + (hips * (steady / away - 1.0)[:, None])[:, None]
    joints = rt.rotate(turn[:, None], joints) + place[:, None]
    return np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], axis=-1)


def level(
    points: NDArray,
    weight: NDArray,
    up: NDArray | None = None,
    balance: tuple[NDArray, float] | None = None,
) -> tuple[NDArray, NDArray]:
    """Undo the camera's pitch and roll, so that the floor is level.

    Ridge regression of a plane through the lower foot's toes; bodies that stand
    straight say which way is up where the feet do not cover enough floor to tell.

    Parameters
    ----------
    points : (F, 33, 3) metres, scene axes but for the camera's tilt
    weight : (F,) trust in each frame
    up : (F, 3) unit vectors, optional
        Which way is up in the axes of `points`, as the lifter sees it in each frame; it takes
        the place of how bodies stand.
    balance : what `balance.upright` says, optional
        Beside `up`, which is believed less the more it contradicts this: a camera tilted as none
        was in the lifter's training is beyond it.

    Returns
    -------
    points, levelled, and the (4,) quaternion that did it.
    """
    if up is None:
        lean, trust = _lean_of_bodies(points, weight)
    else:
        mean = rt.normalize((up * (weight[:, None] + 1e-6)).sum(axis=0))
        lean, trust = -mean[:2] / max(mean[2], 0.2), 1.0 / _UP_SPREAD**2
    slope = _floor_slope(points, weight, lean, trust, balance, up is not None)
    floor_up = rt.normalize(np.array([-slope[0], -slope[1], 1.0]))
    turn = rt.between(floor_up, np.array([0.0, 0.0, 1.0]))
    return rt.rotate(turn, points), turn


def _lean_of_bodies(points: NDArray, weight: NDArray) -> tuple[NDArray, float]:
    """Return the floor's slope (2,) by bodies that stand straight, and how much it counts."""
    body = points[:, [11, 12]].mean(axis=1) - points[:, [27, 28]].mean(axis=1)
    tall = np.linalg.norm(body, axis=-1)
    straight = np.clip((tall / np.percentile(tall, 90) - 0.85) / 0.1, 0.0, 1.0) * weight
    share = straight.sum() / len(straight)
    lean = np.zeros(2)
    if share > 0.1:
        mean = rt.normalize((body * straight[:, None]).sum(axis=0))
        lean = -mean[:2] / max(mean[2], 0.2) - [0.0, np.tan(_LEAN_BIAS)]
    return lean, share / _LEAN_SPREAD**2


def _floor_slope(
    points: NDArray,
    weight: NDArray,
    lean: NDArray,
    trust: float,
    balance: tuple[NDArray, float] | None,
    learned: bool,
) -> NDArray:
    """Return the floor's slope (2,) by the lower toes, the `lean` (2,) that counts as `trust` says,
    what is usual of cameras, and the balance; see `level`."""
    feet = points[:, [fit.TOE_L, fit.TOE_R]]
    lowest = feet[np.arange(len(feet)), feet[..., 2].argmin(axis=1)]
    spread = lowest - np.average(lowest, axis=0, weights=weight + 1e-6)
    hips, ankles = points[:, [23, 24]].mean(axis=1), points[:, [27, 28]].mean(axis=1)
    leg = np.median(np.linalg.norm(hips - ankles, axis=-1))
    firm = _FLOOR_SPREAD_LIFTED if learned else _FLOOR_SPREAD
    usual = np.array([1 / _ROLL_SPREAD**2, 1 / _PITCH_SPREAD**2])
    balanced, poise, slope = np.zeros(2), 0.0, lean if learned else np.zeros(2)
    if balance is not None and np.isfinite(balance[1]):
        slope = balanced = -balance[0][:2] / balance[0][2]
        poise = 1.0 / balance[1] ** 2
    for _ in range(_ROUNDS):
        above = spread[:, 2] - spread[:, :2] @ slope
        above = above - np.percentile(above, 20)
        # Feet lift in a stride or a jump: points far above the plane count little.
        low = weight * np.exp(-0.5 * (above / (0.08 * leg)) ** 2) / (firm * leg) ** 2
        # Neighbouring frames repeat one another and are no further evidence.
        low = low / max(len(low) / _SIGHTS, 1.0)
        says, prior = trust, usual
        if poise:
            says = trust / (1.0 + np.square(slope - lean).sum() * trust / _STRANGE**2)
            prior = usual / (1.0 + np.square(slope) * usual / _STRANGE**2)
        a = (spread[:, :2] * low[:, None]).T @ spread[:, :2] + np.diag(prior + says + poise)
        b = (spread[:, :2] * low[:, None]).T @ above + says * lean + poise * balanced
        slope = np.linalg.solve(a, b)
    return slope


def find_contacts(height: NDArray, image: NDArray, leg_px: NDArray, fps: float) -> NDArray:
    """Say when each foot point stands: low, and still in the picture, with hysteresis.

    Stillness is judged in the picture, where the detector is good to a few pixels, not in
    space, where its depth is not.

    Parameters
    ----------
    height : (F, P) leg lengths above the floor
    image : (F, P, 2) pixels
    leg_px : (F,) pixels, the leg's full length at the performer's distance
    fps : float

    Returns
    -------
    (F, P) bool
    """
    step = np.gradient(image, axis=0) * fps if len(image) > 1 else np.zeros_like(image)
    step = gaussian_filter1d(step, 0.03 * fps, axis=0, mode="nearest")
    speed = np.linalg.norm(step, axis=-1) / leg_px[:, None]
    maybe = (height < _HIGH) & (speed < _FAST)
    sure = (height < _LOW) & (speed < _SLOW)
    contact = np.zeros(maybe.shape, bool)
    for p in range(maybe.shape[1]):
        for start, stop in runs(maybe[:, p]):
            if sure[start:stop, p].any() and stop - start >= _SHORTEST_S * fps:
                contact[start:stop, p] = True
    return contact


def standing(sure: NDArray, fps: float) -> NDArray:
    """Say when each foot point stands, from how sure (F, P) that is, with hysteresis."""
    contact = np.zeros(sure.shape, bool)
    for p in range(sure.shape[1]):
        for start, stop in runs(sure[:, p] > _UNSURE):
            if sure[start:stop, p].max() > _SURE and stop - start >= _SHORTEST_S * fps:
                contact[start:stop, p] = True
    return contact


def _lower_envelope(height: NDArray, fps: float) -> NDArray:
    """Return a slow lower envelope along axis 0, bridging strides and leaps.

    The distance to the camera drifts, and the picture makes that a drift in height; the true
    floor is level, so the slow lower envelope of a foot is where it lies: a morphological
    opening in time, smoothed.
    """
    near = gaussian_filter1d(height, 0.05 * fps, axis=0, mode="nearest")
    width = 2 * round(0.5 * _BRIDGED_S * fps) + 1
    low = grey_opening(near, size=(width, *[1] * (near.ndim - 1)), mode="nearest")
    return gaussian_filter1d(low, 0.2 * fps, axis=0, mode="nearest")


def _hold_feet(feet: NDArray, contact: NDArray) -> NDArray:
    """Return a smooth (F, 3) correction of the root that keeps standing feet still and at z = 0.

    Linear least squares with a banded matrix: standing points should not move between two
    frames, the correction should be small and should not jerk.
    """
    frames = len(feet)
    both = contact[1:] & contact[:-1]
    hold = 4.0 * both.sum(axis=1)
    slip = ((feet[1:] - feet[:-1]) * both[..., None]).sum(axis=1) * 4.0
    small, jerk = _PATH_TRUST, 1.0
    # Rows of the banded matrix: diagonal, first and second off-diagonal (upper form).
    base = np.zeros((3, frames))
    right = np.zeros((frames, 3))
    base[2] += small
    base[2, 1:] += hold
    base[2, :-1] += hold
    base[1, 1:] -= hold
    right[1:] -= slip
    right[:-1] += slip
    for offset, gain in ((0, 1.0), (1, 4.0), (2, 1.0)):
        base[2, offset : frames - 2 + offset] += jerk * gain
    base[1, 1 : frames - 1] -= 2.0 * jerk
    base[1, 2:frames] -= 2.0 * jerk
    base[0, 2:] += jerk
    upright = base.copy()
    standing = contact.sum(axis=1)
    upright[2] += 2.0 * standing
    right[:, 2] -= 2.0 * (feet[..., 2] * contact).sum(axis=1)
    flat = solveh_banded(base, right[:, :2])
    return np.concatenate([flat, solveh_banded(upright, right[:, 2:])], axis=1)


def place(
    path: NDArray,
    feet: NDArray,
    leg: float,
    image: NDArray,
    leg_px: NDArray,
    fps: float,
    contact: NDArray | None = None,
) -> tuple[NDArray, NDArray, NDArray]:
    """Put the body on the floor: contacts, and a root path on which standing feet stand.

    Parameters
    ----------
    path : (F, 3) metres
        The hips as seen, levelled, scene axes, from an arbitrary origin.
    feet : (F, 4, 3) metres
        Foot points (heel, toes, left then right) relative to the hips.
    leg : float, metres
    image : (F, 4, 2) pixels
        The same foot points in the picture.
    leg_px : (F,) pixels
    fps : float
    contact : (F, 4) bool, optional
        Where it is known already what stands.

    Returns
    -------
    root : (F, 3) metres
        Floor at z = 0, first frame over the origin.
    contact : (F, 4) bool
    shift : (3,) metres
        What was added to places as seen, in the mean, to come to those of `root`; of somebody who
        leaps from one level to another, on the level of most frames.
    """
    given = path
    path = path - [*path[0, :2], 0.0]
    world = feet + path[:, None]
    floor = _lower_envelope(world[..., 2].min(axis=1), fps)
    if contact is None:
        contact = _seen_contacts(world, floor, leg, image, leg_px, fps)
    path = path - floor[:, None] * [0.0, 0.0, 1.0]
    world = feet + path[:, None]
    if len(path) > 4:
        path = path + _hold_feet(world, contact)
    path = path - [*path[0, :2], 0.0]
    shifts = path - given
    usual = np.linalg.norm(shifts - np.median(shifts, axis=0), axis=1) < _SAME_LEVEL * leg
    return path, contact, shifts[usual].mean(axis=0)


def _seen_contacts(
    world: NDArray, floor: NDArray, leg: float, image: NDArray, leg_px: NDArray, fps: float
) -> NDArray:
    """Return (F, 4) bool of what stands, from places (F, 4, 3) and the picture; see `place`."""
    # Each point is measured against its own lowest places: the detector puts heels and toes,
    # near and far foot, at different heights. The picture is the surer witness while the
    # distance stays the same, space when it changes; a still foot needs one of them.
    above = -image[..., 1] / np.median(leg_px)
    height = np.minimum(
        above - _lower_envelope(above, fps),
        (world[..., 2] - _lower_envelope(world[..., 2], fps)) / leg,
    )
    raised = _lower_envelope(world[..., 2], fps) - floor[:, None] > _RAISED * leg
    return find_contacts(np.where(raised, np.inf, height), image, leg_px, fps)
