"""From detected landmarks to joints: even timing, then bones that keep their length.

The detector's picture coordinates are good to a few pixels; its depth is not, and its bones
breathe. One small least-squares problem a frame finds the joints that agree with the picture,
stay near the detector's depth and keep constant bone lengths.

Camera axes here: metres, x right, y down, z away from the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from .. import rotations as rt
from . import lifting
from .camerapath import still_points, turns, zooms

if TYPE_CHECKING:
    from .lifter import Lifted
    from .tracker import Landmarks

NOSE, EAR_L, EAR_R = 0, 7, 8
SHOULDER_L, SHOULDER_R, ELBOW_L, ELBOW_R, WRIST_L, WRIST_R = range(11, 17)
PINKY_L, PINKY_R, INDEX_L, INDEX_R = 17, 18, 19, 20
HIP_L, HIP_R, KNEE_L, KNEE_R, ANKLE_L, ANKLE_R = range(23, 29)
HEEL_L, HEEL_R, TOE_L, TOE_R = range(29, 33)

CORE = (NOSE, *range(11, 17), *range(23, 33))
"""Landmarks that are solved for; hands and ears ride on their neighbours."""

_BONES = (
    (SHOULDER_L, SHOULDER_R),
    (HIP_L, HIP_R),
    *((a, b) for side in (0, 1) for a, b in (
        (SHOULDER_L + side, HIP_L + side),
        (SHOULDER_L + side, HIP_R - side),
        (SHOULDER_L + side, ELBOW_L + side),
        (ELBOW_L + side, WRIST_L + side),
        (HIP_L + side, KNEE_L + side),
        (KNEE_L + side, ANKLE_L + side),
        (ANKLE_L + side, HEEL_L + side),
        (HEEL_L + side, TOE_L + side),
        (ANKLE_L + side, TOE_L + side),
        (NOSE, SHOULDER_L + side),
    )),
)  # fmt: skip
_PER_SIDE = (len(_BONES) - 2) // 2
_FOLDS = tuple(
    (upper + side, middle + side, lower + side)
    for upper, middle, lower in (
        (HIP_L, KNEE_L, ANKLE_L), (SHOULDER_L, ELBOW_L, WRIST_L))
    for side in (0, 1)
)  # fmt: skip
"""The landmarks of `lifting.HINGES`."""
_SOFT = {NOSE}  # the head nods, so its distance to the shoulders is only roughly constant

# How far each kind of evidence is off, in metres at the performer's distance.
_SIGMA_PICTURE, _SIGMA_DEPTH, _SIGMA_BONE, _SIGMA_SOFT_BONE = 0.03, 0.03, 0.015, 0.05
# The lifter states how far each of its joints may be off; these are the least it may claim, and
# how far the picture is off beside it: landmarks do not sit on joints, and it knows by how much.
# Set on the clips for tuning: (0.01, 0.03) leaves elbows 9.7 degrees off, (0.02, 0.02) 8.7.
_SIGMA_LIFTED, _SIGMA_PICTURE_LIFTED = 0.02, 0.02
# Where it is unsure it shortens bones: which percentile of the lengths it gives is the bone's.
_LIFTED_LENGTH = 50.0
# The least that a limb's reach, which says how far it is bent, may be off.
_SIGMA_REACH = 0.004
_LIFTED_AS_CORE = [lifting.JOINT_OF[mark] for mark in CORE]
_AWAY_SMOOTH_S = 0.2
# One side's sights, beside the other's, that are enough to go by.
_ENOUGH = 0.2
_ITERATIONS = 5
_CHUNK = 256


@dataclass
class Observation:
    """Landmarks on even times, gaps filled.

    Attributes
    ----------
    time : (F,) seconds
    image : (F, 33, 2) pixels
    world : (F, 33, 3) metres, hip-centred, camera axes
    visibility : (F, 33) 0 to 1
    seen : (F,) 0 to 1, how much real evidence stands behind the frame
    still : (F, 33, 2) pixels of the first frame's picture: the camera's movement taken out
    turn : (F, 4) quaternions from each frame's camera axes to the first's
    place : (F, 3) metres, where the camera is, in the first one's axes
    zoom : (F,) focal length over the first frame's
    """

    time: NDArray
    image: NDArray
    world: NDArray
    visibility: NDArray
    seen: NDArray
    still: NDArray
    turn: NDArray
    place: NDArray
    zoom: NDArray

    def rays(self, size: tuple[int, int], focal_px: float) -> NDArray:
        """Return x/z and y/z (F, 33, 2) of the landmarks, each frame's camera axes."""
        middle = 0.5 * np.asarray(size, float)
        return (self.image - middle) / (focal_px * self.zoom[:, None, None])


