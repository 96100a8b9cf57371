"""Take what the solver mixes up apart again, and give its curves their height: a fitted matrix.

The solver reads one expression partly as its neighbours, and draws what it is unsure of towards
nothing. Both are much the same for all people, so they are measured on filmed performances of
people that it was not trained on, as users' clips are solved: a ridge regression from its curves to
what is missing in them. Every curve of every film counts alike, however small its motion is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...face import neutral, solver
from ...face.patches import Patches
from ...face.performance import NAMES
from ...face.pose import Basis
from ...runtime import Session, Settings
from .bench import STILL, correlation
from .fitting import mirror_names

_RIDGE = 1.0
_SMALL = 0.1  # standard deviation below which a curve weighs no more
_MOST = 1.6
_SHORT = 4  # frames
_UNDONE, _MOST_LEAK = 0.6, 0.5
_FOLDS = 6
_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])


@dataclass
class Untangled:
    """What was fitted.

    Attributes
    ----------
    matrix : (52, 52), solver's values times this are the new ones
    before, after : (52, 2) mean correlation and gain over the films, `after` by matrices that were
        fitted without the film
    films, frames : how many there were
    sha256 : of the films
    """

    matrix: NDArray
    before: NDArray
    after: NDArray
    films: int
    frames: int
    sha256: str


@dataclass
class Film:
    """A filmed performance as it is solved.

    Attributes
    ----------
    value, true : (F, 52)
    times : (F,) seconds
    points, iris : see `tracker.Seen`
    cut : of the same frames
    face : (468, 3) cm, the neutral face that was found
    """

    value: NDArray
    true: NDArray
    times: NDArray
    points: NDArray
    iris: NDArray
    cut: Patches
    face: NDArray


def solve(folder: Path, basis: Basis) -> tuple[list[Film], str]:
    """Solve all films in a folder with the solver as it is exported; return their sha256 too."""
    session = Session(solver.NAME, Settings(device="cpu", threads=1))
    digest, films = hashlib.sha256(), []
    for path in sorted(folder.glob("sequence_*.npz")):
        digest.update(path.read_bytes())
        with np.load(path) as file:
            films.append(_solved(dict(file), session, basis))
    return films, digest.hexdigest()


def _solved(film: dict, session: Session, basis: Basis) -> Film:
    points, iris = film["points"].astype(float), film["iris"].astype(float)
    found = neutral.find(points, film["time"], np.ones(len(points), bool), basis)
    cut = Patches(film["eyes"], film["lower"])
    value, _ = solver.compare(points, iris, cut, (found.face, found.frames), basis, session)
    return Film(value, film["coefficients"], film["time"], points, iris, cut, found.face)


def fit(folder: Path, basis: Basis) -> Untangled:
    """Fit the matrix to all films in a folder."""
    films, sha256 = solve(folder, basis)
    pairs = [(film.value, film.true) for film in films]
    fold = np.arange(len(pairs)) % _FOLDS
    after: list[NDArray] = [np.empty(0)] * len(pairs)
    for out in range(_FOLDS):
        matrix = _matrix([p for p, f in zip(pairs, fold, strict=True) if f != out])
        for i in np.flatnonzero(fold == out):
            after[i] = pairs[i][0] @ matrix
    truth = [true for _, true in pairs]
    return Untangled(
        matrix=_matrix(pairs),
        before=_measured([value for value, _ in pairs], truth),
        after=_measured(after, truth),
        films=len(pairs),
        frames=sum(len(t) for t in truth),
        sha256=sha256,
    )


def _matrix(pairs: list[tuple[NDArray, NDArray]]) -> NDArray[np.float64]:
    """Return the matrix fitted to (value, truth) of films and their mirror images."""
    names = mirror_names()
    pairs = [(v - v.mean(axis=0), t - t.mean(axis=0)) for v, t in pairs]
    both = pairs + [(v[:, names], t[:, names]) for v, t in pairs]
    size = np.sqrt(np.mean([v.var(axis=0) for v, _ in both], axis=0)) + 0.01
    grams = np.array([(v / size).T @ (v / size) / len(v) for v, _ in both])
    rights = np.array([(v / size).T @ (t - v) / len(v) for v, t in both])
    spread = np.array([t.std(axis=0) for _, t in both])
    weights = 1.0 / (spread**2 + _SMALL**2)
    matrix = np.eye(len(NAMES))
    for i in np.flatnonzero(~_LOOKS):
        weight = weights[:, i] / weights[:, i].mean()
        gram = np.tensordot(weight, grams, 1) / len(both) + _RIDGE * np.eye(len(NAMES))
        matrix[:, i] += np.linalg.solve(gram, weight @ rights[:, :, i] / len(both)) / size
    matrix = matrix * _heights(matrix, both)
    return matrix @ _sides([(v @ matrix, t) for v, t in both])


def _sides(pairs: list[tuple[NDArray, NDArray]]) -> NDArray[np.float64]:
    """Return the matrix that sets the sides of a face apart, by how short motions leak over.

    A side shows so much of a motion of its own and so much of the other's; what the two differ by
    is too small by that, and is enlarged. Not by all of it: what they wrongly differ by grows too.
    """
    gram = 0.05 * np.eye(len(NAMES))
    right = np.zeros_like(gram)
    for value, true in pairs:
        shown, moved = value[_SHORT:] - value[:-_SHORT], true[_SHORT:] - true[:-_SHORT]
        weighed = moved / (0.2 + np.abs(moved).sum(axis=1, keepdims=True))
        gram += weighed.T @ moved
        right += weighed.T @ shown
    response = np.linalg.solve(gram, right)
    out = np.eye(len(NAMES))
    for i, other in enumerate(mirror_names()):
        if other != i and not _LOOKS[i]:
            leak = response[i, other] / max(response[i, i], 1e-3)
            leak = _UNDONE * np.clip(leak, 0.0, _MOST_LEAK)
            apart = (1 + leak) / (1 - leak)
            out[[i, other], i] = (1 + apart) / 2, (1 - apart) / 2
    return out


def _heights(matrix: NDArray, pairs: list[tuple[NDArray, NDArray]]) -> NDArray[np.float64]:
    """Return (52,), what brings the curves to the height of the true ones, within limits."""
    shown = sum((v @ matrix * t).sum(axis=0) for v, t in pairs)
    true = sum((t * t).sum(axis=0) for _, t in pairs)
    height = true / np.maximum(np.maximum(shown, true / _MOST), 1e-9)
    return np.where(_LOOKS, 1.0, np.clip(height, 1.0, _MOST))


def _measured(values: list[NDArray], truth: list[NDArray]) -> NDArray[np.float64]:
    out = np.full((len(NAMES), 2), np.nan)
    for i in range(len(NAMES)):
        moving = [(v, t) for v, t in zip(values, truth, strict=True) if t[:, i].std() >= STILL]
        if moving:
            out[i] = np.mean([correlation(v[:, i], t[:, i]) for v, t in moving], axis=0)
    return out
