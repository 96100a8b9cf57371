"""Watch the performer's hands: where the pose puts them, when they are large enough to be read.

A hand is looked for around the wrist that the pose network found, then followed from frame to
frame. How far fingers are bent and spread is read off the network's joints in metres, in the palm's
own axes, so that neither the camera nor the arm matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from .. import rotations as rt
from ..progress import Progress, Steps
from ..runtime import Session, Settings
from ..video import Video
from .crop import Region, to_picture, turn_upright, warp
from .palms import PalmDetector, upright
from .tracker import Landmarks

NAME = "hand_landmark_v1"
SIZE = 224
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
WRIST = 0
FIRST = (1, 5, 9, 13, 17)
"""Each finger's first joint among the 21; its other two and the tip follow."""

_MIN_PRESENCE = 0.5
# Hands of so many pixels from the wrist to the base of the middle finger: not read, and read well.
_TOO_SMALL, _LARGE = 12.0, 32.0
# How far a hand may be from the pose's wrist, in lengths of the palm, before it is somebody else's.
_REACH = 1.2
_AROUND = 4.0  # side of the square in which a palm is looked for, in lengths of the pose's palm
_GROWN, _SHIFTED = 2.0, -0.1  # from the box around a palm's joints to the next frame's square
_BOX = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)
_POSE = {0: (15, 17, 19), 1: (16, 18, 20)}
"""Wrist, little and index finger of the pose's landmarks, left and right."""
_SMOOTH_S = 0.06
_REPORT_EVERY = 8
# The network draws an open hand bent: a joint that a clip never shows straighter than this is taken
# to have been straight, one bent to a fist to be read as it is.
_OPEN, _FIST = np.radians(20.0), np.radians(80.0)
_OPENEST = 5  # percent of the frames
SURE = 0.3
"""A hand whose mean confidence is lower is not read."""


@dataclass
class Hands:
    """What was seen of both hands, left then right, at the video's frames.

    Attributes
    ----------
    time : (F,) seconds
    joints : (F, 2, 21, 3) metres about the hand's middle; x right, y down, z away; NaN where
        nothing was seen
    sure : (F, 2) 0 to 1
    size_px : (F, 2) wrist to the base of the middle finger, pixels of the picture; 0 where unseen
    models : {network: sha256}
    """

    time: NDArray
    joints: NDArray
    sure: NDArray
    size_px: NDArray
    models: dict[str, str]


@dataclass
class Fingers:
    """How both hands' fingers are bent, at the scene's frames.

    Attributes
    ----------
    bend : (F, 2, 5, 3) radians towards the palm at the finger's three joints; of the thumb, its
        first is 0
    spread : (F, 2, 5) radians from the palm's axis towards the little finger; of the thumb 0
    thumb : (F, 2, 3) unit vectors, where its first bone points in the palm's axes: along the hand,
        from the index to the little finger, out of the palm
    sure : (F, 2) 0 to 1
    """

    bend: NDArray
    spread: NDArray
    thumb: NDArray
    sure: NDArray

    def read(self, side: int) -> bool:
        """Say whether a hand, 0 left or 1 right, was seen well enough to be keyed."""
        return bool(self.sure[:, side].mean() >= SURE)


class _Follower:
    """Follows one hand."""

    def __init__(self, palms: PalmDetector, session: Session) -> None:
        self.palms, self.session = palms, session
        self._region: Region | None = None

    def step(
        self, image: NDArray[np.uint8], wrist: NDArray, knuckle: NDArray
    ) -> tuple[NDArray, NDArray, float] | None:
        """Return joints (21, 2) pixels and (21, 3) metres and the presence, or None.

        `wrist` and `knuckle` (2,) are where the pose puts the hand, pixels of the picture.
        """
        palm = float(np.hypot(*(knuckle - wrist)))
        regions = [self._region] if self._region else []
        if not regions:
            near = Region(*map(float, knuckle), _AROUND * max(palm, _TOO_SMALL), 0.0)
            found = self.palms(image, near)
            # Where no palm shows, an edge of the hand may: the square that the pose suggests.
            regions = [found or upright(knuckle, 1.35 * palm, wrist, knuckle, 2.0, 0.1)]
        self._region = None
        for region in regions:
            out = self.session(image=warp(image, region, SIZE)[None])
            presence = float(out["presence"][0, 0])
            if presence < _MIN_PRESENCE:
                continue
            flat = to_picture(out["landmarks"][0].reshape(21, 3) / SIZE, region)[:, :2]
            size = float(np.hypot(*(flat[9] - flat[WRIST])))
            if np.hypot(*(flat[WRIST] - wrist)) > _REACH * max(size, palm):
                continue
            self._region = _around(flat)
            world = turn_upright(out["world"][0].reshape(21, 3), region)
            return flat, world, presence
        return None

    def forget(self) -> None:
        """Look anew in the next frame."""
        self._region = None


