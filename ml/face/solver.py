"""From what was seen of a face to expressions, gaze and the head's way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from . import changes, features, flashes, gaze, leastsquares, lids, sides
from .neutral import Neutral
from .patches import Patches
from .performance import NAMES, REGIONS
from .pose import Basis, Pose, align
from .tracker import Seen

NAME = "face_solver_v4"
METHODS = ("auto", "network", "least_squares")

_BATCH = 64
_REFERENCES = 5  # frames beside the neutral ones that all are compared with
_PLAIN_DOUBT = {"brows": 0.6, "eyes": 0.5, "lids": 0.4, "cheeks": 0.7, "nose": 0.5, "mouth": 0.3}
"""How little least squares can be trusted, region by region, as the held-out figures show."""

_DOUBTED = 0.16
"""The doubt at which a coefficient is not to be trusted at all."""

_LOW, _WELL_BELOW = 0.05, 0.005
"""Quantile of a curve that counts as low, and how far below 0 noise may bring it. On 29 films of
other people, cut off at 0: 0.02 below it .86 / .72 / .67 (strong, weak, other), 0.005 .86 / .73 /
.68."""

_SIDEWAYS_RAD = np.radians([20.0, 60.0])
"""Turned by the first a head is seen well, by the second not at all."""

_FACED = 0.3
"""Share of a good view from which expressions are read at all."""

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
    faced : (N,) bool, whether the face is turned to the camera far enough to be read at all
    models : {network: sha256} beyond those that saw the face
    """

    coefficients: NDArray[np.float64]
    gaze: NDArray[np.float64]
    confidence: NDArray[np.float64]
    pose: Pose
    faced: NDArray[np.bool_]
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
    cut = Patches(seen.patches.eyes[there], seen.patches.lower[there])
    points, iris = seen.points[there].astype(float), seen.iris[there].astype(float)
    pose = align(points, neutral.face, basis.weight)
    value, doubt = compare(points, iris, cut, (neutral.face, rest), basis, session)
    shift = pose.to_head(points) - neutral.face
    comparer = changes.Comparer(cut, shift, gaze.flatten(iris, pose), pose, basis)
    time = seen.time[there]
    life = changes.lively(value)
    value, gain, change_sha256 = changes.refine(value, time, comparer, life, settings)
    value, flash_sha256 = flashes.add(value, time, comparer, gain, life, settings)
    looking = gaze.from_looks(value)
    if neutral.automatic:
        value = _lift(value)
    value = sides.draw_together(time, value)
    value = gaze.to_looks(looking, lids.calibrate(time, value))
    share = doubt / (1.0 + 2.0 * np.abs(value)) / _DOUBTED  # in a large motion it counts less
    sure = [1.0 - share[:, c].mean(axis=1) for c in _COLUMNS.values()]
    trust = _seen_well(pose, seen.presence[there])
    confidence = np.clip(np.stack(sure, axis=1), 0.05, 1.0) * trust[:, None]
    models = {session.name: session.sha256, changes.NAME: change_sha256}
    models[flashes.NAME] = flash_sha256
    return Solved(value, looking, confidence, pose, trust > _FACED, models)


def compare(
    points: NDArray,
    iris: NDArray,
    cut: Patches,
    at_rest: tuple[NDArray, NDArray],
    basis: Basis,
    session: Session,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare F frames with the neutral face, and with frames all over the clip.

    What the network gets wrong hangs on the frame that it compares with: its light, the turn of
    its head, what the mesh made of it. The mean over several of them, each curve brought to 0 at
    rest, is nearer the truth than any one, the neutral face's included.

    Parameters
    ----------
    points, iris, cut : of frames in which a face was found, see `tracker.Seen`
    at_rest : (468, 3) cm, the neutral face, and the indices of its frames, the best first
    session : of the solver network

    Returns
    -------
    value, doubt : (F, 52)
        What the network says of the neutral face itself is what it cannot see, no expression, and
        is taken away, but for where the eyes look. The doubt is the network's own and what the
        comparisons differ by: on films the two together go with the error (r = .55 to .89 for
        most regions, .1 for the eyes' direction).
    """
    face, rest = at_rest
    found = [_against(points, iris, cut, face, rest, basis, session)]
    apart = np.linspace(0, len(points) - 1, 2 * _REFERENCES + 1).round().astype(int)[1::2]
    for frame in np.unique(apart):
        one = align(points[[frame]], basis.template, basis.weight).to_head(points[[frame]])[0]
        found.append(_against(points, iris, cut, one, frame[None], basis, session))
    looks = np.array([n.startswith("eyeLook") for n in NAMES])
    values = [v - np.where(looks, 0.0, np.median(v[rest], axis=0)) for v, _ in found]
    doubt = np.hypot(np.mean([d for _, d in found], axis=0), np.std(values, axis=0))
    return np.mean(values, axis=0), doubt


def _against(
    points: NDArray,
    iris: NDArray,
    cut: Patches,
    face: NDArray,
    rest: NDArray,
    basis: Basis,
    session: Session,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return value and deviation (F, 52) against one face."""
    given, _ = features.compute(points, iris, face, rest, basis)
    first = rest[:1]
    value, deviation = (np.zeros((len(points), len(NAMES))) for _ in range(2))
    for low in range(0, len(points), _BATCH):
        part = slice(low, low + _BATCH)
        out = session(
            points=given[part],
            eyes=cut.eyes[part],
            lower=cut.lower[part],
            rest_eyes=cut.eyes[first],
            rest_lower=cut.lower[first],
            sighted=np.ones((1, 1)),
        )
        value[part], deviation[part] = out["value"], out["deviation"]
    return value, deviation


def _lift(value: NDArray) -> NDArray[np.float64]:
    """Raise the expressions that go below the neutral face.

    That they do shows that the neutral face was not at rest in them: somebody whose eyes are
    always wide has them less so in a blink.
    """
    low = -np.quantile(value, _LOW, axis=0)
    return value + np.maximum(low - _WELL_BELOW, 0.0)


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
    return Solved(value, looking, trust[:, None] * (1.0 - doubt), pose, trust > _FACED)


def _seen_well(pose: Pose, presence: NDArray) -> NDArray[np.float64]:
    """Return (N,) 0 to 1: how well the heads are seen at all."""
    turned = np.arccos(np.clip(pose.rotation[:, 2, 2], -1.0, 1.0))
    low, high = _SIDEWAYS_RAD
    return np.clip((high - turned) / (high - low), 0.0, 1.0) * presence
