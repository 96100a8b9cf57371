"""From what was seen of a face to expressions, gaze and the head's way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..runtime import Settings
from . import gaze, leastsquares
from .neutral import Neutral
from .performance import REGIONS
from .pose import Basis, Pose, align
from .tracker import Seen

METHODS = ("auto", "least_squares")

_PLAIN_DOUBT = {"brows": 0.5, "lids": 0.3, "cheeks": 0.6, "nose": 0.3, "eyes": 0.2}
"""How little least squares can be trusted, region by region, as the held-out figures show."""

_SIDEWAYS_RAD = np.radians([20.0, 60.0])
"""Turned by the first a head is seen well, by the second not at all."""


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
    method : "auto", or "least_squares", which looks at the mesh alone
    """
    there = np.flatnonzero(seen.found)
    points = seen.points[there].astype(np.float64)
    pose = align(points, neutral.face, basis.weight)
    shift = pose.to_head(points) - neutral.face
    eyes = gaze.flatten(seen.iris[there].astype(np.float64), pose)
    trust = _seen_well(pose, seen.presence[there])
    looks = gaze.from_iris(eyes, basis)
    value = gaze.to_looks(looks, leastsquares.solve(shift, basis))
    doubt = np.array([_PLAIN_DOUBT.get(region, 0.0) for region in REGIONS])
    return Solved(value, looks, trust[:, None] * (1.0 - doubt), pose)


def _seen_well(pose: Pose, presence: NDArray) -> NDArray[np.float64]:
    """Return (N,) 0 to 1: how well the heads are seen at all."""
    turned = np.arccos(np.clip(pose.rotation[:, 2, 2], -1.0, 1.0))
    low, high = _SIDEWAYS_RAD
    return np.clip((high - turned) / (high - low), 0.0, 1.0) * presence
