"""How the camera moved over a whole clip: on its tripod, by its lens, or through the scene.

All sights of the background are explained at once, by each kind of move in turn, and the kind
is kept that explains them best for the numbers it needs (Torr, "Geometric motion segmentation and
model selection", 1998: the weighing of misses against unknowns is his). Where the camera travels,
the first two views come from the essential matrix and the others are added one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from . import bundle
from .bundle import PLACE, TURN, ZOOM, Scene, Sights
from .camera import WIDTH, Tracks
from .camerapath import FOCAL_RATIO, turns

_SIGMA = 0.25  # small pixels that a followed point is off
_CAMERAS, _MOST_CAMERAS = 24, 120
_WIDEST = 10  # frames between two cameras of the bundle, while there are not too many
_POINTS = 500
_FEWEST = 24  # shared points of two views, and points in all
_TRIES = 3
_WORST = 9.0  # a sight that misses by more than three deviations says no more than that
_WELL = np.log(5.0)  # a scene of which half the points miss by less than two deviations will do
_ASTRAY = 0.05  # share of sights that may be of things that move by themselves
_SEEN = 3  # cameras that see a point, at least


@dataclass
class Move:
    """The camera over the F frames of a clip.

    Attributes
    ----------
    turn : (F, 4) from each frame's camera axes to the first's
    place : (F, 3) first camera's axes; the background is 1 away in the middle
    zoom : (F,) focal length over the first frame's
    focal : float, pixels, the first frame's
    travels : bool
    """

    turn: NDArray
    place: NDArray
    zoom: NDArray
    focal: float
    travels: bool

    def far(self, size: tuple[int, int]) -> NDArray:
        """Return (F, 3, 3) what takes pixels of each frame to the first's, far away."""
        out = np.zeros((len(self.turn), 3, 3))
        for f, (turn, zoom) in enumerate(zip(self.turn, self.zoom, strict=True)):
            lens = [np.diag([z, z, 1.0]) for z in (self.focal, self.focal * zoom)]
            for each in lens:
                each[:2, 2] = 0.5 * np.asarray(size)
            out[f] = lens[0] @ rt.to_matrix(turn) @ np.linalg.inv(lens[1])
            out[f] /= np.cbrt(np.linalg.det(out[f]))
        return out