def resample(landmarks: Landmarks, time: NDArray, smooth_s: float, focal_px: float) -> Observation:
    """Bring landmarks from the video's own times to even ones.

    A local straight line, weighted by a Gaussian in time and by what was found, is fitted
    around each wanted time (Cleveland 1979): it fills gaps, does not lag, and keeps slopes.

    Parameters
    ----------
    landmarks : Landmarks
        Frames in which nobody was found are NaN.
    time : (F,) seconds
    smooth_s : float
        Standard deviation of the Gaussian in seconds; widened where frames are missing.
    focal_px : float
        Focal length in pixels, for the camera's turning.
    """
    good = np.flatnonzero(landmarks.found)
    t = landmarks.time[good]
    image = landmarks.image_raw[good, :, :2].astype(float)
    camera = np.eye(3) if landmarks.camera is None else landmarks.camera[good]
    camera = np.broadcast_to(camera, (len(good), 3, 3))
    still = still_points(image, camera)
    place = np.zeros((len(good), 3)) if landmarks.travel is None else landmarks.travel[good]
    parts = [
        image,
        landmarks.world_raw[good],
        landmarks.visibility_raw[good],
        still,
        rt.to_rotvec(turns(camera, landmarks.size, focal_px)),
        place,
        zooms(camera, landmarks.size, focal_px)[:, None],
    ]
    data = np.concatenate([p.reshape(len(good), -1) for p in parts], axis=1).astype(float)
    mirrored = np.zeros(len(good), bool)
    if landmarks.mirrored is not None:
        mirrored = landmarks.mirrored[good]
    spacing = np.median(np.diff(landmarks.time)) if len(landmarks.time) > 1 else 1.0
    out, seen = _read_at(np.asarray(time), t, data, mirrored, smooth_s, spacing)
    ends = np.cumsum([p[0].size for p in parts[:-1]])
    image, world, visibility, still, turn, place, zoom = np.split(out, ends, axis=1)
    found = Observation(
        time=np.asarray(time, float),
        image=image.reshape(-1, 33, 2),
        world=world.reshape(-1, 33, 3),
        visibility=np.clip(visibility, 0.0, 1.0),
        seen=seen,
        still=still.reshape(-1, 33, 2),
        turn=rt.from_rotvec(turn),
        place=place,
        zoom=zoom[:, 0],
    )
    if np.ptp(place, axis=0).any():
        found.still = _from_first(found, landmarks.size, focal_px)
    return found


def _read_at(
    time: NDArray, t: NDArray, data: NDArray, mirrored: NDArray, smooth_s: float, spacing: float
) -> tuple[NDArray, NDArray]:
    """Return data (N, C), sampled at `t` (N,), at times (F,), and how much stands behind each."""
    out, seen = np.empty((len(time), data.shape[1])), np.empty(len(time))
    for f, now in enumerate(time):
        offset = t - now
        nearest = np.abs(offset).min()
        sigma = max(smooth_s, 0.6 * spacing, 0.7 * nearest)
        window = np.flatnonzero(np.abs(offset) < 3.5 * sigma)
        # Outside the evidence a straight line would run away: hold the nearest value instead.
        level = now < t[0] or now > t[-1]
        out[f] = _line(offset[window], sigma, mirrored[window], level) @ data[window]
        seen[f] = np.exp(-0.5 * (max(0.0, nearest - 0.75 * spacing) / 0.1) ** 2)
    return out, seen


