"""How large the scene is that a travelling camera saw: by the performer, who stands in it.

The background tells how a camera travels, but not how far: a small room filmed on a short way
looks like a large one on a long way. The performer's size is known, and so is where their feet
are before the camera. A foot that stands must not move through the scene.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from . import fit, ground

if TYPE_CHECKING:
    from .lifter import Lifted
    from .tracker import Landmarks

_FEET = [fit.HEEL_L, fit.TOE_L, fit.HEEL_R, fit.TOE_R]
_SMOOTH_S = 0.03
_STEP_S = 0.1
_STILL = 0.1  # metres a second that a standing foot seems to move
# The background's middle may be a third as far as the performer, or thirty times.
_NEAREST, _FARTHEST, _TRIED = 1.0 / 3.0, 30.0, 240


def in_metres(landmarks: Landmarks, time: NDArray, lifted: Lifted | None = None) -> Landmarks:
    """Return landmarks whose `travel` is in metres.

    Parameters
    ----------
    landmarks : Landmarks with `travel` in any unit
    time : (F,) seconds, even
    lifted : Lifted, optional
        What the lifter makes of them; it knows better which foot stands.
    """
    still = replace(landmarks, travel=None)
    seen = fit.resample(still, time, _SMOOTH_S, landmarks.focal)
    place = fit.resample(landmarks, time, _SMOOTH_S, landmarks.focal).place
    joints, _ = fit.fit_joints(seen, landmarks.size, landmarks.focal, lifted)
    fps = 1.0 / np.median(np.diff(time)) if len(time) > 1 else 30.0
    feet = ground.to_scene(joints, seen.turn, np.zeros_like(place), fps)[:, _FEET]
    place = rt.rotate(ground.INTO_SCENE, place)
    stands = np.ones(feet.shape[:2]) if lifted is None else lifted.contact
    away = float(np.median(joints[:, [fit.HIP_L, fit.HIP_R], 2]))
    return replace(landmarks, travel=landmarks.travel * _unit(feet, place, stands, fps, away))


def _unit(feet: NDArray, place: NDArray, stands: NDArray, fps: float, away: float) -> float:
    """Return the metres of the unit that `place` is in.

    The one under which some foot stands most of the time: what moves counts little however fast
    it is, so that which foot it is need not be known.

    Parameters
    ----------
    feet : (F, 4, 3) metres, from where the camera is, the first one's axes
    place : (F, 3) the camera's, any unit
    stands : (F, 4) 0 to 1, how far each point is believed to stand
    fps : float
    away : metres, the performer's distance
    """
    step = min(max(1, round(_STEP_S * fps)), len(feet) - 1)
    moved, travelled = feet[step:] - feet[:-step], place[step:] - place[:-step]
    weight = np.minimum(stands[step:], stands[:-step])
    slow = _STILL * step / fps
    units = away * np.geomspace(_NEAREST, _FARTHEST, _TRIED)
    costs = []
    for unit in units:
        off = moved + unit * travelled[:, None]
        costs.append((weight * np.log1p(np.square(off).sum(axis=-1) / slow**2)).sum())
    unit = units[int(np.argmin(costs))]
    for _ in range(10):
        off = moved + unit * travelled[:, None]
        trust = weight / (slow**2 + np.square(off).sum(axis=-1))
        along = (trust[..., None] * moved * travelled[:, None]).sum()
        unit = -along / max((trust[..., None] * np.square(travelled)[:, None]).sum(), 1e-12)
    return float(np.clip(unit, units[0], units[-1]))
