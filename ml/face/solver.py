"""From what was seen of a face to expressions, gaze and the head's way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from . import features, flashes, gaze, leastsquares
from .neutral import Neutral
from .patches import Patches
from .performance import NAMES, REGIONS
from .pose import Basis, Pose, align
from .tracker import Seen

NAME = "face_solver_v1"
METHODS = ("auto", "network", "least_squares")

_BATCH = 64
_PLAIN_DOUBT = {"brows": 0.6, "eyes": 0.5, "lids": 0.4, "cheeks": 0.7, "nose": 0.5, "mouth": 0.3}
"""How little least squares can be trusted, region by region, as the held-out figures show."""

_DOUBTED_DEVIATION = 0.25
"""The network's own deviation at which a coefficient is not to be trusted at all."""

_LOW, _WELL_BELOW = 0.02, 0.06
"""Quantile of a curve that counts as its lowest, and how far below 0 that is no noise."""

_SIDEWAYS_RAD = np.radians([20.0, 60.0])
"""Turned by the first a head is seen well, by the second not at all."""

_COLUMNS = {
    region: np.array([NAMES.index(n) for n in names if n != "tongueOut"])
    for region, names in REGIONS.items()
}


@dataclass
class Solved:
    """Expressions of the frames in which a face was found.

    Attributes
    ----------
    coefficients : (N, 52), not yet bounded
    gaze : (N, 2, 2) radians, see `Performance.gaze`
    confidence : (N, 7), 0 to 1, see `Performance.confidence`
    pose : of the head in each picture
    models : {network: sha256} beyond those that saw the face
    """

    coefficients: NDArray[np.float64]
    gaze: NDArray[np.float64]
    confidence: NDArray[np.float64]
    pose: Pose
    models: dict[str, str] = field(default_factory=dict)


def solve(
    seen: Seen,
    neutral: Neutral,
    basis: Basis,
    *,
    method: str = "auto",
    settings: Settings | None = None,
) -> Solved:
    """Solve the frames in which a face was found.

    Parameters
    ----------
    seen : of `tracker.track`
    neutral : of `neutral.find`
    method : "network" ("auto" is the same), or "least_squares", which looks at the mesh alone
    """
    if method == "least_squares":
        return _solve_plainly(seen, neutral, basis)
    there = np.flatnonzero(seen.found)
    rest = np.searchsorted(there, neutral.frames)
    session = Session(NAME, settings)
    points, pose = features.compute(
        seen.points[there].astype(float), seen.iris[there].astype(float), neutral.face, rest, basis
    )
    first = neutral.frames[:1]
    value, deviation = (np.zeros((len(there), len(NAMES))) for _ in range(2))
    for low in range(0, len(there), _BATCH):
        part = slice(low, low + _BATCH)
        out = session(
            points=points[part],
            eyes=seen.patches.eyes[there[part]],
            lower=seen.patches.lower[there[part]],
            rest_eyes=seen.patches.eyes[first],
            rest_lower=seen.patches.lower[first],
            sighted=np.ones((1, 1)),
        )
        value[part], deviation[part] = out["value"], out["deviation"]
    shift = pose.to_head(seen.points[there].astype(float)) - neutral.face
    eyes = gaze.flatten(seen.iris[there].astype(float), pose)
    cut = Patches(seen.patches.eyes[there], seen.patches.lower[there])
    compare = flashes.Comparer(cut, shift, eyes, pose, basis)
    value, flash_sha256 = flashes.add(value, seen.time[there], compare, settings)
    # What the network says of the neutral face itself is what it cannot see: no expression.
    looking = gaze.from_looks(value)
    value = value - np.median(value[rest], axis=0)
    value = gaze.to_looks(looking, _lift(value) if neutral.automatic else value)
    sure = [1.0 - deviation[:, c].mean(axis=1) / _DOUBTED_DEVIATION for c in _COLUMNS.values()]
    trust = _seen_well(pose, seen.presence[there])
    confidence = np.clip(np.stack(sure, axis=1), 0.05, 1.0) * trust[:, None]
    models = {session.name: session.sha256, flashes.NAME: flash_sha256}
    return Solved(value, looking, confidence, pose, models)


def _lift(value: NDArray) -> NDArray[np.float64]:
    """Raise the expressions that go well below the neutral face.

    That they do shows that the neutral face was not at rest in them: somebody whose eyes are
    always wide has them less so in a blink.
    """
    low = -np.quantile(value, _LOW, axis=0)
    return value + np.where(low > _WELL_BELOW, low, 0.0)


def _solve_plainly(seen: Seen, neutral: Neutral, basis: Basis) -> Solved:
    there = np.flatnonzero(seen.found)
    points = seen.points[there].astype(float)
    pose = align(points, neutral.face, basis.weight)
    shift = pose.to_head(points) - neutral.face
    eyes = gaze.flatten(seen.iris[there].astype(float), pose)
    looking = gaze.from_iris(eyes, basis)
    value = gaze.to_looks(looking, leastsquares.solve(shift, basis))
    doubt = np.array([_PLAIN_DOUBT.get(region, 0.0) for region in REGIONS])
    trust = _seen_well(pose, seen.presence[there])
    return Solved(value, looking, trust[:, None] * (1.0 - doubt), pose)


def _seen_well(pose: Pose, presence: NDArray) -> NDArray[np.float64]:
    """Return (N,) 0 to 1: how well the heads are seen at all."""
    turned = np.arccos(np.clip(pose.rotation[:, 2, 2], -1.0, 1.0))
    low, high = _SIDEWAYS_RAD
    return np.clip((high - turned) / (high - low), 0.0, 1.0) * presence
