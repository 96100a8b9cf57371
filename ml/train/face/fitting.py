"""Fit the average face, and what the mesh network shows of each expression, to rendered takes."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ...face import features
from ...face.gaze import iris_shift
from ...face.performance import INDEX, NAMES
from ...face.pose import Basis, align

_ROUNDS = 3
_REST_MOTION_CM = 0.05


def mirror_points(face: NDArray) -> NDArray[np.int64]:
    """Return (N,) index of each point's counterpart on the other side of a symmetric face."""
    mirrored = face * [-1, 1, 1]
    return np.argmin(((face[None] - mirrored[:, None]) ** 2).sum(axis=2), axis=1)


def mirror_names() -> NDArray[np.int64]:
    """Return (52,) index of each expression's counterpart."""
    other = {"Left": "Right", "Right": "Left"}
    return np.array(
        [INDEX[re.sub("Left|Right", lambda found: other[found.group()], n)] for n in NAMES]
    )


def mirror_features(basis: Basis) -> NDArray:
    """Return (COUNT, 2): which feature stands in each place of a mirrored face, and its sign."""
    mesh = mirror_points(basis.template)
    order, sign = [], []
    for point in mesh:
        order += [3 * point, 3 * point + 1, 3 * point + 2]
        sign += [-1, 1, 1]
    start = len(order)
    half = 21 * 2
    for _ in range(2):  # the eyes as they are, and against rest: each right, then left
        for eye in (1, 0):
            order += range(start + eye * half, start + (eye + 1) * half)
            sign += [-1, 1] * 21
        start += 2 * half
    order += range(start, start + 6)
    sign += [-1, 1, 1] * 2
    order += [start + 6 + int(i) for i in mirror_names()]
    sign += [1] * 52
    assert len(order) == features.COUNT
    return np.stack([order, sign], axis=1)


def symmetric(template: NDArray, motion: NDArray) -> tuple[NDArray, NDArray]:
    """Return a template and motions averaged with their own mirror images."""
    points, flip = mirror_points(template), [-1, 1, 1]
    mirrored = motion[mirror_names()][:, points] * flip
    return (template + template[points] * flip) / 2, (motion + mirrored) / 2


def fit_gaze(eyes: NDArray, gaze: NDArray, opened: NDArray) -> NDArray:
    """Fit `Basis.gaze`.

    Parameters
    ----------
    eyes : (F, 2, 76, 2) of `ml.face.gaze.flatten`
    gaze : (F, 2, 2) radians, (left, right) x (yaw to the actor's left, pitch up)
    opened : (F, 2) bool, left, right
    """
    out = []
    for axis, flip in ((0, [1.0, -1.0]), (1, [1.0, 1.0])):
        there = (iris_shift(eyes)[..., axis] * flip)[opened]
        turned = (gaze[..., axis] * flip)[opened]
        out.append(np.polyfit(there, turned, 1))
    return np.array(out)


def fit_basis(
    points: NDArray, coefficients: NDArray, rest: NDArray, start: NDArray, looks: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Return template, motion and weight, fitted by turns to the heads' poses and the motions.

    Parameters
    ----------
    points : (F, 468, 3) pixels
    coefficients : (F, 52)
    rest : (F,) index of the frame at rest of the same take
    start : (468, 3) cm, an average face to begin with
    looks : (F,) bool, frames to fit on
    """
    template, weight = start.astype(np.float64), np.ones(len(start))
    firsts = np.unique(rest)
    motion = np.zeros((coefficients.shape[1], *start.shape))
    for _ in range(_ROUNDS):
        faces = align(points[firsts], template, weight).to_head(points[firsts])
        template = faces.mean(axis=0)
        person = np.zeros_like(points, np.float64)
        person[firsts] = faces
        shift = align(points, person[rest], weight).to_head(points) - person[rest]
        change = (coefficients - coefficients[rest])[looks]
        gram = change.T @ change + 1.0 * np.eye(change.shape[1])
        flat = shift[looks].reshape(looks.sum(), -1)
        motion = np.linalg.solve(gram, change.T @ flat).reshape(motion.shape)
        moved = np.sqrt((motion**2).sum(axis=2).mean(axis=0))
        template, motion = symmetric(template, motion)
        moved = (moved + moved[mirror_points(template)]) / 2
        weight = 1.0 / (_REST_MOTION_CM**2 + moved**2)
        weight /= weight.max()
    return template, motion, weight