def _line(d: NDArray, sigma: float, mirrored: NDArray, level: bool) -> NDArray:
    """Return weights (N,) of values at times `d` in a line's value at 0, or in their mean's."""
    w = _as_much(np.exp(-0.5 * (d / sigma) ** 2), mirrored)
    mean = w @ d
    spread = w @ (d - mean) ** 2
    slope = 0.0 if level else -mean / max(spread, 1e-12)
    return w * (1.0 + slope * (d - mean))


def _as_much(weight: NDArray, mirrored: NDArray) -> NDArray:
    """Return weights (N,) that add up to 1, in which mirrored and direct sights count as much.

    Each errs to its own side; any other mean would tremble from frame to frame.
    """
    share = np.array([weight[~mirrored].sum(), weight[mirrored].sum()])
    if share.min() > _ENOUGH * share.max():
        weight = weight / (2.0 * share[mirrored.astype(int)])
    return weight / weight.sum()


def _from_first(seen: Observation, size: tuple[int, int], focal_px: float) -> NDArray:
    """Return where (F, 33, 2) pixels the first frame's camera would see the performer.

    A camera that travels shifts what is near by more than what is far: the performer's distance
    is needed, and is taken from how large they are seen.
    """
    rays = seen.rays(size, focal_px)
    body = seen.world - seen.world[:, [HIP_L, HIP_R]].mean(axis=1, keepdims=True)
    away = _initial_translation(rays, body, np.clip(seen.visibility, 0.05, 1.0))[:, 2]
    rate = 1.0 / max(float(np.median(np.diff(seen.time))), 1e-6) if len(away) > 1 else 1.0
    away = gaussian_filter1d(np.maximum(away, 0.3), _AWAY_SMOOTH_S * rate, mode="nearest")
    ahead = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=2) * away[:, None, None]
    there = rt.rotate(seen.turn[:, None], ahead) + seen.place[:, None]
    middle = 0.5 * np.asarray(size, float)
    return middle + focal_px * there[..., :2] / np.maximum(there[..., 2:], 0.1)


def bone_lengths(world: NDArray, weight: NDArray) -> NDArray:
    """Return one length a bone of `_BONES`, the same left and right.

    The upper quartile over time, because a landmark network that is unsure of the depth
    shortens bones and never lengthens them.
    """
    a, b = np.array(_BONES).T
    length = np.linalg.norm(world[:, a] - world[:, b], axis=-1)
    enough = weight > 0.5 * weight.max()
    length = np.percentile(length[enough], 75, axis=0)
    sides = length[2:].reshape(2, _PER_SIDE)
    return np.concatenate([length[:2], np.tile(sides.mean(axis=0), 2)])


def _initial_translation(rays: NDArray, world: NDArray, weight: NDArray) -> NDArray:
    """Return (F, 3) translations that bring hip-centred joints onto their rays best."""
    root = np.sqrt(weight)
    one, zero = np.ones_like(root), np.zeros_like(root)
    rows, right = [], []
    for axis in (0, 1):
        columns = [one, zero] if axis == 0 else [zero, one]
        rows.append(np.stack([*columns, -rays[..., axis]], axis=-1) * root[..., None])
        right.append((rays[..., axis] * world[..., 2] - world[..., axis]) * root)
    a, b = np.concatenate(rows, axis=1), np.concatenate(right, axis=1)
    at = np.swapaxes(a, 1, 2)
    return np.linalg.solve(at @ a + 1e-9 * np.eye(3), at @ b[..., None])[..., 0]


@dataclass
class _Evidence:
    """What the joints (F, N, 3) of `CORE` are fitted to.

    Attributes
    ----------
    rays : (F, N, 2) where they are seen, x/z and y/z; its trust is `weight`, (F, N), 0 to 1
    body : (F, N, 3) metres about the hips, camera axes
    trust : (F, N, 3) one over how far `body` is off, a metre; 0 for no say
    length : one for each of `_BONES`, metres
    picture : float, metres that the picture is off at the performer's distance
    reach : (F, 4) how far each of `_FOLDS` reaches, of its length
    hold : (F, 4) one over how far that is off, a metre; 0 for no say
    """

    rays: NDArray
    weight: NDArray
    body: NDArray
    trust: NDArray
    length: NDArray
    picture: float
    reach: NDArray
    hold: NDArray

    def part(self, rows: slice) -> _Evidence:
        """Return some frames of it."""
        frames = (self.rays[rows], self.weight[rows], self.body[rows], self.trust[rows])
        return _Evidence(*frames, self.length, self.picture, self.reach[rows], self.hold[rows])


