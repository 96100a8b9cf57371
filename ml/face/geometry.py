"""A face map from geometry: which controls move this face as an expression moves a face.

How each of the 52 expressions moves the face mesh's points on a morphable head is carried over to
the points of this character, stretched to its own features; then the controls' own motions are
combined to come nearest, within their ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .facemap import KEY, Control, FaceMap, Link, some
from .performance import NAMES

_FILE = Path(__file__).parent / "data" / "face_motion.npz"
REFERENCES = ("ict", "makehuman")
_NEIGHBOURS = 48
_STIFF = 0.5  # how much a local stretch is held to that of the whole face
RIDGE = 0.02
_FIRMER = 6.0  # how much more a step is held back after one that hurt
_LEAST = 0.04  # share of the largest part of an expression, below which a control is left out
_ALIKE = 0.6  # cosine above which a shape key may be the expression itself
_CLEAR = 0.08  # by which it must be more alike than the next
_A_SET, _ALIKE_IN_A_SET = 20, 0.35  # so many sure ones: the keys are a set of the 52
_NATURAL = (0.3, 3.0)  # sizes, over what is expected, of a shape key that is the expression
SHOWN = 0.25  # quality below which an expression is left out
LIDS = {
    "Left": (
        (263, 466, 388, 387, 386, 385, 384, 398, 362),
        (263, 249, 390, 373, 374, 380, 381, 382, 362),
    ),
    "Right": (
        (33, 246, 161, 160, 159, 158, 157, 173, 133),
        (33, 7, 163, 144, 145, 153, 154, 155, 133),
    ),
}
"""The points along the upper and the lower lid's edge of each eye, from corner to corner."""

_EDGES = (
    10.0  # how many times as much as another point a point of the lids' edges counts in a blink
)
BLINKS = [NAMES.index(f"eyeBlink{side}") for side in LIDS]


@dataclass(frozen=True)
class Reference:
    """How the expressions move a face: points (468, 3) and motion (52, 468, 3), cm."""

    points: NDArray
    motion: NDArray


@cache
def reference(name: str = "ict") -> Reference:
    """Return the motions of one morphable head; see data/face_motion.md."""
    with np.load(_FILE, allow_pickle=False) as stored:
        return Reference(
            stored[f"{name}_points"].astype(float), stored[f"{name}_motion"].astype(float)
        )


def carried(source: Reference, points: NDArray) -> NDArray:
    """Carry the motions over to a character.

    Around each point, the stretch from the reference's neighbours to the character's is fitted,
    held to that of the whole face: a lid must close an eye of any height.

    Parameters
    ----------
    points : (468, 3) of the character, in its face's frame

    Returns
    -------
    (52, 468, 3) in the unit of `points`
    """
    from scipy.spatial import cKDTree

    whole = _stretch(source.points - source.points.mean(axis=0), points - points.mean(axis=0))
    # Flat in the picture counts: depth differs by what is worn on the face.
    _, near = cKDTree(source.points).query(source.points, k=_NEIGHBOURS)
    out = np.empty_like(source.motion)
    for i, rows in enumerate(near):
        theirs = source.points[rows] - source.points[i]
        mine = points[rows] - points[i]
        spread = (theirs**2).sum() / 3.0 * _STIFF
        square = theirs.T @ theirs + spread * np.eye(3)
        local = np.linalg.solve(square, theirs.T @ mine + spread * whole)
        out[:, i] = source.motion[:, i] @ local
    return out


def _stretch(theirs: NDArray, mine: NDArray) -> NDArray:
    """Return the (3, 3) diagonal by which the whole face is larger along each axis."""
    return np.diag((theirs * mine).sum(axis=0) / (theirs**2).sum(axis=0))


@cache
def counts() -> NDArray:
    """Return (52, 468, 1): how much each point counts when an expression is fitted.

    All alike, but for blinks. Their edges are few of the points, and an eye that stays open is
    seen before anything else.
    """
    out = np.ones((len(NAMES), 468, 1))
    edges = [point for eye in LIDS.values() for lid in eye for point in lid[1:-1]]
    out[np.ix_(BLINKS, edges)] = _EDGES
    return out


