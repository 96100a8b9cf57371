"""How the detector errs: fitted to what it saw on rendered clips whose truth is known.

What it says of each landmark is the true joint, plus a part that depends linearly on the pose in
view axes (where it fires on the body, how it flattens depth), plus what is left. What is left is
kept as it came, stretches of real frames with their visibility, so that its tails, and how it hangs
together over time and from landmark to landmark, are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...blocking import lifting

_RIDGE = 40.0
_HALVES = 12
# The bias is that of one family of bodies: on other people the detector errs more or less so.
_BIAS = (0.6, 1.3)
_SHIFT_M = 0.015
_DEPTH = 0.08  # of the depths, as a share of them
MARKS = len(lifting.LANDMARKS)
_BASE = [lifting.JOINT_OF[m] for m in lifting.LANDMARKS]


@dataclass
class Example:
    """One clip, seen and known, view axes.

    Attributes
    ----------
    joints : (F, 17, 3) metres, true, hips' middle at the origin
    turned : (F, 3, 6) first two columns of head's, left and right hand's turn
    far : (F,) metres, true distance of the hips
    flat : (F, MARKS, 2), body : (F, MARKS, 3), visibility : (F, MARKS), as detected
    """

    joints: NDArray
    turned: NDArray
    far: NDArray
    flat: NDArray
    body: NDArray
    visibility: NDArray


def describe(joints: NDArray, turned: NDArray) -> NDArray:
    """Return (F, D) numbers of a pose in view axes that the detector's bias depends on."""
    frames = len(joints)
    return np.concatenate(
        [joints.reshape(frames, -1), turned.reshape(frames, -1), np.ones((frames, 1))], axis=1
    )


def true_flat(joints: NDArray, far: NDArray) -> NDArray:
    """Return where joints lie on a plane through the hips, metres (F, 17, 2)."""
    deep = np.maximum(joints[..., 2] + far[:, None], 0.2)
    return joints[..., :2] * (far[:, None] / deep)[..., None]


@dataclass
class Detector:
    """A stand-in for the detector.

    Attributes
    ----------
    bias : (K, D, MARKS * 5) weights of `describe`, each fitted to another half of the clips: how
        differently they might have come out tells how little is known of other people
    left : list of (F, MARKS, 5) metres, what the bias does not explain: two of picture, three
        of the body
    seen : list of (F, MARKS) visibility of the same frames
    """

    bias: NDArray
    left: list[NDArray]
    seen: list[NDArray]

    def see(self, joints: NDArray, turned: NDArray, far: NDArray, rng: np.random.Generator,
            strength: float = 1.0) -> tuple[NDArray, NDArray, NDArray]:  # fmt: skip
        """Return flat (F, MARKS, 2), body (F, MARKS, 3) and visibility, as if detected."""
        frames = len(joints)
        clean = clean_marks(joints, far)
        weights = self.bias[rng.integers(len(self.bias))]
        bias = (describe(joints, turned) @ weights).reshape(frames, MARKS, 5)
        error, seen = self._stretch(frames, rng)
        # Other people's clothes and build: a shift of each landmark that stays for the clip.
        shift = rng.normal(0.0, _SHIFT_M, (1, MARKS, 5))
        said = clean + rng.uniform(*_BIAS) * bias + strength * error + shift
        said[..., 4] *= depth_error(rng)
        body = said[..., 2:] - said[:, _HIP_MARKS, 2:].mean(axis=1, keepdims=True)
        return said[..., :2] / far[:, None, None], body, seen

    def _stretch(self, frames: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
        """Return errors and visibility of a random stretch, played to and fro if too short."""
        k = int(rng.integers(len(self.left)))
        length = len(self.left[k])
        start = int(rng.integers(length))
        at = np.abs((start + np.arange(frames) + length) % (2 * length) - length)
        at = np.minimum(at, length - 1)
        return self.left[k][at], self.seen[k][at]

    def save(self, path: Path) -> None:
        """Write it as an .npz."""
        lengths = [len(e) for e in self.left]
        np.savez_compressed(
            path, bias=self.bias, left=np.concatenate(self.left).astype(np.float32),
            seen=np.concatenate(self.seen).astype(np.float32), lengths=lengths,
        )  # fmt: skip

    @classmethod
    def read(cls, path: Path) -> Detector:
        """Read what `save` wrote."""
        with np.load(path) as raw:
            ends = np.cumsum(raw["lengths"])[:-1]
            return cls(raw["bias"], np.split(raw["left"], ends), np.split(raw["seen"], ends))


def depth_error(rng: np.random.Generator) -> float:
    """Return by how much the detector takes somebody for deeper than it usually would."""
    return float(np.exp(rng.normal(0.0, _DEPTH)))


_HIP_MARKS = [lifting.LANDMARKS.index(m) for m in (23, 24)]


def clean_marks(joints: NDArray, far: NDArray) -> NDArray:
    """Return (F, MARKS, 5): where a perfect detector would fire."""
    return np.concatenate([true_flat(joints, far)[:, _BASE], joints[:, _BASE]], axis=2)


def fit(examples: list[Example]) -> Detector:
    """Fit the stand-in to clips that were seen and are known."""
    rows, wanted = [], []
    for e in examples:
        rows.append(describe(e.joints, e.turned))
        said = np.concatenate([e.flat * e.far[:, None, None], e.body], axis=2)
        wanted.append(said - clean_marks(e.joints, e.far))
    rng = np.random.default_rng(0)
    halves = [rng.permutation(len(rows))[: max(1, len(rows) // 2)] for _ in range(_HALVES)]
    whole = _weights(rows, wanted, range(len(rows)))
    left = [w - (r @ whole).reshape(w.shape) for w, r in zip(wanted, rows, strict=True)]
    bias = np.stack([_weights(rows, wanted, half) for half in halves])
    return Detector(bias, left, [e.visibility for e in examples])


def _weights(rows: list[NDArray], wanted: list[NDArray], some: Iterable[int]) -> NDArray:
    """Fit weights (D, MARKS * 5) to some of the clips, ridge regression."""
    x = np.concatenate([rows[k] for k in some])
    y = np.concatenate([wanted[k].reshape(len(wanted[k]), -1) for k in some])
    penalty = _RIDGE * np.diag([*np.ones(x.shape[1] - 1), 1e-6])
    return np.linalg.solve(x.T @ x + penalty, x.T @ y)