def _gather(seen: Observation, rays: NDArray, lifted: Lifted | None) -> _Evidence:
    """Weigh what the detector and, where it was asked, the lifter say."""
    core = list(CORE)
    weight = np.clip(seen.visibility, 0.05, 1.0)[:, core]
    if lifted is not None:
        body = lifted.joints[:, _LIFTED_AS_CORE]
        trust = 1.0 / np.maximum(lifted.spread[:, _LIFTED_AS_CORE], _SIGMA_LIFTED)
        a, b = np.array([[core.index(i), core.index(j)] for i, j in _BONES]).T
        spans = np.linalg.norm(body[:, a] - body[:, b], axis=-1)
        length = np.percentile(spans, _LIFTED_LENGTH, axis=0)
        length = np.concatenate([length[:2], np.tile(length[2:].reshape(2, -1).mean(axis=0), 2)])
        # A body that shrinks where it is unsure would seem to walk away: it keeps one size.
        grown = length.sum() / spans.sum(axis=1)
        body = body * grown[:, None, None]
        trust = np.repeat(trust[..., None], 3, axis=2)
        return _Evidence(
            rays[:, core], weight, body, trust, length, _SIGMA_PICTURE_LIFTED,
            *_reaches(length, lifted),
        )  # fmt: skip
    length = bone_lengths(seen.world, seen.seen * seen.visibility[:, core].mean(axis=1))
    body = (seen.world - seen.world[:, [HIP_L, HIP_R]].mean(axis=1, keepdims=True))[:, core]
    trust = np.zeros(body.shape)
    trust[..., 2] = 1.0 / _SIGMA_DEPTH
    none = np.zeros((len(body), len(_FOLDS)))
    return _Evidence(rays[:, core], weight, body, trust, length, _SIGMA_PICTURE, none, none)


def _reaches(length: NDArray, lifted: Lifted) -> tuple[NDArray, NDArray]:
    """Return `reach` and `hold` of an `_Evidence` from how far the lifter says limbs are bent."""
    upper, lower = (
        np.array([length[_BONES.index(fold[k : k + 2])] for fold in _FOLDS]) for k in (0, 1)
    )

    def reach(bend: NDArray) -> NDArray:
        square = upper**2 + lower**2 + 2.0 * upper * lower * np.cos(np.clip(bend, 0.0, np.pi))
        return np.sqrt(square) / (upper + lower)

    off = reach(lifted.bend - lifted.bend_spread) - reach(lifted.bend + lifted.bend_spread)
    return reach(lifted.bend), 1.0 / np.maximum(0.5 * off * (upper + lower), _SIGMA_REACH)


def _residuals(x: NDArray, given: _Evidence) -> tuple[NDArray, NDArray]:
    """Return residuals (F, R) and their derivatives (F, R, 3 N) for joints x (F, N, 3)."""
    frames, n = x.shape[:2]
    z = x[..., 2]
    far = z.mean(axis=1, keepdims=True)
    place = {j: i for i, j in enumerate(CORE)}
    hips = [place[HIP_L], place[HIP_R]]
    count = 5 * n + len(_BONES) + len(_FOLDS)
    r, jac = np.zeros((frames, count)), np.zeros((frames, count, n, 3))
    every = np.arange(n)
    for axis in (0, 1):
        gain = far / given.picture * np.sqrt(given.weight)
        row = axis * n + every
        r[:, row] = (x[..., axis] / z - given.rays[..., axis]) * gain
        jac[:, row, every, axis] = gain / z
        jac[:, row, every, 2] = -x[..., axis] / z**2 * gain
    for axis in range(3):
        row, trust = (2 + axis) * n + every, given.trust[..., axis]
        about = x[..., axis] - x[:, hips, axis].mean(axis=1, keepdims=True)
        r[:, row] = (about - given.body[..., axis]) * trust
        jac[:, row, every, axis] = trust
        for hip in hips:
            jac[:, row, hip, axis] -= 0.5 * trust
    a, b = np.array([[place[i], place[j]] for i, j in _BONES]).T
    sigma = np.array([_SIGMA_SOFT_BONE if _SOFT & {*bone} else _SIGMA_BONE for bone in _BONES])
    step = x[:, a] - x[:, b]
    now = np.linalg.norm(step, axis=-1)
    row = 5 * n + np.arange(len(_BONES))
    r[:, row] = (now - given.length) / sigma
    unit = step / (np.maximum(now, 1e-6) * sigma)[..., None]
    jac[:, row, a], jac[:, row, b] = unit, -unit
    _fold(x, given, r[:, -len(_FOLDS) :], jac[:, -len(_FOLDS) :])
    return r, jac.reshape(frames, count, 3 * n)


