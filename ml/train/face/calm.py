"""Fit the linear network that reads small movements, to calm takes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...face import changes, gaze
from ...face.patches import Patches
from ...face.performance import NAMES
from ...face.pose import Basis, align
from .changing import mirror_changes
from .fitting import mirror_names

_RIDGE = 300.0
_HELD_OUT = 6  # one take of so many is measured on
_TRUSTED = 0.4
"""Correlation on held-out takes from which an expression is reported at all."""


@dataclass
class Fit:
    """The linear network.

    Attributes
    ----------
    weight : (changes.SEEN, 52)
    correlation, gain : (52,) on held-out takes
    pairs, pictures : how many there were
    sha256 : of the files
    """

    weight: NDArray
    correlation: NDArray
    gain: NDArray
    pairs: int
    pictures: int
    sha256: str

    @property
    def trusted(self) -> NDArray:
        """(52,) 1 for the expressions that are reported."""
        return (self.correlation > _TRUSTED).astype(float)


def fit(folder: Path, basis: Basis) -> Fit:
    """Fit all pairs of frames of all calm takes in a folder, and their mirror images."""
    digest = hashlib.sha256()
    changes, targets, held, pictures = [], [], [], 0
    for path in sorted(folder.glob("stills_*.npz")):
        digest.update(path.read_bytes())
        with np.load(path) as file:
            takes = dict(file)
        pictures += takes["points"].shape[0] * takes["points"].shape[1]
        for k in range(len(takes["points"])):
            change, target = _pairs({name: part[k] for name, part in takes.items()}, basis)
            changes.append(change)
            targets.append(target)
            held += [len(changes) % _HELD_OUT == 0] * len(change)
    change, target = np.concatenate(changes), np.concatenate(targets)
    measured = np.array(held)
    order, sign = mirror_changes()[: changes.SEEN].T
    x = np.concatenate([change[~measured], change[~measured][:, order] * sign])
    y = np.concatenate([target[~measured], target[~measured][:, mirror_names()]])
    size = np.maximum(x.std(axis=0), 1e-3)
    x = x / size
    gram = x.T @ x
    gram[np.diag_indices_from(gram)] += _RIDGE
    weight = np.linalg.solve(gram, x.T @ y) / size[:, None]
    found, true = change[measured] @ weight, target[measured]
    both = [(found[:, i], true[:, i]) for i in range(len(NAMES))]
    correlation = np.nan_to_num([np.corrcoef(a, b)[0, 1] for a, b in both])
    gain = np.array([a @ b / (b @ b + 1e-12) for a, b in both])
    # Left and right are read alike: what differs between them here is chance.
    correlation, gain = ((part + part[mirror_names()]) / 2 for part in (correlation, gain))
    # Least squares draws towards 0 what it sees badly; a flash should keep its size.
    weight = weight / np.clip(gain, 0.33, 1.0)
    return Fit(weight, correlation, gain, len(change), pictures, digest.hexdigest())


def _pairs(take: dict[str, NDArray], basis: Basis) -> tuple[NDArray, NDArray]:
    points = take["points"].astype(float)
    first = align(points[:1], basis.template, basis.weight)
    face = first.to_head(points[:1])[0]
    pose = align(points, face, basis.weight)
    compare = changes.Comparer(
        Patches(take["eyes"], take["lower"]),
        pose.to_head(points) - face,
        gaze.flatten(take["iris"].astype(float), pose),
        pose,
        basis,
    )
    couples = list(combinations(range(len(points)), 2))
    change = np.stack([compare(i, j) for i, j in couples])
    value = take["coefficients"]
    return change, np.stack([value[j] - value[i] for i, j in couples])