@dataclass
class Fit:
    """What was found for one expression.

    Attributes
    ----------
    weights : (C,) value of each control over its rest
    quality : share of the motion that is shown, 0 to 1; of one alone, how alike the motions are
    alone : whether one shape key was taken for the expression itself
    made : how these weights were measured to move the points, if they were
    firm : how many times more than usual the next step is held back
    gain : by how much the quality rose when it last did
    """

    weights: NDArray
    quality: float
    alone: bool = False
    made: NDArray | None = None
    firm: float = 1.0
    gain: float = 1.0

    def keep(self, weights: NDArray, made: NDArray, target: NDArray) -> None:
        """Take weights that were tried, if they show more than those before.

        Parameters
        ----------
        made, target : (468, 3), how they move the points and should
        """
        quality = shown(made, target)
        if self.made is None or quality > self.quality:
            self.gain = 1.0 if self.made is None else quality - self.quality
            self.weights, self.made, self.quality = weights, made, quality
        else:
            self.firm *= _FIRMER

    def step(self, motion: NDArray, span: NDArray, target: NDArray) -> NDArray:
        """Return the weights to try next: corrected by what the best were measured to do.

        Parameters
        ----------
        motion : (C, 468, 3)
        span : (3, C) low, high, and what counts as large
        """
        used = np.flatnonzero(self.weights)
        low, high, reach = span[:, used]
        room = np.minimum(low - self.weights[used], 0), np.maximum(high - self.weights[used], 0)
        ridge = RIDGE * self.firm
        out = self.weights.copy()
        out[used] += combined(motion[used], *room, target - self.made, reach, ridge).weights
        return out


def solve(
    controls: list[Control],
    motion: NDArray,
    low: NDArray,
    high: NDArray,
    targets: list[NDArray],
    reach: NDArray | None = None,
) -> list[Fit]:
    """Find the controls' values for every expression.

    Parameters
    ----------
    motion : (C, 468, 3)
        How a unit of each control moves the points.
    low, high : (C,) values over rest that each may take
    targets : list of (52, 468, 3)
        How the expressions are to move them, by each reference; the mean is come near to, and a
        shape key may be like any one of them.
    reach : (C,), optional
        A value that counts as large for each control; the smaller the share of it, the better.
        Default: 1.
    """
    target, count = np.mean(targets, axis=0), counts()
    alone = _assigned(controls, motion, targets)
    return [
        Fit(_unit(alone[e][0], len(controls)), alone[e][1], True)
        if e in alone
        else combined(motion * count[e], low, high, target[e] * count[e], reach)
        for e in range(len(target))
    ]


def _unit(column: int, count: int) -> NDArray:
    out = np.zeros(count)
    out[column] = 1.0
    return out


def _assigned(
    controls: list[Control], motion: NDArray, targets: list[NDArray]
) -> dict[int, tuple[int, float]]:
    """Return expression to (control, cosine of the motions) where a shape key is that very one.

    Whoever made a face meant a shape key to be whole at 1. So where a key moves the points as an
    expression does, and is no more alike to another, its own size is right, not ours. On a face
    where most expressions have such a key, the rest are taken from the keys that are left.
    """
    keys = [i for i, control in enumerate(controls) if control.kind == KEY]
    if not keys:
        return {}
    alike = np.max([_likeness(motion[keys], target) for target in targets], axis=0)
    pairs = _pairs(alike)
    sure = {r: c for r, c in pairs if alike[r, c] >= _ALIKE and _is_best(alike, r, c)}
    if len(sure) >= _A_SET:
        sure = {r: c for r, c in pairs if alike[r, c] >= _ALIKE_IN_A_SET}
    return {r: (keys[c], float(alike[r, c])) for r, c in sure.items()}


