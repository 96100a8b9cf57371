"""Find a person's face at rest in a clip: what every expression is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from .leastsquares import solve
from .performance import INDEX, NAMES
from .pose import Basis, Pose, align

_FRAMES = 5  # that the neutral face is the mean of
_QUIET = 0.1  # quantile of a coefficient over the clip that counts as its rest
_NEAR_S = 0.1  # how far from the chosen time the frames may be
_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])
_LIDS = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
_COVERED = 0.5  # likeness to the usual lower face, below which something lies before the mouth
_TURN_COST = 0.6  # a radian of turned head, in summed coefficients


@dataclass(frozen=True)
class Neutral:
    """A face at rest.

    Attributes
    ----------
    frames : indices of the frames it was taken from, the best first
    time_s : of the best
    face : (468, 3) cm, head's frame
    automatic : whether it was found, not given
    """

    frames: NDArray[np.int64]
    time_s: float
    face: NDArray[np.float64]
    automatic: bool


def find(
    points: NDArray,
    times: NDArray,
    found: NDArray,
    basis: Basis,
    at: str | float = "auto",
    lower: NDArray | None = None,
) -> Neutral:
    """Find the neutral face, or take the one at a given time.

    Parameters
    ----------
    points : (F, 468, 3) pixels, NaN where not found
    times : (F,) seconds
    found : (F,) bool, at least one
    at : "auto", or seconds of the clip
    lower : (F, H, W), optional
        Pictures of the lower face, to leave out frames in which a hand is before it.

    Raises
    ------
    VideoError
        No face is seen at the given time.
    """
    there = np.flatnonzero(found)
    pose = align(points[there], basis.template, basis.weight)
    faces = pose.to_head(points[there])
    if at == "auto":
        unrest = _unrest(faces, pose, times[there], basis)
        if lower is not None:
            unrest = np.where(_usual(lower[there]) < _COVERED, np.inf, unrest)
        order = np.argsort(unrest, kind="stable")
        chosen = order[:_FRAMES]
    else:
        away = np.abs(times[there] - float(at))
        chosen = np.argsort(away, kind="stable")[:_FRAMES]
        if away[chosen[0]] > _NEAR_S:
            raise VideoError(
                f"No face is seen at {float(at):g} s, which was chosen as the neutral moment: "
                'choose another time, or "auto"'
            )
        chosen = chosen[away[chosen] <= _NEAR_S]
    frames = there[chosen]
    return Neutral(
        frames=frames,
        time_s=float(times[frames[0]]),
        face=np.median(faces[chosen], axis=0),
        automatic=at == "auto",
    )


def _unrest(faces: NDArray, pose: Pose, times: NDArray, basis: Basis) -> NDArray[np.float64]:
    """Return (F,), how far each frame is from rest: low where all expressions are low.

    What is at rest is not known beforehand, since faces differ; but an expression comes and goes,
    so its rest is near its lowest over the clip.
    """
    middle = np.median(faces, axis=0)
    value = solve(faces - middle, basis, -np.inf, np.inf)
    above = value - np.quantile(value, _QUIET, axis=0)
    # Weighed by what shows: a coefficient of little motion is mostly noise.
    size = np.sqrt((basis.motion**2).sum(axis=(1, 2)))
    weight = np.where(_LOOKS, 0.0, size / size.max())
    weight[_LIDS] = 1.0
    unrest = np.abs(above) @ weight
    turned = np.arccos(np.clip(pose.rotation[:, 2, 2], -1, 1))
    if len(times) > 2:
        speed = np.linalg.norm(np.gradient(value * weight, axis=0), axis=1)
        unrest = unrest + speed
    return unrest + _TURN_COST * turned


def _usual(pictures: NDArray) -> NDArray[np.float64]:
    """Return (N,) how like each of (N, H, W) pictures is to the clip's median, -1 to 1."""
    flat = pictures.reshape(len(pictures), -1).astype(float)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-9
    middle = np.median(flat, axis=0)
    return flat @ middle / (np.linalg.norm(middle) + 1e-9)
