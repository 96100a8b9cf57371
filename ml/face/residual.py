"""What an expression by expression fit leaves over when expressions come together, learned.

A rig's bones bend each other: a jaw turns along an arc, and lips that follow it are not where the
sum of two fits puts them. So combinations that faces really make are tried on the rig itself, and a
correction of the map is learned from what they leave over: ridge regression from the expressions
to the controls' missing steps. It is kept only if it wins on combinations that it was not taught.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import geometry
from .performance import NAMES

_FILE = Path(__file__).parent / "data" / "face_combinations.npz"
_HELD_OUT = 4  # one combination in so many is kept for judging
_RIDGE = 0.02  # of the steps
_SHRINK = 0.05  # of the regression, as a share of the expressions' own spread
_TRIFLE = 0.005  # share of an expression's largest part
_LEVEL = 0.98  # what falls by less than this is as good as it gets
_MILDER = 0.5  # share of a correction that is tried after one that lost


@cache
def combinations() -> NDArray:
    """Return (K, 52) coefficients of faces as people make them; see data/face_motion.md."""
    with np.load(_FILE, allow_pickle=False) as stored:
        return stored["coefficients"].astype(float)


class Residual:
    """Learns the correction of one rig's map, a round of trials at a time.

    Parameters
    ----------
    weights : (52, C) value of each control over its rest, for each expression
    motion : (C, 468, 3) how a unit of each control moves the points
    span : (3, C) low, high, and what counts as large
    target : (52, 468, 3)
    """

    def __init__(self, weights: NDArray, motion: NDArray, span: NDArray, target: NDArray) -> None:
        shows = np.abs(weights).sum(axis=1) > 0
        self._coefficients = combinations() * shows
        self._wanted = np.tensordot(self._coefficients, target, 1)
        self._motion, self._span = motion, span
        self._judge = np.arange(len(self._coefficients)) % _HELD_OUT == 0
        self._try = self.weights = weights
        self._used = np.flatnonzero(np.abs(weights).sum(axis=0))
        self._share = 1.0
        self._step = np.zeros_like(weights)
        self.errors: list[float] = []

    def values(self) -> NDArray:
        """Return (K, C) values of the controls to try."""
        return np.clip(self._coefficients @ self._try, self._span[0], self._span[1])

    def learn(self, made: NDArray) -> bool:
        """Take what was tried if it is better than what was, and work out what to try next.

        Returns whether there is anything to be gained by trying that.

        Parameters
        ----------
        made : (K, 468, 3), how the points moved
        """
        error = geometry.error(made[self._judge], self._wanted[self._judge])
        before = min(self.errors, default=np.inf)
        if error < before:
            self.weights, self._share = self._try, 1.0
            self._step = self._regressed(self._wanted - made)
        else:
            self._share *= _MILDER
        self.errors.append(error)
        self._try = self.weights + self._share * self._step
        return not _LEVEL * before < error < before

    def _regressed(self, missing: NDArray) -> NDArray:
        """Return the (52, C) correction that best explains what the taught combinations lack."""
        taught = ~self._judge
        given, steps = self._coefficients[taught], self._steps(missing[taught])
        gram = given.T @ given
        gram += _SHRINK * np.trace(gram) / len(NAMES) * np.eye(len(NAMES))
        out = np.zeros_like(self.weights)
        out[:, self._used] = np.linalg.solve(gram, given.T @ steps)
        step = self._without_trifles(self.weights + out) - self.weights
        # Faces that people make have their eyes open: what they lack would open a blink again.
        step[geometry.BLINKS] = 0.0
        return step

    def _without_trifles(self, weights: NDArray) -> NDArray:
        """Leave out what hardly moves a point, or every expression would key every control."""
        effect = np.abs(weights) * np.sqrt((self._motion**2).sum(axis=(1, 2)))
        kept = effect > _TRIFLE * effect.max(axis=1, keepdims=True)
        return weights * kept * (np.abs(self.weights).sum(axis=1) > 0)[:, None]

    def _steps(self, missing: NDArray) -> NDArray:
        """Return (K, used) steps of the controls that make up for (K, 468, 3) missing motions."""
        matrix = self._motion[self._used].reshape(len(self._used), -1)
        reach = self._span[2, self._used]
        size = np.sqrt((self._wanted**2).sum(axis=(1, 2)).mean())
        gram = matrix @ matrix.T + np.diag((_RIDGE * size / reach) ** 2)
        return np.linalg.solve(gram, matrix @ missing.reshape(len(missing), -1).T).T