def _around(flat: NDArray) -> Region:
    """Return the square to look at next, around joints (21, 2), as mediapipe draws it."""
    towards = 0.5 * (flat[9] + 0.5 * (flat[5] + flat[13]))
    along = towards - flat[WRIST]
    angle = np.arctan2(along[1], along[0]) + 0.5 * np.pi
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    box = flat[list(_BOX)] @ turn.T
    middle = turn.T @ (0.5 * (box.min(axis=0) + box.max(axis=0)))
    side = float(np.ptp(box, axis=0).max())
    return upright(middle, side, flat[WRIST], towards, _GROWN, _SHIFTED)


def watch(video: Video, landmarks: Landmarks, settings: Settings | None = None) -> Steps[Hands]:
    """Watch a clip again for the hands of the person whom the pose network followed.

    Hands too small to be read are passed over without asking a network.
    """
    palms, session = PalmDetector(settings), Session(NAME, settings)
    sides = [_Follower(palms, session) for _ in range(2)]
    count = len(landmarks.time)
    joints = np.full((count, 2, 21, 3), np.nan, np.float32)
    sure, size = np.zeros((count, 2)), np.zeros((count, 2))
    for f, (_, image) in enumerate(video.bgr()):
        if f >= count:
            break
        for side, follower in enumerate(sides):
            marks = landmarks.image_raw[f, list(_POSE[side]), :2] * video.scale
            wrist, knuckle = marks[0], (2.0 * marks[2] + marks[1]) / 3.0
            far = float(np.hypot(*(knuckle - wrist))) if landmarks.found[f] else 0.0
            # The pose network draws hands short: a palm of it is two thirds of a real one.
            seen = follower.step(image, wrist, knuckle) if 1.5 * far >= _TOO_SMALL else None
            if seen is None:
                follower.forget()
                continue
            flat, world, presence = seen
            joints[f, side] = world
            size[f, side] = np.hypot(*(flat[9] - flat[WRIST])) / video.scale
            large = np.clip(
                (size[f, side] * video.scale - _TOO_SMALL) / (_LARGE - _TOO_SMALL), 0.0, 1.0
            )
            sure[f, side] = presence * large * landmarks.visibility_raw[f, _POSE[side][0]]
        if f % _REPORT_EVERY == 0:
            yield Progress(f / max(count, 1), f"Looking at the hands, frame {f + 1}")
    models = {s.name: s.sha256 for s in (palms.session, session)}
    return Hands(np.asarray(landmarks.time), joints, sure, size, models)


def palm_axes(
    wrist: NDArray, index: NDArray, middle: NDArray, pinky: NDArray, side: int
) -> NDArray:
    """Return (..., 3, 3) a palm's axes as rows: along, index to little finger, out of the palm.

    Parameters
    ----------
    wrist, index, middle, pinky : (..., 3)
        The wrist and the bases of three fingers.
    side : 0 for a left hand, 1 for a right one
    """
    along = rt.normalize(middle - wrist)
    across = pinky - index
    across = rt.normalize(across - (across * along).sum(-1, keepdims=True) * along)
    out = np.cross(along, across) * (-1.0 if side == 0 else 1.0)
    return np.stack([along, across, out], axis=-2)


