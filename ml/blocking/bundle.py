"""Bundle adjustment: cameras and points of the background that agree with all sights of them.

Levenberg-Marquardt with the points eliminated (Triggs et al., "Bundle Adjustment: A Modern
Synthesis", 2000) and Cauchy weights, so that what moves by itself has little say. Points are
homogeneous and may lie at infinity, which is where all lie for a camera that only turns.

Axes of a camera: x right, y down, z away. The first camera is the world.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt

TURN, PLACE, ZOOM = slice(0, 3), slice(3, 6), slice(6, 7)
_COLUMNS = 7  # of one camera; one more, the lens, is common to all
_LENS_SPREAD = 0.3  # how far lenses are from the usual one, in the logarithm
_NEAR = 1e-3
_BEHIND = 50.0  # deviations that a point behind a camera misses by


@dataclass
class Sights:
    """N sights of P points by C cameras.

    Attributes
    ----------
    camera, point : (N,) int
    place : (N, 2) pixels from the picture's middle
    """

    camera: NDArray
    point: NDArray
    place: NDArray

    def of(self, good: NDArray) -> Sights:
        """Return some of them."""
        return Sights(self.camera[good], self.point[good], self.place[good])


@dataclass
class Scene:
    """Where cameras and points are.

    Attributes
    ----------
    turn : (C, 4) quaternions from the world's axes to each camera's
    place : (C, 3) where each camera is, in a unit that the pictures do not tell
    zoom : (C,) focal length over the first camera's
    focal : float, pixels, of the first camera
    points : (P, 4) unit vectors, homogeneous
    """

    turn: NDArray
    place: NDArray
    zoom: NDArray
    focal: float
    points: NDArray


def _seen(scene: Scene, sights: Sights) -> NDArray:
    """Return the points of the sights (N, 3) in their cameras' axes, up to a length."""
    m = scene.points[sights.point]
    away = m[:, :3] - m[:, 3:] * scene.place[sights.camera]
    return np.einsum("nij,nj->ni", rt.to_matrix(scene.turn)[sights.camera], away)


def misses(scene: Scene, sights: Sights) -> NDArray:
    """Return (N, 2) pixels between where points are seen and where they should be."""
    v = _seen(scene, sights)
    focal = (scene.focal * scene.zoom[sights.camera])[:, None]
    return focal * v[:, :2] / np.maximum(v[:, 2:], _NEAR) - sights.place


def cost(scene: Scene, sights: Sights, sigma: float) -> NDArray:
    """Return (N,) what each sight costs; `sigma` is how far sights are off, pixels."""
    off = np.square(misses(scene, sights)).sum(axis=1) / sigma**2
    off = np.where(_seen(scene, sights)[:, 2] > _NEAR, off, _BEHIND**2)
    return np.log1p(off)


def _slopes(scene: Scene, sights: Sights) -> tuple[NDArray, NDArray, NDArray]:
    """Return how misses change with their camera (N, 2, 7), the lens (N, 2), the point (N, 2, 4).

    A turn is counted in the camera's axes, zoom and lens in logarithms.
    """
    v = _seen(scene, sights)
    z = np.maximum(v[:, 2], _NEAR)
    focal = scene.focal * scene.zoom[sights.camera]
    flat = np.zeros((len(v), 2, 3))
    flat[:, 0, 0] = flat[:, 1, 1] = focal / z
    flat[:, :, 2] = -(focal / z**2)[:, None] * v[:, :2]
    x, y, w = v.T
    zero = np.zeros_like(x)
    # How the seen point moves when the camera's axes are turned: minus its cross product.
    spin = -np.stack([zero, -w, y, w, zero, -x, -y, x, zero], axis=-1).reshape(-1, 3, 3)
    rot = rt.to_matrix(scene.turn)[sights.camera]
    near = scene.points[sights.point, 3]
    camera = np.zeros((len(v), 2, _COLUMNS))
    camera[:, :, TURN] = flat @ spin
    camera[:, :, PLACE] = flat @ (-near[:, None, None] * rot)
    lens = focal[:, None] * v[:, :2] / z[:, None]
    camera[:, :, 6] = lens
    shift = -np.einsum("nij,nj->ni", rot, scene.place[sights.camera])
    point = flat @ np.concatenate([rot, shift[:, :, None]], axis=2)
    return camera, lens, point


def _tangents(points: NDArray, finite: bool) -> NDArray:
    """Return (P, 4, 3) directions in which unit points may move; none towards a finite place
    where they are to stay at infinity.
    """
    n = 4 if finite else 3
    v = points[:, :n]
    w = v.copy()
    w[:, 0] += np.where(v[:, 0] < 0.0, -1.0, 1.0)
    mirror = np.eye(n) - 2.0 * w[:, :, None] * w[:, None] / np.square(w).sum(axis=1)[:, None, None]
    out = np.zeros((len(points), 4, 3))
    out[:, :n, : n - 1] = mirror[:, :, 1:]
    return out


