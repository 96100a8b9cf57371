"""Run the lifter: from landmarks to a body, its turns, its contacts and which way is up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from ..runtime import Session, Settings
from . import contacts, fit, lifting
from .tracker import Landmarks

NAME = "lifter_v5"
_SMOOTH_S = 0.03
_PIECE, _OVERLAP = 512, 32  # frames; the network sees 20 to either side
_FEWEST = 8


@dataclass
class Lifted:
    """What the network makes of a clip, at the wanted times, camera axes of each frame.

    Attributes
    ----------
    joints : (F, len(lifting.JOINTS), 3) metres, the hips' middle at the origin
    spread : (F, len(lifting.JOINTS)) metres, how far it may be off
    rot : (F, roles, 4) turns of the body's segments from the T-pose
    contact : (F, 4) 0 to 1, as `body.CONTACTS`
    up : (F, 3) unit vectors
    velocity : (F, 3) of the hips, metres a second
    bend : (F, 4) radians, how far `lifting.HINGES` are bent, and beside it how far that may be off
    bend_spread : (F, 4) radians
    model : {network: sha256}
    """

    joints: NDArray
    spread: NDArray
    rot: NDArray
    contact: NDArray
    up: NDArray
    velocity: NDArray
    bend: NDArray
    bend_spread: NDArray
    model: dict[str, str]


def lift(landmarks: Landmarks, time: NDArray, settings: Settings | None = None) -> Lifted:
    """Lift a clip.

    Parameters
    ----------
    landmarks : Landmarks
        At least two frames with a person.
    time : (F,) seconds, increasing
    settings : Settings of the runtime, optional
    """
    session, focal_px = Session(NAME, settings), landmarks.focal
    count = max(_FEWEST, int(np.ceil((time[-1] - time[0]) * lifting.RATE)) + 1)
    heard = listen(landmarks, time[0] + np.arange(count) / lifting.RATE, focal_px, session)
    contact, judged = contacts.judge(heard.feet, settings)
    at = np.clip((np.asarray(time) - time[0]) * lifting.RATE, 0.0, count - 1.0)
    low = np.minimum(at.astype(int), count - 2)
    said = [_between(values, low, at - low) for values in (*heard.said, contact)]
    turn = _between(rt.continuous(heard.turn), low, at - low)
    back = rt.conjugate(rt.normalize(turn))
    joints, spread, six, _, up, velocity, bend, bend_spread, contact = said
    rot = rt.from_matrix(lifting.to_matrix(six))
    return Lifted(
        joints=rt.rotate(back[:, None], joints),
        spread=spread,
        rot=rt.multiply(back[:, None], rot),
        contact=1.0 / (1.0 + np.exp(-contact)),
        up=rt.rotate(back, rt.normalize(up)),
        velocity=rt.rotate(back, velocity),
        bend=bend,
        bend_spread=bend_spread,
        model={NAME: session.sha256, **judged},
    )


@dataclass
class Heard:
    """What the network said of a clip, at `lifting.RATE`.

    Attributes
    ----------
    said : values (F, …) of `lifting.OUTPUTS`, view axes
    turn : (F, 4) from camera to view axes
    feet : (2, F, contacts.INPUTS) laid out for the judgement of what stands
    """

    said: list[NDArray]
    turn: NDArray
    feet: NDArray


def listen(landmarks: Landmarks, even: NDArray, focal_px: float, session: Session) -> Heard:
    """Show the network a clip at even times (F,), `lifting.RATE` a second."""
    seen = fit.resample(landmarks, even, _SMOOTH_S, focal_px)
    middle = 0.5 * np.asarray(landmarks.size, float)
    still = (seen.still - middle) / focal_px
    view = lifting.look(
        seen.rays(landmarks.size, focal_px),
        seen.world,
        seen.visibility,
        still[:, [fit.HIP_L, fit.HIP_R]].mean(axis=1),
        lifting.RATE,
    )
    said = _in_pieces(session, view)
    joints, spread, _, logits, up, velocity = said[:6]
    into = rt.multiply(seen.turn, rt.conjugate(rt.normalize(view.turn)))
    feet = contacts.describe(
        rt.rotate(into[:, None], joints), spread, logits, rt.rotate(into, rt.normalize(up)),
        rt.rotate(into, velocity), still, view.metre, lifting.RATE,
    )  # fmt: skip
    return Heard(said, view.turn, feet)


def _between(values: NDArray, low: NDArray, part: NDArray) -> NDArray:
    """Return values (F, …) read between rows, straight."""
    part = part.reshape(-1, *[1] * (values.ndim - 1))
    return (1.0 - part) * values[low] + part * values[low + 1]


def _in_pieces(session: Session, view: lifting.View) -> list[NDArray]:
    """Run the network over a clip of any length; returns its outputs, float64."""
    frames = len(view.inputs)
    parts: list[list[NDArray]] = []
    step = _PIECE - 2 * _OVERLAP
    for start in range(0, max(1, frames - 2 * _OVERLAP), step):
        rows = slice(start, min(start + _PIECE, frames))
        direct = view.inputs[rows], view.detected[rows]
        both = zip(direct, lifting.mirror_seen(*direct), strict=True)
        inputs, detected = (np.stack(pair) for pair in both)
        out = session(inputs=inputs, detected=detected)
        first = 0 if start == 0 else _OVERLAP
        last = len(view.inputs[rows]) if rows.stop == frames else _PIECE - _OVERLAP
        said = [np.asarray(out[name][:, first:last], float) for name in lifting.OUTPUTS]
        # A person and their mirror image are as likely: what it says of both is the steadier.
        back = lifting.mirror_said([values[1] for values in said])
        parts.append([0.5 * (a[0] + b) for a, b in zip(said, back, strict=True)])
        if rows.stop == frames:
            break
    return [np.concatenate(column) for column in zip(*parts, strict=True)]
