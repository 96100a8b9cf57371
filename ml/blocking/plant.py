"""Feet that stand: level while flat, one heading a stance, ankles held by bending the knees.

Works on the canonical body. What the root's path could not hold still, the legs take up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from .. import rotations as rt
from .body import CONTACTS, ROLES
from .calm import calm

_FORWARD = np.array([0.0, -1.0, 0.0])
_DOWN = np.array([0.0, 0.0, -1.0])
_BLEND_S = 0.06
# A foot turned further than this from how it stands flat is not flat there: it pivots, or its heel
# is up. Set on 32 rendered clips for noise: 0.7 degrees nearer, for 0.2 mm of sliding a frame.
_FLAT = np.radians(25.0)
_RELEASE_S = 0.15
# A foot whose heel leaves while its toes stay, or that lands a little off, is not thrown there: see
# `calm`. Set on the rendered clips for noise, where it costs 0.1 mm of sliding a frame.
_GENTLE = 0.001
# How far a foot may miss, and a knee's bend be changed, for one to matter as much as the other: on
# a leg that is nearly straight a centimetre is worth twenty degrees.
_MISS_M, _BEND_RAD = 0.005, np.radians(4.0)
# A leg is never stretched quite straight: there the knee would snap.
_STRAIGHTEST = 0.998


def runs(on: NDArray) -> list[tuple[int, int]]:
    """Return [start, stop) of every stretch of True in a (F,) array.

    >>> runs(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def settle_feet(rot: NDArray, contact: NDArray, fps: float) -> NDArray:
    """Lay each foot level, in one heading, while its heel and toes both stand and it is about flat.

    Parameters
    ----------
    rot : (F, roles, 4)
    contact : (F, 4) bool
    fps : float

    Returns
    -------
    (F, roles, 4), a changed copy
    """
    rot = rot.copy()
    for side, name in enumerate("LR"):
        both = contact[:, 2 * side] & contact[:, 2 * side + 1]
        weight = gaussian_filter1d(both.astype(float), _BLEND_S * fps, mode="nearest")
        foot = ROLES.index(f"foot.{name}")
        calm = rot[:, foot].copy()
        for start, stop in runs(both):
            mean = rt.continuous(rot[start:stop, foot]).mean(axis=0)
            # Frames just outside turn towards the stance as well, so that it begins gently.
            reach = round(3 * _BLEND_S * fps)
            calm[max(0, start - reach) : stop + reach] = rt.normalize(mean)
        ahead = rt.rotate(calm, _FORWARD)
        calm = rt.multiply(rt.between(ahead, ahead * [1.0, 1.0, 0.0]), calm)
        flat = np.clip(2.0 - rt.angle_between(rot[:, foot], calm) / _FLAT, 0.0, 1.0)
        weight = weight * gaussian_filter1d(flat, _BLEND_S * fps, mode="nearest")
        rot[:, foot] = rt.slerp(rot[:, foot], calm, weight)
        rot[:, ROLES.index(f"toe.{name}")] = rot[:, foot]
    return rot


def rise(height: NDArray, contact: NDArray, fps: float) -> NDArray:
    """Return by how much (F, 3) a body goes up or down for its standing points to be at z = 0.

    In the mean of those that stand, (F, 4) bool, at heights (F, 4) metres: what a body's rise does
    for both feet is not left to the knees.
    """
    count = contact.sum(axis=1)
    up = -(height * contact).sum(axis=1) / np.maximum(count, 1)
    up = gaussian_filter1d(up, _BLEND_S * fps, mode="nearest")
    return up[:, None] * [0.0, 0.0, 1.0]


def hold_ankles(
    rot: NDArray,
    hips: NDArray,
    ankles: NDArray,
    lengths: tuple[float, float],
    soles: NDArray,
    contact: NDArray,
    fps: float,
    floor: float = 0.0,
) -> NDArray:
    """Bend the legs so that standing points of the feet stay in one place, on the floor.

    Parameters
    ----------
    rot : (F, roles, 4)
    hips, ankles : (F, 2, 3) metres
        Hip and ankle joints, left and right, scene axes.
    lengths : (thigh, shin), metres
    soles : (F, 4, 3) metres
        Sole points of `CONTACTS`.
    contact : (F, 4) bool
    fps : float
    floor : float, metres, height of the floor

    Returns
    -------
    (F, roles, 4), a changed copy; feet keep their orientation.
    """
    rot = rot.copy()
    shift = np.zeros_like(soles)
    for point in range(len(CONTACTS)):
        for start, stop in runs(contact[:, point]):
            here = soles[start:stop, point]
            shift[start:stop, point] = [*np.median(here[:, :2], axis=0), floor] - here
    for side, name in enumerate("LR"):
        pair = slice(2 * side, 2 * side + 2)
        stands = contact[:, pair]
        count = stands.sum(axis=1)
        wanted = (shift[:, pair] * stands[..., None]).sum(axis=1) / np.maximum(count, 1)[:, None]
        wanted = release(wanted, count > 0, fps, _RELEASE_S)
        some = np.linalg.norm(wanted, axis=-1) > 1e-9
        wanted = calm(wanted[:, None], _GENTLE, fps)[:, 0]
        thigh, shin = (ROLES.index(f"{part}.{name}") for part in ("thigh", "shin"))
        goal = hips[:, side] + _eased(
            ankles[:, side] - hips[:, side], ankles[:, side] + wanted - hips[:, side], lengths
        )
        rot[some, thigh], rot[some, shin] = bend_limb(
            rot[some, thigh],
            rot[some, shin],
            hips[some, side],
            ankles[some, side],
            goal[some],
            lengths,
        )
    return rot


def _eased(span: NDArray, reach: NDArray, lengths: tuple[float, float]) -> NDArray:
    """Return hip to ankle (F, 3) in the direction of `reach`, its length between `span`'s and its.

    The more a knee would have to bend for a millimetre, the more it is spared.
    """
    a, b = lengths
    now, far = np.linalg.norm(span, axis=-1), np.linalg.norm(reach, axis=-1)
    cosine = np.clip((now**2 - a**2 - b**2) / (2.0 * a * b), -1.0, 1.0)
    given = (_BEND_RAD * a * b * np.sqrt(1.0 - cosine**2) / now) ** 2
    share = given / (given + _MISS_M**2)
    return reach * ((now + share * (far - now)) / far)[:, None]


def release(wanted: NDArray, stands: NDArray, fps: float, fade_s: float) -> NDArray:
    """Let a correction (F, 3) of the frames that stand, (F,) bool, die away around them."""
    frames = np.arange(len(wanted))
    on = np.flatnonzero(stands)
    if not len(on):
        return np.zeros_like(wanted)
    total, weights = np.zeros_like(wanted), np.zeros(len(wanted))
    after = np.searchsorted(on, frames)
    for near in (on[np.maximum(after - 1, 0)], on[np.minimum(after, len(on) - 1)]):
        t = np.clip(np.abs(frames - near) / (fade_s * fps), 0.0, 1.0)
        fade = 1.0 - t * t * (3.0 - 2.0 * t)
        total += fade[:, None] * wanted[near]
        weights += fade
    total /= np.maximum(weights, 1.0)[:, None]
    return np.where(stands[:, None], wanted, total)


def bend_limb(
    thigh: NDArray,
    shin: NDArray,
    hip: NDArray,
    ankle: NDArray,
    goal: NDArray,
    lengths: tuple[float, float],
    rest: NDArray = _DOWN,
    ahead: NDArray = _FORWARD,
) -> tuple[NDArray, NDArray]:
    """Turn thigh and shin (F, 4) so that the ankle goes from where it is to `goal`, (F, 3).

    Two-bone inverse kinematics by the law of cosines; the knee keeps the side it points to.
    `lengths` are those of thigh and shin, in the unit of the positions. An arm is bent alike, with
    `rest` the direction in which it points at rest and `ahead` the one to which its elbow bends.
    """
    upper, lower = rt.rotate(thigh, rest), rt.rotate(shin, rest)
    a, b = lengths
    span = ankle - hip
    reach = goal - hip
    far = np.linalg.norm(reach, axis=-1)
    far_now = np.linalg.norm(span, axis=-1)
    # What is stretched already may stay so: only corrections are kept from overreaching.
    limit = np.maximum(_STRAIGHTEST * (a + b), np.minimum(far_now, a + b))
    far = np.clip(far, abs(a - b) + 1e-3, limit)
    aim = rt.normalize(reach)
    # Where the knee is now; on a straight leg, where it would bend to.
    now = rt.normalize(span)
    bend = a * (upper - now * (upper * now).sum(-1, keepdims=True))
    pole = bend + 1e-3 * a * rt.rotate(thigh, ahead)
    pole = rt.normalize(pole - aim * (pole * aim).sum(-1, keepdims=True))
    along = (a * a - b * b + far * far) / (2.0 * far)
    aside = np.sqrt(np.maximum(a * a - along * along, 0.0))
    knee = along[:, None] * aim + aside[:, None] * pole
    new_upper = rt.normalize(knee)
    new_lower = rt.normalize(far[:, None] * aim - knee)
    return (
        rt.multiply(rt.between(upper, new_upper), thigh),
        rt.multiply(rt.between(lower, new_lower), shin),
    )