def _fold(x: NDArray, given: _Evidence, r: NDArray, jac: NDArray) -> None:
    """Fill in how far limbs reach too far for their bend: residuals (F, 4) and derivatives."""
    place = {j: i for i, j in enumerate(CORE)}
    for k, fold in enumerate(_FOLDS):
        a, b, c = (place[j] for j in fold)
        share, hold = given.reach[:, k], given.hold[:, k]
        for near, far, times in ((a, c, hold), (a, b, -share * hold), (b, c, -share * hold)):
            step = x[:, far] - x[:, near]
            now = np.linalg.norm(step, axis=-1)
            r[:, k] += times * now
            unit = step * (times / np.maximum(now, 1e-6))[:, None]
            jac[:, k, far] += unit
            jac[:, k, near] -= unit


def fit_joints(
    seen: Observation, size: tuple[int, int], focal_px: float, lifted: Lifted | None = None
) -> tuple[NDArray, NDArray]:
    """Find joints that agree with picture, depth and constant bone lengths.

    Gauss-Newton on each frame by itself, all frames of a chunk at once.

    Parameters
    ----------
    seen : Observation
    size : (width, height), pixels
    focal_px : float
        Focal length in pixels; the optical centre is taken as the picture's centre.
    lifted : Lifted, optional
        The lifter's body, believed as far as it says; without it the detector's own depth.

    Returns
    -------
    joints : (F, 33, 3) metres, camera axes
        Absolute: the camera is the origin. Landmarks outside the body's core keep the
        detector's offset from their neighbour.
    residual : (F,) metres
        How far the fitted joints miss the picture, root mean square at the performer's distance.
    """
    core = list(CORE)
    rays = seen.rays(size, focal_px)
    given = _gather(seen, rays, lifted)
    shift = _initial_translation(given.rays, given.body, given.weight)
    shift[:, 2] = np.maximum(shift[:, 2], 0.3)
    x = given.body + shift[:, None]
    x[..., 2] = np.maximum(x[..., 2], 0.1)
    residual = np.empty(len(x))
    damping = 1e-3 * np.eye(3 * len(core)) / _SIGMA_DEPTH**2
    for start in range(0, len(x), _CHUNK):
        part = slice(start, start + _CHUNK)
        now = given.part(part)
        for _ in range(_ITERATIONS):
            r, jac = _residuals(x[part], now)
            back = np.swapaxes(jac, 1, 2)
            step = np.linalg.solve(back @ jac + damping, back @ r[..., None])[..., 0]
            x[part] -= np.clip(step, -0.3, 0.3).reshape(x[part].shape)
            x[part, :, 2] = np.maximum(x[part, :, 2], 0.1)
        miss = (x[part, :, :2] / x[part, :, 2:] - now.rays) * x[part, :, 2:]
        residual[part] = np.sqrt((miss**2).sum(axis=-1).mean(axis=1))
    joints = np.zeros(seen.world.shape)
    joints[:, core] = x
    for riders, anchor in (
        ((PINKY_L, INDEX_L, 21), WRIST_L),
        ((PINKY_R, INDEX_R, 22), WRIST_R),
        ((*range(1, 11),), NOSE),
    ):
        offset = seen.world[:, list(riders)] - seen.world[:, [anchor]]
        joints[:, list(riders)] = joints[:, [anchor]] + offset
    return joints, residual
