"""Fit the linear network that reads how a face changes, to filmed performances."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...face import changes, gaze
from ...face.patches import LOWER_HEIGHT, LOWER_WIDTH
from ...face.performance import NAMES
from ...face.pose import Basis, align
from . import untangle
from .fitting import mirror_names

_RIDGE = 1000.0
_FOLDS = 6
_BUSY = 0.15  # summed change at which a pair weighs half
SMALL = 0.6  # summed change up to which the gain is measured
_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])


@dataclass
class Fit:
    """The linear network.

    Attributes
    ----------
    weight : (changes.COUNT, 52)
    gain : (52,) share of small changes that it shows on films left out
    before, after : (52,) correlation with the true small changes, of the solver's curves and of
        networks that were fitted without the film
    films, pairs : how many there were
    sha256 : of the films
    """

    weight: NDArray
    gain: NDArray
    before: NDArray
    after: NDArray
    films: int
    pairs: int
    sha256: str


def fit(folder: Path, basis: Basis) -> Fit:
    """Fit all pairs of frames of all films in a folder, and their mirror images."""
    films, sha256 = untangle.solve(folder, basis)
    parts = [_pairs(film, basis) for film in films]
    fold = np.arange(len(parts)) % _FOLDS
    sums = []
    for k in range(_FOLDS):
        sums.append(_sums([p for p, f in zip(parts, fold, strict=True) if f == k]))
    without = [_solve([s for k, s in enumerate(sums) if k != out]) for out in range(_FOLDS)]
    found = [change @ without[f] for (change, _), f in zip(parts, fold, strict=True)]
    small = np.concatenate([np.abs(t[:, ~_LOOKS]).sum(axis=1) < SMALL for _, t in parts])
    true = np.concatenate([t for _, t in parts])[small]
    before = np.concatenate([change[:, -len(NAMES) :] for change, _ in parts])[small]
    after = np.concatenate(found)[small]
    return Fit(
        weight=_solve(sums),
        gain=_even((after * true).sum(axis=0)) / np.maximum(_even((true**2).sum(axis=0)), 1e-9),
        before=_correlation(before, true),
        after=_correlation(after, true),
        films=len(parts),
        pairs=len(small),
        sha256=sha256,
    )


def _pairs(film: untangle.Film, basis: Basis) -> tuple[NDArray, NDArray]:
    """Return (N, changes.COUNT) what changed between frames of a film, and (N, 52) truly."""
    points = film.points
    pose = align(points, film.face, basis.weight)
    compare = changes.Comparer(
        film.cut, pose.to_head(points) - film.face, gaze.flatten(film.iris, pose), pose, basis
    )
    change, true = [], []
    for lag, firsts in changes.pairs(film.times):
        seen = np.stack([compare(i, i + lag) for i in firsts])
        curves = film.value[firsts + lag] - film.value[firsts]
        change.append(np.hstack([seen, curves]).astype(np.float32))
        true.append(film.true[firsts + lag] - film.true[firsts])
    return np.concatenate(change), np.concatenate(true)


def _sums(parts: list[tuple[NDArray, NDArray]]) -> tuple[NDArray, NDArray, NDArray]:
    """Return what a ridge regression is made of: gram, right side and mean squares."""
    order, sign = mirror_changes().T
    names = mirror_names()
    gram = right = square = 0.0
    for change, true in parts:
        x = np.concatenate([change, change[:, order] * sign.astype(np.float32)])
        y = np.concatenate([true, true[:, names]])
        weight = 1.0 / (_BUSY + np.abs(y[:, ~_LOOKS]).sum(axis=1, keepdims=True))
        weight = weight.astype(np.float32)
        gram = gram + ((x * weight).T @ x).astype(float)
        right = right + (x * weight).T @ y
        square = square + np.append((x.astype(float) ** 2).sum(axis=0), len(x))
    return gram, right, square


def _solve(sums: list[tuple[NDArray, NDArray, NDArray]]) -> NDArray[np.float64]:
    gram, right, square = (sum(part) for part in zip(*sums, strict=True))
    size = np.maximum(np.sqrt(square[:-1] / square[-1]), 1e-3)
    gram = gram / size[:, None] / size
    gram[np.diag_indices_from(gram)] += _RIDGE
    return np.linalg.solve(gram, right / size[:, None]) / size[:, None]


def _even(values: NDArray) -> NDArray:
    """Return values that are the same for left and right: what differs there is chance."""
    return (values + values[mirror_names()]) / 2


def _correlation(found: NDArray, true: NDArray) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        r = [np.corrcoef(found[:, i], true[:, i])[0, 1] for i in range(len(NAMES))]
    return _even(np.nan_to_num(r))


def mirror_changes() -> NDArray:
    """Return (COUNT, 2): which change stands in each place of a mirrored face, and its sign."""
    cells = changes.EYE_CELLS
    # The left eye's patch is mirrored already: the two only change places.
    order = [*range(cells, 2 * cells), *range(cells)]
    sign = [1] * (2 * cells)
    start = 2 * cells
    low = np.arange(changes.LOW_CELLS).reshape(
        LOWER_HEIGHT // changes.GRID, LOWER_WIDTH // changes.GRID, 2
    )
    order += list(start + low[:, ::-1].ravel())
    sign += [-1, 1] * (changes.LOW_CELLS // 2)
    start += changes.LOW_CELLS
    order += list(start + mirror_names())
    sign += [1] * len(NAMES)
    start += len(NAMES)
    half = changes.EYE_POINTS * 2
    order += [*range(start + half, start + 2 * half), *range(start, start + half)]
    sign += [-1, 1] * (2 * changes.EYE_POINTS)
    start += 2 * half
    order += range(start, start + 3)
    sign += [-1, 1, 1]
    start += 3
    order += list(start + mirror_names())
    sign += [1] * len(NAMES)
    assert len(order) == len(sign) == changes.COUNT
    return np.stack([np.array(order, int), np.array(sign, int)], axis=1)
