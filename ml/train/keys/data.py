"""Examples to learn from: blocked clips filmed, detected and solved, with their keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ... import rotations as rt
from ...blocking import keypicker, lifter, lifting, solver
from ...blocking.body import ROLES, Motion
from ..lifter import bodies, mocap, sight
from ..lifter.noise import Detector
from . import author
from .handkeyed import keyed_by_hand

HELD_OUT = ("07", "14", "60", "135")
"""CMU subjects, of those that may be trained on, by which the training is watched."""
_SOFT = 1.0  # frames, standard deviation of a key in the target
_RATES = (24.0, 25.0, 60.0)
_PLACES = [solver.JOINT_NAMES.index(n) for n in lifting.JOINTS]
_POINT_SWAP = [
    keypicker.POINTS.index(n[:-1] + {"L": "R", "R": "L"}[n[-1]] if n[-2:] in (".L", ".R") else n)
    for n in keypicker.POINTS
]


@dataclass
class Example:
    """A clip at `keypicker.RATE`.

    Attributes
    ----------
    inputs : (T, INPUTS) float32
    keys : (K,) frames
    """

    inputs: NDArray
    keys: NDArray

    def target(self) -> NDArray:
        """Return (T,) 0 to 1, a bell around each key."""
        off = np.arange(len(self.inputs))[:, None] - self.keys[None, :]
        return np.exp(-0.5 * (off / _SOFT) ** 2).max(axis=1).astype(np.float32)


class Source:
    """Draws examples."""

    def __init__(
        self, performances: list[mocap.Performance], detector: Detector, seconds: float
    ) -> None:
        self.performances = [p for p in performances if len(p.rot) >= 40]
        self.by_hand = keyed_by_hand(performances)
        self.detector, self.seconds = detector, seconds
        weight = np.array([min(len(p.rot), 900) ** 0.5 for p in self.performances])
        weight *= [0.3 if p.subject == "reactidle_mit" else 1.0 for p in self.performances]
        self.share = np.cumsum(weight) / weight.sum()

    def draw(self, rng: np.random.Generator) -> Example:
        """Draw one clip, a tenth of them keyed by hand where there are such."""
        if self.by_hand and rng.random() < 0.1:
            made = self.by_hand[int(rng.integers(len(self.by_hand)))]
        else:
            p = self.performances[int(np.searchsorted(self.share, rng.random()))]
            made = author.author(p, rng, self.seconds * rng.uniform(0.6, 1.2), keypicker.RATE)
        offsets = bodies.proportions(rng)
        root, joints = bodies.stand(made.rot, made.root, offsets)
        seen_as = rng.choice(["lifted", "plain", "exact"], p=[0.72, 0.16, 0.12])
        if seen_as == "exact":
            motion = exact(made.rot, root, joints, offsets)
        else:
            marks = sight.detect(made.rot, joints[:, _PLACES], self.detector, rng)
            motion = solved(marks, seen_as == "lifted", rng)
        return Example(keypicker.describe(motion), made.keys)


def exact(rot: NDArray, root: NDArray, joints: NDArray, offsets: bodies.Offsets) -> Motion:
    """Return a performance as a motion that nobody had to guess."""
    leg = bodies.leg_length(offsets)
    return Motion(
        time=np.arange(len(rot)) / keypicker.RATE,
        rot=np.stack([rt.continuous(rot[:, r]) for r in range(len(ROLES))], axis=1),
        root=root,
        leg_length=leg,
        contact=bodies.contacts(bodies.foot_points(joints), root, leg, keypicker.RATE),
        confidence=np.ones(len(rot)),
        joints=joints,
        joint_names=solver.JOINT_NAMES,
    )


def solved(marks: sight.Landmarks, lifted: bool, rng: np.random.Generator) -> Motion:
    """Solve what was detected as the stage does, now and then at another rate."""
    time = marks.time
    if rng.random() < 0.25:
        time = np.arange(0.0, time[-1] + 1e-6, 1.0 / rng.choice(_RATES))
    with_lifter = lifter.lift(marks, time) if lifted else None
    motion = solver.solve(marks, time, sight.FOCAL_PX, with_lifter)
    if len(time) != len(marks.time) or time is not marks.time:
        motion = keypicker.at_rate(motion)
    return motion


def turned(inputs: NDArray, rng: np.random.Generator) -> NDArray:
    """Return inputs (T, INPUTS) of the same clip seen from elsewhere, mirrored half the time."""
    out = inputs.copy()
    count = keypicker.PATHS
    velocity = out[:, : 3 * count].reshape(len(out), count, 3)
    angle = rng.uniform(-np.pi, np.pi)
    c, s = np.cos(angle), np.sin(angle)
    velocity = velocity @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    if rng.random() < 0.5:
        order = [*_POINT_SWAP, count - 1]
        velocity = velocity[:, order] * [-1.0, 1.0, 1.0]
        for k in (3, 4):
            out[:, k * count : (k + 1) * count] = inputs[:, k * count : (k + 1) * count][:, order]
    out[:, : 3 * count] = velocity.reshape(len(out), -1)
    return out


def make(
    source: Source, count: int, seed: int, note: Callable[[str], None] = lambda _: None
) -> list[Example]:
    """Draw a number of examples, saying every hundred how far it is."""
    rng = np.random.default_rng(seed)
    out = []
    for k in range(count):
        out.append(source.draw(rng))
        if (k + 1) % 100 == 0:
            note(f"{k + 1} of {count} clips made")
    return out


def save(path: Path, examples: list[Example]) -> None:
    """Write examples as an .npz, whole or not at all."""
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        np.savez_compressed(
            file,
            inputs=np.concatenate([e.inputs for e in examples]).astype(np.float16),
            keys=np.concatenate([e.keys for e in examples]),
            frames=[len(e.inputs) for e in examples],
            counts=[len(e.keys) for e in examples],
        )
    part.replace(path)


def read(path: Path) -> list[Example]:
    """Read what `save` wrote."""
    with np.load(path) as raw:
        inputs = np.split(raw["inputs"].astype(np.float32), np.cumsum(raw["frames"])[:-1])
        keys = np.split(raw["keys"], np.cumsum(raw["counts"])[:-1])
    return [Example(i, k) for i, k in zip(inputs, keys, strict=True)]