def bends(joints: NDArray, side: int) -> tuple[NDArray, NDArray, NDArray]:
    """Return bend (F, 5, 3), spread (F, 5) and thumb (F, 3) of joints (F, 21, 3); see `Fingers`."""
    wrist, index, middle, pinky = (joints[:, k] for k in (WRIST, 5, 9, 17))
    axes = palm_axes(wrist, index, middle, pinky, side)
    bend, spread = np.zeros((len(joints), 5, 3)), np.zeros((len(joints), 5))
    for f, first in enumerate(FIRST):
        chain = joints[:, first : first + 4]
        line = np.einsum("fij,fkj->fki", axes, rt.normalize(np.diff(chain, axis=1)))
        bend[:, f, 1:] = _hinge(line, f == 0)
        if f == 0:
            thumb = line[:, 0]
            continue
        bend[:, f, 0] = np.arctan2(line[:, 0, 2], line[:, 0, 0])
        spread[:, f] = np.arctan2(line[:, 0, 1], np.maximum(line[:, 0, 0], 0.2))
    return bend, spread, thumb


def _hinge(line: NDArray, thumb: bool) -> NDArray:
    """Return (F, 2) the angles between a finger's three bones (F, 3, 3), minus for bent back."""
    a, b = line[:, :-1], line[:, 1:]
    cross = np.cross(a, b)
    angle = np.arctan2(np.linalg.norm(cross, axis=-1), (a * b).sum(-1))
    if thumb:
        return angle
    # Towards the palm turns about the axis from the little finger to the index, in palm axes.
    return angle * np.where(cross[..., 1] <= 0.0, 1.0, -1.0)


def fingers(seen: Hands, time: NDArray) -> Fingers:
    """Return how fingers are bent at the wanted times (F,), seconds, gaps bridged, steadied.

    A local mean weighted by a Gaussian in time and by confidence; where a hand was not seen it
    goes evenly from what was seen before to what was seen after.
    """
    count = len(time)
    bend, spread = np.zeros((count, 2, 5, 3)), np.zeros((count, 2, 5))
    thumb, sure = np.tile([1.0, 0.0, 0.0], (count, 2, 1)), np.zeros((count, 2))
    spacing = float(np.median(np.diff(seen.time))) if len(seen.time) > 1 else 1.0
    for side in range(2):
        sure[:, side] = np.interp(time, seen.time, seen.sure[:, side])
        there = np.flatnonzero(seen.sure[:, side] > 0.05)
        if not len(there):
            continue
        parts = bends(seen.joints[there, side].astype(float), side)
        flat = np.concatenate([p.reshape(len(there), -1) for p in parts], axis=1)
        weight = np.interp(seen.time, seen.time[there], seen.sure[there, side])
        weight *= np.isfinite(seen.joints[:, side, 0, 0])
        full = np.stack([np.interp(seen.time, seen.time[there], c) for c in flat.T], axis=1)
        blur = _SMOOTH_S / spacing
        near = gaussian_filter1d(weight + 1e-6, blur, mode="nearest")[:, None]
        full = (weight + 1e-6)[:, None] * full
        full = gaussian_filter1d(full, blur, axis=0, mode="nearest") / near
        at = np.stack([np.interp(time, seen.time, c) for c in full.T], axis=1)
        bend[:, side] = at[:, :15].reshape(count, 5, 3)
        bend[:, side, 1:] = opened(bend[:, side, 1:])
        spread[:, side] = at[:, 15:20]
        thumb[:, side] = rt.normalize(at[:, 20:])
    return Fingers(bend, spread, thumb, sure)


def opened(bend: NDArray) -> NDArray:
    """Return a clip's bends (F, …) with each joint as straight as it gets taken for straight.

    By as much as the network errs and no more: a hand that stays closed stays closed.

    >>> np.degrees(opened(np.radians([[50.0], [80.0]]))).round().ravel().tolist()
    [40.0, 80.0]
    """
    rest = np.clip(np.percentile(bend, _OPENEST, axis=0), 0.0, _OPEN)
    return (bend - rest) * _FIST / (_FIST - rest)