def follow(tracks: Tracks, size: tuple[int, int], chained: NDArray) -> Move | None:
    """Find the camera's move over a clip.

    Parameters
    ----------
    tracks : Tracks, pixels of the picture
    size : (width, height) of the picture
    chained : (F, 3, 3) what `BackgroundTracker.step` gave, frame by frame

    Returns
    -------
    None where too little of the background can be followed.
    """
    usual, sigma = FOCAL_RATIO * max(size), _SIGMA * max(size) / WIDTH
    held = np.unique(tracks.frame)
    step = min(max(1, len(held) // _CAMERAS), _WIDEST)
    step = max(step, len(held) // _MOST_CAMERAS)
    keys = np.unique(np.append(held[::step], held[-1:]))
    sights, points = _gather(tracks, size, keys)
    if len(keys) < 3 or len(points) < _FEWEST:
        return None
    first = rt.conjugate(turns(chained, size, usual)[keys])
    start = _turning(first, sights, usual, len(points))
    fits = [
        (free, bundle.adjust(start, sights, sigma, free, lens=True, usual=usual))
        for free in ((TURN,), (TURN, ZOOM))
    ]
    left = np.min([np.linalg.norm(bundle.misses(s, sights), axis=1) for _, s in fits], axis=0)
    explained = np.median(left) < sigma and np.mean(left > 3.0 * sigma) < _ASTRAY
    grown = None if explained else _grow(sights, start, sigma)
    if grown is not None:
        fits.append(((TURN, PLACE), bundle.adjust(
            grown, sights, sigma, (TURN, PLACE), lens=True, usual=usual)))  # fmt: skip
    free, scene = _best(fits, sights, sigma)
    return _every_frame(scene, free, tracks, size, (keys, points), len(chained), sigma)


def _gather(tracks: Tracks, size: tuple[int, int], keys: NDArray) -> tuple[Sights, NDArray]:
    """Return the sights by the cameras of some frames, and which tracks their points are."""
    good = np.isin(tracks.frame, keys)
    frame, point, place = tracks.frame[good], tracks.point[good], tracks.place[good]
    names, count = np.unique(point, return_counts=True)
    order = np.argsort(-count, kind="stable")[:_POINTS]
    names = np.sort(names[order[count[order] >= _SEEN]])
    good = np.isin(point, names)
    place = place[good] - 0.5 * np.asarray(size, float)
    camera, point = np.searchsorted(keys, frame[good]), np.searchsorted(names, point[good])
    return Sights(camera, point, place), names


def _turning(turn: NDArray, sights: Sights, focal: float, points: int) -> Scene:
    """Return the scene of a camera that only turns (C, 4), its points at infinity."""
    ray = np.c_[sights.place / focal, np.ones(len(sights.place))]
    ray = rt.rotate(rt.conjugate(turn[sights.camera]), rt.normalize(ray))
    mean = np.zeros((points, 4))
    np.add.at(mean[:, :3], sights.point, ray)
    count = len(turn)
    return Scene(turn, np.zeros((count, 3)), np.ones(count), focal, rt.normalize(mean))


def _grow(sights: Sights, start: Scene, sigma: float) -> Scene | None:
    """Build a scene from two views and add the others one by one; None where that fails."""
    best = None
    for pair in _pairs(sights, start):
        scene = _from_pair(sights, start, pair, sigma)
        if scene is None:
            continue
        costs = bundle.cost(scene, sights, sigma)
        if best is None or costs.sum() < best[0]:
            best = (costs.sum(), scene)
        if np.median(costs) < _WELL:
            break
    return None if best is None else best[1]


def _pairs(sights: Sights, start: Scene) -> list[tuple[int, int]]:
    """Return the pairs of views that a turn explains worst, of those that share enough points."""
    cameras, points = len(start.turn), len(start.points)
    place = np.full((cameras, points, 2), np.nan)
    place[sights.camera, sights.point] = sights.place
    rated = []
    for i in range(cameras):
        for j in range(i + 1, cameras):
            both = np.isfinite(place[[i, j]]).all(axis=(0, 2))
            if both.sum() < _FEWEST:
                continue
            rays = [rt.normalize(np.c_[place[k, both] / start.focal, np.ones(both.sum())])
                    for k in (i, j)]  # fmt: skip
            u, _, vt = np.linalg.svd(rays[0].T @ rays[1])
            turn = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
            miss = np.linalg.norm(rays[1] @ turn.T - rays[0], axis=1)
            rated.append((np.median(miss) * min(1.0, both.sum() / (3 * _FEWEST)), i, j))
    chosen: list[tuple[int, int]] = []
    for _, i, j in sorted(rated, reverse=True):
        if all(abs(i - a) + abs(j - b) > 4 for a, b in chosen):
            chosen.append((i, j))
        if len(chosen) == _TRIES:
            break
    return chosen


def _from_pair(sights: Sights, start: Scene, pair: tuple[int, int], sigma: float) -> Scene | None:
    by = [sights.of(sights.camera == k) for k in pair]
    _, a, b = np.intersect1d(by[0].point, by[1].point, return_indices=True)
    found = bundle.two_views(by[0].place[a], by[1].place[b], start.focal, sigma)
    if found is None:
        return None
    cameras = len(start.turn)
    scene = replace(start, turn=np.tile(rt.IDENTITY, (cameras, 1)), place=np.zeros((cameras, 3)))
    scene.turn[pair[1]], scene.place[pair[1]] = found
    solved = sorted(pair)
    while len(solved) < cameras:
        left = [k for k in range(cameras) if k not in solved]
        new = min(left, key=lambda k: min(abs(k - s) for s in solved))
        near = min(solved, key=lambda s: abs(new - s))
        part, seen, points = _part(scene, sights, solved)
        part = bundle.triangulate(part, seen)
        view = sights.of((sights.camera == new) & np.isin(sights.point, points))
        if len(view.camera) < _FEWEST // 2:
            return None
        view = Sights(np.zeros(len(view.camera), int), np.searchsorted(points, view.point),
                      view.place)  # fmt: skip
        one = replace(part, turn=scene.turn[[near]], place=scene.place[[near]], zoom=np.ones(1))
        one = bundle.resect(one, view, sigma, (TURN, PLACE))
        scene.turn[new], scene.place[new] = one.turn[0], one.place[0]
        solved = sorted([*solved, new])
        if len(solved) in (4, 7) or len(solved) % 8 == 0:
            part, seen, _ = _part(scene, sights, solved)
            part = bundle.triangulate(part, seen)
            part = bundle.adjust(part, seen, sigma, (TURN, PLACE), steps=6)
            scene.turn[solved], scene.place[solved] = part.turn, part.place
    return bundle.triangulate(_from_first(scene), sights)


def _part(scene: Scene, sights: Sights, cameras: list[int]) -> tuple[Scene, Sights, NDArray]:
    """Return the scene of some cameras, the sights by them, and which points two of them see."""
    seen = sights.of(np.isin(sights.camera, cameras))
    points, count = np.unique(seen.point, return_counts=True)
    points = points[count > 1]
    seen = seen.of(np.isin(seen.point, points))
    seen = Sights(np.searchsorted(cameras, seen.camera), np.searchsorted(points, seen.point),
                  seen.place)  # fmt: skip
    own = {name: getattr(scene, name)[cameras] for name in ("turn", "place", "zoom")}
    return replace(scene, **own, points=scene.points[points]), seen, points


def _from_first(scene: Scene) -> Scene:
    """Return the cameras as the first of them sees them."""
    into = scene.turn[0]
    return replace(
        scene,
        turn=rt.multiply(scene.turn, rt.conjugate(into)),
        place=rt.rotate(into, scene.place - scene.place[0]),
    )


def _best(
    fits: list[tuple[tuple[slice, ...], Scene]], sights: Sights, sigma: float
) -> tuple[tuple[slice, ...], Scene]:
    """Return the kind of move that explains the sights best for the unknowns that it needs."""
    off = [np.linalg.norm(bundle.misses(scene, sights), axis=1) for _, scene in fits]
    # How far followed points are really off shows where they are explained best.
    real = min(1.4826 * float(np.median(o)) / np.sqrt(2.0 * np.log(2.0)) for o in off)
    real = float(np.clip(real, 0.4 * sigma, 3.0 * sigma))
    scores = []
    for (free, scene), miss in zip(fits, off, strict=True):
        unknown = len(scene.turn) * sum(part.stop - part.start for part in free)
        unknown += len(scene.points) * (3 if PLACE in free else 2)
        fit = np.minimum(np.square(miss / real), _WORST).sum()
        scores.append(fit + np.log(2.0 * len(miss)) * unknown)
    return fits[int(np.argmin(scores))]


def _every_frame(scene: Scene, free: tuple[slice, ...], tracks: Tracks, size: tuple[int, int],
                 known: tuple[NDArray, NDArray], frames: int, sigma: float) -> Move:  # fmt: skip
    """Place the frames between the bundle's cameras, by the points that these gave."""
    keys, points = known
    held = np.unique(tracks.frame)
    good = np.isin(tracks.point, points)
    sights = Sights(
        np.searchsorted(held, tracks.frame[good]),
        np.searchsorted(points, tracks.point[good]),
        tracks.place[good] - 0.5 * np.asarray(size, float),
    )
    near = np.abs(held[:, None] - keys).argmin(axis=1)
    whole = replace(scene, turn=scene.turn[near], place=scene.place[near], zoom=scene.zoom[near])
    whole = _from_first(bundle.resect(whole, sights, sigma, free))
    far = scene.points[:, 3] / np.linalg.norm(scene.points[:, :3], axis=1)
    unit = float(np.median(np.maximum(far, 1e-6))) if PLACE in free else 0.0
    # The camera stands as it did where the picture hardly moved.
    at = np.maximum(np.searchsorted(held, np.arange(frames), side="right") - 1, 0)
    return Move(
        turn=rt.conjugate(whole.turn)[at],
        place=unit * whole.place[at],
        zoom=(whole.zoom / whole.zoom[0])[at],
        focal=float(scene.focal * whole.zoom[0]),
        travels=PLACE in free,
    )
