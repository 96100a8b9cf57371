"""Examples of standing feet: made up, and from rendered clips that the real detector saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ... import rotations as rt
from ...blocking import contacts, lifter, lifting, solver
from ...blocking.tracker import Landmarks
from ...runtime import Session
from ..lifter import bodies, mocap, sight
from ..lifter.noise import Detector

HELD_OUT = ("07", "14", "60", "135")
"""CMU subjects, of those that may be trained on, by which the training is watched."""
_PLACES = [solver.JOINT_NAMES.index(n) for n in lifting.JOINTS]
_SPEEDS = (0.75, 2.4)  # of the performance: walks that hurry stand as shortly as runs
_LOGITS = [9 * k for k in range(4)]


@dataclass
class Example:
    """A clip at `lifting.RATE`.

    Attributes
    ----------
    inputs : (2, T, contacts.INPUTS), the left foot and the right
    contact : (2, T, 2) 0 or 1, heel and toes
    known : bool
        Whether the lifter itself was trained on this clip, so that its word is too good.
    """

    inputs: NDArray
    contact: NDArray
    known: bool = False


class Source:
    """Draws made-up examples."""

    def __init__(
        self, performances: list[mocap.Performance], detector: Detector, frames: int
    ) -> None:
        self.performances = [p for p in performances if p.travels and len(p.rot) >= 40]
        self.detector, self.frames = detector, frames
        self.session = Session(lifter.NAME)
        weight = np.sqrt([min(len(p.rot), 900) for p in self.performances])
        self.share = np.cumsum(weight) / weight.sum()

    def draw(self, rng: np.random.Generator) -> Example:
        """Draw one clip."""
        p = self.performances[int(np.searchsorted(self.share, rng.random()))]
        rot, root = self._stretch(p, rng)
        offsets = bodies.proportions(rng)
        root, joints = bodies.stand(rot, root, offsets)
        leg = bodies.leg_length(offsets)
        contact = bodies.contacts(bodies.foot_points(joints), root, leg, lifting.RATE)
        marks = sight.detect(rot, joints[:, _PLACES], self.detector, rng)
        heard = lifter.listen(marks, marks.time, sight.FOCAL_PX, self.session)
        return Example(heard.feet, as_feet(contact))

    def _stretch(self, p: mocap.Performance, rng: np.random.Generator) -> tuple:
        """Return turns (T, roles, 4) and root (T, 3) of a stretch at another speed."""
        speed = float(np.exp(rng.uniform(*np.log(_SPEEDS)))) * p.fps / lifting.RATE
        frames = min(self.frames, int((len(p.rot) - 2) / speed))
        start = rng.uniform(0.0, len(p.rot) - 1.001 - frames * speed)
        at = start + np.arange(frames) * speed
        low, part = at.astype(int), at % 1.0
        a, b = (p.rot[low + k].astype(float) for k in (0, 1))
        b = np.where((a * b).sum(-1, keepdims=True) < 0, -b, b)
        rot = rt.normalize(a + part[:, None, None] * (b - a))
        return rot, p.root[low] + part[:, None] * (p.root[low + 1] - p.root[low])


def as_feet(contact: NDArray) -> NDArray:
    """Return contacts (T, 4) as (2, T, 2), by foot."""
    return np.stack([contact[:, :2], contact[:, 2:]]).astype(np.float32)


def seen(marks: Landmarks, contact: NDArray, fps: float, known: bool) -> Example | None:
    """Return a clip that the real detector saw, its contacts (F, 4) known; None if hardly seen."""
    if marks.found.mean() < 0.9:
        return None
    last = min(marks.time[-1], (len(contact) - 1) / fps)
    even = np.arange(0.0, last + 1e-6, 1.0 / lifting.RATE)
    heard = lifter.listen(marks, even, marks.focal, Session(lifter.NAME))
    return Example(heard.feet, as_feet(contact[np.round(even * fps).astype(int)]), known)


def blurred(example: Example, rows: slice, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Return inputs and contacts (2, T, …) of some frames, mirrored half the time.

    Where the lifter knows the clip its word is muddied, by as much as it errs on others.
    """
    inputs, contact = example.inputs[:, rows].copy(), example.contact[:, rows]
    if example.known:
        noise = rng.normal(0.0, 1.0, (len(contact[0]), 4)).cumsum(axis=0)
        noise = 1.5 * (noise - noise.mean(axis=0)) / (noise.std(axis=0) + 1e-6)
        noise += rng.normal(0.0, 0.7, 4)
        inputs[0][:, _LOGITS] += noise
        inputs[1][:, _LOGITS] += noise[:, [2, 3, 0, 1]]
    if rng.random() < 0.5:
        inputs = inputs[::-1].copy()
        contact = contact[::-1]
        inputs[..., contacts.SIDEWAYS] *= -1.0
    return inputs, contact
