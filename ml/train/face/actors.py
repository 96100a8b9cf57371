"""What the rendered faces do: expressions from recordings and at random, heads and eyes moving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...face import performance
from ...face.gaze import from_looks, to_looks
from ...face.performance import INDEX, NAMES
from .heads import turn
from .render import Camera

HELD_OUT = ("S07-001",)
"""Recordings that no training picture is made from."""

MAX_YAW, MAX_PITCH, MAX_ROLL = np.radians([40.0, 25.0, 25.0])

_LOOKS = [i for i, n in enumerate(NAMES) if n.startswith("eyeLook")]
_BLINKS = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
_MIRROR = [
    INDEX[n.replace("Left", "#").replace("Right", "Left").replace("#", "Right")] for n in NAMES
]

_ALIKE = (
    ("mouthPucker", "mouthFunnel", "jawOpen", "mouthClose", "mouthRollUpper", "mouthRollLower"),
    ("mouthPucker", "cheekPuff", "mouthPress", "mouthClose", "mouthLeft", "mouthRight"),
    ("browDown", "eyeSquint", "eyeBlink", "cheekSquint", "browInnerUp", "noseSneer"),
    ("noseSneer", "mouthUpperUp", "cheekSquint", "browDown", "mouthShrugUpper"),
    ("eyeWide", "browInnerUp", "browOuterUp", "browDown", "eyeBlink", "eyeSquint"),
    ("mouthSmile", "mouthDimple", "mouthStretch", "cheekSquint", "mouthPress"),
    ("mouthFrown", "mouthShrugLower", "mouthRollLower", "mouthLowerDown", "mouthPress"),
    ("jawForward", "jawLeft", "jawRight", "mouthLeft", "mouthRight", "jawOpen"),
)
"""Expressions, without their side, that look alike."""


def recordings(folder: Path, held_out: bool = False) -> list[NDArray]:
    """Return the ARKit recordings, each (F, 52), at about 30 samples a second."""
    paths = sorted((folder / "arkit_curves").glob("*.csv"))
    return [
        np.clip(performance.read(p).coefficients, 0, 1)
        for p in paths
        if (p.stem in HELD_OUT) == held_out
    ]


class Actor:
    """Draws expressions at random.

    Parameters
    ----------
    clips : of `recordings`

    Attributes
    ----------
    mirror : 52 indices, each expression's counterpart on the other side
    """

    def __init__(self, clips: list[NDArray]) -> None:
        self.clips = clips
        self.mirror = _MIRROR
        self.rows = np.concatenate(clips)
        still = [i for i in range(len(NAMES)) if i not in _LOOKS and i not in _BLINKS]
        activity = self.rows[:, still].sum(axis=1)
        open_eyes = self.rows[:, _BLINKS].max(axis=1) < 0.15
        self.idle = self.rows[(activity < np.quantile(activity, 0.3)) & open_eyes]
        self._chance = (activity + 0.5) / (activity + 0.5).sum()

    def rest(self, rng: np.random.Generator) -> NDArray:
        """Return (52,) of a face at rest, as good as a neutral frame gets."""
        if rng.random() < 0.5:
            small = rng.uniform(0, 0.08, 52) * (rng.random(52) < 0.2)
        else:
            small = self.idle[rng.integers(len(self.idle))] * rng.uniform(0.1, 1.0)
        return self._look(np.clip(small, 0, 1), rng, 0.6)

    def expression(self, rng: np.random.Generator) -> NDArray:
        """Return (52,) of any expression.

        What goes together in one actor's recording does not in another's, so most of what is
        recorded is taken apart: every expression by a height of its own, the sides of two frames
        put together, or single ones laid on top.
        """
        kind = rng.random()
        if kind < 0.2:
            value = self._recorded(rng) * rng.uniform(0.3, 1.3)
        elif kind < 0.45:
            value = self._recorded(rng) * self._heights(rng)
        elif kind < 0.6:
            value = self._combined(rng)
        elif kind < 0.75:
            value = 0.5 * self._recorded(rng) * rng.integers(2)
            for _ in range(rng.integers(1, 4)):
                value[rng.integers(52)] += rng.uniform(0.05, 0.35)
        elif kind < 0.85:
            one, other = self._recorded(rng), self._recorded(rng)
            left = np.array(["Left" in n for n in NAMES])
            value = np.where(left, other, one)
        else:
            value = self._alike(rng)
        return self._look(value, rng, 0.5)

    def nearby(self, start: NDArray, rng: np.random.Generator) -> NDArray:
        """Return (52,) a little away from an expression; the eyes may look elsewhere."""
        value = start.copy()
        for _ in range(rng.integers(1, 4)):
            which = rng.integers(52)
            change = rng.uniform(0.04, 0.3) * (1 if rng.random() < 0.7 else -1)
            value[which] += change
            if rng.random() < 0.3:
                value[_MIRROR[which]] += change
        if rng.random() < 0.3:
            turned = from_looks(value) + rng.normal(0, 0.12, 2)
            value = to_looks(turned[None], value[None])[0]
        if rng.random() < 0.15:
            value[_BLINKS] += rng.uniform(0.0, 0.4)
        return np.clip(value, 0, 1)

    def _recorded(self, rng: np.random.Generator) -> NDArray:
        row = self.rows[rng.choice(len(self.rows), p=self._chance)]
        return row[_MIRROR] if rng.random() < 0.5 else row.copy()

    def _heights(self, rng: np.random.Generator) -> NDArray:
        """Return (52,) factors, mostly alike on both sides; some are nothing."""
        height = np.exp(rng.normal(-0.2, 0.7, 52)) * (rng.random(52) > 0.15)
        return np.where(rng.random(52) < 0.8, (height + height[_MIRROR]) / 2, height)

    def _alike(self, rng: np.random.Generator) -> NDArray:
        """Return expressions of which some are easily taken for each other, at any strength."""
        value = self._recorded(rng) * rng.uniform(0, 0.6) * rng.integers(2)
        group = _ALIKE[rng.integers(len(_ALIKE))]
        for which in rng.permutation(len(group))[: rng.integers(1, 4)]:
            names = [f"{group[which]}{side}" for side in ("", "Left", "Right")]
            height = rng.uniform(0.05, 1.0) ** rng.uniform(0.8, 2.0)
            one_side = rng.choice(["", "Left", "Right"], p=[0.7, 0.15, 0.15])
            for i in (INDEX[n] for n in names if n in INDEX):
                if NAMES[i].endswith(one_side) or NAMES[i] == group[which]:
                    value[i] = np.clip(height * np.exp(rng.normal(0, 0.1)), 0, 1)
        if value[INDEX["mouthClose"]] > value[INDEX["jawOpen"]]:
            value[INDEX["jawOpen"]] = value[INDEX["mouthClose"]]
        return value

    def _combined(self, rng: np.random.Generator) -> NDArray:
        value = rng.uniform(0, 0.1, 52) * (rng.random(52) < 0.3)
        for _ in range(rng.integers(1, 6)):
            which = rng.integers(52)
            value[which] = rng.uniform(0, 1)
            if rng.random() < 0.6:
                value[_MIRROR[which]] = np.clip(value[which] + rng.normal(0, 0.1), 0, 1)
        value[INDEX["mouthClose"]] = min(value[INDEX["mouthClose"]], value[INDEX["jawOpen"]])
        return value

    def _look(self, value: NDArray, rng: np.random.Generator, share: float) -> NDArray:
        """Turn the eyes, and close them, at random."""
        if rng.random() < share:
            yaw, pitch = rng.normal(0, 0.22), rng.normal(-0.03, 0.15)
            gaze = np.array([[yaw, pitch]] * 2) + rng.normal(0, 0.015, (2, 2))
            value = to_looks(gaze[None], value[None])[0]
        if rng.random() < 0.12:
            value[_BLINKS] = rng.uniform(0.2, 1.0) if rng.random() < 0.6 else 1.0
        if rng.random() < 0.04:
            value[_BLINKS[rng.integers(2)]] = rng.uniform(0.3, 1.0)
        return np.clip(value, 0, 1)


def add_flash(
    value: NDArray,
    rng: np.random.Generator,
    which: int | None = None,
    start: int | None = None,
    peak: float | None = None,
) -> tuple[int, int, int]:
    """Add a small fast motion of one coefficient to (F, 52), in place.

    Returns
    -------
    (which coefficient, first frame, frames)
    """
    length = int(rng.integers(4, 9))
    which = int(rng.integers(52)) if which is None else which
    start = int(rng.integers(max(len(value) - length, 1))) if start is None else start
    peak = rng.uniform(0.08, 0.35) if peak is None else peak
    length = min(length, len(value) - start)
    value[start : start + length, which] += peak * np.sin(
        np.pi * (np.arange(length) + 1) / (length + 1)
    )
    return which, start, length


def random_pose(rng: np.random.Generator, spread: float = 1.0) -> NDArray:
    """Return (3,) yaw, down and roll of a head, radians."""
    pose = rng.normal(0, np.radians([16.0, 9.0, 7.0])) * spread
    limit = [MAX_YAW, MAX_PITCH, MAX_ROLL]
    return np.clip(pose, np.negative(limit), limit)


def random_camera(rng: np.random.Generator) -> tuple[float, NDArray]:
    """Return (focal length in picture sides, (3,) cm where the head is)."""
    focal = np.exp(rng.uniform(np.log(0.8), np.log(3.0)))
    width = rng.uniform(22.0, 30.0)  # what the picture spans at the head
    middle = rng.normal(0, 1.0, 2) + [0.0, 3.0]
    return focal, np.array([middle[0], middle[1], -focal * width])


def placed(pose: NDArray, focal: float, position: NDArray) -> Camera:
    """Return the camera before which a head turned by `pose` stands at `position`."""
    return Camera(turn(*pose), position, focal)