def _likeness(motion: NDArray, target: NDArray) -> NDArray:
    """Return (52, K) cosines of motions; -1 where one is far larger than the other."""
    theirs, mine = target.reshape(len(target), -1), motion.reshape(len(motion), -1)
    size, own = np.linalg.norm(theirs, axis=1), np.linalg.norm(mine, axis=1)
    alike = theirs @ mine.T / np.maximum(np.outer(size, own), 1e-12)
    ratio = own[None, :] / np.maximum(size[:, None], 1e-12)
    return np.where((ratio < _NATURAL[0]) | (ratio > _NATURAL[1]), -1.0, alike)


def _pairs(alike: NDArray) -> list[tuple[int, int]]:
    """Pair rows with columns, the most alike first."""
    left, out = alike.copy(), []
    for _ in range(min(left.shape)):
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        if left[row, column] <= 0:
            break
        out.append((int(row), int(column)))
        left[row], left[:, column] = -np.inf, -np.inf
    return out


def _is_best(alike: NDArray, row: int, column: int) -> bool:
    """Tell whether nothing in the pair's row or column comes near its score."""
    others = np.concatenate([np.delete(alike[row], column), np.delete(alike[:, column], row)])
    return alike[row, column] >= others.max(initial=-1.0) + _CLEAR


def combined(
    motion: NDArray,
    low: NDArray,
    high: NDArray,
    target: NDArray,
    reach: NDArray | None = None,
    ridge: float = RIDGE,
) -> Fit:
    """Combine controls by bounded least squares, with few of them.

    Parameters
    ----------
    ridge : how much large values are held back; a rig that bends what a control does when
        others move, as bendy bones do, needs more of it
    """
    from scipy.optimize import lsq_linear

    count = len(motion)
    size = float(np.linalg.norm(target))
    if count == 0 or size < 1e-9:
        return Fit(np.zeros(count), 0.0)
    reach = np.ones(count) if reach is None else reach
    matrix = motion.reshape(count, -1).T
    effect = np.linalg.norm(matrix, axis=0) * reach
    used = np.flatnonzero(effect > 0.02 * size)
    weights = np.zeros(count)
    for _ in range(2):
        if not len(used):
            return Fit(np.zeros(count), 0.0)
        held = np.diag(ridge * size / reach[used])
        # Thousands of rows say no more than as many as there are controls.
        wanted = np.concatenate([target.ravel(), np.zeros(len(used))])
        turn, small = np.linalg.qr(np.concatenate([matrix[:, used], held]))
        solved = lsq_linear(
            small, turn.T @ wanted, (low[used] - 1e-9, high[used] + 1e-9), method="bvls"
        )
        weights = np.zeros(count)
        weights[used] = solved.x
        part = np.abs(weights) * np.linalg.norm(matrix, axis=0)
        used = np.flatnonzero(part > _LEAST * max(part.max(), 1e-12))
    weights[np.setdiff1d(np.arange(count), used)] = 0.0
    return Fit(weights, shown(np.tensordot(weights, motion, 1), target))


def shown(made: NDArray, target: NDArray) -> float:
    """Return the share of the motion that is shown, 0 to 1."""
    left = np.linalg.norm(made - target) / max(np.linalg.norm(target), 1e-12)
    return float(np.clip(1.0 - left, 0.0, 1.0))


def to_map(controls: list[Control], fits: list[Fit]) -> FaceMap:
    """Return the map of what was found; what is hardly shown is left out and named."""
    face = FaceMap()
    for name, fit in zip(NAMES, fits, strict=True):
        if fit.quality < SHOWN:
            continue
        links = [
            Link(name, controls[i], float(np.round(fit.weights[i], 5)))
            for i in np.flatnonzero(fit.weights)
        ]
        face.set_expression(name, links, round(fit.quality, 3), "geometry")
    lacking = [name for name in NAMES if name not in face.quality]
    if lacking:
        face.notes.append(f"This face does not show {some(lacking)}")
    return face


def error(made: NDArray, wanted: NDArray) -> float:
    """Return the root mean square error over that of the motion."""
    return float(np.sqrt(((made - wanted) ** 2).sum() / (wanted**2).sum()))