def adjust(
    scene: Scene, sights: Sights, sigma: float, free: tuple[slice, ...], *,
    lens: bool = False, usual: float = 0.0, steps: int = 30,
) -> Scene:  # fmt: skip
    """Find the cameras and points under which all sights cost least.

    Parameters
    ----------
    scene : Scene to start from
    sights : Sights
    sigma : pixels
    free : which of `TURN`, `PLACE` and `ZOOM` may change; without `PLACE` points stay at infinity
    lens : whether the focal length may change, which is believed near `usual` (pixels)
    """
    finite = PLACE in free
    fixed = np.ones((len(scene.turn), _COLUMNS), bool)
    for part in free:
        fixed[1:, part] = False
    fixed = np.append(fixed.ravel(), not lens)
    damping = 1e-3
    before = _total(scene, sights, sigma, usual)
    for _ in range(steps):
        normal = _normal(scene, sights, sigma, finite, fixed, usual if lens else 0.0)
        for _ in range(6):
            moved = _moved(scene, *_solve(normal, damping, fixed), finite)
            now = _total(moved, sights, sigma, usual)
            if now < before:
                break
            damping *= 8.0
        else:
            break
        gained, before, scene = before - now, now, moved
        damping = max(0.2 * damping, 1e-9)
        if gained < 1e-4 * before:
            break
    return scene


def _total(scene: Scene, sights: Sights, sigma: float, usual: float) -> float:
    prior = (np.log(scene.focal / usual) / _LENS_SPREAD) ** 2 if usual else 0.0
    return float(cost(scene, sights, sigma).sum() + prior)


@dataclass
class _Normal:
    """Normal equations: of cameras and lens (M), of points (P, 3), and what couples them."""

    cameras: NDArray
    coupling: NDArray
    points: NDArray
    right: NDArray
    right_points: NDArray
    tangents: NDArray


def _normal(scene: Scene, sights: Sights, sigma: float, finite: bool, fixed: NDArray,
            usual: float) -> _Normal:  # fmt: skip
    off = misses(scene, sights)
    weight = 1.0 / (sigma**2 + np.square(off).sum(axis=1))
    weight *= _seen(scene, sights)[:, 2] > _NEAR
    camera, lens, point = _slopes(scene, sights)
    tangents = _tangents(scene.points, finite)
    point = point @ tangents[sights.point]
    cameras, points = len(scene.turn), len(scene.points)
    both = np.concatenate([camera, lens[:, :, None]], axis=2)
    back = np.swapaxes(both, 1, 2) * weight[:, None, None]
    square, right = np.zeros((cameras, 8, 8)), np.zeros((cameras, 8))
    np.add.at(square, sights.camera, back @ both)
    np.add.at(right, sights.camera, -(back @ off[:, :, None])[..., 0])
    # A camera sees a point once, so what couples them is one block.
    couples = np.zeros((cameras, points, 8, 3))
    couples[sights.camera, sights.point] = back @ point
    back = np.swapaxes(point, 1, 2) * weight[:, None, None]
    blocks, right_points = np.zeros((points, 3, 3)), np.zeros((points, 3))
    np.add.at(blocks, sights.point, back @ point)
    np.add.at(right_points, sights.point, -(back @ off[:, :, None])[..., 0])
    whole, right = _bordered(square, right)
    if usual:
        whole[-1, -1] += 1.0 / _LENS_SPREAD**2
        right[-1] -= np.log(scene.focal / usual) / _LENS_SPREAD**2
    own = couples[:, :, :_COLUMNS].transpose(0, 2, 1, 3).reshape(-1, 3 * points)
    coupling = np.concatenate([own, couples[:, :, _COLUMNS].sum(axis=0).reshape(1, -1)])
    whole[fixed], whole[:, fixed], right[fixed], coupling[fixed] = 0.0, 0.0, 0.0, 0.0
    return _Normal(whole, coupling, blocks, right, right_points, tangents)


def _bordered(square: NDArray, right: NDArray) -> tuple[NDArray, NDArray]:
    """Lay blocks of cameras (C, 8, 8), the lens last in each, into one matrix with one lens."""
    cameras = len(square)
    whole = np.zeros((_COLUMNS * cameras + 1,) * 2)
    for k, block in enumerate(square):
        own = slice(_COLUMNS * k, _COLUMNS * (k + 1))
        whole[own, own] = block[:_COLUMNS, :_COLUMNS]
        whole[own, -1] = whole[-1, own] = block[:_COLUMNS, _COLUMNS]
    whole[-1, -1] = square[:, -1, -1].sum()
    return whole, np.append(right[:, :_COLUMNS].ravel(), right[:, -1].sum())


def _solve(normal: _Normal, damping: float, fixed: NDArray) -> tuple[NDArray, NDArray]:
    """Return the step of cameras and lens (M,) and of the points (P, 4)."""
    blocks = normal.points.copy()
    diagonal = np.einsum("pii->pi", blocks)
    diagonal += damping * diagonal + 1e-9
    inverse = np.linalg.inv(blocks)
    half = normal.coupling.reshape(-1, len(blocks), 1, 3) @ inverse
    half = half.reshape(normal.coupling.shape)
    square = normal.cameras - half @ normal.coupling.T
    right = normal.right - half @ normal.right_points.ravel()
    add = damping * np.diag(normal.cameras) + 1e-9
    square[np.diag_indices_from(square)] += np.where(fixed, 1.0, add)
    step = np.linalg.solve(square, right)
    back = normal.right_points - (normal.coupling.T @ step).reshape(-1, 3)
    step_points = np.einsum("pij,pj->pi", inverse, back)
    return step, np.einsum("pij,pj->pi", normal.tangents, step_points)


def _moved(scene: Scene, step: NDArray, step_points: NDArray, finite: bool) -> Scene:
    cameras = step[:-1].reshape(-1, _COLUMNS)
    points = scene.points + step_points
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return Scene(
        turn=rt.normalize(rt.multiply(rt.from_rotvec(cameras[:, TURN]), scene.turn)),
        place=scene.place + cameras[:, PLACE] if finite else scene.place,
        zoom=scene.zoom * np.exp(np.clip(cameras[:, 6], -0.5, 0.5)),
        focal=scene.focal * float(np.exp(np.clip(step[-1], -0.5, 0.5))),
        points=points,
    )


def resect(scene: Scene, sights: Sights, sigma: float, free: tuple[slice, ...],
           steps: int = 12) -> Scene:  # fmt: skip
    """Find every camera by itself, the points being known."""
    keep = np.concatenate([np.arange(_COLUMNS)[part] for part in free])
    for _ in range(steps):
        off = misses(scene, sights)
        weight = 1.0 / (sigma**2 + np.square(off).sum(axis=1))
        weight *= _seen(scene, sights)[:, 2] > _NEAR
        slopes = _slopes(scene, sights)[0][:, :, keep]
        square = np.zeros((len(scene.turn), len(keep), len(keep)))
        right = np.zeros((len(scene.turn), len(keep)))
        both = np.swapaxes(slopes, 1, 2) * weight[:, None, None]
        np.add.at(square, sights.camera, both @ slopes)
        np.add.at(right, sights.camera, -(both @ off[:, :, None])[..., 0])
        diagonal = np.einsum("cii->ci", square)
        diagonal += 1e-3 * diagonal + 1e-9
        step = np.zeros((len(scene.turn), _COLUMNS))
        step[:, keep] = np.linalg.solve(square, right[..., None])[..., 0]
        moved = _moved(scene, np.append(step, 0.0), np.zeros_like(scene.points), PLACE in free)
        scene = replace(moved, points=scene.points)
    return scene


def triangulate(scene: Scene, sights: Sights) -> Scene:
    """Return the scene with its points put where the sights of them meet, by linear equations."""
    focal = scene.focal * scene.zoom[sights.camera]
    rays = np.c_[sights.place / focal[:, None], np.ones(len(focal))]
    rot = rt.to_matrix(scene.turn)[sights.camera]
    shift = -np.einsum("nij,nj->ni", rot, scene.place[sights.camera])
    matrix = np.concatenate([rot, shift[:, :, None]], axis=2)
    rows = rays[:, :2, None] * matrix[:, 2:] - matrix[:, :2]
    square = np.zeros((len(scene.points), 4, 4))
    np.add.at(square, sights.point, np.swapaxes(rows, 1, 2) @ rows)
    points = np.linalg.eigh(square)[1][:, :, 0]
    ahead = np.zeros(len(points))
    np.add.at(ahead, sights.point, _seen(replace(scene, points=points), sights)[:, 2])
    return replace(scene, points=np.where(ahead[:, None] < 0.0, -points, points))


def two_views(a: NDArray, b: NDArray, focal: float, sigma: float) -> tuple[NDArray, NDArray] | None:
    """Return how a second camera stands to a first, from the essential matrix (Nistér, 2004).

    Parameters
    ----------
    a, b : (N, 2) pixels from the middle, the same points in both pictures
    focal, sigma : pixels

    Returns
    -------
    (4,) turn from the first's axes to the second's and (3,) place, a unit vector; or None
    """
    rays = [np.ascontiguousarray(points / focal) for points in (a, b)]
    options = {"method": cv2.RANSAC, "prob": 0.999, "threshold": 2.0 * sigma / focal}
    found, good = cv2.findEssentialMat(*rays, np.eye(3), **options)
    if found is None or found.shape != (3, 3):
        return None
    count, rot, shift, _ = cv2.recoverPose(found, *rays, np.eye(3), mask=good)
    if count < 0.5 * len(a):
        return None
    return rt.from_matrix(rot), -rot.T @ shift[:, 0]
